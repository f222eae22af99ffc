/*
 * What a calibration found, as a profile and as settings of a suite. The profile is made from the
 * bound values of a scenario, so that it has everything that the fit rested on.
 */
#include "sim/suite/calibrate.h"

#include <string.h>

/* "NAME: PATH, METRIC at 16 B, 4096 B; ..." */
#define ROWS_NAMED 8 /* a source that names more is no text that anybody reads */

static guint count_rows(const IvcSuite *suite)
{
    guint n = 0;
    for (guint r = 0; r < suite->data->rows->len; r++) {
        const IvcDataRow *row = ivc_data_row(suite->data, r);
        n += row->role == IVC_ROLE_CALIBRATE && ivc_suite_entry_of(suite, row) != NULL;
    }
    return n;
}

static void append_rows(GString *out, const IvcSuite *suite)
{
    guint n = count_rows(suite);
    if (n > ROWS_NAMED) {
        g_string_append_printf(out, "%s: all %u that are marked calibrate", suite->data->name, n);
        return;
    }
    g_string_append_printf(out, "%s: ", suite->data->name);
    const IvcDataRow *last = NULL;
    for (guint r = 0; r < suite->data->rows->len; r++) {
        const IvcDataRow *row = ivc_data_row(suite->data, r);
        if (row->role != IVC_ROLE_CALIBRATE || ivc_suite_entry_of(suite, row) == NULL) {
            continue;
        }
        bool same = last != NULL && strcmp(last->path, row->path) == 0 &&
                    strcmp(last->metric, row->metric) == 0;
        if (!same) {
            g_string_append_printf(out, "%s%s, %s", last != NULL ? "; " : "", row->path,
                                   row->metric);
        }
        if (row->sized) {
            g_string_append_printf(out, "%s%" G_GUINT64_FORMAT " B", same ? ", " : " at ",
                                   row->message_bytes);
        }
        last = row;
    }
}

char *ivc_calibration_source(const IvcCalibration *calibration)
{
    GString *out = g_string_new("fitted to rows of ");
    for (size_t s = 0; s < calibration->n_suites; s++) {
        g_string_append(out, s > 0 ? "; and of " : "");
        append_rows(out, calibration->suites[s]);
    }
    return g_string_free(out, FALSE);
}

static const IvcFitted *fitted_of(const IvcCalibration *calibration, const char *path)
{
    for (guint i = 0; i < calibration->parameters->len; i++) {
        const IvcFitted *fitted = &g_array_index(calibration->parameters, IvcFitted, i);
        if (g_strv_contains((const char *const *)fitted->paths, path)) {
            return fitted;
        }
    }
    return NULL;
}

/* "{value: 12cycles, kind: calibrated, source: "...", range: [8cycles, 96cycles]}" */
static void append_value(GString *out, const char *value, IvcKind kind, const char *source,
                         const char *low, const char *high)
{
    g_string_append(out, "{value: ");
    g_string_append(out, value);
    g_string_append_printf(out, ", kind: %s", ivc_kind_name(kind));
    if (source != NULL) {
        g_string_append(out, ", source: ");
        ivc_yaml_append_text(out, source);
    }
    if (low != NULL && high != NULL) {
        g_string_append_printf(out, ", range: [%s, %s]", low, high);
    }
    g_string_append_c(out, '}');
}

static void append_fitted(GString *out, const IvcCalibration *calibration, const IvcFitted *fitted)
{
    g_autofree char *value = ivc_fitted_text(fitted, true);
    g_autofree char *source = ivc_calibration_source(calibration);
    g_autofree char *low =
        ivc_quantity_format(fitted->quantity, (IvcAmount){fitted->low, fitted->is_time});
    g_autofree char *high =
        ivc_quantity_format(fitted->quantity, (IvcAmount){fitted->high, fitted->is_time});
    append_value(out, value, IVC_KIND_CALIBRATED, source, low, high);
}

/* The maps that a path runs through, as far as they are not open already. */
static void open_maps(GString *out, char *const *keys, char *const *before)
{
    bool same = before != NULL;
    for (guint depth = 0; keys[depth + 1] != NULL; depth++) {
        same = same && before[depth] != NULL && strcmp(before[depth], keys[depth]) == 0;
        if (!same) {
            g_string_append_printf(out, "%*s%s:\n", (int)(2 * depth), "", keys[depth]);
        }
    }
}

static void append_bound(GString *out, const IvcCalibration *calibration, const IvcBound *bound)
{
    const IvcFitted *fitted = fitted_of(calibration, bound->path);
    IvcQuantity quantity;
    if (fitted != NULL) {
        append_fitted(out, calibration, fitted);
    } else if (ivc_param_quantity(bound->param, &quantity)) {
        const char *source = bound->source != NULL ? bound->source : bound->origin;
        append_value(out, bound->text, bound->kind, source, bound->low, bound->high);
    } else {
        g_string_append(out, bound->text); /* words and lists may stand plainly */
    }
    g_string_append_c(out, '\n');
}

/* The scenario of the first row to calibrate, with the machine of all rows. */
static IvcScenario *bind_first(const IvcSuite *suite, const char *const *values)
{
    for (guint r = 0; r < suite->data->rows->len; r++) {
        const IvcDataRow *row = ivc_data_row(suite->data, r);
        const IvcSuiteEntry *entry = ivc_suite_entry_of(suite, row);
        if (entry != NULL && row->role == IVC_ROLE_CALIBRATE) {
            g_autoptr(IvcDiags) diags = ivc_diags_new();
            return ivc_suite_bind_machine(suite, entry, row, values, diags);
        }
    }
    return NULL;
}

static IvcScenario *bind_any(const IvcCalibration *calibration)
{
    g_auto(GStrv) values = ivc_calibration_sets(calibration, true);
    IvcScenario *scenario = NULL;
    for (size_t s = 0; s < calibration->n_suites && scenario == NULL; s++) {
        scenario = bind_first(calibration->suites[s], (const char *const *)values);
    }
    return scenario;
}

bool ivc_calibration_has_machine(const IvcCalibration *calibration)
{
    for (guint i = 0; i < calibration->parameters->len; i++) {
        char **path = g_array_index(calibration->parameters, IvcFitted, i).paths;
        for (; *path != NULL; path++) {
            if (g_str_has_prefix(*path, "machine.")) {
                return true;
            }
        }
    }
    return false;
}

char *ivc_calibration_profile(const IvcCalibration *calibration, const char *name)
{
    g_autoptr(IvcScenario) scenario =
        ivc_calibration_has_machine(calibration) ? bind_any(calibration) : NULL;
    if (scenario == NULL) {
        return NULL;
    }
    GString *out = g_string_new("schema: ivcsim-profile/1\nname: ");
    ivc_yaml_append_text(out, name);
    g_autofree char *source = ivc_calibration_source(calibration);
    g_autofree char *about = g_strdup_printf("%s, %s", scenario->profile, source);
    g_string_append(out, "\nabout: ");
    ivc_yaml_append_text(out, about);
    g_string_append(out, "\n\n");
    g_auto(GStrv) before = NULL;
    for (size_t i = 0; i < ivc_binding_count(scenario->binding); i++) {
        const IvcBound *bound = ivc_binding_get(scenario->binding, i);
        bool stated = bound->place.line != 0; /* what is not has the default anyway */
        if (!g_str_has_prefix(bound->path, "machine.") || !stated || bound->param == NULL ||
            strcmp(bound->path, "machine.profile") == 0) {
            continue;
        }
        char **keys = g_strsplit(bound->path, ".", -1);
        open_maps(out, keys, before);
        guint depth = g_strv_length(keys) - 1;
        g_string_append_printf(out, "%*s%s: ", (int)(2 * depth), "", keys[depth]);
        append_bound(out, calibration, bound);
        g_strfreev(before);
        before = keys;
    }
    return g_string_free(out, FALSE);
}

char *ivc_calibration_settings(const IvcCalibration *calibration)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < calibration->parameters->len; i++) {
        const IvcFitted *fitted = &g_array_index(calibration->parameters, IvcFitted, i);
        for (char **path = fitted->paths; *path != NULL; path++) {
            if (!g_str_has_prefix(*path, "machine.")) {
                g_string_append_printf(out, "  %s: ", *path);
                append_fitted(out, calibration, fitted);
                g_string_append_c(out, '\n');
            }
        }
    }
    return g_string_free(out, FALSE);
}
