/*
 * The geometry of figures of small panels: multiplot with margins in centimetres, so that all
 * panels of a row line up and labels never meet.
 */
#include "sim/cli/plot_panels.h"

#include <string.h>

#define LEFT 1.45
#define RIGHT 0.25
#define TOP 1.15
#define TITLE_LINE 0.36
#define LETTERS_PER_CM 7.4 /* of the labels; of the titles fewer */
#define TITLE_LETTERS_PER_CM 6
#define TITLE_LINES_MAX 3
#define GAP_X 0.25
#define GAP_ROW 0.28
#define GAP_BAND 1.5

/* The names of the series, in lines where that will do, else cut. @return number of lines */
static size_t make_titles(IvcPanels *panels, const IvcPlotData *data)
{
    size_t letters = (size_t)(panels->cell * TITLE_LETTERS_PER_CM);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < data->series->len; i++) {
        g_ptr_array_add(names, ivc_plot_series(data, i)->name);
    }
    panels->titles = ivc_plot_cut_apart(names, letters);
    size_t most = 1;
    for (guint i = 0; i < names->len; i++) {
        char *wrapped = ivc_plot_wrap(names->pdata[i], letters, TITLE_LINES_MAX);
        size_t lines = 1;
        for (const char *at = wrapped; at != NULL && (at = strchr(at, '\n')) != NULL; at++) {
            lines++;
        }
        if (wrapped != NULL) {
            g_free(panels->titles->pdata[i]);
            panels->titles->pdata[i] = wrapped;
        }
        most = MAX(most, lines);
    }
    return most;
}

IvcPanels ivc_panels_make(const IvcPlotData *data, size_t rows, const double *heights,
                          unsigned key_lines)
{
    IvcPanels panels = {.rows = rows};
    panels.bands = (data->series->len + IVC_PANELS_MAX - 1) / IVC_PANELS_MAX;
    panels.columns = (data->series->len + panels.bands - 1) / panels.bands; /* alike, not 5 and 1 */
    panels.paper.width = panels.columns == 1 ? 8.5 : 17.5;
    panels.cell = (panels.paper.width - LEFT - RIGHT + GAP_X) / (double)panels.columns;
    panels.letters = (size_t)((panels.cell - GAP_X) * LETTERS_PER_CM);
    double slant = ivc_script_slant(data, panels.letters);
    double more = TITLE_LINE * (double)(make_titles(&panels, data) - 1);
    panels.top = TOP + (ivc_script_title_lines(data, panels.paper) - 1) * TITLE_LINE + more;
    double footnote = 0.26 * (ivc_script_footnote_lines(data, false) - 1);
    panels.bottom = 1.5 + 0.34 * key_lines + slant + footnote;
    panels.key_top = panels.bottom - 1.05 - slant;
    panels.key_bottom = 0.38 + footnote;
    panels.gap_band = GAP_BAND + slant + more;
    double band = GAP_ROW * (double)(rows - 1);
    for (size_t row = 0; row < rows; row++) {
        panels.heights[row] = heights[row];
        band += heights[row];
    }
    panels.paper.height = panels.top + panels.bottom + band * (double)panels.bands +
                          panels.gap_band * (double)(panels.bands - 1);
    return panels;
}

void ivc_panels_clear(IvcPanels *panels)
{
    g_clear_pointer(&panels->titles, g_ptr_array_unref);
}

static void append_array(GString *script, const char *name, const double *values, size_t n)
{
    g_string_append_printf(script, "array %s[%zu] = [", name, n);
    for (size_t i = 0; i < n; i++) {
        g_string_append(script, i > 0 ? ", " : "");
        ivc_script_number(script, values[i]);
    }
    g_string_append(script, "]\n");
}

void ivc_panels_begin(const IvcPanels *panels, const IvcPlotData *data, GString *script)
{
    size_t n = panels->bands * panels->rows;
    g_autofree double *tops = g_new0(double, n);
    g_autofree double *heights = g_new0(double, n);
    double at = panels->top;
    for (size_t i = 0; i < n; i++) {
        tops[i] = at;
        heights[i] = panels->heights[i % panels->rows];
        at += heights[i] + ((i + 1) % panels->rows == 0 ? panels->gap_band : GAP_ROW);
    }
    g_string_append(script,
                    "\n# Panels: column c = 1, 2 ... from the left, row r from the top; cm.\n"
                    "left(c) = ");
    ivc_script_number(script, LEFT);
    g_string_append(script, " + (c - 1) * ");
    ivc_script_number(script, panels->cell);
    g_string_append(script, "\nwide = ");
    ivc_script_number(script, panels->cell - GAP_X);
    g_string_append_c(script, '\n');
    append_array(script, "top", tops, n);
    append_array(script, "high", heights, n);
    g_string_append(script, "panel = 'set lmargin at screen left(c) / width; '\\\n"
                            "    .'set rmargin at screen (left(c) + wide) / width; '\\\n"
                            "    .'set tmargin at screen 1 - top[r] / height; '\\\n"
                            "    .'set bmargin at screen 1 - (top[r] + high[r]) / height'\n\n"
                            "set label 2 headline at screen 0.5, screen 1 offset character 0, -1.2 "
                            "center font heading\n"
                            "set multiplot\n");
    g_string_append_printf(script, "set xrange [-0.7:%u.7]\n", data->xs->len - 1);
    ivc_script_bar_tics(script, data, panels->letters);
}

void ivc_panels_choose(const IvcPanels *panels, const IvcPlotData *data, size_t i, size_t row,
                       const char *y_label, GString *script)
{
    size_t column = i % panels->columns;
    g_string_append_printf(script, "\nc = %zu; r = %zu\n@panel\n", column + 1,
                           i / panels->columns * panels->rows + row + 1);
    if (row == 0) {
        g_string_append(script, "set title ");
        ivc_plot_quote(script, g_ptr_array_index(panels->titles, i));
        g_string_append(script, " offset 0, -0.6\n");
    } else {
        g_string_append(script, "unset title\n");
    }
    if (column == 0) {
        g_string_append(script, "set ylabel ");
        ivc_plot_quote(script, y_label);
        g_string_append(script, " offset 1.4, 0\nset format y\n");
    } else {
        g_string_append(script, "unset ylabel\nset format y ''\n");
    }
    if (row + 1 == panels->rows) {
        g_string_append(script, "set xlabel ");
        ivc_plot_quote(script, data->x_label);
        g_string_append(script, "\nset format x\n@named\n");
    } else {
        g_string_append(script, "unset xlabel\nset format x ''\nset xtics 0, 1\n");
    }
}

void ivc_panels_key(const IvcPanels *panels, unsigned columns, GString *script)
{
    g_string_append(script, "\n# The key of all panels.\nunset label\nunset title\nunset xlabel\n"
                            "unset ylabel\nunset tics\nunset border\nunset grid\nunset logscale\n"
                            "set lmargin at screen 0\nset rmargin at screen 1\n");
    ivc_script_margin(script, "tmargin", panels->key_top, panels->paper.height);
    ivc_script_margin(script, "bmargin", panels->key_bottom, panels->paper.height);
    g_string_append_printf(script,
                           "set xrange [0:1]\nset yrange [0:1]\n"
                           "set key inside center center horizontal Left reverse maxcols %u "
                           "samplen 1.2\n",
                           columns);
}
