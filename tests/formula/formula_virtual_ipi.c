/* Interrupts between virtual CPUs: the time from the sender's call to the first instruction of the
 * receiver's handler, to the picosecond, from the parameters alone: for every delivery, to a
 * receiver that runs, one that the hypervisor polls for, and one that sleeps. */
#include "models/ipi/virq.h"
#include "tests/harness/counts.h"
#include "tests/harness/points.h"

/* In nanoseconds, as the scenario below states them. */
enum {
    STORE = 101,
    LOAD = 103,
    FLIGHT = 107,
    ENTRY = 109,
    EXIT = 113,
    SYSCALL_ENTER = 127,
    SYSCALL_EXIT = 131,
    WAKE = 137,
    IDLE_EXIT = 139,
    LEAVE = 149, /* machine.virtualisation.exit */
    ENTER = 151,
    TRAP = 157,
    RETURN = 163,
    HYPERCALL = 167,
    IPI = 173,
    INTERRUPT = 179,
    INJECTION = 181,
    UNBLOCK = 191,
    DESCRIPTOR = 193,
    POSTING = 197,
    TARGET = 199,
    LOOKUP = 211,
    USER = 2221,
    TURN = 20,
};

static const char text[] =
    "schema: ivcsim/1\nname: virtual-ipi\n"
    "machine:\n  profile: manycore-1024\n"
    "  registers: {store: 101ns, load: 103ns, flight: 107ns}\n"
    "  interrupt: {entry: 109ns, exit: 113ns}\n"
    "  os: {syscall_enter: 127ns, syscall_exit: 131ns, block: 10ns, wake: 137ns, resume: 11ns,"
    " idle_exit: 139ns}\n"
    "  virtualisation: {extension: nested, interface: sending, exit: 149ns, entry: 151ns,\n"
    "    trap: 157ns, return: 163ns, hypercall: 167ns, ipi: 173ns, interrupt: 179ns,\n"
    "    injection: 181ns, unblock: 191ns, halt: 50ns, register: 51ns, completion: 52ns,"
    " bounce: 0ns}\n"
    "guests:\n  vm: {count: 132, cores: [0], memory: 1MiB}\n"
    "channels:\n"
    "  c: {mechanism: virtual-ipi, between: [vm], delivery: bare, descriptor: 193ns,\n"
    "      posting: 197ns, target: 199ns, lookup: 211ns, halt_poll_turn: 20ns, handler: 7ns}\n"
    "workload: {kind: ipi, ranks: 2, total: 320B, warmup: 8, gap: 1ms}\n";

static const char *mode_of(const IvcVirqDelivery *delivery)
{
    return delivery->bare ? "native" : delivery->rules.edge ? "paravirtual" : "hardware-nested";
}

static IvcResult *run(const IvcVirqDelivery *delivery, const char *const *more)
{
    g_autoptr(GPtrArray) sets = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(sets, g_strdup_printf("channels.c.delivery=%s", delivery->name));
    g_ptr_array_add(sets, g_strdup_printf("channels.c.mode=%s", mode_of(delivery)));
    for (size_t i = 0; more[i]; i++)
        g_ptr_array_add(sets, g_strdup(more[i]));
    g_ptr_array_add(sets, NULL);
    return points_run(text, (const char *const *)sets->pdata);
}

/* What the mode takes to leave the guest and to enter it. */
static uint64_t leave_ns(const IvcVirqDelivery *delivery)
{
    return delivery->rules.edge ? TRAP : LEAVE;
}

static uint64_t enter_ns(const IvcVirqDelivery *delivery)
{
    return delivery->rules.edge ? RETURN : ENTER;
}

/* Until the request is made. */
static uint64_t request_ns(const IvcVirqDelivery *delivery)
{
    uint64_t descriptor = delivery->descriptor ? DESCRIPTOR : 0;
    switch (delivery->send) {
    case IVC_SEND_TRAP:
        return LEAVE + IPI + descriptor;
    case IVC_SEND_CALL:
        return leave_ns(delivery) + HYPERCALL + TARGET + descriptor;
    case IVC_SEND_STORE:
        break;
    }
    return descriptor;
}

static uint64_t running_ns(const IvcVirqDelivery *delivery)
{
    uint64_t taken = delivery->bare ? 0
                     : delivery->rules.posted
                         ? POSTING
                         : leave_ns(delivery) + INTERRUPT + INJECTION + enter_ns(delivery);
    return request_ns(delivery) + STORE + FLIGHT + taken + ENTRY;
}

static uint64_t asleep_ns(const IvcVirqDelivery *delivery)
{
    if (!delivery->rules.halt_exits)
        return running_ns(delivery) + IDLE_EXIT;
    uint64_t woken = delivery->send == IVC_SEND_STORE ? 0 : WAKE;
    return request_ns(delivery) + woken + STORE + FLIGHT + UNBLOCK + INJECTION +
           enter_ns(delivery) + ENTRY;
}

static void check_conservation(const IvcResult *result)
{
    uint64_t sent = 0, merged = 0, taken = 0;
    for (guint i = 0; i < result->guest_counts->len; i++) {
        const IvcGuestCount *count = &g_array_index(result->guest_counts, IvcGuestCount, i);
        sent += g_str_equal(count->name, "interrupts_sent") ? count->value : 0;
        merged += g_str_equal(count->name, "interrupts_merged") ? count->value : 0;
        taken += g_str_equal(count->name, "interrupts_taken") ? count->value : 0;
    }
    ck_assert_uint_gt(sent, 0);
    ck_assert_msg(sent <= taken + merged + 1 && taken + merged <= sent + 1,
                  "%" G_GUINT64_FORMAT " sent, %" G_GUINT64_FORMAT " merged, %" G_GUINT64_FORMAT
                  " taken",
                  sent, merged, taken); /* one may be on its way at either end */
}

START_TEST(test_a_running_receiver)
{
    const IvcVirqDelivery *delivery = &ivc_virq_deliveries[_i];
    g_autoptr(IvcResult) result =
        run(delivery, (const char *[]){"channels.c.receiver=running", NULL});
    check_latency(result, 8, running_ns(delivery));
    ck_assert_uint_eq(result->latency_ps.min, result->latency_ps.max);
    bool left = !delivery->rules.posted;
    check_count(result, "injection_exits", left ? result->messages : 0, 0);
    check_count(result, "send_exits", delivery->send == IVC_SEND_STORE ? 0 : result->messages, 1);
    check_count(result, "halts", 0, 0);
    check_conservation(result);
}
END_TEST

START_TEST(test_a_sleeping_receiver)
{
    const IvcVirqDelivery *delivery = &ivc_virq_deliveries[_i];
    g_autoptr(IvcResult) result = run(delivery, (const char *[]){NULL});
    check_latency(result, 8, asleep_ns(delivery));
    ck_assert_uint_eq(result->latency_ps.min, result->latency_ps.max);
    check_count(result, "injection_exits", 0, 0);
    check_count(result, "vcpu_wakes", delivery->rules.halt_exits ? result->messages : 0, 0);
    check_count(result, "halts_polled", 0, 0);
    check_conservation(result);
}
END_TEST

/* It is seen at the next turn of the hypervisor's loop, and costs no wake-up. */
START_TEST(test_a_receiver_that_is_polled_for)
{
    const IvcVirqDelivery *delivery = &ivc_virq_deliveries[_i];
    g_autoptr(IvcResult) result =
        run(delivery, (const char *[]){"workload.gap=50us", "workload.total=8000B", NULL});
    if (!delivery->rules.halt_exits)
        return;
    uint64_t least = request_ns(delivery) + INJECTION + enter_ns(delivery) + ENTRY;
    ck_assert_uint_ge(result->latency_ps.min, 1000 * least);
    ck_assert_uint_le(result->latency_ps.max, 1000 * (least + TURN));
    check_count(result, "halts_polled", result->messages, 0);
    check_conservation(result);
}
END_TEST

/* A receiver whose core another guest has: it takes its interrupt when it gets the core, after a
 * scheduler's time, and none is lost. */
START_TEST(test_a_receiver_that_waits_for_a_core)
{
    static const char shared[] =
        "schema: ivcsim/1\nname: waiting\nmachine: {profile: sapphire-rapids}\n"
        "hypervisor: {scheduler: credit, mode: hardware-nested}\n"
        "guests:\n  a: {cores: [0], memory: 1GiB}\n  b: {cores: [1], memory: 1GiB}\n"
        "  busy: {cores: [1], memory: 1GiB, load: busy}\n"
        "channels: {c: {mechanism: virtual-ipi, between: [a, b], delivery: emulated}}\n"
        "workload: {kind: ipi, gap: 3ms, total: 800B}\n";
    const uint64_t slice = UINT64_C(30000000000);
    g_autoptr(IvcResult) running =
        points_run(shared, (const char *[]){"channels.c.receiver=running", NULL});
    g_autoptr(IvcResult) asleep = points_run(shared, (const char *[]){NULL});
    ck_assert_uint_gt(running->latency_ps.max, slice / 2);
    ck_assert_uint_lt(running->latency_ps.min, slice / 1000);
    ck_assert_uint_gt(asleep->latency_ps.min, running->latency_ps.min);
    ck_assert_uint_eq(running->messages, 100);
    ck_assert_uint_eq(asleep->messages, 100);
    check_conservation(running);
    check_conservation(asleep);
}
END_TEST

/* Two virtual CPUs that share a core: the hypervisor does not poll for the one that halts while the
 * other waits for the core, so it makes no difference for how long it would. */
START_TEST(test_no_polling_on_a_core_that_another_one_wants)
{
    static const char shared[] =
        "schema: ivcsim/1\nname: shared\nmachine: {profile: sapphire-rapids}\n"
        "hypervisor: {scheduler: credit, mode: hardware-nested}\n"
        "guests:\n  a: {cores: [0], memory: 1GiB}\n  b: {cores: [0], memory: 1GiB}\n"
        "channels: {c: {mechanism: virtual-ipi, delivery: emulated}}\n"
        "workload: {kind: pingpong, message: 8B, total: 800B}\n";
    static const char *const schedulers[] = {"credit", "credit2", "fair"};
    for (size_t i = 0; i < G_N_ELEMENTS(schedulers); i++) {
        g_autofree char *set = g_strconcat("hypervisor.scheduler=", schedulers[i], NULL);
        const char *polls[] = {set, "channels.c.halt_poll=200us", NULL};
        const char *never[] = {set, "channels.c.halt_poll=0", NULL};
        g_autoptr(IvcResult) polling = points_run(shared, polls);
        g_autoptr(IvcResult) sleeping = points_run(shared, never);
        ck_assert_uint_eq(polling->elapsed_ps, sleeping->elapsed_ps);
        check_count(polling, "halts_polled", 0, 0);
        check_conservation(polling);
    }
}
END_TEST

/* Late ends double up to their limit, however short the first one is: in the time of the run there
 * is room for few. */
START_TEST(test_late_ends_double_up_to_the_limit)
{
    static const char flood[] =
        "schema: ivcsim/1\nname: flood\nmachine: {profile: xeon-e5-2450-xen}\n"
        "guests:\n  a: {cores: [0], memory: 1GiB}\n  b: {cores: [1], memory: 1GiB}\n"
        "  flooder: {cores: [2], memory: 1GiB}\n"
        "channels: {c: {mechanism: virtual-ipi, between: [a, b], delivery: event-channel,"
        " mode: paravirtual, flooder: flooder, flood_gap: 2us, late_eoi: true,"
        " late_eoi_unit: 1ns}}\n"
        "workload: {kind: pingpong, message: 8B, total: 80000B}\n";
    g_autoptr(IvcResult) result = points_run(flood, (const char *[]){NULL});
    uint64_t most = 2;
    for (IvcTime late = 1000; late < result->elapsed_ps; late *= 2)
        most++;
    ck_assert_uint_gt(result->elapsed_ps, UINT64_C(10000000000));
    check_count(result, "late_ends", 1, most);
}
END_TEST

/* ---- what a delivery has no use for ---- */

static IvcResult *run_two(const IvcVirqDelivery *delivery, const char *const *way, const char *set)
{
    return run(delivery, (const char *[]){"guests.vm.count=2", "machine.cores=16",
                                          "machine.interconnect.nodes=16",
                                          "machine.interconnect.columns=4", "workload.total=160B",
                                          "workload.gap=50us", way[0], way[1], set, NULL});
}

/* What counts among no assumptions changes nothing; the rest does, for some receiver or call. */
START_TEST(test_what_is_idle_decides_nothing)
{
    static const char *const ways[][2] = {
        {"channels.c.receiver=running", "channels.c.call=interrupt"},
        {"channels.c.receiver=halted", "channels.c.call=interrupt"},
        {"channels.c.receiver=halted", "channels.c.call=wake"}};
    static const char *const values[] = {
        "lookup=9us",     "descriptor=9us",      "posting=9us",   "target=9us",
        "user=9us",       "halt_poll=0",         "flood_gap=1us", "halt_poll_turn=9us",
        "late_eoi_max=0", "halt_poll_start=1ns", "flooded=0"};
    const IvcVirqDelivery *delivery = &ivc_virq_deliveries[_i];
    g_autofree char *name = g_strconcat("channels.c.delivery=", delivery->name, NULL);
    g_autofree char *mode = g_strconcat("channels.c.mode=", mode_of(delivery), NULL);
    IvcResult *before[G_N_ELEMENTS(ways)];
    for (size_t w = 0; w < G_N_ELEMENTS(ways); w++)
        before[w] = run_two(delivery, ways[w], NULL);
    for (size_t v = 0; v < G_N_ELEMENTS(values); v++) {
        g_autofree char *set = g_strconcat("channels.c.", values[v], NULL);
        g_autofree char *path = g_strndup(set, strcspn(set, "="));
        unsigned used = 0, moved = 0;
        for (size_t w = 0; w < G_N_ELEMENTS(ways); w++) {
            g_autoptr(IvcScenario) scenario =
                points_bind(text, (const char *[]){name, mode, ways[w][0], ways[w][1], NULL});
            bool uses = ivc_scenario_uses(scenario, path);
            g_autoptr(IvcResult) after = run_two(delivery, ways[w], set);
            bool differs = after->elapsed_ps != before[w]->elapsed_ps ||
                           after->latency_ps.sum != before[w]->latency_ps.sum;
            ck_assert_msg(uses || !differs, "%s, %s: %s", delivery->name, ways[w][0], set);
            used += uses;
            moved += differs;
        }
        ck_assert_msg(!used || moved, "%s: %s moves nothing", delivery->name, set);
    }
    for (size_t w = 0; w < G_N_ELEMENTS(ways); w++)
        ivc_result_free(before[w]);
}
END_TEST

/* ---- wake-ups: the waker's loop ---- */

static uint64_t wake_ns(const IvcVirqDelivery *delivery)
{
    uint64_t call = SYSCALL_ENTER + LOOKUP + WAKE + STORE + SYSCALL_EXIT;
    if (delivery->rules.edge) /* system calls bounce, too */
        call += TRAP + RETURN;
    if (delivery->send == IVC_SEND_STORE)
        return call + request_ns(delivery);
    return call + request_ns(delivery) + WAKE + enter_ns(delivery);
}

START_TEST(test_a_loop_of_wakes)
{
    const IvcVirqDelivery *delivery = &ivc_virq_deliveries[_i];
    g_autoptr(IvcResult) result =
        run(delivery,
            (const char *[]){"channels.c.call=wake", "workload.kind=futex-wake", "workload.ranks=9",
                             "workload.total=640B", "workload.targets=8", NULL});
    check_latency(result, 8, 8 * wake_ns(delivery));
}
END_TEST

/* Wakes that wait for their Waitall are system calls all the same, one after the other. */
START_TEST(test_wakes_together_are_a_loop)
{
    const IvcVirqDelivery *delivery = &ivc_virq_deliveries[_i];
    g_autoptr(IvcResult) result =
        run(delivery, (const char *[]){"channels.c.call=wake", "workload.kind=interrupt-all",
                                       "workload.ranks=9", "workload.total=640B",
                                       "workload.targets=8", NULL});
    ck_assert_uint_eq(result->latency_ps.max - result->latency_ps.min,
                      7 * 1000 * wake_ns(delivery));
    check_conservation(result);
}
END_TEST

/* The device model lets one in at a time: the waker waits for those whom it has woken. */
START_TEST(test_a_device_model_is_shared)
{
    const IvcVirqDelivery *delivery = ivc_virq_deliveries;
    while (!delivery->ack_traps)
        delivery++;
    const char *const alone[] = {"channels.c.call=wake",
                                 "workload.kind=futex-wake",
                                 "workload.ranks=9",
                                 "workload.total=640B",
                                 "workload.targets=8",
                                 "channels.c.user=2221ns",
                                 NULL};
    const char *const locked[] = {"channels.c.call=wake",      "workload.kind=futex-wake",
                                  "workload.ranks=9",          "workload.total=640B",
                                  "workload.targets=8",        "channels.c.user=2221ns",
                                  "channels.c.user_lock=true", NULL};
    g_autoptr(IvcResult) free = run(delivery, alone);
    g_autoptr(IvcResult) one = run(delivery, locked);
    check_latency(free, 8, 8 * (wake_ns(delivery) + USER));
    check_count(free, "device_lock_waits", 0, 0);
    ck_assert_uint_gt(count_of(one, "device_lock_waits"), 0);
    ck_assert_uint_gt(one->latency_ps.min, free->latency_ps.min);
    /* At worst it waits for all the others: three times in the model for each thread. */
    ck_assert_uint_le(one->latency_ps.max, free->latency_ps.max + 8000 * 2 * (USER + 10));
}
END_TEST

/* ---- many targets ---- */

/* 130 targets: two hypercalls of at most 128, nine traps of at most 16, or 130 of one. */
START_TEST(test_hypercalls_are_split)
{
    const IvcVirqDelivery *delivery = &ivc_virq_deliveries[_i];
    g_autoptr(IvcResult) result =
        run(delivery, (const char *[]){"workload.kind=interrupt-all", "workload.ranks=131",
                                       "workload.targets=130", "workload.total=10400B",
                                       "workload.warmup=1", NULL});
    uint64_t rounds = result->messages / 130;
    ck_assert_uint_gt(rounds, 0);
    uint64_t sends = delivery->send == IVC_SEND_STORE ? 0 : rounds * ivc_virq_sends(delivery, 130);
    ck_assert_uint_eq(count_of(result, "send_exits"), sends);
    check_conservation(result);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("virtual_ipi");
    TCase *tests = tcase_create("virtual_ipi");
    int n = 0;
    while (ivc_virq_deliveries[n].name != NULL)
        n++;
    tcase_add_loop_test(tests, test_a_running_receiver, 0, n);
    tcase_add_loop_test(tests, test_a_sleeping_receiver, 0, n);
    tcase_add_loop_test(tests, test_a_receiver_that_is_polled_for, 0, n);
    tcase_add_loop_test(tests, test_a_loop_of_wakes, 0, n);
    tcase_add_loop_test(tests, test_wakes_together_are_a_loop, 0, n);
    tcase_add_loop_test(tests, test_hypercalls_are_split, 0, n);
    tcase_add_loop_test(tests, test_what_is_idle_decides_nothing, 0, n);
    tcase_add_test(tests, test_a_receiver_that_waits_for_a_core);
    tcase_add_test(tests, test_no_polling_on_a_core_that_another_one_wants);
    tcase_add_test(tests, test_late_ends_double_up_to_the_limit);
    tcase_add_test(tests, test_a_device_model_is_shared);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
