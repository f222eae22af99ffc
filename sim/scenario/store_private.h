/** @file
 *  What the two files of the results store share; for nobody else.
 */
#pragma once

#include <sqlite3.h>

#include "sim/scenario/store.h"

/* What is read of a point, in this order. */
#define IVC_STORE_COLUMNS "status, message, result, wall_us, runs, seal"
enum {
    IVC_STORE_COLUMN_STATUS,
    IVC_STORE_COLUMN_MESSAGE,
    IVC_STORE_COLUMN_RESULT,
    IVC_STORE_COLUMN_WALL_US,
    IVC_STORE_COLUMN_RUNS,
    IVC_STORE_COLUMN_SEAL,
    IVC_STORE_COLUMN_KEY /* where it is read too */
};

struct IvcStore {
    sqlite3 *db;
    char *path;
    IvcStoreMode mode;
    bool sound; /* passed all checks: before that, nothing is written to somebody's file */
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC(sqlite3_stmt, sqlite3_finalize)

/** Turns an SQLite code into an error: the one place that does. */
void ivc_store_set_error(const IvcStore *store, int code, GError **error);

/** Runs statements that return no rows. */
bool ivc_store_exec(IvcStore *store, const char *sql, GError **error);

/** @return transfer full, or NULL with an error */
sqlite3_stmt *ivc_store_prepare(IvcStore *store, const char *sql, GError **error);

/** Verifies the seal of the point `key` whose IVC_STORE_COLUMNS are the columns of `row`. */
bool ivc_store_check_seal(const IvcStore *store, const char *key, sqlite3_stmt *row,
                          GError **error);
