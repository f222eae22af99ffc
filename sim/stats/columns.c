/*
 * The table of output columns and the arithmetic behind it. A derived figure is a quotient of
 * integers: it is computed with 128 bits, rounded half up to a fixed number of decimals, and only
 * the last step makes it a double. What cannot be computed (nothing was delivered, no time passed)
 * is null, never infinite.
 */
#include "sim/stats/columns.h"

#include <inttypes.h>
#include <string.h>

#define PS_PER_S UINT64_C(1000000000000)

/* numerator / denominator with `decimals` decimals (at most 9), or null. */
static json_t *make_ratio(IvcU128 numerator, IvcU128 denominator, unsigned decimals)
{
    uint64_t scale = 1;
    for (unsigned i = 0; i < decimals; i++)
        scale *= 10;
    if (denominator == 0 || numerator > ~(IvcU128)0 / scale)
        return json_null();
    IvcU128 scaled = numerator * scale;
    IvcU128 quotient = scaled / denominator;
    IvcU128 rest = scaled % denominator;
    if (rest >= denominator - rest)
        quotient++;
    return json_real((double)quotient / (double)scale);
}

/* Beyond 2^63 - 1, JSON has no integer that every reader understands: digits in a string. */
static json_t *make_integer(uint64_t value)
{
    if (value <= INT64_MAX)
        return json_integer((json_int_t)value);
    g_autofree char *digits = g_strdup_printf("%" PRIu64, value);
    return json_string(digits);
}

static json_t *make_text(const char *text)
{
    return text != NULL ? json_string(text) : json_null();
}

#define TEXT(field)                                     \
    static json_t *get_##field(const IvcResult *result) \
    {                                                   \
        return make_text(result->field);                \
    }
#define INTEGER(field)                                  \
    static json_t *get_##field(const IvcResult *result) \
    {                                                   \
        return make_integer(result->field);             \
    }
/* A latency exists only when something was delivered. */
#define LATENCY(name, expression)                                           \
    static json_t *get_latency_##name(const IvcResult *result)              \
    {                                                                       \
        const IvcHistogram *latency = &result->latency_ps;                  \
        return latency->count > 0 ? make_integer(expression) : json_null(); \
    }

TEXT(scenario)
TEXT(channel)
TEXT(mechanism)
TEXT(workload)
TEXT(profile)
TEXT(mode)
TEXT(hash)
TEXT(digest)
INTEGER(ranks)
INTEGER(messages)
INTEGER(messages_asked)
INTEGER(bytes)
INTEGER(setup_ps)
INTEGER(warmup_ps)
INTEGER(elapsed_ps)
INTEGER(clock_hz)
INTEGER(events)
INTEGER(parameters)
INTEGER(assumed)
INTEGER(calibrated)
INTEGER(seed)
LATENCY(min, latency->min)
LATENCY(mean, ivc_histogram_mean(latency))
LATENCY(p50, ivc_histogram_quantile(latency, 500))
LATENCY(p99, ivc_histogram_quantile(latency, 990))
LATENCY(max, latency->max)

/* A program of its own has messages of many sizes. */
static json_t *get_message_bytes(const IvcResult *result)
{
    return result->message_bytes ? make_integer(result->message_bytes) : json_null();
}

/* Only where a guest serves the channel, and had something to do. */
static json_t *get_setup_server(const IvcResult *result)
{
    return result->setup_server_ps ? make_integer(result->setup_server_ps) : NULL;
}

static json_t *get_capped(const IvcResult *result)
{
    return json_boolean(result->capped);
}

static json_t *get_stalled(const IvcResult *result)
{
    return result->stalled ? json_string(result->stalled) : NULL;
}

static json_t *get_bandwidth(const IvcResult *result)
{
    return make_ratio((IvcU128)result->bytes * PS_PER_S, result->elapsed_ps, 3);
}

static json_t *get_message_rate(const IvcResult *result)
{
    return make_ratio((IvcU128)result->messages * PS_PER_S, result->elapsed_ps, 3);
}

static IvcU128 sum_states(const IvcStates *states)
{
    return (IvcU128)states->running_ps + states->waiting_ps + states->blocked_ps + states->idle_ps;
}

/* One share of every guest's time; `offset` is that of an IvcTime in IvcGuestResult. */
static json_t *make_shares(const IvcResult *result, size_t offset)
{
    json_t *shares = json_object();
    for (guint i = 0; i < result->guests->len; i++) {
        const IvcGuestResult *guest = &g_array_index(result->guests, IvcGuestResult, i);
        IvcTime part = *(const IvcTime *)((const char *)guest + offset);
        json_object_set_new(shares, guest->name, make_ratio(part, sum_states(&guest->states), 9));
    }
    return shares;
}

#define SHARE(name, member)                                           \
    static json_t *get_cpu_##name(const IvcResult *result)            \
    {                                                                 \
        return make_shares(result, offsetof(IvcGuestResult, member)); \
    }

SHARE(running, states.running_ps)
SHARE(waiting, states.waiting_ps)
SHARE(blocked, states.blocked_ps)
SHARE(idle, states.idle_ps)
SHARE(spinning, spinning_ps)

/*
 * Jain's index of the running shares of the guests that take part, (sum x)^2 / (n * sum x^2): 1
 * when all run equally much, near 1/n when one does nearly everything. A guest that runs nothing
 * but its load takes no part. Shares are taken in millionths, so that 2^20 guests fit 128 bits.
 */
static json_t *get_jain(const IvcResult *result)
{
    IvcU128 sum = 0;
    IvcU128 squares = 0;
    unsigned n = 0;
    for (guint i = 0; i < result->guests->len; i++) {
        const IvcGuestResult *guest = &g_array_index(result->guests, IvcGuestResult, i);
        if (guest->states.running_ps == guest->beside_ps)
            continue; /* it has no part in this */
        n++;
        IvcU128 all = sum_states(&guest->states);
        IvcU128 share = all == 0 ? 0 : (IvcU128)guest->states.running_ps * 1000000 / all;
        sum += share;
        squares += share * share;
    }
    return make_ratio(sum * sum, squares * n, 9);
}

static json_t *get_cycles_per_byte(const IvcResult *result)
{
    IvcU128 cycles = 0;
    for (guint i = 0; i < result->stages->len; i++)
        cycles += g_array_index(result->stages, IvcStageResult, i).cycles;
    return make_ratio(cycles, result->bytes, 9);
}

static const char *guest_name(const IvcResult *result, unsigned guest)
{
    return guest < result->guests->len ? g_array_index(result->guests, IvcGuestResult, guest).name
                                       : NULL;
}

static json_t *get_stages(const IvcResult *result)
{
    json_t *list = json_array();
    for (guint i = 0; i < result->stages->len; i++) {
        const IvcStageResult *stage = &g_array_index(result->stages, IvcStageResult, i);
        json_t *record = json_object();
        json_object_set_new(record, "component", make_text(stage->component));
        json_object_set_new(record, "stage", make_text(stage->stage));
        json_object_set_new(record, "guest", make_text(guest_name(result, stage->guest)));
        json_object_set_new(record, "spent_ps", make_integer(stage->spent_ps));
        json_object_set_new(record, "cycles", make_integer(stage->cycles));
        json_object_set_new(record, "cycles_per_byte", make_ratio(stage->cycles, result->bytes, 9));
        json_object_set_new(record, "spin", json_boolean(stage->spin));
        json_object_set_new(record, "times", make_integer(stage->times));
        json_object_set_new(record, "sentence", make_text(stage->sentence));
        json_array_append_new(list, record);
    }
    return list;
}

static json_t *get_cores(const IvcResult *result)
{
    json_t *list = json_array();
    for (guint i = 0; i < result->cores->len; i++) {
        const IvcCoreResult *core = &g_array_index(result->cores, IvcCoreResult, i);
        json_t *record = json_object();
        json_object_set_new(record, "core", json_integer(core->core));
        json_object_set_new(record, "guest", make_text(guest_name(result, core->guest)));
        json_object_set_new(record, "running_ps", make_integer(core->states.running_ps));
        json_object_set_new(record, "waiting_ps", make_integer(core->states.waiting_ps));
        json_object_set_new(record, "blocked_ps", make_integer(core->states.blocked_ps));
        json_object_set_new(record, "idle_ps", make_integer(core->states.idle_ps));
        json_array_append_new(list, record);
    }
    return list;
}

static json_t *get_scheduling(const IvcResult *result)
{
    if (result->scheduling->len == 0)
        return NULL;
    json_t *list = json_array();
    for (guint i = 0; i < result->scheduling->len; i++) {
        const IvcSchedulingResult *guest =
            &g_array_index(result->scheduling, IvcSchedulingResult, i);
        json_t *record = json_object();
        json_object_set_new(record, "guest", make_text(guest_name(result, guest->guest)));
        json_object_set_new(record, "domain_switches", make_integer(guest->switches));
        json_object_set_new(record, "wakes", make_integer(guest->wakes));
        json_object_set_new(record, "preemptions", make_integer(guest->preemptions));
        json_object_set_new(record, "yields", make_integer(guest->yields));
        json_object_set_new(record, "migrations", make_integer(guest->migrations));
        json_array_append_new(list, record);
    }
    return list;
}

static json_t *get_processors(const IvcResult *result)
{
    if (result->processors->len == 0)
        return NULL;
    json_t *list = json_array();
    for (guint i = 0; i < result->processors->len; i++) {
        const IvcProcessorResult *cpu = &g_array_index(result->processors, IvcProcessorResult, i);
        json_t *record = json_object();
        json_object_set_new(record, "core", json_integer(cpu->core));
        json_object_set_new(record, "running_ps", make_integer(cpu->running_ps));
        json_object_set_new(record, "switching_ps", make_integer(cpu->switching_ps));
        json_object_set_new(record, "idle_ps", make_integer(cpu->idle_ps));
        json_array_append_new(list, record);
    }
    return list;
}

static json_t *get_counts(const IvcResult *result)
{
    json_t *counts = json_object();
    for (guint i = 0; i < result->counts->len; i++) {
        const IvcCountResult *count = &g_array_index(result->counts, IvcCountResult, i);
        json_object_set_new(counts, count->name, make_integer(count->value));
    }
    return counts;
}

/* What happened for 10^6 delivered bytes, whatever the size of a message. */
static json_t *per_mb(uint64_t value, const IvcResult *result)
{
    return make_ratio((IvcU128)value * 1000000, result->bytes, 3);
}

static json_t *get_counts_per_mb(const IvcResult *result)
{
    json_t *counts = json_object();
    for (guint i = 0; i < result->counts->len; i++) {
        const IvcCountResult *count = &g_array_index(result->counts, IvcCountResult, i);
        if (g_str_equal(count->unit, "count"))
            json_object_set_new(counts, count->name, per_mb(count->value, result));
    }
    return counts;
}

/* No such column where a mechanism counts nothing by guest. */
static json_t *get_guest_counts(const IvcResult *result)
{
    if (result->guest_counts->len == 0)
        return NULL;
    json_t *list = json_array();
    for (guint i = 0; i < result->guest_counts->len; i++) {
        const IvcGuestCount *count = &g_array_index(result->guest_counts, IvcGuestCount, i);
        json_t *record = json_object();
        json_object_set_new(record, "guest", make_text(guest_name(result, count->guest)));
        json_object_set_new(record, "name", make_text(count->name));
        json_object_set_new(record, "value", make_integer(count->value));
        json_object_set_new(record, "per_mb", per_mb(count->value, result));
        json_array_append_new(list, record);
    }
    return list;
}

static json_t *get_histogram(const IvcResult *result)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < IVC_HISTOGRAM_BUCKETS && result->latency_ps.count > 0; i++) {
        uint64_t n = result->latency_ps.buckets[i];
        if (n == 0)
            continue;
        uint64_t low = 0;
        uint64_t high = 0;
        ivc_histogram_bounds(i, &low, &high);
        json_t *bucket = json_array();
        json_array_append_new(bucket, make_integer(low));
        json_array_append_new(bucket, make_integer(high));
        json_array_append_new(bucket, make_integer(n));
        json_array_append_new(list, bucket);
    }
    return list;
}

static const char *const stage_keys[] = {"guest", "component", "stage", NULL};
static const char *const stage_values[] = {"cycles_per_byte", NULL};
static const char *const scheduling_keys[] = {"guest", NULL};
static const char *const scheduling_values[] = {"domain_switches", "wakes",      "preemptions",
                                                "yields",          "migrations", NULL};
static const char *const processor_values[] = {"running_ps", "switching_ps", "idle_ps", NULL};
static const char *const core_keys[] = {"core", NULL};
static const char *const core_values[] = {"running_ps", "waiting_ps", "blocked_ps", "idle_ps",
                                          NULL};
static const char *const guest_count_keys[] = {"guest", "name", NULL};
static const char *const guest_count_values[] = {"value", "per_mb", NULL};

#define ROW(name_, type_, unit_, get_, sentence_)                                              \
    {                                                                                          \
        .name = (name_), .type = IVC_COLUMN_##type_, .unit = (unit_), .sentence = (sentence_), \
        .get = (get_)                                                                          \
    }
#define SHARE_ROW(name_, get_, sentence_)                                                   \
    {                                                                                       \
        .name = (name_), .type = IVC_COLUMN_BY_GUEST, .unit = "1", .sentence = (sentence_), \
        .get = (get_), .csv_prefix = (name_)                                                \
    }

const IvcColumn ivc_columns[] = {
    ROW("scenario", TEXT, "", get_scenario, "name of the scenario"),
    ROW("channel", TEXT, "", get_channel, "key of the channel in the scenario"),
    ROW("mechanism", TEXT, "", get_mechanism, "mechanism of the channel"),
    ROW("workload", TEXT, "", get_workload, "pattern of the messages"),
    ROW("profile", TEXT, "", get_profile, "profile of the chip"),
    ROW("mode", TEXT, "", get_mode, "how guests and hypervisor share the chip"),
    ROW("ranks", INTEGER, "count", get_ranks, "ranks that took part"),
    ROW("message_bytes", INTEGER, "bytes", get_message_bytes, "size of one message"),
    ROW("messages", INTEGER, "count", get_messages, "messages measured and delivered"),
    ROW("messages_asked", INTEGER, "count", get_messages_asked,
        "messages that the scenario asks for: total over message"),
    ROW("capped", BOOL, "", get_capped,
        "true when the point stopped at workload.messages_max, before all that was asked for"),
    ROW("stalled", TEXT, "", get_stalled,
        "where a datagram was lost that everything then waited for: the point ended there"),
    ROW("bytes", INTEGER, "bytes", get_bytes, "bytes delivered in the measured phase"),
    ROW("elapsed_ps", INTEGER, "ps", get_elapsed_ps, "simulated time of the measured phase"),
    ROW("setup_ps", INTEGER, "ps", get_setup_ps, "simulated time until every rank was initialised"),
    ROW("setup_server_ps", INTEGER, "ps", get_setup_server,
        "time that dom0's cores, and a driver domain's, ran meanwhile; only where channels are set "
        "up through a xenstore"),
    ROW("warmup_ps", INTEGER, "ps", get_warmup_ps, "simulated time of the warm-up"),
    ROW("bandwidth_bytes_per_s", REAL, "bytes/s", get_bandwidth, "bytes over elapsed_ps"),
    ROW("messages_per_s", REAL, "1/s", get_message_rate, "messages over elapsed_ps"),
    ROW("latency_min_ps", INTEGER, "ps", get_latency_min,
        "shortest latency of a message, from the call of Send to the return of Recv (pingpong: "
        "half "
        "a round trip)"),
    ROW("latency_mean_ps", INTEGER, "ps", get_latency_mean, "mean latency, rounded"),
    ROW("latency_p50_ps", INTEGER, "ps", get_latency_p50, "median latency, within 1/64"),
    ROW("latency_p99_ps", INTEGER, "ps", get_latency_p99,
        "latency that 99 of 100 messages do not exceed, within 1/64"),
    ROW("latency_max_ps", INTEGER, "ps", get_latency_max, "longest latency"),
    SHARE_ROW("cpu_running_share", get_cpu_running,
              "share of the guest's core time spent running, polling included"),
    SHARE_ROW("cpu_waiting_share", get_cpu_waiting,
              "share of the guest's core time spent runnable while another had the core"),
    SHARE_ROW("cpu_blocked_share", get_cpu_blocked,
              "share of the guest's core time spent blocked, waiting for an event"),
    SHARE_ROW("cpu_idle_share", get_cpu_idle, "share of the guest's core time with nothing to do"),
    SHARE_ROW("cpu_spinning_share", get_cpu_spinning,
              "share of the guest's core time spent polling, a part of running"),
    ROW("cpu_jain_index", REAL, "1", get_jain,
        "Jain's index of the running shares of the guests that take part: 1 is balanced, near 1/n "
        "is "
        "one doing nearly all"),
    ROW("cycles_per_byte", REAL, "cycles/byte", get_cycles_per_byte,
        "core cycles of all stages and guests for each byte delivered, polling included"),
    {.name = "stages",
     .type = IVC_COLUMN_LIST,
     .unit = "",
     .sentence = "what the cores' time was spent on, by guest, component and stage",
     .get = get_stages,
     .csv_prefix = "stage",
     .csv_keys = stage_keys,
     .csv_values = stage_values},
    {.name = "cores",
     .type = IVC_COLUMN_LIST,
     .unit = "ps",
     .sentence = "time in each state by core, or by vCPU when guests share cores; the four sum to "
                 "the measured time",
     .get = get_cores,
     .csv_prefix = "core",
     .csv_keys = core_keys,
     .csv_values = core_values},
    {.name = "scheduling",
     .type = IVC_COLUMN_LIST,
     .unit = "count",
     .sentence = "what happened to each guest's vCPUs; only when guests share cores",
     .get = get_scheduling,
     .csv_prefix = "scheduling",
     .csv_keys = scheduling_keys,
     .csv_values = scheduling_values},
    {.name = "processors",
     .type = IVC_COLUMN_LIST,
     .unit = "ps",
     .sentence = "time of each physical core, summing to the measured time; only when guests share "
                 "cores",
     .get = get_processors,
     .csv_prefix = "processor",
     .csv_keys = core_keys,
     .csv_values = processor_values},
    {.name = "counts",
     .type = IVC_COLUMN_BY_NAME,
     .unit = "count or bytes",
     .sentence = "how often things happened in the measured phase, by name",
     .get = get_counts,
     .csv_prefix = "count"},
    {.name = "counts_per_mb",
     .type = IVC_COLUMN_BY_NAME,
     .unit = "1/MB",
     .sentence = "the same for a million bytes delivered: the faults of a path in numbers",
     .get = get_counts_per_mb,
     .csv_prefix = "count_per_mb"},
    {.name = "guest_counts",
     .type = IVC_COLUMN_LIST,
     .unit = "count or bytes",
     .sentence = "the same of each guest, for what is counted by guest; left out where nothing is",
     .get = get_guest_counts,
     .csv_prefix = "guest_count",
     .csv_keys = guest_count_keys,
     .csv_values = guest_count_values},
    ROW("latency_histogram_ps", LIST, "ps", get_histogram,
        "latencies as [low, high, messages]: low inclusive, high exclusive; only in JSON"),
    ROW("clock_hz", INTEGER, "Hz", get_clock_hz, "clock of the cores, in which cycles are counted"),
    ROW("events", INTEGER, "count", get_events, "events that the simulator executed, whole run"),
    ROW("parameters", INTEGER, "count", get_parameters,
        "parameters of chip and channel, without choices of a design"),
    ROW("parameters_assumed", INTEGER, "count", get_assumed, "how many of them are assumed"),
    ROW("parameters_calibrated", INTEGER, "count", get_calibrated,
        "how many of them were fitted to measurements"),
    ROW("seed", INTEGER, "", get_seed, "seed of the random streams"),
    ROW("repeats", INTEGER, "count", ivc_column_repeats,
        "runs with streams of their own that the point sums up; only with random input"),
    ROW("estimated", BOOL, "", ivc_column_estimated,
        "true when the run was stopped at a stated precision (--estimate)"),
    ROW("batches", INTEGER, "count", ivc_column_batches,
        "batches of messages whose means an estimate rests on"),
    ROW("confidence", REAL, "1", ivc_column_confidence,
        "of the intervals: how many of them cover the true value"),
    ROW("precision_reached", BOOL, "", ivc_column_reached,
        "whether bandwidth and mean latency are as precise as statistics.precision asks"),
    ROW("bandwidth_half_width_bytes_per_s", REAL, "bytes/s", ivc_column_half_bandwidth,
        "the interval is bandwidth_bytes_per_s, this much to both sides"),
    ROW("latency_mean_half_width_ps", REAL, "ps", ivc_column_half_latency,
        "the same of latency_mean_ps"),
    ROW("latency_p50_half_width_ps", REAL, "ps", ivc_column_half_p50,
        "the same of latency_p50_ps, from the repeats' own medians; 1/64 is added for the buckets"),
    ROW("latency_p99_half_width_ps", REAL, "ps", ivc_column_half_p99, "the same of latency_p99_ps"),
    ROW("samples", LIST, "", ivc_column_samples,
        "what each repeat came to: its bandwidth and latencies; only in JSON"),
    ROW("hash", TEXT, "", get_hash, "SHA-256 of everything that decides the result"),
    ROW("digest", TEXT, "", get_digest, "of the final state and all counts: equal for equal runs"),
    {.name = NULL},
};

const char *ivc_column_type_name(IvcColumnType type)
{
    static const char *const names[] = {
        [IVC_COLUMN_TEXT] = "text",         [IVC_COLUMN_INTEGER] = "integer",
        [IVC_COLUMN_REAL] = "real",         [IVC_COLUMN_BOOL] = "boolean",
        [IVC_COLUMN_BY_GUEST] = "by guest", [IVC_COLUMN_BY_NAME] = "by name",
        [IVC_COLUMN_LIST] = "list",
    };
    return names[type];
}

const IvcColumn *ivc_column_find(const char *name)
{
    for (const IvcColumn *column = ivc_columns; column->name != NULL; column++) {
        if (strcmp(column->name, name) == 0)
            return column;
    }
    return NULL;
}

json_t *ivc_point_json(const IvcResult *result)
{
    json_t *point = json_object();
    for (const IvcColumn *column = ivc_columns; column->name != NULL; column++)
        json_object_set_new(point, column->name, column->get(result)); /* NULL sets nothing */
    return point;
}
