/*
 * Builds and prints the tables of `list`.
 */
#include "sim/cli/listing.h"

#include <jansson.h>
#include <string.h>

#include "sim/cli/table.h"
#include "sim/stats/export.h"

IvcListing *ivc_listing_new(const char *const *headers)
{
    IvcListing *listing = g_new0(IvcListing, 1);
    listing->headers = headers;
    listing->cells = g_ptr_array_new_with_free_func(g_free);
    return listing;
}

void ivc_listing_free(IvcListing *listing)
{
    if (listing == NULL)
        return;
    g_ptr_array_unref(listing->cells);
    g_free(listing);
}

void ivc_listing_add(IvcListing *listing, const char *text)
{
    g_ptr_array_add(listing->cells, g_strdup(text));
}

static size_t columns_of(const IvcListing *listing)
{
    return g_strv_length((char **)listing->headers);
}

size_t ivc_listing_rows(const IvcListing *listing)
{
    return listing->cells->len / columns_of(listing);
}

static const char *cell(const IvcListing *listing, size_t row, size_t column)
{
    return listing->cells->pdata[row * columns_of(listing) + column];
}

static void print_csv(FILE *out, const IvcListing *listing)
{
    size_t columns = columns_of(listing);
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < columns; i++) {
        g_string_append(text, i > 0 ? "," : "");
        ivc_csv_field(text, listing->headers[i]);
    }
    g_string_append_c(text, '\n');
    for (size_t row = 0; row < ivc_listing_rows(listing); row++) {
        for (size_t i = 0; i < columns; i++) {
            const char *value = cell(listing, row, i);
            g_string_append(text, i > 0 ? "," : "");
            ivc_csv_field(text, value != NULL ? value : "");
        }
        g_string_append_c(text, '\n');
    }
    fputs(text->str, out);
}

static void print_json(FILE *out, const IvcListing *listing)
{
    fputs("[", out);
    for (size_t row = 0; row < ivc_listing_rows(listing); row++) {
        json_t *record = json_object();
        for (size_t i = 0; listing->headers[i] != NULL; i++) {
            const char *value = cell(listing, row, i);
            json_object_set_new(record, listing->headers[i],
                                value != NULL ? json_string(value) : json_null());
        }
        g_autofree char *line = ivc_export_line(record);
        fprintf(out, "%s\n  %s", row > 0 ? "," : "", line);
        json_decref(record);
    }
    fputs("\n]\n", out);
}

void ivc_listing_print(IvcCli *cli, const IvcListing *listing)
{
    const char *format = ivc_cli_value(cli, "format");
    if (strcmp(format, "csv") == 0) {
        print_csv(cli->out, listing);
    } else if (strcmp(format, "json") == 0) {
        print_json(cli->out, listing);
    } else if (ivc_listing_rows(listing) > 0) {
        g_autofree char *table =
            ivc_table_texts(listing->headers, columns_of(listing),
                            (const char *const *)listing->cells->pdata, ivc_listing_rows(listing));
        fputs(table, cli->out);
    }
}

int ivc_listing_fail(IvcCli *cli, const char *topic, const char *name,
                     const char *const *candidates)
{
    const char *near = ivc_suggest(name, candidates);
    g_autofree char *hint = near != NULL
                                ? g_strdup_printf("did you mean '%s'?", near)
                                : g_strdup_printf("'ivcsim list %s' shows all of them", topic);
    return ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage", "no '%s' among the %s\nhint: %s", name, topic,
                        hint);
}
