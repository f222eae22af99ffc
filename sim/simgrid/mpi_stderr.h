/** @file
 *  What a program prints on standard error, without the backtraces that SimGrid adds when it ends
 *  ranks: what went wrong is said in words.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
    int output;    /**< descriptor; -1: nobody */
    GString *line; /**< the start of one; NULL: none yet */
    bool inside;   /**< of a backtrace */
} IvcMpiStderr;

/** Takes the next bytes, cut anywhere, and writes the lines that they end. */
void ivc_mpi_stderr_feed(IvcMpiStderr *filter, const char *bytes, gsize size);

/** Writes what came after the last line's end, and frees. */
void ivc_mpi_stderr_end(IvcMpiStderr *filter);
