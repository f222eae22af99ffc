/*
 * Results to JSON and back. One table a struct drives both directions, so that they cannot
 * disagree. Leaves out: derived figures (columns.c) and output for users (export_json.c).
 */
#include "sim/stats/result_json.h"

#include <jansson.h>
#include <string.h>

typedef enum {
    FIELD_U64,
    FIELD_UINT,
    FIELD_BOOL,
    FIELD_TEXT,
    FIELD_STATIC,
    FIELD_STATES,
    FIELD_RECURRENCE,
    FIELD_SAMPLING,
} FieldType;

typedef struct {
    const char *name;
    FieldType type;
    size_t offset;
} Field;

/* clang-format off */
#define FIELD_TYPE(value) _Generic((value), \
        uint64_t: FIELD_U64, \
        unsigned: FIELD_UINT, \
        bool: FIELD_BOOL, \
        char *: FIELD_TEXT, \
        const char *: FIELD_STATIC, \
        IvcStates: FIELD_STATES, \
        IvcRecurrenceResult: FIELD_RECURRENCE, \
        IvcSampling: FIELD_SAMPLING)
/* clang-format on */

/* The C type picks the row's type: a member of another type does not compile. */
#define FIELD(owner, member)                                       \
    {                                                              \
        .name = #member, .type = FIELD_TYPE(((owner *)0)->member), \
        .offset = offsetof(owner, member)                          \
    }

static const Field STATES[] = {
    FIELD(IvcStates, running_ps), FIELD(IvcStates, waiting_ps), FIELD(IvcStates, blocked_ps),
    FIELD(IvcStates, idle_ps),    {NULL, FIELD_U64, 0},
};

static const Field RECURRENCE[] = {
    FIELD(IvcRecurrenceResult, outcome),          FIELD(IvcRecurrenceResult, period_messages),
    FIELD(IvcRecurrenceResult, period_ps),        FIELD(IvcRecurrenceResult, skips),
    FIELD(IvcRecurrenceResult, skipped_messages), {NULL, FIELD_U64, 0},
};

static const Field SAMPLING[] = {
    FIELD(IvcSampling, kind),
    FIELD(IvcSampling, confidence_ppm),
    FIELD(IvcSampling, precision_ppm),
    FIELD(IvcSampling, reached),
    {NULL, FIELD_U64, 0},
};

static const Field SAMPLE[] = {
    FIELD(IvcSample, bytes),          FIELD(IvcSample, messages),  FIELD(IvcSample, elapsed_ps),
    FIELD(IvcSample, latency_sum_ps), FIELD(IvcSample, latencies), FIELD(IvcSample, latency_p50_ps),
    FIELD(IvcSample, latency_p99_ps), {NULL, FIELD_U64, 0},
};

static const Field GUEST[] = {
    FIELD(IvcGuestResult, name),      FIELD(IvcGuestResult, cores),
    FIELD(IvcGuestResult, states),    FIELD(IvcGuestResult, spinning_ps),
    FIELD(IvcGuestResult, beside_ps), {NULL, FIELD_U64, 0},
};

static const Field CORE[] = {
    FIELD(IvcCoreResult, core),
    FIELD(IvcCoreResult, guest),
    FIELD(IvcCoreResult, states),
    {NULL, FIELD_U64, 0},
};

static const Field SCHEDULING[] = {
    FIELD(IvcSchedulingResult, guest),
    FIELD(IvcSchedulingResult, switches),
    FIELD(IvcSchedulingResult, wakes),
    FIELD(IvcSchedulingResult, preemptions),
    FIELD(IvcSchedulingResult, yields),
    FIELD(IvcSchedulingResult, migrations),
    {NULL, FIELD_U64, 0},
};

static const Field PROCESSOR[] = {
    FIELD(IvcProcessorResult, core),
    FIELD(IvcProcessorResult, running_ps),
    FIELD(IvcProcessorResult, switching_ps),
    FIELD(IvcProcessorResult, idle_ps),
    {NULL, FIELD_U64, 0},
};

static const Field STAGE[] = {
    FIELD(IvcStageResult, component), FIELD(IvcStageResult, stage), FIELD(IvcStageResult, sentence),
    FIELD(IvcStageResult, spin),      FIELD(IvcStageResult, guest), FIELD(IvcStageResult, spent_ps),
    FIELD(IvcStageResult, cycles),    FIELD(IvcStageResult, times), {NULL, FIELD_U64, 0},
};

static const Field COUNT[] = {
    FIELD(IvcCountResult, name),  FIELD(IvcCountResult, unit), FIELD(IvcCountResult, sentence),
    FIELD(IvcCountResult, value), {NULL, FIELD_U64, 0},
};

static const Field GUEST_COUNT[] = {
    FIELD(IvcGuestCount, guest), FIELD(IvcGuestCount, name),     FIELD(IvcGuestCount, unit),
    FIELD(IvcGuestCount, value), FIELD(IvcGuestCount, sentence), {NULL, FIELD_U64, 0},
};

static const Field HISTOGRAM[] = {
    FIELD(IvcHistogram, count), FIELD(IvcHistogram, sum), FIELD(IvcHistogram, min),
    FIELD(IvcHistogram, max),   {NULL, FIELD_U64, 0},
};

static const Field RESULT[] = {
    FIELD(IvcResult, scenario),
    FIELD(IvcResult, channel),
    FIELD(IvcResult, mechanism),
    FIELD(IvcResult, workload),
    FIELD(IvcResult, profile),
    FIELD(IvcResult, mode),
    FIELD(IvcResult, ranks),
    FIELD(IvcResult, message_bytes),
    FIELD(IvcResult, messages_asked),
    FIELD(IvcResult, messages),
    FIELD(IvcResult, capped),
    FIELD(IvcResult, stalled),
    FIELD(IvcResult, bytes),
    FIELD(IvcResult, setup_ps),
    FIELD(IvcResult, setup_server_ps),
    FIELD(IvcResult, warmup_ps),
    FIELD(IvcResult, elapsed_ps),
    FIELD(IvcResult, clock_hz),
    FIELD(IvcResult, events),
    FIELD(IvcResult, parameters),
    FIELD(IvcResult, assumed),
    FIELD(IvcResult, calibrated),
    FIELD(IvcResult, seed),
    FIELD(IvcResult, hash),
    FIELD(IvcResult, digest),
    FIELD(IvcResult, recurrence),
    FIELD(IvcResult, sampling),
    {NULL, FIELD_U64, 0},
};

/* The lists of a result: where, of what. */
typedef struct {
    const char *name;
    const Field *fields;
    size_t offset;
    size_t item_size;
} List;

static const List LISTS[] = {
    {"guests", GUEST, offsetof(IvcResult, guests), sizeof(IvcGuestResult)},
    {"cores", CORE, offsetof(IvcResult, cores), sizeof(IvcCoreResult)},
    {"scheduling", SCHEDULING, offsetof(IvcResult, scheduling), sizeof(IvcSchedulingResult)},
    {"processors", PROCESSOR, offsetof(IvcResult, processors), sizeof(IvcProcessorResult)},
    {"stages", STAGE, offsetof(IvcResult, stages), sizeof(IvcStageResult)},
    {"counts", COUNT, offsetof(IvcResult, counts), sizeof(IvcCountResult)},
    {"guest_counts", GUEST_COUNT, offsetof(IvcResult, guest_counts), sizeof(IvcGuestCount)},
    {"samples", SAMPLE, offsetof(IvcResult, samples), sizeof(IvcSample)},
};

GQuark ivc_result_error_quark(void)
{
    return g_quark_from_static_string("ivc-result-error-quark");
}

static json_t *u64_to_json(uint64_t n)
{
    if (n <= INT64_MAX) {
        return json_integer((json_int_t)n);
    }
    char digits[24];
    g_snprintf(digits, sizeof digits, "%" G_GUINT64_FORMAT, n);
    return json_string(digits);
}

/* Names come from UTF-8 YAML; anything else is replaced rather than lost with its whole object. */
static json_t *text_to_json(const char *text)
{
    if (text == NULL) {
        return json_null();
    }
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    return json_string(valid);
}

static json_t *struct_to_json(const Field *fields, const void *item)
{
    json_t *object = json_object();
    for (const Field *field = fields; field->name != NULL; field++) {
        const void *member = (const char *)item + field->offset;
        json_t *value = NULL;
        switch (field->type) {
        case FIELD_U64:
            value = u64_to_json(*(const uint64_t *)member);
            break;
        case FIELD_UINT:
            value = json_integer(*(const unsigned *)member);
            break;
        case FIELD_BOOL:
            value = json_boolean(*(const bool *)member);
            break;
        case FIELD_TEXT:
            value = text_to_json(*(char *const *)member);
            break;
        case FIELD_STATIC:
            value = text_to_json(*(const char *const *)member);
            break;
        case FIELD_STATES:
            value = struct_to_json(STATES, member);
            break;
        case FIELD_RECURRENCE:
            value = struct_to_json(RECURRENCE, member);
            break;
        case FIELD_SAMPLING:
            value = struct_to_json(SAMPLING, member);
            break;
        }
        json_object_set_new(object, field->name, value);
    }
    return object;
}

/* Few buckets are ever hit: [[bucket, count], ...]. */
static json_t *buckets_to_json(const IvcHistogram *histogram)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < IVC_HISTOGRAM_BUCKETS; i++) {
        if (histogram->buckets[i] != 0) {
            json_t *pair = json_array();
            json_array_append_new(pair, json_integer(i));
            json_array_append_new(pair, u64_to_json(histogram->buckets[i]));
            json_array_append_new(list, pair);
        }
    }
    return list;
}

char *ivc_result_to_json(const IvcResult *result)
{
    json_t *root = struct_to_json(RESULT, result);
    json_object_set_new(root, "format", json_integer(IVC_RESULT_FORMAT));
    json_t *latency = struct_to_json(HISTOGRAM, &result->latency_ps);
    json_object_set_new(latency, "buckets", buckets_to_json(&result->latency_ps));
    json_object_set_new(root, "latency_ps", latency);
    for (size_t i = 0; i < G_N_ELEMENTS(LISTS); i++) {
        const GArray *items = *(GArray *const *)((const char *)result + LISTS[i].offset);
        json_t *list = json_array();
        for (guint k = 0; items != NULL && k < items->len; k++) {
            const char *item = items->data + k * LISTS[i].item_size;
            json_array_append_new(list, struct_to_json(LISTS[i].fields, item));
        }
        json_object_set_new(root, LISTS[i].name, list);
    }
    char *text = json_dumps(root, JSON_COMPACT);
    json_decref(root);
    g_assert(text != NULL);
    char *owned = g_strdup(text);
    free(text);
    return owned;
}

static bool u64_from_json(const json_t *value, uint64_t *ret_n)
{
    if (json_is_integer(value) && json_integer_value(value) >= 0) {
        *ret_n = (uint64_t)json_integer_value(value);
        return true;
    }
    guint64 n = 0;
    if (json_is_string(value) &&
        g_ascii_string_to_unsigned(json_string_value(value), 10, 0, G_MAXUINT64, &n, NULL)) {
        *ret_n = n;
        return true;
    }
    return false;
}

static bool struct_from_json(const Field *fields, const json_t *object, void *item,
                             const char **ret_bad);

static bool field_from_json(const Field *field, const json_t *value, void *member,
                            const char **ret_bad)
{
    uint64_t n = 0;
    switch (field->type) {
    case FIELD_U64:
        return u64_from_json(value, member);
    case FIELD_UINT:
        if (!u64_from_json(value, &n) || n > G_MAXUINT) {
            return false;
        }
        *(unsigned *)member = (unsigned)n;
        return true;
    case FIELD_BOOL:
        *(bool *)member = json_is_true(value);
        return json_is_boolean(value);
    case FIELD_TEXT:
        g_free(*(char **)member); /* a fresh result may hold a default */
        *(char **)member = g_strdup(json_string_value(value));
        return json_is_string(value) || json_is_null(value);
    case FIELD_STATIC:
        *(const char **)member = g_intern_string(json_string_value(value));
        return json_is_string(value) || json_is_null(value);
    case FIELD_STATES:
        return struct_from_json(STATES, value, member, ret_bad);
    case FIELD_RECURRENCE:
        return struct_from_json(RECURRENCE, value, member, ret_bad);
    case FIELD_SAMPLING:
        return struct_from_json(SAMPLING, value, member, ret_bad);
    }
    return false;
}

static bool struct_from_json(const Field *fields, const json_t *object, void *item,
                             const char **ret_bad)
{
    for (const Field *field = fields; field->name != NULL; field++) {
        *ret_bad = field->name;
        const json_t *value = json_object_get(object, field->name);
        if (value == NULL ||
            !field_from_json(field, value, (char *)item + field->offset, ret_bad)) {
            return false;
        }
    }
    return true;
}

static bool list_from_json(const List *list, const json_t *root, IvcResult *result,
                           const char **ret_bad)
{
    GArray *items = *(GArray **)((char *)result + list->offset);
    const json_t *values = json_object_get(root, list->name);
    *ret_bad = list->name;
    if (!json_is_array(values)) {
        return false;
    }
    size_t i;
    json_t *value;
    json_array_foreach(values, i, value)
    {
        /* Appended first, so that a half-read item is freed with the result. */
        g_array_set_size(items, items->len + 1);
        char *item = items->data + (items->len - 1) * list->item_size;
        memset(item, 0, list->item_size);
        if (!struct_from_json(list->fields, value, item, ret_bad)) {
            return false;
        }
    }
    return true;
}

static bool histogram_from_json(const json_t *root, IvcHistogram *histogram, const char **ret_bad)
{
    const json_t *latency = json_object_get(root, "latency_ps");
    if (!struct_from_json(HISTOGRAM, latency, histogram, ret_bad)) {
        return false;
    }
    const json_t *list = json_object_get(latency, "buckets");
    *ret_bad = "buckets";
    if (!json_is_array(list)) {
        return false;
    }
    size_t i;
    json_t *pair;
    json_array_foreach(list, i, pair)
    {
        uint64_t bucket = 0;
        if (!u64_from_json(json_array_get(pair, 0), &bucket) || bucket >= IVC_HISTOGRAM_BUCKETS ||
            !u64_from_json(json_array_get(pair, 1), &histogram->buckets[bucket])) {
            return false;
        }
    }
    return true;
}

static bool result_from_json(const json_t *root, IvcResult *result, const char **ret_bad)
{
    if (!struct_from_json(RESULT, root, result, ret_bad) ||
        !histogram_from_json(root, &result->latency_ps, ret_bad)) {
        return false;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(LISTS); i++) {
        if (!list_from_json(&LISTS[i], root, result, ret_bad)) {
            return false;
        }
    }
    *ret_bad = "format";
    uint64_t format = 0;
    return u64_from_json(json_object_get(root, "format"), &format) && format == IVC_RESULT_FORMAT;
}

IvcResult *ivc_result_from_json(const char *text, GError **error)
{
    json_error_t problem;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &problem);
    if (root == NULL) {
        g_set_error(error, IVC_RESULT_ERROR, IVC_RESULT_ERROR_FORMAT, "not JSON: %s (byte %d)",
                    problem.text, problem.position);
        return NULL;
    }
    g_autoptr(IvcResult) result = ivc_result_new();
    const char *bad = NULL;
    bool ok = result_from_json(root, result, &bad);
    json_decref(root);
    if (!ok) {
        g_set_error(error, IVC_RESULT_ERROR, IVC_RESULT_ERROR_FORMAT,
                    "member '%s' is missing or has a wrong value", bad);
        return NULL;
    }
    return g_steal_pointer(&result);
}
