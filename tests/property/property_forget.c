/* What if a digest forgot a field? Every field is left out of it in turn, wherever it is fed.
 *
 * Most states say the same thing in several places: a run whose digest lacks a single field still
 * recognises its period. So each field is also tried where the others are silent: of the digest as
 * much is taken away as it needs for that field to be the only one that tells two states apart.
 * Without it, and without the watch over the period, results are then wrong; with the watch, the
 * forgotten field is noticed and the run is done in full.
 *
 * The digest of the end state is no part of what is compared here: it forgets the same.
 *
 * Each forget_*.c has a group of scenarios, and the fields that have to be missed in one of them,
 * and noticed. When a field is renamed, or when something new says the same, that list changes with
 * it: the test prints what is missed now. */
#include "sim/stats/result_json.h"
#include "tests/harness/points.h"
#include "tests/property/forget.h"

/* Under a sanitizer a run takes many times as long: some of the scenarios then, and of the fields
 * that are tried alone. */
#ifdef IVC_SANITIZED
#define STRIDE 5
#define ORDERS 1
#else
#define STRIDE 1
#define ORDERS 4
#endif

#define TURNS 4 /* of ORDERS, at most */

#define MESSAGES_LEAST 625
#define MESSAGES_MOST 5000

#define RECENT 4096

typedef struct {
    const char *name;
    bool left_out;
    bool is_new; /* first fed when the fields had been counted: not among those that are tried */
} Field;

/* Names are static: most are found by where they stand. */
typedef struct {
    const char *name;
    Field *field;
} Recent;

/* A run whose digests feed all fields but those that are left out. */
typedef struct {
    IvcScenario *scenario;
    char *expected;
    GHashTable *fields; /* by name: all that was ever fed */
    GPtrArray *order;   /* the same, sorted by name */
    bool left_out;      /* whether new fields are */
    Recent recent[RECENT];
} Trial;

static Field *field_of(Trial *trial, const char *name)
{
    Field *field = g_hash_table_lookup(trial->fields, name);
    if (!field) {
        field = g_new(Field, 1);
        *field = (Field){.name = name, .is_new = trial->order != NULL};
        g_hash_table_insert(trial->fields, (char *)name, field);
    }
    return field;
}

static bool leaves_out(void *data, const char *name)
{
    Trial *trial = data;
    Recent *recent = &trial->recent[(uintptr_t)name / sizeof name % RECENT];
    if (recent->name != name)
        *recent = (Recent){name, field_of(trial, name)};
    return recent->field->is_new ? trial->left_out : recent->field->left_out;
}

static char *run(Trial *trial, bool full, bool unwatched, IvcRecurrenceResult *ret_recurrence)
{
    const IvcDigestProbe probe = {leaves_out, trial};
    const IvcSkipperFaults faults = {.probe = &probe, .unwatched = unwatched};
    const IvcRunHooks hooks = {.full = full, .faults = &faults};
    g_autoptr(GError) error = NULL;
    g_autoptr(IvcResult) result = ivc_run(trial->scenario, &hooks, &error);
    *ret_recurrence = result ? result->recurrence : (IvcRecurrenceResult){.outcome = "failed"};
    if (!result)
        return g_strdup(error->message);
    result->recurrence = (IvcRecurrenceResult){.outcome = "-"};
    g_free(result->digest);
    result->digest = g_strdup("-");
    return ivc_result_to_json(result);
}

static bool is_right(Trial *trial, bool unwatched, const char **ret_outcome)
{
    IvcRecurrenceResult recurrence;
    g_autofree char *got = run(trial, false, unwatched, &recurrence);
    *ret_outcome = recurrence.outcome;
    return g_str_equal(got, trial->expected);
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp((*(Field *const *)a)->name, (*(Field *const *)b)->name);
}

static void trial_begin(Trial *trial, const char *text, unsigned messages)
{
    g_autofree char *whole = g_strdup_printf(
        "schema: ivcsim/1\nname: forgetful\n%stotal: 1GiB, messages_max: %u}\n", text, messages);
    *trial = (Trial){.scenario = points_bind(whole, NULL)};
    trial->fields = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
}

/* As few messages as let it skip a third of them. */
static char *trial_skips(Trial *trial, const char *text, IvcRecurrenceResult *ret_recurrence)
{
    for (unsigned messages = MESSAGES_LEAST;; messages *= 2) {
        trial_begin(trial, text, messages);
        char *skipping = run(trial, false, false, ret_recurrence);
        if (ret_recurrence->skipped_messages >= messages / 3 || messages >= MESSAGES_MOST)
            return skipping;
        g_free(skipping);
        g_hash_table_unref(trial->fields);
        ivc_scenario_free(trial->scenario);
    }
}

static void trial_init(Trial *trial, const char *text)
{
    IvcRecurrenceResult recurrence, none;
    g_autofree char *skipping = trial_skips(trial, text, &recurrence);
    ck_assert_msg(recurrence.skips > 0, "%s: %s", text, recurrence.outcome);
    trial->expected = run(trial, true, false, &none);
    ck_assert_str_eq(skipping, trial->expected);
    GPtrArray *order = g_ptr_array_new();
    GHashTableIter fields;
    gpointer field;
    g_hash_table_iter_init(&fields, trial->fields);
    while (g_hash_table_iter_next(&fields, NULL, &field))
        g_ptr_array_add(order, field);
    g_ptr_array_sort(order, compare_names);
    trial->order = order;
}

static void trial_clear(Trial *trial)
{
    g_ptr_array_unref(trial->order);
    g_hash_table_unref(trial->fields);
    g_free(trial->expected);
    ivc_scenario_free(trial->scenario);
}

/* Without any single field: the others say it too, or it is noticed; results are never wrong. */
static unsigned try_single_fields(Trial *trial)
{
    unsigned noticed = 0;
    for (guint i = 0; i < trial->order->len; i += STRIDE) {
        Field *field = g_ptr_array_index(trial->order, i);
        const char *outcome;
        field->left_out = true;
        bool right = is_right(trial, false, &outcome);
        field->left_out = false;
        ck_assert_msg(right, "without '%s' results differ: %s", field->name, outcome);
        noticed += g_str_equal(outcome, "broken");
    }
    return noticed;
}

/* An order of the fields by chance, in which a new one does not move the others. */
static guint place_of(const char *name, guint32 seed)
{
    return (g_str_hash(name) ^ seed * 2654435761u) * 2246822519u;
}

static gint compare_places(gconstpointer a, gconstpointer b, gpointer data)
{
    guint x = place_of((*(Field *const *)a)->name, *(guint32 *)data);
    guint y = place_of((*(Field *const *)b)->name, *(guint32 *)data);
    return x < y ? -1 : x > y;
}

static void leave_out(GPtrArray *order, guint first, guint n, bool left_out)
{
    for (guint i = first; i < first + n; i++)
        ((Field *)g_ptr_array_index(order, i))->left_out = left_out;
}

/* Keeps as much of the digest as leaves the unwatched run wrong: each of the remaining fields alone
 * would set it right. These go to `missed`. Then the watch has to notice. Fields are tried several
 * at once, more after a success, and one by one only where one of them is such a field. */
static unsigned try_silenced(Trial *trial, guint32 seed, GHashTable *missed)
{
    g_autoptr(GPtrArray) order = g_ptr_array_copy(trial->order, NULL, NULL);
    const char *outcome;
    unsigned n = 0;
    g_ptr_array_sort_with_data(order, compare_places, &seed);
    leave_out(order, 0, order->len, true);
    trial->left_out = true;
    ck_assert_msg(!is_right(trial, true, &outcome), "without any digest results are right");
    for (guint i = 0, size = 1; i < order->len;) {
        size = MIN(size, order->len - i);
        leave_out(order, i, size, false);
        if (!is_right(trial, true, &outcome)) {
            i += size;
            size *= 2;
            continue;
        }
        leave_out(order, i, size, true);
        if (size > 1) {
            size /= 2;
            continue;
        }
        g_hash_table_add(missed, g_strdup(((Field *)g_ptr_array_index(order, i++))->name));
        n++;
    }
    ck_assert(!is_right(trial, true, &outcome));
    ck_assert_msg(is_right(trial, false, &outcome), "what was forgotten is not noticed");
    ck_assert_str_eq(outcome, "broken");
    leave_out(order, 0, order->len, false);
    trial->left_out = false;
    return n;
}

static const ForgetGroup *const groups[] = {&forget_machine,    &forget_tcp,       &forget_netfront,
                                            &forget_rings,      &forget_datagrams, &forget_sched,
                                            &forget_requests,   &forget_slots,     &forget_sriov,
                                            &forget_interrupts, &forget_sync,      &forget_queues};

static const ForgetGroup *group;

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(a, b);
}

static void print_missed(GHashTable *missed)
{
    GList *list = g_list_sort(g_hash_table_get_keys(missed), by_name);
    for (const GList *name = list; name; name = name->next)
        printf("missed: %s\n", (const char *)name->data);
    g_list_free(list);
    fflush(stdout);
}

static const char *not_missed(GHashTable *missed)
{
    for (size_t i = 0; group->must_be_missed[i]; i++)
        if (!g_hash_table_contains(missed, group->must_be_missed[i]))
            return group->must_be_missed[i];
    return NULL;
}

static void try_scenario(guint32 s, guint32 seed, bool alone, GHashTable *missed)
{
    Trial trial;
    trial_init(&trial, group->scenarios[s]);
    printf("scenario %u: %u fields", s, trial.order->len);
    if (alone)
        printf(", %u noticed alone", try_single_fields(&trial));
    printf("; in other company");
    for (guint32 o = 0; o < ORDERS; o++)
        printf(" %u", try_silenced(&trial, seed + o, missed));
    printf("\n");
    trial_clear(&trial);
}

/* Whether a field is ever the only one is a matter of the order: there are more orders when one of
 * the list was not. */
START_TEST(test_what_is_forgotten_is_noticed)
{
    g_autoptr(GHashTable) missed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    guint32 seed = points_seed("property_forget", 20121122), only = points_only_case();
    bool all = STRIDE == 1 && only == UINT32_MAX;
    for (guint32 turn = 0; turn < TURNS && (turn == 0 || (all && not_missed(missed))); turn++)
        for (guint32 s = 0; group->scenarios[s]; s++)
            if (s % STRIDE == 0 && (only == UINT32_MAX || s == only))
                try_scenario(s, seed + turn * ORDERS, turn == 0, missed);
    print_missed(missed);
    const char *name = all ? not_missed(missed) : NULL;
    ck_assert_msg(!name, "'%s' is not missed", name);
}
END_TEST

/* The group is named by the only argument. */
int main(int argc, char **argv)
{
    for (size_t g = 0; argc == 2 && g < G_N_ELEMENTS(groups); g++)
        if (g_str_equal(groups[g]->name, argv[1]))
            group = groups[g];
    if (!group)
        return EXIT_FAILURE;
    Suite *suite = suite_create("forget");
    TCase *tests = tcase_create(group->name);
    tcase_add_test(tests, test_what_is_forgotten_is_noticed);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
