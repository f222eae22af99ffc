/** @file
 *  A result as JSON text and back, without loss: how the results store keeps it. This is the
 *  store's format, not the output for users (that one has derived columns with units).
 */
#pragma once

#include "sim/stats/result.h"

/** Number of the format; it is part of every point's content address. */
#define IVC_RESULT_FORMAT 6

#define IVC_RESULT_ERROR (ivc_result_error_quark())
GQuark ivc_result_error_quark(void);

typedef enum {
    IVC_RESULT_ERROR_FORMAT, /**< the text is no result: not JSON, a member missing or wrong */
} IvcResultError;

/**
 * Writes every member of a result. Integers beyond 2^63 - 1 become strings of digits, so that
 * nothing is rounded. Equal results give equal text. @return transfer full
 */
char *ivc_result_to_json(const IvcResult *result) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Reads what ivc_result_to_json() wrote. Members that are static texts in the simulator (stages,
 * counts) point to interned strings.
 *
 * @return transfer full, or NULL with an error of domain IVC_RESULT_ERROR that names the member
 */
IvcResult *ivc_result_from_json(const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
