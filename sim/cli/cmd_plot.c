/*
 * ivcsim plot DIR|FILE: figures. Data and scripts are written first and in any case; pictures need
 * gnuplot. Standard output gets the names of the pictures, or the preview of `--to term`.
 */
#include <string.h>

#include "sim/cli/cli.h"
#include "sim/cli/figure.h"
#include "sim/cli/plot_read.h"
#include "sim/cli/sweep_output.h"

/* The preview is as wide as the terminal, within reason, and has the shape of the figure. */
static IvcFigureTerminal preview_size(const IvcCli *cli)
{
    unsigned columns = CLAMP(cli->out_terminal.width, 50, 160) - 1;
    return (IvcFigureTerminal){columns, CLAMP(columns * 3 / 10, 18, 40), cli->out_terminal.colour};
}

/* The figures named by --only, comma lists split; NULL after a usage error. */
static char **named_figures(IvcCli *cli)
{
    const char *const *names = ivc_figure_names();
    g_autofree char *all = g_strjoinv(",", (char **)ivc_cli_values(cli, "only"));
    g_auto(GStrv) words = g_strsplit(all, ",", -1);
    for (char **word = words; *word != NULL; word++) {
        if (g_strv_contains(names, *word)) {
            continue;
        }
        const char *near = ivc_suggest(*word, names);
        g_autofree char *known = g_strjoinv(", ", (char **)names);
        g_autofree char *hint = near != NULL ? g_strdup_printf("did you mean '%s'?", near)
                                             : g_strdup_printf("there are %s", known);
        ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage", "there is no figure '%s'\nhint: %s", *word,
                     hint);
        return NULL;
    }
    return g_steal_pointer(&words);
}

/* What is to be drawn, in the order of the table: as --only says, else the scenario, else all that
 * apply. */
static GPtrArray *chosen_figures(const IvcPlotData *data, char *const *only)
{
    GPtrArray *chosen = g_ptr_array_new();
    const char *const *lists[] = {(const char *const *)only, (const char *const *)data->figures};
    const char *const *names = ivc_figure_names();
    for (size_t k = 0; k < G_N_ELEMENTS(lists) && chosen->len == 0; k++) {
        for (size_t i = 0; names[i] != NULL && lists[k] != NULL; i++) {
            if (g_strv_contains(lists[k], names[i])) {
                g_ptr_array_add(chosen, (void *)names[i]);
            }
        }
    }
    bool all = chosen->len == 0;
    for (size_t i = 0; names[i] != NULL && all; i++) {
        if (ivc_figure_applies(data, names[i])) {
            g_ptr_array_add(chosen, (void *)names[i]);
        }
    }
    return chosen;
}

/* DIR/plots for results in DIR, for a file beside it, or what -o says. */
static char *output_folder(const IvcCli *cli, const char *path)
{
    const char *given = ivc_cli_value(cli, "output");
    if (given != NULL) {
        return g_strdup(given);
    }
    if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
        return g_build_filename(path, "plots", NULL);
    }
    g_autofree char *folder = g_path_get_dirname(path);
    return strcmp(folder, ".") == 0 ? g_strdup("plots") : g_build_filename(folder, "plots", NULL);
}

static int write_text(IvcCli *cli, const char *folder, const char *name, const char *ending,
                      const char *text)
{
    g_autofree char *file = g_strconcat(name, ending, NULL);
    g_autofree char *path = g_build_filename(folder, file, NULL);
    return ivc_cli_write_file(cli, path, text, strlen(text));
}

/* Scripts, data and the style. */
static int write_sources(IvcCli *cli, const IvcPlotData *data, const GPtrArray *figures,
                         const char *folder)
{
    int status = ivc_cli_make_directory(cli, folder);
    if (status == IVC_EXIT_OK) {
        status = write_text(cli, folder, "common", ".gp", ivc_figure_style());
    }
    for (guint i = 0; i < figures->len && status == IVC_EXIT_OK; i++) {
        const char *name = g_ptr_array_index(figures, i);
        g_auto(IvcFigure) figure = {0};
        ivc_figure_make(data, name, &figure);
        status = write_text(cli, folder, name, ".dat", figure.data);
        if (status == IVC_EXIT_OK) {
            status = write_text(cli, folder, name, ".gp", figure.script);
        }
    }
    return status;
}

/* One figure in one format; counts what was drawn. @return exit status */
static int draw_one(IvcCli *cli, const char *gnuplot, const char *folder, const char *name,
                    const char *format, unsigned *drawn)
{
    bool preview = strcmp(format, "term") == 0;
    const char *needy = preview ? ivc_figure_needs_picture(name) : NULL;
    if (needy != NULL) {
        ivc_cli_note(cli, "'%s' has no preview in a terminal: %s need a picture", name, needy);
        return IVC_EXIT_OK;
    }
    IvcFigureTerminal terminal = preview_size(cli);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    if (!ivc_figure_draw(gnuplot, folder, name, format, &terminal, &text, &error)) {
        return ivc_cli_fail_error(cli, error);
    }
    if (preview) {
        fputs(text, cli->out);
    } else {
        fprintf(cli->out, "%s%c%s.%s\n", folder, G_DIR_SEPARATOR, name, format);
    }
    ++*drawn;
    return IVC_EXIT_OK;
}

static int draw_all(IvcCli *cli, const GPtrArray *figures, const char *folder)
{
    static const char *const otherwise[] = {"svg", NULL};
    const char *const *formats = ivc_cli_values(cli, "to");
    if (formats[0] == NULL) {
        formats = otherwise;
    }
    g_autoptr(GError) error = NULL;
    g_autofree char *gnuplot = ivc_figure_gnuplot(&error);
    if (gnuplot == NULL) {
        return ivc_cli_fail(cli, IVC_EXIT_FAILED, "plot",
                            "%s: no picture was drawn\n"
                            "hint: the data and the scripts are in %s; with gnuplot installed, "
                            "'gnuplot %s.gp' draws there, or plot again",
                            error->message, folder, (const char *)g_ptr_array_index(figures, 0));
    }
    int status = IVC_EXIT_OK;
    unsigned drawn = 0;
    for (guint i = 0; i < figures->len; i++) {
        for (size_t k = 0; formats[k] != NULL; k++) {
            const char *name = g_ptr_array_index(figures, i);
            int one = draw_one(cli, gnuplot, folder, name, formats[k], &drawn);
            status = MAX(status, one);
        }
    }
    if (drawn == 0 && status == IVC_EXIT_OK) {
        return ivc_cli_fail(cli, IVC_EXIT_FAILED, "plot",
                            "nothing was drawn\nhint: '--to svg' draws pictures");
    }
    return status;
}

int ivc_cmd_plot(IvcCli *cli)
{
    const char *path = ivc_cli_args(cli)[0];
    g_auto(GStrv) only = named_figures(cli);
    if (only == NULL) {
        return IVC_EXIT_USAGE;
    }
    g_autoptr(GError) error = NULL;
    json_t *document = ivc_plot_read(path, &error);
    if (document == NULL) {
        return error->domain == IVC_STORE_ERROR ? ivc_sweep_fail_store(cli, error)
                                                : ivc_cli_fail_error(cli, error);
    }
    g_autoptr(IvcPlotData) data = ivc_plot_data_new(document, &error);
    json_decref(document);
    if (data == NULL) {
        g_prefix_error(&error, "%s: ", path);
        return ivc_cli_fail_error(cli, error);
    }
    g_autoptr(GPtrArray) figures = chosen_figures(data, only);
    g_autofree char *folder = output_folder(cli, path);
    int status = write_sources(cli, data, figures, folder);
    return status == IVC_EXIT_OK ? draw_all(cli, figures, folder) : status;
}
