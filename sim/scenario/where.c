/* Constraints of a sweep: `channel != register or workload.message <= 256B`.
 *
 *   or     := and { "or" and }
 *   and    := not { "and" not }
 *   not    := "not" not | "(" or ")" | path op literal
 *   op     := "==" "!=" "<" "<=" ">" ">="
 *
 * Literals are single words. Numbers compare by value, words by spelling. A path has the value of
 * the point's axis, else the one that the scenario bound.
 */
#include <string.h>

#include "sim/scenario/scenario_private.h"

#define NESTING_MAX 32
#define TERMS_MAX 1000 /* freeing recurses along a chain of them */

typedef enum { EXPR_OR, EXPR_AND, EXPR_NOT, EXPR_COMPARE } ExprKind;
typedef enum { OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE } Op;

typedef struct Expr Expr;
struct Expr {
    ExprKind kind;
    Expr *left;
    Expr *right;
    Op op;
    char *path;
    char *literal;
    const IvcParam *param;
    IvcPlace place; /* of the literal */
    int axis;       /* that sets the path, -1: none */
    size_t axis_path;
};

struct IvcWhere {
    Expr *root;
};

typedef struct {
    const IvcScenario *s;
    IvcDiags *diags;
    const IvcNode *node;
    const char *at;      /* the rest of the text */
    bool as_written;     /* the text stands on one line as it was written */
    const char *counted; /* up to here, `column` characters were counted: places come in order */
    unsigned column;
    unsigned terms;
    unsigned depth;
    bool failed;
} Parser;

static Expr *parse_or(Parser *p);

static void expr_free(Expr *e)
{
    if (!e)
        return;
    expr_free(e->left);
    expr_free(e->right);
    g_free(e->path);
    g_free(e->literal);
    g_free(e);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Expr, expr_free)

void ivc_where_free(IvcWhere *where)
{
    if (!where)
        return;
    expr_free(where->root);
    g_free(where);
}

/* Whether columns of the text are columns of the file. */
static bool is_as_written(const IvcNode *node)
{
    size_t quotes = node->quoted ? 2 : 0;
    return (size_t)g_utf8_strlen(node->text, -1) + quotes == node->place.width;
}

/* The place of a token that is not before the last one: exact where that can be said. */
static IvcPlace token_place(Parser *p, const char *token, size_t size)
{
    IvcPlace place = p->node->place;
    if (!p->as_written)
        return place;
    p->column += (unsigned)g_utf8_strlen(p->counted, token - p->counted);
    p->counted = token;
    place.column += p->column + (p->node->quoted ? 1 : 0);
    place.width = (unsigned)MAX(g_utf8_strlen(token, (gssize)size), 1);
    return place;
}

static Expr *fail(Parser *p, const char *token, size_t size, const char *text)
{
    if (!p->failed)
        ivc_diags_add(p->diags, IVC_DIAG_ERROR, "config-syntax", token_place(p, token, size),
                      "write for example 'workload.message <= 256B or channel == shmem'", "%s",
                      text);
    p->failed = true;
    return NULL;
}

static bool is_word_char(char c)
{
    return c != '\0' && !strchr(" \t\n()=!<>", c);
}

/* The next token without consuming it: a word, an operator, a parenthesis; size 0 at the end. */
static size_t peek(Parser *p)
{
    while (*p->at != '\0' && strchr(" \t\n", *p->at))
        p->at++;
    size_t n = 0;
    while (is_word_char(p->at[n]))
        n++;
    if (n > 0 || *p->at == '\0')
        return n;
    if (*p->at == '(' || *p->at == ')')
        return 1;
    return p->at[1] == '=' ? 2 : 1;
}

static bool accept(Parser *p, const char *token)
{
    size_t n = peek(p);
    if (n != strlen(token) || memcmp(p->at, token, n) != 0)
        return false;
    p->at += n;
    return true;
}

static bool parse_op(Parser *p, Op *ret)
{
    static const char *const ops[] = {"==", "!=", "<", "<=", ">", ">="};
    for (size_t i = 0; i < G_N_ELEMENTS(ops); i++) {
        if (accept(p, ops[i])) {
            *ret = (Op)i;
            return true;
        }
    }
    fail(p, p->at, peek(p), "expected one of == != < <= > >=");
    return false;
}

/* Finds the axis that sets the path. */
static void find_axis(const IvcScenario *s, Expr *e)
{
    e->axis = -1;
    for (size_t a = 0; a < s->n_axes; a++) {
        for (size_t k = 0; s->axes[a].paths[k]; k++) {
            if (strcmp(s->axes[a].paths[k], e->path) == 0) {
                e->axis = (int)a;
                e->axis_path = k;
            }
        }
    }
}

static void check_compare(Parser *p, Expr *e)
{
    IvcQuantity what;
    bool number = ivc_param_quantity(e->param, &what);
    if (e->param->type == IVC_PARAM_INDEXES || e->param->type == IVC_PARAM_NAMES) {
        fail(p, p->at, 0, "lists cannot be compared");
        return;
    }
    if (!number && e->op >= OP_LT) {
        ivc_diags_add(p->diags, IVC_DIAG_ERROR, "config-type", e->place,
                      "compare words with == or !=", "'%s' is not a number", e->path);
        p->failed = true;
        return;
    }
    IvcNode literal = {.kind = IVC_NODE_SCALAR, .text = e->literal, .place = e->place};
    /* numbers need no range here: 'message < 1TiB' is fine whatever the maximum */
    IvcParam free_range = *e->param;
    free_range.min = free_range.max = NULL;
    bool ok = number ? ivc_param_check(&free_range, &literal, p->diags)
                     : ivc_scenario_check_value(p->s, e->param, &literal, p->diags);
    p->failed = p->failed || !ok;
}

static Expr *parse_compare(Parser *p)
{
    const char *start = p->at;
    size_t n = peek(p);
    start = p->at;
    if (n == 0 || !is_word_char(*start))
        return fail(p, start, n, "expected a path");
    if (p->terms++ == TERMS_MAX)
        return fail(p, start, n, "a constraint of more than " G_STRINGIFY(TERMS_MAX) " terms");
    g_autoptr(Expr) e = g_new0(Expr, 1);
    e->kind = EXPR_COMPARE;
    e->path = g_strndup(start, n);
    e->param = ivc_scenario_param(p->s, e->path);
    IvcPlace path_place = token_place(p, start, n);
    p->at += n;
    if (!parse_op(p, &e->op))
        return NULL;
    n = peek(p);
    if (n == 0 || !is_word_char(*p->at))
        return fail(p, p->at, n, "expected a value to compare with");
    e->literal = g_strndup(p->at, n);
    e->place = token_place(p, p->at, n);
    p->at += n;
    if (!e->param) {
        ivc_unknown_path(p->s, e->path, path_place, p->diags);
        p->failed = true;
        return g_steal_pointer(&e);
    }
    find_axis(p->s, e);
    check_compare(p, e);
    return g_steal_pointer(&e);
}

static Expr *node_new(ExprKind kind, Expr *left, Expr *right)
{
    Expr *e = g_new0(Expr, 1);
    e->kind = kind;
    e->left = left;
    e->right = right;
    return e;
}

static Expr *parse_not(Parser *p)
{
    if (p->depth >= NESTING_MAX)
        return fail(p, p->at, peek(p), "more than " G_STRINGIFY(NESTING_MAX) " levels");
    p->depth++;
    Expr *e = NULL;
    if (accept(p, "not")) {
        e = parse_not(p);
        e = e ? node_new(EXPR_NOT, e, NULL) : NULL;
    } else if (accept(p, "(")) {
        e = parse_or(p);
        if (e && !accept(p, ")"))
            fail(p, p->at, peek(p), "expected ')', 'and' or 'or'");
    } else {
        e = parse_compare(p);
    }
    p->depth--;
    return e;
}

/* A chain of `and` or `or`, grouped to the left. */
static Expr *parse_chain(Parser *p, const char *word, ExprKind kind, Expr *(*operand)(Parser *))
{
    Expr *left = operand(p);
    while (left && accept(p, word)) {
        Expr *right = operand(p);
        left = node_new(kind, left, right);
        if (!right)
            break;
    }
    return left;
}

static Expr *parse_and(Parser *p)
{
    return parse_chain(p, "and", EXPR_AND, parse_not);
}

static Expr *parse_or(Parser *p)
{
    return parse_chain(p, "or", EXPR_OR, parse_and);
}

IvcWhere *ivc_where_compile(const IvcScenario *s, const IvcNode *node, IvcDiags *diags)
{
    if (node->kind != IVC_NODE_SCALAR || node->text[0] == '\0') {
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-type", node->place, NULL,
                      "expected a constraint");
        return NULL;
    }
    Parser p = {.s = s,
                .diags = diags,
                .node = node,
                .at = node->text,
                .as_written = is_as_written(node),
                .counted = node->text};
    g_autoptr(Expr) root = parse_or(&p);
    size_t rest = peek(&p);
    if (rest > 0 && !p.failed)
        fail(&p, p.at, rest, "expected 'and' or 'or'");
    if (p.failed || !root)
        return NULL;
    IvcWhere *where = g_new0(IvcWhere, 1);
    where->root = g_steal_pointer(&root);
    return where;
}

static const char *value_of(const Expr *e, const IvcScenario *s, const size_t *picks)
{
    if (e->axis >= 0)
        return s->axes[e->axis].values[picks[e->axis]][e->axis_path];
    const IvcBound *bound = ivc_binding_find(s->binding, e->path);
    return bound ? bound->text : "";
}

static bool decide(Op op, int order)
{
    switch (op) {
    case OP_EQ:
        return order == 0;
    case OP_NE:
        return order != 0;
    case OP_LT:
        return order < 0;
    case OP_LE:
        return order <= 0;
    case OP_GT:
        return order > 0;
    default:
        return order >= 0;
    }
}

static int compare(const Expr *e, const IvcScenario *s, const size_t *picks, IvcDiags *diags)
{
    const char *text = value_of(e, s, picks);
    IvcQuantity what;
    if (!ivc_param_quantity(e->param, &what))
        return decide(e->op, strcmp(text, e->literal));
    IvcAmount left;
    IvcAmount right;
    IvcQuantityError error = {0};
    if (!ivc_quantity_parse(what, text, &left, &error) ||
        !ivc_quantity_parse(what, e->literal, &right, &error)) {
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-type", e->place, NULL,
                      "'%s' has no value to compare", e->path);
        ivc_quantity_error_clear(&error);
        return -1;
    }
    if (left.is_time != right.is_time && left.n != 0 && right.n != 0) {
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-unit", e->place, NULL,
                      "cycles and times cannot be compared: '%s' is %s", e->path, text);
        return -1;
    }
    return decide(e->op, (left.n > right.n) - (left.n < right.n));
}

static int evaluate(const Expr *e, const IvcScenario *s, const size_t *picks, IvcDiags *diags)
{
    if (e->kind == EXPR_COMPARE)
        return compare(e, s, picks, diags);
    int left = evaluate(e->left, s, picks, diags);
    if (left < 0 || e->kind == EXPR_NOT)
        return left < 0 ? left : !left;
    if ((e->kind == EXPR_OR && left == 1) || (e->kind == EXPR_AND && left == 0))
        return left;
    return evaluate(e->right, s, picks, diags);
}

int ivc_where_holds(const IvcWhere *where, const IvcScenario *s, const size_t *picks,
                    IvcDiags *diags)
{
    return evaluate(where->root, s, picks, diags);
}
