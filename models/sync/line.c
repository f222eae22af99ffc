/* A contended line. Coherent: a directory at the line's home, as with any inclusive shared cache: a
 * read of a modified line fetches it from its owner; a write takes it from whoever has it, and each
 * further copy must be told to go. Requests for one line are served one after the other, in the
 * order in which they are made. Not coherent: a register at its home, which answers each access.
 *
 * Stores may be buffered. Where they must take effect in order, each waits for those in front, and
 * so many at a time have asked for their lines (machine.lines.stores).
 *
 * Left out: lines that are evicted while nobody uses them (those of locks are too hot); requests
 * that overtake others on the way to the home; sharing of the links with other traffic. */
#include "models/sync/line.h"

#define WORD_BITS IVC_SYNC_WORD_BITS

static IvcTime or_else(IvcTime value, IvcTime other)
{
    return value ? value : other;
}

IvcSyncCosts ivc_sync_costs(IvcPlatform *platform, bool uncached)
{
    const IvcMachineSpec *spec = platform->spec;
    IvcTime fetch = or_else(ivc_platform_ps(platform, spec->lines_fetch),
                            ivc_platform_ps(platform, spec->read.other));
    return (IvcSyncCosts){
        .platform = platform,
        .uncached = uncached,
        .words = (uint32_t)((spec->cores + WORD_BITS - 1) / WORD_BITS),
        .word_ps = ivc_copy_l1_ps(platform->memory, 8),
        .fetch_ps = fetch,
        .ahead_ps = ivc_platform_ps(platform, spec->read.other),
        .clean_ps = or_else(ivc_platform_ps(platform, spec->lines_clean), fetch),
        .memory_ps = ivc_platform_ps(platform, spec->read.memory),
        .invalidate_ps = ivc_platform_ps(platform, spec->lines_invalidate),
        .hop_ps = ivc_platform_ps(platform, spec->interconnect_hop),
        .busy_ps = ivc_platform_ps(platform, spec->lines_busy),
        .load_ps = platform->t.registers_load,
        .store_ps = platform->t.registers_store,
        .stores = (uint32_t)spec->lines_stores,
    };
}

void ivc_sync_costs_clear(IvcSyncCosts *costs)
{
    for (size_t c = 0; costs->ways && c < costs->platform->spec->cores; c++)
        g_free(costs->ways[c]);
    g_clear_pointer(&costs->ways, g_free);
}

static IvcTime way(const IvcSyncCosts *costs, uint32_t from, uint32_t to)
{
    return costs->hop_ps ? costs->hop_ps * ivc_memory_hops(costs->platform->memory, from, to) : 0;
}

/* Each line that is read again is on one of these ways. */
static const IvcTime *ways_from(IvcSyncCosts *costs, uint32_t home)
{
    uint32_t cores = (uint32_t)costs->platform->spec->cores;
    if (costs->hop_ps == 0 || costs->uncached)
        return NULL;
    if (!costs->ways)
        costs->ways = g_new0(IvcTime *, cores);
    if (!costs->ways[home]) {
        costs->ways[home] = g_new(IvcTime, cores);
        for (uint32_t c = 0; c < cores; c++)
            costs->ways[home][c] = way(costs, home, c);
    }
    return costs->ways[home];
}

void ivc_sync_line_init(IvcSyncLine *line, IvcSyncCosts *costs, const IvcCore *home)
{
    *line = (IvcSyncLine){.id = ivc_platform_id(costs->platform),
                          .costs = costs,
                          .ways = ways_from(costs, home->cpu),
                          .home = home->cpu,
                          .owner = -1,
                          .copies = g_new0(uint64_t, costs->words)};
    line->changed.id = ivc_platform_id(costs->platform);
}

void ivc_sync_line_clear(IvcSyncLine *line)
{
    g_free(line->copies);
}

static inline bool has_copy(const IvcSyncLine *line, uint32_t cpu)
{
    return ivc_sync_has_copy(line, cpu);
}

static inline IvcTime way_from_home(const IvcSyncLine *line, uint32_t to)
{
    return line->ways ? line->ways[to] : 0;
}

/* The home takes requests one after the other, and is busy with each. This one is made at
 * `asked_ps`. @return from now until the answer */
static IvcTime serve_at(IvcSyncLine *line, IvcTime asked_ps, IvcTime busy_ps, IvcTime answer_ps)
{
    IvcTime start = MAX(asked_ps, line->free_ps);
    line->free_ps = start + busy_ps;
    line->costs->queued_ps += start - asked_ps;
    return start - line->costs->platform->sim.now + answer_ps;
}

static IvcTime serve(IvcSyncLine *line, IvcTime busy_ps, IvcTime answer_ps)
{
    return serve_at(line, line->costs->platform->sim.now, busy_ps, answer_ps);
}

/* A register: there and back. It is where it is, whoever has that core now. */
static IvcTime access_register(IvcSyncLine *line, const IvcAgent *agent, IvcTime cost_ps)
{
    const IvcSyncCosts *costs = line->costs;
    IvcTime answer =
        cost_ps + 2 * ivc_platform_links_ps(costs->platform, agent->core->cpu, line->home);
    line->costs->accesses++;
    return serve(line, or_else(costs->busy_ps, answer), answer);
}

static inline void add_copy(IvcSyncLine *line, uint32_t cpu)
{
    line->n_copies++;
    line->copies[cpu / WORD_BITS] |= UINT64_C(1) << cpu % WORD_BITS;
}

/* The owner gives the line to its home, too. */
static IvcTime fetch_from_owner(IvcSyncLine *line, uint32_t cpu, bool ahead)
{
    IvcSyncCosts *costs = line->costs;
    IvcTime cost = costs->fetch_ps;
    IvcTime answer =
        ahead ? MIN(cost, costs->ahead_ps) : cost + way(costs, (uint32_t)line->owner, cpu);
    line->owner = -1;
    costs->transfers++;
    add_copy(line, cpu);
    return costs->word_ps + serve(line, answer, answer);
}

/* Fetches a line of which this core has no copy. `ahead`: that others have, asked for early. */
static inline IvcTime fetch_line(IvcSyncLine *line, const IvcAgent *agent, bool ahead)
{
    IvcSyncCosts *costs = line->costs;
    uint32_t cpu = agent->core->cpu;
    if (line->owner >= 0)
        return fetch_from_owner(line, cpu, ahead);
    IvcTime cost = line->n_copies ? costs->clean_ps : costs->memory_ps;
    IvcTime answer = ahead ? MIN(cost, costs->ahead_ps) : cost + way_from_home(line, cpu);
    costs->transfers += line->n_copies != 0;
    add_copy(line, cpu);
    return costs->word_ps + serve(line, or_else(costs->busy_ps, answer), answer);
}

static IvcTime read_line(IvcSyncLine *line, const IvcAgent *agent, bool ahead)
{
    if (line->costs->uncached)
        return access_register(line, agent, line->costs->load_ps);
    if (has_copy(line, agent->core->cpu))
        return line->costs->word_ps;
    return fetch_line(line, agent, ahead);
}

IvcTime ivc_sync_fetch(IvcSyncLine *line, const IvcAgent *agent)
{
    return fetch_line(line, agent, false);
}

IvcTime ivc_sync_read(IvcSyncLine *line, const IvcAgent *agent)
{
    return read_line(line, agent, false);
}

IvcTime ivc_sync_read_ahead(IvcSyncLine *line, const IvcAgent *agent)
{
    return read_line(line, agent, true);
}

static inline void tell(const IvcAgent *agent, IvcSyncLine *line)
{
    if (line->changed.first)
        ivc_signal_by(agent, &line->changed);
}

/* All copies but one's own go. */
static void take_copies(IvcSyncLine *line, const IvcAgent *agent, uint32_t others)
{
    uint32_t cpu = agent->core->cpu;
    uint64_t own = UINT64_C(1) << cpu % WORD_BITS;
    if (others) { /* else there is one's own at most */
        for (uint32_t w = 0; w < line->costs->words; w++)
            line->copies[w] = w == cpu / WORD_BITS ? own : 0;
    } else {
        line->copies[cpu / WORD_BITS] |= own;
    }
    line->n_copies = 1;
    line->owner = (int32_t)cpu;
    line->costs->invalidations += others;
    tell(agent, line);
}

/* Makes a line one's own that another core owns, as one for which all update in turn. */
static IvcTime own_from_owner(IvcSyncLine *line, const IvcAgent *agent, IvcTime asked_ps)
{
    IvcSyncCosts *costs = line->costs;
    uint32_t cpu = agent->core->cpu, from = (uint32_t)line->owner;
    IvcTime answer = way(costs, from, cpu) + costs->fetch_ps;
    line->copies[from / WORD_BITS] = 0;
    line->copies[cpu / WORD_BITS] = UINT64_C(1) << cpu % WORD_BITS;
    line->owner = (int32_t)cpu;
    costs->transfers++;
    costs->invalidations++;
    tell(agent, line);
    return serve_at(line, asked_ps, answer, answer);
}

/* Makes the line one's own, asked for at `asked_ps`. Who owns a line has the only copy.
 * @return from now until it is */
static IvcTime own_line(IvcSyncLine *line, const IvcAgent *agent, IvcTime asked_ps)
{
    IvcSyncCosts *costs = line->costs;
    uint32_t cpu = agent->core->cpu;
    if (line->owner == (int32_t)cpu) {
        /* Who spins may have been on this very core before it was taken off it. */
        tell(agent, line);
        return 0;
    }
    if (line->owner >= 0)
        return own_from_owner(line, agent, asked_ps);
    uint32_t others = line->n_copies - has_copy(line, cpu);
    IvcTime answer = way_from_home(line, cpu) +
                     (line->n_copies ? costs->clean_ps : costs->memory_ps) +
                     (others > 1 ? (others - 1) * costs->invalidate_ps : 0);
    costs->transfers += others > 0 && !has_copy(line, cpu);
    take_copies(line, agent, others);
    return serve_at(line, asked_ps, answer, answer);
}

IvcTime ivc_sync_write(IvcSyncLine *line, const IvcAgent *agent)
{
    const IvcSyncCosts *costs = line->costs;
    if (costs->uncached) {
        tell(agent, line);
        return access_register(line, agent, costs->store_ps);
    }
    return costs->word_ps + own_line(line, agent, costs->platform->sim.now);
}

void ivc_sync_store(IvcSyncStores *stores, IvcSyncLine *line, const IvcAgent *agent)
{
    const IvcSyncCosts *costs = line->costs;
    IvcTime now = costs->platform->sim.now;
    IvcTime *oldest = &stores->done_ps[stores->next];
    IvcTime done = now + own_line(line, agent, costs->stores ? MAX(now, *oldest) : now);
    stores->last_ps = MAX(stores->last_ps, done);
    if (costs->stores == 0)
        return;
    *oldest = stores->last_ps;
    stores->next = (stores->next + 1) % costs->stores;
    line->free_ps = MAX(line->free_ps, stores->last_ps);
}

static IvcTime left(IvcTime then, IvcTime now)
{
    return then > now ? then - now : 0;
}

IvcTime ivc_sync_stores_left(const IvcSyncStores *stores, IvcTime now)
{
    return left(stores->last_ps, now);
}

void ivc_sync_stores_digest(const IvcSyncStores *stores, const IvcSyncCosts *costs,
                            IvcDigest *digest)
{
    IvcTime now = costs->platform->sim.now;
    ivc_digest_u64(digest, left(stores->last_ps, now));
    for (uint32_t i = 0; i < costs->stores; i++)
        ivc_digest_u64(digest, left(stores->done_ps[(stores->next + i) % costs->stores], now));
}

IvcTime ivc_sync_atomic(IvcSyncLine *line, const IvcAgent *agent)
{
    /* A register sets itself when it is read. */
    if (line->costs->uncached) {
        tell(agent, line);
        return access_register(line, agent, line->costs->load_ps);
    }
    return ivc_sync_write(line, agent) + line->costs->platform->t.atomic;
}

void ivc_sync_line_digest(const IvcSyncLine *line, IvcDigest *digest)
{
    IvcTime now = line->costs->platform->sim.now;
    ivc_signal_digest(&line->changed, digest);
    ivc_digest_u64(digest, (uint64_t)(int64_t)line->owner);
    ivc_digest_u64(digest, line->n_copies);
    for (size_t i = 0; i < line->costs->words; i++)
        ivc_digest_u64(digest, line->copies[i]);
    ivc_digest_u64(digest, line->free_ps > now ? line->free_ps - now : 0);
}
