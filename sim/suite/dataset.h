/** @file
 *  Measurements in long format: a CSV file with one value a row. docs/validation.md has the
 * columns.
 */
#pragma once

#include <stdint.h>

#include "sim/suite/files.h"

/** What a row may be used for. */
typedef enum {
    IVC_ROLE_CALIBRATE, /**< it may set a parameter */
    IVC_ROLE_PREDICT,   /**< it may not, in any way */
} IvcDataRole;

/** "calibrate", "predict"; ends with NULL. In the order of the enum. */
extern const char *const ivc_data_roles[];

typedef struct {
    char *path;   /**< the way that was measured: a mechanism, a core */
    char *metric; /**< what was measured */
    char *unit;   /**< of value, low and high; as the file says it */
    char *source; /**< may be empty */
    bool sized;   /**< whether the row has message_bytes */
    uint64_t message_bytes;
    double value; /**< above 0 */
    double low;   /**< lowest and highest of several runs; NAN: not given */
    double high;
    IvcDataRole role;
    IvcPlace place;      /**< of the row: its path */
    IvcPlace unit_place; /**< of its unit */
} IvcDataRow;

typedef struct {
    char *name;        /**< of the file, without folder and ending */
    IvcSource *source; /**< owned */
    GArray *rows;      /**< IvcDataRow, in the order of the file */
} IvcDataSet;

/**
 * Reads and checks a data set: columns by name, in any order; unknown ones are refused.
 *
 * @param named  where the file is named, for messages
 * @return transfer full, or NULL with errors added
 */
IvcDataSet *ivc_data_set_load(const IvcSuitePath *path, IvcPlace named, IvcDiags *diags);
void ivc_data_set_free(IvcDataSet *data);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcDataSet, ivc_data_set_free)

static inline const IvcDataRow *ivc_data_row(const IvcDataSet *data, guint i)
{
    return &g_array_index(data->rows, IvcDataRow, i);
}
