/* Caches: against lines kept one by one, and what must hold whatever is touched. */
#include "models/cpu/recency.h"
#include "tests/harness/points.h"

#define BUFFERS 6
#define LEVELS IVC_CACHE_LEVELS

/* A cache of single lines, least recently used first out. */
typedef struct {
    uint32_t capacity;
    GArray *lines; /* uint32_t: buffer << 16 | line, the newest last */
} Plain;

static void plain_touch(Plain *plain, uint32_t line)
{
    for (guint i = 0; i < plain->lines->len; i++)
        if (g_array_index(plain->lines, uint32_t, i) == line) {
            g_array_remove_index(plain->lines, i);
            break;
        }
    g_array_append_val(plain->lines, line);
    if (plain->lines->len > plain->capacity)
        g_array_remove_index(plain->lines, 0);
}

static uint32_t plain_count(const Plain *plain, uint32_t buffer)
{
    uint32_t n = 0;
    for (guint i = 0; i < plain->lines->len; i++)
        n += g_array_index(plain->lines, uint32_t, i) >> 16 == buffer;
    return n;
}

START_TEST(test_whole_passes_are_exact)
{
    uint32_t seed = points_seed("test_recency", 7);
    GRand *rand = g_rand_new_with_seed(seed);
    for (unsigned round = 0; round < 30; round++) {
        uint32_t small = (uint32_t)g_rand_int_range(rand, 1, 40);
        uint64_t capacity[LEVELS] = {small, small + (uint32_t)g_rand_int_range(rand, 0, 60), 0};
        if (round % 3 == 0)
            capacity[1] = 0; /* a single level */
        Plain plain[2];
        for (size_t l = 0; l < 2; l++)
            plain[l] = (Plain){(uint32_t)capacity[l], g_array_new(FALSE, FALSE, 4)};
        IvcRecency recency;
        IvcRecencyEntry entries[BUFFERS] = {0};
        uint32_t lines[BUFFERS];
        ivc_recency_init(&recency, capacity);
        for (uint32_t b = 0; b < BUFFERS; b++)
            lines[b] = (uint32_t)g_rand_int_range(rand, 1, 50);
        for (unsigned step = 0; step < 60; step++) {
            uint32_t b = (uint32_t)g_rand_int_range(rand, 0, BUFFERS);
            if (step % 3 == 0) {
                ivc_recency_begin(&recency, &entries[b]);
                ivc_recency_touch(&recency, &entries[b], 0, lines[b]);
            } else {
                ivc_recency_renew(&recency, &entries[b], 0, lines[b]);
            }
            for (uint32_t i = 0; i < lines[b]; i++)
                for (size_t l = 0; l < 2; l++)
                    plain_touch(&plain[l], b << 16 | i);
            for (uint32_t c = 0; c < BUFFERS; c++)
                for (size_t l = 0; l < 2; l++) {
                    uint32_t held = plain_count(&plain[l], c);
                    ck_assert_uint_eq(ivc_recency_tail(&entries[c], l), held);
                    ck_assert_int_eq(ivc_recency_holds(&entries[c], l), held == lines[c]);
                }
        }
        for (size_t l = 0; l < 2; l++)
            g_array_unref(plain[l].lines);
    }
    g_rand_free(rand);
}
END_TEST

static void check_list(const IvcRecency *recency, const IvcRecencyEntry *entries,
                       const uint64_t *sizes)
{
    uint64_t sum[LEVELS] = {0};
    for (uint32_t b = 0; b < BUFFERS; b++) {
        uint64_t extent = entries[b].passes[0].extent + entries[b].passes[1].extent;
        ck_assert_uint_le(extent, sizes[b]); /* nothing counts twice */
        for (size_t l = 0; l < LEVELS; l++) {
            for (size_t p = 0; p < 2; p++) {
                ck_assert_uint_le(entries[b].passes[p].in[l], entries[b].passes[p].extent);
                sum[l] += entries[b].passes[p].in[l];
            }
            ck_assert_uint_le(ivc_recency_tail(&entries[b], l), recency->capacity[l]);
        }
    }
    unsigned listed = 0, held = 0;
    const IvcSeen *newer = NULL;
    for (const IvcSeen *seen = recency->newest; seen; newer = seen, seen = seen->older) {
        ck_assert_ptr_eq(seen->newer, newer);
        listed++;
    }
    for (uint32_t b = 0; b < BUFFERS; b++)
        for (size_t p = 0; p < 2; p++) {
            const IvcSeen *seen = &entries[b].passes[p];
            held += seen->in[0] || seen->in[1] || seen->in[2];
        }
    ck_assert_uint_eq(listed, held);
    for (size_t l = 0; l < LEVELS; l++) {
        ck_assert_uint_eq(sum[l], recency->used[l]);
        ck_assert_uint_le(recency->used[l], recency->capacity[l]);
    }
}

/* Parts of passes in any order, two levels and a forgotten buffer now and then. */
START_TEST(test_nothing_counts_twice)
{
    uint32_t seed = points_seed("test_recency", 11);
    GRand *rand = g_rand_new_with_seed(seed);
    for (unsigned round = 0; round < 40; round++) {
        uint64_t small = (uint64_t)g_rand_int_range(rand, 1, 60);
        const uint64_t capacity[LEVELS] = {small, 0,
                                           small + (uint64_t)g_rand_int_range(rand, 0, 90)};
        IvcRecency recency;
        IvcRecencyEntry entries[BUFFERS] = {0};
        uint64_t sizes[BUFFERS], at[BUFFERS] = {0};
        ivc_recency_init(&recency, capacity);
        for (uint32_t b = 0; b < BUFFERS; b++)
            sizes[b] = (uint64_t)g_rand_int_range(rand, 1, 80);
        for (unsigned step = 0; step < 200; step++) {
            uint32_t b = (uint32_t)g_rand_int_range(rand, 0, BUFFERS);
            if (at[b] == sizes[b] || g_rand_int_range(rand, 0, 6) == 0)
                at[b] = 0;
            uint64_t end =
                at[b] + (uint64_t)g_rand_int_range(rand, 1, (gint)(sizes[b] - at[b]) + 1);
            if (at[b] == 0)
                ivc_recency_renew(&recency, &entries[b], 0, end);
            else
                ivc_recency_touch(&recency, &entries[b], at[b], end);
            at[b] = end;
            check_list(&recency, entries, sizes);
            if (g_rand_int_range(rand, 0, 12) == 0) {
                ivc_recency_forget(&recency, &entries[b]);
                at[b] = 0;
                check_list(&recency, entries, sizes);
                ck_assert(!ivc_recency_is_held(&entries[b]));
            }
        }
    }
    g_rand_free(rand);
}
END_TEST

/* What an old pass goes on with is the oldest of a level that is full: nothing of it stays, and the
 * level need not pass again over what it has lost since. */
START_TEST(test_old_pass_goes_on)
{
    const uint64_t capacity[LEVELS] = {4, 100, 0};
    IvcRecency recency;
    IvcRecencyEntry entries[3] = {0};
    ivc_recency_init(&recency, capacity);
    ivc_recency_renew(&recency, &entries[0], 0, 2);
    ivc_recency_renew(&recency, &entries[1], 0, 4);
    ivc_recency_renew(&recency, &entries[2], 0, 4);
    const IvcSeen *oldest = recency.last[0];
    ck_assert_uint_eq(oldest->in[0], 4);
    ivc_recency_touch(&recency, &entries[0], 2, 3);
    ck_assert_ptr_eq(recency.last[0], oldest);
    ck_assert_uint_eq(oldest->in[0], 4);
    ck_assert_uint_eq(ivc_recency_tail(&entries[0], 0), 0);
    ck_assert_uint_eq(ivc_recency_tail(&entries[0], 1), 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("recency");
    TCase *tests = tcase_create("recency");
    tcase_add_test(tests, test_whole_passes_are_exact);
    tcase_add_test(tests, test_nothing_counts_twice);
    tcase_add_test(tests, test_old_pass_goes_on);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
