/*
 * Points as CSV: nested members of a point become columns of their own. The columns of a file are
 * the union over its points, so points of different mechanisms fit in one file.
 */
#include <string.h>

#include "sim/stats/columns.h"
#include "sim/stats/export.h"

/* A family is what one row of ivc_columns became: one column, or one for each member. */
typedef struct {
    GHashTable *seen; /* name -> name, owns the names */
    GPtrArray
        *families; /* of GPtrArray: borrowed names in the order of their first appearance;
                      one for each row of ivc_columns, the last for what is not in the table */
} Header;

void ivc_export_real(GString *out, double value)
{
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(out, g_ascii_formatd(buffer, sizeof buffer, "%.15g", value));
}

void ivc_csv_field(GString *out, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        g_string_append(out, text);
        return;
    }
    g_string_append_c(out, '"');
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"')
            g_string_append_c(out, '"');
        g_string_append_c(out, *c);
    }
    g_string_append_c(out, '"');
}

static char *scalar_text(const json_t *value)
{
    if (json_is_string(value))
        return g_strdup(json_string_value(value));
    if (json_is_boolean(value))
        return g_strdup(json_is_true(value) ? "true" : "false");
    if (json_is_integer(value))
        return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    if (json_is_real(value)) {
        GString *text = g_string_new(NULL);
        ivc_export_real(text, json_real_value(value));
        return g_string_free(text, false);
    }
    return g_strdup("");
}

static void put(GHashTable *row, Header *header, guint family, char *name, const json_t *value)
{
    if (!g_hash_table_contains(header->seen, name)) {
        char *kept = g_strdup(name);
        g_hash_table_add(header->seen, kept);
        g_ptr_array_add(header->families->pdata[family], kept);
    }
    g_hash_table_replace(row, name, scalar_text(value));
}

static void put_object(GHashTable *row, Header *header, guint family, const char *prefix,
                       json_t *object)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(object, key, value)
    {
        if (json_is_object(value) || json_is_array(value))
            continue;
        put(row, header, family, g_strconcat(prefix, ".", key, NULL), value);
    }
}

static void put_list(GHashTable *row, Header *header, guint family, const IvcColumn *column,
                     const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *record = json_array_get(list, i);
        g_autoptr(GString) start = g_string_new(column->csv_prefix);
        for (const char *const *key = column->csv_keys; *key != NULL; key++) {
            g_autofree char *text = scalar_text(json_object_get(record, *key));
            g_string_append_printf(start, ".%s", text);
        }
        for (const char *const *name = column->csv_values; *name != NULL; name++)
            put(row, header, family, g_strconcat(start->str, ".", *name, NULL),
                json_object_get(record, *name));
    }
}

static GHashTable *flatten(json_t *point, Header *header)
{
    GHashTable *row = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    guint others = header->families->len - 1;
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(point, key, value)
    {
        const IvcColumn *column = ivc_column_find(key);
        guint family = column != NULL ? (guint)(column - ivc_columns) : others;
        const char *prefix = column != NULL ? column->csv_prefix : key;
        if (json_is_object(value) && prefix != NULL)
            put_object(row, header, family, prefix, value);
        else if (json_is_array(value) && column != NULL && prefix != NULL)
            put_list(row, header, family, column, value);
        else if (!json_is_object(value) && !json_is_array(value))
            put(row, header, family, g_strdup(key), value);
    }
    return row;
}

static Header make_header(void)
{
    Header header = {
        .seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .families = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref),
    };
    const IvcColumn *column = ivc_columns;
    do {
        g_ptr_array_add(header.families, g_ptr_array_new());
    } while ((column++)->name != NULL); /* one more than there are columns */
    return header;
}

/* One line: the names themselves (row NULL), or a row's values under those names. */
static void append_row(GString *out, const Header *header, GHashTable *row)
{
    bool first = true;
    for (guint f = 0; f < header->families->len; f++) {
        const GPtrArray *names = header->families->pdata[f];
        for (guint i = 0; i < names->len; i++) {
            const char *name = names->pdata[i];
            const char *text = row == NULL ? name : g_hash_table_lookup(row, name);
            if (!first)
                g_string_append_c(out, ',');
            first = false;
            ivc_csv_field(out, text != NULL ? text : "");
        }
    }
    g_string_append_c(out, '\n');
}

char *ivc_export_csv(const json_t *points)
{
    Header header = make_header();
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_hash_table_unref);
    for (size_t i = 0; i < json_array_size(points); i++)
        g_ptr_array_add(rows, flatten(json_array_get(points, i), &header));
    GString *out = g_string_new(NULL);
    append_row(out, &header, NULL);
    for (guint i = 0; i < rows->len; i++)
        append_row(out, &header, rows->pdata[i]);
    g_ptr_array_unref(header.families);
    g_hash_table_unref(header.seen);
    return g_string_free(out, false);
}
