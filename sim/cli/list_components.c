/*
 * list mechanisms, workloads, stages and parameters: what components offer, from their own tables.
 */
#include <string.h>

#include "sim/cli/listing.h"
#include "sim/scenario/parameters.h"

static bool is_table(const IvcCli *cli)
{
    return strcmp(ivc_cli_value(cli, "format"), "table") == 0;
}

static const char *type_text(const IvcParam *param)
{
    static const char *const names[] = {
        [IVC_PARAM_COUNT] = "count",
        [IVC_PARAM_TIME] = "time",
        [IVC_PARAM_COST] = "cycles or time",
        [IVC_PARAM_SIZE] = "size",
        [IVC_PARAM_RATE] = "rate",
        [IVC_PARAM_CLOCK] = "clock",
        [IVC_PARAM_SHARE] = "share",
        [IVC_PARAM_BOOL] = "true|false",
        [IVC_PARAM_CHOICE] = "choice",
        [IVC_PARAM_TEXT] = "text",
        [IVC_PARAM_INDEXES] = "list of numbers",
        [IVC_PARAM_NAMES] = "list of names",
        [IVC_PARAM_GROUP] = "group",
    };
    return names[param->type];
}

/* "1KiB..1GiB", "a|b|c", or NULL. @return transfer full */
static char *range_text(const IvcParam *param)
{
    if (param->type == IVC_PARAM_CHOICE)
        return g_strjoinv("|", (char **)param->choices);
    if (param->min == NULL && param->max == NULL)
        return NULL;
    return g_strdup_printf("%s..%s", param->min != NULL ? param->min : "",
                           param->max != NULL ? param->max : "");
}

static const char *default_text(const IvcParam *param)
{
    if (param->fallback == NULL)
        return "(required)";
    return param->fallback[0] == '\0' ? NULL : param->fallback;
}

static const char *const parameter_headers[] = {
    "parameter", "component", "type", "range", "default", "kind", "source", "sentence", NULL};

/* Is this row asked for: by its component, its key, or both joined by a dot? */
static bool matches(const char *component, const char *key, const char *wanted)
{
    if (wanted == NULL || strcmp(wanted, component) == 0 || strcmp(wanted, key) == 0)
        return true;
    size_t length = strlen(component);
    return strncmp(wanted, component, length) == 0 && wanted[length] == '.' &&
           strcmp(wanted + length + 1, key) == 0;
}

static void add_parameters(IvcListing *listing, const char *component, const IvcParam *table,
                           const char *prefix, const char *wanted)
{
    for (const IvcParam *param = table; param != NULL && param->key != NULL; param++) {
        g_autofree char *key = g_strconcat(prefix, param->key, NULL);
        if (param->type == IVC_PARAM_GROUP) {
            g_autofree char *inner = g_strconcat(key, ".", NULL);
            add_parameters(listing, component, param->group, inner, wanted);
            continue;
        }
        if (!matches(component, key, wanted))
            continue;
        g_autofree char *range = range_text(param);
        ivc_listing_add(listing, key);
        ivc_listing_add(listing, component);
        ivc_listing_add(listing, type_text(param));
        ivc_listing_add(listing, range);
        ivc_listing_add(listing, default_text(param));
        ivc_listing_add(listing, param->fallback != NULL ? ivc_kind_name(param->kind) : NULL);
        ivc_listing_add(listing, param->source);
        ivc_listing_add(listing, param->sentence);
    }
}

static const char *const stage_headers[] = {"stage", "component", "polling", "sentence", NULL};

static void add_stages(IvcListing *listing, const char *component, const IvcStage *table,
                       const char *wanted)
{
    for (const IvcStage *stage = table; stage != NULL && stage->name != NULL; stage++) {
        if (!matches(component, stage->name, wanted))
            continue;
        ivc_listing_add(listing, stage->name);
        ivc_listing_add(listing, component);
        ivc_listing_add(listing, stage->spin ? "yes" : "no");
        ivc_listing_add(listing, stage->sentence);
    }
}

/* Calls `visit` for the machine, every mechanism and every workload. */
static void each_component(const IvcRegistry *registry,
                           void (*visit)(const IvcComponent *component, void *user), void *user)
{
    if (registry->machine != NULL)
        visit(registry->machine, user);
    for (const IvcMechanism *const *row = registry->mechanisms; *row != NULL; row++)
        visit(&(*row)->head, user);
    for (const IvcWorkload *const *row = registry->workloads; *row != NULL; row++)
        visit(&(*row)->head, user);
}

typedef struct {
    IvcListing *listing;
    const char *wanted;
    GPtrArray *names;
} Visit;

static void visit_parameters(const IvcComponent *component, void *user)
{
    const Visit *visit = user;
    add_parameters(visit->listing, component->name, component->params, "", visit->wanted);
    g_ptr_array_add(visit->names, (void *)component->name);
    for (const IvcParam *param = component->params; param != NULL && param->key != NULL; param++)
        g_ptr_array_add(visit->names, (void *)param->key);
}

static void visit_stages(const IvcComponent *component, void *user)
{
    const Visit *visit = user;
    add_stages(visit->listing, component->name, component->stages, visit->wanted);
    g_ptr_array_add(visit->names, (void *)component->name);
    for (const IvcStage *stage = component->stages; stage != NULL && stage->name != NULL; stage++)
        g_ptr_array_add(visit->names, (void *)stage->name);
}

static int finish(IvcCli *cli, const char *topic, const Visit *visit)
{
    g_ptr_array_add(visit->names, NULL);
    if (visit->wanted != NULL && ivc_listing_rows(visit->listing) == 0)
        return ivc_listing_fail(cli, topic, visit->wanted,
                                (const char *const *)visit->names->pdata);
    ivc_listing_print(cli, visit->listing);
    return IVC_EXIT_OK;
}

int ivc_list_parameters(IvcCli *cli, const char *name)
{
    g_autoptr(IvcListing) listing = ivc_listing_new(parameter_headers);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    Visit visit = {listing, name, names};
    for (const IvcScenarioTable *table = ivc_scenario_tables; table->path != NULL; table++) {
        const IvcComponent map = {.name = *table->path != '\0' ? table->path : "scenario",
                                  .params = table->params};
        visit_parameters(&map, &visit);
    }
    each_component(cli->registry, visit_parameters, &visit);
    return finish(cli, "parameters", &visit);
}

int ivc_list_stages(IvcCli *cli, const char *name)
{
    g_autoptr(IvcListing) listing = ivc_listing_new(stage_headers);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    Visit visit = {listing, name, names};
    each_component(cli->registry, visit_stages, &visit);
    const char *machine = cli->registry->machine != NULL ? cli->registry->machine->name : "machine";
    /* The machine's own component may list the same stages: then they are there already. */
    if (cli->registry->machine == NULL ||
        cli->registry->machine->stages != cli->registry->machine_stages)
        add_stages(listing, machine, cli->registry->machine_stages, name);
    return finish(cli, "stages", &visit);
}

/* One component in full: in the table format with its summary and stages, else its parameters. */
static int print_component(IvcCli *cli, const IvcComponent *component, const char *notes)
{
    g_autoptr(IvcListing) parameters = ivc_listing_new(parameter_headers);
    add_parameters(parameters, component->name, component->params, "", NULL);
    if (!is_table(cli)) {
        ivc_listing_print(cli, parameters);
        return IVC_EXIT_OK;
    }
    fprintf(cli->out, "%s: %s\n%s\nParameters:\n", component->name, component->summary, notes);
    if (ivc_listing_rows(parameters) == 0)
        fputs("none\n", cli->out);
    ivc_listing_print(cli, parameters);
    g_autoptr(IvcListing) stages = ivc_listing_new(stage_headers);
    add_stages(stages, component->name, component->stages, NULL);
    if (ivc_listing_rows(stages) > 0) {
        fputs("\nStages:\n", cli->out);
        ivc_listing_print(cli, stages);
    }
    return IVC_EXIT_OK;
}

/* "mpi, stream": what workloads on it may speak. @return transfer full */
static char *carries_text(const IvcMechanism *mechanism)
{
    GString *text = g_string_new(mechanism->no_messages ? "" : ivc_speech_names[IVC_SPEAKS_MPI]);
    for (int s = IVC_SPEAKS_STREAM; s < IVC_SPEECHES; s++)
        if (mechanism->carries & IVC_CARRIES(s))
            g_string_append_printf(text, "%s%s", text->len ? ", " : "", ivc_speech_names[s]);
    return g_string_free(text, FALSE);
}

int ivc_list_mechanisms(IvcCli *cli, const char *name)
{
    static const char *const headers[] = {"mechanism", "mode", "carries", "summary", NULL};
    g_autoptr(IvcListing) listing = ivc_listing_new(headers);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const IvcMechanism *const *row = cli->registry->mechanisms; *row != NULL; row++) {
        const IvcMechanism *mechanism = *row;
        const char *mode = mechanism->one_os ? "native" : "any";
        if (name != NULL && strcmp(mechanism->head.name, name) == 0)
            return print_component(cli, &mechanism->head,
                                   mechanism->one_os ? "Needs the mode 'native': one operating "
                                                       "system for all guests.\n"
                                                     : "");
        g_ptr_array_add(names, (void *)mechanism->head.name);
        ivc_listing_add(listing, mechanism->head.name);
        ivc_listing_add(listing, mode);
        g_autofree char *carries = carries_text(mechanism);
        ivc_listing_add(listing, carries);
        ivc_listing_add(listing, mechanism->head.summary);
    }
    g_ptr_array_add(names, NULL);
    if (name != NULL)
        return ivc_listing_fail(cli, "mechanisms", name, (const char *const *)names->pdata);
    ivc_listing_print(cli, listing);
    return IVC_EXIT_OK;
}

/* The workload's own, or that of all. */
static const char *default_message(const IvcWorkload *workload)
{
    for (const IvcDefault *own = workload->defaults; own != NULL && own->key != NULL; own++)
        if (strcmp(own->key, "message") == 0)
            return own->value;
    for (const IvcScenarioTable *table = ivc_scenario_tables; table->path != NULL; table++)
        for (const IvcParam *row = table->params; row->key != NULL; row++)
            if (strcmp(table->path, "workload") == 0 && strcmp(row->key, "message") == 0)
                return row->fallback;
    return NULL;
}

int ivc_list_workloads(IvcCli *cli, const char *name)
{
    static const char *const headers[] = {"workload", "speaks",  "ranks",
                                          "message",  "summary", NULL};
    g_autoptr(IvcListing) listing = ivc_listing_new(headers);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const IvcWorkload *const *row = cli->registry->workloads; *row != NULL; row++) {
        const IvcWorkload *workload = *row;
        g_autofree char *ranks =
            workload->ranks_multiple > 1
                ? g_strdup_printf("%u or more, a multiple of %u", workload->ranks_min,
                                  workload->ranks_multiple)
                : g_strdup_printf("%u or more", workload->ranks_min);
        if (name != NULL && strcmp(workload->head.name, name) == 0) {
            g_autofree char *notes = g_strdup_printf("Ranks: %s. Speaks: %s.\n", ranks,
                                                     ivc_speech_names[workload->speaks]);
            return print_component(cli, &workload->head, notes);
        }
        g_ptr_array_add(names, (void *)workload->head.name);
        ivc_listing_add(listing, workload->head.name);
        ivc_listing_add(listing, ivc_speech_names[workload->speaks]);
        ivc_listing_add(listing, ranks);
        ivc_listing_add(listing, default_message(workload));
        ivc_listing_add(listing, workload->head.summary);
    }
    g_ptr_array_add(names, NULL);
    if (name != NULL)
        return ivc_listing_fail(cli, "workloads", name, (const char *const *)names->pdata);
    ivc_listing_print(cli, listing);
    return IVC_EXIT_OK;
}
