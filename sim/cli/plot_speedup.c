/*
 * Figure speedup: how many times faster programs are over each channel than over the baseline; a
 * panel for what else varies (the chip), a group of bars for each program, a bar for each channel.
 * What the programs do with the time, the figure cpu has.
 */
#include "sim/cli/plot_panels.h"

#include <math.h>
#include <string.h>

static const char *channel_of(const IvcPlotSeries *series)
{
    return json_string_value(json_object_get(ivc_plot_point(series, 0)->json, "channel"));
}

/* What others are compared with: the scenario's baseline, or else the first channel. */
static const char *baseline_of(const IvcPlotData *data)
{
    for (guint i = 0; i < data->series->len && data->baseline != NULL; i++) {
        if (strcmp(channel_of(ivc_plot_series(data, i)), data->baseline) == 0) {
            return data->baseline;
        }
    }
    return channel_of(ivc_plot_series(data, 0));
}

/* The simulated time of a program over a channel, or NAN. */
static double elapsed(const IvcPlotData *data, const char *channel, const char *apart,
                      size_t position)
{
    for (guint i = 0; i < data->series->len; i++) {
        const IvcPlotSeries *series = ivc_plot_series(data, i);
        if (strcmp(channel_of(series), channel) != 0 || strcmp(series->apart, apart) != 0) {
            continue;
        }
        for (guint k = 0; k < series->points->len; k++) {
            const IvcPlotPoint *point = ivc_plot_point(series, k);
            if (ivc_plot_position(data, point->x) == position) {
                return ivc_plot_number(point->json, "elapsed_ps");
            }
        }
    }
    return NAN;
}

static void panel_free(void *item)
{
    IvcPlotSeries *panel = item;
    g_array_free(panel->points, TRUE);
    g_free(panel);
}

/* One for each value of what else varies, which is its label; its points are all that have it. */
static GPtrArray *make_panels(const IvcPlotData *data)
{
    GPtrArray *panels = g_ptr_array_new_with_free_func(panel_free);
    for (guint i = 0; i < data->series->len; i++) {
        const IvcPlotSeries *series = ivc_plot_series(data, i);
        IvcPlotSeries *panel = NULL;
        for (guint p = 0; p < panels->len && panel == NULL; p++) {
            IvcPlotSeries *one = g_ptr_array_index(panels, p);
            panel = strcmp(one->apart, series->apart) == 0 ? one : NULL;
        }
        if (panel == NULL) {
            panel = g_new0(IvcPlotSeries, 1);
            panel->name = panel->apart = series->apart; /* borrowed */
            panel->points = g_array_new(FALSE, FALSE, sizeof(IvcPlotPoint));
            g_ptr_array_add(panels, panel);
        }
        g_array_append_vals(panel->points, series->points->data, series->points->len);
    }
    return panels;
}

/* All channels but the baseline, in the order of the input; the baseline where there is no other.
 * Borrowed. */
static GPtrArray *find_channels(const IvcPlotData *data, const char *baseline)
{
    GPtrArray *channels = g_ptr_array_new();
    for (guint i = 0; i < data->series->len; i++) {
        const char *channel = channel_of(ivc_plot_series(data, i));
        if (strcmp(channel, baseline) != 0 &&
            !g_ptr_array_find_with_equal_func(channels, channel, g_str_equal, NULL)) {
            g_ptr_array_add(channels, (void *)channel);
        }
    }
    if (channels->len == 0) {
        g_ptr_array_add(channels, (void *)baseline);
    }
    return channels;
}

/* The bars of one channel in one panel. @return the highest */
static double append_block(const IvcPlotData *data, const char *channel, const char *baseline,
                           const char *apart, GString *table)
{
    double most = 1;
    for (guint i = 0; i < data->xs->len; i++) {
        double base = elapsed(data, baseline, apart, i);
        double own = elapsed(data, channel, apart, i);
        double ratio = own > 0 ? base / own : NAN;
        most = isfinite(ratio) ? fmax(most, ratio) : most;
        const double values[] = {i, ratio, own, base};
        for (size_t v = 0; v < G_N_ELEMENTS(values); v++) {
            g_string_append(table, v > 0 ? " " : "");
            ivc_plot_append_number(table, values[v]);
        }
        g_string_append_c(table, '\n');
    }
    return most;
}

/* @return the highest of all bars */
static double append_table(const IvcPlotData *data, const GPtrArray *panels,
                           const GPtrArray *channels, const char *baseline, GString *table)
{
    double most = 1;
    unsigned block = 0;
    g_autofree char *name = ivc_plot_clean(baseline, 60);
    g_string_append_printf(table,
                           "# The time over %s by the time over each channel.\n"
                           "# One block a channel of each panel; position counts the programs.\n",
                           name);
    for (guint p = 0; p < panels->len; p++) {
        const char *apart = ((const IvcPlotSeries *)g_ptr_array_index(panels, p))->apart;
        for (guint c = 0; c < channels->len; c++, block++) {
            const char *channel = g_ptr_array_index(channels, c);
            g_autofree char *clean = ivc_plot_clean(channel, 60);
            g_string_append_printf(
                table, "%s# index %u: %s%s%s.\n# position speed-up time_ps baseline_ps\n",
                block > 0 ? "\n\n" : "", block, clean, apart[0] != '\0' ? ", " : "", apart);
            most = fmax(most, append_block(data, channel, baseline, apart, table));
        }
    }
    return most;
}

/* The longest words of the programs' names: below a group, a name has a line for each of its words.
 */
static GPtrArray *longest_words(const GPtrArray *names)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < names->len; i++) {
        g_auto(GStrv) parts = g_strsplit_set(g_ptr_array_index(names, i), "_ ", -1);
        const char *longest = "";
        for (char **part = parts; *part != NULL; part++) {
            longest = strlen(*part) > strlen(longest) ? *part : longest;
        }
        g_ptr_array_add(words, g_strdup(longest));
    }
    return words;
}

/* In place of those of ivc_panels_begin(), which have only one line. */
static void append_names(const GPtrArray *names, GString *script)
{
    g_string_append_printf(script, "array names[%u] = [", names->len);
    for (guint i = 0; i < names->len; i++) {
        g_auto(GStrv) parts = g_strsplit_set(g_ptr_array_index(names, i), "_ ", -1);
        g_string_append(script, i > 0 ? ", " : "");
        for (char **part = parts; *part != NULL; part++) {
            g_string_append(script, part > parts ? ".\"\\n\"." : "");
            ivc_plot_quote(script, *part);
        }
    }
    g_string_append(script, "]\n");
}

static void append_key(const IvcPanels *panels, const GPtrArray *channels, const char *baseline,
                       GString *script)
{
    ivc_panels_key(panels, channels->len + 1, script);
    g_string_append(script, "plot NaN");
    for (guint c = 0; c < channels->len; c++) {
        g_autofree char *clean = ivc_plot_clean(g_ptr_array_index(channels, c), 20);
        g_string_append_printf(script,
                               ", \\\n    keyentry with boxes linewidth 0.5 linecolor rgb "
                               "colour[%u] title ",
                               c % 8 + 1);
        ivc_plot_quote(script, clean);
    }
    g_string_append(script, ", \\\n    keyentry with lines @base title ");
    ivc_plot_quote(script, baseline);
    g_string_append(script, "\nunset multiplot\n");
}

void ivc_figure_speedup(const IvcPlotData *data, GString *script, GString *table)
{
    static const double heights[] = {4.2};
    const char *baseline = baseline_of(data);
    g_autoptr(GPtrArray) list = make_panels(data);
    g_autoptr(GPtrArray) channels = find_channels(data, baseline);
    double most = append_table(data, list, channels, baseline, table);
    IvcPlotData view = *data; /* as the others, but its series are the panels */
    view.series = list;
    if (strcmp(data->x_label, "workload.program") == 0) {
        view.x_label = (char *)""; /* the names below the bars say it */
    }
    g_autoptr(GPtrArray) words = longest_words(data->x_names);
    view.x_names = words;
    g_auto(IvcPanels) panels = ivc_panels_make(&view, 1, heights, 1);
    ivc_script_begin(script, &view, "speedup",
                     "How many times faster programs are than over the baseline.", panels.paper);
    ivc_script_footnote(script, &view, false);
    ivc_panels_begin(&panels, &view, script);
    append_names(data->x_names, script);
    g_autofree char *name = ivc_plot_clean(baseline, 20);
    g_autofree char *label = g_strdup_printf("times as fast as %s", name);
    g_string_append(script, "set yrange [0:");
    ivc_plot_append_number(script, ivc_plot_nice_above(1.12 * most));
    g_string_append_printf(
        script,
        "]\nset ytics auto\n\n# A bar for each channel, side by side, under its number.\nn = %u\n"
        "set boxwidth 0.84 / n\n"
        "place(k) = column(1) + (k - (n + 1) / 2.0) * 0.84 / n\n"
        "number(k) = sprintf('%%.3g', column(2))\n"
        "base = \"linecolor rgb '#444444' linewidth 0.8 dashtype 2\"\n"
        "bars = \"for [k = 1:n] 'speedup.dat' index block + k - 1 using (place(k)):2 \"\\\n"
        "    .\"with boxes linewidth 0.5 linecolor rgb colour[(k - 1) %% 8 + 1], \"\\\n"
        "    .\"for [k = 1:n] '' index block + k - 1 using (place(k)):2:(number(k)) \"\\\n"
        "    .\"with labels center offset 0, 0.5 font small, 1 with lines \".base\n",
        channels->len);
    for (guint i = 0; i < list->len; i++) {
        ivc_panels_choose(&panels, &view, i, 0, label, script);
        g_string_append_printf(script, "block = %u\nplot @bars\n%s", i * channels->len,
                               i == 0 ? "unset label\n" : "");
    }
    append_key(&panels, channels, name, script);
}
