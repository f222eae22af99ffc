/** @file
 *  A scenario: YAML text, profile and `--set` arguments bound to typed, checked structs.
 *
 *  Top-level keys: schema (first, `ivcsim/1`), name, about, machine, hypervisor, guests, channels,
 *  channel, workload, cluster, limits, statistics, sweep, report. docs/scenario.md is for users.
 */
#pragma once

#include "sim/config/param.h"
#include "sim/model/component.h"
#include "sim/model/draws.h"
#include "sim/model/hypervisor.h"
#include "sim/model/virt.h"

/** What a guest does beside its ranks. */
typedef enum {
    IVC_LOAD_NONE,
    IVC_LOAD_BUSY, /**< a process on each virtual CPU computes whenever nothing else wants it */
} IvcGuestLoad;

typedef struct {
    const char *name;
    uint64_t count;     /**< of its entry: so many guests alike; 0: the entry is one guest */
    IvcIndexList cores; /**< cores that the guest owns; no core belongs to two guests */
    IvcBytes memory;
    uint64_t vcpus;  /**< 0: one for each of `cores`; see ivc_guest_vcpus() */
    uint64_t weight; /**< for schedulers */
    uint64_t cap;    /**< percent of a core; 0: none */
    int load;        /**< IvcGuestLoad */
    bool idle;       /**< `cores: []`: it owns no core and takes part in no channel */
} IvcGuestSpec;

/** How many virtual CPUs a guest has. */
static inline size_t ivc_guest_vcpus(const IvcGuestSpec *guest)
{
    return guest->cores.n == 0 ? 0 : guest->vcpus ? (size_t)guest->vcpus : guest->cores.n;
}

/** An entry of `guests`: one guest of its name, or with `count` the guests NAME-0, NAME-1 ... */
typedef struct {
    const char *name;
    size_t first; /**< index of its first guest; the others follow */
    size_t n;
} IvcGuestGroup;

typedef struct {
    const char *name; /**< the key in `channels` */
    const IvcMechanism *mechanism;
    void *spec;        /**< mechanism->head.spec_size bytes, bound; owned by the scenario */
    unsigned *between; /**< guest indexes, in the order of the ranks */
    size_t n_between;
    bool joined;  /**< every name in `between` was good */
    IvcMode mode; /**< the hypervisor's, or the channel's own `mode` */
} IvcChannelSpec;

/** What a rank's messages lie in. */
typedef enum {
    IVC_BUFFERS_TWO, /**< one to send, one to receive */
    IVC_BUFFERS_ONE, /**< a message is sent on from where the last one was received */
} IvcWorkloadBuffers;

typedef struct {
    const IvcWorkload *workload;
    void *spec;            /**< workload->head.spec_size bytes; owned by the scenario */
    IvcParam *params;      /**< ivc_workload_params with its defaults; owned by the scenario */
    IvcBytes total;        /**< bytes to move in the measured phase */
    IvcBytes message;      /**< bytes a message */
    uint64_t messages_max; /**< a point stops here */
    int buffers;           /**< IvcWorkloadBuffers */
    uint64_t warmup;       /**< messages (per sending rank) before measuring starts */
    uint64_t ranks;        /**< 0: one on every core of the channel's guests */
    uint64_t seed;
    int sizes; /**< IvcSizesKind; `message` is the mean */
    IvcBytes size_min;
    IvcBytes size_max; /**< 0: eight times `message` */
    IvcNameList size_list;
    IvcIndexList size_weights;
    IvcWeighedSize *list; /**< the two above, resolved; owned by the scenario */
    size_t n_list;
    int arrivals;         /**< IvcArrivalsKind */
    uint64_t rate;        /**< rounds of a rank in a second */
    int compute;          /**< IvcComputeKind */
    IvcSpan compute_mean; /**< before each round; 0: none */
} IvcWorkloadSpec;

/** How often a run is done, and how sure its results are to be; docs/random.md. */
typedef struct {
    uint64_t repeats;     /**< 0: as many as the precision takes */
    uint64_t repeats_max; /**< when `repeats` is 0 */
    IvcShare confidence;
    IvcShare precision; /**< half of the interval's width over the mean */
    bool estimate;      /**< stop a run at that precision */
} IvcStatisticsSpec;

typedef struct {
    IvcSpan horizon;             /**< the run is stopped with an error beyond this simulated time */
    uint64_t events_per_instant; /**< more events than this at one time: a loop without delay */
    uint64_t events_max;         /**< 0: no limit */
} IvcLimits;

/** Machines that a network joins, each as the scenario: for what is made of it for SimGrid. Without
 *  the section there is one. */
typedef struct {
    uint64_t machines;
    uint64_t flops_per_cycle; /**< of a virtual CPU */
    IvcSpan latency;          /**< one way, of the network alone */
    IvcBitRate bandwidth;     /**< of a machine's connection, each way */
} IvcClusterSpec;

/** One axis of a sweep: `values[i]` is assigned to every one of `paths[]` in lock-step (zip). */
typedef struct {
    const char **paths; /**< NULL-terminated: "workload.message"; more than one for a zip */
    size_t n_values;
    const char ***values; /**< values[i][k]: the i-th value for paths[k], as YAML in flow style */
} IvcAxis;

/** What figures and comparisons of a scenario should show. All may be empty. */
typedef struct {
    const char *baseline; /**< name of a channel, or NULL */
    const char *title;    /**< or NULL */
    IvcNameList figures;
    const char *rows;    /**< path of the axis down the matrix of a sweep; NULL: no matrix */
    IvcNameList columns; /**< paths of axes: the last one across, the others a matrix each */
    int cells;           /**< index into ivc_report_cells */
} IvcReportSpec;

/** One constraint of a sweep; opaque. */
typedef struct IvcWhere IvcWhere;

struct IvcScenario {
    const char *name;
    const char *about;
    const char *file;    /**< as the user named it */
    const void *machine; /**< spec of registry->machine */
    const char *profile; /**< its name; "custom" when the scenario names none */
    IvcMode mode;
    IvcHypervisorSpec hypervisor;
    IvcGuestSpec *guests;
    size_t n_guests;
    IvcGuestGroup *groups; /**< the entries of `guests`, in order */
    size_t n_groups;
    GStringChunk *names; /**< of guests that an entry counts */
    unsigned *cores;     /**< their cores */
    IvcChannelSpec *channels;
    size_t n_channels;
    const IvcChannelSpec *channel; /**< the one that `run` takes */
    IvcWorkloadSpec workload;
    IvcClusterSpec cluster;
    IvcLimits limits;
    IvcStatisticsSpec statistics;
    IvcAxis *axes;
    size_t n_axes;
    GPtrArray *where; /**< IvcWhere *: what a point of the sweep must satisfy */
    IvcReportSpec report;
    const IvcRegistry *registry;
    IvcBinding *binding; /**< every parameter that was bound */
    IvcTree *tree;       /**< keeps the texts alive */
};

/** A scenario file that was read, before `--set` values are laid on it: shared by all points. */
typedef struct IvcScenarioSource IvcScenarioSource;

/** Reads a scenario file ("-": stdin). @return transfer full, or NULL with errors added */
IvcScenarioSource *ivc_scenario_source_load(const char *path, const IvcRegistry *registry,
                                            IvcDiags *diags);
/** The same from memory. */
IvcScenarioSource *ivc_scenario_source_parse(const char *name, const char *bytes, size_t size,
                                             const IvcRegistry *registry, IvcDiags *diags);
void ivc_scenario_source_free(IvcScenarioSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcScenarioSource, ivc_scenario_source_free)

/**
 * Binds and checks a scenario. May be called from several threads with one source.
 *
 * @param sets  `key.path=value` assignments, NULL-terminated, or NULL; laid on in order
 * @return transfer full, or NULL with errors added. Warnings may be added on success.
 */
IvcScenario *ivc_scenario_bind(const IvcScenarioSource *source, const char *const *sets,
                               IvcDiags *diags);
void ivc_scenario_free(IvcScenario *scenario);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcScenario, ivc_scenario_free)

/** The points of a sweep: each a list of assignments for ivc_scenario_bind(). */
typedef struct {
    size_t n;
    const char ***sets; /**< sets[i]: "workload.message=64KiB" ..., NULL-terminated */
    void *storage;      /**< what the lists and texts live in */
} IvcPoints;

/** The names that `report.figures` takes: every figure that can be drawn. NULL-terminated. */
extern const char *const ivc_report_figures[];

/** What `report.cells` takes; NULL-terminated. */
extern const char *const ivc_report_cells[];

/** The most points that one sweep may have before constraints. */
#define IVC_POINTS_MAX 1000000

/**
 * Expands the axes of a scenario into points: the product of the axes, the last one fastest, less
 * what a constraint excludes. A scenario without axes has one point without assignments.
 *
 * @param ret_points  set on success; clear with ivc_points_clear()
 * @param diags       errors (too many points, an evaluation that fails), or a warning when no
 *                    point is left
 * @return true on success
 */
bool ivc_scenario_points(const IvcScenario *scenario, IvcPoints *ret_points,
                         IvcDiags *diags) G_GNUC_WARN_UNUSED_RESULT;
void ivc_points_clear(IvcPoints *points);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IvcPoints, ivc_points_clear)

/** Returns the table row of a path that can be set or swept, or NULL when there is none. */
const IvcParam *ivc_scenario_param(const IvcScenario *scenario, const char *path);

/**
 * The complete resolved scenario as YAML that loads again to the same run; with `origin`, each
 * value is followed by a comment that says where it came from. @return transfer full
 */
char *ivc_scenario_show(const IvcScenario *scenario, bool origin);

/** Lower-case SHA-256 of everything that decides the result of this point. @return transfer full */
char *ivc_scenario_hash(const IvcScenario *scenario);

/** Whether the parameter at this path can decide the result: not the costs of a scheduler or a mode
 *  that is not there. */
bool ivc_scenario_uses(const IvcScenario *scenario, const char *path);

/** Counts the parameters of the chip and of the chosen channel that claim something about the
 * world: choices of a design are not among them. */
void ivc_scenario_count_kinds(const IvcScenario *scenario, size_t *ret_all, size_t *ret_assumed,
                              size_t *ret_calibrated);

/** Mean size of a message, at least 1 byte; that of every message when sizes are fixed. */
uint64_t ivc_workload_bytes(const IvcWorkloadSpec *spec);

/** How many rounds each rank does. */
typedef struct {
    uint64_t asked;    /**< what the total asks for */
    uint64_t measured; /**< no more than the cap */
    uint64_t warmup;   /**< before these: what is asked for, but beyond a few no more than an eighth
                            of them: a sweep over sizes can ask for many small messages without
                            many large ones */
} IvcWorkloadRounds;

/** @param per_round  messages that all ranks together send in one */
IvcWorkloadRounds ivc_workload_rounds(const IvcWorkloadSpec *spec, uint64_t per_round);

/** How a run of this workload draws; start it with ivc_draws_start(). `list` is the scenario's. */
IvcDraws ivc_workload_draws(const IvcWorkloadSpec *spec);

/** Whether anything in a run is left to chance: runs with other seeds differ. */
bool ivc_scenario_is_random(const IvcScenario *scenario);

/** The JSON Schema (draft-07) of scenario files, from the tables. @return transfer full */
char *ivc_scenario_schema(const IvcRegistry *registry);
