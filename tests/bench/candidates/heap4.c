/* Candidate: the four-ary heap. */
#define ARITY 4
#define NAME bench_heap4 = {"heap4", run}
#include "tests/bench/candidates/heap.h"
#include "tests/bench/loop.h"
