/* The workload that is an MPI program: the scenario says which, and no engine runs it.
 *
 * Left out here: everything that the program does. It runs on the channel's predicted latencies
 * and bandwidths, in a simulator of whole applications (docs/simgrid.md). */
#include "models/workload/patterns.h"
#include "sim/model/program.h"

static const char *const computations[] = {"declared", "measured", NULL}; /* IvcComputation */

static const IvcParam params[] = {
    {IVC_PARAM(IvcProgramSpec, program, "program"),
     .sentence = "the program, or its C source, relative to the scenario; it is compiled as "
                 "'ivcsim mpicc' does"},
    {IVC_PARAM(IvcProgramSpec, arguments, "arguments"), .fallback = IVC_PARAM_UNSET,
     .sentence = "its arguments, with quotes as in a shell"},
    {IVC_PARAM(IvcProgramSpec, computation, "computation"), .fallback = "declared",
     .choices = computations,
     .sentence = "time between messages: of the operations that the program declares, or measured "
                 "on this computer and scaled"},
    {IVC_PARAM(IvcProgramSpec, host_clock, "host_clock"), .fallback = IVC_PARAM_UNSET,
     .min = "1MHz", .max = "100GHz",
     .sentence = "measured: the clock of this computer; a cycle here counts as one there"},
    {.key = NULL},
};

static void check(const void *spec, const IvcScenario *scenario, const char *path, IvcDiags *diags)
{
    const IvcProgramSpec *program = spec;
    g_autofree char *file = ivc_scenario_file(scenario, program->program);
    if (!g_file_test(file, G_FILE_TEST_IS_REGULAR)) {
        g_autofree char *at = g_strconcat(path, ".program", NULL);
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-reference", ivc_scenario_place(scenario, at),
                      "a path is relative to the scenario's file", "there is no file '%s'", file);
    }
    if (program->computation == IVC_COMPUTATION_MEASURED && program->host_clock.hz == 0) {
        g_autofree char *at = g_strconcat(path, ".computation", NULL);
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-missing", ivc_scenario_place(scenario, at),
                      "host_clock: 3GHz", "what is measured here needs the clock of this computer");
    }
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) words = NULL;
    if (program->arguments && program->arguments[0] &&
        !g_shell_parse_argv(program->arguments, NULL, &words, &error) &&
        !g_error_matches(error, G_SHELL_ERROR, G_SHELL_ERROR_EMPTY_STRING)) {
        g_autofree char *at = g_strconcat(path, ".arguments", NULL);
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-type", ivc_scenario_place(scenario, at), NULL,
                      "'arguments': %s", error->message);
    }
}

const IvcWorkload ivc_workload_mpi_program = {
    .head = {.name = "mpi-program",
             .summary = "a real MPI program, run by SimGrid over the channel's predicted curves",
             .params = params,
             .spec_size = sizeof(IvcProgramSpec),
             .check = check},
    .ranks_min = 1,
    .ranks_multiple = 1,
    .outside = true,
};
