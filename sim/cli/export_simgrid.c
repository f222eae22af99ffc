/*
 * `ivcsim export simgrid SCENARIO`: the scenario's channel as a SimGrid platform with SMPI's
 * settings. Everything is made before the first file is written.
 */
#include "sim/cli/export_simgrid.h"

#include <string.h>

#include "sim/cli/figure.h"
#include "sim/cli/table.h"
#include "sim/simgrid/ask.h"

#define FIT_LIMIT 0.03   /* of --check, at fitted sizes */
#define CHECK_LIMIT 0.08 /* between them */

static void export_clear(IvcExport *export)
{
    ivc_curves_free(export->curves);
    ivc_fit_free(export->fit);
    ivc_simgrid_platform_free(export->platform);
    g_clear_pointer(&export->trips, g_ptr_array_unref);
}

typedef struct {
    IvcCli *cli;
    gint64 next_us;
} Progress;

static void show_progress(size_t done, size_t planned, void *user)
{
    Progress *progress = user;
    gint64 now = g_get_monotonic_time();
    if (now < progress->next_us)
        return;
    bool tty = progress->cli->err_terminal.is_tty;
    progress->next_us = now + (tty ? 100000 : 5000000);
    fprintf(progress->cli->err, tty ? "\rpoints: %zu of %zu\033[K" : "points: %zu of %zu\n", done,
            planned);
    fflush(progress->cli->err);
}

static bool measure(IvcCli *cli, IvcExport *export, GError **error)
{
    Progress progress = {.cli = cli, .next_us = g_get_monotonic_time() + 2000000};
    bool quiet = ivc_cli_flag(cli, "quiet");
    IvcCurvesOptions options = {.jobs = (unsigned)ivc_cli_count(cli, "jobs", 0),
                                .stop = cli->stop,
                                .progress = quiet ? NULL : show_progress,
                                .user = &progress};
    export->curves = ivc_curves_measure(export->scenario, &options, error);
    if (!quiet && cli->err_terminal.is_tty)
        fputs("\r\033[K", cli->err);
    if (!export->curves)
        return false;
    export->fit = ivc_fit_new(export->curves);
    export->platform = ivc_simgrid_platform_new(export->scenario, export->curves, export->fit);
    return true;
}

static bool round_trips(IvcExport *export, GError **error)
{
    export->trips = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    for (unsigned c = 0; c < export->curves->curves->len; c++) {
        GArray *trip = ivc_round_trip(export->platform, export->scenario, export->curves, c, error);
        if (!trip)
            return false;
        g_ptr_array_add(export->trips, trip);
    }
    return true;
}

static char *percent(double share)
{
    return g_strdup_printf("%.2f %%", share * 100);
}

static void print_table(IvcCli *cli, const IvcExport *export)
{
    static const char *const headers[] = {"pair",     ">pairs",       ">sizes",
                                          ">latency", ">of links",    ">fit max",
                                          ">median",  ">between max", ">median"};
    size_t columns = G_N_ELEMENTS(headers);
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    guint n = export->curves->curves->len;
    for (unsigned c = 0; c < n; c++) {
        const IvcFitClass *links = &g_array_index(export->fit->classes, IvcFitClass, c);
        const IvcCurve *curve = export->curves->curves->pdata[c];
        g_ptr_array_add(cells, ivc_export_pair(export, c));
        g_ptr_array_add(cells, g_strdup_printf("%zu", curve->n_pairs));
        g_ptr_array_add(cells, g_strdup_printf("%u", curve->points->len));
        g_ptr_array_add(cells, ivc_human_time((uint64_t)(links->latency_s * 1e12)));
        g_ptr_array_add(cells, ivc_human_rate(links->bytes_per_s));
        g_ptr_array_add(cells, percent(links->error_max));
        g_ptr_array_add(cells, percent(links->error_median));
        g_ptr_array_add(cells, percent(links->check_max));
        g_ptr_array_add(cells, percent(links->check_median));
    }
    g_autofree char *table =
        ivc_table_texts(headers, columns, (const char *const *)cells->pdata, n);
    fprintf(cli->out, "%s", table);
    fprintf(cli->out, "%u pieces; messages below %" G_GUINT64_FORMAT " B set off at once\n",
            export->fit->segments->len, export->fit->eager_below);
    g_autofree char *rough = ivc_export_rough(export);
    fputs(rough, cli->out);
    if (export->fit->unlike)
        fprintf(cli->out,
                "at %zu sizes the interval of a stream is longer than the latency, up to %.2f "
                "times, which SMPI cannot have\n",
                export->fit->unlike, export->fit->unlike_max);
}

static void print_check(IvcCli *cli, const IvcExport *export)
{
    for (unsigned c = 0; export->trips && c < export->trips->len; c++) {
        g_autofree char *pair = ivc_export_pair(export, c);
        IvcExportErrors fit = ivc_export_errors(export, c, IVC_POINT_FIT);
        IvcExportErrors between = ivc_export_errors(export, c, IVC_POINT_CHECK);
        fprintf(cli->out,
                "SimGrid, %s: off by at most %.2f %% (median %.2f %%) at %u fitted sizes, "
                "%.2f %% (median %.2f %%) at %u between\n",
                pair, fit.worst * 100, fit.median * 100, fit.n, between.worst * 100,
                between.median * 100, between.n);
    }
}

/* Whether SimGrid gives the curves back. */
static bool is_good(const IvcExport *export)
{
    bool good = true;
    for (unsigned c = 0; export->trips && c < export->trips->len; c++)
        good = good && ivc_export_errors(export, c, IVC_POINT_FIT).worst <= FIT_LIMIT &&
               ivc_export_errors(export, c, IVC_POINT_CHECK).worst <= CHECK_LIMIT;
    return good;
}

/* A table, unless a format was asked for: that of the verb is CSV. */
static void print_results(IvcCli *cli, const IvcExport *export, bool good)
{
    if (!ivc_cli_flag(cli, "format")) {
        print_table(cli, export);
        print_check(cli, export);
        return;
    }
    g_autofree char *text = ivc_export_results(export, ivc_cli_value(cli, "format"), good);
    fputs(text, cli->out);
}

static int write_files(IvcCli *cli, const char *folder, const IvcExport *export)
{
    int status = ivc_cli_make_directory(cli, folder);
    g_autofree char *args = ivc_export_arguments(export);
    g_autofree char *csv = ivc_export_csv_text(export);
    g_autofree char *data = ivc_export_figure_data(export);
    g_autofree char *script = ivc_export_figure_script(export);
    g_autofree char *readme = ivc_export_readme(export);
    const char *const files[][2] = {{"platform.xml", export->platform->xml},
                                    {"hostfile", export->platform->hostfile},
                                    {"smpi.args", args},
                                    {"curves.csv", csv},
                                    {"fit.dat", data},
                                    {"fit.gp", script},
                                    {"common.gp", ivc_figure_style()},
                                    {"README.txt", readme}};
    for (size_t i = 0; i < G_N_ELEMENTS(files) && status == IVC_EXIT_OK; i++) {
        g_autofree char *path = g_build_filename(folder, files[i][0], NULL);
        status = ivc_cli_write_file(cli, path, files[i][1], strlen(files[i][1]));
    }
    return status;
}

/* Without gnuplot the numbers are there all the same. @return exit status */
static int draw(IvcCli *cli, const char *folder, bool *ret_drawn)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *gnuplot = ivc_figure_gnuplot(&error);
    if (gnuplot && ivc_figure_draw(gnuplot, folder, "fit", "svg", NULL, NULL, &error)) {
        *ret_drawn = true;
        return IVC_EXIT_OK;
    }
    if (error->domain == G_FILE_ERROR)
        return ivc_cli_fail_error(cli, error);
    ivc_cli_warning(cli, "fit.svg is not drawn: %s", error->message);
    return IVC_EXIT_OK;
}

/* Before anything is simulated. */
static bool find_tools(const IvcCli *cli, GError **error)
{
    static const char *const tools[] = {"smpicc", "smpirun"};
    for (size_t i = 0; ivc_cli_flag(cli, "check") && i < G_N_ELEMENTS(tools); i++) {
        g_autofree char *path = ivc_simgrid_find(tools[i], error);
        if (!path)
            return false;
    }
    return true;
}

static int fail(IvcCli *cli, const GError *error)
{
    if (g_error_matches(error, IVC_CURVES_ERROR, IVC_CURVES_ERROR_MECHANISM))
        return ivc_cli_fail(cli, IVC_EXIT_SCENARIO, "export-channel",
                            "%s\nhint: '--set channel=NAME' chooses another one", error->message);
    if (error->domain == IVC_CURVES_ERROR)
        return ivc_cli_fail(cli, IVC_EXIT_SCENARIO, "export-channel", "%s", error->message);
    if (g_error_matches(error, IVC_SIMGRID_ERROR, IVC_SIMGRID_ERROR_MISSING))
        return ivc_cli_fail(cli, IVC_EXIT_INTERNAL, "simgrid-missing", "%s; %s", error->message,
                            ivc_simgrid_hint);
    return ivc_cli_fail_error(cli, error);
}

int ivc_export_simgrid(IvcCli *cli, const char *path)
{
    const char *folder = ivc_cli_value(cli, "output");
    if (!folder)
        return ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage",
                            "'export simgrid' writes several files: name a folder with -o");
    g_autoptr(IvcScenario) scenario = ivc_cli_load(cli, path, NULL);
    if (!scenario)
        return IVC_EXIT_SCENARIO;
    int status = ivc_cli_check_directory(cli, folder);
    if (status != IVC_EXIT_OK)
        return status;
    ivc_cli_catch_signals(cli);
    IvcExport export = {.scenario = scenario};
    g_autoptr(GError) error = NULL;
    if (!find_tools(cli, &error) || !measure(cli, &export, &error) ||
        (ivc_cli_flag(cli, "check") && !round_trips(&export, &error)))
        status = fail(cli, error);
    if (status == IVC_EXIT_OK)
        status = write_files(cli, folder, &export);
    if (status == IVC_EXIT_OK) {
        bool drawn = false;
        status = draw(cli, folder, &drawn);
        bool good = is_good(&export);
        print_results(cli, &export, good);
        if (!good) {
            ivc_cli_error(cli,
                          "SimGrid does not give the curves back within %.0f %% at fitted "
                          "sizes and %.0f %% between",
                          FIT_LIMIT * 100, CHECK_LIMIT * 100);
            status = MAX(status, IVC_EXIT_ACCURACY);
        }
        ivc_cli_note(cli,
                     "results: %s (platform.xml, hostfile, smpi.args, curves.csv, %sREADME.txt)",
                     folder, drawn ? "fit.svg, " : "");
    }
    export_clear(&export);
    return status;
}
