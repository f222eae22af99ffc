/** @file
 *  What the files of the results store share; for nobody else.
 */
#pragma once

#include <sqlite3.h>
#include <sys/stat.h>

#include "sim/scenario/store.h"

/* What is read of a point, in this order: what its seal is over, the seal, and what is no result.
 */
#define IVC_STORE_COLUMNS "key, status, message, result, seal, wall_us, runs"
enum {
    IVC_STORE_COLUMN_KEY,
    IVC_STORE_COLUMN_STATUS,
    IVC_STORE_COLUMN_MESSAGE,
    IVC_STORE_COLUMN_RESULT,
    IVC_STORE_COLUMN_SEAL,
    IVC_STORE_COLUMN_WALL_US,
    IVC_STORE_COLUMN_RUNS
};
#define IVC_STORE_POINT_PARTS IVC_STORE_COLUMN_SEAL

/* At most so many columns of a row are under its seal. */
#define IVC_STORE_PARTS_MAX 4

/* What SQLite keeps beside a file has one of these behind its name. */
extern const char *const ivc_store_tails[3];

struct IvcStore {
    sqlite3 *db;
    char *path;
    IvcStoreMode mode;
    struct stat about; /* of the file, when it was opened */
    bool sound;        /* passed all checks: before that, nothing is written to somebody's file */
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC(sqlite3_stmt, sqlite3_finalize)

/** Turns an SQLite code into an error: the one place that does. */
void ivc_store_set_error(const IvcStore *store, int code, GError **error);

/** Runs statements that return no rows. */
bool ivc_store_exec(IvcStore *store, const char *sql, GError **error);

/** @return transfer full, or NULL with an error */
sqlite3_stmt *ivc_store_prepare(IvcStore *store, const char *sql, GError **error);

/** Reads the one value of a one-row statement. */
bool ivc_store_number(IvcStore *store, const char *sql, int64_t *ret_n, GError **error);

/** Opens the file, whatever is in it. @return an SQLite code; `*ret_db` is to be closed anyway */
int ivc_store_open_database(const char *path, IvcStoreMode mode, sqlite3 **ret_db);

/** What a row of IVC_STORE_COLUMNS holds; its seal is not looked at. */
void ivc_store_read_point(sqlite3_stmt *row, IvcStorePoint *ret_point);

/** The checksum over `n` parts of a row, of which some may be NULL. @return transfer full */
char *ivc_store_seal(const char *const *parts, size_t n);

/**
 * Verifies that the column behind the first `n` of a row is their seal.
 *
 * @param what  what such a row is, for the message; the first column tells which one
 */
bool ivc_store_check_seal(const IvcStore *store, const char *what, sqlite3_stmt *row, size_t n,
                          GError **error);
