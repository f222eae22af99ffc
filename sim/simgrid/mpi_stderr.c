/*
 * A backtrace of SimGrid's is a line that says so, a line for each call, and an empty one.
 */
#include "sim/simgrid/mpi_stderr.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void write_all(int file, const char *bytes, gsize size)
{
    while (file >= 0 && size > 0) {
        gssize n = write(file, bytes, size);
        if (n < 0 && errno != EINTR)
            return;
        bytes += MAX(n, 0);
        size -= (gsize)MAX(n, 0);
    }
}

/* Whether the line, with its end, is for people. */
static bool wanted(IvcMpiStderr *filter, const char *line)
{
    if (g_str_has_prefix(line, "Backtrace (displayed in ")) {
        filter->inside = true;
        return false;
    }
    if (filter->inside && g_str_has_prefix(line, "  ->"))
        return false;
    bool last = filter->inside && strcmp(line, "\n") == 0;
    filter->inside = false;
    return !last;
}

void ivc_mpi_stderr_feed(IvcMpiStderr *filter, const char *bytes, gsize size)
{
    if (filter->line == NULL)
        filter->line = g_string_new(NULL);
    while (size > 0) {
        const char *end = memchr(bytes, '\n', size);
        gsize part = end != NULL ? (gsize)(end - bytes) + 1 : size;
        g_string_append_len(filter->line, bytes, (gssize)part);
        if (end == NULL)
            return;
        if (wanted(filter, filter->line->str))
            write_all(filter->output, filter->line->str, filter->line->len);
        g_string_truncate(filter->line, 0);
        bytes += part;
        size -= part;
    }
}

void ivc_mpi_stderr_end(IvcMpiStderr *filter)
{
    if (filter->line == NULL)
        return;
    if (filter->line->len > 0 && wanted(filter, filter->line->str))
        write_all(filter->output, filter->line->str, filter->line->len);
    g_string_free(g_steal_pointer(&filter->line), TRUE);
}
