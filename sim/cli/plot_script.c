/*
 * What the gnuplot scripts of all figures share. Ticks are written out one by one: gnuplot's own
 * binary prefixes print "64  B" and "kiB".
 */
#include "sim/cli/plot_script.h"

#include <math.h>
#include <string.h>

#define TITLE_WIDTH_PER_CM 5.6 /* letters of the title in a centimetre, on average */

void ivc_script_number(GString *out, double value)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(out, g_ascii_formatd(number, sizeof number, "%.4g", value));
}

void ivc_script_margin(GString *out, const char *variable, double cm, double whole)
{
    g_string_append_printf(out, "set %s at screen ", variable);
    ivc_script_number(out, cm / whole);
    g_string_append_c(out, '\n');
}

void ivc_script_begin(GString *out, const IvcPlotData *data, const char *name, const char *sentence,
                      IvcPaper paper)
{
    g_string_append_printf(
        out,
        "# %s\n"
        "# Draw it in this folder: gnuplot %s.gp\n"
        "# or as PDF or PNG:       gnuplot -e \"to='pdf'\" %s.gp\n"
        "# The numbers are in %s.dat; fonts, colours and markers in common.gp.\n\n"
        "name = '%s'\n"
        "width = ",
        sentence, name, name, name, name);
    ivc_script_number(out, paper.width);
    g_string_append(out, " # cm\nheight = ");
    ivc_script_number(out, paper.height);
    g_string_append(out, "\nif (!exists('to')) to = 'svg'\nload 'common.gp'\n\n");
    g_string_append(out, "headline = ");
    ivc_plot_quote_wrapped(out, data->about != NULL ? data->about : data->name,
                           (size_t)(paper.width * TITLE_WIDTH_PER_CM));
    g_string_append_c(out, '\n');
}

unsigned ivc_script_footnote_lines(const IvcPlotData *data, bool markers)
{
    return data->n_failed > 0 || (markers && data->n_capped > 0) ? 2 : 1;
}

/* "21" or, where the points differ, "19-24". */
static void append_range(GString *out, const IvcPlotData *data, const char *key)
{
    double low = INFINITY;
    double high = -INFINITY;
    for (guint i = 0; i < data->series->len; i++) {
        const IvcPlotSeries *series = ivc_plot_series(data, i);
        for (guint k = 0; k < series->points->len; k++) {
            double value = ivc_plot_number(ivc_plot_point(series, k)->json, key);
            low = fmin(low, value);
            high = fmax(high, value);
        }
    }
    ivc_plot_append_number(out, low);
    if (low < high) {
        g_string_append(out, "\xe2\x80\x93"); /* en dash */
        ivc_plot_append_number(out, high);
    }
}

void ivc_script_footnote(GString *out, const IvcPlotData *data, bool markers)
{
    const char *assumed_key = "assumed";
    const char *all_key = "parameters";
    const json_t *first = ivc_plot_point(ivc_plot_series(data, 0), 0)->json;
    if (json_object_get(first, "parameters_assumed") != NULL) {
        assumed_key = "parameters_assumed";
    }
    GString *text = g_string_new(NULL);
    g_autofree char *name = ivc_plot_clean(data->name, 40);
    g_string_append_printf(text, "%s \xc2\xb7 ivcsim", name);
    if (data->version != NULL) {
        g_autofree char *version = ivc_plot_clean(data->version, 20);
        g_string_append_printf(text, " %s", version);
    }
    if (json_is_number(json_object_get(first, assumed_key)) &&
        json_is_number(json_object_get(first, all_key))) {
        g_string_append(text, " \xc2\xb7 ");
        append_range(text, data, assumed_key);
        g_string_append(text, " of ");
        append_range(text, data, all_key);
        g_string_append(text, " parameters assumed");
    }
    g_string_append(out, "note = ");
    ivc_plot_quote(out, text->str);
    g_string_truncate(text, 0);
    if (markers && data->n_capped > 0) {
        g_string_append(text, "open marker: stopped at workload.messages_max");
    }
    if (data->n_failed > 0) {
        g_string_append_printf(text, "%s%zu point%s failed and left out", text->len > 0 ? "; " : "",
                               data->n_failed, data->n_failed == 1 ? "" : "s");
    }
    if (text->len > 0) {
        g_string_append(out, " .\"\\n\". ");
        ivc_plot_quote(out, text->str);
    }
    g_string_free(text, TRUE);
    g_string_append(out, "\nset label 1 note at screen 0.015, screen 0 offset character 0, ");
    g_string_append(out, ivc_script_footnote_lines(data, markers) == 2 ? "1.4" : "0.7");
    g_string_append(out, " @footnote\n");
}

bool ivc_script_log_x(const IvcPlotData *data)
{
    double low = g_array_index(data->xs, double, 0);
    double high = g_array_index(data->xs, double, data->xs->len - 1);
    return data->axis != IVC_PLOT_CATEGORIES && low > 0 && high / low >= 16;
}

/* Every step-th name at its value (or position); the others get a tick without a name. */
static void append_named_tics(GString *out, const IvcPlotData *data, size_t labels, bool positions)
{
    size_t n = data->xs->len;
    size_t step = (n + labels - 1) / labels;
    size_t longest = 0;
    for (size_t i = 0; i < n; i++) {
        const char *name = g_ptr_array_index(data->x_names, i);
        longest = MAX(longest, (size_t)g_utf8_strlen(name, -1));
    }
    bool words = data->axis == IVC_PLOT_CATEGORIES && longest > 10;
    if (words) {
        g_string_append(out, "set xtics rotate by -30\n");
    }
    g_string_append(out, positions ? "names = \"(" : "set xtics (");
    for (size_t i = 0; i < n; i++) {
        const char *name = g_ptr_array_index(data->x_names, i);
        bool named = i % (words ? 1 : step) == 0;
        g_string_append(out, i > 0 ? ", " : "");
        ivc_plot_quote(out, named ? name : "");
        g_string_append_c(out, ' ');
        ivc_plot_append_number(out, positions ? (double)i : g_array_index(data->xs, double, i));
        g_string_append(out, named ? "" : " 1");
    }
    g_string_append(out, positions ? ")\"\n" : ")\n");
}

void ivc_script_bar_tics(GString *out, const IvcPlotData *data, size_t labels)
{
    append_named_tics(out, data, labels, true);
}

static bool all_powers_of_two(const IvcPlotData *data)
{
    for (guint i = 0; i < data->xs->len; i++) {
        int exponent;
        if (frexp(g_array_index(data->xs, double, i), &exponent) > 0.5) {
            return false;
        }
    }
    return true;
}

void ivc_script_xtics(GString *out, const IvcPlotData *data, size_t labels)
{
    if (data->axis != IVC_PLOT_SIZES || !ivc_script_log_x(data) || all_powers_of_two(data)) {
        append_named_tics(out, data, labels, false);
        return;
    }
    int low = (int)ceil(log2(g_array_index(data->xs, double, 0)) - 1e-9);
    int high = (int)floor(log2(g_array_index(data->xs, double, data->xs->len - 1)) + 1e-9);
    int step = (high - low + (int)labels) / (int)labels;
    g_string_append(out, "set xtics (");
    for (int i = low; i <= high; i++) {
        bool named = (i - low) % step == 0;
        g_autofree char *name = ivc_plot_size_text(ldexp(1, i));
        g_string_append(out, i > low ? ", " : "");
        ivc_plot_quote(out, named ? name : "");
        g_string_append_c(out, ' ');
        ivc_plot_append_number(out, ldexp(1, i));
        g_string_append(out, named ? "" : " 1");
    }
    g_string_append(out, ")\n");
}
