/*
 * Runs points whose workload is a program. Curves of a channel are measured once for all programs
 * that run over it, and a program is compiled once for all channels; who comes while another is at
 * it waits. The program's own output goes nowhere; what is wrong with it is in the error.
 */
#include "sim/simgrid/program.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "sim/base/temporary.h"
#include "sim/model/machine.h"
#include "sim/model/program.h"
#include "sim/simgrid/ask.h"
#include "sim/simgrid/mpi_compile.h"
#include "sim/simgrid/mpi_private.h"
#include "sim/simgrid/program_private.h"

struct IvcPrograms {
    GMutex lock;
    GCond made;
    GHashTable *channels; /* text of what decides them: Made of Measured */
    GHashTable *programs; /* path: Made of the path of what can be run */
    char *folder;         /* of compiled programs; NULL: none yet */
};

/* Something that is made once: `ready` with a value or an error. */
typedef struct {
    bool ready;
    void *value;
    GError *error;
    GDestroyNotify destroy;
} Made;

typedef struct {
    IvcPrograms *programs;
    const IvcScenario *scenario;
    const IvcProgramSpec *spec;
    const IvcRunHooks *hooks;
} Job;

typedef void *(*Make)(const Job *job, GError **error);

static void made_free(void *data)
{
    Made *made = data;
    if (made->value)
        made->destroy(made->value);
    g_clear_error(&made->error);
    g_free(made);
}

IvcPrograms *ivc_programs_new(void)
{
    IvcPrograms *programs = g_new0(IvcPrograms, 1);
    g_mutex_init(&programs->lock);
    g_cond_init(&programs->made);
    programs->channels = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, made_free);
    programs->programs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, made_free);
    return programs;
}

void ivc_programs_free(IvcPrograms *programs)
{
    if (!programs)
        return;
    g_hash_table_unref(programs->channels);
    g_hash_table_unref(programs->programs);
    if (programs->folder)
        ivc_mpi_remove_folder(programs->folder);
    g_free(programs->folder);
    g_mutex_clear(&programs->lock);
    g_cond_clear(&programs->made);
    g_free(programs);
}

static bool is_stopped(const Job *job)
{
    return job->hooks && job->hooks->stop && *job->hooks->stop;
}

/* The value of a key, made by whoever asks first. Borrowed; NULL with an error. */
static void *once(const Job *job, GHashTable *table, const char *key, Make make,
                  GDestroyNotify destroy, GError **error)
{
    IvcPrograms *programs = job->programs;
    g_mutex_lock(&programs->lock);
    Made *made = g_hash_table_lookup(table, key);
    if (!made) {
        made = g_new0(Made, 1);
        made->destroy = destroy;
        g_hash_table_insert(table, g_strdup(key), made);
        g_mutex_unlock(&programs->lock);
        GError *failure = NULL;
        void *value = make(job, &failure);
        g_mutex_lock(&programs->lock);
        made->value = value;
        made->error = failure;
        made->ready = true;
        g_cond_broadcast(&programs->made);
    }
    while (!made->ready)
        g_cond_wait(&programs->made, &programs->lock);
    if (!made->value)
        g_propagate_error(error, g_error_copy(made->error));
    void *value = made->value;
    g_mutex_unlock(&programs->lock);
    return value;
}

/* ---- the program ---- */

static char *folder_of(IvcPrograms *programs, GError **error)
{
    g_mutex_lock(&programs->lock);
    if (!programs->folder)
        programs->folder = ivc_temporary_folder(NULL, "ivcsim-programs-XXXXXX", error);
    char *folder = programs->folder;
    g_mutex_unlock(&programs->lock);
    return folder;
}

/* What the compiler said, or which calls there are not. */
static void fail_compile(const char *source, const char *said, const GPtrArray *missing,
                         GError **error)
{
    g_autofree char *calls = NULL;
    if (missing && missing->len > 0) {
        g_autoptr(GString) list = g_string_new(NULL);
        for (guint i = 0; i < missing->len; i++)
            g_string_append_printf(list, "%s%s", i > 0 ? ", " : "", (char *)missing->pdata[i]);
        calls = g_strdup_printf("it calls what SimGrid does not have: %s", list->str);
    }
    g_set_error(error, IVC_MPI_ERROR, IVC_MPI_ERROR_COMPILE, "'%s' cannot be compiled: %s", source,
                calls ? calls : said);
}

static bool compile_into(const char *source, const char *program, const char *log, GError **error)
{
    const char *args[] = {"-O2", "-o", program, source, "-lm", NULL};
    int status = 0;
    g_autoptr(GPtrArray) missing = NULL;
    int file = g_open(log, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
    if (file < 0) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: cannot be written", log);
        return false;
    }
    bool ran = ivc_mpi_compile(args, file, &status, &missing, error);
    close(file);
    if (!ran || status == 0)
        return ran;
    g_autofree char *said = NULL;
    (void)g_file_get_contents(log, &said, NULL, NULL);
    fail_compile(source, said ? g_strchomp(said) : "", missing, error);
    return false;
}

static void *make_program(const Job *job, GError **error)
{
    g_autofree char *source = ivc_scenario_file(job->scenario, job->spec->program);
    const char *folder = folder_of(job->programs, error);
    if (!folder)
        return NULL;
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, source, -1);
    g_autofree char *program = g_build_filename(folder, sum, NULL);
    g_autofree char *log = g_strconcat(program, ".log", NULL);
    return compile_into(source, program, log, error) ? g_steal_pointer(&program) : NULL;
}

/* The path of what can be run. @return transfer full */
static char *find_program(const Job *job, GError **error)
{
    g_autofree char *path = ivc_scenario_file(job->scenario, job->spec->program);
    if (!ivc_program_is_source(job->spec))
        return g_canonicalize_filename(path, NULL);
    return g_strdup(once(job, job->programs->programs, path, make_program, g_free, error));
}

/* ---- the channel ---- */

/* What does not depend on how many machines there are. */
typedef struct {
    IvcCurves *curves;
    IvcFit *fit;
} Measured;

static void measured_free(void *data)
{
    Measured *measured = data;
    ivc_fit_free(measured->fit);
    ivc_curves_free(measured->curves);
    g_free(measured);
}

static void *measure(const Job *job, GError **error)
{
    IvcCurvesOptions options = {.jobs = job->hooks ? MAX(job->hooks->jobs, 1) : 1,
                                .stop = job->hooks ? job->hooks->stop : NULL};
    IvcCurves *curves = ivc_curves_measure(job->scenario, &options, error);
    if (!curves)
        return NULL;
    Measured *measured = g_new0(Measured, 1);
    measured->curves = curves;
    measured->fit = ivc_fit_new(curves);
    return measured;
}

/* All that decides a channel: everything but what runs over it, and the machines around it. */
static char *channel_key(const IvcScenario *scenario)
{
    static const char *const without[] = {"workload.", "report.", "cluster."};
    GString *key = g_string_new(scenario->profile);
    for (size_t i = 0; i < ivc_binding_count(scenario->binding); i++) {
        const IvcBound *bound = ivc_binding_get(scenario->binding, i);
        bool decides = true;
        for (size_t k = 0; k < G_N_ELEMENTS(without); k++)
            decides = decides && !g_str_has_prefix(bound->path, without[k]);
        if (decides)
            g_string_append_printf(key, "\n%s=%s", bound->path, bound->text);
    }
    return g_string_free(key, FALSE);
}

static const Measured *find_measured(const Job *job, GError **error)
{
    g_autofree char *key = channel_key(job->scenario);
    return once(job, job->programs->channels, key, measure, measured_free, error);
}

/* ---- a point ---- */

static char **split_arguments(const IvcProgramSpec *spec)
{
    char **words = NULL;
    if (!spec->arguments || !g_shell_parse_argv(spec->arguments, NULL, &words, NULL))
        words = g_new0(char *, 1); /* checked with the scenario: there is none */
    return words;
}

/* Operations of this computer in a second, when each of its cycles does as many as one there. */
static double host_speed(const Job *job, const IvcSimgridPlatform *platform)
{
    double there = (double)ivc_scenario_machine(job->scenario)->clock.hz;
    double here = (double)job->spec->host_clock.hz;
    return here > 0 ? platform->flops_per_s * here / there : platform->flops_per_s;
}

static IvcResult *run(const Job *job, GError **error)
{
    /* What does not compile is told before what takes long. */
    g_autofree char *program = find_program(job, error);
    const Measured *measured = program ? find_measured(job, error) : NULL;
    if (!measured)
        return NULL;
    g_autoptr(IvcSimgridPlatform) platform =
        ivc_simgrid_platform_new(job->scenario, measured->curves, measured->fit);
    size_t n = job->scenario->workload.ranks ? job->scenario->workload.ranks : platform->n_hosts;
    g_autofree const char **hosts = g_new0(const char *, n + 1);
    for (size_t r = 0; r < n; r++)
        hosts[r] = platform->hosts[r % platform->n_hosts].name;
    g_auto(GStrv) words = split_arguments(job->spec);
    IvcMpiRun with = {.platform_xml = platform->xml,
                      .config = (const char *const *)platform->config,
                      .hosts = hosts,
                      .n_ranks = n,
                      .program = program,
                      .args = (const char *const *)words,
                      .measure = job->spec->computation == IVC_COMPUTATION_MEASURED,
                      .host_speed = host_speed(job, platform),
                      .output = -1,
                      .stop = job->hooks ? job->hooks->stop : NULL};
    g_auto(IvcMpiReport) report = {0};
    if (!ivc_mpi_run(&with, &report, error))
        return NULL;
    IvcProgramChannel channel = {.curves = measured->curves, .platform = platform};
    return ivc_program_result(job->scenario, &channel, &report);
}

/* Not the program's fault: with SimGrid installed, or space for files, it may well run. */
static bool is_of_computer(const GError *failure)
{
    return failure->domain == G_FILE_ERROR || failure->domain == G_SPAWN_ERROR ||
           g_error_matches(failure, IVC_SIMGRID_ERROR, IVC_SIMGRID_ERROR_MISSING);
}

/* Errors of programs as those of a simulation, which callers expect. */
static void translate(const GError *failure, bool stopped, GError **error)
{
    if (!stopped && is_of_computer(failure)) {
        bool missing = failure->domain == IVC_SIMGRID_ERROR;
        g_set_error(error, failure->domain, failure->code, "%s%s%s", failure->message,
                    missing ? "\nhint: " : "", missing ? ivc_simgrid_hint : "");
        return;
    }
    int code = IVC_SIM_ERROR_MPI;
    if (failure->domain == IVC_SIM_ERROR)
        code = failure->code;
    else if (g_error_matches(failure, IVC_MPI_ERROR, IVC_MPI_ERROR_DEADLOCK))
        code = IVC_SIM_ERROR_DEADLOCK;
    if (stopped)
        code = IVC_SIM_ERROR_STOPPED;
    g_set_error_literal(error, IVC_SIM_ERROR, code, failure->message);
}

IvcResult *ivc_program_run(const IvcScenario *scenario, const IvcRunHooks *hooks, GError **error)
{
    Job job = {.programs = scenario->registry->programs,
               .scenario = scenario,
               .spec = scenario->workload.spec,
               .hooks = hooks};
    g_autoptr(GError) failure = NULL;
    IvcResult *result = run(&job, &failure);
    if (!result)
        translate(failure, is_stopped(&job), error);
    return result;
}
