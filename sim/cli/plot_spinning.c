/*
 * Figure spinning: what the cores' time goes into where guests spin for locks, in percent: work,
 * spinning while the holder runs, behind a holder or a waiter that has no core, and the rest. A
 * panel a series, as stacked bars.
 */
#include "sim/cli/plot_panels.h"

#include <math.h>

#define STATES 5

static double number(const json_t *from, const char *key)
{
    double value = json_number_value(json_object_get(from, key));
    return isfinite(value) ? value : 0;
}

/* The time of all cores, of it running; vCPUs are cores where none are shared. */
static double time_of(const json_t *point, double *ret_running)
{
    const char *lists[] = {"processors", "cores"};
    double all = 0;
    *ret_running = 0;
    for (size_t l = 0; l < G_N_ELEMENTS(lists) && all == 0; l++) {
        const json_t *list = json_object_get(point, lists[l]);
        for (size_t c = 0; c < json_array_size(list); c++) {
            *ret_running += number(json_array_get(list, c), "running_ps");
            all += number(point, "elapsed_ps");
        }
    }
    return all;
}

static void states_of(const json_t *point, double shares[STATES])
{
    static const char *const counts[] = {"spin_useful", "spin_behind_holder", "spin_behind_waiter"};
    const json_t *all_counts = json_object_get(point, "counts");
    double running, all = time_of(point, &running);
    shares[0] = running / all;
    shares[4] = 1 - shares[0];
    for (size_t s = 0; s < G_N_ELEMENTS(counts); s++) {
        shares[s + 1] = number(all_counts, counts[s]) / all;
        shares[0] -= shares[s + 1];
    }
    shares[0] = fmax(shares[0], 0);
}

static void append_table(const IvcPlotData *data, GString *table)
{
    g_string_append(table,
                    "# What the time of the cores goes into, as shares of the measured time.\n"
                    "# One block a channel; x is the position of the value.\n");
    for (guint i = 0; i < data->series->len; i++) {
        const IvcPlotSeries *series = ivc_plot_series(data, i);
        g_string_append_printf(
            table,
            "%s# index %u: %s.\n# position x work behind-running behind-preempted-holder "
            "behind-preempted-waiter switching-or-idle\n",
            i > 0 ? "\n\n" : "", i, series->name);
        for (guint k = 0; k < series->points->len; k++) {
            const IvcPlotPoint *point = ivc_plot_point(series, k);
            double shares[STATES];
            states_of(point->json, shares);
            ivc_plot_append_row(table, data, point->x, shares, STATES);
        }
    }
}

void ivc_figure_spinning(const IvcPlotData *data, GString *script, GString *table)
{
    static const char *const states[STATES] = {"work", "spinning, holder runs",
                                               "behind preempted holder", "behind preempted waiter",
                                               "switching, idle"};
    static const double heights[] = {3.2};
    g_auto(IvcPanels) panels = ivc_panels_make(data, 1, heights, 2);
    ivc_script_begin(script, data, "spinning",
                     "What the time of the cores goes into, spinning by what it waits for.",
                     panels.paper);
    ivc_script_footnote(script, data, false);
    ivc_panels_begin(&panels, data, script);
    g_string_append(
        script, "array spin[5] = ['#0072B2', '#9CCBE8', '#E69F00', '#D55E00', '#F2F2F2']\n"
                "set yrange [0:100]\nset ytics 25\n\n"
                "# Stacked from the back: the sum of the columns up to k, then up to k - 1, ...\n"
                "upto(k) = 100 * sum [s = 1:k] column(s + 2)\n"
                "bars = \"for [k = 5:1:-1] 'spinning.dat' index block using 1:(upto(k)) \"\\\n"
                "    .\"with boxes linewidth 0.5 linecolor rgb spin[k]\"\n");
    for (guint i = 0; i < data->series->len; i++) {
        ivc_panels_choose(&panels, data, i, 0, "core time (%)", script);
        g_string_append_printf(script, "block = %u\nplot @bars\n%s", i,
                               i == 0 ? "unset label\n" : "");
    }
    ivc_panels_key(&panels, 3, script);
    g_string_append(script, "plot NaN");
    for (int s = 0; s < STATES; s++)
        g_string_append_printf(
            script, ", \\\n    keyentry with boxes linewidth 0.5 linecolor rgb spin[%d] title '%s'",
            s + 1, states[s]);
    g_string_append(script, "\nunset multiplot\n");
    append_table(data, table);
}
