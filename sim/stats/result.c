/*
 * Making and freeing results. What is in them is decided by the builder, what is made of them by
 * columns.c.
 */
#include "sim/stats/result.h"

static void clear_guest(void *data)
{
    IvcGuestResult *guest = data;
    g_free(guest->name);
}

static void clear_stage(void *data)
{
    IvcStageResult *stage = data;
    g_free(stage->component);
}

IvcResult *ivc_result_new(void)
{
    IvcResult *result = g_new0(IvcResult, 1);
    result->guests = g_array_new(false, true, sizeof(IvcGuestResult));
    g_array_set_clear_func(result->guests, clear_guest);
    result->cores = g_array_new(false, true, sizeof(IvcCoreResult));
    result->scheduling = g_array_new(false, true, sizeof(IvcSchedulingResult));
    result->processors = g_array_new(false, true, sizeof(IvcProcessorResult));
    result->stages = g_array_new(false, true, sizeof(IvcStageResult));
    g_array_set_clear_func(result->stages, clear_stage);
    result->counts = g_array_new(false, true, sizeof(IvcCountResult));
    result->guest_counts = g_array_new(false, true, sizeof(IvcGuestCount));
    result->shares = g_array_new(false, true, sizeof(uint64_t));
    result->samples = g_array_new(false, true, sizeof(IvcSample));
    result->sampling.kind = "";
    return result;
}

void ivc_result_free(IvcResult *result)
{
    if (result == NULL)
        return;
    g_free(result->scenario);
    g_free(result->channel);
    g_free(result->mechanism);
    g_free(result->workload);
    g_free(result->profile);
    g_free(result->mode);
    g_free(result->stalled);
    g_free(result->hash);
    g_free(result->digest);
    g_clear_pointer(&result->guests, g_array_unref);
    g_clear_pointer(&result->cores, g_array_unref);
    g_clear_pointer(&result->scheduling, g_array_unref);
    g_clear_pointer(&result->processors, g_array_unref);
    g_clear_pointer(&result->stages, g_array_unref);
    g_clear_pointer(&result->counts, g_array_unref);
    g_clear_pointer(&result->guest_counts, g_array_unref);
    g_clear_pointer(&result->shares, g_array_unref);
    g_clear_pointer(&result->samples, g_array_unref);
    g_free(result);
}
