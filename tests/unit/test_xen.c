/* Event channels: pending events merge, are handled in order, one upcall for many; masks; who pays.
 * Grants: what an operation costs. */
#include "models/xen/event_channel.h"
#include "models/xen/grant.h"
#include "tests/harness/points.h"

/* ---- event channels ---- */

/* Round costs in picoseconds; see set_times(). */
enum {
    HYPERCALL = 1000,
    HYPERCALL_PV = 71,
    SEND = 300,
    FLIGHT = 500,
    IDLE_WAKE = 4000,
    SWITCH = 700,
    ENTRY = 900,
    EXIT = 200,
    DISPATCH = 50,
    WORK = 30,
};

enum { STAGES = IVC_STAGES_MACHINE + XEN_STAGES, PORTS = 3, STEPS = 12 };

typedef enum { DO_END, DO_RUN, DO_SEND, DO_MASK, DO_UNMASK } Do;

typedef struct Bench Bench;

/* A process that sends events by a list. */
typedef struct {
    IvcAgent agent;
    IvcLabel label;
    Bench *bench;
    uint32_t at;
    struct {
        Do what;
        uint64_t value; /* picoseconds, or a port */
    } steps[STEPS];
} Script;

struct Bench {
    IvcPlatform platform;
    IvcXen xen;
    IvcXenVcpu vcpu;
    IvcXenPort ports[PORTS];
    Script sender;
    Script busy; /* on the core of the vCPU */
    uint32_t n_taken;
    uint32_t taken[32];
    IvcTime taken_ps[32];
};

static void take(IvcXenPort *port, IvcAgent *upcall)
{
    Bench *bench = port->owner;
    bench->taken[bench->n_taken] = (uint32_t)(port - bench->ports);
    bench->taken_ps[bench->n_taken++] = upcall->sim->now;
    ivc_owe(upcall, WORK, IVC_STAGE_WAKE);
}

static IvcStep script_step(IvcAgent *agent)
{
    Script *s = (Script *)((char *)agent - offsetof(Script, agent));
    Bench *bench = s->bench;
    IVC_BEGIN(s);
    for (s->at = 0; s->steps[s->at].what != DO_END; s->at++) {
        if (s->steps[s->at].what == DO_RUN) {
            IVC_AWAIT(s, ivc_spend(agent, s->steps[s->at].value, IVC_STAGE_SYSCALL));
        } else if (s->steps[s->at].what == DO_MASK) {
            ivc_xen_port_mask(&bench->ports[s->steps[s->at].value]);
        } else if (s->steps[s->at].what == DO_UNMASK) {
            ivc_xen_port_unmask(&bench->ports[s->steps[s->at].value]);
        } else {
            IVC_AWAIT(s, ivc_spend(agent, ivc_xen_event_send(&bench->xen),
                                   bench->xen.stage0 + XEN_EVENT_SEND));
            ivc_xen_event_arrive(&bench->ports[s->steps[s->at].value]);
        }
    }
    IVC_END(s);
}

static IvcCost cost(uint64_t ps)
{
    return (IvcCost){.is_time = true, .n = ps};
}

static const IvcXenSpec *spec_of_bench(void)
{
    static IvcXenSpec spec;
    spec = (IvcXenSpec){.hypercall = cost(HYPERCALL),
                        .event_send = cost(SEND),
                        .event_flight = cost(FLIGHT),
                        .idle_wake = cost(IDLE_WAKE),
                        .vcpu_switch = cost(SWITCH),
                        .upcall_entry = cost(ENTRY),
                        .upcall_exit = cost(EXIT),
                        .event_dispatch = cost(DISPATCH),
                        .grant_map = cost(11),
                        .grant_unmap = cost(13),
                        .grant_copy = cost(17),
                        .tlb_flush = cost(19),
                        .hypercall_pv = cost(HYPERCALL_PV),
                        .multicall_entry = cost(23),
                        .grant_transfer = cost(29),
                        .mapping_update = cost(31),
                        .page_exchange = cost(37),
                        .page_zero = cost(41),
                        .grant_lookup = cost(43),
                        .grant_lock = cost(100),
                        .maptrack_lock = cost(200)};
    return &spec;
}

static Bench *bench_new(void)
{
    Bench *bench = g_new0(Bench, 1);
    IvcPlatform *platform = &bench->platform;
    IvcSimLimits limits = {
        .horizon_ps = UINT64_C(1) << 50, .events_per_instant = 1000, .queue_max = 1000};
    platform->next_id = 1;
    ivc_sim_init(&platform->sim, &limits);
    ivc_cores_init(&platform->cores, &platform->sim, 2, STAGES);
    ivc_xen_init(&bench->xen, platform, spec_of_bench(), IVC_STAGES_MACHINE);
    platform->cores.items[1].guest = 7;
    ivc_xen_vcpu_init(&bench->vcpu, &bench->xen, &platform->cores.items[1], 0);
    for (uint32_t p = 0; p < PORTS; p++)
        ivc_xen_port_init(&bench->ports[p], &bench->vcpu, take, bench);
    return bench;
}

static void start(Bench *bench, Script *script, uint32_t core)
{
    script->bench = bench;
    ivc_agent_init(&script->agent, ivc_platform_id(&bench->platform), "script",
                   &bench->platform.cores.items[core], IVC_PRIORITY_PROCESS, script_step);
    ivc_agent_start(&script->agent);
}

static IvcTime spent(const Bench *bench, uint32_t core, uint32_t stage)
{
    return bench->platform.cores.items[core].ledger[stage].spent_ps;
}

static void run(Bench *bench)
{
    IvcPlatform *platform = &bench->platform;
    start(bench, &bench->sender, 0);
    ck_assert_int_eq(ivc_sim_run(&platform->sim), IVC_STOP_NONE);
    ivc_cores_settle(&platform->cores);
    for (uint32_t c = 0; c < 2; c++) {
        const IvcCore *core = &platform->cores.items[c];
        IvcTime sum = core->blocked_ps + core->idle_ps;
        for (uint32_t s = 0; s < STAGES; s++)
            sum += core->ledger[s].spent_ps;
        ck_assert_uint_eq(sum, platform->sim.now);
    }
}

static void bench_free(Bench *bench)
{
    ivc_platform_clear_counters(&bench->platform);
    ivc_cores_clear(&bench->platform.cores);
    ivc_sim_clear(&bench->platform.sim);
    g_free(bench);
}

START_TEST(test_an_event_wakes_an_idle_vcpu)
{
    Bench *bench = bench_new();
    bench->sender.steps[0].what = DO_SEND;
    run(bench);
    ck_assert_uint_eq(bench->n_taken, 1);
    ck_assert_uint_eq(bench->taken_ps[0], HYPERCALL + SEND + FLIGHT + IDLE_WAKE + SWITCH + ENTRY);
    ck_assert_uint_eq(spent(bench, 0, IVC_STAGES_MACHINE + XEN_EVENT_SEND), HYPERCALL + SEND);
    ck_assert_uint_eq(spent(bench, 1, IVC_STAGES_MACHINE + XEN_UPCALL), ENTRY + DISPATCH + EXIT);
    ck_assert_uint_eq(spent(bench, 1, IVC_STAGES_MACHINE + XEN_VCPU_SWITCH), SWITCH);
    ck_assert_uint_eq(spent(bench, 1, IVC_STAGE_WAKE), WORK);
    bench_free(bench);
}
END_TEST

START_TEST(test_a_busy_vcpu_is_interrupted_without_a_switch)
{
    Bench *bench = bench_new();
    bench->sender.steps[0].what = DO_SEND;
    bench->busy.steps[0].what = DO_RUN;
    bench->busy.steps[0].value = 100000;
    start(bench, &bench->busy, 1);
    run(bench);
    ck_assert_uint_eq(bench->taken_ps[0], HYPERCALL + SEND + FLIGHT + ENTRY);
    ck_assert_uint_eq(spent(bench, 1, IVC_STAGES_MACHINE + XEN_VCPU_SWITCH), 0);
    bench_free(bench);
}
END_TEST

/* Sent again before its handler is entered: once more is as good as not. */
START_TEST(test_a_pending_event_merges)
{
    Bench *bench = bench_new();
    for (int i = 0; i < 4; i++)
        bench->sender.steps[i].what = DO_SEND;
    run(bench);
    /* The handler is entered at 7,400; the fourth send is over at 5,200. */
    ck_assert_uint_eq(bench->n_taken, 1);
    ck_assert_uint_eq(bench->xen.events_sent, 4);
    ck_assert_uint_eq(bench->xen.events_merged, 3);
    ck_assert_uint_eq(bench->xen.upcalls, 1);
    ck_assert_uint_eq(bench->xen.hypercalls, 4);
    bench_free(bench);
}
END_TEST

/* Several events before the handler looks: one upcall, in the order in which they came. */
START_TEST(test_one_upcall_takes_all_in_order)
{
    static const uint32_t order[] = {2, 0, 1};
    Bench *bench = bench_new();
    for (int i = 0; i < 3; i++) {
        bench->sender.steps[i].what = DO_SEND;
        bench->sender.steps[i].value = order[i];
    }
    run(bench);
    ck_assert_uint_eq(bench->n_taken, 3);
    ck_assert_mem_eq(bench->taken, order, sizeof order);
    ck_assert_uint_eq(bench->taken_ps[1] - bench->taken_ps[0], DISPATCH + WORK);
    ck_assert_uint_eq(bench->xen.upcalls, 1);
    bench_free(bench);
}
END_TEST

/* An event on the vCPU's way out of the handler needs no interrupt, but another upcall. */
START_TEST(test_an_event_on_the_way_out_is_taken_at_once)
{
    Bench *bench = bench_new();
    IvcTime taken_ps = HYPERCALL + SEND + FLIGHT + IDLE_WAKE + SWITCH + ENTRY;
    bench->sender.steps[0].what = DO_SEND;
    bench->sender.steps[1].what = DO_RUN;
    bench->sender.steps[1].value = taken_ps + DISPATCH + WORK + EXIT / 2 - 2 * (HYPERCALL + SEND);
    bench->sender.steps[2].what = DO_SEND;
    bench->sender.steps[2].value = 1;
    run(bench);
    ck_assert_uint_eq(bench->n_taken, 2);
    ck_assert_uint_eq(bench->taken_ps[1], taken_ps + DISPATCH + WORK + EXIT + ENTRY);
    ck_assert_uint_eq(bench->xen.upcalls, 2);
    const GArray *counters = bench->platform.guest_counters;
    ck_assert_uint_eq(counters->len, 2);
    const IvcGuestCounter *one = &g_array_index(counters, IvcGuestCounter, 0);
    ck_assert_uint_eq(one->guest, 7); /* whose core it is */
    ck_assert_str_eq(one->counter.name, "upcalls");
    ck_assert_uint_eq(*one->counter.at, 2);
    ck_assert_str_eq((one + 1)->counter.name, "event_interrupts");
    ck_assert_uint_eq(*(one + 1)->counter.at, 2);
    bench_free(bench);
}
END_TEST

START_TEST(test_a_masked_event_waits)
{
    Bench *bench = bench_new();
    bench->sender.steps[0].what = DO_MASK;
    bench->sender.steps[1].what = DO_SEND;
    bench->sender.steps[2].what = DO_RUN;
    bench->sender.steps[2].value = 50000;
    bench->sender.steps[3].what = DO_SEND;
    bench->sender.steps[4].what = DO_UNMASK;
    run(bench);
    ck_assert_uint_eq(bench->n_taken, 1);
    ck_assert_uint_eq(bench->xen.events_merged, 1);
    ck_assert_uint_eq(bench->taken_ps[0],
                      2 * (HYPERCALL + SEND) + 50000 + FLIGHT + IDLE_WAKE + SWITCH + ENTRY);
    bench_free(bench);
}
END_TEST

/* Masked while it is pending, among others: they are taken, it is not. */
START_TEST(test_masking_takes_a_pending_event_out)
{
    Bench *bench = bench_new();
    for (uint32_t i = 0; i < 3; i++) {
        bench->sender.steps[i].what = DO_SEND;
        bench->sender.steps[i].value = i;
    }
    bench->sender.steps[3].what = DO_MASK;
    bench->sender.steps[3].value = 1;
    bench->sender.steps[4].what = DO_RUN;
    bench->sender.steps[4].value = 50000;
    bench->sender.steps[5].what = DO_UNMASK;
    bench->sender.steps[5].value = 1;
    run(bench);
    ck_assert_uint_eq(bench->n_taken, 3);
    ck_assert_uint_eq(bench->taken[1], 2);
    ck_assert_uint_eq(bench->taken[2], 1);
    ck_assert_uint_gt(bench->taken_ps[2], 50000);
    bench_free(bench);
}
END_TEST

/* ---- grants ---- */

START_TEST(test_grant_operations_cost_what_they_are)
{
    Bench *bench = bench_new();
    IvcXen *xen = &bench->xen;
    ck_assert_uint_eq(ivc_xen_grant_map(xen, 0, 64), 0);
    ck_assert_uint_eq(ivc_xen_grant_unmap(xen, 0, 3, 64), 0);
    ck_assert_uint_eq(xen->hypercalls, 0);
    ck_assert_uint_eq(ivc_xen_grant_map(xen, 5, 5), HYPERCALL + 5 * 11);
    ck_assert_uint_eq(ivc_xen_grant_unmap(xen, 4, 3, 2), 2 * (HYPERCALL + 3 * 19) + 4 * 13);
    ck_assert_uint_eq(ivc_xen_grant_copies(xen, 65), 65 * 17);
    ck_assert_uint_eq(ivc_xen_grant_copy_calls(xen, 65, 64), 2 * HYPERCALL);
    ck_assert_uint_eq(ivc_xen_grant_copy_calls(xen, 64, 64), HYPERCALL);
    ck_assert_uint_eq(ivc_xen_grant_copy_calls(xen, 0, 64), 0);
    ck_assert_uint_eq(xen->hypercalls, 6);
    ck_assert_uint_eq(xen->grant_maps, 5);
    ck_assert_uint_eq(xen->grant_unmaps, 4);
    ck_assert_uint_eq(xen->grant_copies, 65);
    bench_free(bench);
}
END_TEST

/* One trap for all that a multicall carries, and a cost for each entry. */
START_TEST(test_pages_change_hands_in_multicalls)
{
    Bench *bench = bench_new();
    IvcXen *xen = &bench->xen;
    ck_assert_uint_eq(ivc_xen_grant_transfer(xen, 0), 0);
    ck_assert_uint_eq(xen->hypercalls, 0);
    /* For each page update_va_mapping, mmu_update and the transfer; one entry for all transfers. */
    ck_assert_uint_eq(ivc_xen_grant_transfer(xen, 3), HYPERCALL + 7 * 23 + 3 * (2 * 31 + 29));
    ck_assert_uint_eq(ivc_xen_pages_get(xen, 65, 64), 2 * HYPERCALL + 65 * 37);
    ck_assert_uint_eq(ivc_xen_pages_give(xen, 65, 64),
                      2 * HYPERCALL + 67 * 23 + 65 * (41 + 31 + 37));
    ck_assert_uint_eq(ivc_xen_pages_map(xen, 2), HYPERCALL + 4 * 23 + 4 * 31);
    ck_assert_uint_eq(ivc_xen_grant_lookups(xen, 5), 5 * 43);
    ck_assert_uint_eq(xen->hypercalls, 1 + 2 + 2 + 1);
    ck_assert_uint_eq(xen->multicalls, 1 + 2 + 1);
    ck_assert_uint_eq(xen->grant_transfers, 3);
    ck_assert_uint_eq(xen->page_exchanges, 130);
    ck_assert_uint_eq(xen->grant_lookups, 5);
    bench_free(bench);
}
END_TEST

START_TEST(test_a_paravirtual_guest_has_its_own_hypercall)
{
    Bench *bench = bench_new();
    IvcXenSpec spec = *spec_of_bench();
    spec.guests = IVC_XEN_PARAVIRTUAL;
    ivc_xen_init(&bench->xen, &bench->platform, &spec, IVC_STAGES_MACHINE);
    ck_assert_uint_eq(ivc_xen_grant_map(&bench->xen, 1, 1), HYPERCALL_PV + 11);
    ck_assert_uint_eq(ivc_xen_event_send(&bench->xen), HYPERCALL_PV + SEND);
    bench_free(bench);
}
END_TEST

/* Who comes while a lock is held spins until those before it are through; what an agent still owes
 * comes before its turn. */
START_TEST(test_a_lock_is_held_in_turn)
{
    Bench *bench = bench_new();
    IvcXen *xen = &bench->xen;
    IvcXenLock lock = {0};
    IvcAgent *first = &bench->vcpu.upcall;
    IvcAgent *second = &bench->sender.agent;
    ivc_agent_init(second, 99, "second", &bench->platform.cores.items[0], IVC_PRIORITY_PROCESS,
                   script_step);
    ivc_xen_lock(xen, &lock, first, 3, 100);
    ck_assert_uint_eq(first->owed_ps, 0);
    ivc_xen_lock(xen, &lock, second, 2, 100);
    ck_assert_uint_eq(second->owed_ps, 300);
    ivc_xen_lock(xen, &lock, first, 1, 100); /* behind both */
    ck_assert_uint_eq(first->owed_ps, 500);
    ivc_xen_lock(xen, &lock, first, 1, 100); /* it does not wait for itself */
    ck_assert_uint_eq(first->owed_ps, 500);
    ck_assert_uint_eq(lock.free_at, 700);
    ivc_xen_lock(xen, &lock, second, 1, 0); /* held for no time: nobody waits */
    ck_assert_uint_eq(second->owed_ps, 300);
    ck_assert_uint_eq(xen->locks_acquired, 7);
    ck_assert_uint_eq(xen->locks_contended, 2);
    ck_assert_uint_eq(first->ledger[xen->stage0 + XEN_GRANT_LOCK].spent_ps, 500);
    bench_free(bench);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("xen");
    TCase *tests = tcase_create("xen");
    tcase_add_test(tests, test_an_event_wakes_an_idle_vcpu);
    tcase_add_test(tests, test_a_busy_vcpu_is_interrupted_without_a_switch);
    tcase_add_test(tests, test_a_pending_event_merges);
    tcase_add_test(tests, test_one_upcall_takes_all_in_order);
    tcase_add_test(tests, test_an_event_on_the_way_out_is_taken_at_once);
    tcase_add_test(tests, test_a_masked_event_waits);
    tcase_add_test(tests, test_masking_takes_a_pending_event_out);
    tcase_add_test(tests, test_grant_operations_cost_what_they_are);
    tcase_add_test(tests, test_pages_change_hands_in_multicalls);
    tcase_add_test(tests, test_a_paravirtual_guest_has_its_own_hypercall);
    tcase_add_test(tests, test_a_lock_is_held_in_turn);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
