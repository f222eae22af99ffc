/*
 * The manifest as JSON.
 */
#include "sim/stats/manifest.h"

#include <glib.h>

static void set_text(json_t *object, const char *key, const char *text)
{
    if (text == NULL)
        return;
    g_autofree char *valid = g_utf8_make_valid(text, -1); /* a file's name may be anything */
    json_object_set_new(object, key, json_string(valid));
}

static void set_integer(json_t *object, const char *key, uint64_t value)
{
    if (value <= INT64_MAX) {
        json_object_set_new(object, key, json_integer((json_int_t)value));
        return;
    }
    g_autofree char *digits = g_strdup_printf("%" G_GUINT64_FORMAT, value);
    json_object_set_new(object, key, json_string(digits));
}

json_t *ivc_manifest_json(const IvcManifest *manifest)
{
    json_t *object = json_object();
    set_text(object, "version", manifest->version);
    set_text(object, "scenario", manifest->scenario);
    set_text(object, "file", manifest->file);
    set_text(object, "scenario_hash", manifest->scenario_hash);
    set_integer(object, "seed", manifest->seed);
    set_integer(object, "parameters", manifest->parameters);
    set_integer(object, "parameters_assumed", manifest->parameters_assumed);
    set_integer(object, "parameters_calibrated", manifest->parameters_calibrated);
    if (manifest->points > 0)
        set_integer(object, "points", manifest->points);
    set_text(object, "resolved", manifest->resolved);
    if (manifest->values != NULL)
        json_object_set_new(object, "values", json_deep_copy(manifest->values));
    return object;
}

/* Why nothing, or no more, was skipped. */
static const struct {
    const char *outcome;
    const char *reason;
} reasons[] = {
    {"full", "--no-skip: everything was simulated"},
    {"ended",
     "the run ended before a state had come back and its period had been watched: it is too "
     "short, queues were still filling, or parts do not keep in step"},
    {"given-up", "no state came back before the cap of the search: timers whose periods do not "
                 "close together, or parts that do not keep in step"},
    {"random", "random input: every state differs from those before, so nothing is looked for"},
    {"estimated", "--estimate stopped the run before a state had come back"},
    {"program", "a program ran, and no engine: there are no states to come back"},
    {"cache-filled", "a cache filled up after periods were skipped: done again in full"},
    {"broken", "equal states went on differently, a defect: done in full"},
};

static const char *reason_of(const char *outcome)
{
    for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++)
        if (g_str_equal(reasons[i].outcome, outcome))
            return reasons[i].reason;
    return NULL;
}

void ivc_manifest_add_recurrence(json_t *manifest, const char *point,
                                 const IvcRecurrenceResult *recurrence)
{
    json_t *list = json_object_get(manifest, "recurrence");
    if (list == NULL) {
        list = json_array();
        json_object_set_new(manifest, "recurrence", list);
    }
    json_t *object = json_object();
    set_text(object, "point", point);
    set_text(object, "outcome", recurrence->outcome);
    set_text(object, "reason", reason_of(recurrence->outcome));
    set_integer(object, "period_messages", recurrence->period_messages);
    set_integer(object, "period_ps", recurrence->period_ps);
    set_integer(object, "skips", recurrence->skips);
    set_integer(object, "skipped_messages", recurrence->skipped_messages);
    json_array_append_new(list, object);
}

void ivc_manifest_add_sampling(json_t *manifest, const char *point, const IvcResult *result)
{
    const IvcSampling *sampling = &result->sampling;
    if (result->samples->len == 0)
        return;
    json_t *list = json_object_get(manifest, "statistics");
    if (list == NULL) {
        list = json_array();
        json_object_set_new(manifest, "statistics", list);
    }
    json_t *object = json_object();
    set_text(object, "point", point);
    set_text(object, "samples", sampling->kind);
    set_integer(object, "n", result->samples->len);
    json_object_set_new(object, "confidence", json_real((double)sampling->confidence_ppm / 1e6));
    if (sampling->precision_ppm != 0) {
        json_object_set_new(object, "precision", json_real((double)sampling->precision_ppm / 1e6));
        json_object_set_new(object, "reached", json_boolean(sampling->reached));
    }
    set_integer(object, "messages_simulated", result->messages);
    set_integer(object, "messages_asked", result->messages_asked);
    json_array_append_new(list, object);
}
