/** @file
 *  Writing a result file completely or not at all.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/**
 * Writes `bytes` to a temporary file beside `path`, flushes it to the disk and renames it: under
 * its final name a file is complete or the old one. What is no regular file (a pipe, /dev/full) is
 * written directly. A symbolic link is followed. Nothing is left behind on failure.
 *
 * @param error  G_FILE_ERROR; the message names the file and the system's reason
 * @return true on success
 */
bool ivc_file_replace(const char *path, const char *bytes, size_t size,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
