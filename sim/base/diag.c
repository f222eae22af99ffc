/* Diagnostics: sources, the list of what is wrong, and its order.
 *
 * The list is kept in order of place while it grows, with notes behind the diagnostic that they
 * explain. It is bounded: a broken file of any size gives at most IVC_DIAG_MAX errors in full.
 * Rendering is in render.c.
 */
#include "sim/base/diag.h"

#include <string.h>

struct IvcDiags {
    GPtrArray *items;   /* IvcDiag * */
    GPtrArray *sources; /* const IvcSource *, borrowed from items, in order of first use */
    size_t errors;
    size_t warnings;
    size_t note_at; /* where the next note goes */
    bool dropped;   /* the last diagnostic was only counted */
};

const IvcDiagCode ivc_diag_codes[] = {
    {"config-choice", "The value is none of the words that the key takes"},
    {"config-conflict", "Two parts of the scenario exclude each other"},
    {"config-data", "A row or a column of a data set cannot be read"},
    {"config-duplicate", "A key stands twice in one map"},
    {"config-encoding", "The text is not UTF-8, or holds characters that YAML does not allow"},
    {"config-limit", "The input is larger or deeper than any scenario needs to be"},
    {"config-missing", "A required key is absent"},
    {"config-provenance", "A number of a profile lacks its kind, its source or its range"},
    {"config-range", "The number does not fit, is not exact, or is outside its range"},
    {"config-reference", "A name or number refers to something that does not exist"},
    {"config-schema", "The file does not begin with a schema that this version reads"},
    {"config-syntax", "The text is not YAML, or a constraint or assignment cannot be read"},
    {"config-type", "The value is of another kind: a list for a number, text for a map"},
    {"config-unit", "The unit is missing, unknown or of another quantity"},
    {"config-unknown-key", "The map does not take this key"},
    {"config-unsupported", "YAML that scenarios do without: aliases, tags, second documents"},
    {"config-unused", "A part of the scenario can never have an effect"},
    {"internal", "A fault of the program: please report it"},
    {"io", "A file cannot be read or written"},
    {NULL, NULL},
};

IvcSource *ivc_source_new(const char *name, const char *bytes, size_t size)
{
    IvcSource *source = g_new0(IvcSource, 1);
    source->name = g_strdup(name);
    source->text = g_malloc(size + 1);
    if (size > 0)
        memcpy(source->text, bytes, size);
    source->text[size] = '\0';
    source->size = size;
    source->refs = 1;
    return source;
}

IvcSource *ivc_source_ref(IvcSource *source)
{
    if (source && g_atomic_int_get(&source->refs) > 0)
        g_atomic_int_inc(&source->refs);
    return source;
}

void ivc_source_unref(IvcSource *source)
{
    if (!source || g_atomic_int_get(&source->refs) == 0)
        return;
    if (g_atomic_int_dec_and_test(&source->refs)) {
        g_free(source->name);
        g_free(source->text);
        g_free(source);
    }
}

static void diag_free(gpointer data)
{
    IvcDiag *diag = data;
    ivc_source_unref((IvcSource *)diag->place.source);
    g_free(diag->text);
    g_free(diag->hint);
    g_free(diag);
}

IvcDiags *ivc_diags_new(void)
{
    IvcDiags *diags = g_new0(IvcDiags, 1);
    diags->items = g_ptr_array_new_with_free_func(diag_free);
    diags->sources = g_ptr_array_new();
    return diags;
}

void ivc_diags_free(IvcDiags *diags)
{
    if (!diags)
        return;
    g_ptr_array_unref(diags->items);
    g_ptr_array_unref(diags->sources);
    g_free(diags);
}

/* Inputs keep the order in which they were first complained about; no place comes first. */
static size_t source_rank(const IvcDiags *diags, const IvcSource *source)
{
    guint index;
    if (!source || !g_ptr_array_find(diags->sources, source, &index))
        return 0;
    return index + 1;
}

static bool place_before(const IvcDiags *diags, IvcPlace a, IvcPlace b)
{
    size_t rank_a = source_rank(diags, a.source);
    size_t rank_b = source_rank(diags, b.source);
    if (rank_a != rank_b)
        return rank_a < rank_b;
    if (a.line != b.line)
        return a.line < b.line;
    return a.column < b.column;
}

/* Where a diagnostic goes: behind all that are not after it, and behind their notes. */
static size_t position(const IvcDiags *diags, IvcPlace place)
{
    size_t at = diags->items->len;
    for (size_t i = diags->items->len; i-- > 0;) {
        const IvcDiag *other = diags->items->pdata[i];
        if (other->level == IVC_DIAG_NOTE)
            continue;
        if (!place_before(diags, place, other->place))
            break;
        at = i;
    }
    return at;
}

/* Counts a diagnostic, and decides whether it is kept. */
static bool admit(IvcDiags *diags, IvcDiagLevel level)
{
    if (level == IVC_DIAG_NOTE)
        return !diags->dropped && diags->items->len > 0;
    size_t *counter = level == IVC_DIAG_ERROR ? &diags->errors : &diags->warnings;
    diags->dropped = (*counter)++ >= IVC_DIAG_MAX;
    return !diags->dropped;
}

void ivc_diags_add(IvcDiags *diags, IvcDiagLevel level, const char *code, IvcPlace place,
                   const char *hint, const char *format, ...)
{
    if (!admit(diags, level))
        return;
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    IvcDiag *diag = g_new0(IvcDiag, 1);
    diag->level = level;
    diag->code = code;
    diag->place = place;
    diag->text = ivc_text_escape(text, strlen(text), 1000);
    diag->hint = hint ? ivc_text_escape(hint, strlen(hint), 1000) : NULL;
    if (place.source) {
        ivc_source_ref((IvcSource *)place.source);
        if (!g_ptr_array_find(diags->sources, place.source, NULL))
            g_ptr_array_add(diags->sources, (gpointer)place.source);
    }
    size_t at = level == IVC_DIAG_NOTE ? diags->note_at : position(diags, place);
    g_ptr_array_insert(diags->items, (int)at, diag);
    diags->note_at = at + 1;
}

size_t ivc_diags_errors(const IvcDiags *diags)
{
    return diags->errors;
}

size_t ivc_diags_count(const IvcDiags *diags)
{
    return diags->items->len;
}

const IvcDiag *ivc_diags_get(const IvcDiags *diags, size_t i)
{
    g_return_val_if_fail(i < diags->items->len, NULL);
    return diags->items->pdata[i];
}

char *ivc_diags_render(const IvcDiags *diags)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < diags->items->len; i++) {
        g_autofree char *one = ivc_diag_render(diags->items->pdata[i]);
        g_string_append(out, one);
    }
    if (diags->errors > IVC_DIAG_MAX) {
        size_t more = diags->errors - IVC_DIAG_MAX;
        g_string_append_printf(out, "and %zu more error%s\n", more, more == 1 ? "" : "s");
    }
    return g_string_free(out, FALSE);
}
