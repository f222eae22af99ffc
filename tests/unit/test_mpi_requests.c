/* Requests among blocking calls, over every mechanism: they match in order, and both sides may
 * begin with them. */
#include "tests/harness/ways.h"

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
    guint32 seed = points_seed("test_mpi_requests", 20121122);
    if (!has_requests(_i))
        return; /* blocking calls: test_requests_one_way */
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

int main(void)
{
    Suite *suite = suite_create("mpi_requests");
    TCase *tests = tcase_create("mpi_requests");
    int n = G_N_ELEMENTS(ways);
    tcase_add_loop_test(tests, test_requests_one_way, 0, n);
    tcase_add_loop_test(tests, test_requests_with_wrong_arguments, 0, n);
    tcase_add_loop_test(tests, test_random_requests_match_in_order, 0, n);
    tcase_add_loop_test(tests, test_both_isend_large, 0, n);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
