/* The points of a sweep: the product of the axes less what the constraints exclude.
 *
 * Assignment texts are made once for each value of an axis and shared by all points.
 */
#include <string.h>

#include "sim/scenario/scenario_private.h"

typedef struct {
    GStringChunk *texts;
    GPtrArray *lists; /* const char **, one a point */
} Storage;

/* The number of combinations, or 0 with an error when there are too many. */
static size_t count_points(const IvcScenario *s, IvcDiags *diags)
{
    size_t n = 1;
    for (size_t a = 0; a < s->n_axes; a++) {
        n *= s->axes[a].n_values;
        if (n <= IVC_POINTS_MAX)
            continue;
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-limit", ivc_scenario_place(s, "sweep.axes"),
                      "sweep fewer values, or split the scenario",
                      "more than " G_STRINGIFY(IVC_POINTS_MAX) " points");
        return 0;
    }
    return n;
}

static const char *assignment(Storage *storage, const IvcAxis *axis, size_t value, size_t path)
{
    g_autofree char *text = g_strconcat(axis->paths[path], "=", axis->values[value][path], NULL);
    return g_string_chunk_insert_const(storage->texts, text);
}

static void add_point(Storage *storage, const IvcScenario *s, const size_t *picks)
{
    size_t n = 0;
    for (size_t a = 0; a < s->n_axes; a++)
        n += g_strv_length((char **)s->axes[a].paths);
    const char **list = g_new0(const char *, n + 1);
    size_t at = 0;
    for (size_t a = 0; a < s->n_axes; a++) {
        for (size_t k = 0; s->axes[a].paths[k]; k++)
            list[at++] = assignment(storage, &s->axes[a], picks[a], k);
    }
    g_ptr_array_add(storage->lists, list);
}

/* Advances the last axis first; false after the last combination. */
static bool advance(const IvcScenario *s, size_t *picks)
{
    for (size_t a = s->n_axes; a-- > 0;) {
        if (++picks[a] < s->axes[a].n_values)
            return true;
        picks[a] = 0;
    }
    return false;
}

/* 1: the point is in, 0: it is left out, -1: an error was added. */
static int admitted(const IvcScenario *s, const size_t *picks, IvcDiags *diags)
{
    for (guint i = 0; i < s->where->len; i++) {
        int holds = ivc_where_holds(s->where->pdata[i], s, picks, diags);
        if (holds != 1)
            return holds;
    }
    return 1;
}

bool ivc_scenario_points(const IvcScenario *s, IvcPoints *ret_points, IvcDiags *diags)
{
    size_t picks[IVC_AXES_MAX] = {0};
    if (count_points(s, diags) == 0)
        return false;
    Storage *storage = g_new0(Storage, 1);
    storage->texts = g_string_chunk_new(4096);
    storage->lists = g_ptr_array_new_with_free_func(g_free);
    IvcPoints points = {.storage = storage};
    int in;
    do {
        in = admitted(s, picks, diags);
        if (in == 1)
            add_point(storage, s, picks);
    } while (in >= 0 && advance(s, picks));
    if (in < 0) {
        ivc_points_clear(&points);
        return false;
    }
    if (storage->lists->len == 0)
        ivc_diags_add(diags, IVC_DIAG_WARNING, "config-unused",
                      ivc_scenario_place(s, "sweep.where"), NULL, "the constraints leave no point");
    points.n = storage->lists->len;
    points.sets = (const char ***)storage->lists->pdata;
    *ret_points = points;
    return true;
}

void ivc_points_clear(IvcPoints *points)
{
    Storage *storage = points->storage;
    if (storage) {
        g_string_chunk_free(storage->texts);
        g_ptr_array_unref(storage->lists);
        g_free(storage);
    }
    *points = (IvcPoints){0};
}
