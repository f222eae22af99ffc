/*
 * Programs that nobody wrote for this, by the hundred: the examples of Open MPI, and SimGrid's copy
 * of MPICH's test suite, of which its lists name what SMPI is to pass. Debian's source packages
 * have them; `./bootstrap test` unpacks them. Each is compiled as by `ivcsim mpicc`, runs, and has
 * to say that it found no error; or what it needs and SimGrid does not have is named.
 *
 *     simgrid_mpi_suites SOURCES        some of each kind
 *     simgrid_mpi_suites SOURCES all    all of the lists, ten minutes or more
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

#define SUITE "simgrid/teshsuite/smpi/mpich3-test"
#define NO_ERRORS "no errors"
#define MOST_RANKS 64

typedef struct {
    char *source; /* under the folder of sources, without ".c" */
    unsigned ranks;
    char **args;  /* NULL: none */
    bool by_list; /* one of MPICH's: with its utilities */
    const char *said;
} Program;

/* What does not end well, and why: a program, or all of a folder. */
static const struct {
    const char *name;
    int code;
    const char *message; /* how it begins */
} exceptions[] = {
    {"init/exitst1", IVC_MPI_ERROR_EXIT, "the program ended with another exit status than 0"},
    {"init/exitst2", IVC_MPI_ERROR_EXIT, "the program ended with another exit status than 0"},
    {"errhan/errfatal", IVC_MPI_ERROR_UNSUPPORTED, "rank 0 calls MPI_Add_error_class"},
    {"rma/win_shared", IVC_MPI_ERROR_UNSUPPORTED, "rank 0 calls MPI_Win_sync"},
    {"io/", IVC_MPI_ERROR_UNSUPPORTED, "rank 0 calls MPI_File_open, which needs a disk"},
};

/* These look for each other in memory of windows as long as nothing computes: 300 s are not enough.
 */
static const char *const endless[] = {"rma/linked_list_bench_lock_all",
                                      "rma/linked_list_bench_lock_excl", NULL};

/* Each other kind of call once or twice, the quick ones; those that needed a mend first. */
static const struct {
    const char *name;
    unsigned ranks;
} some[] = {
    {"pt2pt/greq1", 1},     {"pt2pt/bsendpending", 2}, {"pt2pt/isendirecv", 10},
    {"pt2pt/rqstatus", 2},  {"pt2pt/scancel2", 2},     {"pt2pt/waitany-null", 1},
    {"coll/alltoallw1", 4}, {"coll/nonblocking2", 5},  {"coll/redscat", 6},
    {"coll/scantst", 4},    {"comm/dup_with_info", 4}, {"comm/cmsplit2", 12},
    {"topo/cartsuball", 4}, {"attr/attrordercomm", 1}, {"group/groupcreate", 4},
    {"errhan/errfatal", 1}, {"init/exitst2", 4},       {"rma/fetch_and_op", 4},
    {"rma/win_shared", 4},  {"io/rdwrord", 4},         {"datatype/struct-pack", 1},
};

static const struct {
    const char *name;
    unsigned ranks;
    const char *said;
} examples[] = {
    {"openmpi/examples/hello_c", 4, "Hello, world, I am 3 of 4"},
    {"openmpi/examples/ring_c", 4, "Process 0 decremented value: 0"},
    {"openmpi/examples/connectivity_c", 4, "Connectivity test on 4 processes PASSED"},
};

static const char *const folders[] = {"attr", "coll", "comm", "datatype", "errhan", "group", "info",
                                      "init", "io",   "perf", "pt2pt",    "rma",    "topo",  NULL};
static const char *const utilities[] = {"mtest", "mtest_datatype", "mtest_datatype_gen", "dtypes",
                                        NULL};

static const char *sources;
static GArray *programs;

static void add(const char *source, unsigned ranks, char **args, bool by_list, const char *said)
{
    Program program = {g_strdup(source), ranks, args, by_list, said};
    g_array_append_val(programs, program);
}

static void add_by_list(const char *name, unsigned ranks, char **args)
{
    g_autofree char *source = g_strdup_printf(SUITE "/%s", name);
    add(source, ranks, args, true, NO_ERRORS);
}

/* "name ranks arg=... arg=... other=..."; '#' begins a comment, '!' a rule of the suite's makefile.
 * A few names have no file: they are others with other arguments of the suite's own program. */
static void read_list(const char *name)
{
    g_autofree char *path = g_build_filename(sources, SUITE, name, "testlist", NULL);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        g_error("%s is not there", path);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        g_auto(GStrv) words = g_strsplit_set(g_strstrip(*line), " \t", -1);
        if (words[0] == NULL || words[1] == NULL || strchr("#!", words[0][0]) != NULL)
            continue;
        g_autofree char *program = g_strdup_printf("%s/%s", name, words[0]);
        g_autofree char *file = g_strdup_printf("%s/" SUITE "/%s.c", sources, program);
        g_autoptr(GStrvBuilder) args = g_strv_builder_new();
        for (char **word = words + 2; *word != NULL; word++) {
            if (g_str_has_prefix(*word, "arg="))
                g_strv_builder_add(args, *word + strlen("arg="));
        }
        if (g_file_test(file, G_FILE_TEST_EXISTS) && !g_strv_contains(endless, program))
            add_by_list(program, (unsigned)g_ascii_strtoull(words[1], NULL, 10),
                        g_strv_builder_end(args));
    }
}

static void compile_utilities(void)
{
    g_autofree char *include = g_strdup_printf("-I%s/" SUITE "/include", sources);
    for (const char *const *name = utilities; *name != NULL; name++) {
        g_autofree char *source = g_strdup_printf("%s/" SUITE "/util/%s.c", sources, *name);
        g_autofree char *object = g_strdup_printf("%s/%s.o", folder, *name);
        compile((const char *[]){source, "-c", "-w", include, "-o", object, NULL});
    }
}

static char *compile_program(const Program *program)
{
    g_autoptr(GPtrArray) args = g_ptr_array_new_with_free_func(g_free);
    char *made = g_build_filename(folder, "program", NULL);
    g_ptr_array_add(args, g_strdup_printf("%s/%s.c", sources, program->source));
    for (const char *const *name = utilities; program->by_list && *name != NULL; name++)
        g_ptr_array_add(args, g_strdup_printf("%s/%s.o", folder, *name));
    g_ptr_array_add(args, g_strdup_printf("-I%s/" SUITE "/include", sources));
    g_ptr_array_add(args, g_strdup("-w"));
    g_ptr_array_add(args, g_strdup("-lm"));
    g_ptr_array_add(args, g_strdup("-o"));
    g_ptr_array_add(args, g_strdup(made));
    g_ptr_array_add(args, NULL);
    compile((const char *const *)args->pdata);
    return made;
}

static void check_failure(const Program *program, const GError *error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(exceptions); i++) {
        g_autofree char *start = g_strdup_printf(SUITE "/%s", exceptions[i].name);
        if (!g_str_equal(program->source, start) &&
            !(g_str_has_suffix(start, "/") && g_str_has_prefix(program->source, start)))
            continue;
        ck_assert_msg(error != NULL, "%s ends well now", program->source);
        ck_assert_msg(g_error_matches(error, IVC_MPI_ERROR, exceptions[i].code) &&
                          g_str_has_prefix(error->message, exceptions[i].message),
                      "%s: %s", program->source, error->message);
        return;
    }
    ck_assert_msg(error == NULL, "%s: %s", program->source, error != NULL ? error->message : "");
}

START_TEST(test_program)
{
    const Program *program = &g_array_index(programs, Program, _i);
    g_autofree char *made = compile_program(program);
    g_autofree char *xml = platform();
    const char *where[MOST_RANKS];
    ck_assert_uint_le(program->ranks, MOST_RANKS);
    for (unsigned r = 0; r < program->ranks; r++)
        where[r] = hosts[r % RANKS];
    FILE *said = tmpfile();
    ck_assert_ptr_nonnull(said);
    IvcMpiRun run = {.platform_xml = xml,
                     .config = config,
                     .hosts = where,
                     .n_ranks = program->ranks,
                     .program = made,
                     .args = (const char *const *)program->args,
                     .host_speed = 1e9,
                     .output = fileno(said)};
    g_auto(IvcMpiReport) report = {0};
    g_autoptr(GError) error = NULL;
    bool well = ivc_mpi_run(&run, &report, &error);
    check_failure(program, error);
    char text[4096] = "";
    rewind(said);
    bool found = !well;
    while (!found && fgets(text, sizeof text, said) != NULL)
        found = strcasestr(text, program->said) != NULL;
    ck_assert_msg(found, "%s does not say '%s'", program->source, program->said);
    fclose(said);
}
END_TEST

static void choose(bool all)
{
    for (size_t i = 0; i < G_N_ELEMENTS(examples); i++)
        add(examples[i].name, examples[i].ranks, NULL, false, examples[i].said);
    const char *each = getenv("IVC_TEST_EACH"); /* under a sanitizer: a part */
    size_t step = each != NULL ? (size_t)g_ascii_strtoull(each, NULL, 10) : 1;
    for (size_t i = 0; !all && i < G_N_ELEMENTS(some); i += step)
        add_by_list(some[i].name, some[i].ranks, NULL);
    for (const char *const *name = folders; all && *name != NULL; name++)
        read_list(*name);
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *compiler = ivc_simgrid_find("smpicc", &error);
    sources = argc > 1 ? argv[1] : "";
    g_autofree char *list = g_build_filename(sources, SUITE, "testlist", NULL);
    if (compiler == NULL || !g_file_test(list, G_FILE_TEST_EXISTS)) {
        fprintf(stderr, "skipped: %s\n",
                compiler == NULL ? error->message
                                 : "the source packages are not there: ./bootstrap test-mpi");
        return 77;
    }
    make_folder();
    programs = g_array_new(FALSE, FALSE, sizeof(Program));
    choose(argc > 2 && strcmp(argv[2], "all") == 0);
    Suite *suite = suite_create("suites");
    TCase *tests = tcase_create("all");
    tcase_add_unchecked_fixture(tests, compile_utilities, NULL);
    suite_add_tcase(suite, tests);
    tcase_add_loop_test(tests, test_program, 0, (int)programs->len);
    return run_in_folder(suite);
}
