/*
 * One point as a block for people: the answer first, then who paid, then for what.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/cli/table.h"

/* Without --verbose, the stages that matter are enough. */
#define STAGES_SHOWN 12

/* With more guests than these, alike neighbours share a row, and stages are those of all guests. */
#define GUESTS_ONE_BY_ONE 16
#define GUEST_ROWS_SHOWN 24

static void add(GPtrArray *cells, char *text)
{
    g_ptr_array_add(cells, text);
}

static uint64_t integer(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) ? (uint64_t)json_integer_value(value) : 0;
}

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value != NULL ? value : "-";
}

static char *percent(const json_t *value)
{
    return json_is_number(value) ? g_strdup_printf("%.1f %%", 100.0 * json_number_value(value))
                                 : g_strdup("-");
}

static char *time_text(const json_t *value)
{
    return json_is_integer(value) ? ivc_human_time((uint64_t)json_integer_value(value))
                                  : g_strdup("-");
}

/* Whether it is of a program of its own, with messages of many sizes and no latencies. */
static bool is_program(const json_t *point)
{
    return json_is_null(json_object_get(point, "message_bytes"));
}

static void append_head(GString *out, const IvcTerminal *terminal, const json_t *point)
{
    g_autofree char *message = ivc_human_bytes(integer(point, "message_bytes"));
    g_string_append_printf(out, "%s%s%s: channel %s (%s), %s",
                           ivc_terminal_on(terminal, IVC_STYLE_BOLD), text(point, "scenario"),
                           ivc_terminal_off(terminal), text(point, "channel"),
                           text(point, "mechanism"), text(point, "workload"));
    if (!is_program(point))
        g_string_append_printf(out, " of %s messages", message);
    g_string_append(out, "\n");
    g_string_append_printf(out, "%s, %s, %" G_GUINT64_FORMAT " ranks\n\n", text(point, "profile"),
                           text(point, "mode"), integer(point, "ranks"));
}

/* " +- 1.2 %" where the point has an interval, else nothing. */
static char *plus_minus(const json_t *point, const char *key, double middle)
{
    const json_t *half = json_object_get(point, key);
    if (!json_is_number(half) || middle <= 0)
        return g_strdup("");
    return g_strdup_printf(" +- %.2g %%", 100 * json_number_value(half) / middle);
}

/* What the intervals mean, under the rates. */
static void append_sampling(GString *out, const IvcTerminal *terminal, const json_t *point)
{
    double confidence = 100 * json_number_value(json_object_get(point, "confidence"));
    const json_t *reached = json_object_get(point, "precision_reached");
    if (json_is_true(json_object_get(point, "estimated")))
        g_string_append_printf(out,
                               "%sestimated%s  %.4g %% intervals, from %" G_GUINT64_FORMAT
                               " batches; %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                               " messages were simulated\n",
                               ivc_terminal_on(terminal, IVC_STYLE_WARNING),
                               ivc_terminal_off(terminal), confidence, integer(point, "batches"),
                               integer(point, "messages"), integer(point, "messages_asked"));
    else if (json_object_get(point, "repeats") != NULL)
        g_string_append_printf(out,
                               "repeats    %" G_GUINT64_FORMAT
                               " with streams of their own, summed up; %.4g %% intervals%s\n",
                               integer(point, "repeats"), confidence,
                               json_is_false(reached) ? ", wider than asked for" : "");
}

/* Round trips, for a workload that counts them. */
static void append_transactions(GString *out, const json_t *point)
{
    const json_t *counts = json_object_get(point, "counts");
    if (!json_is_number(json_object_get(counts, "transactions")))
        return;
    double seconds = 1e-12 * (double)integer(point, "elapsed_ps");
    g_autofree char *rate = ivc_human_count((double)integer(counts, "transactions") / seconds);
    g_string_append_printf(out, "transactions  %s/s\n", rate);
}

/* "1.3 ms, of that dom0 0.9 ms" */
static char *setup_text(const json_t *point)
{
    g_autofree char *all = ivc_human_time(integer(point, "setup_ps"));
    uint64_t server_ps = integer(point, "setup_server_ps");
    g_autofree char *server = ivc_human_time(server_ps);
    return server_ps ? g_strdup_printf("%s, of that dom0 %s", all, server) : g_strdup(all);
}

static void append_rates(GString *out, const IvcTerminal *terminal, const json_t *point)
{
    const json_t *bandwidth = json_object_get(point, "bandwidth_bytes_per_s");
    const char *on = ivc_terminal_on(terminal, IVC_STYLE_BOLD);
    const char *off = ivc_terminal_off(terminal);
    if (json_is_number(bandwidth)) {
        double rate = json_number_value(bandwidth);
        g_autofree char *half = plus_minus(point, "bandwidth_half_width_bytes_per_s", rate);
        g_string_append_printf(out, "bandwidth  %s%.2f MB/s%s (%.2f MiB/s)%s\n", on, rate / 1e6,
                               off, rate / 1048576.0, half);
        g_autofree char *messages =
            ivc_human_count(json_number_value(json_object_get(point, "messages_per_s")));
        g_string_append_printf(out, "messages   %s/s\n", messages);
        append_transactions(out, point);
    } else {
        g_string_append(out, "bandwidth  - (no simulated time passed)\n");
    }
    g_autofree char *bytes = ivc_human_bytes(integer(point, "bytes"));
    g_autofree char *elapsed = ivc_human_time(integer(point, "elapsed_ps"));
    g_autofree char *setup = setup_text(point);
    g_string_append_printf(
        out, "delivered  %" G_GUINT64_FORMAT " messages, %s in %s of simulated time (set-up: %s)\n",
        integer(point, "messages"), bytes, elapsed, setup);
    static const char *const names[] = {"min", "mean", "p50", "p99", "max"};
    g_string_append(out, "latency  ");
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *key = g_strdup_printf("latency_%s_ps", names[i]);
        g_autofree char *value = time_text(json_object_get(point, key));
        g_autofree char *width = g_strdup_printf("latency_%s_half_width_ps", names[i]);
        g_autofree char *half = plus_minus(point, width, (double)integer(point, key));
        g_string_append_printf(out, "%s%s %s%s", i == 0 ? "  " : ", ", names[i], value, half);
    }
    g_string_append(out, "\n");
}

static void append_table(GString *out, const char *const *headers, size_t columns,
                         const GPtrArray *cells)
{
    g_autofree char *table =
        ivc_table_texts(headers, columns, (const char *const *)cells->pdata, cells->len / columns);
    g_string_append_c(out, '\n');
    g_string_append(out, table);
}

static bool has_many_guests(const json_t *point)
{
    return json_object_size(json_object_get(point, "cpu_running_share")) > GUESTS_ONE_BY_ONE;
}

static bool same_cells(const GPtrArray *cells, guint a, guint b, guint n)
{
    for (guint i = 0; i < n; i++)
        if (strcmp(cells->pdata[a + i], cells->pdata[b + i]) != 0)
            return false;
    return true;
}

/* Neighbours whose rows read alike become one: "vm-3 to vm-9". */
static GPtrArray *fold_rows(const GPtrArray *cells, guint columns)
{
    GPtrArray *folded = g_ptr_array_new_with_free_func(g_free);
    for (guint row = 0; row < cells->len;) {
        guint next = row + columns;
        while (next < cells->len && same_cells(cells, row + 1, next + 1, columns - 1))
            next += columns;
        const char *first = cells->pdata[row], *last = cells->pdata[next - columns];
        add(folded, first == last ? g_strdup(first) : g_strdup_printf("%s to %s", first, last));
        for (guint i = 1; i < columns; i++)
            add(folded, g_strdup(cells->pdata[row + i]));
        row = next;
    }
    return folded;
}

static void append_guests(GString *out, json_t *point, bool all)
{
    static const char *const headers[] = {"CPU of guest", ">running", ">(polling)",
                                          ">waiting",     ">blocked", ">idle"};
    static const char *const keys[] = {"cpu_running_share", "cpu_spinning_share",
                                       "cpu_waiting_share", "cpu_blocked_share", "cpu_idle_share"};
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    const char *guest = NULL;
    json_t *ignored = NULL;
    json_object_foreach(json_object_get(point, keys[0]), guest, ignored)
    {
        add(cells, g_strdup(guest));
        for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
            add(cells, percent(json_object_get(json_object_get(point, keys[i]), guest)));
    }
    if (all || !has_many_guests(point)) {
        append_table(out, headers, G_N_ELEMENTS(headers), cells);
    } else {
        g_autoptr(GPtrArray) folded = fold_rows(cells, G_N_ELEMENTS(headers));
        guint rows = folded->len / G_N_ELEMENTS(headers);
        guint shown = MIN(rows, GUEST_ROWS_SHOWN);
        g_ptr_array_set_size(folded, (gint)(shown * G_N_ELEMENTS(headers)));
        append_table(out, headers, G_N_ELEMENTS(headers), folded);
        if (shown < rows)
            g_string_append_printf(out, "(%u further rows left out; --verbose shows all guests)\n",
                                   rows - shown);
    }
    const json_t *jain = json_object_get(point, "cpu_jain_index");
    if (json_is_number(jain))
        g_string_append_printf(out, "balance (Jain's index)  %.3f\n", json_number_value(jain));
}

/* A line a core, or a rank: its number, its guest, and times by the names of `keys`. */
static void append_times(GString *out, const char *const *headers, const char *const *keys,
                         size_t n_keys, const json_t *point)
{
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    const json_t *cores = json_object_get(point, "cores");
    for (size_t i = 0; i < json_array_size(cores); i++) {
        const json_t *core = json_array_get(cores, i);
        add(cells, g_strdup_printf("%" G_GUINT64_FORMAT, integer(core, "core")));
        add(cells, g_strdup(text(core, "guest")));
        for (size_t k = 0; k < n_keys; k++)
            add(cells, time_text(json_object_get(core, keys[k])));
    }
    append_table(out, headers, n_keys + 2, cells);
}

static void append_cores(GString *out, const json_t *point)
{
    bool shared = json_object_get(point, "scheduling") != NULL;
    const char *const headers[] = {
        shared ? "vCPU" : "core", "guest", ">running", ">waiting", ">blocked", ">idle"};
    static const char *const keys[] = {"running_ps", "waiting_ps", "blocked_ps", "idle_ps"};
    append_times(out, headers, keys, G_N_ELEMENTS(keys), point);
}

/* Only where guests share cores. */
static void append_scheduling(GString *out, const json_t *point)
{
    static const char *const headers[] = {"scheduling",    ">domain switches", ">wakes",
                                          ">pre-emptions", ">yields",          ">migrations"};
    static const char *const keys[] = {"domain_switches", "wakes", "preemptions", "yields",
                                       "migrations"};
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    const json_t *guests = json_object_get(point, "scheduling");
    size_t n = MIN(json_array_size(guests), GUESTS_ONE_BY_ONE);
    for (size_t i = 0; i < n; i++) {
        const json_t *guest = json_array_get(guests, i);
        add(cells, g_strdup(text(guest, "guest")));
        for (size_t k = 0; k < G_N_ELEMENTS(keys); k++)
            add(cells, g_strdup_printf("%" G_GUINT64_FORMAT, integer(guest, keys[k])));
    }
    if (n > 0)
        append_table(out, headers, G_N_ELEMENTS(headers), cells);
}

static void append_processors(GString *out, const json_t *point)
{
    static const char *const headers[] = {"physical core", ">running", ">switching", ">idle"};
    static const char *const keys[] = {"running_ps", "switching_ps", "idle_ps"};
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    const json_t *cpus = json_object_get(point, "processors");
    for (size_t i = 0; i < json_array_size(cpus); i++) {
        const json_t *cpu = json_array_get(cpus, i);
        add(cells, g_strdup_printf("%" G_GUINT64_FORMAT, integer(cpu, "core")));
        for (size_t k = 0; k < G_N_ELEMENTS(keys); k++)
            add(cells, time_text(json_object_get(cpu, keys[k])));
    }
    if (cells->len > 0)
        append_table(out, headers, G_N_ELEMENTS(headers), cells);
}

static int compare_stages(const void *a, const void *b)
{
    uint64_t left = integer(*(json_t *const *)a, "cycles");
    uint64_t right = integer(*(json_t *const *)b, "cycles");
    return left == right ? 0 : left > right ? -1 : 1;
}

/* The stages with time in them, those of all guests together when `merge`. */
static GPtrArray *stages_of(const json_t *point, bool all, bool merge)
{
    const json_t *list = json_object_get(point, "stages");
    GPtrArray *stages = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
    g_autoptr(GHashTable) merged = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *stage = json_array_get(list, i);
        if (!all && integer(stage, "cycles") == 0)
            continue;
        g_autofree char *name =
            g_strdup_printf("%s %s", text(stage, "component"), text(stage, "stage"));
        json_t *sum = merge ? g_hash_table_lookup(merged, name) : NULL;
        if (sum == NULL) {
            sum = merge ? json_copy(stage) : json_incref(stage);
            g_ptr_array_add(stages, sum);
            if (merge) {
                json_object_set_new(sum, "guest", json_string("all"));
                g_hash_table_insert(merged, g_steal_pointer(&name), sum);
            }
            continue;
        }
        const json_t *more = json_object_get(stage, "cycles_per_byte");
        const json_t *have = json_object_get(sum, "cycles_per_byte");
        json_object_set_new(
            sum, "cycles",
            json_integer((json_int_t)(integer(sum, "cycles") + integer(stage, "cycles"))));
        if (json_is_number(more) && json_is_number(have))
            json_object_set_new(sum, "cycles_per_byte",
                                json_real(json_number_value(have) + json_number_value(more)));
    }
    return stages;
}

static void append_stages(GString *out, const json_t *point, bool all)
{
    g_autoptr(GPtrArray) stages = stages_of(point, all, !all && has_many_guests(point));
    double total = 0.0;
    for (guint i = 0; i < stages->len; i++)
        total += (double)integer(stages->pdata[i], "cycles");
    g_ptr_array_sort(stages, compare_stages); /* a stable merge sort: ties keep their order */
    guint shown = all ? stages->len : MIN(stages->len, STAGES_SHOWN);
    static const char *const headers[] = {"stage",        "guest",  "component",
                                          ">cycles/byte", ">share", "what for"};
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < shown; i++) {
        const json_t *stage = stages->pdata[i];
        const json_t *cost = json_object_get(stage, "cycles_per_byte");
        add(cells, g_strdup(text(stage, "stage")));
        add(cells, g_strdup(text(stage, "guest")));
        add(cells, g_strdup(text(stage, "component")));
        add(cells, json_is_number(cost) ? g_strdup_printf("%.4f", json_number_value(cost))
                                        : g_strdup("-"));
        add(cells, total > 0.0 ? g_strdup_printf("%.1f %%",
                                                 100.0 * (double)integer(stage, "cycles") / total)
                               : g_strdup("-"));
        add(cells, g_strdup(text(stage, "sentence")));
    }
    if (shown > 0)
        append_table(out, headers, G_N_ELEMENTS(headers), cells);
    const json_t *cost = json_object_get(point, "cycles_per_byte");
    if (json_is_number(cost))
        g_string_append_printf(out, "all stages  %.4f cycles/byte\n", json_number_value(cost));
    if (shown < stages->len)
        g_string_append_printf(out, "(%u smaller stages left out; --verbose shows them)\n",
                               stages->len - shown);
}

/* A program: its time, and what each rank did with it. */
static void append_program(GString *out, const IvcTerminal *terminal, const json_t *point)
{
    static const char *const headers[] = {">rank", "guest", ">computes", ">in MPI",
                                          ">after its end"};
    static const char *const parts[] = {"running_ps", "blocked_ps", "idle_ps"};
    g_autofree char *elapsed = ivc_human_time(integer(point, "elapsed_ps"));
    g_autofree char *bytes = ivc_human_bytes(integer(point, "bytes"));
    g_string_append_printf(out,
                           "predicted time  %s%s%s\nmessages        %" G_GUINT64_FORMAT ", %s\n",
                           ivc_terminal_on(terminal, IVC_STYLE_BOLD), elapsed,
                           ivc_terminal_off(terminal), integer(point, "messages"), bytes);
    append_times(out, headers, parts, G_N_ELEMENTS(parts), point);
}

static void add_count(GPtrArray *cells, char *name, const json_t *value, double messages,
                      const json_t *per_mb)
{
    add(cells, name);
    add(cells, g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value)));
    add(cells, messages > 0.0 ? g_strdup_printf("%.3f", json_number_value(value) / messages)
                              : g_strdup("-"));
    add(cells, json_is_number(per_mb) ? g_strdup_printf("%.2f", json_number_value(per_mb))
                                      : g_strdup("-"));
}

static void append_counts(GString *out, json_t *point, bool all)
{
    static const char *const headers[] = {"count", ">value", ">per message", ">per MB"};
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    double messages = (double)integer(point, "messages");
    json_t *counts = json_object_get(point, "counts");
    const json_t *of_guests = json_object_get(point, "guest_counts");
    const json_t *per_mb = json_object_get(point, "counts_per_mb");
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(counts, name, value)
    {
        if (all || json_integer_value(value) != 0)
            add_count(cells, g_strdup(name), value, messages, json_object_get(per_mb, name));
    }
    for (size_t i = 0; i < json_array_size(of_guests); i++) {
        const json_t *one = json_array_get(of_guests, i);
        value = json_object_get(one, "value");
        if (all || json_integer_value(value) != 0)
            add_count(cells, g_strdup_printf("%s of %s", text(one, "name"), text(one, "guest")),
                      value, messages, json_object_get(one, "per_mb"));
    }
    if (cells->len > 0)
        append_table(out, headers, G_N_ELEMENTS(headers), cells);
}

static void append_stall(GString *out, const IvcTerminal *terminal, const json_t *point)
{
    const char *place = json_string_value(json_object_get(point, "stalled"));
    if (place)
        g_string_append_printf(out,
                               "\n%snote:%s stalled after %" G_GUINT64_FORMAT
                               " messages: a datagram was lost %s, and nobody sends it again; what "
                               "was measured until then counts\n",
                               ivc_terminal_on(terminal, IVC_STYLE_WARNING),
                               ivc_terminal_off(terminal), integer(point, "messages"), place);
}

char *ivc_table_point(const IvcTerminal *terminal, const json_t *point, bool all)
{
    GString *out = g_string_new(NULL);
    json_t *borrowed = (json_t *)point; /* jansson iterates over non-const objects only */
    append_head(out, terminal, point);
    if (is_program(point))
        append_program(out, terminal, point);
    else
        append_rates(out, terminal, point);
    append_sampling(out, terminal, point);
    append_guests(out, borrowed, all);
    if (all)
        append_cores(out, point);
    append_scheduling(out, point);
    if (all)
        append_processors(out, point);
    append_stages(out, point, all);
    if (all || !is_program(point))
        append_counts(out, borrowed, all);
    if (json_is_true(json_object_get(point, "capped")))
        g_string_append_printf(out,
                               "\n%snote:%s stopped at workload.messages_max: %" G_GUINT64_FORMAT
                               " of %" G_GUINT64_FORMAT " messages were simulated\n",
                               ivc_terminal_on(terminal, IVC_STYLE_WARNING),
                               ivc_terminal_off(terminal), integer(point, "messages"),
                               integer(point, "messages_asked"));
    append_stall(out, terminal, point);
    return g_string_free(out, false);
}

/* What was skipped of the one point of a run; empty when nothing was. */
static char *recurrence_line(const json_t *manifest)
{
    const json_t *list = json_object_get(manifest, "recurrence");
    const json_t *point = json_array_get(list, 0);
    uint64_t period = integer(point, "period_messages"),
             skipped = integer(point, "skipped_messages");
    if (json_array_size(list) != 1 || skipped == 0)
        return g_strdup("");
    return g_strdup_printf(
        "the run repeats itself every %" G_GUINT64_FORMAT " messages%s: %" G_GUINT64_FORMAT
        " were counted without being simulated (--no-skip simulates all)\n",
        period, integer(point, "skips") > 1 ? " (in its longest part)" : "", skipped);
}

char *ivc_table_manifest(const IvcTerminal *terminal, const json_t *manifest)
{
    g_autofree char *hash = g_strndup(text(manifest, "scenario_hash"), 12);
    const json_t *value = json_object_get(manifest, "seed"); /* a large one is a string */
    g_autofree char *seed = json_is_string(value)
                                ? g_strdup(json_string_value(value))
                                : g_strdup_printf("%" G_GUINT64_FORMAT, integer(manifest, "seed"));
    g_autofree char *recurrence = recurrence_line(manifest);
    return g_strdup_printf(
        "%s%sivcsim %s, scenario %s, seed %s; of %" G_GUINT64_FORMAT
        " parameters %" G_GUINT64_FORMAT " are assumed, %" G_GUINT64_FORMAT " calibrated%s\n",
        ivc_terminal_on(terminal, IVC_STYLE_FAINT), recurrence, text(manifest, "version"), hash,
        seed, integer(manifest, "parameters"), integer(manifest, "parameters_assumed"),
        integer(manifest, "parameters_calibrated"), ivc_terminal_off(terminal));
}
