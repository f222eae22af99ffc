/* Diagnostics: rendering compared whole, order of place, caps, snippets of awkward lines, JSON. */
#include <stdlib.h>
#include <string.h>

#include "sim/config/diag_json.h"
#include "tests/harness/check.h"

static IvcPlace at(const IvcSource *source, unsigned line, unsigned column, unsigned width)
{
    return (IvcPlace){.source = source, .line = line, .column = column, .width = width};
}

static IvcSource *source(const char *text)
{
    return ivc_source_new("a.yaml", text, strlen(text));
}

START_TEST(renders_in_order_of_place)
{
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    IvcSource *text = source("first: 1\nsecond: 2\n");
    ivc_diags_add(diags, IVC_DIAG_ERROR, "config-unit", at(text, 2, 9, 1), "write '2B'", "no %s",
                  "unit");
    ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, at(text, 1, 1, 5), NULL, "because of this");
    ivc_diags_add(diags, IVC_DIAG_WARNING, "config-unused", at(text, 1, 1, 5), NULL, "unused");
    ivc_diags_add(diags, IVC_DIAG_ERROR, "io", (IvcPlace){0}, NULL, "no place");
    ivc_source_unref(text); /* the diagnostics keep it */
    g_autofree char *out = ivc_diags_render(diags);
    ck_assert_str_eq(out, "error: no place [io]\n"
                          "a.yaml:1:1: warning: unused [config-unused]\n"
                          "    1 | first: 1\n"
                          "      | ^~~~~\n"
                          "a.yaml:2:9: error: no unit [config-unit]\n"
                          "    2 | second: 2\n"
                          "      |         ^\n"
                          "   hint: write '2B'\n"
                          "a.yaml:1:1: note: because of this\n"
                          "    1 | first: 1\n"
                          "      | ^~~~~\n");
    ck_assert_uint_eq(ivc_diags_errors(diags), 2);
    ck_assert_uint_eq(ivc_diags_count(diags), 4);
    ck_assert_str_eq(ivc_diags_get(diags, 0)->text, "no place");
}
END_TEST

START_TEST(keeps_twenty)
{
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, (IvcPlace){0}, NULL, "belongs to nothing");
    for (int i = 0; i < 22; i++) {
        ivc_diags_add(diags, IVC_DIAG_ERROR, "io", (IvcPlace){0}, NULL, "error %d", i);
        ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, (IvcPlace){0}, NULL, "note %d", i);
    }
    ck_assert_uint_eq(ivc_diags_errors(diags), 22);
    ck_assert_uint_eq(ivc_diags_count(diags), 40);
    g_autofree char *out = ivc_diags_render(diags);
    ck_assert_ptr_nonnull(strstr(out, "error: error 19 [io]\nnote: note 19\nand 2 more errors\n"));
    ck_assert_ptr_null(strstr(out, "error 20"));
}
END_TEST

static char *snippet(const char *line, unsigned column, unsigned width)
{
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autoptr(IvcSource) text = source(line);
    ivc_diags_add(diags, IVC_DIAG_ERROR, "io", at(text, 1, column, width), NULL, "x");
    g_autofree char *out = ivc_diags_render(diags);
    return g_strdup(strchr(out, '\n') + 1);
}

START_TEST(snippets)
{
    g_autofree char *control = snippet("a\x1b[31m: \tb\xff"
                                       "c",
                                       9, 3);
    ck_assert_str_eq(control, "    1 | a\\x1b[31m: \\tb\\xffc\n      |            ^~~~~~~\n");
    g_autofree char *wide = snippet("\u4e2d\u6587: e\u0301x", 7, 1);
    ck_assert_str_eq(wide, "    1 | \u4e2d\u6587: e\u0301x\n      |        ^\n");
    g_autofree char *past = snippet("abc", 9, 4);
    ck_assert_str_eq(past, "    1 | abc\n      |    ^\n");
    g_autofree char *none = snippet("", 1, 1);
    ck_assert_str_eq(none, "");
    g_autofree char *bidi = snippet("a\u202e\xc2\x85", 1, 1);
    ck_assert_str_eq(bidi, "    1 | a\\u202e\n      | ^\n");
}
END_TEST

START_TEST(clips_long_lines)
{
    g_autofree char *line = g_strnfill(1000, 'x');
    g_autofree char *early = snippet(line, 3, 1);
    g_autofree char *shown = g_strnfill(88, 'x');
    g_autofree char *expected = g_strdup_printf("    1 | %s...\n      |   ^\n", shown);
    ck_assert_str_eq(early, expected);
    line[499] = 'C';
    g_autofree char *late = snippet(line, 500, 400);
    g_autofree char *before = g_strnfill(56, 'x');
    g_autofree char *after = g_strnfill(31, 'x');
    g_autofree char *lead = g_strnfill(59, ' ');
    g_autofree char *tildes = g_strnfill(31, '~');
    g_autofree char *both =
        g_strdup_printf("    1 | ...%sC%s...\n      | %s^%s\n", before, after, lead, tildes);
    ck_assert_str_eq(late, both);
}
END_TEST

START_TEST(lines_break_as_in_yaml)
{
    g_autoptr(IvcSource) text = source("a\nb\rc\r\nd\xc2\x85"
                                       "e\u2028f\u2029\u00e4g");
    IvcPlace place = ivc_source_place(text, text->size - 1);
    ck_assert_uint_eq(place.line, 7);
    ck_assert_uint_eq(place.column, 2);
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    ivc_diags_add(diags, IVC_DIAG_ERROR, "io", place, NULL, "x");
    ivc_diags_add(diags, IVC_DIAG_ERROR, "io", at(text, 8, 1, 1), NULL, "beyond");
    g_autofree char *out = ivc_diags_render(diags);
    ck_assert_str_eq(out, "a.yaml:7:2: error: x [io]\n    7 | \u00e4g\n      |  ^\n"
                          "a.yaml:8:1: error: beyond [io]\n");
}
END_TEST

START_TEST(escapes)
{
    g_autofree char *text = ivc_text_escape("a\n\t\x01\xc3(\0b", 8, 100);
    ck_assert_str_eq(text, "a\\n\\t\\x01\\xc3(\\x00b");
    g_autofree char *cut = ivc_text_escape("abcdef", 6, 3);
    ck_assert_str_eq(cut, "abc...");
    static const IvcSource fixed = {.name = (char *)"static", .text = (char *)"", .size = 0};
    ck_assert_ptr_eq(ivc_source_ref((IvcSource *)&fixed), &fixed);
    ivc_source_unref((IvcSource *)&fixed); /* not counted: stays */
    ck_assert_str_eq(fixed.name, "static");
}
END_TEST

START_TEST(suggestions)
{
    static const char *const names[] = {"vectors", "message", "total", "seed", "a", NULL};
    ck_assert_pstr_eq(ivc_suggest("vecotrs", names), "vectors");
    ck_assert_pstr_eq(ivc_suggest("mesage", names), "message");
    ck_assert_pstr_eq(ivc_suggest("seeds", names), "seed");
    ck_assert_pstr_eq(ivc_suggest("xyzzy", names), NULL);
    ck_assert_pstr_eq(ivc_suggest("b", names), NULL);
    ck_assert_pstr_eq(ivc_suggest("", names), NULL);
    ck_assert_pstr_eq(ivc_suggest("a", NULL), NULL);
    g_autofree char *monster = g_strnfill(100000, 'm');
    ck_assert_pstr_eq(ivc_suggest(monster, names), NULL);
}
END_TEST

START_TEST(json)
{
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autofree char *empty = ivc_diags_json(diags);
    ck_assert_str_eq(empty, "[]\n");
    g_autoptr(IvcSource) text = source("a: \"\n");
    ivc_diags_add(diags, IVC_DIAG_ERROR, "config-unit", at(text, 1, 4, 1), "a \"hint\"", "x\n");
    ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, (IvcPlace){0}, NULL, "y");
    g_autofree char *out = ivc_diags_json(diags);
    ck_assert_str_eq(out, "[\n"
                          "  {\n"
                          "    \"file\": \"a.yaml\",\n"
                          "    \"line\": 1,\n"
                          "    \"column\": 4,\n"
                          "    \"level\": \"error\",\n"
                          "    \"code\": \"config-unit\",\n"
                          "    \"message\": \"x\\\\n\",\n"
                          "    \"hint\": \"a \\\"hint\\\"\"\n"
                          "  },\n"
                          "  {\n"
                          "    \"file\": null,\n"
                          "    \"line\": null,\n"
                          "    \"column\": null,\n"
                          "    \"level\": \"note\",\n"
                          "    \"code\": null,\n"
                          "    \"message\": \"y\",\n"
                          "    \"hint\": null\n"
                          "  }\n"
                          "]\n");
}
END_TEST

START_TEST(codes_are_sorted)
{
    for (size_t i = 1; ivc_diag_codes[i].code; i++)
        ck_assert_str_gt(ivc_diag_codes[i].code, ivc_diag_codes[i - 1].code);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("diag");
    TCase *tests = tcase_create("diag");
    tcase_add_test(tests, renders_in_order_of_place);
    tcase_add_test(tests, keeps_twenty);
    tcase_add_test(tests, snippets);
    tcase_add_test(tests, clips_long_lines);
    tcase_add_test(tests, lines_break_as_in_yaml);
    tcase_add_test(tests, escapes);
    tcase_add_test(tests, suggestions);
    tcase_add_test(tests, json);
    tcase_add_test(tests, codes_are_sorted);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
