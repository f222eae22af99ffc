/*
 * The list of a sweep's points: their number, the axes' values, and whether each is stored, has
 * failed before, is to be run, or is the same as an earlier one.
 */
#include "sim/cli/sweep_list.h"

#include <string.h>

#include <jansson.h>

#include "sim/cli/sweep_output.h"
#include "sim/cli/table.h"
#include "sim/scenario/shard.h"
#include "sim/stats/export.h"

static const char *axis_value(const IvcSweepPoint *point, const char *path)
{
    size_t length = strlen(path);
    const char *value = NULL;
    for (char **set = point->sets; *set != NULL; set++) {
        if (strncmp(*set, path, length) == 0 && (*set)[length] == '=') {
            value = *set + length + 1;
        }
    }
    return value;
}

static bool get_state(IvcStore *store, const IvcSweepPoint *point, bool pending, bool first,
                      const char **ret_state, GError **error)
{
    g_auto(IvcStorePoint) stored = {.status = IVC_STORE_NONE};
    if (store != NULL && !ivc_store_get(store, point->key, &stored, error)) {
        return false;
    }
    if (!first) {
        *ret_state = "same as an earlier one";
    } else if (pending) {
        *ret_state = "to run";
    } else {
        *ret_state = stored.status == IVC_STORE_FAILED ? "failed" : "stored";
    }
    return true;
}

/* One object a point: "point", the axes, "state". NULL with an error.
 * @param pending  of the points of this shard only, in their order */
static json_t *make_rows(const IvcSweepPlan *plan, const unsigned *shards, unsigned shard,
                         IvcStore *store, const bool *pending, GError **error)
{
    size_t own = 0;
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    json_t *rows = json_array();
    for (guint i = 0; i < plan->points->len; i++) {
        const IvcSweepPoint *point = &g_array_index(plan->points, IvcSweepPoint, i);
        const char *state = NULL;
        g_autofree char *elsewhere = NULL;
        bool first = g_hash_table_add(seen, point->key);
        if (shards != NULL && shards[i] != shard) {
            state = elsewhere = g_strdup_printf("in shard %u", shards[i]);
        } else if (!get_state(store, point, pending[own++], first, &state, error)) {
            json_decref(rows);
            return NULL;
        }
        json_t *row = json_object();
        json_object_set_new(row, "point", json_integer(i + 1));
        for (guint k = 0; k < plan->axes->len; k++) {
            const char *path = g_ptr_array_index(plan->axes, k);
            json_object_set_new(row, path, json_string(axis_value(point, path)));
        }
        json_object_set_new(row, "state", json_string(state));
        json_array_append_new(rows, row);
    }
    return rows;
}

/* In the order of the keys; ivc_export_csv() would put known columns first. */
static char *csv_text(const json_t *rows)
{
    GString *text = g_string_new(NULL);
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        const char *key;
        json_t *value;
        if (i == 0) {
            json_object_foreach(row, key, value)
            {
                g_string_append(text, text->len > 0 ? "," : "");
                ivc_csv_field(text, key);
            }
            g_string_append_c(text, '\n');
        }
        g_string_append_printf(text, "%zu", i + 1); /* "point" is the first key */
        json_object_foreach(row, key, value)
        {
            if (!json_is_integer(value)) {
                g_string_append_c(text, ',');
                ivc_csv_field(text, json_is_string(value) ? json_string_value(value) : "");
            }
        }
        g_string_append_c(text, '\n');
    }
    return g_string_free(text, FALSE);
}

static char *table_text(const IvcSweepPlan *plan, const json_t *rows)
{
    g_autoptr(GPtrArray) headers = g_ptr_array_new();
    g_ptr_array_add(headers, (gpointer) ">point");
    for (guint k = 0; k < plan->axes->len; k++) {
        g_ptr_array_add(headers, g_ptr_array_index(plan->axes, k));
    }
    g_ptr_array_add(headers, (gpointer) "state");
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        g_ptr_array_add(texts, g_strdup_printf("%zu", i + 1));
        for (guint k = 1; k < headers->len; k++) {
            const char *key = g_ptr_array_index(headers, k);
            g_ptr_array_add(texts, g_strdup(json_string_value(json_object_get(row, key))));
        }
    }
    return ivc_table_texts((const char *const *)headers->pdata, headers->len,
                           (const char *const *)texts->pdata, json_array_size(rows));
}

int ivc_sweep_list(IvcCli *cli, const IvcSweepPlan *plan, const unsigned *shards, unsigned shard,
                   IvcStore *store)
{
    g_autofree bool *pending = NULL;
    g_autoptr(GError) error = NULL;
    IvcSweepStatus status = {0};
    size_t n = 0;
    const IvcSweepPoint *all = (const IvcSweepPoint *)(void *)plan->points->data;
    g_autofree IvcSweepPoint *points = ivc_shard_points(all, plan->points->len, shards, shard, &n);
    if (ivc_cli_flag(cli, "force")) {
        store = NULL; /* nothing that is stored would be used */
    }
    json_t *rows = NULL;
    if (ivc_sweep_pending(store, points, n, ivc_cli_flag(cli, "failed"), &pending, &status,
                          &error)) {
        rows = make_rows(plan, shards, shard, store, pending, &error);
    }
    if (rows == NULL) {
        return ivc_sweep_fail_store(cli, error);
    }
    const char *format = ivc_cli_value(cli, "format");
    g_autofree char *text = NULL;
    if (strcmp(format, "csv") == 0) {
        text = csv_text(rows);
    } else if (strcmp(format, "table") == 0) {
        text = table_text(plan, rows);
    } else if (strcmp(format, "jsonl") == 0) {
        text = ivc_export_jsonl(rows);
    } else {
        g_autofree char *line = ivc_export_line(rows);
        text = g_strconcat(line, "\n", NULL);
    }
    json_decref(rows);
    fputs(text, cli->out);
    ivc_cli_note(cli, "%zu points: %zu stored (%zu failed), %zu to run", status.points,
                 status.stored, status.failed, status.points - status.stored);
    return IVC_EXIT_OK;
}
