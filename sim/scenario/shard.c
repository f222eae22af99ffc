/*
 * Which points belong to which shard, and the note about it that a shard's store holds. Leaves out:
 * running a shard (sweep.c, which gets the points of the shard only) and merging (the CLI).
 */
#include "sim/scenario/shard.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static bool parse_number(const char *text, size_t length, unsigned *ret_n)
{
    g_autofree char *digits = g_strndup(text, length);
    guint64 value = 0;
    if (!g_ascii_string_to_unsigned(digits, 10, 1, IVC_SHARDS_MAX, &value, NULL)) {
        return false;
    }
    *ret_n = (unsigned)value;
    return true;
}

bool ivc_shard_parse(const char *text, IvcShard *ret_shard)
{
    const char *slash = strchr(text, '/');
    IvcShard shard = {0};
    if (slash == NULL || !parse_number(text, (size_t)(slash - text), &shard.number) ||
        !parse_number(slash + 1, strlen(slash + 1), &shard.of) || shard.number > shard.of) {
        return false;
    }
    *ret_shard = shard;
    return true;
}

unsigned *ivc_shard_divide(const IvcSweepPoint *points, size_t n, unsigned shards)
{
    unsigned *of = g_new0(unsigned, MAX(n, 1));
    g_autofree uint64_t *load = g_new0(uint64_t, shards);
    g_autoptr(GPtrArray) order = g_ptr_array_sized_new((guint)n);
    g_autoptr(GHashTable) first = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; i < n; i++) {
        if (!g_hash_table_contains(first, points[i].key)) {
            g_hash_table_insert(first, points[i].key, (gpointer)&points[i]);
            g_ptr_array_add(order, (gpointer)&points[i]);
        }
    }
    ivc_sweep_longest_first(order);
    unsigned used = (unsigned)MIN(shards, n); /* with fewer points, the last ones stay empty */
    for (guint k = 0; k < order->len; k++) {
        const IvcSweepPoint *point = g_ptr_array_index(order, k);
        unsigned least = 0;
        for (unsigned s = 1; s < used; s++) {
            least = load[s] < load[least] ? s : least;
        }
        load[least] += point->cost;
        of[point - points] = least + 1;
    }
    for (size_t i = 0; i < n; i++) {
        const IvcSweepPoint *same = g_hash_table_lookup(first, points[i].key);
        of[i] = of[same - points];
    }
    return of;
}

IvcSweepPoint *ivc_shard_points(const IvcSweepPoint *points, size_t n, const unsigned *shards,
                                unsigned shard, size_t *ret_n)
{
    IvcSweepPoint *own = g_new0(IvcSweepPoint, MAX(n, 1));
    *ret_n = 0;
    for (size_t i = 0; i < n; i++) {
        if (shards == NULL || shards[i] == shard) {
            own[(*ret_n)++] = points[i];
        }
    }
    return own;
}

void ivc_shard_note_clear(IvcShardNote *note)
{
    g_clear_pointer(&note->program, g_free);
    g_clear_pointer(&note->shards, g_free);
    note->n = 0;
}

char *ivc_shard_note_json(const IvcShardNote *note)
{
    json_t *shards = json_array();
    for (size_t i = 0; i < note->n; i++) {
        json_array_append_new(shards, json_integer(note->shards[i]));
    }
    json_t *object = json_pack("{s:i, s:i, s:s, s:o}", "shard", (int)note->shard.number, "of",
                               (int)note->shard.of, "program", note->program, "shards", shards);
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    char *owned = g_strdup(text != NULL ? text : "");
    free(text);
    return owned;
}

static bool read_shards(const json_t *list, unsigned of, IvcShardNote *note)
{
    note->n = json_array_size(list);
    note->shards = g_new0(unsigned, MAX(note->n, 1));
    for (size_t i = 0; i < note->n; i++) {
        json_int_t shard = json_integer_value(json_array_get(list, i));
        if (shard < 1 || shard > (json_int_t)of) {
            return false;
        }
        note->shards[i] = (unsigned)shard;
    }
    return true;
}

bool ivc_shard_note_parse(const char *text, IvcShardNote *ret_note)
{
    g_auto(IvcShardNote) note = {.n = 0};
    int number = 0;
    int of = 0;
    const char *program = NULL;
    json_t *shards = NULL;
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    bool ok = object != NULL &&
              json_unpack(object, "{s:i, s:i, s:s, s:o}", "shard", &number, "of", &of, "program",
                          &program, "shards", &shards) == 0 &&
              number >= 1 && number <= of && of <= IVC_SHARDS_MAX && json_is_array(shards) &&
              read_shards(shards, (unsigned)of, &note);
    if (ok) {
        note.shard = (IvcShard){(unsigned)number, (unsigned)of};
        note.program = g_strdup(program);
        *ret_note = note;
        memset(&note, 0, sizeof note);
    }
    json_decref(object);
    return ok;
}
