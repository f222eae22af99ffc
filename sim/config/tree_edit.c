/* Trees as values: copy, look up, set one path, lay one map on another, write as flow text.
 *
 * A map with a key `value` is one number with its provenance: whatever is laid on it replaces it
 * whole, so that the provenance of an old number never sticks to a new one.
 */
#include <string.h>

#include "sim/config/yaml_private.h"

IvcNode *ivc_node_new(IvcNodeKind kind, const char *key, const char *text)
{
    IvcNode *node = g_new0(IvcNode, 1);
    node->kind = kind;
    node->key = g_strdup(key);
    node->text = g_strdup(text);
    if (kind != IVC_NODE_SCALAR)
        node->items = g_ptr_array_new_with_free_func((GDestroyNotify)ivc_node_free);
    return node;
}

void ivc_node_free(IvcNode *node)
{
    if (!node)
        return;
    g_free(node->key);
    g_free(node->text);
    if (node->items)
        g_ptr_array_unref(node->items);
    g_free(node);
}

IvcNode *ivc_node_copy(const IvcNode *node)
{
    IvcNode *copy = ivc_node_new(node->kind, node->key, node->text);
    copy->place = node->place;
    copy->key_place = node->key_place;
    copy->quoted = node->quoted;
    for (guint i = 0; node->items && i < node->items->len; i++)
        g_ptr_array_add(copy->items, ivc_node_copy(node->items->pdata[i]));
    return copy;
}

static void source_release(gpointer source)
{
    ivc_source_unref(source);
}

IvcTree *ivc_tree_new(void)
{
    IvcTree *tree = g_new0(IvcTree, 1);
    tree->sources = g_ptr_array_new_with_free_func(source_release);
    return tree;
}

void ivc_tree_keep(IvcTree *tree, const IvcSource *source)
{
    if (source && !g_ptr_array_find(tree->sources, source, NULL))
        g_ptr_array_add(tree->sources, ivc_source_ref((IvcSource *)source));
}

static void keep_all(IvcTree *tree, const IvcTree *from)
{
    for (guint i = 0; i < from->sources->len; i++)
        ivc_tree_keep(tree, from->sources->pdata[i]);
}

void ivc_tree_free(IvcTree *tree)
{
    if (!tree)
        return;
    ivc_node_free(tree->root);
    g_ptr_array_unref(tree->sources);
    g_free(tree);
}

IvcTree *ivc_tree_copy(const IvcTree *tree)
{
    IvcTree *copy = ivc_tree_new();
    copy->root = ivc_node_copy(tree->root);
    keep_all(copy, tree);
    return copy;
}

static IvcNode *get(const IvcNode *map, const char *key, guint *ret_index)
{
    if (!map || map->kind != IVC_NODE_MAP)
        return NULL;
    for (guint i = 0; i < map->items->len; i++) {
        IvcNode *child = map->items->pdata[i];
        if (strcmp(child->key, key) == 0) {
            if (ret_index)
                *ret_index = i;
            return child;
        }
    }
    return NULL;
}

const IvcNode *ivc_node_get(const IvcNode *map, const char *key)
{
    return get(map, key, NULL);
}

/* Puts `child`, taken over, under its key: in the place of the old one, or at the end. */
static void put(IvcNode *map, IvcNode *child)
{
    guint index;
    if (!get(map, child->key, &index)) {
        g_ptr_array_add(map->items, child);
        return;
    }
    ivc_node_free(map->items->pdata[index]);
    map->items->pdata[index] = child;
}

static bool is_number_with_source(const IvcNode *node)
{
    return ivc_node_get(node, "value") != NULL;
}

static void overlay(IvcNode *base, const IvcNode *over)
{
    for (guint i = 0; i < over->items->len; i++) {
        const IvcNode *child = over->items->pdata[i];
        IvcNode *old = get(base, child->key, NULL);
        if (old && old->kind == IVC_NODE_MAP && child->kind == IVC_NODE_MAP &&
            !is_number_with_source(old) && !is_number_with_source(child))
            overlay(old, child);
        else
            put(base, ivc_node_copy(child));
    }
}

void ivc_tree_overlay(IvcTree *base, const char *at_key, const IvcTree *over_tree,
                      const IvcNode *over)
{
    keep_all(base, over_tree);
    IvcNode *target = get(base->root, at_key, NULL);
    if (target && target->kind == IVC_NODE_MAP && over->kind == IVC_NODE_MAP) {
        overlay(target, over);
        return;
    }
    IvcNode *copy = ivc_node_copy(over);
    g_free(copy->key);
    copy->key = g_strdup(at_key);
    put(base->root, copy);
}

void ivc_tree_replace(IvcTree *tree, const char *at_key, const IvcTree *from, const IvcNode *node)
{
    keep_all(tree, from);
    IvcNode *copy = ivc_node_copy(node);
    g_free(copy->key);
    copy->key = g_strdup(at_key);
    put(tree->root, copy);
}

/* Finds or makes the map for one step of a path; NULL when the path cannot go on. */
static IvcNode *step(IvcNode *at, const char *key, IvcPlace key_place, IvcDiags *diags)
{
    IvcNode *child = get(at, key, NULL);
    if (child && child->kind == IVC_NODE_MAP && !is_number_with_source(child))
        return child;
    bool empty = child && child->kind == IVC_NODE_SCALAR && !child->quoted && !child->text[0];
    if (child && child->kind != IVC_NODE_MAP && !empty) {
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-type", key_place, NULL,
                      "'%s' is not a map, so nothing can be set in it", key);
        ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, child->place, NULL, "its value is given here");
        return NULL;
    }
    IvcNode *map = ivc_node_new(IVC_NODE_MAP, key, NULL);
    map->place = map->key_place = key_place;
    put(at, map);
    return map;
}

/* Splits "a.b.c" into keys and checks them; NULL with an error when one is empty. */
static char **split_path(const IvcSource *source, size_t n_path, IvcDiags *diags)
{
    g_autofree char *path = g_strndup(source->text, n_path);
    g_auto(GStrv) keys = g_strsplit(path, ".", -1);
    size_t offset = 0;
    bool empty = keys[0] == NULL;
    for (size_t i = 0; keys[i] && !empty; i++) {
        empty = keys[i][0] == '\0';
        offset += empty ? 0 : strlen(keys[i]) + 1;
    }
    if (empty || g_strv_length(keys) > IVC_YAML_DEPTH_MAX) {
        ivc_diags_add(diags, IVC_DIAG_ERROR, empty ? "config-syntax" : "config-limit",
                      ivc_source_place(source, empty ? offset : 0), NULL,
                      empty ? "an empty key in the path" : "the path has too many keys");
        return NULL;
    }
    return g_steal_pointer(&keys);
}

bool ivc_tree_set(IvcTree *tree, const char *assignment, unsigned index, IvcDiags *diags)
{
    g_autofree char *name = g_strdup_printf("--set argument %u", index);
    g_autoptr(IvcSource) source = ivc_source_new(name, assignment, strlen(assignment));
    const char *equals = strchr(assignment, '=');
    if (!equals) {
        IvcPlace all = ivc_source_place(source, 0);
        all.width = (unsigned)MIN(source->size, 1000);
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-syntax", all,
                      "write for example 'workload.message=64KiB'",
                      "expected an assignment 'key.path=value'");
        return false;
    }
    size_t n_path = (size_t)(equals - assignment);
    g_autoptr(IvcNode) value = ivc_yaml_parse(source, n_path + 1, true, diags);
    if (!value)
        return false;
    g_auto(GStrv) keys = split_path(source, n_path, diags);
    if (!keys)
        return false;
    if (tree->root->kind != IVC_NODE_MAP) {
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-type", tree->root->place, NULL,
                      "expected a map, so nothing can be set in it");
        return false;
    }
    ivc_tree_keep(tree, source);
    IvcNode *at = tree->root;
    size_t offset = 0;
    for (size_t i = 0;; i++) {
        IvcPlace place = ivc_source_place(source, offset);
        place.width = (unsigned)g_utf8_strlen(keys[i], -1);
        offset += strlen(keys[i]) + 1;
        if (!keys[i + 1]) {
            value->key = g_strdup(keys[i]);
            value->key_place = place;
            put(at, g_steal_pointer(&value));
            return true;
        }
        at = step(at, keys[i], place, diags);
        if (!at)
            return false;
    }
}

/* Would a YAML reader take it for a number? "64KiB" no; "12", "1e3", "0x1f", "2001-01-01" yes. */
static bool is_number(const char *text)
{
    if (!g_ascii_isdigit(text[0]))
        return false;
    const char *rest = text + strspn(text, "0123456789.-_/");
    if (rest[0] == 'e' || rest[0] == 'E')
        return g_ascii_isdigit(rest[1]) || rest[1] == '-';
    return rest[0] == '\0' || (text[0] == '0' && strchr("xXob", rest[0]));
}

/* Text that stays what it is without quotes, also for YAML 1.1 readers and in flow style. */
static bool is_plain(const char *text)
{
    static const char *const taken[] = {"null", "yes",   "no", "on", "off",
                                        "true", "false", "y",  "n",  NULL};
    if (!g_ascii_isalnum(text[0]) || is_number(text))
        return false;
    for (const char *c = text; *c; c++) {
        if (!g_ascii_isalnum(*c) && !strchr("_-./", *c))
            return false;
    }
    for (size_t i = 0; taken[i]; i++) {
        if (g_ascii_strcasecmp(taken[i], text) == 0)
            return false;
    }
    return true;
}

void ivc_yaml_append_text(GString *out, const char *text)
{
    if (is_plain(text)) {
        g_string_append(out, text);
        return;
    }
    g_string_append_c(out, '"');
    for (const char *at = text; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (c == '"' || c == '\\')
            g_string_append_printf(out, "\\%c", (char)c);
        else if (c == '\n')
            g_string_append(out, "\\n");
        else if (c < 0x20 || (c >= 0x7f && c < 0xa0))
            g_string_append_printf(out, "\\x%02x", c);
        else if (c == 0x2028 || c == 0x2029 || c == 0xfeff || (c & 0xfffe) == 0xfffe)
            g_string_append_printf(out, c > 0xffff ? "\\U%08x" : "\\u%04x", c);
        else
            g_string_append_unichar(out, c);
    }
    g_string_append_c(out, '"');
}

static void append_flow(GString *out, const IvcNode *node)
{
    if (node->kind == IVC_NODE_SCALAR) {
        /* what was plain stays plain, so that a number stays one, unless flow style forbids it */
        bool as_is = !node->quoted && node->text[0] != '\0';
        for (const char *c = node->text; *c && as_is; c++)
            as_is = g_ascii_isalnum(*c) || strchr("_-./ ", *c);
        if (as_is)
            g_string_append(out, node->text);
        else
            ivc_yaml_append_text(out, node->text);
        return;
    }
    bool map = node->kind == IVC_NODE_MAP;
    g_string_append_c(out, map ? '{' : '[');
    for (guint i = 0; i < node->items->len; i++) {
        const IvcNode *child = node->items->pdata[i];
        if (i > 0)
            g_string_append(out, ", ");
        if (map) {
            ivc_yaml_append_text(out, child->key);
            g_string_append(out, ": ");
        }
        append_flow(out, child);
    }
    g_string_append_c(out, map ? '}' : ']');
}

char *ivc_node_flow(const IvcNode *node)
{
    GString *out = g_string_new(NULL);
    append_flow(out, node);
    return g_string_free(out, FALSE);
}
