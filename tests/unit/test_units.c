/* Quantities: every spelling that is read, every one that is refused with its whole message, and
 * formatting as the inverse of parsing.
 */
#include <stdlib.h>

#include "sim/base/units.h"
#include "tests/harness/check.h"

static const struct {
    IvcQuantity what;
    const char *text;
    uint64_t n;
    bool is_time;
} good[] = {
    {IVC_QUANTITY_COUNT, "0", 0, false},
    {IVC_QUANTITY_COUNT, "18446744073709551615", UINT64_MAX, false},
    {IVC_QUANTITY_TIME, "0", 0, true},
    {IVC_QUANTITY_TIME, "20ps", 20, true},
    {IVC_QUANTITY_TIME, "5ns", 5000, true},
    {IVC_QUANTITY_TIME, "1.5us", 1500000, true},
    {IVC_QUANTITY_TIME, "30 ms", 30000000000, true},
    {IVC_QUANTITY_TIME, "2s", 2000000000000, true},
    {IVC_QUANTITY_TIME, "0.000000000001s", 1, true},
    {IVC_QUANTITY_TIME, "0.4000ns", 400, true},
    {IVC_QUANTITY_CYCLES, "120cycles", 120, false},
    {IVC_QUANTITY_CYCLES, "1cycles", 1, false},
    {IVC_QUANTITY_COST, "120cycles", 120, false},
    {IVC_QUANTITY_COST, "48ns", 48000, true},
    {IVC_QUANTITY_COST, "0", 0, false},
    {IVC_QUANTITY_SIZE, "64B", 64, false},
    {IVC_QUANTITY_SIZE, "64KiB", 65536, false},
    {IVC_QUANTITY_SIZE, "64 KiB", 65536, false},
    {IVC_QUANTITY_SIZE, "1.5GiB", 1610612736, false},
    {IVC_QUANTITY_SIZE, "16777215TiB", UINT64_C(16777215) << 40, false},
    {IVC_QUANTITY_SIZE, "0.000000000000909494701772928237915039062500TiB", 1, false},
    {IVC_QUANTITY_RATE, "9.5GB/s", 76000000000, false},
    {IVC_QUANTITY_RATE, "941Mbit/s", 941000000, false},
    {IVC_QUANTITY_RATE, "1bit/s", 1, false},
    {IVC_QUANTITY_RATE, "2kB/s", 16000, false},
    {IVC_QUANTITY_RATE, "1.5Tbit/s", 1500000000000, false},
    {IVC_QUANTITY_CLOCK, "32768Hz", 32768, false},
    {IVC_QUANTITY_CLOCK, "800MHz", 800000000, false},
    {IVC_QUANTITY_CLOCK, "2.5GHz", 2500000000, false},
    {IVC_QUANTITY_SHARE, "5%", 50000, false},
    {IVC_QUANTITY_SHARE, "99.9%", 999000, false},
};

START_TEST(parses)
{
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        IvcAmount amount = {0};
        IvcQuantityError error = {0};
        ck_assert_msg(ivc_quantity_parse(good[i].what, good[i].text, &amount, &error), "%s: %s",
                      good[i].text, error.what);
        ck_assert_msg(amount.n == good[i].n && amount.is_time == good[i].is_time,
                      "%s gives %" G_GUINT64_FORMAT, good[i].text, amount.n);
    }
}
END_TEST

static const struct {
    IvcQuantity what;
    const char *text;
    const char *code;
    const char *message;
    const char *hint;
} bad[] = {
    {IVC_QUANTITY_SIZE, "", "config-type", "expected a size, got nothing",
     "write for example '64KiB'"},
    {IVC_QUANTITY_SIZE, "big", "config-type", "expected a size, got 'big'",
     "write for example '64KiB'"},
    {IVC_QUANTITY_SIZE, "+5B", "config-type", "expected a size, got '+5B'",
     "write for example '64KiB'"},
    {IVC_QUANTITY_SIZE, "-5B", "config-range", "expected a size, got the negative '-5B'", NULL},
    {IVC_QUANTITY_SIZE, "64", "config-unit", "expected a size, got a number without a unit",
     "write for example '64KiB'"},
    {IVC_QUANTITY_SIZE, "64KB", "config-unit", "expected a size, 'KB' is not one of its units",
     "write '64KiB'; the units are B, KiB, MiB, GiB, TiB"},
    {IVC_QUANTITY_SIZE, "1.5kB", "config-unit", "expected a size, 'kB' is not one of its units",
     "write '1.5KiB'; the units are B, KiB, MiB, GiB, TiB"},
    {IVC_QUANTITY_SIZE, "64K", "config-unit", "expected a size, 'K' is not one of its units",
     "write '64KiB'; the units are B, KiB, MiB, GiB, TiB"},
    {IVC_QUANTITY_SIZE, "4MB", "config-unit", "expected a size, 'MB' is not one of its units",
     "write '4MiB'; the units are B, KiB, MiB, GiB, TiB"},
    {IVC_QUANTITY_SIZE, "4mib", "config-unit", "expected a size, 'mib' is not one of its units",
     "write '4MiB'; the units are B, KiB, MiB, GiB, TiB"},
    {IVC_QUANTITY_SIZE, "4lumps", "config-unit", "expected a size, 'lumps' is not one of its units",
     "the units are B, KiB, MiB, GiB, TiB"},
    {IVC_QUANTITY_SIZE, "4  B", "config-unit", "expected a size, ' B' is not one of its units",
     "the units are B, KiB, MiB, GiB, TiB"},
    {IVC_QUANTITY_SIZE, "5ns", "config-unit", "expected a size, got a time",
     "write for example '64KiB'"},
    {IVC_QUANTITY_SIZE, "0.5B", "config-range", "'0.5B' is not a whole number of bytes",
     "write for example '64KiB'"},
    {IVC_QUANTITY_SIZE, "16777216TiB", "config-range",
     "'16777216TiB' is too large: it does not fit into 64 bits", "write for example '64KiB'"},
    {IVC_QUANTITY_SIZE, "99999999999999999999B", "config-range",
     "'99999999999999999999B' is too large: it does not fit into 64 bits",
     "write for example '64KiB'"},
    {IVC_QUANTITY_TIME, "0.0001ns", "config-range",
     "'0.0001ns' is not a whole number of picoseconds", "write for example '48ns'"},
    {IVC_QUANTITY_TIME, "1.0000000000000000000000000000000000000000000000000000000000000000001s",
     "config-range",
     "'1.00000000000000000000000000000000000000...' is not a whole number of picoseconds",
     "write for example '48ns'"},
    {IVC_QUANTITY_TIME, "5Ns", "config-unit", "expected a time, 'Ns' is not one of its units",
     "write '5ns'; the units are ps, ns, us, ms, s"},
    {IVC_QUANTITY_TIME, "5\u00b5s", "config-unit",
     "expected a time, '\u00b5s' is not one of its units",
     "write '5us'; the units are ps, ns, us, ms, s"},
    {IVC_QUANTITY_TIME, "120cycles", "config-unit", "expected a time, got cycles",
     "write for example '48ns'"},
    {IVC_QUANTITY_CYCLES, "120cyc", "config-unit", "expected cycles, 'cyc' is not one of its units",
     "write '120cycles'; the units are cycles"},
    {IVC_QUANTITY_CYCLES, "1cycle", "config-unit",
     "expected cycles, 'cycle' is not one of its units", "write '1cycles'; the units are cycles"},
    {IVC_QUANTITY_CYCLES, "1.5cycles", "config-range",
     "'1.5cycles' is not a whole number of cycles", "write for example '120cycles'"},
    {IVC_QUANTITY_COST, "4KiB", "config-unit", "expected cycles or a time, got a size",
     "write for example '120cycles' or '48ns'"},
    {IVC_QUANTITY_RATE, "1Gbps", "config-unit", "expected a rate, 'Gbps' is not one of its units",
     "write '1Gbit/s'; the units are bit/s and B/s with the decimal prefixes k, M, G, T"},
    {IVC_QUANTITY_RATE, "12.5GBps", "config-unit",
     "expected a rate, 'GBps' is not one of its units",
     "write '12.5GB/s'; the units are bit/s and B/s with the decimal prefixes k, M, G, T"},
    {IVC_QUANTITY_RATE, "1GiB/s", "config-unit", "expected a rate, 'GiB/s' is not one of its units",
     "the units are bit/s and B/s with the decimal prefixes k, M, G, T"},
    {IVC_QUANTITY_RATE, "1gb/s", "config-unit", "expected a rate, 'gb/s' is not one of its units",
     "the units are bit/s and B/s with the decimal prefixes k, M, G, T"},
    {IVC_QUANTITY_CLOCK, "800mhz", "config-unit", "expected a clock, 'mhz' is not one of its units",
     "write '800MHz'; the units are Hz, kHz, MHz, GHz"},
    {IVC_QUANTITY_CLOCK, "0", "config-range", "'0' is not a clock: it never ticks",
     "write for example '800MHz'"},
    {IVC_QUANTITY_COUNT, "5B", "config-unit", "expected a whole number, got the unit 'B'",
     "write '5' alone"},
    {IVC_QUANTITY_COUNT, "1.5", "config-type", "expected a whole number, got '1.5'",
     "write for example '256'"},
    {IVC_QUANTITY_COUNT, "18446744073709551616", "config-range",
     "'18446744073709551616' is too large: it does not fit into 64 bits", NULL},
    {IVC_QUANTITY_COUNT, "1_000", "config-type", "'1_000' is not a plain decimal number",
     "write the digits without separators, and fractions with a point"},
    {IVC_QUANTITY_COUNT, "1,000", "config-type", "'1,000' is not a plain decimal number",
     "write the digits without separators, and fractions with a point"},
    {IVC_QUANTITY_COUNT, "1e3", "config-type", "'1e3' is not a plain decimal number",
     "write the number out, exponents are not read"},
    {IVC_QUANTITY_SIZE, "1e3B", "config-type", "'1e3B' is not a plain decimal number",
     "write the number out, exponents are not read"},
    {IVC_QUANTITY_COUNT, "0x10", "config-type", "'0x10' is not a plain decimal number",
     "write the number in decimal, hexadecimal is not read"},
    {IVC_QUANTITY_COUNT, "010", "config-type", "'010' is not a plain decimal number",
     "leave out the leading zeros"},
    {IVC_QUANTITY_SIZE, "5.KiB", "config-type", "'5.KiB' is not a plain decimal number",
     "a point stands between digits"},
    {IVC_QUANTITY_SIZE, "1\x1b[2JB", "config-unit",
     "expected a size, '\\x1b[2JB' is not one of its units", "the units are B, KiB, MiB, GiB, TiB"},
};

START_TEST(refuses)
{
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        IvcAmount amount = {.n = 42};
        IvcQuantityError error = {0};
        ck_assert_msg(!ivc_quantity_parse(bad[i].what, bad[i].text, &amount, &error), "%s",
                      bad[i].text);
        ck_assert_str_eq(error.code, bad[i].code);
        ck_assert_str_eq(error.what, bad[i].message);
        ck_assert_pstr_eq(error.hint, bad[i].hint);
        ck_assert_uint_eq(amount.n, 42);
        ivc_quantity_error_clear(&error);
        ck_assert_ptr_null(error.what);
    }
}
END_TEST

static const struct {
    IvcQuantity what;
    IvcAmount amount;
    const char *text;
} formats[] = {
    {IVC_QUANTITY_COUNT, {.n = 256}, "256"},
    {IVC_QUANTITY_TIME, {.n = 0}, "0ps"},
    {IVC_QUANTITY_TIME, {.n = 1500}, "1.5ns"},
    {IVC_QUANTITY_TIME, {.n = 999}, "999ps"},
    {IVC_QUANTITY_TIME, {.n = 1000000000000}, "1s"},
    {IVC_QUANTITY_CYCLES, {.n = 1}, "1cycles"},
    {IVC_QUANTITY_COST, {.n = 300}, "300cycles"},
    {IVC_QUANTITY_COST, {.n = 48000, .is_time = true}, "48ns"},
    {IVC_QUANTITY_SIZE, {.n = 0}, "0B"},
    {IVC_QUANTITY_SIZE, {.n = 65536}, "64KiB"},
    {IVC_QUANTITY_SIZE, {.n = 1536}, "1536B"},
    {IVC_QUANTITY_SIZE, {.n = 1610612736}, "1.5GiB"},
    {IVC_QUANTITY_RATE, {.n = 76000000000}, "9.5GB/s"},
    {IVC_QUANTITY_RATE, {.n = 941000000}, "941Mbit/s"},
    {IVC_QUANTITY_RATE, {.n = 10000000000}, "10Gbit/s"},
    {IVC_QUANTITY_CLOCK, {.n = 800000000}, "800MHz"},
    {IVC_QUANTITY_CLOCK, {.n = 2500000000}, "2.5GHz"},
    {IVC_QUANTITY_CLOCK, {.n = 32768}, "32768Hz"},
};

START_TEST(formats_shortest)
{
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_autofree char *text = ivc_quantity_format(formats[i].what, formats[i].amount);
        ck_assert_str_eq(text, formats[i].text);
    }
}
END_TEST

/* Any amount survives being written and read. Seed printed by GLib's --seed convention. */
START_TEST(round_trip)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(20260101);
    for (int i = 0; i < 20000; i++) {
        IvcQuantity what = (IvcQuantity)g_rand_int_range(random, 0, IVC_QUANTITY_SHARE + 1);
        uint64_t n = ((uint64_t)g_rand_int(random) << 32) | g_rand_int(random);
        n >>= g_rand_int_range(random, 0, 64);
        IvcAmount amount = {.n = MAX(n, 1)};
        amount.is_time =
            what == IVC_QUANTITY_TIME || (what == IVC_QUANTITY_COST && g_rand_boolean(random));
        g_autofree char *text = ivc_quantity_format(what, amount);
        IvcAmount again = {0};
        IvcQuantityError error = {0};
        ck_assert_msg(ivc_quantity_parse(what, text, &again, &error), "%s", text);
        ck_assert_msg(again.n == amount.n && again.is_time == amount.is_time, "%s", text);
    }
}
END_TEST

START_TEST(names)
{
    ck_assert_str_eq(ivc_quantity_name(IVC_QUANTITY_COST), "cycles or a time");
    ck_assert_str_eq(ivc_quantity_example(IVC_QUANTITY_SIZE), "'64KiB'");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("units");
    TCase *tests = tcase_create("units");
    tcase_add_test(tests, parses);
    tcase_add_test(tests, refuses);
    tcase_add_test(tests, formats_shortest);
    tcase_add_test(tests, round_trip);
    tcase_add_test(tests, names);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
