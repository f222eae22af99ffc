/*
 * How far a sweep is, for people. The remaining time is estimated from the expected work that is
 * done, the finished part of running points included: points differ by factors of thousands, so
 * their number says little.
 */
#include "sim/cli/progress.h"

#include <string.h>

#define BAR_CELLS 20
#define BAR_EVERY_US 100000
#define LINE_FIRST_US 2000000
#define LINE_EVERY_US 5000000

IvcProgress ivc_progress_new(const IvcCli *cli)
{
    IvcProgress progress = {.stream = cli->err, .width = cli->err_terminal.width};
    const char *when = ivc_cli_value(cli, "progress");
    if (strcmp(when, "never") == 0 || ivc_cli_flag(cli, "quiet")) {
        progress.kind = IVC_PROGRESS_NONE;
    } else if (strcmp(when, "always") == 0 || cli->err_terminal.is_tty) {
        progress.kind = IVC_PROGRESS_BAR;
    } else {
        progress.kind = IVC_PROGRESS_LINES;
        progress.next_us = LINE_FIRST_US;
    }
    return progress;
}

static void append_time(GString *text, uint64_t seconds)
{
    if (seconds >= 3600) {
        g_string_append_printf(text, "%" G_GUINT64_FORMAT ":%02u:%02u", seconds / 3600,
                               (unsigned)(seconds / 60 % 60), (unsigned)(seconds % 60));
    } else {
        g_string_append_printf(text, "%u:%02u", (unsigned)(seconds / 60), (unsigned)(seconds % 60));
    }
}

static void append_figures(GString *text, const IvcSweepStatus *status)
{
    double elapsed = (double)status->elapsed_us / 1e6;
    g_string_append_printf(text, "%zu/%zu", status->stored + status->done, status->points);
    if (status->done > 0 && elapsed > 0) {
        g_string_append_printf(text, "  %.1f points/s", (double)status->done / elapsed);
    }
    g_string_append(text, "  ETA ");
    if (status->cost_done == 0) {
        g_string_append(text, "-:--");
    } else {
        double left = (double)(status->cost_total - status->cost_done);
        double seconds = elapsed * left / (double)status->cost_done;
        append_time(text, (uint64_t)MIN(seconds + 0.5, 1e9));
    }
    g_string_append_printf(text, "  failed %zu", status->failed);
}

/* A label holds values of the scenario: no byte of it may reach the terminal as a command. */
static void append_clean(GString *text, const char *label)
{
    g_autofree char *valid = g_utf8_make_valid(label, -1);
    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        g_string_append_unichar(text, g_unichar_isprint(c) ? c : '?');
    }
}

char *ivc_progress_bar(const IvcSweepStatus *status, unsigned width)
{
    GString *text = g_string_new("[");
    double share =
        status->cost_total > 0 ? (double)status->cost_done / (double)status->cost_total : 1;
    unsigned full = (unsigned)(share * BAR_CELLS);
    for (unsigned i = 0; i < BAR_CELLS; i++) {
        g_string_append_c(text, i < full ? '#' : '.');
    }
    g_string_append(text, "] ");
    append_figures(text, status);
    if (status->current != NULL) {
        g_string_append(text, "  ");
        append_clean(text, status->current);
    }
    g_autofree char *whole = g_string_free(text, FALSE);
    /* The last column stays free: some terminals wrap when it is written. */
    glong room = MAX((glong)width - 1, 1);
    return g_utf8_strlen(whole, -1) > room ? g_utf8_substring(whole, 0, room) : g_strdup(whole);
}

char *ivc_progress_line(const IvcSweepStatus *status)
{
    GString *text = g_string_new("progress: ");
    append_figures(text, status);
    if (status->current != NULL) {
        g_string_append(text, "  ");
        append_clean(text, status->current);
    }
    return g_string_free(text, FALSE);
}

void ivc_progress_tick(const IvcSweepStatus *status, void *user)
{
    IvcProgress *progress = user;
    if (progress->kind == IVC_PROGRESS_NONE || status->elapsed_us < progress->next_us) {
        return;
    }
    if (progress->kind == IVC_PROGRESS_BAR) {
        g_autofree char *bar = ivc_progress_bar(status, progress->width);
        fprintf(progress->stream, "\r%s\033[K", bar);
        progress->drawn = true;
        progress->next_us = status->elapsed_us + BAR_EVERY_US;
    } else {
        g_autofree char *line = ivc_progress_line(status);
        fprintf(progress->stream, "%s\n", line);
        progress->next_us = status->elapsed_us + LINE_EVERY_US;
    }
    fflush(progress->stream);
}

void ivc_progress_end(IvcProgress *progress)
{
    if (progress->drawn) {
        fputs("\r\033[K", progress->stream);
        fflush(progress->stream);
        progress->drawn = false;
    }
}
