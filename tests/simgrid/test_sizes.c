/* Which sizes of a curve are simulated: of streams whose time by size is known, so that nothing is
 * simulated here. */
#include "sim/simgrid/curve_rough.h"
#include "sim/simgrid/curve_sizes.h"
#include "tests/harness/check.h"

#include <stdlib.h>

#define MOST (1u << 20)
#define PEAK 4437u /* a size that is tried */

typedef IvcTime (*Law)(uint64_t bytes);

static Law interval; /* of the streams */

static IvcTime line(uint64_t bytes)
{
    return 1000000 + bytes * 100;
}

static IvcTime one_peak(uint64_t bytes)
{
    return line(bytes) * (bytes == PEAK ? 125 : 100) / 100;
}

static IvcTime one_hollow(uint64_t bytes)
{
    return line(bytes) * (bytes == PEAK ? 80 : 100) / 100;
}

/* In place of simulating: what the law says; of sizes that are drawn, the law without rhythms. */
bool ivc_curve_runs(IvcCurveBase *base, IvcCurveRun *runs, size_t n, GError **error)
{
    (void)base;
    (void)error;
    for (size_t i = 0; i < n; i++)
        runs[i].message_ps = runs[i].workload[0] == 'p' ? 10 * line(runs[i].bytes)
                             : runs[i].around           ? line(runs[i].bytes)
                                                        : interval(runs[i].bytes);
    return true;
}

void ivc_curve_plan(IvcCurveBase *base, size_t more)
{
    (void)base;
    (void)more;
}

static IvcCurve *curve_by(Law law)
{
    IvcCurve *curve = g_new0(IvcCurve, 1);
    curve->points = g_array_new(FALSE, FALSE, sizeof(IvcCurvePoint));
    interval = law;
    ck_assert(ivc_curve_fit_sizes(NULL, curve, MOST, NULL));
    return curve;
}

static void curve_free(IvcCurve *curve)
{
    g_array_unref(curve->points);
    g_clear_pointer(&curve->rough, g_array_unref);
    g_free(curve);
}

static bool has(const IvcCurve *curve, uint64_t bytes)
{
    for (guint i = 0; i < curve->points->len; i++)
        if (g_array_index(curve->points, IvcCurvePoint, i).bytes == bytes)
            return true;
    return false;
}

/* Sizes that lie on a line need no more points; two of them stand for those between. */
START_TEST(a_line_needs_few)
{
    IvcCurve *curve = curve_by(line);
    ck_assert_uint_lt(curve->points->len, 80);
    ck_assert(!has(curve, PEAK));
    ck_assert_uint_eq(curve->rough->len, 0);
    curve_free(curve);
}
END_TEST

/* A rhythm of one size ends at the byte, up or down. */
START_TEST(a_peak_stands_for_itself)
{
    const Law laws[] = {one_peak, one_hollow};
    for (size_t i = 0; i < G_N_ELEMENTS(laws); i++) {
        IvcCurve *curve = curve_by(laws[i]);
        ck_assert(has(curve, PEAK - 1) && has(curve, PEAK) && has(curve, PEAK + 1));
        ck_assert_uint_lt(curve->points->len, 120);
        ck_assert_uint_eq(curve->rough->len, 0);
        curve_free(curve);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sizes");
    TCase *tcase = tcase_create("sizes");
    tcase_add_test(tcase, a_line_needs_few);
    tcase_add_test(tcase, a_peak_stands_for_itself);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
