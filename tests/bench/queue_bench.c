/*
 * Measures the engine's queue and the candidates that lost, all in turn in one run: the machine's
 * noise hits every row alike. Prints CSV: medians of CPU time over the repetitions, and checks
 * that every queue gave the same order of events. Usage: queue_bench [repetitions [events
 * [workload [pending]]]].
 */
#include "sim/engine/queue.h"
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>

#define REPETITIONS_MAX 99

typedef struct {
    const char *name;
    BenchWorkload workload;
    size_t pending;
} Row;

static const Row rows[] = {
    {"ping_pong", BENCH_PING_PONG, 1},   {"phold", BENCH_PHOLD, 16},
    {"phold", BENCH_PHOLD, 64},          {"phold", BENCH_PHOLD, 1024},
    {"phold", BENCH_PHOLD, 65536},       {"cycles", BENCH_CYCLES, 16},
    {"cycles", BENCH_CYCLES, 1024},      {"cycles", BENCH_CYCLES, 65536},
    {"lockstep", BENCH_LOCKSTEP, 16},    {"lockstep", BENCH_LOCKSTEP, 1024},
    {"lockstep", BENCH_LOCKSTEP, 65536},
};

static const BenchQueue *const queues[] = {
    &bench_chosen, &bench_ladder, &bench_heap2, &bench_heap4, &bench_sorted,
};

static int compare_ns(const void *a, const void *b)
{
    const uint64_t *x = a;
    const uint64_t *y = b;
    return (*x > *y) - (*x < *y);
}

/* Quadratic there: 25 us an event and more. */
static bool is_left_out(const BenchQueue *queue, const Row *row)
{
    return row->pending > 1024 &&
           (queue == &bench_sorted || (queue == &bench_ladder && row->workload == BENCH_LOCKSTEP));
}

static bool row_measure(const Row *row, unsigned repetitions, uint64_t events)
{
    uint64_t ns[G_N_ELEMENTS(queues)][REPETITIONS_MAX];
    uint64_t hash = 0;
    bool same = true;
    for (unsigned r = 0; r < repetitions; r++) {
        for (size_t q = 0; q < G_N_ELEMENTS(queues); q++) {
            if (is_left_out(queues[q], row)) {
                continue;
            }
            BenchResult result = queues[q]->run(row->workload, row->pending, events);
            ns[q][r] = result.ns;
            if (hash != 0 && hash != result.hash) {
                fprintf(stderr, "%s: another order of events\n", queues[q]->name);
                same = false;
            }
            hash = result.hash;
        }
    }
    for (size_t q = 0; q < G_N_ELEMENTS(queues); q++) {
        if (is_left_out(queues[q], row)) {
            continue;
        }
        qsort(ns[q], repetitions, sizeof ns[q][0], compare_ns);
        uint64_t tenths = ns[q][repetitions / 2] * 10 / events;
        printf("%s,%zu,%s,%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT "\n", row->name, row->pending,
               queues[q]->name, tenths / 10, tenths % 10);
    }
    fflush(stdout);
    return same;
}

int main(int argc, char **argv)
{
    unsigned repetitions = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 9;
    uint64_t events = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000000;
    if (repetitions == 0 || repetitions > REPETITIONS_MAX || events == 0) {
        fprintf(stderr, "usage: queue_bench [repetitions up to %d] [events]\n", REPETITIONS_MAX);
        return 2;
    }
    bool same = true;
    printf("workload,pending,queue,ns_per_event\n");
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if ((argc > 3 && g_strcmp0(argv[3], rows[i].name) != 0) ||
            (argc > 4 && strtoul(argv[4], NULL, 10) != rows[i].pending)) {
            continue;
        }
        same = row_measure(&rows[i], repetitions, events) && same;
    }
    return same ? 0 : 1;
}
