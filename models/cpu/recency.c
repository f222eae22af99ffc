/* LRU caches over passes: a list in the order in which the passes began, and for each level the
 * oldest part that it still holds. All levels of a list see the same touches, so a smaller one
 * holds a subset of a larger one, and each needs only its end.
 *
 * Bytes count as old as the beginning of their pass; what the pass before has touched leaves that
 * one's part as it is touched again. A pass that ends early leaves the rest there; when one more
 * begins, the rest counts as touched with the latest one. Exact for passes in one go.
 * Leaves out: sets and conflicts, sharing of lines between buffers. */
#include "models/cpu/recency.h"

void ivc_recency_init(IvcRecency *recency, const uint64_t capacity[IVC_CACHE_LEVELS])
{
    *recency = (IvcRecency){.level_first = IVC_CACHE_LEVELS};
    for (uint32_t l = 0; l < IVC_CACHE_LEVELS; l++) {
        recency->capacity[l] = capacity[l];
        recency->whole[l] = capacity[l] > 0;
        if (!capacity[l])
            continue;
        recency->level_first = MIN(recency->level_first, l);
        recency->level_end = l + 1;
    }
}

static IvcSeen *latest_of(const IvcRecencyEntry *entry)
{
    return (IvcSeen *)&entry->passes[entry->latest];
}

static IvcSeen *before_of(const IvcRecencyEntry *entry)
{
    return (IvcSeen *)&entry->passes[!entry->latest];
}

/* ---- the list ---- */

static bool is_listed(const IvcRecency *recency, const IvcSeen *seen)
{
    return seen->newer || seen == recency->newest;
}

static void list_remove(IvcRecency *recency, IvcSeen *seen)
{
    for (size_t l = 0; l < IVC_CACHE_LEVELS; l++) /* unrolled: cheaper than their range */
        if (recency->last[l] == seen)
            recency->last[l] = seen->newer;
    *(seen->newer ? &seen->newer->older : &recency->newest) = seen->older;
    if (seen->older)
        seen->older->newer = seen->newer;
    seen->newer = seen->older = NULL;
}

static void list_push(IvcRecency *recency, IvcSeen *seen)
{
    seen->began = ++recency->begun;
    seen->older = recency->newest;
    if (seen->older)
        seen->older->newer = seen;
    recency->newest = seen;
}

static bool is_held(const IvcSeen *seen)
{
    uint64_t sum = 0;
    for (size_t l = 0; l < IVC_CACHE_LEVELS; l++)
        sum |= seen->in[l];
    return sum != 0;
}

bool ivc_recency_is_held(const IvcRecencyEntry *entry)
{
    return is_held(&entry->passes[0]) || is_held(&entry->passes[1]);
}

/* The level is too full: its oldest bytes go. */
static void evict(IvcRecency *recency, size_t l)
{
    uint64_t excess = recency->used[l] - recency->capacity[l];
    recency->used[l] = recency->capacity[l];
    recency->whole[l] = false;
    while (excess) {
        IvcSeen *seen = recency->last[l];
        uint64_t part = MIN(excess, seen->in[l]);
        seen->in[l] -= part;
        excess -= part;
        if (seen->in[l])
            return;
        recency->last[l] = seen->newer;
        if (!is_held(seen))
            list_remove(recency, seen);
    }
}

/* ---- passes ---- */

/* The first `bytes` of a pass are its own no more. */
static void take(IvcRecency *recency, IvcSeen *seen, uint64_t bytes)
{
    seen->extent -= bytes;
    for (size_t l = recency->level_first; l < recency->level_end; l++)
        if (seen->in[l] > seen->extent) {
            recency->used[l] -= seen->in[l] - seen->extent;
            seen->in[l] = seen->extent;
        }
    if (seen->extent == 0 && is_listed(recency, seen))
        list_remove(recency, seen);
}

G_NO_INLINE void ivc_recency_begin(IvcRecency *recency, IvcRecencyEntry *entry)
{
    IvcSeen *latest = latest_of(entry), *rest = before_of(entry);
    if (!ivc_recency_is_held(entry))
        latest->extent = rest->extent = 0; /* all of it has left the caches */
    if (latest->extent == 0)
        return;
    if (rest->extent) {
        latest->extent += rest->extent;
        for (size_t l = recency->level_first; l < recency->level_end; l++) {
            latest->in[l] += rest->in[l];
            rest->in[l] = 0;
        }
        rest->extent = 0;
        if (is_listed(recency, rest)) /* and so is the latest, which is newer */
            list_remove(recency, rest);
    }
    entry->latest = !entry->latest;
}

G_NO_INLINE void ivc_recency_touch(IvcRecency *recency, IvcRecencyEntry *entry, uint64_t at,
                                   uint64_t end)
{
    IvcSeen *latest = latest_of(entry), *rest = before_of(entry);
    /* Two passes share an entry when one follows the other in parts: a byte counts once. */
    uint64_t bytes = end > latest->extent ? end - MAX(at, latest->extent) : 0;
    bool full = false;
    if (rest->extent)
        take(recency, rest, MIN(bytes, rest->extent));
    if (bytes == 0)
        return;
    if (!is_listed(recency, latest))
        list_push(recency, latest);
    latest->extent += bytes;
    for (size_t l = recency->level_first; l < recency->level_end; l++) {
        if (!recency->capacity[l])
            continue;
        bool oldest = !recency->last[l] || latest->began < recency->last[l]->began;
        if (oldest && recency->used[l] == recency->capacity[l])
            continue; /* they would be the first to go; `last` stays, nothing in between is held */
        if (oldest)
            recency->last[l] = latest; /* older than all that the level holds */
        latest->in[l] += bytes;
        recency->used[l] += bytes;
        full = full || recency->used[l] > recency->capacity[l];
    }
    for (size_t l = recency->level_first; full && l < recency->level_end; l++)
        if (recency->used[l] > recency->capacity[l])
            evict(recency, l);
}

static inline void again_one_level(IvcRecency *recency, IvcSeen *seen, uint64_t bytes, uint32_t l)
{
    IvcSeen *newer = seen->newer, *newest = recency->newest;
    seen->began = ++recency->begun;
    if (seen != newest) {
        if (newer) { /* it is in the list, and not at its end */
            if (recency->last[l] == seen)
                recency->last[l] = newer;
            newer->older = seen->older;
            if (seen->older)
                seen->older->newer = newer;
            seen->newer = NULL;
        }
        seen->older = newest;
        if (newest)
            newest->newer = seen;
        recency->newest = seen;
    }
    uint64_t used = recency->used[l] + bytes - seen->in[l];
    recency->used[l] = used;
    seen->in[l] = bytes;
    if (!recency->last[l])
        recency->last[l] = seen;
    if (used > recency->capacity[l])
        evict(recency, l);
}

/* The same bytes as in the pass before, all at once: that one becomes the latest of the list again,
 * and has in each level what it had plus what was evicted meanwhile. */
void ivc_recency_again(IvcRecency *recency, IvcSeen *seen, uint64_t bytes)
{
    uint32_t l = recency->level_first;
    if (l + 1 == recency->level_end) { /* most often so */
        again_one_level(recency, seen, bytes, l);
        return;
    }
    if (seen != recency->newest) {
        if (seen->newer)
            list_remove(recency, seen);
        list_push(recency, seen);
    } else {
        seen->began = ++recency->begun;
    }
    for (; l < recency->level_end; l++) {
        if (!recency->capacity[l])
            continue;
        recency->used[l] += bytes - seen->in[l];
        seen->in[l] = bytes;
        if (!recency->last[l])
            recency->last[l] = seen;
    }
    for (l = recency->level_first; l < recency->level_end; l++)
        if (recency->used[l] > recency->capacity[l])
            evict(recency, l);
}

G_NO_INLINE void ivc_recency_forget(IvcRecency *recency, IvcRecencyEntry *entry)
{
    for (size_t i = 0; i < G_N_ELEMENTS(entry->passes); i++)
        if (entry->passes[i].extent)
            take(recency, &entry->passes[i], entry->passes[i].extent);
}

bool ivc_recency_holds(const IvcRecencyEntry *entry, size_t level)
{
    const IvcSeen *one = &entry->passes[0], *other = &entry->passes[1];
    return one->in[level] == one->extent && other->in[level] == other->extent &&
           one->extent + other->extent; /* a level without capacity has nothing of it */
}

uint64_t ivc_recency_tail(const IvcRecencyEntry *entry, size_t level)
{
    return latest_of(entry)->in[level];
}

/* ---- digests ---- */

void ivc_recency_digest(IvcRecency *recency, IvcDigest *digest)
{
    for (size_t l = 0; l < IVC_CACHE_LEVELS; l++)
        ivc_digest_u64(digest, recency->whole[l]);
    uint64_t n = 0;
    for (IvcSeen *seen = recency->newest; seen; seen = seen->older)
        seen->rank = ++n;
}

/* A level that was full once: what it holds, and where in the order. While none was full, the order
 * decides nothing: not even of what a pass goes on with. */
static void seen_digest(const IvcRecency *recency, const IvcSeen *seen, bool open,
                        IvcDigest *digest)
{
    bool full = false, held = false;
    for (size_t l = 0; l < IVC_CACHE_LEVELS; l++) {
        if (!recency->capacity[l] || recency->whole[l])
            continue;
        full = true;
        ivc_digest_u64(digest, seen->in[l]);
        held = held || seen->in[l];
    }
    if (held || (full && open && is_listed(recency, seen))) {
        ivc_digest_u64(digest, seen->rank);
        ivc_digest_u64(digest, seen->extent);
    }
}

void ivc_recency_entry_digest(const IvcRecency *recency, const IvcRecencyEntry *entry, bool open,
                              IvcDigest *digest)
{
    const IvcSeen *latest = latest_of(entry), *rest = before_of(entry);
    bool matters = open || ivc_recency_is_held(entry);
    ivc_digest_u64(digest, matters);
    if (!matters)
        return;
    ivc_digest_u64(digest, latest->extent + rest->extent);
    if (open)
        ivc_digest_u64(digest, latest->extent);
    seen_digest(recency, latest, open, digest);
    seen_digest(recency, rest, open, digest);
}
