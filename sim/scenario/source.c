/* Scenario files before they are bound, and the profiles that they name.
 *
 * A profile is checked by itself when it is first used: every number with kind and source. Checked
 * profiles are kept, so that the points of a sweep do not read them again.
 */
#include <string.h>

#include "sim/scenario/scenario_private.h"

static IvcScenarioSource *source_new(IvcTree *tree, const char *file, const IvcRegistry *registry,
                                     IvcDiags *diags)
{
    if (tree->root->kind != IVC_NODE_MAP) {
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-type", tree->root->place,
                      "begin with 'schema: " IVC_SCHEMA "'", "a scenario is a map of keys");
        ivc_tree_free(tree);
        return NULL;
    }
    IvcScenarioSource *source = g_new0(IvcScenarioSource, 1);
    source->tree = tree;
    source->file = g_strdup(strcmp(file, "-") == 0 ? "<stdin>" : file);
    source->folder = g_path_get_dirname(file);
    source->registry = registry;
    source->profiles =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)ivc_tree_free);
    g_mutex_init(&source->lock);
    return source;
}

IvcScenarioSource *ivc_scenario_source_load(const char *path, const IvcRegistry *registry,
                                            IvcDiags *diags)
{
    IvcTree *tree = ivc_tree_load(path, diags);
    return tree ? source_new(tree, path, registry, diags) : NULL;
}

IvcScenarioSource *ivc_scenario_source_parse(const char *name, const char *bytes, size_t size,
                                             const IvcRegistry *registry, IvcDiags *diags)
{
    IvcTree *tree = ivc_tree_parse(name, bytes, size, diags);
    return tree ? source_new(tree, name, registry, diags) : NULL;
}

void ivc_scenario_source_free(IvcScenarioSource *source)
{
    if (!source)
        return;
    ivc_tree_free(source->tree);
    g_free(source->file);
    g_free(source->folder);
    g_hash_table_unref(source->profiles);
    g_mutex_clear(&source->lock);
    g_free(source);
}

/* Checks the profile's own keys and, with provenance, its numbers. */
static bool check_profile(const IvcTree *tree, const IvcRegistry *registry, IvcDiags *diags)
{
    static const char *const names[] = {"schema", "name", "about", "machine", NULL};
    size_t before = ivc_diags_errors(diags);
    const IvcNode *root = tree->root;
    if (root->kind != IVC_NODE_MAP) {
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-type", root->place, NULL,
                      "a profile is a map of keys");
        return false;
    }
    const IvcNode *schema = ivc_node_get(root, "schema");
    const IvcNode *name = ivc_node_get(root, "name");
    const IvcNode *machine = ivc_node_get(root, "machine");
    if (!schema || schema->kind != IVC_NODE_SCALAR || strcmp(schema->text, IVC_SCHEMA_PROFILE) != 0)
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-schema", schema ? schema->place : root->place,
                      "write 'schema: " IVC_SCHEMA_PROFILE "'",
                      "this is not a profile that this version reads");
    ivc_keys_check(names, root, "a profile", diags);
    if (!name || name->kind != IVC_NODE_SCALAR || name->text[0] == '\0')
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-missing", name ? name->place : root->place,
                      NULL, "a profile needs a 'name'");
    if (!machine) {
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-missing", root->place, NULL,
                      "a profile needs a 'machine'");
    } else {
        g_autofree void *spec = g_malloc0(MAX(registry->machine->spec_size, 1));
        g_autoptr(IvcBinding) scratch = ivc_binding_new();
        (void)ivc_param_bind(registry->machine->params, NULL, machine, machine->key_place,
                             "machine", "machine", true, spec, scratch, diags);
    }
    return ivc_diags_errors(diags) == before;
}

static const IvcProfileText *builtin(const IvcRegistry *registry, const char *name)
{
    for (size_t i = 0; registry->profiles[i].name; i++) {
        if (strcmp(registry->profiles[i].name, name) == 0)
            return &registry->profiles[i];
    }
    return NULL;
}

static IvcTree *read_profile(const IvcScenarioSource *source, const IvcNode *named,
                             const char *path, IvcDiags *diags)
{
    g_autoptr(IvcTree) tree = NULL;
    if (path) {
        tree = ivc_tree_load(path, diags);
        if (!tree)
            ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, named->place, NULL,
                          "the profile is named here");
    } else {
        const IvcProfileText *text = builtin(source->registry, named->text);
        if (!text) {
            g_autofree const char **names = ivc_profile_names(source->registry);
            ivc_unknown_name("profile", named->text, names, named->place, diags);
            return NULL;
        }
        g_autofree char *name = g_strconcat(text->name, ".yaml", NULL);
        tree = ivc_tree_parse(name, text->text, text->size, diags);
    }
    if (!tree || !check_profile(tree, source->registry, diags))
        return NULL;
    return g_steal_pointer(&tree);
}

const IvcTree *ivc_source_profile(IvcScenarioSource *source, const IvcNode *named, char **ret_path,
                                  IvcDiags *diags)
{
    g_autofree char *path = NULL;
    g_autofree char *whole = NULL;
    if (g_str_has_suffix(named->text, ".yaml") || g_str_has_suffix(named->text, ".yml")) {
        bool as_is = g_path_is_absolute(named->text) || strcmp(source->folder, ".") == 0;
        path = as_is ? g_strdup(named->text) : g_build_filename(source->folder, named->text, NULL);
        whole = g_canonicalize_filename(path, NULL);
    }
    const char *key = whole ? whole : named->text;
    g_mutex_lock(&source->lock);
    IvcTree *tree = g_hash_table_lookup(source->profiles, key);
    if (!tree) {
        tree = read_profile(source, named, path, diags);
        if (tree)
            g_hash_table_insert(source->profiles, g_strdup(key), tree);
    }
    g_mutex_unlock(&source->lock);
    *ret_path = g_steal_pointer(&whole);
    return tree;
}
