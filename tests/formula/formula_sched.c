/* One message of the byte ring between guests under a scheduler of the hypervisor, to the
 * picosecond from the parameters: an event for a virtual CPU that sleeps wakes it through the
 * scheduler, one for a virtual CPU that runs interrupts it, and one for a virtual CPU that waits
 * for the core is found when it gets that. */
#include "tests/harness/points.h"
#include "tests/harness/xen_path.h"

/* In nanoseconds, as the scenario below states them; those that others have are in the harness. */
enum {
    ATOMIC = 11,
    CALL = 139,
    FLIGHT = 277,
    CORE_WAKE = 281,
    IDLE_SWITCH = 283,
    DOMAIN_SWITCH = 293,
    TLB_REFILL = 307,
    MESSAGE = 8,
    MESSAGES = 80,
};

static const char text[] =
    "schema: ivcsim/1\nname: scheduled\n"
    "machine:\n  profile: loongson3a\n"
    "  copy: {setup: 0ns, word: 7ns}\n  atomic: 11ns\n" IDLE_PATH_CACHES IDLE_PATH_OS
    "hypervisor: {scheduler: credit2, reschedule_flight: 277ns, idle_wake: 281ns,\n"
    "  idle_switch: 283ns, domain_switch: 293ns, tlb_refill: 307ns}\n"
    "guests:\n  a: {cores: [1], memory: 64MiB}\n  b: {cores: [2], memory: 64MiB}\n"
    "channels:\n"
    "  c: {mechanism: xen-ring, between: [a, b], header: 40B, ring: 64KiB,\n"
    "      " IDLE_PATH_MPI ", call: 139ns, " XEN_PATH_EVENTS "}\n"
    "workload: {kind: pingpong, message: 8B, total: 640B, warmup: 8}\n";

static const char *const schedulers[] = {
    "hypervisor.scheduler=credit", "hypervisor.scheduler=credit2", "hypervisor.scheduler=fair",
    "hypervisor.scheduler=pinned"};

/* A read or write looks at the positions once and moves its own; then it takes the other side's
 * request away. See formula_xen_ring.c. */
static uint64_t ring_call_ns(uint64_t words)
{
    return CALL + WORD + words * WORD + WORD + WORD + ATOMIC;
}

/* From Send to the return of Recv, when the event takes `arrival_ns` from the end of the hypercall
 * to the receiver's upcall. */
static uint64_t one_way_ns(uint64_t arrival_ns)
{
    uint64_t header = HEADER / 8, message = MESSAGE / 8;
    uint64_t send = SEND + ring_call_ns(header + message) + SYSCALL_ENTER + HYPERCALL + EVENT_SEND;
    uint64_t upcall = UPCALL_ENTRY + EVENT_DISPATCH + WAKE + UPCALL_EXIT;
    uint64_t wake = IDLE_EXIT + RESUME + SYSCALL_EXIT + SYSCALL_ENTER + SYSCALL_EXIT;
    return send + arrival_ns + upcall + wake + ring_call_ns(header) + ring_call_ns(message);
}

static void check_latency(const IvcResult *result, uint64_t ns, const char *scheduler)
{
    ck_assert_msg(result->latency_ps.min == ns * 1000 && result->latency_ps.max == ns * 1000,
                  "%s: %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT " ps, not %" G_GUINT64_FORMAT
                  " ns",
                  scheduler, result->latency_ps.min, result->latency_ps.max, ns);
}

static const IvcSchedulingResult *scheduling(const IvcResult *result, guint guest)
{
    return &g_array_index(result->scheduling, IvcSchedulingResult, guest);
}

static const IvcStageResult *stage(const IvcResult *result, const char *name, unsigned guest)
{
    for (guint i = 0; i < result->stages->len; i++) {
        const IvcStageResult *stage = &g_array_index(result->stages, IvcStageResult, i);
        if (g_str_equal(stage->stage, name) && stage->guest == guest)
            return stage;
    }
    ck_abort_msg("no stage '%s'", name);
}

/* Each guest has a core, which falls idle and is woken for each message. */
START_TEST(test_a_sleeping_vcpu_is_woken)
{
    g_autoptr(IvcResult) result = points_run(text, (const char *[]){schedulers[_i], NULL});
    check_latency(result, one_way_ns(FLIGHT + CORE_WAKE + IDLE_SWITCH), schedulers[_i]);
    for (unsigned g = 0; g < 2; g++) {
        const IvcStageResult *switches = stage(result, "domain-switch", g);
        ck_assert_uint_eq(scheduling(result, g)->wakes, switches->times);
        ck_assert_uint_eq(switches->spent_ps, switches->times * IDLE_SWITCH * 1000);
        ck_assert_uint_ge(switches->times, MESSAGES / 2);
        ck_assert_uint_eq(scheduling(result, g)->switches, 0);
        ck_assert_uint_eq(scheduling(result, g)->preemptions, 0);
    }
}
END_TEST

/* A load keeps both cores busy: the event interrupts it, and the woken process takes its place. So
 * it is for pinned guests. */
START_TEST(test_a_running_vcpu_is_interrupted)
{
    g_autoptr(IvcResult) result = points_run(
        text, (const char *[]){schedulers[_i], "guests.a.load=busy", "guests.b.load=busy", NULL});
    check_latency(result, one_way_ns(EVENT_FLIGHT), schedulers[_i]);
    for (guint g = 0; g < 2; g++) {
        const IvcStates *states = &g_array_index(result->guests, IvcGuestResult, g).states;
        ck_assert_uint_eq(states->running_ps, result->elapsed_ps);
        ck_assert_uint_gt(stage(result, "load", g)->spent_ps, 0);
    }
}
END_TEST

/* Both on one core: who is told waits until the other sleeps, and then takes its place: a domain
 * switch a message, and nobody is pre-empted within the rate limit. */
START_TEST(test_a_waiting_vcpu_finds_the_event)
{
    g_autoptr(IvcResult) result =
        points_run(text, (const char *[]){schedulers[_i], "guests.b.cores=[1]", NULL});
    uint64_t alone = one_way_ns(DOMAIN_SWITCH + TLB_REFILL) * 1000;
    ck_assert_uint_gt(result->latency_ps.min, alone);
    ck_assert_uint_lt(result->latency_ps.max, 2 * alone);
    for (unsigned g = 0; g < 2; g++) {
        const IvcStageResult *switches = stage(result, "domain-switch", g);
        ck_assert_uint_eq(switches->spent_ps,
                          switches->times * (DOMAIN_SWITCH + TLB_REFILL) * 1000);
        ck_assert_uint_eq(scheduling(result, g)->switches, switches->times);
        ck_assert_uint_eq(scheduling(result, g)->preemptions, 0);
        ck_assert_uint_ge(switches->times, MESSAGES / 2);
        ck_assert_uint_le(switches->times, MESSAGES / 2 + 1);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sched");
    TCase *tests = tcase_create("sched");
    tcase_add_loop_test(tests, test_a_sleeping_vcpu_is_woken, 0, 3);
    tcase_add_loop_test(tests, test_a_running_vcpu_is_interrupted, 0, 4);
    tcase_add_loop_test(tests, test_a_waiting_vcpu_finds_the_event, 0, 3);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
