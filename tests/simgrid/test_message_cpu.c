/* CPU of messages from curves that are known, within a machine and between two. */
#include <stdlib.h>

#include "sim/simgrid/message_cpu.h"
#include "tests/harness/check.h"

enum { A, B };

static const unsigned joined[] = {B, A};  /* places are not the guests' numbers */
static unsigned classes[] = {9, 0, 0, 9}; /* of a guest with itself nothing was measured */
static char server[] = "dom";

static const IvcCurvePoint points[] = {
    {.bytes = 100, .sender_ps = 1000, .receiver_ps = 2000, .server_ps = 500},
    {.bytes = 200, .sender_ps = 3000, .receiver_ps = 2500, .server_ps = 700},
    {.bytes = 400, .sender_ps = 3000, .receiver_ps = 4500, .server_ps = 1100},
};

static IvcMessageCpu cpu_of(const char *serves, unsigned to_machine, unsigned to_guest,
                            double bytes)
{
    IvcChannelSpec channel = {.between = (unsigned *)joined, .n_between = G_N_ELEMENTS(joined)};
    IvcScenario scenario = {.channel = &channel};
    IvcCurve curve = {.points = g_array_new(FALSE, FALSE, sizeof *points)};
    g_array_append_vals(curve.points, points, G_N_ELEMENTS(points));
    IvcCurves curves = {.n_guests = 2,
                        .curves = g_ptr_array_new(),
                        .classes = classes,
                        .server = serves ? server : NULL};
    g_ptr_array_add(curves.curves, &curve);
    const IvcPlatformHost from = {.guest = A}, to = {.guest = to_guest, .machine = to_machine};
    IvcMessageCpu cpu = ivc_message_cpu(&scenario, &curves, &from, &to, bytes);
    g_ptr_array_unref(curves.curves);
    g_array_unref(curve.points);
    return cpu;
}

static void check_cpu(IvcMessageCpu cpu, double sender, double receiver, double serves)
{
    ck_assert_double_eq_tol(cpu.sender_ps, sender, 1e-6);
    ck_assert_double_eq_tol(cpu.receiver_ps, receiver, 1e-6);
    ck_assert_double_eq_tol(cpu.server_ps, serves, 1e-6);
}

START_TEST(lines_between_sizes)
{
    check_cpu(cpu_of("dom", 0, B, 100), 1000, 2000, 500);
    check_cpu(cpu_of("dom", 0, B, 150), 2000, 2250, 600);
    check_cpu(cpu_of("dom", 0, B, 300), 3000, 3500, 900);
    check_cpu(cpu_of("dom", 0, B, 800), 3000, 8500, 1900); /* the last line goes on */
    check_cpu(cpu_of("dom", 0, B, 7), 1000, 2000, 500);    /* shorter than all: the shortest */
    check_cpu(cpu_of(NULL, 0, B, 150), 2000, 2250, 0);
    check_cpu(cpu_of("dom", 0, A, 150), 0, 0, 0);
}
END_TEST

START_TEST(other_machines_cost_the_ends)
{
    check_cpu(cpu_of("dom", 1, B, 150), 2000, 2250, 0);
    check_cpu(cpu_of("dom", 1, A, 150), 2000, 2250, 0); /* the guest of the same number there */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("message_cpu");
    TCase *tcase = tcase_create("message_cpu");
    tcase_add_test(tcase, lines_between_sizes);
    tcase_add_test(tcase, other_machines_cost_the_ends);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
