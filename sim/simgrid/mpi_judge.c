/*
 * What became of a program: from SimGrid's log, the status of its process and the ranks' account.
 * SMPI 3.32 ends with status 0 after a deadlock and after MPI_Abort, so the status says little.
 */
#include <string.h>
#include <sys/wait.h>

#include "sim/simgrid/mpi_private.h"

#define WARNINGS_KEPT 10
#define STATUSES_SHOWN 8

/* One line of the log. */
typedef struct {
    long actor;
    const char *category;
    const char *priority;
    const char *text;
} Line;

typedef struct {
    const IvcMpiEnd *end;
    GPtrArray *warnings;
    bool deadlock;
    long unsupported_actor;
    char *unsupported; /* "MPI_Comm_spawn"; NULL: none */
    bool diskless;     /* it is there, but needs a disk */
    char *critical;    /* the first such message; NULL: none */
    GString *statuses; /* "rank 3: -3, ..." */
    unsigned n_statuses;
} Findings;

/* The rank of SimGrid's number of it; they start in order, with 1. */
static long rank_of(const IvcMpiEnd *end, long actor)
{
    const IvcAccountRank *ranks = ivc_account_ranks(end->account);
    for (size_t r = 0; actor > 0 && r < end->n_ranks; r++) {
        if (ranks[r].actor == actor)
            return (long)r;
    }
    return actor > 0 && (size_t)actor <= end->n_ranks ? actor - 1 : -1;
}

static char *rank_text(const IvcMpiEnd *end, long actor)
{
    long rank = rank_of(end, actor);
    return rank >= 0 ? g_strdup_printf("rank %ld", rank) : g_strdup("the program");
}

/* Cuts "NUMBER NAME CATEGORY PRIORITY message". */
static bool parse(char *text, Line *ret)
{
    char *words[4];
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        words[i] = text;
        text = strchr(text, ' ');
        if (text == NULL)
            return false;
        *text++ = '\0';
    }
    *ret = (Line){.actor = (long)g_ascii_strtoll(words[0], NULL, 10),
                  .category = words[2],
                  .priority = words[3],
                  .text = text};
    return true;
}

static void note_status(Findings *found, const Line *line, const char *status)
{
    found->n_statuses++;
    if (found->n_statuses > STATUSES_SHOWN)
        return;
    g_autofree char *who = rank_text(found->end, line->actor);
    g_string_append_printf(found->statuses, "%s%s: %s", found->n_statuses > 1 ? ", " : "", who,
                           status);
}

static void note_unsupported(Findings *found, const Line *line, const char *name)
{
    if (found->unsupported != NULL)
        return;
    name += g_str_has_prefix(name, "PMPI_");
    found->unsupported = g_strndup(name, strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
                                                      "abcdefghijklmnopqrstuvwxyz0123456789"));
    found->unsupported_actor = line->actor;
}

static void warn(Findings *found, const Line *line)
{
    g_autofree char *who = rank_text(found->end, line->actor);
    g_autofree char *text = g_strdup_printf("%s: %s", who, line->text);
    if (found->warnings->len < WARNINGS_KEPT &&
        !g_ptr_array_find_with_equal_func(found->warnings, text, g_str_equal, NULL))
        g_ptr_array_add(found->warnings, g_steal_pointer(&text));
}

static void look_at(Findings *found, const Line *line)
{
    static const char returned[] = "SMPI process did not return 0. Return value : ";
    static const char missing[] = "Not yet implemented";
    const char *at = NULL;
    if (strstr(line->text, "Deadlock detected") != NULL)
        found->deadlock = true;
    else if ((at = strstr(line->text, returned)) != NULL)
        note_status(found, line, at + strlen(returned));
    else if ((at = strstr(line->text, missing)) != NULL)
        note_unsupported(found, line, at + strcspn(at, ":") + strspn(at + strcspn(at, ":"), ": "));
    else if (strstr(line->text, "open file on a diskless host") != NULL) {
        found->diskless = found->unsupported == NULL;
        note_unsupported(found, line, "MPI_File_open");
    } else if (strcmp(line->priority, "CRITICAL") == 0 && found->critical == NULL &&
               strstr(line->text, "Current backtrace") == NULL)
        found->critical = g_strdup(line->text);
    else if (strcmp(line->priority, "WARNING") == 0 && g_str_has_prefix(line->category, "smpi") &&
             strstr(line->text, "MPI_Abort") == NULL)
        warn(found, line);
}

static void read_log(Findings *found)
{
    g_auto(GStrv) lines = g_strsplit(found->end->log, "\n", -1);
    for (char **at = lines; *at != NULL; at++) {
        Line line;
        if (g_str_has_prefix(*at, IVC_MPI_LOG_MARK) && parse(*at + strlen(IVC_MPI_LOG_MARK), &line))
            look_at(found, &line);
    }
}

static bool fail_crash(const Findings *found, int number, GError **error)
{
    const IvcMpiEnd *end = found->end;
    long rank = rank_of(end, end->account->crash_actor);
    g_autofree char *who = rank_text(end, end->account->crash_actor);
    const char *call = rank >= 0 ? ivc_account_ranks(end->account)[rank].call : "";
    bool said = number == SIGABRT && found->critical != NULL;
    g_set_error(error, IVC_MPI_ERROR, IVC_MPI_ERROR_CRASH, "%s crashed%s%s: %s%s", who,
                *call != '\0' ? " in " : "", call, said ? "SimGrid says: " : "",
                said ? found->critical : g_strsignal(number));
    return false;
}

static bool fail_deadlock(const Findings *found, GError **error)
{
    g_autofree char *who = ivc_mpi_who_waits(found->end);
    g_autofree char *ended =
        found->n_statuses != 0
            ? g_strdup_printf("\n  not 0 is the exit status of %s", found->statuses->str)
            : g_strdup("");
    g_set_error(error, IVC_MPI_ERROR, IVC_MPI_ERROR_DEADLOCK,
                "the ranks wait for each other, and none can go on\n%s%s", who, ended);
    return false;
}

static bool fail_status(const Findings *found, GError **error)
{
    unsigned more = found->n_statuses - MIN(found->n_statuses, STATUSES_SHOWN);
    g_autofree char *rest = more ? g_strdup_printf(", and %u more", more) : g_strdup("");
    g_set_error(error, IVC_MPI_ERROR, IVC_MPI_ERROR_EXIT,
                "the program ended with another exit status than 0: %s%s", found->statuses->str,
                rest);
    return false;
}

static bool fail_simgrid(const Findings *found, GError **error)
{
    int status = found->end->wait_status;
    if (found->critical != NULL)
        g_set_error(error, IVC_MPI_ERROR, IVC_MPI_ERROR_SIMGRID, "SimGrid gave up: %s",
                    found->critical);
    else
        g_set_error(error, IVC_MPI_ERROR, IVC_MPI_ERROR_SIMGRID,
                    "SimGrid ended with status %d before the program started",
                    ivc_mpi_exit_status(status));
    return false;
}

/* SimGrid ends all ranks in the trace when it ends by itself. */
static bool is_cut_short(const IvcMpiEnd *end)
{
    bool cut = false;
    for (size_t r = 0; r < end->n_ranks; r++)
        cut = cut || !ivc_mpi_trace_has_ended(end->trace, r);
    return cut && end->account->seen && WIFEXITED(end->wait_status);
}

static bool fail_cut_short(const Findings *found, GError **error)
{
    g_set_error(error, IVC_MPI_ERROR, IVC_MPI_ERROR_EXIT,
                "a rank ended the whole program, with exit status %d: by _exit() and its like, "
                "which end all ranks",
                WEXITSTATUS(found->end->wait_status));
    return false;
}

static bool judge(const Findings *found, GError **error)
{
    const IvcMpiEnd *end = found->end;
    const IvcAccountHead *account = end->account;
    bool signalled = WIFSIGNALED(end->wait_status);
    if (account->aborted) {
        g_set_error(error, IVC_MPI_ERROR, IVC_MPI_ERROR_ABORT, "rank %d called MPI_Abort, code %d",
                    account->abort_rank, account->abort_code);
        return false;
    }
    if (found->unsupported != NULL) {
        g_autofree char *who = rank_text(end, found->unsupported_actor);
        g_set_error(error, IVC_MPI_ERROR, IVC_MPI_ERROR_UNSUPPORTED, "%s calls %s, which %s", who,
                    found->unsupported,
                    found->diskless ? "needs a disk, and guests have none"
                                    : "SimGrid's MPI does not have");
        return false;
    }
    /* After that, SimGrid may crash while it puts an end to the ranks. */
    if (found->deadlock)
        return fail_deadlock(found, error);
    if (account->crash_signal != 0 || (signalled && account->seen))
        return fail_crash(
            found, account->crash_signal ? account->crash_signal : WTERMSIG(end->wait_status),
            error);
    if (found->n_statuses != 0)
        return fail_status(found, error);
    if (found->critical == NULL && is_cut_short(end))
        return fail_cut_short(found, error);
    if (signalled || WEXITSTATUS(end->wait_status) != 0 || !account->seen)
        return fail_simgrid(found, error);
    return true;
}

int ivc_mpi_exit_status(int wait_status)
{
    return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

bool ivc_mpi_judge(const IvcMpiEnd *end, GPtrArray *warnings, GError **error)
{
    Findings found = {.end = end, .warnings = warnings, .statuses = g_string_new(NULL)};
    read_log(&found);
    bool well = judge(&found, error);
    g_string_free(found.statuses, TRUE);
    g_free(found.unsupported);
    g_free(found.critical);
    return well;
}
