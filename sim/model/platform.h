/** @file
 *  What a run is made of: engine, machine, ranks, counters. Built from a scenario; handed to
 *  mechanisms and workloads.
 */
#pragma once

#include "sim/base/clock.h"
#include "sim/model/component.h"
#include "sim/model/draws.h"
#include "sim/model/hypervisor.h"
#include "sim/model/measure.h"
#include "sim/model/memory.h"
#include "sim/model/spin.h"
#include "sim/model/stages.h"
#include "sim/model/virt.h"

/** The profile's costs as times. */
typedef struct {
    IvcTime cycle;
    IvcTime atomic;
    IvcTime poll;
    IvcTime registers_store;
    IvcTime registers_load;
    IvcTime registers_flight;
    IvcTime registers_hop;
    IvcTime interrupt_entry;
    IvcTime interrupt_exit;
    IvcTime syscall_enter;
    IvcTime syscall_exit;
    IvcTime block;
    IvcTime wake;
    IvcTime resume; /**< idle exit and switch */
} IvcMachineTimes;

/** Where a rank runs. */
typedef struct {
    unsigned guest;
    uint32_t core;
    char name[24]; /**< "rank 0" */
} IvcRankPlace;

/** A guest and its cores, as indexes into IvcCores: virtual CPUs under a scheduler. Texts and lists
 * are borrowed. */
typedef struct {
    const char *name;
    const unsigned *cores;
    size_t n_cores;
} IvcGuestPlace;

/** A counter of the run; `at` points into the component that counts. */
typedef struct {
    const char *name;
    const char *unit;
    const char *sentence;
    uint64_t *at;
    uint64_t began; /**< value when measuring began */
    uint64_t ended;
} IvcCounter;

/** A counter of one guest. */
typedef struct {
    unsigned guest; /**< index into IvcPlatform's guests */
    IvcCounter counter;
} IvcGuestCounter;

#define IVC_COUNTERS_MAX 64

struct IvcPlatform {
    IvcSim sim;
    const IvcMachineSpec *spec;
    IvcDraws draws; /**< of the workload */
    /** For estimates: a rank ends a round; may be NULL. */
    void (*watch)(IvcPlatform *platform, uint32_t rank);
    void *watch_data;
    IvcClock clock;
    IvcMachineTimes t;
    IvcCores cores;
    IvcMemory *memory;
    IvcRankPlace *ranks;
    unsigned n_ranks;
    IvcGuestPlace *guests; /**< all of the machine, those that take part in no channel too */
    unsigned n_guests;
    unsigned *vcpus;           /**< what the lists of cores lie in under a scheduler; else NULL */
    IvcSched *sched;           /**< NULL: pinned */
    IvcSpin spin;              /**< locks, and who spins for them */
    IvcVirt *virt;             /**< what the mode costs; NULL: nothing */
    IvcGuestClock guest_clock; /**< of guests that measure time by time stamps */
    struct IvcPauseLoops *pauses; /**< NULL: spinning is nobody's business */
    IvcAgent *loads;              /**< a process on each virtual CPU of guests with a load */
    unsigned n_loads;
    unsigned n_at_work;         /**< ranks that have not ended */
    IvcSignal load_ends;        /**< loads go on until all ranks have ended */
    uint32_t stage_hypervisor;  /**< id of the first stage of ivc_hypervisor_stages, if any */
    uint64_t message_bytes_max; /**< the largest message that the workload will send */
    IvcSpeaks speaks;           /**< what the workload speaks */
    uint64_t read_bytes;        /**< that it asks a stream socket for; 0: a message's */
    bool transactions;          /**< it sends the next when it has the answer to the last */
    IvcTime retry_ps;           /**< and at the latest so long after that; 0: not without it */
    uint32_t stage_mechanism;   /**< id of the mechanism's first stage */
    uint32_t next_id;           /**< for agents, buffers, signals */
    IvcMeasure measure;
    void (*look)(IvcPlatform *platform, uint32_t rank);  /**< a rank ends a round; NULL: no look */
    void (*leave)(IvcPlatform *platform, uint32_t rank); /**< it has ended its last; may be NULL */
    void *watcher;                                       /**< for both */
    const IvcNetwork *network; /**< of the mechanism; NULL: it is not over TCP */
    IvcCounter counters[IVC_COUNTERS_MAX];
    size_t n_counters;
    GArray *guest_counters; /**< IvcGuestCounter; NULL: none */
    GArray *shares;         /**< IvcCounter, one a rank: see ivc_platform_share(); NULL: none */
};

/** Converts a mechanism's cost by the chip's clock, rounding up. */
static inline IvcTime ivc_platform_ps(const IvcPlatform *platform, IvcCost cost)
{
    return ivc_clock_cost_to_ps(&platform->clock, cost);
}

/** What the links between two physical cores add to a word on its way from one to the other; 0 in a
 *  machine of one node. */
IvcTime ivc_platform_links_ps(const IvcPlatform *platform, uint32_t from, uint32_t to);

/** The same between IvcCores, by their `id`: under a scheduler these are virtual CPUs, wherever
 * they are now. */
IvcTime ivc_platform_way_ps(const IvcPlatform *platform, uint32_t from, uint32_t to);

/** Returns a fresh id. */
static inline uint32_t ivc_platform_id(IvcPlatform *platform)
{
    return platform->next_id++;
}

/** Declares a counter that the result will report for the measured phase. Strings are static. */
void ivc_platform_count(IvcPlatform *platform, const char *name, const char *unit,
                        const char *sentence, uint64_t *at);

/**
 * The same for a counter of one guest. Several of one guest and name (its vCPUs, its interfaces)
 * are reported as their sum.
 *
 * @param guest  index into the platform's guests, as IvcCore has it
 */
void ivc_platform_count_guest(IvcPlatform *platform, unsigned guest, const char *name,
                              const char *unit, const char *sentence, uint64_t *at);

/** Declares how much of something that ranks compete for one of them got: of all of these, the
 * result reports the most and the least. */
void ivc_platform_share(IvcPlatform *platform, uint64_t *at);

/** Forgets all counters, and frees what they needed. */
void ivc_platform_clear_counters(IvcPlatform *platform);

/** Declares the memory system's counters. */
void ivc_memory_count(IvcPlatform *platform);

/** A process that sleeps until something is there for it. */
typedef struct {
    IvcSignal signal;
    bool pending; /**< something came since it last looked */
    bool asleep;  /**< it has given its core up, or is about to */
} IvcSleeper;

/** The frame of ivc_os_sleep(). */
typedef struct {
    IvcLabel label;
} IvcSleepFrame;

/** Blocks until somebody calls ivc_os_notify(); returns at once when that has happened already. */
IvcStep ivc_os_sleep(IvcPlatform *platform, IvcAgent *agent, IvcSleeper *sleeper,
                     IvcSleepFrame *frame);

/**
 * Marks that something is there; who polls for it sees it, too.
 *
 * @return true when the sleeper was asleep: the caller then charges the wake-up (IVC_STAGE_WAKE) on
 *         its own core
 */
bool ivc_os_notify(IvcPlatform *platform, IvcSleeper *sleeper);

/** Feeds a sleeper's state. */
void ivc_sleeper_digest(const IvcSleeper *sleeper, IvcDigest *digest);
