/** @file
 *  Text and numbers in gnuplot scripts and data files, and where they come from.
 */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stddef.h>

/** One line without control characters, cut to `max` characters ("..." marks the cut).
 *  @return transfer full */
char *ivc_plot_clean(const char *text, size_t max);

/** The texts (const char *) cleaned and cut so that no two become alike: at the end where that will
 *  do, else in the middle or at the front; what is alike even then ends with its number, from #0.
 *  @return transfer full: char *, as many */
GPtrArray *ivc_plot_cut_apart(const GPtrArray *texts, size_t max);

/** A text in up to `lines` lines ('\\n') of at most `width` characters, or NULL when it needs more.
 *  @return transfer full */
char *ivc_plot_wrap(const char *text, size_t width, size_t lines);

/** Appends a gnuplot string: single quotes, in which nothing but the quote itself is special; that
 *  one becomes a typographic apostrophe. Lines are joined with a new line in double quotes. */
void ivc_plot_quote(GString *out, const char *text);

/** Appends a text as a gnuplot string of up to two lines of about `width` characters. */
void ivc_plot_quote_wrapped(GString *out, const char *text, size_t width);

/** Appends a number: whole numbers in full, others with 9 significant digits, NAN as "NaN". */
void ivc_plot_append_number(GString *out, double value);

/** The smallest round number (two digits) that is not below `value`; 1 for 0. */
double ivc_plot_nice_above(double value);

/** The value of a key in a section of a YAML text, of one with a source the value alone, or NULL.
 *  @param section  NULL: a key at the top @return transfer full */
char *ivc_plot_yaml_value(const char *yaml, const char *section, const char *key);

/** The number under a key of an object, or NAN. */
double ivc_plot_number(const json_t *object, const char *key);

/** The number under object[key][member], or NAN. */
double ivc_plot_member(const json_t *object, const char *key, const char *member);

/** A size as people write it: "64 B", "1.5 KiB", "4 MiB". @return transfer full */
char *ivc_plot_size_text(double bytes);
