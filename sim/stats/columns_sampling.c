/* The columns that only results of several runs, and estimates, have. */
#include <math.h>
#include <string.h>

#include "sim/stats/columns.h"
#include "sim/stats/interval.h"

static bool is_kind(const IvcResult *result, const char *kind)
{
    return g_strcmp0(result->sampling.kind, kind) == 0;
}

/* Six digits: beyond them, computers may differ in the last bit of a logarithm. */
static json_t *make_real(double value)
{
    if (!isfinite(value))
        return json_null();
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    return json_real(g_ascii_strtod(g_ascii_formatd(digits, sizeof digits, "%.6g", value), NULL));
}

json_t *ivc_column_repeats(const IvcResult *result)
{
    return is_kind(result, "repeats") ? json_integer(result->samples->len) : NULL;
}

json_t *ivc_column_estimated(const IvcResult *result)
{
    return is_kind(result, "batches") ? json_true() : NULL;
}

json_t *ivc_column_batches(const IvcResult *result)
{
    return is_kind(result, "batches") ? json_integer(result->samples->len) : NULL;
}

json_t *ivc_column_confidence(const IvcResult *result)
{
    return result->samples->len > 0 ? make_real((double)result->sampling.confidence_ppm / 1e6)
                                    : NULL;
}

json_t *ivc_column_reached(const IvcResult *result)
{
    return result->samples->len > 0 && result->sampling.precision_ppm != 0
               ? json_boolean(result->sampling.reached)
               : NULL;
}

/* A quantile comes from a histogram: chance is added to its error of at most 1/64. */
static json_t *make_half(const IvcResult *result, IvcSampled what)
{
    double confidence = (double)result->sampling.confidence_ppm / 1e6;
    if (result->samples->len == 0)
        return NULL;
    IvcInterval interval = ivc_interval_of(result->samples, what, confidence);
    bool quantile = what == IVC_SAMPLED_P50 || what == IVC_SAMPLED_P99;
    return make_real(interval.half + (quantile ? interval.value / 64 : 0));
}

json_t *ivc_column_half_bandwidth(const IvcResult *result)
{
    return make_half(result, IVC_SAMPLED_BANDWIDTH);
}

json_t *ivc_column_half_latency(const IvcResult *result)
{
    return make_half(result, IVC_SAMPLED_LATENCY);
}

json_t *ivc_column_half_p50(const IvcResult *result)
{
    return is_kind(result, "repeats") ? make_half(result, IVC_SAMPLED_P50) : NULL;
}

json_t *ivc_column_half_p99(const IvcResult *result)
{
    return is_kind(result, "repeats") ? make_half(result, IVC_SAMPLED_P99) : NULL;
}

json_t *ivc_column_samples(const IvcResult *result)
{
    static const struct {
        const char *name;
        IvcSampled what;
    } values[] = {{"bandwidth_bytes_per_s", IVC_SAMPLED_BANDWIDTH},
                  {"latency_mean_ps", IVC_SAMPLED_LATENCY},
                  {"latency_p50_ps", IVC_SAMPLED_P50},
                  {"latency_p99_ps", IVC_SAMPLED_P99}};
    if (!is_kind(result, "repeats"))
        return NULL;
    json_t *list = json_array();
    for (guint i = 0; i < result->samples->len; i++) {
        const IvcSample *sample = &g_array_index(result->samples, IvcSample, i);
        json_t *record = json_object();
        json_object_set_new(record, "repeat", json_integer(i));
        for (size_t k = 0; k < G_N_ELEMENTS(values); k++) {
            double value = ivc_sample_value(sample, values[k].what);
            json_object_set_new(record, values[k].name,
                                isfinite(value) ? json_real(round(value * 1e3) / 1e3)
                                                : json_null());
        }
        json_array_append_new(list, record);
    }
    return list;
}
