/*
 * Shards: what --shard accepts, how points are divided, and the note in a shard's store.
 */
#include <stdlib.h>

#include "sim/scenario/shard.h"
#include "tests/harness/check.h"

START_TEST(test_parse)
{
    IvcShard shard = {0, 0};
    ck_assert(ivc_shard_parse("2/8", &shard));
    ck_assert_uint_eq(shard.number, 2);
    ck_assert_uint_eq(shard.of, 8);
    ck_assert(ivc_shard_parse("1/1", &shard));
    ck_assert(ivc_shard_parse("10000/10000", &shard));
    const char *const wrong[] = {
        "",     "3",    "/",   "1/",    "/4",  "0/4",  "5/4",  "-1/4",  "1/-4",    "1/4/2",
        "+1/4", " 1/4", "1/0", "1.5/4", "a/b", "1 /4", "1/4 ", "0x1/4", "1/10001", "1/4294967297"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        ck_assert_msg(!ivc_shard_parse(wrong[i], &shard), "accepted: '%s'", wrong[i]);
    }
}
END_TEST

/* Every point has a shard, equal keys have one, and no shard has more work than another by more
 * than the longest point: what "longest first, to the least loaded" promises. */
static void check_division(uint64_t seed, size_t n, unsigned shards)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed((guint32)seed);
    g_autofree IvcSweepPoint *points = g_new0(IvcSweepPoint, n);
    g_autofree uint64_t *load = g_new0(uint64_t, shards + 1);
    uint64_t longest = 0;
    for (size_t i = 0; i < n; i++) {
        bool same = i > 0 && g_rand_int_range(rand, 0, 8) == 0;
        points[i].key = same ? g_strdup(points[i - 1].key) : g_strdup_printf("%zu", i);
        points[i].cost = same ? points[i - 1].cost : (uint64_t)g_rand_int_range(rand, 1, 1000);
        longest = MAX(longest, points[i].cost);
    }
    g_autofree unsigned *of = ivc_shard_divide(points, n, shards);
    for (size_t i = 0; i < n; i++) {
        ck_assert_uint_ge(of[i], 1);
        ck_assert_uint_le(of[i], shards);
        if (i > 0 && g_strcmp0(points[i].key, points[i - 1].key) == 0) {
            ck_assert_uint_eq(of[i], of[i - 1]);
        } else {
            load[of[i]] += points[i].cost;
        }
    }
    for (unsigned a = 1; a <= shards; a++) {
        for (unsigned b = 1; b <= shards; b++) {
            ck_assert_uint_le(load[a], load[b] + longest);
        }
    }
    size_t sum = 0;
    for (unsigned s = 1; s <= shards; s++) {
        size_t own = 0;
        g_free(ivc_shard_points(points, n, of, s, &own));
        sum += own;
    }
    ck_assert_uint_eq(sum, n);
    for (size_t i = 0; i < n; i++) {
        g_free(points[i].key);
    }
}

START_TEST(test_divide)
{
    for (uint64_t seed = 0; seed < 50; seed++) {
        check_division(seed, 1 + seed * 3, 1 + (unsigned)seed % 7);
    }
    check_division(1, 3, 10);
}
END_TEST

START_TEST(test_equal)
{
    IvcSweepPoint points[12] = {0};
    for (size_t i = 0; i < G_N_ELEMENTS(points); i++) {
        points[i].key = g_strdup_printf("%zu", i);
        points[i].cost = 5;
    }
    g_autofree unsigned *of = ivc_shard_divide(points, G_N_ELEMENTS(points), 4);
    for (size_t i = 0; i < G_N_ELEMENTS(points); i++) {
        ck_assert_uint_eq(of[i], 1 + i % 4);
        g_free(points[i].key);
    }
}
END_TEST

START_TEST(test_note)
{
    unsigned shards[] = {1, 3, 2};
    IvcShardNote note = {{2, 3}, (char *)"1.0 \"x\"", shards, G_N_ELEMENTS(shards)};
    g_autofree char *text = ivc_shard_note_json(&note);
    g_auto(IvcShardNote) back = {.n = 0};
    ck_assert(ivc_shard_note_parse(text, &back));
    ck_assert_uint_eq(back.shard.number, 2);
    ck_assert_uint_eq(back.shard.of, 3);
    ck_assert_str_eq(back.program, note.program);
    ck_assert_uint_eq(back.n, 3);
    ck_assert_mem_eq(back.shards, shards, sizeof shards);
    const char *const wrong[] = {"",
                                 "[]",
                                 "{}",
                                 "{\"shard\":4,\"of\":3,\"program\":\"p\",\"shards\":[]}",
                                 "{\"shard\":1,\"of\":3,\"program\":\"p\",\"shards\":[4]}",
                                 "{\"shard\":1,\"of\":3,\"program\":\"p\",\"shards\":[\"1\"]}",
                                 "{\"shard\":1,\"of\":3,\"program\":\"p\",\"shards\":1}",
                                 "{\"shard\":1,\"of\":3,\"program\":null,\"shards\":[]}"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_auto(IvcShardNote) none = {.n = 0};
        ck_assert_msg(!ivc_shard_note_parse(wrong[i], &none), "accepted: %s", wrong[i]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shard");
    TCase *tcase = tcase_create("shard");
    tcase_add_test(tcase, test_parse);
    tcase_add_test(tcase, test_divide);
    tcase_add_test(tcase, test_equal);
    tcase_add_test(tcase, test_note);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
