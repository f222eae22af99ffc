/*
 * The results store: its points, plan and texts. A commit per point in WAL mode: a
 * killed program loses nothing, because what was committed is in the kernel's hands. (A power cut
 * may lose the last points, never the file: synchronous=NORMAL.) Each row of each table carries a
 * seal, since SQLite itself does not notice a flipped bit inside a text. Leaves out: what a point
 * is, and when it is run (sweep.c); locks between programs (the sweep locks the folder).
 */
#include "sim/scenario/store_private.h"

#include <errno.h>
#include <string.h>

#define PATH_LONG 500 /* SQLite has room for 512 bytes, with the names of its journals */

GQuark ivc_store_error_quark(void)
{
    return g_quark_from_static_string("ivc-store-error-quark");
}

void ivc_store_point_clear(IvcStorePoint *point)
{
    g_clear_pointer(&point->message, g_free);
    g_clear_pointer(&point->result, g_free);
}

void ivc_store_place_clear(IvcStorePlace *place)
{
    g_clear_pointer(&place->key, g_free);
    g_clear_pointer(&place->label, g_free);
    g_clear_pointer(&place->identity, g_free);
}

void ivc_store_set_error(const IvcStore *store, int code, GError **error)
{
    const char *text = sqlite3_errstr(code);
    switch (code & 0xff) {
    case SQLITE_NOTADB:
        g_set_error(error, IVC_STORE_ERROR, IVC_STORE_ERROR_DAMAGED,
                    "'%s' is damaged or is no results store: %s", store->path, text);
        return;
    case SQLITE_CORRUPT:
        g_set_error(error, IVC_STORE_ERROR, IVC_STORE_ERROR_DAMAGED,
                    "results store '%s' is damaged: %s", store->path, text);
        return;
    case SQLITE_FULL:
        g_set_error(error, IVC_STORE_ERROR, IVC_STORE_ERROR_FULL,
                    "no space left for results store '%s'", store->path);
        return;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        g_set_error(error, IVC_STORE_ERROR, IVC_STORE_ERROR_BUSY,
                    "results store '%s' is in use by another program", store->path);
        return;
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM: {
        g_autofree char *whole = g_canonicalize_filename(store->path, NULL);
        bool is_long = (code & 0xff) == SQLITE_CANTOPEN && strlen(whole) > PATH_LONG;
        g_set_error(error, IVC_STORE_ERROR, IVC_STORE_ERROR_OPEN,
                    "cannot open results store '%s': %s", store->path,
                    is_long ? "its path from / on is too long for SQLite" : text);
        return;
    }
    case SQLITE_ERROR: /* no such table, no such column: statements are constant */
        g_set_error(error, IVC_STORE_ERROR, IVC_STORE_ERROR_DAMAGED,
                    "results store '%s' is damaged: %s", store->path, sqlite3_errmsg(store->db));
        return;
    default: {
        int system = sqlite3_system_errno(store->db);
        bool full = system == ENOSPC || system == EDQUOT;
        bool io = (code & 0xff) == SQLITE_IOERR && system != 0; /* the system knows why */
        g_set_error(error, IVC_STORE_ERROR, full ? IVC_STORE_ERROR_FULL : IVC_STORE_ERROR_IO,
                    "results store '%s': %s", store->path, full || io ? g_strerror(system) : text);
        return;
    }
    }
}

bool ivc_store_exec(IvcStore *store, const char *sql, GError **error)
{
    int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    if (code != SQLITE_OK) {
        ivc_store_set_error(store, sqlite3_extended_errcode(store->db), error);
        return false;
    }
    return true;
}

sqlite3_stmt *ivc_store_prepare(IvcStore *store, const char *sql, GError **error)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) != SQLITE_OK) {
        ivc_store_set_error(store, sqlite3_extended_errcode(store->db), error);
        return NULL;
    }
    return statement;
}

/* Steps a statement that returns no rows. */
static bool finish(IvcStore *store, sqlite3_stmt *statement, GError **error)
{
    if (sqlite3_step(statement) != SQLITE_DONE) {
        ivc_store_set_error(store, sqlite3_extended_errcode(store->db), error);
        return false;
    }
    return true;
}

static void bind_text(sqlite3_stmt *statement, int at, const char *text)
{
    sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC); /* NULL binds an SQL NULL */
}

static char *column_text(sqlite3_stmt *statement, int at)
{
    return g_strdup((const char *)sqlite3_column_text(statement, at));
}

static const char *status_name(IvcStoreStatus status)
{
    return status == IVC_STORE_OK ? "ok" : "failed";
}

char *ivc_store_seal(const char *const *parts, size_t n)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    for (size_t i = 0; i < n; i++) {
        const char *part = parts[i] != NULL ? parts[i] : "";
        /* With the terminator, so that text cannot move from one part into the next. */
        g_checksum_update(sum, (const guchar *)part, (gssize)strlen(part) + 1);
    }
    return g_strdup(g_checksum_get_string(sum));
}

bool ivc_store_check_seal(const IvcStore *store, const char *what, sqlite3_stmt *row, size_t n,
                          GError **error)
{
    const char *parts[IVC_STORE_PARTS_MAX];
    g_assert(n <= G_N_ELEMENTS(parts));
    for (size_t i = 0; i < n; i++) {
        parts[i] = (const char *)sqlite3_column_text(row, (int)i);
    }
    g_autofree char *sum = ivc_store_seal(parts, n);
    if (g_strcmp0(sum, (const char *)sqlite3_column_text(row, (int)n)) == 0) {
        return true;
    }
    g_set_error(error, IVC_STORE_ERROR, IVC_STORE_ERROR_DAMAGED,
                "results store '%s' is damaged: %s %.12s does not match its seal", store->path,
                what, parts[0] != NULL ? parts[0] : "?");
    return false;
}

bool ivc_store_put(IvcStore *store, const char *key, const IvcStorePoint *point, GError **error)
{
    g_autoptr(sqlite3_stmt) statement =
        ivc_store_prepare(store,
                          "INSERT INTO points(key, status, message, result, wall_us, seal, runs)"
                          " VALUES(?1, ?2, ?3, ?4, ?5, ?6, 1) ON CONFLICT(key) DO UPDATE SET"
                          " status=?2, message=?3, result=?4, wall_us=?5, seal=?6, runs=runs+1",
                          error);
    if (statement == NULL) {
        return false;
    }
    const char *status = status_name(point->status);
    const char *const parts[] = {key, status, point->message, point->result};
    g_autofree char *sum = ivc_store_seal(parts, G_N_ELEMENTS(parts));
    bind_text(statement, 1, key);
    bind_text(statement, 2, status);
    bind_text(statement, 3, point->message);
    bind_text(statement, 4, point->result);
    sqlite3_bind_int64(statement, 5, (sqlite3_int64)MIN(point->wall_us, (uint64_t)INT64_MAX));
    bind_text(statement, 6, sum);
    return finish(store, statement, error);
}

void ivc_store_read_point(sqlite3_stmt *row, IvcStorePoint *ret_point)
{
    const char *status = (const char *)sqlite3_column_text(row, IVC_STORE_COLUMN_STATUS);
    ret_point->status = g_strcmp0(status, "ok") == 0 ? IVC_STORE_OK : IVC_STORE_FAILED;
    ret_point->message = column_text(row, IVC_STORE_COLUMN_MESSAGE);
    ret_point->result = column_text(row, IVC_STORE_COLUMN_RESULT);
    ret_point->wall_us = (uint64_t)sqlite3_column_int64(row, IVC_STORE_COLUMN_WALL_US);
    ret_point->runs = (uint64_t)sqlite3_column_int64(row, IVC_STORE_COLUMN_RUNS);
}

bool ivc_store_get(IvcStore *store, const char *key, IvcStorePoint *ret_point, GError **error)
{
    g_autoptr(sqlite3_stmt) statement =
        ivc_store_prepare(store, "SELECT " IVC_STORE_COLUMNS " FROM points WHERE key=?1", error);
    if (statement == NULL) {
        return false;
    }
    bind_text(statement, 1, key);
    int code = sqlite3_step(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        ivc_store_set_error(store, sqlite3_extended_errcode(store->db), error);
        return false;
    }
    memset(ret_point, 0, sizeof *ret_point);
    if (code == SQLITE_DONE) {
        return true;
    }
    if (!ivc_store_check_seal(store, "point", statement, IVC_STORE_POINT_PARTS, error)) {
        return false;
    }
    ivc_store_read_point(statement, ret_point);
    return true;
}

bool ivc_store_clear(IvcStore *store, GError **error)
{
    return ivc_store_exec(store, "DELETE FROM points", error);
}

static bool insert_places(IvcStore *store, const IvcStorePlace *places, size_t n, GError **error)
{
    g_autoptr(sqlite3_stmt) statement = ivc_store_prepare(
        store, "INSERT INTO plan(position, key, label, identity, seal) VALUES(?1, ?2, ?3, ?4, ?5)",
        error);
    if (statement == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        g_autofree char *position = g_strdup_printf("%zu", i);
        const char *const parts[] = {position, places[i].key, places[i].label, places[i].identity};
        g_autofree char *sum = ivc_store_seal(parts, G_N_ELEMENTS(parts));
        sqlite3_bind_int64(statement, 1, (sqlite3_int64)i);
        bind_text(statement, 2, places[i].key);
        bind_text(statement, 3, places[i].label);
        bind_text(statement, 4, places[i].identity);
        bind_text(statement, 5, sum);
        if (!finish(store, statement, error)) {
            return false;
        }
        sqlite3_reset(statement);
    }
    return true;
}

bool ivc_store_begin(IvcStore *store, GError **error)
{
    return ivc_store_exec(store, "BEGIN IMMEDIATE", error);
}

bool ivc_store_commit(IvcStore *store, GError **error)
{
    return ivc_store_exec(store, "COMMIT", error);
}

bool ivc_store_set_plan(IvcStore *store, const IvcStorePlace *places, size_t n, GError **error)
{
    if (!ivc_store_exec(store, "SAVEPOINT plan; DELETE FROM plan;", error)) {
        return false;
    }
    if (!insert_places(store, places, n, error) || !ivc_store_exec(store, "RELEASE plan", error)) {
        sqlite3_exec(store->db, "ROLLBACK TO plan; RELEASE plan", NULL, NULL, NULL);
        return false;
    }
    return true;
}

static void clear_place(gpointer place)
{
    ivc_store_place_clear(place);
}

GArray *ivc_store_plan(IvcStore *store, GError **error)
{
    g_autoptr(sqlite3_stmt) statement =
        ivc_store_prepare(store, "SELECT key, label, identity FROM plan ORDER BY position", error);
    if (statement == NULL) {
        return NULL;
    }
    g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(IvcStorePlace));
    g_array_set_clear_func(places, clear_place);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        IvcStorePlace place = {column_text(statement, 0), column_text(statement, 1),
                               column_text(statement, 2)};
        g_array_append_val(places, place);
    }
    if (code != SQLITE_DONE) {
        ivc_store_set_error(store, sqlite3_extended_errcode(store->db), error);
        return NULL;
    }
    return g_steal_pointer(&places);
}

bool ivc_store_set_text(IvcStore *store, const char *name, const char *text, GError **error)
{
    const char *sql = text != NULL
                          ? "INSERT OR REPLACE INTO texts(name, text, seal) VALUES(?1, ?2, ?3)"
                          : "DELETE FROM texts WHERE name=?1";
    const char *const parts[] = {name, text};
    g_autofree char *sum = ivc_store_seal(parts, G_N_ELEMENTS(parts));
    g_autoptr(sqlite3_stmt) statement = ivc_store_prepare(store, sql, error);
    if (statement == NULL) {
        return false;
    }
    bind_text(statement, 1, name);
    if (text != NULL) {
        bind_text(statement, 2, text);
        bind_text(statement, 3, sum);
    }
    return finish(store, statement, error);
}

bool ivc_store_text(IvcStore *store, const char *name, char **ret_text, GError **error)
{
    g_autoptr(sqlite3_stmt) statement =
        ivc_store_prepare(store, "SELECT text FROM texts WHERE name=?1", error);
    if (statement == NULL) {
        return false;
    }
    bind_text(statement, 1, name);
    int code = sqlite3_step(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        ivc_store_set_error(store, sqlite3_extended_errcode(store->db), error);
        return false;
    }
    *ret_text = code == SQLITE_ROW ? column_text(statement, 0) : NULL;
    return true;
}
