/* Speaks with `ivcsim-simgrid` through two pipes. A question goes out whole before its answer is
 * read: the other side reads all of it before it answers. */
#include "sim/simgrid/ask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/temporary.h"

const char ivc_simgrid_hint[] =
    "install SimGrid 3.32 or later (Debian: apt-get install libsimgrid-dev) and build again";

struct IvcSimgrid {
    GPid process;
    FILE *questions;
    FILE *answers;
    char *version;
    char *line; /* of getline() */
    size_t size;
};

G_DEFINE_QUARK(ivc - simgrid - error, ivc_simgrid_error)

char *ivc_simgrid_find(const char *name, GError **error)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = self ? g_path_get_dirname(self) : NULL;
    g_autofree char *beside = folder ? g_build_filename(folder, name, NULL) : NULL;
    if (beside && g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer(&beside);
    char *path = g_find_program_in_path(name);
    if (!path)
        g_set_error(error, IVC_SIMGRID_ERROR, IVC_SIMGRID_ERROR_MISSING,
                    "'%s' is not there, neither beside this program nor in PATH", name);
    return path;
}

char *ivc_simgrid_make_folder(const char *name, GError **error)
{
    g_autofree char *below = g_canonicalize_filename(g_get_tmp_dir(), NULL);
    return ivc_temporary_folder(strpbrk(below, " \t\n") ? "/tmp" : below, name, error);
}

/* The next line of answers, without its end; NULL: there is none. */
static const char *hear(IvcSimgrid *simgrid)
{
    ssize_t length = getline(&simgrid->line, &simgrid->size, simgrid->answers);
    if (length <= 0 || simgrid->line[length - 1] != '\n')
        return NULL;
    simgrid->line[length - 1] = '\0';
    return simgrid->line;
}

/* A pipe whose reader has gone is an error of writing, not the end of the process. */
static bool say(IvcSimgrid *simgrid, const char *text)
{
    sigset_t pipe, before, pending;
    (void)sigemptyset(&pipe);
    (void)sigaddset(&pipe, SIGPIPE);
    (void)pthread_sigmask(SIG_BLOCK, &pipe, &before);
    size_t size = strlen(text);
    bool said =
        fwrite(text, 1, size, simgrid->questions) == size && fflush(simgrid->questions) == 0;
    if (!said && sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) &&
        !sigismember(&before, SIGPIPE))
        (void)sigtimedwait(&pipe, NULL, &(const struct timespec){0});
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return said;
}

IvcSimgrid *ivc_simgrid_start(const char *path, GError **error)
{
    static const char prefix[] = "version ";
    g_autofree char *found = path ? g_strdup(path) : ivc_simgrid_find("ivcsim-simgrid", error);
    g_autoptr(IvcSimgrid) simgrid = NULL;
    g_autoptr(GError) failed = NULL;
    GPid process = 0;
    int in = -1, out = -1;
    if (!found)
        return NULL;
    char *argv[] = {found, NULL};
    if (!g_spawn_async_with_pipes(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &process,
                                  &in, &out, NULL, &failed)) {
        g_set_error(error, IVC_SIMGRID_ERROR, IVC_SIMGRID_ERROR_START, "'%s' does not start: %s",
                    found, failed->message);
        return NULL;
    }
    simgrid = g_new0(IvcSimgrid, 1);
    simgrid->process = process;
    simgrid->questions = fdopen(in, "w");
    simgrid->answers = fdopen(out, "r");
    const char *line = say(simgrid, "version\n") ? hear(simgrid) : NULL;
    if (!line || !g_str_has_prefix(line, prefix)) {
        g_set_error(error, IVC_SIMGRID_ERROR, IVC_SIMGRID_ERROR_START,
                    "'%s' starts and does not answer", found);
        return NULL;
    }
    simgrid->version = g_strdup(line + strlen(prefix));
    return g_steal_pointer(&simgrid);
}

void ivc_simgrid_free(IvcSimgrid *simgrid)
{
    int status;
    if (!simgrid)
        return;
    (void)fclose(simgrid->questions); /* it ends when there are no more questions */
    (void)fclose(simgrid->answers);
    while (waitpid(simgrid->process, &status, 0) < 0 && errno == EINTR)
        ;
    g_free(simgrid->version);
    g_free(simgrid->line);
    g_free(simgrid);
}

const char *ivc_simgrid_version(const IvcSimgrid *simgrid)
{
    return simgrid->version;
}

static bool fail(GError **error, const char *text)
{
    g_set_error(error, IVC_SIMGRID_ERROR, IVC_SIMGRID_ERROR_ANSWER, "ivcsim-simgrid: %s", text);
    return false;
}

bool ivc_simgrid_ask(IvcSimgrid *simgrid, const char *question, size_t n, double *ret_ended,
                     GError **error)
{
    const char *line = say(simgrid, question) ? hear(simgrid) : NULL;
    if (!line)
        return fail(error, "it has ended");
    if (g_str_has_prefix(line, "failed "))
        return fail(error, line + strlen("failed "));
    if (!g_str_has_prefix(line, "ended"))
        return fail(error, "an answer that is none");
    const char *at = line + strlen("ended");
    for (size_t i = 0; i < n; i++) {
        char *end = NULL;
        ret_ended[i] = g_ascii_strtod(at, &end);
        if (end == at)
            return fail(error, "an answer that is too short");
        at = end;
    }
    return *at == '\0' ? true : fail(error, "an answer that is too long");
}
