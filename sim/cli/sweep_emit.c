/*
 * Scripts that run a sweep in shards. They call `ivcsim sweep --shard` and nothing else, so that a
 * cluster takes the code path of a local sweep. Leaves out: submitting, and waiting for the end.
 */
#include "sim/cli/sweep_emit.h"

#include <inttypes.h>
#include <string.h>

#include "ivc_version.h"
#include "sim/cli/sweep_folder.h"

/* Expected work of a task, in the unit of IvcSweepPoint.cost: some minutes on a present core. */
#define TASK_COST (UINT64_C(1) << 30)

/* The largest array that Slurm takes without being told otherwise. */
#define TASKS_AUTO_MAX 1000

/* A word for a shell: as it is where no shell sees anything in it. @return transfer full */
static char *quote(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "._-/=:,+@%";
    bool safe = *word != '\0' && word[strspn(word, plain)] == '\0';
    return safe ? g_strdup(word) : g_shell_quote(word);
}

/* GNU parallel would replace {}, {.}, {1} and more: after an empty string they are other words. */
static char *quote_braces(const char *word)
{
    g_autofree char *quoted = quote(word);
    g_auto(GStrv) parts = g_strsplit(quoted, "{", -1);
    return g_strjoinv("{''", parts); /* a brace makes quote() use single quotes */
}

typedef char *(*Quote)(const char *word);

static void add_option(GString *text, Quote quoted, const char *name, const char *value)
{
    g_autofree char *word = value != NULL ? quoted(value) : NULL;
    g_string_append_printf(text, " --%s%s%s", name, value != NULL ? " " : "",
                           value != NULL ? word : "");
}

/* The call of one task; `shard` is what stands for its number. @return transfer full */
static char *call_text(const IvcCli *cli, const char *folder, unsigned tasks, const char *shard,
                       Quote quoted)
{
    g_autofree char *here = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *program = quoted(here != NULL ? here : "ivcsim");
    GString *text = g_string_new(program);
    g_string_append_printf(text, " sweep --shard %s/%u", shard, tasks);
    g_autofree const char **sets = ivc_cli_sets(cli);
    for (const char **set = sets; *set != NULL; set++) {
        add_option(text, quoted, "set", *set);
    }
    static const char *const flags[] = {"force",   "salvage", "failed", "keep-going",
                                        "no-skip", "quiet",   "verbose"};
    for (size_t i = 0; i < G_N_ELEMENTS(flags); i++) {
        if (ivc_cli_flag(cli, flags[i])) {
            add_option(text, quoted, flags[i], NULL);
        }
    }
    static const char *const values[] = {"max-failures", "progress"};
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        if (ivc_cli_flag(cli, values[i])) {
            add_option(text, quoted, values[i], ivc_cli_value(cli, values[i]));
        }
    }
    g_autofree char *to = quoted(folder);
    g_autofree char *file = quoted(ivc_cli_args(cli)[0]);
    g_string_append_printf(text, " -j %" PRIu64, ivc_cli_count(cli, "jobs", 1));
    g_string_append_printf(text, " -o %s/shard-%s-of-%u -- %s", to, shard, tasks, file);
    return g_string_free(text, FALSE);
}

static char *merge_text(const char *folder, unsigned tasks)
{
    g_autofree char *here = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *program = quote(here != NULL ? here : "ivcsim");
    g_autofree char *to = quote(folder);
    return g_strdup_printf("%s merge -o %s -- %s/shard-*-of-%u", program, to, to, tasks);
}

/* So many that each has some minutes of work; one that is longer than that is alone in its task. */
static unsigned count_tasks(const IvcCli *cli, const IvcSweepPlan *plan)
{
    uint64_t cost = 0;
    for (guint i = 0; i < plan->points->len; i++) {
        cost += g_array_index(plan->points, IvcSweepPoint, i).cost;
    }
    uint64_t tasks = cost / TASK_COST + (cost % TASK_COST != 0);
    tasks = MIN(tasks, MIN(plan->points->len, TASKS_AUTO_MAX));
    return (unsigned)ivc_cli_count(cli, "tasks", MAX(tasks, 1));
}

static void print_slurm(IvcCli *cli, const char *name, const char *folder, unsigned tasks,
                        const char *where)
{
    g_autofree char *job = g_strdup(name);
    g_strcanon(job, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", '_');
    g_autofree char *call = call_text(cli, folder, tasks, "\"$SLURM_ARRAY_TASK_ID\"", quote);
    g_autofree char *merge = merge_text(folder, tasks);
    fprintf(cli->out,
            "#!/bin/sh\n"
            "#SBATCH --job-name=%s\n"
            "#SBATCH --array=1-%u\n"
            "#SBATCH --ntasks=1\n"
            "#SBATCH --cpus-per-task=%" PRIu64 "\n"
            "cd %s || exit\n"
            "exec %s\n"
            "\n"
            "# When all tasks have ended, make one folder of their results:\n"
            "#   cd %s\n"
            "#   %s\n",
            job, tasks, ivc_cli_count(cli, "jobs", 1), where, call, where, merge);
}

static void print_parallel(IvcCli *cli, const char *folder, unsigned tasks, const char *where)
{
    uint64_t jobs = ivc_cli_count(cli, "jobs", 1);
    g_autofree char *call = call_text(cli, folder, tasks, "{}", quote_braces);
    g_autofree char *quoted = g_shell_quote(call);
    g_autofree char *merge = merge_text(folder, tasks);
    /* Tasks of several threads each: as many fewer at a time. */
    g_autofree char *at_once =
        jobs > 1 ? g_strdup_printf(" --jobs %u%%", (unsigned)MAX(100 / jobs, 1)) : g_strdup("");
    fprintf(cli->out,
            "#!/bin/sh\n"
            "cd %s || exit\n"
            "seq %u | parallel%s %s\n"
            "%s\n",
            where, tasks, at_once, quoted, merge);
}

int ivc_sweep_emit(IvcCli *cli, const IvcSweepPlan *plan, const char *name, const char *folder)
{
    if (strcmp(ivc_cli_args(cli)[0], "-") == 0) {
        return ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage",
                            "--emit needs a file: every task reads the scenario again");
    }
    g_autofree char *here = g_get_current_dir();
    g_autofree char *where = quote(here);
    unsigned tasks = count_tasks(cli, plan);
    if (strcmp(ivc_cli_value(cli, "emit"), "slurm") == 0) {
        print_slurm(cli, name, folder, tasks, where);
    } else {
        print_parallel(cli, folder, tasks, where);
    }
    return IVC_EXIT_OK;
}
