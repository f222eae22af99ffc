/*
 * Aligned columns through libsmartcols, which counts the width of characters and not of bytes.
 */
#include <libsmartcols.h>
#include <stdlib.h>

#include "sim/cli/table.h"

/* libsmartcols fills the last column with blanks, which only make diffs noisy. */
static char *strip_blanks(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        g_strchomp(*line);
    g_autofree char *joined = g_strjoinv("\n", lines);
    return g_str_has_suffix(joined, "\n") ? g_steal_pointer(&joined)
                                          : g_strconcat(joined, "\n", NULL);
}

char *ivc_table_texts(const char *const *headers, size_t columns, const char *const *rows,
                      size_t n_rows)
{
    struct libscols_table *table = scols_new_table();
    g_assert(table != NULL);
    /* The width of the terminal must not decide about digits. */
    scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
    scols_table_set_column_separator(table, "  ");
    scols_table_enable_noencoding(table, 1);
    for (size_t i = 0; i < columns; i++) {
        bool right = headers[i][0] == '>';
        scols_table_new_column(table, headers[i] + (right ? 1 : 0), 0.0,
                               right ? SCOLS_FL_RIGHT : 0);
    }
    for (size_t row = 0; row < n_rows; row++) {
        struct libscols_line *line = scols_table_new_line(table, NULL);
        for (size_t i = 0; i < columns; i++) {
            const char *text = rows[row * columns + i];
            scols_line_set_data(line, i, text != NULL ? text : "");
        }
    }
    char *raw = NULL;
    scols_print_table_to_string(table, &raw);
    char *text = strip_blanks(raw != NULL ? raw : "");
    free(raw);
    scols_unref_table(table);
    return text;
}
