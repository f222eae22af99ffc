/* The resolved scenario as YAML: every parameter, defaults included, in the order of its section.
 *
 * What has a source is written as a number with provenance, so that loading the text again gives
 * the same values and the same count of assumptions. Ranges of axes are written out as lists. Where
 * an axis goes over profiles, workloads or mechanisms, what each of them says is left to it.
 */
#include <string.h>

#include "sim/scenario/scenario_private.h"

#define COMMENT_COLUMN 56

static void append_value(GString *out, const IvcBound *bound)
{
    IvcParamType type = bound->param ? bound->param->type : IVC_PARAM_TEXT;
    if (type == IVC_PARAM_TEXT || type == IVC_PARAM_CHOICE)
        ivc_yaml_append_text(out, bound->text);
    else
        g_string_append(out, bound->text);
}

static void append_leaf(GString *out, const IvcBound *bound)
{
    if (bound->kind == IVC_KIND_DESIGN && !bound->source && !bound->low) {
        append_value(out, bound);
        return;
    }
    g_string_append(out, "{value: ");
    append_value(out, bound);
    g_string_append_printf(out, ", kind: %s", ivc_kind_name(bound->kind));
    if (bound->low)
        g_string_append_printf(out, ", range: [%s, %s]", bound->low, bound->high);
    if (bound->source) {
        g_string_append(out, ", source: ");
        ivc_yaml_append_text(out, bound->source);
    }
    g_string_append_c(out, '}');
}

/* Ends a line, with the origin as a comment. */
static void end_line(GString *out, size_t line_start, const char *origin)
{
    if (origin) {
        g_autofree char *shown = ivc_text_escape(origin, strlen(origin), 1000);
        size_t used = out->len - line_start;
        int pad = used < COMMENT_COLUMN ? (int)(COMMENT_COLUMN - used) : 1;
        g_string_append_printf(out, "%*s# %s", pad, "", shown);
    }
    g_string_append_c(out, '\n');
}

/* Writes the keys of `keys` that differ from the path before, and leaves the last one open. */
static size_t open_keys(GString *out, char **keys, char *const *before)
{
    size_t n = g_strv_length(keys);
    size_t common = 0;
    while (before && common + 1 < n && before[common] && strcmp(before[common], keys[common]) == 0)
        common++;
    size_t start = out->len;
    for (size_t i = common; i < n; i++) {
        start = out->len;
        g_string_append_printf(out, "%*s", (int)(2 * i), "");
        ivc_yaml_append_text(out, keys[i]);
        g_string_append(out, i + 1 < n ? ":\n" : ": ");
    }
    return start;
}

/* Whether the file or --set says it, not a profile or a default. */
static bool is_stated(const IvcScenario *s, const IvcBound *bound)
{
    const IvcSource *source = bound->place.source;
    return source &&
           (source == s->tree->root->place.source || g_str_has_prefix(source->name, "--set "));
}

/* The section whose profile, kind or mechanism an axis chooses, as "machine."; NULL: none. */
static char *chosen_section(const char *path)
{
    size_t length = strlen(path);
    if (strcmp(path, "machine.profile") == 0 || strcmp(path, "workload.kind") == 0)
        return g_strndup(path, (size_t)(strchr(path, '.') - path) + 1);
    if (g_str_has_prefix(path, "channels.") && g_str_has_suffix(path, ".mechanism"))
        return g_strndup(path, length - strlen("mechanism"));
    return NULL;
}

/* What comes from the profile, kind or mechanism that an axis replaces comes from the axis: written
 * down, it would hold for all of them. */
static bool is_left_to_axis(const IvcScenario *s, const IvcBound *bound)
{
    if (is_stated(s, bound))
        return false;
    for (size_t a = 0; a < s->n_axes; a++) {
        for (const char **path = s->axes[a].paths; *path; path++) {
            g_autofree char *section = chosen_section(*path);
            if (section && g_str_has_prefix(bound->path, section))
                return true;
        }
    }
    return false;
}

static void append_bounds(GString *out, const IvcScenario *s, bool report, bool origin)
{
    char **before = NULL;
    for (size_t i = 0; i < ivc_binding_count(s->binding); i++) {
        const IvcBound *bound = ivc_binding_get(s->binding, i);
        if (g_str_has_prefix(bound->path, "report.") != report || is_left_to_axis(s, bound))
            continue;
        char **keys = g_strsplit(bound->path, ".", -1);
        size_t start = open_keys(out, keys, before);
        append_leaf(out, bound);
        end_line(out, start, origin ? bound->origin : NULL);
        g_strfreev(before);
        before = keys;
    }
    g_strfreev(before);
}

static void append_axis(GString *out, const IvcAxis *axis)
{
    g_autofree char *paths = g_strjoinv(",", (char **)axis->paths);
    size_t n = g_strv_length((char **)axis->paths);
    g_string_append(out, "    ");
    ivc_yaml_append_text(out, paths);
    g_string_append(out, ": [");
    for (size_t i = 0; i < axis->n_values; i++) {
        g_autofree char *tuple = g_strjoinv(", ", (char **)axis->values[i]);
        g_string_append_printf(out, n > 1 ? "%s[%s]" : "%s%s", i > 0 ? ", " : "", tuple);
    }
    g_string_append(out, "]\n");
}

static void append_sweep(GString *out, const IvcScenario *s)
{
    const IvcNode *sweep = ivc_node_get(s->tree->root, "sweep");
    const IvcNode *where = ivc_node_get(sweep, "where");
    if (s->n_axes == 0 && !where)
        return;
    g_string_append(out, "sweep:\n");
    if (s->n_axes > 0)
        g_string_append(out, "  axes:\n");
    for (size_t a = 0; a < s->n_axes; a++)
        append_axis(out, &s->axes[a]);
    if (where) {
        g_autofree char *text = ivc_node_flow(where);
        g_string_append_printf(out, "  where: %s\n", text);
    }
}

char *ivc_scenario_show(const IvcScenario *s, bool origin)
{
    GString *out = g_string_new("schema: " IVC_SCHEMA "\n");
    append_bounds(out, s, false, origin);
    append_sweep(out, s);
    append_bounds(out, s, true, origin);
    return g_string_free(out, FALSE);
}
