/* Random input of a scenario: what the parameters of sizes, arrivals and computing come to, and
 * what they demand of each other. The draws themselves are in sim/model/draws.c. */
#include <string.h>

#include "sim/scenario/scenario_private.h"

/* An exponential size is cut off here, when nothing is said: 0.03 % of the draws. */
#define MEANS_MAX 8

/* More than this together would leave no bits for chance. */
#define WEIGHTS_MAX (UINT64_C(1) << 40)

static bool complain(const IvcScenario *s, const char *code, const char *path, const char *hint,
                     const char *text, IvcDiags *diags)
{
    ivc_diags_add(diags, IVC_DIAG_ERROR, code, ivc_scenario_place(s, path), hint, "%s", text);
    return false;
}

/* One of the sizes of the list; false with an error. */
static bool parse_size(const IvcScenario *s, const char *text, uint64_t *ret, IvcDiags *diags)
{
    IvcAmount amount = {0};
    IvcQuantityError error = {0};
    if (!ivc_quantity_parse(IVC_QUANTITY_SIZE, text, &amount, &error)) {
        ivc_diags_add(diags, IVC_DIAG_ERROR, error.code,
                      ivc_scenario_place(s, "workload.sizes.list"), error.hint, "'list': %s",
                      error.what);
        ivc_quantity_error_clear(&error);
        return false;
    }
    *ret = amount.n;
    return amount.n > 0 || complain(s, "config-range", "workload.sizes.list", NULL,
                                    "'list': 0B is less than the minimum 1B", diags);
}

static bool bind_list(IvcScenario *s, IvcDiags *diags)
{
    IvcWorkloadSpec *w = &s->workload;
    uint64_t sum = 0;
    bool good = true;
    if (w->size_list.n == 0)
        return complain(s, "config-missing", "workload.sizes", "write for example '[64B, 1500B]'",
                        "sizes of kind 'list' need a 'list'", diags);
    if (w->size_weights.n != 0 && w->size_weights.n != w->size_list.n)
        return complain(s, "config-conflict", "workload.sizes.weights", NULL,
                        "there are not as many weights as sizes", diags);
    w->list = g_new0(IvcWeighedSize, w->size_list.n);
    w->n_list = w->size_list.n;
    for (size_t i = 0; i < w->n_list; i++) {
        good = parse_size(s, w->size_list.items[i], &w->list[i].bytes, diags) && good;
        sum += w->size_weights.n ? w->size_weights.items[i] : 1;
        w->list[i].until = sum;
    }
    if (sum == 0 || sum > WEIGHTS_MAX)
        return complain(s, "config-range", "workload.sizes.weights", NULL,
                        "the weights add up to 0, or to more than 2^40", diags);
    return good;
}

void ivc_random_bind(IvcScenario *s, IvcDiags *diags)
{
    IvcWorkloadSpec *w = &s->workload;
    if (w->sizes == IVC_SIZES_LIST && !bind_list(s, diags))
        w->sizes = IVC_SIZES_FIXED; /* so that nothing stumbles over it */
    if (w->sizes == IVC_SIZES_UNIFORM && w->size_min.n > w->message.n)
        complain(s, "config-conflict", "workload.sizes.min", NULL,
                 "the smallest message is larger than the mean, 'workload.message'", diags);
    if (w->sizes == IVC_SIZES_EXPONENTIAL && w->size_max.n != 0 && w->size_max.n < w->message.n)
        complain(s, "config-conflict", "workload.sizes.max", NULL,
                 "the largest message is smaller than the mean, 'workload.message'", diags);
    if (w->sizes != IVC_SIZES_FIXED && w->message.n > INT64_MAX / MEANS_MAX)
        complain(s, "config-range", "workload.message", NULL, "too large a mean", diags);
    if (w->arrivals != IVC_ARRIVALS_NONE && w->rate == 0)
        complain(s, "config-missing", "workload.arrivals", "write for example 'rate: 10000'",
                 "arrivals need a 'rate'", diags);
}

/* A key that another one makes use of, or not. */
typedef struct {
    const char *path;
    bool stated; /* has another value than the default */
    bool used;
    const char *user; /* the other one */
    const char *why;  /* it is not used */
} Depending;

/* Where a sweep names a path. */
static IvcPlace axis_place(const IvcScenario *s, const char *path)
{
    const IvcNode *sweep = ivc_node_get(s->tree->root, "sweep");
    const IvcNode *axes = sweep ? ivc_node_get(sweep, "axes") : NULL;
    for (guint i = 0; axes && i < axes->items->len; i++) {
        const IvcNode *axis = axes->items->pdata[i];
        if (axis->key && strstr(axis->key, path))
            return axis->key_place;
    }
    return ivc_scenario_place(s, "sweep.axes");
}

static void check_depending(const IvcScenario *s, const Depending *key, IvcDiags *diags)
{
    bool swept = ivc_scenario_is_axis(s, key->path);
    if ((!key->stated && !swept) || key->used || ivc_scenario_is_axis(s, key->user))
        return;
    ivc_diags_add(diags, IVC_DIAG_WARNING, "config-unused",
                  swept ? axis_place(s, key->path) : ivc_scenario_place(s, key->path), NULL,
                  "'%s' has no effect: %s", key->path, key->why);
}

static void check_draws(const IvcScenario *s, IvcDiags *diags)
{
    static const char kind[] = "workload.sizes.kind";
    const IvcWorkloadSpec *w = &s->workload;
    bool list = w->sizes == IVC_SIZES_LIST;
    const Depending keys[] = {
        {"workload.message", false, !list, kind, "the mean of 'sizes.list' takes its place"},
        {"workload.sizes.min", w->size_min.n != 1, w->sizes == IVC_SIZES_UNIFORM, kind,
         "the kind of sizes is not 'uniform'"},
        {"workload.sizes.max", w->size_max.n != 0, w->sizes == IVC_SIZES_EXPONENTIAL, kind,
         "the kind of sizes is not 'exponential'"},
        {"workload.sizes.list", w->size_list.n != 0, list, kind, "the kind of sizes is not 'list'"},
        {"workload.sizes.weights", w->size_weights.n != 0, list, kind,
         "the kind of sizes is not 'list'"},
        {"workload.arrivals.rate", w->rate != 0, w->arrivals != IVC_ARRIVALS_NONE,
         "workload.arrivals.kind", "the kind of arrivals is 'none'"},
        {"workload.compute.kind", w->compute != IVC_COMPUTE_FIXED, w->compute_mean.ps != 0,
         "workload.compute.mean", "the mean of computing is 0"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        check_depending(s, &keys[i], diags);
}

static void check_sampling(const IvcScenario *s, IvcDiags *diags)
{
    static const char repeats[] = "statistics.repeats";
    const IvcStatisticsSpec *st = &s->statistics;
    bool until = st->repeats == 0 || st->estimate || ivc_scenario_is_axis(s, "statistics.estimate");
    const Depending keys[] = {
        {"statistics.precision", st->precision.ppm != 20000, until, repeats,
         "'repeats' is a number, and nothing is estimated"},
        {"statistics.confidence", st->confidence.ppm != 950000, until || st->repeats > 1, repeats,
         "there is one run, and nothing is estimated"},
        {"statistics.repeats_max", st->repeats_max != 100, st->repeats == 0, repeats,
         "'repeats' is a number"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        check_depending(s, &keys[i], diags);
}

void ivc_random_check(const IvcScenario *s, IvcDiags *diags)
{
    if (!s->workload.workload->outside) /* says so itself */
        check_draws(s, diags);
    check_sampling(s, diags);
}

uint64_t ivc_workload_bytes(const IvcWorkloadSpec *w)
{
    IvcU128 sum = 0;
    if (w->sizes != IVC_SIZES_LIST)
        return w->message.n;
    uint64_t all = w->list[w->n_list - 1].until, below = 0;
    for (size_t i = 0; i < w->n_list; i++) {
        sum += (IvcU128)w->list[i].bytes * (w->list[i].until - below);
        below = w->list[i].until;
    }
    return (uint64_t)MAX((sum + all / 2) / all, 1);
}

static uint64_t bytes_max(const IvcWorkloadSpec *w)
{
    uint64_t most = 0;
    switch ((IvcSizesKind)w->sizes) {
    case IVC_SIZES_UNIFORM:
        return 2 * w->message.n - w->size_min.n;
    case IVC_SIZES_EXPONENTIAL:
        return w->size_max.n != 0 ? w->size_max.n : MEANS_MAX * w->message.n;
    case IVC_SIZES_LIST:
        for (size_t i = 0; i < w->n_list; i++)
            most = MAX(most, w->list[i].bytes);
        return most;
    case IVC_SIZES_FIXED:
        break;
    }
    return w->message.n;
}

IvcDraws ivc_workload_draws(const IvcWorkloadSpec *w)
{
    return (IvcDraws){
        .sizes = (IvcSizesKind)w->sizes,
        .bytes = ivc_workload_bytes(w),
        .bytes_min = w->size_min.n,
        .bytes_max = bytes_max(w),
        .list = w->list,
        .n_list = w->n_list,
        .arrivals = (IvcArrivalsKind)w->arrivals,
        .rate = w->rate,
        .compute = (IvcComputeKind)w->compute,
        .compute_ps = w->compute_mean.ps,
    };
}

bool ivc_scenario_is_random(const IvcScenario *s)
{
    IvcDraws draws = ivc_workload_draws(&s->workload);
    return ivc_draws_random(&draws);
}
