/*
 * What is whole in a store that is damaged: points whose seals hold. The plan and the texts are
 * left out: the sweep writes its own.
 */
#include "sim/scenario/store_private.h"

#include <glib/gstdio.h>

/* After so many rows that cannot be read, one behind the other, nothing more is expected; a page
 * holds far fewer. */
#define MISSES_MAX 1000

/* Puts a row's point into `to`, when it is whole. */
static bool take_over(const IvcStore *from, sqlite3_stmt *row, IvcStore *to, GError **error)
{
    if (!ivc_store_check_seal(from, "point", row, IVC_STORE_POINT_PARTS, NULL)) {
        return true;
    }
    g_auto(IvcStorePoint) point = {0};
    ivc_store_read_point(row, &point);
    const char *key = (const char *)sqlite3_column_text(row, IVC_STORE_COLUMN_KEY);
    return ivc_store_put(to, key, &point, error);
}

/* Walks through the table. Where it cannot go on, it begins again one row later. */
static bool take_over_all(IvcStore *from, IvcStore *to, GError **error)
{
    g_autoptr(sqlite3_stmt) rows =
        ivc_store_prepare(from,
                          "SELECT " IVC_STORE_COLUMNS ", rowid FROM points NOT INDEXED"
                          " WHERE rowid > ?1 ORDER BY rowid",
                          NULL);
    sqlite3_int64 at = 0;
    for (unsigned misses = 0; rows != NULL && misses < MISSES_MAX; misses++, at++) {
        sqlite3_reset(rows);
        sqlite3_bind_int64(rows, 1, at);
        int code;
        while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
            at = sqlite3_column_int64(rows, IVC_STORE_COLUMN_RUNS + 1);
            misses = 0;
            if (!take_over(from, rows, to, error)) {
                return false;
            }
        }
        if (code == SQLITE_DONE) {
            break;
        }
    }
    return true;
}

/* Removes what an earlier attempt that was killed has left. */
static void remove_file(const char *path)
{
    (void)g_remove(path);
    for (size_t i = 0; i < G_N_ELEMENTS(ivc_store_tails); i++) {
        g_autofree char *file = g_strconcat(path, ivc_store_tails[i], NULL);
        (void)g_remove(file);
    }
}

bool ivc_store_salvage(const char *path, const char *to_path, uint64_t *ret_points, GError **error)
{
    *ret_points = 0;
    remove_file(to_path);
    g_autoptr(IvcStore) to = ivc_store_open(to_path, IVC_STORE_WRITE, error);
    if (to == NULL) {
        return false;
    }
    g_autoptr(IvcStore) from = g_new0(IvcStore, 1);
    from->path = g_strdup(path);
    from->mode = IVC_STORE_READ;
    if (ivc_store_open_database(path, IVC_STORE_READ, &from->db) != SQLITE_OK) {
        return true;
    }
    /* Else a file that was cut off is not read at all. */
    sqlite3_exec(from->db, "PRAGMA writable_schema=ON", NULL, NULL, NULL);
    int64_t points = 0;
    if (!ivc_store_begin(to, error) || !take_over_all(from, to, error) ||
        !ivc_store_commit(to, error) ||
        !ivc_store_number(to, "SELECT count(*) FROM points", &points, error)) {
        return false;
    }
    *ret_points = (uint64_t)points;
    return true;
}
