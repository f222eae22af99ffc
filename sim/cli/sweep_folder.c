/*
 * The folder of a sweep. The lock is on the folder itself, so that nothing is left behind by a
 * killed program; SQLite's own locks would make a second sweep wait, not refuse.
 */
#include "sim/cli/sweep_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "sim/base/parallel.h"
#include "sim/stats/export.h"

/* Failed points that are named one by one. */
#define FAILURES_SHOWN 10

void ivc_sweep_folder_clear(IvcSweepFolder *folder)
{
    g_clear_pointer(&folder->store, ivc_store_free);
    if (folder->lock >= 0) {
        close(folder->lock);
    }
    folder->lock = -1;
    g_clear_pointer(&folder->path, g_free);
    g_clear_pointer(&folder->store_path, g_free);
}

char *ivc_sweep_folder_of_shard(const char *folder, IvcShard shard)
{
    g_autofree char *name = g_strdup_printf("shard-%u-of-%u", shard.number, shard.of);
    return g_build_filename(folder, name, NULL);
}

void ivc_sweep_folder_name(const IvcCli *cli, const char *scenario, IvcShard shard,
                           IvcSweepFolder *ret_folder)
{
    const char *given = ivc_cli_value(cli, "output");
    if (given != NULL) {
        ret_folder->path = g_strdup(given);
    } else {
        /* A scenario's name is free text: it must not lead out of the folder. */
        g_autofree char *safe = g_strdup(scenario);
        g_strcanon(safe, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", '_');
        bool dots = safe[strspn(safe, ".")] == '\0';
        g_autofree char *whole = g_build_filename("out", dots ? "scenario" : safe, NULL);
        ret_folder->path =
            shard.of != 0 ? ivc_sweep_folder_of_shard(whole, shard) : g_strdup(whole);
    }
    ret_folder->store_path = g_build_filename(ret_folder->path, IVC_STORE_FILE, NULL);
    ret_folder->lock = -1;
}

int ivc_sweep_folder_look(IvcCli *cli, IvcSweepFolder *folder)
{
    if (!g_file_test(folder->store_path, G_FILE_TEST_EXISTS)) {
        return IVC_EXIT_OK;
    }
    g_autoptr(GError) error = NULL;
    folder->store = ivc_store_open(folder->store_path, IVC_STORE_READ, &error);
    return folder->store != NULL ? IVC_EXIT_OK : ivc_sweep_fail_store(cli, error);
}

static int lock(IvcCli *cli, IvcSweepFolder *folder)
{
    folder->lock = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->lock < 0) {
        return ivc_cli_fail(cli, IVC_EXIT_INTERNAL, "io", "cannot open the directory '%s': %s",
                            folder->path, g_strerror(errno));
    }
    if (flock(folder->lock, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) {
        return IVC_EXIT_OK; /* a file system without locks is no reason to refuse */
    }
    return ivc_cli_fail(cli, IVC_EXIT_INTERNAL, "io",
                        "another sweep is writing to '%s'\n"
                        "hint: wait for it, or choose another folder with -o",
                        folder->path);
}

static bool is_unusable(const GError *error)
{
    return g_error_matches(error, IVC_STORE_ERROR, IVC_STORE_ERROR_DAMAGED) ||
           g_error_matches(error, IVC_STORE_ERROR, IVC_STORE_ERROR_VERSION) ||
           g_error_matches(error, IVC_STORE_ERROR, IVC_STORE_ERROR_FOREIGN);
}

static bool can_salvage(const IvcSweepFolder *folder, const GError *error)
{
    return folder->salvage && g_error_matches(error, IVC_STORE_ERROR, IVC_STORE_ERROR_DAMAGED);
}

/* Sets the store aside and opens a new one, perhaps with what is whole in the old one: that is put
 * together first, so that a program that is killed meanwhile leaves the old one where it was. */
static void replace_store(IvcCli *cli, IvcSweepFolder *folder, bool salvage, GError **error)
{
    g_autofree char *salvaged = salvage ? g_strconcat(folder->store_path, ".salvaged", NULL) : NULL;
    uint64_t points = 0;
    if (salvage && !ivc_store_salvage(folder->store_path, salvaged, &points, error)) {
        return;
    }
    g_autofree char *aside = ivc_store_set_aside(folder->store_path, error);
    if (aside == NULL) {
        return;
    }
    ivc_cli_note(cli, "the old results store was renamed to %s", aside);
    if (salvage && g_rename(salvaged, folder->store_path) != 0) {
        g_set_error(error, IVC_STORE_ERROR, IVC_STORE_ERROR_IO, "cannot rename '%s' to '%s': %s",
                    salvaged, folder->store_path, g_strerror(errno));
        return;
    }
    folder->store = ivc_store_open(folder->store_path, IVC_STORE_WRITE, error);
    if (salvage && folder->store != NULL) {
        ivc_cli_note(cli, "of its points, %" G_GUINT64_FORMAT " are whole, and kept", points);
    }
}

/* Points of several shards in one folder would be reported as doubled, but much later. */
static int check_shard(IvcCli *cli, const IvcSweepFolder *folder, IvcShard shard)
{
    g_auto(IvcShardNote) note = {.n = 0};
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    if (!ivc_store_text(folder->store, IVC_SHARD_TEXT, &text, &error)) {
        return ivc_sweep_fail_store(cli, error);
    }
    g_autofree char *holds = NULL;
    if (text == NULL) {
        g_autoptr(GArray) plan = ivc_store_plan(folder->store, &error);
        if (plan == NULL) {
            return ivc_sweep_fail_store(cli, error);
        }
        holds = plan->len > 0 && shard.of != 0 ? g_strdup("a whole sweep") : NULL;
    } else if (!ivc_shard_note_parse(text, &note)) {
        return ivc_cli_fail(cli, IVC_EXIT_INTERNAL, "io",
                            "results store '%s' is damaged: its shard cannot be read",
                            folder->store_path);
    } else if (note.shard.number != shard.number || note.shard.of != shard.of) {
        holds = g_strdup_printf("shard %u of %u", note.shard.number, note.shard.of);
    }
    if (holds == NULL) {
        return IVC_EXIT_OK;
    }
    return ivc_cli_fail(cli, IVC_EXIT_INTERNAL, "io",
                        "'%s' holds %s\n"
                        "hint: choose another folder with -o; --force would empty this one",
                        folder->path, holds);
}

int ivc_sweep_folder_open(IvcCli *cli, IvcSweepFolder *folder, IvcShard shard)
{
    int status = ivc_cli_make_directory(cli, folder->path);
    if (status == IVC_EXIT_OK) {
        status = lock(cli, folder);
    }
    if (status != IVC_EXIT_OK) {
        return status;
    }
    bool force = ivc_cli_flag(cli, "force");
    g_autoptr(GError) error = NULL;
    folder->store = ivc_store_open(folder->store_path, IVC_STORE_WRITE, &error);
    if (folder->store == NULL && (force ? is_unusable(error) : can_salvage(folder, error))) {
        g_clear_error(&error);
        replace_store(cli, folder, !force, &error);
    }
    if (folder->store == NULL || (force && !ivc_store_clear(folder->store, &error))) {
        return ivc_sweep_fail_store(cli, error);
    }
    return force ? IVC_EXIT_OK : check_shard(cli, folder, shard);
}

static int write_text(IvcCli *cli, const IvcSweepFolder *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder->path, name, NULL);
    return ivc_cli_write_file(cli, path, text, strlen(text));
}

/* The files with points; those that take longest to make come first. */
static const struct {
    const char *name;
    const char *format;
} files[] = {{"points.json", "json"},
             {"points.jsonl", "jsonl"},
             {"points.csv", "csv"},
             {"table.txt", "table"}};

typedef struct {
    const IvcSweepOutput *output;
    char *texts[G_N_ELEMENTS(files)];
} Texts;

static void make_text(size_t i, void *user)
{
    Texts *texts = user;
    texts->texts[i] = ivc_sweep_output_text(texts->output, files[i].format);
}

int ivc_sweep_folder_write(IvcCli *cli, const IvcSweepFolder *folder, unsigned jobs,
                           const IvcSweepOutput *output)
{
    Texts texts = {.output = output};
    ivc_parallel(jobs, G_N_ELEMENTS(files), make_text, &texts);
    int written = IVC_EXIT_OK;
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        if (written == IVC_EXIT_OK) {
            written = write_text(cli, folder, files[i].name, texts.texts[i]);
        }
        g_free(texts.texts[i]);
    }
    if (written != IVC_EXIT_OK) {
        return written;
    }
    g_autofree char *line = ivc_export_line(output->manifest);
    g_autofree char *manifest = g_strconcat(line, "\n", NULL);
    int status = write_text(cli, folder, "manifest.json", manifest);
    g_autofree char *scenario = NULL;
    g_autoptr(GError) error = NULL;
    if (status != IVC_EXIT_OK) {
        return status;
    }
    if (!ivc_store_text(folder->store, IVC_SWEEP_TEXT_SCENARIO, &scenario, &error)) {
        return ivc_sweep_fail_store(cli, error);
    }
    return write_text(cli, folder, "scenario.yaml", scenario != NULL ? scenario : "");
}

void ivc_sweep_folder_note(IvcCli *cli, const IvcSweepFolder *folder)
{
    ivc_cli_note(cli,
                 "results: %s/ (results.sqlite, points.csv, points.json, points.jsonl, table.txt, "
                 "manifest.json, scenario.yaml)",
                 folder->path);
}

int ivc_sweep_folder_print(IvcCli *cli, const IvcSweepOutput *output)
{
    g_autofree char *text = ivc_sweep_output_text(output, ivc_cli_value(cli, "format"));
    fputs(text, cli->out);
    fflush(cli->out);
    guint n = output->failed->len;
    for (guint i = 0; i < MIN(n, FAILURES_SHOWN); i++) {
        ivc_cli_error(cli, "point %s", (const char *)g_ptr_array_index(output->failed, i));
    }
    if (n > FAILURES_SHOWN) {
        ivc_cli_error(cli, "and %u more failed points", n - FAILURES_SHOWN);
    }
    if (n > 0) {
        ivc_cli_note(cli, "failed points are not run again without --failed");
    }
    return n > 0 ? IVC_EXIT_FAILED : IVC_EXIT_OK;
}
