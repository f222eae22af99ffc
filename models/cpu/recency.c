/* LRU stack distances by a Fenwick tree over passes in the order of their beginning.
 *
 * Every pass has a place; the tree sums the bytes that places hold. A byte that is touched again
 * moves from its buffer's old place to the new one, so every byte counts once, where it was seen
 * last: the sum behind a place is the number of different bytes seen since. Places are handed out
 * in order; when they run out, those in use are moved together (amortised O(1)).
 * While everything that was ever touched fits, nothing is evicted and only time stamps are kept;
 * the tree is built from them when that ends. */
#include "models/cpu/recency.h"

#define PLACES_MIN 256u

void ivc_recency_init(IvcRecency *recency, uint64_t never_full)
{
    *recency = (IvcRecency){
        .never_full = never_full, .owners = g_ptr_array_new(), .built = never_full == 0};
}

void ivc_recency_clear(IvcRecency *recency)
{
    g_clear_pointer(&recency->owners, g_ptr_array_unref);
    g_clear_pointer(&recency->tree, g_free);
}

static void add(IvcRecency *recency, uint32_t place, uint64_t bytes)
{
    for (; place <= recency->places; place += place & -place)
        recency->tree[place] += bytes; /* modulo 2^64: subtraction is addition, too */
}

static uint64_t sum_to(const IvcRecency *recency, uint32_t place)
{
    uint64_t sum = 0;
    for (; place > 0; place -= place & -place)
        sum += recency->tree[place];
    return sum;
}

static gint by_stamp(gconstpointer a, gconstpointer b)
{
    const IvcRecencyEntry *x = *(const IvcRecencyEntry *const *)a;
    const IvcRecencyEntry *y = *(const IvcRecencyEntry *const *)b;
    return x->stamp < y->stamp ? -1 : x->stamp > y->stamp;
}

/* Puts the owners in the order of their stamps: of their places, where they have them all. */
static void order_owners(IvcRecency *recency)
{
    if (!recency->built || !recency->tree) {
        g_ptr_array_sort(recency->owners, by_stamp);
        return;
    }
    g_autofree IvcRecencyEntry **at = g_new0(IvcRecencyEntry *, recency->next);
    GPtrArray *owners = recency->owners;
    IvcRecencyEntry *newest = NULL; /* the one that found no place any more */
    for (guint i = 0; i < owners->len; i++) {
        IvcRecencyEntry *entry = owners->pdata[i];
        if (entry->stamp == recency->clock)
            newest = entry;
        else
            at[entry->place] = entry;
    }
    guint n = 0;
    for (uint32_t place = 0; place < recency->next; place++)
        if (at[place])
            owners->pdata[n++] = at[place];
    if (newest)
        owners->pdata[n++] = newest;
    g_assert(n == owners->len);
}

/* Gives the entries places 1, 2, 3 ... in the order of their stamps. */
static void rebuild(IvcRecency *recency)
{
    uint32_t live = recency->owners->len;
    uint32_t places = PLACES_MIN;
    while (places < 4 * live)
        places *= 2;
    order_owners(recency);
    g_free(recency->tree);
    recency->tree = g_new0(uint64_t, places + 1);
    recency->places = places;
    recency->next = 1;
    for (uint32_t i = 0; i < live; i++) {
        IvcRecencyEntry *entry = g_ptr_array_index(recency->owners, i);
        if (entry->old_bytes) { /* not touched again yet by an unfinished pass */
            entry->old_place = recency->next++;
            add(recency, entry->old_place, entry->old_bytes);
        }
        entry->place = recency->next++;
        add(recency, entry->place, entry->bytes);
    }
    recency->built = true;
}

static void drop_old(IvcRecency *recency, IvcRecencyEntry *entry)
{
    recency->live -= entry->old_bytes;
    if (recency->built && entry->old_bytes)
        add(recency, entry->old_place, -entry->old_bytes);
    entry->old_bytes = 0;
}

void ivc_recency_begin(IvcRecency *recency, IvcRecencyEntry *entry)
{
    if (!entry->stamp)
        g_ptr_array_add(recency->owners, entry);
    if (entry->stamp == recency->clock && recency->clock && entry->old_bytes == 0) {
        /* It is the most recent already: only its bytes begin anew. */
        entry->old_place = entry->place;
        entry->old_bytes = entry->bytes;
        entry->bytes = 0;
        return;
    }
    drop_old(recency, entry);
    entry->stamp = ++recency->clock;
    if (!recency->built) {
        entry->old_bytes = entry->bytes;
        entry->bytes = 0;
        return;
    }
    if (!recency->tree || recency->next > recency->places) {
        rebuild(recency);
        entry->old_place = entry->place; /* the most recent stamp: the last place */
    } else {
        entry->old_place = entry->place;
        entry->place = recency->next++;
    }
    entry->old_bytes = entry->bytes;
    entry->bytes = 0;
}

void ivc_recency_touch(IvcRecency *recency, IvcRecencyEntry *entry, uint64_t bytes)
{
    uint64_t again = MIN(bytes, entry->old_bytes);
    entry->bytes += bytes;
    entry->old_bytes -= again;
    recency->live += bytes - again;
    if (recency->built) {
        if (again && entry->old_place != entry->place) {
            add(recency, entry->old_place, -again);
            add(recency, entry->place, bytes);
        } else if (bytes - again) {
            add(recency, entry->place, bytes - again);
        }
    } else if (recency->live > recency->never_full) {
        rebuild(recency);
    }
}

void ivc_recency_forget(IvcRecency *recency, IvcRecencyEntry *entry)
{
    if (!entry->stamp)
        return;
    drop_old(recency, entry);
    recency->live -= entry->bytes;
    if (recency->built && entry->bytes)
        add(recency, entry->place, -entry->bytes);
    entry->bytes = 0;
}

void ivc_recency_leave(IvcRecency *recency, IvcRecencyEntry *entry)
{
    if (!entry->stamp)
        return;
    ivc_recency_forget(recency, entry);
    g_ptr_array_remove_fast(recency->owners, entry);
    *entry = (IvcRecencyEntry){.id = entry->id};
}

uint64_t ivc_recency_later(IvcRecency *recency, const IvcRecencyEntry *entry)
{
    if (!entry->stamp)
        return UINT64_MAX;
    if (entry->stamp == recency->clock || !recency->built)
        return 0;
    return recency->live - sum_to(recency, entry->place);
}

void ivc_recency_digest(const IvcRecency *recency, IvcDigest *digest)
{
    ivc_digest_u64(digest, recency->built);
    if (recency->built)
        return;
    g_ptr_array_sort(recency->owners, by_stamp);
    for (guint i = 0; i < recency->owners->len; i++)
        ivc_digest_u64(digest, ((const IvcRecencyEntry *)recency->owners->pdata[i])->id);
}
