/*
 * From a scenario to the points of its sweep. Every point is bound once here, for its address and
 * to find mistakes before anything runs, and again when it is run: a bound scenario is not kept,
 * so that a plan of many points stays small.
 */
#include "sim/scenario/sweep_plan.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/parallel.h"
#include "sim/stats/result_json.h"

/* Expected work of a message: a fixed part, and one for each 4 KiB that is moved, or for so many
 * bytes in packets. Only the order of starting and the estimate of the remaining time depend on it.
 */
#define COST_MESSAGE 8
#define COST_BYTES 4096
#define COST_PACKET_BYTES 256
#define COST_MESSAGES 40000          /* most runs have come to their period by then */
#define COST_MAX (UINT64_C(1) << 50) /* thousands of points can be summed up */

static void clear_point(gpointer point)
{
    ivc_sweep_point_clear(point);
}

void ivc_sweep_plan_free(IvcSweepPlan *plan)
{
    if (plan == NULL) {
        return;
    }
    g_clear_pointer(&plan->base, g_strfreev);
    g_clear_pointer(&plan->points, g_array_unref);
    g_clear_pointer(&plan->axes, g_ptr_array_unref);
    g_free(plan);
}

/* The shared assignments, then those of the point: the later ones win. */
static const char **all_sets(char *const *base, char *const *own)
{
    GPtrArray *sets = g_ptr_array_new();
    for (; base != NULL && *base != NULL; base++) {
        g_ptr_array_add(sets, *base);
    }
    for (; own != NULL && *own != NULL; own++) {
        g_ptr_array_add(sets, *own);
    }
    g_ptr_array_add(sets, NULL);
    return (const char **)g_ptr_array_free(sets, FALSE);
}

static char *make_key(const IvcScenario *scenario, const char *program)
{
    g_autofree char *hash = ivc_scenario_hash(scenario);
    g_autofree char *text = g_strdup_printf("%s\n%s\n%d\n", hash, program, IVC_RESULT_FORMAT);
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
}

/* Two axes have columns of their own in every result; a further one would say the same twice. */
static bool has_column(const char *path, size_t length)
{
    const char *const known[] = {"channel", "workload.message"};
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        if (strlen(known[i]) == length && strncmp(known[i], path, length) == 0) {
            return true;
        }
    }
    return false;
}

/* The value of an axis as it is written, of one with a source the value alone. */
static const char *value_text(const IvcScenario *scenario, const char *path, const char *written)
{
    const IvcBound *bound = ivc_binding_find(scenario->binding, path);
    return written[0] == '{' && bound != NULL ? bound->text : written;
}

/* How many parameters of which kinds: what another source of a number changes, and no result. */
static void add_kinds(json_t *object, const IvcScenario *scenario)
{
    size_t all, assumed, calibrated;
    ivc_scenario_count_kinds(scenario, &all, &assumed, &calibrated);
    json_object_set_new(object, "parameters", json_integer((json_int_t)all));
    json_object_set_new(object, "parameters_assumed", json_integer((json_int_t)assumed));
    json_object_set_new(object, "parameters_calibrated", json_integer((json_int_t)calibrated));
}

static char *make_identity(const IvcScenario *scenario, char *const *sets)
{
    json_t *object = json_object();
    json_object_set_new(object, "scenario", json_string(scenario->name));
    json_object_set_new(object, "channel", json_string(scenario->channel->name));
    uint64_t bytes = MIN(ivc_workload_bytes(&scenario->workload), (uint64_t)INT64_MAX);
    json_object_set_new(object, "message_bytes",
                        scenario->workload.workload->outside ? json_null()
                                                             : json_integer((json_int_t)bytes));
    add_kinds(object, scenario);
    for (; sets != NULL && *sets != NULL; sets++) {
        const char *equal = strchr(*sets, '=');
        if (equal != NULL && !has_column(*sets, (size_t)(equal - *sets))) {
            g_autofree char *path = g_strndup(*sets, (size_t)(equal - *sets));
            json_object_set_new(object, path, json_string(value_text(scenario, path, equal + 1)));
        }
    }
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    char *owned = g_strdup(text != NULL ? text : "{}");
    free(text);
    return owned;
}

static char *make_label(const IvcScenario *scenario, char **sets)
{
    if (sets != NULL && *sets != NULL) {
        return g_strjoinv(" ", sets);
    }
    return g_strconcat("channel=", scenario->channel->name, NULL);
}

/* Runs of a point; without a fixed number, about so many. */
static uint64_t count_runs(const IvcScenario *scenario)
{
    uint64_t repeats = scenario->statistics.repeats;
    if (!ivc_scenario_is_random(scenario)) {
        return 1;
    }
    return repeats != 0 ? repeats : MIN(scenario->statistics.repeats_max, 20);
}

/* Messages of a run with two ranks, those before measuring among them. */
static uint64_t count_messages(const IvcWorkloadSpec *workload, uint64_t *ret_measured)
{
    const IvcWorkloadOps *ops = workload->workload->ops;
    uint64_t a_round = 1;
    if (ops != NULL) {
        a_round = ops->messages_of != NULL ? ops->messages_of(workload->spec, 2)
                                           : ops->messages_per_round(2);
    }
    IvcWorkloadRounds rounds = ivc_workload_rounds(workload, MAX(a_round, 1));
    *ret_measured = rounds.measured * a_round;
    return (rounds.measured + rounds.warmup) * a_round;
}

static void estimate(const IvcScenario *scenario, uint64_t *ret_messages, uint64_t *ret_cost)
{
    const IvcWorkloadSpec *workload = &scenario->workload;
    uint64_t runs = count_runs(scenario), measured;
    uint64_t messages = count_messages(workload, &measured);
    uint64_t a_cost = scenario->channel->mechanism->network ? COST_PACKET_BYTES : COST_BYTES;
    uint64_t weight = COST_MESSAGE + ivc_workload_bytes(workload) / a_cost;
    uint64_t simulated = MIN(messages, COST_MESSAGES);
    if (ivc_scenario_is_random(scenario) && !scenario->statistics.estimate) {
        simulated = MIN(messages, COST_MAX / runs / weight) * runs;
    }
    *ret_messages = runs > 1 ? 0 : measured; /* each run counts up from 0 */
    *ret_cost = simulated > COST_MAX / weight ? COST_MAX : MAX(simulated * weight, 1);
}

void ivc_sweep_point_make(const IvcScenario *scenario, char **sets, const char *program,
                          IvcSweepPoint *ret_point)
{
    ret_point->key = make_key(scenario, program);
    ret_point->label = make_label(scenario, sets);
    ret_point->identity = make_identity(scenario, sets);
    ret_point->sets = g_strdupv(sets);
    estimate(scenario, &ret_point->messages, &ret_point->cost);
}

/* What binding the points works on, on several threads. */
typedef struct {
    IvcSweepPlan *plan;
    const IvcPoints *expanded;
    const char *program;
    const volatile int *stop;
} Binder;

/* Fills in one point of the plan; the key stays NULL when something is wrong with it. */
static void bind_point(size_t i, void *user)
{
    const Binder *binder = user;
    IvcSweepPlan *plan = binder->plan;
    char **sets = (char **)binder->expanded->sets[i];
    if (binder->stop != NULL && *binder->stop != 0) {
        return;
    }
    g_autofree const char **all = all_sets(plan->base, sets);
    /* Warnings are the same for every point and were given for the base. */
    g_autoptr(IvcDiags) unseen = ivc_diags_new();
    g_autoptr(IvcScenario) scenario = ivc_scenario_bind(plan->source, all, unseen);
    if (scenario == NULL) {
        return;
    }
    ivc_sweep_point_make(scenario, sets, binder->program,
                         &g_array_index(plan->points, IvcSweepPoint, i));
}

/* Says what is wrong with a point, and which one it is. */
static void report_point(const IvcSweepPlan *plan, char **sets, guint i, IvcDiags *diags)
{
    g_autofree const char **all = all_sets(plan->base, sets);
    ivc_scenario_free(ivc_scenario_bind(plan->source, all, diags));
    g_autofree char *name = g_strjoinv(" ", sets);
    ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, (IvcPlace){.source = NULL}, NULL,
                  "in point %u of the sweep: %s", i + 1, name);
}

static void add_axes(IvcSweepPlan *plan, const IvcScenario *scenario)
{
    for (size_t i = 0; i < scenario->n_axes; i++) {
        for (const char **path = scenario->axes[i].paths; *path != NULL; path++) {
            g_ptr_array_add(plan->axes, g_strdup(*path));
        }
    }
}

IvcSweepPlan *ivc_sweep_plan_new(const IvcScenarioSource *source, const IvcScenario *base,
                                 const char *const *sets, const char *program, unsigned jobs,
                                 const volatile int *stop, IvcDiags *diags)
{
    g_autoptr(IvcSweepPlan) plan = g_new0(IvcSweepPlan, 1);
    plan->source = source;
    plan->base = g_strdupv((char **)sets);
    plan->points = g_array_new(FALSE, TRUE, sizeof(IvcSweepPoint));
    g_array_set_clear_func(plan->points, clear_point);
    plan->axes = g_ptr_array_new_with_free_func(g_free);
    add_axes(plan, base);
    g_auto(IvcPoints) expanded = {0};
    if (!ivc_scenario_points(base, &expanded, diags)) {
        return NULL;
    }
    g_array_set_size(plan->points, (guint)expanded.n);
    Binder binder = {plan, &expanded, program, stop};
    ivc_parallel(jobs, expanded.n, bind_point, &binder);
    if (stop != NULL && *stop != 0) {
        return NULL;
    }
    for (guint i = 0; i < plan->points->len; i++) {
        if (g_array_index(plan->points, IvcSweepPoint, i).key == NULL) {
            report_point(plan, (char **)expanded.sets[i], i, diags);
            return NULL;
        }
    }
    return g_steal_pointer(&plan);
}

IvcResult *ivc_sweep_plan_run(const IvcSweepPoint *point, const IvcRunHooks *hooks, void *user,
                              GError **error)
{
    const IvcSweepPlan *plan = user;
    g_autofree const char **all = all_sets(plan->base, point->sets);
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autoptr(IvcScenario) scenario = ivc_scenario_bind(plan->source, all, diags);
    g_assert(scenario != NULL); /* the same was bound when the plan was made */
    return ivc_run(scenario, hooks, error);
}
