/*
 * Measures what one start or finish of a copy costs while k copies cross a mesh of 32 by 32 on
 * random routes: with links that have room for all, and with links so narrow that many are full.
 * Each copy that ends begins again at once. Prints CSV: medians of CPU time over the repetitions.
 * Usage: links_bench [repetitions]
 */
#include "models/cpu/sharing.h"
#include "tests/bench/phold.h"

#include <stdio.h>
#include <stdlib.h>

#define REPETITIONS_MAX 99
#define NODES 1024
#define COLUMNS 32

typedef struct {
    uint32_t copies;
    uint64_t link; /* bytes per second */
    uint32_t changes;
} Row;

static const Row rows[] = {
    {2, UINT64_C(64000000000), 400000},    {64, UINT64_C(64000000000), 400000},
    {1024, UINT64_C(64000000000), 400000}, {64, UINT64_C(2000000000), 20000},
    {1024, UINT64_C(8000000000), 400},
};

static const IvcTopology mesh = {.kind = IVC_INTERCONNECT_MESH,
                                 .nodes = NODES,
                                 .node_cores = 1,
                                 .columns = COLUMNS,
                                 .rows = NODES / COLUMNS};

/* A copy on any core from anywhere to its own memory, at 1 GB/s. */
static void random_move(PholdRandom *random, IvcMove *move, IvcMoveRoute *route)
{
    const uint64_t rate = 1000000000;
    uint32_t node = (uint32_t)(phold_next(random) % NODES);
    *route = (IvcMoveRoute){
        .node = node, .read_node = (uint32_t)(phold_next(random) % NODES), .write_node = node};
    route->demand[IVC_PATH_PORT] = 2 * rate;
    route->demand[IVC_PATH_READ] = rate;
    route->demand[IVC_PATH_FETCH] = rate;
    *move = (IvcMove){.n_pieces = 1, .routes = route};
    move->pieces[0].demand[0] = 2 * rate;
    move->work = (IvcU128)1000000000000 * IVC_SPEED_FULL;
}

static double run(const Row *row, double *ret_over)
{
    const uint64_t none[IVC_RESOURCES] = {0};
    const IvcLinkRates rates = {.port = UINT64_C(64000000000), .link = row->link};
    g_autofree IvcMove *moves = g_new0(IvcMove, row->copies);
    g_autofree IvcMoveRoute *routes = g_new0(IvcMoveRoute, row->copies);
    PholdRandom random = {.state = 1};
    IvcSharing sharing;
    ivc_sharing_init(&sharing, none, row->copies, ivc_links_new(&mesh, &rates));
    for (uint32_t i = 0; i < row->copies; i++) {
        random_move(&random, &moves[i], &routes[i]);
        (void)ivc_sharing_join(&sharing, &moves[i], 0);
    }
    uint64_t began = phold_cpu_ns(), over = 0;
    for (uint32_t n = 0; n < row->changes; n += 2) {
        uint32_t i = n / 2 % row->copies;
        (void)ivc_sharing_leave(&sharing, &moves[i], n);
        random_move(&random, &moves[i], &routes[i]);
        (void)ivc_sharing_join(&sharing, &moves[i], n);
        over += sharing.links->n_over;
    }
    uint64_t ns = phold_cpu_ns() - began;
    *ret_over = 2.0 * (double)over / row->changes;
    ivc_sharing_clear(&sharing);
    return (double)ns / row->changes;
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
        fprintf(stderr, "usage: links_bench [repetitions, 1 to %d]\n", REPETITIONS_MAX);
        return 2;
    }
    puts("copies,link_gb_per_s,full_resources,ns");
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        double ns[REPETITIONS_MAX], over = 0;
        for (int r = 0; r < repetitions; r++)
            ns[r] = run(&rows[i], &over);
        qsort(ns, (size_t)repetitions, sizeof ns[0], compare_ns);
        printf("%u,%.0f,%.1f,%.0f\n", rows[i].copies, (double)rows[i].link / 1e9, over,
               ns[repetitions / 2]);
        fflush(stdout);
    }
    return 0;
}
