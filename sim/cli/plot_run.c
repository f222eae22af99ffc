/*
 * Runs gnuplot: found in PATH, started without a shell and without the user's start-up files, so
 * that a figure looks the same everywhere.
 */
#include "sim/cli/figure.h"

#include <glib/gstdio.h>
#include <string.h>

#define MESSAGE_MAX 600 /* of what gnuplot said, in characters */

char *ivc_figure_gnuplot(GError **error)
{
    char *path = g_find_program_in_path("gnuplot");
    if (path == NULL) {
        g_set_error(error, IVC_PLOT_ERROR, IVC_PLOT_ERROR_NO_GNUPLOT,
                    "gnuplot is not installed (not found in PATH)");
    }
    return path;
}

/* The preamble that picks the terminal: `to` and the size of a preview. */
static char *choice(const char *format, const IvcFigureTerminal *terminal)
{
    if (strcmp(format, "term") != 0) {
        return g_strdup_printf("to = '%s'", format);
    }
    return g_strdup_printf("to = 'dumb'; columns = %u; rows = %u; ansi = '%s'", terminal->columns,
                           terminal->rows, terminal->colour ? "ansi256" : "mono");
}

/* What gnuplot said, without the blank lines and without an endless list. */
static char *complaint(const char *said)
{
    GString *text = g_string_new(NULL);
    g_autofree char *valid = g_utf8_make_valid(said != NULL ? said : "", -1);
    g_auto(GStrv) lines = g_strsplit(valid, "\n", -1);
    for (char **line = lines; *line != NULL && text->len < MESSAGE_MAX; line++) {
        g_strstrip(*line);
        if (**line != '\0' && **line != '^') {
            g_string_append_printf(text, "%s%s", text->len > 0 ? "; " : "", *line);
        }
    }
    return g_string_free(text, FALSE);
}

/* A preview without the blank lines and blanks around it, and with one blank line after it. */
static char *trim_preview(const char *picture)
{
    GString *text = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(picture, "\n", -1);
    unsigned blank = 0;
    for (char **line = lines; *line != NULL; line++) {
        g_strchomp(*line);
        g_strdelimit(*line, "\f", ' ');
        if (**line == '\0' || strcmp(*line, " ") == 0) {
            blank++;
            continue;
        }
        g_string_append_printf(text, "%s%s\n", blank > 0 && text->len > 0 ? "\n" : "", *line);
        blank = 0;
    }
    g_string_append_c(text, '\n');
    return g_string_free(text, FALSE);
}

bool ivc_figure_draw(const char *gnuplot, const char *folder, const char *name, const char *format,
                     const IvcFigureTerminal *terminal, char **ret_text, GError **error)
{
    g_autofree char *first = choice(format, terminal);
    g_autofree char *script = g_strdup_printf("%s.gp", name);
    const char *argv[] = {gnuplot, "--default-settings", "-e", first, script, NULL};
    g_auto(GStrv) environment = g_get_environ();
    environment = g_environ_setenv(environment, "LC_ALL", "C.UTF-8", TRUE);
    environment = g_environ_unsetenv(environment, "GNUTERM");
    environment = g_environ_unsetenv(environment, "GNUPLOT_LIB");
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;
    int status = 0;
    if (!g_spawn_sync(folder, (char **)argv, environment, G_SPAWN_DEFAULT, NULL, NULL, &out, &err,
                      &status, error)) {
        return false;
    }
    g_autoptr(GError) ended = NULL;
    if (!g_spawn_check_wait_status(status, &ended)) {
        g_autofree char *said = complaint(err);
        g_autofree char *broken = g_strdup_printf("%s/%s.%s", folder, name, format);
        (void)g_unlink(broken); /* half a picture is worse than none */
        g_set_error(error, IVC_PLOT_ERROR, IVC_PLOT_ERROR_GNUPLOT, "gnuplot cannot draw %s.%s: %s",
                    name, format, *said != '\0' ? said : ended->message);
        return false;
    }
    if (ret_text != NULL) {
        *ret_text = trim_preview(out);
    }
    return true;
}
