/*
 * Measures what one start or finish of a copy costs while k copies share a resource: the sharing
 * of models/cpu, and beside it the plain one that goes over all copies (tests/harness). Each copy
 * that ends begins again at once, so that k - 1 or k are under way all the time. With `kinds` > 1
 * copies differ in their demands. Prints CSV: medians of CPU time over the repetitions.
 * Usage: sharing_bench [repetitions]
 */
#include "models/cpu/sharing.h"
#include "tests/bench/phold.h"
#include "tests/harness/sharing_by_move.h"

#include <stdio.h>
#include <stdlib.h>

#define REPETITIONS_MAX 99
#define COPIES_MAX 4096

typedef struct {
    uint32_t copies;
    uint32_t kinds;
    uint32_t changes;       /* starts and finishes to measure */
    uint32_t plain_changes; /* of the plain one, which is slow */
} Row;

static const Row rows[] = {
    {2, 1, 400000, 400000},  {64, 1, 400000, 40000},  {64, 4, 400000, 40000},
    {64, 16, 400000, 40000}, {1024, 1, 400000, 1000}, {4096, 1, 400000, 400},
    {4096, 16, 400000, 400},
};

static const uint64_t capacity[IVC_RESOURCES] = {UINT64_C(1600000000), UINT64_C(800000000)};

static void demand_of_kind(uint32_t kind, uint64_t demand[IVC_RESOURCES])
{
    demand[0] = UINT64_C(1300000000) - kind * 7000000;
    demand[1] = kind % 2 ? demand[0] : 0;
}

static IvcU128 some_work(PholdRandom *random)
{
    return (IvcU128)(1000000 + phold_next(random) % 1000000) * IVC_SPEED_FULL;
}

/* The copy that ends first: what the engine's queue knows. Not what is measured, and O(kinds). */
static IvcMove *first_of(const IvcSharing *sharing, IvcTime *ret_end)
{
    IvcMove *first = NULL;
    for (uint32_t c = 0; c < sharing->n_classes; c++) {
        IvcTime end = ivc_sharing_end(sharing->classes[c]->first);
        if (!first || end < *ret_end) {
            first = sharing->classes[c]->first;
            *ret_end = end;
        }
    }
    return first;
}

static double run_classes(const Row *row)
{
    g_autofree IvcMove *moves = g_new0(IvcMove, row->copies);
    PholdRandom random = {.state = 1};
    IvcSharing sharing;
    ivc_sharing_init(&sharing, capacity, row->copies, NULL);
    for (uint32_t i = 0; i < row->copies; i++) {
        demand_of_kind(i % row->kinds, moves[i].pieces[0].demand);
        moves[i].work = some_work(&random);
        (void)ivc_sharing_join(&sharing, &moves[i], 0);
    }
    uint64_t began = phold_cpu_ns();
    for (uint32_t n = 0; n < row->changes; n += 2) {
        IvcTime now = 0;
        IvcMove *move = first_of(&sharing, &now);
        (void)ivc_sharing_leave(&sharing, move, now);
        move->work = some_work(&random);
        (void)ivc_sharing_join(&sharing, move, now);
    }
    uint64_t ns = phold_cpu_ns() - began;
    ivc_sharing_clear(&sharing);
    return (double)ns / row->changes;
}

/* Without the search for the first end, and without the timers, all of which were armed again. */
static double run_plain(const Row *row)
{
    g_autofree ByMove *moves = g_new0(ByMove, row->copies);
    g_autofree ByMove **active = g_new0(ByMove *, row->copies);
    PholdRandom random = {.state = 1};
    SharingByMove sharing = {.capacity = {capacity[0], capacity[1]}, .active = active};
    for (uint32_t i = 0; i < row->copies; i++) {
        demand_of_kind(i % row->kinds, moves[i].demand);
        moves[i].work = some_work(&random);
        (void)by_move_join(&sharing, &moves[i], 0);
    }
    uint64_t began = phold_cpu_ns();
    for (uint32_t n = 0; n < row->plain_changes; n += 2) {
        ByMove *move = &moves[n / 2 % row->copies];
        (void)by_move_leave(&sharing, move, n);
        move->work = some_work(&random);
        (void)by_move_join(&sharing, move, n);
    }
    return (double)(phold_cpu_ns() - began) / row->plain_changes;
}

static int compare_ns(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv)
{
    int repetitions = argc > 1 ? atoi(argv[1]) : 5;
    if (repetitions < 1 || repetitions > REPETITIONS_MAX) {
        fprintf(stderr, "usage: sharing_bench [repetitions, 1 to %d]\n", REPETITIONS_MAX);
        return 2;
    }
    puts("copies,kinds,ns_by_class,ns_by_move");
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        double by_class[REPETITIONS_MAX], by_move[REPETITIONS_MAX];
        for (int r = 0; r < repetitions; r++) {
            by_class[r] = run_classes(&rows[i]);
            by_move[r] = run_plain(&rows[i]);
        }
        qsort(by_class, (size_t)repetitions, sizeof by_class[0], compare_ns);
        qsort(by_move, (size_t)repetitions, sizeof by_move[0], compare_ns);
        printf("%u,%u,%.0f,%.0f\n", rows[i].copies, rows[i].kinds, by_class[repetitions / 2],
               by_move[repetitions / 2]);
        fflush(stdout);
    }
    return 0;
}
