/* What was bound: a list of parameters with value and origin, found by path, and the owner of
 * every text and list that a spec points to.
 */
#include "sim/config/param_private.h"

struct IvcBinding {
    GPtrArray *bounds;   /* IvcBound *, in order of binding */
    GHashTable *by_path; /* path to IvcBound, borrowed */
    GStringChunk *texts;
    GPtrArray *memory;
};

const char *ivc_kind_name(IvcKind kind)
{
    return ivc_kind_names[kind];
}

const char *const ivc_kind_names[] = {
    [IVC_KIND_DESIGN] = "design",         [IVC_KIND_MEASURED] = "measured",
    [IVC_KIND_DOCUMENTED] = "documented", [IVC_KIND_DERIVED] = "derived",
    [IVC_KIND_CALIBRATED] = "calibrated", [IVC_KIND_ASSUMED] = "assumed",
    [IVC_KIND_ASSUMED + 1] = NULL,
};

IvcBinding *ivc_binding_new(void)
{
    IvcBinding *binding = g_new0(IvcBinding, 1);
    binding->bounds = g_ptr_array_new_with_free_func(g_free);
    binding->by_path = g_hash_table_new(g_str_hash, g_str_equal);
    binding->texts = g_string_chunk_new(4096);
    binding->memory = g_ptr_array_new_with_free_func(g_free);
    return binding;
}

void ivc_binding_free(IvcBinding *binding)
{
    if (!binding)
        return;
    g_ptr_array_unref(binding->bounds);
    g_hash_table_unref(binding->by_path);
    g_string_chunk_free(binding->texts);
    g_ptr_array_unref(binding->memory);
    g_free(binding);
}

size_t ivc_binding_count(const IvcBinding *binding)
{
    return binding->bounds->len;
}

const IvcBound *ivc_binding_get(const IvcBinding *binding, size_t i)
{
    g_return_val_if_fail(i < binding->bounds->len, NULL);
    return binding->bounds->pdata[i];
}

const IvcBound *ivc_binding_find(const IvcBinding *binding, const char *path)
{
    return g_hash_table_lookup(binding->by_path, path);
}

char *ivc_binding_keep_text(IvcBinding *binding, const char *text)
{
    return text ? g_string_chunk_insert(binding->texts, text) : NULL;
}

void ivc_binding_keep(IvcBinding *binding, gpointer memory)
{
    g_ptr_array_add(binding->memory, memory);
}

char *ivc_place_origin(IvcPlace place)
{
    if (!place.source)
        return g_strdup("default");
    if (g_str_has_prefix(place.source->name, "--set "))
        return g_strdup(place.source->name);
    return g_strdup_printf("%s:%u", place.source->name, place.line);
}

void ivc_binding_add(IvcBinding *binding, const IvcBound *bound)
{
    IvcBound *kept = g_new0(IvcBound, 1);
    g_autofree char *origin = bound->origin ? NULL : ivc_place_origin(bound->place);
    *kept = *bound;
    kept->path = ivc_binding_keep_text(binding, bound->path);
    kept->text = ivc_binding_keep_text(binding, bound->text);
    kept->source = ivc_binding_keep_text(binding, bound->source);
    kept->low = ivc_binding_keep_text(binding, bound->low);
    kept->high = ivc_binding_keep_text(binding, bound->high);
    kept->origin = ivc_binding_keep_text(binding, bound->origin ? bound->origin : origin);
    g_ptr_array_add(binding->bounds, kept);
    g_hash_table_insert(binding->by_path, kept->path, kept);
}
