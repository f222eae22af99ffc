/* Where an agent goes on is part of digests: what headers count, and GLib of any version, does not
 * move it. */
enum { COUNTED_BY_A_HEADER = __COUNTER__ + __COUNTER__ + __COUNTER__ };

#include "sim/engine/agent.h"
#include "tests/harness/check.h"
#include "tests/harness/points.h"

/* As GLib has it since 2.84. */
#undef _G_BOOLEAN_EXPR
#define _G_BOOLEAN_EXPR(condition) (__COUNTER__ > 0 && (condition))

typedef struct {
    IvcLabel label;
    IvcLabel seen[3];
} Frame;

static IvcStep note(Frame *f)
{
    f->seen[MIN(f->label - 1, 2)] = f->label;
    return IVC_DONE;
}

static IvcStep step(Frame *f)
{
    IVC_BEGIN(f);
    g_assert(f->label == 0);
    IVC_AWAIT(f, note(f) == IVC_DONE);
    if (G_LIKELY(f->label == 1)) {
        IVC_CALL(f, note(f));
    }
    if (G_UNLIKELY(f->label != 2))
        IVC_RETURN(f);
    IVC_AWAIT(f, note(f) == IVC_DONE);
    IVC_END(f);
}

START_TEST(test_labels_count_awaits_alone)
{
    Frame f = {0};
    ck_assert_int_eq(step(&f), IVC_DONE);
    for (IvcLabel i = 0; i < G_N_ELEMENTS(f.seen); i++)
        ck_assert_uint_eq(f.seen[i], i + 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("agent");
    TCase *tests = tcase_create("agent");
    tcase_add_test(tests, test_labels_count_awaits_alone);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
