/*
 * The manifest of a scenario: who made it, from what, and every value that was bound.
 */
#include "sim/cli/cli_manifest.h"

#include "ivc_version.h"
#include "sim/stats/manifest.h"

static void set_text(json_t *object, const char *key, const char *text)
{
    if (text == NULL)
        return;
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    json_object_set_new(object, key, json_string(valid));
}

static json_t *list_values(const IvcBinding *binding)
{
    json_t *list = json_array();
    for (size_t i = 0; i < ivc_binding_count(binding); i++) {
        const IvcBound *bound = ivc_binding_get(binding, i);
        json_t *value = json_object();
        set_text(value, "path", bound->path);
        set_text(value, "value", bound->text);
        set_text(value, "kind", ivc_kind_name(bound->kind));
        set_text(value, "source", bound->source);
        set_text(value, "low", bound->low);
        set_text(value, "high", bound->high);
        set_text(value, "origin", bound->origin);
        json_array_append_new(list, value);
    }
    return list;
}

json_t *ivc_cli_manifest(const IvcScenario *scenario)
{
    size_t all = 0;
    size_t assumed = 0;
    size_t calibrated = 0;
    ivc_scenario_count_kinds(scenario, &all, &assumed, &calibrated);
    g_autofree char *hash = ivc_scenario_hash(scenario);
    g_autofree char *resolved = ivc_scenario_show(scenario, false);
    json_t *values = list_values(scenario->binding);
    IvcManifest manifest = {
        .version = IVC_VERSION,
        .scenario = scenario->name,
        .file = scenario->file,
        .scenario_hash = hash,
        .seed = scenario->workload.seed,
        .parameters = all,
        .parameters_assumed = assumed,
        .parameters_calibrated = calibrated,
        .resolved = resolved,
        .values = values,
    };
    json_t *object = ivc_manifest_json(&manifest);
    json_decref(values);
    return object;
}

char *ivc_cli_program(void)
{
    g_autofree char *bytes = NULL;
    gsize size = 0;
    if (!g_file_get_contents("/proc/self/exe", &bytes, &size, NULL)) {
        return g_strdup(IVC_VERSION " " IVC_VERSION_GIT);
    }
    g_autofree char *sum =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)bytes, size);
    return g_strconcat(IVC_VERSION, " ", sum, NULL);
}
