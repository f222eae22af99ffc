/* Which parts of a curve are rough, from points that are known. */
#include "sim/simgrid/curve_rough.h"
#include "tests/harness/check.h"

#include <stdlib.h>

/* A curve whose stream takes so long at each size; the sizes grow. */
static IvcCurve *curve_of(const uint64_t (*points)[2], guint n)
{
    IvcCurve *curve = g_new0(IvcCurve, 1);
    curve->points = g_array_new(FALSE, FALSE, sizeof(IvcCurvePoint));
    for (guint i = 0; i < n; i++) {
        IvcCurvePoint point = {
            .bytes = points[i][0], .latency_ps = 1000000, .interval_ps = points[i][1]};
        g_array_append_val(curve->points, point);
    }
    return curve;
}

static void curve_free(IvcCurve *curve)
{
    g_array_unref(curve->points);
    g_clear_pointer(&curve->rough, g_array_unref);
    g_free(curve);
}

static const uint64_t once[][2] = {{1024, 500}, {1281, 510}, {1536, 700}, {1793, 500},
                                   {2048, 900}, {2561, 950}, {3072, 1000}};
static const uint64_t twice[][2] = {{1024, 500},  {1281, 510}, {1536, 700}, {1793, 500},
                                    {2048, 900},  {2305, 600}, {2561, 950}, {3072, 1000},
                                    {3585, 1050}, {4096, 1100}};
static const uint64_t far[][2] = {{1024, 500}, {1281, 700}, {1536, 510},  {2048, 600},
                                  {2561, 800}, {3072, 700}, {3585, 1000}, {4096, 1200}};
static const uint64_t steps[][2] = {{1024, 500}, {1280, 510}, {1281, 300}, {1400, 302},
                                    {1401, 600}, {1536, 610}, {1537, 200}, {1793, 202},
                                    {2048, 204}, {2561, 206}};

START_TEST(one_drop_is_a_change_of_ways)
{
    IvcCurve *curve = curve_of(once, G_N_ELEMENTS(once));
    ck_assert(!ivc_curve_find_rough(curve, false));
    ck_assert(!ivc_curve_find_rough(curve, true));
    ck_assert_uint_eq(curve->rough->len, 0);
    ck_assert_uint_eq(ivc_curve_around(curve, 1793), 0);
    curve_free(curve);
}
END_TEST

START_TEST(two_drops_are_rough)
{
    IvcCurve *curve = curve_of(twice, G_N_ELEMENTS(twice));
    ck_assert(ivc_curve_find_rough(curve, false));
    ck_assert_uint_eq(curve->rough->len, 1);
    /* A quarter beside what drops first, and last. */
    const IvcCurveRough *part = &g_array_index(curve->rough, IvcCurveRough, 0);
    ck_assert_uint_eq(part->above, 1024);
    ck_assert_uint_eq(part->below, 3072);
    ck_assert_uint_eq(ivc_curve_around(curve, 1024), 0);
    ck_assert_uint_eq(ivc_curve_around(curve, 1025), 1025 / 16);
    ck_assert_uint_eq(ivc_curve_around(curve, 1224), 200);
    ck_assert_uint_eq(ivc_curve_around(curve, 2048), 512);
    ck_assert_uint_eq(ivc_curve_around(curve, 3071), 3071 / 16);
    ck_assert_uint_eq(ivc_curve_around(curve, 3072), 0);
    ck_assert(!ivc_curve_find_rough(curve, true)); /* nothing new */
    ck_assert_uint_eq(curve->rough->len, 1);
    curve_free(curve);
}
END_TEST

START_TEST(drops_far_apart_are_two_changes)
{
    IvcCurve *curve = curve_of(far, G_N_ELEMENTS(far));
    ck_assert(!ivc_curve_find_rough(curve, true));
    curve_free(curve);
}
END_TEST

START_TEST(steps_between_level_pieces_are_none)
{
    IvcCurve *curve = curve_of(steps, G_N_ELEMENTS(steps));
    ck_assert(!ivc_curve_find_rough(curve, false));
    ck_assert(!ivc_curve_find_rough(curve, true));
    curve_free(curve);
}
END_TEST

/* What is beside a part is looked at closer than the rest: one drop more, and it is of the part. */
START_TEST(one_drop_beside_a_part_is_of_it)
{
    IvcCurve *curve = curve_of(once, G_N_ELEMENTS(once));
    IvcCurveRough part = {768, 1281};
    curve->rough = g_array_new(FALSE, FALSE, sizeof(IvcCurveRough));
    g_array_append_val(curve->rough, part);
    ck_assert(ivc_curve_find_rough(curve, true));
    ck_assert_uint_eq(curve->rough->len, 1);
    ck_assert_uint_eq(g_array_index(curve->rough, IvcCurveRough, 0).above, 768);
    ck_assert_uint_eq(g_array_index(curve->rough, IvcCurveRough, 0).below, 2561);
    curve_free(curve);
}
END_TEST

START_TEST(round_sizes_do_not_count)
{
    IvcCurve *curve = curve_of(twice, G_N_ELEMENTS(twice));
    g_array_index(curve->points, IvcCurvePoint, 2).lone = true;
    g_array_index(curve->points, IvcCurvePoint, 4).lone = true;
    ck_assert(!ivc_curve_find_rough(curve, true));
    curve_free(curve);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rough");
    TCase *tcase = tcase_create("rough");
    tcase_add_test(tcase, one_drop_is_a_change_of_ways);
    tcase_add_test(tcase, two_drops_are_rough);
    tcase_add_test(tcase, drops_far_apart_are_two_changes);
    tcase_add_test(tcase, steps_between_level_pieces_are_none);
    tcase_add_test(tcase, one_drop_beside_a_part_is_of_it);
    tcase_add_test(tcase, round_sizes_do_not_count);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
