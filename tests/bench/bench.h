/** @file
 *  One queue under test: its name and its four measured loops.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef enum {
    BENCH_PING_PONG, /**< two processes wake each other: one pending event */
    BENCH_PHOLD,     /**< delays of 0.1 + Exp(0.9) us, a random process next */
    BENCH_CYCLES,    /**< delays as a cycle model has them: many equal, 1 to 1,423 */
    BENCH_LOCKSTEP,  /**< all processes step at the same instants */
} BenchWorkload;

typedef struct {
    uint64_t ns;   /**< CPU time */
    uint64_t hash; /**< of the order of all events: equal for all right queues */
} BenchResult;

typedef struct {
    const char *name;
    BenchResult (*run)(BenchWorkload workload, size_t pending, uint64_t events);
} BenchQueue;

extern const BenchQueue bench_chosen;
extern const BenchQueue bench_heap2;
extern const BenchQueue bench_heap4;
extern const BenchQueue bench_sorted;
extern const BenchQueue bench_ladder;
