/*
 * Numbers of a result in the units of measurements. Floating point: results are integers, and a
 * prediction is compared with numbers of three or four digits.
 */
#include "sim/suite/quantity.h"

#include <math.h>
#include <string.h>

#define PS 1e-12

const IvcUnit ivc_units[] = {
    {"bit/s", IVC_DIMENSION_BANDWIDTH, 0.125},
    {"kbit/s", IVC_DIMENSION_BANDWIDTH, 125.0},
    {"Mbit/s", IVC_DIMENSION_BANDWIDTH, 125e3},
    {"Gbit/s", IVC_DIMENSION_BANDWIDTH, 125e6},
    {"B/s", IVC_DIMENSION_BANDWIDTH, 1.0},
    {"kB/s", IVC_DIMENSION_BANDWIDTH, 1e3},
    {"MB/s", IVC_DIMENSION_BANDWIDTH, 1e6},
    {"GB/s", IVC_DIMENSION_BANDWIDTH, 1e9},
    {"KiB/s", IVC_DIMENSION_BANDWIDTH, 1024.0},
    {"MiB/s", IVC_DIMENSION_BANDWIDTH, 1048576.0},
    {"GiB/s", IVC_DIMENSION_BANDWIDTH, 1073741824.0},
    {"ps", IVC_DIMENSION_TIME, 1e-12},
    {"ns", IVC_DIMENSION_TIME, 1e-9},
    {"us", IVC_DIMENSION_TIME, 1e-6},
    {"ms", IVC_DIMENSION_TIME, 1e-3},
    {"s", IVC_DIMENSION_TIME, 1.0},
    {"cycles", IVC_DIMENSION_TIME, 0.0},
    {"1/s", IVC_DIMENSION_RATE, 1.0},
    {"trans/s", IVC_DIMENSION_RATE, 1.0},
    {"messages/s", IVC_DIMENSION_RATE, 1.0},
    {"pps", IVC_DIMENSION_RATE, 1.0},
    {"kpps", IVC_DIMENSION_RATE, 1e3},
    {"Mpps", IVC_DIMENSION_RATE, 1e6},
    {"cycles/B", IVC_DIMENSION_CYCLES_PER_BYTE, 1.0},
    {"instr/B", IVC_DIMENSION_CYCLES_PER_BYTE, 1.0},
    {"1/B", IVC_DIMENSION_COUNT_PER_BYTE, 1.0},
    {"1/kB", IVC_DIMENSION_COUNT_PER_BYTE, 1e-3},
    {"1/MB", IVC_DIMENSION_COUNT_PER_BYTE, 1e-6},
    {"1/MiB", IVC_DIMENSION_COUNT_PER_BYTE, 1.0 / 1048576.0},
    {"1", IVC_DIMENSION_SHARE, 1.0},
    {"%", IVC_DIMENSION_SHARE, 0.01},
    {.name = NULL},
};

#define BIT(dimension) (1u << IVC_DIMENSION_##dimension)

typedef enum {
    BANDWIDTH,
    MESSAGES,
    LATENCY,
    LATENCY_MEDIAN,
    LATENCY_MIN,
    LATENCY_P99,
    ROUND_TRIP,
    ROUND_TRIPS,
    ROUND,
    COMPLETION,
    TRANSACTIONS,
    CYCLES,
    CYCLES_OF,
    RUNNING_OF,
    COUNT_OF,
    GUEST_COUNT_OF,
    QUANTITIES,
} Quantity;

const IvcQuantityRow ivc_quantities[] = {
    [BANDWIDTH] = {"bandwidth", BIT(BANDWIDTH), "bytes delivered over the measured time"},
    [MESSAGES] = {"messages", BIT(RATE), "messages delivered over the measured time"},
    [LATENCY] = {"latency", BIT(TIME),
                 "mean latency of a message; with pingpong half a round trip"},
    [LATENCY_MEDIAN] = {"latency_median", BIT(TIME), "median latency, within 1/64"},
    [LATENCY_MIN] = {"latency_min", BIT(TIME), "shortest latency"},
    [LATENCY_P99] = {"latency_p99", BIT(TIME),
                     "latency that 99 of 100 messages do not exceed, within 1/64"},
    [ROUND_TRIP] = {"round_trip", BIT(TIME), "twice the mean latency: pingpong's round trip"},
    [ROUND_TRIPS] = {"round_trips", BIT(RATE),
                     "round trips a second of one pair: 1 over twice the mean latency"},
    [ROUND] =
        {"round", BIT(TIME),
         "from one message of a rank to its next: measured time times ranks over messages; of "
         "locks an acquire with its release, of barriers one barrier"},
    [COMPLETION] = {"completion", BIT(TIME),
                    "all of 'workload.total' at the measured rate, when 'messages_max' ends the "
                    "run before"},
    [TRANSACTIONS] = {"transactions", BIT(RATE),
                      "requests with their answers, of all pairs, over the measured time: what the "
                      "workload counts as 'transactions', else half of the messages"},
    [CYCLES] = {"cycles", BIT(CYCLES_PER_BYTE), "core cycles of all guests for a byte"},
    [CYCLES_OF] = {"cycles.", BIT(CYCLES_PER_BYTE), "core cycles of one guest for a byte"},
    [RUNNING_OF] = {"running.", BIT(SHARE), "share of one guest's core time spent running"},
    [COUNT_OF] = {"count.", BIT(COUNT_PER_BYTE) | BIT(RATE),
                  "how often something happened, by the name of the count: for a byte or a second"},
    [GUEST_COUNT_OF] = {"guest_count.", BIT(COUNT_PER_BYTE) | BIT(RATE),
                        "the same of one guest, by its name and that of the count"},
    [QUANTITIES] = {.name = NULL},
};

const IvcUnit *ivc_unit_find(const char *name)
{
    for (const IvcUnit *unit = ivc_units; unit->name != NULL; unit++) {
        if (strcmp(unit->name, name) == 0) {
            return unit;
        }
    }
    return NULL;
}

const char *ivc_dimension_name(IvcDimension dimension)
{
    static const char *const names[IVC_DIMENSIONS] = {
        "a bandwidth", "a time", "a rate", "cycles for a byte", "a count for a byte", "a share",
    };
    return names[dimension];
}

bool ivc_quantity_find(const char *name, IvcQuantityRef *ret)
{
    for (const IvcQuantityRow *row = ivc_quantities; row->name != NULL; row++) {
        size_t length = strlen(row->name);
        bool open = row->name[length - 1] == '.';
        if (open ? g_str_has_prefix(name, row->name) && name[length] != '\0'
                 : strcmp(name, row->name) == 0) {
            *ret = (IvcQuantityRef){row, open ? name + length : ""};
            return true;
        }
    }
    return false;
}

const char *const *ivc_quantity_names(void)
{
    static const char *const names[] = {"bandwidth",
                                        "messages",
                                        "latency",
                                        "latency_median",
                                        "latency_min",
                                        "latency_p99",
                                        "round_trip",
                                        "round_trips",
                                        "round",
                                        "completion",
                                        "transactions",
                                        "cycles",
                                        "cycles.GUEST",
                                        "running.GUEST",
                                        "count.NAME",
                                        "guest_count.GUEST.NAME",
                                        NULL};
    G_STATIC_ASSERT(G_N_ELEMENTS(names) == QUANTITIES + 1);
    return names;
}

static bool none(char **reterr, const char *what, const char *name)
{
    *reterr = g_strdup_printf("the result has no %s '%s'", what, name);
    return false;
}

/* The index of a guest by its name. */
static bool find_guest(const IvcResult *result, const char *name, unsigned *ret, char **reterr)
{
    for (guint i = 0; i < result->guests->len; i++) {
        if (strcmp(g_array_index(result->guests, IvcGuestResult, i).name, name) == 0) {
            *ret = i;
            return true;
        }
    }
    return none(reterr, "guest", name);
}

/* Cycles of one guest, or of all with an empty name. */
static bool cycles_of(const IvcResult *result, const char *guest, double *ret, char **reterr)
{
    unsigned number = 0;
    if (guest[0] != '\0' && !find_guest(result, guest, &number, reterr)) {
        return false;
    }
    *ret = 0;
    for (guint i = 0; i < result->stages->len; i++) {
        const IvcStageResult *stage = &g_array_index(result->stages, IvcStageResult, i);
        if (guest[0] == '\0' || stage->guest == number) {
            *ret += (double)stage->cycles;
        }
    }
    *ret /= (double)result->bytes;
    return true;
}

static bool running_of(const IvcResult *result, const char *guest, double *ret, char **reterr)
{
    unsigned number = 0;
    if (!find_guest(result, guest, &number, reterr)) {
        return false;
    }
    const IvcStates *s = &g_array_index(result->guests, IvcGuestResult, number).states;
    double all =
        (double)s->running_ps + (double)s->waiting_ps + (double)s->blocked_ps + (double)s->idle_ps;
    *ret = all > 0 ? (double)s->running_ps / all : 0;
    return true;
}

static double count_over(const IvcResult *result, uint64_t count, bool per_byte)
{
    double over = per_byte ? (double)result->bytes : (double)result->elapsed_ps * PS;
    return (double)count / over;
}

static bool count_of(const IvcResult *result, const char *name, bool per_byte, double *ret,
                     char **reterr)
{
    for (guint i = 0; i < result->counts->len; i++) {
        const IvcCountResult *count = &g_array_index(result->counts, IvcCountResult, i);
        if (strcmp(count->name, name) == 0) {
            *ret = count_over(result, count->value, per_byte);
            return true;
        }
    }
    return none(reterr, "count", name);
}

/* "GUEST.NAME"; a guest's name may have points, that of a count has none. */
static bool guest_count_of(const IvcResult *result, const char *of, bool per_byte, double *ret,
                           char **reterr)
{
    const char *point = strrchr(of, '.');
    g_autofree char *guest = point != NULL ? g_strndup(of, (gsize)(point - of)) : g_strdup(of);
    unsigned number = 0;
    if (!find_guest(result, guest, &number, reterr)) {
        return false;
    }
    for (guint i = 0; point != NULL && i < result->guest_counts->len; i++) {
        const IvcGuestCount *count = &g_array_index(result->guest_counts, IvcGuestCount, i);
        if (count->guest == number && strcmp(count->name, point + 1) == 0) {
            *ret = count_over(result, count->value, per_byte);
            return true;
        }
    }
    return none(reterr, "count by guest", of);
}

static double transactions(const IvcResult *result)
{
    char *why = NULL;
    double rate = 0;
    if (count_of(result, "transactions", false, &rate, &why)) {
        return rate;
    }
    g_free(why);
    return (double)result->messages / 2 / ((double)result->elapsed_ps * PS);
}

/* In base units. */
static bool base_value(const IvcQuantityRef *quantity, IvcDimension dimension,
                       const IvcResult *result, double *ret, char **reterr)
{
    const IvcHistogram *latency = &result->latency_ps;
    double elapsed = (double)result->elapsed_ps * PS;
    double mean = (double)ivc_histogram_mean(latency) * PS;
    switch ((Quantity)(quantity->row - ivc_quantities)) {
    case BANDWIDTH:
        *ret = (double)result->bytes / elapsed;
        return true;
    case MESSAGES:
        *ret = (double)result->messages / elapsed;
        return true;
    case LATENCY:
        *ret = mean;
        return true;
    case LATENCY_MEDIAN:
        *ret = (double)ivc_histogram_quantile(latency, 500) * PS;
        return true;
    case LATENCY_MIN:
        *ret = (double)latency->min * PS;
        return true;
    case LATENCY_P99:
        *ret = (double)ivc_histogram_quantile(latency, 990) * PS;
        return true;
    case ROUND_TRIP:
        *ret = 2 * mean;
        return true;
    case ROUND_TRIPS:
        *ret = 1 / (2 * mean);
        return true;
    case ROUND:
        *ret = elapsed * result->ranks / (double)result->messages;
        return true;
    case COMPLETION:
        *ret = elapsed * (double)result->messages_asked / (double)result->messages;
        return true;
    case TRANSACTIONS:
        *ret = transactions(result);
        return true;
    case CYCLES:
    case CYCLES_OF:
        return cycles_of(result, quantity->of, ret, reterr);
    case RUNNING_OF:
        return running_of(result, quantity->of, ret, reterr);
    case COUNT_OF:
        return count_of(result, quantity->of, dimension == IVC_DIMENSION_COUNT_PER_BYTE, ret,
                        reterr);
    case GUEST_COUNT_OF:
        return guest_count_of(result, quantity->of, dimension == IVC_DIMENSION_COUNT_PER_BYTE, ret,
                              reterr);
    case QUANTITIES:
        break;
    }
    return none(reterr, "quantity", "?");
}

bool ivc_quantity_value(const IvcQuantityRef *quantity, const IvcUnit *unit,
                        const IvcResult *result, double *ret, char **reterr)
{
    if (result->messages == 0 || result->elapsed_ps == 0 || result->latency_ps.count == 0) {
        *reterr = g_strdup("nothing was delivered");
        return false;
    }
    if (!base_value(quantity, unit->dimension, result, ret, reterr)) {
        return false;
    }
    *ret = unit->factor > 0 ? *ret / unit->factor : *ret * (double)result->clock_hz;
    if (!isfinite(*ret)) {
        *reterr = g_strdup("divided by nothing: no bytes, or no time");
        return false;
    }
    return true;
}
