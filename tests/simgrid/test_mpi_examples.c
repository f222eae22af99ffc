/*
 * Programs that nobody wrote for this: the examples of MPICH, whose sources Debian's mpich-doc has.
 * Each runs to its end or fails as it means to, or what it calls and SimGrid does not have is
 * named.
 *
 * Left out are those that never end by themselves (infloop, crashtest), that wait for a viewer on a
 * socket (pmandel and its like), and that need another library (argobots).
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/simgrid/ask.h"
#include "sim/simgrid/mpi_run.h"
#include "tests/harness/check.h"
#include "tests/simgrid/mpi/platform.h"
#include "tests/simgrid/mpi/programs.h"

#define EXAMPLES "/usr/share/doc/mpich/examples"
#define ENDS_WELL (-1)
#define NOT_COUNTED UINT64_MAX

typedef struct {
    const char *name;
    size_t ranks;
    const char *input;
    int code; /* of IVC_MPI_ERROR, or ENDS_WELL */
    const char *message;
    uint64_t messages; /* in all */
} Example;

/* Messages by hand, n ranks: a broadcast and a reduction are trees of n - 1 each; srtest is a ring
 * of n and a barrier, to one rank and back. icpi goes round once and broadcasts the 0 that ends it;
 * ircpi has windows, whose fences are SMPI's business. */
static const Example examples[] = {
    {"hellow", 4, "", ENDS_WELL, NULL, 0},
    {"cpi", 4, "", ENDS_WELL, NULL, 3 + 3},
    {"icpi", 4, "100\n0\n", ENDS_WELL, NULL, 3 + 3 + 3},
    {"ircpi", 4, "100\n0\n", ENDS_WELL, NULL, NOT_COUNTED},
    {"srtest", 4, "", ENDS_WELL, NULL, 4 + 3 + 3},
    {"developers/mpiexectest", 4, "", ENDS_WELL, NULL, 0},
    {"developers/exittest", 4, "", IVC_MPI_ERROR_EXIT,
     "the program ended with another exit status than 0: rank 3: -3, rank 2: -2, rank 1: -1", 0},
    {"developers/threads", 4, "", IVC_MPI_ERROR_EXIT,
     "the program ended with another exit status than 0: rank 0: -1, rank 1: -1, rank 2: -1, "
     "rank 3: -1",
     0},
    {"parent", 4, "", IVC_MPI_ERROR_UNSUPPORTED,
     "rank 0 calls MPI_Comm_spawn, which SimGrid's MPI does not have", 0},
    {"child", 4, "", IVC_MPI_ERROR_UNSUPPORTED,
     "rank 0 calls MPI_Comm_get_parent, which SimGrid's MPI does not have", 0},
    {"spawn_merge_parent", 2, "", IVC_MPI_ERROR_UNSUPPORTED,
     "rank 0 calls MPI_Comm_spawn, which SimGrid's MPI does not have", 0},
    {"spawn_merge_child1", 4, "", IVC_MPI_ERROR_UNSUPPORTED,
     "rank 0 calls MPI_Comm_get_parent, which SimGrid's MPI does not have", 0},
    {"spawn_merge_child2", 4, "", IVC_MPI_ERROR_UNSUPPORTED,
     "rank 0 calls MPI_Comm_get_parent, which SimGrid's MPI does not have", 0},
};

static char *compile_example(const char *name)
{
    g_autofree char *source = g_strdup_printf("%s/%s.c", EXAMPLES, name);
    g_autofree char *base = g_path_get_basename(name);
    char *made = g_build_filename(folder, base, NULL);
    compile((const char *[]){"-O1", "-w", source, "-o", made, "-lm", "-lpthread", NULL});
    return made;
}

static void give_input(const char *text)
{
    g_autofree char *path = g_build_filename(folder, "input", NULL);
    ck_assert(g_file_set_contents(path, text, -1, NULL));
    int file = open(path, O_RDONLY);
    ck_assert_int_ge(file, 0);
    ck_assert_int_ge(dup2(file, STDIN_FILENO), 0);
    close(file);
}

static uint64_t messages_in(const IvcMpiReport *report)
{
    uint64_t n = 0;
    for (size_t i = 0; i < report->n_ranks * report->n_ranks; i++)
        n += report->pairs[i].messages;
    return n;
}

START_TEST(test_example)
{
    const Example *example = &examples[_i];
    g_autofree char *program = compile_example(example->name);
    g_autofree char *xml = platform();
    give_input(example->input);
    IvcMpiRun run = {.platform_xml = xml,
                     .config = config,
                     .hosts = hosts,
                     .n_ranks = example->ranks,
                     .program = program,
                     .host_speed = 1e9,
                     .output = -1};
    g_auto(IvcMpiReport) report = {0};
    g_autoptr(GError) error = NULL;
    bool well = ivc_mpi_run(&run, &report, &error);
    if (example->code == ENDS_WELL) {
        ck_assert_msg(well, "%s: %s", example->name, error != NULL ? error->message : "");
        ck_assert_msg(example->messages == NOT_COUNTED || messages_in(&report) == example->messages,
                      "%s: %" G_GUINT64_FORMAT, example->name, messages_in(&report));
        return;
    }
    ck_assert_msg(!well, "%s: no error", example->name);
    ck_assert_msg(error->domain == IVC_MPI_ERROR && error->code == example->code, "%s: %s",
                  example->name, error->message);
    ck_assert_str_eq(error->message, example->message);
}
END_TEST

int main(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *compiler = ivc_simgrid_find("smpicc", &error);
    if (compiler == NULL || !g_file_test(EXAMPLES "/cpi.c", G_FILE_TEST_EXISTS)) {
        fprintf(stderr, "skipped: %s\n",
                compiler == NULL ? error->message : "mpich-doc is not installed");
        return 77;
    }
    make_folder();
    Suite *suite = suite_create("examples");
    TCase *tests = tcase_create("all");
    suite_add_tcase(suite, tests);
    tcase_add_loop_test(tests, test_example, 0, (int)G_N_ELEMENTS(examples));
    return run_in_folder(suite);
}
