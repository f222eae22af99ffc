/** @file
 *  Results arranged for figures: points sorted into series (lines) along one x axis.
 */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define IVC_PLOT_ERROR (ivc_plot_error_quark())
GQuark ivc_plot_error_quark(void);

typedef enum {
    IVC_PLOT_ERROR_INPUT,      /**< not the JSON of a sweep, or nothing in it to draw */
    IVC_PLOT_ERROR_NO_GNUPLOT, /**< gnuplot is not in PATH */
    IVC_PLOT_ERROR_GNUPLOT,    /**< gnuplot failed; the message has what it said */
} IvcPlotError;

typedef enum {
    IVC_PLOT_SIZES,      /**< x is in bytes */
    IVC_PLOT_NUMBERS,    /**< x is a number */
    IVC_PLOT_CATEGORIES, /**< x is the position in the order of the input, from 0 */
} IvcPlotAxis;

typedef struct {
    const json_t *json; /**< borrowed from the document */
    double x;
    uint64_t amount; /**< x exactly, where it is a quantity */
} IvcPlotPoint;

typedef struct {
    char *name;     /**< in full, one line: no two series have the same */
    char *label;    /**< the name cut for the picture, other than all other labels */
    char *apart;    /**< what of the name is not the channel; "" when there is nothing else */
    bool baseline;  /**< what the others are compared with: drawn dashed */
    GArray *points; /**< IvcPlotPoint, by rising x */
} IvcPlotSeries;

typedef struct {
    json_t *document;
    char *name;     /**< of the scenario */
    char *about;    /**< what the figures are headed with, or NULL */
    char *baseline; /**< name of a channel, or NULL */
    char **figures; /**< names that the scenario's report asks for; NULL: all */
    char *version;  /**< of the program that simulated, or NULL */
    char *x_label;  /**< "buffer size", or the path of the axis */
    IvcPlotAxis axis;
    GArray *xs;         /**< double: all values of x, rising */
    GPtrArray *x_texts; /**< char *: the categories as the points have them */
    GPtrArray *x_names; /**< char *: what to print at each of xs */
    GPtrArray *series;  /**< IvcPlotSeries */
    GPtrArray *guests;  /**< const char *: in the order of the input; borrowed from the document */
    size_t n_capped;    /**< points that stopped at workload.messages_max */
    size_t n_failed;    /**< points without a result, left out */
    size_t n_intervals; /**< points with intervals of confidence, estimates included */
    size_t n_estimated;
    double confidence; /**< of the intervals */
} IvcPlotData;

/**
 * Sorts the points of a result into series. x is `message_bytes` when that varies, else the first
 * axis that varies and is no channel; all other things that vary name the series.
 *
 * @param document  `{"points": [...]}` as `sweep` writes it; a reference is kept
 * @return transfer full, or NULL with IVC_PLOT_ERROR_INPUT
 */
IvcPlotData *ivc_plot_data_new(json_t *document, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ivc_plot_data_free(IvcPlotData *data);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcPlotData, ivc_plot_data_free)

/** The i-th series or guest. */
const IvcPlotSeries *ivc_plot_series(const IvcPlotData *data, size_t i);
const IvcPlotPoint *ivc_plot_point(const IvcPlotSeries *series, size_t i);

/** The index of x in data->xs. */
size_t ivc_plot_position(const IvcPlotData *data, double x);

/** Appends a line of a .dat file: the index of x, x, and values. */
void ivc_plot_append_row(GString *table, const IvcPlotData *data, double x, const double *values,
                         size_t n);
