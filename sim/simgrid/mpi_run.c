/*
 * Starts smpimain, reads its trace from a pipe while it runs, and puts together what the trace and
 * the ranks' own account say.
 *
 * Computation is what the program declares (SMPI_SAMPLE_FLOPS, smpi_execute_flops_benched), which
 * makes results the same each time; measured is only when that is asked for. Options for SimGrid
 * end before the program's arguments, so that none of those can be taken for one.
 */
#include "sim/simgrid/mpi_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/file_error.h"
#include "sim/simgrid/ask.h"
#include "sim/simgrid/mpi_private.h"
#include "sim/simgrid/mpi_stderr.h"

/* The descriptor of the trace in the process of smpimain. */
#define TRACE_AT 3
#define CHUNK 65536
#define LOOK_MS 200

typedef struct {
    const IvcMpiRun *run;
    char *folder;
    char *platform; /* paths in it */
    char *hosts;
    char *account_path;
    IvcAccountHead *account;
    size_t account_size;
    IvcMpiTrace *trace;
    FILE *trace_file;
    int pipe;
    int errors; /* the other end of the program's standard error */
    IvcMpiStderr filter;
    GPid process;
    int wait_status;
} Job;

static void clear_job(Job *job)
{
    if (job->account != NULL)
        munmap(job->account, job->account_size);
    if (job->trace_file != NULL)
        fclose(job->trace_file);
    if (job->pipe >= 0)
        close(job->pipe);
    if (job->errors >= 0)
        close(job->errors);
    ivc_mpi_stderr_clear(&job->filter);
    ivc_mpi_trace_free(job->trace);
    if (job->folder != NULL)
        ivc_mpi_remove_folder(job->folder);
    g_free(job->folder);
    g_free(job->platform);
    g_free(job->hosts);
    g_free(job->account_path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Job, clear_job)

static bool make_account(Job *job, GError **error)
{
    job->account_size = ivc_account_size(job->run->n_ranks);
    int file = open(job->account_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0 || ftruncate(file, (off_t)job->account_size) != 0) {
        if (file >= 0)
            close(file);
        return ivc_file_fail(error, errno, "%s", job->account_path);
    }
    void *at = mmap(NULL, job->account_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (at == MAP_FAILED)
        return ivc_file_fail(error, errno, "%s", job->account_path);
    job->account = at;
    job->account->n_ranks = (uint32_t)job->run->n_ranks;
    return true;
}

/* Everything that smpimain is to read. */
static bool prepare(Job *job, GError **error)
{
    const IvcMpiRun *run = job->run;
    job->folder = ivc_simgrid_make_folder("ivcsim-mpi-XXXXXX", error);
    if (job->folder == NULL)
        return false;
    job->platform = g_build_filename(job->folder, "platform.xml", NULL);
    job->hosts = g_build_filename(job->folder, "hosts", NULL);
    job->account_path = g_build_filename(job->folder, "account", NULL);
    g_autoptr(GString) hosts = g_string_new(NULL);
    for (size_t r = 0; r < run->n_ranks; r++)
        g_string_append_printf(hosts, "%s\n", run->hosts[r]);
    if (!g_file_set_contents(job->platform, run->platform_xml, -1, error) ||
        !g_file_set_contents(job->hosts, hosts->str, (gssize)hosts->len, error) ||
        !make_account(job, error))
        return false;
    job->trace = ivc_mpi_trace_new(run->n_ranks);
    if (run->trace_file != NULL && (job->trace_file = fopen(run->trace_file, "we")) == NULL)
        return ivc_file_fail(error, errno, "%s", run->trace_file);
    return true;
}

static void add(GPtrArray *words, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void add(GPtrArray *words, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_ptr_array_add(words, g_strdup_vprintf(format, args));
    va_end(args);
}

static GPtrArray *command_line(const Job *job, const char *main_path, const char *program)
{
    const IvcMpiRun *run = job->run;
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    add(words, "%s", main_path);
    add(words, "%s", program);
    for (const char *const *at = run->config; at != NULL && *at != NULL; at++)
        add(words, "--cfg=%s", *at);
    add(words, "--cfg=smpi/privatization:dlopen");
    add(words, "--cfg=smpi/np:%zu", run->n_ranks);
    add(words, "--cfg=smpi/hostfile:%s", job->hosts);
    add(words, "--cfg=smpi/tmpdir:%s", job->folder);
    add(words, "--cfg=smpi/cpu-threshold:0");
    add(words, "--cfg=smpi/simulate-computation:%s", run->measure ? "yes" : "no");
    char speed[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(speed, sizeof speed, "%.6f", run->host_speed);
    add(words, "--cfg=smpi/host-speed:%sf", speed);
    add(words, "--cfg=tracing:yes");
    add(words, "--cfg=tracing/filename:/proc/self/fd/%d", TRACE_AT);
    add(words, "--cfg=tracing/precision:12");
    add(words, "--cfg=tracing/smpi:yes");
    add(words, "--cfg=tracing/smpi/computing:yes");
    add(words, "--cfg=tracing/smpi/sleeping:yes");
    add(words, "--cfg=tracing/smpi/internals:yes");
    add(words, "--cfg=tracing/smpi/display-sizes:yes");
    add(words, "--log=root.fmt:%s", IVC_MPI_LOG_FORMAT);
    add(words, "%s", job->platform);
    add(words, "--");
    for (const char *const *at = run->args; at != NULL && *at != NULL; at++)
        add(words, "%s", *at);
    g_ptr_array_add(words, NULL);
    return words;
}

static char **environment(const Job *job)
{
    char **names = g_get_environ();
    names = g_environ_setenv(names, IVC_ACCOUNT_ENVIRONMENT, job->account_path, TRUE);
    names = g_environ_unsetenv(names, "IVC_COMPUTATION");
    if (job->run->measure)
        names = g_environ_setenv(names, "IVC_COMPUTATION", "measured", TRUE);
    return names;
}

/* A descriptor of its own: GLib closes what it is given. */
static int copy_of(int file)
{
    return file >= 0 ? fcntl(file, F_DUPFD_CLOEXEC, TRACE_AT + 1) : -1;
}

static bool start(Job *job, GError **error)
{
    g_autofree char *program = ivc_mpi_find_program(job->run->program, error);
    g_autofree char *main_path = program != NULL ? ivc_mpi_find_main(error) : NULL;
    if (main_path == NULL || !prepare(job, error))
        return false;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return ivc_file_fail(error, errno, "pipe");
    job->pipe = ends[0];
    g_autoptr(GPtrArray) words = command_line(job, main_path, program);
    g_auto(GStrv) names = environment(job);
    int trace_at = TRACE_AT;
    GSpawnFlags flags = G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_CHILD_INHERITS_STDIN;
    if (job->run->output < 0)
        flags |= G_SPAWN_STDOUT_TO_DEV_NULL;
    job->filter = ivc_mpi_stderr_start(IVC_MPI_LOG_MARK, job->run->output);
    int out = copy_of(job->run->output);
    bool started = g_spawn_async_with_pipes_and_fds(
        NULL, (const char *const *)words->pdata, (const char *const *)names, flags, NULL, NULL, -1,
        out, -1, &ends[1], &trace_at, 1, &job->process, NULL, NULL, &job->errors, error);
    close(ends[1]);
    if (out >= 0)
        close(out);
    return started;
}

static void take(Job *job, const char *bytes, size_t size)
{
    ivc_mpi_trace_feed(job->trace, bytes, size);
    if (job->trace_file != NULL)
        (void)fwrite(bytes, 1, size, job->trace_file);
}

/* Reads once. @return whether there may be more */
static bool read_some(Job *job, int file, char *bytes)
{
    ssize_t n = read(file, bytes, CHUNK);
    if (n > 0 && file == job->pipe)
        take(job, bytes, (size_t)n);
    else if (n > 0)
        ivc_mpi_stderr_feed(&job->filter, bytes, (gsize)n);
    return n > 0 || (n < 0 && errno == EINTR);
}

/* Until every writer has closed both pipes; the program is ended when somebody asks for that. */
static bool follow(Job *job)
{
    bool stopped = false;
    g_autofree char *bytes = g_malloc(CHUNK);
    struct pollfd look[] = {{.fd = job->pipe, .events = POLLIN},
                            {.fd = job->errors, .events = POLLIN}};
    while (look[0].fd >= 0 || look[1].fd >= 0) {
        int ready = poll(look, G_N_ELEMENTS(look), LOOK_MS);
        if (!stopped && job->run->stop != NULL && *job->run->stop) {
            kill(job->process, SIGKILL);
            stopped = true;
        }
        for (size_t i = 0; ready > 0 && i < G_N_ELEMENTS(look); i++) {
            /* poll() passes over negative ones. */
            if (look[i].fd >= 0 && look[i].revents != 0 && !read_some(job, look[i].fd, bytes))
                look[i].fd = -1;
        }
    }
    ivc_mpi_stderr_end(&job->filter);
    while (waitpid(job->process, &job->wait_status, 0) < 0 && errno == EINTR)
        ;
    return !stopped;
}

static bool keep_trace(Job *job, GError **error)
{
    FILE *file = g_steal_pointer(&job->trace_file);
    if (file == NULL)
        return true;
    bool whole = ferror(file) == 0;
    whole = fclose(file) == 0 && whole;
    return whole || ivc_file_fail(error, errno, "%s", job->run->trace_file);
}

static void fill(IvcMpiReport *report, const Job *job)
{
    size_t n = job->run->n_ranks;
    report->n_ranks = n;
    report->ranks = g_new0(IvcMpiRank, n);
    report->pairs = g_new0(IvcMpiPair, n * n);
    for (size_t r = 0; r < n; r++) {
        IvcMpiRank *rank = &report->ranks[r];
        rank->end_ps = ivc_mpi_trace_rank_end_ps(job->trace, r);
        for (int k = 0; k < IVC_MPI_DOINGS; k++)
            rank->doing_ps[k] = ivc_mpi_trace_doing_ps(job->trace, r, (IvcMpiDoing)k);
        rank->work = ivc_mpi_trace_work(job->trace, r);
        report->time_ps = MAX(report->time_ps, rank->end_ps);
    }
    report->longest = ivc_mpi_trace_longest(job->trace);
    const IvcMpiPair *inside = ivc_mpi_trace_pairs(job->trace);
    const IvcAccountPair *asked = ivc_account_pairs(job->account);
    for (size_t i = 0; i < n * n; i++) {
        report->pairs[i].messages = inside[i].messages + asked[i].messages;
        report->pairs[i].bytes = inside[i].bytes + asked[i].bytes;
    }
}

bool ivc_mpi_run(const IvcMpiRun *run, IvcMpiReport *report, GError **error)
{
    *report = (IvcMpiReport){.warnings = g_ptr_array_new_with_free_func(g_free)};
    g_auto(Job) job = {.run = run, .pipe = -1, .errors = -1};
    if (!start(&job, error))
        return false;
    if (!follow(&job)) {
        g_set_error(error, IVC_MPI_ERROR, IVC_MPI_ERROR_STOPPED, "a signal ended the program");
        return false;
    }
    if (!keep_trace(&job, error))
        return false;
    fill(report, &job);
    IvcMpiEnd end = {.n_ranks = run->n_ranks,
                     .wait_status = job.wait_status,
                     .log = job.filter.log->str,
                     .account = job.account,
                     .trace = job.trace};
    return ivc_mpi_judge(&end, report->warnings, error);
}

void ivc_mpi_report_clear(IvcMpiReport *report)
{
    g_clear_pointer(&report->ranks, g_free);
    g_clear_pointer(&report->pairs, g_free);
    g_clear_pointer(&report->warnings, g_ptr_array_unref);
}
