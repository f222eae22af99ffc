/** @file
 *  Questions to `ivcsim-simgrid`, the program that links SimGrid: finds it, starts it, asks. What
 *  can be asked is at the head of simgrid/ivcsim_simgrid.c. Where it is missing, an error says so
 *  and what to install.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define IVC_SIMGRID_ERROR (ivc_simgrid_error_quark())
GQuark ivc_simgrid_error_quark(void);

typedef enum {
    IVC_SIMGRID_ERROR_MISSING, /**< a program is not there */
    IVC_SIMGRID_ERROR_START,   /**< it is there, and does not start or ends at once */
    IVC_SIMGRID_ERROR_ANSWER,  /**< it could not answer, or SimGrid refused */
} IvcSimgridError;

/** How to get what is missing, one sentence. */
extern const char ivc_simgrid_hint[];

typedef struct IvcSimgrid IvcSimgrid;

/**
 * Where a program is: beside the running one, else in PATH.
 *
 * @param name  "ivcsim-simgrid", or one of SimGrid's own commands: "smpicc", "smpirun"
 * @return transfer full; NULL with IVC_SIMGRID_ERROR_MISSING
 */
char *ivc_simgrid_find(const char *name, GError **error);

/**
 * Makes a folder for files whose names SimGrid reads, which it splits at spaces: where TMPDIR says,
 * but in /tmp where that has a name with spaces.
 *
 * @param name  with XXXXXX at its end
 * @return transfer full; NULL with G_FILE_ERROR
 */
char *ivc_simgrid_make_folder(const char *name, GError **error);

/**
 * Starts `ivcsim-simgrid` and hears which version of SimGrid it has.
 *
 * @param path  of the program; NULL: what ivc_simgrid_find() finds
 * @return transfer full, free with ivc_simgrid_free()
 */
IvcSimgrid *ivc_simgrid_start(const char *path, GError **error);
void ivc_simgrid_free(IvcSimgrid *simgrid);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcSimgrid, ivc_simgrid_free)

/** "3.32.0"; borrowed. */
const char *ivc_simgrid_version(const IvcSimgrid *simgrid);

/**
 * Asks one question of `flows` or `execs`.
 *
 * @param question  its lines, each with its end
 * @param n         how many times the answer has
 * @param[out] ret_ended  of each piece or exec: when it was over, in the question's unit of time
 * @return false with IVC_SIMGRID_ERROR_ANSWER; other questions may follow
 */
bool ivc_simgrid_ask(IvcSimgrid *simgrid, const char *question, size_t n, double *ret_ended,
                     GError **error);
