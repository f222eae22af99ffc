/*
 * ivcsim mpi FILE -- PROGRAM: a program that uses MPI, on the guests of a scenario. Measures what
 * messages cost by size, makes a platform for SimGrid of that, runs the program there.
 */
#include <math.h>
#include <string.h>

#include "sim/base/units.h"
#include "sim/cli/cli_manifest.h"
#include "sim/cli/mpi_fail.h"
#include "sim/cli/mpi_output.h"
#include "sim/cli/table.h"
#include "sim/simgrid/ask.h"
#include "sim/stats/export.h"

/* What the options say, checked. */
typedef struct {
    double flops_per_s; /* 0: as the platform has it */
    uint64_t host_hz;   /* of this computer; 0: not needed */
} Asked;

int ivc_mpi_fail(IvcCli *cli, const GError *error)
{
    if (error->domain == IVC_SIMGRID_ERROR)
        return ivc_cli_fail(cli, IVC_EXIT_INTERNAL, "simgrid-missing", "%s\nhint: %s",
                            error->message, ivc_simgrid_hint);
    if (error->domain == IVC_CURVES_ERROR)
        return ivc_cli_fail(cli, IVC_EXIT_SCENARIO, "export-channel", "%s", error->message);
    if (error->domain != IVC_MPI_ERROR)
        return ivc_cli_fail_error(cli, error);
    int status = error->code == IVC_MPI_ERROR_PROGRAM   ? IVC_EXIT_USAGE
                 : error->code == IVC_MPI_ERROR_STOPPED ? IVC_EXIT_INTERRUPTED
                 : error->code == IVC_MPI_ERROR_SIMGRID ? IVC_EXIT_INTERNAL
                 : error->code == IVC_MPI_ERROR_COMPILE ? IVC_EXIT_INTERNAL
                                                        : IVC_EXIT_FAILED;
    return ivc_cli_fail(cli, status, ivc_mpi_error_code(error->code), "%s", error->message);
}

/* The clock that the system says this computer has; 0: it does not. */
static uint64_t clock_of_host(void)
{
    g_autofree char *text = NULL;
    if (g_file_get_contents("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", &text, NULL,
                            NULL))
        return g_ascii_strtoull(text, NULL, 10) * 1000;
    if (!g_file_get_contents("/proc/cpuinfo", &text, NULL, NULL))
        return 0;
    const char *at = strstr(text, "cpu MHz");
    const char *colon = at != NULL ? strchr(at, ':') : NULL;
    return colon != NULL ? (uint64_t)(g_ascii_strtod(colon + 1, NULL) * 1e6) : 0;
}

static int read_clock(IvcCli *cli, Asked *asked)
{
    const char *text = ivc_cli_value(cli, "host-clock");
    if (!ivc_cli_flag(cli, "measure"))
        return text == NULL ? IVC_EXIT_OK
                            : ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage",
                                           "option '--host-clock' means nothing without "
                                           "'--measure'");
    if (text == NULL) {
        asked->host_hz = clock_of_host();
        return asked->host_hz != 0
                   ? IVC_EXIT_OK
                   : ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage",
                                  "the system does not say what clock this computer has\n"
                                  "hint: '--host-clock 3.2GHz'");
    }
    IvcAmount amount;
    IvcQuantityError why = {0};
    if (!ivc_quantity_parse(IVC_QUANTITY_CLOCK, text, &amount, &why)) {
        int status =
            ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage", "option '--host-clock': %s%s%s", why.what,
                         why.hint != NULL ? "\nhint: " : "", why.hint != NULL ? why.hint : "");
        ivc_quantity_error_clear(&why);
        return status;
    }
    asked->host_hz = amount.n;
    return IVC_EXIT_OK;
}

static int read_options(IvcCli *cli, Asked *asked)
{
    const char *text = ivc_cli_value(cli, "flops-per-second");
    if (text != NULL) {
        char *end = NULL;
        asked->flops_per_s = g_ascii_strtod(text, &end);
        if (*end != '\0' || !isfinite(asked->flops_per_s) || asked->flops_per_s < 1 ||
            asked->flops_per_s > 1e18)
            return ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage",
                                "option '--flops-per-second' expects a number from 1 to 1e18, got "
                                "'%s'\nhint: 2.5e9",
                                text);
    }
    return read_clock(cli, asked);
}

/* The platform's text with another speed of all hosts. */
static char *with_speed(const char *xml, double flops_per_s)
{
    char speed[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(speed, sizeof speed, "%.6f", flops_per_s);
    g_autofree char *text = g_strdup_printf("speed=\"%sf\"", speed);
    g_autoptr(GRegex) regex = g_regex_new("speed=\"[^\"]*\"", 0, 0, NULL);
    return g_regex_replace_literal(regex, xml, -1, 0, text, 0, NULL);
}

/* Where ranks are: as many as asked for go round over all virtual CPUs; else there is one on the
 * first of each guest. @return array of const IvcPlatformHost * */
static GPtrArray *place_ranks(const IvcCli *cli, const IvcSimgridPlatform *platform)
{
    GPtrArray *hosts = g_ptr_array_new();
    size_t n = (size_t)ivc_cli_count(cli, "np", 0);
    for (size_t i = 0; i < (n != 0 ? n : platform->n_hosts); i++) {
        IvcPlatformHost *host = &platform->hosts[i % platform->n_hosts];
        if (n != 0 || host->vcpu == 0)
            g_ptr_array_add(hosts, host);
    }
    return hosts;
}

static void print_warnings(IvcCli *cli, const IvcMpiReport *report)
{
    for (guint i = 0; i < report->warnings->len; i++)
        ivc_cli_warning(cli, "%s", (const char *)report->warnings->pdata[i]);
}

static void print(IvcCli *cli, const IvcMpiRan *ran)
{
    json_t *manifest = ivc_cli_manifest(ran->scenario);
    if (strcmp(ivc_cli_value(cli, "format"), "json") == 0) {
        json_t *whole = json_object();
        json_object_set_new(whole, "schema", json_string(IVC_RESULT_SCHEMA));
        json_object_set_new(whole, "status", json_string("ok"));
        json_object_set(whole, "manifest", manifest);
        json_object_set_new(whole, "mpi", ivc_mpi_json(ran));
        char *text = json_dumps(whole, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
        fprintf(cli->out, "%s\n", text);
        free(text);
        json_decref(whole);
    } else {
        g_autofree char *table =
            ivc_mpi_table(&cli->out_terminal, ran, ivc_cli_flag(cli, "verbose"));
        g_autofree char *footer = ivc_table_manifest(&cli->out_terminal, manifest);
        fprintf(cli->out, "%s\n%s", table, footer);
    }
    json_decref(manifest);
}

static int run(IvcCli *cli, const Asked *asked, IvcMpiRan *ran)
{
    const IvcSimgridPlatform *platform = ran->platform;
    const char *const *words = ivc_cli_args(cli);
    g_autoptr(GPtrArray) places = place_ranks(cli, platform);
    size_t n = places->len;
    ran->hosts = (const IvcPlatformHost **)places->pdata;
    g_autofree const char **hosts = g_new(const char *, n);
    for (size_t r = 0; r < n; r++)
        hosts[r] = ran->hosts[r]->name;
    g_autofree char *xml = asked->flops_per_s > 0 ? with_speed(platform->xml, asked->flops_per_s)
                                                  : g_strdup(platform->xml);
    ran->flops_per_s = asked->flops_per_s > 0 ? asked->flops_per_s : platform->flops_per_s;
    double profile_hz = (double)ivc_scenario_machine(ran->scenario)->clock.hz;
    double faster = asked->host_hz != 0 ? (double)asked->host_hz / profile_hz : 1;
    fflush(cli->err);
    IvcMpiRun job = {.platform_xml = xml,
                     .config = (const char *const *)platform->config,
                     .hosts = hosts,
                     .n_ranks = n,
                     .program = words[1],
                     .args = words + 2,
                     .measure = ran->measured,
                     .host_speed = ran->flops_per_s * faster,
                     .trace_file = ivc_cli_value(cli, "trace"),
                     .output = fileno(cli->err),
                     .stop = cli->stop};
    g_auto(IvcMpiReport) report = {0};
    g_autoptr(GError) error = NULL;
    bool well = ivc_mpi_run(&job, &report, &error);
    print_warnings(cli, &report);
    if (!well)
        return ivc_mpi_fail(cli, error);
    ran->report = &report;
    print(cli, ran);
    return IVC_EXIT_OK;
}

/* What is cheap to find wrong comes before what takes seconds. */
static bool check(const char *program, GError **error)
{
    g_autofree char *main_path = ivc_mpi_find_main(error);
    g_autofree char *path = main_path != NULL ? ivc_mpi_find_program(program, error) : NULL;
    return path != NULL;
}

int ivc_cmd_mpi(IvcCli *cli)
{
    const char *const *words = ivc_cli_args(cli);
    Asked asked = {0};
    int status = read_options(cli, &asked);
    if (status != IVC_EXIT_OK)
        return status;
    g_autoptr(IvcScenario) scenario = ivc_cli_load(cli, words[0], NULL);
    if (scenario == NULL)
        return IVC_EXIT_SCENARIO;
    g_autoptr(GError) error = NULL;
    if (!check(words[1], &error))
        return ivc_mpi_fail(cli, error);
    ivc_cli_catch_signals(cli);
    IvcCurvesOptions how = {.stop = cli->stop};
    g_autoptr(IvcCurves) curves = ivc_curves_measure(scenario, &how, &error);
    if (curves == NULL)
        return ivc_mpi_fail(cli, error);
    g_autoptr(IvcFit) fit = ivc_fit_new(curves);
    g_autoptr(IvcSimgridPlatform) platform = ivc_simgrid_platform_new(scenario, curves, fit);
    IvcMpiRan ran = {.scenario = scenario,
                     .curves = curves,
                     .platform = platform,
                     .program = words[1],
                     .measured = ivc_cli_flag(cli, "measure")};
    return run(cli, &asked, &ran);
}
