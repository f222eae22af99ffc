/* Agents on cores: when requests end, who gets the core, what pre-emption leaves over, and that the
 * ledger has every picosecond. */
#include "tests/harness/lab.h"

#define NEVER IVC_TIME_NEVER

static LabOp run_for(IvcTime ps, uint32_t stage)
{
    return (LabOp){.kind = LAB_RUN, .time_ps = ps, .stage = stage};
}

static LabOp wait_on(IvcSignal *signal, IvcTime timeout_ps)
{
    return (LabOp){.kind = LAB_WAIT, .signal = signal, .time_ps = timeout_ps};
}

static LabOp poll_on(IvcSignal *signal, IvcTime period_ps, IvcTime bound_ps, uint32_t stage)
{
    return (LabOp){.kind = LAB_POLL,
                   .signal = signal,
                   .period_ps = period_ps,
                   .time_ps = bound_ps,
                   .stage = stage};
}

static LabOp signal_to(IvcSignal *signal)
{
    return (LabOp){.kind = LAB_SIGNAL, .signal = signal};
}

static IvcTime spent(const Lab *lab, uint32_t core, uint32_t stage)
{
    return lab->cores.items[core].ledger[stage].spent_ps;
}

START_TEST(test_poll_ends_at_the_next_poll)
{
    static const struct {
        IvcTime signalled, resumed;
    } cases[] = {{0, 0},         {1, 10000},     {9999, 10000}, {10000, 10000},
                 {10001, 20000}, {29999, 30000}, {30000, 30000}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Lab lab;
        IvcSignal signal = {.id = 9};
        LabAgent poller = {.ops = {poll_on(&signal, 10000, NEVER, 1)}};
        LabAgent other = {.ops = {run_for(cases[i].signalled, 0), signal_to(&signal)}};
        lab_init(&lab, 2, NULL);
        lab_start(&lab, &poller, 1, 0, IVC_PRIORITY_PROCESS);
        lab_start(&lab, &other, 2, 1, IVC_PRIORITY_PROCESS);
        lab_run(&lab);
        ck_assert_uint_eq(poller.ended_ps[0], cases[i].resumed);
        ck_assert(!poller.timed_out[0]);
        ck_assert_uint_eq(spent(&lab, 0, 1), cases[i].resumed);
        ck_assert_uint_eq(lab.cores.items[0].ledger[1].times, 1);
        lab_clear(&lab);
    }
}
END_TEST

/* What is polled comes at 7,000; an interrupt takes the core from 2,000 to 5,000, or not. */
START_TEST(test_poll_after_a_lead)
{
    static const struct {
        IvcTime signalled, bound, resumed;
    } cases[] = {{1, NEVER, 7000},     {6999, NEVER, 7000},   {7000, NEVER, 7000},
                 {7001, NEVER, 17000}, {17000, NEVER, 17000}, {17001, NEVER, 27000},
                 {99000, 4000, 11000}, {7001, 4000, 17000},   {99000, 10000, 17000}};
    for (size_t i = 0; i < 2 * G_N_ELEMENTS(cases); i++) {
        size_t c = i / 2;
        IvcTime late = i % 2 ? 3000 : 0;
        IvcTime signalled = cases[c].signalled + (cases[c].signalled > 1 ? late : 0);
        Lab lab;
        IvcSignal signal = {.id = 9}, never = {.id = 8};
        LabAgent poller = {.ops = {poll_on(&signal, 10000, cases[c].bound, 1)}};
        poller.ops[0].lead_ps = 7000;
        LabAgent other = {.ops = {run_for(signalled, 0), signal_to(&signal)}};
        LabAgent interrupt = {.ops = {wait_on(&never, 2000), run_for(late, 2)}};
        lab_init(&lab, 2, NULL);
        lab_start(&lab, &poller, 1, 0, IVC_PRIORITY_PROCESS);
        lab_start(&lab, &other, 2, 1, IVC_PRIORITY_PROCESS);
        lab_start(&lab, &interrupt, 3, 0, IVC_PRIORITY_INTERRUPT);
        lab_run(&lab);
        ck_assert_uint_eq(poller.ended_ps[0], cases[c].resumed + late);
        ck_assert_int_eq(poller.timed_out[0], cases[c].signalled == 99000);
        ck_assert_uint_eq(spent(&lab, 0, 1), cases[c].resumed);
        lab_clear(&lab);
    }
}
END_TEST

START_TEST(test_bounded_poll)
{
    static const struct {
        IvcTime signalled, resumed;
        bool timed_out;
    } cases[] = {{90000, 25000, true},  {25001, 25000, true},  {19999, 20000, false},
                 {20000, 20000, false}, {20001, 30000, false}, {24999, 30000, false}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Lab lab;
        IvcSignal signal = {.id = 9};
        LabAgent poller = {.ops = {poll_on(&signal, 10000, 25000, 1), run_for(5, 2)}};
        LabAgent other = {.ops = {run_for(cases[i].signalled, 0), signal_to(&signal)}};
        lab_init(&lab, 2, NULL);
        lab_start(&lab, &poller, 1, 0, IVC_PRIORITY_PROCESS);
        lab_start(&lab, &other, 2, 1, IVC_PRIORITY_PROCESS);
        lab_run(&lab);
        ck_assert_uint_eq(poller.ended_ps[0], cases[i].resumed);
        ck_assert_int_eq(poller.timed_out[0], cases[i].timed_out);
        ck_assert_uint_eq(poller.ended_ps[1], cases[i].resumed + 5);
        ck_assert_ptr_null(signal.first); /* nobody is left on the list */
        lab_clear(&lab);
    }
}
END_TEST

START_TEST(test_wait_and_its_timeout)
{
    static const struct {
        IvcTime signalled, timeout, resumed;
        bool timed_out;
    } cases[] = {{4999, 5000, 4999, false}, {5001, 5000, 5000, true}, {700, NEVER, 700, false}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Lab lab;
        IvcSignal signal = {.id = 9};
        LabAgent waiter = {.ops = {wait_on(&signal, cases[i].timeout), run_for(100, 1)}};
        LabAgent other = {.ops = {run_for(cases[i].signalled, 0), signal_to(&signal)}};
        lab_init(&lab, 2, NULL);
        lab_start(&lab, &waiter, 1, 0, IVC_PRIORITY_PROCESS);
        lab_start(&lab, &other, 2, 1, IVC_PRIORITY_PROCESS);
        lab_run(&lab);
        ck_assert_uint_eq(waiter.ended_ps[0], cases[i].resumed);
        ck_assert_int_eq(waiter.timed_out[0], cases[i].timed_out);
        ck_assert_uint_eq(lab.cores.items[0].blocked_ps, cases[i].resumed);
        ck_assert_uint_eq(lab.cores.items[0].idle_ps, lab.sim.now - cases[i].resumed - 100);
        lab_clear(&lab);
    }
}
END_TEST

/* A process under a request, and a handler that takes its core from `at` for `busy`. */
typedef struct {
    Lab lab;
    IvcSignal line;
    LabAgent process;
    LabAgent handler;
    LabAgent device;
} Interrupted;

static void interrupt(Interrupted *i, LabOp request, IvcTime at, IvcTime busy, IvcMemory *memory)
{
    i->line = (IvcSignal){.id = 8};
    i->process = (LabAgent){.ops = {request}};
    i->handler = (LabAgent){.ops = {wait_on(&i->line, NEVER), run_for(busy, 2)}};
    i->device = (LabAgent){.ops = {run_for(at, 0), signal_to(&i->line)}};
    lab_init(&i->lab, 3, memory);
    lab_start(&i->lab, &i->handler, 1, 0, IVC_PRIORITY_INTERRUPT);
    lab_start(&i->lab, &i->process, 2, 0, IVC_PRIORITY_PROCESS);
    lab_start(&i->lab, &i->device, 3, 1, IVC_PRIORITY_PROCESS);
}

START_TEST(test_run_is_preempted)
{
    static const IvcTime at[] = {0, 1, 40000, 99999, 100001};
    for (size_t k = 0; k < G_N_ELEMENTS(at); k++) {
        Interrupted i;
        interrupt(&i, run_for(100000, 1), at[k], 30000, NULL);
        lab_run(&i.lab);
        ck_assert_uint_eq(i.handler.ended_ps[0], at[k]);
        ck_assert_uint_eq(i.handler.ended_ps[1], at[k] + 30000);
        ck_assert_uint_eq(i.process.ended_ps[0], at[k] > 100000 ? 100000 : 130000);
        ck_assert_uint_eq(spent(&i.lab, 0, 1), 100000);
        ck_assert_uint_eq(spent(&i.lab, 0, 2), 30000);
        ck_assert_uint_eq(i.lab.cores.items[0].blocked_ps, 0);
        lab_clear(&i.lab);
    }
}
END_TEST

START_TEST(test_copy_is_preempted)
{
    for (int shared = 0; shared < 2; shared++) {
        IvcMachineSpec spec = lab_machine(3);
        Interrupted i;
        LabOp move = {.kind = LAB_MOVE, .stage = 1};
        move.piece = (IvcMovePiece){.alone_ps = 100000, .demand = {shared ? 1000000 : 0}};
        interrupt(&i, move, 33333, 10007, ivc_memory_new(&spec));
        lab_run(&i.lab);
        ck_assert_uint_eq(i.process.ended_ps[0], 110007);
        ck_assert_uint_eq(spent(&i.lab, 0, 1), 100000);
        ck_assert_uint_eq(spent(&i.lab, 0, 2), 10007);
        ck_assert_uint_eq(i.lab.cores.memory->sharing.n, 0);
        ck_assert_uint_eq(i.lab.cores.memory->sharing.asked[0], 0);
        lab_clear(&i.lab);
    }
}
END_TEST

/* While its owner is interrupted a copy takes nothing from the others. */
START_TEST(test_preempted_copy_leaves_the_bus)
{
    IvcMachineSpec spec = lab_machine(3);
    spec.interconnect_rate.bps = 8000; /* 1,000 bytes per second */
    Interrupted i;
    LabOp move = {.kind = LAB_MOVE, .stage = 1};
    move.piece = (IvcMovePiece){.alone_ps = 100000, .demand = {1000}};
    interrupt(&i, move, 60000, 50000, ivc_memory_new(&spec));
    LabAgent second = {.ops = {move}};
    lab_start(&i.lab, &second, 4, 2, IVC_PRIORITY_PROCESS);
    lab_run(&i.lab);
    /* Both at half speed until 60,000: 30,000 done. The second alone until 110,000: 80,000 done;
     * then both at half speed: the second needs 40,000 more; the first, with 50,000 done, the rest.
     */
    ck_assert_uint_eq(second.ended_ps[0], 150000);
    ck_assert_uint_eq(i.process.ended_ps[0], 200000);
    lab_clear(&i.lab);
}
END_TEST

START_TEST(test_poll_is_preempted)
{
    static const struct {
        IvcTime signalled, resumed;
    } cases[] = {
        {11000, 20000}, /* before the interrupt, seen at the next poll: none while interrupted... */
        {14000, 20000}, /* while interrupted: seen when the core is back */
        {20000, 20000}, {20001, 30000}, {34000, 40000},
    };
    for (size_t k = 0; k < G_N_ELEMENTS(cases); k++) {
        IvcSignal signal = {.id = 9};
        Interrupted i;
        interrupt(&i, poll_on(&signal, 10000, NEVER, 1), 12000, 8000, NULL);
        LabAgent other = {.ops = {run_for(cases[k].signalled, 0), signal_to(&signal)}};
        lab_start(&i.lab, &other, 4, 2, IVC_PRIORITY_PROCESS);
        lab_run(&i.lab);
        ck_assert_uint_eq(i.handler.ended_ps[1], 20000);
        ck_assert_uint_eq(i.process.ended_ps[0], cases[k].resumed);
        ck_assert_uint_eq(spent(&i.lab, 0, 1), cases[k].resumed - 8000);
        lab_clear(&i.lab);
    }
}
END_TEST

START_TEST(test_bound_of_a_preempted_poll_stands_still)
{
    IvcSignal signal = {.id = 9};
    Interrupted i;
    interrupt(&i, poll_on(&signal, 10000, 40000, 1), 12000, 8000, NULL);
    lab_run(&i.lab);
    ck_assert(i.process.timed_out[0]);
    ck_assert_uint_eq(i.process.ended_ps[0], 48000);
    ck_assert_uint_eq(spent(&i.lab, 0, 1), 40000);
    lab_clear(&i.lab);
}
END_TEST

START_TEST(test_priorities)
{
    Lab lab;
    IvcSignal go = {.id = 9}, up = {.id = 10};
    LabAgent process = {.ops = {run_for(1000, 0)}};
    LabAgent soft = {.ops = {wait_on(&go, NEVER), run_for(1000, 1)}};
    LabAgent hard = {.ops = {wait_on(&up, NEVER), run_for(1000, 2)}};
    LabAgent device = {.ops = {run_for(400, 0), signal_to(&go), run_for(300, 0), signal_to(&up)}};
    lab_init(&lab, 2, NULL);
    lab_start(&lab, &process, 1, 0, IVC_PRIORITY_PROCESS);
    lab_start(&lab, &soft, 2, 0, IVC_PRIORITY_DEFERRED);
    lab_start(&lab, &hard, 3, 0, IVC_PRIORITY_INTERRUPT);
    lab_start(&lab, &device, 4, 1, IVC_PRIORITY_PROCESS);
    lab_run(&lab);
    ck_assert_uint_eq(hard.ended_ps[1], 1700);
    ck_assert_uint_eq(soft.ended_ps[1], 2400);
    ck_assert_uint_eq(process.ended_ps[0], 3000);
    lab_clear(&lab);
}
END_TEST

START_TEST(test_first_come_first_served)
{
    Lab lab;
    IvcSignal go = {.id = 9};
    LabAgent waiters[4] = {0};
    LabAgent first = {.ops = {run_for(500, 0), signal_to(&go), run_for(250, 0)}};
    lab_init(&lab, 1, NULL);
    for (uint32_t i = 0; i < 4; i++) {
        waiters[i].ops[0] = wait_on(&go, NEVER);
        waiters[i].ops[1] = run_for(100, 1);
        lab_start(&lab, &waiters[i], i + 1, 0, IVC_PRIORITY_PROCESS);
    }
    lab_start(&lab, &first, 6, 0, IVC_PRIORITY_PROCESS);
    lab_run(&lab);
    ck_assert_uint_eq(first.ended_ps[2], 750); /* waking others does not take the core away */
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(waiters[i].ended_ps[0], 750 + 100 * i);
        ck_assert_uint_eq(waiters[i].ended_ps[1], 850 + 100 * i);
    }
    lab_clear(&lab);
}
END_TEST

/* A process that wakes a handler on its own core is pre-empted before its next request. */
START_TEST(test_signal_to_a_handler_on_the_same_core)
{
    Lab lab;
    IvcSignal line = {.id = 9};
    LabAgent handler = {.ops = {wait_on(&line, NEVER), run_for(70, 1)}};
    LabAgent process = {.ops = {run_for(100, 0), signal_to(&line), run_for(10, 0)}};
    lab_init(&lab, 1, NULL);
    lab_start(&lab, &handler, 1, 0, IVC_PRIORITY_INTERRUPT);
    lab_start(&lab, &process, 2, 0, IVC_PRIORITY_PROCESS);
    lab_run(&lab);
    ck_assert_uint_eq(handler.ended_ps[1], 170);
    ck_assert_uint_eq(process.ended_ps[2], 180);
    lab_clear(&lab);
}
END_TEST

START_TEST(test_interrupted_twice)
{
    Lab lab;
    IvcSignal line = {.id = 9};
    LabAgent handler = {.ops = {wait_on(&line, NEVER), run_for(10, 1), wait_on(&line, NEVER),
                                run_for(20, 1), wait_on(&line, NEVER), run_for(40, 1)}};
    LabAgent process = {.ops = {run_for(1000, 0)}};
    LabAgent device = {.ops = {run_for(100, 0), signal_to(&line), run_for(11, 0), signal_to(&line),
                               run_for(500, 0), signal_to(&line)}};
    lab_init(&lab, 2, NULL);
    lab_start(&lab, &handler, 1, 0, IVC_PRIORITY_INTERRUPT);
    lab_start(&lab, &process, 2, 0, IVC_PRIORITY_PROCESS);
    lab_start(&lab, &device, 3, 1, IVC_PRIORITY_PROCESS);
    lab_run(&lab);
    /* The handler ends at 110; the second signal comes at 111, when it waits again. */
    ck_assert_uint_eq(handler.ended_ps[3], 131);
    ck_assert_uint_eq(handler.ended_ps[5], 651);
    ck_assert_uint_eq(process.ended_ps[0], 1070);
    ck_assert_uint_eq(spent(&lab, 0, 0), 1000);
    lab_clear(&lab);
}
END_TEST

/* ---- at random ---- */

static void random_ops(GRand *rand, LabAgent *agent, IvcSignal *signals, IvcTime sums[LAB_STAGES],
                       uint64_t times[LAB_STAGES])
{
    unsigned n = (unsigned)g_rand_int_range(rand, 1, LAB_OPS - 1);
    for (unsigned i = 0; i < n; i++) {
        IvcTime ps = (IvcTime)g_rand_int_range(rand, 0, 3000);
        IvcSignal *signal = &signals[g_rand_int_range(rand, 0, 3)];
        uint32_t stage = (uint32_t)g_rand_int_range(rand, 0, 3);
        switch (g_rand_int_range(rand, 0, 6)) {
        case 0:
            agent->ops[i] = wait_on(signal, 1 + ps);
            break;
        case 1:
            agent->ops[i] = poll_on(signal, 1 + ps / 4, 1 + ps, 4);
            break;
        case 2:
            agent->ops[i] = signal_to(signal);
            break;
        case 3:
            agent->ops[i] = (LabOp){.kind = LAB_MOVE, .stage = 3};
            agent->ops[i].piece = (IvcMovePiece){
                .alone_ps = ps + 1, .demand = {(uint64_t)g_rand_int_range(rand, 0, 1500), 0}};
            break;
        default:
            agent->ops[i] = run_for(ps, stage);
            sums[stage] += ps;
            times[stage]++;
            break;
        }
    }
}

/* Looks at the ledgers now and then while others run. */
typedef struct {
    IvcTimer timer;
    Lab *lab;
    IvcTime every_ps;
    unsigned left;
} Looker;

static void look(IvcSim *sim, IvcTimer *timer)
{
    Looker *looker = (Looker *)((char *)timer - offsetof(Looker, timer));
    ivc_cores_settle(&looker->lab->cores);
    for (uint32_t c = 0; c < looker->lab->cores.n; c++) {
        const IvcCore *core = &looker->lab->cores.items[c];
        IvcTime sum = core->blocked_ps + core->idle_ps;
        for (uint32_t s = 0; s < LAB_STAGES; s++)
            sum += core->ledger[s].spent_ps;
        ck_assert_uint_eq(sum, sim->now);
    }
    if (--looker->left)
        ivc_timer_arm(sim, timer, sim->now + looker->every_ps, IVC_PHASE_ACT);
}

static void look_and_stop(IvcSim *sim, IvcTimer *timer)
{
    look(sim, timer);
    ivc_sim_finish(sim);
}

static void look_every(Looker *looker, Lab *lab, IvcTime every_ps)
{
    *looker = (Looker){.lab = lab, .every_ps = every_ps, .left = 50};
    ivc_timer_init(&looker->timer, 99, look);
    ivc_timer_arm(&lab->sim, &looker->timer, 0, IVC_PHASE_ACT);
}

typedef struct {
    IvcAgent agent;
    IvcLabel label;
} Owing;

static IvcStep owing_step(IvcAgent *agent)
{
    Owing *owing = (Owing *)agent;
    IVC_BEGIN(owing);
    ivc_owe(agent, 300, 1);
    ivc_owe(agent, 0, 3);
    ivc_owe(agent, 500, 2);
    IVC_AWAIT(owing, ivc_pay(agent));
    IVC_END(owing);
}

START_TEST(test_what_is_owed_is_in_the_ledger_as_it_passes)
{
    IvcMachineSpec spec = lab_machine(1);
    Lab lab;
    Looker looker;
    Owing owing = {0};
    lab_init(&lab, 1, ivc_memory_new(&spec));
    ivc_agent_init(&owing.agent, 1, "owing", &lab.cores.items[0], IVC_PRIORITY_PROCESS, owing_step);
    ivc_agent_start(&owing.agent);
    static const IvcTime at[] = {0, 130, 260, 300, 520, 800};
    for (size_t k = 0; k < G_N_ELEMENTS(at); k++) {
        looker = (Looker){.lab = &lab, .left = 1};
        ivc_timer_init(&looker.timer, 99, look_and_stop);
        ivc_timer_arm(&lab.sim, &looker.timer, at[k], IVC_PHASE_DELIVER);
        (void)ivc_sim_run(&lab.sim);
        lab.sim.finished = false;
        ck_assert_uint_eq(lab.sim.now, at[k]);
        if (k > 0) { /* before that, the agent has not begun */
            ck_assert_uint_eq(spent(&lab, 0, 1), MIN(at[k], 300));
            ck_assert_uint_eq(spent(&lab, 0, 2), at[k] > 300 ? at[k] - 300 : 0);
            ck_assert_uint_eq(lab.cores.items[0].ledger[3].times, 1);
        }
    }
    (void)ivc_sim_run(&lab.sim);
    ck_assert_uint_eq(spent(&lab, 0, 1) + spent(&lab, 0, 2), 800);
    lab_clear(&lab);
}
END_TEST

START_TEST(test_random_programs_lose_no_time)
{
    uint32_t seed = points_seed("test_agent_core", 5), only = points_only_case();
    for (uint32_t i = 0; i < 3000; i++) {
        if (only != UINT32_MAX && i != only)
            continue;
        GRand *rand = g_rand_new_with_seed_array((const guint32[]){seed, i}, 2);
        IvcMachineSpec spec = lab_machine(3);
        spec.interconnect_rate.bps = 8000;
        Lab lab;
        LabAgent agents[7] = {0};
        IvcSignal signals[3] = {{.id = 20}, {.id = 21}, {.id = 22}};
        IvcTime sums[LAB_STAGES] = {0};
        uint64_t times[LAB_STAGES] = {0};
        lab_init(&lab, 3, ivc_memory_new(&spec));
        for (uint32_t a = 0; a < G_N_ELEMENTS(agents); a++) {
            random_ops(rand, &agents[a], signals, sums, times);
            lab_start(&lab, &agents[a], a + 1, a % 3,
                      (IvcPriority)g_rand_int_range(rand, 0, IVC_PRIORITIES));
        }
        Looker looker;
        look_every(&looker, &lab, (IvcTime)g_rand_int_range(rand, 1, 50000));
        lab_run(&lab);
        for (uint32_t s = 0; s < 3; s++) {
            ck_assert_uint_eq(spent(&lab, 0, s) + spent(&lab, 1, s) + spent(&lab, 2, s), sums[s]);
            ck_assert_uint_eq(lab.cores.items[0].ledger[s].times +
                                  lab.cores.items[1].ledger[s].times +
                                  lab.cores.items[2].ledger[s].times,
                              times[s]);
        }
        for (uint32_t a = 0; a < G_N_ELEMENTS(agents); a++)
            ck_assert_msg(agents[a].agent.state == IVC_AGENT_FINISHED, "case %u, agent %u", i, a);
        ck_assert_uint_eq(lab.cores.memory->sharing.n, 0);
        lab_clear(&lab);
        g_rand_free(rand);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("agent_core");
    TCase *tests = tcase_create("agent_core");
    tcase_add_test(tests, test_poll_ends_at_the_next_poll);
    tcase_add_test(tests, test_poll_after_a_lead);
    tcase_add_test(tests, test_bounded_poll);
    tcase_add_test(tests, test_wait_and_its_timeout);
    tcase_add_test(tests, test_run_is_preempted);
    tcase_add_test(tests, test_copy_is_preempted);
    tcase_add_test(tests, test_preempted_copy_leaves_the_bus);
    tcase_add_test(tests, test_poll_is_preempted);
    tcase_add_test(tests, test_bound_of_a_preempted_poll_stands_still);
    tcase_add_test(tests, test_priorities);
    tcase_add_test(tests, test_first_come_first_served);
    tcase_add_test(tests, test_signal_to_a_handler_on_the_same_core);
    tcase_add_test(tests, test_interrupted_twice);
    tcase_add_test(tests, test_what_is_owed_is_in_the_ledger_as_it_passes);
    tcase_add_test(tests, test_random_programs_lose_no_time);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
