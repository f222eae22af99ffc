/*
 * A line of the log may come after the start of a line that the program has not ended. A backtrace
 * is a line that says so or one of the log, a line for each call, and an empty one.
 */
#include "sim/simgrid/mpi_stderr.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void ivc_mpi_write_all(int file, const char *bytes, gsize size)
{
    while (file >= 0 && size > 0) {
        gssize n = write(file, bytes, size);
        if (n < 0 && errno != EINTR)
            return;
        bytes += MAX(n, 0);
        size -= (gsize)MAX(n, 0);
    }
}

IvcMpiStderr ivc_mpi_stderr_start(const char *mark, int output)
{
    return (IvcMpiStderr){
        .mark = mark, .output = output, .line = g_string_new(NULL), .log = g_string_new(NULL)};
}

void ivc_mpi_stderr_clear(IvcMpiStderr *filter)
{
    if (filter->line == NULL)
        return;
    g_string_free(g_steal_pointer(&filter->line), TRUE);
    g_string_free(g_steal_pointer(&filter->log), TRUE);
}

static void take_line(IvcMpiStderr *filter, const char *line)
{
    const char *logged = strstr(line, filter->mark);
    if (logged != NULL) {
        ivc_mpi_write_all(filter->output, line, (gsize)(logged - line));
        g_string_append(filter->log, logged);
        filter->inside = true;
        return;
    }
    bool of_trace = g_str_has_prefix(line, "Backtrace (displayed in ");
    if (of_trace || (filter->inside && g_str_has_prefix(line, "  ->"))) {
        filter->inside = true;
        return;
    }
    if (!filter->inside || strcmp(line, "\n") != 0)
        ivc_mpi_write_all(filter->output, line, strlen(line));
    filter->inside = false;
}

void ivc_mpi_stderr_feed(IvcMpiStderr *filter, const char *bytes, gsize size)
{
    while (size > 0) {
        const char *end = memchr(bytes, '\n', size);
        gsize part = end != NULL ? (gsize)(end - bytes) + 1 : size;
        g_string_append_len(filter->line, bytes, (gssize)part);
        if (end == NULL)
            return;
        take_line(filter, filter->line->str);
        g_string_truncate(filter->line, 0);
        bytes += part;
        size -= part;
    }
}

void ivc_mpi_stderr_end(IvcMpiStderr *filter)
{
    if (filter->line->len > 0)
        take_line(filter, filter->line->str);
    g_string_truncate(filter->line, 0);
}
