/*
 * Peer: PHOLD on a bare ladder queue, as fast as a loop can be: pop, call, push, in one
 * translation unit, no engine. Prints one line "bare-ladder,PROCESSES,NS_PER_EVENT".
 * Usage: bare_ladder [processes] [events].
 */
#include "tests/bench/candidates/ladder.h"

#define QUEUE Ladder
#define NAME bench_ladder = {"bare-ladder", run}
#define queue_new ladder_new
#define queue_free ladder_free
#define queue_push ladder_push
#define queue_pop ladder_pop
#include "tests/bench/loop.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    size_t processes = argc > 1 ? strtoul(argv[1], NULL, 10) : 1024;
    uint64_t events = argc > 2 ? strtoull(argv[2], NULL, 10) : 2000000;
    if (processes == 0 || events == 0) {
        fprintf(stderr, "usage: bare_ladder [processes] [events]\n");
        return 2;
    }
    BenchResult result = bench_ladder.run(BENCH_PHOLD, processes, events);
    printf("%s,%zu,%.2f\n", bench_ladder.name, processes, (double)result.ns / (double)events);
    return 0;
}
