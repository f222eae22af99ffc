/** @file
 *  Where the verb `plot` gets its points from.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/**
 * Reads the results of a sweep: a folder with `results.sqlite` (or `points.json`), the store
 * itself, or a JSON file as `sweep` and `export` write it, with `points`, or a plain array of them.
 *
 * @return transfer full: `{"points": [...], "manifest": {...}}`, or NULL with an error that names
 *         the file: IVC_PLOT_ERROR_INPUT, IVC_STORE_ERROR, G_FILE_ERROR
 */
json_t *ivc_plot_read(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
