/*
 * A score as JSON: docs/validation.md has the members. What does not exist is null.
 */
#include "sim/suite/score.h"

#include <math.h>
#include <string.h>

static json_t *real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *text(const char *value)
{
    return value != NULL ? json_string(value) : json_null();
}

static json_t *row_json(const IvcScoreRow *row)
{
    static const char *const statuses[] = {"predicted", "not predicted", "failed"};
    const IvcDataRow *data = row->row;
    json_t *object = json_object();
    json_object_set_new(object, "path", text(data->path));
    json_object_set_new(object, "metric", text(data->metric));
    json_object_set_new(object, "unit", text(data->unit));
    json_object_set_new(object, "message_bytes",
                        data->sized ? json_integer((json_int_t)data->message_bytes) : json_null());
    json_object_set_new(object, "role", text(ivc_data_roles[data->role]));
    json_object_set_new(object, "measured", real(data->value));
    json_object_set_new(object, "measured_low", real(data->low));
    json_object_set_new(object, "measured_high", real(data->high));
    json_object_set_new(object, "predicted", real(row->predicted));
    json_object_set_new(object, "error", real(row->error));
    json_object_set_new(object, "predicted_low", real(row->lowest));
    json_object_set_new(object, "predicted_high", real(row->highest));
    json_object_set_new(object, "low_choice", text(row->lowest_choice));
    json_object_set_new(object, "high_choice", text(row->highest_choice));
    json_object_set_new(object, "status", text(statuses[row->status]));
    json_object_set_new(object, "points_failed", json_integer(row->choices_failed));
    json_object_set_new(object, "why", text(row->why));
    json_object_set_new(object, "source", text(data->source));
    return object;
}

static json_t *order_json(const IvcScore *score)
{
    json_t *object = json_object();
    json_t *wrong = json_array();
    for (guint i = 0; i < score->pairs->len; i++) {
        const IvcScorePair *pair = &g_array_index(score->pairs, IvcScorePair, i);
        if (pair->right) {
            continue;
        }
        const IvcDataRow *less = pair->less->row;
        json_t *one = json_object();
        json_object_set_new(one, "metric", text(less->metric));
        json_object_set_new(one, "message_bytes",
                            less->sized ? json_integer((json_int_t)less->message_bytes)
                                        : json_null());
        json_object_set_new(one, "less", text(less->path));
        json_object_set_new(one, "more", text(pair->more->row->path));
        json_array_append_new(wrong, one);
    }
    json_object_set_new(object, "pairs", json_integer(score->pairs->len));
    json_object_set_new(object, "wrong", wrong);
    return object;
}

static gint by_path(gconstpointer a, gconstpointer b)
{
    const IvcSuiteParameter *left = *(const IvcSuiteParameter *const *)a;
    const IvcSuiteParameter *right = *(const IvcSuiteParameter *const *)b;
    return strcmp(left->path, right->path);
}

static json_t *parameters_json(const IvcScore *score)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, (GHashTable *)score->parameters);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        g_ptr_array_add(all, value);
    }
    g_ptr_array_sort(all, by_path);
    json_t *calibrated = json_array();
    json_t *assumed = json_array();
    for (guint i = 0; i < all->len; i++) {
        const IvcSuiteParameter *parameter = all->pdata[i];
        if (parameter->kind == IVC_KIND_ASSUMED) {
            json_array_append_new(assumed, json_string(parameter->path));
        } else if (parameter->kind == IVC_KIND_CALIBRATED) {
            json_t *one = json_object();
            json_object_set_new(one, "path", text(parameter->path));
            json_object_set_new(one, "value", text(parameter->value));
            json_object_set_new(one, "source", text(parameter->source));
            json_array_append_new(calibrated, one);
        }
    }
    json_t *object = json_object();
    json_object_set_new(object, "count", json_integer(all->len));
    json_object_set_new(object, "calibrated", calibrated);
    json_object_set_new(object, "assumed", assumed);
    return object;
}

static json_t *limits_json(const IvcSuite *suite)
{
    if (!suite->limited) {
        return json_null();
    }
    json_t *object = json_object();
    json_object_set_new(object, "median_error", real((double)suite->limits.median_error.ppm / 1e6));
    json_object_set_new(object, "p90_error", real((double)suite->limits.p90_error.ppm / 1e6));
    return object;
}

json_t *ivc_score_json(const IvcScore *score)
{
    const IvcSuite *suite = score->suite;
    json_t *object = json_object();
    json_object_set_new(object, "name", text(suite->data->name));
    json_object_set_new(object, "median_error", real(score->median_error));
    json_object_set_new(object, "p90_error", real(score->p90_error));
    json_object_set_new(object, "order_right", json_boolean(score->pairs_wrong == 0));
    json_object_set_new(object, "limits", limits_json(suite));
    json_object_set_new(object, "within_limits", json_boolean(ivc_score_within(score)));
    json_object_set_new(object, "suite", text(suite->file));
    json_object_set_new(object, "about", text(suite->about));
    json_object_set_new(object, "profile", text(suite->profile));
    json_object_set_new(
        object, "choice",
        suite->choices->len > 0
            ? text(g_array_index(suite->choices, IvcNamedSettings, suite->main_choice).name)
            : json_null());
    json_object_set_new(object, "rows_to_predict", json_integer((json_int_t)score->to_predict));
    json_object_set_new(object, "rows_predicted", json_integer((json_int_t)score->predicted));
    json_object_set_new(object, "rows_to_calibrate", json_integer((json_int_t)score->to_calibrate));
    json_object_set_new(object, "rows_failed", json_integer((json_int_t)score->failed));
    json_object_set_new(object, "order", order_json(score));
    json_object_set_new(object, "parameters", parameters_json(score));
    json_t *rows = json_array();
    for (guint i = 0; i < score->rows->len; i++) {
        json_array_append_new(rows, row_json(&g_array_index(score->rows, IvcScoreRow, i)));
    }
    json_object_set_new(object, "rows", rows);
    return object;
}
