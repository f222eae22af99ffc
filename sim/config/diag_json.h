/** @file
 *  Diagnostics for editors and scripts.
 */
#pragma once

#include "sim/base/diag.h"

/**
 * Writes diagnostics as a JSON array of {file, line, column, level, code, message, hint}, in order
 * of place; what a diagnostic does not have is null. Lines and columns are 1-based. Ends with a
 * newline. @return transfer full
 */
char *ivc_diags_json(const IvcDiags *diags);
