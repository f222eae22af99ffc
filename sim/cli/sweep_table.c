/*
 * The table that a sweep ends with. A sweep over channels and message sizes, the commonest one,
 * becomes a small matrix of bandwidths; anything else a line a point.
 */
#include "sim/cli/sweep_output.h"

#include <math.h>
#include <string.h>

#include "sim/cli/plot_text.h"
#include "sim/cli/table.h"

/* Failed points that are explained one by one. */
#define FAILURES_SHOWN 10

/* Rows and columns of the matrix; texts are borrowed from the points. */
typedef struct {
    GArray *sizes;       /* json_int_t, in the order of the points */
    GPtrArray *channels; /* const char * */
    GHashTable *cells;   /* "row column" -> point */
    bool capped;
} Matrix;

static void matrix_free(Matrix *matrix)
{
    g_array_unref(matrix->sizes);
    g_ptr_array_unref(matrix->channels);
    g_hash_table_unref(matrix->cells);
}

static guint find_size(Matrix *matrix, json_int_t bytes)
{
    for (guint i = 0; i < matrix->sizes->len; i++) {
        if (g_array_index(matrix->sizes, json_int_t, i) == bytes) {
            return i;
        }
    }
    g_array_append_val(matrix->sizes, bytes);
    return matrix->sizes->len - 1;
}

static guint find_channel(Matrix *matrix, const char *name)
{
    guint at = 0;
    if (!g_ptr_array_find_with_equal_func(matrix->channels, name, g_str_equal, &at)) {
        at = matrix->channels->len;
        g_ptr_array_add(matrix->channels, (gpointer)name);
    }
    return at;
}

/* A key with a dot is an axis that has no column of its own: then a matrix would hide it. */
static bool has_other_axis(json_t *point)
{
    const char *key;
    json_t *value;
    json_object_foreach(point, key, value)
    {
        if (strchr(key, '.') != NULL) {
            return true;
        }
    }
    return false;
}

/* Returns false when the points do not form a matrix of at least two by two. */
static bool fill_matrix(Matrix *matrix, const json_t *points)
{
    size_t i;
    json_t *point;
    json_array_foreach(points, i, point)
    {
        const char *channel = json_string_value(json_object_get(point, "channel"));
        const json_t *bytes = json_object_get(point, "message_bytes");
        if (channel == NULL || !json_is_integer(bytes) || has_other_axis(point)) {
            return false;
        }
        guint row = find_size(matrix, json_integer_value(bytes));
        guint column = find_channel(matrix, channel);
        char *cell = g_strdup_printf("%u %u", row, column);
        if (!g_hash_table_insert(matrix->cells, cell, point)) {
            return false; /* two points in one cell: something else differs */
        }
    }
    matrix->capped = ivc_sweep_any(points, "capped");
    return matrix->sizes->len > 1 && matrix->channels->len > 1;
}

bool ivc_sweep_any(const json_t *points, const char *key)
{
    size_t i;
    json_t *point;
    json_array_foreach(points, i, point)
    {
        if (json_is_true(json_object_get(point, key))) {
            return true;
        }
    }
    return false;
}

char *ivc_sweep_marked(const json_t *point, const char *digits, double half, const char *blank)
{
    bool capped = json_is_true(json_object_get(point, "capped"));
    bool estimated = json_is_true(json_object_get(point, "estimated"));
    g_autofree char *width = isnan(half) ? g_strdup("") : g_strdup_printf(" +- %.2g", half);
    return g_strconcat(digits, width, estimated ? "~" : capped ? "*" : blank, NULL);
}

/* Four significant digits or all before the point, in MB/s; capped points get a star. */
static char *cell_text(const Matrix *matrix, guint row, guint column)
{
    g_autofree char *cell = g_strdup_printf("%u %u", row, column);
    const json_t *point = g_hash_table_lookup(matrix->cells, cell);
    const char *blank = matrix->capped ? " " : "";
    if (point == NULL) {
        return g_strconcat("-", blank, NULL);
    }
    const json_t *rate = json_object_get(point, "bandwidth_bytes_per_s");
    if (!json_is_number(rate)) {
        const char *status = json_string_value(json_object_get(point, "status"));
        return g_strconcat(g_strcmp0(status, "failed") == 0 ? "failed" : "-", blank, NULL);
    }
    double mb = json_number_value(rate) / 1e6;
    int decimals = mb < 9.9995 ? 3 : mb < 99.995 ? 2 : mb < 999.95 ? 1 : 0;
    char digits[64];
    char format[8];
    g_snprintf(format, sizeof format, "%%.%df", decimals);
    g_ascii_formatd(digits, sizeof digits, format, mb);
    double half = ivc_plot_number(point, "bandwidth_half_width_bytes_per_s");
    return ivc_sweep_marked(point, digits, half / 1e6, blank);
}

static char *matrix_text(const Matrix *matrix)
{
    guint columns = matrix->channels->len + 1;
    g_autoptr(GPtrArray) headers = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(headers, g_strdup(">message"));
    for (guint k = 0; k < matrix->channels->len; k++) {
        const char *name = g_ptr_array_index(matrix->channels, k);
        g_ptr_array_add(headers, g_strconcat(">", name, matrix->capped ? " " : "", NULL));
    }
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    for (guint row = 0; row < matrix->sizes->len; row++) {
        json_int_t bytes = g_array_index(matrix->sizes, json_int_t, row);
        g_ptr_array_add(texts, ivc_human_bytes((uint64_t)bytes));
        for (guint k = 0; k < matrix->channels->len; k++) {
            g_ptr_array_add(texts, cell_text(matrix, row, k));
        }
    }
    return ivc_table_texts((const char *const *)headers->pdata, columns,
                           (const char *const *)texts->pdata, matrix->sizes->len);
}

static void append_failures(GString *text, const json_t *points)
{
    unsigned n = 0;
    size_t i;
    json_t *point;
    json_array_foreach(points, i, point)
    {
        const char *error = json_string_value(json_object_get(point, "error"));
        if (error != NULL && n++ < FAILURES_SHOWN) {
            g_autofree char *size = ivc_human_bytes(
                (uint64_t)json_integer_value(json_object_get(point, "message_bytes")));
            g_string_append_printf(text, "failed: %s, %s: %s\n",
                                   json_string_value(json_object_get(point, "channel")), size,
                                   error);
        }
    }
    if (n > FAILURES_SHOWN) {
        g_string_append_printf(text, "and %u more failed points\n", n - FAILURES_SHOWN);
    }
}

void ivc_sweep_append_marks(GString *text, const json_t *points, bool intervals)
{
    bool any = false;
    size_t i;
    json_t *point;
    json_array_foreach(points, i, point)
    {
        any = any || json_object_get(point, "confidence") != NULL;
    }
    if (ivc_sweep_any(points, "capped")) {
        g_string_append(text, "\n* the point stopped at workload.messages_max, before all of "
                              "workload.total was moved\n");
    }
    any = any && intervals;
    if (any) {
        g_string_append(text, "\n+- half of the interval of confidence\n");
    }
    if (ivc_sweep_any(points, "estimated")) {
        g_string_append_printf(text, "%s~ estimated: the run was stopped at that precision\n",
                               any ? "" : "\n");
    }
}

char *ivc_sweep_table(const json_t *points)
{
    Matrix matrix = {
        .sizes = g_array_new(FALSE, FALSE, sizeof(json_int_t)),
        .channels = g_ptr_array_new(),
        .cells = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };
    char *result = NULL;
    if (fill_matrix(&matrix, points)) {
        GString *text = g_string_new("bandwidth in MB/s (10^6 bytes a second)\n\n");
        g_autofree char *body = matrix_text(&matrix);
        g_string_append(text, body);
        ivc_sweep_append_marks(text, points, true);
        append_failures(text, points);
        result = g_string_free(text, FALSE);
    } else {
        const IvcTerminal plain = {.is_tty = false, .colour = false, .width = 80};
        result = ivc_table_points(&plain, points);
    }
    matrix_free(&matrix);
    return result;
}
