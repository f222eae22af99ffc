/*
 * Figures of stacked bars, one panel a series: what each guest's cores do (cpu), and which work
 * the cycles of a byte go into (stages). Leaves out guests beyond the eighth and kinds of work
 * below 2 % ("other"); both are said in the figure, and the data file has all guests.
 */
#include "sim/cli/plot_script.h"

#include <math.h>
#include <string.h>

#define COLUMNS_MAX 5 /* panels side by side on 17.5 cm */
#define GUESTS_MAX 8
#define STAGES_MAX 9 /* kinds of work that get a colour of their own */
#define STAGE_SHARE_MIN 0.02
#define STATES 5

/* The grid of panels, in centimetres. */
typedef struct {
    IvcPaper paper;
    size_t columns, rows;
    double left, right, top, bottom; /* outside the panels */
    double gap_x, gap_y;
} Grid;

typedef struct {
    char *name;
    bool spin;
    double most;   /* largest share of a point's cycles */
    int rank;      /* its place in the stack, or -1: part of "other" */
} Work;

static Grid make_grid(const IvcPlotData *data, size_t rows_each, double panel, double bottom)
{
    Grid grid = {.left = 1.45, .right = 0.2, .top = 1.15, .gap_x = 0.22, .gap_y = 0.55};
    grid.columns = MIN(data->series->len, COLUMNS_MAX);
    size_t bands = (data->series->len + grid.columns - 1) / grid.columns;
    grid.rows = bands * rows_each;
    grid.bottom = bottom;
    grid.paper.width = grid.columns == 1 ? 8.5 : 17.5;
    grid.paper.height = grid.top + grid.bottom + panel * (double)grid.rows +
                        grid.gap_y * (double)(grid.rows - 1);
    return grid;
}

static void append_layout(const Grid *grid, GString *script)
{
    double cell_x = (grid->paper.width - grid->left - grid->right + grid->gap_x) /
                    (double)grid->columns;
    double cell_y = (grid->paper.height - grid->top - grid->bottom + grid->gap_y) /
                    (double)grid->rows;
    g_string_append(script, "\n# Panels: column c from the left, row r from the top; lengths in cm.\n"
                            "left(c) = (");
    ivc_script_number(script, grid->left);
    g_string_append(script, " + c * ");
    ivc_script_number(script, cell_x);
    g_string_append(script, ") / width\ntop(r) = 1 - (");
    ivc_script_number(script, grid->top);
    g_string_append(script, " + r * ");
    ivc_script_number(script, cell_y);
    g_string_append(script, ") / height\nwide = ");
    ivc_script_number(script, cell_x - grid->gap_x);
    g_string_append(script, "\nhigh = ");
    ivc_script_number(script, cell_y - grid->gap_y);
    g_string_append(script,
                    "\npanel = 'set lmargin at screen left(c); '\\\n"
                    "    .'set rmargin at screen left(c) + wide / width; '\\\n"
                    "    .'set tmargin at screen top(r); '\\\n"
                    "    .'set bmargin at screen top(r) - high / height; '\\\n"
                    "    .'if (c == 0) { set format y \"%g\" } else { set format y \"\"; "
                    "unset ylabel }'\n\n"
                    "set label 2 headline at screen 0.5, screen 1 offset character 0, -1 center "
                    "font heading\n"
                    "set multiplot\n");
}

/* After the panels: one key for all, between the panels and the footnote. */
static void append_key(double bottom, const Grid *grid, unsigned columns, GString *script)
{
    g_string_append(script, "\n# The key of all panels.\nunset label\nunset title\nunset xlabel\n"
                            "unset ylabel\nunset tics\nunset border\nunset grid\nunset logscale\n"
                            "set lmargin at screen 0\nset rmargin at screen 1\n");
    ivc_script_margin(script, "tmargin", bottom - 1.0, grid->paper.height);
    ivc_script_margin(script, "bmargin", 0.35, grid->paper.height);
    g_string_append_printf(script,
                           "set xrange [0:1]\nset yrange [0:1]\n"
                           "set key inside center center horizontal Left reverse maxcols %u "
                           "samplen 1.2\n",
                           columns);
}

static void append_x(const IvcPlotData *data, const Grid *grid, GString *script)
{
    g_string_append_printf(script, "set xrange [-0.7:%u.7]\n", data->xs->len - 1);
    g_string_append_printf(script, "x_label = ");
    ivc_plot_quote(script, data->x_label);
    g_string_append_c(script, '\n');
    size_t labels = grid->columns <= 2 ? 7 : grid->columns == 3 ? 5 : 3;
    ivc_script_bar_tics(script, data, labels);
}

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
    g_string_append(table, "# What the cores of each guest do, as shares of the measured time.\n"
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
                                   block > 0 ? "\n\n" : "", block, series->label, clean);
            for (guint k = 0; k < series->points->len; k++) {
                const IvcPlotPoint *point = ivc_plot_point(series, k);
                double shares[STATES];
                states_of(point->json, guest, shares);
                g_string_append_printf(table, "%zu ", ivc_plot_position(data, point->x));
                ivc_plot_append_number(table, point->x);
                for (size_t s = 0; s < STATES; s++) {
                    g_string_append_c(table, ' ');
                    ivc_plot_append_number(table, shares[s]);
                }
                g_string_append_c(table, '\n');
            }
        }
    }
}

/* One panel of the figure cpu. */
static void append_cpu_panel(const IvcPlotData *data, const Grid *grid, guint i, size_t g,
                             GString *script)
{
    size_t guests = guest_count(data);
    size_t row = i / grid->columns * guests + g;
    bool last = g + 1 == guests;
    g_autofree char *guest = ivc_plot_clean(g_ptr_array_index(data->guests, g), 16);
    g_string_append_printf(script, "\nc = %zu; r = %zu; block = %zu\n", i % grid->columns, row,
                           i * data->guests->len + g);
    if (g == 0) {
        g_string_append(script, "set title ");
        ivc_plot_quote(script, ivc_plot_series(data, i)->label);
        g_string_append(script, " offset 0, -0.6\n");
    } else {
        g_string_append(script, "unset title\n");
    }
    g_string_append(script, "set ylabel ");
    g_autofree char *label = g_strdup_printf("%s (%%)", guest);
    ivc_plot_quote(script, label);
    g_string_append(script, last ? "\nset xlabel x_label; set format x\n"
                                 : "\nunset xlabel; set format x ''\n");
    g_string_append(script, "@panel\nplot @bars\n");
    if (i == 0 && g == 0) {
        g_string_append(script, "unset label\n");
    }
}

void ivc_figure_cpu(const IvcPlotData *data, GString *script, GString *table)
{
    static const char *const states[STATES] = {"work", "spinning", "waiting", "blocked", "idle"};
    double bottom = 1.75;
    size_t guests = MAX(guest_count(data), 1);
    Grid grid = make_grid(data, guests, guests > 4 ? 1.2 : 1.9, bottom);
    ivc_script_begin(script, data, "cpu", "What the cores of each guest do, in percent of the time.",
                     grid.paper);
    ivc_script_footnote(script, data, false);
    append_layout(&grid, script);
    append_x(data, &grid, script);
    g_string_append(script,
                    "set yrange [0:100]\nset ytics 50\n\n"
                    "# Stacked from the back: the sum of the columns up to k, then up to k - 1, ...\n"
                    "upto(k) = 100 * sum [s = 1:k] column(s + 2)\n"
                    "bars = \"for [k = 5:1:-1] 'cpu.dat' index block using 1:(upto(k)) with boxes \"\\\n"
                    "    .\"linecolor rgb state[k]\"\n");
    for (guint i = 0; i < data->series->len; i++) {
        for (size_t g = 0; g < guest_count(data); g++) {
            append_cpu_panel(data, &grid, i, g, script);
        }
    }
    append_key(bottom, &grid, STATES, script);
    g_string_append(script, "plot NaN");
    for (int s = 0; s < STATES; s++) {
        g_string_append_printf(script,
                               ", \\\n    keyentry with boxes linecolor rgb state[%d] title '%s'",
                               s + 1, states[s]);
    }
    g_string_append(script, "\nunset multiplot\n");
    append_cpu_table(data, table);
}
