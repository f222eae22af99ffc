/* Runs a point and turns the end state into a result; checks that nothing was lost. */
#include "sim/scenario/run.h"

#include "sim/model/sched.h"
#include "sim/model/stages.h"
#include "sim/scenario/estimate.h"
#include "sim/scenario/repeats.h"

GQuark ivc_sim_error_quark(void)
{
    return g_quark_from_static_string("ivc-sim-error-quark");
}

static bool fail_stop(const IvcPoint *point, IvcStop stop, GError **error)
{
    const IvcSim *sim = &point->platform.sim;
    const IvcLimits *limits = &point->scenario->limits;
    g_autofree char *now =
        ivc_quantity_format(IVC_QUANTITY_TIME, (IvcAmount){.n = ivc_sim_time(sim)});
    switch (stop) {
    case IVC_STOP_HORIZON:
        g_set_error(error, IVC_SIM_ERROR, IVC_SIM_ERROR_HORIZON,
                    "simulated time passed limits.horizon after %" G_GUINT64_FORMAT
                    " messages, at %s",
                    point->platform.measure.delivered, now);
        return false;
    case IVC_STOP_LIVELOCK:
        g_set_error(error, IVC_SIM_ERROR, IVC_SIM_ERROR_LIVELOCK,
                    "more than limits.events_per_instant (%" G_GUINT64_FORMAT
                    ") events at one instant, %s: a loop without delay",
                    limits->events_per_instant, now);
        return false;
    case IVC_STOP_EVENTS:
        g_set_error(error, IVC_SIM_ERROR, IVC_SIM_ERROR_EVENTS,
                    "more than limits.events_max (%" G_GUINT64_FORMAT ") events, at %s",
                    limits->events_max, now);
        return false;
    case IVC_STOP_QUEUE:
        g_set_error(error, IVC_SIM_ERROR, IVC_SIM_ERROR_EVENTS, "too many pending events, at %s",
                    now);
        return false;
    case IVC_STOP_ASKED:
        g_set_error(error, IVC_SIM_ERROR, IVC_SIM_ERROR_STOPPED, "stopped at %s", now);
        return false;
    case IVC_STOP_FAILED:
        g_set_error_literal(error, IVC_SIM_ERROR, sim->failure_code, sim->failure);
        return false;
    case IVC_STOP_NONE:
        break;
    }
    return true;
}

/* Nothing can happen any more: have all ranks come to their end? */
static bool check_finished(const IvcPoint *point, GError **error)
{
    g_autoptr(GString) waiting = g_string_new(NULL);
    if (point->platform.measure.stalled)
        return true;
    for (uint32_t r = 0; r < point->platform.n_ranks; r++) {
        const IvcRank *rank = &point->ranks[r];
        if (rank->agent.state == IVC_AGENT_FINISHED)
            continue;
        g_string_append_printf(waiting, "%srank %u", waiting->len ? "; " : "", r);
        if (rank->doing && !rank->open)
            g_string_append_printf(waiting, " waits in %s", rank->doing);
        else if (rank->doing && rank->open->peer == IVC_MPI_ANY_SOURCE)
            g_string_append_printf(waiting, " waits in %s from any source", rank->doing);
        else if (rank->doing)
            g_string_append_printf(waiting, " waits in %s with rank %d, tag %d", rank->doing,
                                   rank->open->peer, rank->open->tag);
        else
            g_string_append(waiting, " waits");
    }
    if (!waiting->len)
        return true;
    g_set_error(error, IVC_SIM_ERROR, IVC_SIM_ERROR_DEADLOCK,
                "deadlock at %.3f ms: nothing can happen any more, and %s",
                (double)ivc_sim_time(&point->platform.sim) / 1e9, waiting->str);
    return false;
}

/* Every physical core's time sums to wall time; all of them ran as long as virtual CPUs did. */
static bool check_cpus(const IvcPlatform *platform, GError **error)
{
    const IvcCores *cores = &platform->cores;
    IvcTime now = ivc_sim_time(&platform->sim), ran = 0, switched = 0;
    for (uint32_t i = 0; platform->sched && i < cores->n; i++) {
        switched += cores->items[i].ledger[cores->stage_switch].spent_ps;
        for (uint32_t s = 0; s < cores->n_stages; s++)
            ran += cores->items[i].ledger[s].spent_ps;
    }
    ran -= switched;
    for (uint32_t i = 0; platform->sched && i < ivc_sched_cpus(platform->sched); i++) {
        const IvcCpuTimes *times = ivc_sched_cpu_times(platform->sched, i);
        IvcTime sum = times->running_ps + times->switching_ps + times->idle_ps;
        ran -= times->running_ps;
        switched -= times->switching_ps;
        if (sum == now)
            continue;
        g_set_error(error, IVC_SIM_ERROR, IVC_SIM_ERROR_CONSERVATION,
                    "physical core %u accounts for %" G_GUINT64_FORMAT " ps of %" G_GUINT64_FORMAT,
                    i, sum, now);
        return false;
    }
    if (ran == 0 && switched == 0)
        return true;
    g_set_error(error, IVC_SIM_ERROR, IVC_SIM_ERROR_CONSERVATION,
                "virtual CPUs and physical cores ran for different times: %" G_GINT64_FORMAT
                " ps, and %" G_GINT64_FORMAT " ps of switching",
                (gint64)ran, (gint64)switched);
    return false;
}

/* Every core's ledger sums to wall time, every byte sent was delivered. */
static bool check_conservation(IvcPoint *point, GError **error)
{
    IvcPlatform *platform = &point->platform;
    const IvcMeasure *measure = &platform->measure;
    ivc_cores_settle(&platform->cores);
    for (uint32_t i = 0; i < platform->cores.n; i++) {
        const IvcCore *core = &platform->cores.items[i];
        IvcTime sum = core->waiting_ps + core->blocked_ps + core->idle_ps;
        for (uint32_t s = 0; s < platform->cores.n_stages; s++)
            sum += core->ledger[s].spent_ps;
        if (sum != ivc_sim_time(&platform->sim)) {
            g_set_error(error, IVC_SIM_ERROR, IVC_SIM_ERROR_CONSERVATION,
                        "core %u accounts for %" G_GUINT64_FORMAT " ps of %" G_GUINT64_FORMAT, i,
                        sum, ivc_sim_time(&platform->sim));
            return false;
        }
    }
    if (!check_cpus(platform, error))
        return false;
    if (measure->stalled)
        return true; /* the others were interrupted */
    uint64_t inside = point->ops->in_flight(point->channel);
    uint64_t settled = measure->bytes_delivered_all + measure->bytes_lost_all;
    if (inside || measure->bytes_sent_all != settled || !measure->ended) {
        g_set_error(error, IVC_SIM_ERROR, IVC_SIM_ERROR_CONSERVATION,
                    "%" G_GUINT64_FORMAT " bytes were sent, %" G_GUINT64_FORMAT
                    " delivered or lost, and %" G_GUINT64_FORMAT " messages are still inside",
                    measure->bytes_sent_all, settled, inside);
        return false;
    }
    return true;
}

static IvcTime running_ps(const IvcPoint *point, uint32_t core, const IvcStage *table,
                          uint32_t first, bool spin_only)
{
    const IvcCores *cores = &point->platform.cores;
    const IvcMeasure *measure = &point->platform.measure;
    IvcTime sum = 0;
    for (uint32_t s = 0; table && table[s].name; s++) {
        size_t at = (size_t)core * cores->n_stages + first + s;
        if (!spin_only || table[s].spin)
            sum += measure->over.entries[at].spent_ps - measure->began.entries[at].spent_ps;
    }
    return sum;
}

static void add_states(IvcStates *to, const IvcStates *from)
{
    to->running_ps += from->running_ps;
    to->waiting_ps += from->waiting_ps;
    to->blocked_ps += from->blocked_ps;
    to->idle_ps += from->idle_ps;
}

/* The stages of a hypervisor that schedules, when the ledgers have them; else NULL. */
static const IvcStage *hypervisor_stages(const IvcPoint *point)
{
    bool there = point->platform.cores.n_stages > point->platform.stage_hypervisor;
    return there ? point->scenario->registry->hypervisor_stages : NULL;
}

/* What happened to a guest's virtual CPUs while measuring. */
static IvcSchedulingResult scheduling_of(const IvcPoint *point, const IvcGuestPlace *place)
{
    const IvcMeasure *measure = &point->platform.measure;
    IvcSchedulingResult sum = {0};
    for (size_t c = 0; c < place->n_cores; c++) {
        const IvcVcpuCounts *over = &measure->over.sched->vcpus[place->cores[c]];
        const IvcVcpuCounts *began = &measure->began.sched->vcpus[place->cores[c]];
        sum.switches += over->switches - began->switches;
        sum.wakes += over->wakes - began->wakes;
        sum.preemptions += over->preemptions - began->preemptions;
        sum.yields += over->yields - began->yields;
        sum.migrations += over->migrations - began->migrations;
    }
    return sum;
}

static void collect_scheduling(const IvcPoint *point, IvcResult *result)
{
    const IvcPlatform *platform = &point->platform;
    const IvcMeasure *measure = &platform->measure;
    unsigned n = 0; /* guests that are in the result */
    for (unsigned g = 0; platform->sched && g < platform->n_guests; g++) {
        if (platform->guests[g].n_cores == 0)
            continue;
        IvcSchedulingResult guest = scheduling_of(point, &platform->guests[g]);
        guest.guest = n++;
        g_array_append_val(result->scheduling, guest);
    }
    for (uint32_t c = 0; platform->sched && c < ivc_sched_cpus(platform->sched); c++) {
        const IvcCpuTimes *over = &measure->over.sched->cpus[c];
        const IvcCpuTimes *began = &measure->began.sched->cpus[c];
        IvcProcessorResult cpu = {.core = c,
                                  .running_ps = over->running_ps - began->running_ps,
                                  .switching_ps = over->switching_ps - began->switching_ps,
                                  .idle_ps = over->idle_ps - began->idle_ps};
        g_array_append_val(result->processors, cpu);
    }
}

/* What a core did for nobody's message: loads, switches. Exits and walks are part of messages. */
static IvcTime beside_ps(const IvcPoint *point, uint32_t core)
{
    const IvcPlatform *platform = &point->platform;
    const IvcMeasure *measure = &platform->measure;
    IvcTime sum = 0;
    for (uint32_t s = 0; hypervisor_stages(point) && s < IVC_STAGE_EXIT; s++) {
        size_t at = (size_t)core * platform->cores.n_stages + platform->stage_hypervisor + s;
        sum += measure->over.entries[at].spent_ps - measure->began.entries[at].spent_ps;
    }
    return sum;
}

static void collect_guests(const IvcPoint *point, IvcResult *result)
{
    const IvcScenario *scenario = point->scenario;
    const IvcMeasure *measure = &point->platform.measure;
    const IvcStage *machine = scenario->registry->machine_stages;
    const IvcStage *mechanism = scenario->channel->mechanism->head.stages;
    const IvcStage *hypervisor = hypervisor_stages(point);
    uint32_t first = point->platform.stage_mechanism, last = point->platform.stage_hypervisor;
    for (size_t g = 0; g < scenario->n_guests; g++) {
        const IvcGuestPlace *place = &point->platform.guests[g];
        if (place->n_cores == 0)
            continue; /* nothing to report */
        IvcGuestResult guest = {.name = g_strdup(place->name), .cores = (unsigned)place->n_cores};
        for (size_t c = 0; c < place->n_cores; c++) {
            uint32_t i = place->cores[c];
            IvcCoreResult core = {.core = i, .guest = result->guests->len};
            IvcTime added_ps = running_ps(point, i, hypervisor, last, false);
            core.states.running_ps = running_ps(point, i, machine, 0, false) +
                                     running_ps(point, i, mechanism, first, false) + added_ps;
            core.states.waiting_ps = measure->over.waiting_ps[i] - measure->began.waiting_ps[i];
            core.states.blocked_ps = measure->over.blocked_ps[i] - measure->began.blocked_ps[i];
            core.states.idle_ps = measure->over.idle_ps[i] - measure->began.idle_ps[i];
            guest.spinning_ps += running_ps(point, i, machine, 0, true) +
                                 running_ps(point, i, mechanism, first, true);
            guest.beside_ps += beside_ps(point, i);
            add_states(&guest.states, &core.states);
            g_array_append_val(result->cores, core);
        }
        g_array_append_val(result->guests, guest);
    }
}

static void collect_stage(const IvcPoint *point, IvcResult *result, const char *component,
                          const IvcStage *stage, uint32_t id, const IvcGuestPlace *place,
                          unsigned guest)
{
    const IvcMeasure *measure = &point->platform.measure;
    const IvcCores *cores = &point->platform.cores;
    IvcStageResult line = {
        .stage = stage->name, .sentence = stage->sentence, .spin = stage->spin, .guest = guest};
    for (size_t c = 0; c < place->n_cores; c++) {
        size_t at = (size_t)place->cores[c] * cores->n_stages + id;
        line.spent_ps += measure->over.entries[at].spent_ps - measure->began.entries[at].spent_ps;
        line.times += measure->over.entries[at].times - measure->began.entries[at].times;
    }
    if (!line.times && !line.spent_ps)
        return;
    line.component = g_strdup(component);
    line.cycles = ivc_clock_ps_to_cycles(&point->platform.clock, line.spent_ps).n;
    g_array_append_val(result->stages, line);
}

static void collect_stages(const IvcPoint *point, IvcResult *result)
{
    const IvcScenario *scenario = point->scenario;
    const IvcComponent *mechanism = &scenario->channel->mechanism->head;
    const IvcStage *machine = scenario->registry->machine_stages;
    const IvcStage *hypervisor = hypervisor_stages(point);
    unsigned n = 0; /* of those that are in the result */
    for (size_t g = 0; g < scenario->n_guests; g++) {
        const IvcGuestPlace *guest = &point->platform.guests[g];
        if (guest->n_cores == 0)
            continue;
        for (uint32_t s = 0; machine[s].name; s++)
            collect_stage(point, result, "machine", &machine[s], s, guest, n);
        for (uint32_t s = 0; mechanism->stages && mechanism->stages[s].name; s++)
            collect_stage(point, result, mechanism->name, &mechanism->stages[s],
                          point->platform.stage_mechanism + s, guest, n);
        for (uint32_t s = 0; hypervisor && hypervisor[s].name; s++)
            collect_stage(point, result, "hypervisor", &hypervisor[s],
                          point->platform.stage_hypervisor + s, guest, n);
        n++;
    }
}

/* How often a machine stage was entered, over all cores. */
static uint64_t times_of(const IvcPoint *point, IvcMachineStage stage)
{
    const IvcMeasure *measure = &point->platform.measure;
    const IvcCores *cores = &point->platform.cores;
    uint64_t sum = 0;
    for (uint32_t c = 0; c < cores->n; c++) {
        size_t at = (size_t)c * cores->n_stages + stage;
        sum += measure->over.entries[at].times - measure->began.entries[at].times;
    }
    return sum;
}

static const struct {
    IvcMachineStage stage;
    const char *name;
    const char *sentence;
} stage_counts[] = {
    {IVC_STAGE_INTERRUPT_ENTRY, "interrupts", "interrupts taken"},
    {IVC_STAGE_REGISTER_STORE, "register_stores", "uncached stores to inter-core registers"},
    {IVC_STAGE_REGISTER_LOAD, "register_loads", "uncached loads from inter-core registers"},
    {IVC_STAGE_BLOCK, "blocks", "times that a process went to sleep"},
    {IVC_STAGE_WAKE, "wakes", "sleeping processes made runnable"},
};

static void collect_counts(const IvcPoint *point, IvcResult *result)
{
    for (size_t i = 0; i < G_N_ELEMENTS(stage_counts); i++) {
        IvcCountResult count = {.name = stage_counts[i].name,
                                .unit = "count",
                                .sentence = stage_counts[i].sentence,
                                .value = times_of(point, stage_counts[i].stage)};
        g_array_append_val(result->counts, count);
    }
    for (size_t i = 0; i < point->platform.n_counters; i++) {
        const IvcCounter *counter = &point->platform.counters[i];
        IvcCountResult count = {.name = counter->name,
                                .unit = counter->unit,
                                .sentence = counter->sentence,
                                .value = counter->ended - counter->began};
        g_array_append_val(result->counts, count);
    }
    if (point->platform.transactions) { /* each has a latency */
        IvcCountResult count = {.name = "transactions",
                                .unit = "count",
                                .sentence = "round trips of the workload",
                                .value = result->latency_ps.count};
        g_array_append_val(result->counts, count);
    }
}

/* What the ranks got of what they compete for. */
static void collect_shares(const IvcPoint *point, IvcResult *result)
{
    const GArray *shares = point->platform.shares;
    for (guint i = 0; shares && i < shares->len; i++) {
        const IvcCounter *one = &g_array_index(shares, IvcCounter, i);
        uint64_t got = one->ended - one->began;
        g_array_append_val(result->shares, got);
    }
    ivc_result_count_shares(result);
}

/* Adds to what the result has of this guest and name already. */
static void add_guest_count(IvcResult *result, unsigned guest, const IvcCounter *counter)
{
    uint64_t value = counter->ended - counter->began;
    for (guint i = 0; i < result->guest_counts->len; i++) {
        IvcGuestCount *count = &g_array_index(result->guest_counts, IvcGuestCount, i);
        if (count->guest == guest && strcmp(count->name, counter->name) == 0) {
            count->value += value;
            return;
        }
    }
    IvcGuestCount count = {.guest = guest,
                           .name = counter->name,
                           .unit = counter->unit,
                           .sentence = counter->sentence,
                           .value = value};
    g_array_append_val(result->guest_counts, count);
}

/* Guest by guest, those of one in the order in which they were declared. */
static void collect_guest_counts(const IvcPoint *point, IvcResult *result)
{
    const IvcScenario *scenario = point->scenario;
    const GArray *all = point->platform.guest_counters;
    unsigned n = 0; /* of those that are in the result */
    for (size_t g = 0; all && g < scenario->n_guests; g++) {
        if (scenario->guests[g].cores.n == 0)
            continue;
        for (guint i = 0; i < all->len; i++) {
            const IvcGuestCounter *one = &g_array_index(all, IvcGuestCounter, i);
            if (one->guest == g)
                add_guest_count(result, n, &one->counter);
        }
        n++;
    }
}

static char *digest_of(const IvcPoint *point, const IvcResult *result)
{
    IvcDigest digest;
    ivc_digest_init(&digest, point->platform.sim.now, NULL);
    ivc_point_digest(point, &digest);
    ivc_digest_u64(&digest, result->elapsed_ps);
    ivc_digest_u64(&digest, result->latency_ps.sum);
    for (guint i = 0; i < result->counts->len; i++)
        ivc_digest_u64(&digest, g_array_index(result->counts, IvcCountResult, i).value);
    for (guint i = 0; i < result->guest_counts->len; i++)
        ivc_digest_u64(&digest, g_array_index(result->guest_counts, IvcGuestCount, i).value);
    for (guint i = 0; i < result->stages->len; i++)
        ivc_digest_u64(&digest, g_array_index(result->stages, IvcStageResult, i).spent_ps);
    return ivc_digest_text(&digest);
}

static IvcResult *collect(const IvcPoint *point)
{
    const IvcScenario *scenario = point->scenario;
    const IvcMeasure *measure = &point->platform.measure;
    IvcResult *result = ivc_result_new();
    size_t parameters, assumed, calibrated;
    ivc_scenario_count_kinds(scenario, &parameters, &assumed, &calibrated);
    result->scenario = g_strdup(scenario->name);
    result->channel = g_strdup(scenario->channel->name);
    result->mechanism = g_strdup(scenario->channel->mechanism->head.name);
    result->workload = g_strdup(point->workload->head.name);
    result->profile = g_strdup(scenario->profile);
    result->mode = g_strdup(ivc_mode_names[scenario->channel->mode]);
    result->ranks = point->platform.n_ranks;
    result->message_bytes = ivc_workload_bytes(&scenario->workload);
    result->messages_asked = point->messages_asked;
    result->messages = measure->target - measure->lost;
    result->capped = point->capped;
    result->stalled = g_strdup(measure->stalled);
    result->bytes = measure->bytes;
    result->setup_ps = measure->setup_ps;
    result->setup_server_ps = measure->setup_server_ps;
    result->warmup_ps = measure->began_ps - MIN(measure->began_ps, measure->setup_ps);
    result->elapsed_ps = measure->ended_ps - measure->began_ps;
    result->clock_hz = point->platform.clock.hz;
    result->latency_ps = measure->latency_ps;
    result->events = point->platform.sim.events;
    result->parameters = parameters;
    result->assumed = assumed;
    result->calibrated = calibrated;
    result->seed = scenario->workload.seed;
    result->hash = ivc_scenario_hash(scenario);
    collect_guests(point, result);
    collect_scheduling(point, result);
    collect_stages(point, result);
    collect_counts(point, result);
    collect_shares(point, result);
    collect_guest_counts(point, result);
    result->digest = digest_of(point, result);
    return result;
}

/* One run; `full`: without skipping. Sets *ret_again to the reason, and returns nothing, when
 * periods were skipped that turned out not to be the same. */
static IvcResult *run(const IvcScenario *scenario, uint64_t repeat, const IvcRunHooks *hooks,
                      bool full, const char **ret_again, GError **error)
{
    bool random = ivc_scenario_is_random(scenario);
    g_autoptr(IvcPoint) point = ivc_point_new_repeat(scenario, repeat, error);
    if (!point)
        return NULL;
    if (hooks && hooks->prepare)
        hooks->prepare(point);
    g_autoptr(IvcSkipper) skipper =
        full || random ? NULL : ivc_skipper_new(point, hooks ? hooks->faults : NULL);
    g_autoptr(IvcEstimator) estimator =
        scenario->statistics.estimate ? ivc_estimator_new(point, skipper) : NULL;
    if (hooks) {
        point->platform.sim.stop_flag = hooks->stop;
        point->platform.measure.progress = hooks->messages;
    }
    IvcStop stop = ivc_sim_run(&point->platform.sim);
    if (skipper && (*ret_again = ivc_skipper_fault(skipper)))
        return NULL;
    if (!fail_stop(point, stop, error) || !check_finished(point, error) ||
        !check_conservation(point, error))
        return NULL;
    IvcResult *result = collect(point);
    if (skipper)
        result->recurrence = ivc_skipper_report(skipper);
    else
        result->recurrence.outcome = random ? "random" : "full";
    if (estimator)
        ivc_estimator_report(estimator, result);
    return result;
}

IvcResult *ivc_run_once(const IvcScenario *scenario, uint64_t repeat, const IvcRunHooks *hooks,
                        GError **error)
{
    bool full = hooks && hooks->full;
    const char *again = NULL;
    IvcResult *result = run(scenario, repeat, hooks, full, &again, error);
    if (again)
        result = run(scenario, repeat, hooks, true, &(const char *){NULL}, error);
    if (result && again && g_strcmp0(result->recurrence.outcome, "estimated") != 0)
        result->recurrence.outcome = again;
    return result;
}
