/** @file
 *  What a sweep's store holds, as the program prints and writes it. Shared by `sweep` and `export`:
 *  everything is read back from the store, so that files do not depend on how it was filled.
 */
#pragma once

#include <jansson.h>

#include "sim/cli/cli.h"
#include "sim/scenario/store.h"

/** The stored points in the order of the plan. */
typedef struct {
    json_t *points;    /**< array of points as ivc_point_json() makes them, each with the values of
                            the sweep's axes, "status" ("ok", "failed") and "error" (text or null);
                            points that have not finished are not there */
    json_t *manifest;  /**< object */
    GPtrArray *failed; /**< char *: "label: message" of each failed point */
    size_t planned;    /**< places of the plan */
    size_t finished;   /**< of these, how many have a result or have failed */
} IvcSweepOutput;

void ivc_sweep_output_clear(IvcSweepOutput *output);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IvcSweepOutput, ivc_sweep_output_clear)

/** Names under which texts are kept in the store. */
#define IVC_SWEEP_TEXT_MANIFEST "manifest"
#define IVC_SWEEP_TEXT_SCENARIO "scenario"

/**
 * Reads all.
 *
 * @param jobs  threads that make points of what was read; 0: one for each processor
 * @return false with an error; output is then empty
 */
bool ivc_sweep_output_read(IvcStore *store, unsigned jobs, IvcSweepOutput *ret_output,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** As `--format` says: "table", "csv", "json" or "jsonl". @return transfer full */
char *ivc_sweep_output_text(const IvcSweepOutput *output, const char *format);

/**
 * The table: one line a message size and one bandwidth column a channel when these are what
 * differs between the points, otherwise one line a point. Capped and failed points are marked and
 * explained below. @return transfer full
 */
char *ivc_sweep_table(const json_t *points);

/** Whether a key is true in any of the points. */
bool ivc_sweep_any(const json_t *points, const char *key);

/**
 * The text of a cell: `digits`, then what a reader must know of the point.
 *
 * @param half   half of the width of the figure's interval; NAN: it has none
 * @param blank  what a point without a mark ends with, so that digits are below each other
 * @return transfer full
 */
char *ivc_sweep_marked(const json_t *point, const char *digits, double half, const char *blank);

/** What the marks mean that the points have. @param intervals  whether cells have them */
void ivc_sweep_append_marks(GString *text, const json_t *points, bool intervals);

/**
 * The matrix that the scenario asks for (report.rows, columns, cells), whatever its axes. Those
 * that it does not name give a matrix each, where points would share a cell.
 *
 * @param manifest  of the sweep, with the resolved scenario
 * @return transfer full; NULL: it asks for none
 */
char *ivc_sweep_matrix(const json_t *points, const json_t *manifest);

/**
 * Where points were repeated and the scenario names a baseline (report.baseline): each point over
 * the baseline's with the same other axes, repeat by repeat; empty otherwise. Both have drawn the
 * same random input, so the interval of the quotient is narrower than theirs.
 * @return transfer full
 */
char *ivc_sweep_comparison(const json_t *points, const json_t *manifest);

/** Reports an error of ivc_sweep_run() or a store, with its hint. @return IVC_EXIT_INTERNAL */
int ivc_sweep_fail_store(IvcCli *cli, const GError *error);
