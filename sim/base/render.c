/* Diagnostics as text: place, message, source line, caret, hint.
 *
 * Lines break where YAML breaks them. What a terminal would act on is escaped, wide characters
 * count two columns for the caret, and of a very long line only the part around the caret is shown.
 */
#include <string.h>

#include "sim/base/diag.h"

/* Characters of a source line that are shown, and how many of them before the caret. */
#define SNIPPET_MAX 88
#define SNIPPET_LEAD 56

/* Bytes of the line break at `at`, 0 when there is none: LF, CR, CR LF, NEL, LS, PS. */
static size_t break_size(const char *at, const char *end)
{
    if (at[0] == '\n')
        return 1;
    if (at[0] == '\r')
        return at + 1 < end && at[1] == '\n' ? 2 : 1;
    if (end - at >= 2 && memcmp(at, "\xc2\x85", 2) == 0)
        return 2;
    if (end - at >= 3 && (memcmp(at, "\xe2\x80\xa8", 3) == 0 || memcmp(at, "\xe2\x80\xa9", 3) == 0))
        return 3;
    return 0;
}

/* Decodes one character; a byte that is none counts as one character. Returns its bytes. */
static size_t decode(const char *at, const char *end, gunichar *ret)
{
    gunichar c = g_utf8_get_char_validated(at, end - at);
    if (at[0] == '\0' || c == (gunichar)-1 || c == (gunichar)-2) {
        *ret = (gunichar)-1;
        return 1;
    }
    *ret = c;
    return (size_t)g_unichar_to_utf8(c, NULL);
}

/* Appends a character as it may be shown; returns its width in columns. */
static size_t append_shown(GString *out, const char *at, size_t size, gunichar c)
{
    gsize before = out->len;
    if (c == '\t')
        g_string_append(out, "\\t");
    else if (c == '\n')
        g_string_append(out, "\\n");
    else if (c == (gunichar)-1 || c < 0x20 || c == 0x7f)
        g_string_append_printf(out, "\\x%02x", (unsigned char)at[0]);
    else if ((c >= 0x80 && c < 0xa0) || !g_unichar_isprint(c))
        g_string_append_printf(out, "\\u%04x", c);
    else {
        g_string_append_len(out, at, (gssize)size);
        return g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
    }
    return out->len - before;
}

char *ivc_text_escape(const char *text, size_t size, size_t max)
{
    GString *out = g_string_new(NULL);
    const char *end = text + size;
    size_t n = 0;
    for (const char *at = text; at < end; n++) {
        gunichar c;
        size_t bytes = decode(at, end, &c);
        if (n == max) {
            g_string_append(out, "...");
            break;
        }
        append_shown(out, at, bytes, c);
        at += bytes;
    }
    return g_string_free(out, FALSE);
}

IvcPlace ivc_source_place(const IvcSource *source, size_t offset)
{
    IvcPlace place = {.source = source, .line = 1, .column = 1, .width = 1};
    const char *end = source->text + source->size;
    const char *target = source->text + MIN(offset, source->size);
    for (const char *at = source->text; at < target;) {
        size_t bytes = break_size(at, end);
        gunichar c;
        if (bytes > 0) {
            place.line++;
            place.column = 1;
        } else {
            bytes = decode(at, end, &c);
            place.column++;
        }
        at += bytes;
    }
    return place;
}

/* Finds a line; false when the source has fewer. */
static bool find_line(const IvcSource *source, unsigned line, const char **ret_start,
                      const char **ret_end)
{
    const char *end = source->text + source->size;
    const char *at = source->text;
    for (unsigned n = 1; n < line;) {
        if (at >= end)
            return false;
        size_t bytes = break_size(at, end);
        n += bytes > 0;
        at += bytes > 0 ? bytes : 1;
    }
    *ret_start = at;
    while (at < end && break_size(at, end) == 0)
        at++;
    *ret_end = at;
    return true;
}

/* Adds the source line and the caret line. */
static void append_snippet(GString *out, IvcPlace place)
{
    const char *at = NULL;
    const char *end = NULL;
    if (!find_line(place.source, place.line, &at, &end) || at == end)
        return;
    unsigned first = place.column > SNIPPET_MAX - 24 ? place.column - SNIPPET_LEAD : 1;
    g_autoptr(GString) shown = g_string_new(first > 1 ? "..." : "");
    size_t lead = first > 1 ? 3 : 0; /* columns before the caret */
    size_t under = 0;                /* columns to underline */
    for (unsigned column = 1; at < end; column++) {
        gunichar c;
        size_t bytes = decode(at, end, &c);
        if (column >= first + SNIPPET_MAX) {
            g_string_append(shown, "...");
            break;
        }
        if (column >= first) {
            size_t width = append_shown(shown, at, bytes, c);
            if (column < place.column)
                lead += width;
            else if (column < place.column + MAX(place.width, 1))
                under += width;
        }
        at += bytes;
    }
    g_string_append_printf(out, "%5u | %s\n      | %*s^", place.line, shown->str, (int)lead, "");
    for (size_t i = 1; i < under; i++)
        g_string_append_c(out, '~');
    g_string_append_c(out, '\n');
}

char *ivc_diag_render(const IvcDiag *diag)
{
    static const char *const levels[] = {
        [IVC_DIAG_ERROR] = "error", [IVC_DIAG_WARNING] = "warning", [IVC_DIAG_NOTE] = "note"};
    GString *out = g_string_new(NULL);
    if (diag->place.source) {
        const char *name = diag->place.source->name;
        g_autofree char *shown = ivc_text_escape(name, strlen(name), 1000);
        g_string_append(out, shown);
        if (diag->place.line > 0)
            g_string_append_printf(out, ":%u:%u", diag->place.line, diag->place.column);
        g_string_append(out, ": ");
    }
    g_string_append_printf(out, "%s: %s", levels[diag->level], diag->text);
    if (diag->code)
        g_string_append_printf(out, " [%s]", diag->code);
    g_string_append_c(out, '\n');
    if (diag->place.source && diag->place.line > 0)
        append_snippet(out, diag->place);
    if (diag->hint)
        g_string_append_printf(out, "   hint: %s\n", diag->hint);
    return g_string_free(out, FALSE);
}
