/** @file
 *  What the files behind scenario.h share; nobody else includes it.
 */
#pragma once

#include "sim/scenario/scenario.h"

#define IVC_SCHEMA "ivcsim/1"
#define IVC_SCHEMA_PROFILE "ivcsim-profile/1"
#define IVC_GUESTS_MAX 65536
#define IVC_GUEST_CORES_MAX 65536 /* of one entry with a count: far more than any chip has */
#define IVC_CHANNELS_MAX 256
#define IVC_AXES_MAX 16
#define IVC_AXIS_VALUES_MAX 10000

/** The keys of a scenario, in the order of `show`; NULL-terminated. */
extern const char *const ivc_scenario_keys[];

/* Tables of what every scenario has; each fills the struct named behind it. */
extern const IvcParam ivc_scenario_top_params[];    /**< IvcScenario */
extern const IvcParam ivc_scenario_channel_param[]; /**< the row of `channel`; binds nothing */
extern const IvcParam ivc_machine_profile_param[];  /**< the row of `profile`; binds nothing */
extern const IvcParam ivc_hypervisor_params[];      /**< IvcHypervisorHead */
extern const IvcParam ivc_guest_params[];           /**< IvcGuestSpec */
extern const IvcParam ivc_channel_params[];         /**< IvcChannelHead */
extern const IvcParam ivc_workload_kind_param[];    /**< IvcWorkloadHead */
extern const IvcParam ivc_workload_params[];        /**< IvcWorkloadSpec */
extern const IvcParam ivc_cluster_params[];         /**< IvcClusterSpec */
extern const IvcParam ivc_limits_params[];          /**< IvcLimits */
extern const IvcParam ivc_statistics_params[];      /**< IvcStatisticsSpec */
extern const IvcParam ivc_report_params[];          /**< IvcReportSpec */

/** The same rows with the defaults of a workload; NULL: as they are. Free with g_free(). */
IvcParam *ivc_workload_table(const IvcWorkload *workload);

typedef struct {
    int mode;
    const char *label; /**< or NULL */
    IvcHypervisorSpec spec;
} IvcHypervisorHead;

typedef struct {
    const char *mechanism;
    IvcNameList between;
    int mode; /**< meaningful only when the key was given */
} IvcChannelHead;

typedef struct {
    const char *kind;
} IvcWorkloadHead;

/** NULL-terminated names; free the array only. */
const char **ivc_mechanism_names(const IvcRegistry *registry);
const char **ivc_workload_names(const IvcRegistry *registry);
const char **ivc_profile_names(const IvcRegistry *registry);
const char **ivc_channel_names(const IvcScenario *scenario);
/** The entries of `guests`: what a user wrote. */
const char **ivc_guest_names(const IvcScenario *scenario);

/** Binds `guests:`, and counts out its entries. */
void ivc_guests_bind(IvcScenario *scenario, const IvcNode *map, IvcDiags *diags);

/** Turns the names of a channel's `between` into guests; without names it joins all with cores. */
void ivc_guests_join(IvcScenario *scenario, const IvcNode *channel, const IvcNameList *names,
                     IvcChannelSpec *spec, IvcDiags *diags);

/** Returns the entry that a guest belongs to. */
const IvcGuestGroup *ivc_guest_group(const IvcScenario *scenario, size_t guest);

/** Reports a name that cannot be that of a guest, channel or scenario. @return true when it can */
bool ivc_name_check(const char *what, const char *name, IvcPlace place, bool dots, IvcDiags *diags);

const IvcMechanism *ivc_mechanism_find(const IvcRegistry *registry, const char *name);
const IvcWorkload *ivc_workload_find(const IvcRegistry *registry, const char *name);

/** Reports `word` as none of `names`: "unknown channel 'x'", with a suggestion. */
void ivc_unknown_name(const char *what, const char *word, const char *const *names, IvcPlace place,
                      IvcDiags *diags);

struct IvcScenarioSource {
    IvcTree *tree;
    char *file;
    char *folder;
    const IvcRegistry *registry;
    GMutex lock;          /**< of `profiles` */
    GHashTable *profiles; /**< name or path to IvcTree, checked */
};

/**
 * Finds a profile, reads and checks it at the first use.
 *
 * @param ret_path  set for profile files only: its absolute path; transfer full
 * @return borrowed from the source, or NULL with errors added
 */
const IvcTree *ivc_source_profile(IvcScenarioSource *source, const IvcNode *named, char **ret_path,
                                  IvcDiags *diags);

/**
 * Checks objects against each other, once all of them are bound.
 *
 * @param errors_before  errors in `diags` before binding began: components are only asked when
 *                       there are no more
 */
void ivc_scenario_validate(IvcScenario *scenario, size_t errors_before, IvcDiags *diags);

/** Resolves the list of sizes of a bound workload, and checks what its draws demand. */
void ivc_random_bind(IvcScenario *scenario, IvcDiags *diags);

/** Warns of keys of random input and of statistics that do nothing with the others' values. */
void ivc_random_check(const IvcScenario *scenario, IvcDiags *diags);

/** Binds `cluster:`; without it there is one machine. @return false with errors added */
bool ivc_cluster_bind(IvcScenario *scenario, const IvcNode *map, IvcPlace place, IvcDiags *diags);

/** Whether a path is on an axis of the sweep. */
bool ivc_scenario_is_axis(const IvcScenario *scenario, const char *path);

/** Reads `sweep:`: axes and constraints. */
void ivc_sweep_bind(IvcScenario *scenario, IvcDiags *diags);

/**
 * Checks a value for a row as it would be checked in its place, with references to names.
 *
 * @return false with errors added
 */
bool ivc_scenario_check_value(const IvcScenario *scenario, const IvcParam *param,
                              const IvcNode *node, IvcDiags *diags);

/** Reports a path that no table has, unless the reason is an unknown mechanism or workload. */
void ivc_unknown_path(const IvcScenario *scenario, const char *path, IvcPlace place,
                      IvcDiags *diags);

/** Returns the paths that were bound, for suggestions; NULL-terminated, free the array only. */
const char **ivc_bound_paths(const IvcScenario *scenario);

/** Compiles one constraint; NULL with errors added. Free with ivc_where_free(). */
IvcWhere *ivc_where_compile(const IvcScenario *scenario, const IvcNode *text, IvcDiags *diags);
void ivc_where_free(IvcWhere *where);

/**
 * Evaluates a constraint for one point.
 *
 * @param picks  for each axis of the scenario, which of its values the point has
 * @return -1 with an error added when it cannot be evaluated
 */
int ivc_where_holds(const IvcWhere *where, const IvcScenario *scenario, const size_t *picks,
                    IvcDiags *diags);
