/* Starting and asking ivcsim-simgrid: what is missing or broken is an error with words, never a
 * signal or a wait. */
#include "tests/simgrid/oracle.h"

static void fails_to_start(const char *path, IvcSimgridError code, const char *says)
{
    g_autoptr(GError) error = NULL;
    ck_assert_ptr_null(ivc_simgrid_start(path, &error));
    ck_assert_msg(g_error_matches(error, IVC_SIMGRID_ERROR, (int)code), "%s", error->message);
    ck_assert_str_eq(error->message, says);
}

START_TEST(test_what_does_not_start)
{
    fails_to_start("/nowhere/ivcsim-simgrid", IVC_SIMGRID_ERROR_START,
                   "'/nowhere/ivcsim-simgrid' does not start: Failed to execute child process "
                   "“/nowhere/ivcsim-simgrid” (No such file or directory)");
    for (int i = 0; i < 50; i++) /* it has ended before it is written to, or after */
        fails_to_start("/bin/true", IVC_SIMGRID_ERROR_START,
                       "'/bin/true' starts and does not answer");
}
END_TEST

START_TEST(test_what_is_not_there)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *there = ivc_simgrid_find("sh", NULL);
    ck_assert_ptr_nonnull(there);
    ck_assert_ptr_null(ivc_simgrid_find("no-such-program", &error));
    ck_assert(g_error_matches(error, IVC_SIMGRID_ERROR, IVC_SIMGRID_ERROR_MISSING));
    ck_assert_str_eq(error->message, "'no-such-program' is not there, neither beside this program "
                                     "nor in PATH");
    ck_assert_ptr_nonnull(strstr(ivc_simgrid_hint, "apt-get install libsimgrid-dev"));
}
END_TEST

static void fails(IvcSimgrid *simgrid, const char *question, const char *says)
{
    g_autoptr(GError) error = NULL;
    double ended[1];
    ck_assert(!ivc_simgrid_ask(simgrid, question, 1, ended, &error));
    ck_assert(g_error_matches(error, IVC_SIMGRID_ERROR, IVC_SIMGRID_ERROR_ANSWER));
    ck_assert_msg(strstr(error->message, says) != NULL, "%s", error->message);
}

START_TEST(test_questions)
{
    static const char question[] = "execs 1 2 1\nexec 5 10 1 0\n";
    g_autoptr(IvcSimgrid) simgrid = oracle_start();
    double ended[1] = {0};
    ck_assert_msg(g_ascii_isdigit(*ivc_simgrid_version(simgrid)), "%s",
                  ivc_simgrid_version(simgrid));
    ck_assert(ivc_simgrid_ask(simgrid, question, 1, ended, NULL));
    ck_assert_double_eq(ended[0], 10);
    /* SimGrid ends its process because it has nowhere to run: the next question is answered. */
    fails(simgrid, "execs 0 2 1\nexec 5 10 1 0\n", "ivcsim-simgrid: ");
    ck_assert(ivc_simgrid_ask(simgrid, question, 1, ended, NULL));
    fails(simgrid, "execs 1 2 0\n", "an answer that is too short");
    fails(simgrid, "flows 0 2\nflow 0 1\npiece 1 1 0\nflow 0 1\npiece 1 1 0\n",
          "an answer that is too long");
    fails(simgrid, "nonsense\n", "ivcsim-simgrid: unknown question");
    fails(simgrid, question, "ivcsim-simgrid: it has ended");
}
END_TEST

int main(int argc, char **argv)
{
    TCase *tests = tcase_create("ask");
    tcase_add_test(tests, test_what_does_not_start);
    tcase_add_test(tests, test_what_is_not_there);
    tcase_add_test(tests, test_questions);
    return oracle_main(argc, argv, tests, "ask");
}
