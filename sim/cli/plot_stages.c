/*
 * Figure stages: which work the cycles of a byte go into; a column of panels a series. Small
 * buffers cost thousands of times more cycles a byte than large ones, so that one linear axis
 * would show one bar: then the upper panel has the cycles per byte (logarithmic) and the lower one
 * what they consist of; where all bars fit one axis, it has cycles per byte itself.
 * Kinds of work that never reach 2 % are merged into "other", in the picture and in the data.
 */
#include "sim/cli/plot_panels.h"

#include <math.h>
#include <string.h>

#define WORKS_MAX 18 /* kinds of work that get a colour of their own */
#define SHARE_MIN 0.02
#define LONG_NUMBERS 5e4 /* from here on a tick may have six digits */
#define SPREAD_MAX 5     /* largest over smallest total that one linear axis can show */

typedef struct {
    char *name;
    bool spin;
    double most; /* largest share of a point's cycles */
    bool shown;  /* not part of "other" */
} Work;

static void work_clear(void *item)
{
    Work *work = item;
    g_free(work->name);
}

static double total_of(const json_t *point)
{
    double total = 0;
    size_t i;
    const json_t *stage;
    json_array_foreach(json_object_get(point, "stages"), i, stage)
    {
        double cycles = ivc_plot_number(stage, "cycles_per_byte");
        total += isfinite(cycles) ? cycles : 0;
    }
    return total;
}

/* All polling is one kind of work, whatever is polled. */
static bool stage_is(const json_t *stage, const Work *work)
{
    bool spin = json_is_true(json_object_get(stage, "spin"));
    const char *name = json_string_value(json_object_get(stage, "stage"));
    return spin == work->spin && (spin || g_strcmp0(name, work->name) == 0);
}

/* Cycles per byte that a point spends on one kind of work, all guests together. */
static double spent_on(const json_t *point, const Work *work)
{
    double sum = 0;
    size_t i;
    const json_t *stage;
    json_array_foreach(json_object_get(point, "stages"), i, stage)
    {
        double cycles = ivc_plot_number(stage, "cycles_per_byte");
        sum += stage_is(stage, work) && isfinite(cycles) ? cycles : 0;
    }
    return sum;
}

static void add_works(GArray *works, const json_t *point)
{
    size_t i;
    const json_t *stage;
    json_array_foreach(json_object_get(point, "stages"), i, stage)
    {
        const char *name = json_string_value(json_object_get(stage, "stage"));
        bool known = name == NULL;
        for (guint k = 0; k < works->len && !known; k++) {
            known = stage_is(stage, &g_array_index(works, Work, k));
        }
        if (!known) {
            bool spin = json_is_true(json_object_get(stage, "spin"));
            Work work = {g_strdup(spin ? "polling" : name), spin, 0, false};
            g_array_append_val(works, work);
        }
    }
}

/* All kinds of work of all points, in the order of the input. */
static GArray *all_works(const IvcPlotData *data)
{
    GArray *works = g_array_new(FALSE, FALSE, sizeof(Work));
    g_array_set_clear_func(works, work_clear);
    for (guint i = 0; i < data->series->len; i++) {
        const IvcPlotSeries *series = ivc_plot_series(data, i);
        for (guint k = 0; k < series->points->len; k++) {
            add_works(works, ivc_plot_point(series, k)->json);
        }
    }
    return works;
}

/* The share of each kind of work in each point's cycles: works->len numbers a point. */
static GArray *work_shares(const IvcPlotData *data, GArray *works)
{
    GArray *shares = g_array_new(FALSE, FALSE, sizeof(double));
    for (guint i = 0; i < data->series->len; i++) {
        const IvcPlotSeries *series = ivc_plot_series(data, i);
        for (guint k = 0; k < series->points->len; k++) {
            const json_t *point = ivc_plot_point(series, k)->json;
            double total = total_of(point);
            for (guint w = 0; w < works->len; w++) {
                Work *work = &g_array_index(works, Work, w);
                double share = total > 0 ? spent_on(point, work) / total : 0;
                work->most = fmax(work->most, share);
                g_array_append_val(shares, share);
            }
        }
    }
    return shares;
}

/* Of the point that hides the most, the largest kind of work that is worth a colour, or NULL. */
static Work *next_work(const GArray *works, const GArray *shares)
{
    Work *best = NULL;
    double most_hidden = 0;
    for (guint row = 0; row + works->len <= shares->len && works->len > 0; row += works->len) {
        double hidden = 0;
        double largest = 0;
        Work *candidate = NULL;
        for (guint w = 0; w < works->len; w++) {
            Work *work = &g_array_index(works, Work, w);
            double share = g_array_index(shares, double, row + w);
            if (work->shown || work->most <= SHARE_MIN) {
                continue;
            }
            hidden += share;
            if (share > largest) {
                largest = share;
                candidate = work;
            }
        }
        if (hidden > most_hidden) {
            most_hidden = hidden;
            best = candidate;
        }
    }
    return best;
}

/* All kinds of work; those that reach 2 % somewhere are shown, as long as there are colours. */
static GArray *find_works(const IvcPlotData *data)
{
    GArray *works = all_works(data);
    g_autoptr(GArray) shares = work_shares(data, works);
    for (size_t n = 0; n < WORKS_MAX; n++) {
        Work *next = next_work(works, shares);
        if (next != NULL) {
            next->shown = true;
        }
    }
    return works;
}

/* Removes what is not shown; returns whether anything of it was ever spent. */
static bool keep_shown(GArray *works)
{
    bool others = false;
    for (guint w = works->len; w-- > 0;) {
        const Work *work = &g_array_index(works, Work, w);
        if (!work->shown) {
            others = others || work->most > 0;
            g_array_remove_index(works, w);
        }
    }
    return others;
}

static void append_table(const IvcPlotData *data, const GArray *works, GString *table)
{
    g_string_append(table, "# Core cycles per byte by kind of work, all guests together.\n"
                           "# One block a channel; position counts the values of x from 0.\n"
                           "# Columns: position, x, total, then");
    for (guint w = 0; w < works->len; w++) {
        g_autofree char *name = ivc_plot_clean(g_array_index(works, Work, w).name, 40);
        g_string_append_printf(table, " %s,", name);
    }
    g_string_append(table, " other.\n");
    for (guint i = 0; i < data->series->len; i++) {
        const IvcPlotSeries *series = ivc_plot_series(data, i);
        g_string_append_printf(table, "%s# index %u: %s.\n", i > 0 ? "\n\n" : "", i, series->name);
        for (guint k = 0; k < series->points->len; k++) {
            const IvcPlotPoint *point = ivc_plot_point(series, k);
            double total = total_of(point->json);
            double rest = total;
            g_string_append_printf(table, "%zu ", ivc_plot_position(data, point->x));
            ivc_plot_append_number(table, point->x);
            g_string_append_c(table, ' ');
            ivc_plot_append_number(table, total);
            for (guint w = 0; w < works->len; w++) {
                double spent = spent_on(point->json, &g_array_index(works, Work, w));
                rest -= spent;
                g_string_append_c(table, ' ');
                ivc_plot_append_number(table, spent);
            }
            g_string_append_c(table, ' ');
            ivc_plot_append_number(table, rest > total * 1e-6 ? rest : 0);
            g_string_append_c(table, '\n');
        }
    }
}

/* How the k-th kind of work is filled: work in colours, polling hatched. */
static void append_fill(const GArray *works, guint w, GString *script)
{
    if (w < works->len && g_array_index(works, Work, w).spin) {
        g_string_append(script, "with boxes linewidth 0.5 linecolor rgb polling "
                                "fillstyle pattern 4 border linecolor rgb 'white'");
        return;
    }
    unsigned colour = 1;
    for (guint i = 0; i < w; i++) {
        colour += g_array_index(works, Work, i).spin ? 0 : 1;
    }
    g_string_append_printf(script, "with boxes linewidth 0.5 linecolor rgb stage[%u]",
                           w == works->len ? WORKS_MAX + 1 : colour);
}

/* `bars`: the whole stack of one panel, from the back to the front. */
static void append_bars(const GArray *works, bool others, bool relative, GString *script)
{
    g_string_append_printf(script,
                           "# Stacked from the back: the sum of the columns up to k, then up to "
                           "k - 1, ...\nupto(k) = %s(sum [s = 1:k] column(s + 3))%s\nbars = \"",
                           relative ? "100 * " : "", relative ? " / column(3)" : "");
    for (guint w = works->len + (others ? 1 : 0); w-- > 0;) {
        /* a white bar first, so that nothing shines through a hatched one */
        bool spin = w < works->len && g_array_index(works, Work, w).spin;
        if (spin) {
            g_string_append_printf(script,
                                   "'stages.dat' index block using 1:(upto(%u)) with boxes "
                                   "linecolor rgb 'white', \"\\\n    .\"",
                                   w + 1);
        }
        g_string_append_printf(script, "'stages.dat' index block using 1:(upto(%u)) ", w + 1);
        append_fill(works, w, script);
        g_string_append(script, w > 0 ? ", \"\\\n    .\"" : "\"\n");
    }
    if (works->len == 0 && !others) {
        g_string_append(script, "NaN\"\n");
    }
}

static void append_key(const GArray *works, bool others, GString *script)
{
    g_string_append(script, "plot NaN");
    for (guint w = 0; w < works->len + (others ? 1 : 0); w++) {
        g_string_append(script, ", \\\n    keyentry ");
        append_fill(works, w, script);
        g_string_append(script, " title ");
        g_autofree char *name =
            ivc_plot_clean(w < works->len ? g_array_index(works, Work, w).name : "other", 24);
        ivc_plot_quote(script, name);
    }
    g_string_append(script, "\nunset multiplot\n");
}

/* How many names fit side by side. */
static unsigned columns_of_key(const GArray *works, double width)
{
    glong longest = 5;
    for (guint w = 0; w < works->len; w++) {
        longest = MAX(longest, g_utf8_strlen(g_array_index(works, Work, w).name, -1));
    }
    double cm = 0.16 * (double)MIN(longest, 24) + 1;
    return CLAMP((unsigned)((width - 0.5) / cm), 1, 6);
}

static void totals_range(const IvcPlotData *data, double *ret_low, double *ret_high)
{
    *ret_low = INFINITY;
    *ret_high = 0;
    for (guint i = 0; i < data->series->len; i++) {
        const IvcPlotSeries *series = ivc_plot_series(data, i);
        for (guint k = 0; k < series->points->len; k++) {
            double total = total_of(ivc_plot_point(series, k)->json);
            *ret_low = total > 0 ? fmin(*ret_low, total) : *ret_low;
            *ret_high = fmax(*ret_high, total);
        }
    }
    if (!(*ret_high > 0)) {
        *ret_low = 1;
        *ret_high = 1;
    }
}

/* Six digits would push the label of the axis off the paper: 100k. After ivc_panels_choose(). */
static void append_thousands(const IvcPanels *panels, guint i, double high, GString *script)
{
    if (high >= LONG_NUMBERS && i % panels->columns == 0) {
        g_string_append(script, "set format y '%.0s%c'\nset ylabel offset 0.4, 0\n");
    }
}

/* The upper panel of a series: cycles per byte. */
static void append_total_panel(const IvcPanels *panels, const IvcPlotData *data, guint i,
                               double low, double high, GString *script)
{
    ivc_panels_choose(panels, data, i, 0, "cycles/byte", script);
    append_thousands(panels, i, high, script);
    /* 100m would be read as millions */
    int from = (int)floor(log10(low));
    from = high >= LONG_NUMBERS ? MAX(from, 0) : from;
    g_string_append_printf(script,
                           "block = %u\nset logscale y 10\nset ytics 1e%d, %s\nset yrange [", i,
                           from, high / low > 2000 ? "100" : "10");
    ivc_plot_append_number(script, low / 1.6);
    g_string_append_c(script, ':');
    ivc_plot_append_number(script, high * 1.6);
    g_string_append(script, "]\nplot 'stages.dat' index block using 1:3 with linespoints "
                            "linetype 7 linewidth 0.8 pointsize 2 * hole\n"
                            "unset logscale y\n");
    if (i == 0) {
        g_string_append(script, "unset label\n");
    }
}

void ivc_figure_stages(const IvcPlotData *data, GString *script, GString *table)
{
    static const double two_rows[] = {1.5, 3.2};
    static const double one_row[] = {4};
    double low = 1;
    double high = 1;
    totals_range(data, &low, &high);
    bool relative = high / low > SPREAD_MAX;
    g_autoptr(GArray) works = find_works(data);
    bool others = keep_shown(works);
    unsigned key_columns = columns_of_key(works, data->series->len == 1 ? 8.5 : 17.5);
    unsigned key_lines = (works->len + (others ? 1 : 0) + key_columns - 1) / key_columns;
    g_auto(IvcPanels) panels =
        ivc_panels_make(data, relative ? 2 : 1, relative ? two_rows : one_row, MAX(key_lines, 1));
    ivc_script_begin(script, data, "stages",
                     "Core cycles per byte by kind of work; polling hatched.", panels.paper);
    ivc_script_footnote(script, data, false);
    ivc_panels_begin(&panels, data, script);
    append_bars(works, others, relative, script);
    for (guint i = 0; i < data->series->len; i++) {
        if (relative) {
            append_total_panel(&panels, data, i, low, high, script);
        }
        ivc_panels_choose(&panels, data, i, relative ? 1 : 0,
                          relative ? "share of the cycles (%)" : "cycles/byte", script);
        append_thousands(&panels, i, relative ? 100 : high, script);
        g_string_append(script, "set yrange [0:");
        ivc_plot_append_number(script, relative ? 100 : ivc_plot_nice_above(high));
        g_string_append_printf(script, "]\nset ytics %s\nblock = %u\nplot @bars\n%s",
                               relative ? "25" : "autofreq", i,
                               i == 0 && !relative ? "unset label\n" : "");
    }
    ivc_panels_key(&panels, key_columns, script);
    append_key(works, others, script);
    append_table(data, works, table);
}
