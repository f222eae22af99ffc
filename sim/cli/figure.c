/*
 * The table of figures and the style that they share.
 */
#include "sim/cli/plot_script.h"

#include <string.h>

#include "analysis/common_gp.h"
#include "sim/scenario/scenario.h"

const char *const *ivc_figure_names(void)
{
    return ivc_report_figures;
}

/* Programs over one channel have no other to be faster than. */
static bool compares_programs(const IvcPlotData *data)
{
    const json_t *first = ivc_plot_point(ivc_plot_series(data, 0), 0)->json;
    const char *workload = json_string_value(json_object_get(first, "workload"));
    const char *channel = json_string_value(json_object_get(first, "channel"));
    bool others = false;
    for (guint i = 1; i < data->series->len && !others; i++) {
        const json_t *point = ivc_plot_point(ivc_plot_series(data, i), 0)->json;
        others = g_strcmp0(json_string_value(json_object_get(point, "channel")), channel) != 0;
    }
    return others && g_strcmp0(workload, "mpi-program") == 0;
}

bool ivc_figure_applies(const IvcPlotData *data, const char *name)
{
    if (strcmp(name, "speedup") == 0) {
        return compares_programs(data);
    }
    if (strcmp(name, "rate") != 0 && strcmp(name, "spinning") != 0) {
        return true;
    }
    for (guint i = 0; i < data->series->len; i++) {
        const IvcPlotSeries *series = ivc_plot_series(data, i);
        for (guint k = 0; k < series->points->len; k++) {
            json_t *counts = json_object_get(ivc_plot_point(series, k)->json, "counts");
            if (json_object_get(counts, "spin_useful") != NULL) {
                return true;
            }
        }
    }
    return false;
}

const char *ivc_figure_needs_picture(const char *name)
{
    static const char *const bars[] = {"cpu", "stages", "spinning", "speedup", NULL};
    if (g_strv_contains(bars, name)) {
        return "bars";
    }
    return strcmp(name, "operations") == 0 ? "panels" : NULL;
}

const char *ivc_figure_style(void)
{
    return common_gp;
}

void ivc_figure_make(const IvcPlotData *data, const char *name, IvcFigure *ret_figure)
{
    GString *script = g_string_new(NULL);
    GString *table = g_string_new(NULL);
    if (strcmp(name, "latency") == 0) {
        ivc_figure_latency(data, script, table);
    } else if (strcmp(name, "cpu") == 0) {
        ivc_figure_cpu(data, script, table);
    } else if (strcmp(name, "stages") == 0) {
        ivc_figure_stages(data, script, table);
    } else if (strcmp(name, "balance") == 0) {
        ivc_figure_balance(data, script, table);
    } else if (strcmp(name, "operations") == 0) {
        ivc_figure_operations(data, script, table);
    } else if (strcmp(name, "rate") == 0) {
        ivc_figure_rate(data, script, table);
    } else if (strcmp(name, "speedup") == 0) {
        ivc_figure_speedup(data, script, table);
    } else if (strcmp(name, "spinning") == 0) {
        ivc_figure_spinning(data, script, table);
    } else {
        ivc_figure_bandwidth(data, strcmp(name, "bandwidth-log") == 0, script, table);
    }
    g_string_append_c(table, '\n');
    ret_figure->script = g_string_free(script, FALSE);
    ret_figure->data = g_string_free(table, FALSE);
}

void ivc_figure_clear(IvcFigure *figure)
{
    g_clear_pointer(&figure->script, g_free);
    g_clear_pointer(&figure->data, g_free);
}
