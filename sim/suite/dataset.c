/*
 * CSV after RFC 4180, with LF or CRLF at the end of a line. Every field keeps its place, so that
 * what is wrong with it is shown where it stands.
 */
#include "sim/suite/dataset.h"

#include <math.h>
#include <string.h>

#include "sim/config/param.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define FIELDS_MAX 32
#define ROWS_MAX 10000
#define BYTES_LIMIT (UINT64_C(1) << 50)

const char *const ivc_data_roles[] = {"calibrate", "predict", NULL};

typedef enum {
    COLUMN_DATASET,
    COLUMN_PATH,
    COLUMN_METRIC,
    COLUMN_UNIT,
    COLUMN_BYTES,
    COLUMN_VALUE,
    COLUMN_ROLE,
    COLUMN_SOURCE,
    COLUMN_LOW,
    COLUMN_HIGH,
    COLUMNS,
} Column;

static const char *const column_names[] = {"dataset",       "path",        "metric", "unit",
                                           "message_bytes", "value",       "role",   "source",
                                           "spread_low",    "spread_high", NULL};

typedef struct {
    char *text; /* owned */
    IvcPlace place;
} Field;

typedef struct {
    const IvcSource *source;
    size_t at;
    Field fields[FIELDS_MAX];
    size_t n;
    IvcPlace end; /* where the line ends */
    IvcDiags *diags;
} Reader;

static void clear_fields(Reader *reader)
{
    for (size_t i = 0; i < reader->n; i++) {
        g_clear_pointer(&reader->fields[i].text, g_free);
    }
    reader->n = 0;
}

/* Reads a field in quotes; reader->at is behind the opening one. */
static bool read_quoted(Reader *reader, GString *text, size_t start)
{
    const char *bytes = reader->source->text;
    for (; reader->at < reader->source->size; reader->at++) {
        if (bytes[reader->at] == '\n' || bytes[reader->at] == '\r') {
            break; /* a name of two lines would break tables and figures */
        }
        if (bytes[reader->at] != '"') {
            g_string_append_c(text, bytes[reader->at]);
        } else if (bytes[reader->at + 1] == '"') { /* the text ends with a NUL */
            g_string_append_c(text, '"');
            reader->at++;
        } else {
            reader->at++;
            return true;
        }
    }
    ivc_diags_error(reader->diags, "config-data", ivc_source_place(reader->source, start), NULL,
                    "a quote is opened and not closed on this line");
    return false;
}

static bool read_field(Reader *reader)
{
    const char *bytes = reader->source->text;
    size_t start = reader->at;
    g_autoptr(GString) text = g_string_new(NULL);
    if (bytes[start] == '"') {
        reader->at++;
        if (!read_quoted(reader, text, start)) {
            return false;
        }
    }
    size_t length = strcspn(bytes + reader->at, ",\r\n");
    if (bytes[start] == '"' && length > 0) {
        ivc_diags_error(reader->diags, "config-data", ivc_source_place(reader->source, reader->at),
                        NULL, "text behind the quote that ends the field");
        return false;
    }
    g_string_append_len(text, bytes + reader->at, (gssize)length);
    reader->at += length;
    IvcPlace place = ivc_source_place(reader->source, start);
    glong width = g_utf8_strlen(bytes + start, (gssize)(reader->at - start));
    place.width = (unsigned)CLAMP(width, 1, 200);
    if (reader->n == FIELDS_MAX) {
        ivc_diags_error(reader->diags, "config-data", place, NULL, "more than %d fields in a row",
                        FIELDS_MAX);
        return false;
    }
    reader->fields[reader->n++] = (Field){g_string_free(g_steal_pointer(&text), FALSE), place};
    return true;
}

/* Reads the next line that is not empty. @return -1 an error, 0 the end, 1 a line */
static int read_line(Reader *reader)
{
    const IvcSource *source = reader->source;
    clear_fields(reader);
    reader->at += strspn(source->text + reader->at, "\r\n");
    if (reader->at >= source->size) {
        return 0;
    }
    for (;;) {
        if (!read_field(reader)) {
            return -1;
        }
        if (source->text[reader->at] != ',') {
            break;
        }
        reader->at++;
    }
    reader->end = ivc_source_place(source, reader->at);
    return 1;
}

/* Which field of a row is which column: -1 none. */
static bool read_header(Reader *reader, int columns[COLUMNS])
{
    IvcPlace start = reader->n > 0 ? reader->fields[0].place : ivc_source_place(reader->source, 0);
    bool ok = true;
    for (size_t c = 0; c < COLUMNS; c++) {
        columns[c] = -1;
    }
    for (size_t i = 0; i < reader->n; i++) {
        const Field *field = &reader->fields[i];
        size_t c = 0;
        while (c < COLUMNS && strcmp(column_names[c], field->text) != 0) {
            c++;
        }
        g_autofree char *hint = ivc_hint_names(field->text, column_names);
        g_autofree char *shown = ivc_text_escape(field->text, strlen(field->text), 40);
        if (c == COLUMNS) {
            ivc_diags_error(reader->diags, "config-data", field->place, hint, "unknown column '%s'",
                            shown);
            ok = false;
        } else if (columns[c] >= 0) {
            ivc_diags_error(reader->diags, "config-duplicate", field->place, NULL,
                            "the column '%s' stands there twice", shown);
            ok = false;
        } else {
            columns[c] = (int)i;
        }
    }
    for (size_t c = 0; ok && c < COLUMNS; c++) {
        bool optional = c == COLUMN_DATASET || c >= COLUMN_SOURCE;
        if (columns[c] < 0 && !optional) {
            ivc_diags_error(reader->diags, "config-missing", start, NULL, "there is no column '%s'",
                            column_names[c]);
            ok = false;
        }
    }
    return ok;
}

static const Field *field_of(const Reader *reader, const int columns[COLUMNS], Column column)
{
    int at = columns[column];
    return at >= 0 && (size_t)at < reader->n ? &reader->fields[at] : NULL;
}

/* A positive decimal number. */
static bool read_number(Reader *reader, const Field *field, const char *what, double *ret)
{
    char *end = NULL;
    *ret = g_ascii_strtod(field->text, &end);
    bool plain = field->text[strspn(field->text, "0123456789.eE+-")] == '\0';
    if (field->text[0] != '\0' && *end == '\0' && plain && isfinite(*ret) && *ret > 0) {
        return true;
    }
    const char *hint = "write a number above 0 with a point, without a unit: 1.25";
    if (field->text[0] == '\0') {
        ivc_diags_error(reader->diags, "config-missing", field->place, hint, "a row without a %s",
                        what);
        return false;
    }
    g_autofree char *shown = ivc_text_escape(field->text, strlen(field->text), 40);
    ivc_diags_error(reader->diags, "config-type", field->place, hint,
                    "'%s': expected a number, got '%s'", what, shown);
    return false;
}

static bool read_bytes(Reader *reader, const Field *field, IvcDataRow *row)
{
    if (field->text[0] == '\0') {
        return true;
    }
    char *end = NULL;
    row->message_bytes = g_ascii_strtoull(field->text, &end, 10);
    row->sized = g_ascii_isdigit(field->text[0]) && *end == '\0' && row->message_bytes > 0 &&
                 row->message_bytes <= BYTES_LIMIT;
    if (!row->sized) {
        g_autofree char *shown = ivc_text_escape(field->text, strlen(field->text), 40);
        ivc_diags_error(reader->diags, "config-type", field->place,
                        "leave it empty where nothing is sized",
                        "'message_bytes': expected a whole number of bytes, got '%s'", shown);
    }
    return row->sized;
}

static bool read_role(Reader *reader, const Field *field, IvcDataRow *row)
{
    for (int i = 0; ivc_data_roles[i] != NULL; i++) {
        if (strcmp(ivc_data_roles[i], field->text) == 0) {
            row->role = (IvcDataRole)i;
            return true;
        }
    }
    g_autofree char *hint = ivc_hint_names(field->text, ivc_data_roles);
    g_autofree char *shown = ivc_text_escape(field->text, strlen(field->text), 40);
    ivc_diags_error(reader->diags, "config-choice", field->place, hint, "unknown role '%s'", shown);
    return false;
}

static bool read_spread(Reader *reader, const int columns[COLUMNS], IvcDataRow *row)
{
    const Field *low = field_of(reader, columns, COLUMN_LOW);
    const Field *high = field_of(reader, columns, COLUMN_HIGH);
    row->low = row->high = NAN;
    bool has_low = low != NULL && low->text[0] != '\0';
    bool has_high = high != NULL && high->text[0] != '\0';
    if (has_low != has_high) {
        ivc_diags_error(reader->diags, "config-missing", has_low ? low->place : high->place, NULL,
                        "'spread_low' and 'spread_high' go together");
        return false;
    }
    if (!has_low) {
        return true;
    }
    if (!read_number(reader, low, "spread_low", &row->low) ||
        !read_number(reader, high, "spread_high", &row->high)) {
        return false;
    }
    if (row->low > row->high) {
        ivc_diags_error(reader->diags, "config-range", low->place, NULL,
                        "'spread_low' is above 'spread_high'");
        return false;
    }
    return true;
}

static bool read_text(Reader *reader, const int columns[COLUMNS], Column column, char **ret)
{
    const Field *field = field_of(reader, columns, column);
    if (field->text[0] == '\0') {
        ivc_diags_error(reader->diags, "config-missing", field->place, NULL, "a row without a %s",
                        column_names[column]);
        return false;
    }
    *ret = g_strdup(field->text);
    return true;
}

static void row_clear(gpointer data)
{
    IvcDataRow *row = data;
    g_free(row->path);
    g_free(row->metric);
    g_free(row->unit);
    g_free(row->source);
}

/* Fills in a row; what is wrong is reported. */
static void read_row(Reader *reader, const int columns[COLUMNS], IvcDataRow *row)
{
    const Field *source = field_of(reader, columns, COLUMN_SOURCE);
    row->source = g_strdup(source != NULL ? source->text : "");
    row->place = field_of(reader, columns, COLUMN_PATH)->place;
    row->unit_place = field_of(reader, columns, COLUMN_UNIT)->place;
    bool ok = read_text(reader, columns, COLUMN_PATH, &row->path);
    ok = read_text(reader, columns, COLUMN_METRIC, &row->metric) && ok;
    ok = read_text(reader, columns, COLUMN_UNIT, &row->unit) && ok;
    ok = read_bytes(reader, field_of(reader, columns, COLUMN_BYTES), row) && ok;
    ok = read_number(reader, field_of(reader, columns, COLUMN_VALUE), "value", &row->value) && ok;
    ok = read_role(reader, field_of(reader, columns, COLUMN_ROLE), row) && ok;
    if (read_spread(reader, columns, row) && ok &&
        (row->value < row->low || row->value > row->high)) {
        ivc_diags_error(reader->diags, "config-range",
                        field_of(reader, columns, COLUMN_VALUE)->place, NULL,
                        "the value is outside of 'spread_low' and 'spread_high'");
    }
}

/* One row says one thing: the same path, metric and size twice is a slip. */
static void check_twice(const IvcDataSet *data, IvcDiags *diags)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < data->rows->len; i++) {
        const IvcDataRow *row = ivc_data_row(data, i);
        char *key = g_strdup_printf("%s\n%s\n%d\n%" G_GUINT64_FORMAT, row->path, row->metric,
                                    (int)row->sized, row->message_bytes);
        const IvcDataRow *first = g_hash_table_lookup(seen, key);
        if (first == NULL) {
            g_hash_table_insert(seen, key, (gpointer)row);
            continue;
        }
        g_free(key);
        ivc_diags_error(diags, "config-duplicate", row->place, NULL,
                        "this path, metric and size has a row already");
        ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, first->place, NULL, "the first one is here");
    }
}

static char *name_of(const char *path)
{
    g_autofree char *name = g_path_get_basename(path);
    char *dot = strrchr(name, '.');
    if (dot != NULL && dot != name) {
        *dot = '\0';
    }
    return g_steal_pointer(&name);
}

/* Files and lines of a figure's script are made of it; common.gp is the style of all figures. */
static bool good_name(const char *name)
{
    return name[strspn(name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "._-")] == '\0' &&
           strcmp(name, "common") != 0;
}

static void read_rows(Reader *reader, const int columns[COLUMNS], size_t n_columns,
                      IvcDataSet *data)
{
    int more;
    while ((more = read_line(reader)) > 0) {
        if (reader->n != n_columns) {
            ivc_diags_error(reader->diags, "config-data", reader->end,
                            "put a field that has a comma in it into quotes",
                            "this row has %zu fields, the header has %zu", reader->n, n_columns);
            continue;
        }
        if (data->rows->len == ROWS_MAX) {
            ivc_diags_error(reader->diags, "config-limit", reader->end, NULL, "more than %d rows",
                            ROWS_MAX);
            break;
        }
        IvcDataRow row = {.path = NULL};
        read_row(reader, columns, &row);
        g_array_append_val(data->rows, row);
    }
}

IvcDataSet *ivc_data_set_load(const IvcSuitePath *path, IvcPlace named, IvcDiags *diags)
{
    size_t before = ivc_diags_errors(diags);
    g_autoptr(IvcDataSet) data = g_new0(IvcDataSet, 1);
    data->name = name_of(path->path);
    data->rows = g_array_new(FALSE, TRUE, sizeof(IvcDataRow));
    g_array_set_clear_func(data->rows, row_clear);
    if (!good_name(data->name)) {
        g_autoptr(IvcSource) file = ivc_source_new(path->path, "", 0);
        ivc_diags_error(
            diags, "config-data", named.line != 0 ? named : (IvcPlace){.source = file},
            "files of results are called after the set",
            "the name of a data set is of letters, digits, '.', '_' and '-', and not 'common'");
        return NULL;
    }
    data->source = ivc_suite_read(path, named, diags);
    if (data->source == NULL) {
        return NULL;
    }
    const char *wrong = NULL;
    if (!g_utf8_validate(data->source->text, (gssize)data->source->size, &wrong)) {
        size_t at = (size_t)(wrong - data->source->text);
        bool nul = *wrong == '\0';
        ivc_diags_error(diags, "config-encoding", ivc_source_place(data->source, at),
                        nul ? NULL : "save the file as UTF-8", "%s",
                        nul ? "text cannot hold a NUL byte" : "this byte is not UTF-8");
        return NULL;
    }
    int columns[COLUMNS];
    Reader reader = {.source = data->source, .diags = diags};
    if (g_str_has_prefix(data->source->text, BYTE_ORDER_MARK)) {
        reader.at = strlen(BYTE_ORDER_MARK);
    }
    if (read_line(&reader) == 0) {
        ivc_diags_error(diags, "config-missing", (IvcPlace){.source = data->source}, NULL,
                        "the file is empty: expected a row of column names");
    } else if (read_header(&reader, columns)) {
        read_rows(&reader, columns, reader.n, data);
    }
    clear_fields(&reader);
    if (ivc_diags_errors(diags) == before) {
        check_twice(data, diags);
    }
    return ivc_diags_errors(diags) == before ? g_steal_pointer(&data) : NULL;
}

void ivc_data_set_free(IvcDataSet *data)
{
    if (data == NULL) {
        return;
    }
    g_free(data->name);
    ivc_source_unref(data->source);
    g_array_unref(data->rows);
    g_free(data);
}
