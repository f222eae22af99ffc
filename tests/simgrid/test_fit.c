/* SMPI's settings from curves that are known: they come back, and what cannot be had is counted. */
#include <math.h>

#include "sim/simgrid/fit_private.h"
#include "tests/harness/check.h"
#include "tests/harness/points.h"

#define NS 1000 /* ps */

typedef IvcTime (*Law)(uint64_t bytes);

static IvcTime slow_start(uint64_t b)
{
    return 5000 * NS + b * NS;
}

static IvcTime quick_stream(uint64_t b)
{
    return 1000 * NS + b * NS / 5;
}

static IvcTime quick_message(uint64_t b)
{
    return 2400 * NS + b * NS * 12 / 25;
}

static IvcTime nearly_as_slow(uint64_t b)
{
    return 4500 * NS + b * NS * 9 / 10;
}

static IvcTime slower(uint64_t b)
{
    return 6000 * NS + b * NS * 3 / 2;
}

static IvcTime later(uint64_t b)
{
    return slow_start(b) + 2000 * NS;
}

static IvcTime nearly_as_late(uint64_t b)
{
    return nearly_as_slow(b) + 2000 * NS;
}

/* 3 us more from 1025 bytes on. */
static IvcTime stepped(uint64_t b)
{
    return slow_start(b) + (b > 1024 ? 3000 * NS : 0);
}

/* A fifth from 1025 bytes on. */
static IvcTime drops(uint64_t b)
{
    return b > 1024 ? 1000 * NS : 5000 * NS;
}

static IvcTime rises(uint64_t b)
{
    return 6000 * NS - drops(b);
}

/* Quick below 64 KiB, then nearly as slow as a message. */
static IvcTime quick_then_slow(uint64_t b)
{
    return b < 65536 ? quick_stream(b) : nearly_as_slow(b);
}

static void add_point(IvcCurve *curve, uint64_t b, IvcPointUse use, Law latency, Law interval)
{
    IvcCurvePoint point = {.bytes = b,
                           .use = use,
                           .latency_ps = latency(b),
                           .interval_ps = interval(b),
                           .sender_ps = interval(b) / 2,
                           .receiver_ps = interval(b)};
    g_array_append_val(curve->points, point);
}

static void free_curve(gpointer data)
{
    IvcCurve *curve = data;
    g_array_unref(curve->points);
    g_free(curve);
}

static void add_curve(IvcCurves *curves, size_t n_pairs, Law latency, Law interval)
{
    IvcCurve *curve = g_new0(IvcCurve, 1);
    curve->to = 1;
    curve->n_pairs = n_pairs;
    curve->points = g_array_new(FALSE, FALSE, sizeof(IvcCurvePoint));
    for (uint64_t b = 1; b <= 4194304; b *= 2) {
        add_point(curve, b, IVC_POINT_FIT, latency, interval);
        if (b == 1024)
            add_point(curve, b + 1, IVC_POINT_FIT, latency, interval);
        add_point(curve, b + b * 2 / 5 + 1, IVC_POINT_CHECK, latency, interval);
    }
    g_ptr_array_add(curves->curves, curve);
}

/* Three guests, of which all pairs are alike. */
static IvcCurves *new_curves(Law latency, Law interval)
{
    IvcCurves *curves = g_new0(IvcCurves, 1);
    curves->n_guests = 3;
    curves->classes = g_new0(unsigned, 9);
    curves->curves = g_ptr_array_new_with_free_func(free_curve);
    curves->together = g_array_new(FALSE, FALSE, sizeof(IvcCurveTogether));
    add_curve(curves, 2, latency, interval);
    return curves;
}

static void check_size(const IvcFit *fit, uint64_t b, Law latency, Law interval)
{
    double l, t;
    ivc_fit_predict(fit, 0, b, &l, &t);
    double off_l = fabs(l * 1e12 / (double)latency(b) - 1);
    double off_t = fabs(t * 1e12 / (double)interval(b) - 1);
    ck_assert_msg(off_l < 0.006 && off_t < 0.006, "%d bytes: latency off by %g, interval by %g",
                  (int)b, off_l, off_t);
}

static void check_all(const IvcFit *fit, Law latency, Law interval)
{
    for (uint64_t b = 1; b <= 4194304; b = b * 3 / 2 + 1)
        check_size(fit, b, latency, interval);
}

START_TEST(lines_that_overlap)
{
    g_autoptr(IvcCurves) curves = new_curves(slow_start, quick_stream);
    g_autoptr(IvcFit) fit = ivc_fit_new(curves);
    check_all(fit, slow_start, quick_stream);
    ck_assert_uint_eq(fit->eager_below, G_MAXINT32);
    ck_assert_uint_eq(fit->unlike, 0);
    ck_assert_double_eq(fit->shared_bytes_per_s, 0);
}
END_TEST

START_TEST(lines_one_after_the_other)
{
    g_autoptr(IvcCurves) curves = new_curves(slow_start, nearly_as_slow);
    g_autoptr(IvcFit) fit = ivc_fit_new(curves);
    check_all(fit, slow_start, nearly_as_slow);
    ck_assert_uint_eq(fit->eager_below, 0);
}
END_TEST

/* A step after 1024 bytes, and from some size above it on nearly all of a message is on its way. */
static IvcTime steep_after_step(uint64_t b)
{
    return (b > 1024 ? 8000 * NS : 5000 * NS) + 2 * b * NS;
}

static IvcTime steeper_after_step(uint64_t b)
{
    IvcTime steep = 590 * NS + b * 391 * NS / 100;
    return b > 1024 ? MIN(steep, steep_after_step(b) * 97 / 100) : quick_stream(b);
}

/* Between the last size that sets off at once and the first that waits it is the line through both.
 */
START_TEST(between_the_two_ways_it_is_a_line)
{
    g_autoptr(IvcCurves) curves = new_curves(steep_after_step, steeper_after_step);
    g_autoptr(IvcFit) fit = ivc_fit_new(curves);
    ck_assert_uint_eq(fit->eager_below, 2048);
    for (uint64_t b = 1025; b <= 2048; b += 93)
        check_size(fit, b, steep_after_step, steeper_after_step);
}
END_TEST

/* Where there is a step, sizes below the first that waits for its receive go on as those that are
 * fitted below them. */
START_TEST(between_the_two_ways_it_is_as_below)
{
    g_autoptr(IvcCurves) curves = new_curves(slow_start, quick_then_slow);
    g_autoptr(IvcFit) fit = ivc_fit_new(curves);
    ck_assert_uint_eq(fit->eager_below, 65536);
    check_size(fit, 32768, slow_start, quick_then_slow);
    check_size(fit, 32769, slow_start, quick_then_slow);
    check_size(fit, 65536, slow_start, quick_then_slow);
}
END_TEST

START_TEST(a_step_is_kept_to_the_byte)
{
    g_autoptr(IvcCurves) curves = new_curves(stepped, quick_stream);
    g_autoptr(IvcFit) fit = ivc_fit_new(curves);
    check_size(fit, 1024, stepped, quick_stream);
    check_size(fit, 1025, stepped, quick_stream);
    check_all(fit, stepped, quick_stream);
}
END_TEST

START_TEST(what_smpi_cannot_have_is_counted)
{
    g_autoptr(IvcCurves) curves = new_curves(slow_start, slower);
    g_autoptr(IvcFit) fit = ivc_fit_new(curves);
    const IvcCurve *curve = curves->curves->pdata[0];
    ck_assert_uint_eq(fit->unlike, curve->points->len);
    ck_assert_double_eq_tol(fit->unlike_max, 1.5, 0.001);
    check_all(fit, slow_start, slow_start);
    const IvcFitClass *links = &g_array_index(fit->classes, IvcFitClass, 0);
    ck_assert_double_lt(links->error_max, 0.006);
}
END_TEST

/* Four pairs together are half as fast as one alone. */
START_TEST(what_is_shared_is_a_link)
{
    g_autoptr(IvcCurves) curves = new_curves(slow_start, nearly_as_slow);
    curves->pairs = 4;
    for (uint64_t b = 4; b <= 4194304; b *= 4) {
        IvcCurveTogether at = {
            .bytes = b, .interval_ps = 2 * nearly_as_slow(b), .alone_ps = nearly_as_slow(b)};
        g_array_append_val(curves->together, at);
    }
    g_autoptr(IvcFit) fit = ivc_fit_new(curves);
    check_all(fit, slow_start, nearly_as_slow);
    const IvcFitClass *links = &g_array_index(fit->classes, IvcFitClass, 0);
    ck_assert_double_eq_tol(fit->shared_bytes_per_s / links->bytes_per_s, 2, 0.01);
    for (guint i = 0; i < fit->segments->len; i++) {
        const IvcFitSegment *s = &g_array_index(fit->segments, IvcFitSegment, i);
        double b = (double)(s->above * 5 / 4 + 1), alone, latency;
        ivc_fit_predict(fit, 0, (uint64_t)b, &latency, &alone);
        double transfer = (b + IVC_FIT_ENVELOPE) / (links->bytes_per_s * s->bandwidth_factor);
        double together = alone - transfer + 4 * transfer / 2;
        ck_assert_double_eq_tol(together / alone, 2, 0.45);
    }
}
END_TEST

/* Two pairs share something. From 8 KiB on both ends are as busy; below, the receiver is.
 */
START_TEST(a_busy_sender_keeps_its_pace)
{
    g_autoptr(IvcCurves) curves = new_curves(quick_message, quick_stream);
    IvcCurve *curve = curves->curves->pdata[0];
    curves->pairs = 2;
    for (uint64_t b = 4; b <= 4194304; b *= 4) {
        IvcCurveTogether at = {.bytes = b,
                               .interval_ps = quick_stream(b) * (b == 4194304 ? 20 : 11) / 10,
                               .alone_ps = quick_stream(b)};
        g_array_append_val(curves->together, at);
    }
    for (guint i = 0; i < curve->points->len; i++) {
        IvcCurvePoint *at = &g_array_index(curve->points, IvcCurvePoint, i);
        if (at->bytes >= 8192)
            at->sender_ps = at->receiver_ps - at->receiver_ps / 100;
    }
    g_autoptr(IvcFit) fit = ivc_fit_new(curves);
    ck_assert_uint_gt(fit->eager_below, 4194304);
    for (uint64_t b = 16; b <= 4194304; b *= 2)
        check_size(fit, b, quick_message, quick_stream);
    check_size(fit, 6000, quick_message, quick_stream);
    for (uint64_t b = 16; b <= 4194304; b = b * 3 / 2 + 1) {
        const IvcFitSegment *s = ivc_fit_segment_at(fit, b);
        double send = s->send_at_zero + (double)b * s->send_per_byte;
        double receive = s->receive_at_zero + (double)b * s->receive_per_byte;
        ck_assert_double_gt(b < 8192 ? receive - send : send - receive, 0);
    }
}
END_TEST

START_TEST(another_class_has_its_own_links)
{
    g_autoptr(IvcCurves) curves = new_curves(slow_start, nearly_as_slow);
    add_curve(curves, 1, later, nearly_as_late);
    curves->classes[1 * 3 + 2] = 1; /* who sends and who receives does so in the other class, too */
    g_autoptr(IvcFit) fit = ivc_fit_new(curves);
    const IvcFitClass *links = &g_array_index(fit->classes, IvcFitClass, 0);
    ck_assert_uint_eq(fit->base, 0);
    ck_assert_double_eq_tol(links[1].latency_s - links[0].latency_s, 2e-6, 0.1e-6);
    ck_assert_double_lt(links[1].error_max, 0.02);
}
END_TEST

/* Two guests, whose streams take something else one way than the other. */
static IvcCurves *new_directions(Law latency, Law there, Law back)
{
    IvcCurves *curves = new_curves(latency, there);
    add_curve(curves, 1, latency, back);
    IvcCurve *curve = curves->curves->pdata[1];
    curve->from = 1;
    curve->to = 0;
    curves->n_guests = 2;
    curves->classes[1 * 2 + 0] = 1;
    return curves;
}

static void check_directions(const IvcFit *fit, Law latency, Law there, Law back, uint64_t most)
{
    const Law intervals[] = {there, back};
    for (unsigned c = 0; c < 2; c++)
        for (uint64_t b = 16; b <= most; b = b * 3 / 2 + 1) {
            double l, t;
            ivc_fit_predict(fit, c, b, &l, &t);
            double off_l = fabs(l * 1e12 / (double)latency(b) - 1);
            double off_t = fabs(t * 1e12 / (double)intervals[c](b) - 1);
            ck_assert_msg(off_l < 0.01 && off_t < 0.01,
                          "way %u, %d bytes: latency off by %g, interval by %g", c, (int)b, off_l,
                          off_t);
        }
}

/* A round trip has both ways. */
START_TEST(directions_have_costs_of_their_own)
{
    g_autoptr(IvcCurves) curves = new_directions(slow_start, quick_stream, nearly_as_slow);
    g_autoptr(IvcFit) fit = ivc_fit_new(curves);
    check_directions(fit, slow_start, quick_stream, nearly_as_slow, 4194304);
    ck_assert_uint_eq(fit->unlike, 0);
}
END_TEST

/* On the mean of both directions there is none. */
START_TEST(steps_of_directions_are_borders)
{
    g_autoptr(IvcCurves) curves = new_directions(slow_start, rises, drops);
    g_autoptr(IvcFit) fit = ivc_fit_new(curves);
    check_directions(fit, slow_start, rises, drops, 16384);
}
END_TEST

/* One way messages of a stream are further apart than one takes, but not on the mean of both. */
START_TEST(one_direction_may_be_longer_than_the_latency)
{
    g_autoptr(IvcCurves) curves = new_directions(slow_start, slower, quick_stream);
    g_autoptr(IvcFit) fit = ivc_fit_new(curves);
    check_directions(fit, slow_start, slower, quick_stream, 4194304);
    ck_assert_uint_eq(fit->unlike, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fit");
    TCase *tcase = tcase_create("fit");
    tcase_add_test(tcase, lines_that_overlap);
    tcase_add_test(tcase, lines_one_after_the_other);
    tcase_add_test(tcase, between_the_two_ways_it_is_a_line);
    tcase_add_test(tcase, between_the_two_ways_it_is_as_below);
    tcase_add_test(tcase, a_step_is_kept_to_the_byte);
    tcase_add_test(tcase, what_smpi_cannot_have_is_counted);
    tcase_add_test(tcase, what_is_shared_is_a_link);
    tcase_add_test(tcase, a_busy_sender_keeps_its_pace);
    tcase_add_test(tcase, another_class_has_its_own_links);
    tcase_add_test(tcase, directions_have_costs_of_their_own);
    tcase_add_test(tcase, steps_of_directions_are_borders);
    tcase_add_test(tcase, one_direction_may_be_longer_than_the_latency);
    suite_add_tcase(suite, tcase);
    return points_main(suite);
}
