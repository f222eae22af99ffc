/** @file
 *  The head that every pluggable component shares, and the table of all of them. `sim/` knows no
 *  component by name: the program hands in the table that models/ defines.
 */
#pragma once

#include "sim/config/param.h"

typedef struct IvcScenario IvcScenario;
struct IvcResult;
struct IvcRunHooks;

/** A named kind of work: every picosecond of every core is attributed to one of these. */
typedef struct {
    const char *name;     /**< "copy-in": unique within its component */
    const char *sentence; /**< what the time is spent on */
    bool spin;            /**< true when it is waiting by polling, not work */
} IvcStage;

/** The head of every component: what `list`, `--help`, the manual and the schema are made of. */
typedef struct {
    const char *name;
    const char *summary;    /**< one sentence without a full stop */
    const IvcParam *params; /**< ends with a NULL key; NULL: none */
    size_t spec_size;       /**< bytes of the struct that params fill */
    const IvcStage *stages; /**< ends with a NULL name; NULL: none */
    /**
     * Checks a bound spec against the rest of the scenario and reports what can never work.
     * NULL when every combination within the ranges is fine.
     *
     * @param path  of this component in the scenario, "channels.ring": ivc_scenario_place() turns
     *              "channels.ring.region" into the place to point at
     */
    void (*check)(const void *spec, const IvcScenario *scenario, const char *path, IvcDiags *diags);
} IvcComponent;

/** The place of a bound value, or of the nearest enclosing key: for `check` hooks. */
IvcPlace ivc_scenario_place(const IvcScenario *scenario, const char *path);

/** Whether the scenario, its profile or --set gives a value: it is not the default. */
bool ivc_scenario_is_given(const IvcScenario *scenario, const char *path);

/** Where a file is that a scenario names: relative to the scenario's own. @return transfer full */
char *ivc_scenario_file(const IvcScenario *scenario, const char *name);

/** Reports, as "config-conflict" and at `key` of the component at `path`, what can never work;
 * `hint` may be NULL. */
void ivc_scenario_conflict(const IvcScenario *scenario, const char *path, const char *key,
                           const char *hint, const char *text, IvcDiags *diags);

/** The machine that a scenario describes: for `check` hooks. */
const struct IvcMachineSpec *ivc_scenario_machine(const IvcScenario *scenario);

/** Whether the i-th channel of a scenario, as ivc_scenario_channel_mode() counts, is that at
 * `path`. */
bool ivc_scenario_channel_is(const IvcScenario *scenario, size_t i, const char *path);

/** The name of the i-th guest of the channel at `path` ("channels.ring"), or NULL at the end. */
const char *ivc_scenario_channel_guest(const IvcScenario *scenario, const char *path, size_t i);

/** Whether a word of a list of guests means this one: its name, or that of its counted entry. */
bool ivc_scenario_names_guest(const IvcScenario *scenario, const char *word, const char *guest);

/** "channels.ring": the path of the channel that runs take. @return transfer full; NULL: none */
char *ivc_scenario_channel_path(const IvcScenario *scenario);

/** Whether a hypervisor shares the cores among vCPUs. */
bool ivc_scenario_is_scheduled(const IvcScenario *scenario);

/** How many ranks a run on the channel at `path` has; 0 for an unknown channel. */
uint64_t ivc_scenario_channel_ranks(const IvcScenario *scenario, const char *path);

/** How many cores, or virtual CPUs, the guest of this name has; 0 when there is no such guest. */
uint64_t ivc_scenario_guest_cores(const IvcScenario *scenario, const char *name);

/** Whether two guests have one core to run on, which is the same. */
bool ivc_scenario_share_core(const IvcScenario *scenario, const char *a, const char *b);

/** Reports a name, bound at `path`, that is no guest. @return true when it is one */
bool ivc_scenario_check_guest(const IvcScenario *scenario, const char *name, const char *path,
                              IvcDiags *diags);

/** Reports every name in the list at `path` that is no guest. @return true when all are guests */
bool ivc_scenario_check_guests(const IvcScenario *scenario, const char *path, IvcDiags *diags);

/** A chip profile that is built into the program. */
typedef struct {
    const char *name; /**< "octeon-cn5650" */
    const char *text; /**< the YAML file */
    size_t size;
} IvcProfileText;

/** The operations of a mechanism and of a workload; models/ and the builder know them. */
typedef struct IvcMechanismOps IvcMechanismOps;
typedef struct IvcWorkloadOps IvcWorkloadOps;

/** What carries a mechanism's TCP: models/net/over_tcp.h. */
typedef struct IvcNetwork IvcNetwork;

/** What a workload speaks. */
typedef enum {
    IVC_SPEAKS_MPI,      /**< Send and Recv */
    IVC_SPEAKS_STREAM,   /**< write and read on a stream socket, as TCP's */
    IVC_SPEAKS_DATAGRAM, /**< send and receive on a UDP socket */
    IVC_SPEAKS_ECHO,     /**< ICMP echo requests, which the other kernel answers */
    IVC_SPEAKS_EVENTS,   /**< single events of a guest, no messages */
    IVC_SPEAKS_LOCK,     /**< acquire and release */
    IVC_SPEAKS_BARRIER,  /**< all wait for all */
    IVC_SPEECHES,
} IvcSpeaks;

/** "mpi", "stream" ... in the order of the enum; ends with NULL. */
extern const char *const ivc_speech_names[];

#define IVC_CARRIES(speech) (1u << (speech))

/** A default of a workload that takes the place of the one in the table of all workloads. */
typedef struct {
    const char *key; /**< of a row of the workload's own level: "message"; NULL ends the list */
    const char *value;
    const char *source;
} IvcDefault;

typedef struct {
    IvcComponent head;
    const IvcMechanismOps *ops; /**< for MPI */
    bool no_messages;           /**< it carries no MPI, only what `carries` says */
    bool one_os;        /**< ranks share memory as processes of one OS: needs mode 'native' */
    bool own_os;        /**< it joins guests with a system each: no mode of one OS, as containers */
    bool own_cores;     /**< it names physical cores: each guest must have its own, and keep them */
    bool requests;      /**< it carries Isend and Irecv; else an Isend is a blocking Send */
    bool tells_handler; /**< a Recv says when its interrupt's handler began: done_ps */
    unsigned carries;   /**< IVC_CARRIES() of what it carries besides MPI */
    const IvcMechanismOps *socket_ops; /**< for that; NULL when `carries` is 0 */
    const IvcNetwork *network;         /**< below TCP; NULL: it is not over TCP */
    /** The name of a guest that serves the channel without being joined by it; NULL: none does. */
    const char *(*served_by)(const void *spec);
    const char *(*stored_by)(const void *spec); /**< another one, which only sets it up; or NULL */
    /** Whether a parameter decides nothing with this spec: what is switched off. NULL: none. */
    bool (*idle)(const void *spec, const char *key);
} IvcMechanism;

typedef struct {
    IvcComponent head;
    const IvcWorkloadOps *ops;
    unsigned ranks_min;
    unsigned ranks_multiple; /**< the number of ranks is a multiple of this; 1: any */
    IvcSpeaks speaks;
    bool outside; /**< a program that no engine runs: IvcRegistry.run_program does; ops: NULL */
    bool both_at_once; /**< both sides Isend before either receives: needs IvcMechanism.requests */
    bool to_handler; /**< its latency ends where a handler begins: needs IvcMechanism.tells_handler
                      */
    const IvcDefault *defaults; /**< of this workload; NULL: none of its own */
} IvcWorkload;

/** The table of everything that models/ offers. Lists end with NULL (profiles: a NULL name). */
typedef struct {
    const IvcMechanism *const *mechanisms;
    const IvcWorkload *const *workloads;
    const IvcProfileText *profiles;
    const IvcComponent *machine;        /**< the parameters of a chip: models/cpu/profile.c */
    const IvcStage *machine_stages;     /**< stages that belong to no mechanism: interrupts, OS */
    const IvcStage *hypervisor_stages;  /**< of a hypervisor that schedules: IvcHypervisorStage */
    const char *const *register_blocks; /**< names of models/ipi's register blocks */
    /** Runs a point whose workload is `outside`, as ivc_run() does; may be called from several
     *  threads. NULL: nothing can. */
    struct IvcResult *(*run_program)(const IvcScenario *scenario, const struct IvcRunHooks *hooks,
                                     GError **error);
    void *programs; /**< what it keeps between points */
} IvcRegistry;

/** Defined in models/registry.c. */
extern const IvcRegistry ivc_registry;
