/** @file
 *  How many bytes a cache has seen since it saw something: LRU stack distances of whole passes, in
 *  O(log n) a pass. One for each core's private caches, one for the caches that all share.
 */
#pragma once

#include "sim/model/memory.h"

/** Prepares an empty stack. While no more than `never_full` bytes were ever touched, order does not
 *  matter and is not kept. */
void ivc_recency_init(IvcRecency *recency, uint64_t never_full);
void ivc_recency_clear(IvcRecency *recency);

/** A new pass begins: the entry becomes the most recent; it has no bytes yet. */
void ivc_recency_begin(IvcRecency *recency, IvcRecencyEntry *entry);

/** The pass has touched `bytes` more, which leave the place that the pass before gave them. */
void ivc_recency_touch(IvcRecency *recency, IvcRecencyEntry *entry, uint64_t bytes);

/** The entry's bytes are gone: its cache does not hold them any more. */
void ivc_recency_forget(IvcRecency *recency, IvcRecencyEntry *entry);

/** The entry is gone and may enter another stack: another core has taken its pass over. */
void ivc_recency_leave(IvcRecency *recency, IvcRecencyEntry *entry);

/** Bytes touched after the entry's latest pass began, without its own; UINT64_MAX: never. */
uint64_t ivc_recency_later(IvcRecency *recency, const IvcRecencyEntry *entry);

/** Feeds the order of the entries while it is kept by stamps only; else the buffers feed it. */
void ivc_recency_digest(const IvcRecency *recency, IvcDigest *digest);
