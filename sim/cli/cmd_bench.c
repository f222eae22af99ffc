/*
 * ivcsim bench [NAME...]: how fast the simulator itself is, on this computer.
 */
#include <string.h>

#include "bench_scenario.h"
#include "sim/cli/bench_models.h"
#include "sim/cli/table.h"
#include "tests/bench/phold.h"

typedef struct {
    const char *bench;
    char *detail; /* owned */
    uint64_t messages;
    IvcBenchTime best;
} Row;

#define PHOLD_EVENTS 4000000u
#define PINGPONG_EVENTS 8000000u

static const uint64_t phold_sizes[] = {16, 1024, 65536};
static const char *const message_sizes[] = {"64B", "4KiB", "1MiB"};

static void keep_best(IvcBenchTime *best, IvcBenchTime time)
{
    if (best->events == 0 || time.cpu_ns < best->cpu_ns)
        *best = time;
}

static int bench_phold(IvcCli *cli, GArray *rows)
{
    uint64_t chosen = ivc_cli_count(cli, "processes", 0);
    size_t n = chosen ? 1 : G_N_ELEMENTS(phold_sizes);
    for (size_t i = 0; i < n; i++) {
        uint64_t processes = chosen ? chosen : phold_sizes[i];
        Row row = {.bench = "phold",
                   .detail = g_strdup_printf("%" G_GUINT64_FORMAT " processes", processes)};
        for (uint64_t r = ivc_cli_count(cli, "repeat", 3); r > 0; r--)
            keep_best(&row.best, ivc_bench_phold(processes, PHOLD_EVENTS));
        g_array_append_val(rows, row);
    }
    return IVC_EXIT_OK;
}

static int bench_pingpong(IvcCli *cli, GArray *rows)
{
    Row row = {.bench = "pingpong", .detail = g_strdup("2 processes")};
    for (uint64_t r = ivc_cli_count(cli, "repeat", 3); r > 0; r--)
        keep_best(&row.best, ivc_bench_pingpong(PINGPONG_EVENTS));
    g_array_append_val(rows, row);
    return IVC_EXIT_OK;
}

/* One point of a scenario, in full. */
static int bench_point(IvcCli *cli, const IvcScenarioSource *source, const char *const *sets,
                       Row *row)
{
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autoptr(IvcScenario) scenario = ivc_scenario_bind(source, sets, diags);
    if (scenario == NULL)
        return ivc_cli_fail_diags(cli, diags);
    for (uint64_t r = ivc_cli_count(cli, "repeat", 3); r > 0; r--) {
        g_autoptr(GError) error = NULL;
        IvcRunHooks hooks = {.stop = cli->stop, .full = true};
        uint64_t began = phold_cpu_ns();
        g_autoptr(IvcResult) result = ivc_run(scenario, &hooks, &error);
        if (result == NULL)
            return ivc_cli_fail_error(cli, error);
        row->messages = result->messages;
        keep_best(&row->best,
                  (IvcBenchTime){.events = result->events, .cpu_ns = phold_cpu_ns() - began});
    }
    return IVC_EXIT_OK;
}

static int bench_scenario(IvcCli *cli, GArray *rows)
{
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autoptr(IvcScenarioSource) source = ivc_scenario_source_parse(
        "the built-in main scenario", (const char *)ivc_bench_scenario_text,
        sizeof ivc_bench_scenario_text - 1, cli->registry, diags);
    if (source == NULL)
        return ivc_cli_fail_diags(cli, diags);
    for (size_t i = 0; i < G_N_ELEMENTS(message_sizes); i++) {
        Row row = {.bench = "scenario",
                   .detail = g_strconcat("register-shmem, messages of ", message_sizes[i], NULL)};
        g_autofree char *set = g_strconcat("workload.message=", message_sizes[i], NULL);
        const char *const sets[] = {set, "workload.messages_max=2000000", NULL};
        int status = bench_point(cli, source, sets, &row);
        g_array_append_val(rows, row);
        if (status != IVC_EXIT_OK)
            return status;
    }
    return IVC_EXIT_OK;
}

/* What an event costs, by how many agents are active: pairs that exchange small messages. */
static const char scale_text[] =
    "schema: ivcsim/1\n"
    "name: scale\n"
    "machine: {profile: manycore-1024}\n"
    "hypervisor: {mode: native}\n"
    "guests: {vm: {count: 1024, cores: [0], memory: 1GiB}}\n"
    "channels: {nemesis: {mechanism: nemesis}}\n"
    "workload: {kind: pingpong, total: 1GiB, message: 64B, messages_max: 512000, warmup: 1}\n";

static int bench_scale(IvcCli *cli, GArray *rows)
{
    static const char *const ranks[] = {"2", "16", "128", "1024"};
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autoptr(IvcScenarioSource) source = ivc_scenario_source_parse(
        "the built-in scenario of scale", scale_text, sizeof scale_text - 1, cli->registry, diags);
    if (source == NULL)
        return ivc_cli_fail_diags(cli, diags);
    for (size_t i = 0; i < G_N_ELEMENTS(ranks); i++) {
        Row row = {.bench = "scale", .detail = g_strconcat(ranks[i], " ranks in pairs", NULL)};
        g_autofree char *set = g_strconcat("workload.ranks=", ranks[i], NULL);
        const char *const sets[] = {set, NULL};
        int status = bench_point(cli, source, sets, &row);
        g_array_append_val(rows, row);
        if (status != IVC_EXIT_OK)
            return status;
    }
    return IVC_EXIT_OK;
}

/* What a simulated second of netperf through the split driver costs; the totals are what it moves
 * in a second. */
static const char xen_text[] = "schema: ivcsim/1\n"
                               "name: xen\n"
                               "machine: {profile: xeon-e5-2630v4}\n"
                               "guests:\n"
                               "  dom0: {cores: [0], memory: 4GiB}\n"
                               "  sender: {cores: [1], memory: 4GiB}\n"
                               "  receiver: {cores: [2], memory: 4GiB}\n"
                               "channels: {netfront: {mechanism: netfront, between: [sender, "
                               "receiver], driver_domain: dom0}}\n"
                               "workload: {kind: netperf-tcp-stream}\n";

static int bench_xen(IvcCli *cli, GArray *rows)
{
    static const struct {
        const char *detail;
        const char *sets[3];
    } points[] = {
        {"TCP_STREAM through netfront, 1 s", {"workload.total=818MiB", NULL}},
        {"TCP_RR through netfront, 1 s",
         {"workload.kind=netperf-tcp-rr", "workload.total=42900B", NULL}},
    };
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autoptr(IvcScenarioSource) source = ivc_scenario_source_parse(
        "the built-in scenario of xen", xen_text, sizeof xen_text - 1, cli->registry, diags);
    if (source == NULL)
        return ivc_cli_fail_diags(cli, diags);
    for (size_t i = 0; i < G_N_ELEMENTS(points); i++) {
        Row row = {.bench = "xen", .detail = g_strdup(points[i].detail)};
        int status = bench_point(cli, source, points[i].sets, &row);
        g_array_append_val(rows, row);
        if (status != IVC_EXIT_OK)
            return status;
    }
    return IVC_EXIT_OK;
}

/* What a simulated second of 32 virtual CPUs costs that want one lock all the time. */
static const char lock_text[] = "schema: ivcsim/1\n"
                                "name: lock\n"
                                "machine: {profile: manycore-ring-64}\n"
                                "hypervisor: {mode: native}\n"
                                "guests: {vm: {count: 32, cores: [0], memory: 1GiB}}\n"
                                "channels: {lock: {mechanism: lock}}\n"
                                "workload: {kind: critical-section, section: 1us, warmup: 64}\n";

static int bench_lock(IvcCli *cli, GArray *rows)
{
    static const struct {
        const char *kind;
        const char *total; /* acquisitions in a second */
    } points[] = {{"queued", "890000B"},
                  {"mcs", "960000B"},
                  {"mutex", "687000B"},
                  {"ticket", "630000B"},
                  {"test-and-set", "589000B"}};
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autoptr(IvcScenarioSource) source = ivc_scenario_source_parse(
        "the built-in scenario of lock", lock_text, sizeof lock_text - 1, cli->registry, diags);
    if (source == NULL)
        return ivc_cli_fail_diags(cli, diags);
    for (size_t i = 0; i < G_N_ELEMENTS(points); i++) {
        Row row = {.bench = "lock",
                   .detail = g_strconcat(points[i].kind, ", 32 virtual CPUs, 1 s", NULL)};
        g_autofree char *kind = g_strconcat("channels.lock.kind=", points[i].kind, NULL);
        g_autofree char *total = g_strconcat("workload.total=", points[i].total, NULL);
        const char *const sets[] = {kind, total, NULL};
        int status = bench_point(cli, source, sets, &row);
        g_array_append_val(rows, row);
        if (status != IVC_EXIT_OK)
            return status;
    }
    return IVC_EXIT_OK;
}

static double per(uint64_t total, uint64_t n)
{
    return n ? (double)total / (double)n : 0;
}

static void print_csv(IvcCli *cli, const GArray *rows)
{
    fputs("bench,detail,events,cpu_ns,events_per_s,ns_per_event,messages,messages_per_s\n",
          cli->out);
    for (guint i = 0; i < rows->len; i++) {
        const Row *row = &g_array_index(rows, Row, i);
        fprintf(cli->out, "%s,\"%s\",%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT ",%.0f,%.2f,",
                row->bench, row->detail, row->best.events, row->best.cpu_ns,
                1e9 / MAX(1e-9, per(row->best.cpu_ns, row->best.events)),
                per(row->best.cpu_ns, row->best.events));
        if (row->messages)
            fprintf(cli->out, "%" G_GUINT64_FORMAT ",%.0f", row->messages,
                    1e9 / MAX(1e-9, per(row->best.cpu_ns, row->messages)));
        else
            fputs(",", cli->out);
        fputs("\n", cli->out);
    }
}

static json_t *row_json(const Row *row)
{
    json_t *object = json_object();
    double ns = per(row->best.cpu_ns, row->best.events);
    json_object_set_new(object, "bench", json_string(row->bench));
    json_object_set_new(object, "detail", json_string(row->detail));
    json_object_set_new(object, "events", json_integer((json_int_t)row->best.events));
    json_object_set_new(object, "cpu_ns", json_integer((json_int_t)row->best.cpu_ns));
    json_object_set_new(object, "ns_per_event", json_real(ns));
    json_object_set_new(object, "events_per_s", json_real(ns > 0 ? 1e9 / ns : 0));
    if (row->messages) {
        json_object_set_new(object, "messages", json_integer((json_int_t)row->messages));
        json_object_set_new(
            object, "messages_per_s",
            json_real((double)row->messages * 1e9 / (double)MAX(1, row->best.cpu_ns)));
    }
    return object;
}

static void print_json(IvcCli *cli, const GArray *rows, bool lines)
{
    json_t *list = json_array();
    for (guint i = 0; i < rows->len; i++) {
        json_t *object = row_json(&g_array_index(rows, Row, i));
        if (lines) {
            json_dumpf(object, cli->out, JSON_COMPACT | JSON_REAL_PRECISION(6));
            fputs("\n", cli->out);
        }
        json_array_append_new(list, object);
    }
    if (!lines) {
        json_t *document = json_object();
        json_object_set_new(document, "schema", json_string("ivcsim-bench/1"));
        json_object_set(document, "rows", list);
        json_dumpf(document, cli->out, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
        fputs("\n", cli->out);
        json_decref(document);
    }
    json_decref(list);
}

static void print_table(IvcCli *cli, const GArray *rows)
{
    static const char *const headers[] = {"bench",     "detail",      ">ns/event",
                                          ">events/s", ">messages/s", ">CPU s"};
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < rows->len; i++) {
        const Row *row = &g_array_index(rows, Row, i);
        double ns = per(row->best.cpu_ns, row->best.events);
        g_ptr_array_add(cells, g_strdup(row->bench));
        g_ptr_array_add(cells, g_strdup(row->detail));
        g_ptr_array_add(cells, g_strdup_printf("%.1f", ns));
        g_ptr_array_add(cells, g_strdup_printf("%.2f M", ns > 0 ? 1e3 / ns : 0));
        g_ptr_array_add(cells, row->messages
                                   ? g_strdup_printf("%.2f M", (double)row->messages * 1e3 /
                                                                   (double)MAX(1, row->best.cpu_ns))
                                   : g_strdup(""));
        g_ptr_array_add(cells, g_strdup_printf("%.3f", (double)row->best.cpu_ns / 1e9));
    }
    g_autofree char *text = ivc_table_texts(headers, G_N_ELEMENTS(headers),
                                            (const char *const *)cells->pdata, rows->len);
    fputs(text, cli->out);
}

static void row_clear(void *row)
{
    g_free(((Row *)row)->detail);
}

static const struct {
    const char *name;
    int (*run)(IvcCli *cli, GArray *rows);
} benches[] = {
    {"phold", bench_phold}, {"pingpong", bench_pingpong}, {"scenario", bench_scenario},
    {"scale", bench_scale}, {"xen", bench_xen},           {"lock", bench_lock},
};

static int check_names(IvcCli *cli, const char *const *args)
{
    const char *const *names = cli->verb->words;
    for (; *args != NULL; args++) {
        if (g_strv_contains(names, *args))
            continue;
        g_autofree char *known = g_strjoinv(", ", (char **)names);
        const char *near = ivc_suggest(*args, names);
        g_autofree char *hint = near != NULL ? g_strdup_printf("did you mean '%s'?", near)
                                             : g_strdup_printf("one of %s", known);
        return ivc_cli_fail(cli, IVC_EXIT_USAGE, "usage", "unknown bench '%s'\nhint: %s", *args,
                            hint);
    }
    return IVC_EXIT_OK;
}

int ivc_cmd_bench(IvcCli *cli)
{
    const char *const *args = ivc_cli_args(cli);
    int status = check_names(cli, args);
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(Row));
    g_array_set_clear_func(rows, row_clear);
    ivc_cli_catch_signals(cli);
    for (size_t i = 0; i < G_N_ELEMENTS(benches) && status == IVC_EXIT_OK; i++)
        if (args[0] == NULL || g_strv_contains(args, benches[i].name))
            status = benches[i].run(cli, rows);
    if (status != IVC_EXIT_OK)
        return status;
    const char *format = ivc_cli_value(cli, "format");
    if (strcmp(format, "csv") == 0)
        print_csv(cli, rows);
    else if (strcmp(format, "json") == 0 || strcmp(format, "jsonl") == 0)
        print_json(cli, rows, strcmp(format, "jsonl") == 0);
    else
        print_table(cli, rows);
    return IVC_EXIT_OK;
}
