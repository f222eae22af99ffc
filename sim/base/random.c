/* Counter-based random numbers (Philox4x32-10), and what is made of them without floating point.
 *
 * The seed is the key of the cipher. The counter's upper half is the stream, its lower half the
 * number of a pair of draws. */
#include "sim/base/random.h"

#include "sim/base/units.h"

/* The multipliers and the key's steps of the paper. */
#define MULTIPLY_0 UINT32_C(0xD2511F53)
#define MULTIPLY_1 UINT32_C(0xCD9E8D57)
#define STEP_0 UINT32_C(0x9E3779B9)
#define STEP_1 UINT32_C(0xBB67AE85)
#define ROUNDS 10

/* ln 2 in units of 2^-64. */
#define LN_2 UINT64_C(0xB17217F7D1CF79AC)

void ivc_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t ret[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint64_t p0 = (uint64_t)MULTIPLY_0 * c0;
        uint64_t p1 = (uint64_t)MULTIPLY_1 * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += STEP_0;
        k1 += STEP_1;
    }
    ret[0] = c0;
    ret[1] = c1;
    ret[2] = c2;
    ret[3] = c3;
}

/* Two 64-bit numbers from one block; `which` is 0 or 1. */
static uint64_t block_half(uint64_t key, uint64_t high, uint64_t low, unsigned which)
{
    const uint32_t counter[4] = {(uint32_t)low, (uint32_t)(low >> 32), (uint32_t)high,
                                 (uint32_t)(high >> 32)};
    const uint32_t keys[2] = {(uint32_t)key, (uint32_t)(key >> 32)};
    uint32_t out[4];
    ivc_philox4x32(counter, keys, out);
    return out[which * 2] | (uint64_t)out[which * 2 + 1] << 32;
}

IvcStream ivc_stream(uint64_t seed, uint64_t repeat, const char *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
    return ivc_stream_child((IvcStream){.seed = seed, .id = hash}, repeat);
}

/* The cipher mixes, with the parent for a key. */
IvcStream ivc_stream_child(IvcStream parent, uint64_t number)
{
    return (IvcStream){.seed = parent.seed, .id = block_half(parent.id, 0, number, 0)};
}

uint64_t ivc_stream_draw(IvcStream stream, uint64_t number)
{
    return block_half(stream.seed, stream.id, number >> 1, number & 1);
}

uint64_t ivc_random_below(uint64_t bits, uint64_t n)
{
    return (uint64_t)(((IvcU128)bits * n) >> 64);
}

/* The binary logarithm digit by digit: squaring doubles it, and its whole part is a digit. */
uint64_t ivc_random_exponential(uint64_t bits)
{
    unsigned zeros = (unsigned)__builtin_clzll(bits | 1);
    uint64_t x = (bits | 1) << zeros; /* 2^63 times a number from 1 to 2 */
    uint64_t digits = 0;
    for (unsigned i = 0; i < 32; i++) {
        IvcU128 square = (IvcU128)x * x;
        unsigned digit = (unsigned)(square >> 127);
        x = (uint64_t)(square >> (63 + digit));
        digits = digits << 1 | digit;
    }
    uint64_t log2 = ((uint64_t)(zeros + 1) << 32) - digits; /* of 2^64 / bits */
    return (uint64_t)(((IvcU128)log2 * LN_2) >> 64);
}

uint64_t ivc_random_exponential_of(uint64_t bits, uint64_t numerator, uint64_t denominator)
{
    IvcU128 product = (IvcU128)ivc_random_exponential(bits) * numerator;
    IvcU128 below = (IvcU128)denominator << 32;
    return (uint64_t)((product + below / 2) / below);
}
