/* Any bytes as a scenario: binding gives a scenario or errors. What binds is shown, and what is
 * shown binds again to the same hash and the same number of points.
 */
#include <string.h>

#include "sim/scenario/scenario.h"
#include "tests/fuzz/fuzz.h"
#include "tests/harness/fake_registry.h"

static IvcScenarioSource *parse(const char *text, size_t size, IvcDiags *diags)
{
    return ivc_scenario_source_parse("input", text, size, &ivc_fake_registry, diags);
}

static size_t points(const IvcScenario *scenario, IvcDiags *diags)
{
    size_t product = 1;
    for (size_t a = 0; a < scenario->n_axes; a++)
        product *= MIN(scenario->axes[a].n_values, 1000);
    g_auto(IvcPoints) all = {0};
    if (product > 1000 || !ivc_scenario_points(scenario, &all, diags))
        return 0;
    return all.n;
}

static void show_again(const IvcScenario *scenario, size_t n)
{
    g_autofree char *text = ivc_scenario_show(scenario, true);
    g_autofree char *hash = ivc_scenario_hash(scenario);
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autoptr(IvcScenarioSource) source = parse(text, strlen(text), diags);
    g_autoptr(IvcScenario) again = source ? ivc_scenario_bind(source, NULL, diags) : NULL;
    if (!again) {
        /* written out, ranges and sources may pass the size cap; nothing else may fail */
        g_assert(strlen(text) > 100000);
        return;
    }
    g_autofree char *second = ivc_scenario_hash(again);
    g_assert(strcmp(hash, second) == 0);
    g_assert(points(again, diags) == n);
    g_autofree char *twice = ivc_scenario_show(again, false);
    g_autofree char *once = ivc_scenario_show(scenario, false);
    g_assert(strcmp(once, twice) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autoptr(IvcScenarioSource) source = parse((const char *)data, size, diags);
    g_autoptr(IvcScenario) scenario = source ? ivc_scenario_bind(source, NULL, diags) : NULL;
    g_assert((scenario == NULL) == (ivc_diags_errors(diags) > 0));
    if (scenario)
        show_again(scenario, points(scenario, diags));
    g_autofree char *text = ivc_diags_render(diags);
    g_assert(g_utf8_validate(text, -1, NULL));
    return 0;
}
