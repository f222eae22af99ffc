/* Streams of random numbers: the cipher's known answers, independence of streams, distributions. */
#include "sim/base/random.h"
#include "tests/harness/check.h"

#include <math.h>
#include <stdlib.h>

/* The answers published with the paper's library Random123 (kat_vectors). */
static const struct {
    uint32_t counter[4], key[2], out[4];
} known[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

START_TEST(test_known_answers)
{
    uint32_t out[4];
    ivc_philox4x32(known[_i].counter, known[_i].key, out);
    for (int i = 0; i < 4; i++)
        ck_assert_uint_eq(out[i], known[_i].out[i]);
}
END_TEST

/* Seed is the key, the number is the low half of the counter: two draws a block, in order. */
START_TEST(test_draws_are_blocks)
{
    IvcStream zero = {0, 0};
    ck_assert_uint_eq(ivc_stream_draw(zero, 0), UINT64_C(0xe169c58d6627e8d5));
    ck_assert_uint_eq(ivc_stream_draw(zero, 1), UINT64_C(0x9b00dbd8bc57ac4c));
    uint32_t out[4];
    ivc_philox4x32((const uint32_t[]){0x55, 0x66, 0x13198a2e, 0x03707344},
                   (const uint32_t[]){0xa4093822, 0x299f31d0}, out);
    IvcStream stream = {.seed = UINT64_C(0x299f31d0a4093822), .id = UINT64_C(0x0370734413198a2e)};
    uint64_t block = UINT64_C(0x6600000055);
    ck_assert_uint_eq(ivc_stream_draw(stream, block << 1), out[0] | (uint64_t)out[1] << 32);
    ck_assert_uint_eq(ivc_stream_draw(stream, block << 1 | 1), out[2] | (uint64_t)out[3] << 32);
}
END_TEST

START_TEST(test_streams_differ)
{
    uint64_t a = ivc_stream_draw(ivc_stream(1, 0, "workload.sizes"), 0);
    ck_assert_uint_eq(a, ivc_stream_draw(ivc_stream(1, 0, "workload.sizes"), 0));
    ck_assert_uint_ne(a, ivc_stream_draw(ivc_stream(2, 0, "workload.sizes"), 0));
    ck_assert_uint_ne(a, ivc_stream_draw(ivc_stream(1, 1, "workload.sizes"), 0));
    ck_assert_uint_ne(a, ivc_stream_draw(ivc_stream(1, 0, "workload.arrivals"), 0));
    ck_assert_uint_ne(a, ivc_stream_draw(ivc_stream(1, 0, "workload.sizes"), 1));
    IvcStream family = ivc_stream(1, 0, "workload.sizes");
    ck_assert_uint_ne(ivc_stream_child(family, 0).id, ivc_stream_child(family, 1).id);
    IvcStream there = ivc_stream_child(ivc_stream_child(family, 3), 5);
    IvcStream back = ivc_stream_child(ivc_stream_child(family, 5), 3);
    ck_assert_uint_ne(there.id, back.id);
}
END_TEST

START_TEST(test_below)
{
    unsigned counts[10] = {0};
    IvcStream stream = ivc_stream(7, 0, "test");
    for (unsigned i = 0; i < 100000; i++)
        counts[ivc_random_below(ivc_stream_draw(stream, i), 10)]++;
    double chi2 = 0;
    for (int i = 0; i < 10; i++)
        chi2 += (counts[i] - 10000.0) * (counts[i] - 10000.0) / 10000.0;
    ck_assert(chi2 < 21.67); /* 99 % point for 9 degrees of freedom */
    ck_assert_uint_eq(ivc_random_below(0, 10), 0);
    ck_assert_uint_eq(ivc_random_below(UINT64_MAX, 10), 9);
}
END_TEST

START_TEST(test_exponential_is_the_logarithm)
{
    ck_assert_uint_eq(ivc_random_exponential(UINT64_C(1) << 63 | 1), 2977044471u); /* ln 2 */
    ck_assert_uint_eq(ivc_random_exponential(UINT64_MAX), 0);
    ck_assert_uint_eq(ivc_random_exponential(0), ivc_random_exponential(1));
    IvcStream stream = ivc_stream(3, 0, "test");
    for (unsigned i = 0; i < 10000; i++) {
        uint64_t bits = ivc_stream_draw(stream, i) >> (i % 40);
        double exact = -log((double)(bits | 1) / 18446744073709551616.0) * 4294967296.0;
        ck_assert_msg(fabs((double)ivc_random_exponential(bits) - exact) <= 2, "bits %lx", bits);
    }
}
END_TEST

START_TEST(test_exponential_mean_and_variance)
{
    IvcStream stream = ivc_stream(4, 0, "test");
    const unsigned n = 200000;
    double sum = 0, squares = 0;
    for (unsigned i = 0; i < n; i++) {
        double x = (double)ivc_random_exponential_of(ivc_stream_draw(stream, i), 1000000, 4);
        sum += x;
        squares += x * x;
    }
    double mean = sum / n, variance = squares / n - mean * mean;
    ck_assert(fabs(mean / 250000 - 1) < 4 / sqrt(n));
    ck_assert(fabs(variance / 250000 / 250000 - 1) < 4 * sqrt(8.0 / n));
    ck_assert_uint_eq(ivc_random_exponential_of(UINT64_C(1) << 63, 1000000, 4), 173287);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("random");
    TCase *tests = tcase_create("random");
    tcase_add_loop_test(tests, test_known_answers, 0, sizeof known / sizeof known[0]);
    tcase_add_test(tests, test_draws_are_blocks);
    tcase_add_test(tests, test_streams_differ);
    tcase_add_test(tests, test_below);
    tcase_add_test(tests, test_exponential_is_the_logarithm);
    tcase_add_test(tests, test_exponential_mean_and_variance);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
