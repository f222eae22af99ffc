/** @file
 *  The points that a validation simulates: one for each row that has an entry, and for each choice.
 *  They are points of sweeps, run by ivc_sweep_run().
 */
#pragma once

#include "sim/suite/suite.h"

/** Which row of which suite a point predicts. */
typedef struct {
    guint suite;  /**< index among the suites of the plan */
    guint row;    /**< index in its data set */
    guint choice; /**< index among its choices; 0 when there are none */
    const IvcSuiteEntry *entry;
} IvcSuitePlace;

/** A parameter that claims something about the world, behind at least one point of a suite. */
typedef struct {
    char *path; /**< "machine.copy.setup"; of a channel by its mechanism: "netfront.front_tx" */
    IvcKind kind;
    char *value;
    char *source; /**< may be NULL */
} IvcSuiteParameter;

typedef struct {
    IvcSuite *const *suites; /**< borrowed */
    size_t n_suites;
    GArray *points;        /**< IvcSweepPoint */
    GArray *places;        /**< IvcSuitePlace of each */
    GPtrArray *parameters; /**< of each suite: GHashTable of path to IvcSuiteParameter */
} IvcSuitePlan;

/** Which rows are wanted. */
typedef enum {
    IVC_ROLES_ALL,
    IVC_ROLES_CALIBRATE,
    IVC_ROLES_PREDICT,
} IvcRoles;

/** @return whether rows of this role are wanted */
bool ivc_roles_have(IvcRoles roles, IvcDataRole role);

/**
 * Binds every point. Rows of roles that are not wanted are not even looked at.
 *
 * @param suites   must outlive the plan
 * @param main     only the stated choice of each suite, not the others
 * @param more     as for ivc_suite_bind()
 * @param program  identifies the program, as in ivc_sweep_plan_new()
 * @return transfer full, or NULL with errors added
 */
IvcSuitePlan *ivc_suite_plan_new(IvcSuite *const *suites, size_t n, IvcRoles roles, bool main,
                                 const char *const *more, const char *program, IvcDiags *diags);
void ivc_suite_plan_free(IvcSuitePlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcSuitePlan, ivc_suite_plan_free)

/** Simulates a point of the plan `user`; an IvcSweepRun. */
IvcResult *ivc_suite_plan_run(const IvcSweepPoint *point, const IvcRunHooks *hooks, void *user,
                              GError **error);

/** What a point came to. */
typedef struct {
    double value; /**< in the unit of its row; NAN: none */
    char *why;    /**< why there is none; NULL when there is; owned */
} IvcPrediction;

/**
 * Reads what the points came to.
 *
 * @return IvcPrediction of each point, transfer full, or NULL with an error of the store
 */
GArray *ivc_suite_plan_predictions(const IvcSuitePlan *plan, IvcStore *store, GError **error);
