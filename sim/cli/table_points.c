/*
 * Many points as a table for people, one a line, in units that stay the same down a column.
 */
#include <string.h>

#include "sim/cli/table.h"

static char *number(const json_t *point, const char *key, double scale, int decimals)
{
    const json_t *value = json_object_get(point, key);
    return json_is_number(value)
               ? g_strdup_printf("%.*f", decimals, json_number_value(value) / scale)
               : g_strdup("-");
}

/* "12.34" or, with an interval, "12.34 +- 0.12". */
static char *interval(const json_t *point, const char *key, const char *half_key, double scale,
                      int decimals)
{
    const json_t *half = json_object_get(point, half_key);
    g_autofree char *middle = number(point, key, scale, decimals);
    return json_is_number(half)
               ? g_strdup_printf("%s +- %.2g", middle, json_number_value(half) / scale)
               : g_steal_pointer(&middle);
}

static char *text(const json_t *point, const char *key)
{
    const char *value = json_string_value(json_object_get(point, key));
    return g_strdup(value != NULL ? value : "-");
}

/* More guests than this do not fit in a line: the busiest stand for them. */
#define GUESTS_SHOWN 6
#define BUSIEST_SHOWN 3

static json_t *running_shares(const json_t *point)
{
    return json_object_get((json_t *)point, "cpu_running_share");
}

/* "vm-1 48.7 / vm-0 23.3": by share, those of equal shares in the order of the scenario. */
static char *busiest(json_t *shares)
{
    GString *out = g_string_new(NULL);
    double below = G_MAXDOUBLE;
    const char *last = NULL; /* the one shown before, of share `below` */
    for (size_t n = 0; n < BUSIEST_SHOWN; n++) {
        const char *guest = NULL;
        const char *best = NULL;
        json_t *share = NULL;
        double most = -1.0;
        bool passed = false;
        json_object_foreach(shares, guest, share)
        {
            double value = json_is_number(share) ? json_number_value(share) : -1.0;
            if ((value < below || (value == below && passed)) && value > most) {
                most = value;
                best = guest;
            }
            passed = passed || guest == last;
        }
        if (!best)
            break;
        g_string_append_printf(out, "%s%s %.1f", out->len > 0 ? " / " : "", best, 100.0 * most);
        below = most;
        last = best;
    }
    return g_string_free(out, false);
}

/* "93.1 / 40.2": the guests in the order of the scenario. */
static char *shares(const json_t *point)
{
    json_t *shares = running_shares(point);
    if (json_object_size(shares) > GUESTS_SHOWN)
        return busiest(shares);
    GString *out = g_string_new(NULL);
    const char *guest = NULL;
    json_t *share = NULL;
    json_object_foreach(shares, guest, share)
    {
        g_string_append(out, out->len > 0 ? " / " : "");
        if (json_is_number(share))
            g_string_append_printf(out, "%.1f", 100.0 * json_number_value(share));
        else
            g_string_append(out, "-");
    }
    if (out->len == 0)
        g_string_append_c(out, '-');
    return g_string_free(out, false);
}

static char *guests_header(const json_t *points)
{
    GString *out = g_string_new(">running %");
    const char *guest = NULL;
    json_t *ignored = NULL;
    const char *separator = " ";
    json_t *first = NULL; /* a point that failed has no guests */
    for (size_t i = 0; i < json_array_size(points) && !first; i++)
        first = running_shares(json_array_get(points, i));
    size_t n = json_object_size(first);
    if (n > GUESTS_SHOWN)
        g_string_append_printf(out, ", busiest of %zu guests", n);
    else
        json_object_foreach(first, guest, ignored)
        {
            g_string_append_printf(out, "%s%s", separator, guest);
            separator = "/";
        }
    return g_string_free(out, false);
}

/* The axes of a sweep that no column shows: keys with a dot. Names are borrowed. */
static GPtrArray *other_axes(const json_t *points)
{
    GPtrArray *axes = g_ptr_array_new();
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(json_array_get(points, 0), key, value)
    {
        if (strchr(key, '.') != NULL && json_is_string(value))
            g_ptr_array_add(axes, (void *)key);
    }
    return axes;
}

/* What a reader of a point must know; a point without results has its status alone. */
static char *notes(const json_t *point)
{
    const char *status = json_string_value(json_object_get(point, "status"));
    const char *found[5] = {NULL};
    size_t n = 0;
    if (status && strcmp(status, "ok") != 0)
        return g_strdup(status);
    if (json_is_true(json_object_get(point, "capped")))
        found[n++] = "capped";
    if (json_is_string(json_object_get(point, "stalled")))
        found[n++] = "stalled";
    if (json_is_true(json_object_get(point, "estimated")))
        found[n++] = "estimated";
    if (json_is_false(json_object_get(point, "precision_reached")))
        found[n++] = "imprecise";
    return g_strjoinv(", ", (char **)found);
}

static void add_row(GPtrArray *cells, const json_t *point, const GPtrArray *axes)
{
    const json_t *size = json_object_get(point, "message_bytes");
    g_ptr_array_add(cells, text(point, "channel"));
    for (guint i = 0; i < axes->len; i++)
        g_ptr_array_add(cells,
                        ivc_human_list(json_string_value(json_object_get(point, axes->pdata[i]))));
    g_ptr_array_add(cells, json_is_integer(size)
                               ? ivc_human_bytes((uint64_t)json_integer_value(size))
                               : g_strdup("-"));
    g_ptr_array_add(cells, interval(point, "bandwidth_bytes_per_s",
                                    "bandwidth_half_width_bytes_per_s", 1e6, 2));
    g_ptr_array_add(cells, number(point, "messages_per_s", 1.0, 0));
    g_ptr_array_add(cells, interval(point, "latency_p50_ps", "latency_p50_half_width_ps", 1e6, 3));
    g_ptr_array_add(cells, interval(point, "latency_p99_ps", "latency_p99_half_width_ps", 1e6, 3));
    g_ptr_array_add(cells, shares(point));
    g_ptr_array_add(cells, number(point, "cycles_per_byte", 1.0, 3));
    g_ptr_array_add(cells, notes(point));
}

char *ivc_table_points(const IvcTerminal *terminal, const json_t *points)
{
    g_autofree char *guests = guests_header(points);
    const char *const known[] = {">message", ">MB/s", ">messages/s",  ">p50 us",
                                 ">p99 us",  guests,  ">cycles/byte", "note"};
    g_autoptr(GPtrArray) axes = other_axes(points);
    g_autoptr(GPtrArray) headers = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(headers, g_strdup("channel"));
    for (guint i = 0; i < axes->len; i++) {
        g_autofree char *name = ivc_human_axis(axes, i);
        g_ptr_array_add(headers, g_strconcat(">", name, NULL));
    }
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        g_ptr_array_add(headers, g_strdup(known[i]));
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    size_t capped = 0;
    for (size_t i = 0; i < json_array_size(points); i++) {
        const json_t *point = json_array_get(points, i);
        add_row(cells, point, axes);
        capped += json_is_true(json_object_get(point, "capped")) ? 1 : 0;
    }
    g_autofree char *table =
        ivc_table_texts((const char *const *)headers->pdata, headers->len,
                        (const char *const *)cells->pdata, cells->len / headers->len);
    if (capped == 0)
        return g_steal_pointer(&table);
    return g_strdup_printf(
        "%s%snote:%s %" G_GSIZE_FORMAT
        " capped points stopped at workload.messages_max, before all messages were simulated\n",
        table, ivc_terminal_on(terminal, IVC_STYLE_WARNING), ivc_terminal_off(terminal), capped);
}
