/* Single steps of virtual interrupts: what a request, an arrival and a mask do, how sends are
 * split, and how long a halt is polled for. */
#include "models/ipi/virq.h"
#include "sim/base/units.h"
#include "tests/harness/points.h"

static const IvcVirqDelivery *delivery_of(const char *name)
{
    for (size_t i = 0; ivc_virq_deliveries[i].name != NULL; i++)
        if (g_str_equal(ivc_virq_deliveries[i].name, name))
            return &ivc_virq_deliveries[i];
    ck_abort_msg("no delivery '%s'", name);
}

START_TEST(test_requests_merge)
{
    IvcVirq v = {.mode = IVC_VIRQ_GUEST};
    const IvcVirqRules *rules = &delivery_of("posted")->rules;
    ck_assert(ivc_virq_request(&v, 1, rules));
    ck_assert(ivc_virq_outstand(&v, rules));
    ck_assert_int_eq(ivc_virq_notify(&v), IVC_VIRQ_FLIES);
    ck_assert(!ivc_virq_request(&v, 1, rules)); /* the same: nothing more to do */
    ck_assert(ivc_virq_request(&v, 4, rules));  /* another one, for which somebody is on the way */
    ck_assert(!ivc_virq_outstand(&v, rules));
    ck_assert(!ivc_virq_is_due(&v, rules));
    ck_assert_int_eq(ivc_virq_arrive(&v, rules), IVC_VIRQ_POSTED);
    ck_assert(ivc_virq_is_due(&v, rules));
    ck_assert_uint_eq(ivc_virq_take(&v), 4);
    ck_assert(!ivc_virq_is_due(&v, rules)); /* one at a time */
    ivc_virq_end(&v, 4);
    ck_assert_uint_eq(ivc_virq_take(&v), 1);
    ck_assert_uint_eq(v.sent, 3);
    ck_assert_uint_eq(v.merged, 1);
    ck_assert_uint_eq(v.taken, 2);
    ck_assert(ivc_virq_is_conserved(&v, false));
}
END_TEST

START_TEST(test_a_running_guest_is_left_unless_posted)
{
    IvcVirq v = {.mode = IVC_VIRQ_GUEST};
    const IvcVirqRules *rules = &delivery_of("emulated")->rules;
    (void)ivc_virq_request(&v, 0, rules);
    (void)ivc_virq_outstand(&v, rules);
    (void)ivc_virq_notify(&v);
    ck_assert_int_eq(ivc_virq_arrive(&v, rules), IVC_VIRQ_EXITS);
    ck_assert_int_eq(v.mode, IVC_VIRQ_OUTSIDE);
    (void)ivc_virq_request(&v, 2, rules); /* meanwhile: it looks by itself */
    (void)ivc_virq_outstand(&v, rules);
    ivc_virq_enter(&v);
    ivc_virq_look(&v, rules);
    ck_assert_uint_eq(v.pending, 5);
    ck_assert(!v.outstanding);
}
END_TEST

START_TEST(test_a_blocked_one_is_woken_once)
{
    IvcVirq v = {.mode = IVC_VIRQ_GUEST};
    const IvcVirqRules *rules = &delivery_of("posted")->rules;
    ivc_virq_exit(&v);
    ivc_virq_block(&v);
    ck_assert(!ivc_virq_is_waiting(&v));
    (void)ivc_virq_request(&v, 7, rules);
    ck_assert(ivc_virq_outstand(&v, rules));
    ck_assert_int_eq(ivc_virq_notify(&v), IVC_VIRQ_WAKES);
    (void)ivc_virq_request(&v, 8, rules);
    ck_assert(!ivc_virq_outstand(&v, rules));
    ck_assert(v.woken && ivc_virq_is_waiting(&v));
    ivc_virq_mask(&v, 7);
    ivc_virq_mask(&v, 8);
    ck_assert(!ivc_virq_is_waiting(&v));
}
END_TEST

/* An event channel's bits are shared memory: who sends to a masked one disturbs nobody. */
START_TEST(test_a_masked_event_disturbs_nobody)
{
    IvcVirq v = {.mode = IVC_VIRQ_GUEST};
    const IvcVirqRules *rules = &delivery_of("event-channel")->rules;
    ivc_virq_mask(&v, 5);
    ck_assert(!ivc_virq_request(&v, 5, rules));
    ck_assert(!ivc_virq_request(&v, 5, rules));
    ck_assert(!ivc_virq_is_due(&v, rules) && !v.told);
    ivc_virq_unmask(&v, 5, rules);
    ck_assert(ivc_virq_is_due(&v, rules));
    ck_assert_uint_eq(ivc_virq_take(&v), 5);
    ivc_virq_end(&v, 5);
    ck_assert(!ivc_virq_is_due(&v, rules));
    ck_assert_uint_eq(v.merged, 1);
    ck_assert(ivc_virq_is_conserved(&v, false));
}
END_TEST

START_TEST(test_sends_are_split)
{
    const IvcVirqDelivery *call = delivery_of("paravirtual-ipi");
    ck_assert_uint_eq(ivc_virq_sends(call, 0), 0);
    ck_assert_uint_eq(ivc_virq_sends(call, 1), 1);
    ck_assert_uint_eq(ivc_virq_sends(call, 128), 1);
    ck_assert_uint_eq(ivc_virq_sends(call, 129), 2);
    ck_assert_uint_eq(ivc_virq_sends(delivery_of("gic"), 17), 2);
    ck_assert_uint_eq(ivc_virq_sends(delivery_of("emulated"), 17), 17);
}
END_TEST

START_TEST(test_the_two_lists_agree)
{
    size_t i = 0;
    for (; ivc_virq_deliveries[i].name != NULL; i++)
        ck_assert_str_eq(ivc_virq_deliveries[i].name, ivc_virq_delivery_names[i]);
    ck_assert_ptr_null(ivc_virq_delivery_names[i]);
}
END_TEST

/* Linux virt/kvm/kvm_main.c: 0, 10, 20, 40, 80, 160, 200 microseconds, and back to 0. */
START_TEST(test_halt_polling_grows_and_shrinks)
{
    const IvcHaltPoll kvm = {.max_ps = 200000000, .start_ps = 10000000, .grow = 2, .shrink = 0};
    static const uint64_t windows_us[] = {10, 20, 40, 80, 160, 200, 200};
    IvcTime window = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(windows_us); i++) {
        window = ivc_halt_poll_next(&kvm, window, 200000000);
        ck_assert_uint_eq(window, windows_us[i] * 1000000);
    }
    ck_assert_uint_eq(ivc_halt_poll_next(&kvm, 40000000, 40000000), 40000000); /* of use */
    ck_assert_uint_eq(ivc_halt_poll_next(&kvm, 40000000, 40000001), 80000000);
    ck_assert_uint_eq(ivc_halt_poll_next(&kvm, 200000000, 200000001), 0); /* for nothing */
    IvcHaltPoll slow = kvm;
    slow.shrink = 2;
    ck_assert_uint_eq(ivc_halt_poll_next(&slow, 80000000, 300000000), 40000000);
    ck_assert_uint_eq(ivc_halt_poll_next(&slow, 19999999, 300000000), 0); /* below the first */
    slow.grow = 0;
    ck_assert_uint_eq(ivc_halt_poll_next(&slow, 20000000, 30000000), 20000000);
    slow.max_ps = 0;
    ck_assert_uint_eq(ivc_halt_poll_next(&slow, 0, 5), 0); /* never */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("virq_steps");
    TCase *tests = tcase_create("virq_steps");
    tcase_add_test(tests, test_requests_merge);
    tcase_add_test(tests, test_a_running_guest_is_left_unless_posted);
    tcase_add_test(tests, test_a_blocked_one_is_woken_once);
    tcase_add_test(tests, test_a_masked_event_disturbs_nobody);
    tcase_add_test(tests, test_sends_are_split);
    tcase_add_test(tests, test_the_two_lists_agree);
    tcase_add_test(tests, test_halt_polling_grows_and_shrinks);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
