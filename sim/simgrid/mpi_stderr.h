/** @file
 *  What comes from a program's standard error: the program's own lines go on to somebody, lines of
 *  SimGrid's log are kept, and its backtraces are dropped, since what went wrong is said in words.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
    const char *mark; /**< that each line of the log begins with */
    int output;       /**< descriptor; -1: nobody */
    GString *line;    /**< the start of one; NULL: nothing was started */
    GString *log;     /**< its lines, with their marks */
    bool inside;      /**< of a backtrace, or after a line of the log, which may have one */
} IvcMpiStderr;

IvcMpiStderr ivc_mpi_stderr_start(const char *mark, int output);
void ivc_mpi_stderr_clear(IvcMpiStderr *filter);

/** Takes the next bytes, cut anywhere, and writes the lines that they end. */
void ivc_mpi_stderr_feed(IvcMpiStderr *filter, const char *bytes, gsize size);

/** Writes to a descriptor, unless it is -1, what can be written. */
void ivc_mpi_write_all(int file, const char *bytes, gsize size);

/** Nothing more comes: writes what came after the last line's end. */
void ivc_mpi_stderr_end(IvcMpiStderr *filter);
