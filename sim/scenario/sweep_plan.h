/** @file
 *  The plan of a sweep: a scenario's axes expanded to points, each with its content address, its
 *  expected work and what the outputs call it; and how one of them is simulated.
 */
#pragma once

#include "sim/scenario/sweep.h"

typedef struct {
    const IvcScenarioSource *source; /**< borrowed */
    char **base;                     /**< assignments that all points share; NULL-terminated */
    GArray *points;                  /**< IvcSweepPoint, in the order of the outputs */
    GPtrArray *axes;                 /**< char *: the paths that the points set, in their order */
} IvcSweepPlan;

/**
 * Expands and checks every point: a sweep never starts that could not end.
 *
 * The content address of a point hashes all that decides its result (ivc_scenario_hash()), the
 * program and the format of results. It does not depend on the order of the axes, nor on how a
 * value was set.
 *
 * @param source   must outlive the plan
 * @param base     the source bound with `sets`: its axes are expanded
 * @param sets     assignments for all points (`--set`), NULL-terminated, or NULL
 * @param program  identifies the program: another program, other addresses
 * @param jobs     threads that check points; 0: one for each processor
 * @param stop     gives up when it becomes non-zero; NULL: never
 * @return transfer full, or NULL with errors added, or without any after `stop`
 */
IvcSweepPlan *ivc_sweep_plan_new(const IvcScenarioSource *source, const IvcScenario *base,
                                 const char *const *sets, const char *program, unsigned jobs,
                                 const volatile int *stop, IvcDiags *diags);
void ivc_sweep_plan_free(IvcSweepPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcSweepPlan, ivc_sweep_plan_free)

/**
 * Fills in a point from a bound scenario.
 *
 * @param sets       the assignments that make the point, NULL-terminated, or NULL; copied
 * @param program    as for ivc_sweep_plan_new()
 * @param ret_point  all members set; clear with ivc_sweep_point_clear()
 */
void ivc_sweep_point_make(const IvcScenario *scenario, char **sets, const char *program,
                          IvcSweepPoint *ret_point);

/** Simulates a point of the plan `user`; an IvcSweepRun. Of the plan it uses `source` and `base`.
 */
IvcResult *ivc_sweep_plan_run(const IvcSweepPoint *point, const IvcRunHooks *hooks, void *user,
                              GError **error);
