/** @file
 *  What every verb of the program gets, and the services that verbs share: options by name,
 *  messages, loading a scenario, writing files, exit statuses.
 *
 *  Rules for a verb: results go to `cli->out` and nothing else does; everything for people goes
 *  through ivc_cli_error(), ivc_cli_fail(), ivc_cli_note() or to `cli->err`. A verb returns its
 *  exit status and need not check writes to `cli->out`: main() flushes it, notices a full disk or
 *  a closed pipe, and then exits with IVC_EXIT_INTERNAL.
 */
#pragma once

#include <stdio.h>

#include "sim/cli/options.h"
#include "sim/cli/terminal.h"
#include "sim/scenario/run.h"

/** Exit statuses; ivc_exit_statuses describes each for `--help` and the manual page. */
typedef enum {
    IVC_EXIT_OK = 0,
    IVC_EXIT_FAILED = 1,   /**< the simulation of some points failed */
    IVC_EXIT_USAGE = 2,    /**< the command line is wrong */
    IVC_EXIT_SCENARIO = 3, /**< a scenario or profile is wrong or cannot be read */
    IVC_EXIT_ACCURACY = 4, /**< a prediction missed its accuracy limit */
    IVC_EXIT_INTERNAL = 5, /**< a bug, or results could not be read or written */
    IVC_EXIT_INTERRUPTED = 130,
} IvcExit;

typedef struct {
    int status;
    const char *sentence;
} IvcExitStatus;

/** Ends with a NULL sentence. */
extern const IvcExitStatus ivc_exit_statuses[];

struct IvcCli {
    const IvcVerb *verb;
    const IvcVerb *verbs;     /**< the table of all verbs */
    const IvcOption *globals; /**< options that every verb accepts */
    const IvcRegistry *registry;
    IvcOptions *options;
    FILE *out; /**< results only */
    FILE *err;
    IvcTerminal out_terminal; /**< is it a terminal, its width, colour or not */
    IvcTerminal err_terminal;
    const volatile int *stop; /**< non-zero after SIGINT or SIGTERM, see ivc_cli_catch_signals() */
};

/* Options by name; see options.h. A name that is not in the verb's table is a bug and asserts. */
bool ivc_cli_flag(const IvcCli *cli, const char *name);
const char *ivc_cli_value(const IvcCli *cli, const char *name);
const char *const *ivc_cli_values(const IvcCli *cli, const char *name);
uint64_t ivc_cli_count(const IvcCli *cli, const char *name, uint64_t otherwise);
/** The positional arguments, NULL-terminated. */
const char *const *ivc_cli_args(const IvcCli *cli);

/** Prints "ivcsim VERB: error: ..." on standard error. */
void ivc_cli_error(IvcCli *cli, const char *format, ...) G_GNUC_PRINTF(2, 3);
/** Prints "ivcsim VERB: warning: ..." on standard error. */
void ivc_cli_warning(IvcCli *cli, const char *format, ...) G_GNUC_PRINTF(2, 3);
/** Prints a line for people on standard error, unless `--quiet`. */
void ivc_cli_note(IvcCli *cli, const char *format, ...) G_GNUC_PRINTF(2, 3);

/**
 * Reports that the verb failed: the message on standard error and, where the verb's `--format` is
 * json or jsonl, `{"status":"error",...}` on standard output, so that a program that reads it
 * always reads JSON.
 *
 * @param code  stable: "io", "usage", "sim-deadlock"
 * @return `status`, to return from the verb
 */
int ivc_cli_fail(IvcCli *cli, int status, const char *code, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

/**
 * Reports an error of a library: of IVC_SIM_ERROR with its code ("sim-deadlock") and status
 * (stopped: IVC_EXIT_INTERRUPTED, lost bytes or time: IVC_EXIT_INTERNAL, else IVC_EXIT_FAILED), of
 * any other domain as "io" with IVC_EXIT_INTERNAL.
 */
int ivc_cli_fail_error(IvcCli *cli, const GError *error);

/** The exit status and the stable code of an error of IVC_SIM_ERROR or another domain. Static. */
int ivc_cli_error_status(const GError *error);
const char *ivc_cli_error_code(const GError *error);

/** Prints diagnostics on standard error. */
void ivc_cli_print_diags(IvcCli *cli, const IvcDiags *diags);

/** Prints diagnostics on standard error, and as a JSON error on standard output as ivc_cli_fail().
 *  @return IVC_EXIT_SCENARIO */
int ivc_cli_fail_diags(IvcCli *cli, const IvcDiags *diags);

/** The `--set` arguments in order, then `workload.seed=N` for `--seed N` and `statistics.*` for
 *  `--repeats`, `--confidence`, `--precision` and `--estimate`, where the verb has them.
 *  @return transfer container: free with g_free() */
const char **ivc_cli_sets(const IvcCli *cli);

/**
 * Reads and binds the scenario `path` with ivc_cli_sets(). Warnings are printed.
 *
 * @param ret_source  NULL, or receives what was read, to bind it again: `path` may be a pipe,
 *                    which can be read once. transfer full; NULL when it could not be read
 * @return transfer full, or NULL after everything was reported: return IVC_EXIT_SCENARIO
 */
IvcScenario *ivc_cli_load(IvcCli *cli, const char *path, IvcScenarioSource **ret_source);

/**
 * Writes a file completely or not at all (temporary file, flush, rename); an error is reported with
 * ivc_cli_fail(). `ivc_file_replace()` of sim/stats/file_replace.h is the same without a report.
 *
 * @return IVC_EXIT_OK or IVC_EXIT_INTERNAL
 */
int ivc_cli_write_file(IvcCli *cli, const char *path, const char *bytes, size_t size);

/** Whether a directory can be made and written to, before what takes long: makes none. Reports as
 *  ivc_cli_write_file(). */
int ivc_cli_check_directory(IvcCli *cli, const char *path);

/** Makes a directory with its parents. Reports as ivc_cli_write_file(). */
int ivc_cli_make_directory(IvcCli *cli, const char *path);

/** From here on SIGINT and SIGTERM set *cli->stop; a second one ends the program at once. */
void ivc_cli_catch_signals(IvcCli *cli);

/** Reports that a signal came before the first run. @return IVC_EXIT_INTERRUPTED */
int ivc_cli_fail_early(IvcCli *cli);

/** The table of verbs and the options that all of them accept, in verbs.c. */
extern const IvcVerb ivc_verbs[];
extern const IvcOption ivc_global_options[];

/** The program without the process: parses, runs the verb, flushes `out`. @return exit status */
int ivc_cli_main(const IvcRegistry *registry, const char *const *argv, FILE *out, FILE *err);

int ivc_cmd_run(IvcCli *cli);
int ivc_cmd_check(IvcCli *cli);
int ivc_cmd_show(IvcCli *cli);
int ivc_cmd_list(IvcCli *cli);
int ivc_cmd_schema(IvcCli *cli);
int ivc_cmd_sweep(IvcCli *cli);
int ivc_cmd_merge(IvcCli *cli);
int ivc_cmd_export(IvcCli *cli);
int ivc_cmd_plot(IvcCli *cli);
int ivc_cmd_validate(IvcCli *cli);
int ivc_cmd_bench(IvcCli *cli);
int ivc_cmd_completion(IvcCli *cli);
int ivc_cmd_help(IvcCli *cli);
int ivc_cmd_man(IvcCli *cli);
int ivc_cmd_mpi(IvcCli *cli);
int ivc_cmd_mpicc(IvcCli *cli);
