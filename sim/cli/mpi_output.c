/*
 * What `ivcsim mpi` found out: first the time, then what each rank did with it, then the messages,
 * then what it cost the guests.
 */
#include "sim/cli/mpi_output.h"

#include <stdlib.h>

#include "sim/cli/table.h"

#define RANKS_SHOWN 16
#define PAIRS_SHOWN 16

static void add(GPtrArray *cells, char *text)
{
    g_ptr_array_add(cells, text);
}

static char *number(uint64_t value)
{
    return g_strdup_printf("%" G_GUINT64_FORMAT, value);
}

static char *share(uint64_t part_ps, uint64_t whole_ps)
{
    return whole_ps != 0 ? g_strdup_printf("%.1f %%", 100.0 * (double)part_ps / (double)whole_ps)
                         : g_strdup("-");
}

static void append_table(GString *out, const char *const *headers, size_t columns,
                         const GPtrArray *cells)
{
    g_autofree char *table =
        ivc_table_texts(headers, columns, (const char *const *)cells->pdata, cells->len / columns);
    g_string_append(out, table);
}

static void append_ranks(GString *out, const IvcMpiRan *ran, size_t shown)
{
    static const char *const headers[] = {"rank",          "guest",     ">ended",
                                          ">communicates", ">computes", ">sleeps"};
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    const IvcMpiReport *report = ran->report;
    shown = MIN(shown, report->n_ranks);
    for (size_t r = 0; r < shown; r++) {
        const IvcMpiRank *rank = &report->ranks[r];
        add(cells, number(r));
        add(cells, ivc_mpi_rank_guest(ran, r));
        add(cells, ivc_human_time(rank->end_ps));
        for (int k = 0; k < IVC_MPI_DOINGS; k++)
            add(cells, ivc_human_time(rank->doing_ps[k]));
    }
    append_table(out, headers, G_N_ELEMENTS(headers), cells);
    if (shown < report->n_ranks)
        g_string_append_printf(out, "%zu more ranks: --verbose\n", report->n_ranks - shown);
}

/* The pair with more bytes first, then the one with more messages, then by rank. */
static int by_bytes(const void *a, const void *b, void *user)
{
    const IvcMpiPair *pairs = user;
    size_t left = *(const size_t *)a;
    size_t right = *(const size_t *)b;
    if (pairs[left].bytes != pairs[right].bytes)
        return pairs[left].bytes > pairs[right].bytes ? -1 : 1;
    if (pairs[left].messages != pairs[right].messages)
        return pairs[left].messages > pairs[right].messages ? -1 : 1;
    return left < right ? -1 : left > right;
}

static void append_pairs(GString *out, const IvcMpiRan *ran, size_t shown)
{
    static const char *const headers[] = {"from", "to", ">messages", ">bytes", ">mean"};
    const IvcMpiReport *report = ran->report;
    size_t n = report->n_ranks;
    g_autoptr(GArray) order = g_array_new(FALSE, FALSE, sizeof(size_t));
    IvcMpiPair sum = {0};
    for (size_t i = 0; i < n * n; i++) {
        if (report->pairs[i].messages == 0)
            continue;
        g_array_append_val(order, i);
        sum.messages += report->pairs[i].messages;
        sum.bytes += report->pairs[i].bytes;
    }
    if (order->len == 0) {
        g_string_append(out, "no messages\n");
        return;
    }
    g_array_sort_with_data(order, by_bytes, report->pairs);
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    shown = MIN(shown, order->len);
    for (size_t i = 0; i < shown; i++) {
        size_t at = g_array_index(order, size_t, i);
        const IvcMpiPair *pair = &report->pairs[at];
        add(cells, g_strdup_printf("rank %zu", at / n));
        add(cells, g_strdup_printf("rank %zu", at % n));
        add(cells, number(pair->messages));
        add(cells, number(pair->bytes));
        add(cells, ivc_human_bytes(pair->bytes / pair->messages));
    }
    append_table(out, headers, G_N_ELEMENTS(headers), cells);
    if (shown < order->len)
        g_string_append_printf(out, "%zu more pairs: --verbose\n", (size_t)order->len - shown);
    g_autofree char *bytes = ivc_human_bytes(sum.bytes);
    g_string_append_printf(out, "in all %" G_GUINT64_FORMAT " messages, %s\n", sum.messages, bytes);
}

/* What such messages cost is no prediction of the channel's model. */
static void append_longest(GString *out, const IvcMpiRan *ran)
{
    uint64_t longest = ran->report->longest;
    if (longest <= ran->curves->bytes_max)
        return;
    g_autofree char *has = ivc_human_bytes(longest);
    g_autofree char *simulated = ivc_human_bytes(ran->curves->bytes_max);
    g_string_append_printf(out,
                           "up to %s long; above %s, the longest simulated, costs go on in a "
                           "straight line\n",
                           has, simulated);
}

static char *guest_name(const IvcMpiRan *ran, const IvcMpiGuest *guest)
{
    const IvcSimgridPlatform *platform = ran->platform;
    return platform->hosts[platform->n_hosts - 1].machine > 0
               ? g_strdup_printf("m%u.%s", guest->machine, guest->name)
               : g_strdup(guest->name);
}

static void append_guests(GString *out, const IvcMpiRan *ran)
{
    static const char *const headers[] = {"guest",      ">ranks", ">computation",
                                          ">messages*", ">CPU",   ">of the time"};
    g_autoptr(GArray) guests = ivc_mpi_guests(ran);
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < guests->len; i++) {
        const IvcMpiGuest *guest = &g_array_index(guests, IvcMpiGuest, i);
        uint64_t cpu_ps = guest->compute_ps + guest->message_ps;
        add(cells, guest_name(ran, guest));
        add(cells, guest->ranks != 0 ? number(guest->ranks) : g_strdup("serves"));
        add(cells, ivc_human_time(guest->compute_ps));
        add(cells, ivc_human_time(guest->message_ps));
        add(cells, ivc_human_time(cpu_ps));
        add(cells, share(cpu_ps, ran->report->time_ps));
    }
    append_table(out, headers, G_N_ELEMENTS(headers), cells);
    g_string_append(out, "* at each pair's mean size, without polling\n");
}

char *ivc_mpi_table(const IvcTerminal *terminal, const IvcMpiRan *ran, bool all)
{
    const IvcScenario *scenario = ran->scenario;
    const char *on = ivc_terminal_on(terminal, IVC_STYLE_BOLD);
    const char *off = ivc_terminal_off(terminal);
    GString *out = g_string_new(NULL);
    g_autofree char *time = ivc_human_time(ran->report->time_ps);
    g_autofree char *rate = ivc_human_count(ran->flops_per_s);
    g_string_append_printf(out, "%s%s%s: %s, %zu ranks over channel %s (%s)\n", on, scenario->name,
                           off, ran->program, ran->report->n_ranks, scenario->channel->name,
                           scenario->channel->mechanism->head.name);
    g_string_append_printf(out, "%s, %s, %sflop/s; computation %s\n\n", scenario->profile,
                           ivc_mode_names[scenario->channel->mode], rate,
                           ran->measured ? "measured on this computer" : "as declared");
    g_string_append_printf(out, "predicted time  %s%s%s\n\n", on, time, off);
    append_ranks(out, ran, all ? SIZE_MAX : RANKS_SHOWN);
    g_string_append_c(out, '\n');
    append_pairs(out, ran, all ? SIZE_MAX : PAIRS_SHOWN);
    append_longest(out, ran);
    g_string_append_c(out, '\n');
    append_guests(out, ran);
    return g_string_free(out, FALSE);
}

static json_t *whole(uint64_t value)
{
    return json_integer((json_int_t)value);
}

static json_t *ranks_json(const IvcMpiRan *ran)
{
    json_t *list = json_array();
    for (size_t r = 0; r < ran->report->n_ranks; r++) {
        const IvcMpiRank *rank = &ran->report->ranks[r];
        g_autofree char *guest = ivc_mpi_rank_guest(ran, r);
        json_t *row = json_object();
        json_object_set_new(row, "rank", json_integer((json_int_t)r));
        json_object_set_new(row, "guest", json_string(guest));
        json_object_set_new(row, "ended_ps", whole(rank->end_ps));
        json_object_set_new(row, "communicates_ps", whole(rank->doing_ps[IVC_MPI_COMMUNICATES]));
        json_object_set_new(row, "computes_ps", whole(rank->doing_ps[IVC_MPI_COMPUTES]));
        json_object_set_new(row, "sleeps_ps", whole(rank->doing_ps[IVC_MPI_SLEEPS]));
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *pairs_json(const IvcMpiRan *ran)
{
    json_t *list = json_array();
    size_t n = ran->report->n_ranks;
    for (size_t i = 0; i < n * n; i++) {
        const IvcMpiPair *pair = &ran->report->pairs[i];
        if (pair->messages == 0)
            continue;
        json_t *row = json_object();
        json_object_set_new(row, "from", json_integer((json_int_t)(i / n)));
        json_object_set_new(row, "to", json_integer((json_int_t)(i % n)));
        json_object_set_new(row, "messages", whole(pair->messages));
        json_object_set_new(row, "bytes", whole(pair->bytes));
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *guests_json(const IvcMpiRan *ran)
{
    json_t *list = json_array();
    g_autoptr(GArray) guests = ivc_mpi_guests(ran);
    for (guint i = 0; i < guests->len; i++) {
        const IvcMpiGuest *guest = &g_array_index(guests, IvcMpiGuest, i);
        g_autofree char *name = guest_name(ran, guest);
        json_t *row = json_object();
        json_object_set_new(row, "guest", json_string(name));
        json_object_set_new(row, "ranks", json_integer((json_int_t)guest->ranks));
        json_object_set_new(row, "compute_ps", whole(guest->compute_ps));
        json_object_set_new(row, "messages_ps", whole(guest->message_ps));
        json_array_append_new(list, row);
    }
    return list;
}

json_t *ivc_mpi_json(const IvcMpiRan *ran)
{
    const IvcScenario *scenario = ran->scenario;
    json_t *object = json_object();
    json_object_set_new(object, "program", json_string(ran->program));
    json_object_set_new(object, "scenario", json_string(scenario->name));
    json_object_set_new(object, "channel", json_string(scenario->channel->name));
    json_object_set_new(object, "mechanism", json_string(scenario->channel->mechanism->head.name));
    json_object_set_new(object, "computation",
                        json_string(ran->measured ? "measured" : "declared"));
    json_object_set_new(object, "flops_per_s", json_real(ran->flops_per_s));
    json_object_set_new(object, "time_ps", whole(ran->report->time_ps));
    json_object_set_new(object, "ranks", ranks_json(ran));
    json_object_set_new(object, "pairs", pairs_json(ran));
    json_object_set_new(object, "longest_message", whole(ran->report->longest));
    json_object_set_new(object, "longest_simulated", whole(ran->curves->bytes_max));
    json_object_set_new(object, "guests", guests_json(ran));
    return object;
}
