/*
 * The overlay figure of a set: a panel for each metric, and one more for its rows without a size
 * when it has both. Where rows differ in size the sizes are on the x axis, and each path is a
 * colour; elsewhere the paths are.
 */
#include <math.h>
#include <string.h>

#include "sim/cli/plot_script.h"
#include "sim/cli/validate_output.h"

#define PANEL_WIDTH 8.6
#define PANEL_HEIGHT 6.0
#define COLOURS 8
#define Y_LETTERS 26 /* of a line of a label beside a panel */
#define X_LETTERS 28 /* of a name below it */

/* What one panel shows. */
typedef struct {
    const char *metric;
    const char *unit;
    bool with_bytes;  /* rows have a size, or have none */
    uint64_t bytes;   /* of the first row */
    bool sized;       /* others have other sizes */
    GPtrArray *paths; /* const char *, in the order of the data */
} Panel;

static void panel_free(gpointer data)
{
    Panel *panel = data;
    g_ptr_array_unref(panel->paths);
    g_free(panel);
}

static const IvcScoreRow *row_at(const IvcScore *score, guint i)
{
    return &g_array_index(score->rows, IvcScoreRow, i);
}

static bool in_panel(const Panel *panel, const IvcDataRow *row)
{
    return strcmp(panel->metric, row->metric) == 0 && strcmp(panel->unit, row->unit) == 0 &&
           panel->with_bytes == row->sized;
}

static GPtrArray *make_panels(const IvcScore *score)
{
    GPtrArray *panels = g_ptr_array_new_with_free_func(panel_free);
    for (guint i = 0; i < score->rows->len; i++) {
        const IvcDataRow *row = row_at(score, i)->row;
        Panel *panel = NULL;
        for (guint k = 0; k < panels->len; k++) {
            panel = in_panel(panels->pdata[k], row) ? panels->pdata[k] : panel;
        }
        if (panel == NULL) {
            panel = g_new0(Panel, 1);
            panel->metric = row->metric;
            panel->unit = row->unit;
            panel->with_bytes = row->sized;
            panel->bytes = row->message_bytes;
            panel->paths = g_ptr_array_new();
            g_ptr_array_add(panels, panel);
        }
        panel->sized = panel->sized || (row->sized && row->message_bytes != panel->bytes);
        if (!g_ptr_array_find_with_equal_func(panel->paths, row->path, g_str_equal, NULL)) {
            g_ptr_array_add(panel->paths, row->path);
        }
    }
    return panels;
}

static gint by_size(gconstpointer a, gconstpointer b)
{
    uint64_t left = (*(const IvcScoreRow *const *)a)->row->message_bytes;
    uint64_t right = (*(const IvcScoreRow *const *)b)->row->message_bytes;
    return (left > right) - (left < right);
}

static void append_number(GString *out, double value)
{
    g_string_append_c(out, ' ');
    ivc_plot_append_number(out, value);
}

/* One block of the data: the rows of a path, or of all paths where nothing is sized. */
static void append_block(GString *out, const IvcScore *score, const Panel *panel, const char *path)
{
    g_autoptr(GPtrArray) rows = g_ptr_array_new();
    for (guint i = 0; i < score->rows->len; i++) {
        const IvcScoreRow *row = row_at(score, i);
        if (in_panel(panel, row->row) && (path == NULL || strcmp(path, row->row->path) == 0)) {
            g_ptr_array_add(rows, (gpointer)row);
        }
    }
    g_ptr_array_sort(rows, by_size);
    g_string_append_printf(out, "# %s, %s%s%s\n# x measured low high predicted low high\n",
                           panel->metric, panel->unit, path != NULL ? ": " : "",
                           path != NULL ? path : "");
    for (guint i = 0; i < rows->len; i++) {
        const IvcScoreRow *row = rows->pdata[i];
        double value = row->row->value;
        double x = panel->sized ? (double)row->row->message_bytes : (double)i;
        ivc_plot_append_number(out, x);
        append_number(out, value);
        append_number(out, isnan(row->row->low) ? value : row->row->low);
        append_number(out, isnan(row->row->high) ? value : row->row->high);
        append_number(out, row->predicted);
        append_number(out, isnan(row->lowest) ? row->predicted : row->lowest);
        append_number(out, isnan(row->highest) ? row->predicted : row->highest);
        g_string_append_c(out, '\n');
    }
    g_string_append(out, "\n\n");
}

/* `set xtics` at every fourth power of two of the sizes, or the names of the paths. */
static void append_tics(GString *out, const IvcScore *score, const Panel *panel)
{
    if (!panel->sized) {
        g_autoptr(GPtrArray) names = ivc_plot_cut_apart(panel->paths, X_LETTERS);
        g_string_append(out, "unset logscale x\nset xlabel ''\nset key outside top center "
                             "horizontal\n");
        /* The last name ends to the right of its panel. */
        g_string_append_printf(out, "set rmargin 14\nset xtics rotate by -%d (",
                               names->len > 4 ? 35 : 20);
        for (guint i = 0; i < names->len; i++) {
            g_string_append(out, i > 0 ? ", " : "");
            ivc_plot_quote(out, names->pdata[i]);
            g_string_append_printf(out, " %u", i);
        }
        g_string_append_printf(out, ")\nset xrange [-0.5:%u.5]\n", panel->paths->len - 1);
        return;
    }
    uint64_t low = UINT64_MAX;
    uint64_t high = 1;
    for (guint i = 0; i < score->rows->len; i++) {
        const IvcDataRow *row = row_at(score, i)->row;
        if (in_panel(panel, row) && row->sized) {
            low = MIN(low, row->message_bytes);
            high = MAX(high, row->message_bytes);
        }
    }
    g_string_append(out, "set logscale x 2\nset xlabel 'message'\nset key outside top center "
                         "horizontal noreverse Right\n"
                         "set rmargin\nset xtics norotate (");
    unsigned step = high / low > 4096 ? 4 : high / low > 64 ? 2 : 1;
    const char *comma = "";
    for (unsigned power = 0; power < 52; power += step) {
        uint64_t size = UINT64_C(1) << power;
        if (size < low || size > high) {
            continue;
        }
        g_autofree char *name = ivc_plot_size_text((double)size);
        g_string_append_printf(out, "%s'%s' %" G_GUINT64_FORMAT, comma, name, size);
        comma = ", ";
    }
    g_string_append_printf(
        out, ")\nset xrange [%" G_GUINT64_FORMAT "/1.5:%" G_GUINT64_FORMAT "*1.5]\n", low, high);
}

/* A path has the same colour in all panels: by its place among the paths of the set. */
static guint colour_of(const IvcScore *score, const char *path)
{
    g_autoptr(GHashTable) before = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < score->rows->len; i++) {
        const char *other = row_at(score, i)->row->path;
        if (g_str_equal(other, path)) {
            break;
        }
        g_hash_table_add(before, (gpointer)other);
    }
    return g_hash_table_size(before) % COLOURS + 1;
}

/* Are there predictions at two sizes, or only a point? */
static bool is_line(const IvcScore *score, const Panel *panel, const char *path)
{
    const IvcScoreRow *first = NULL;
    for (guint i = 0; i < score->rows->len; i++) {
        const IvcScoreRow *row = row_at(score, i);
        if (!in_panel(panel, row->row) || strcmp(path, row->row->path) != 0 ||
            isnan(row->predicted)) {
            continue;
        }
        if (first != NULL && first->row->message_bytes != row->row->message_bytes) {
            return true;
        }
        first = row;
    }
    return false;
}

static void append_series(GString *out, const char *file, guint index, guint colour, bool line,
                          const char *title)
{
    g_string_append_printf(
        out,
        "  '%s' index %u using 1:6:7 with filledcurves linecolor rgb colour[%u] "
        "fillstyle transparent solid 0.15 noborder, \\\n"
        "  '' index %u using 1:5 with %s linecolor rgb colour[%u] linewidth 1.2 title ",
        file, index, colour, index, line ? "lines" : "points pointtype 2 pointsize 0.6 * scale",
        colour);
    ivc_plot_quote(out, title);
    g_string_append_printf(out,
                           ", \\\n  '' index %u using 1:2:3:4 with yerrorbars linecolor rgb "
                           "colour[%u] linewidth 0.7 pointtype marker[%u] pointsize 0.34 * scale",
                           index, colour, colour);
}

static void append_bars(GString *out, const char *file, guint index)
{
    g_string_append_printf(out,
                           "  '%s' index %u using 1:5 with points linetype 2 title 'predicted', "
                           "\\\n  '' index %u using 1:5:6:7 with yerrorbars linetype 2 linewidth "
                           "0.7, \\\n  '' index %u using 1:2:3:4 with yerrorbars linetype 1 "
                           "linewidth 0.7 title 'measured'",
                           file, index, index, index);
}

static void append_panel(GString *script, GString *table, const IvcScore *score, const Panel *panel,
                         const char *file, guint *index)
{
    append_tics(script, score, panel);
    g_string_append(script, "set ylabel ");
    g_autofree char *label = g_strdup_printf("%s, %s", panel->metric, panel->unit);
    g_autofree char *lines = ivc_plot_wrap(label, Y_LETTERS, 3);
    g_autofree char *cut = ivc_plot_clean(label, Y_LETTERS);
    ivc_plot_quote(script, lines != NULL ? lines : cut);
    g_string_append(script, "\nset logscale y\nplot \\\n");
    guint blocks = panel->sized ? panel->paths->len : 1;
    for (guint i = 0; i < blocks; i++) {
        const char *path = panel->sized ? panel->paths->pdata[i] : NULL;
        append_block(table, score, panel, path);
        if (panel->sized) {
            append_series(script, file, *index, colour_of(score, path), is_line(score, panel, path),
                          path);
        } else {
            append_bars(script, file, *index);
        }
        g_string_append(script, i + 1 < blocks ? ", \\\n" : "\n\n");
        *index += 1;
    }
}

/* What the marks are. Where nothing is sized, the key says it. */
static const char *signs_of(const IvcScore *score, const GPtrArray *panels)
{
    bool lines = false;
    bool crosses = false;
    for (guint i = 0; i < panels->len; i++) {
        const Panel *panel = panels->pdata[i];
        for (guint k = 0; panel->sized && k < panel->paths->len; k++) {
            bool line = is_line(score, panel, panel->paths->pdata[k]);
            lines = lines || line;
            crosses = crosses || !line;
        }
    }
    return lines && crosses ? "measured (marks) and predicted (lines, crosses)"
           : lines          ? "measured (marks) and predicted (lines)"
           : crosses        ? "measured (marks) and predicted (crosses)"
                            : "measured and predicted";
}

void ivc_validate_figure(const IvcScore *score, const char *name, IvcFigure *ret_figure)
{
    g_autoptr(GPtrArray) panels = make_panels(score);
    g_autofree char *file = g_strconcat(name, ".dat", NULL);
    const char *signs = signs_of(score, panels);
    GString *script = g_string_new(NULL);
    GString *table = g_string_new("# Measurements and predictions, one block a line.\n");
    guint columns = panels->len > 1 ? 2 : 1;
    guint rows = (panels->len + columns - 1) / columns;
    g_string_append_printf(script,
                           "# Set %s: %s\n"
                           "# Draw it in this folder: gnuplot %s.gp\n\n"
                           "name = '%s'\nwidth = ",
                           name, signs, name, name);
    ivc_script_number(script, PANEL_WIDTH * columns);
    g_string_append(script, " # cm\nheight = ");
    ivc_script_number(script, PANEL_HEIGHT * MAX(rows, 1));
    g_string_append(script, "\nif (!exists('to')) to = 'svg'\nload 'common.gp'\n\n"
                            "set multiplot layout ");
    g_string_append_printf(script, "%u, %u title ", MAX(rows, 1), columns);
    g_autofree char *title = g_strdup_printf("%s: %s", name, signs);
    ivc_plot_quote(script, title);
    g_string_append(script, " font heading\n\n");
    guint index = 0;
    for (guint i = 0; i < panels->len; i++) {
        append_panel(script, table, score, panels->pdata[i], file, &index);
    }
    g_string_append(script, "unset multiplot\n");
    *ret_figure = (IvcFigure){g_string_free(script, FALSE), g_string_free(table, FALSE)};
}
