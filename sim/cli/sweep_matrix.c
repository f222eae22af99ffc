/*
 * The points of a sweep as a matrix, when the scenario asks for one (report.rows): a figure of each
 * point, at the place that two axes give it; further axes give a matrix each.
 */
#include <math.h>
#include <string.h>

#include "sim/cli/plot_text.h"
#include "sim/cli/sweep_output.h"
#include "sim/cli/table.h"

/* What a cell shows, as `report.cells` calls it. */
typedef struct {
    const char *name;
    const char *heading;
    const char *key;      /* of the point */
    const char *half_key; /* of half of its interval, or NULL */
    double scale;         /* of its value; 0: to cycles of the point's clock */
    int decimals;
} Figure;

static const Figure figures[] = {
    {"bandwidth", "bandwidth in MB/s (10^6 bytes a second)", "bandwidth_bytes_per_s",
     "bandwidth_half_width_bytes_per_s", 1e-6, 2},
    {"latency", "mean latency in us", "latency_mean_ps", "latency_mean_half_width_ps", 1e-6, 3},
    {"latency-cycles", "mean latency in cycles of the cores", "latency_mean_ps",
     "latency_mean_half_width_ps", 0, 0},
    {"messages", "messages a second", "messages_per_s", NULL, 1, 0},
};

typedef struct {
    GPtrArray *axes; /* paths, borrowed: of the rows, across ("": none), others a matrix each */
    const Figure *figure;
    const char *blank; /* where a star may stand */
    GPtrArray *blocks; /* char *: values of the further axes, in their order */
    GPtrArray *rows;   /* char * */
    GPtrArray *across; /* char *: of one block */
    GHashTable *cells; /* "block\nrow\ncolumn" -> point */
} Matrix;

/* Their places in `axes`. */
enum { AXIS_ROWS, AXIS_ACROSS, AXIS_BLOCKS };

/* The value of an axis: two of them have columns of their own. @return transfer full */
static char *value_of(const json_t *point, const char *path)
{
    if (strcmp(path, "workload.message") == 0) {
        const json_t *bytes = json_object_get(point, "message_bytes");
        return ivc_human_bytes((uint64_t)json_integer_value(bytes));
    }
    const char *text = json_string_value(json_object_get(point, path));
    return g_strdup(text != NULL ? text : "-");
}

/* A list of values in the order of their axis, though not every value is in every line: one that is
 * new comes behind the one before it in its line, or first where a line begins. */
static void note(GPtrArray *list, const char *text, const char *before, bool first)
{
    guint at = 0;
    if (g_ptr_array_find_with_equal_func(list, text, g_str_equal, NULL)) {
        return;
    }
    if (before != NULL && g_ptr_array_find_with_equal_func(list, before, g_str_equal, &at)) {
        g_ptr_array_insert(list, (gint)at + 1, g_strdup(text));
    } else {
        g_ptr_array_insert(list, first ? 0 : -1, g_strdup(text));
    }
}

/* "loongson3a", but "time_stamps false": a word says what it is of, most other values do not. */
static void append_value(GString *text, const GPtrArray *axes, guint i, const char *value)
{
    bool truth = strcmp(value, "true") == 0 || strcmp(value, "false") == 0;
    if (truth || !g_ascii_isalpha(value[0])) {
        g_autofree char *name = ivc_human_axis(axes, i);
        g_string_append_printf(text, "%s ", name);
    }
    g_string_append(text, value);
}

/* Which matrix a point is in. @return transfer full */
static char *block_of(const Matrix *matrix, const json_t *point)
{
    GString *text = g_string_new(NULL);
    for (guint i = AXIS_BLOCKS; i < matrix->axes->len; i++) {
        g_autofree char *value = value_of(point, g_ptr_array_index(matrix->axes, i));
        g_string_append(text, i > AXIS_BLOCKS ? ", " : "");
        append_value(text, matrix->axes, i, value);
    }
    return g_string_free(text, FALSE);
}

static char *row_of(const Matrix *matrix, const json_t *point)
{
    return value_of(point, g_ptr_array_index(matrix->axes, AXIS_ROWS));
}

static char *across_of(const Matrix *matrix, const json_t *point)
{
    const char *path = g_ptr_array_index(matrix->axes, AXIS_ACROSS);
    return path[0] != '\0' ? value_of(point, path) : g_strdup("");
}

static char *cell_name(const char *block, const char *row, const char *column)
{
    return g_strjoin("\n", block, row, column, NULL);
}

static bool differs(const Matrix *matrix, const json_t *one, const json_t *other, const char *path)
{
    g_autofree char *a = value_of(one, path);
    g_autofree char *b = value_of(other, path);
    return strcmp(a, b) != 0 &&
           !g_ptr_array_find_with_equal_func(matrix->axes, path, g_str_equal, NULL);
}

/* An axis that tells two points apart and that the matrix does not have. @return borrowed, or NULL
 */
static const char *missing_axis(const Matrix *matrix, const json_t *one, const json_t *other)
{
    const char *key;
    json_t *value;
    if (differs(matrix, one, other, "channel")) {
        return "channel";
    }
    json_object_foreach((json_t *)one, key, value)
    {
        /* only axes have a dot */
        if (strchr(key, '.') != NULL && differs(matrix, one, other, key)) {
            return key;
        }
    }
    return differs(matrix, one, other, "workload.message") ? "workload.message" : NULL;
}

/* Adds axes to those of the blocks until each point has a cell of its own. The last axis of a sweep
 * is found first. */
static void add_missing_axes(Matrix *matrix, const json_t *points)
{
    guint at = matrix->axes->len;
    const char *missing;
    do {
        g_autoptr(GHashTable) cells = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        missing = NULL;
        for (size_t i = 0; i < json_array_size(points) && missing == NULL; i++) {
            json_t *point = json_array_get(points, i);
            g_autofree char *block = block_of(matrix, point);
            g_autofree char *row = row_of(matrix, point);
            g_autofree char *column = across_of(matrix, point);
            g_autofree char *cell = cell_name(block, row, column);
            const json_t *other = g_hash_table_lookup(cells, cell);
            missing = other != NULL ? missing_axis(matrix, point, other) : NULL;
            g_hash_table_insert(cells, g_steal_pointer(&cell), point);
        }
        if (missing != NULL) {
            g_ptr_array_insert(matrix->axes, (gint)at, (gpointer)missing);
        }
    } while (missing != NULL);
}

/* @return transfer full */
static char *cell_text(const Matrix *matrix, const json_t *point)
{
    const Figure *figure = matrix->figure;
    if (point == NULL) {
        return g_strconcat("-", matrix->blank, NULL);
    }
    const json_t *value = json_object_get(point, figure->key);
    if (!json_is_number(value)) {
        bool failed = g_strcmp0(json_string_value(json_object_get(point, "status")), "failed") == 0;
        return g_strconcat(failed ? "failed" : "-", matrix->blank, NULL);
    }
    double hz = json_number_value(json_object_get(point, "clock_hz"));
    double scale = figure->scale != 0 ? figure->scale : hz / 1e12;
    double half = figure->half_key != NULL ? ivc_plot_number(point, figure->half_key) : NAN;
    char format[8];
    char digits[64];
    g_snprintf(format, sizeof format, "%%.%df", figure->decimals);
    g_ascii_formatd(digits, sizeof digits, format, json_number_value(value) * scale);
    return ivc_sweep_marked(point, digits, half * scale, matrix->blank);
}

/* Columns that a matrix has points in: not those of others. @return borrowed texts, own array */
static GPtrArray *columns_of(const Matrix *matrix, const char *block)
{
    GPtrArray *own = g_ptr_array_new();
    for (guint c = 0; c < matrix->across->len; c++) {
        const char *column = g_ptr_array_index(matrix->across, c);
        for (guint r = 0; r < matrix->rows->len; r++) {
            g_autofree char *name = cell_name(block, g_ptr_array_index(matrix->rows, r), column);
            if (g_hash_table_contains(matrix->cells, name)) {
                g_ptr_array_add(own, (gpointer)column);
                break;
            }
        }
    }
    return own;
}

/* "50 of 66": how many of the parameters behind a column are assumed, at the point that has most.
 * @return transfer full */
static char *assumed_text(const Matrix *matrix, const char *block, const char *column)
{
    json_int_t most = 0, assumed = 0;
    for (guint r = 0; r < matrix->rows->len; r++) {
        g_autofree char *name = cell_name(block, g_ptr_array_index(matrix->rows, r), column);
        const json_t *point = g_hash_table_lookup(matrix->cells, name);
        json_int_t all = json_integer_value(json_object_get(point, "parameters"));
        if (all > most) {
            most = all;
            assumed = json_integer_value(json_object_get(point, "parameters_assumed"));
        }
    }
    return g_strdup_printf("%" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT "%s", assumed, most,
                           matrix->blank);
}

static void append_block(GString *text, const Matrix *matrix, const char *block)
{
    g_autoptr(GPtrArray) headers = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) across = columns_of(matrix, block);
    g_ptr_array_add(headers, ivc_human_axis(matrix->axes, AXIS_ROWS));
    for (guint c = 0; c < across->len; c++) {
        const char *name = g_ptr_array_index(across, c);
        g_ptr_array_add(headers, g_strconcat(">", name[0] != '\0' ? name : matrix->figure->name,
                                             matrix->blank, NULL));
    }
    guint n = 0;
    for (guint r = 0; r < matrix->rows->len; r++) {
        const char *row = g_ptr_array_index(matrix->rows, r);
        bool any = false;
        guint first = cells->len;
        g_ptr_array_add(cells, g_strdup(row));
        for (guint c = 0; c < across->len; c++) {
            g_autofree char *name = cell_name(block, row, g_ptr_array_index(across, c));
            const json_t *point = g_hash_table_lookup(matrix->cells, name);
            any = any || point != NULL;
            g_ptr_array_add(cells, cell_text(matrix, point));
        }
        if (any) {
            n++;
        } else {
            g_ptr_array_set_size(cells, (gint)first);
        }
    }
    g_ptr_array_add(cells, g_strdup("(assumed parameters)"));
    for (guint c = 0; c < across->len; c++) {
        g_ptr_array_add(cells, assumed_text(matrix, block, g_ptr_array_index(across, c)));
    }
    n++;
    g_autofree char *body = ivc_table_texts((const char *const *)headers->pdata, headers->len,
                                            (const char *const *)cells->pdata, n);
    g_string_append_printf(text, block[0] != '\0' ? "\n%s\n\n" : "\n%s", block);
    g_string_append(text, body);
}

static void fill(Matrix *matrix, const json_t *points)
{
    size_t i;
    json_t *point;
    g_autofree char *last_block = NULL, *last_row = NULL, *last_column = NULL;
    bool row_ran = false, column_ran = false; /* from point to point, the latest that did */
    json_array_foreach(points, i, point)
    {
        char *block = block_of(matrix, point);
        char *row = row_of(matrix, point);
        char *column = across_of(matrix, point);
        bool same_block = g_strcmp0(block, last_block) == 0;
        bool same_row = same_block && strcmp(row, last_row) == 0;
        bool same_column = same_block && strcmp(column, last_column) == 0;
        if (same_row != same_column) {
            row_ran = same_column;
            column_ran = same_row;
        }
        note(matrix->blocks, block, NULL, false);
        note(matrix->rows, row, same_column ? last_row : NULL, row_ran);
        note(matrix->across, column, same_row ? last_column : NULL, column_ran);
        g_hash_table_insert(matrix->cells, cell_name(block, row, column), point);
        g_free(g_steal_pointer(&last_block));
        g_free(g_steal_pointer(&last_row));
        g_free(g_steal_pointer(&last_column));
        last_block = block;
        last_row = row;
        last_column = column;
    }
}

static const Figure *find_figure(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(figures); i++) {
        if (g_strcmp0(name, figures[i].name) == 0) {
            return &figures[i];
        }
    }
    return &figures[0];
}

/* The words of "[a, b]". @return transfer full */
static GPtrArray *words(const char *list)
{
    GPtrArray *found = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) parts = g_strsplit_set(list != NULL ? list : "", "[], \"'", -1);
    for (char **part = parts; *part != NULL; part++) {
        if ((*part)[0] != '\0') {
            g_ptr_array_add(found, g_strdup(*part));
        }
    }
    return found;
}

char *ivc_sweep_matrix(const json_t *points, const json_t *manifest)
{
    const char *resolved = json_string_value(json_object_get(manifest, "resolved"));
    if (resolved == NULL) {
        return NULL;
    }
    g_autofree char *row = ivc_plot_yaml_value(resolved, "report", "rows");
    g_autofree char *list = ivc_plot_yaml_value(resolved, "report", "columns");
    g_autofree char *cells = ivc_plot_yaml_value(resolved, "report", "cells");
    if (row == NULL) {
        return NULL;
    }
    g_autoptr(GPtrArray) columns = words(list);
    g_autoptr(GPtrArray) axes = g_ptr_array_new();
    g_autoptr(GPtrArray) blocks = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) across = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable) index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_ptr_array_add(axes, row);
    g_ptr_array_add(axes, columns->len > 0 ? columns->pdata[columns->len - 1] : "");
    for (guint i = 0; i + 1 < columns->len; i++) {
        g_ptr_array_add(axes, columns->pdata[i]);
    }
    Matrix matrix = {.axes = axes,
                     .figure = find_figure(cells),
                     .blank = ivc_sweep_any(points, "capped") ? " " : "",
                     .blocks = blocks,
                     .rows = rows,
                     .across = across,
                     .cells = index};
    add_missing_axes(&matrix, points);
    fill(&matrix, points);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%s\n", matrix.figure->heading);
    for (guint b = 0; b < blocks->len; b++) {
        append_block(text, &matrix, g_ptr_array_index(blocks, b));
    }
    ivc_sweep_append_marks(text, points, matrix.figure->half_key != NULL);
    return g_string_free(text, FALSE);
}
