/* When measuring begins and ends, and what stood in the ledgers then. */
#include "sim/engine/sim_error.h"
#include "sim/model/platform.h"
#include "sim/model/sched.h"

static void shot_init(IvcLedgerShot *shot, const IvcCores *cores)
{
    shot->entries = g_new0(IvcLedgerEntry, (gsize)cores->n * cores->n_stages);
    shot->waiting_ps = g_new0(IvcTime, cores->n);
    shot->blocked_ps = g_new0(IvcTime, cores->n);
    shot->idle_ps = g_new0(IvcTime, cores->n);
    shot->sched = cores->sched ? ivc_sched_shot_new(cores->sched) : NULL;
}

static void shot_clear(IvcLedgerShot *shot)
{
    g_clear_pointer(&shot->entries, g_free);
    g_clear_pointer(&shot->waiting_ps, g_free);
    g_clear_pointer(&shot->blocked_ps, g_free);
    g_clear_pointer(&shot->sched, g_free);
    g_clear_pointer(&shot->idle_ps, g_free);
}

static void shot_take(IvcLedgerShot *shot, IvcCores *cores)
{
    ivc_cores_settle(cores);
    for (uint32_t i = 0; i < cores->n; i++) {
        const IvcCore *core = &cores->items[i];
        for (uint32_t s = 0; s < cores->n_stages; s++)
            shot->entries[(gsize)i * cores->n_stages + s] = core->ledger[s];
        shot->waiting_ps[i] = core->waiting_ps;
        shot->blocked_ps[i] = core->blocked_ps;
        shot->idle_ps[i] = core->idle_ps;
    }
    if (shot->sched)
        ivc_sched_shot_take(cores->sched, shot->sched);
}

static void settle_spinning(IvcPlatform *platform)
{
    if (platform->spin.settle)
        platform->spin.settle(platform->spin.settle_data);
}

static IvcCounter *share_of(IvcPlatform *platform, guint i)
{
    return &g_array_index(platform->shares, IvcCounter, i);
}

static void counters_begin(IvcPlatform *platform)
{
    settle_spinning(platform);
    for (size_t i = 0; i < platform->n_counters; i++)
        platform->counters[i].began = *platform->counters[i].at;
    for (guint i = 0; platform->shares && i < platform->shares->len; i++)
        share_of(platform, i)->began = *share_of(platform, i)->at;
    for (guint i = 0; platform->guest_counters && i < platform->guest_counters->len; i++) {
        IvcCounter *counter = &g_array_index(platform->guest_counters, IvcGuestCounter, i).counter;
        counter->began = *counter->at;
    }
}

static void counters_end(IvcPlatform *platform)
{
    settle_spinning(platform);
    for (size_t i = 0; i < platform->n_counters; i++)
        platform->counters[i].ended = *platform->counters[i].at;
    for (guint i = 0; platform->shares && i < platform->shares->len; i++)
        share_of(platform, i)->ended = *share_of(platform, i)->at;
    for (guint i = 0; platform->guest_counters && i < platform->guest_counters->len; i++) {
        IvcCounter *counter = &g_array_index(platform->guest_counters, IvcGuestCounter, i).counter;
        counter->ended = *counter->at;
    }
}

static void begin(IvcPlatform *platform)
{
    IvcMeasure *measure = &platform->measure;
    measure->measuring = true;
    measure->began_ps = ivc_sim_time(&platform->sim);
    shot_take(&measure->began, &platform->cores);
    counters_begin(platform);
}

static void end(IvcPlatform *platform)
{
    IvcMeasure *measure = &platform->measure;
    measure->measuring = false;
    measure->ended = true;
    measure->ended_ps = ivc_sim_time(&platform->sim);
    shot_take(&measure->over, &platform->cores);
    counters_end(platform);
}

void ivc_measure_init(IvcPlatform *platform, uint64_t warmup, uint64_t target)
{
    IvcMeasure *measure = &platform->measure;
    *measure = (IvcMeasure){.warmup = warmup, .target = target};
    shot_init(&measure->began, &platform->cores);
    shot_init(&measure->over, &platform->cores);
}

void ivc_measure_clear(IvcMeasure *measure)
{
    shot_clear(&measure->began);
    shot_clear(&measure->over);
}

void ivc_measure_begin_now(IvcPlatform *platform)
{
    if (!platform->measure.measuring && !platform->measure.ended)
        begin(platform);
}

/* What becomes of a message is known: `bytes` of it came. */
static void settle(IvcPlatform *platform, uint64_t bytes)
{
    IvcMeasure *measure = &platform->measure;
    measure->delivered++;
    measure->counted = measure->measuring;
    if (measure->measuring) {
        measure->bytes += bytes;
        if (measure->delivered == measure->warmup + measure->target)
            end(platform);
    } else if (measure->delivered == measure->warmup) {
        begin(platform);
    }
    if (measure->progress && measure->delivered % 1024 == 0)
        *measure->progress = measure->delivered;
}

void ivc_measure_delivered(IvcPlatform *platform, uint64_t bytes)
{
    platform->measure.bytes_delivered_all += bytes;
    settle(platform, bytes);
}

void ivc_measure_lost(IvcPlatform *platform, uint64_t bytes)
{
    IvcMeasure *measure = &platform->measure;
    measure->bytes_lost_all += bytes;
    measure->lost += measure->measuring;
    settle(platform, 0);
    measure->counted = false; /* there is no latency */
}

void ivc_measure_stall(IvcPlatform *platform, const char *place)
{
    IvcMeasure *measure = &platform->measure;
    IvcSim *sim = &platform->sim;
    if (!measure->measuring || measure->delivered == measure->warmup) {
        ivc_sim_fail(sim, IVC_SIM_ERROR_DEADLOCK,
                     "stalled at %" G_GUINT64_FORMAT
                     " us, before anything was measured: a datagram was lost %s, and "
                     "nobody sends it again; netperf's UDP_RR waits for its answer without end",
                     ivc_sim_time(sim) / 1000000, place);
        return;
    }
    measure->target = measure->delivered - measure->warmup;
    measure->stalled = place;
    end(platform);
    ivc_sim_finish(sim);
}

void ivc_measure_latency(IvcPlatform *platform, IvcTime latency_ps)
{
    if (platform->measure.counted)
        ivc_histogram_add(&platform->measure.latency_ps, latency_ps);
}

void ivc_platform_count(IvcPlatform *platform, const char *name, const char *unit,
                        const char *sentence, uint64_t *at)
{
    g_assert(platform->n_counters < IVC_COUNTERS_MAX);
    platform->counters[platform->n_counters++] =
        (IvcCounter){.name = name, .unit = unit, .sentence = sentence, .at = at};
}

void ivc_platform_count_guest(IvcPlatform *platform, unsigned guest, const char *name,
                              const char *unit, const char *sentence, uint64_t *at)
{
    IvcGuestCounter counter = {guest, {.name = name, .unit = unit, .sentence = sentence, .at = at}};
    if (!platform->guest_counters)
        platform->guest_counters = g_array_new(FALSE, FALSE, sizeof(IvcGuestCounter));
    g_array_append_val(platform->guest_counters, counter);
}

void ivc_platform_share(IvcPlatform *platform, uint64_t *at)
{
    IvcCounter counter = {.at = at};
    if (!platform->shares)
        platform->shares = g_array_new(FALSE, FALSE, sizeof(IvcCounter));
    g_array_append_val(platform->shares, counter);
}

void ivc_platform_clear_counters(IvcPlatform *platform)
{
    platform->n_counters = 0;
    g_clear_pointer(&platform->shares, g_array_unref);
    g_clear_pointer(&platform->guest_counters, g_array_unref);
}
