/*
 * Opening, checking and closing a results store, and what to do with one that cannot be used. All
 * damage is found here: until every check has passed, nothing is written to the file.
 */
#include "sim/scenario/store_private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

/* "ivcs": file(1) and SQLite show it; a database without it is not ours. */
#define APPLICATION_ID 0x69766373

const char *ivc_store_hint(const GError *error)
{
    if (error == NULL || error->domain != IVC_STORE_ERROR) {
        return NULL;
    }
    switch ((IvcStoreError)error->code) {
    case IVC_STORE_ERROR_VERSION:
        return "the program that wrote it reads it; 'ivcsim sweep --force' of this one sets the "
               "file aside (results.sqlite.damaged) and runs every point again";
    case IVC_STORE_ERROR_DAMAGED:
        return "'ivcsim sweep --salvage' sets the file aside (results.sqlite.damaged), keeps the "
               "points that are whole and runs the others; with '--force' it runs every point "
               "again";
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

bool ivc_store_number(IvcStore *store, const char *sql, int64_t *ret_n, GError **error)
{
    g_autoptr(sqlite3_stmt) statement = ivc_store_prepare(store, sql, error);
    if (statement == NULL) {
        return false;
    }
    if (sqlite3_step(statement) != SQLITE_ROW) {
        ivc_store_set_error(store, sqlite3_extended_errcode(store->db), error);
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
int ivc_store_open_database(const char *path, IvcStoreMode mode, sqlite3 **ret_db)
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
        "CREATE TABLE texts(name TEXT PRIMARY KEY NOT NULL, text TEXT NOT NULL, seal TEXT NOT NULL)"
        " WITHOUT ROWID;"
        "CREATE TABLE points(key TEXT PRIMARY KEY NOT NULL, status TEXT NOT NULL, message TEXT,"
        " result TEXT, wall_us INTEGER NOT NULL, runs INTEGER NOT NULL, seal TEXT NOT NULL);"
        "CREATE TABLE plan(position INTEGER PRIMARY KEY, key TEXT NOT NULL, label TEXT NOT NULL,"
        " identity TEXT NOT NULL, seal TEXT NOT NULL);"
        "COMMIT;",
        APPLICATION_ID, IVC_STORE_VERSION);
    return ivc_store_exec(store, sql, error);
}

/* Whose file is it, and which version? A new, empty one becomes a store. */
static bool check_identity(IvcStore *store, GError **error)
{
    int64_t application = 0;
    int64_t version = 0;
    int64_t tables = 0;
    if (!ivc_store_number(store, "PRAGMA application_id", &application, error) ||
        !ivc_store_number(store, "PRAGMA user_version", &version, error) ||
        !ivc_store_number(store, "SELECT count(*) FROM sqlite_master", &tables, error)) {
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

/* The tables, and how many columns the seal of a row is over. */
static const struct {
    const char *what;
    const char *sql;
    size_t parts;
} sealed[] = {
    {"point", "SELECT " IVC_STORE_COLUMNS " FROM points", IVC_STORE_POINT_PARTS},
    {"line of the plan", "SELECT position, key, label, identity, seal FROM plan", 4},
    {"text", "SELECT name, text, seal FROM texts", 2},
};

static bool check_seals(IvcStore *store, size_t table, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = ivc_store_prepare(store, sealed[table].sql, error);
    if (rows == NULL) {
        return false;
    }
    int code;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        if (!ivc_store_check_seal(store, sealed[table].what, rows, sealed[table].parts, error)) {
            return false;
        }
    }
    if (code != SQLITE_DONE) {
        ivc_store_set_error(store, sqlite3_extended_errcode(store->db), error);
        return false;
    }
    return true;
}

static bool check_content(IvcStore *store, GError **error)
{
    /* The quick check leaves out whether rows and their index agree: a key that is changed in one
     * of them would hide a point. */
    g_autoptr(sqlite3_stmt) statement =
        ivc_store_prepare(store, "PRAGMA integrity_check(1)", error);
    if (statement == NULL) {
        return false;
    }
    if (sqlite3_step(statement) != SQLITE_ROW) {
        ivc_store_set_error(store, sqlite3_extended_errcode(store->db), error);
        return false;
    }
    const char *text = (const char *)sqlite3_column_text(statement, 0);
    if (g_strcmp0(text, "ok") != 0) {
        g_autofree char *line = g_strdelimit(g_strdup(text != NULL ? text : "?"), "\n", ' ');
        g_set_error(error, IVC_STORE_ERROR, IVC_STORE_ERROR_DAMAGED,
                    "results store '%s' is damaged: %s", store->path, line);
        return false;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(sealed); i++) {
        if (!check_seals(store, i, error)) {
            return false;
        }
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
    int code = ivc_store_open_database(path, mode, &store->db);
    if (code != SQLITE_OK) {
        ivc_store_set_error(store, code, error);
        return NULL;
    }
    sqlite3_busy_timeout(store->db, 5000);
    if (!check_identity(store, error) || !check_content(store, error)) {
        return NULL;
    }
    if (mode == IVC_STORE_WRITE &&
        !ivc_store_exec(store, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;", error)) {
        return NULL;
    }
    if (stat(path, &store->about) != 0) {
        g_set_error(error, IVC_STORE_ERROR, IVC_STORE_ERROR_OPEN,
                    "cannot open results store '%s': %s", path, g_strerror(errno));
        return NULL;
    }
    store->sound = true;
    return g_steal_pointer(&store);
}

bool ivc_store_is_there(const IvcStore *store, GError **error)
{
    struct stat now;
    if (stat(store->path, &now) == 0 && now.st_dev == store->about.st_dev &&
        now.st_ino == store->about.st_ino) {
        return true;
    }
    g_set_error(error, IVC_STORE_ERROR, IVC_STORE_ERROR_IO,
                "results store '%s' was removed or replaced while it was written to", store->path);
    return false;
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

const char *const ivc_store_tails[] = {"-wal", "-shm", "-journal"};

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
    for (size_t i = 0; i < G_N_ELEMENTS(ivc_store_tails); i++) {
        g_autofree char *from_tail = g_strconcat(path, ivc_store_tails[i], NULL);
        g_autofree char *to_tail = g_strconcat(to, ivc_store_tails[i], NULL);
        if (g_rename(from_tail, to_tail) != 0 && errno != ENOENT) {
            g_set_error(error, IVC_STORE_ERROR, IVC_STORE_ERROR_IO,
                        "cannot rename '%s' to '%s': %s", from_tail, to_tail, g_strerror(errno));
            return NULL;
        }
    }
    return g_steal_pointer(&to);
}
