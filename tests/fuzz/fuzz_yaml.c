/* Any bytes: the YAML loader answers with a tree or with diagnostics, never both and never neither;
 * what it accepted survives copying, and its values survive being set from their flow text.
 */
#include <string.h>

#include "sim/config/diag_json.h"
#include "sim/config/yaml_tree.h"
#include "tests/fuzz/fuzz.h"

/* Values of a copy are set once more from text: they must be accepted. */
static void set_again(const IvcTree *tree)
{
    if (tree->root->kind != IVC_NODE_MAP || tree->root->items->len > 64)
        return;
    g_autoptr(IvcTree) copy = ivc_tree_copy(tree);
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    for (guint i = 0; i < tree->root->items->len; i++) {
        const IvcNode *node = tree->root->items->pdata[i];
        if (strpbrk(node->key, ".=") != NULL)
            continue;
        g_autofree char *flow = ivc_node_flow(node);
        g_autofree char *assignment = g_strdup_printf("%s=%s", node->key, flow);
        bool ok = ivc_tree_set(copy, assignment, i + 1, diags);
        /* a key may hold characters that no argument can, and a deep value counts one level more */
        if (!ok && g_str_is_ascii(node->key) && strlen(flow) < 1000 && !strpbrk(flow, "[{"))
            for (const char *c = node->key; !g_ascii_iscntrl(*c); c++)
                g_assert(c[1] != '\0');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autoptr(IvcTree) tree = ivc_tree_parse("input", (const char *)data, size, diags);
    g_assert((tree == NULL) == (ivc_diags_errors(diags) > 0));
    if (tree)
        set_again(tree);
    ivc_tree_free(g_steal_pointer(&tree));
    g_autofree char *text = ivc_diags_render(diags);
    g_assert(g_utf8_validate(text, -1, NULL));
    g_autofree char *json = ivc_diags_json(diags);
    g_assert(strlen(json) > 0);
    return 0;
}
