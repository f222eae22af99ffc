/* Cores shared by virtual CPUs: what SimGrid's hosts share as a fluid is what the schedulers come
 * to with short slices. Random sets of virtual CPUs, each its guest's only one, start at random
 * times, compute for a while and end; they must end when SimGrid says so, up to some slices.
 *
 * The bound: when one comes a slice may be under way, and it may have run for a slice less than its
 * part when it should end, and those that it shares with for a slice more. A part is at least 1/n
 * of a core: so 3 n slices. Slices are of several lengths, and switching costs nothing.
 *
 * It holds for credit2 with any weights on any number of cores, if credit is not cut off; with caps
 * on one core: on several, budgets that are all given at once leave cores idle later. It holds for
 * credit with equal weights on one core. Otherwise that scheduler is not fluid in any limit: who
 * has saved a slice's credit loses half of it, and who owes a slice's is forgiven the rest,
 * whatever a slice is. */
#include "models/cpu/sched.h"
#include "tests/harness/check.h"
#include "tests/harness/lab.h"
#include "tests/simgrid/oracle.h"

#include <math.h>

#ifdef IVC_SANITIZED
#define CASES 30
#else
#define CASES 300
#endif
#define VCPUS_MAX 24
#define CORES_MAX 8
#define US UINT64_C(1000000)
#define SLICE_CREDIT 30000
#define SPEED 100 /* of a core in SimGrid: so a cap in percent is a rate */

typedef struct {
    IvcAgent agent;
    IvcLabel label;
    IvcSignal never;
    IvcTime start_ps;
    IvcTime work_ps;
    uint64_t weight;
    uint64_t cap; /* percent of a core; 0: none */
    IvcTime ended_ps;
    double ended; /* in SimGrid */
} Worker;

/* What cases of a kind are like. */
typedef struct {
    const char *name;
    IvcScheduler scheduler;
    uint32_t cores_max;
    uint32_t weight_max; /* in 256 */
    uint32_t cap_min;    /* of half of them; 0: no caps */
    double tolerance;    /* of the time since its start, beside the slices */
} Kind;

typedef struct {
    const Kind *kind;
    uint32_t cores;
    uint32_t n;
    IvcTime slice_ps;
    Worker workers[VCPUS_MAX];
} Case;

static const Kind kinds[] = {
    {"credit2, weights", IVC_SCHEDULER_CREDIT2, CORES_MAX, 16, 0, 0},
    {"credit2, caps", IVC_SCHEDULER_CREDIT2, 1, 1, 5, 0},
    {"credit", IVC_SCHEDULER_CREDIT, 1, 1, 0, 0},
    /* It sees only at accountings who has used up a cap. */
    {"credit, caps", IVC_SCHEDULER_CREDIT, 1, 1, 5, 0.06},
};

static const unsigned cores[CORES_MAX] = {0, 1, 2, 3, 4, 5, 6, 7};

static Case *random_case(const Kind *kind, uint32_t seed, uint32_t i)
{
    static const IvcTime slices[] = {3 * US, 10 * US, 30 * US};
    g_autoptr(GRand) rand = g_rand_new_with_seed_array((const guint32[]){seed, i}, 2);
    Case *c = g_new0(Case, 1);
    c->kind = kind;
    c->cores = (uint32_t)g_rand_int_range(rand, 1, (int)kind->cores_max + 1);
    c->n = (uint32_t)g_rand_int_range(rand, 1, VCPUS_MAX + 1);
    c->slice_ps = slices[g_rand_int_range(rand, 0, G_N_ELEMENTS(slices))];
    for (uint32_t v = 0; v < c->n; v++) {
        Worker *worker = &c->workers[v];
        if (g_rand_boolean(rand))
            worker->start_ps = (IvcTime)g_rand_int_range(rand, 1, 20000) * US;
        worker->work_ps = (IvcTime)g_rand_int_range(rand, 1000, 10000) * US;
        worker->weight = 256 * (uint64_t)g_rand_int_range(rand, 1, (int)kind->weight_max + 1);
        if (kind->cap_min && g_rand_boolean(rand))
            worker->cap = (uint64_t)g_rand_int_range(rand, (int)kind->cap_min, 100);
    }
    return c;
}

/* ---- here ---- */

static IvcStep worker_step(IvcAgent *agent)
{
    Worker *worker = (Worker *)((char *)agent - offsetof(Worker, agent));
    IVC_BEGIN(worker);
    if (worker->start_ps) {
        IVC_AWAIT(worker, ivc_wait(agent, &worker->never, worker->start_ps));
    }
    IVC_AWAIT(worker, ivc_spend(agent, worker->work_ps, 0));
    worker->ended_ps = agent->sim->now;
    IVC_END(worker);
}

static IvcHypervisorSpec scheduler_of(const Case *c)
{
    IvcSpan none = {0}, slice = {c->slice_ps}, tenth = {c->slice_ps / 10};
    IvcCost free = {.is_time = true};
    return (IvcHypervisorSpec){
        .scheduler = (int)c->kind->scheduler,
        .domain_switch = free,
        .tlb_refill = free,
        .idle_switch = free,
        .idle_wake = free,
        .reschedule_flight = free,
        .credit = {slice,
                   3,
                   SLICE_CREDIT * 1000 * US / c->slice_ps,
                   none,
                   {1},
                   none,
                   IVC_CREDIT_RULES_CURRENT},
        .credit2 = {slice, tenth, slice, slice, none, none, none, none, slice, IVC_RUNQUEUE_ALL},
    };
}

static void simulate(Case *c)
{
    static const IvcSimLimits limits = {
        .horizon_ps = UINT64_C(1) << 62, .events_per_instant = 10000, .queue_max = 100000};
    IvcMachineSpec machine = lab_machine(c->cores);
    IvcHypervisorSpec spec = scheduler_of(c);
    IvcSchedGuest guests[VCPUS_MAX];
    g_autofree IvcPlatform *platform = g_new0(IvcPlatform, 1);
    platform->spec = &machine;
    platform->clock = ivc_clock_make(machine.clock);
    platform->next_id = 1;
    ivc_sim_init(&platform->sim, &limits);
    ivc_cores_init(&platform->cores, &platform->sim, c->n, LAB_STAGES);
    platform->cores.stage_switch = LAB_STAGES - 1;
    for (uint32_t v = 0; v < c->n; v++)
        guests[v] = (IvcSchedGuest){.cpus = cores,
                                    .n_cpus = c->cores,
                                    .first = v,
                                    .n = 1,
                                    .weight = c->workers[v].weight,
                                    .cap = c->workers[v].cap};
    IvcSched *sched = ivc_sched_new(platform, &spec, guests, c->n);
    for (uint32_t v = 0; v < c->n; v++) {
        ivc_agent_init(&c->workers[v].agent, ivc_platform_id(platform), "worker",
                       &platform->cores.items[v], IVC_PRIORITY_PROCESS, worker_step);
        ivc_agent_start(&c->workers[v].agent);
    }
    IvcStop stop = ivc_sim_run(&platform->sim);
    ck_assert_msg(stop == IVC_STOP_NONE, "stopped by %d at %" G_GUINT64_FORMAT, (int)stop,
                  platform->sim.now);
    ivc_sched_free(sched);
    ivc_cores_clear(&platform->cores);
    ivc_sim_clear(&platform->sim);
}

/* ---- there ---- */

/* SimGrid gives an execution a priority or a bound: where there are caps, all weights are equal. */
static void ask(Case *c, IvcSimgrid *simgrid)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    double ended[VCPUS_MAX];
    g_string_append_printf(text, "execs %u %u %u\n", c->cores, SPEED, c->n);
    for (uint32_t v = 0; v < c->n; v++) {
        const Worker *worker = &c->workers[v];
        g_string_append_printf(text,
                               "exec %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
                               " %" G_GUINT64_FORMAT "\n",
                               worker->start_ps, worker->work_ps * SPEED, worker->weight / 256,
                               worker->cap);
    }
    ck_assert_msg(ivc_simgrid_ask(simgrid, text->str, c->n, ended, &error), "%s\n%s",
                  error ? error->message : "", text->str);
    for (uint32_t v = 0; v < c->n; v++)
        c->workers[v].ended = ended[v];
}

/* ---- compared ---- */

START_TEST(test_random_sets_end_as_in_simgrid)
{
    const Kind *kind = &kinds[_i];
    uint32_t seed = points_seed("simgrid_processors", 6), only = points_only_case();
    g_autoptr(IvcSimgrid) simgrid = oracle_start();
    double most = 0, most_share = 0;
    for (uint32_t i = 0; i < CASES; i++) {
        if (only != UINT32_MAX && i != only)
            continue;
        g_autofree Case *c = random_case(kind, seed, i);
        double slice = (double)c->slice_ps, bound = 3.0 * c->n;
        simulate(c);
        ask(c, simgrid);
        for (uint32_t v = 0; v < c->n; v++) {
            const Worker *worker = &c->workers[v];
            double took = worker->ended - (double)worker->start_ps;
            double error_ps = fabs((double)worker->ended_ps - worker->ended);
            ck_assert_msg(error_ps <= bound * slice + kind->tolerance * took,
                          "%s, case %u: virtual CPU %u of %u ends at %" G_GUINT64_FORMAT
                          " ps, in SimGrid at %.0f: %.1f slices, %.4f of what it took",
                          kind->name, i, v, c->n, worker->ended_ps, worker->ended, error_ps / slice,
                          error_ps / took);
            most = fmax(most, error_ps / slice / c->n);
            most_share = fmax(most_share, error_ps / took);
        }
    }
    printf("%s, %u cases: at most %.2f slices a virtual CPU, %.4f of what it took\n", kind->name,
           CASES, most, most_share);
}
END_TEST

int main(int argc, char **argv)
{
    TCase *tests = tcase_create("processors");
    tcase_add_loop_test(tests, test_random_sets_end_as_in_simgrid, 0, G_N_ELEMENTS(kinds));
    return oracle_main(argc, argv, tests, "processors");
}
