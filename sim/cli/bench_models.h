/** @file
 *  The engine's own benchmarks, without machine and mechanisms.
 */
#pragma once

#include <stdint.h>

typedef struct {
    uint64_t events;
    uint64_t cpu_ns; /**< of this process */
} IvcBenchTime;

/** PHOLD with `processes` pending events, until `events` were executed. */
IvcBenchTime ivc_bench_phold(uint64_t processes, uint64_t events);

/** Two processes that wake each other. */
IvcBenchTime ivc_bench_pingpong(uint64_t events);
