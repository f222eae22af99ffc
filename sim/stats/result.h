/** @file
 *  The result of one point: integers only. Rates and shares are derived from them in one place,
 *  sim/stats/columns.c, which is also the table of every output column.
 */
#pragma once

#include "sim/stats/histogram.h"

/** Time in the four states of Xen's tools; they sum to the measured time, to the picosecond. */
typedef struct {
    IvcTime running_ps; /**< executing, spinning included */
    IvcTime waiting_ps; /**< runnable, but another has the core */
    IvcTime blocked_ps; /**< waiting for an event */
    IvcTime idle_ps;    /**< nothing left to do */
} IvcStates;

typedef struct {
    char *name;
    unsigned cores;      /**< that it owns */
    IvcStates states;    /**< summed over its cores */
    IvcTime spinning_ps; /**< part of running: polling */
    IvcTime beside_ps;   /**< part of running, for nobody's message: a load, domain switches */
} IvcGuestResult;

typedef struct {
    unsigned core;  /**< under a scheduler the number of a virtual CPU, guest by guest */
    unsigned guest; /**< index into guests */
    IvcStates states;
} IvcCoreResult;

/** What a scheduler did to a guest's virtual CPUs. */
typedef struct {
    unsigned guest;       /**< index into guests */
    uint64_t switches;    /**< put on a core that another guest had before */
    uint64_t wakes;       /**< a virtual CPU had nothing to run, and then something */
    uint64_t preemptions; /**< taken off a core with something to run */
    uint64_t yields;      /**< gave a core away with something to run */
    uint64_t migrations;  /**< put on another core than before */
} IvcSchedulingResult;

/** A physical core that guests share; the three sum to the measured time. */
typedef struct {
    unsigned core;
    IvcTime running_ps;
    IvcTime switching_ps; /**< to another virtual CPU, which counts it as running */
    IvcTime idle_ps;
} IvcProcessorResult;

typedef struct {
    char *component;      /**< "machine", "register-shmem" ... */
    const char *stage;    /**< static */
    const char *sentence; /**< static */
    bool spin;
    unsigned guest;
    IvcTime spent_ps;
    uint64_t cycles; /**< of the chip's clock */
    uint64_t times;  /**< how often it was entered */
} IvcStageResult;

typedef struct {
    const char *name; /**< static: "interrupts", "register_writes", "copied_bytes" ... */
    const char *unit; /**< "count", "bytes" */
    const char *sentence;
    uint64_t value;
} IvcCountResult;

/** The same of one guest; one for each guest and name. */
typedef struct {
    unsigned guest;   /**< index into guests */
    const char *name; /**< static: "upcalls" ... */
    const char *unit;
    const char *sentence;
    uint64_t value;
} IvcGuestCount;

/** Whether the run came back to a state that it had been in; see docs/recurrence.md. */
typedef struct {
    const char *outcome;       /**< static: "found", "full", "ended", "given-up", "cache-filled",
                                  "broken", "random", "estimated", "program" */
    uint64_t period_messages;  /**< over all ranks; 0 when no period was found, as the others */
    IvcTime period_ps;         /**< of several periods, that of which the most was skipped */
    uint64_t skips;            /**< how often whole periods were skipped: anew after a rank ends */
    uint64_t skipped_messages; /**< counted in everything, but not simulated; of all skips */
} IvcRecurrenceResult;

/** One of several runs of a point, or one batch of messages of a run. */
typedef struct {
    uint64_t bytes;
    uint64_t messages;
    IvcTime elapsed_ps;
    uint64_t latency_sum_ps;
    uint64_t latencies;
    IvcTime latency_p50_ps; /**< of a run; 0 for batches */
    IvcTime latency_p99_ps;
} IvcSample;

/** What the samples of a result are. */
typedef struct {
    const char *kind;        /**< static: "", "repeats" or "batches" */
    uint64_t confidence_ppm; /**< of the intervals */
    uint64_t precision_ppm;  /**< that was asked for; 0: a fixed number of repeats */
    bool reached;            /**< that precision */
} IvcSampling;

typedef struct IvcResult {
    char *scenario;
    char *channel;
    char *mechanism;
    char *workload;
    char *profile;
    char *mode;
    unsigned ranks;
    uint64_t message_bytes;  /**< 0: of many sizes */
    uint64_t messages_asked; /**< total / message over all senders */
    uint64_t messages;       /**< measured and delivered */
    bool capped;             /**< stopped at workload.messages_max */
    char *stalled;           /**< where a datagram was lost that ended the run; NULL: none was */
    uint64_t bytes;          /**< delivered in the measured phase */
    IvcTime setup_ps;        /**< from start to the end of Init on all ranks */
    IvcTime setup_server_ps; /**< that the guest that serves the channel ran meanwhile */
    IvcTime warmup_ps;
    IvcTime elapsed_ps; /**< the measured phase */
    uint64_t clock_hz;
    IvcHistogram latency_ps; /**< Send called to Recv returned (pingpong: half a round trip) */
    GArray *guests;          /**< IvcGuestResult */
    GArray *cores;           /**< IvcCoreResult */
    GArray *scheduling;      /**< IvcSchedulingResult; empty when guests are pinned */
    GArray *processors;      /**< IvcProcessorResult; the same */
    GArray *stages;          /**< IvcStageResult, measured phase */
    GArray *counts;          /**< IvcCountResult, measured phase */
    GArray *guest_counts;    /**< IvcGuestCount, measured phase; by guest */
    GArray *shares;          /**< uint64_t, of each rank: what it got of what all compete for; empty
                                  when they do not, and in a result that was read back */
    IvcRecurrenceResult recurrence;
    IvcSampling sampling;
    GArray *samples;     /**< IvcSample: repeats, of which all else is the sum, or batches of one
                              run that was stopped early; none otherwise */
    uint64_t events;     /**< executed by the engine, whole run, skipped ones included */
    uint64_t parameters; /**< that the run could depend on */
    uint64_t assumed;
    uint64_t calibrated;
    uint64_t seed;
    char *hash;   /**< of the resolved scenario */
    char *digest; /**< of the final state and all counts: equal runs, equal digests */
} IvcResult;

/** Makes the counts least_of_a_rank, most_of_a_rank and jain_of_ranks of `shares`, or makes them
 *  anew; without shares there are none. */
void ivc_result_count_shares(IvcResult *result);

IvcResult *ivc_result_new(void);
void ivc_result_free(IvcResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcResult, ivc_result_free)
