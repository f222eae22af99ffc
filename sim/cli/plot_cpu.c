/*
 * Figure cpu: what each guest's cores do, in percent of the time, as stacked bars; a column of
 * panels a series, a row a guest. Leaves out guests beyond the eighth; the data file has all.
 */
#include "sim/cli/plot_panels.h"

#include <math.h>

#define GUESTS_MAX 8
#define STATES 5

static size_t guest_count(const IvcPlotData *data)
{
    return MIN(data->guests->len, GUESTS_MAX);
}

/* work, spinning, waiting, blocked, idle: shares that sum to 1 */
static void states_of(const json_t *point, const char *guest, double shares[STATES])
{
    double running = ivc_plot_member(point, "cpu_running_share", guest);
    double spinning = ivc_plot_member(point, "cpu_spinning_share", guest);
    spinning = isfinite(spinning) ? fmin(spinning, running) : 0;
    shares[0] = running - spinning;
    shares[1] = spinning;
    shares[2] = ivc_plot_member(point, "cpu_waiting_share", guest);
    shares[3] = ivc_plot_member(point, "cpu_blocked_share", guest);
    shares[4] = ivc_plot_member(point, "cpu_idle_share", guest);
}

static void append_cpu_table(const IvcPlotData *data, GString *table)
{
    g_string_append(table,
                    "# What the cores of each guest do, as shares of the measured time.\n"
                    "# One block a guest of each channel; x is the position of the value.\n");
    unsigned block = 0;
    for (guint i = 0; i < data->series->len; i++) {
        const IvcPlotSeries *series = ivc_plot_series(data, i);
        for (guint g = 0; g < data->guests->len; g++, block++) {
            const char *guest = g_ptr_array_index(data->guests, g);
            g_autofree char *clean = ivc_plot_clean(guest, 60);
            g_string_append_printf(table,
                                   "%s# index %u: %s, guest %s.\n"
                                   "# position x work spinning waiting blocked idle\n",
                                   block > 0 ? "\n\n" : "", block, series->name, clean);
            for (guint k = 0; k < series->points->len; k++) {
                const IvcPlotPoint *point = ivc_plot_point(series, k);
                double shares[STATES];
                states_of(point->json, guest, shares);
                ivc_plot_append_row(table, data, point->x, shares, STATES);
            }
        }
    }
}

void ivc_figure_cpu(const IvcPlotData *data, GString *script, GString *table)
{
    static const char *const states[STATES] = {"work", "spinning", "waiting", "blocked", "idle"};
    size_t guests = guest_count(data);
    double heights[GUESTS_MAX];
    for (size_t g = 0; g < GUESTS_MAX; g++) {
        heights[g] = guests > 4 ? 1.3 : 2;
    }
    g_auto(IvcPanels) panels = ivc_panels_make(data, MAX(guests, 1), heights, 1);
    ivc_script_begin(script, data, "cpu",
                     "What the cores of each guest do, in percent of the time.", panels.paper);
    ivc_script_footnote(script, data, false);
    ivc_panels_begin(&panels, data, script);
    g_string_append(
        script, "set yrange [0:100]\nset ytics 50\n\n"
                "# Stacked from the back: the sum of the columns up to k, then up to k - 1, ...\n"
                "upto(k) = 100 * sum [s = 1:k] column(s + 2)\n"
                "bars = \"for [k = 5:1:-1] 'cpu.dat' index block using 1:(upto(k)) \"\\\n"
                "    .\"with boxes linewidth 0.5 linecolor rgb state[k]\"\n");
    for (guint i = 0; i < data->series->len; i++) {
        for (size_t g = 0; g < guests; g++) {
            g_autofree char *guest = ivc_plot_clean(g_ptr_array_index(data->guests, g), 14);
            g_autofree char *label = g_strdup_printf("%s (%%)", guest);
            ivc_panels_choose(&panels, data, i, g, label, script);
            g_string_append_printf(script, "block = %zu\nplot @bars\n%s", i * data->guests->len + g,
                                   i == 0 && g == 0 ? "unset label\n" : "");
        }
    }
    ivc_panels_key(&panels, STATES, script);
    g_string_append(script, "plot NaN");
    for (int s = 0; s < STATES; s++) {
        g_string_append_printf(
            script,
            ", \\\n    keyentry with boxes linewidth 0.5 linecolor rgb state[%d] title '%s'", s + 1,
            states[s]);
    }
    g_string_append(script, "\nunset multiplot\n");
    append_cpu_table(data, table);
}
