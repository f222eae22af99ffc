/*
 * Scores. Quantiles interpolate linearly between order statistics, as most tools do, so that
 * others come to the same numbers.
 */
#include "sim/suite/score.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

double ivc_quantile(double *values, size_t n, double q)
{
    qsort(values, n, sizeof *values, compare_doubles);
    double at = q * (double)(n - 1);
    size_t below = MIN((size_t)at, n - 1);
    size_t above = MIN(below + 1, n - 1);
    return values[below] + (at - (double)below) * (values[above] - values[below]);
}

static IvcScoreRow *row_at(const IvcScore *score, guint i)
{
    return &g_array_index(score->rows, IvcScoreRow, i);
}

/* Lays the predictions of a point on its row. */
static void lay_on(const IvcSuite *suite, const IvcSuitePlace *place, const IvcPrediction *one,
                   IvcScoreRow *row)
{
    bool choices = suite->choices->len > 0;
    bool stated = !choices || place->choice == suite->main_choice;
    if (isnan(one->value)) {
        row->status = stated ? IVC_ROW_FAILED : row->status;
        row->choices_failed++;
        row->why = row->why != NULL && !stated ? row->why : one->why;
        return;
    }
    if (stated) {
        row->predicted = one->value;
        row->error = one->value / row->row->value - 1;
    }
    if (!choices) {
        return;
    }
    const char *name = g_array_index(suite->choices, IvcNamedSettings, place->choice).name;
    if (row->lowest_choice == NULL || one->value < row->lowest) {
        row->lowest = one->value;
        row->lowest_choice = name;
    }
    if (row->highest_choice == NULL || one->value > row->highest) {
        row->highest = one->value;
        row->highest_choice = name;
    }
}

static void add_rows(IvcScore *score, const IvcSuitePlan *plan, guint s, const GArray *predictions,
                     IvcRoles roles)
{
    const IvcDataSet *data = score->suite->data;
    guint *where = g_new0(guint, MAX(data->rows->len, 1)); /* of a row of the data, in rows */
    for (guint r = 0; r < data->rows->len; r++) {
        IvcScoreRow row = {.row = ivc_data_row(data, r),
                           .status = IVC_ROW_WITHOUT_ENTRY,
                           .predicted = NAN,
                           .error = NAN,
                           .lowest = NAN,
                           .highest = NAN};
        if (ivc_suite_entry_of(score->suite, row.row) != NULL) {
            row.status = IVC_ROW_PREDICTED;
        }
        where[r] = score->rows->len;
        if (ivc_roles_have(roles, row.row->role)) {
            g_array_append_val(score->rows, row);
        }
    }
    for (guint i = 0; i < plan->places->len; i++) {
        const IvcSuitePlace *place = &g_array_index(plan->places, IvcSuitePlace, i);
        if (place->suite == s) {
            const IvcPrediction *one = &g_array_index(predictions, IvcPrediction, i);
            lay_on(score->suite, place, one, row_at(score, where[place->row]));
        }
    }
    g_free(where);
}

static void sum_up(IvcScore *score)
{
    g_autofree double *errors = g_new(double, MAX(score->rows->len, 1));
    for (guint i = 0; i < score->rows->len; i++) {
        IvcScoreRow *row = row_at(score, i);
        bool predict = row->row->role == IVC_ROLE_PREDICT;
        if (row->status == IVC_ROW_FAILED) {
            row->predicted = row->error = NAN;
        }
        score->failed += row->status == IVC_ROW_FAILED;
        score->points_failed += row->choices_failed;
        score->to_calibrate += !predict;
        score->to_predict += predict;
        if (predict && row->status == IVC_ROW_PREDICTED) {
            errors[score->predicted++] = fabs(row->error);
        }
    }
    size_t n = score->predicted;
    score->median_error = n > 0 ? ivc_quantile(errors, n, 0.5) : NAN;
    score->p90_error = n > 0 ? ivc_quantile(errors, n, 0.9) : NAN;
}

static bool comparable(const IvcScoreRow *a, const IvcScoreRow *b)
{
    const IvcDataRow *x = a->row;
    const IvcDataRow *y = b->row;
    bool one_to_predict = x->role == IVC_ROLE_PREDICT || y->role == IVC_ROLE_PREDICT;
    return one_to_predict && a->status == IVC_ROW_PREDICTED && b->status == IVC_ROW_PREDICTED &&
           x->sized == y->sized && x->message_bytes == y->message_bytes &&
           strcmp(x->metric, y->metric) == 0 && strcmp(x->unit, y->unit) == 0;
}

static void compare_pairs(IvcScore *score)
{
    for (guint i = 0; i < score->rows->len; i++) {
        for (guint k = i + 1; k < score->rows->len; k++) {
            const IvcScoreRow *a = row_at(score, i);
            const IvcScoreRow *b = row_at(score, k);
            const IvcScoreRow *less = a->row->value <= b->row->value ? a : b;
            const IvcScoreRow *more = less == a ? b : a;
            if (!comparable(a, b) || more->row->value <= less->row->value * IVC_ORDER_FACTOR) {
                continue;
            }
            IvcScorePair pair = {less, more, less->predicted < more->predicted};
            score->pairs_wrong += !pair.right;
            g_array_append_val(score->pairs, pair);
        }
    }
}

IvcScore *ivc_score_new(const IvcSuitePlan *plan, guint s, const GArray *predictions,
                        IvcRoles roles)
{
    IvcScore *score = g_new0(IvcScore, 1);
    score->suite = plan->suites[s];
    score->parameters = plan->parameters->pdata[s];
    score->rows = g_array_new(FALSE, TRUE, sizeof(IvcScoreRow));
    score->pairs = g_array_new(FALSE, TRUE, sizeof(IvcScorePair));
    add_rows(score, plan, s, predictions, roles);
    sum_up(score);
    compare_pairs(score);
    return score;
}

void ivc_score_free(IvcScore *score)
{
    if (score == NULL) {
        return;
    }
    g_array_unref(score->rows);
    g_array_unref(score->pairs);
    g_free(score);
}

/* false for NAN, too: where nothing is predicted, nothing is shown. */
static bool within(double error, IvcShare limit)
{
    return error * 1e6 <= (double)limit.ppm;
}

bool ivc_score_within(const IvcScore *score)
{
    const IvcSuite *suite = score->suite;
    bool asked = suite->limited && score->to_predict > 0;
    return !asked || (within(score->median_error, suite->limits.median_error) &&
                      within(score->p90_error, suite->limits.p90_error));
}
