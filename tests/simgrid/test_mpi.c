/*
 * Programs with MPI over a platform that is written by hand: what is counted, what takes how long,
 * and what is said of programs that fail. tests/simgrid/mpi/ways.c is what runs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/simgrid/ask.h"
#include "sim/simgrid/mpi_run.h"
#include "tests/harness/check.h"
#include "tests/simgrid/mpi/platform.h"
#include "tests/simgrid/mpi/programs.h"

#define US 1000000u /* in ps */

static char *program;

static IvcMpiRun job_of(const char *xml, const char *const *args)
{
    return (IvcMpiRun){.platform_xml = xml,
                       .config = config,
                       .hosts = hosts,
                       .n_ranks = RANKS,
                       .program = program,
                       .args = args,
                       .host_speed = 1e9,
                       .output = -1};
}

static bool run_with(const char *const *args, bool measure, const char *trace, IvcMpiReport *report,
                     GError **error)
{
    g_autofree char *xml = platform();
    IvcMpiRun job = job_of(xml, args);
    job.measure = measure;
    job.trace_file = trace;
    return ivc_mpi_run(&job, report, error);
}

static bool run(const char *way, IvcMpiReport *report, GError **error)
{
    const char *args[] = {way, NULL};
    return run_with(args, false, NULL, report, error);
}

static void check_failure(const char *way, int code, const char *text)
{
    g_auto(IvcMpiReport) report = {0};
    g_autoptr(GError) error = NULL;
    ck_assert_msg(!run(way, &report, &error), "%s: no error", way);
    ck_assert_msg(error->domain == IVC_MPI_ERROR && error->code == code, "%s: %s", way,
                  error->message);
    ck_assert_str_eq(error->message, text);
}

static void check_pair(const IvcMpiReport *report, int from, int to, uint64_t messages,
                       uint64_t bytes)
{
    const IvcMpiPair *pair = &report->pairs[from * RANKS + to];
    ck_assert_msg(pair->messages == messages && pair->bytes == bytes,
                  "%d to %d: %" G_GUINT64_FORMAT " messages, %" G_GUINT64_FORMAT " bytes", from, to,
                  pair->messages, pair->bytes);
}

START_TEST(test_counts)
{
    g_auto(IvcMpiReport) report = {0};
    g_autoptr(GError) error = NULL;
    ck_assert_msg(run("known", &report, &error), "%s", error ? error->message : "");
    /* MPI_Bcast is a binomial tree: 0 to 2, 0 to 1, 2 to 3; 64 bytes each. */
    static const uint64_t expected[RANKS][RANKS][2] = {
        {{0, 0}, {2, 1064}, {1, 64}, {0, 0}},
        {{0, 0}, {0, 0}, {0, 0}, {1, 64}},
        {{0, 0}, {0, 0}, {0, 0}, {1, 64}},
        {{0, 0}, {1, 32}, {2, 1000}, {0, 0}},
    };
    for (int s = 0; s < RANKS; s++)
        for (int d = 0; d < RANKS; d++)
            check_pair(&report, s, d, expected[s][d][0], expected[s][d][1]);
    ck_assert_uint_eq(report.warnings->len, 0);
}
END_TEST

START_TEST(test_times)
{
    g_auto(IvcMpiReport) report = {0};
    g_autoptr(GError) error = NULL;
    ck_assert_msg(run("known", &report, &error), "%s", error ? error->message : "");
    ck_assert_uint_eq(report.ranks[0].doing_ps[IVC_MPI_COMPUTES], 3000 * (uint64_t)US);
    ck_assert_double_eq(report.ranks[0].work, 3e6);
    ck_assert_uint_eq(report.ranks[1].doing_ps[IVC_MPI_COMPUTES], 0);
    ck_assert_uint_eq(report.ranks[2].doing_ps[IVC_MPI_SLEEPS], 100 * (uint64_t)US);
    for (int r = 0; r < RANKS; r++) {
        const IvcMpiRank *rank = &report.ranks[r];
        uint64_t sum = 0;
        for (int k = 0; k < IVC_MPI_DOINGS; k++)
            sum += rank->doing_ps[k];
        ck_assert_uint_eq(sum, rank->end_ps);
        ck_assert_uint_le(rank->end_ps, report.time_ps);
    }
    /* Rank 0 has computed and sends 1000 bytes and, since a send does not wait, 64 more of the
     * broadcast: with SMPI's 16 each they share the link to rank 1 after 1 us. All else that rank 1
     * waits for was there before. */
    ck_assert_uint_eq(report.ranks[1].end_ps, (3000 + 1) * (uint64_t)US + (1016 + 80) * 1000);
}
END_TEST

/* Time in calls that the trace does not name is communication, too. */
START_TEST(test_half_sends)
{
    g_auto(IvcMpiReport) report = {0};
    g_autoptr(GError) error = NULL;
    ck_assert_msg(run("half", &report, &error), "%s", error ? error->message : "");
    check_pair(&report, 0, 1, 1, 100);
    check_pair(&report, 1, 0, 0, 0);
    /* 3 ms of waiting, 1 us, and 1 ns a byte, SMPI's 16 included. */
    ck_assert_uint_eq(report.ranks[1].doing_ps[IVC_MPI_COMMUNICATES],
                      (3000 + 1) * (uint64_t)US + 116 * 1000);
}
END_TEST

/* Each request of MPI_Send_init is told of once a start; a message to nobody is none. */
START_TEST(test_persistent)
{
    g_auto(IvcMpiReport) report = {0};
    g_autoptr(GError) error = NULL;
    ck_assert_msg(run("persistent", &report, &error), "%s", error ? error->message : "");
    check_pair(&report, 0, 1, 4 + 3, 4 * 8 + 3 * 16);
    check_pair(&report, 1, 0, 4 + 3, 4 * 8 + 3 * 16);
    ck_assert_uint_eq(report.warnings->len, 0);
}
END_TEST

START_TEST(test_many_requests)
{
    g_auto(IvcMpiReport) report = {0};
    g_autoptr(GError) error = NULL;
    ck_assert_msg(run("crowded", &report, &error), "%s", error ? error->message : "");
    check_pair(&report, 0, 1, 16, 16 * 8);
}
END_TEST

START_TEST(test_memory_of_others)
{
    g_auto(IvcMpiReport) report = {0};
    g_autoptr(GError) error = NULL;
    ck_assert_msg(run("put", &report, &error), "%s", error ? error->message : "");
    /* What it takes to make the window and the fences is in between. */
    ck_assert_uint_ge(report.pairs[0 * RANKS + 2].bytes, 700);
    ck_assert_uint_lt(report.pairs[0 * RANKS + 2].bytes, 1000);
    ck_assert_uint_ge(report.pairs[3 * RANKS + 1].bytes, 300);
    ck_assert_uint_lt(report.pairs[3 * RANKS + 1].bytes, 600);
    ck_assert_uint_lt(report.pairs[1 * RANKS + 3].bytes, 300);
}
END_TEST

/* Each goes once, and what was there before comes back where it is asked for. */
START_TEST(test_accumulate)
{
    g_auto(IvcMpiReport) report = {0};
    g_auto(IvcMpiReport) window = {0};
    g_autoptr(GError) error = NULL;
    ck_assert_msg(run("accumulate", &report, &error), "%s", error ? error->message : "");
    ck_assert_msg(run("window", &window, &error), "%s", error ? error->message : "");
    const IvcMpiPair *to = &window.pairs[0 * RANKS + 2], *from = &window.pairs[2 * RANKS + 0];
    check_pair(&report, 0, 2, to->messages + 3, to->bytes + 204);
    check_pair(&report, 2, 0, from->messages + 2, from->bytes + 104);
}
END_TEST

/* One run, and four at a time, say the same. */
static void *run_known(void *data)
{
    IvcMpiReport *report = data;
    return GINT_TO_POINTER(run("known", report, NULL));
}

START_TEST(test_repeats)
{
    IvcMpiReport reports[5] = {0};
    GThread *threads[4];
    ck_assert(run("known", &reports[4], NULL));
    for (int i = 0; i < 4; i++)
        threads[i] = g_thread_new("run", run_known, &reports[i]);
    for (int i = 0; i < 4; i++)
        ck_assert(GPOINTER_TO_INT(g_thread_join(threads[i])));
    for (int i = 0; i < 4; i++) {
        ck_assert_mem_eq(reports[i].ranks, reports[4].ranks, RANKS * sizeof(IvcMpiRank));
        ck_assert_mem_eq(reports[i].pairs, reports[4].pairs, RANKS * RANKS * sizeof(IvcMpiPair));
    }
    for (int i = 0; i < 5; i++)
        ivc_mpi_report_clear(&reports[i]);
}
END_TEST

START_TEST(test_measured)
{
    const char *args[] = {"measured", NULL};
    g_auto(IvcMpiReport) declared = {0};
    g_auto(IvcMpiReport) measured = {0};
    ck_assert(run_with(args, false, NULL, &declared, NULL));
    ck_assert_uint_eq(declared.time_ps, 0);
    ck_assert(run_with(args, true, NULL, &measured, NULL));
    ck_assert_uint_gt(measured.ranks[3].doing_ps[IVC_MPI_COMPUTES], 100 * (uint64_t)US);
}
END_TEST

START_TEST(test_trace)
{
    const char *args[] = {"known", NULL};
    g_autofree char *path = g_build_filename(folder, "trace", NULL);
    g_autofree char *text = NULL;
    g_auto(IvcMpiReport) report = {0};
    ck_assert(run_with(args, false, path, &report, NULL));
    ck_assert(g_file_get_contents(path, &text, NULL, NULL));
    ck_assert(g_str_has_prefix(text, "#This file was generated using SimGrid"));
    ck_assert_ptr_nonnull(strstr(text, "PMPI_Bcast"));
}
END_TEST

START_TEST(test_failures)
{
    check_failure("exit", IVC_MPI_ERROR_EXIT,
                  "the program ended with another exit status than 0: rank 2: 3");
    check_failure("statuses", IVC_MPI_ERROR_EXIT,
                  "the program ended with another exit status than 0: rank 0: -2, rank 1: -1, "
                  "rank 3: 1");
    check_failure("at once", IVC_MPI_ERROR_EXIT,
                  "a rank ended the whole program, with exit status 0: by _exit() and its like, "
                  "which end all ranks");
    check_failure("at once 3", IVC_MPI_ERROR_EXIT,
                  "a rank ended the whole program, with exit status 3: by _exit() and its like, "
                  "which end all ranks");
    check_failure("abort", IVC_MPI_ERROR_ABORT, "rank 3 called MPI_Abort, code 9");
    check_failure("crash", IVC_MPI_ERROR_CRASH, "rank 2 crashed: Segmentation fault");
    check_failure("early", IVC_MPI_ERROR_CRASH, "rank 0 crashed: Aborted");
    check_failure("spawn", IVC_MPI_ERROR_UNSUPPORTED,
                  "rank 0 calls MPI_Comm_spawn, which SimGrid's MPI does not have");
    check_failure("short", IVC_MPI_ERROR_CRASH,
                  "rank 1 crashed in MPI_Recv: SimGrid says: recv - returned MPI_ERR_TRUNCATE "
                  "instead of MPI_SUCCESS");
}
END_TEST

START_TEST(test_deadlocks)
{
    check_failure("ring", IVC_MPI_ERROR_DEADLOCK,
                  "the ranks wait for each other, and none can go on\n"
                  "  rank 0 waits in MPI_Recv for a message from rank 1, tag 7\n"
                  "  rank 1 waits in MPI_Recv for a message from rank 2, tag 7\n"
                  "  rank 2 waits in MPI_Recv for a message from rank 3, tag 7\n"
                  "  rank 3 waits in MPI_Recv for a message from rank 0, tag 7");
    check_failure("any", IVC_MPI_ERROR_DEADLOCK,
                  "the ranks wait for each other, and none can go on\n"
                  "  rank 0 waits in MPI_Recv for a message from any rank, any tag\n"
                  "  rank 1 has ended\n"
                  "  rank 2 has ended\n"
                  "  rank 3 has ended");
    check_failure("below", IVC_MPI_ERROR_DEADLOCK,
                  "the ranks wait for each other, and none can go on\n"
                  "  rank 0 has ended\n"
                  "  rank 1 waits in MPI_Recv for a message from rank 3, tag 5, which has ended\n"
                  "  rank 2 has ended\n"
                  "  rank 3 has ended");
    check_failure("requests", IVC_MPI_ERROR_DEADLOCK,
                  "the ranks wait for each other, and none can go on\n"
                  "  rank 0 waits in MPI_Waitall for a message from rank 1, tag 6; and a message "
                  "from rank 2, any tag, which has ended\n"
                  "  rank 1 waits in MPI_Waitall for a message from rank 0, tag 6; and a message "
                  "from rank 2, any tag, which has ended\n"
                  "  rank 2 has ended\n"
                  "  rank 3 has ended");
    check_failure("leave", IVC_MPI_ERROR_DEADLOCK,
                  "the ranks wait for each other, and none can go on\n"
                  "  rank 0 waits in MPI_Barrier for rank 1\n"
                  "  rank 1 has ended without MPI_Finalize\n"
                  "  rank 2 waits in MPI_Barrier for rank 1\n"
                  "  rank 3 waits in MPI_Barrier for rank 1");
    /* Who has sent its part has done what it had to. */
    check_failure("gather", IVC_MPI_ERROR_DEADLOCK,
                  "the ranks wait for each other, and none can go on\n"
                  "  rank 0 waits in MPI_Gather for rank 1\n"
                  "  rank 1 has ended\n"
                  "  rank 2 has ended\n"
                  "  rank 3 has ended");
}
END_TEST

START_TEST(test_warning)
{
    g_auto(IvcMpiReport) report = {0};
    ck_assert(run("nobody", &report, NULL));
    ck_assert_uint_eq(report.warnings->len, 1);
    ck_assert_str_eq(report.warnings->pdata[0],
                     "rank 1: PMPI_Send: param 4 dst (=77) cannot be < 0 or > 4");
    /* A message that the call refuses is none. */
    g_auto(IvcMpiReport) negative = {0};
    ck_assert(run("negative", &negative, NULL));
    ck_assert_uint_eq(negative.warnings->len, 1);
    check_pair(&negative, 1, 0, 0, 0);
}
END_TEST

/* SimGrid refuses before the program starts, and says why. */
START_TEST(test_refused)
{
    static const char *const none[] = {"nowhere", "nowhere", "nowhere", "nowhere"};
    g_autofree char *xml = platform();
    IvcMpiRun job = job_of(xml, NULL);
    job.hosts = none;
    g_auto(IvcMpiReport) report = {0};
    g_autoptr(GError) error = NULL;
    ck_assert(!ivc_mpi_run(&job, &report, &error));
    ck_assert_msg(g_error_matches(error, IVC_MPI_ERROR, IVC_MPI_ERROR_SIMGRID), "%s",
                  error->message);
    ck_assert_msg(g_str_has_prefix(error->message, "SimGrid gave up: ") &&
                      strstr(error->message, "nowhere") != NULL,
                  "%s", error->message);
}
END_TEST

/* Somebody asks for the end. */
START_TEST(test_stopped)
{
    static const int at_once = 1;
    const char *args[] = {"forever", NULL};
    g_autofree char *xml = platform();
    IvcMpiRun job = job_of(xml, args);
    job.stop = &at_once;
    g_auto(IvcMpiReport) report = {0};
    g_autoptr(GError) error = NULL;
    ck_assert(!ivc_mpi_run(&job, &report, &error));
    ck_assert(g_error_matches(error, IVC_MPI_ERROR, IVC_MPI_ERROR_STOPPED));
}
END_TEST

START_TEST(test_no_program)
{
    static const char *const names[] = {"/nowhere/program", "/bin/sh",
                                        IVC_SOURCE_DIR "/tests/simgrid/test_mpi.c"};
    static const char *const texts[] = {
        "there is no program '/nowhere/program'",
        "'/bin/sh' was not compiled with 'ivcsim mpicc'\n"
        "hint: compile and link it with that in place of mpicc or smpicc",
        "'" IVC_SOURCE_DIR "/tests/simgrid/test_mpi.c' is no program of this kind of computer\n"
        "hint: compile it from C: ivcsim mpicc program.c -o program",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;
        ck_assert_ptr_null(ivc_mpi_find_program(names[i], &error));
        ck_assert(g_error_matches(error, IVC_MPI_ERROR, IVC_MPI_ERROR_PROGRAM));
        ck_assert_str_eq(error->message, texts[i]);
    }
}
END_TEST

/* Compiles the program of the tests; ends with 77 where SimGrid is not there. */
static void prepare(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) missing = NULL;
    int status = 0;
    make_folder();
    program = g_build_filename(folder, "ways", NULL);
    const char *args[] = {"-O1", "-w",    IVC_SOURCE_DIR "/tests/simgrid/mpi/ways.c",
                          "-o",  program, NULL};
    if (!ivc_mpi_compile(args, STDERR_FILENO, &status, &missing, &error)) {
        fprintf(stderr, "%s\n", error->message);
        exit(error->domain == IVC_SIMGRID_ERROR ? 77 : 1);
    }
    if (status != 0)
        exit(1);
}

int main(void)
{
    prepare();
    Suite *suite = suite_create("mpi");
    TCase *tests = tcase_create("all");
    suite_add_tcase(suite, tests);
    tcase_add_test(tests, test_counts);
    tcase_add_test(tests, test_times);
    tcase_add_test(tests, test_half_sends);
    tcase_add_test(tests, test_persistent);
    tcase_add_test(tests, test_many_requests);
    tcase_add_test(tests, test_memory_of_others);
    tcase_add_test(tests, test_accumulate);
    tcase_add_test(tests, test_repeats);
    tcase_add_test(tests, test_measured);
    tcase_add_test(tests, test_trace);
    tcase_add_test(tests, test_failures);
    tcase_add_test(tests, test_deadlocks);
    tcase_add_test(tests, test_warning);
    tcase_add_test(tests, test_refused);
    tcase_add_test(tests, test_stopped);
    tcase_add_test(tests, test_no_program);
    return run_in_folder(suite);
}
