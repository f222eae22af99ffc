/* Arrays in large pages, and the states of pairs of ranks that lie in them. */
#include "sim/base/pages.h"
#include "sim/model/pairs.h"
#include "tests/harness/check.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of an item, items, and whether the array is large. */
static const struct {
    size_t size;
    size_t n;
    bool large;
} arrays[] = {
    {1, 1, false},
    {8, IVC_PAGES_LARGE / 8 - 1, false},
    {8, IVC_PAGES_LARGE / 8, true},
    {1000, IVC_PAGE_LARGE_BYTES / 1000 + 1, true}, /* a page and a bit */
    {IVC_PAGE_LARGE_BYTES, 3, true},
};

static bool all_are(const char *bytes, size_t n, int value)
{
    for (size_t b = 0; b < n; b++)
        if (bytes[b] != value)
            return false;
    return true;
}

START_TEST(test_arrays)
{
    size_t size = arrays[_i].size, n = arrays[_i].n;
    for (int round = 0; round < 2; round++) { /* the second time where there was something before */
        char *items = ivc_pages_new0(n, size);
        ck_assert(!arrays[_i].large || (uintptr_t)items % IVC_PAGE_LARGE_BYTES == 0);
        ck_assert(all_are(items, n * size, 0));
        memset(items, 0x5a, n * size);
        ivc_pages_free(items, n, size);
    }
}
END_TEST

START_TEST(test_nothing)
{
    ck_assert_ptr_null(ivc_pages_new0(0, 8));
    ck_assert_ptr_null(ivc_pages_new0(0, IVC_PAGE_LARGE_BYTES));
    ivc_pages_free(NULL, 0, 8);
    ivc_pages_free(NULL, IVC_PAGE_LARGE_BYTES, 8);
}
END_TEST

#define RANKS 40

/* Every direction has a state of its own, all zeros at first, which stays where it is. */
START_TEST(test_pairs)
{
    const size_t sizes[] = {1, 24, 5000, IVC_PAGE_LARGE_BYTES / 2};
    size_t bytes = sizes[_i];
    uint32_t n = bytes > 5000 ? 3 : RANKS;
    IvcPairs pairs;
    ivc_pairs_init(&pairs, n, bytes);
    for (uint32_t from = 0; from < n; from++)
        for (uint32_t to = 0; to < n; to++) {
            ck_assert_ptr_null(ivc_pairs_find(&pairs, from, to));
            char *state = ivc_pairs_add(&pairs, from, to);
            ck_assert(all_are(state, bytes, 0));
            memset(state, (int)(from * n + to) % 127 + 1, bytes);
        }
    ck_assert_uint_eq(ivc_pairs_count(&pairs), n * n);
    for (uint32_t i = 0; i < n * n; i++) {
        const IvcPair *pair = ivc_pairs_at(&pairs, i);
        const char *state = pair->state;
        ck_assert_uint_eq(pair->from * n + pair->to, i);
        ck_assert_ptr_eq(ivc_pairs_find(&pairs, pair->from, pair->to), state);
        ck_assert(all_are(state, bytes, (int)(i % 127) + 1));
    }
    ivc_pairs_clear(&pairs);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pages");
    TCase *tests = tcase_create("pages");
    tcase_add_loop_test(tests, test_arrays, 0, sizeof arrays / sizeof arrays[0]);
    tcase_add_test(tests, test_nothing);
    tcase_add_loop_test(tests, test_pairs, 0, 4);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
