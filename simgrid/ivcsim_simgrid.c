/*
 * ivcsim-simgrid: answers questions about the sharing of resources by SimGrid's models, for tests
 * that compare them with ivcsim's own. The one file that includes SimGrid's headers; `ivcsim`
 * starts it where it needs it and links nothing of it (docs/adr/0005).
 *
 * It reads questions from standard input until that ends, and answers each with one line on
 * standard output. Numbers are in the asker's units: a rate is an amount per unit of time, and
 * nothing is rounded. Words stand in lines, separated by blanks:
 *
 *   flows LINKS FLOWS             then LINKS lines "link", FLOWS times "flow" with its pieces
 *   link CAPACITY
 *   flow START PIECES             its pieces follow each other, the first begins at START
 *   piece AMOUNT CAP USES {LINK TIMES}
 *                                 AMOUNT: whole and below 2^63, as SimGrid takes it. CAP: its
 *                                 highest rate. It puts TIMES, a whole number, its rate on
 *                                 each of USES different links, which are counted from 0
 *
 *   execs CORES SPEED EXECS       a host with that many equal cores, EXECS lines "exec"
 *   exec START AMOUNT PRIORITY CAP
 *                                 it gets a rate in proportion to its priority, at most SPEED; CAP
 *                                 is 0 (none), or a highest rate, and then its priority is 1
 *
 *   version                       the answer: "version" and SimGrid's
 *
 * The answer: "ended" and, for each piece or exec in the order of the question, when it was over;
 * or "failed" and why. `ivcsim-simgrid --version` prints the version and ends.
 *
 * SimGrid has one engine a process and ends the process when something is wrong: so each question
 * is answered in a process of its own, forked when everything is linked and no engine is there yet.
 * What SimGrid is told is written here: it never sees an option of a user. Platforms reach it as
 * text in memory. One unit of time is one of its seconds; its precisions are set to rounding alone.
 *
 * Max-min sharing as it is: no latencies, no windows of TCP, no traffic back. A flow's own cap is a
 * link that nobody else uses. Versions 3.32 to 4.x.
 */
#include <stddef.h> /* first: SimGrid's headers need it and do not include it */

#include <simgrid/actor.h>
#include <simgrid/engine.h>
#include <simgrid/exec.h>
#include <simgrid/host.h>
#include <simgrid/version.h>

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

#define LINKS_MAX 1000u
#define FLOWS_MAX 1000u
#define PIECES_MAX 8u
#define SAID_MAX 600u /* of what SimGrid said, in bytes */

#if SIMGRID_VERSION >= 33400
#define PRECISION_OF_TIME "precision/timing"
#define PRECISION_OF_WORK "precision/work-amount"
#else
#define PRECISION_OF_TIME "surf/precision"
#define PRECISION_OF_WORK "maxmin/precision"
#endif

typedef struct {
    uint64_t id; /* among the pieces of all flows */
    double amount;
    double cap;
    uint64_t n_uses;
    uint64_t *links;
    uint64_t *times;
    double ended;
} Piece;

/* A flow of pieces, or one execution. */
typedef struct {
    const struct Question *question;
    double start;
    double priority; /* of an execution; 0: it has a cap instead */
    uint64_t n;
    Piece pieces[PIECES_MAX];
} Task;

typedef struct Question {
    GPtrArray *words; /* of the line at hand; they belong to `line` */
    char *line;
    size_t size;
    size_t at;
    bool flows; /* else executions */
    uint64_t n_links;
    double *capacity;
    uint64_t cores;
    double speed;
    uint64_t n_tasks;
    Task *tasks;
    uint64_t n_pieces;
    uint64_t side;     /* of a square that has room for all pieces */
    const char *wrong; /* what is the matter with the question; NULL: nothing */
} Question;

/* ---- reading ---- */

/* What is wrong first is what is said. */
static void complain(Question *question, const char *wrong)
{
    if (!question->wrong)
        question->wrong = wrong;
}

static bool read_line(Question *question)
{
    ssize_t length = getline(&question->line, &question->size, stdin);
    char *save = NULL;
    g_ptr_array_set_size(question->words, 0);
    question->at = 0;
    if (length < 0)
        return false;
    for (char *word = strtok_r(question->line, " \n", &save); word != NULL;
         word = strtok_r(NULL, " \n", &save))
        g_ptr_array_add(question->words, word);
    return true;
}

static const char *word(Question *question)
{
    if (question->at < question->words->len)
        return g_ptr_array_index(question->words, question->at++);
    complain(question, "a line ends too early");
    return "";
}

/* The next line, which must begin with this word. */
static void expect(Question *question, const char *name)
{
    if (!read_line(question) || strcmp(word(question), name) != 0)
        complain(question, "a line is missing");
}

static double number(Question *question)
{
    const char *text = word(question);
    char *end = NULL;
    double value = g_ascii_strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= 0 && value <= 1e300))
        complain(question, "a number is wrong");
    return value;
}

static uint64_t count(Question *question, uint64_t max)
{
    guint64 value = 0;
    if (!g_ascii_string_to_unsigned(word(question), 10, 0, max, &value, NULL))
        complain(question, "a count is wrong");
    return question->wrong ? 0 : value;
}

static void read_piece(Question *question, Piece *piece)
{
    expect(question, "piece");
    piece->id = question->n_pieces++;
    piece->amount = (double)count(question, INT64_MAX);
    piece->cap = number(question);
    piece->n_uses = count(question, LINKS_MAX);
    piece->links = g_new(uint64_t, piece->n_uses);
    piece->times = g_new(uint64_t, piece->n_uses);
    for (uint64_t u = 0; u < piece->n_uses && !question->wrong; u++) {
        piece->links[u] = count(question, question->n_links - 1);
        piece->times[u] = count(question, 100);
    }
}

static void read_flows(Question *question)
{
    question->n_links = count(question, LINKS_MAX);
    question->n_tasks = count(question, FLOWS_MAX);
    question->capacity = g_new0(double, question->n_links);
    question->tasks = g_new0(Task, question->n_tasks);
    for (uint64_t l = 0; l < question->n_links && !question->wrong; l++) {
        expect(question, "link");
        question->capacity[l] = number(question);
        if (!(question->capacity[l] > 0))
            complain(question, "a link without capacity");
    }
    for (uint64_t f = 0; f < question->n_tasks && !question->wrong; f++) {
        Task *flow = &question->tasks[f];
        expect(question, "flow");
        flow->question = question;
        flow->start = number(question);
        flow->n = count(question, PIECES_MAX);
        for (uint64_t p = 0; p < flow->n && !question->wrong; p++)
            read_piece(question, &flow->pieces[p]);
    }
    for (question->side = 1; question->side * question->side < question->n_pieces;)
        question->side++;
}

static void read_execs(Question *question)
{
    question->cores = count(question, 1000);
    question->speed = number(question);
    question->n_tasks = count(question, FLOWS_MAX);
    question->tasks = g_new0(Task, question->n_tasks);
    for (uint64_t t = 0; t < question->n_tasks && !question->wrong; t++) {
        Task *task = &question->tasks[t];
        expect(question, "exec");
        task->start = number(question);
        task->n = 1;
        task->pieces[0].amount = number(question);
        task->priority = number(question);
        task->pieces[0].cap = number(question);
    }
}

static void forget(Question *question)
{
    for (uint64_t t = 0; t < question->n_tasks && question->tasks; t++) {
        for (uint64_t p = 0; p < PIECES_MAX; p++) {
            g_free(question->tasks[t].pieces[p].links);
            g_free(question->tasks[t].pieces[p].times);
        }
    }
    g_clear_pointer(&question->tasks, g_free);
    g_clear_pointer(&question->capacity, g_free);
    question->n_tasks = question->n_pieces = 0;
    question->wrong = NULL;
}

/* ---- the platform ---- */

static void append_number(GString *text, double value)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(text, g_ascii_dtostr(digits, sizeof digits, value));
}

/* Few hosts have many routes: each piece has another pair of them. */
static uint64_t from_of(const Question *question, const Piece *piece)
{
    return piece->id / question->side;
}

static uint64_t to_of(const Question *question, const Piece *piece)
{
    return question->side + piece->id % question->side;
}

static void append_link(GString *text, char kind, uint64_t id, double capacity)
{
    g_string_append_printf(text, "<link id=\"%c%" G_GUINT64_FORMAT "\" bandwidth=\"", kind, id);
    append_number(text, capacity);
    g_string_append(text, "Bps\" latency=\"0s\"/>\n");
}

/* The link that only one piece uses, then those that it shares. */
static void append_route(GString *text, const Question *question, const Piece *piece)
{
    g_string_append_printf(text,
                           "<route src=\"h%" G_GUINT64_FORMAT "\" dst=\"h%" G_GUINT64_FORMAT
                           "\" symmetrical=\"NO\"><link_ctn id=\"c%" G_GUINT64_FORMAT "\"/>",
                           from_of(question, piece), to_of(question, piece), piece->id);
    for (uint64_t u = 0; u < piece->n_uses; u++)
        for (uint64_t t = 0; t < piece->times[u]; t++)
            g_string_append_printf(text, "<link_ctn id=\"l%" G_GUINT64_FORMAT "\"/>",
                                   piece->links[u]);
    g_string_append(text, "</route>\n");
}

static void append_flows(GString *text, const Question *question)
{
    for (uint64_t h = 0; h < 2 * question->side; h++)
        g_string_append_printf(text, "<host id=\"h%" G_GUINT64_FORMAT "\" speed=\"1f\"/>\n", h);
    for (uint64_t l = 0; l < question->n_links; l++)
        append_link(text, 'l', l, question->capacity[l]);
    for (uint64_t f = 0; f < question->n_tasks; f++)
        for (uint64_t p = 0; p < question->tasks[f].n; p++) {
            const Piece *piece = &question->tasks[f].pieces[p];
            append_link(text, 'c', piece->id, piece->cap);
        }
    for (uint64_t f = 0; f < question->n_tasks; f++)
        for (uint64_t p = 0; p < question->tasks[f].n; p++)
            append_route(text, question, &question->tasks[f].pieces[p]);
}

static void append_host(GString *text, const Question *question)
{
    g_string_append(text, "<host id=\"h0\" speed=\"");
    append_number(text, question->speed);
    g_string_append_printf(text, "f\" core=\"%" G_GUINT64_FORMAT "\"/>\n", question->cores);
}

/* @return false: the system has no such files */
static bool load_platform(const Question *question)
{
    g_autofree char *path = NULL;
    g_autoptr(GString) text = g_string_new("<?xml version='1.0'?>\n<!DOCTYPE platform SYSTEM "
                                           "\"https://simgrid.org/simgrid.dtd\">\n<platform "
                                           "version=\"4.1\"><zone id=\"all\" routing=\"Full\">\n");
    (question->flows ? append_flows : append_host)(text, question);
    g_string_append(text, "</zone></platform>\n");
    int file = memfd_create("platform", MFD_CLOEXEC);
    if (file < 0 || write(file, text->str, text->len) != (ssize_t)text->len)
        return false;
    path = g_strdup_printf("/proc/self/fd/%d", file);
    simgrid_load_platform(path);
    return close(file) == 0;
}

/* ---- answering ---- */

static sg_host_t host(uint64_t id)
{
    char name[32];
    g_snprintf(name, sizeof name, "h%" G_GUINT64_FORMAT, id);
    return sg_host_by_name(name);
}

static void run_flow(int argc, char **argv)
{
    Task *flow = sg_actor_self_get_data();
    const Question *question = flow->question;
    (void)argc;
    (void)argv;
    sg_actor_sleep_until(flow->start);
    for (uint64_t p = 0; p < flow->n; p++) {
        Piece *piece = &flow->pieces[p];
        sg_host_sendto(host(from_of(question, piece)), host(to_of(question, piece)), piece->amount);
        piece->ended = simgrid_get_clock();
    }
}

static void run_exec(int argc, char **argv)
{
    Task *task = sg_actor_self_get_data();
    (void)argc;
    (void)argv;
    sg_actor_sleep_until(task->start);
    if (task->pieces[0].cap > 0) {
        sg_exec_t exec = sg_actor_exec_init(task->pieces[0].amount);
        sg_exec_set_bound(exec, task->pieces[0].cap);
        sg_exec_start(exec);
        sg_exec_wait(exec);
    } else {
        sg_actor_execute_with_priority(task->pieces[0].amount, task->priority);
    }
    task->pieces[0].ended = simgrid_get_clock();
}

/* In the child. @return its exit status */
static int simulate(const Question *question)
{
    char *argv[] = {
        (char[]){"ivcsim-simgrid"},
        (char[]){"--log=root.thresh:error"},
        (char[]){"--cfg=network/model:CM02"},
        (char[]){"--cfg=network/crosstraffic:no"},
        (char[]){"--cfg=network/TCP-gamma:0"},
        (char[]){"--cfg=network/weight-S:0"},
        (char[]){"--cfg=network/optim:Full"},
        (char[]){"--cfg=cpu/optim:Full"},
        (char[]){"--cfg=contexts/stack-size:64"},
        (char[]){"--cfg=" PRECISION_OF_TIME ":1e-9"},
        (char[]){"--cfg=" PRECISION_OF_WORK ":1e-12"},
#ifdef IVC_SANITIZED
        (char[]){"--cfg=contexts/factory:thread"},
#endif
        NULL,
    };
    int argc = (int)G_N_ELEMENTS(argv) - 1;
    simgrid_init(&argc, argv);
    if (!load_platform(question))
        return EXIT_FAILURE;
    for (uint64_t t = 0; t < question->n_tasks; t++) {
        sg_actor_t actor = sg_actor_init("actor", host(0));
        sg_actor_set_data(actor, &question->tasks[t]);
        sg_actor_start(actor, question->flows ? run_flow : run_exec, 0, NULL);
    }
    simgrid_run();
    g_autoptr(GString) answer = g_string_new("ended");
    for (uint64_t t = 0; t < question->n_tasks; t++)
        for (uint64_t p = 0; p < question->tasks[t].n; p++) {
            g_string_append_c(answer, ' ');
            append_number(answer, question->tasks[t].pieces[p].ended);
        }
    g_string_append_c(answer, '\n');
    size_t written = fwrite(answer->str, 1, answer->len, stdout);
    return written == answer->len && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* What a child said before it ended: in one line, the end of it where it is long. */
static void print_failure(int said)
{
    char text[SAID_MAX + 1];
    off_t size = lseek(said, 0, SEEK_END);
    off_t from = size > (off_t)SAID_MAX ? size - (off_t)SAID_MAX : 0;
    ssize_t n = pread(said, text, SAID_MAX, from);
    text[MAX(n, 0)] = '\0';
    g_strdelimit(text, "\r\n\t", ' ');
    g_strstrip(text);
    printf("failed %s\n", *text ? text : "SimGrid ended without a word");
}

static void answer(const Question *question)
{
    int said = memfd_create("said", MFD_CLOEXEC), status = 0;
    fflush(stdout);
    pid_t child = said < 0 ? -1 : fork();
    if (child == 0) {
        (void)dup2(said, STDERR_FILENO);
        _exit(simulate(question)); /* SimGrid's own end is slow, and what was to be said is said */
    }
    if (child < 0) {
        printf("failed %s\n", g_strerror(errno));
        return;
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS)
        print_failure(said);
    (void)close(said);
}

static void print_version(void)
{
    printf("version %d.%d.%d\n", SIMGRID_VERSION_MAJOR, SIMGRID_VERSION_MINOR,
           SIMGRID_VERSION_PATCH);
}

/* Reads one question and answers it. @return false: the input is not understood any more */
static bool serve(Question *question)
{
    const char *name = word(question);
    bool ask = true;
    question->flows = strcmp(name, "flows") == 0;
    if (question->flows) {
        read_flows(question);
    } else if (strcmp(name, "execs") == 0) {
        read_execs(question);
    } else {
        ask = false;
        if (strcmp(name, "version") == 0)
            print_version();
        else
            complain(question, "unknown question");
    }
    if (question->wrong)
        printf("failed %s\n", question->wrong);
    else if (ask)
        answer(question);
    fflush(stdout);
    bool understood = question->wrong == NULL;
    forget(question);
    return understood;
}

int main(int argc, char **argv)
{
    Question question = {.words = g_ptr_array_new()};
    bool understood = true;
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        print_version();
    } else if (argc != 1) {
        fputs("usage: ivcsim-simgrid [--version]; ivcsim starts it where it needs it\n", stderr);
        understood = false;
    } else {
        while (understood && read_line(&question))
            understood = serve(&question);
    }
    g_ptr_array_free(question.words, TRUE);
    free(question.line);
    return understood ? EXIT_SUCCESS : 2;
}
