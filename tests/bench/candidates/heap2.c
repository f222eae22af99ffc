/* Candidate: the binary heap. */
#define ARITY 2
#define NAME bench_heap2 = {"heap2", run}
#include "tests/bench/candidates/heap.h"
#include "tests/bench/loop.h"
