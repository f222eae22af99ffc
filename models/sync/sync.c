/* Waiting for a value in a line, and what the time of those who spin is good for.
 *
 * Who polls a copy costs nobody anything until the copy is taken away; so polling is a wait whose
 * end is rounded up to the next turn, and every read that follows an invalidation is simulated.
 * Left out: interrupts that a spinning process takes count as spinning. */
#include "models/sync/sync.h"

static IvcSpinPlace *place_of(const IvcSyncWaiter *waiter)
{
    return &waiter->sync->platform->spin.places[waiter->agent->core->id];
}

/* It has something to run, and others have the cores. */
static bool is_off(const IvcAgent *agent)
{
    return agent->core->state == IVC_CORE_WAITING;
}

/* ---- what spinning is good for ---- */

static void watch_settle(IvcSync *sync, IvcSyncWatch *watch)
{
    IvcTime now = sync->platform->sim.now;
    sync->waits_ps[watch->kind] += watch->spinners * (now - watch->since_ps);
    watch->since_ps = now;
}

static void settle_all(void *data)
{
    IvcSync *sync = data;
    for (uint32_t r = 0; r < sync->n; r++)
        if (sync->waiters[r]->watch)
            watch_settle(sync, sync->waiters[r]->watch);
}

static void watch_look(IvcSyncWatch *watch)
{
    watch->kind = IVC_WAIT_USEFUL;
    if (watch->holder && is_off(watch->holder))
        watch->kind = IVC_WAIT_BEHIND_HOLDER;
    else if (!watch->holder && watch->next && is_off(watch->next))
        watch->kind = IVC_WAIT_BEHIND_WAITER;
}

void ivc_sync_watch_set(IvcSync *sync, IvcSyncWatch *watch, const IvcAgent *holder,
                        const IvcAgent *next)
{
    watch_settle(sync, watch);
    watch->holder = holder;
    watch->next = next;
    watch_look(watch);
}

void ivc_sync_holds(IvcSyncWaiter *waiter, bool holds)
{
    place_of(waiter)->holds += holds ? 1u : UINT32_MAX;
}

void ivc_sync_is_next(IvcSyncWaiter *waiter, bool next)
{
    place_of(waiter)->next += next ? 1u : UINT32_MAX;
}

/* Whether it burns time of a core now. */
static void set_burning(IvcSyncWaiter *waiter, bool burning)
{
    IvcTime now = waiter->sync->platform->sim.now;
    if (waiter->burning == burning)
        return;
    waiter->burning = burning;
    waiter->spun_ps += burning ? 0 : now - waiter->since_ps;
    waiter->since_ps = now;
    if (!waiter->watch)
        return;
    watch_settle(waiter->sync, waiter->watch);
    waiter->watch->spinners += burning ? 1u : UINT32_MAX;
}

/* 0: the processor does not look, or does not take such a loop for spinning: it is too slow, or has
 * no instruction that pauses. */
static IvcTime window_of(const IvcSyncWaiter *waiter)
{
    const IvcSync *sync = waiter->sync;
    const IvcSpin *spin = &sync->platform->spin;
    if (!spin->window_ps || sync->pauses_ps > spin->gap_ps)
        return 0;
    return spin->window_ps(sync->platform, waiter->agent->core);
}

/* A guest is entered again: the processor has seen no pause of it since. */
static void window_begins(IvcSyncWaiter *waiter)
{
    IvcTime window = window_of(waiter), polled_ps = waiter->spun_ps - waiter->bound_ps;
    if (!window)
        return;
    waiter->spun_ps = 0;
    waiter->bound_ps = -polled_ps; /* modulo 2^64: their difference counts */
    ivc_poll_rebound(waiter->agent, MAX(1, MIN(window, waiter->limit_ps - polled_ps)));
}

/* A virtual CPU was put on a core, or taken off it. */
static void moved(void *data, IvcCore *core)
{
    IvcSync *sync = data;
    IvcSyncWaiter *waiter = sync->by_core[core->id];
    if (!waiter)
        return;
    if (core->state == IVC_CORE_WAITING && ivc_spin_holds(&sync->platform->spin, core))
        sync->holder_preemptions++;
    if (waiter->spinning)
        set_burning(waiter, core->state == IVC_CORE_ON);
    if (waiter->burning)
        window_begins(waiter);
    if (!waiter->watch)
        return;
    watch_settle(sync, waiter->watch);
    watch_look(waiter->watch);
}

void ivc_sync_spin_begins(IvcSyncWaiter *waiter)
{
    waiter->spinning = true;
    waiter->straight = 0;
    place_of(waiter)->spins = true;
    set_burning(waiter, true);
}

void ivc_sync_spin_ends(IvcSyncWaiter *waiter)
{
    waiter->spinning = false;
    place_of(waiter)->spins = false;
    set_burning(waiter, false);
}

/* ---- spinning ---- */

#define RUNS_AHEAD 2

IvcTime ivc_sync_read_on(IvcSyncWaiter *waiter, IvcSyncLine *line, IvcTime code_ps)
{
    const IvcSyncCosts *costs = &waiter->sync->costs;
    IvcTime now = waiter->sync->platform->sim.now;
    if (waiter->straight == RUNS_AHEAD) {
        /* No earlier than it takes for the rest of the wait to be that short. */
        IvcTime before_ps = costs->fetch_ps - MIN(costs->fetch_ps, costs->ahead_ps);
        waiter->ahead_ps = MAX(waiter->ahead_ps + code_ps, now - MIN(now, before_ps));
        if (ivc_sync_line_was_there(line, waiter->ahead_ps) ||
            ivc_sync_line_has(line, waiter->agent))
            return ivc_sync_read_ahead(line, waiter->agent);
        waiter->straight = 0;
    }
    IvcTime wait_ps = ivc_sync_read(line, waiter->agent);
    /* What follows is asked for when it is known how the first of the two went. */
    waiter->ahead_ps = now + (waiter->straight == 0 ? wait_ps : 0);
    waiter->straight++;
    return wait_ps;
}

IvcTime ivc_sync_serialise(IvcSyncWaiter *waiter)
{
    waiter->straight = 1; /* the next is the first one behind it */
    return ivc_sync_stores_left(&waiter->stores, waiter->sync->platform->sim.now);
}

bool ivc_sync_pause_due_at(const IvcSyncWaiter *waiter, IvcTime spun_ps)
{
    IvcTime window = window_of(waiter);
    return window && spun_ps >= window;
}

bool ivc_sync_pause_due(const IvcSyncWaiter *waiter)
{
    return ivc_sync_pause_due_at(waiter, waiter->spun_ps);
}

IvcStep ivc_sync_pause(IvcSyncWaiter *waiter)
{
    IvcPlatform *platform = waiter->sync->platform;
    if (waiter->pause.label == 0)
        waiter->sync->pauses++;
    IvcStep step = platform->spin.pause(platform, waiter->agent, &waiter->pause);
    if (step == IVC_DONE)
        waiter->spun_ps = 0;
    return step;
}

static IvcTime window_left_at(const IvcSyncWaiter *waiter, IvcTime spun_ps)
{
    IvcTime window = window_of(waiter);
    return window ? MAX(1, window - MIN(window, spun_ps)) : IVC_TIME_NEVER;
}

IvcTime ivc_sync_window_left(const IvcSyncWaiter *waiter)
{
    return window_left_at(waiter, waiter->spun_ps);
}

/* ---- the same without the frames above ---- */

static IvcSyncWaiter *waiter_of(const IvcAgent *agent)
{
    return ((const IvcRank *)((const char *)agent - offsetof(IvcRank, agent)))->end;
}

static IvcStep step_again(IvcAgent *agent)
{
    IvcSyncWaiter *waiter = waiter_of(agent);
    if (waiter->again(waiter))
        return IVC_YIELD;
    agent->step = waiter->outside;
    return agent->step(agent);
}

bool ivc_sync_again_at_once(IvcTimer *timer)
{
    IvcAgent *agent = (IvcAgent *)timer; /* its first member */
    if (agent->step != step_again || !ivc_agent_is_over(agent))
        return false;
    IvcSyncWaiter *waiter = waiter_of(agent);
    return waiter->again(waiter);
}

bool ivc_sync_shortcut(IvcSyncWaiter *waiter, bool (*again)(IvcSyncWaiter *waiter))
{
    if (waiter->direct) {
        waiter->again = again;
        waiter->outside = waiter->agent->step;
        waiter->agent->step = step_again;
    }
    return false;
}

/* ---- polling ---- */

/* Polls the line from when it will be here, until it is taken away or something must be done other
 * than polling. */
static inline bool poll_from(IvcSyncWaiter *waiter, IvcTime lead_ps, IvcTime window_ps)
{
    const IvcSync *sync = waiter->sync;
    waiter->bound_ps = waiter->spun_ps + lead_ps;
    return ivc_poll_after(waiter->agent, &waiter->line->changed, lead_ps, sync->turn_ps,
                          MAX(1, MIN(window_ps, waiter->limit_ps)), sync->stage_spin);
}

/* Reads the line, of which there is no copy. */
static inline bool read_and_poll(IvcSyncWaiter *waiter)
{
    waiter->agent->ledger[waiter->sync->stage_spin].times++;
    /* Who has to read has no window. */
    return poll_from(waiter, ivc_sync_fetch(waiter->line, waiter->agent), IVC_TIME_NEVER);
}

static bool poll_line(IvcSyncWaiter *waiter)
{
    if (!ivc_sync_line_has(waiter->line, waiter->agent))
        return read_and_poll(waiter);
    return poll_from(waiter, 0, window_left_at(waiter, waiter->spun_ps));
}

/* Its copy was taken away; nothing else has happened, and what it waits for has not come. */
static bool poll_again(IvcSyncWaiter *waiter)
{
    IvcTime spun_ps = ivc_sync_spun(waiter), polled_ps = spun_ps - waiter->bound_ps;
    if (waiter->agent->timed_out || waiter->is_ready(waiter->what) || window_of(waiter) ||
        (polled_ps && waiter->limit_ps <= polled_ps) ||
        ivc_sync_line_has(waiter->line, waiter->agent))
        return false;
    if (waiter->limit_ps != IVC_TIME_NEVER)
        waiter->limit_ps -= polled_ps;
    ivc_sync_spin_on(waiter, spun_ps);
    return !read_and_poll(waiter);
}

/* Polls a copy until it is taken away, perhaps while it is on its way. */
static IvcStep burst(IvcSyncWaiter *waiter)
{
    IVC_BEGIN(&waiter->burst);
    ivc_sync_spin_begins(waiter);
    IVC_AWAIT(&waiter->burst, poll_line(waiter) || ivc_sync_shortcut(waiter, poll_again));
    ivc_sync_spin_ends(waiter);
    if (waiter->spun_ps != waiter->bound_ps) {
        if (waiter->limit_ps != IVC_TIME_NEVER)
            waiter->limit_ps -= MIN(waiter->limit_ps, waiter->spun_ps - waiter->bound_ps);
        if (ivc_sync_pause_due(waiter)) {
            IVC_CALL(&waiter->burst, ivc_sync_pause(waiter));
        }
    }
    IVC_END(&waiter->burst);
}

/* Where there are no copies: waits for the next turn. */
static IvcStep turn(IvcSyncWaiter *waiter)
{
    IvcSync *sync = waiter->sync;
    IVC_BEGIN(&waiter->burst);
    ivc_sync_spin_begins(waiter);
    waiter->bound_ps = waiter->spun_ps;
    IVC_AWAIT(&waiter->burst, ivc_spend(waiter->agent, sync->turn_ps, sync->stage_spin));
    ivc_sync_spin_ends(waiter);
    if (waiter->limit_ps != IVC_TIME_NEVER)
        waiter->limit_ps -= MIN(waiter->limit_ps, waiter->spun_ps - waiter->bound_ps);
    if (ivc_sync_pause_due(waiter)) {
        IVC_CALL(&waiter->burst, ivc_sync_pause(waiter));
    }
    IVC_END(&waiter->burst);
}

/* One look, whatever it takes. */
static IvcStep look(IvcSyncWaiter *waiter, IvcSyncLine *line)
{
    IVC_BEGIN(&waiter->burst);
    if (!waiter->ready)
        ivc_sync_spin_begins(waiter);
    IVC_AWAIT(&waiter->burst,
              ivc_spend(waiter->agent, ivc_sync_read(line, waiter->agent),
                        waiter->ready ? waiter->sync->stage_transfer : waiter->sync->stage_spin));
    if (!waiter->ready)
        ivc_sync_spin_ends(waiter);
    IVC_END(&waiter->burst);
}

/* Whether it can read and poll in one go. Where the processor looks for loops that spin, its window
 * counts from when the line is here, and may be another then. */
static bool can_poll(const IvcSyncWaiter *waiter)
{
    return ivc_sync_line_has(waiter->line, waiter->agent) ||
           (!waiter->sync->costs.uncached && !window_of(waiter));
}

IvcStep ivc_sync_await(IvcSyncWaiter *waiter, IvcSyncLine *line, bool (*ready)(const void *what),
                       const void *what)
{
    IVC_BEGIN(&waiter->await);
    waiter->gave_up = false;
    waiter->line = line;
    waiter->is_ready = ready;
    waiter->what = what;
    for (;;) {
        waiter->ready = ready(what);
        if (!waiter->ready && waiter->limit_ps && can_poll(waiter)) {
            IVC_CALL(&waiter->await, burst(waiter));
            continue;
        }
        if (!ivc_sync_line_has(line, waiter->agent)) {
            IVC_CALL(&waiter->await, look(waiter, line));
        }
        if (waiter->ready)
            break;
        if (waiter->limit_ps == 0) {
            waiter->gave_up = true;
            break;
        }
        if (waiter->sync->costs.uncached) {
            IVC_CALL(&waiter->await, turn(waiter));
        }
    }
    IVC_END(&waiter->await);
}

/* ---- ranks ---- */

void ivc_sync_init(IvcSync *sync, IvcPlatform *platform, bool uncached, IvcTime pause_ps,
                   uint32_t n)
{
    *sync = (IvcSync){.platform = platform,
                      .costs = ivc_sync_costs(platform, uncached),
                      .turn_ps = MAX(1, platform->t.poll + pause_ps),
                      .pauses_ps = pause_ps ? platform->t.poll + pause_ps : IVC_TIME_NEVER,
                      .n = n,
                      .waiters = g_new0(IvcSyncWaiter *, n),
                      .by_core = g_new0(IvcSyncWaiter *, platform->cores.n)};
    platform->spin.places = g_new0(IvcSpinPlace, platform->cores.n);
    platform->spin.settle = settle_all;
    platform->spin.settle_data = sync;
    platform->cores.moved = moved;
    platform->cores.moved_data = sync;
}

void ivc_sync_clear(IvcSync *sync)
{
    sync->platform->cores.moved = NULL;
    sync->platform->spin.settle = NULL;
    g_clear_pointer(&sync->platform->spin.places, g_free);
    ivc_sync_costs_clear(&sync->costs);
    g_free(sync->waiters);
    g_free(sync->by_core);
}

void ivc_sync_join(IvcSync *sync, IvcSyncWaiter *waiter, IvcRank *rank)
{
    waiter->sync = sync;
    waiter->agent = &rank->agent;
    waiter->limit_ps = IVC_TIME_NEVER;
    waiter->meeting.id = ivc_platform_id(sync->platform);
    sync->waiters[rank->rank] = waiter;
    sync->by_core[rank->agent.core->id] = waiter;
}

void ivc_sync_count_lines(IvcSync *sync)
{
    IvcPlatform *platform = sync->platform;
    IvcSyncCosts *costs = &sync->costs;
    if (costs->uncached) {
        ivc_platform_count(platform, "register_accesses", "count",
                           "accesses to registers that are locks and flags", &costs->accesses);
    } else {
        ivc_platform_count(platform, "line_transfers", "count",
                           "lines of locks and flags that went from one cache to another",
                           &costs->transfers);
        ivc_platform_count(platform, "line_invalidations", "count",
                           "copies of such lines that caches had to give up",
                           &costs->invalidations);
    }
    ivc_platform_count(platform, "line_queued", "ps",
                       "time that requests for such a line waited for others at its home",
                       &costs->queued_ps);
}

void ivc_sync_count_spinning(IvcSync *sync)
{
    IvcPlatform *platform = sync->platform;
    ivc_platform_count(platform, "spin_useful", "ps",
                       "time of spinning while who holds the lock, or gets it next, ran",
                       &sync->waits_ps[IVC_WAIT_USEFUL]);
    ivc_platform_count(platform, "spin_behind_holder", "ps",
                       "time of spinning while the holder of the lock had no core",
                       &sync->waits_ps[IVC_WAIT_BEHIND_HOLDER]);
    ivc_platform_count(platform, "spin_behind_waiter", "ps",
                       "time of spinning while nobody held the lock and the next had no core",
                       &sync->waits_ps[IVC_WAIT_BEHIND_WAITER]);
    ivc_platform_count(platform, "holder_preemptions", "count",
                       "virtual CPUs that were taken off a core while they held a lock",
                       &sync->holder_preemptions);
    ivc_platform_count(platform, "spin_pauses", "count",
                       "times that a processor left its guest because it spun", &sync->pauses);
}

IvcStep ivc_sync_meet_send(IvcSyncWaiter *to)
{
    to->come++;
    ivc_signal(to->agent->sim, &to->meeting);
    return IVC_DONE;
}

IvcStep ivc_sync_meet_recv(IvcSyncWaiter *waiter)
{
    IVC_BEGIN(&waiter->await);
    while (waiter->come == 0) {
        IVC_AWAIT(&waiter->await, ivc_wait(waiter->agent, &waiter->meeting, IVC_TIME_NEVER));
    }
    waiter->come--;
    IVC_END(&waiter->await);
}

void ivc_sync_waiter_digest(const IvcSyncWaiter *waiter, IvcDigest *digest)
{
    ivc_digest_u64(digest, waiter->pause.label);
    ivc_digest_u64(digest, waiter->await.label);
    ivc_digest_u64(digest, waiter->burst.label);
    ivc_digest_u64(digest, waiter->straight);
    if (waiter->straight == RUNS_AHEAD)
        ivc_digest_time(digest, waiter->ahead_ps);
    ivc_digest_u64(digest, waiter->ready);
    ivc_digest_u64(digest, waiter->gave_up);
    ivc_digest_u64(digest, waiter->spinning);
    ivc_digest_u64(digest, waiter->burning);
    if (waiter->burning)
        ivc_digest_time(digest, waiter->since_ps);
    ivc_digest_u64(digest, window_of(waiter) ? waiter->spun_ps : 0);
    if (waiter->limit_ps != IVC_TIME_NEVER && waiter->spinning)
        ivc_digest_u64(digest, waiter->spun_ps - waiter->bound_ps);
    ivc_digest_u64(digest, waiter->limit_ps);
    ivc_digest_u64(digest, waiter->come);
    ivc_signal_digest(&waiter->meeting, digest);
}

void ivc_sync_watch_digest(const IvcSyncWatch *watch, IvcDigest *digest)
{
    ivc_digest_u64(digest, watch->spinners);
    if (watch->spinners)
        ivc_digest_time(digest, watch->since_ps);
    ivc_digest_u64(digest, watch->holder ? watch->holder->id : 0);
    ivc_digest_u64(digest, watch->next ? watch->next->id : 0);
}
