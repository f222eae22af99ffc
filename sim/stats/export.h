/** @file
 *  Points as text. A point is a JSON object as ivc_point_json() makes it; a sweep may store it as
 *  text and hand it in again, and may add keys of its own ("status", "error"): a scalar gives a CSV
 *  column after the known ones, an object gives one column for each member, `key.member`.
 *
 *  Numbers have a decimal point in every locale; there is never a NaN or an infinity: what does not
 *  exist is `null`, an empty field in CSV.
 */
#pragma once

#include <jansson.h>
#include <glib.h>
#include <stdbool.h>

/** The value of the key "schema" of every JSON result. */
#define IVC_RESULT_SCHEMA "ivcsim-result/1"

/** JSON on one line with keys in their order, as in jsonl; ends without a newline.
 *  @return transfer full */
char *ivc_export_line(const json_t *value);

/**
 * A whole result: `{"schema", "status", "manifest", "points"}`, indented, ends with a newline.
 *
 * @param status    "ok", or "partial" when some points failed
 * @param manifest  as ivc_manifest_json() makes it; borrowed
 * @param points    array of points; borrowed
 * @return transfer full
 */
char *ivc_export_json(const char *status, const json_t *manifest, const json_t *points);

/** One line a point. @return transfer full */
char *ivc_export_jsonl(const json_t *points);

/** CSV after RFC 4180 (but with LF line ends): a header row, then a row a point; the columns are
 *  those that at least one point has, in the order of ivc_columns. @return transfer full */
char *ivc_export_csv(const json_t *points);

/** One CSV field, quoted where needed, appended to `out`. */
void ivc_csv_field(GString *out, const char *text);

/** A number as JSON and CSV print it: 15 significant digits, '.' as the point. Appended. */
void ivc_export_real(GString *out, double value);

/**
 * A result that failed: `{"schema", "status": "error", "error": {"code", "message"},
 * "exit_status"}`, on one line, ends with a newline.
 *
 * @param details  further diagnostics (an array), or NULL; borrowed
 * @return transfer full
 */
char *ivc_export_error(const char *code, const char *message, int exit_status,
                       const json_t *details);
