/** @file
 *  Random numbers that are addressed, not produced in turn: draw i of a stream is a function of the
 *  seed, the stream's name, the repeat and i, and of nothing else. So no stream moves when another
 *  is added, and a draw can be looked up by whoever knows its number.
 *
 *  The function is Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as
 *  1, 2, 3. SC '11). Integers only: the same on every machine.
 */
#pragma once

#include <stdint.h>

/** Encrypts a counter: 128 bits that look random for every counter and key. */
void ivc_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t ret[4]);

/** A stream: 2^64 draws. Plain data, may be copied. */
typedef struct {
    uint64_t seed;
    uint64_t id; /**< what the name, its numbers and the repeat come to */
} IvcStream;

/** The stream of a purpose, "workload.sizes", in one repeat of a run. */
IvcStream ivc_stream(uint64_t seed, uint64_t repeat, const char *name);

/** One of a family of streams: that of rank 3, say. */
IvcStream ivc_stream_child(IvcStream parent, uint64_t number);

/** Draw `number` of a stream: 64 random bits. */
uint64_t ivc_stream_draw(IvcStream stream, uint64_t number);

/** Spreads 64 random bits over 0 ... n - 1; probabilities differ by less than 2^-64. */
uint64_t ivc_random_below(uint64_t bits, uint64_t n);

/** -ln((bits | 1) / 2^64) in units of 2^-32, to within 2 units: exponential with mean 1, at most
 *  44.4. */
uint64_t ivc_random_exponential(uint64_t bits);

/** An exponential number with mean numerator / denominator, rounded to the nearest integer.
 *  @param numerator below 2^63; @param denominator 1 to 2^32 */
uint64_t ivc_random_exponential_of(uint64_t bits, uint64_t numerator, uint64_t denominator);
