/** @file
 *  The table of everything that the output says about one point: name, unit, sentence and how it
 *  is derived from the integers of IvcResult. JSON, CSV, the tables for people, `list columns` and
 *  docs/results.md are all made from it. Only here do counted integers become rates and shares:
 *  with 128-bit intermediates, rounded half up to a fixed number of decimals, and only then turned
 *  into floating point, so that every computer prints the same digits.
 */
#pragma once

#include <jansson.h>

#include "sim/stats/result.h"

typedef enum {
    IVC_COLUMN_TEXT,
    IVC_COLUMN_INTEGER,
    IVC_COLUMN_REAL,
    IVC_COLUMN_BOOL,
    IVC_COLUMN_BY_GUEST, /**< an object, guest to real; in CSV one column each: `name.guest` */
    IVC_COLUMN_BY_NAME,  /**< an object, name to number; in CSV one column each */
    IVC_COLUMN_LIST,     /**< an array of records; in CSV one column for each record and value:
                              `prefix.key.value`, or left out */
} IvcColumnType;

typedef struct {
    const char *name; /**< the unit is part of it: "bandwidth_bytes_per_s" */
    IvcColumnType type;
    const char *unit; /**< "bytes/s", "ps", "1" for shares, "" for texts */
    const char *sentence;
    json_t *(*get)(const IvcResult *result); /**< transfer full; JSON null where there is none;
                                                  NULL: the point has no such column */
    const char *csv_prefix;      /**< objects, lists: start of their CSV columns; NULL: left out */
    const char *const *csv_keys; /**< lists: members that name a record, NULL-terminated */
    const char *const *csv_values; /**< lists: members that are values, NULL-terminated */
} IvcColumn;

/** Ends with a row whose name is NULL. The order is that of the CSV columns. */
extern const IvcColumn ivc_columns[];

/** Returns "text", "integer", "real", "boolean", "by guest", "by name", "list"; static. */
const char *ivc_column_type_name(IvcColumnType type);

/** The column of that name, or NULL. */
const IvcColumn *ivc_column_find(const char *name);

/** Columns of repeats and estimates (sim/stats/columns_sampling.c); NULL where there are none. */
json_t *ivc_column_repeats(const IvcResult *result);
json_t *ivc_column_estimated(const IvcResult *result);
json_t *ivc_column_batches(const IvcResult *result);
json_t *ivc_column_confidence(const IvcResult *result);
json_t *ivc_column_reached(const IvcResult *result);
json_t *ivc_column_half_bandwidth(const IvcResult *result);
json_t *ivc_column_half_latency(const IvcResult *result);
json_t *ivc_column_half_p50(const IvcResult *result);
json_t *ivc_column_half_p99(const IvcResult *result);
json_t *ivc_column_samples(const IvcResult *result);

/** A point as a JSON object with all columns. @return transfer full */
json_t *ivc_point_json(const IvcResult *result);
