/*
 * The option parser, against a table of its own, and rules that the table of verbs must keep.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "sim/cli/cli.h"
#include "tests/harness/check.h"

static const char *const colours[] = {"red", "green", "blue", NULL};

static const IvcOption options_table[] = {
    {.name = "quiet", .letter = 'q', .sentence = "s"},
    {.name = "dry-run", .letter = 'n', .sentence = "s"},
    {.name = "jobs",
     .letter = 'j',
     .type = IVC_OPTION_COUNT,
     .argument = "N",
     .min = 1,
     .max = 64,
     .sentence = "s"},
    {.name = "seed", .type = IVC_OPTION_COUNT, .argument = "N", .sentence = "s"},
    {.name = "set", .type = IVC_OPTION_LIST, .argument = "K=V", .sentence = "s"},
    {.name = "output", .letter = 'o', .type = IVC_OPTION_TEXT, .argument = "DIR", .sentence = "s"},
    {.name = "format",
     .type = IVC_OPTION_CHOICE,
     .choices = colours,
     .fallback = "green",
     .sentence = "s"},
    {.name = "to",
     .letter = 't',
     .type = IVC_OPTION_CHOICES,
     .choices = colours,
     .fallback = "red,blue",
     .sentence = "s"},
    {.name = NULL},
};

static const IvcOption globals_table[] = {
    {.name = "help", .letter = 'h', .sentence = "s"},
    {.name = NULL},
};

static const IvcVerb verb = {
    .name = "test", .arguments = "FILE", .min_args = 1, .max_args = 2, .options = options_table};

static IvcOptions *parse(GError **error, const char *line)
{
    static char **words; /* outlives the result, as the contract asks */
    g_strfreev(words);
    words = g_strsplit(line, "|", -1);
    return ivc_options_parse(&verb, globals_table, (const char *const *)words, error);
}

static void assert_fails(const char *line, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IvcOptions) options = parse(&error, line);
    ck_assert_msg(options == NULL, "accepted: %s", line);
    ck_assert_str_eq(error->message, expected);
}

/* Every spelling of one option gives the same. */
START_TEST(spellings)
{
    static const char *const lines[] = {"-j4|f",      "-j|4|f",    "-j=4|f",        "--jobs|4|f",
                                        "--jobs=4|f", "f|-j4",     "-qj4|f",        "-qnj|4|f",
                                        "f|-j|4",     "-j9|-j4|f", "--jobs=9|f|-j4"};
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(IvcOptions) options = parse(&error, lines[i]);
        ck_assert_msg(options != NULL, "%s: %s", lines[i], error != NULL ? error->message : "");
        ck_assert_uint_eq(ivc_options_count(options, "jobs", 0), 4);
        ck_assert_str_eq(ivc_options_args(options)[0], "f");
        ck_assert_ptr_null(ivc_options_args(options)[1]);
        ck_assert(ivc_options_flag(options, "quiet") == (strstr(lines[i], "-q") != NULL));
        ck_assert(ivc_options_flag(options, "dry-run") == (strstr(lines[i], "qn") != NULL));
    }
}
END_TEST

START_TEST(defaults)
{
    g_autoptr(IvcOptions) options = parse(NULL, "-");
    ck_assert_ptr_nonnull(options);
    ck_assert_str_eq(ivc_options_args(options)[0], "-");
    ck_assert_uint_eq(ivc_options_count(options, "jobs", 3), 3);
    ck_assert_str_eq(ivc_options_value(options, "format"), "green");
    ck_assert_ptr_null(ivc_options_value(options, "output"));
    ck_assert_ptr_null(ivc_options_values(options, "set")[0]);
    ck_assert_str_eq(ivc_options_values(options, "to")[0], "red");
    ck_assert_str_eq(ivc_options_values(options, "to")[1], "blue");
    ck_assert_ptr_null(ivc_options_values(options, "to")[2]);
    ck_assert(!ivc_options_flag(options, "format"));
}
END_TEST

START_TEST(lists_keep_their_order)
{
    g_autoptr(IvcOptions) options =
        parse(NULL, "--set|b=1|f|--set=a=2|--to=blue|-tgreen,red|--|--set|");
    ck_assert_ptr_null(options); /* "--set" and "" after "--" are two arguments too many */
    options = parse(NULL, "--set|b=1|f|--set=a=2|--to=blue|-tgreen,red|--|-x");
    const char *const *sets = ivc_options_values(options, "set");
    ck_assert_str_eq(sets[0], "b=1");
    ck_assert_str_eq(sets[1], "a=2");
    ck_assert_ptr_null(sets[2]);
    ck_assert_str_eq(ivc_options_values(options, "to")[0], "green");
    ck_assert_str_eq(ivc_options_values(options, "to")[1], "red");
    ck_assert_ptr_null(ivc_options_values(options, "to")[2]);
    ck_assert_str_eq(ivc_options_args(options)[1], "-x");
}
END_TEST

START_TEST(refusals)
{
    assert_fails("--jbos=4|f", "unknown option '--jbos'\nhint: did you mean '--jobs'?");
    assert_fails("--zzzzzzz|f", "unknown option '--zzzzzzz'");
    assert_fails("--job=4|f", "unknown option '--job'\nhint: did you mean '--jobs'?");
    assert_fails("-x|f", "unknown option '-x'");
    assert_fails("-qx|f", "unknown option '-x'");
    assert_fails("-\xff|f", "unknown option '-?'");
    assert_fails("f|--jobs", "option '--jobs' needs a value: N");
    assert_fails("f|-j", "option '--jobs' needs a value: N");
    assert_fails("f|--format", "option '--format' needs a value: red, green, blue");
    assert_fails("--jobs=|f", "option '--jobs' has an empty value");
    assert_fails("--jobs=0|f", "option '--jobs' expects a whole number from 1 to 64, got '0'");
    assert_fails("-j65|f", "option '--jobs' expects a whole number from 1 to 64, got '65'");
    assert_fails("-j-1|f", "option '--jobs' expects a whole number from 1 to 64, got '-1'");
    assert_fails("-j4x|f", "option '--jobs' expects a whole number from 1 to 64, got '4x'");
    assert_fails("--seed=18446744073709551616|f",
                 "option '--seed' expects a whole number from 0, got '18446744073709551616'");
    assert_fails("--quiet=yes|f", "option '--quiet' takes no value");
    assert_fails("--format=gren|f",
                 "option '--format' cannot be 'gren'\nhint: did you mean 'green'?");
    assert_fails("--format=purple|f",
                 "option '--format' cannot be 'purple'\nhint: one of red, green, blue");
    assert_fails("--to=red,|f", "option '--to' cannot be ''\nhint: one of red, green, blue");
    assert_fails("-q", "missing argument: FILE");
    assert_fails("a|b|c", "too many arguments: 'c' is one too many");
}
END_TEST

START_TEST(help_needs_no_arguments)
{
    g_autoptr(IvcOptions) options = parse(NULL, "-h");
    ck_assert_ptr_nonnull(options);
    ck_assert(ivc_options_flag(options, "help"));
}
END_TEST

/* Every verb: names and letters are unique together with the global options, sentences are
 * sentences, defaults are allowed values. */
START_TEST(verbs_keep_the_rules)
{
    for (const IvcVerb *row = ivc_verbs; row->name != NULL; row++) {
        ck_assert(row->run != NULL);
        ck_assert_msg(!g_str_has_suffix(row->summary, "."), "%s", row->name);
        ck_assert_msg(g_str_has_suffix(row->description, ".") ||
                          g_str_has_suffix(row->description, ")"),
                      "%s", row->name);
        g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
        bool letters[256] = {false};
        const IvcOption *const tables[] = {row->options, ivc_global_options};
        for (size_t t = 0; t < 2; t++) {
            for (const IvcOption *option = tables[t]; option != NULL && option->name != NULL;
                 option++) {
                ck_assert_msg(g_hash_table_add(seen, (void *)option->name), "%s --%s twice",
                              row->name, option->name);
                unsigned char letter = (unsigned char)option->letter;
                ck_assert_msg(letter == 0 || !letters[letter], "%s -%c twice", row->name, letter);
                letters[letter] = true;
                ck_assert_msg(!g_str_has_suffix(option->sentence, "."), "--%s", option->name);
                bool choice =
                    option->type == IVC_OPTION_CHOICE || option->type == IVC_OPTION_CHOICES;
                ck_assert_msg(choice == (option->choices != NULL), "--%s", option->name);
                ck_assert_msg((option->type == IVC_OPTION_FLAG || choice) ==
                                  (option->argument == NULL),
                              "--%s", option->name);
            }
        }
    }
}
END_TEST

START_TEST(exit_statuses_are_described)
{
    static const int expected[] = {0, 1, 2, 3, 4, 5, 130};
    size_t n = 0;
    for (; ivc_exit_statuses[n].sentence != NULL; n++)
        ck_assert_int_eq(ivc_exit_statuses[n].status, expected[n]);
    ck_assert_uint_eq(n, G_N_ELEMENTS(expected));
}
END_TEST

/* The program can be called without a process, on streams in memory. */
START_TEST(program_in_memory)
{
    static const char *const argv[] = {"ivcsim", "rnu", NULL};
    char *out_text = NULL;
    char *err_text = NULL;
    size_t out_size = 0;
    size_t err_size = 0;
    FILE *out = open_memstream(&out_text, &out_size);
    FILE *err = open_memstream(&err_text, &err_size);
    ck_assert_int_eq(ivc_cli_main(&ivc_registry, argv, out, err), IVC_EXIT_USAGE);
    fclose(out);
    fclose(err);
    ck_assert_str_eq(out_text, "");
    ck_assert_str_eq(err_text, "ivcsim: error: unknown verb 'rnu'\n"
                               "hint: did you mean 'run'?\n"
                               "Try 'ivcsim --help'.\n");
    free(out_text);
    free(err_text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("options");
    TCase *tcase = tcase_create("options");
    tcase_add_test(tcase, spellings);
    tcase_add_test(tcase, defaults);
    tcase_add_test(tcase, lists_keep_their_order);
    tcase_add_test(tcase, refusals);
    tcase_add_test(tcase, help_needs_no_arguments);
    tcase_add_test(tcase, verbs_keep_the_rules);
    tcase_add_test(tcase, exit_statuses_are_described);
    tcase_add_test(tcase, program_in_memory);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
