/* Prints the schema of the shipped or the fake registry, or says whether a file binds: what
 * check_schema.py compares. Not installed.
 */
#include <stdio.h>
#include <string.h>

#include "sim/scenario/scenario.h"
#include "tests/harness/fake_registry.h"

static bool binds(const char *path, const IvcRegistry *registry)
{
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autoptr(IvcScenarioSource) source = ivc_scenario_source_load(path, registry, diags);
    g_autoptr(IvcScenario) scenario = source ? ivc_scenario_bind(source, NULL, diags) : NULL;
    g_autofree char *text = ivc_diags_render(diags);
    fputs(text, stdout);
    return scenario != NULL;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    const IvcRegistry *registry = strcmp(argv[1], "fake") == 0 ? &ivc_fake_registry : &ivc_registry;
    if (argc > 2)
        return binds(argv[2], registry) ? 0 : 3;
    g_autofree char *text = ivc_scenario_schema(registry);
    fputs(text, stdout);
    return 0;
}
