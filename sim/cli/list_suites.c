/*
 * list suites and quantities: what `validate` can compare, and in which units.
 */
#include <string.h>

#include "sim/cli/listing.h"
#include "sim/suite/suite.h"

/* What a shipped suite says of itself, at the top of its text. @return transfer full */
static char *suite_value(const char *name, const char *key)
{
    g_autofree char *file = g_strconcat("suites/", name, ".yaml", NULL);
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autoptr(IvcSource) text =
        ivc_suite_read(&(IvcSuitePath){file, true}, (IvcPlace){.line = 0}, diags);
    g_autoptr(IvcTree) tree =
        text != NULL ? ivc_tree_parse(text->name, text->text, text->size, diags) : NULL;
    const IvcNode *node = tree != NULL ? ivc_node_get(tree->root, key) : NULL;
    return node != NULL ? g_strdup(node->text) : NULL;
}

int ivc_list_suites(IvcCli *cli, const char *name)
{
    static const char *const headers[] = {"suite", "profile", "about", NULL};
    g_autoptr(IvcListing) listing = ivc_listing_new(headers);
    g_autofree const char **names = ivc_shipped_suites();
    for (const char **one = names; *one != NULL; one++) {
        if (name != NULL && strcmp(*one, name) != 0) {
            continue;
        }
        g_autofree char *profile = suite_value(*one, "profile");
        g_autofree char *about = suite_value(*one, "about");
        ivc_listing_add(listing, *one);
        ivc_listing_add(listing, profile);
        ivc_listing_add(listing, about);
    }
    if (ivc_listing_rows(listing) == 0) {
        return ivc_listing_fail(cli, "suites", name, names);
    }
    ivc_listing_print(cli, listing);
    return IVC_EXIT_OK;
}

/* The units of all dimensions of a quantity. @return transfer full */
static char *units_of(const IvcQuantityRow *row)
{
    GString *out = g_string_new(NULL);
    for (const IvcUnit *unit = ivc_units; unit->name != NULL; unit++) {
        if ((row->dimensions & 1u << unit->dimension) != 0) {
            g_string_append_printf(out, "%s%s", out->len > 0 ? " " : "", unit->name);
        }
    }
    return g_string_free(out, FALSE);
}

int ivc_list_quantities(IvcCli *cli, const char *name)
{
    static const char *const headers[] = {"quantity", "sentence", "units", NULL};
    g_autoptr(IvcListing) listing = ivc_listing_new(headers);
    const char *const *names = ivc_quantity_names();
    for (size_t i = 0; names[i] != NULL; i++) {
        if (name != NULL && strcmp(names[i], name) != 0) {
            continue;
        }
        g_autofree char *units = units_of(&ivc_quantities[i]);
        ivc_listing_add(listing, names[i]);
        ivc_listing_add(listing, ivc_quantities[i].sentence);
        ivc_listing_add(listing, units);
    }
    if (ivc_listing_rows(listing) == 0) {
        return ivc_listing_fail(cli, "quantities", name, names);
    }
    ivc_listing_print(cli, listing);
    return IVC_EXIT_OK;
}
