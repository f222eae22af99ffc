/*
 * Scores for people, and as CSV.
 */
#include <math.h>
#include <string.h>

#include "sim/cli/table.h"
#include "sim/cli/validate_output.h"
#include "sim/stats/export.h"

#define CALIBRATED_SHOWN 20
#define WRONG_SHOWN 5

char *ivc_validate_number(double value)
{
    if (!isfinite(value)) {
        return g_strdup("-");
    }
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    const char *format = fabs(value) >= 1000 ? "%.0f" : "%.4g";
    return g_strdup(g_ascii_formatd(number, sizeof number, format, value));
}

char *ivc_validate_percent(double fraction, bool sign)
{
    if (!isfinite(fraction)) {
        return g_strdup("-");
    }
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    double percent = fraction * 100;
    sign = sign && fabs(percent) >= 0.05; /* neither +0.0 nor -0.0 */
    percent = fabs(percent) >= 0.05 ? percent : 0;
    const char *format =
        fabs(percent) >= 99.95 ? (sign ? "%+.0f" : "%.0f") : (sign ? "%+.1f" : "%.1f");
    return g_strconcat(g_ascii_formatd(number, sizeof number, format, percent), "%", NULL);
}

static const IvcScoreRow *row_at(const IvcScore *score, guint i)
{
    return &g_array_index(score->rows, IvcScoreRow, i);
}

static char *range_text(const IvcScoreRow *row)
{
    if (row->lowest_choice == NULL || row->lowest >= row->highest) {
        return g_strdup("");
    }
    g_autofree char *low = ivc_validate_number(row->lowest);
    g_autofree char *high = ivc_validate_number(row->highest);
    return g_strdup_printf("%s to %s", low, high);
}

static char *measured_text(const IvcDataRow *row)
{
    g_autofree char *value = ivc_validate_number(row->value);
    if (isnan(row->low)) {
        return g_steal_pointer(&value);
    }
    g_autofree char *low = ivc_validate_number(row->low);
    g_autofree char *high = ivc_validate_number(row->high);
    return g_strdup_printf("%s (%s to %s)", value, low, high);
}

static char *error_text(const IvcScoreRow *row)
{
    if (row->status == IVC_ROW_WITHOUT_ENTRY) {
        return g_strdup("not predicted");
    }
    return row->status == IVC_ROW_FAILED ? g_strdup("failed")
                                         : ivc_validate_percent(row->error, true);
}

static void append_rows(GString *out, const IvcScore *score)
{
    bool choices = score->suite->choices->len > 0;
    static const char *const headers[] = {"path",       "metric", ">size", "unit", ">measured",
                                          ">predicted", ">error", "role",  "range"};
    size_t columns = choices ? 9 : 8;
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < score->rows->len; i++) {
        const IvcScoreRow *row = row_at(score, i);
        g_ptr_array_add(cells, g_strdup(row->row->path));
        g_ptr_array_add(cells, g_strdup(row->row->metric));
        g_ptr_array_add(cells,
                        row->row->sized ? ivc_human_bytes(row->row->message_bytes) : g_strdup(""));
        g_ptr_array_add(cells, g_strdup(row->row->unit));
        g_ptr_array_add(cells, measured_text(row->row));
        g_ptr_array_add(cells, ivc_validate_number(row->predicted));
        g_ptr_array_add(cells, error_text(row));
        g_ptr_array_add(cells, g_strdup(ivc_data_roles[row->row->role]));
        if (choices) {
            g_ptr_array_add(cells, range_text(row));
        }
    }
    g_autofree char *table =
        ivc_table_texts(headers, columns, (const char *const *)cells->pdata, score->rows->len);
    g_string_append(out, table);
}

static void append_counts(GString *out, const IvcScore *score)
{
    size_t without = 0;
    for (guint i = 0; i < score->rows->len; i++) {
        without += row_at(score, i)->status == IVC_ROW_WITHOUT_ENTRY;
    }
    g_string_append_printf(out, "rows: %zu to predict, %zu of them predicted; %zu to calibrate",
                           score->to_predict, score->predicted, score->to_calibrate);
    if (without > 0) {
        g_string_append_printf(out, "; %zu not predicted", without);
    }
    if (score->failed > 0) {
        g_string_append_printf(out, "; %zu failed", score->failed);
    }
    if (score->points_failed > score->failed) {
        g_string_append_printf(out, "; %zu points failed", score->points_failed);
    }
    g_string_append_c(out, '\n');
}

static void append_errors(GString *out, const IvcScore *score)
{
    const IvcSuite *suite = score->suite;
    g_autofree char *median = ivc_validate_percent(score->median_error, false);
    g_autofree char *p90 = ivc_validate_percent(score->p90_error, false);
    g_string_append_printf(out, "error: median %s, 90th percentile %s", median, p90);
    if (suite->limited) {
        g_autofree char *limit =
            ivc_validate_percent((double)suite->limits.median_error.ppm / 1e6, false);
        g_autofree char *limit90 =
            ivc_validate_percent((double)suite->limits.p90_error.ppm / 1e6, false);
        g_string_append_printf(out, "; limits %s and %s%s", limit, limit90,
                               ivc_score_within(score) ? ""
                               : score->predicted == 0 ? ": NOTHING PREDICTED"
                                                       : ": EXCEEDED");
    }
    g_string_append_c(out, '\n');
}

static void append_order(GString *out, const IvcScore *score)
{
    if (score->pairs->len == 0) {
        g_string_append(out, "order: nothing to compare\n");
        return;
    }
    g_string_append_printf(out, "order: right in %zu of %u pairs that differ by more than 10%%\n",
                           score->pairs->len - score->pairs_wrong, score->pairs->len);
    size_t shown = 0;
    for (guint i = 0; i < score->pairs->len && shown < WRONG_SHOWN; i++) {
        const IvcScorePair *pair = &g_array_index(score->pairs, IvcScorePair, i);
        if (pair->right) {
            continue;
        }
        g_autofree char *size = pair->less->row->sized
                                    ? ivc_human_bytes(pair->less->row->message_bytes)
                                    : g_strdup("no size");
        g_string_append_printf(out, "  wrong: %s, %s: '%s' measured below '%s'\n",
                               pair->less->row->metric, size, pair->less->row->path,
                               pair->more->row->path);
        shown++;
    }
    if (score->pairs_wrong > shown) {
        g_string_append_printf(out, "  and %zu more\n", score->pairs_wrong - shown);
    }
}

static void append_parameters(GString *out, const IvcScore *score)
{
    json_t *json = ivc_score_json(score);
    json_t *parameters = json_object_get(json, "parameters");
    json_t *calibrated = json_object_get(parameters, "calibrated");
    g_string_append_printf(out, "parameters: %lld, %zu assumed, %zu calibrated\n",
                           (long long)json_integer_value(json_object_get(parameters, "count")),
                           json_array_size(json_object_get(parameters, "assumed")),
                           json_array_size(calibrated));
    for (size_t i = 0; i < MIN(json_array_size(calibrated), CALIBRATED_SHOWN); i++) {
        json_t *one = json_array_get(calibrated, i);
        const char *source = json_string_value(json_object_get(one, "source"));
        g_string_append_printf(out, "  calibrated: %s = %s, %s\n",
                               json_string_value(json_object_get(one, "path")),
                               json_string_value(json_object_get(one, "value")),
                               source != NULL ? source : "without a source");
    }
    if (json_array_size(calibrated) > CALIBRATED_SHOWN) {
        g_string_append_printf(out, "  and %zu more\n",
                               json_array_size(calibrated) - CALIBRATED_SHOWN);
    }
    json_decref(json);
}

static char *make_table(const GPtrArray *scores)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < scores->len; i++) {
        const IvcScore *score = scores->pdata[i];
        const IvcSuite *suite = score->suite;
        g_string_append_printf(out, "%sset %s, %s", i > 0 ? "\n" : "", suite->data->name,
                               suite->profile);
        if (suite->choices->len > 0) {
            g_string_append_printf(
                out, ", choice %s of %u",
                g_array_index(suite->choices, IvcNamedSettings, suite->main_choice).name,
                suite->choices->len);
        }
        g_string_append_c(out, '\n');
        append_rows(out, score);
        append_counts(out, score);
        append_errors(out, score);
        append_order(out, score);
        append_parameters(out, score);
    }
    return g_string_free(out, FALSE);
}

/* A member of a row as a CSV field; null is empty. */
static void append_field(GString *out, const json_t *value)
{
    if (json_is_string(value)) {
        ivc_csv_field(out, json_string_value(value));
    } else if (json_is_integer(value)) {
        g_string_append_printf(out, "%lld", (long long)json_integer_value(value));
    } else if (json_is_real(value)) {
        ivc_export_real(out, json_real_value(value));
    }
}

static char *make_csv(const GPtrArray *scores)
{
    static const char *const keys[] = {
        "path",       "metric",      "unit",          "message_bytes",
        "role",       "measured",    "measured_low",  "measured_high",
        "predicted",  "error",       "predicted_low", "predicted_high",
        "low_choice", "high_choice", "status",        "points_failed",
        "why"};
    GString *out = g_string_new("set");
    for (size_t k = 0; k < G_N_ELEMENTS(keys); k++) {
        g_string_append_printf(out, ",%s", keys[k]);
    }
    g_string_append_c(out, '\n');
    for (guint i = 0; i < scores->len; i++) {
        json_t *set = ivc_score_json(scores->pdata[i]);
        json_t *rows = json_object_get(set, "rows");
        for (size_t r = 0; r < json_array_size(rows); r++) {
            ivc_csv_field(out, json_string_value(json_object_get(set, "name")));
            for (size_t k = 0; k < G_N_ELEMENTS(keys); k++) {
                g_string_append_c(out, ',');
                append_field(out, json_object_get(json_array_get(rows, r), keys[k]));
            }
            g_string_append_c(out, '\n');
        }
        json_decref(set);
    }
    return g_string_free(out, FALSE);
}

static char *make_json(const GPtrArray *scores)
{
    json_t *sets = json_array();
    bool failed = false;
    bool within = true;
    for (guint i = 0; i < scores->len; i++) {
        const IvcScore *score = scores->pdata[i];
        failed = failed || score->points_failed > 0;
        within = within && ivc_score_within(score);
        json_array_append_new(sets, ivc_score_json(score));
    }
    json_t *document = json_object();
    json_object_set_new(document, "schema", json_string(IVC_VALIDATE_SCHEMA));
    json_object_set_new(document, "status",
                        json_string(failed   ? "partial"
                                    : within ? "ok"
                                             : "inaccurate"));
    json_object_set_new(document, "sets", sets);
    g_autofree char *text = ivc_export_line(document);
    json_decref(document);
    return g_strconcat(text, "\n", NULL);
}

char *ivc_validate_text(const GPtrArray *scores, const char *format)
{
    if (strcmp(format, "csv") == 0) {
        return make_csv(scores);
    }
    return strcmp(format, "json") == 0 ? make_json(scores) : make_table(scores);
}
