/* The YAML loader: what a tree holds, every refusal with its whole text, caps, and editing. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <glib/gstdio.h>

#include "sim/config/yaml_tree.h"
#include "tests/harness/check.h"

static IvcTree *parse(const char *text, IvcDiags *diags)
{
    return ivc_tree_parse("a.yaml", text, strlen(text), diags);
}

static IvcTree *good(const char *text)
{
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    IvcTree *tree = parse(text, diags);
    g_autofree char *out = ivc_diags_render(diags);
    ck_assert_str_eq(out, "");
    ck_assert_ptr_nonnull(tree);
    return tree;
}

static void place_is(IvcPlace place, unsigned line, unsigned column, unsigned width)
{
    ck_assert_uint_eq(place.line, line);
    ck_assert_uint_eq(place.column, column);
    ck_assert_uint_eq(place.width, width);
}

START_TEST(nodes_know_their_places)
{
    g_autoptr(IvcTree) tree = good("\xef\xbb\xbf# c\nk\u00e4y: v\u00e4lue\nlist: [1, \"2\"]\nmap:\n"
                                   "  inner: {a: b}\nempty:\n");
    const IvcNode *key = ivc_node_get(tree->root, "k\u00e4y");
    ck_assert_str_eq(key->text, "v\u00e4lue");
    ck_assert(!key->quoted);
    place_is(key->key_place, 2, 1, 3);
    place_is(key->place, 2, 6, 5);
    const IvcNode *list = ivc_node_get(tree->root, "list");
    ck_assert_int_eq(list->kind, IVC_NODE_LIST);
    place_is(list->place, 3, 7, 8);
    const IvcNode *second = list->items->pdata[1];
    ck_assert(second->quoted);
    place_is(second->place, 3, 11, 3);
    const IvcNode *map = ivc_node_get(tree->root, "map");
    place_is(ivc_node_get(map, "inner")->place, 5, 10, 6);
    ck_assert_str_eq(ivc_node_get(tree->root, "empty")->text, "");
    ck_assert_ptr_null(ivc_node_get(tree->root, "none"));
    ck_assert_ptr_null(ivc_node_get(key, "scalar"));
    ck_assert_ptr_null(ivc_node_get(NULL, "a"));
}
END_TEST

static const struct {
    const char *text;
    const char *message;
} bad[] = {
    {"", "a.yaml:1:1: error: the document is empty [config-syntax]\n"},
    {"# nothing\n", "a.yaml:2:1: error: the document is empty [config-syntax]\n"},
    {"a: 1\nb: 2\na: 3\n", "a.yaml:3:1: error: key 'a' stands twice [config-duplicate]\n"
                           "    3 | a: 3\n      | ^\n"
                           "a.yaml:1:1: note: it was first given here\n    1 | a: 1\n      | ^\n"},
    {"a: &x 1\n", "a.yaml:1:4: error: anchors are not supported [config-unsupported]\n"
                  "    1 | a: &x 1\n      |    ^~~~\n"
                  "   hint: write the value out in each place\n"},
    {"a: *x\n", "a.yaml:1:4: error: aliases are not supported [config-unsupported]\n"
                "    1 | a: *x\n      |    ^~\n   hint: write the value out in each place\n"},
    {"a: !!int 1\n", "a.yaml:1:4: error: tags are not supported [config-unsupported]\n"
                     "    1 | a: !!int 1\n      |    ^~~~~~~\n   hint: leave the tag out\n"},
    {"%TAG ! x:\n--- {a: 1}\n", "a.yaml:1:1: error: tags are not supported [config-unsupported]\n"
                                "    1 | %TAG ! x:\n      | ^\n"},
    {"<<: {a: 1}\n", "a.yaml:1:1: error: merge keys are not supported [config-unsupported]\n"
                     "    1 | <<: {a: 1}\n      | ^~\n   hint: write the keys out\n"},
    {"a: 1\n---\nb: 1\n", "a.yaml:2:1: error: a second document begins here: one file holds one "
                          "document [config-unsupported]\n    2 | ---\n      | ^~~\n"},
    {"? [a]\n: b\n", "a.yaml:1:3: error: a key is one word, not a list or map [config-type]\n"
                     "    1 | ? [a]\n      |   ^~~\n"},
    {"\"\": b\n", "a.yaml:1:1: error: a key cannot be empty [config-syntax]\n"
                  "    1 | \"\": b\n      | ^~\n"},
    {"a:\n\tb: 1\n", "a.yaml:2:1: error: a tab cannot indent [config-syntax]\n"
                     "    2 | \\tb: 1\n      | ^~\n   hint: indent with spaces\n"},
    {"a: b: c\n", "a.yaml:1:5: error: mapping values are not allowed in this context "
                  "[config-syntax]\n    1 | a: b: c\n      |     ^\n"
                  "   hint: text with a colon and a space needs quotes; every key begins a line of "
                  "its own\n"},
    {"a: [1,\nb: 2\n", "a.yaml:3:1: error: did not find expected ',' or ']' [config-syntax]\n"
                       "   hint: a list that begins with '[' ends with ']'\n"
                       "a.yaml:1:4: note: while parsing a flow sequence\n"
                       "    1 | a: [1,\n      |    ^\n"},
    {"a: @x\n", "a.yaml:1:4: error: found character that cannot start any token "
                "[config-syntax]\n    1 | a: @x\n      |    ^\n"},
    {"a: \xe4\n", "a.yaml:1:4: error: this byte is not UTF-8 [config-encoding]\n"
                  "    1 | a: \\xe4\n      |    ^~~~\n   hint: save the file as UTF-8\n"},
    {"\u00e4: b\nc: \x01\n", "a.yaml:2:4: error: control characters are not allowed "
                             "[config-encoding]\n    2 | c: \\x01\n      |    ^~~~\n"},
    {"a: \"\\0\"\n", "a.yaml:1:4: error: text cannot hold a NUL character [config-encoding]\n"
                     "    1 | a: \"\\0\"\n      |    ^~~~\n"},
};

START_TEST(refuses)
{
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(IvcDiags) diags = ivc_diags_new();
        ck_assert_ptr_null(parse(bad[i].text, diags));
        g_autofree char *out = ivc_diags_render(diags);
        ck_assert_str_eq(out, bad[i].message);
    }
}
END_TEST

START_TEST(refuses_nul_bytes)
{
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    ck_assert_ptr_null(ivc_tree_parse("-", "a: 1\nb\0", 7, diags));
    g_autofree char *out = ivc_diags_render(diags);
    ck_assert_str_eq(out, "<stdin>:2:2: error: text cannot hold a NUL byte [config-encoding]\n"
                          "    2 | b\\x00\n      |  ^~~~\n");
}
END_TEST

/* The first error of a text that is made of copies of `unit`. */
static char *many(const char *unit, size_t times)
{
    g_autoptr(GString) text = g_string_new("x: ");
    for (size_t i = 0; i < times; i++)
        g_string_append(text, unit);
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autoptr(IvcTree) tree = ivc_tree_parse("a.yaml", text->str, text->len, diags);
    ck_assert_ptr_null(tree);
    const IvcDiag *first = ivc_diags_get(diags, 0);
    return g_strdup_printf("%s:%u:%s", first->code, first->place.column, first->text);
}

START_TEST(caps)
{
    g_autofree char *deep = many("[", 1000000);
    ck_assert_str_eq(deep, "config-limit:35:more than 32 levels of nesting");
    g_autofree char *maps = many("{a: ", 1000);
    ck_assert_str_eq(maps, "config-limit:128:more than 32 levels of nesting");
    g_autofree char *nodes = many("- 1\n", 70000);
    ck_assert_str_eq(nodes,
                     "config-syntax:4:block sequence entries are not allowed in this context");
    g_autofree char *large = many("123456789\n", 104858);
    ck_assert_str_eq(large, "config-limit:0:more than 1 MiB of text");
    g_autoptr(GString) list = g_string_new("[");
    for (int i = 0; i < 70000; i++)
        g_string_append(list, "1,");
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    ck_assert_ptr_null(ivc_tree_parse("a.yaml", list->str, list->len, diags));
    ck_assert_str_eq(ivc_diags_get(diags, 0)->text, "more than 65536 keys and values");
    ck_assert_str_eq(ivc_diags_get(diags, 0)->code, "config-limit");
}
END_TEST

START_TEST(depth_and_nodes_at_the_cap)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < 32; i++)
        g_string_append_c(text, '[');
    for (int i = 0; i < 32; i++)
        g_string_append_c(text, ']');
    g_autoptr(IvcTree) tree = good(text->str);
    ck_assert_uint_eq(tree->root->items->len, 1);
    g_string_assign(text, "[");
    for (int i = 0; i < 65535; i++)
        g_string_append(text, "1,");
    g_string_append_c(text, ']');
    g_autoptr(IvcTree) wide = good(text->str);
    ck_assert_uint_eq(wide->root->items->len, 65535);
}
END_TEST

START_TEST(files)
{
    g_autofree char *folder = g_dir_make_tmp("ivc-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "x.yaml", NULL);
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    ck_assert_ptr_null(ivc_tree_load(path, diags));
    ck_assert_ptr_null(ivc_tree_load(folder, diags));
    ck_assert_ptr_null(ivc_tree_load("/dev/zero", diags));
    ck_assert(g_file_set_contents(path, "a: 1\n", -1, NULL));
    g_autoptr(IvcTree) tree = ivc_tree_load(path, diags);
    ck_assert_ptr_nonnull(tree);
    g_unlink(path);
    g_rmdir(folder);
    g_autofree char *out = ivc_diags_render(diags);
    g_autofree char *expected =
        g_strdup_printf("%s: error: cannot read the file: No such file or directory [io]\n"
                        "%s: error: cannot read the file: Is a directory [io]\n"
                        "/dev/zero: error: more than 1 MiB of text [config-limit]\n",
                        path, folder);
    ck_assert_str_eq(out, expected);
}
END_TEST

static char *set(const char *base, const char *assignment)
{
    g_autoptr(IvcTree) tree = good(base);
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    if (ivc_tree_set(tree, assignment, 2, diags))
        return ivc_node_flow(tree->root);
    return ivc_diags_render(diags);
}

static const struct {
    const char *base;
    const char *assignment;
    const char *result;
} sets[] = {
    {"a: 1", "a=2", "{a: 2}"},
    {"a: 1", "b.c.d=[x, 64 KiB]", "{a: 1, b: {c: {d: [x, 64 KiB]}}}"},
    {"a: {b: 1, c: 2}", "a.b={x: 'y, z'}", "{a: {b: {x: \"y, z\"}, c: 2}}"},
    {"a: {value: 1, kind: measured}", "a=2", "{a: 2}"},
    {"a: {value: 1, kind: measured}", "a.value=2", "{a: {value: 2}}"},
    {"a:", "a.b=2", "{a: {b: 2}}"},
    {"a: 1", "a=", "{a: \"\"}"},
    {"a: 1", "a=b=c", "{a: \"b=c\"}"},
    {"a: 1", "a.b=2",
     "--set argument 2:1:1: error: 'a' is not a map, so nothing can be set in it [config-type]\n"
     "    1 | a.b=2\n      | ^\n"
     "a.yaml:1:4: note: its value is given here\n    1 | a: 1\n      |    ^\n"},
    {"a: 1", "a",
     "--set argument 2:1:1: error: expected an assignment 'key.path=value' [config-syntax]\n"
     "    1 | a\n      | ^\n   hint: write for example 'workload.message=64KiB'\n"},
    {"a: 1", "a..b=1",
     "--set argument 2:1:3: error: an empty key in the path [config-syntax]\n"
     "    1 | a..b=1\n      |   ^\n"},
    {"a: 1", "=1",
     "--set argument 2:1:1: error: an empty key in the path [config-syntax]\n"
     "    1 | =1\n      | ^\n"},
    {"a: 1", "\u00e4.b=[1",
     "--set argument 2:1:7: error: did not find expected ',' or ']' [config-syntax]\n"
     "    1 | \u00e4.b=[1\n      |       ^\n   hint: a list that begins with '[' ends with ']'\n"
     "--set argument 2:1:5: note: while parsing a flow sequence\n"
     "    1 | \u00e4.b=[1\n      |     ^\n"},
    {"[1]", "a=1",
     "a.yaml:1:1: error: expected a map, so nothing can be set in it [config-type]\n"
     "    1 | [1]\n      | ^~~\n"},
};

START_TEST(sets_paths)
{
    for (size_t i = 0; i < G_N_ELEMENTS(sets); i++) {
        g_autofree char *result = set(sets[i].base, sets[i].assignment);
        ck_assert_str_eq(result, sets[i].result);
    }
}
END_TEST

START_TEST(set_values_keep_their_place)
{
    g_autoptr(IvcTree) tree = good("a: 1");
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    ck_assert(ivc_tree_set(tree, "b.c=64KB", 3, diags));
    const IvcNode *c = ivc_node_get(ivc_node_get(tree->root, "b"), "c");
    ck_assert_str_eq(c->place.source->name, "--set argument 3");
    place_is(c->place, 1, 5, 4);
    place_is(c->key_place, 1, 3, 1);
    g_autofree char *long_path = g_strnfill(100, '.');
    for (int i = 0; i < 100; i += 2)
        long_path[i] = 'x';
    g_autofree char *assignment = g_strconcat(long_path, "y=1", NULL);
    ck_assert(!ivc_tree_set(tree, assignment, 4, diags));
    ck_assert_str_eq(ivc_diags_get(diags, 0)->text, "the path has too many keys");
}
END_TEST

START_TEST(overlays)
{
    g_autoptr(IvcTree) base = good("m: {a: {value: 1, kind: measured, source: x}, g: {p: 1, q: 2},"
                                   " l: [1]}");
    IvcTree *over = good("o: {a: 5, g: {q: 3, r: {value: 9}}, l: [2, 3], num: 7}");
    ivc_tree_overlay(base, "m", over, ivc_node_get(over->root, "o"));
    ivc_tree_overlay(base, "new", over, ivc_node_get(over->root, "o"));
    ivc_tree_replace(base, "new", over, ivc_node_get(ivc_node_get(over->root, "o"), "num"));
    ivc_tree_free(over); /* its source lives on in base */
    g_autoptr(IvcTree) copy = ivc_tree_copy(base);
    ivc_tree_free(g_steal_pointer(&base));
    g_autofree char *text = ivc_node_flow(copy->root);
    ck_assert_str_eq(text,
                     "{m: {a: 5, g: {p: 1, q: 3, r: {value: 9}}, l: [2, 3], num: 7}, new: 7}");
    const IvcNode *a = ivc_node_get(ivc_node_get(copy->root, "m"), "a");
    ck_assert_str_eq(a->place.source->text,
                     "o: {a: 5, g: {q: 3, r: {value: 9}}, l: [2, 3], num: 7}");
}
END_TEST

/* The provenance of an old number never sticks to a new one, whatever shape the new one has. */
START_TEST(wrappers_are_replaced_whole)
{
    g_autoptr(IvcTree) base = good("m: {a: {value: 1, kind: measured}, b: {value: 2, source: x}}");
    g_autoptr(IvcTree) over = good("o: {a: {value: 3}, b: {range: [1, 2]}}");
    ivc_tree_overlay(base, "m", over, ivc_node_get(over->root, "o"));
    g_autofree char *text = ivc_node_flow(base->root);
    ck_assert_str_eq(text, "{m: {a: {value: 3}, b: {range: [1, 2]}}}");
}
END_TEST

START_TEST(writes_text)
{
    static const struct {
        const char *text;
        const char *yaml;
    } rows[] = {
        {"plain-text", "plain-text"},
        {"64KiB", "64KiB"},
        {"64", "\"64\""},
        {"1e3", "\"1e3\""},
        {"0x1f", "\"0x1f\""},
        {"yes", "\"yes\""},
        {"", "\"\""},
        {"a b", "\"a b\""},
        {"a\"\\\n", "\"a\\\"\\\\\\n\""},
        {"\x01", "\"\\x01\""},
        {"\u00e4", "\"\u00e4\""},
        {"\u2028", "\"\\u2028\""},
        {"-", "\"-\""},
        {"2001-01-01", "\"2001-01-01\""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        ivc_yaml_append_text(out, rows[i].text);
        ck_assert_str_eq(out->str, rows[i].yaml);
        g_autoptr(IvcTree) tree = good(out->str);
        ck_assert_str_eq(tree->root->text, rows[i].text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("yaml_tree");
    TCase *tests = tcase_create("yaml_tree");
    tcase_add_test(tests, nodes_know_their_places);
    tcase_add_test(tests, refuses);
    tcase_add_test(tests, refuses_nul_bytes);
    tcase_add_test(tests, caps);
    tcase_add_test(tests, depth_and_nodes_at_the_cap);
    tcase_add_test(tests, files);
    tcase_add_test(tests, sets_paths);
    tcase_add_test(tests, set_values_keep_their_place);
    tcase_add_test(tests, overlays);
    tcase_add_test(tests, wrappers_are_replaced_whole);
    tcase_add_test(tests, writes_text);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
