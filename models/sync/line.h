/** @file
 *  A cache line that cores contend for: who has it, who has copies, and the order in which the
 *  line's home serves those who ask. Also a register that is not cached, as those of chips without
 *  coherent caches: each access goes to its home.
 *
 *  Accesses take effect in the order in which they are asked for, which is the order in which they
 *  end: the caller reads or changes the value when it asks, and acts on it when the time is over.
 */
#pragma once

#include "sim/model/platform.h"

/** What a machine's lines cost, as times; and what is counted. One for all lines of a channel. */
typedef struct {
    IvcPlatform *platform;
    bool uncached;         /**< registers, not cache lines */
    uint32_t words;        /**< of 64 bits, for a bit a core */
    IvcTime word_ps;       /**< an access that this core's cache answers */
    IvcTime fetch_ps;      /**< a line that another core has modified */
    IvcTime ahead_ps;      /**< either, when the core has run ahead and asked for it before */
    IvcTime clean_ps;      /**< a line that others have copies of */
    IvcTime memory_ps;     /**< a line that nobody has */
    IvcTime invalidate_ps; /**< each further copy that must go */
    IvcTime hop_ps;        /**< each link on the way, there and back */
    IvcTime busy_ps;    /**< the home, with a request that it answers itself; 0: until answered */
    IvcTime load_ps;    /**< of a register */
    IvcTime store_ps;   /**< of a register */
    uint32_t stores;    /**< that a core has under way, in order; 0: any number, in any order */
    uint64_t transfers; /**< counts: lines that went from one cache to another */
    uint64_t invalidations; /**< copies that had to go */
    uint64_t accesses;      /**< of registers */
    uint64_t queued_ps;     /**< time that requests waited for others at the home */
    IvcTime **ways;         /**< by home: to each physical core; NULL: no line is at home there */
} IvcSyncCosts;

typedef struct {
    uint32_t id;
    IvcSyncCosts *costs;
    const IvcTime *ways; /**< from its home to each physical core; NULL: no way takes time */
    uint32_t home;       /**< physical core at whose node it is */
    int32_t owner;       /**< physical core that has it modified; -1: nobody */
    uint32_t n_copies;   /**< among `copies` */
    uint64_t *copies;    /**< a bit a physical core: it has a valid copy; the owner too */
    IvcTime free_ps;     /**< from when on its home serves the next request */
    IvcSignal changed;   /**< for those who spin on their copy */
} IvcSyncLine;

/** The most that machine.lines.stores may be. */
#define IVC_SYNC_STORES_MAX 16u

/** A core's buffered stores: they take effect in order, and some at a time wait for their lines. */
typedef struct {
    IvcTime done_ps[IVC_SYNC_STORES_MAX]; /**< when the latest take effect, IvcSyncCosts.stores */
    uint32_t next;                        /**< of these, the oldest */
    IvcTime last_ps;                      /**< the latest of them */
} IvcSyncStores;

/** Reads the costs off the machine. Cleared when all lines are. */
IvcSyncCosts ivc_sync_costs(IvcPlatform *platform, bool uncached);
void ivc_sync_costs_clear(IvcSyncCosts *costs);

/** Prepares a line that nobody has. `home` is a core. */
void ivc_sync_line_init(IvcSyncLine *line, IvcSyncCosts *costs, const IvcCore *home);
void ivc_sync_line_clear(IvcSyncLine *line);

#define IVC_SYNC_WORD_BITS 64u

/** Whether a physical core has a valid copy, where lines are cached. */
static inline bool ivc_sync_has_copy(const IvcSyncLine *line, uint32_t cpu)
{
    return (line->copies[cpu / IVC_SYNC_WORD_BITS] >> cpu % IVC_SYNC_WORD_BITS & 1) != 0;
}

/** Whether the agent's core has a valid copy: nothing has changed since it read. */
static inline bool ivc_sync_line_has(const IvcSyncLine *line, const IvcAgent *agent)
{
    return !line->costs->uncached && ivc_sync_has_copy(line, agent->core->cpu);
}

/** Whether what was last stored was there when the line was asked for at that time. */
static inline bool ivc_sync_line_was_there(const IvcSyncLine *line, IvcTime asked_ps)
{
    return line->free_ps <= asked_ps;
}

/** Asks for the line in order to read it, early: the core has run ahead of what it waits for, as
 * its branches were predicted. @return what is left of the wait */
IvcTime ivc_sync_read_ahead(IvcSyncLine *line, const IvcAgent *agent);

/** Asks for the line in order to read it, to write it, or to update it atomically. @return how long
 *  it takes from now */
IvcTime ivc_sync_read(IvcSyncLine *line, const IvcAgent *agent);
IvcTime ivc_sync_write(IvcSyncLine *line, const IvcAgent *agent);
IvcTime ivc_sync_atomic(IvcSyncLine *line, const IvcAgent *agent);

/** As ivc_sync_read(), of a line that is cached, and not by the agent's core. */
IvcTime ivc_sync_fetch(IvcSyncLine *line, const IvcAgent *agent);

/** Stores into the line, and does not wait for it. Nobody sees the store before those in front of
 *  it, and the line is asked for when there is room for another. Not for registers. */
void ivc_sync_store(IvcSyncStores *stores, IvcSyncLine *line, const IvcAgent *agent);

/** How long from now until all stores have taken effect. */
IvcTime ivc_sync_stores_left(const IvcSyncStores *stores, IvcTime now);

void ivc_sync_stores_digest(const IvcSyncStores *stores, const IvcSyncCosts *costs,
                            IvcDigest *digest);

void ivc_sync_line_digest(const IvcSyncLine *line, IvcDigest *digest);
