/* Scenarios from text, against the registry of fakes. */
#pragma once

#include <string.h>

#include "sim/scenario/scenario.h"
#include "tests/harness/check.h"
#include "tests/harness/fake_registry.h"

/* What was said comes back as text; a scenario without an error, or NULL. `file`: what it is
 * called, and what paths in it are relative to. */
static inline IvcScenario *bind_file(const char *file, const char *text,
                                     const IvcRegistry *registry, const char *const *sets,
                                     char **ret_out)
{
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autoptr(IvcScenarioSource) source =
        ivc_scenario_source_parse(file, text, strlen(text), registry, diags);
    IvcScenario *scenario = source ? ivc_scenario_bind(source, sets, diags) : NULL;
    ck_assert((scenario == NULL) == (ivc_diags_errors(diags) > 0));
    *ret_out = ivc_diags_render(diags);
    return scenario;
}

static inline IvcScenario *bind_with(const char *text, const IvcRegistry *registry,
                                     const char *const *sets, char **ret_out)
{
    return bind_file("a.yaml", text, registry, sets, ret_out);
}

static inline IvcScenario *good(const char *text, const char *const *sets)
{
    g_autofree char *out = NULL;
    IvcScenario *scenario = bind_with(text, &ivc_fake_registry, sets, &out);
    ck_assert_str_eq(out, "");
    return scenario;
}

/* The fake scenario with one text replaced by another. */
static inline char *with(const char *old, const char *new)
{
    g_auto(GStrv) parts = g_strsplit(ivc_fake_scenario, old, 2);
    ck_assert_msg(parts[1] != NULL, "'%s' is not in the scenario", old);
    return g_strjoinv(new, parts);
}
