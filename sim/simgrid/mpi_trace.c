/*
 * Reads Paje's format as SMPI writes it: a line an event, the first word its kind, the second the
 * time in seconds with 12 decimals. A rank's container is "rank-N"; states are pushed and popped;
 * a link's key is SENDER_RECEIVER_TAG_NUMBER with actors' numbers, and the messages of collectives
 * are those with a negative tag. Messages of other calls are passed over: SMPI notes some of them
 * twice, and account.c of simgrid/mpi counts them.
 */
#include "sim/simgrid/mpi_trace.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH 16
#define WORDS 12
/* Below are the tags of MPI_Put and its like, which are counted as other calls are: SMPI's least,
 * as each MPI_Accumulate has another one, less than all before. */
#define WINDOW_TAGS_BELOW (-6566)
#define PS_PER_SECOND 1000000000000u

enum {
    DEFINE_VALUE = 5,
    CREATE = 6,
    DESTROY = 7,
    PUSH = 12,
    POP = 13,
    START_LINK = 15,
};

typedef struct {
    IvcMpiDoing doing;
    char *call; /* "MPI_Recv"; NULL: no call of MPI. */
} State;

typedef struct {
    const State *stack[DEPTH];
    size_t depth; /* may be more than DEPTH: what is deeper is as what it lies in */
    uint64_t since_ps;
    uint64_t end_ps;
    bool ended;
    uint64_t doing_ps[IVC_MPI_DOINGS];
    double work;
} Rank;

struct IvcMpiTrace {
    size_t n_ranks;
    Rank *ranks;
    IvcMpiPair *pairs;
    GHashTable *states;     /* "7" -> State */
    GHashTable *containers; /* "2" -> rank + 1 */
    GString *line;          /* the start of one whose end is still to come */
    uint64_t end_ps;
    uint64_t longest; /* in bytes */
};

static void free_state(void *data)
{
    State *state = data;
    g_free(state->call);
    g_free(state);
}

IvcMpiTrace *ivc_mpi_trace_new(size_t n_ranks)
{
    IvcMpiTrace *trace = g_new0(IvcMpiTrace, 1);
    trace->n_ranks = n_ranks;
    trace->ranks = g_new0(Rank, n_ranks);
    trace->pairs = g_new0(IvcMpiPair, n_ranks * n_ranks);
    trace->states = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_state);
    trace->containers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    trace->line = g_string_new(NULL);
    return trace;
}

void ivc_mpi_trace_free(IvcMpiTrace *trace)
{
    if (trace == NULL)
        return;
    g_hash_table_unref(trace->states);
    g_hash_table_unref(trace->containers);
    g_string_free(trace->line, TRUE);
    g_free(trace->ranks);
    g_free(trace->pairs);
    g_free(trace);
}

/* "0.001072782938" in ps. */
static uint64_t time_of(const char *text)
{
    char *point = NULL;
    uint64_t ps = g_ascii_strtoull(text, &point, 10) * PS_PER_SECOND;
    uint64_t digit_ps = PS_PER_SECOND / 10;
    if (*point == '.') {
        for (point++; g_ascii_isdigit(*point) && digit_ps != 0; point++, digit_ps /= 10)
            ps += (uint64_t)(*point - '0') * digit_ps;
    }
    return ps;
}

/* Cuts a line into words, in place; a quoted one goes to its second quote. */
static size_t split(char *line, char *words[WORDS])
{
    size_t n = 0;
    for (char *at = line; *at != '\0' && n < WORDS;) {
        char end = *at == '"' ? '"' : ' ';
        at += end == '"';
        words[n++] = at;
        while (*at != '\0' && *at != end)
            at++;
        if (*at != '\0')
            *at++ = '\0';
        while (*at == ' ')
            at++;
    }
    return n;
}

static Rank *rank_of(const IvcMpiTrace *trace, const char *container)
{
    size_t number = GPOINTER_TO_SIZE(g_hash_table_lookup(trace->containers, container));
    return number != 0 ? &trace->ranks[number - 1] : NULL;
}

static const State *top(const Rank *rank)
{
    return rank->depth != 0 ? rank->stack[MIN(rank->depth, DEPTH) - 1] : NULL;
}

/* What the rank did since the last change is over now. */
static void charge(Rank *rank, uint64_t now_ps)
{
    const State *state = top(rank);
    /* Some calls have no state of their own: MPI_Sendrecv with MPI_PROC_NULL is one. */
    IvcMpiDoing doing = state != NULL ? state->doing : IVC_MPI_COMMUNICATES;
    rank->doing_ps[doing] += now_ps - rank->since_ps;
    rank->since_ps = now_ps;
}

static void define_state(IvcMpiTrace *trace, const char *id, const char *name)
{
    State *state = g_new0(State, 1);
    state->doing = IVC_MPI_COMMUNICATES;
    if (g_str_has_prefix(name, "PMPI_") || g_str_has_prefix(name, "MPI_")) {
        state->call = g_strdup(name + (name[0] == 'P'));
    } else if (strcmp(name, "computing") == 0) {
        state->doing = IVC_MPI_COMPUTES;
    } else if (strcmp(name, "sleeping") == 0) {
        state->doing = IVC_MPI_SLEEPS;
    }
    g_hash_table_replace(trace->states, g_strdup(id), state);
}

static void create(IvcMpiTrace *trace, const char *id, const char *name)
{
    if (!g_str_has_prefix(name, "rank-"))
        return;
    uint64_t rank = g_ascii_strtoull(name + strlen("rank-"), NULL, 10);
    if (rank < trace->n_ranks)
        g_hash_table_replace(trace->containers, g_strdup(id), GSIZE_TO_POINTER(rank + 1));
}

static void push(IvcMpiTrace *trace, Rank *rank, uint64_t now_ps, const char *id, const char *size)
{
    const State *state = g_hash_table_lookup(trace->states, id);
    if (state == NULL)
        return;
    charge(rank, now_ps);
    if (rank->depth < DEPTH)
        rank->stack[rank->depth] = state;
    rank->depth++;
    if (state->doing == IVC_MPI_COMPUTES)
        rank->work += g_ascii_strtod(size, NULL);
}

static void pop(Rank *rank, uint64_t now_ps)
{
    charge(rank, now_ps);
    if (rank->depth != 0)
        rank->depth--;
}

/* "1_4_-1112_12" and the size. */
static void message(IvcMpiTrace *trace, const char *key, const char *size)
{
    char *at = NULL;
    int64_t from = g_ascii_strtoll(key, &at, 10) - 1;
    int64_t to = *at == '_' ? g_ascii_strtoll(at + 1, &at, 10) - 1 : -1;
    int64_t tag = *at == '_' ? g_ascii_strtoll(at + 1, &at, 10) : 0;
    int64_t n = (int64_t)trace->n_ranks;
    if (*at != '_' || from < 0 || to < 0 || from >= n || to >= n)
        return;
    uint64_t bytes = g_ascii_strtoull(size, NULL, 10);
    if (from != to)
        trace->longest = MAX(trace->longest, bytes);
    if (tag >= 0 || tag < WINDOW_TAGS_BELOW)
        return;
    IvcMpiPair *pair = &trace->pairs[from * n + to];
    pair->messages++;
    pair->bytes += bytes;
}

static void event(IvcMpiTrace *trace, long kind, size_t n, char *words[WORDS])
{
    if (kind == DEFINE_VALUE && n >= 4) {
        define_state(trace, words[1], words[3]);
        return;
    }
    uint64_t now_ps = time_of(words[1]);
    if (kind == CREATE && n >= 6) {
        create(trace, words[2], words[5]);
        return;
    }
    if (kind == START_LINK && n >= 8) {
        message(trace, words[6], words[7]);
        return;
    }
    Rank *rank = n >= 4 ? rank_of(trace, words[3]) : NULL;
    if (rank == NULL || now_ps < rank->since_ps)
        return;
    trace->end_ps = MAX(trace->end_ps, now_ps);
    if (kind == PUSH && n >= 5) {
        push(trace, rank, now_ps, words[4], n >= 6 ? words[5] : "");
    } else if (kind == POP) {
        pop(rank, now_ps);
    } else if (kind == DESTROY) {
        charge(rank, now_ps);
        rank->end_ps = now_ps;
        rank->ended = true;
    }
}

static void take_line(IvcMpiTrace *trace, char *line)
{
    char *words[WORDS];
    if (!g_ascii_isdigit(line[0]))
        return;
    size_t n = split(line, words);
    if (n >= 3)
        event(trace, strtol(words[0], NULL, 10), n, words);
}

void ivc_mpi_trace_feed(IvcMpiTrace *trace, const char *bytes, size_t size)
{
    while (size > 0) {
        const char *end = memchr(bytes, '\n', size);
        size_t part = end != NULL ? (size_t)(end - bytes) : size;
        g_string_append_len(trace->line, bytes, (gssize)part);
        if (end == NULL)
            return;
        take_line(trace, trace->line->str);
        g_string_truncate(trace->line, 0);
        bytes += part + 1;
        size -= part + 1;
    }
}

bool ivc_mpi_trace_has_ended(const IvcMpiTrace *trace, size_t rank)
{
    return trace->ranks[rank].ended;
}

uint64_t ivc_mpi_trace_rank_end_ps(const IvcMpiTrace *trace, size_t rank)
{
    return trace->ranks[rank].ended ? trace->ranks[rank].end_ps : trace->end_ps;
}

uint64_t ivc_mpi_trace_doing_ps(const IvcMpiTrace *trace, size_t rank, IvcMpiDoing doing)
{
    return trace->ranks[rank].doing_ps[doing];
}

double ivc_mpi_trace_work(const IvcMpiTrace *trace, size_t rank)
{
    return trace->ranks[rank].work;
}

const char *ivc_mpi_trace_call(const IvcMpiTrace *trace, size_t rank)
{
    const Rank *at = &trace->ranks[rank];
    for (size_t i = MIN(at->depth, DEPTH); i > 0; i--) {
        if (at->stack[i - 1]->call != NULL)
            return at->stack[i - 1]->call;
    }
    return NULL;
}

uint64_t ivc_mpi_trace_longest(const IvcMpiTrace *trace)
{
    return trace->longest;
}

const IvcMpiPair *ivc_mpi_trace_pairs(const IvcMpiTrace *trace)
{
    return trace->pairs;
}
