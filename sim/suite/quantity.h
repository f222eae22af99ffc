/** @file
 *  What of a result is a prediction, and the units that measurements are stated in. One table of
 *  each; docs/validation.md shows both.
 */
#pragma once

#include "sim/stats/result.h"

/** What kind of number a unit belongs to. */
typedef enum {
    IVC_DIMENSION_BANDWIDTH,       /**< base: bytes a second */
    IVC_DIMENSION_TIME,            /**< base: seconds */
    IVC_DIMENSION_RATE,            /**< base: events a second */
    IVC_DIMENSION_CYCLES_PER_BYTE, /**< base: cycles a byte */
    IVC_DIMENSION_COUNT_PER_BYTE,  /**< base: events a byte */
    IVC_DIMENSION_SHARE,           /**< base: 1 */
    IVC_DIMENSIONS,
} IvcDimension;

/** One row of the table of units. */
typedef struct {
    const char *name;
    IvcDimension dimension;
    double factor; /**< base units in one of these; 0: cycles of the chip's clock */
} IvcUnit;

/** Ends with a NULL name. */
extern const IvcUnit ivc_units[];

/** @return static, or NULL */
const IvcUnit *ivc_unit_find(const char *name);

/** Returns "a bandwidth", "a time" ... static. */
const char *ivc_dimension_name(IvcDimension dimension);

/** One row of the table of quantities. */
typedef struct {
    const char *name;     /**< "bandwidth"; "count." and a name follow where it ends in a point */
    unsigned dimensions;  /**< bits 1 << IvcDimension: what it can be stated in */
    const char *sentence; /**< what it is, without a full stop */
} IvcQuantityRow;

/** Ends with a NULL name. */
extern const IvcQuantityRow ivc_quantities[];

/** A quantity as a suite names it. */
typedef struct {
    const IvcQuantityRow *row; /**< static */
    const char *of;            /**< what follows the point; "" otherwise; points into the name */
} IvcQuantityRef;

/** @param name  must live as long as the reference. @return whether there is such a quantity */
bool ivc_quantity_find(const char *name, IvcQuantityRef *ret);

/** The names of all quantities, those with a point as "count.NAME". NULL-terminated, static. */
const char *const *ivc_quantity_names(void);

/**
 * The quantity of a result, in a unit.
 *
 * @param unit    must be of one of the quantity's dimensions
 * @param ret     set on success
 * @param reterr  set on failure: why there is no such number in this result; transfer full
 */
bool ivc_quantity_value(const IvcQuantityRef *quantity, const IvcUnit *unit,
                        const IvcResult *result, double *ret,
                        char **reterr) G_GNUC_WARN_UNUSED_RESULT;
