/*
 * The services that verbs share: options by name, messages, failures in two languages (text for
 * people, JSON for programs), loading scenarios, writing files.
 */
#include "sim/cli/cli.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "sim/cli/plot_data.h"
#include "sim/config/diag_json.h"
#include "sim/simgrid/ask.h"
#include "sim/stats/export.h"
#include "sim/stats/file_replace.h"

bool ivc_cli_flag(const IvcCli *cli, const char *name)
{
    return ivc_options_flag(cli->options, name);
}

const char *ivc_cli_value(const IvcCli *cli, const char *name)
{
    return ivc_options_value(cli->options, name);
}

const char *const *ivc_cli_values(const IvcCli *cli, const char *name)
{
    return ivc_options_values(cli->options, name);
}

uint64_t ivc_cli_count(const IvcCli *cli, const char *name, uint64_t otherwise)
{
    return ivc_options_count(cli->options, name, otherwise);
}

const char *const *ivc_cli_args(const IvcCli *cli)
{
    return ivc_options_args(cli->options);
}

/* True when the verb has this option: services work for verbs that lack it. */
static bool has_option(const IvcCli *cli, const char *name)
{
    for (const IvcOption *row = cli->verb->options; row != NULL && row->name != NULL; row++) {
        if (strcmp(row->name, name) == 0)
            return true;
    }
    return false;
}

static void message(IvcCli *cli, const char *level, IvcStyle style, const char *text)
{
    /* What was printed before comes first, also when both streams go to one place. */
    fflush(cli->out);
    const char *verb = cli->verb != NULL ? cli->verb->name : "";
    fprintf(cli->err, "ivcsim%s%s: %s%s:%s %s\n", *verb != '\0' ? " " : "", verb,
            ivc_terminal_on(&cli->err_terminal, style), level, ivc_terminal_off(&cli->err_terminal),
            text);
}

void ivc_cli_error(IvcCli *cli, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    message(cli, "error", IVC_STYLE_ERROR, text);
}

void ivc_cli_warning(IvcCli *cli, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    message(cli, "warning", IVC_STYLE_WARNING, text);
}

void ivc_cli_note(IvcCli *cli, const char *format, ...)
{
    if (has_option(cli, "quiet") && ivc_cli_flag(cli, "quiet"))
        return;
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    fprintf(cli->err, "%s\n", text);
}

/* The same failure on standard output, where a program reads JSON from there. */
static void print_json_error(IvcCli *cli, int status, const char *code, const char *text,
                             const json_t *details)
{
    if (!has_option(cli, "format"))
        return;
    const char *format = ivc_cli_value(cli, "format");
    if (strcmp(format, "json") != 0 && strcmp(format, "jsonl") != 0)
        return;
    g_autofree char *json = ivc_export_error(code, text, status, details);
    fputs(json, cli->out);
}

int ivc_cli_fail(IvcCli *cli, int status, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    ivc_cli_error(cli, "%s", text);
    print_json_error(cli, status, code, text, NULL);
    return status;
}

static bool is_of_gnuplot(const GError *error)
{
    return g_error_matches(error, IVC_PLOT_ERROR, IVC_PLOT_ERROR_GNUPLOT);
}

int ivc_cli_error_status(const GError *error)
{
    if (is_of_gnuplot(error))
        return IVC_EXIT_FAILED;
    if (error->domain != IVC_SIM_ERROR)
        return IVC_EXIT_INTERNAL;
    if (error->code == IVC_SIM_ERROR_STOPPED)
        return IVC_EXIT_INTERRUPTED;
    return error->code == IVC_SIM_ERROR_CONSERVATION ? IVC_EXIT_INTERNAL : IVC_EXIT_FAILED;
}

const char *ivc_cli_error_code(const GError *error)
{
    static const char *const codes[] = {
        [IVC_SIM_ERROR_HORIZON] = "sim-horizon",
        [IVC_SIM_ERROR_LIVELOCK] = "sim-livelock",
        [IVC_SIM_ERROR_EVENTS] = "sim-events",
        [IVC_SIM_ERROR_DEADLOCK] = "sim-deadlock",
        [IVC_SIM_ERROR_CONSERVATION] = "sim-conservation",
        [IVC_SIM_ERROR_STOPPED] = "sim-stopped",
        [IVC_SIM_ERROR_MPI] = "sim-mpi",
    };
    if (is_of_gnuplot(error))
        return "plot";
    if (g_error_matches(error, IVC_SIMGRID_ERROR, IVC_SIMGRID_ERROR_MISSING))
        return "simgrid-missing";
    if (error->domain != IVC_SIM_ERROR)
        return "io";
    return error->code >= 0 && error->code < (int)G_N_ELEMENTS(codes) ? codes[error->code]
                                                                      : "internal";
}

int ivc_cli_fail_error(IvcCli *cli, const GError *error)
{
    return ivc_cli_fail(cli, ivc_cli_error_status(error), ivc_cli_error_code(error), "%s",
                        error->message);
}

void ivc_cli_print_diags(IvcCli *cli, const IvcDiags *diags)
{
    if (ivc_diags_count(diags) == 0)
        return;
    fflush(cli->out);
    g_autofree char *text = ivc_diags_render(diags);
    fputs(text, cli->err);
}

int ivc_cli_fail_diags(IvcCli *cli, const IvcDiags *diags)
{
    ivc_cli_print_diags(cli, diags);
    g_autofree char *list_text = ivc_diags_json(diags);
    json_t *list = json_loads(list_text, JSON_DECODE_ANY, NULL);
    size_t errors = ivc_diags_errors(diags);
    g_autofree char *text =
        g_strdup_printf("%" G_GSIZE_FORMAT " error%s", errors, errors == 1 ? "" : "s");
    print_json_error(cli, IVC_EXIT_SCENARIO, "scenario", text, list);
    json_decref(list);
    return IVC_EXIT_SCENARIO;
}

/* The assignment lives as long as the program, like the command line that it stands for. */
static const char *seed_assignment(const IvcCli *cli)
{
    g_autofree char *text = g_strconcat("workload.seed=", ivc_cli_value(cli, "seed"), NULL);
    return g_intern_string(text);
}

/* Adds the assignments that options of their own stand for. */
static void add_statistics(const IvcCli *cli, GPtrArray *sets)
{
    static const char *const names[] = {"repeats", "confidence", "precision"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *value = has_option(cli, names[i]) ? ivc_cli_value(cli, names[i]) : NULL;
        if (value == NULL)
            continue;
        bool automatic = i == 0 && strcmp(value, "auto") == 0;
        g_autofree char *set =
            g_strdup_printf("statistics.%s=%s", names[i], automatic ? "0" : value);
        g_ptr_array_add(sets, (void *)g_intern_string(set));
    }
    if (has_option(cli, "estimate") && ivc_cli_flag(cli, "estimate"))
        g_ptr_array_add(sets, (void *)"statistics.estimate=true");
}

const char **ivc_cli_sets(const IvcCli *cli)
{
    const char *const *given = ivc_cli_values(cli, "set");
    g_autoptr(GPtrArray) sets = g_ptr_array_new();
    for (; *given != NULL; given++)
        g_ptr_array_add(sets, (void *)*given);
    if (has_option(cli, "seed") && ivc_cli_flag(cli, "seed"))
        g_ptr_array_add(sets, (void *)seed_assignment(cli));
    add_statistics(cli, sets);
    g_ptr_array_add(sets, NULL);
    return (const char **)g_ptr_array_free(g_steal_pointer(&sets), false);
}

IvcScenario *ivc_cli_load(IvcCli *cli, const char *path, IvcScenarioSource **ret_source)
{
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autoptr(IvcScenarioSource) source = ivc_scenario_source_load(path, cli->registry, diags);
    g_autoptr(IvcScenario) scenario = NULL;
    if (source != NULL) {
        g_autofree const char **sets = ivc_cli_sets(cli);
        scenario = ivc_scenario_bind(source, sets, diags);
    }
    if (scenario == NULL)
        ivc_cli_fail_diags(cli, diags);
    else
        ivc_cli_print_diags(cli, diags);
    if (ret_source != NULL)
        *ret_source = g_steal_pointer(&source);
    return g_steal_pointer(&scenario);
}

int ivc_cli_write_file(IvcCli *cli, const char *path, const char *bytes, size_t size)
{
    g_autoptr(GError) error = NULL;
    if (ivc_file_replace(path, bytes, size, &error))
        return IVC_EXIT_OK;
    return ivc_cli_fail_error(cli, error);
}

int ivc_cli_check_directory(IvcCli *cli, const char *path)
{
    g_autofree char *at = g_strdup(path);
    while (!g_file_test(at, G_FILE_TEST_EXISTS) && strcmp(at, ".") != 0) {
        char *above = g_path_get_dirname(at);
        g_free(at);
        at = above;
    }
    if (!g_file_test(at, G_FILE_TEST_IS_DIR))
        return ivc_cli_make_directory(cli, path); /* says why not */
    if (access(at, W_OK | X_OK) == 0)
        return IVC_EXIT_OK;
    bool there = strcmp(at, path) == 0;
    return ivc_cli_fail(cli, IVC_EXIT_INTERNAL, "io", "cannot %s the directory '%s': %s",
                        there ? "write to" : "make", path, g_strerror(errno));
}

int ivc_cli_make_directory(IvcCli *cli, const char *path)
{
    if (g_mkdir_with_parents(path, 0777) == 0)
        return IVC_EXIT_OK;
    return ivc_cli_fail(cli, IVC_EXIT_INTERNAL, "io", "cannot make the directory '%s': %s", path,
                        g_strerror(errno));
}
