/** @file
 *  A suite: which scenario, settings and quantity predict each row of a data set. YAML, bound and
 *  checked like a scenario; docs/validation.md is the user's page.
 */
#pragma once

#include "sim/scenario/sweep_plan.h"
#include "sim/suite/dataset.h"
#include "sim/suite/quantity.h"

#define IVC_SCHEMA_SUITE "ivcsim-suite/1"
#define IVC_SCHEMA_SHARED "ivcsim-suite-shared/1"

/** One assignment, as `--set` takes it, and where the suite says it. */
typedef struct {
    char *text; /**< "workload.message=4KiB"; owned */
    IvcPlace place;
} IvcSetting;

/** A scenario file that entries use. */
typedef struct {
    char *path; /**< to tell files apart; owned */
    IvcScenarioSource *source;
    IvcSweepPlan plan; /**< of this source, without points: what ivc_sweep_plan_run() needs */
} IvcSuiteScenario;

/** What predicts the rows of one path and metric. */
typedef struct {
    char *path;
    char *metric;
    const IvcSuiteScenario *scenario;
    GArray *settings;    /**< IvcSetting: those of its path, then its own */
    char *size;          /**< the setting that a row's message_bytes goes to */
    IvcPlace size_place; /**< where the suite names it; line 0: nowhere */
    char *predict;       /**< name of the quantity */
    IvcQuantityRef quantity;
    IvcPlace place;
} IvcSuiteEntry;

/** Settings with a name: those of a path, or one way to settle what the source of the measurements
 *  leaves open. */
typedef struct {
    char *name;
    GArray *settings; /**< IvcSetting */
    IvcPlace place;
} IvcNamedSettings;

/** A parameter that a calibration may move. */
typedef struct {
    char *path;
    char *low; /**< as text; NULL: what the parameter's value states as its range */
    char *high;
    IvcPlace place;
    IvcPlace low_place;
    IvcPlace high_place;
} IvcSuiteFree;

/** What the summary of a set must not exceed; in millionths. */
typedef struct {
    IvcShare median_error;
    IvcShare p90_error;
} IvcSuiteLimits;

typedef struct {
    char *file; /**< as the user named it, or the name of a shipped one */
    const char *about;
    IvcTree *tree;
    IvcTree *shared;     /**< what it has in common with others; NULL: nothing */
    IvcBinding *binding; /**< owns texts that the tables bound */
    IvcDataSet *data;
    char *profile;        /**< of the chip: a name, or the path of a file */
    GArray *settings;     /**< IvcSetting: of all entries; the profile is the first */
    GPtrArray *scenarios; /**< IvcSuiteScenario * */
    GArray *entries;      /**< IvcSuiteEntry */
    GArray *paths;        /**< IvcNamedSettings: of all entries of a path */
    GArray *choices;      /**< IvcNamedSettings; empty: nothing was left open */
    guint main_choice;    /**< index of the stated one */
    GArray *free;         /**< IvcSuiteFree */
    bool limited;
    IvcSuiteLimits limits;
    const IvcRegistry *registry;
} IvcSuite;

/**
 * Reads a suite with its data set and its scenarios, and checks what can be checked before points
 * are bound: keys, units, that every entry has rows.
 *
 * @return transfer full, or NULL with errors added
 */
IvcSuite *ivc_suite_load(const IvcSuitePath *path, const IvcRegistry *registry, IvcDiags *diags);
void ivc_suite_free(IvcSuite *suite);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcSuite, ivc_suite_free)

/** The entry of a row, or NULL: the row is not predicted. */
const IvcSuiteEntry *ivc_suite_entry_of(const IvcSuite *suite, const IvcDataRow *row);

/**
 * Binds the scenario of a row with all its settings. What is wrong with a setting is reported where
 * the suite or the data set says it.
 *
 * @param choice    index of a choice; ignored when there are none
 * @param more      further assignments, laid on after the suite's and before the entry's;
 *                  NULL-terminated, or NULL
 * @param ret_sets  the assignments; transfer full: g_strfreev(); set on success
 * @return transfer full, or NULL with errors added
 */
IvcScenario *ivc_suite_bind(const IvcSuite *suite, const IvcSuiteEntry *entry,
                            const IvcDataRow *row, guint choice, const char *const *more,
                            char ***ret_sets, IvcDiags *diags);

/**
 * The same for its machine: with the stated choice, and without what the entry says of the machine.
 *
 * @return transfer full, or NULL with errors added
 */
IvcScenario *ivc_suite_bind_machine(const IvcSuite *suite, const IvcSuiteEntry *entry,
                                    const IvcDataRow *row, const char *const *more,
                                    IvcDiags *diags);

/** The JSON Schema of suites, and that of what they share. @return transfer full */
char *ivc_suite_json_schema(void);
char *ivc_suite_shared_json_schema(void);
