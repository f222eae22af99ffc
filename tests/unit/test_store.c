/*
 * The results store and the text form of results: round trips, continuing, and every way in which
 * the file can be unusable. Full disks are in tests/sweep.
 */
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/scenario/store.h"
#include "sim/stats/result_json.h"
#include "tests/harness/check.h"

static char *folder;
static char *path;

static void setup(void)
{
    folder = g_dir_make_tmp("ivcsim-store-XXXXXX", NULL);
    ck_assert_ptr_nonnull(folder);
    path = g_build_filename(folder, "results.sqlite", NULL);
}

static void teardown(void)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *file = g_build_filename(folder, name, NULL);
        g_remove(file);
    }
    g_dir_close(dir);
    g_rmdir(folder);
    g_free(path);
    g_free(folder);
}

static IvcStore *open_store(IvcStoreMode mode)
{
    g_autoptr(GError) error = NULL;
    IvcStore *store = ivc_store_open(path, mode, &error);
    ck_assert_msg(store != NULL, "%s", error != NULL ? error->message : "?");
    return store;
}

static void put(IvcStore *store, const char *key, IvcStoreStatus status, const char *text)
{
    IvcStorePoint point = {.status = status, .wall_us = 1234};
    if (status == IVC_STORE_OK) {
        point.result = (char *)text;
    } else {
        point.message = (char *)text;
    }
    ck_assert(ivc_store_put(store, key, &point, NULL));
}

static void execute(const char *sql)
{
    sqlite3 *db = NULL;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* Expects that opening fails with this code and exactly this text, PATH standing for the path. */
static void refused(IvcStoreMode mode, IvcStoreError code, const char *text)
{
    g_autoptr(GError) error = NULL;
    IvcStore *store = ivc_store_open(path, mode, &error);
    ck_assert_ptr_null(store);
    ck_assert_uint_eq(error->domain, IVC_STORE_ERROR);
    ck_assert_int_eq(error->code, (int)code);
    GString *shown = g_string_new(error->message);
    g_string_replace(shown, path, "PATH", 0);
    ck_assert_str_eq(shown->str, text);
    g_string_free(shown, TRUE);
}

START_TEST(points_come_back)
{
    IvcStore *store = open_store(IVC_STORE_WRITE);
    put(store, "aa", IVC_STORE_OK, "{\"x\":1}");
    put(store, "bb", IVC_STORE_FAILED, "nobody \xc3\xa9 answers");
    ivc_store_free(store);

    store = open_store(IVC_STORE_READ);
    IvcStorePoint point = {0};
    ck_assert(ivc_store_get(store, "aa", &point, NULL));
    ck_assert_int_eq(point.status, IVC_STORE_OK);
    ck_assert_str_eq(point.result, "{\"x\":1}");
    ck_assert_ptr_null(point.message);
    ck_assert_uint_eq(point.wall_us, 1234);
    ck_assert_uint_eq(point.runs, 1);
    ivc_store_point_clear(&point);
    ck_assert(ivc_store_get(store, "bb", &point, NULL));
    ck_assert_int_eq(point.status, IVC_STORE_FAILED);
    ck_assert_str_eq(point.message, "nobody \xc3\xa9 answers");
    ck_assert_ptr_null(point.result);
    ivc_store_point_clear(&point);
    ck_assert(ivc_store_get(store, "cc", &point, NULL));
    ck_assert_int_eq(point.status, IVC_STORE_NONE);
    ivc_store_free(store);
}
END_TEST

START_TEST(runs_are_counted)
{
    IvcStore *store = open_store(IVC_STORE_WRITE);
    put(store, "aa", IVC_STORE_FAILED, "no");
    put(store, "aa", IVC_STORE_OK, "{}");
    g_auto(IvcStorePoint) point = {0};
    ck_assert(ivc_store_get(store, "aa", &point, NULL));
    ck_assert_uint_eq(point.runs, 2);
    ck_assert_int_eq(point.status, IVC_STORE_OK);
    ck_assert_ptr_null(point.message);
    ivc_store_free(store);
}
END_TEST

START_TEST(clear_forgets_points)
{
    IvcStore *store = open_store(IVC_STORE_WRITE);
    put(store, "aa", IVC_STORE_OK, "{}");
    ck_assert(ivc_store_clear(store, NULL));
    g_auto(IvcStorePoint) point = {0};
    ck_assert(ivc_store_get(store, "aa", &point, NULL));
    ck_assert_int_eq(point.status, IVC_STORE_NONE);
    ivc_store_free(store);
}
END_TEST

START_TEST(plan_keeps_its_order)
{
    IvcStore *store = open_store(IVC_STORE_WRITE);
    IvcStorePlace first[] = {{"x", "a=1", "{}"}, {"y", "a=2", "{}"}, {"x", "a=3", "{\"k\":1}"}};
    IvcStorePlace second[] = {{"z", "b", "{}"}, {"x", "c", "{\"k\":1}"}};
    ck_assert(ivc_store_set_plan(store, first, 3, NULL));
    ck_assert(ivc_store_set_plan(store, second, 2, NULL));
    g_autoptr(GArray) plan = ivc_store_plan(store, NULL);
    ck_assert_uint_eq(plan->len, 2);
    ck_assert_str_eq(g_array_index(plan, IvcStorePlace, 0).key, "z");
    ck_assert_str_eq(g_array_index(plan, IvcStorePlace, 1).label, "c");
    ck_assert_str_eq(g_array_index(plan, IvcStorePlace, 1).identity, "{\"k\":1}");
    ivc_store_free(store);
}
END_TEST

/* Killed in between, a store has the plan and the texts of one sweep, not of two. */
START_TEST(plan_and_texts_come_together)
{
    IvcStorePlace first[] = {{"x", "a=1", "{}"}};
    IvcStorePlace second[] = {{"y", "a=2", "{}"}, {"z", "a=3", "{}"}};
    for (int committed = 0; committed <= 1; committed++) {
        IvcStore *store = open_store(IVC_STORE_WRITE);
        ck_assert(ivc_store_set_plan(store, first, 1, NULL));
        ck_assert(ivc_store_set_text(store, "manifest", "one", NULL));
        ck_assert(ivc_store_begin(store, NULL));
        ck_assert(ivc_store_set_plan(store, second, 2, NULL));
        ck_assert(ivc_store_set_text(store, "manifest", "two", NULL));
        put(store, "y", IVC_STORE_OK, "{}");
        ck_assert(!committed || ivc_store_commit(store, NULL));
        ivc_store_free(store);
        store = open_store(IVC_STORE_READ);
        g_autoptr(GArray) plan = ivc_store_plan(store, NULL);
        ck_assert_uint_eq(plan->len, committed ? 2 : 1);
        g_autofree char *text = NULL;
        ck_assert(ivc_store_text(store, "manifest", &text, NULL));
        ck_assert_str_eq(text, committed ? "two" : "one");
        g_auto(IvcStorePoint) point = {0};
        ck_assert(ivc_store_get(store, "y", &point, NULL));
        ck_assert_int_eq(point.status, committed ? IVC_STORE_OK : IVC_STORE_NONE);
        ivc_store_free(store);
    }
}
END_TEST

START_TEST(texts_come_back)
{
    IvcStore *store = open_store(IVC_STORE_WRITE);
    char *text = NULL;
    ck_assert(ivc_store_text(store, "manifest", &text, NULL));
    ck_assert_ptr_null(text);
    ck_assert(ivc_store_set_text(store, "manifest", "one", NULL));
    ck_assert(ivc_store_set_text(store, "manifest", "two", NULL));
    ck_assert(ivc_store_text(store, "manifest", &text, NULL));
    ck_assert_str_eq(text, "two");
    g_free(text);
    ivc_store_free(store);
}
END_TEST

/* The folder holds one plain file after a clean end, so that it may be copied as it is. */
START_TEST(one_file_after_closing)
{
    IvcStore *store = open_store(IVC_STORE_WRITE);
    put(store, "aa", IVC_STORE_OK, "{}");
    ivc_store_free(store);
    g_autofree char *journal = g_strconcat(path, "-wal", NULL);
    ck_assert(!g_file_test(journal, G_FILE_TEST_EXISTS));
    ck_assert(g_file_test(path, G_FILE_TEST_IS_REGULAR));
}
END_TEST

/* Killed between creating the file and its tables: the next sweep begins anew. */
START_TEST(empty_file_is_a_new_store)
{
    ck_assert(g_file_set_contents(path, "", 0, NULL));
    refused(IVC_STORE_READ, IVC_STORE_ERROR_DAMAGED,
            "results store 'PATH' is empty: no sweep has written to it");
    IvcStore *store = open_store(IVC_STORE_WRITE);
    put(store, "aa", IVC_STORE_OK, "{}");
    ivc_store_free(store);
}
END_TEST

START_TEST(missing_file_cannot_be_read)
{
    refused(IVC_STORE_READ, IVC_STORE_ERROR_OPEN,
            "cannot open results store 'PATH': No such file or directory");
}
END_TEST

START_TEST(folder_and_pipe_are_refused)
{
    ck_assert_int_eq(g_mkdir(path, 0755), 0);
    refused(IVC_STORE_WRITE, IVC_STORE_ERROR_OPEN,
            "cannot open results store 'PATH': not a regular file");
    ck_assert_int_eq(g_rmdir(path), 0);
    ck_assert_int_eq(mkfifo(path, 0644), 0);
    refused(IVC_STORE_WRITE, IVC_STORE_ERROR_OPEN,
            "cannot open results store 'PATH': not a regular file");
}
END_TEST

START_TEST(long_path_is_said)
{
    g_autofree char *name = g_strnfill(250, 'x');
    g_autofree char *first = g_build_filename(folder, name, NULL);
    g_autofree char *second = g_build_filename(first, name, NULL);
    ck_assert_int_eq(g_mkdir_with_parents(second, 0755), 0);
    g_autofree char *deep = g_build_filename(second, "results.sqlite", NULL);
    g_autoptr(GError) error = NULL;
    ck_assert_ptr_null(ivc_store_open(deep, IVC_STORE_WRITE, &error));
    ck_assert(g_error_matches(error, IVC_STORE_ERROR, IVC_STORE_ERROR_OPEN));
    ck_assert(g_str_has_suffix(error->message, "': its path from / on is too long for SQLite"));
    ck_assert_int_eq(g_rmdir(second), 0);
}
END_TEST

START_TEST(text_file_is_refused)
{
    ck_assert(g_file_set_contents(path, "point,bandwidth\n1,2\n", -1, NULL));
    refused(IVC_STORE_WRITE, IVC_STORE_ERROR_DAMAGED,
            "'PATH' is damaged or is no results store: file is not a database");
    /* and is still there */
    g_autofree char *text = NULL;
    ck_assert(g_file_get_contents(path, &text, NULL, NULL));
    ck_assert_str_eq(text, "point,bandwidth\n1,2\n");
}
END_TEST

START_TEST(foreign_database_is_refused)
{
    execute("CREATE TABLE points(a)");
    refused(IVC_STORE_WRITE, IVC_STORE_ERROR_FOREIGN,
            "'PATH' is a database of another program, no results store");
}
END_TEST

START_TEST(other_version_is_refused)
{
    ivc_store_free(open_store(IVC_STORE_WRITE));
    execute("PRAGMA user_version=7");
    refused(IVC_STORE_READ, IVC_STORE_ERROR_VERSION,
            "results store 'PATH' has version 7; this program reads 2");
}
END_TEST

static void fill(unsigned n)
{
    IvcStore *store = open_store(IVC_STORE_WRITE);
    g_autofree char *text = g_strnfill(500, 'r');
    for (unsigned i = 0; i < n; i++) {
        g_autofree char *key = g_strdup_printf("%04u", i);
        put(store, key, IVC_STORE_OK, text);
    }
    ivc_store_free(store);
}

/* Pages in the middle turned to noise, or the tail cut off: never a crash, always a message. */
START_TEST(broken_pages_are_refused)
{
    fill(200);
    char *bytes = NULL;
    gsize size = 0;
    ck_assert(g_file_get_contents(path, &bytes, &size, NULL));
    ck_assert_uint_gt(size, 40960);
    for (gsize page = 4096; page + 4096 <= size; page += 4096) {
        g_autofree char *broken = g_memdup2(bytes, size);
        memset(broken + page, 0xa5, 4096);
        ck_assert(g_file_set_contents(path, broken, (gssize)size, NULL));
        g_autoptr(GError) error = NULL;
        IvcStore *store = ivc_store_open(path, IVC_STORE_WRITE, &error);
        ck_assert_ptr_null(store);
        ck_assert(g_error_matches(error, IVC_STORE_ERROR, IVC_STORE_ERROR_DAMAGED));
    }
    ck_assert(g_file_set_contents(path, bytes, (gssize)size / 2, NULL));
    g_autoptr(GError) error = NULL;
    ck_assert_ptr_null(ivc_store_open(path, IVC_STORE_READ, &error));
    ck_assert(g_error_matches(error, IVC_STORE_ERROR, IVC_STORE_ERROR_DAMAGED));
    g_free(bytes);
}
END_TEST

/* SQLite does not see one changed letter inside a text; the seal does. */
START_TEST(changed_letter_is_noticed)
{
    fill(3);
    char *bytes = NULL;
    gsize size = 0;
    ck_assert(g_file_get_contents(path, &bytes, &size, NULL));
    char *at = memmem(bytes, size, "rrrrrrrr", 8);
    ck_assert_ptr_nonnull(at);
    at[100] = 's';
    ck_assert(g_file_set_contents(path, bytes, (gssize)size, NULL));
    for (IvcStoreMode mode = IVC_STORE_READ; mode <= IVC_STORE_WRITE; mode++) {
        g_autoptr(GError) error = NULL;
        ck_assert_ptr_null(ivc_store_open(path, mode, &error));
        ck_assert(g_error_matches(error, IVC_STORE_ERROR, IVC_STORE_ERROR_DAMAGED));
        ck_assert_ptr_nonnull(strstr(error->message, "' is damaged: point 000"));
        ck_assert(g_str_has_suffix(error->message, " does not match its seal"));
    }
    /* A refused file is not touched. */
    char *after = NULL;
    gsize after_size = 0;
    ck_assert(g_file_get_contents(path, &after, &after_size, NULL));
    ck_assert_uint_eq(after_size, size);
    ck_assert_mem_eq(after, bytes, size);
    g_free(after);
    g_free(bytes);
}
END_TEST

/* What is told of points, and what says which points there are, is sealed as results are. */
START_TEST(changed_plan_and_texts_are_noticed)
{
    static const struct {
        const char *sql;
        const char *what;
    } changes[] = {
        {"UPDATE plan SET identity='{\"k\":2}' WHERE position=1", "line of the plan 1"},
        {"UPDATE plan SET key='z' WHERE position=0", "line of the plan 0"},
        {"UPDATE plan SET label='b' WHERE position=0", "line of the plan 0"},
        {"UPDATE plan SET position=5 WHERE position=0", "line of the plan 5"},
        {"UPDATE texts SET text='onf'", "text manifest"},
        {"UPDATE texts SET name='manifesu'", "text manifesu"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
        IvcStore *store = open_store(IVC_STORE_WRITE);
        IvcStorePlace places[] = {{"x", "a", "{}"}, {"y", "b", "{\"k\":1}"}};
        ck_assert(ivc_store_set_plan(store, places, 2, NULL));
        ck_assert(ivc_store_set_text(store, "manifest", "one", NULL));
        ivc_store_free(store);
        ivc_store_free(open_store(IVC_STORE_READ));
        execute(changes[i].sql);
        g_autofree char *want = g_strdup_printf(
            "results store 'PATH' is damaged: %s does not match its seal", changes[i].what);
        refused(IVC_STORE_READ, IVC_STORE_ERROR_DAMAGED, want);
        refused(IVC_STORE_WRITE, IVC_STORE_ERROR_DAMAGED, want);
        g_remove(path);
    }
}
END_TEST

/* A key that is changed in the index alone hides its point: it would seem not to have run. */
START_TEST(changed_index_is_noticed)
{
    fill(3);
    char *bytes = NULL;
    gsize size = 0;
    ck_assert(g_file_get_contents(path, &bytes, &size, NULL));
    unsigned places = 0;
    for (gsize i = 0; i + 4 <= size; i++) {
        if (memcmp(bytes + i, "0001", 4) != 0) {
            continue;
        }
        bytes[i] = '1';
        ck_assert(g_file_set_contents(path, bytes, (gssize)size, NULL));
        g_autoptr(GError) error = NULL;
        ck_assert_ptr_null(ivc_store_open(path, IVC_STORE_READ, &error));
        ck_assert(g_error_matches(error, IVC_STORE_ERROR, IVC_STORE_ERROR_DAMAGED));
        bytes[i] = '0';
        places++;
    }
    ck_assert_uint_eq(places, 2); /* the row and its index */
    g_free(bytes);
}
END_TEST

START_TEST(lost_table_is_damage)
{
    ivc_store_free(open_store(IVC_STORE_WRITE));
    execute("ALTER TABLE points RENAME TO joints");
    refused(IVC_STORE_READ, IVC_STORE_ERROR_DAMAGED,
            "results store 'PATH' is damaged: no such table: points");
}
END_TEST

START_TEST(set_aside_keeps_every_file)
{
    g_autofree char *journal = g_strconcat(path, "-wal", NULL);
    for (unsigned i = 1; i <= 2; i++) {
        ck_assert(g_file_set_contents(path, "broken", -1, NULL));
        ck_assert(g_file_set_contents(journal, "journal", -1, NULL));
        g_autofree char *to = ivc_store_set_aside(path, NULL);
        g_autofree char *want = i == 1 ? g_strconcat(path, ".damaged", NULL)
                                       : g_strdup_printf("%s.damaged.%u", path, i);
        ck_assert_str_eq(to, want);
        ck_assert(g_file_test(to, G_FILE_TEST_EXISTS));
        ck_assert(!g_file_test(path, G_FILE_TEST_EXISTS));
        ck_assert(!g_file_test(journal, G_FILE_TEST_EXISTS));
    }
    ck_assert_ptr_null(ivc_store_set_aside(path, NULL));
}
END_TEST

/* A reader may look at the store while a sweep writes to it. */
START_TEST(reader_beside_writer)
{
    IvcStore *writer = open_store(IVC_STORE_WRITE);
    put(writer, "aa", IVC_STORE_OK, "{}");
    IvcStore *reader = open_store(IVC_STORE_READ);
    put(writer, "bb", IVC_STORE_OK, "{}");
    g_auto(IvcStorePoint) point = {0};
    ck_assert(ivc_store_get(reader, "bb", &point, NULL));
    ck_assert_int_eq(point.status, IVC_STORE_OK);
    IvcStorePoint other = {.status = IVC_STORE_OK, .result = (char *)"{}"};
    g_autoptr(GError) error = NULL;
    ck_assert(!ivc_store_put(reader, "cc", &other, &error));
    ck_assert(g_error_matches(error, IVC_STORE_ERROR, IVC_STORE_ERROR_OPEN));
    ivc_store_free(reader);
    ivc_store_free(writer);
}
END_TEST

static IvcResult *sample(void)
{
    IvcResult *result = ivc_result_new();
    result->scenario = g_strdup("tab\t\"quote\" \xe2\x82\xac");
    result->channel = g_strdup("ring");
    result->mechanism = g_strdup("register-shmem");
    result->workload = g_strdup("stream");
    result->mode = g_strdup("");
    result->ranks = 2;
    result->message_bytes = UINT64_MAX;
    result->messages_asked = INT64_MAX;
    result->messages = (uint64_t)INT64_MAX + 1;
    result->capped = true;
    result->elapsed_ps = 9007199254740993u; /* no double holds it */
    result->seed = 42;
    result->hash = g_strdup("00ff");
    ivc_histogram_add(&result->latency_ps, 1);
    ivc_histogram_add(&result->latency_ps, 123456789);
    ivc_histogram_add(&result->latency_ps, UINT64_MAX);
    IvcGuestResult guest = {
        .name = g_strdup("sender"), .cores = 2, .spinning_ps = 5, .beside_ps = 7};
    guest.states = (IvcStates){1, 2, 3, UINT64_MAX};
    g_array_append_val(result->guests, guest);
    IvcCoreResult core = {.core = 3, .guest = 1, .states = {4, 5, 6, 7}};
    g_array_append_val(result->cores, core);
    IvcStageResult stage = {.component = g_strdup("machine"),
                            .stage = "irq",
                            .sentence = "s",
                            .spin = true,
                            .guest = 1,
                            .spent_ps = 8,
                            .cycles = 9,
                            .times = 10};
    g_array_append_val(result->stages, stage);
    IvcCountResult count = {"interrupts", "count", "what", 11};
    g_array_append_val(result->counts, count);
    IvcGuestCount of_guest = {1, "upcalls", "count", "what", (uint64_t)INT64_MAX + 2};
    g_array_append_val(result->guest_counts, of_guest);
    result->recurrence = (IvcRecurrenceResult){"found", 12, 13, 14, 15};
    return result;
}

START_TEST(result_round_trip)
{
    g_autoptr(IvcResult) result = sample();
    g_autofree char *text = ivc_result_to_json(result);
    g_autoptr(GError) error = NULL;
    g_autoptr(IvcResult) back = ivc_result_from_json(text, &error);
    ck_assert_msg(back != NULL, "%s", error != NULL ? error->message : "?");
    ck_assert_str_eq(back->scenario, result->scenario);
    ck_assert_ptr_null(back->profile);
    ck_assert_str_eq(back->mode, "");
    ck_assert_uint_eq(back->message_bytes, UINT64_MAX);
    ck_assert_uint_eq(back->messages, (uint64_t)INT64_MAX + 1);
    ck_assert(back->capped);
    ck_assert_uint_eq(back->elapsed_ps, 9007199254740993u);
    ck_assert_mem_eq(&back->latency_ps, &result->latency_ps, sizeof back->latency_ps);
    const IvcGuestResult *guest = &g_array_index(back->guests, IvcGuestResult, 0);
    ck_assert_str_eq(guest->name, "sender");
    ck_assert_uint_eq(guest->states.idle_ps, UINT64_MAX);
    ck_assert_uint_eq(guest->beside_ps, 7);
    ck_assert_mem_eq(back->cores->data, result->cores->data, sizeof(IvcCoreResult));
    const IvcStageResult *stage = &g_array_index(back->stages, IvcStageResult, 0);
    ck_assert_str_eq(stage->component, "machine");
    ck_assert_str_eq(stage->stage, "irq");
    ck_assert_uint_eq(stage->times, 10);
    const IvcCountResult *count = &g_array_index(back->counts, IvcCountResult, 0);
    ck_assert_str_eq(count->unit, "count");
    ck_assert_uint_eq(count->value, 11);
    const IvcGuestCount *of_guest = &g_array_index(back->guest_counts, IvcGuestCount, 0);
    ck_assert_uint_eq(of_guest->guest, 1);
    ck_assert_str_eq(of_guest->name, "upcalls");
    ck_assert_uint_eq(of_guest->value, (uint64_t)INT64_MAX + 2);
    ck_assert_str_eq(back->recurrence.outcome, "found");
    ck_assert_uint_eq(back->recurrence.period_messages, 12);
    ck_assert_uint_eq(back->recurrence.period_ps, 13);
    ck_assert_uint_eq(back->recurrence.skips, 14);
    ck_assert_uint_eq(back->recurrence.skipped_messages, 15);
    g_autofree char *again = ivc_result_to_json(back);
    ck_assert_str_eq(again, text);
}
END_TEST

/* Every member counts: without any one of them, the text is refused and the member is named. */
START_TEST(result_members_are_required)
{
    g_autoptr(IvcResult) result = sample();
    g_autofree char *text = ivc_result_to_json(result);
    const char *const names[] = {"ranks",      "elapsed_ps", "capped",      "guests",
                                 "latency_ps", "format",     "running_ps",  "stage",
                                 "buckets",    "digest",     "guest_counts"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        GString *broken = g_string_new(text);
        g_autofree char *from = g_strdup_printf("\"%s\":", names[i]);
        ck_assert_uint_gt(g_string_replace(broken, from, "\"other\":", 1), 0);
        g_autoptr(GError) error = NULL;
        ck_assert_ptr_null(ivc_result_from_json(broken->str, &error));
        ck_assert(g_error_matches(error, IVC_RESULT_ERROR, IVC_RESULT_ERROR_FORMAT));
        g_string_free(broken, TRUE);
    }
    g_autoptr(GError) error = NULL;
    ck_assert_ptr_null(ivc_result_from_json("{\"ranks\":", &error));
    ck_assert_ptr_nonnull(strstr(error->message, "not JSON"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store");
    TCase *tests = tcase_create("store");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, points_come_back);
    tcase_add_test(tests, runs_are_counted);
    tcase_add_test(tests, clear_forgets_points);
    tcase_add_test(tests, plan_keeps_its_order);
    tcase_add_test(tests, plan_and_texts_come_together);
    tcase_add_test(tests, texts_come_back);
    tcase_add_test(tests, one_file_after_closing);
    tcase_add_test(tests, empty_file_is_a_new_store);
    tcase_add_test(tests, missing_file_cannot_be_read);
    tcase_add_test(tests, folder_and_pipe_are_refused);
    tcase_add_test(tests, long_path_is_said);
    tcase_add_test(tests, text_file_is_refused);
    tcase_add_test(tests, foreign_database_is_refused);
    tcase_add_test(tests, other_version_is_refused);
    tcase_add_test(tests, broken_pages_are_refused);
    tcase_add_test(tests, changed_letter_is_noticed);
    tcase_add_test(tests, changed_plan_and_texts_are_noticed);
    tcase_add_test(tests, changed_index_is_noticed);
    tcase_add_test(tests, lost_table_is_damage);
    tcase_add_test(tests, set_aside_keeps_every_file);
    tcase_add_test(tests, reader_beside_writer);
    tcase_add_test(tests, result_round_trip);
    tcase_add_test(tests, result_members_are_required);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
