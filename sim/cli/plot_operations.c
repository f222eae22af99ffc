/*
 * Figure operations: how often what a hypervisor's guests pay for is done, per MB delivered; a
 * panel a series, a line a kind, on one logarithmic axis. What never happens has no line. Leaves
 * out how long each takes, which the figure stages has.
 */
#include "sim/cli/plot_panels.h"

#include <math.h>

#define COUNTS_MAX 4

/* One kind: the sum of some counts, or where guests share cores of a column of `scheduling`. */
typedef struct {
    const char *title;
    const char *counts[COUNTS_MAX + 1];
    const char *scheduling;
} Kind;

static const Kind KINDS[] = {
    {"hypercalls", {"hypercalls"}, NULL},
    {"event-channel sends", {"events_sent"}, NULL},
    {"domain switches", {"vcpu_switches"}, "domain_switches"},
    {"grant operations", {"grant_maps", "grant_unmaps", "grant_copies", "grant_transfers"}, NULL},
    {"copies", {"copies"}, NULL},
    {"interrupts", {"interrupts"}, NULL},
};
#define KINDS_N G_N_ELEMENTS(KINDS)

/* How often, per MB; 0 when it never happens, or nobody counts it. */
static double per_mb(const json_t *point, const Kind *kind)
{
    double sum = 0;
    size_t i;
    const json_t *guest;
    json_array_foreach(json_object_get(point, "scheduling"), i, guest)
    {
        double value = kind->scheduling != NULL ? ivc_plot_number(guest, kind->scheduling) : 0;
        sum += isfinite(value) ? value : 0;
    }
    for (size_t k = 0; kind->counts[k] != NULL && (i == 0 || kind->scheduling == NULL); k++) {
        double value = ivc_plot_member(point, "counts", kind->counts[k]);
        sum += isfinite(value) ? value : 0;
    }
    double bytes = ivc_plot_number(point, "bytes");
    return bytes > 0 ? sum * 1e6 / bytes : 0;
}

/* The decades that all values lie in, and the kinds that ever happen, in ret_kinds; how many. */
static size_t find_kinds(const IvcPlotData *data, double *ret_low, double *ret_high,
                         const Kind *ret_kinds[KINDS_N])
{
    bool happens[KINDS_N] = {false};
    double low = INFINITY;
    double high = 0;
    for (guint i = 0; i < data->series->len; i++) {
        const IvcPlotSeries *series = ivc_plot_series(data, i);
        for (guint k = 0; k < series->points->len; k++) {
            for (size_t n = 0; n < KINDS_N; n++) {
                double value = per_mb(ivc_plot_point(series, k)->json, &KINDS[n]);
                happens[n] = happens[n] || value > 0;
                low = value > 0 ? fmin(low, value) : low;
                high = fmax(high, value);
            }
        }
    }
    *ret_low = high > 0 ? pow(10, floor(log10(low))) : 1;
    *ret_high = high > 0 ? pow(10, ceil(log10(high * 1.001))) : 10;
    size_t found = 0;
    for (size_t n = 0; n < KINDS_N; n++) {
        if (happens[n]) {
            ret_kinds[found++] = &KINDS[n];
        }
    }
    return found;
}

static void append_table(const IvcPlotData *data, const Kind *const *kinds, size_t n_kinds,
                         GString *table)
{
    g_string_append(table, "# Operations per MB (10^6 bytes) delivered, all guests together.\n"
                           "# One block a channel; position counts the values of x from 0.\n"
                           "# Columns: position, x");
    for (size_t n = 0; n < n_kinds; n++) {
        g_string_append_printf(table, ", %s", kinds[n]->title);
    }
    g_string_append(table, ".\n");
    for (guint i = 0; i < data->series->len; i++) {
        const IvcPlotSeries *series = ivc_plot_series(data, i);
        g_string_append_printf(table, "%s# index %u: %s.\n", i > 0 ? "\n\n" : "", i, series->name);
        for (guint k = 0; k < series->points->len; k++) {
            const IvcPlotPoint *point = ivc_plot_point(series, k);
            double values[KINDS_N];
            for (size_t n = 0; n < n_kinds; n++) {
                values[n] = per_mb(point->json, kinds[n]);
            }
            ivc_plot_append_row(table, data, point->x, values, n_kinds);
        }
    }
}

void ivc_figure_operations(const IvcPlotData *data, GString *script, GString *table)
{
    static const double heights[] = {4.2};
    const Kind *kinds[KINDS_N];
    double low = 1;
    double high = 10;
    size_t n_kinds = find_kinds(data, &low, &high, kinds);
    unsigned key_columns = data->series->len == 1 ? 2 : 3;
    unsigned key_lines = ((unsigned)n_kinds + key_columns - 1) / key_columns;
    g_auto(IvcPanels) panels = ivc_panels_make(data, 1, heights, MAX(key_lines, 1));
    ivc_script_begin(script, data, "operations",
                     "What is done how often for a MB, by kind, all guests together.",
                     panels.paper);
    ivc_script_footnote(script, data, false);
    ivc_panels_begin(&panels, data, script);
    g_string_append(script, "set logscale y 10\nset ytics 1, 10\nset yrange [");
    ivc_plot_append_number(script, low);
    g_string_append_c(script, ':');
    ivc_plot_append_number(script, high);
    g_string_append(script, "]\n# What never happens has no place on a logarithmic axis.\n"
                            "lines = \"");
    g_string_append(script, n_kinds == 0 ? "NaN\"\n" : "");
    for (size_t n = 0; n < n_kinds; n++) {
        g_string_append_printf(script,
                               "%s'operations.dat' index block using 1:(column(%zu) > 0 ? "
                               "column(%zu) : NaN) with linespoints linetype %zu%s",
                               n > 0 ? "    .\"" : "", n + 3, n + 3, n + 1,
                               n + 1 < n_kinds ? ", \"\\\n" : "\"\n");
    }
    for (guint i = 0; i < data->series->len; i++) {
        ivc_panels_choose(&panels, data, i, 0, "per MB", script);
        if (i % panels.columns == 0) {
            g_string_append(script, "set format y '%.0s%c'\n"); /* 100k */
        }
        g_string_append_printf(script, "block = %u\nplot @lines\n%s", i,
                               i == 0 ? "unset label\n" : "");
    }
    ivc_panels_key(&panels, key_columns, script);
    g_string_append(script, "plot NaN");
    for (size_t n = 0; n < n_kinds; n++) {
        g_string_append_printf(script,
                               ", \\\n    keyentry with linespoints linetype %zu "
                               "title '%s'",
                               n + 1, kinds[n]->title);
    }
    g_string_append(script, "\nunset multiplot\n");
    append_table(data, kinds, n_kinds, table);
}
