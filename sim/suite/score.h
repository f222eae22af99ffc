/** @file
 *  Predictions against measurements: errors of rows, their median and 90th percentile, and whether
 *  mechanisms come in the right order. Knows nothing of where predictions come from.
 */
#pragma once

#include <jansson.h>

#include "sim/suite/suite_plan.h"

typedef enum {
    IVC_ROW_PREDICTED,
    IVC_ROW_WITHOUT_ENTRY, /**< the suite does not say how to predict it */
    IVC_ROW_FAILED,        /**< the simulation failed, or its result lacks the quantity */
} IvcRowStatus;

typedef struct {
    const IvcDataRow *row;
    IvcRowStatus status;
    double predicted; /**< with the stated choice; NAN: none */
    double error;     /**< predicted / measured - 1; NAN: none */
    double lowest;    /**< of all choices; NAN: there are none to choose from */
    double highest;
    const char *lowest_choice; /**< name; NULL as above; borrowed from the suite */
    const char *highest_choice;
    guint choices_failed; /**< points of the row without a number; with one the row may be
                               predicted: when it is not that of the stated choice */
    const char *why;      /**< of one of these; borrowed from the predictions */
} IvcScoreRow;

/** Two paths of one metric and size whose measurements differ by more than a tenth. */
typedef struct {
    const IvcScoreRow *less; /**< that measured less */
    const IvcScoreRow *more;
    bool right; /**< predicted in the same order */
} IvcScorePair;

typedef struct {
    const IvcSuite *suite;
    const GHashTable *parameters; /**< path to IvcSuiteParameter; borrowed from the plan */
    GArray *rows;                 /**< IvcScoreRow: those of the wanted roles */
    size_t to_predict;            /**< rows of role predict, predicted or not */
    size_t predicted;             /**< of these */
    size_t to_calibrate;
    size_t failed;        /**< rows of any role, without a prediction because of it */
    size_t points_failed; /**< points, other choices' too */
    double median_error;  /**< of the predicted rows of role predict; NAN: there are none */
    double p90_error;
    GArray *pairs; /**< IvcScorePair; pairs of which no row is to be predicted are left out */
    size_t pairs_wrong;
} IvcScore;

/** Differences of measurements beyond this factor must be predicted with the right sign. */
#define IVC_ORDER_FACTOR 1.10

/**
 * The q-quantile of numbers, interpolated linearly between the two nearest (0.5: the median).
 *
 * @param values  sorted here; n > 0
 */
double ivc_quantile(double *values, size_t n, double q);

/** Scores the suite `s` of a plan. @return transfer full */
IvcScore *ivc_score_new(const IvcSuitePlan *plan, guint s, const GArray *predictions,
                        IvcRoles roles);
void ivc_score_free(IvcScore *score);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcScore, ivc_score_free)

/** Whether the set is within its limits, or has none. A set of whose rows to predict none is
 *  predicted is not. */
bool ivc_score_within(const IvcScore *score);

/** As one member of "sets". @return transfer full */
json_t *ivc_score_json(const IvcScore *score);
