/** @file
 *  The results store of a sweep: one SQLite file with one row a finished point, under the point's
 *  content address. A row is written whole and at once: killing the program at any moment loses no
 *  finished point. One thread at a time may use a store.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define IVC_STORE_ERROR (ivc_store_error_quark())
GQuark ivc_store_error_quark(void);

typedef enum {
    IVC_STORE_ERROR_OPEN,    /**< missing, unreadable, unwritable, not a regular file */
    IVC_STORE_ERROR_FOREIGN, /**< a database, but of another program */
    IVC_STORE_ERROR_VERSION, /**< a store of another version of this program */
    IVC_STORE_ERROR_DAMAGED, /**< not a database, or one whose content is broken */
    IVC_STORE_ERROR_FULL,    /**< no space left where the store is */
    IVC_STORE_ERROR_BUSY,    /**< another program holds it */
    IVC_STORE_ERROR_IO,      /**< any other failure to read or write */
} IvcStoreError;

/** Version of the tables; another one is refused, never converted in silence. */
#define IVC_STORE_VERSION 2

/** Its name in the folder of a sweep. */
#define IVC_STORE_FILE "results.sqlite"

typedef enum {
    IVC_STORE_READ,  /**< the file must exist and is not changed */
    IVC_STORE_WRITE, /**< created when it does not exist */
} IvcStoreMode;

typedef enum {
    IVC_STORE_NONE, /**< the point has not finished yet */
    IVC_STORE_OK,
    IVC_STORE_FAILED,
} IvcStoreStatus;

/** One finished point. */
typedef struct {
    IvcStoreStatus status;
    char *message;    /**< failed: why; else NULL */
    char *result;     /**< ok: the text of ivc_result_to_json(); else NULL */
    uint64_t wall_us; /**< real time that the run took, in microseconds */
    uint64_t runs;    /**< how often it was run to its end and stored; set by the store */
} IvcStorePoint;

void ivc_store_point_clear(IvcStorePoint *point);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IvcStorePoint, ivc_store_point_clear)

/** One line of the plan: which point stands where in the outputs. */
typedef struct {
    char *key;      /**< content address */
    char *label;    /**< for people: "channel=shmem workload.message=64KiB" */
    char *identity; /**< JSON object: what outputs say of the point, finished or not */
} IvcStorePlace;

void ivc_store_place_clear(IvcStorePlace *place);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IvcStorePlace, ivc_store_place_clear)

typedef struct IvcStore IvcStore;

/**
 * Opens a store and checks it whole: damage is found here, not in the middle of a sweep.
 *
 * @param path  of the database file
 * @return transfer full, or NULL with an error of domain IVC_STORE_ERROR; the message names the
 *         path. The file is left as it is.
 */
IvcStore *ivc_store_open(const char *path, IvcStoreMode mode,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Whether the file that was opened still has its name: writing to one that was removed works, and
 *  leaves nothing. */
bool ivc_store_is_there(const IvcStore *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Closes a store; after a written one the folder holds one plain file. NULL is fine. */
void ivc_store_free(IvcStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcStore, ivc_store_free)

/** What to do about a store error, as a sentence for people, or NULL. Static. */
const char *ivc_store_hint(const GError *error);

/**
 * Renames a store that cannot be used (and its journal) to PATH.damaged, PATH.damaged.2 ...
 *
 * @return the new name, transfer full; NULL with an error when nothing was renamed
 */
char *ivc_store_set_aside(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Makes a store of the points whose seals hold in one that cannot be used.
 *
 * @param path  of the damaged file; it is left as it is, and may be no database at all
 * @param to_path  of the new file; one that is there is replaced
 * @param ret_points  how many it has
 * @return false with an error when they cannot be written
 */
bool ivc_store_salvage(const char *path, const char *to_path, uint64_t *ret_points,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Writes a finished point, replacing an earlier one with that key. On disk when it returns true.
 */
bool ivc_store_put(IvcStore *store, const char *key, const IvcStorePoint *point,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Reads a point and verifies its seal.
 *
 * @param ret_point  set on success: status IVC_STORE_NONE when the key is not there
 */
bool ivc_store_get(IvcStore *store, const char *key, IvcStorePoint *ret_point,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Forgets all points: everything is to be run again. */
bool ivc_store_clear(IvcStore *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** What is written from here to the commit is there as a whole, or not at all when the program is
 *  killed or the store is closed before. */
bool ivc_store_begin(IvcStore *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool ivc_store_commit(IvcStore *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Replaces the plan: the points of this sweep in the order of the outputs. */
bool ivc_store_set_plan(IvcStore *store, const IvcStorePlace *places, size_t n,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Returns the plan in order: IvcStorePlace items, transfer full (with a clear function). */
GArray *ivc_store_plan(IvcStore *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Keeps a text under a name: the resolved scenario, the manifest. NULL: forgets it. */
bool ivc_store_set_text(IvcStore *store, const char *name, const char *text,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** @param ret_text  transfer full; NULL when there is none */
bool ivc_store_text(IvcStore *store, const char *name, char **ret_text,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
