/*
 * `ivcsim merge`: one results folder from those of shards. The shards are looked through first;
 * only when they are of one sweep, and each point is there once, is anything written.
 */
#include <string.h>

#include "sim/cli/cli.h"
#include "sim/cli/sweep_folder.h"

/* Missing or doubled things that are named one by one. */
#define PROBLEMS_SHOWN 10

/* What the verb works on. The first folder that is given says what all have to be. */
typedef struct {
    const char *const *dirs;
    IvcShardNote note;   /* of the first: number of shards, program, division */
    GArray *plan;        /* IvcStorePlace */
    char *plan_sum;      /* checksum of the plan */
    const char **of;     /* of each shard number, its folder; borrowed */
    const char **holder; /* of each place of the plan, the folder that has its point; borrowed */
    GHashTable *places;  /* key to the number of its first place */
    char *manifest;
    char *scenario;
    GPtrArray *problems; /* char *: doubled shards and points */
    GPtrArray *missing;  /* char *: shards and points */
} Merge;

static void merge_clear(Merge *merge)
{
    ivc_shard_note_clear(&merge->note);
    g_clear_pointer(&merge->plan, g_array_unref);
    g_clear_pointer(&merge->plan_sum, g_free);
    g_clear_pointer(&merge->of, g_free);
    g_clear_pointer(&merge->holder, g_free);
    g_clear_pointer(&merge->places, g_hash_table_unref);
    g_clear_pointer(&merge->manifest, g_free);
    g_clear_pointer(&merge->scenario, g_free);
    g_clear_pointer(&merge->problems, g_ptr_array_unref);
    g_clear_pointer(&merge->missing, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Merge, merge_clear)

static IvcStore *open_shard(const char *dir, GError **error)
{
    g_autofree char *path = g_build_filename(dir, IVC_STORE_FILE, NULL);
    return ivc_store_open(path, IVC_STORE_READ, error);
}

static char *sum_of_plan(const GArray *plan)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    for (guint i = 0; i < plan->len; i++) {
        const IvcStorePlace *place = &g_array_index(plan, IvcStorePlace, i);
        const char *const parts[] = {place->key, place->label, place->identity};
        for (size_t k = 0; k < G_N_ELEMENTS(parts); k++) {
            g_checksum_update(sum, (const guchar *)parts[k], (gssize)strlen(parts[k]) + 1);
        }
    }
    return g_strdup(g_checksum_get_string(sum));
}

/* Keeps what the first folder says. */
static bool take_first(Merge *merge, IvcStore *store, IvcShardNote *note, GArray *plan,
                       GError **error)
{
    if (!ivc_store_text(store, IVC_SWEEP_TEXT_MANIFEST, &merge->manifest, error) ||
        !ivc_store_text(store, IVC_SWEEP_TEXT_SCENARIO, &merge->scenario, error)) {
        return false;
    }
    merge->note = *note;
    memset(note, 0, sizeof *note);
    merge->plan = g_array_ref(plan);
    merge->plan_sum = sum_of_plan(plan);
    merge->of = g_new0(const char *, merge->note.shard.of + 1);
    merge->holder = g_new0(const char *, MAX(plan->len, 1));
    merge->places = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < plan->len; i++) {
        const char *key = g_array_index(plan, IvcStorePlace, i).key;
        if (!g_hash_table_contains(merge->places, key)) {
            g_hash_table_insert(merge->places, (gpointer)key, GUINT_TO_POINTER(i));
        }
    }
    return true;
}

/* Whether `i` is the first place of its point: later ones with the same key are the same point. */
static bool is_first_place(const Merge *merge, guint i)
{
    const char *key = g_array_index(merge->plan, IvcStorePlace, i).key;
    return GPOINTER_TO_UINT(g_hash_table_lookup(merge->places, key)) == i;
}

/* @return IVC_EXIT_OK when the folder is of the same sweep as the first one */
static int compare(IvcCli *cli, const Merge *merge, const char *dir, const IvcShardNote *note,
                   const GArray *plan)
{
    const char *first = merge->dirs[0];
    if (note->shard.of != merge->note.shard.of) {
        return ivc_cli_fail(cli, IVC_EXIT_INTERNAL, "merge",
                            "'%s' and '%s' are parts of different divisions: one of %u shards, the "
                            "other of %u",
                            first, dir, merge->note.shard.of, note->shard.of);
    }
    if (strcmp(note->program, merge->note.program) != 0) {
        return ivc_cli_fail(cli, IVC_EXIT_INTERNAL, "merge",
                            "'%s' and '%s' were simulated by different builds of the program",
                            first, dir);
    }
    g_autofree char *sum = sum_of_plan(plan);
    if (strcmp(sum, merge->plan_sum) != 0) {
        return ivc_cli_fail(cli, IVC_EXIT_INTERNAL, "merge",
                            "'%s' and '%s' are of different sweeps: another scenario, or other "
                            "values of --set",
                            first, dir);
    }
    return IVC_EXIT_OK;
}

/* Notes which points a folder holds, and which another one holds too. */
static bool find_points(Merge *merge, IvcStore *store, const char *dir, GError **error)
{
    for (guint i = 0; i < merge->plan->len; i++) {
        const IvcStorePlace *place = &g_array_index(merge->plan, IvcStorePlace, i);
        g_auto(IvcStorePoint) stored = {.status = IVC_STORE_NONE};
        if (!is_first_place(merge, i)) {
            continue;
        }
        if (!ivc_store_get(store, place->key, &stored, error)) {
            return false;
        }
        if (stored.status == IVC_STORE_NONE) {
            continue;
        }
        if (merge->holder[i] != NULL) {
            g_ptr_array_add(merge->problems,
                            g_strdup_printf("point %s is in two shards: '%s' and '%s'",
                                            place->label, merge->holder[i], dir));
        }
        merge->holder[i] = dir;
    }
    return true;
}

/* What a folder says it is. @return IVC_EXIT_OK, or the status of an error that was reported */
static int read_note(IvcCli *cli, IvcStore *store, const char *dir, IvcShardNote *ret_note,
                     GArray **ret_plan)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    if (!ivc_store_text(store, IVC_SHARD_TEXT, &text, &error)) {
        return ivc_sweep_fail_store(cli, error);
    }
    if (text == NULL) {
        return ivc_cli_fail(cli, IVC_EXIT_INTERNAL, "merge",
                            "'%s' holds no shard of a sweep\n"
                            "hint: shards are made by 'ivcsim sweep --shard I/N'",
                            dir);
    }
    *ret_plan = ivc_store_plan(store, &error);
    if (*ret_plan == NULL) {
        return ivc_sweep_fail_store(cli, error);
    }
    if (!ivc_shard_note_parse(text, ret_note)) {
        return ivc_cli_fail(cli, IVC_EXIT_INTERNAL, "io",
                            "the results store in '%s' is damaged: its shard cannot be read", dir);
    }
    /* Killed between the two, a first start leaves a shard without a plan: it holds no point. */
    if ((*ret_plan)->len != ret_note->n) {
        return ivc_cli_fail(cli, IVC_EXIT_INTERNAL, "merge",
                            "'%s' was stopped before its sweep began\n"
                            "hint: start shard %u/%u again",
                            dir, ret_note->shard.number, ret_note->shard.of);
    }
    return IVC_EXIT_OK;
}

static int look_at(IvcCli *cli, Merge *merge, const char *dir)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IvcStore) store = open_shard(dir, &error);
    if (store == NULL) {
        return ivc_sweep_fail_store(cli, error);
    }
    g_auto(IvcShardNote) note = {.n = 0};
    g_autoptr(GArray) plan = NULL;
    int status = read_note(cli, store, dir, &note, &plan);
    if (status != IVC_EXIT_OK) {
        return status;
    }
    unsigned number = note.shard.number;
    if (merge->plan == NULL) {
        if (!take_first(merge, store, &note, plan, &error)) {
            return ivc_sweep_fail_store(cli, error);
        }
    } else {
        status = compare(cli, merge, dir, &note, plan);
    }
    if (status != IVC_EXIT_OK) {
        return status;
    }
    if (merge->of[number] != NULL) {
        g_ptr_array_add(merge->problems,
                        g_strdup_printf("shard %u of %u is given twice: '%s' and '%s'", number,
                                        merge->note.shard.of, merge->of[number], dir));
        return IVC_EXIT_OK;
    }
    merge->of[number] = dir;
    return find_points(merge, store, dir, &error) ? IVC_EXIT_OK : ivc_sweep_fail_store(cli, error);
}

/* Which shards are not there, and which points of those that are. */
static void find_missing(Merge *merge)
{
    unsigned shards = merge->note.shard.of;
    g_autofree unsigned *points = g_new0(unsigned, shards + 1);
    g_autofree unsigned *lost = g_new0(unsigned, shards + 1);
    g_autofree const char **label = g_new0(const char *, shards + 1);
    for (guint i = 0; i < merge->plan->len; i++) {
        if (!is_first_place(merge, i)) {
            continue;
        }
        unsigned shard = merge->note.shards[i];
        points[shard]++;
        if (merge->holder[i] == NULL) {
            label[shard] = lost[shard] == 0 ? g_array_index(merge->plan, IvcStorePlace, i).label
                                            : label[shard];
            lost[shard]++;
        }
    }
    for (unsigned s = 1; s <= shards; s++) {
        if (lost[s] > 0 && merge->of[s] == NULL) {
            g_ptr_array_add(merge->missing,
                            g_strdup_printf("shard %u of %u is missing, with %u point%s", s, shards,
                                            points[s], points[s] == 1 ? "" : "s"));
        } else if (lost[s] > 0) {
            g_ptr_array_add(merge->missing,
                            g_strdup_printf("shard %u of %u ('%s') lacks %u of its %u points, the "
                                            "first of them %s",
                                            s, shards, merge->of[s], lost[s], points[s], label[s]));
        }
    }
}

static void report(IvcCli *cli, const GPtrArray *texts, bool fatal)
{
    for (guint i = 0; i < MIN(texts->len, PROBLEMS_SHOWN); i++) {
        const char *text = g_ptr_array_index(texts, i);
        if (fatal) {
            ivc_cli_error(cli, "%s", text);
        } else {
            ivc_cli_warning(cli, "%s", text);
        }
    }
    if (texts->len > PROBLEMS_SHOWN) {
        fprintf(cli->err, "and %u more\n", texts->len - PROBLEMS_SHOWN);
    }
}

/* @return IVC_EXIT_OK when there is nothing against merging */
static int judge(IvcCli *cli, const Merge *merge)
{
    bool partial = ivc_cli_flag(cli, "partial");
    report(cli, merge->problems, true);
    report(cli, merge->missing, !partial);
    if (merge->problems->len > 0) {
        return ivc_cli_fail(cli, IVC_EXIT_INTERNAL, "merge",
                            "nothing was merged: a point may be in one shard only");
    }
    if (merge->missing->len > 0 && !partial) {
        return ivc_cli_fail(cli, IVC_EXIT_INTERNAL, "merge",
                            "nothing was merged: points are missing\n"
                            "hint: 'ivcsim sweep FILE --shard I/N' runs what a shard lacks; "
                            "--partial merges what there is");
    }
    return IVC_EXIT_OK;
}

static bool copy_points(const Merge *merge, const char *dir, IvcStore *to, GError **error)
{
    g_autoptr(IvcStore) from = open_shard(dir, error);
    if (from == NULL) {
        return false;
    }
    for (guint i = 0; i < merge->plan->len; i++) {
        g_auto(IvcStorePoint) stored = {.status = IVC_STORE_NONE};
        const char *key = g_array_index(merge->plan, IvcStorePlace, i).key;
        if (merge->holder[i] != dir) {
            continue;
        }
        if (!ivc_store_get(from, key, &stored, error)) {
            return false;
        }
        if (stored.status != IVC_STORE_NONE && !ivc_store_put(to, key, &stored, error)) {
            return false;
        }
    }
    return true;
}

static bool write_store(const Merge *merge, IvcStore *to, GError **error)
{
    if (!ivc_store_begin(to, error) || !ivc_store_set_text(to, IVC_SHARD_TEXT, NULL, error) ||
        !ivc_store_set_plan(to, (const IvcStorePlace *)(void *)merge->plan->data, merge->plan->len,
                            error) ||
        !ivc_store_set_text(to, IVC_SWEEP_TEXT_MANIFEST, merge->manifest, error) ||
        !ivc_store_set_text(to, IVC_SWEEP_TEXT_SCENARIO, merge->scenario, error)) {
        return false;
    }
    for (const char *const *dir = merge->dirs; *dir != NULL; dir++) {
        if (!copy_points(merge, *dir, to, error)) {
            return false;
        }
    }
    return ivc_store_commit(to, error);
}

/* The scenario's name, for the default of -o. @return transfer full; NULL: the manifest is broken
 */
static char *scenario_name(const Merge *merge)
{
    json_t *manifest = merge->manifest != NULL ? json_loads(merge->manifest, 0, NULL) : NULL;
    char *name = g_strdup(json_string_value(json_object_get(manifest, "scenario")));
    json_decref(manifest);
    return name;
}

static int write_all(IvcCli *cli, const Merge *merge)
{
    static const IvcShard whole = {0, 0};
    g_auto(IvcSweepFolder) folder = {.lock = -1};
    g_autofree char *name = scenario_name(merge);
    if (name == NULL) {
        return ivc_cli_fail(cli, IVC_EXIT_INTERNAL, "io",
                            "the results store in '%s' is damaged: its manifest cannot be read",
                            merge->dirs[0]);
    }
    ivc_sweep_folder_name(cli, name, whole, &folder);
    int status = ivc_sweep_folder_open(cli, &folder, whole);
    if (status != IVC_EXIT_OK) {
        return status;
    }
    g_auto(IvcSweepOutput) output = {0};
    g_autoptr(GError) error = NULL;
    if (!write_store(merge, folder.store, &error) ||
        !ivc_sweep_output_read(folder.store, 0, &output, &error)) {
        return ivc_sweep_fail_store(cli, error);
    }
    status = ivc_sweep_folder_write(cli, &folder, 0, &output);
    if (status != IVC_EXIT_OK) {
        return status;
    }
    ivc_cli_note(cli, "%u shards: %zu of %zu points, %u failed", merge->note.shard.of,
                 output.finished, output.planned, output.failed->len);
    ivc_sweep_folder_note(cli, &folder);
    return ivc_sweep_folder_print(cli, &output);
}

int ivc_cmd_merge(IvcCli *cli)
{
    g_auto(Merge) merge = {
        .dirs = ivc_cli_args(cli),
        .problems = g_ptr_array_new_with_free_func(g_free),
        .missing = g_ptr_array_new_with_free_func(g_free),
    };
    for (const char *const *dir = merge.dirs; *dir != NULL; dir++) {
        int status = look_at(cli, &merge, *dir);
        if (status != IVC_EXIT_OK) {
            return status;
        }
    }
    find_missing(&merge);
    int status = judge(cli, &merge);
    return status == IVC_EXIT_OK ? write_all(cli, &merge) : status;
}
