/* Sets of small numbers against a plain array. */
#include "models/shmem/index_set.h"
#include "tests/harness/points.h"

START_TEST(test_index_set_against_a_plain_array)
{
    static const uint32_t limits[] = {1, 63, 64, 65, 4096, 4097, 300000};
    uint32_t limit = limits[_i];
    g_autoptr(GRand) rand = g_rand_new_with_seed(points_seed("test_index_set", 5 + (uint32_t)_i));
    g_autofree bool *plain = g_new0(bool, limit);
    IvcIndexSet set;
    ivc_index_set_init(&set, limit);
    for (unsigned i = 0; i < 4000; i++) {
        uint32_t member = g_rand_int(rand) % limit;
        plain[member] = g_rand_boolean(rand);
        if (plain[member]) {
            ivc_index_set_add(&set, member);
        } else {
            ivc_index_set_remove(&set, member);
        }
        uint32_t from = g_rand_int(rand) % limit;
        uint32_t expected = from;
        while (expected < limit && !plain[expected]) {
            expected++;
        }
        ck_assert_uint_eq(ivc_index_set_next(&set, from),
                          expected < limit ? expected : IVC_INDEX_SET_NONE);
        ck_assert_int_eq(ivc_index_set_has(&set, from), plain[from]);
    }
    ck_assert(!ivc_index_set_has(&set, limit));
    ck_assert_uint_eq(ivc_index_set_next(&set, limit), IVC_INDEX_SET_NONE);
    ivc_index_set_clear(&set);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("index_set");
    TCase *tests = tcase_create("index_set");
    tcase_add_loop_test(tests, test_index_set_against_a_plain_array, 0, 7);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
