/* One value: from a node to the type that its row states, with range and choices.
 *
 * Messages point at the value. Keys, defaults and provenance are in param_bind.c.
 */
#include <string.h>

#include "sim/config/param_private.h"

bool ivc_param_quantity(const IvcParam *param, IvcQuantity *ret)
{
    switch (param->type) {
    case IVC_PARAM_COUNT:
        *ret = IVC_QUANTITY_COUNT;
        return true;
    case IVC_PARAM_TIME:
        *ret = IVC_QUANTITY_TIME;
        return true;
    case IVC_PARAM_COST:
        *ret = IVC_QUANTITY_COST;
        return true;
    case IVC_PARAM_SIZE:
        *ret = IVC_QUANTITY_SIZE;
        return true;
    case IVC_PARAM_RATE:
        *ret = IVC_QUANTITY_RATE;
        return true;
    case IVC_PARAM_CLOCK:
        *ret = IVC_QUANTITY_CLOCK;
        return true;
    case IVC_PARAM_SHARE:
        *ret = IVC_QUANTITY_SHARE;
        return true;
    default:
        return false;
    }
}

static bool fail(IvcDiags *diags, const char *code, IvcPlace place, const char *hint,
                 const char *format, ...) G_GNUC_PRINTF(5, 6);

static bool fail(IvcDiags *diags, const char *code, IvcPlace place, const char *hint,
                 const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    ivc_diags_add(diags, IVC_DIAG_ERROR, code, place, hint, "%s", text);
    return false;
}

const char *ivc_param_expects(const IvcParam *param)
{
    IvcQuantity what;
    if (ivc_param_quantity(param, &what))
        return ivc_quantity_name(what);
    switch (param->type) {
    case IVC_PARAM_BOOL:
        return "'true' or 'false'";
    case IVC_PARAM_CHOICE:
        return "a word";
    case IVC_PARAM_INDEXES:
        return "a list of numbers";
    case IVC_PARAM_NAMES:
        return "a list of names";
    case IVC_PARAM_GROUP:
        return "a map";
    default:
        return "text";
    }
}

static const char *found(const IvcNode *node)
{
    if (node->kind == IVC_NODE_LIST)
        return "a list";
    if (node->kind == IVC_NODE_MAP)
        return "a map";
    return node->text[0] == '\0' && !node->quoted ? "nothing" : "text";
}

/* A scalar that says something; anything else is reported. */
static bool want_scalar(const IvcParam *param, const IvcNode *node, IvcDiags *diags)
{
    if (node->kind == IVC_NODE_SCALAR && (node->quoted || node->text[0] != '\0'))
        return true;
    return fail(diags, "config-type", node->place, NULL, "'%s': expected %s, got %s", param->key,
                ivc_param_expects(param), found(node));
}

/* Compares with min or max; -1, 0, 1. Costs in different units cannot be compared: 0. */
static int compare(IvcQuantity what, IvcAmount amount, const char *bound)
{
    IvcAmount limit;
    IvcQuantityError error = {0};
    if (!ivc_quantity_parse(what, bound, &limit, &error)) {
        ivc_quantity_error_clear(&error);
        return 0;
    }
    if (what == IVC_QUANTITY_COST && limit.n != 0 && limit.is_time != amount.is_time)
        return 0;
    return (amount.n > limit.n) - (amount.n < limit.n);
}

static bool in_range(const IvcParam *param, IvcQuantity what, IvcAmount amount, IvcPlace place,
                     IvcDiags *diags)
{
    bool low = param->min && compare(what, amount, param->min) < 0;
    bool high = param->max && compare(what, amount, param->max) > 0;
    if (!low && !high)
        return true;
    g_autofree char *text = ivc_quantity_format(what, amount);
    return fail(diags, "config-range", place, NULL, "'%s': %s is %s %s", param->key, text,
                low ? "less than the minimum" : "more than the maximum",
                low ? param->min : param->max);
}

static bool parse_quantity(const IvcParam *param, IvcQuantity what, const IvcNode *node,
                           IvcAmount *ret, IvcDiags *diags)
{
    if (!want_scalar(param, node, diags))
        return false;
    if (node->quoted && what == IVC_QUANTITY_COUNT)
        return fail(diags, "config-type", node->place, "leave out the quotes",
                    "'%s': expected a whole number, got text in quotes", param->key);
    IvcQuantityError error = {0};
    if (!ivc_quantity_parse(what, node->text, ret, &error)) {
        fail(diags, error.code, node->place, error.hint, "'%s': %s", param->key, error.what);
        ivc_quantity_error_clear(&error);
        return false;
    }
    return in_range(param, what, *ret, node->place, diags);
}

static bool parse_bool(const IvcParam *param, const IvcNode *node, bool *ret, IvcDiags *diags)
{
    if (!want_scalar(param, node, diags))
        return false;
    *ret = strcmp(node->text, "true") == 0;
    if (!node->quoted && (*ret || strcmp(node->text, "false") == 0))
        return true;
    g_autofree char *shown = ivc_text_escape(node->text, strlen(node->text), 40);
    return fail(diags, "config-type", node->place, NULL,
                node->quoted ? "'%s': expected 'true' or 'false', got '%s' in quotes"
                             : "'%s': expected 'true' or 'false', got '%s'",
                param->key, shown);
}

char *ivc_hint_names(const char *word, const char *const *names)
{
    const char *near = ivc_suggest(word, names);
    g_autofree char *all = g_strjoinv(", ", (char **)names);
    if (!names[0])
        return NULL;
    if (near)
        return g_strdup_printf("did you mean '%s'? There are: %s", near, all);
    return g_strdup_printf("there are: %s", all);
}

static bool fail_choice(const IvcParam *param, const IvcNode *node, IvcDiags *diags)
{
    g_autofree char *hint = ivc_hint_names(node->text, param->choices);
    g_autofree char *shown = ivc_text_escape(node->text, strlen(node->text), 40);
    return fail(diags, "config-choice", node->place, hint, "'%s' cannot be '%s'", param->key,
                shown);
}

static bool parse_choice(const IvcParam *param, const IvcNode *node, int *ret, IvcDiags *diags)
{
    if (!want_scalar(param, node, diags))
        return false;
    for (int i = 0; param->choices[i]; i++) {
        if (strcmp(param->choices[i], node->text) == 0) {
            *ret = i;
            return true;
        }
    }
    return fail_choice(param, node, diags);
}

static bool want_list(const IvcParam *param, const IvcNode *node, const char *example,
                      IvcDiags *diags)
{
    if (node->kind == IVC_NODE_LIST)
        return true;
    g_autofree char *hint = g_strdup_printf("write for example '%s'", example);
    return fail(diags, "config-type", node->place, hint, "'%s': expected %s, got %s", param->key,
                ivc_param_expects(param), found(node));
}

static bool parse_indexes(const IvcParam *param, const IvcNode *node, IvcBinding *binding,
                          IvcValue *value, IvcDiags *diags)
{
    if (!want_list(param, node, "[0, 1]", diags))
        return false;
    size_t n = node->items->len;
    unsigned *items = g_new0(unsigned, n + 1);
    ivc_binding_keep(binding, items);
    g_autoptr(GString) text = g_string_new("[");
    bool ok = true;
    for (size_t i = 0; i < n; i++) {
        const IvcNode *item = node->items->pdata[i];
        IvcAmount amount = {0};
        if (!parse_quantity(param, IVC_QUANTITY_COUNT, item, &amount, diags))
            ok = false;
        else if (amount.n > UINT_MAX)
            ok = fail(diags, "config-range", item->place, NULL, "'%s': %s is too large", param->key,
                      item->text);
        items[i] = (unsigned)amount.n;
        g_string_append_printf(text, "%s%u", i > 0 ? ", " : "", items[i]);
    }
    g_string_append_c(text, ']');
    value->indexes = (IvcIndexList){.items = items, .n = n};
    value->canonical = ivc_binding_keep_text(binding, text->str);
    return ok;
}

static bool parse_names(const IvcParam *param, const IvcNode *node, IvcBinding *binding,
                        IvcValue *value, IvcDiags *diags)
{
    if (!want_list(param, node, "[sender, receiver]", diags))
        return false;
    size_t n = node->items->len;
    const char **items = g_new0(const char *, n + 1);
    ivc_binding_keep(binding, items);
    g_autoptr(GString) text = g_string_new("[");
    bool ok = true;
    for (size_t i = 0; i < n; i++) {
        const IvcNode *item = node->items->pdata[i];
        if (item->kind != IVC_NODE_SCALAR || item->text[0] == '\0')
            ok = fail(diags, "config-type", item->place, NULL, "'%s': expected a name, got %s",
                      param->key, found(item));
        else if (param->choices && !g_strv_contains(param->choices, item->text))
            ok = fail_choice(param, item, diags);
        items[i] = ivc_binding_keep_text(binding, item->text ? item->text : "");
        if (i > 0)
            g_string_append(text, ", ");
        ivc_yaml_append_text(text, items[i]);
    }
    g_string_append_c(text, ']');
    value->names = (IvcNameList){.items = items, .n = n};
    value->canonical = ivc_binding_keep_text(binding, text->str);
    return ok;
}

bool ivc_value_parse(const IvcParam *param, const IvcNode *node, IvcBinding *binding,
                     IvcValue *ret_value, IvcDiags *diags)
{
    IvcQuantity what;
    *ret_value = (IvcValue){0};
    if (ivc_param_quantity(param, &what)) {
        if (!parse_quantity(param, what, node, &ret_value->amount, diags))
            return false;
        g_autofree char *text = ivc_quantity_format(what, ret_value->amount);
        ret_value->canonical = ivc_binding_keep_text(binding, text);
        return true;
    }
    switch (param->type) {
    case IVC_PARAM_BOOL:
        ret_value->canonical = ivc_binding_keep_text(binding, node->text ? node->text : "");
        return parse_bool(param, node, &ret_value->flag, diags);
    case IVC_PARAM_CHOICE:
        ret_value->canonical = ivc_binding_keep_text(binding, node->text ? node->text : "");
        return parse_choice(param, node, &ret_value->choice, diags);
    case IVC_PARAM_INDEXES:
        return parse_indexes(param, node, binding, ret_value, diags);
    case IVC_PARAM_NAMES:
        return parse_names(param, node, binding, ret_value, diags);
    default:
        if (!want_scalar(param, node, diags))
            return false;
        ret_value->text = ret_value->canonical = ivc_binding_keep_text(binding, node->text);
        return true;
    }
}

void ivc_value_store(const IvcParam *param, const IvcValue *value, void *spec)
{
    char *field = (char *)spec + param->offset;
    switch (param->type) {
    case IVC_PARAM_COUNT:
        *(uint64_t *)(void *)field = value->amount.n;
        break;
    case IVC_PARAM_TIME:
        *(IvcSpan *)(void *)field = (IvcSpan){value->amount.n};
        break;
    case IVC_PARAM_COST:
        *(IvcCost *)(void *)field =
            (IvcCost){.n = value->amount.n, .is_time = value->amount.is_time};
        break;
    case IVC_PARAM_SIZE:
        *(IvcBytes *)(void *)field = (IvcBytes){value->amount.n};
        break;
    case IVC_PARAM_RATE:
        *(IvcBitRate *)(void *)field = (IvcBitRate){value->amount.n};
        break;
    case IVC_PARAM_CLOCK:
        *(IvcFrequency *)(void *)field = (IvcFrequency){value->amount.n};
        break;
    case IVC_PARAM_SHARE:
        *(IvcShare *)(void *)field = (IvcShare){value->amount.n};
        break;
    case IVC_PARAM_BOOL:
        *(bool *)(void *)field = value->flag;
        break;
    case IVC_PARAM_CHOICE:
        *(int *)(void *)field = value->choice;
        break;
    case IVC_PARAM_TEXT:
        *(const char **)(void *)field = value->text;
        break;
    case IVC_PARAM_INDEXES:
        *(IvcIndexList *)(void *)field = value->indexes;
        break;
    case IVC_PARAM_NAMES:
        *(IvcNameList *)(void *)field = value->names;
        break;
    case IVC_PARAM_GROUP:
        break;
    }
}
