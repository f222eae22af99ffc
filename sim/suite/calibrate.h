/** @file
 *  Calibration: moves the parameters that a suite declares free, within their ranges, until the
 *  squared relative errors of the rows to calibrate are least. Rows to predict are never looked at:
 *  no point of theirs is made.
 */
#pragma once

#include "sim/suite/score.h"

/** Trials that a search may take, for each parameter. */
#define IVC_CALIBRATE_TRIALS_EACH 60u

/** A parameter that is fitted. */
typedef struct {
    char **paths; /**< one, or several that have one value; NULL-terminated */
    IvcQuantity quantity;
    bool is_time; /**< costs: picoseconds, not cycles */
    uint64_t low; /**< in base units, as the next three */
    uint64_t high;
    uint64_t before; /**< clamped into the range */
    uint64_t after;
} IvcFitted;

typedef struct {
    IvcSuite *const *suites; /**< borrowed; of one machine, and with the same free parameters */
    size_t n_suites;
    GArray *parameters; /**< IvcFitted */
    double sum_before;  /**< of squared relative errors */
    double sum_after;
    unsigned trials;     /**< vectors of values that were tried */
    unsigned trials_max; /**< of one search */
} IvcCalibration;

/**
 * Checks what suites declare free: that each is a parameter of a row to calibrate, a quantity, and
 * has a range inside of what its table and its profile allow.
 *
 * @param suites  all declare the same: see ivc_calibration_same()
 *
 * @return transfer full, or NULL with errors added
 */
IvcCalibration *ivc_calibration_new(IvcSuite *const *suites, size_t n, IvcDiags *diags);
/** Whether two suites can be calibrated together: one profile, and the same parameters free within
 *  the same ranges. */
bool ivc_calibration_same(const IvcSuite *one, const IvcSuite *other);

/** Whether a suite has a row to calibrate that an entry predicts. */
bool ivc_calibration_has_row(const IvcSuite *suite);

void ivc_calibration_free(IvcCalibration *calibration);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcCalibration, ivc_calibration_free)

/**
 * Predicts the rows to calibrate with some values.
 *
 * @param sets        `KEY=VALUE` of all parameters, NULL-terminated
 * @param ret_errors  set on success: relative error of each row, transfer full: double
 */
typedef bool (*IvcCalibrateTry)(const char *const *sets, GArray **ret_errors, void *user,
                                GError **error);

/** The assignments of the values before or after. @return transfer full: g_strfreev() */
char **ivc_calibration_sets(const IvcCalibration *calibration, bool after);

/**
 * Fits: sets `after` of every parameter, the sums and `trials`.
 *
 * @return false with the error of a trial
 */
bool ivc_calibration_run(IvcCalibration *calibration, IvcCalibrateTry attempt, void *user,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Which rows the parameters were fitted to, as a source: "fitted to ...". @return transfer full */
char *ivc_calibration_source(const IvcCalibration *calibration);

/** The value of a parameter before or after, as text. @return transfer full */
char *ivc_fitted_text(const IvcFitted *fitted, bool after);

/** Whether a parameter of the machine is free, so that there is a profile to write. */
bool ivc_calibration_has_machine(const IvcCalibration *calibration);

/**
 * The chip with the fitted values, as a profile: each of them `calibrated`, everything else as it
 * was. NULL when no parameter of the machine is among them.
 *
 * @param name  of the profile. @return transfer full
 */
char *ivc_calibration_profile(const IvcCalibration *calibration, const char *name);

/** The fitted values that no profile has, as lines for `set:` of a suite. @return transfer full */
char *ivc_calibration_settings(const IvcCalibration *calibration);
