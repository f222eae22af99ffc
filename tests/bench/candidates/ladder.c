/* Candidate: the ladder queue. */
#include "tests/bench/candidates/ladder.h"

#define QUEUE Ladder
#define NAME bench_ladder = {"ladder", run}
#define queue_new ladder_new
#define queue_free ladder_free
#define queue_push ladder_push
#define queue_pop ladder_pop
#include "tests/bench/loop.h"
