/** @file
 *  What caches hold: the order in which they have seen passes over buffers, and how much of each is
 *  left in each level. Least recently used goes first, byte by byte in the order of the pass, and
 *  what went does not come back by itself. O(1) amortised, whatever the sizes.
 *  One for each core's private caches, one for the caches that all share.
 */
#pragma once

#include "sim/model/memory.h"

/** Prepares empty caches; a capacity of 0: the level is none of these. */
void ivc_recency_init(IvcRecency *recency, const uint64_t capacity[IVC_CACHE_LEVELS]);

/** A new pass begins; it has no bytes yet. What the one before has touched is still held. */
void ivc_recency_begin(IvcRecency *recency, IvcRecencyEntry *entry);

/** The pass has touched the bytes from `at` to `end`: the most recent ones, and not held twice. */
void ivc_recency_touch(IvcRecency *recency, IvcRecencyEntry *entry, uint64_t at, uint64_t end);

/** The same bytes as in the pass before, all at once. For ivc_recency_renew() only. */
void ivc_recency_again(IvcRecency *recency, IvcSeen *seen, uint64_t bytes);

/** Both of these: a new pass begins and touches its first bytes, one or more. */
static inline void ivc_recency_renew(IvcRecency *recency, IvcRecencyEntry *entry, uint64_t at,
                                     uint64_t end)
{
    IvcSeen *latest = &entry->passes[entry->latest];
    uint64_t held = entry->passes[0].extent + entry->passes[1].extent;
    if (G_LIKELY(held == end - at && latest->extent == held)) {
        ivc_recency_again(recency, latest, held);
        return;
    }
    ivc_recency_begin(recency, entry);
    ivc_recency_touch(recency, entry, at, end);
}

/** The entry's bytes are gone from these caches; it may enter others. */
void ivc_recency_forget(IvcRecency *recency, IvcRecencyEntry *entry);

/** Whether a level holds all that the entry's passes have touched, and that is something. */
bool ivc_recency_holds(const IvcRecencyEntry *entry, size_t level);

/** Whether any level holds anything of the entry. */
bool ivc_recency_is_held(const IvcRecencyEntry *entry);

/** How much of the end of the entry's latest pass a level holds, in bytes. */
uint64_t ivc_recency_tail(const IvcRecencyEntry *entry, size_t level);

/** Feeds what belongs to no entry, and prepares the entries for ivc_recency_entry_digest(). */
void ivc_recency_digest(IvcRecency *recency, IvcDigest *digest);

/**
 * Feeds what is held of an entry, and its place in the order: not in a level that has never been
 * full, where the order matters to nobody as long as it stays so.
 *
 * @param open  the latest pass may be continued
 */
void ivc_recency_entry_digest(const IvcRecency *recency, const IvcRecencyEntry *entry, bool open,
                              IvcDigest *digest);
