/** @file
 *  A result made by hand, with round numbers whose derived figures can be checked on paper.
 */
#pragma once

#include "sim/stats/result.h"

/** 1,000 messages of 4 KiB in 2 ms: 2.048 GB/s, 500,000 messages/s. Two guests of one core each,
 *  1,600,000 cycles in three stages. @return transfer full */
static inline IvcResult *sample_result_new(void)
{
    IvcResult *result = ivc_result_new();
    result->scenario = g_strdup("sample");
    result->channel = g_strdup("ring");
    result->mechanism = g_strdup("shm-ring");
    result->workload = g_strdup("stream");
    result->profile = g_strdup("chip, \"big\"");
    result->mode = g_strdup("partitioned");
    result->hash = g_strdup("00ff");
    result->digest = g_strdup("abcd");
    result->ranks = 2;
    result->message_bytes = 4096;
    result->messages_asked = 4000;
    result->messages = 1000;
    result->capped = true;
    result->bytes = 4096000;
    result->setup_ps = 1000;
    result->warmup_ps = 2000;
    result->elapsed_ps = 2000000000; /* 2 ms */
    result->clock_hz = 800000000;
    result->events = 12000;
    result->parameters = 70;
    result->assumed = 20;
    result->calibrated = 1;
    result->seed = 42;
    for (int i = 0; i < 1000; i++)
        ivc_histogram_add(&result->latency_ps, i < 990 ? 5000 : 9000);
    IvcGuestResult guests[] = {
        {g_strdup("tx"), 1, {1500000000, 0, 400000000, 100000000}, 500000000, 0},
        {g_strdup("rx"), 1, {500000000, 0, 1500000000, 0}, 0, 0},
    };
    g_array_append_vals(result->guests, guests, 2);
    IvcCoreResult cores[] = {
        {0, 0, {1500000000, 0, 400000000, 100000000}},
        {3, 1, {500000000, 0, 1500000000, 0}},
    };
    g_array_append_vals(result->cores, cores, 2);
    IvcStageResult stages[] = {
        {g_strdup("shm-ring"), "copy-in", "copies the message in", false, 0, 1000000000, 800000,
         1000},
        {g_strdup("shm-ring"), "poll", "looks for room", true, 0, 500000000, 400000, 10},
        {g_strdup("shm-ring"), "copy-out", "copies the message out", false, 1, 500000000, 400000,
         1000},
    };
    g_array_append_vals(result->stages, stages, 3);
    IvcCountResult counts[] = {
        {"interrupts", "count", "interrupts taken", 17},
        {"copied_bytes", "bytes", "bytes copied", 8192000},
    };
    g_array_append_vals(result->counts, counts, 2);
    return result;
}
