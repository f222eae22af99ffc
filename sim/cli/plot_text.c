/*
 * Text and numbers in gnuplot scripts and data files. Names come from users: inside single quotes
 * gnuplot treats nothing as special but the quote, and figures switch its markup off (noenhanced).
 */
#include "sim/cli/plot_text.h"

#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
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

/* The first `head` characters, "...", and as many of the last ones as make `max`. */
static char *cut(const char *text, size_t max, size_t head)
{
    g_autofree char *clean = ivc_plot_clean(text, SIZE_MAX);
    size_t length = (size_t)g_utf8_strlen(clean, -1);
    if (length <= max) {
        return g_steal_pointer(&clean);
    }
    const char *tail = g_utf8_offset_to_pointer(clean, (glong)(length - (max - 3 - head)));
    const char *end = g_utf8_offset_to_pointer(clean, (glong)head);
    return g_strdup_printf("%.*s...%s", (int)(end - clean), clean, tail);
}

/* @param ret_uses  how many of the texts become the same one. @return number of different ones */
static guint cut_all(const GPtrArray *texts, size_t max, size_t head, GPtrArray *ret_cut,
                     GHashTable *ret_uses)
{
    for (guint i = 0; i < texts->len; i++) {
        char *text = cut(g_ptr_array_index(texts, i), max, head);
        guint uses = GPOINTER_TO_UINT(g_hash_table_lookup(ret_uses, text));
        g_hash_table_replace(ret_uses, text, GUINT_TO_POINTER(uses + 1));
        g_ptr_array_add(ret_cut, text);
    }
    return g_hash_table_size(ret_uses);
}

GPtrArray *ivc_plot_cut_apart(const GPtrArray *texts, size_t max)
{
    const size_t heads[] = {max - 3, (max - 3) / 2, 0};
    g_autoptr(GPtrArray) best = NULL;
    g_autoptr(GHashTable) best_uses = NULL;
    size_t best_head = 0;
    guint most = 0;
    for (size_t k = 0; k < G_N_ELEMENTS(heads) && (k == 0 || most < texts->len); k++) {
        g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GHashTable) uses = g_hash_table_new(g_str_hash, g_str_equal);
        guint different = cut_all(texts, max, heads[k], found, uses);
        if (k == 0 || different > most) {
            g_clear_pointer(&best_uses, g_hash_table_unref);
            g_clear_pointer(&best, g_ptr_array_unref);
            best_uses = g_steal_pointer(&uses);
            best = g_steal_pointer(&found);
            best_head = heads[k];
            most = different;
        }
    }
    GPtrArray *result = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < texts->len; i++) {
        const char *text = g_ptr_array_index(best, i);
        if (GPOINTER_TO_UINT(g_hash_table_lookup(best_uses, text)) == 1) {
            g_ptr_array_add(result, g_strdup(text));
            continue;
        }
        g_autofree char *number = g_strdup_printf(" #%u", i);
        size_t room = max - strlen(number);
        g_autofree char *before = cut(text, room, MIN(best_head, room - 3));
        g_ptr_array_add(result, g_strconcat(before, number, NULL));
    }
    return result;
}

char *ivc_plot_wrap(const char *text, size_t width, size_t lines)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    GString *out = g_string_new(NULL);
    size_t line = 1;
    size_t used = 0;
    for (char **word = words; *word != NULL; word++) {
        size_t length = (size_t)g_utf8_strlen(*word, -1);
        bool fits = used + (used > 0) + length <= width;
        line += fits ? 0 : 1;
        if (length > width || line > lines) {
            g_string_free(out, TRUE);
            return NULL;
        }
        g_string_append_printf(out, "%s%s", used == 0 ? "" : fits ? " " : "\n", *word);
        used = fits ? used + (used > 0) + length : length;
    }
    return g_string_free(out, FALSE);
}

void ivc_plot_quote(GString *out, const char *text)
{
    g_string_append_c(out, '\'');
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '\'') {
            g_string_append(out, "\xe2\x80\x99"); /* gnuplot misreads some doubled quotes */
        } else if (*at == '\n') {
            g_string_append(out, "'.\"\\n\".'");
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
