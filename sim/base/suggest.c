/* Did-you-mean: the nearest of some names by edit distance.
 *
 * Insertions, deletions, substitutions and swaps of neighbours cost 1 each. A candidate is near
 * when at most a third of the longer word has to change, and at least one character stays. Bytes,
 * not characters: keys are ASCII.
 */
#include <string.h>

#include "sim/base/diag.h"

#define WORD_MAX 64

static size_t min3(size_t a, size_t b, size_t c)
{
    return MIN(a, MIN(b, c));
}

/* Both words are at most WORD_MAX bytes. Three rows of the usual table are enough. */
static size_t distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
    size_t rows[3][WORD_MAX + 1];
    size_t *before = rows[0];
    size_t *above = rows[1];
    size_t *row = rows[2];
    for (size_t j = 0; j <= n_b; j++)
        above[j] = j;
    for (size_t i = 1; i <= n_a; i++) {
        row[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            row[j] =
                min3(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = MIN(row[j], before[j - 2] + 1);
        }
        size_t *spare = before;
        before = above;
        above = row;
        row = spare;
    }
    return above[n_b];
}

const char *ivc_suggest(const char *word, const char *const *candidates)
{
    const char *best = NULL;
    size_t best_distance = 0;
    size_t n_word = strlen(word);
    if (n_word == 0 || n_word > WORD_MAX || !candidates)
        return NULL;
    for (size_t i = 0; candidates[i]; i++) {
        size_t n = strlen(candidates[i]);
        if (n > WORD_MAX)
            continue;
        size_t d = distance(word, n_word, candidates[i], n);
        size_t longer = MAX(n, n_word);
        /* 'rnak' for 'rank' and 'q' for 'qd' should pass, 'ab' for 'xy' should not */
        bool near = d <= MAX(longer / 3, 1) && d < longer;
        if (near && (!best || d < best_distance)) {
            best = candidates[i];
            best_distance = d;
        }
    }
    return best;
}
