/* The mechanism `lock`: ranks that share a lock, of any kind. This file has its parameters, the
 * order of those who wait, who holds it, and what is measured; the kinds are lock_*.c.
 *
 * That no two hold a lock at once is checked at every acquire, and in the end nobody holds it. */
#include "models/sync/lock.h"

#include <string.h>

#include "models/sync/mechanisms.h"
#include "sim/engine/sim_error.h"
#include "sim/model/sched.h"
#include "sim/model/virt.h"

#define S IvcLockSpec

/* Turns between two looks at the virtual CPU in front: Linux, PV_PREV_CHECK_MASK. */
#define PREV_CHECK 256

const IvcLockKind ivc_lock_kinds[] = {
    {"test-and-set", "every turn of the loop is an atomic update", .in_registers = true,
     .acquire = ivc_lock_tas_acquire, .release = ivc_lock_word_release},
    {"test-and-set-backoff", "the same, with a wait after each that doubles up to a limit",
     .in_registers = true, .acquire = ivc_lock_tas_backoff_acquire,
     .release = ivc_lock_word_release},
    {"test-test-and-set", "spins on its copy until the lock is free, then updates; with that wait",
     .acquire = ivc_lock_ttas_acquire, .release = ivc_lock_word_release},
    {"ticket", "draws a number, and spins on its copy until that is served", .fifo = true,
     .acquire = ivc_lock_ticket_acquire, .release = ivc_lock_ticket_release},
    {"mcs", "queues, and spins on a line of its own", .fifo = true, .nodes = true,
     .acquire = ivc_lock_mcs_acquire, .release = ivc_lock_mcs_release},
    {"queued", "as Linux's: a bit for the second to come, a queue behind it", .fifo = true,
     .nodes = true, .acquire = ivc_lock_queued_acquire, .release = ivc_lock_word_release},
    {"paravirtual-ticket",
     "tickets; who has spun for long halts its virtual CPU until it is served", .fifo = true,
     .acquire = ivc_lock_pv_ticket_acquire, .release = ivc_lock_pv_ticket_release},
    {"paravirtual-queued", "a queue with the same, and a first try out of order", .nodes = true,
     .acquire = ivc_lock_pv_queued_acquire, .release = ivc_lock_pv_queued_release},
    {"mutex", "sleeps in the kernel, on a futex", .acquire = ivc_lock_mutex_acquire,
     .release = ivc_lock_mutex_release},
    {"monitor", "what is taken is noted inside a mutex; who finds it taken waits for a condition",
     .acquire = ivc_lock_monitor_acquire, .release = ivc_lock_monitor_release},
    {"semaphore", "so many may hold it as it has permits; others sleep, in order", .many = true,
     .acquire = ivc_lock_semaphore_acquire, .release = ivc_lock_semaphore_release},
    {"reader-writer", "those who only read hold it together; others sleep, in order",
     .acquire = ivc_lock_rw_acquire, .release = ivc_lock_rw_release, .shares = true},
    {.name = NULL},
};

static const char *const kind_names[] = {"test-and-set",
                                         "test-and-set-backoff",
                                         "test-test-and-set",
                                         "ticket",
                                         "mcs",
                                         "queued",
                                         "paravirtual-ticket",
                                         "paravirtual-queued",
                                         "mutex",
                                         "monitor",
                                         "semaphore",
                                         "reader-writer",
                                         NULL};
static const char *const scope_names[] = {"all", "guest", NULL};
static const char *const place_names[] = {"lines", "registers", NULL};

static const char *const boost_names[] = {"none", "next", NULL}; /* IvcLockBoost */

static const IvcParam params[] = {
    {IVC_PARAM(S, kind, "kind"), .fallback = "queued", .choices = kind_names,
     .sentence = "how ranks that want the lock wait for it"},
    {IVC_PARAM(S, scope, "scope"), .fallback = "all", .choices = scope_names,
     .sentence = "whose lock it is: one for all ranks, or one for those of each guest"},
    {IVC_PARAM(S, locks, "locks"), .fallback = "1", .min = "1", .max = "64",
     .sentence = "locks of each scope; every rank takes one after the other, each its own first"},
    {IVC_PARAM(S, place, "place"), .fallback = "lines", .choices = place_names,
     .sentence = "what it is made of: coherent cache lines, or registers at a core that are not "
                 "cached and set themselves when they are read"},
    {IVC_PARAM(S, home, "home"), .fallback = "0", .max = "1023",
     .sentence = "the rank at whose core line or register is at home"},
    {IVC_PARAM(S, acquire, "acquire"), .fallback = "10cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = "assumed: a call and its tests",
     .sentence = "instructions of an acquire beyond the lock word"},
    {IVC_PARAM(S, release, "release"), .fallback = "5cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = "assumed: a call and its tests",
     .sentence = "instructions of a release beyond the lock word"},
    {IVC_PARAM(S, pause, "pause"), .fallback = "10cycles", .max = "1us",
     .kind = IVC_KIND_DOCUMENTED,
     .source =
         "Intel 64 optimisation manual: PAUSE takes about 10 cycles before Skylake, up to 140 "
         "since",
     .sentence = "the pause in a turn of a loop that spins, beyond the chip's 'poll'"},
    {IVC_PARAM(S, backoff_min, "backoff_min"), .fallback = "56cycles", .min = "1ps", .max = "1ms",
     .kind = IVC_KIND_ASSUMED,
     .source = "RCCE_admin.c of RCCE for the SCC: BACKOFF_MIN of 8 turns of a loop, of about 7 "
               "cycles each",
     .sentence =
         "kinds with backoff: how long a waiter stays away at least; after its first failure "
         "up to twice as long, and after each further one up to twice as much more"},
    {IVC_PARAM(S, backoff_max, "backoff_max"), .fallback = "1792cycles", .min = "1ps", .max = "1s",
     .kind = IVC_KIND_ASSUMED, .source = "RCCE_admin.c: BACKOFF_MAX of 256 turns",
     .sentence = "kinds with backoff: what it may stay away longer than that no longer grows from "
                 "here on"},
    {IVC_PARAM(S, threshold, "threshold"), .fallback = "32768", .min = "1", .max = "1000000000",
     .kind = IVC_KIND_DOCUMENTED, .source = "Linux arch/x86/include/asm/spinlock.h: SPIN_THRESHOLD",
     .sentence = "paravirtual kinds: turns of the loop after which a waiter halts"},
    {IVC_PARAM(S, halt, "halt"), .fallback = "300cycles", .max = "1ms", .kind = IVC_KIND_ASSUMED,
     .source = "assumed: a hypercall's work, without the exit that the mode charges",
     .sentence = "paravirtual kinds: halting, beyond what the mode charges for leaving the guest"},
    {IVC_PARAM(S, resume, "resume"), .fallback = "600cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = "assumed: taking the interrupt of the kick, and returning",
     .sentence =
         "paravirtual kinds: from the kick until the waiter looks again, once it has a core"},
    {IVC_PARAM(S, kick, "kick"), .fallback = "600cycles", .max = "1ms", .kind = IVC_KIND_ASSUMED,
     .source = "assumed: a hypercall's work: finding the virtual CPU and making it runnable",
     .sentence = "paravirtual kinds: kicking a halted waiter, beyond what the mode charges"},
    {IVC_PARAM(S, permits, "permits"), .fallback = "1", .min = "1", .max = "1024",
     .sentence = "kind semaphore: how many may hold it at once"},
    {IVC_PARAM(S, boost, "boost"), .fallback = "none", .choices = boost_names,
     .sentence = "whether a release asks the hypervisor to run the one that is next, when that was "
                 "taken off its core; a hypercall and 'kick'"},
    {0},
};

static const IvcStage stages[] = {
    [IVC_LOCK_STAGE_CODE] = {"lock-code", "instructions of acquire and release", false},
    [IVC_LOCK_STAGE_TRANSFER] = {"lock-line",
                                 "waiting for the line of the lock word, or for the "
                                 "register",
                                 false},
    [IVC_LOCK_STAGE_SPIN] = {"lock-spin", "spinning for a lock that is taken", true},
    [IVC_LOCK_STAGE_BACKOFF] = {"lock-backoff", "staying away from a lock that was taken", true},
    [IVC_LOCK_STAGE_HALT] = {"lock-halt", "halting a virtual CPU that waits, and going on", false},
    [IVC_LOCK_STAGE_KICK] = {"lock-kick", "kicking a halted virtual CPU", false},
    {NULL, NULL, false},
};

/* ---- who waits, and who has it ---- */

static void set_next_up(IvcLock *lock)
{
    const IvcLockWaiter *next = lock->locks->kind->fifo ? lock->first : NULL;
    if (lock->next_up == next)
        return;
    if (lock->next_up)
        ivc_sync_is_next(&lock->locks->waiters[lock->next_up - lock->locks->waiters].wait, false);
    if (next)
        ivc_sync_is_next(&lock->first->wait, true);
    lock->next_up = next;
}

/* The watch knows who is to run. */
static void tell_watch(IvcLock *lock, const IvcLockWaiter *holder)
{
    set_next_up(lock);
    ivc_sync_watch_set(&lock->locks->sync, &lock->watch, holder ? holder->wait.agent : NULL,
                       lock->next_up ? lock->next_up->wait.agent : NULL);
}

void ivc_lock_queues(IvcLock *lock, IvcLockWaiter *own)
{
    own->waits = true;
    own->after = NULL;
    own->ahead = lock->last;
    if (lock->last)
        lock->last->after = own;
    else
        lock->first = own;
    lock->last = own;
    set_next_up(lock);
    ivc_sync_watch_set(&lock->locks->sync, &lock->watch, lock->watch.holder,
                       lock->next_up ? lock->next_up->wait.agent : NULL);
}

static void leave_queue(IvcLock *lock, IvcLockWaiter *own)
{
    *(own->ahead ? &own->ahead->after : &lock->first) = own->after;
    *(own->after ? &own->after->ahead : &lock->last) = own->ahead;
    own->ahead = own->after = NULL;
    own->waits = false;
}

static void check_alone(const IvcLock *lock, const IvcLockWaiter *own)
{
    const IvcLockKind *kind = lock->locks->kind;
    bool alone = kind->many                    ? lock->holders < lock->locks->spec.permits
                 : kind->shares && own->shared ? lock->readers == lock->holders
                                               : lock->holders == 0;
    if (!alone)
        ivc_sim_fail(own->wait.agent->sim, IVC_SIM_ERROR_CONSERVATION,
                     "%s got a lock of kind '%s' that others hold", own->wait.agent->name,
                     lock->locks->kind->name);
    else if (lock->locks->kind->fifo && own->ahead)
        ivc_sim_fail(own->wait.agent->sim, IVC_SIM_ERROR_CONSERVATION,
                     "%s got a lock of kind '%s' before %s, which came first",
                     own->wait.agent->name, lock->locks->kind->name, lock->first->wait.agent->name);
}

static void enter(IvcLock *lock, IvcLockWaiter *own)
{
    IvcLocks *locks = lock->locks;
    check_alone(lock, own);
    locks->overtakes += own->ahead != NULL;
    leave_queue(lock, own);
    own->holds = true;
    own->taken++;
    own->handed_ps = 0;
    if (lock->freed) {
        IvcTime freed_ps = lock->freed_ps / lock->freed;
        own->handed_ps = locks->sync.platform->sim.now - freed_ps;
        locks->handoffs++;
        locks->handoff_ps += own->handed_ps;
        lock->freed--;
        lock->freed_ps -= freed_ps;
    }
    lock->holders++;
    lock->readers += own->shared;
    ivc_sync_holds(&own->wait, true);
    tell_watch(lock, own);
}

/* Whether one who waits gets it by the latest release: there was no room before. */
static bool somebody_gets(const IvcLock *lock)
{
    uint64_t places = lock->locks->kind->many ? lock->locks->spec.permits : 1;
    const IvcLockWaiter *waiter = lock->first;
    if (lock->holders >= places)
        return false;
    for (uint64_t free = places - lock->holders - 1; free > 0 && waiter; free--)
        waiter = waiter->after;
    return waiter != NULL;
}

static void leave(IvcLock *lock, IvcLockWaiter *own)
{
    own->holds = false;
    lock->holders--;
    lock->readers -= own->shared;
    ivc_sync_holds(&own->wait, false);
    if (somebody_gets(lock)) {
        lock->freed++;
        lock->freed_ps += lock->locks->sync.platform->sim.now;
    }
    if (lock->holders == 0)
        tell_watch(lock, NULL);
}

/* ---- what a workload calls ---- */

/* Those of its scope in turn, which begins with its number. */
static void choose_lock(IvcLockWaiter *own, uint32_t rank)
{
    own->lock = &own->locks[(rank + own->taken) % own->lock->locks->spec.locks];
    own->wait.watch = &own->lock->watch;
}

static IvcStep lock_acquire(IvcRank *rank, bool shared)
{
    IvcLockWaiter *own = rank->end;
    if (own->outer.label == 0)
        choose_lock(own, rank->rank);
    IvcLock *lock = own->lock;
    IVC_BEGIN(&own->outer);
    own->shared = shared;
    rank->doing = "acquire";
    IVC_AWAIT(&own->outer, ivc_spend(&rank->agent, lock->locks->acquire_ps,
                                     ivc_lock_stage(lock, IVC_LOCK_STAGE_CODE)));
    if (!lock->locks->kind->fifo)
        ivc_lock_queues(lock, own);
    IVC_CALL(&own->outer, lock->locks->kind->acquire(lock, own));
    rank->doing = NULL;
    ivc_sync_wait_ends(&own->wait);
    enter(lock, own);
    IVC_END(&own->outer);
}

/* Who is next and was taken off its core, as the hypervisor lets the guest know. */
static IvcCore *left_behind(const IvcLock *lock)
{
    IvcCore *core = lock->first ? lock->first->wait.agent->core : NULL;
    return core && ivc_sched_is_preempted(core) ? core : NULL;
}

static IvcStep lock_release(IvcRank *rank)
{
    IvcLockWaiter *own = rank->end;
    IvcLock *lock = own->lock;
    IVC_BEGIN(&own->outer);
    IVC_AWAIT(&own->outer, ivc_spend(&rank->agent, lock->locks->release_ps,
                                     ivc_lock_stage(lock, IVC_LOCK_STAGE_CODE)));
    leave(lock, own);
    IVC_CALL(&own->outer, lock->locks->kind->release(lock, own));
    ivc_sync_wait_ends(&own->wait);
    if (lock->locks->spec.boost == IVC_LOCK_BOOST_NEXT && left_behind(lock)) {
        ivc_virt_owe(&rank->agent, IVC_VIRT_HYPERCALL);
        IVC_AWAIT(&own->outer, ivc_spend(&rank->agent, lock->locks->kick_ps,
                                         ivc_lock_stage(lock, IVC_LOCK_STAGE_KICK)));
        IvcCore *core = left_behind(lock); /* it may have run meanwhile */
        lock->locks->boosts += core && ivc_sched_boost(core);
    }
    IVC_END(&own->outer);
}

static IvcTime lock_handed(const IvcRank *rank)
{
    return ((const IvcLockWaiter *)rank->end)->handed_ps;
}

/* ---- building ---- */

/* Locks by guest, in the order in which their ranks come. */
static IvcLock *lock_of(IvcLocks *locks, const IvcRank *ranks, uint32_t rank)
{
    const IvcRankPlace *places = locks->sync.platform->ranks;
    for (uint32_t r = 0; locks->spec.scope == IVC_LOCK_OF_GUEST && r < rank; r++)
        if (places[r].guest == places[rank].guest)
            return locks->waiters[r].locks;
    if (locks->spec.scope == IVC_LOCK_OF_ALL && rank > 0)
        return &locks->items[0];
    uint32_t home = locks->spec.scope == IVC_LOCK_OF_ALL ? (uint32_t)locks->spec.home : rank;
    IvcLock *first = &locks->items[locks->n_locks];
    for (uint64_t l = 0; l < locks->spec.locks; l++) {
        IvcLock *lock = &locks->items[locks->n_locks++];
        lock->locks = locks;
        ivc_row_init(&lock->row, &locks->sync.platform->sim, ivc_sync_again_at_once);
        ivc_sync_line_init(&lock->line, &locks->sync.costs,
                           ranks[MIN(home, locks->n - 1)].agent.core);
        lock->line.changed.row = &lock->row;
    }
    return first;
}

static void count(IvcLocks *locks)
{
    IvcPlatform *platform = locks->sync.platform;
    ivc_sync_count_lines(&locks->sync);
    ivc_sync_count_spinning(&locks->sync);
    ivc_platform_count(platform, "handoffs", "count", "acquires that waited for a release",
                       &locks->handoffs);
    ivc_platform_count(platform, "handoff_time", "ps",
                       "from those releases until the lock was acquired", &locks->handoff_ps);
    ivc_platform_count(platform, "overtakes", "count",
                       "acquires while others waited longer for the lock", &locks->overtakes);
    ivc_platform_count(platform, "lock_halts", "count",
                       "virtual CPUs that gave up spinning and halted", &locks->halts);
    ivc_platform_count(platform, "lock_kicks", "count", "halted virtual CPUs that were kicked",
                       &locks->kicks);
    if (locks->spec.boost != IVC_LOCK_BOOST_NONE)
        ivc_platform_count(platform, "lock_boosts", "count",
                           "virtual CPUs that a release had moved to the front", &locks->boosts);
    for (uint32_t r = 0; r < locks->n; r++)
        ivc_platform_share(platform, &locks->waiters[r].taken);
}

static void *lock_create(IvcPlatform *platform, const void *bound, IvcRank *ranks, unsigned n)
{
    IvcLocks *locks = g_new0(IvcLocks, 1);
    const IvcLockSpec *spec = bound;
    locks->spec = *spec;
    locks->kind = &ivc_lock_kinds[spec->kind];
    locks->acquire_ps = ivc_platform_ps(platform, spec->acquire);
    locks->release_ps = ivc_platform_ps(platform, spec->release);
    locks->backoff_min_ps = MAX(1, ivc_platform_ps(platform, spec->backoff_min));
    locks->backoff_max_ps = ivc_platform_ps(platform, spec->backoff_max);
    locks->halt_ps = ivc_platform_ps(platform, spec->halt);
    locks->resume_ps = ivc_platform_ps(platform, spec->resume);
    locks->kick_ps = ivc_platform_ps(platform, spec->kick);
    locks->n = n;
    ivc_sync_init(&locks->sync, platform, spec->place == IVC_LOCK_REGISTERS,
                  ivc_platform_ps(platform, spec->pause), n);
    locks->sync.stage_transfer = platform->stage_mechanism + IVC_LOCK_STAGE_TRANSFER;
    locks->sync.stage_spin = platform->stage_mechanism + IVC_LOCK_STAGE_SPIN;
    locks->threshold_ps = spec->threshold * locks->sync.turn_ps;
    locks->early_ps = MIN(spec->threshold, PREV_CHECK) * locks->sync.turn_ps;
    locks->waiters = g_new0(IvcLockWaiter, n);
    locks->items = g_new0(IvcLock, n * spec->locks);
    for (uint32_t r = 0; r < n; r++) {
        IvcLockWaiter *own = &locks->waiters[r];
        ranks[r].end = own;
        own->wait.direct = true;
        own->drawn = r; /* RCCE_backoff_lock() begins with the core's number */
        ivc_sync_join(&locks->sync, &own->wait, &ranks[r]);
        own->kicked.id = ivc_platform_id(platform);
        own->sleeper.signal.id = ivc_platform_id(platform);
        own->locks = own->lock = lock_of(locks, ranks, r);
        own->wait.watch = &own->lock->watch;
        ivc_sync_line_init(&own->node, &locks->sync.costs, ranks[r].agent.core);
    }
    count(locks);
    return locks;
}

static void lock_free(void *channel)
{
    IvcLocks *locks = channel;
    for (uint32_t r = 0; r < locks->n; r++)
        ivc_sync_line_clear(&locks->waiters[r].node);
    for (uint32_t i = 0; i < locks->n_locks; i++) {
        ivc_sync_line_clear(&locks->items[i].line);
        ivc_row_clear(&locks->items[i].row);
    }
    ivc_sync_clear(&locks->sync);
    g_free(locks->waiters);
    g_free(locks->items);
    g_free(locks);
}

static IvcStep lock_send(IvcRank *rank, IvcMpiCall *call)
{
    IvcLocks *locks = rank->channel;
    return ivc_sync_meet_send(&locks->waiters[call->peer].wait);
}

static IvcStep lock_recv(IvcRank *rank, IvcMpiCall *call)
{
    (void)call;
    return ivc_sync_meet_recv(&((IvcLockWaiter *)rank->end)->wait);
}

/* ---- digest ---- */

static void waiter_digest(const IvcLockWaiter *own, IvcDigest *digest)
{
    const IvcLock *lock = own->lock;
    ivc_sync_waiter_digest(&own->wait, digest);
    ivc_digest_u64(digest, own->outer.label);
    ivc_digest_u64(digest, own->inner.label);
    ivc_digest_u64(digest, own->attempt.label);
    ivc_digest_u64(digest, own->take.label);
    ivc_digest_u64(digest, own->halt.label);
    ivc_digest_u64(digest, own->sleep.label);
    ivc_digest_u64(digest, own->stands);
    ivc_digest_u64(digest, own->halted);
    ivc_digest_u64(digest, own->sleeps ? lock->sleeps - own->slept : 0);
    ivc_digest_u64(digest, own->waits_inside);
    ivc_digest_u64(digest, own->wants);
    ivc_digest_u64(digest, own->due);
    ivc_digest_u64(digest, own->turns);
    ivc_signal_digest(&own->kicked, digest);
    ivc_sleeper_digest(&own->sleeper, digest);
    ivc_digest_u64(digest, own->other && own->inner.label + own->take.label + own->attempt.label
                               ? own->other->wait.agent->id
                               : 0);
    ivc_digest_u64(digest, (uint64_t)(lock - lock->locks->items));
    ivc_digest_u64(digest, own->taken % lock->locks->spec.locks);
    ivc_digest_u64(digest, own->shared);
    ivc_digest_u64(digest, own->holds);
    ivc_digest_u64(digest, own->won);
    ivc_digest_u64(digest, own->granted);
    ivc_digest_u64(digest, own->waits ? own->ticket - lock->serving : 0);
    ivc_digest_u64(digest, own->before);
    ivc_digest_u64(digest, own->behind);
    ivc_digest_u64(digest, own->backoff_ps);
    ivc_digest_u64(digest, own->drawn);
    if (lock->locks->kind->nodes)
        ivc_sync_line_digest(&own->node, digest);
}

static void lock_digest(const void *channel, IvcDigest *digest)
{
    const IvcLocks *locks = channel;
    for (uint32_t r = 0; r < locks->n; r++)
        waiter_digest(&locks->waiters[r], digest);
    for (uint32_t i = 0; i < locks->n_locks; i++) {
        const IvcLock *lock = &locks->items[i];
        ivc_sync_line_digest(&lock->line, digest);
        ivc_sync_watch_digest(&lock->watch, digest);
        ivc_digest_u64(digest, lock->word);
        ivc_digest_u64(digest, lock->next - lock->serving);
        ivc_digest_u64(digest, lock->tail);
        ivc_digest_u64(digest, lock->pending);
        ivc_digest_u64(digest, lock->slow);
        ivc_digest_u64(digest, lock->holders);
        ivc_digest_u64(digest, lock->readers);
        for (const IvcLockWaiter *at = lock->first; at; at = at->after)
            ivc_digest_u64(digest, at->wait.agent->id);
        ivc_digest_u64(digest, lock->freed);
        ivc_digest_u64(digest, lock->freed * digest->now - lock->freed_ps);
    }
}

/* Whoever holds a lock in the end has not released it. */
static uint64_t lock_in_flight(const void *channel)
{
    const IvcLocks *locks = channel;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < locks->n_locks; i++)
        sum += locks->items[i].holders;
    return sum;
}

static const IvcSyncOps sync_ops = {
    .acquire = lock_acquire, .release = lock_release, .handed_ps = lock_handed};

static const IvcMechanismOps ops = {
    .create = lock_create,
    .free = lock_free,
    .setup = ivc_mpi_no_setup,
    .send = lock_send,
    .recv = lock_recv,
    .message_bytes_max = ivc_mpi_any_size,
    .digest = lock_digest,
    .in_flight = lock_in_flight,
    .sync = &sync_ops,
};

static void check(const void *bound, const IvcScenario *scenario, const char *path, IvcDiags *diags)
{
    const IvcLockSpec *spec = bound;
    g_autofree char *home = g_strdup_printf("%s.home", path);
    g_autofree char *place = g_strdup_printf("%s.place", path);
    uint64_t ranks = ivc_scenario_channel_ranks(scenario, path);
    if (spec->home >= MAX(1, ranks))
        ivc_diags_add(
            diags, IVC_DIAG_ERROR, "config-range", ivc_scenario_place(scenario, home), NULL,
            "there is no rank %" G_GUINT64_FORMAT ": the channel has %" G_GUINT64_FORMAT " ranks",
            spec->home, ranks);
    g_autofree char *boost = g_strdup_printf("%s.boost", path);
    if (spec->boost != IVC_LOCK_BOOST_NONE && !ivc_lock_kinds[spec->kind].fifo)
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", ivc_scenario_place(scenario, boost),
                      "give 'kind': ticket, mcs, queued or paravirtual-ticket",
                      "with a lock of kind '%s' nobody knows who is next",
                      ivc_lock_kinds[spec->kind].name);
    if (spec->boost != IVC_LOCK_BOOST_NONE && !ivc_scenario_is_scheduled(scenario))
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", ivc_scenario_place(scenario, boost),
                      "set 'hypervisor.scheduler'",
                      "where every virtual CPU has a core, none can be boosted");
    if (spec->place == IVC_LOCK_REGISTERS && !ivc_lock_kinds[spec->kind].in_registers)
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", ivc_scenario_place(scenario, place),
                      "give 'kind': test-and-set or test-and-set-backoff",
                      "a register that sets itself when it is read makes no lock of kind '%s'",
                      ivc_lock_kinds[spec->kind].name);
}

static bool idle(const void *bound, const char *key)
{
    return strcmp(key, "boost") == 0 && ((const IvcLockSpec *)bound)->boost == IVC_LOCK_BOOST_NONE;
}

const IvcMechanism ivc_mechanism_lock = {
    .head = {.name = "lock",
             .summary = "a lock that ranks spin for, in cache lines or in registers",
             .params = params,
             .spec_size = sizeof(IvcLockSpec),
             .stages = stages,
             .check = check},
    .no_messages = true,
    .carries = IVC_CARRIES(IVC_SPEAKS_LOCK),
    .idle = idle,
    .socket_ops = &ops,
};
