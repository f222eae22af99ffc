/* Requests that are lost: ping goes on after its interval, to the picosecond, and counts the loss;
 * netperf's UDP_RR waits without end: the run ends there, and says where the datagram was lost. */
#include "sim/scenario/repeats.h"
#include "sim/stats/result_json.h"
#include "tests/harness/counts.h"
#include "tests/harness/points.h"

/* Four packets of the MTU are more than the FIFO and its list take. */
static const char text[] =
    "schema: ivcsim/1\nname: lost\nmachine:\n  profile: xeon-e5-2630v4\n"
    "  os: {resume: 113ns, idle_exit: 127ns, syscall_exit: 103ns}\n"
    "guests: {a: {cores: [1]}, b: {cores: [2]}}\n"
    "channels:\n  c: {mechanism: xen-fifo, between: [a, b], fifo: 4KiB, waiting: 3}\n"
    "workload: {kind: flood-ping, message: 40000B, total: 1GiB, warmup: 8}\n";

static IvcResult *run(const char *const *sets, bool full)
{
    g_autoptr(IvcScenario) scenario = points_bind(text, sets);
    const IvcRunHooks hooks = {.full = full};
    g_autoptr(GError) error = NULL;
    IvcResult *result = ivc_run(scenario, &hooks, &error);
    ck_assert_msg(result != NULL, "%s", error ? error->message : "");
    return result;
}

static char *as_text(IvcResult *result)
{
    result->recurrence = (IvcRecurrenceResult){.outcome = "-"};
    return ivc_result_to_json(result);
}

START_TEST(test_ping_goes_on_after_its_interval)
{
    static const struct {
        const char *set;
        uint64_t us;
    } intervals[] = {{"workload.interval=10ms", 10000}, {"workload.interval=700us", 700}};
    for (size_t i = 0; i < G_N_ELEMENTS(intervals); i++) {
        const char *set = intervals[i].set;
        g_autoptr(IvcResult) few = run((const char *[]){set, "workload.messages_max=300", NULL}, 0);
        g_autoptr(IvcResult) more =
            run((const char *[]){set, "workload.messages_max=500", NULL}, 0);
        /* Its timer wakes it, and it returns from recvmsg(). */
        ck_assert_uint_eq(more->elapsed_ps - few->elapsed_ps,
                          200 * (intervals[i].us * 1000 + 127 + 113 + 103) * UINT64_C(1000));
        ck_assert_uint_eq(more->messages, 0);
        ck_assert_uint_eq(more->latency_ps.count, 0);
        ck_assert_ptr_null(more->stalled);
        check_count(more, "drops_device", 500, 1);
        check_count(more, "transactions", 0, 0);
    }
}
END_TEST

/* With room for all of them nobody waits for the interval. */
START_TEST(test_pings_with_room)
{
    const char *sets[] = {"channels.c.fifo=64KiB", "channels.c.waiting=64",
                          "workload.messages_max=300", NULL};
    g_autoptr(IvcResult) all = run(sets, false);
    ck_assert_uint_eq(all->messages, 300);
    ck_assert_uint_eq(all->latency_ps.count, 300);
    check_count(all, "drops_device", 0, 0);
    ck_assert_uint_lt(all->elapsed_ps, 300 * UINT64_C(1000000000));
}
END_TEST

#define RR "workload.kind=netperf-udp-rr"
#define SIZES "workload.sizes={kind: list, list: [100B, 30000B], weights: [50, 1]}"

START_TEST(test_a_request_without_answer_ends_the_run)
{
    const char *sets[] = {RR, SIZES, "workload.warmup=0", "workload.messages_max=100000", NULL};
    g_autoptr(IvcResult) result = run(sets, false);
    ck_assert_str_eq(result->stalled, "at the sender's device (drops_device)");
    ck_assert_uint_gt(result->messages, 0);
    ck_assert_uint_lt(result->messages, 100000);
    ck_assert_uint_gt(result->latency_ps.count, 0);
    ck_assert_uint_eq(result->bytes, result->messages * 100);
    check_count(result, "drops_device", 1, 0);
    /* It is the request or the answer after those that came. */
    check_count(result, "datagrams_sent", result->messages + 1, 0);
    g_autoptr(IvcResult) in_full = run(sets, true);
    g_autofree char *one = as_text(result), *other = as_text(in_full);
    ck_assert_str_eq(one, other);
}
END_TEST

/* Of several repeats the first need not be the one that ends early. */
START_TEST(test_a_later_repeat_that_stalls_is_marked)
{
    const char *sets[] = {RR,
                          "workload.sizes={kind: list, list: [100B, 30000B], weights: [2000, 1]}",
                          "workload.warmup=0",
                          "workload.messages_max=1000",
                          "statistics.repeats=2",
                          NULL};
    g_autoptr(IvcScenario) scenario = points_bind(text, sets);
    g_autoptr(IvcResult) first = ivc_run_once(scenario, 0, NULL, NULL);
    g_autoptr(IvcResult) second = ivc_run_once(scenario, 1, NULL, NULL);
    ck_assert_ptr_null(first->stalled);
    ck_assert_uint_eq(first->messages, 1000);
    ck_assert_ptr_nonnull(second->stalled);
    g_autoptr(IvcResult) both = run(sets, false);
    ck_assert_uint_eq(both->messages, first->messages + second->messages);
    ck_assert_str_eq(both->stalled, second->stalled);
}
END_TEST

START_TEST(test_a_loss_before_the_measured_phase_fails)
{
    g_autoptr(IvcScenario) scenario = points_bind(text, (const char *[]){RR, NULL});
    g_autoptr(GError) error = NULL;
    ck_assert_ptr_null(ivc_run(scenario, NULL, &error));
    ck_assert_msg(strstr(error->message, "before anything was measured") &&
                      strstr(error->message, "at the sender's device (drops_device)") &&
                      !strstr(error->message, "deadlock"),
                  "%s", error->message);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lost");
    TCase *tests = tcase_create("lost");
    tcase_add_test(tests, test_ping_goes_on_after_its_interval);
    tcase_add_test(tests, test_pings_with_room);
    tcase_add_test(tests, test_a_request_without_answer_ends_the_run);
    tcase_add_test(tests, test_a_later_repeat_that_stalls_is_marked);
    tcase_add_test(tests, test_a_loss_before_the_measured_phase_fails);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
