/** @file
 *  From YAML text to points and results, for tests of whole runs.
 */
#pragma once

#include "sim/scenario/build.h"
#include "sim/scenario/run.h"
#include "tests/harness/check.h"

#include <stdio.h>
#include <stdlib.h>

/** Binds YAML text against a registry; on an error the test fails with the diagnostics. */
static inline IvcScenario *points_bind_with(const IvcRegistry *registry, const char *text,
                                            const char *const *sets)
{
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autoptr(IvcScenarioSource) source =
        ivc_scenario_source_parse("test.yaml", text, strlen(text), registry, diags);
    IvcScenario *scenario = source ? ivc_scenario_bind(source, sets, diags) : NULL;
    if (!scenario) {
        g_autofree char *errors = ivc_diags_render(diags);
        ck_abort_msg("the scenario does not bind:\n%s\n%s", errors, text);
    }
    return scenario;
}

static inline IvcScenario *points_bind(const char *text, const char *const *sets)
{
    return points_bind_with(&ivc_registry, text, sets);
}

/** Runs a scenario that must succeed. @return transfer full */
static inline IvcResult *points_run(const char *text, const char *const *sets)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IvcScenario) scenario = points_bind(text, sets);
    IvcResult *result = ivc_run(scenario, NULL, &error);
    if (!result)
        ck_abort_msg("%s\n%s", error->message, text);
    return result;
}

/** The same with messages of so many bytes, 80 of them; `set` may be NULL. */
static inline IvcResult *points_run_size(const char *text, uint64_t bytes, const char *set)
{
    g_autofree char *message = g_strdup_printf("workload.message=%" G_GUINT64_FORMAT "B", bytes);
    g_autofree char *total = g_strdup_printf("workload.total=%" G_GUINT64_FORMAT "B", 80 * bytes);
    return points_run(text, (const char *[]){message, total, set, NULL});
}

/** The seed of a random test: IVC_TEST_SEED, or `fallback`; printed with how to repeat. */
static inline uint32_t points_seed(const char *program, uint32_t fallback)
{
    const char *text = g_getenv("IVC_TEST_SEED");
    uint32_t seed = text ? (uint32_t)strtoul(text, NULL, 10) : fallback;
    printf("seed %u; repeat with: IVC_TEST_SEED=%u %s\n", seed, seed, program);
    fflush(stdout);
    return seed;
}

/** The only case to run: IVC_TEST_CASE, or UINT32_MAX for all. */
static inline uint32_t points_only_case(void)
{
    const char *text = g_getenv("IVC_TEST_CASE");
    return text ? (uint32_t)strtoul(text, NULL, 10) : UINT32_MAX;
}

/** Runs a suite as the body of main(). */
static inline int points_main(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
