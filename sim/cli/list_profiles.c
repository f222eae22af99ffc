/*
 * list profiles: the chips that are built in, and every number of one with where it comes from.
 * Read from the profile's own text, not from a bound scenario, so that ranges and notes show.
 */
#include <string.h>

#include "sim/cli/listing.h"

static const char *text_of(const IvcNode *map, const char *key)
{
    const IvcNode *node = map != NULL && map->kind == IVC_NODE_MAP ? ivc_node_get(map, key) : NULL;
    return node != NULL && node->kind == IVC_NODE_SCALAR ? node->text : NULL;
}

/* Lists as they are written: "[0.5ns, 2ns]". @return transfer full */
static char *node_text(const IvcNode *node)
{
    if (node == NULL || node->kind == IVC_NODE_MAP)
        return NULL;
    if (node->kind == IVC_NODE_SCALAR)
        return g_strdup(node->text);
    GString *out = g_string_new("[");
    for (guint i = 0; i < node->items->len; i++) {
        g_autofree char *item = node_text(node->items->pdata[i]);
        g_string_append_printf(out, "%s%s", i > 0 ? ", " : "", item != NULL ? item : "...");
    }
    g_string_append_c(out, ']');
    return g_string_free(out, false);
}

static void add_row(IvcListing *listing, const char *path, const IvcNode *value,
                    const IvcNode *provenance)
{
    g_autofree char *text = node_text(value);
    g_autofree char *range =
        provenance != NULL ? node_text(ivc_node_get(provenance, "range")) : NULL;
    ivc_listing_add(listing, path);
    ivc_listing_add(listing, text);
    ivc_listing_add(listing, text_of(provenance, "kind"));
    ivc_listing_add(listing, range);
    ivc_listing_add(listing, text_of(provenance, "source"));
}

static void add_values(IvcListing *listing, const IvcNode *node, const char *prefix)
{
    for (guint i = 0; i < node->items->len; i++) {
        const IvcNode *child = node->items->pdata[i];
        g_autofree char *path =
            child->key != NULL ? g_strconcat(prefix, *prefix != '\0' ? "." : "", child->key, NULL)
                               : g_strdup_printf("%s[%u]", prefix, i);
        if (child->kind == IVC_NODE_MAP && ivc_node_get(child, "value") != NULL)
            add_row(listing, path, ivc_node_get(child, "value"), child);
        else if (child->kind == IVC_NODE_MAP)
            add_values(listing, child, path);
        else
            add_row(listing, path, child, NULL);
    }
}

static IvcTree *parse(const IvcProfileText *profile)
{
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autoptr(IvcTree) tree = ivc_tree_parse(profile->name, profile->text, profile->size, diags);
    return tree != NULL && tree->root->kind == IVC_NODE_MAP ? g_steal_pointer(&tree) : NULL;
}

int ivc_list_profiles(IvcCli *cli, const char *name)
{
    static const char *const headers[] = {"profile", "about", NULL};
    static const char *const value_headers[] = {"parameter", "value",  "kind",
                                                "range",     "source", NULL};
    g_autoptr(IvcListing) listing = ivc_listing_new(headers);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const IvcProfileText *row = cli->registry->profiles; row->name != NULL; row++) {
        g_autoptr(IvcTree) tree = parse(row);
        g_assert(tree != NULL); /* built in, and tested */
        if (name != NULL && strcmp(row->name, name) == 0) {
            g_autoptr(IvcListing) values = ivc_listing_new(value_headers);
            add_values(values, tree->root, "");
            ivc_listing_print(cli, values);
            return IVC_EXIT_OK;
        }
        g_ptr_array_add(names, (void *)row->name);
        ivc_listing_add(listing, row->name);
        ivc_listing_add(listing, text_of(tree->root, "about"));
    }
    g_ptr_array_add(names, NULL);
    if (name != NULL)
        return ivc_listing_fail(cli, "profiles", name, (const char *const *)names->pdata);
    ivc_listing_print(cli, listing);
    return IVC_EXIT_OK;
}
