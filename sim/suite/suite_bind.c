/*
 * A row of a suite bound to a scenario. Scenarios report what is wrong with an assignment under the
 * name "--set argument N"; here it is reported where the suite says it.
 */
#include "sim/suite/suite.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    GPtrArray *texts; /* char *, NULL-terminated once complete */
    GArray *places;   /* IvcPlace of each */
} Assignments;

static void add(Assignments *all, const char *text, IvcPlace place)
{
    g_ptr_array_add(all->texts, g_strdup(text));
    g_array_append_val(all->places, place);
}

static void add_all(Assignments *all, const GArray *settings)
{
    for (guint i = 0; i < settings->len; i++) {
        const IvcSetting *setting = &g_array_index(settings, IvcSetting, i);
        add(all, setting->text, setting->place);
    }
}

/* The number of the assignment that a place is in; 0: none. */
static unsigned argument_of(IvcPlace place)
{
    const char *prefix = "--set argument ";
    if (place.source == NULL || !g_str_has_prefix(place.source->name, prefix)) {
        return 0;
    }
    return (unsigned)g_ascii_strtoull(place.source->name + strlen(prefix), NULL, 10);
}

/* Whether a mistake was found with another row: of settings that rows have in common. */
static bool said_already(const IvcDiags *diags, IvcPlace place, const char *text)
{
    const char *name = place.source != NULL ? place.source->name : NULL;
    for (size_t i = 0; i < ivc_diags_count(diags); i++) {
        const IvcDiag *other = ivc_diags_get(diags, i);
        /* By name: a profile is read again for each row. */
        const char *known = other->place.source != NULL ? other->place.source->name : NULL;
        if (g_strcmp0(known, name) == 0 && other->place.line == place.line &&
            other->place.column == place.column && strcmp(other->text, text) == 0) {
            return true;
        }
    }
    return false;
}

/* Where an assignment stands. That of a size is the row, which has the value; what is wrong with
 * its name, the suite says. */
static IvcPlace place_of(const Assignments *all, unsigned argument, const char *code,
                         IvcPlace size_place)
{
    bool of_value = g_strcmp0(code, "config-unit") == 0 || g_strcmp0(code, "config-range") == 0 ||
                    g_strcmp0(code, "config-type") == 0;
    return argument == all->places->len && size_place.line != 0 && !of_value
               ? size_place
               : g_array_index(all->places, IvcPlace, argument - 1);
}

/* Hands on what was said about the scenario. Warnings are the scenario's own and are left out:
 * `check` gives them. */
static void hand_on(const IvcDiags *said, const Assignments *all, const IvcSuiteEntry *entry,
                    bool sized, IvcDiags *diags)
{
    IvcPlace size_place = sized ? entry->size_place : (IvcPlace){.line = 0};
    bool kept = false;
    bool any = false;
    for (size_t i = 0; i < ivc_diags_count(said); i++) {
        const IvcDiag *diag = ivc_diags_get(said, i);
        unsigned argument = argument_of(diag->place);
        bool ours = argument > 0 && argument <= all->places->len;
        IvcPlace place = ours ? place_of(all, argument, diag->code, size_place) : diag->place;
        if (diag->level != IVC_DIAG_NOTE) {
            kept = diag->level == IVC_DIAG_ERROR && !said_already(diags, place, diag->text);
        }
        if (kept) {
            ivc_diags_add(diags, diag->level, diag->code, place, diag->hint, "%s", diag->text);
        }
        any = any || kept;
    }
    if (any) {
        ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, entry->place, NULL,
                      "in the scenario of this entry");
    }
}

/* What an entry says of the machine is a variant of it, not the machine. */
static void add_entry(Assignments *all, const IvcSuiteEntry *entry, bool variant)
{
    for (guint i = 0; i < entry->settings->len; i++) {
        const IvcSetting *setting = &g_array_index(entry->settings, IvcSetting, i);
        if (variant || !g_str_has_prefix(setting->text, "machine.")) {
            add(all, setting->text, setting->place);
        }
    }
}

/* Whether a number with a unit was given where one without is wanted: at the last assignment. */
static bool wants_count(const IvcDiags *said, const Assignments *all)
{
    for (size_t i = 0; i < ivc_diags_count(said); i++) {
        const IvcDiag *diag = ivc_diags_get(said, i);
        if (diag->level == IVC_DIAG_ERROR && argument_of(diag->place) == all->places->len &&
            g_strcmp0(diag->code, "config-unit") == 0) {
            return true;
        }
    }
    return false;
}

/* The size of a row goes to a setting: as bytes, and where a count is wanted, as a plain number. */
static IvcScenario *bind_size(const IvcSuiteEntry *entry, const IvcDataRow *row, Assignments *all,
                              IvcDiags *said)
{
    g_autofree char *plain =
        g_strdup_printf("%s=%" G_GUINT64_FORMAT, entry->size, row->message_bytes);
    g_autofree char *bytes = g_strconcat(plain, "B", NULL);
    add(all, bytes, row->place);
    g_ptr_array_add(all->texts, NULL);
    char **texts = (char **)all->texts->pdata;
    IvcScenario *scenario =
        ivc_scenario_bind(entry->scenario->source, (const char *const *)texts, said);
    if (scenario != NULL || !wants_count(said, all)) {
        return scenario;
    }
    g_autoptr(IvcDiags) again = ivc_diags_new();
    char **last = &texts[all->places->len - 1];
    g_free(*last);
    *last = g_steal_pointer(&plain);
    return ivc_scenario_bind(entry->scenario->source, (const char *const *)texts, again);
}

static IvcScenario *bind(const IvcSuite *suite, const IvcSuiteEntry *entry, const IvcDataRow *row,
                         guint choice, const char *const *more, bool variant, char ***ret_sets,
                         IvcDiags *diags)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GArray) places = g_array_new(FALSE, TRUE, sizeof(IvcPlace));
    Assignments all = {texts, places};
    add_all(&all, suite->settings);
    for (; more != NULL && *more != NULL; more++) {
        add(&all, *more, entry->place);
    }
    add_entry(&all, entry, variant);
    if (choice < suite->choices->len) {
        add_all(&all, g_array_index(suite->choices, IvcNamedSettings, choice).settings);
    }
    g_autoptr(IvcDiags) said = ivc_diags_new();
    IvcScenario *scenario = NULL;
    if (row->sized) {
        scenario = bind_size(entry, row, &all, said);
    } else {
        g_ptr_array_add(texts, NULL);
        scenario =
            ivc_scenario_bind(entry->scenario->source, (const char *const *)texts->pdata, said);
    }
    if (scenario == NULL) {
        hand_on(said, &all, entry, row->sized, diags);
        return NULL;
    }
    *ret_sets = g_strdupv((char **)texts->pdata);
    return scenario;
}

IvcScenario *ivc_suite_bind(const IvcSuite *suite, const IvcSuiteEntry *entry,
                            const IvcDataRow *row, guint choice, const char *const *more,
                            char ***ret_sets, IvcDiags *diags)
{
    return bind(suite, entry, row, choice, more, true, ret_sets, diags);
}

IvcScenario *ivc_suite_bind_machine(const IvcSuite *suite, const IvcSuiteEntry *entry,
                                    const IvcDataRow *row, const char *const *more, IvcDiags *diags)
{
    g_auto(GStrv) sets = NULL;
    return bind(suite, entry, row, suite->main_choice, more, false, &sets, diags);
}
