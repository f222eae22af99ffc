/*
 * The fit, over the unit cube of the ranges: first by what each row does when one parameter moves
 * (least_squares.c), then without derivatives (NLopt). Parameters are integers, so that the sum of
 * squares has steps: Powell's BOBYQA finds the way down where it is smooth, Rowan's subplex goes on
 * where it has steps. They find a minimum near the start, not the least of all.
 */
#include "sim/suite/calibrate.h"

#include <math.h>
#include <nlopt.h>
#include <string.h>

#include "sim/suite/least_squares.h"

#define STEP 0.15            /* of the range: the first one */
#define TOLERANCE 1e-4       /* of the range */
#define WORTH 0.005          /* of the sum: less than that is no progress */
#define PATIENCE_EACH 3      /* trials without progress for each parameter: the end of a search */
#define PATIENCE 20          /* and these */
#define LOGARITHMIC_FROM 4.0 /* high over low from which the range is searched by factors */

static void fitted_clear(gpointer data)
{
    IvcFitted *fitted = data;
    g_strfreev(fitted->paths);
}

static IvcFitted *fitted_at(const IvcCalibration *calibration, guint i)
{
    return &g_array_index(calibration->parameters, IvcFitted, i);
}

/* ---- what is free ---- */

static bool has_setting(const GArray *settings, const char *path)
{
    size_t length = strlen(path);
    for (guint i = 0; i < settings->len; i++) {
        const char *text = g_array_index(settings, IvcSetting, i).text;
        if (strncmp(text, path, length) == 0 && text[length] == '=') {
            return true;
        }
    }
    return false;
}

/* What an entry and the stated choice set is laid on after what is tried. */
static bool sets_itself(const IvcSuite *suite, const IvcSuiteEntry *entry, const char *path)
{
    const GArray *choices = suite->choices;
    guint choice = suite->main_choice;
    return has_setting(entry->settings, path) ||
           (choice < choices->len &&
            has_setting(g_array_index(choices, IvcNamedSettings, choice).settings, path));
}

/* Binds rows to calibrate until one has the path; *ret_scenario is the last of them.
 *
 * @param any  also those whose entry sets it: theirs is not the present value
 * @return whether one has, or a row cannot be bound */
static bool bind_until(const IvcSuite *suite, const char *path, bool any,
                       IvcScenario **ret_scenario, IvcDiags *diags)
{
    for (guint r = 0; r < suite->data->rows->len; r++) {
        const IvcDataRow *row = ivc_data_row(suite->data, r);
        const IvcSuiteEntry *entry = ivc_suite_entry_of(suite, row);
        if (entry == NULL || row->role != IVC_ROLE_CALIBRATE ||
            (!any && sets_itself(suite, entry, path))) {
            continue;
        }
        g_auto(GStrv) sets = NULL;
        IvcScenario *scenario =
            ivc_suite_bind(suite, entry, row, suite->main_choice, NULL, &sets, diags);
        g_clear_pointer(ret_scenario, ivc_scenario_free);
        *ret_scenario = scenario;
        if (scenario == NULL || ivc_binding_find(scenario->binding, path) != NULL) {
            return true;
        }
    }
    return false;
}

/* The first row to calibrate whose scenario has the path, bound; NULL: none can be.
 *
 * @param ret_own  set: whether all such rows set it themselves */
static IvcScenario *bind_with(const IvcCalibration *calibration, const char *path, bool *ret_own,
                              IvcDiags *diags)
{
    IvcScenario *last = NULL;
    for (size_t i = 0; i < 2 * calibration->n_suites; i++) {
        *ret_own = i >= calibration->n_suites;
        if (bind_until(calibration->suites[i % calibration->n_suites], path, *ret_own, &last,
                       diags)) {
            break;
        }
    }
    return last;
}

bool ivc_calibration_has_row(const IvcSuite *suite)
{
    for (guint r = 0; r < suite->data->rows->len; r++) {
        const IvcDataRow *row = ivc_data_row(suite->data, r);
        if (row->role == IVC_ROLE_CALIBRATE && ivc_suite_entry_of(suite, row) != NULL) {
            return true;
        }
    }
    return false;
}

static bool has_rows(const IvcCalibration *calibration)
{
    bool any = false;
    for (size_t s = 0; s < calibration->n_suites; s++) {
        any = any || ivc_calibration_has_row(calibration->suites[s]);
    }
    return any;
}

static void unknown_parameter(const IvcScenario *scenario, const char *path, IvcPlace place,
                              IvcDiags *diags)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (size_t i = 0; scenario != NULL && i < ivc_binding_count(scenario->binding); i++) {
        g_ptr_array_add(names, ivc_binding_get(scenario->binding, i)->path);
    }
    g_ptr_array_add(names, NULL);
    const char *near = ivc_suggest(path, (const char *const *)names->pdata);
    g_autofree char *hint = near != NULL ? g_strdup_printf("did you mean '%s'?", near) : NULL;
    ivc_diags_error(diags, "config-reference", place, hint,
                    names->len > 1 ? "no row to calibrate has a parameter '%s'"
                                   : "'%s' is free, but there is no row to calibrate",
                    path);
}

/* One end of a range: the unit of the value, and within the table's limits. */
static bool read_end(const IvcBound *bound, IvcQuantity quantity, const char *text, IvcPlace place,
                     IvcAmount *ret, IvcDiags *diags)
{
    IvcNode node = {.kind = IVC_NODE_SCALAR, .text = (char *)text, .place = place};
    IvcQuantityError why = {.code = NULL};
    if (!ivc_param_check(bound->param, &node, diags)) {
        return false;
    }
    if (ivc_quantity_parse(quantity, text, ret, &why)) {
        return true;
    }
    ivc_quantity_error_clear(&why); /* the check has parsed the same */
    return false;
}

/* Inside of the range that the value itself states, where it states one in the same unit. */
static bool inside_stated(const IvcBound *bound, const IvcSuiteFree *free, const IvcFitted *fitted,
                          IvcDiags *diags)
{
    IvcAmount low = {0};
    IvcAmount high = {0};
    IvcQuantityError why = {.code = NULL};
    if (bound->low == NULL || bound->high == NULL ||
        !ivc_quantity_parse(fitted->quantity, bound->low, &low, &why) ||
        !ivc_quantity_parse(fitted->quantity, bound->high, &high, &why)) {
        ivc_quantity_error_clear(&why);
        return true;
    }
    if (low.is_time != fitted->is_time || high.is_time != fitted->is_time) {
        return true;
    }
    if (fitted->low >= low.n && fitted->high <= high.n) {
        return true;
    }
    ivc_diags_error(diags, "config-range", fitted->low < low.n ? free->low_place : free->high_place,
                    NULL, "'%s': its value states the range %s to %s", bound->path, bound->low,
                    bound->high);
    return false;
}

static bool read_range(const IvcBound *bound, const IvcSuiteFree *free, IvcFitted *fitted,
                       IvcDiags *diags)
{
    const char *low_text = free->low != NULL ? free->low : bound->low;
    const char *high_text = free->high != NULL ? free->high : bound->high;
    if (bound->param == NULL || !ivc_param_quantity(bound->param, &fitted->quantity)) {
        ivc_diags_error(diags, "config-type", free->place, NULL,
                        "'%s' is no quantity: it cannot be fitted", bound->path);
        return false;
    }
    if (low_text == NULL || high_text == NULL) {
        ivc_diags_error(diags, "config-missing", free->place,
                        "write 'free: {PARAMETER: [LOWEST, HIGHEST]}'",
                        "'%s' has no range, and its value states none", bound->path);
        return false;
    }
    IvcAmount low = {0};
    IvcAmount high = {0};
    if (!read_end(bound, fitted->quantity, low_text, free->low_place, &low, diags) ||
        !read_end(bound, fitted->quantity, high_text, free->high_place, &high, diags)) {
        return false;
    }
    if (low.n == 0 || high.n == 0) { /* 0 is both cycles and a time */
        low.is_time = high.is_time = low.n == 0 ? high.is_time : low.is_time;
    }
    if (low.is_time != high.is_time) {
        ivc_diags_error(diags, "config-range", free->low_place, NULL,
                        "'%s': a range is in cycles or in time, not from one to the other",
                        bound->path);
        return false;
    }
    if (low.n >= high.n) {
        ivc_diags_error(diags, "config-range", free->low_place, NULL, "'%s': %s is not below %s",
                        bound->path, low_text, high_text);
        return false;
    }
    fitted->low = low.n;
    fitted->high = high.n;
    fitted->is_time = low.is_time;
    return inside_stated(bound, free, fitted, diags);
}

/* Where the search starts: the present value, or the middle when it is in another unit. */
static void read_start(const IvcBound *bound, IvcFitted *fitted)
{
    IvcAmount now = {0};
    IvcQuantityError why = {.code = NULL};
    fitted->before = fitted->low + (fitted->high - fitted->low) / 2;
    if (!ivc_quantity_parse(fitted->quantity, bound->text, &now, &why)) {
        ivc_quantity_error_clear(&why);
    } else if (now.is_time == fitted->is_time || now.n == 0) {
        fitted->before = CLAMP(now.n, fitted->low, fitted->high);
    }
    fitted->after = fitted->before;
}

/* What is left of two ranges that both hold. */
static bool narrow(IvcFitted *fitted, const IvcFitted *one, const IvcSuiteFree *free,
                   const char *path, IvcDiags *diags)
{
    if (one->quantity != fitted->quantity || one->is_time != fitted->is_time) {
        ivc_diags_error(diags, "config-type", free->place, NULL,
                        "'%s' cannot have the value of '%s': it is another quantity", path,
                        fitted->paths[0]);
        return false;
    }
    fitted->low = MAX(fitted->low, one->low);
    fitted->high = MIN(fitted->high, one->high);
    if (fitted->low < fitted->high) {
        return true;
    }
    ivc_diags_error(diags, "config-range", free->place, "give them a range",
                    "the ranges of '%s' and of those before it have nothing in common", path);
    return false;
}

/* One of the paths that have one value. */
static bool add_path(IvcCalibration *calibration, const IvcSuiteFree *free, const char *path,
                     IvcFitted *fitted, IvcDiags *diags)
{
    bool own = false;
    g_autoptr(IvcScenario) scenario = bind_with(calibration, path, &own, diags);
    const IvcBound *bound = scenario != NULL ? ivc_binding_find(scenario->binding, path) : NULL;
    IvcFitted one = {.paths = NULL};
    if (bound == NULL) {
        if (scenario != NULL || !has_rows(calibration)) { /* else a row is wrong: that was said */
            unknown_parameter(scenario, path, free->place, diags);
        }
        return false;
    }
    /* A suite that shares what is free may leave some of it to the others. */
    bool shares = calibration->n_suites == 1 && calibration->suites[0]->shared != NULL;
    if (own && !shares) {
        ivc_diags_add(diags, IVC_DIAG_WARNING, "config-unused", free->place,
                      "leave it out of 'free', or out of what entries, paths and the choice set",
                      "'%s' is free, but every row to calibrate sets it itself: nothing moves it",
                      path);
    }
    if (!read_range(bound, free, &one, diags)) {
        return false;
    }
    if (path != fitted->paths[0]) {
        return narrow(fitted, &one, free, path, diags);
    }
    fitted->quantity = one.quantity;
    fitted->is_time = one.is_time;
    fitted->low = one.low;
    fitted->high = one.high;
    read_start(bound, fitted);
    return true;
}

/* A parameter has one value: it cannot be moved twice. */
static bool check_once(const IvcCalibration *calibration, const IvcSuiteFree *free,
                       char *const *paths, char *const *path, IvcDiags *diags)
{
    bool twice = false;
    for (guint i = 0; i < calibration->parameters->len; i++) {
        char **others = fitted_at(calibration, i)->paths;
        twice = twice || g_strv_contains((const char *const *)others, *path);
    }
    for (; paths != path; paths++) {
        twice = twice || strcmp(*paths, *path) == 0;
    }
    if (twice) {
        ivc_diags_error(diags, "config-duplicate", free->place, NULL, "'%s' is free already",
                        *path);
    }
    return !twice;
}

static void add_free(IvcCalibration *calibration, const IvcSuiteFree *free, IvcDiags *diags)
{
    IvcFitted fitted = {.paths = g_strsplit(free->path, ",", -1)};
    bool ok = fitted.paths[0] != NULL;
    for (char **path = fitted.paths; *path != NULL && ok; path++) {
        g_strstrip(*path);
        ok = check_once(calibration, free, fitted.paths, path, diags) &&
             add_path(calibration, free, *path, &fitted, diags);
    }
    if (!ok) {
        fitted_clear(&fitted);
        return;
    }
    fitted.before = fitted.after = CLAMP(fitted.before, fitted.low, fitted.high);
    g_array_append_val(calibration->parameters, fitted);
}

bool ivc_calibration_same(const IvcSuite *one, const IvcSuite *other)
{
    bool same = g_strcmp0(one->profile, other->profile) == 0 && one->free->len == other->free->len;
    for (guint i = 0; same && i < one->free->len; i++) {
        const IvcSuiteFree *a = &g_array_index(one->free, IvcSuiteFree, i);
        const IvcSuiteFree *b = &g_array_index(other->free, IvcSuiteFree, i);
        same = strcmp(a->path, b->path) == 0 && g_strcmp0(a->low, b->low) == 0 &&
               g_strcmp0(a->high, b->high) == 0;
    }
    return same;
}

IvcCalibration *ivc_calibration_new(IvcSuite *const *suites, size_t n, IvcDiags *diags)
{
    const IvcSuite *suite = suites[0];
    size_t before = ivc_diags_errors(diags);
    g_autoptr(IvcCalibration) calibration = g_new0(IvcCalibration, 1);
    calibration->suites = suites;
    calibration->n_suites = n;
    calibration->parameters = g_array_new(FALSE, TRUE, sizeof(IvcFitted));
    g_array_set_clear_func(calibration->parameters, fitted_clear);
    for (guint i = 0; i < suite->free->len; i++) {
        add_free(calibration, &g_array_index(suite->free, IvcSuiteFree, i), diags);
    }
    calibration->trials_max = IVC_CALIBRATE_TRIALS_EACH * calibration->parameters->len;
    return ivc_diags_errors(diags) == before ? g_steal_pointer(&calibration) : NULL;
}

void ivc_calibration_free(IvcCalibration *calibration)
{
    if (calibration == NULL) {
        return;
    }
    g_array_unref(calibration->parameters);
    g_free(calibration);
}

/* ---- the search ---- */

char *ivc_fitted_text(const IvcFitted *fitted, bool after)
{
    IvcAmount amount = {after ? fitted->after : fitted->before, fitted->is_time};
    return ivc_quantity_format(fitted->quantity, amount);
}

char **ivc_calibration_sets(const IvcCalibration *calibration, bool after)
{
    g_autoptr(GPtrArray) sets = g_ptr_array_new();
    for (guint i = 0; i < calibration->parameters->len; i++) {
        const IvcFitted *fitted = fitted_at(calibration, i);
        g_autofree char *text = ivc_fitted_text(fitted, after);
        for (char **path = fitted->paths; *path != NULL; path++) {
            g_ptr_array_add(sets, g_strconcat(*path, "=", text, NULL));
        }
    }
    g_ptr_array_add(sets, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&sets), FALSE);
}

static bool by_factors(const IvcFitted *fitted)
{
    return fitted->low > 0 && (double)fitted->high >= LOGARITHMIC_FROM * (double)fitted->low;
}

/* From the unit interval to a value and back. */
static uint64_t value_at(const IvcFitted *fitted, double x)
{
    double low = (double)fitted->low;
    double high = (double)fitted->high;
    double value = by_factors(fitted) ? low * pow(high / low, x) : low + x * (high - low);
    return CLAMP((uint64_t)llround(value), fitted->low, fitted->high);
}

static double place_of(const IvcFitted *fitted, uint64_t value)
{
    double low = (double)fitted->low;
    double high = (double)fitted->high;
    double v = (double)value;
    return by_factors(fitted) ? log(v / low) / log(high / low) : (v - low) / (high - low);
}

typedef struct {
    IvcCalibration *calibration;
    IvcCalibrateTry attempt;
    void *user;
    nlopt_opt search;
    uint64_t *best; /* values of the least sum so far */
    double least;
    double passed;  /* the sum when there was progress last */
    unsigned still; /* trials since */
    GArray *errors; /* of the latest trial, by row */
    GError *error;
} Search;

/* The sum of squares with the values `after`; NAN after an error. */
static double try_values(Search *search)
{
    g_auto(GStrv) sets = ivc_calibration_sets(search->calibration, true);
    g_autoptr(GArray) errors = NULL;
    search->calibration->trials++;
    if (!search->attempt((const char *const *)sets, &errors, search->user, &search->error)) {
        return NAN;
    }
    double sum = 0;
    for (guint i = 0; i < errors->len; i++) {
        double error = g_array_index(errors, double, i);
        sum += error * error;
    }
    g_clear_pointer(&search->errors, g_array_unref);
    search->errors = g_steal_pointer(&errors);
    return sum;
}

static double objective(unsigned n, const double *x, double *gradient, void *data)
{
    Search *search = data;
    (void)gradient; /* the algorithms ask for none */
    for (guint i = 0; i < n; i++) {
        IvcFitted *fitted = fitted_at(search->calibration, i);
        fitted->after = value_at(fitted, x[i]);
    }
    double sum = try_values(search);
    if (isnan(sum)) {
        if (search->search != NULL) {
            (void)nlopt_force_stop(search->search);
        }
        return HUGE_VAL;
    }
    search->still++;
    if (sum < (1 - WORTH) * search->passed) {
        search->passed = sum;
        search->still = 0;
    } else if (search->search != NULL && search->still > PATIENCE_EACH * n + PATIENCE) {
        (void)nlopt_force_stop(search->search);
    }
    if (sum < search->least) {
        search->least = sum;
        for (guint i = 0; i < n; i++) {
            search->best[i] = fitted_at(search->calibration, i)->after;
        }
    }
    return sum;
}

/* One search from the best values so far. Its result says why it ended; whatever that is, the best
 * values are kept. */
static void minimise(Search *search, nlopt_algorithm algorithm)
{
    unsigned n = search->calibration->parameters->len;
    g_autofree double *x = g_new(double, n);
    for (unsigned i = 0; i < n; i++) {
        x[i] = CLAMP(place_of(fitted_at(search->calibration, i), search->best[i]), 0.0, 1.0);
    }
    search->passed = search->least;
    search->still = 0;
    search->search = nlopt_create(algorithm, n);
    g_assert(search->search != NULL);
    nlopt_set_min_objective(search->search, objective, search);
    nlopt_set_lower_bounds1(search->search, 0.0);
    nlopt_set_upper_bounds1(search->search, 1.0);
    nlopt_set_initial_step1(search->search, STEP);
    nlopt_set_xtol_abs1(search->search, TOLERANCE);
    nlopt_set_maxeval(search->search, (int)search->calibration->trials_max);
    double least = 0;
    nlopt_result why = nlopt_optimize(search->search, x, &least);
    g_assert(why != NLOPT_INVALID_ARGS && why != NLOPT_OUT_OF_MEMORY);
    nlopt_destroy(search->search);
    search->search = NULL;
}

/* The rows' errors at a place. */
static const GArray *errors_at(const double *x, void *user)
{
    Search *search = user;
    (void)objective(search->calibration->parameters->len, x, NULL, search);
    return search->error == NULL ? search->errors : NULL;
}

static void descend(Search *search)
{
    guint n = search->calibration->parameters->len;
    g_autofree double *x = g_new(double, n);
    for (guint i = 0; i < n; i++) {
        x[i] = CLAMP(place_of(fitted_at(search->calibration, i), search->best[i]), 0.0, 1.0);
    }
    search->passed = search->least;
    ivc_least_squares(n, x, errors_at, search);
}

bool ivc_calibration_run(IvcCalibration *calibration, IvcCalibrateTry attempt, void *user,
                         GError **error)
{
    guint n = calibration->parameters->len;
    g_autofree uint64_t *best = g_new0(uint64_t, MAX(n, 1));
    Search search = {.calibration = calibration, .attempt = attempt, .user = user, .best = best};
    for (guint i = 0; i < n; i++) {
        best[i] = fitted_at(calibration, i)->after = fitted_at(calibration, i)->before;
    }
    calibration->trials = 0;
    calibration->sum_before = search.least = try_values(&search);
    if (search.error == NULL && n > 1) {
        descend(&search);
    }
    if (search.error == NULL && n > 1) {
        minimise(&search, NLOPT_LN_BOBYQA);
    }
    if (search.error == NULL && n > 0) {
        minimise(&search, NLOPT_LN_SBPLX);
    }
    for (guint i = 0; i < n; i++) {
        fitted_at(calibration, i)->after = best[i];
    }
    calibration->sum_after = search.least;
    g_clear_pointer(&search.errors, g_array_unref);
    if (search.error != NULL) {
        g_propagate_error(error, search.error);
        return false;
    }
    return true;
}
