/** @file
 *  Folders for files that nobody keeps.
 */
#pragma once

#include <glib.h>

/**
 * Makes a folder that only this user may read.
 *
 * @param below  where; NULL: where TMPDIR says, else /tmp
 * @param name   with XXXXXX at its end
 * @return its absolute path, transfer full; NULL with G_FILE_ERROR
 */
char *ivc_temporary_folder(const char *below, const char *name, GError **error);
