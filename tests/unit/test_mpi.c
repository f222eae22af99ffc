/* What users of MPI may expect, over every mechanism: errors of arguments, matching by source and
 * tag, order, messages that come before or after their Recv, truncation, and deadlocks that say who
 * waits for whom. */
#include "tests/harness/ways.h"

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
    tcase_add_loop_test(tests, test_deadlock_says_who_waits_for_whom, 0, n);
    tcase_add_test(tests, test_message_larger_than_the_region);
    tcase_add_test(tests, test_full_region_holds_the_sender_back);
    tcase_add_test(tests, test_full_region_does_not_stop_others);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
