/*
 * The results store: points, plan and texts in one SQLite file. A commit per point in WAL mode: a
 * killed program loses nothing, because what was committed is in the kernel's hands. (A power cut
 * may lose the last points, never the file: synchronous=NORMAL.) Each row carries a seal, since
 * SQLite itself does not notice a flipped bit inside a text. Leaves out: what a point is, and when
 * it is run (sweep.c); locks between programs (the sweep locks the folder).
 */
#include "sim/scenario/store.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* "ivcs": file(1) and SQLite show it; a database without it is not ours. */
#define APPLICATION_ID 0x69766373

/* What is read of a point, in this order. */
#define COLUMNS "status, message, result, wall_us, runs, seal"
enum {
    COLUMN_STATUS,
    COLUMN_MESSAGE,
    COLUMN_RESULT,
    COLUMN_WALL_US,
    COLUMN_RUNS,
    COLUMN_SEAL,
    COLUMN_KEY /* where it is read too */
};

struct IvcStore {
    sqlite3 *db;
    char *path;
    IvcStoreMode mode;
    bool sound; /* passed all checks: before that, nothing is written to somebody's file */
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC(sqlite3_stmt, sqlite3_finalize)

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

const char *ivc_store_hint(const GError *error)
{
    if (error == NULL || error->domain != IVC_STORE_ERROR) {
        return NULL;
    }
    switch ((IvcStoreError)error->code) {
    case IVC_STORE_ERROR_DAMAGED:
    case IVC_STORE_ERROR_VERSION:
        return "'ivcsim sweep --force' sets the file aside (results.sqlite.damaged) and runs every "
               "point again";
    case IVC_STORE_ERROR_FOREIGN:
        return "choose another folder with -o; 'ivcsim sweep --force' would set the file aside "
               "(results.sqlite.damaged)";
    case IVC_STORE_ERROR_FULL:
        return "free some space and type the same command again: stored points are not run again";
    case IVC_STORE_ERROR_BUSY:
        return "wait until the other program has ended";
    case IVC_STORE_ERROR_OPEN:
    case IVC_STORE_ERROR_IO:
        return NULL;
    }
    return NULL;
}

/* The one place where SQLite's codes become ours. */
static void set_error(const IvcStore *store, int code, GError **error)
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
    case SQLITE_PERM:
        g_set_error(error, IVC_STORE_ERROR, IVC_STORE_ERROR_OPEN,
                    "cannot open results store '%s': %s", store->path, text);
        return;
    default: {
        int system = sqlite3_system_errno(store->db);
        bool full = system == ENOSPC || system == EDQUOT;
        g_set_error(error, IVC_STORE_ERROR, full ? IVC_STORE_ERROR_FULL : IVC_STORE_ERROR_IO,
                    "results store '%s': %s", store->path, full ? g_strerror(system) : text);
        return;
    }
    }
}

static bool run(IvcStore *store, const char *sql, GError **error)
{
    int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    if (code != SQLITE_OK) {
        set_error(store, sqlite3_extended_errcode(store->db), error);
        return false;
    }
    return true;
}

static sqlite3_stmt *prepare(IvcStore *store, const char *sql, GError **error)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) != SQLITE_OK) {
        set_error(store, sqlite3_extended_errcode(store->db), error);
        return NULL;
    }
    return statement;
}

/* Steps a statement that returns no rows. */
static bool finish(IvcStore *store, sqlite3_stmt *statement, GError **error)
{
    if (sqlite3_step(statement) != SQLITE_DONE) {
        set_error(store, sqlite3_extended_errcode(store->db), error);
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

/* Reads the one value of a one-row statement. */
static bool read_number(IvcStore *store, const char *sql, int64_t *ret_n, GError **error)
{
    g_autoptr(sqlite3_stmt) statement = prepare(store, sql, error);
    if (statement == NULL) {
        return false;
    }
    if (sqlite3_step(statement) != SQLITE_ROW) {
        set_error(store, sqlite3_extended_errcode(store->db), error);
        return false;
    }
    *ret_n = sqlite3_column_int64(statement, 0);
    return true;
}

static bool check_file(const char *path, IvcStoreMode mode, GError **error)
{
    struct stat about;
    if (stat(path, &about) != 0) {
        if (errno == ENOENT && mode == IVC_STORE_WRITE) {
            return true;
        }
        g_set_error(error, IVC_STORE_ERROR, IVC_STORE_ERROR_OPEN,
                    "cannot open results store '%s': %s", path, g_strerror(errno));
        return false;
    }
    /* A pipe would make the program hang. */
    if (!S_ISREG(about.st_mode)) {
        g_set_error(error, IVC_STORE_ERROR, IVC_STORE_ERROR_OPEN,
                    "cannot open results store '%s': not a regular file", path);
        return false;
    }
    return true;
}

/*
 * WAL files need a shared-memory file beside the database. Where the folder is read-only and
 * nothing is left in the journal, SQLite may be told that nobody writes.
 */
static int open_database(const char *path, IvcStoreMode mode, sqlite3 **ret_db)
{
    if (mode == IVC_STORE_WRITE) {
        int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
        return sqlite3_open_v2(path, ret_db, flags, NULL);
    }
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *journal = g_strconcat(path, "-wal", NULL);
    bool still = g_access(folder, W_OK) != 0 && g_access(journal, F_OK) != 0;
    g_autofree char *escaped = g_uri_escape_string(path, "/", FALSE);
    g_autofree char *uri = g_strdup_printf("file:%s%s", escaped, still ? "?immutable=1" : "");
    return sqlite3_open_v2(uri, ret_db, flags, NULL);
}

static bool create_tables(IvcStore *store, GError **error)
{
    /* In one transaction: killed here, the file is empty and the next start creates it again. */
    g_autofree char *sql = g_strdup_printf(
        "PRAGMA journal_mode=WAL;"
        "BEGIN IMMEDIATE;"
        "PRAGMA application_id=%d;"
        "PRAGMA user_version=%d;"
        "CREATE TABLE texts(name TEXT PRIMARY KEY NOT NULL, text TEXT NOT NULL) WITHOUT ROWID;"
        "CREATE TABLE points(key TEXT PRIMARY KEY NOT NULL, status TEXT NOT NULL, message TEXT,"
        " result TEXT, wall_us INTEGER NOT NULL, runs INTEGER NOT NULL, seal TEXT NOT NULL);"
        "CREATE TABLE plan(position INTEGER PRIMARY KEY, key TEXT NOT NULL, label TEXT NOT NULL,"
        " identity TEXT NOT NULL);"
        "COMMIT;",
        APPLICATION_ID, IVC_STORE_VERSION);
    return run(store, sql, error);
}

/* Whose file is it, and which version? A new, empty one becomes a store. */
static bool check_identity(IvcStore *store, GError **error)
{
    int64_t application = 0;
    int64_t version = 0;
    int64_t tables = 0;
    if (!read_number(store, "PRAGMA application_id", &application, error) ||
        !read_number(store, "PRAGMA user_version", &version, error) ||
        !read_number(store, "SELECT count(*) FROM sqlite_master", &tables, error)) {
        return false;
    }
    if (application == 0 && version == 0 && tables == 0) {
        if (store->mode == IVC_STORE_WRITE) {
            return create_tables(store, error);
        }
        g_set_error(error, IVC_STORE_ERROR, IVC_STORE_ERROR_DAMAGED,
                    "results store '%s' is empty: no sweep has written to it", store->path);
        return false;
    }
    if (application != APPLICATION_ID) {
        g_set_error(error, IVC_STORE_ERROR, IVC_STORE_ERROR_FOREIGN,
                    "'%s' is a database of another program, no results store", store->path);
        return false;
    }
    if (version != IVC_STORE_VERSION) {
        g_set_error(error, IVC_STORE_ERROR, IVC_STORE_ERROR_VERSION,
                    "results store '%s' has version %" G_GINT64_FORMAT "; this program reads %d",
                    store->path, version, IVC_STORE_VERSION);
        return false;
    }
    return true;
}

static char *seal(const char *key, const char *status, const char *message, const char *result);

static bool check_seal(const IvcStore *store, const char *key, sqlite3_stmt *row, GError **error)
{
    const char *status = (const char *)sqlite3_column_text(row, COLUMN_STATUS);
    const char *message = (const char *)sqlite3_column_text(row, COLUMN_MESSAGE);
    const char *result = (const char *)sqlite3_column_text(row, COLUMN_RESULT);
    g_autofree char *sum = seal(key, status != NULL ? status : "", message, result);
    if (g_strcmp0(sum, (const char *)sqlite3_column_text(row, COLUMN_SEAL)) == 0) {
        return true;
    }
    g_set_error(error, IVC_STORE_ERROR, IVC_STORE_ERROR_DAMAGED,
                "results store '%s' is damaged: point %.12s does not match its seal", store->path,
                key);
    return false;
}

static bool check_seals(IvcStore *store, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = prepare(store, "SELECT " COLUMNS ", key FROM points", error);
    if (rows == NULL) {
        return false;
    }
    int code;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        const char *key = (const char *)sqlite3_column_text(rows, COLUMN_KEY);
        if (!check_seal(store, key != NULL ? key : "", rows, error)) {
            return false;
        }
    }
    if (code != SQLITE_DONE) {
        set_error(store, sqlite3_extended_errcode(store->db), error);
        return false;
    }
    return true;
}

static bool check_content(IvcStore *store, GError **error)
{
    g_autoptr(sqlite3_stmt) statement = prepare(store, "PRAGMA quick_check(1)", error);
    if (statement == NULL) {
        return false;
    }
    if (sqlite3_step(statement) != SQLITE_ROW) {
        set_error(store, sqlite3_extended_errcode(store->db), error);
        return false;
    }
    const char *text = (const char *)sqlite3_column_text(statement, 0);
    if (g_strcmp0(text, "ok") != 0) {
        g_autofree char *line = g_strdelimit(g_strdup(text != NULL ? text : "?"), "\n", ' ');
        g_set_error(error, IVC_STORE_ERROR, IVC_STORE_ERROR_DAMAGED,
                    "results store '%s' is damaged: %s", store->path, line);
        return false;
    }
    return true;
}

IvcStore *ivc_store_open(const char *path, IvcStoreMode mode, GError **error)
{
    if (!check_file(path, mode, error)) {
        return NULL;
    }
    g_autoptr(IvcStore) store = g_new0(IvcStore, 1);
    store->path = g_strdup(path);
    store->mode = mode;
    int code = open_database(path, mode, &store->db);
    if (code != SQLITE_OK) {
        set_error(store, code, error);
        return NULL;
    }
    sqlite3_busy_timeout(store->db, 5000);
    if (!check_identity(store, error) || !check_content(store, error) ||
        !check_seals(store, error)) {
        return NULL;
    }
    if (mode == IVC_STORE_WRITE &&
        !run(store, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;", error)) {
        return NULL;
    }
    store->sound = true;
    return g_steal_pointer(&store);
}

void ivc_store_free(IvcStore *store)
{
    if (store == NULL) {
        return;
    }
    if (store->mode == IVC_STORE_WRITE && store->sound) {
        /* One plain file that opens from a read-only medium too; a reader at work prevents it. */
        sqlite3_busy_timeout(store->db, 0);
        sqlite3_exec(store->db, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
    }
    sqlite3_close(store->db);
    g_free(store->path);
    g_free(store);
}

char *ivc_store_set_aside(const char *path, GError **error)
{
    g_autofree char *to = g_strconcat(path, ".damaged", NULL);
    for (unsigned i = 2; g_file_test(to, G_FILE_TEST_EXISTS); i++) {
        g_free(to);
        to = g_strdup_printf("%s.damaged.%u", path, i);
    }
    if (g_rename(path, to) != 0) {
        g_set_error(error, IVC_STORE_ERROR, IVC_STORE_ERROR_IO, "cannot rename '%s' to '%s': %s",
                    path, to, g_strerror(errno));
        return NULL;
    }
    /* The journal belongs to the old file; beside a new one it would be taken for its own. */
    const char *const tails[] = {"-wal", "-shm", "-journal"};
    for (size_t i = 0; i < G_N_ELEMENTS(tails); i++) {
        g_autofree char *from_tail = g_strconcat(path, tails[i], NULL);
        g_autofree char *to_tail = g_strconcat(to, tails[i], NULL);
        if (g_rename(from_tail, to_tail) != 0 && errno != ENOENT) {
            g_set_error(error, IVC_STORE_ERROR, IVC_STORE_ERROR_IO,
                        "cannot rename '%s' to '%s': %s", from_tail, to_tail, g_strerror(errno));
            return NULL;
        }
    }
    return g_steal_pointer(&to);
}

static const char *status_name(IvcStoreStatus status)
{
    return status == IVC_STORE_OK ? "ok" : "failed";
}

/* Over everything of a row that decides what is shown. */
static char *seal(const char *key, const char *status, const char *message, const char *result)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    const char *const parts[] = {key, status, message != NULL ? message : "",
                                 result != NULL ? result : ""};
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        /* With the terminator, so that text cannot move from one part into the next. */
        g_checksum_update(sum, (const guchar *)parts[i], (gssize)strlen(parts[i]) + 1);
    }
    return g_strdup(g_checksum_get_string(sum));
}

bool ivc_store_put(IvcStore *store, const char *key, const IvcStorePoint *point, GError **error)
{
    g_autoptr(sqlite3_stmt) statement =
        prepare(store,
                "INSERT INTO points(key, status, message, result, wall_us, seal, runs)"
                " VALUES(?1, ?2, ?3, ?4, ?5, ?6, 1) ON CONFLICT(key) DO UPDATE SET"
                " status=?2, message=?3, result=?4, wall_us=?5, seal=?6, runs=runs+1",
                error);
    if (statement == NULL) {
        return false;
    }
    const char *status = status_name(point->status);
    g_autofree char *sum = seal(key, status, point->message, point->result);
    bind_text(statement, 1, key);
    bind_text(statement, 2, status);
    bind_text(statement, 3, point->message);
    bind_text(statement, 4, point->result);
    sqlite3_bind_int64(statement, 5, (sqlite3_int64)MIN(point->wall_us, (uint64_t)INT64_MAX));
    bind_text(statement, 6, sum);
    return finish(store, statement, error);
}

bool ivc_store_get(IvcStore *store, const char *key, IvcStorePoint *ret_point, GError **error)
{
    g_autoptr(sqlite3_stmt) statement =
        prepare(store, "SELECT " COLUMNS " FROM points WHERE key=?1", error);
    if (statement == NULL) {
        return false;
    }
    bind_text(statement, 1, key);
    int code = sqlite3_step(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        set_error(store, sqlite3_extended_errcode(store->db), error);
        return false;
    }
    memset(ret_point, 0, sizeof *ret_point);
    if (code == SQLITE_DONE) {
        return true;
    }
    if (!check_seal(store, key, statement, error)) {
        return false;
    }
    const char *status = (const char *)sqlite3_column_text(statement, COLUMN_STATUS);
    ret_point->status = g_strcmp0(status, "ok") == 0 ? IVC_STORE_OK : IVC_STORE_FAILED;
    ret_point->message = column_text(statement, COLUMN_MESSAGE);
    ret_point->result = column_text(statement, COLUMN_RESULT);
    ret_point->wall_us = (uint64_t)sqlite3_column_int64(statement, COLUMN_WALL_US);
    ret_point->runs = (uint64_t)sqlite3_column_int64(statement, COLUMN_RUNS);
    return true;
}

bool ivc_store_clear(IvcStore *store, GError **error)
{
    return run(store, "DELETE FROM points", error);
}

static bool insert_places(IvcStore *store, const IvcStorePlace *places, size_t n, GError **error)
{
    g_autoptr(sqlite3_stmt) statement = prepare(
        store, "INSERT INTO plan(position, key, label, identity) VALUES(?1, ?2, ?3, ?4)", error);
    if (statement == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        sqlite3_bind_int64(statement, 1, (sqlite3_int64)i);
        bind_text(statement, 2, places[i].key);
        bind_text(statement, 3, places[i].label);
        bind_text(statement, 4, places[i].identity);
        if (!finish(store, statement, error)) {
            return false;
        }
        sqlite3_reset(statement);
    }
    return true;
}

bool ivc_store_set_plan(IvcStore *store, const IvcStorePlace *places, size_t n, GError **error)
{
    if (!run(store, "BEGIN IMMEDIATE; DELETE FROM plan;", error)) {
        return false;
    }
    if (!insert_places(store, places, n, error) || !run(store, "COMMIT", error)) {
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
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
        prepare(store, "SELECT key, label, identity FROM plan ORDER BY position", error);
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
        set_error(store, sqlite3_extended_errcode(store->db), error);
        return NULL;
    }
    return g_steal_pointer(&places);
}

bool ivc_store_set_text(IvcStore *store, const char *name, const char *text, GError **error)
{
    g_autoptr(sqlite3_stmt) statement =
        prepare(store, "INSERT OR REPLACE INTO texts(name, text) VALUES(?1, ?2)", error);
    if (statement == NULL) {
        return false;
    }
    bind_text(statement, 1, name);
    bind_text(statement, 2, text);
    return finish(store, statement, error);
}

bool ivc_store_text(IvcStore *store, const char *name, char **ret_text, GError **error)
{
    g_autoptr(sqlite3_stmt) statement =
        prepare(store, "SELECT text FROM texts WHERE name=?1", error);
    if (statement == NULL) {
        return false;
    }
    bind_text(statement, 1, name);
    int code = sqlite3_step(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        set_error(store, sqlite3_extended_errcode(store->db), error);
        return false;
    }
    *ret_text = code == SQLITE_ROW ? column_text(statement, 0) : NULL;
    return true;
}
