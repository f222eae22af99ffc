/* Parameter tables: every row type with default, range and refusal; provenance; what is recorded.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/config/param.h"
#include "tests/harness/check.h"

typedef struct {
    uint64_t count;
    IvcSpan time;
    IvcCost cost;
    IvcBytes size;
    IvcBitRate rate;
    IvcFrequency clock;
    bool flag;
    int choice;
    const char *text;
    IvcIndexList indexes;
    IvcNameList names;
    IvcCost inner;
} Spec;

static const char *const words[] = {"one", "two", NULL};

static const IvcParam inner_table[] = {
    {IVC_PARAM(Spec, inner, "inner"), .fallback = "7cycles", .kind = IVC_KIND_ASSUMED,
     .source = "guess"},
    {.key = NULL},
};

static const IvcParam table[] = {
    {IVC_PARAM(Spec, count, "count"), .fallback = "3", .min = "1", .max = "9"},
    {IVC_PARAM(Spec, time, "time"), .fallback = "5ns"},
    {IVC_PARAM(Spec, cost, "cost"), .fallback = "0", .max = "100cycles"},
    {IVC_PARAM(Spec, size, "size"), .sentence = "the size of it"},
    {IVC_PARAM(Spec, rate, "rate"), .fallback = "1GB/s"},
    {IVC_PARAM(Spec, clock, "clock"), .fallback = "1GHz"},
    {IVC_PARAM(Spec, flag, "flag"), .fallback = "true"},
    {IVC_PARAM(Spec, choice, "choice"), .fallback = "two", .choices = words},
    {IVC_PARAM(Spec, text, "text"), .fallback = IVC_PARAM_UNSET},
    {IVC_PARAM(Spec, indexes, "indexes"), .fallback = "[4, 5]"},
    {IVC_PARAM(Spec, names, "names"), .fallback = "[a, b]"},
    {.key = "group", .type = IVC_PARAM_GROUP, .group = inner_table},
    {.key = NULL},
};

typedef struct {
    Spec spec;
    IvcTree *tree;
    IvcBinding *binding;
    char *out; /* rendered diagnostics */
    bool ok;
} Result;

static Result bind(const char *text, bool provenance)
{
    Result r = {.binding = ivc_binding_new()};
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    r.tree = ivc_tree_parse("a.yaml", text, strlen(text), diags);
    ck_assert_ptr_nonnull(r.tree);
    r.ok = ivc_param_bind(table, NULL, r.tree->root, r.tree->root->place, "x", "thing 'x'",
                          provenance, &r.spec, r.binding, diags);
    ck_assert(r.ok == (ivc_diags_errors(diags) == 0));
    r.out = ivc_diags_render(diags);
    return r;
}

static void clear(Result *r)
{
    ivc_tree_free(r->tree);
    ivc_binding_free(r->binding);
    g_free(r->out);
}

START_TEST(binds_values)
{
    Result r = bind(
        "{count: 9, time: 1us, cost: 48ns, size: 4 KiB, rate: 1Gbit/s, clock: 2GHz,\n"
        " flag: false, choice: one, text: \"a b\", indexes: [0], names: [], group: {inner: 1ns}}",
        false);
    ck_assert_str_eq(r.out, "");
    ck_assert_uint_eq(r.spec.count, 9);
    ck_assert_uint_eq(r.spec.time.ps, 1000000);
    ck_assert_uint_eq(r.spec.cost.n, 48000);
    ck_assert(r.spec.cost.is_time);
    ck_assert_uint_eq(r.spec.size.n, 4096);
    ck_assert_uint_eq(r.spec.rate.bps, 1000000000);
    ck_assert_uint_eq(r.spec.clock.hz, 2000000000);
    ck_assert(!r.spec.flag);
    ck_assert_int_eq(r.spec.choice, 0);
    ck_assert_str_eq(r.spec.text, "a b");
    ck_assert_uint_eq(r.spec.indexes.n, 1);
    ck_assert_uint_eq(r.spec.indexes.items[0], 0);
    ck_assert_uint_eq(r.spec.names.n, 0);
    ck_assert_uint_eq(r.spec.inner.n, 1000);
    const IvcBound *size = ivc_binding_find(r.binding, "x.size");
    ck_assert_str_eq(size->text, "4KiB");
    ck_assert_str_eq(size->origin, "a.yaml:1");
    ck_assert_int_eq(size->kind, IVC_KIND_DESIGN);
    clear(&r);
}
END_TEST

START_TEST(binds_defaults)
{
    Result r = bind("size: 1B", false);
    ck_assert_str_eq(r.out, "");
    ck_assert_uint_eq(r.spec.count, 3);
    ck_assert_uint_eq(r.spec.time.ps, 5000);
    ck_assert(r.spec.flag);
    ck_assert_int_eq(r.spec.choice, 1);
    ck_assert_ptr_null(r.spec.text);
    ck_assert_ptr_null(ivc_binding_find(r.binding, "x.text"));
    ck_assert_uint_eq(r.spec.indexes.items[1], 5);
    ck_assert_str_eq(r.spec.names.items[1], "b");
    const IvcBound *inner = ivc_binding_find(r.binding, "x.group.inner");
    ck_assert_str_eq(inner->origin, "default");
    ck_assert_str_eq(inner->source, "guess");
    ck_assert_int_eq(inner->kind, IVC_KIND_ASSUMED);
    ck_assert_uint_eq(inner->place.line, 0);
    ck_assert_str_eq(ivc_binding_find(r.binding, "x.names")->text, "[a, b]");
    ck_assert_uint_eq(ivc_binding_count(r.binding), 11);
    clear(&r);
}
END_TEST

static const struct {
    const char *text;
    const char *message;
} bad[] = {
    {"{}", "a.yaml:1:1: error: missing key 'size' in thing 'x' [config-missing]\n"
           "    1 | {}\n      | ^~\n   hint: size: the size of it\n"},
    {"[1]", "a.yaml:1:1: error: thing 'x': expected a map [config-type]\n"
            "    1 | [1]\n      | ^~~\n"},
    {"{size: 1B, coutn: 1}",
     "a.yaml:1:12: error: unknown key 'coutn' in thing 'x' [config-unknown-key]\n"
     "    1 | {size: 1B, coutn: 1}\n      |            ^~~~~\n"
     "   hint: did you mean 'count'? There are: count, time, cost, size, rate, clock, flag, "
     "choice, "
     "text, indexes, names, group\n"},
    {"size: 5ns", "a.yaml:1:7: error: 'size': expected a size, got a time [config-unit]\n"
                  "    1 | size: 5ns\n      |       ^~~\n   hint: write for example '64KiB'\n"},
    {"size: [5B]", "a.yaml:1:7: error: 'size': expected a size, got a list [config-type]\n"
                   "    1 | size: [5B]\n      |       ^~~~\n"},
    {"size:", "a.yaml:1:6: error: 'size': expected a size, got nothing [config-type]\n"
              "    1 | size:\n      |      ^\n"},
    {"{size: 1B, count: \"5\"}",
     "a.yaml:1:19: error: 'count': expected a whole number, got text in quotes [config-type]\n"
     "    1 | {size: 1B, count: \"5\"}\n      |                   ^~~\n"
     "   hint: leave out the quotes\n"},
    {"{size: 1B, count: 0}",
     "a.yaml:1:19: error: 'count': 0 is less than the minimum 1 [config-range]\n"
     "    1 | {size: 1B, count: 0}\n      |                   ^\n"},
    {"{size: 1B, cost: 101cycles}",
     "a.yaml:1:18: error: 'cost': 101cycles is more than the maximum 100cycles [config-range]\n"
     "    1 | {size: 1B, cost: 101cycles}\n      |                  ^~~~~~~~~\n"},
    {"{size: 1B, flag: yes}",
     "a.yaml:1:18: error: 'flag': expected 'true' or 'false', got 'yes' [config-type]\n"
     "    1 | {size: 1B, flag: yes}\n      |                  ^~~\n"},
    {"{size: 1B, flag: 'true'}",
     "a.yaml:1:18: error: 'flag': expected 'true' or 'false', got 'true' in quotes [config-type]\n"
     "    1 | {size: 1B, flag: 'true'}\n      |                  ^~~~~~\n"},
    {"{size: 1B, choice: tow}", "a.yaml:1:20: error: 'choice' cannot be 'tow' [config-choice]\n"
                                "    1 | {size: 1B, choice: tow}\n      |                    ^~~\n"
                                "   hint: did you mean 'two'? There are: one, two\n"},
    {"{size: 1B, indexes: 4}",
     "a.yaml:1:21: error: 'indexes': expected a list of numbers, got text [config-type]\n"
     "    1 | {size: 1B, indexes: 4}\n      |                     ^\n"
     "   hint: write for example '[0, 1]'\n"},
    {"{size: 1B, indexes: [1, -2, 4294967296]}",
     "a.yaml:1:25: error: 'indexes': expected a whole number, got the negative '-2' "
     "[config-range]\n    1 | {size: 1B, indexes: [1, -2, 4294967296]}\n"
     "      |                         ^~\n"
     "a.yaml:1:29: error: 'indexes': 4294967296 is too large [config-range]\n"
     "    1 | {size: 1B, indexes: [1, -2, 4294967296]}\n"
     "      |                             ^~~~~~~~~~\n"},
    {"{size: 1B, names: [a, {b: c}]}",
     "a.yaml:1:23: error: 'names': expected a name, got a map [config-type]\n"
     "    1 | {size: 1B, names: [a, {b: c}]}\n      |                       ^~~~~~\n"},
    {"{size: 1B, text: {a: b}}",
     "a.yaml:1:18: error: 'text': expected text, got a map [config-type]\n"
     "    1 | {size: 1B, text: {a: b}}\n      |                  ^~~~~~\n"},
    {"{size: 1B, group: 4}", "a.yaml:1:19: error: 'x.group': expected a map [config-type]\n"
                             "    1 | {size: 1B, group: 4}\n      |                   ^\n"},
    {"size: {value: 1B, kind: gues}",
     "a.yaml:1:25: error: 'kind' cannot be 'gues' [config-choice]\n"
     "    1 | size: {value: 1B, kind: gues}\n      |                         ^~~~\n"
     "   hint: there are: design, measured, documented, derived, calibrated, assumed\n"},
    {"size: {value: 1B, range: [2B, 3B]}",
     "a.yaml:1:26: error: 'range': the value of 'size' is not in it [config-range]\n"
     "    1 | size: {value: 1B, range: [2B, 3B]}\n      |                          ^~~~~~~~\n"},
    {"size: {value: 9B, range: [2B, 3B]}",
     "a.yaml:1:26: error: 'range': the value of 'size' is not in it [config-range]\n"
     "    1 | size: {value: 9B, range: [2B, 3B]}\n      |                          ^~~~~~~~\n"},
    {"size: {value: 1B, range: 2B}",
     "a.yaml:1:26: error: 'range': expected a list of the lowest and the highest value "
     "[config-type]\n    1 | size: {value: 1B, range: 2B}\n      |                          ^~\n"
     "   hint: write for example '[80cycles, 200cycles]'\n"},
    {"size: {value: 1B, range: [1B, 2KB]}",
     "a.yaml:1:31: error: 'size': expected a size, 'KB' is not one of its units [config-unit]\n"
     "    1 | size: {value: 1B, range: [1B, 2KB]}\n      |                               ^~~\n"
     "   hint: write '2KiB'; the units are B, KiB, MiB, GiB, TiB\n"},
    {"size: {value: 1B, source: []}",
     "a.yaml:1:27: error: 'source': expected text [config-type]\n"
     "    1 | size: {value: 1B, source: []}\n      |                           ^~\n"},
    {"size: {value: 1B, suorce: x}",
     "a.yaml:1:19: error: unknown key 'suorce' in a number with its source "
     "[config-unknown-key]\n    1 | size: {value: 1B, suorce: x}\n"
     "      |                   ^~~~~~\n"
     "   hint: did you mean 'source'? There are: value, kind, source, range, note\n"},
};

START_TEST(refuses)
{
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        Result r = bind(bad[i].text, false);
        ck_assert_str_eq(r.out, bad[i].message);
        clear(&r);
    }
}
END_TEST

START_TEST(refused_values_become_defaults)
{
    Result r = bind("{size: 1KB, count: x, indexes: 3, clock: 0}", false);
    ck_assert(!r.ok);
    ck_assert_uint_eq(r.spec.size.n, 0);
    ck_assert_uint_eq(r.spec.count, 3);
    ck_assert_uint_eq(r.spec.indexes.n, 2);
    ck_assert_uint_eq(r.spec.clock.hz, 1000000000);
    clear(&r);
}
END_TEST

START_TEST(provenance)
{
    Result r = bind("{size: {value: 64B, kind: assumed, source: s, range: [1B, 1KiB], note: n}, "
                    "choice: one, flag: false}",
                    true);
    ck_assert_str_eq(r.out, "");
    const IvcBound *size = ivc_binding_find(r.binding, "x.size");
    ck_assert_int_eq(size->kind, IVC_KIND_ASSUMED);
    ck_assert_str_eq(size->source, "s");
    ck_assert_str_eq(size->low, "1B");
    ck_assert_str_eq(size->high, "1KiB");
    clear(&r);
}
END_TEST

static const struct {
    const char *text;
    const char *message;
    const char *hint;
} unsourced[] = {
    {"size: 1B", "'size' lacks its source",
     "write for example '{value: 120cycles, kind: documented, source: ...}'"},
    {"size: {value: 1B}", "'size' lacks its 'kind'", NULL},
    {"size: {value: 1B, kind: measured}", "'size' lacks its 'source'", NULL},
    {"size: {value: 1B, kind: assumed, source: x}", "'size' is assumed and lacks its 'range'",
     "an assumed number states how far it may be off: 'range: [low, high]'"},
};

START_TEST(provenance_is_required)
{
    for (size_t i = 0; i < G_N_ELEMENTS(unsourced); i++) {
        Result r = bind(unsourced[i].text, true);
        g_autofree char *head =
            g_strdup_printf("error: %s [config-provenance]", unsourced[i].message);
        ck_assert_msg(strstr(r.out, head) != NULL, "%s", r.out);
        ck_assert((unsourced[i].hint == NULL) == (strstr(r.out, "hint") == NULL));
        ck_assert(!unsourced[i].hint || strstr(r.out, unsourced[i].hint));
        clear(&r);
    }
    Result r = bind("size: {value: 1B, kind: design}", true);
    ck_assert_str_eq(r.out, "");
    clear(&r);
}
END_TEST

START_TEST(bad_default_is_reported)
{
    static const IvcParam wrong[] = {
        {IVC_PARAM(Spec, size, "size"), .fallback = "4KB"},
        {.key = NULL},
    };
    Spec spec = {0};
    g_autoptr(IvcBinding) binding = ivc_binding_new();
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    ck_assert(
        !ivc_param_bind(wrong, NULL, NULL, (IvcPlace){0}, "", "x", false, &spec, binding, diags));
    ck_assert_str_eq(ivc_diags_get(diags, 1)->text, "the default of 'size' is not valid");
    ck_assert_str_eq(ivc_diags_get(diags, 1)->code, "internal");
}
END_TEST

START_TEST(helpers)
{
    IvcQuantity what;
    ck_assert(ivc_param_quantity(&table[3], &what) && what == IVC_QUANTITY_SIZE);
    ck_assert(!ivc_param_quantity(&table[7], &what));
    ck_assert_str_eq(ivc_param_expects(&table[7]), "a word");
    ck_assert_str_eq(ivc_param_expects(&table[11]), "a map");
    ck_assert_str_eq(ivc_kind_name(IVC_KIND_CALIBRATED), "calibrated");
    static const char *const none[] = {NULL};
    ck_assert_ptr_null(ivc_hint_names("x", none));
    g_autofree char *origin = ivc_place_origin((IvcPlace){0});
    ck_assert_str_eq(origin, "default");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("param");
    TCase *tests = tcase_create("param");
    tcase_add_test(tests, binds_values);
    tcase_add_test(tests, binds_defaults);
    tcase_add_test(tests, refuses);
    tcase_add_test(tests, refused_values_become_defaults);
    tcase_add_test(tests, provenance);
    tcase_add_test(tests, provenance_is_required);
    tcase_add_test(tests, bad_default_is_reported);
    tcase_add_test(tests, helpers);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
