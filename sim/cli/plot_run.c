/*
 * Runs gnuplot: found in PATH, started without a shell and without the user's start-up files, so
 * that a figure looks the same everywhere.
 */
#include "sim/cli/figure.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/file_error.h"
#include "sim/stats/file_replace.h"

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

/* Ends the picture as one of its format does? gnuplot does not say that a disk is full. */
static bool is_whole(const char *format, const char *bytes, size_t size)
{
    static const struct {
        const char *format;
        const char *end;
        size_t n;
    } ends[] = {{"svg", "</svg>", 6}, {"pdf", "%%EOF", 5}, {"png", "IEND\xae\x42\x60\x82", 8}};
    while (size > 0 && g_ascii_isspace(bytes[size - 1])) {
        size--;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        if (strcmp(format, ends[i].format) == 0) {
            return size >= ends[i].n &&
                   memcmp(bytes + size - ends[i].n, ends[i].end, ends[i].n) == 0;
        }
    }
    return true;
}

/* Gives a picture its name if it is whole; what had that name before is kept otherwise. */
static bool keep_picture(const char *drawn, const char *path, const char *format, GError **error)
{
    g_autofree char *bytes = NULL;
    size_t size = 0;
    if (!g_file_get_contents(drawn, &bytes, &size, error)) {
        return false;
    }
    if (!is_whole(format, bytes, size)) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC,
                    "cannot write '%s': gnuplot's picture is cut off\n"
                    "hint: is the disk full, or the size of files limited?",
                    path);
        return false;
    }
    return ivc_file_replace(path, bytes, size, error);
}

/* An empty file beside the picture, for gnuplot to draw to. @return its path, or NULL */
static char *make_temporary(const char *folder, const char *path, GError **error)
{
    g_autofree char *drawn = g_build_filename(folder, ".picture.XXXXXX", NULL);
    int descriptor = g_mkstemp(drawn);
    if (descriptor < 0) {
        (void)ivc_file_fail(error, errno, "cannot write '%s'", path);
        return NULL;
    }
    close(descriptor);
    return g_steal_pointer(&drawn);
}

/* @param first  what gnuplot is told before the script. @param ret_text  what it printed */
static bool run(const char *gnuplot, const char *folder, const char *name, const char *format,
                const char *first, char **ret_text, GError **error)
{
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
        g_set_error(error, IVC_PLOT_ERROR, IVC_PLOT_ERROR_GNUPLOT, "gnuplot cannot draw %s.%s: %s",
                    name, format, *said != '\0' ? said : ended->message);
        return false;
    }
    *ret_text = g_steal_pointer(&out);
    return true;
}

bool ivc_figure_draw(const char *gnuplot, const char *folder, const char *name, const char *format,
                     const IvcFigureTerminal *terminal, char **ret_text, GError **error)
{
    g_autofree char *chosen = choice(format, terminal);
    g_autofree char *text = NULL;
    if (strcmp(format, "term") == 0) {
        if (!run(gnuplot, folder, name, format, chosen, &text, error)) {
            return false;
        }
        *ret_text = trim_preview(text);
        return true;
    }
    g_autofree char *file = g_strdup_printf("%s.%s", name, format);
    g_autofree char *path = g_build_filename(folder, file, NULL);
    g_autofree char *drawn = make_temporary(folder, path, error);
    if (drawn == NULL) {
        return false;
    }
    g_autofree char *base = g_path_get_basename(drawn);
    g_autofree char *first = g_strdup_printf("%s; picture = '%s'", chosen, base);
    bool ok = run(gnuplot, folder, name, format, first, &text, error) &&
              keep_picture(drawn, path, format, error);
    (void)g_unlink(drawn);
    return ok;
}
