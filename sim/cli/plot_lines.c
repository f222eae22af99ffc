/*
 * Figures of lines over x: bandwidth (linear and logarithmic), latency and balance. One line a
 * series, solid for candidates and dashed for baselines. Repeated runs and estimates have
 * intervals, drawn as whiskers; the latency is then the mean.
 */
#include "sim/cli/plot_script.h"

#include <math.h>
#include <string.h>

/* One column (8.5 cm) with room for a key; the proportions of most papers. */
static const IvcPaper PAPER = {8.5, 6.4};
#define LETTERS 52 /* that fit beside each other below the axis */

typedef struct {
    const char *name;
    const char *sentence;
    const char *y_key;
    const char *high_key; /* where the whisker ends, or NULL */
    const char *half_key; /* how far it goes to both sides, or NULL; not both */
    bool log_y;
} Lines;

/* The frame of the axes in the units of the data. */
typedef struct {
    double x_low, x_high, y_low, y_high;
    bool log_x, log_y;
} Frame;

/* Where the key stands: gnuplot's words, and the corner as a share of the frame. */
typedef struct {
    const char *words;
    bool right, bottom;
} Corner;

static const Corner CORNERS[] = {
    {"top left Left reverse", false, false},
    {"bottom right Left reverse", true, true},
    {"bottom left Left reverse", false, true},
    {"top right Left reverse", true, false},
};

static double y_of(const Lines *lines, const IvcPlotPoint *point)
{
    return ivc_plot_number(point->json, lines->y_key);
}

/* The key of what a whisker needs, or NULL. */
static const char *whisker_key(const Lines *lines)
{
    return lines->high_key != NULL ? lines->high_key : lines->half_key;
}

/* How high a point reaches with its whisker. */
static double top_of(const Lines *lines, const IvcPlotPoint *point)
{
    double y = y_of(lines, point);
    if (lines->high_key != NULL) {
        return fmax(y, ivc_plot_number(point->json, lines->high_key));
    }
    return lines->half_key != NULL ? y + fmax(ivc_plot_number(point->json, lines->half_key), 0) : y;
}

static Frame make_frame(const IvcPlotData *data, const Lines *lines)
{
    Frame frame = {.y_low = INFINITY, .y_high = 0, .log_y = lines->log_y};
    frame.log_x = ivc_script_log_x(data);
    frame.x_low = g_array_index(data->xs, double, 0);
    frame.x_high = g_array_index(data->xs, double, data->xs->len - 1);
    for (guint i = 0; i < data->series->len; i++) {
        const IvcPlotSeries *series = ivc_plot_series(data, i);
        for (guint k = 0; k < series->points->len; k++) {
            const IvcPlotPoint *point = ivc_plot_point(series, k);
            double y = y_of(lines, point);
            double low = lines->half_key != NULL ? 2 * y - top_of(lines, point) : y;
            frame.y_low = low > 0 ? fmin(frame.y_low, low) : frame.y_low;
            frame.y_high = fmax(frame.y_high, top_of(lines, point));
        }
    }
    if (!(frame.y_high > 0)) {
        frame.y_high = 1;
    }
    if (!isfinite(frame.y_low)) {
        frame.y_low = frame.y_high / 10;
    }
    if (frame.log_x) {
        double room = pow(frame.x_high / frame.x_low, 0.03);
        frame.x_low /= room;
        frame.x_high *= room;
    } else {
        double room = fmax((frame.x_high - frame.x_low) * 0.03,
                           data->axis == IVC_PLOT_CATEGORIES ? 0.4 : 1e-9);
        frame.x_low -= data->xs->len == 1 ? fmax(room, 0.5) : room;
        frame.x_high += data->xs->len == 1 ? fmax(room, 0.5) : room;
    }
    return frame;
}

static double along(double low, double high, bool logarithmic, double value)
{
    return logarithmic ? log(value / low) / log(high / low) : (value - low) / (high - low);
}

/* Does any line pass through the corner that the key would take? */
static bool corner_is_free(const IvcPlotData *data, const Lines *lines, const Frame *frame,
                           const Corner *corner, double width, double height)
{
    for (guint i = 0; i < data->series->len; i++) {
        const IvcPlotSeries *series = ivc_plot_series(data, i);
        for (guint k = 0; k < series->points->len; k++) {
            const IvcPlotPoint *to = ivc_plot_point(series, k);
            const IvcPlotPoint *from = ivc_plot_point(series, k > 0 ? k - 1 : 0);
            double ends[2] = {y_of(lines, from), top_of(lines, to)};
            for (int step = 0; step <= 8; step++) {
                double x0 = along(frame->x_low, frame->x_high, frame->log_x, from->x);
                double x1 = along(frame->x_low, frame->x_high, frame->log_x, to->x);
                double y0 = along(frame->y_low, frame->y_high, frame->log_y, ends[0]);
                double y1 = along(frame->y_low, frame->y_high, frame->log_y, ends[1]);
                double x = x0 + (x1 - x0) * step / 8;
                double y = y0 + (y1 - y0) * step / 8;
                bool inside_x = corner->right ? x > 1 - width : x < width;
                bool inside_y = corner->bottom ? y < height : y > 1 - height;
                if (inside_x && inside_y) {
                    return false;
                }
            }
        }
    }
    return true;
}

static size_t longest_label(const IvcPlotData *data)
{
    size_t longest = 0;
    for (guint i = 0; i < data->series->len; i++) {
        longest = MAX(longest, (size_t)g_utf8_strlen(ivc_plot_series(data, i)->label, -1));
    }
    return longest;
}

/* The first corner of CORNERS without data, or NULL. */
static const Corner *free_corner(const IvcPlotData *data, const Lines *lines, const Frame *frame)
{
    /* measured on the drawn figure, as shares of the frame */
    double width = 0.17 + 0.0225 * (double)longest_label(data);
    double height = 0.05 + 0.082 * (double)data->series->len;
    for (size_t i = 0; i < G_N_ELEMENTS(CORNERS); i++) {
        if (width < 0.9 && corner_is_free(data, lines, frame, &CORNERS[i], width, height)) {
            return &CORNERS[i];
        }
    }
    return NULL;
}

static void append_table(const IvcPlotData *data, const Lines *lines, GString *table)
{
    g_string_append_printf(table,
                           "# %s\n# One block a line of the figure, in the order of its key.\n",
                           lines->sentence);
    const char *whisker = whisker_key(lines);
    for (guint i = 0; i < data->series->len; i++) {
        const IvcPlotSeries *series = ivc_plot_series(data, i);
        g_string_append_printf(table, "%s# index %u: %s.\n# %s %s %s%scapped\n",
                               i > 0 ? "\n\n" : "", i, series->name,
                               data->axis == IVC_PLOT_SIZES ? "bytes" : "x", lines->y_key,
                               whisker != NULL ? whisker : "", whisker != NULL ? " " : "");
        for (guint k = 0; k < series->points->len; k++) {
            const IvcPlotPoint *point = ivc_plot_point(series, k);
            ivc_plot_append_number(table, point->x);
            g_string_append_c(table, ' ');
            ivc_plot_append_number(table, y_of(lines, point));
            if (whisker != NULL) {
                g_string_append_c(table, ' ');
                ivc_plot_append_number(table, ivc_plot_number(point->json, whisker));
            }
            bool capped = json_is_true(json_object_get(point->json, "capped"));
            g_string_append(table, capped ? " 1\n" : " 0\n");
        }
    }
}

static bool has_capped(const IvcPlotSeries *series)
{
    for (guint k = 0; k < series->points->len; k++) {
        if (json_is_true(json_object_get(ivc_plot_point(series, k)->json, "capped"))) {
            return true;
        }
    }
    return false;
}

/* The lines in the order of the key; `scale` is what a column is divided by: "" or " / 1e6". */
static void append_plot(const IvcPlotData *data, const Lines *lines, const char *scale,
                        GString *script)
{
    int capped = whisker_key(lines) != NULL ? 4 : 3; /* its column */
    g_autofree char *y = *scale != '\0' ? g_strdup_printf("($2%s)", scale) : g_strdup("2");
    const char *value = *scale != '\0' ? y : "$2"; /* the same within an expression */
    g_autofree char *whisker =
        lines->half_key != NULL ? g_strdup_printf("1:%s:($3%s)", y, scale) : g_strdup("1:2:2:3");
    /* from one word to the next there is no way */
    const char *first = g_ptr_array_index(data->x_names, 0);
    bool apart = data->axis == IVC_PLOT_CATEGORIES &&
                 g_ascii_isalpha(first[strspn(first, ".")]); /* dots: it is cut there */
    const char *style = apart ? "points" : "linespoints";
    g_string_append(script, "\nplot \\\n");
    for (guint i = 0; whisker_key(lines) != NULL && i < data->series->len; i++) {
        g_string_append_printf(script,
                               "    '%s.dat' index %u using %s with yerrorbars linetype %u "
                               "pointtype 0 linewidth whisker, \\\n",
                               lines->name, i, whisker, i % 8 + 1);
    }
    for (guint i = 0; i < data->series->len; i++) {
        const IvcPlotSeries *series = ivc_plot_series(data, i);
        g_string_append_printf(script, "    '%s.dat' index %u using 1:%s with %s %s %u%s title ",
                               lines->name, i, y, style, i < 8 ? "linetype" : "linestyle", i + 1,
                               series->baseline && !apart ? " dashtype 2" : "");
        ivc_plot_quote(script, series->label);
        if (has_capped(series)) {
            g_string_append_printf(script,
                                   ", \\\n    '%s.dat' index %u using 1:($%d == 1 ? %s : NaN) with "
                                   "points pointtype inside pointsize hole linecolor rgb 'white'",
                                   lines->name, i, capped, value);
        }
        g_string_append(script, i + 1 < data->series->len ? ", \\\n" : "\n");
    }
}

/* Everything but the y axis. */
static void append_frame(const IvcPlotData *data, const Lines *lines, const Frame *frame,
                         GString *script)
{
    const Corner *corner = free_corner(data, lines, frame);
    IvcPaper paper = PAPER;
    bool two = longest_label(data) <= 16;
    double key =
        corner != NULL ? 0 : 0.36 * (two ? (data->series->len + 1) / 2 : data->series->len);
    double slant = ivc_script_slant(data, LETTERS);
    paper.height += key + slant;
    ivc_script_begin(script, data, lines->name, lines->sentence, paper);
    ivc_script_footnote(script, data, true);
    double footnote = 0.28 * ivc_script_footnote_lines(data, true);
    ivc_script_margin(script, "bmargin", 1.05 + footnote + key + slant, paper.height);
    g_string_append(script, "set title headline font heading\nset xlabel ");
    ivc_plot_quote(script, data->x_label);
    g_string_append_c(script, '\n');
    if (frame->log_x) {
        g_string_append(script, "set logscale x 2\n");
    }
    g_string_append(script, "set xrange [");
    ivc_plot_append_number(script, frame->x_low);
    g_string_append_c(script, ':');
    ivc_plot_append_number(script, frame->x_high);
    g_string_append(script, "]\n");
    ivc_script_xtics(script, data, LETTERS);
    if (corner != NULL) {
        g_string_append_printf(script, "set key %s\n", corner->words);
    } else {
        g_string_append(script, "set key at screen 0.5, ");
        ivc_script_number(script, (footnote + 0.15 + key) / paper.height);
        g_string_append_printf(script, " center top horizontal maxcols %d Left reverse\n",
                               two ? 2 : 1);
    }
}

/* `set yrange` and, on a logarithmic axis, its ticks; values are divided by `unit`. */
static void append_yrange(GString *script, double low, double high, double unit)
{
    g_string_append(script, "set yrange [");
    ivc_plot_append_number(script, low / unit);
    g_string_append_c(script, ':');
    ivc_plot_append_number(script, high / unit);
    g_string_append(script, "]\n");
}

static void append_octaves(GString *script, const Frame *frame, double unit)
{
    int low = (int)floor(log2(frame->y_low / unit));
    int high = (int)ceil(log2(frame->y_high / unit));
    int step = (high - low + 8) / 8;
    g_string_append(script, "set logscale y 2\nset ytics (");
    for (int i = low; i <= high; i++) {
        bool named = (high - i) % step == 0;
        g_string_append(script, i > low ? ", '" : "'");
        if (named) {
            ivc_script_number(script, ldexp(1, i));
        }
        g_string_append(script, "' ");
        ivc_plot_append_number(script, ldexp(1, i));
        g_string_append(script, named ? "" : " 1");
    }
    g_string_append(script, ")\n");
}

/* A round upper end of a linear axis; a higher one where that makes room for the key, top left. */
static void make_headroom(const IvcPlotData *data, const Lines *lines, Frame *frame, double unit)
{
    double first = ivc_plot_nice_above(frame->y_high * 1.03 / unit);
    double high = first;
    while (high <= 1.6 * first) {
        frame->y_high = high * unit;
        if (free_corner(data, lines, frame) == &CORNERS[0]) {
            return;
        }
        high = ivc_plot_nice_above(high * 1.01);
    }
    frame->y_high = first * unit;
}

void ivc_figure_bandwidth(const IvcPlotData *data, bool log_y, GString *script, GString *table)
{
    Lines lines = {
        "bandwidth", "Bandwidth over what was swept.", "bandwidth_bytes_per_s", NULL, NULL, false};
    if (data->n_intervals > 0) {
        lines.half_key = "bandwidth_half_width_bytes_per_s";
    }
    if (log_y) {
        lines.name = "bandwidth-log";
        lines.sentence = "Bandwidth over what was swept, on a logarithmic axis: shows small ones.";
        lines.log_y = true;
    }
    Frame frame = make_frame(data, &lines);
    bool giga = frame.y_high >= 1e10;
    double unit = giga ? 1e9 : 1e6;
    if (log_y) {
        frame.y_low = unit * exp2(floor(log2(frame.y_low * 0.85 / unit)));
        frame.y_high = unit * exp2(ceil(log2(frame.y_high / unit)));
    } else {
        frame.y_low = 0;
        make_headroom(data, &lines, &frame, unit);
    }
    append_frame(data, &lines, &frame, script);
    g_string_append_printf(script, "set ylabel 'bandwidth (%s)'\n", giga ? "GB/s" : "MB/s");
    if (log_y) {
        append_octaves(script, &frame, unit);
    }
    append_yrange(script, frame.y_low, frame.y_high, unit);
    append_plot(data, &lines, giga ? " / 1e9" : " / 1e6", script);
    append_table(data, &lines, table);
}

/* "100 ns" for 1e5 ps. */
static void append_time(GString *script, double ps)
{
    static const char *const units[] = {"ps", "ns", "\xc2\xb5s", "ms", "s"};
    size_t unit = 0;
    while (ps >= 999.5 && unit + 1 < G_N_ELEMENTS(units)) {
        ps /= 1000;
        unit++;
    }
    ivc_script_number(script, ps);
    g_string_append_printf(script, " %s", units[unit]);
}

/* Decades get a name; 2 and 5 as well where there are few, and all where there is not even one. */
static void append_decades(GString *script, const Frame *frame)
{
    bool few = frame->y_high / frame->y_low < 50;
    bool all = frame->y_high / frame->y_low < 8;
    g_string_append(script, "set logscale y 10\nset ytics (");
    const char *separator = "";
    for (int i = (int)floor(log10(frame->y_low)); i <= (int)ceil(log10(frame->y_high)); i++) {
        for (int digit = 1; digit <= 9; digit++) {
            double value = digit * pow(10, i);
            if (value < frame->y_low * 0.999 || value > frame->y_high * 1.001) {
                continue;
            }
            bool named = all || digit == 1 || (few && (digit == 2 || digit == 5));
            g_string_append_printf(script, "%s'", separator);
            if (named) {
                append_time(script, value);
            }
            g_string_append(script, "' ");
            ivc_plot_append_number(script, value);
            g_string_append(script, named ? "" : " 1");
            separator = ", ";
        }
    }
    g_string_append(script, ")\n");
}

void ivc_figure_latency(const IvcPlotData *data, GString *script, GString *table)
{
    static const Lines spread = {"latency",
                                 "Latency over what was swept: median, whisker to p99.",
                                 "latency_p50_ps",
                                 "latency_p99_ps",
                                 NULL,
                                 true};
    static const Lines mean = {"latency",
                               "Mean latency, with its interval of confidence.",
                               "latency_mean_ps",
                               NULL,
                               "latency_mean_half_width_ps",
                               true};
    Lines lines = data->n_intervals > 0 ? mean : spread;
    Frame frame = make_frame(data, &lines);
    frame.y_low /= 1.5;
    frame.y_high *= 1.5;
    append_frame(data, &lines, &frame, script);
    g_string_append_printf(script, "set ylabel '%s'\n",
                           data->n_intervals > 0 ? "mean latency" : "latency (median to p99)");
    append_decades(script, &frame);
    append_yrange(script, frame.y_low, frame.y_high, 1);
    append_plot(data, &lines, "", script);
    append_table(data, &lines, table);
}

void ivc_figure_balance(const IvcPlotData *data, GString *script, GString *table)
{
    static const Lines lines = {"balance",
                                "Jain's index of the guests' CPU shares: 1 is balanced.",
                                "cpu_jain_index",
                                NULL,
                                NULL,
                                false};
    Frame frame = make_frame(data, &lines);
    frame.y_low = 0;
    frame.y_high = 1.05; /* so that a line along 1 is seen whole */
    append_frame(data, &lines, &frame, script);
    g_string_append(script, "set ylabel 'balance of CPU shares (Jain)'\nset ytics 0.2\n");
    append_yrange(script, frame.y_low, frame.y_high, 1);
    append_plot(data, &lines, "", script);
    append_table(data, &lines, table);
}

void ivc_figure_rate(const IvcPlotData *data, GString *script, GString *table)
{
    static const Lines lines = {
        "rate", "Messages a second, of locks acquires.", "messages_per_s", NULL, NULL, true};
    Frame frame = make_frame(data, &lines);
    frame.y_low = pow(10, floor(log10(frame.y_low)));
    frame.y_high = pow(10, ceil(log10(frame.y_high)));
    append_frame(data, &lines, &frame, script);
    g_string_append(script, "set ylabel 'messages/s'\nset logscale y 10\nset ytics 10\n"
                            "set format y '%.0s%c'\n"); /* 100k */
    append_yrange(script, frame.y_low, frame.y_high, 1);
    append_plot(data, &lines, "", script);
    append_table(data, &lines, table);
}
