/*
 * What several suites of one machine have in common, in a file of its own: its settings are laid on
 * before the suite's, its other keys are taken over as if the suite had them.
 */
#include <string.h>

#include "sim/suite/suite_private.h"

typedef struct {
    const char *schema;
    const char *about;
} SharedHead;

static const IvcParam shared_params[] = {
    {IVC_PARAM(SharedHead, schema, "schema"), .sentence = IVC_SCHEMA_SHARED},
    {IVC_PARAM(SharedHead, about, "about"), .fallback = IVC_PARAM_UNSET,
     .sentence = "which machine, and what the settings rest on"},
    {.key = NULL},
};

/* Besides 'set', in the order in which they are looked at. */
static const char *const taken[] = {"profile", "paths", "choice", "choices", "free", NULL};
static const char *const shared_rest[] = {"set",     "profile", "paths", "choice",
                                          "choices", "free",    NULL};

static void take(const IvcSuiteLoad *load, const IvcNode *root, const char *key)
{
    IvcSuite *suite = load->suite;
    const IvcNode *node = ivc_node_get(root, key);
    const IvcNode *own = ivc_node_get(suite->tree->root, key);
    if (node == NULL) {
        return;
    }
    if (own != NULL) {
        ivc_diags_error(load->diags, "config-duplicate", own->key_place, NULL,
                        "'%s' is said by the shared file already", key);
        ivc_diags_add(load->diags, IVC_DIAG_NOTE, NULL, node->key_place, NULL, "here");
        return;
    }
    ivc_tree_replace(suite->tree, key, suite->shared, node);
}

void ivc_suite_shared_read(const IvcSuiteLoad *load)
{
    IvcSuite *suite = load->suite;
    const IvcNode *name = ivc_node_get(suite->tree->root, "shared");
    if (name == NULL || name->kind != IVC_NODE_SCALAR) {
        return; /* of another kind: reported with the other keys */
    }
    g_auto(IvcSuitePath) path = ivc_suite_path_beside(load->path, name->text);
    g_autoptr(IvcSource) text = ivc_suite_read(&path, name->place, load->diags);
    suite->shared =
        text != NULL ? ivc_tree_parse(text->name, text->text, text->size, load->diags) : NULL;
    if (suite->shared == NULL ||
        !ivc_suite_schema(suite->shared->root, IVC_SCHEMA_SHARED, "a shared file", load->diags)) {
        return;
    }
    SharedHead head = {.schema = NULL};
    const IvcNode *root = suite->shared->root;
    if (!ivc_param_bind(shared_params, shared_rest, root, root->place, "", "a shared file", false,
                        &head, suite->binding, load->diags)) {
        return;
    }
    for (size_t i = 0; taken[i] != NULL; i++) {
        take(load, root, taken[i]);
    }
}
