/* What users of MPI may expect, over every mechanism: errors of arguments, matching by source and
 * tag, order, messages that come before or after their Recv, requests among blocking calls,
 * truncation, and deadlocks that say who waits for whom. */
#include "tests/harness/script.h"

#define WORLD IVC_MPI_COMM_WORLD
#define US UINT64_C(1000000)

/* Every channel, and messages in bytes that take different paths in it. */
static const struct {
    const char *name;
    const char *profile;
    const char *channel;
    uint64_t small;
    uint64_t large;
} ways[] = {
    {"registers and region", "loongson3a", "mechanism: register-shmem, region: 64KiB", 5, 40000},
    {"chunks and region", "octeon-cn5650", "mechanism: register-shmem, region: 64KiB", 7, 40000},
    {"region only", "octeon-cn5650", "mechanism: shmem, region: 16KiB, copies: 2", 5, 40000},
    {"region, nobody trusted", "octeon-cn5650",
     "mechanism: register-shmem, region: 64KiB, check: copy-first, seal: encrypt, rights: granted",
     7, 40000},
    {"region, read by others", "loongson3a",
     "mechanism: shmem, region: 16KiB, rights: read-only, seal: authenticate", 5, 40000},
    {"two words", "octeon-cn5650", "mechanism: register", 3, 200},
    {"one word", "loongson3a", "mechanism: register, window: 2", 3, 200},
    {"polling", "loongson3a", "mechanism: register-shmem, spin: 3us", 7, 9000},
    {"fast boxes and rendezvous", "octeon-cn5650", "mechanism: nemesis, mode: native", 5, 300000},
    {"cells", "loongson3a", "mechanism: nemesis, mode: native, fastbox: false, cells: 2", 5, 50000},
    {"interrupts and slots", "octeon-cn5650",
     "mechanism: ipi-buffer, until: stored, slots: 16, slot: 40KiB", 5, 40000},
    {"interrupts and handlers", "loongson3a",
     "mechanism: ipi-buffer, until: stored, answer: poll, deliver: handler, slots: 16, slot: 40KiB",
     5, 40000},
    {"TCP", "octeon-cn5650", "mechanism: sock", 5, 200000},
    {"TCP, small segments", "loongson3a", "mechanism: sock, mtu: 576B, sndbuf: 8KiB", 7, 30000},
    {"split driver", "octeon-cn5650", "mechanism: netfront, driver_domain: dom", 5, 300000},
    {"split driver, small ring", "octeon-cn5650",
     "mechanism: netfront, driver_domain: dom, ring: 8, slots_max: 4, gso: 4KiB, pending: 6", 5,
     50000},
    {"split driver, tasklets", "octeon-cn5650",
     "mechanism: netfront, driver_domain: dom, variant: copy-2.6.18", 5, 300000},
    {"split driver, pages given away", "octeon-cn5650",
     "mechanism: netfront, driver_domain: dom, variant: flip-2.6.18, guests: paravirtual", 5,
     300000},
    {"split driver, pages that stay", "octeon-cn5650",
     "mechanism: netfront, driver_domain: dom, variant: persistent, gso: 1500B", 5, 100000},
    {"split driver, staging", "octeon-cn5650",
     "mechanism: netfront, driver_domain: dom, variant: staging, ring: 64", 5, 300000},
    {"byte ring, nobody trusted", "octeon-cn5650",
     "mechanism: xen-ring, check: copy-first, seal: encrypt", 5, 300000},
    {"byte ring", "octeon-cn5650", "mechanism: xen-ring", 5, 300000},
    {"packet FIFO", "octeon-cn5650", "mechanism: xen-fifo", 5, 300000},
    {"packet FIFO of two packets", "loongson3a", "mechanism: xen-fifo, fifo: 4KiB, waiting: 2", 7,
     30000},
    {"wire", "octeon-cn5650", "mechanism: ethernet", 5, 300000},
    {"wire, ring of one", "octeon-cn5650", "mechanism: ethernet, tx_ring: 1, rx_ring: 1, tso: 1B",
     5, 50000},
    {"virtual functions", "octeon-cn5650", "mechanism: sr-iov", 5, 300000},
    {"virtual functions, rings of one", "octeon-cn5650",
     "mechanism: sr-iov, iommu: strict, iotlb: 4, tx_ring: 1, rx_ring: 1, card_buffer: 1KiB", 5,
     50000},
    {"loopback", "octeon-cn5650", "mechanism: loopback", 5, 300000},
    {"byte ring of a page's quarter", "loongson3a", "mechanism: xen-ring, ring: 1KiB", 7, 30000},
};

/* Whether the mechanism has Isend of its own: else it is a blocking Send. */
static bool has_requests(int way)
{
    for (size_t m = 0; ivc_registry.mechanisms[m]; m++) {
        const IvcMechanism *mechanism = ivc_registry.mechanisms[m];
        g_autofree char *named = g_strconcat("mechanism: ", mechanism->head.name, NULL);
        const char *after = ways[way].channel + strlen(named);
        if (g_str_has_prefix(ways[way].channel, named) && (*after == ',' || *after == '\0'))
            return mechanism->requests;
    }
    ck_abort_msg("%s: of no mechanism", ways[way].channel);
    return false;
}

static char *scenario_of(int way, unsigned ranks)
{
    GString *text = g_string_new("schema: ivcsim/1\nname: mpi\n");
    g_string_append_printf(text, "machine: {profile: %s}\nguests:\n", ways[way].profile);
    bool together = strstr(ways[way].channel, "loopback") != NULL;
    for (unsigned r = 0; r < ranks && !together; r++)
        g_string_append_printf(text, "  g%u: {cores: [%u], memory: 64MiB}\n", r, r);
    for (unsigned r = 0; r < ranks && together; r++)
        g_string_append_printf(text, "%s%u%s", r ? ", " : "  g: {memory: 64MiB, cores: [", r,
                               r + 1 == ranks ? "]}\n" : "");
    bool served = strstr(ways[way].channel, "driver_domain") != NULL;
    if (served)
        g_string_append(text, "  dom: {cores: [11], memory: 64MiB}\n");
    g_string_append_printf(text, "channels:\n  c: {%s", ways[way].channel);
    for (unsigned r = 0; served && r < ranks; r++)
        g_string_append_printf(text, "%sg%u", r ? ", " : ", between: [", r);
    g_string_append(text, served ? "]}\n" : "}\n");
    g_string_append_printf(text,
                           "workload: {kind: ring, message: %" G_GUINT64_FORMAT "B, total: 8B}\n",
                           ways[way].large);
    return g_string_free(text, FALSE);
}

#define BUFFER_BYTES 400000

static void run(int way, unsigned ranks, Script *script)
{
    g_autofree char *text = scenario_of(way, ranks);
    script_run(text, NULL, script, BUFFER_BYTES);
}

static ScriptOp send_to(int peer, int tag, uint64_t count)
{
    return (ScriptOp){SCRIPT_SEND, peer, tag, count, IVC_MPI_BYTE, WORLD};
}

static ScriptOp recv_from(int peer, int tag, uint64_t count)
{
    return (ScriptOp){SCRIPT_RECV, peer, tag, count, IVC_MPI_BYTE, WORLD};
}

static ScriptOp delay(IvcTime ps)
{
    return (ScriptOp){.kind = SCRIPT_DELAY, .count = ps};
}

static void check(const Script *script, unsigned rank, unsigned op, IvcMpiError error)
{
    const ScriptResult *result = &script->results[rank][op];
    ck_assert_msg(result->done, "rank %u, call %u did not return", rank, op);
    ck_assert_msg(result->error == error, "rank %u, call %u: %s", rank, op,
                  ivc_mpi_error_name(result->error));
}

static void check_got(const Script *script, unsigned rank, unsigned op, unsigned source, int tag,
                      uint64_t bytes)
{
    const IvcEnvelope *got = &script->results[rank][op].envelope;
    check(script, rank, op, IVC_MPI_SUCCESS);
    ck_assert_uint_eq(got->source, source);
    ck_assert_int_eq(got->tag, tag);
    ck_assert_uint_eq(got->bytes, bytes);
}

START_TEST(test_wrong_arguments)
{
    static const struct {
        ScriptOp op;
        IvcMpiError error;
    } cases[] = {
        {{SCRIPT_SEND, 2, 0, 1, IVC_MPI_BYTE, WORLD}, IVC_MPI_ERR_RANK},
        {{SCRIPT_SEND, -1, 0, 1, IVC_MPI_BYTE, WORLD}, IVC_MPI_ERR_RANK},
        {{SCRIPT_SEND, 0, 0, 1, IVC_MPI_BYTE, WORLD}, IVC_MPI_ERR_RANK},
        {{SCRIPT_SEND, 1, -1, 1, IVC_MPI_BYTE, WORLD}, IVC_MPI_ERR_TAG},
        {{SCRIPT_SEND, 1, -7, 1, IVC_MPI_BYTE, WORLD}, IVC_MPI_ERR_TAG},
        {{SCRIPT_SEND, 1, 0, 1, IVC_MPI_BYTE, 3}, IVC_MPI_ERR_COMM},
        {{SCRIPT_SEND, 1, 0, 1, IVC_MPI_TYPES, WORLD}, IVC_MPI_ERR_TYPE},
        {{SCRIPT_SEND, 1, 0, 400001, IVC_MPI_BYTE, WORLD}, IVC_MPI_ERR_BUFFER},
        {{SCRIPT_SEND, 1, 0, 50001, IVC_MPI_DOUBLE, WORLD}, IVC_MPI_ERR_BUFFER},
        {{SCRIPT_SEND, 1, 0, UINT64_MAX / 4, IVC_MPI_DOUBLE, WORLD}, IVC_MPI_ERR_BUFFER},
        {{SCRIPT_RECV, 2, 0, 1, IVC_MPI_BYTE, WORLD}, IVC_MPI_ERR_RANK},
        {{SCRIPT_RECV, -2, 0, 1, IVC_MPI_BYTE, WORLD}, IVC_MPI_ERR_RANK},
        {{SCRIPT_RECV, 0, 0, 1, IVC_MPI_BYTE, WORLD}, IVC_MPI_ERR_RANK},
        {{SCRIPT_RECV, 1, -2, 1, IVC_MPI_BYTE, WORLD}, IVC_MPI_ERR_TAG},
        {{SCRIPT_RECV, 1, 0, 1, IVC_MPI_BYTE, 254}, IVC_MPI_ERR_COMM},
        {{SCRIPT_RECV, 1, 0, 1, IVC_MPI_TYPES, WORLD}, IVC_MPI_ERR_TYPE},
        {{SCRIPT_RECV, 1, 0, 100001, IVC_MPI_INT, WORLD}, IVC_MPI_ERR_BUFFER},
    };
    Script script = {0};
    unsigned n = G_N_ELEMENTS(cases);
    for (unsigned i = 0; i < n; i++)
        script.ops[0][i] = cases[i].op;
    script.ops[0][n] = send_to(1, 4, ways[_i].small); /* an error leaves everything usable */
    script.ops[1][0] = recv_from(0, 4, ways[_i].small);
    run(_i, 2, &script);
    for (unsigned i = 0; i < n; i++) {
        check(&script, 0, i, cases[i].error);
        ck_assert_uint_eq(script.results[0][i].began_ps, script.results[0][i].ended_ps);
    }
    check_got(&script, 1, 0, 0, 4, ways[_i].small);
    ck_assert_uint_eq(script.results[1][0].envelope.sequence, 0);
}
END_TEST

START_TEST(test_types_have_sizes)
{
    static const uint64_t sizes[IVC_MPI_TYPES] = {1, 1, 4, 8, 8};
    Script script = {0};
    for (unsigned t = 0; t < IVC_MPI_TYPES; t++) {
        script.ops[0][t] = (ScriptOp){SCRIPT_SEND, 1, (int)t, 5, (IvcMpiType)t, WORLD};
        script.ops[1][t] = (ScriptOp){SCRIPT_RECV, 0, (int)t, 5, (IvcMpiType)t, WORLD};
    }
    run(_i, 2, &script);
    for (unsigned t = 0; t < IVC_MPI_TYPES; t++)
        check_got(&script, 1, t, 0, (int)t, 5 * sizes[t]);
}
END_TEST

START_TEST(test_tags_out_of_order)
{
    uint64_t small = ways[_i].small, large = ways[_i].large;
    Script script = {.ops = {{send_to(1, 10, small), send_to(1, 11, small + 1),
                              send_to(1, 12, small), send_to(1, 9, large)},
                             {delay(400 * US), recv_from(0, 12, 100), recv_from(0, 11, 100),
                              recv_from(0, 10, 100), recv_from(0, 9, large)}}};
    if (_i == 6) /* a window of two: the third could not be sent before a Recv */
        script.ops[0][2] = delay(1), script.ops[1][1] = delay(1);
    run(_i, 2, &script);
    if (_i != 6)
        check_got(&script, 1, 1, 0, 12, small);
    check_got(&script, 1, 2, 0, 11, small + 1);
    check_got(&script, 1, 3, 0, 10, small);
    check_got(&script, 1, 4, 0, 9, large);
}
END_TEST

START_TEST(test_same_tag_keeps_its_order)
{
    uint64_t small = ways[_i].small, large = ways[_i].large;
    Script script = {0};
    for (unsigned i = 0; i < 12; i++) {
        script.ops[0][i] = send_to(1, 3, i % 3 ? small : large);
        script.ops[1][i] =
            i % 4 == 1 ? delay(50 * US) : recv_from(0, i % 2 ? 3 : IVC_MPI_ANY_TAG, large);
    }
    for (unsigned i = 12; i < 15; i++)
        script.ops[1][i] = recv_from(IVC_MPI_ANY_SOURCE, 3, large);
    run(_i, 2, &script);
    uint64_t expected = 0;
    for (unsigned i = 0; i < 15; i++) {
        if (script.ops[1][i].kind != SCRIPT_RECV)
            continue;
        check_got(&script, 1, i, 0, 3, expected % 3 ? small : large);
        ck_assert_uint_eq(script.results[1][i].envelope.sequence, expected++);
    }
    ck_assert_uint_eq(expected, 12);
}
END_TEST

START_TEST(test_any_source_takes_the_first_to_come)
{
    uint64_t small = ways[_i].small;
    Script script = {.ops = {{recv_from(IVC_MPI_ANY_SOURCE, IVC_MPI_ANY_TAG, 100),
                              recv_from(IVC_MPI_ANY_SOURCE, 6, 100),
                              recv_from(IVC_MPI_ANY_SOURCE, IVC_MPI_ANY_TAG, 100)},
                             {delay(900 * US), send_to(0, 6, small)},
                             {delay(300 * US), send_to(0, 7, small + 1)},
                             {delay(600 * US), send_to(0, 5, small)}}};
    run(_i, 4, &script);
    check_got(&script, 0, 0, 2, 7, small + 1);
    check_got(&script, 0, 1, 1, 6, small);
    check_got(&script, 0, 2, 3, 5, small);
}
END_TEST

START_TEST(test_one_source_among_others)
{
    uint64_t large = ways[_i].large;
    Script script = {.ops = {{delay(2000 * US), recv_from(3, 1, large), recv_from(2, 1, large),
                              recv_from(1, 1, large)},
                             {send_to(0, 1, large)},
                             {send_to(0, 1, large - 1)},
                             {send_to(0, 1, large - 2)}}};
    run(_i, 4, &script);
    check_got(&script, 0, 1, 3, 1, large - 2);
    check_got(&script, 0, 2, 2, 1, large - 1);
    check_got(&script, 0, 3, 1, 1, large);
}
END_TEST

START_TEST(test_empty_messages)
{
    Script script = {.ops = {{send_to(1, 0, 0), send_to(1, IVC_MPI_TAG_MAX, 0), recv_from(1, 2, 0)},
                             {recv_from(0, 0, 0), delay(300 * US),
                              recv_from(0, IVC_MPI_TAG_MAX, 10), send_to(0, 2, 0)}}};
    run(_i, 2, &script);
    check_got(&script, 1, 0, 0, 0, 0);
    check_got(&script, 1, 2, 0, IVC_MPI_TAG_MAX, 0);
    check_got(&script, 0, 2, 1, 2, 0);
}
END_TEST

/* A message that is too long is reported, its surplus is gone, and the next one is whole. */
static void truncated(int way, IvcTime late_ps, uint64_t bytes, uint64_t room)
{
    uint64_t small = ways[way].small;
    Script script = {
        .ops = {{delay(late_ps ? 1 : 700 * US), send_to(1, 0, bytes), send_to(1, 0, small)},
                {delay(late_ps ? late_ps : 1), recv_from(0, 0, room), recv_from(0, 0, small)}}};
    run(way, 2, &script);
    check(&script, 0, 1, IVC_MPI_SUCCESS);
    check(&script, 1, 1, IVC_MPI_ERR_TRUNCATE);
    ck_assert_uint_eq(script.results[1][1].envelope.bytes, bytes);
    check_got(&script, 1, 2, 0, 0, small);
}

START_TEST(test_truncation)
{
    truncated(_i, 0, ways[_i].small, ways[_i].small - 1);
    truncated(_i, 0, ways[_i].large, ways[_i].large - 1);
    truncated(_i, 0, ways[_i].large, 0);
    truncated(_i, 700 * US, ways[_i].small, 1);
    truncated(_i, 700 * US, ways[_i].large, 1);
}
END_TEST

/* Send returns when the message is buffered; the receiver takes it whenever it comes. */
START_TEST(test_receiver_late)
{
    Script script = {.ops = {{send_to(1, 0, ways[_i].small), delay(1)},
                             {delay(3000 * US), recv_from(0, 0, 100)}}};
    run(_i, 2, &script);
    check_got(&script, 1, 1, 0, 0, ways[_i].small);
    ck_assert_uint_lt(script.results[0][0].ended_ps, script.results[1][1].began_ps);
}
END_TEST

START_TEST(test_sender_late)
{
    Script script = {.ops = {{delay(3000 * US), send_to(1, 0, ways[_i].large)},
                             {recv_from(0, 0, ways[_i].large)}}};
    run(_i, 2, &script);
    check_got(&script, 1, 0, 0, 0, ways[_i].large);
    ck_assert_uint_gt(script.results[1][0].ended_ps, script.results[0][1].began_ps);
}
END_TEST

/* Both send a small message first: standard mode may buffer it, and every channel does. Rank 1
 * comes out of Init later than rank 0 by some microseconds: somewhere in the sweep both post at
 * once. */
START_TEST(test_both_send_first)
{
    uint64_t small = ways[_i].small;
    int tag = IVC_MPI_TAG_MAX; /* fills the envelope: two chunks where a register has 32 bits */
    g_autofree char *text = scenario_of(_i, 2);
    g_autoptr(IvcScenario) scenario = points_bind(text, NULL);
    for (IvcTime skew = 0; skew < 100; skew++) {
        Script script = {
            .ops = {{delay(skew * 125000), send_to(1, tag, small), recv_from(1, tag, small)},
                    {send_to(0, tag, small), recv_from(0, tag, small)}},
            .repeat = 4};
        script_run_in(scenario, &script, BUFFER_BYTES);
        check_got(&script, 0, 2, 1, tag, small);
        check_got(&script, 1, 1, 0, tag, small);
    }
}
END_TEST

/* Messages that all go round at once, so that every core sends while it is interrupted. */
START_TEST(test_everybody_sends_at_once)
{
    uint64_t small = ways[_i].small;
    Script script = {.repeat = 25};
    for (int r = 0; r < 4; r++) {
        for (int p = 0; p < 3; p++) {
            script.ops[r][p] = send_to((r + p + 1) % 4, 0, small);
            script.ops[r][3 + p] = recv_from(IVC_MPI_ANY_SOURCE, 0, small);
        }
    }
    if (_i == 9)
        return; /* two cells cannot hold three messages, and nobody receives before the third */
    run(_i, 4, &script);
    ck_assert(script.results[3][5].done);
}
END_TEST

/* ---- requests ---- */

static ScriptOp request(ScriptKind kind, int peer, int tag, uint64_t count)
{
    return (ScriptOp){kind, peer, tag, count, IVC_MPI_BYTE, WORLD};
}

/* One way they work over every mechanism, if only as blocking calls. */
START_TEST(test_requests_one_way)
{
    uint64_t small = ways[_i].small, large = ways[_i].large;
    Script script = {
        .ops = {{request(SCRIPT_ISEND, 1, 0, small), request(SCRIPT_ISEND, 1, 0, large),
                 request(SCRIPT_ISEND, 1, 0, 0), request(SCRIPT_WAITALL, 0, 0, 0)},
                {request(SCRIPT_IRECV, 0, IVC_MPI_ANY_TAG, large),
                 request(SCRIPT_IRECV, 0, 0, large - 1), request(SCRIPT_IRECV, 0, 0, large),
                 request(SCRIPT_WAITALL, 0, 0, 0), request(SCRIPT_WAITALL, 0, 0, 0)}},
        .repeat = 3};
    run(_i, 2, &script);
    check_got(&script, 1, 0, 0, 0, small);
    check(&script, 1, 1, IVC_MPI_ERR_TRUNCATE);
    ck_assert_uint_eq(script.results[1][1].envelope.bytes, large);
    check_got(&script, 1, 2, 0, 0, 0);
    check(&script, 1, 4, IVC_MPI_SUCCESS);
}
END_TEST

START_TEST(test_requests_with_wrong_arguments)
{
    Script script = {
        .ops = {{request(SCRIPT_ISEND, 2, 0, 1), request(SCRIPT_ISEND, 1, -1, 1),
                 request(SCRIPT_IRECV, 0, 0, 1), request(SCRIPT_IRECV, 1, -2, 1),
                 request(SCRIPT_IRECV, 1, 0, 400001), request(SCRIPT_WAITALL, 0, 0, 0)},
                {request(SCRIPT_WAITALL, 0, 0, 0)}}};
    static const IvcMpiError errors[] = {IVC_MPI_ERR_RANK, IVC_MPI_ERR_TAG, IVC_MPI_ERR_RANK,
                                         IVC_MPI_ERR_TAG, IVC_MPI_ERR_BUFFER};
    run(_i, 2, &script);
    for (unsigned i = 0; i < G_N_ELEMENTS(errors); i++)
        check(&script, 0, i, errors[i]);
}
END_TEST

#define EACH 4 /* messages from each rank to each other */
#define RANDOM_RANKS 3

/* What rank `r` does with messages of a random case; tags[from][to][i], bytes likewise. */
static void random_script(GRand *rand, unsigned r, bool blocking_sends,
                          int tags[][RANDOM_RANKS][EACH], uint64_t bytes[][RANDOM_RANKS][EACH],
                          bool any_tag[][RANDOM_RANKS], uint64_t room, Script *script)
{
    ScriptOp *op = script->ops[r];
    ScriptOp late[RANDOM_RANKS * EACH];
    unsigned n_late = 0;
    for (unsigned i = 0; i < EACH; i++)
        for (unsigned from = 0; from < RANDOM_RANKS; from++) {
            if (from == r)
                continue;
            int tag = any_tag[from][r] ? IVC_MPI_ANY_TAG : tags[from][r][(3 * i + r) % EACH];
            if (g_rand_int_range(rand, 0, 5) == 0)
                *op++ = delay((uint64_t)g_rand_int_range(rand, 1, 400) * US);
            if (!blocking_sends && i >= EACH / 2)
                late[n_late++] = recv_from((int)from, tag, room);
            else
                *op++ = request(SCRIPT_IRECV, (int)from, tag, room);
        }
    for (unsigned i = 0; i < EACH; i++)
        for (unsigned to = 0; to < RANDOM_RANKS; to++) {
            if (to == r)
                continue;
            bool blocks = blocking_sends && g_rand_boolean(rand);
            *op++ = request(blocks ? SCRIPT_SEND : SCRIPT_ISEND, (int)to, tags[r][to][i],
                            bytes[r][to][i]);
        }
    for (unsigned i = 0; i < n_late; i++)
        *op++ = late[i];
    *op++ = request(SCRIPT_WAITALL, 0, 0, 0);
    ck_assert_uint_lt((size_t)(op - script->ops[r]), SCRIPT_OPS);
}

/* Each receive of one source has the message that MPI's rules name: of the first such tag. */
static void check_matching(const Script *script, unsigned r, int tags[][RANDOM_RANKS][EACH],
                           uint64_t bytes[][RANDOM_RANKS][EACH])
{
    bool taken[RANDOM_RANKS][EACH] = {{false}};
    unsigned seen = 0;
    for (unsigned o = 0; script->ops[r][o].kind; o++) {
        const ScriptOp *op = &script->ops[r][o];
        if (op->kind != SCRIPT_RECV && op->kind != SCRIPT_IRECV)
            continue;
        unsigned i = 0;
        while (taken[op->peer][i] ||
               (op->tag != IVC_MPI_ANY_TAG && op->tag != tags[op->peer][r][i]))
            i++;
        ck_assert_uint_lt(i, EACH);
        taken[op->peer][i] = true;
        check_got(script, r, o, (unsigned)op->peer, tags[op->peer][r][i], bytes[op->peer][r][i]);
        ck_assert_uint_eq(script->results[r][o].envelope.sequence, i);
        seen++;
    }
    ck_assert_uint_eq(seen, EACH * (RANDOM_RANKS - 1));
}

START_TEST(test_random_requests_match_in_order)
{
    guint32 seed = points_seed("mpi", 20121122);
    if (!has_requests(_i))
        return; /* they carry none: the test before this one */
    for (guint32 c = 0; c < 30; c++) {
        GRand *rand = g_rand_new_with_seed_array((const guint32[]){seed, c, (guint32)_i}, 3);
        int tags[RANDOM_RANKS][RANDOM_RANKS][EACH];
        uint64_t bytes[RANDOM_RANKS][RANDOM_RANKS][EACH];
        bool any_tag[RANDOM_RANKS][RANDOM_RANKS];
        g_autofree Script *script = g_new0(Script, 1);
        for (unsigned p = 0; p < RANDOM_RANKS * RANDOM_RANKS; p++) {
            any_tag[p / RANDOM_RANKS][p % RANDOM_RANKS] = g_rand_boolean(rand);
            for (unsigned i = 0; i < EACH; i++) {
                const uint64_t sizes[] = {0, ways[_i].small, ways[_i].large / 7, ways[_i].large};
                tags[p / RANDOM_RANKS][p % RANDOM_RANKS][i] = g_rand_int_range(rand, 0, 3);
                bytes[p / RANDOM_RANKS][p % RANDOM_RANKS][i] = sizes[g_rand_int_range(rand, 0, 4)];
            }
        }
        for (unsigned r = 0; r < RANDOM_RANKS; r++)
            random_script(rand, r, c % 2, tags, bytes, any_tag, ways[_i].large, script);
        run(_i, RANDOM_RANKS, script);
        for (unsigned r = 0; r < RANDOM_RANKS; r++)
            check_matching(script, r, tags, bytes);
        g_rand_free(rand);
    }
}
END_TEST

/* Both sides fill everything between them before either receives. */
START_TEST(test_both_isend_large)
{
    Script script = {.repeat = 2};
    for (int r = 0; r < 2; r++) {
        for (int i = 0; i < 6; i++) {
            script.ops[r][i] = request(SCRIPT_ISEND, 1 - r, i, ways[_i].large);
            script.ops[r][6 + i] = request(SCRIPT_IRECV, 1 - r, 5 - i, ways[_i].large);
        }
        script.ops[r][12] = request(SCRIPT_WAITALL, 0, 0, 0);
    }
    if (!has_requests(_i))
        return;
    run(_i, 2, &script);
    for (unsigned r = 0; r < 2; r++)
        for (unsigned i = 0; i < 6; i++)
            check_got(&script, r, 6 + i, 1 - r, 5 - (int)i, ways[_i].large);
}
END_TEST

/* ---- deadlocks ---- */

static IvcStep recv_first(IvcRank *rank, IvcWork *work)
{
    IVC_BEGIN(work);
    if (rank->rank == 2) {
        IVC_CALL(work, ivc_work_recv(rank, work, IVC_MPI_ANY_SOURCE));
    } else {
        IVC_CALL(work, ivc_work_recv(rank, work, 1 - (int)rank->rank));
    }
    IVC_END(work);
}

static uint64_t one(unsigned n)
{
    (void)n;
    return 1;
}

static const IvcWorkloadOps deadlock_ops = {.messages_per_round = one, .round = recv_first};
static const IvcWorkload deadlock = {
    .head = {.name = "ring", .summary = "everybody receives first"},
    .ops = &deadlock_ops,
    .ranks_min = 2,
    .ranks_multiple = 1,
};
static const IvcWorkload *const deadlocks[] = {&deadlock, NULL};

START_TEST(test_deadlock_says_who_waits_for_whom)
{
    IvcRegistry registry = ivc_registry;
    registry.workloads = deadlocks;
    g_autofree char *text = scenario_of(_i, 3);
    g_autoptr(IvcScenario) scenario = points_bind_with(&registry, text, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(IvcResult) result = ivc_run(scenario, NULL, &error);
    ck_assert_ptr_null(result);
    ck_assert(g_error_matches(error, IVC_SIM_ERROR, IVC_SIM_ERROR_DEADLOCK));
    const char *who = strstr(error->message, "nothing can happen");
    ck_assert_ptr_nonnull(who);
    ck_assert_str_eq(who,
                     "nothing can happen any more, and rank 0 waits in Recv with rank 1, tag 0; "
                     "rank 1 waits in Recv with rank 0, tag 0; "
                     "rank 2 waits in Recv from any source");
}
END_TEST

/* ---- the shared region ---- */

static const char region_scenario[] =
    "schema: ivcsim/1\nname: region\nmachine: {profile: octeon-cn5650}\n"
    "guests:\n  a: {cores: [0], memory: 64MiB}\n  b: {cores: [1], memory: 64MiB}\n"
    "  c: {cores: [2], memory: 64MiB}\n"
    "channels:\n  c: {mechanism: shmem, region: 16KiB, block_min: 1KiB}\n"
    "workload: {kind: ring, message: 1B, total: 8B}\n";

START_TEST(test_message_larger_than_the_region)
{
    Script script = {.ops = {{send_to(1, 0, 1000001)}, {delay(1), recv_from(0, 0, 1000001)}}};
    script_run(region_scenario, NULL, &script, 2000000);
    check_got(&script, 1, 1, 0, 0, 1000001);
}
END_TEST

/* With the region full the sender waits, and goes on when the receiver frees a block. */
START_TEST(test_full_region_holds_the_sender_back)
{
    Script script = {
        .ops = {{send_to(1, 0, 4096), send_to(1, 0, 4096), send_to(1, 0, 4096), send_to(1, 0, 4096),
                 send_to(1, 0, 4096)},
                {delay(5000 * US), recv_from(0, 0, 4096), recv_from(0, 0, 4096),
                 recv_from(0, 0, 4096), recv_from(0, 0, 4096), recv_from(0, 0, 4096)}}};
    script_run(region_scenario, NULL, &script, 4096);
    /* Three blocks of 4 KiB, and the rest is kept for the two others. */
    ck_assert_uint_lt(script.results[0][2].ended_ps, 5000 * US);
    ck_assert_uint_gt(script.results[0][3].ended_ps, 5000 * US);
    for (unsigned i = 1; i <= 5; i++)
        check_got(&script, 1, i, 0, 0, 4096);
}
END_TEST

/* Rank 0 fills the region with what rank 1 does not take before it has heard from rank 2. */
START_TEST(test_full_region_does_not_stop_others)
{
    Script script = {.ops = {{send_to(1, 0, 100000)},
                             {recv_from(2, 0, 50000), recv_from(0, 0, 100000)},
                             {delay(3000 * US), send_to(1, 0, 50000)}}};
    script_run(region_scenario, NULL, &script, 100000);
    check_got(&script, 1, 0, 2, 0, 50000);
    check_got(&script, 1, 1, 0, 0, 100000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mpi");
    TCase *tests = tcase_create("mpi");
    int n = G_N_ELEMENTS(ways);
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, test_wrong_arguments, 0, n);
    tcase_add_loop_test(tests, test_types_have_sizes, 0, n);
    tcase_add_loop_test(tests, test_tags_out_of_order, 0, n);
    tcase_add_loop_test(tests, test_same_tag_keeps_its_order, 0, n);
    tcase_add_loop_test(tests, test_any_source_takes_the_first_to_come, 0, n);
    tcase_add_loop_test(tests, test_one_source_among_others, 0, n);
    tcase_add_loop_test(tests, test_empty_messages, 0, n);
    tcase_add_loop_test(tests, test_truncation, 0, n);
    tcase_add_loop_test(tests, test_receiver_late, 0, n);
    tcase_add_loop_test(tests, test_sender_late, 0, n);
    tcase_add_loop_test(tests, test_both_send_first, 0, n);
    tcase_add_loop_test(tests, test_everybody_sends_at_once, 0, n);
    tcase_add_loop_test(tests, test_requests_one_way, 0, n);
    tcase_add_loop_test(tests, test_requests_with_wrong_arguments, 0, n);
    tcase_add_loop_test(tests, test_random_requests_match_in_order, 0, n);
    tcase_add_loop_test(tests, test_both_isend_large, 0, n);
    tcase_add_loop_test(tests, test_deadlock_says_who_waits_for_whom, 0, n);
    tcase_add_test(tests, test_message_larger_than_the_region);
    tcase_add_test(tests, test_full_region_holds_the_sender_back);
    tcase_add_test(tests, test_full_region_does_not_stop_others);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
