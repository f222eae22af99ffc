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

unsigned ivc_script_title_lines(const IvcPlotData *data, IvcPaper paper)
{
    const char *title = data->about != NULL ? data->about : data->name;
    return g_utf8_strlen(title, -1) > (glong)(paper.width * TITLE_WIDTH_PER_CM) ? 2 : 1;
}

unsigned ivc_script_footnote_lines(const IvcPlotData *data, bool markers)
{
    bool signs = data->n_capped > 0 || data->n_intervals > 0;
    return data->n_failed > 0 || (markers && signs) ? 2 : 1;
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
    if (markers && data->n_intervals > 0) {
        g_string_append_printf(text, "%swhiskers: %.4g %% intervals%s", text->len > 0 ? "; " : "",
                               100 * data->confidence,
                               data->n_estimated > 0 ? " of estimates" : "");
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

size_t ivc_script_longest_name(const IvcPlotData *data)
{
    size_t longest = 1;
    for (guint i = 0; i < data->x_names->len; i++) {
        longest = MAX(longest, (size_t)g_utf8_strlen(g_ptr_array_index(data->x_names, i), -1));
    }
    return longest;
}

/* How names are turned: slanted ones need three letters each, or they run into each other. */
static int name_degrees(const IvcPlotData *data, size_t letters)
{
    size_t longest = ivc_script_longest_name(data);
    if (data->axis != IVC_PLOT_CATEGORIES || (longest + 2) * data->xs->len <= letters) {
        return 0;
    }
    return 3 * data->xs->len <= letters ? 35 : 90;
}

double ivc_script_slant(const IvcPlotData *data, size_t letters)
{
    int degrees = name_degrees(data, letters);
    double a_letter = degrees == 90 ? 0.13 : 0.085;
    return degrees == 0 ? 0 : 0.1 + a_letter * (double)ivc_script_longest_name(data);
}

/* Appends one tick; `named` or without a name. */
static void append_tick(GString *out, bool first, const char *name, bool named, double at)
{
    g_string_append(out, first ? "" : ", ");
    ivc_plot_quote(out, named ? name : "");
    g_string_append_c(out, ' ');
    ivc_plot_append_number(out, at);
    g_string_append(out, named ? "" : " 1");
}

/* Where the i-th value is on an axis of `letters` letters from the first value to the last. */
static double place_of(const IvcPlotData *data, guint i, size_t letters)
{
    double low = g_array_index(data->xs, double, 0);
    double high = g_array_index(data->xs, double, data->xs->len - 1);
    double x = g_array_index(data->xs, double, i);
    if (!(high > low)) {
        return 0;
    }
    double along =
        ivc_script_log_x(data) ? log(x / low) / log(high / low) : (x - low) / (high - low);
    return along * (double)letters;
}

/* Are the values as far from each other as the first two? */
static bool is_even(const IvcPlotData *data, size_t letters)
{
    bool even = true;
    for (guint i = 1; i < data->xs->len; i++) {
        double distance = place_of(data, i, letters) - place_of(data, i - 1, letters);
        even = even && fabs(distance - place_of(data, 1, letters)) < 0.1;
    }
    return even;
}

/* Which names are printed: the first, the last, and of those between as many as have room for the
 * longest one; where distances are even, they go on in the same steps to the end instead. Of
 * categories all are. */
static bool *choose_named(const IvcPlotData *data, size_t letters)
{
    guint last = data->xs->len - 1;
    bool *named = g_new0(bool, last + 1);
    double room = (double)ivc_script_longest_name(data) + 2;
    guint before = 0;
    for (guint i = 0; i <= last; i++) {
        double distance = place_of(data, i, letters) - place_of(data, before, letters);
        if (i == 0 || data->axis == IVC_PLOT_CATEGORIES || distance >= room) {
            named[i] = true;
            before = i;
        }
    }
    if (!named[last] && !is_even(data, letters)) {
        glong both = g_utf8_strlen(data->x_names->pdata[before], -1) +
                     g_utf8_strlen(data->x_names->pdata[last], -1);
        double distance = place_of(data, last, letters) - place_of(data, before, letters);
        named[before] = before == 0 || distance >= 2 + (double)both / 2;
        named[last] = true;
    }
    return named;
}

/* Names every which of the bars is printed, so that `letters` letters suffice. */
static size_t name_step(const IvcPlotData *data, size_t letters)
{
    size_t wide = data->xs->len * (ivc_script_longest_name(data) + 1);
    return data->axis == IVC_PLOT_CATEGORIES ? 1 : (wide + letters - 1) / letters;
}

static void append_slant(GString *out, const IvcPlotData *data, size_t letters)
{
    int degrees = name_degrees(data, letters);
    if (degrees > 0) {
        g_string_append_printf(out, "set xtics rotate by -%d\n", degrees);
    }
}

/* The chosen names at their values; the others get a small tick without a name. */
static void append_named_tics(GString *out, const IvcPlotData *data, size_t letters)
{
    g_autofree bool *named = choose_named(data, letters);
    append_slant(out, data, letters);
    g_string_append(out, "set xtics (");
    for (guint i = 0; i < data->xs->len; i++) {
        append_tick(out, i == 0, g_ptr_array_index(data->x_names, i), named[i],
                    g_array_index(data->xs, double, i));
    }
    g_string_append(out, ")\n");
}

void ivc_script_bar_tics(GString *out, const IvcPlotData *data, size_t letters)
{
    size_t n = data->xs->len;
    size_t step = name_step(data, letters);
    append_slant(out, data, letters);
    g_string_append_printf(out, "array names[%zu] = [", n);
    for (size_t i = 0; i < n; i++) {
        const char *name = g_ptr_array_index(data->x_names, i);
        /* a name that ends beyond its panel would meet the first one of the next panel */
        double end = ((double)i + 0.7) / ((double)n + 0.4) * (double)letters +
                     (double)g_utf8_strlen(name, -1) / 2;
        bool named = i % step == 0 && (step == 1 || end <= (double)letters);
        g_string_append(out, i > 0 ? ", " : "");
        ivc_plot_quote(out, named ? name : "");
    }
    g_string_append(out, "]\nnamed = 'set xtics (names[1] 0); '\\\n"
                         "    .'do for [i = 2:|names|] { set xtics add (names[i] i - 1) }'\n");
}

static bool all_powers_of_two(const IvcPlotData *data)
{
    for (guint i = 0; i < data->xs->len; i++) {
        int exponent = 0;
        if (frexp(g_array_index(data->xs, double, i), &exponent) > 0.5) {
            return false;
        }
    }
    return true;
}

void ivc_script_xtics(GString *out, const IvcPlotData *data, size_t letters)
{
    if (data->axis != IVC_PLOT_SIZES || !ivc_script_log_x(data) || all_powers_of_two(data)) {
        append_named_tics(out, data, letters);
        return;
    }
    int low = (int)ceil(log2(g_array_index(data->xs, double, 0)) - 1e-9);
    int high = (int)floor(log2(g_array_index(data->xs, double, data->xs->len - 1)) + 1e-9);
    int wide = (high - low + 1) * 8; /* "512 KiB" and a gap, were all named */
    int step = (wide + (int)letters - 1) / (int)letters;
    g_string_append(out, "set xtics (");
    for (int i = low; i <= high; i++) {
        g_autofree char *name = ivc_plot_size_text(ldexp(1, i));
        append_tick(out, i == low, name, (i - low) % step == 0, ldexp(1, i));
    }
    g_string_append(out, ")\n");
}
