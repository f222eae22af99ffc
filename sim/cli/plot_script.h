/** @file
 *  Parts that the gnuplot scripts of all figures share: head, title, footnote, ticks. Used by the
 *  figures only.
 */
#pragma once

#include "sim/cli/figure.h"
#include "sim/cli/plot_text.h"

/** Lengths on paper, in centimetres. */
typedef struct {
    double width;
    double height;
} IvcPaper;

/** Appends the head of a script: what it draws, how to draw it, size, style, title. */
void ivc_script_begin(GString *out, const IvcPlotData *data, const char *name, const char *sentence,
                      IvcPaper paper);

/** Lines of the headline on a paper: 1 or 2. */
unsigned ivc_script_title_lines(const IvcPlotData *data, IvcPaper paper);

/** Lines of the footnote: 1 or 2. */
unsigned ivc_script_footnote_lines(const IvcPlotData *data, bool markers);

/** Appends the footnote; `markers`: say what an open marker is, where there are any. */
void ivc_script_footnote(GString *out, const IvcPlotData *data, bool markers);

/** Returns true when x is better drawn on a logarithmic scale. */
bool ivc_script_log_x(const IvcPlotData *data);

/** The letters of the longest name of x. */
size_t ivc_script_longest_name(const IvcPlotData *data);

/** Room in cm that the names below an axis need when `letters` fit beside each other: 0, or more
 *  when categories have to be written slantwise. */
double ivc_script_slant(const IvcPlotData *data, size_t letters);

/** Appends `set xtics (...)` for an axis in the units of x, `letters` letters wide. */
void ivc_script_xtics(GString *out, const IvcPlotData *data, size_t letters);

/** Appends the same for bars, whose x is the position in data->xs, as the macro `@named`. */
void ivc_script_bar_tics(GString *out, const IvcPlotData *data, size_t letters);

/** Appends `set VARIABLE at screen F`, F being `cm` of `whole` cm. */
void ivc_script_margin(GString *out, const char *variable, double cm, double whole);

/** Appends a short number for a script: 4 significant digits. */
void ivc_script_number(GString *out, double value);

/* The figures. */
void ivc_figure_bandwidth(const IvcPlotData *data, bool log_y, GString *script, GString *table);
void ivc_figure_rate(const IvcPlotData *data, GString *script, GString *table);
void ivc_figure_spinning(const IvcPlotData *data, GString *script, GString *table);
void ivc_figure_latency(const IvcPlotData *data, GString *script, GString *table);
void ivc_figure_cpu(const IvcPlotData *data, GString *script, GString *table);
void ivc_figure_balance(const IvcPlotData *data, GString *script, GString *table);
void ivc_figure_operations(const IvcPlotData *data, GString *script, GString *table);
void ivc_figure_speedup(const IvcPlotData *data, GString *script, GString *table);
void ivc_figure_stages(const IvcPlotData *data, GString *script, GString *table);
