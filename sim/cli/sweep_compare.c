/*
 * Points against a baseline, in pairs of repeats. Two channels of one scenario draw the same sizes
 * and times in the repeat of the same number, so what chance does to one it does to the other.
 */
#include "sim/cli/sweep_output.h"

#include <math.h>
#include <string.h>

#include "sim/cli/plot_text.h"
#include "sim/cli/table.h"
#include "sim/stats/interval.h"

static const char *text_of(const json_t *point, const char *key)
{
    const char *text = json_string_value(json_object_get(point, key));
    return text != NULL ? text : "-";
}

/* Everything but the channel that tells a point from others: "1024 20000". */
static char *place_of(json_t *point)
{
    GString *place = g_string_new(NULL);
    g_string_append_printf(place, "%" JSON_INTEGER_FORMAT,
                           json_integer_value(json_object_get(point, "message_bytes")));
    const char *key;
    json_t *value;
    json_object_foreach(point, key, value)
    {
        if (strchr(key, '.') != NULL && json_is_string(value)) {
            g_string_append_printf(place, " %s", json_string_value(value));
        }
    }
    return g_string_free(place, FALSE);
}

/* The same for people: "1 KiB, 20000". */
static char *place_text(json_t *point)
{
    g_autofree char *place = place_of(point);
    g_auto(GStrv) parts = g_strsplit(place, " ", -1);
    g_autofree char *bytes = ivc_human_bytes(g_ascii_strtoull(parts[0], NULL, 10));
    g_autofree char *rest = g_strjoinv(", ", parts + 1);
    return rest[0] != '\0' ? g_strconcat(bytes, ", ", rest, NULL) : g_steal_pointer(&bytes);
}

/* The quotient of one figure over the repeats that both have; n below 2: nothing. */
static IvcInterval compare(const json_t *point, const json_t *baseline, const char *key,
                           double confidence)
{
    const json_t *own = json_object_get(point, "samples");
    const json_t *others = json_object_get(baseline, "samples");
    size_t n = MIN(json_array_size(own), json_array_size(others)), used = 0;
    g_autofree double *quotients = g_new0(double, n + 1);
    for (size_t i = 0; i < n; i++) {
        const json_t *above = json_object_get(json_array_get(own, i), key);
        const json_t *below = json_object_get(json_array_get(others, i), key);
        if (json_is_number(above) && json_is_number(below) && json_number_value(below) > 0) {
            quotients[used++] = json_number_value(above) / json_number_value(below);
        }
    }
    return ivc_interval_mean(quotients, used, confidence);
}

static char *quotient_text(IvcInterval interval)
{
    return isfinite(interval.half) ? g_strdup_printf("%.4f +- %.4f", interval.value, interval.half)
                                   : g_strdup("-");
}

static bool is_of(const json_t *point, const char *channel)
{
    return strcmp(text_of(point, "channel"), channel) == 0;
}

/* The points of the baseline by their places. @return transfer full */
static GHashTable *index_baseline(const json_t *points, const char *channel)
{
    GHashTable *index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    size_t i;
    json_t *point;
    json_array_foreach(points, i, point)
    {
        if (is_of(point, channel)) {
            g_hash_table_insert(index, place_of(point), point);
        }
    }
    return index;
}

static void add_rows(GPtrArray *cells, const json_t *points, const char *baseline)
{
    g_autoptr(GHashTable) index = index_baseline(points, baseline);
    size_t i;
    json_t *point;
    json_array_foreach(points, i, point)
    {
        if (is_of(point, baseline) || json_object_get(point, "samples") == NULL) {
            continue;
        }
        g_autofree char *place = place_of(point);
        const json_t *other = g_hash_table_lookup(index, place);
        if (other == NULL) {
            continue;
        }
        double confidence = json_number_value(json_object_get(point, "confidence"));
        IvcInterval bandwidth = compare(point, other, "bandwidth_bytes_per_s", confidence);
        IvcInterval latency = compare(point, other, "latency_mean_ps", confidence);
        g_ptr_array_add(cells, g_strdup(text_of(point, "channel")));
        g_ptr_array_add(cells, place_text(point));
        g_ptr_array_add(cells, quotient_text(bandwidth));
        g_ptr_array_add(cells, quotient_text(latency));
    }
}

char *ivc_sweep_comparison(const json_t *points, const json_t *manifest)
{
    static const char *const headers[] = {"channel", "point", ">bandwidth", ">mean latency"};
    const char *resolved = json_string_value(json_object_get(manifest, "resolved"));
    g_autofree char *baseline =
        resolved != NULL ? ivc_plot_yaml_value(resolved, "report", "baseline") : NULL;
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    if (baseline != NULL) {
        add_rows(cells, points, baseline);
    }
    if (cells->len == 0) {
        return g_strdup("");
    }
    g_autofree char *table =
        ivc_table_texts(headers, G_N_ELEMENTS(headers), (const char *const *)cells->pdata,
                        cells->len / G_N_ELEMENTS(headers));
    return g_strdup_printf("\nas multiples of %s, repeat by repeat\n\n%s", baseline, table);
}
