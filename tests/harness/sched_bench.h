/** @file
 *  A bench for schedulers: guests whose virtual CPUs work and sleep in turn, and what is true of
 * all algorithms: all time adds up.
 */
#pragma once

#include "models/cpu/sched.h"
#include "tests/harness/lab.h"

#define US UINT64_C(1000000)
#define MS (1000 * US)
#define VCPUS 8
#define SWITCH (LAB_STAGES - 1)

/* In microseconds. */
enum { DOMAIN_SWITCH = 7, TLB = 2, IDLE_SWITCH = 3, IDLE_WAKE = 11, FLIGHT = 1 };

/* Works and sleeps in turn. */
typedef struct {
    IvcAgent agent;
    IvcLabel label;
    IvcSignal never;
    IvcTime first_ps; /* sleeps before it begins */
    IvcTime work_ps;
    IvcTime sleep_ps; /* 0: it never sleeps */
    bool yields;      /* after each work */
    uint64_t rounds;
    IvcTime due_ps;    /* the latest wake-up */
    IvcTime late_ps;   /* from wake-up to running: the latest */
    IvcTime latest_ps; /* the most */
} Worker;

typedef struct {
    IvcPlatform platform;
    IvcMachineSpec machine;
    IvcHypervisorSpec spec;
    IvcSchedGuest guests[VCPUS];
    Worker workers[VCPUS];
    IvcSched *sched;
    IvcTimer end;
    uint32_t n;
} Bench;

static const unsigned cpus[] = {0, 1, 2, 3};

static IvcStep worker_step(IvcAgent *agent)
{
    Worker *worker = (Worker *)((char *)agent - offsetof(Worker, agent));
    IVC_BEGIN(worker);
    worker->due_ps = agent->sim->now + worker->first_ps;
    if (worker->first_ps) {
        IVC_AWAIT(worker, ivc_wait(agent, &worker->never, worker->first_ps));
    }
    for (;;) {
        worker->late_ps = agent->sim->now - worker->due_ps;
        worker->latest_ps = MAX(worker->latest_ps, worker->late_ps);
        IVC_AWAIT(worker, ivc_spend(agent, worker->work_ps, 0));
        worker->rounds++;
        if (worker->yields)
            ivc_sched_yield(agent->core);
        if (worker->sleep_ps) {
            worker->due_ps = agent->sim->now + worker->sleep_ps;
            IVC_AWAIT(worker, ivc_wait(agent, &worker->never, worker->sleep_ps));
        }
    }
    IVC_END(worker);
}

static IvcSpan us(uint64_t n)
{
    return (IvcSpan){.ps = n * US};
}

static IvcCost cost_us(uint64_t n)
{
    return (IvcCost){.n = n * US, .is_time = true};
}

static void end_fire(IvcSim *sim, IvcTimer *timer)
{
    (void)timer;
    ivc_sim_finish(sim);
}

/* Guests without virtual CPUs yet, on `n_cpus` cores. */
static Bench *bench_new(IvcScheduler scheduler, uint32_t n_cpus)
{
    Bench *bench = g_new0(Bench, 1);
    IvcSimLimits limits = {
        .horizon_ps = UINT64_C(1) << 62, .events_per_instant = 10000, .queue_max = 1000};
    bench->machine = lab_machine(n_cpus);
    bench->spec = (IvcHypervisorSpec){
        .scheduler = (int)scheduler,
        .domain_switch = cost_us(DOMAIN_SWITCH),
        .tlb_refill = cost_us(TLB),
        .idle_switch = cost_us(IDLE_SWITCH),
        .idle_wake = cost_us(IDLE_WAKE),
        .reschedule_flight = cost_us(FLIGHT),
        .credit = {us(30000), 3, 10, us(1000), us(100), us(1000), IVC_CREDIT_RULES_CURRENT},
        .credit2 = {us(10000), us(500), us(10000), us(500), us(500), us(50), us(1000), us(50),
                    us(10000), IVC_RUNQUEUE_SOCKET},
        .fair = {us(6000), us(750), us(1000), IVC_SCALING_LOG, 2, us(4000), us(500), 1, us(1000),
                 16, 117, IVC_CO_SCHEDULING_NONE, us(3000), us(1000)},
    };
    bench->platform.spec = &bench->machine;
    bench->platform.clock = ivc_clock_make(bench->machine.clock);
    bench->platform.next_id = 1;
    ivc_sim_init(&bench->platform.sim, &limits);
    ivc_timer_init(&bench->end, 0, end_fire);
    return bench;
}

/* A guest with `n` virtual CPUs on the first `n_cpus` cores, each with a worker like `as`. */
static void add_guest(Bench *bench, uint32_t n, uint32_t n_cpus, uint64_t weight, uint64_t cap,
                      Worker as)
{
    uint32_t g = 0;
    while (bench->guests[g].n)
        g++;
    bench->guests[g] = (IvcSchedGuest){
        .cpus = cpus, .n_cpus = n_cpus, .first = bench->n, .n = n, .weight = weight, .cap = cap};
    for (uint32_t v = 0; v < n; v++)
        bench->workers[bench->n++] = as;
}

static const Worker hog = {.work_ps = 100 * US};
static const Worker yielding = {.work_ps = 100 * US, .yields = true};

static IvcTime sum_of(const IvcCore *core)
{
    IvcTime sum = core->waiting_ps + core->blocked_ps + core->idle_ps;
    for (uint32_t s = 0; s < LAB_STAGES; s++)
        sum += core->ledger[s].spent_ps;
    return sum;
}

/* All virtual CPUs' and all cores' time adds up. */
static void check_times(Bench *bench)
{
    IvcCores *cores = &bench->platform.cores;
    IvcTime now = bench->platform.sim.now, ran = 0, switched = 0;
    ivc_cores_settle(cores);
    for (uint32_t v = 0; v < cores->n; v++) {
        ck_assert_uint_eq(sum_of(&cores->items[v]), now);
        ran += cores->items[v].ledger[0].spent_ps;
        switched += cores->items[v].ledger[SWITCH].spent_ps;
    }
    for (uint32_t c = 0; c < ivc_sched_cpus(bench->sched); c++) {
        const IvcCpuTimes *times = ivc_sched_cpu_times(bench->sched, c);
        ck_assert_uint_eq(times->running_ps + times->switching_ps + times->idle_ps, now);
        ran -= times->running_ps;
        switched -= times->switching_ps;
    }
    ck_assert_uint_eq(ran, 0);
    ck_assert_uint_eq(switched, 0);
}

static void go_on(Bench *bench, IvcTime until_ps)
{
    IvcSim *sim = &bench->platform.sim;
    sim->finished = false;
    ivc_timer_arm(sim, &bench->end, until_ps, IVC_PHASE_ACT);
    ck_assert_int_eq(ivc_sim_run(sim), IVC_STOP_NONE);
    ck_assert_uint_eq(sim->now, until_ps);
    check_times(bench);
}

static void run(Bench *bench, IvcTime until_ps)
{
    IvcPlatform *platform = &bench->platform;
    ivc_cores_init(&platform->cores, &platform->sim, bench->n, LAB_STAGES);
    platform->cores.stage_switch = SWITCH;
    uint32_t n = 0;
    while (n < VCPUS && bench->guests[n].n)
        n++;
    bench->sched = ivc_sched_new(platform, &bench->spec, bench->guests, n);
    for (uint32_t v = 0; v < bench->n; v++) {
        ivc_agent_init(&bench->workers[v].agent, ivc_platform_id(platform), "worker",
                       &platform->cores.items[v], IVC_PRIORITY_PROCESS, worker_step);
        ivc_agent_start(&bench->workers[v].agent);
    }
    go_on(bench, until_ps);
}

static void bench_free(Bench *bench)
{
    ivc_sched_free(bench->sched);
    ivc_cores_clear(&bench->platform.cores);
    ivc_sim_clear(&bench->platform.sim);
    g_free(bench);
}

/* Time that a virtual CPU has run, in thousandths of the whole. */
static double share(const Bench *bench, uint32_t v)
{
    return 1000.0 * (double)bench->platform.cores.items[v].ledger[0].spent_ps /
           (double)bench->platform.sim.now;
}

static void check_share(const Bench *bench, uint32_t v, double low, double high)
{
    ck_assert_msg(share(bench, v) >= low && share(bench, v) <= high,
                  "vCPU %u has run for %.1f of 1000, not %.1f to %.1f", v, share(bench, v), low,
                  high);
}
