/** @file
 *  What all queue benchmarks and peers share, so that they simulate the same thing: the random
 *  numbers, the delays and the clock. C and C++.
 */
#pragma once

#include <math.h>
#include <stdint.h>
#include <time.h>

/* One unit of PHOLD time in picoseconds: delays are 0.1 + Exp(0.9) units. */
#define PHOLD_UNIT_PS 1000000U
#define PHOLD_POINTS 1024

typedef struct {
    uint64_t state;
    uint32_t quantile[PHOLD_POINTS + 1];
} PholdRandom;

/* splitmix64 (Steele, Lea, Flood 2014; public domain constants). */
static inline uint64_t phold_next(PholdRandom *random)
{
    uint64_t z = (random->state += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

/* Tabulates the quantiles of the delay, so that no run measures log(). */
static inline void phold_init(PholdRandom *random, uint64_t seed)
{
    random->state = seed;
    for (unsigned i = 0; i <= PHOLD_POINTS; i++) {
        double below = i < PHOLD_POINTS ? (double)i / PHOLD_POINTS : 1.0 - 0.25 / PHOLD_POINTS;
        double delay = 0.1 - 0.9 * log1p(-below);
        random->quantile[i] = (uint32_t)(delay * PHOLD_UNIT_PS + 0.5);
    }
}

/* A delay of 0.1 + Exp(0.9) units in whole picoseconds, by interpolation between quantiles. */
static inline uint64_t phold_delay(const PholdRandom *random, uint64_t bits)
{
    unsigned i = (unsigned)(bits >> 54);
    uint64_t part = (bits >> 32) & 0x3fffff;
    uint64_t low = random->quantile[i];
    return low + (((random->quantile[i + 1] - low) * part) >> 22);
}

/* A number below `n` from the low half of the same bits. */
static inline uint64_t phold_choice(uint64_t bits, uint64_t n)
{
    return ((bits & 0xffffffffU) * n) >> 32;
}

static inline uint64_t phold_mix(uint64_t hash, uint64_t time)
{
    return (hash ^ time) * 0x100000001b3U;
}

/* CPU time of the process in nanoseconds. */
static inline uint64_t phold_cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}
