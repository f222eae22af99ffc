/*
 * The members of a set of small numbers behind its lowest one. The next of them is found in four
 * steps at most: each level has a bit for every word of the level below. The allocator of the
 * shared region finds free blocks with it in order of address, so that its choice depends on what
 * is free and not on the order of the frees.
 */
#include "models/shmem/index_set.h"

static uint32_t words_for(uint32_t bits)
{
    return bits / 64 + (bits % 64 != 0 ? 1 : 0);
}

void ivc_index_set_init(IvcIndexSet *set, uint32_t limit)
{
    g_assert(limit > 0 && limit <= UINT32_C(1) << (6 * IVC_INDEX_SET_LEVELS));
    *set = (IvcIndexSet){.limit = limit, .lowest = IVC_INDEX_SET_NONE};
    uint32_t words = limit;
    do {
        words = words_for(words);
        set->level[set->levels++] = g_new0(uint64_t, words);
    } while (words > 1);
    set->top = set->level[set->levels - 1];
}

void ivc_index_set_clear(IvcIndexSet *set)
{
    for (unsigned i = 0; i < set->levels; i++) {
        g_free(set->level[i]);
    }
    *set = (IvcIndexSet){0};
}

G_NO_INLINE void ivc_index_set_rest_add(IvcIndexSet *set, uint32_t member)
{
    for (unsigned i = 0; i < set->levels; i++) {
        uint64_t before = set->level[i][member / 64];
        set->level[i][member / 64] = before | UINT64_C(1) << (member % 64);
        if (before != 0) {
            return; /* the levels above know the word already */
        }
        member /= 64;
    }
}

G_NO_INLINE void ivc_index_set_rest_remove(IvcIndexSet *set, uint32_t member)
{
    for (unsigned i = 0; i < set->levels; i++) {
        uint64_t after = set->level[i][member / 64] & ~(UINT64_C(1) << (member % 64));
        set->level[i][member / 64] = after;
        if (after != 0) {
            return; /* the word is not empty: the levels above stay as they are */
        }
        member /= 64;
    }
}

static uint32_t lowest_bit(uint64_t word)
{
    return (uint32_t)__builtin_ctzll(word);
}

G_NO_INLINE uint32_t ivc_index_set_rest_take(IvcIndexSet *set)
{
    uint32_t place = 0;
    for (unsigned i = set->levels; i-- > 0;) {
        place = place * 64 + lowest_bit(set->level[i][place]);
    }
    ivc_index_set_rest_remove(set, place);
    return place;
}

uint32_t ivc_index_set_next(const IvcIndexSet *set, uint32_t from)
{
    if (from <= set->lowest) {
        return set->lowest;
    }
    if (from >= set->limit) {
        return IVC_INDEX_SET_NONE;
    }
    /* Up until a word has a bit at or behind the place, then down along the lowest bits. */
    uint32_t place = from;
    uint32_t words = words_for(set->limit);
    for (unsigned i = 0; i < set->levels; i++) {
        if (place / 64 >= words) {
            return IVC_INDEX_SET_NONE;
        }
        uint64_t word = set->level[i][place / 64] >> (place % 64) << (place % 64);
        if (word != 0) {
            uint32_t found = place / 64 * 64 + lowest_bit(word);
            while (i > 0) {
                i--;
                found = found * 64 + lowest_bit(set->level[i][found]);
            }
            return found;
        }
        place = place / 64 + 1;
        words = words_for(words);
    }
    return IVC_INDEX_SET_NONE;
}
