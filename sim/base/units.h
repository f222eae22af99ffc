/** @file
 *  Quantities: time, cycles, sizes, rates, clocks. Their types, their one spelling each, exact
 *  parsing and formatting. docs/units.md is the user's page.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/** What products of two 64-bit numbers go into. */
__extension__ typedef unsigned __int128 IvcU128;

/** Simulated time or a span of it, in picoseconds. Names carry the suffix `_ps`. */
typedef uint64_t IvcTime;

/** A time that is never reached. */
#define IVC_TIME_NEVER UINT64_MAX

/** The horizon: no simulated time lies beyond 10^18 ps (1,000,000 s, or 11 days). */
#define IVC_TIME_HORIZON ((IvcTime)1000000000000000000)

/** A span of time as a parameter: a type of its own, so that tables can tell it from a count. */
typedef struct {
    IvcTime ps;
} IvcSpan;

/** A number of clock cycles; only a clock turns it into time. */
typedef struct {
    uint64_t n;
} IvcCycles;

/** A cost that is given in cycles or as a time: `120cycles` or `48ns`. */
typedef struct {
    uint64_t n;   /**< cycles, or picoseconds when is_time */
    bool is_time; /**< how the user wrote it */
} IvcCost;

/** A number of bytes. */
typedef struct {
    uint64_t n;
} IvcBytes;

/** A rate in bits per second. */
typedef struct {
    uint64_t bps;
} IvcBitRate;

/** A clock frequency in hertz, never 0 once parsed. */
typedef struct {
    uint64_t hz;
} IvcFrequency;

/** A share of a whole, in millionths. */
typedef struct {
    uint64_t ppm;
} IvcShare;

/** What a piece of text is meant to say. */
typedef enum {
    IVC_QUANTITY_COUNT,  /**< a bare whole number: `256` */
    IVC_QUANTITY_TIME,   /**< `20ps` `5ns` `1.5us` `30ms` `2s`; value in picoseconds */
    IVC_QUANTITY_CYCLES, /**< `120cycles` */
    IVC_QUANTITY_COST,   /**< cycles or a time */
    IVC_QUANTITY_SIZE,   /**< `64B` `4KiB` `16MiB` `1GiB` `1TiB`; value in bytes */
    IVC_QUANTITY_RATE,   /**< `941Mbit/s` `9.5GB/s` (decimal prefixes); value in bits per second */
    IVC_QUANTITY_CLOCK,  /**< `32768Hz` `800MHz` `2.5GHz`; value in hertz */
    IVC_QUANTITY_SHARE,  /**< `5%` `99.9%`; value in millionths */
} IvcQuantity;

/** A parsed quantity: the integer in the quantity's base unit. */
typedef struct {
    uint64_t n;
    bool is_time; /**< for IVC_QUANTITY_COST: true when n is picoseconds */
} IvcAmount;

/** Why a text is not a quantity. `what` has the diagnostic's text, `hint` a suggestion or NULL. */
typedef struct {
    const char *code; /**< "config-unit" (missing, wrong, unknown unit), "config-type" (no number),
                           "config-range" (does not fit, not exact, negative); static */
    char *what;       /**< owned by the struct; lower case, no full stop */
    char *hint;       /**< owned by the struct; may be NULL */
} IvcQuantityError;

/** Frees what a quantity error owns, not the struct. NULL members are fine. */
void ivc_quantity_error_clear(IvcQuantityError *error);

/**
 * Parses `text` exactly: a decimal that is not a whole number of base units is refused, never
 * rounded. One space may stand between number and unit. A bare 0 needs no unit.
 *
 * @param what       which quantity is expected
 * @param text       UTF-8, NUL-terminated
 * @param ret_amount set on success only
 * @param reterr     filled on failure only; clear it with ivc_quantity_error_clear()
 * @return true on success
 */
bool ivc_quantity_parse(IvcQuantity what, const char *text, IvcAmount *ret_amount,
                        IvcQuantityError *reterr) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Formats an amount in its shortest exact spelling, which parses back to the same amount:
 * 65536 bytes are `64KiB`, 1500 ps are `1.5ns`, 800000000 Hz are `800MHz`.
 *
 * @return transfer full
 */
char *ivc_quantity_format(IvcQuantity what, IvcAmount amount);

/** Returns the quantity's name for messages: "a size", "a time", "cycles or a time" ... static. */
const char *ivc_quantity_name(IvcQuantity what);

/** Returns an example spelling for hints: "'64KiB'", "'120cycles' or '48ns'" ... static. */
const char *ivc_quantity_example(IvcQuantity what);
