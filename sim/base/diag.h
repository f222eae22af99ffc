/** @file
 *  Diagnostics: what is wrong with an input, where, and what to write instead. Collected in
 *  lists, so that all errors of a file come in one go; rendered with source line and caret.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * The text of an input, kept in memory so that snippets work for stdin and `--set` too. Counted:
 * trees and diagnostics each hold a reference, so a place is good as long as either lives.
 */
typedef struct {
    char *name;  /**< as the user named it: a path, "-" shown as "<stdin>", "--set argument 2" */
    char *text;  /**< bytes, NUL-terminated; may contain anything */
    size_t size; /**< bytes without the terminator */
    int refs;    /**< 0: not counted (a static one), never freed */
} IvcSource;

/** Copies `size` bytes. @return transfer full; release with ivc_source_unref() */
IvcSource *ivc_source_new(const char *name, const char *bytes, size_t size);
IvcSource *ivc_source_ref(IvcSource *source);
void ivc_source_unref(IvcSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcSource, ivc_source_unref)

/** A place in a source. Lines and columns are 1-based; columns count characters. line 0: none. */
typedef struct {
    const IvcSource *source; /**< borrowed; NULL when there is no place */
    unsigned line;
    unsigned column;
    unsigned width; /**< characters to underline, at least 1 */
} IvcPlace;

/** Computes the place of a byte of a source, as YAML counts lines. Width 1. */
IvcPlace ivc_source_place(const IvcSource *source, size_t offset);

typedef enum {
    IVC_DIAG_ERROR,
    IVC_DIAG_WARNING,
    IVC_DIAG_NOTE, /**< belongs to the diagnostic before it: the second place */
} IvcDiagLevel;

typedef struct {
    IvcDiagLevel level;
    const char *code; /**< stable, static: "config-unit" ...; NULL for notes */
    IvcPlace place;
    char *text; /**< lower case, no full stop, names in single quotes; owned */
    char *hint; /**< owned; may be NULL */
} IvcDiag;

/** The most errors that are kept; further ones are only counted. */
#define IVC_DIAG_MAX 20

typedef struct IvcDiags IvcDiags;

/** @return transfer full; free with ivc_diags_free() */
IvcDiags *ivc_diags_new(void);
void ivc_diags_free(IvcDiags *diags);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcDiags, ivc_diags_free)

/**
 * Adds a diagnostic; `hint` may be NULL. The text is formatted as by printf. Control characters in
 * text and hint are escaped. A note goes with the diagnostic that was added last, and is dropped
 * with it.
 */
void ivc_diags_add(IvcDiags *diags, IvcDiagLevel level, const char *code, IvcPlace place,
                   const char *hint, const char *format, ...) G_GNUC_PRINTF(6, 7);

/** Adds an error. */
#define ivc_diags_error(diags, code, place, hint, ...) \
    ivc_diags_add(diags, IVC_DIAG_ERROR, code, place, hint, __VA_ARGS__)

/** Returns the number of errors, including those beyond IVC_DIAG_MAX. */
size_t ivc_diags_errors(const IvcDiags *diags);

/** Returns how many diagnostics are kept, and the i-th of them, in order of place; notes follow
 *  the diagnostic that they belong to. */
size_t ivc_diags_count(const IvcDiags *diags);
const IvcDiag *ivc_diags_get(const IvcDiags *diags, size_t i);

/**
 * Renders all as text for people: `file:line:col: error: text [code]`, source line, caret, hint.
 * Control characters of the source are escaped. @return transfer full
 */
char *ivc_diags_render(const IvcDiags *diags);

/**
 * Renders one diagnostic as ivc_diags_render() does, several lines. @return transfer full
 */
char *ivc_diag_render(const IvcDiag *diag);

/**
 * Copies text for a message: control characters and bytes that are not UTF-8 become `\xNN`
 * (newline and tab `\n`, `\t`), and what is longer than `max` characters ends in "...".
 *
 * @return transfer full
 */
char *ivc_text_escape(const char *text, size_t size, size_t max);

/** One stable code and what it means, for `list errors` and the manual. */
typedef struct {
    const char *code;
    const char *sentence;
} IvcDiagCode;

/** Every code that sim/base, sim/config and sim/scenario use; ends with a NULL code. */
extern const IvcDiagCode ivc_diag_codes[];

/** Returns the candidate nearest to `word` when it is near enough to be a typing error, or NULL. */
const char *ivc_suggest(const char *word, const char *const *candidates);
