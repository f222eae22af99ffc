/*
 * Text and numbers in gnuplot scripts and data files. Names come from users: inside single quotes
 * gnuplot treats nothing as special but the quote, and figures switch its markup off (noenhanced).
 */
#include "sim/cli/plot_text.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "sim/config/yaml_tree.h"

char *ivc_plot_clean(const char *text, size_t max)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *out = g_string_new(NULL);
    size_t n = 0;
    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (n + 3 >= max && g_utf8_strlen(at, -1) > 3) {
            g_string_append(out, "...");
            break;
        }
        g_string_append_unichar(out, g_unichar_isprint(c) ? c : ' ');
        n++;
    }
    return g_string_free(out, FALSE);
}

void ivc_plot_quote(GString *out, const char *text)
{
    g_string_append_c(out, '\'');
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '\'') {
            g_string_append(out, "\xe2\x80\x99"); /* gnuplot misreads some doubled quotes */
        } else {
            g_string_append_c(out, *at);
        }
    }
    g_string_append_c(out, '\'');
}

void ivc_plot_quote_wrapped(GString *out, const char *text, size_t width)
{
    g_autofree char *clean = ivc_plot_clean(text, 2 * width);
    size_t length = (size_t)g_utf8_strlen(clean, -1);
    char *cut = NULL;
    if (length > width) {
        /* the blank nearest to the middle, so that the two lines are about as long */
        char *middle = g_utf8_offset_to_pointer(clean, (glong)(length / 2));
        char *before = g_strrstr_len(clean, middle - clean, " ");
        char *after = strchr(middle, ' ');
        cut = before;
        if (after != NULL && (before == NULL || after - middle < middle - before)) {
            cut = after;
        }
    }
    if (cut == NULL) {
        ivc_plot_quote(out, clean);
        return;
    }
    *cut = '\0';
    ivc_plot_quote(out, clean);
    g_string_append(out, " .\"\\n\". ");
    ivc_plot_quote(out, cut + 1);
}

void ivc_plot_append_number(GString *out, double value)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    if (!isfinite(value)) {
        g_string_append(out, "NaN");
        return;
    }
    bool whole = fabs(value) < 9e15 && value == floor(value); /* NOLINT: exact on purpose */
    g_string_append(out, g_ascii_formatd(number, sizeof number, whole ? "%.0f" : "%.9g", value));
}

double ivc_plot_nice_above(double value)
{
    static const double steps[] = {1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10};
    if (!(value > 0) || !isfinite(value)) {
        return 1;
    }
    double power = pow(10, floor(log10(value)));
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        if (value <= steps[i] * power * (1 + 1e-9)) {
            return steps[i] * power;
        }
    }
    return 10 * power;
}

char *ivc_plot_yaml_value(const char *yaml, const char *section, const char *key)
{
    g_autoptr(IvcDiags) unseen = ivc_diags_new();
    g_autoptr(IvcTree) tree = ivc_tree_parse("resolved", yaml, strlen(yaml), unseen);
    const IvcNode *map = tree != NULL ? tree->root : NULL;
    map = section != NULL ? ivc_node_get(map, section) : map;
    const IvcNode *node = ivc_node_get(map, key);
    const IvcNode *inner = ivc_node_get(node, "value");
    node = inner != NULL ? inner : node;
    if (node == NULL) {
        return NULL;
    }
    return node->kind == IVC_NODE_SCALAR ? g_strdup(node->text) : ivc_node_flow(node);
}

char *ivc_plot_size_text(double bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    while (bytes >= 1024 && unit + 1 < G_N_ELEMENTS(units)) {
        bytes /= 1024;
        unit++;
    }
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    return g_strdup_printf("%s %s", g_ascii_formatd(number, sizeof number, "%.4g", bytes),
                           units[unit]);
}

double ivc_plot_number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

double ivc_plot_member(const json_t *object, const char *key, const char *member)
{
    return ivc_plot_number(json_object_get(object, key), member);
}
