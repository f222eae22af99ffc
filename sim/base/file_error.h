/** @file
 *  Errors of files and folders, said alike everywhere.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/**
 * Sets an error of G_FILE_ERROR: the text, ": ", and the reason.
 *
 * @param reason  errno
 * @param format  printf's: what cannot be done, or a path
 * @return false
 */
bool ivc_file_fail(GError **error, int reason, const char *format, ...) G_GNUC_PRINTF(3, 4);
