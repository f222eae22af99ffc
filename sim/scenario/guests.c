/* Guests: the entries of a scenario counted out into single guests, and the guests of a channel.
 *
 * An entry with a count stands for so many guests alike; each owns the cores of the list, moved on
 * by the length of the list from one guest to the next. What they have in common is kept once.
 */
#include <string.h>

#include "sim/scenario/scenario_private.h"

bool ivc_name_check(const char *what, const char *name, IvcPlace place, bool dots, IvcDiags *diags)
{
    /* Names become paths and file names: letters, digits, '-' and '_', for the scenario also '.' */
    size_t n = strlen(name);
    bool ok = n > 0 && n <= 64 && g_ascii_isalnum(name[0]);
    for (size_t i = 0; i < n && ok; i++)
        ok = g_ascii_isalnum(name[i]) || name[i] == '-' || name[i] == '_' ||
             (dots && name[i] == '.');
    if (ok)
        return true;
    g_autofree char *shown = ivc_text_escape(name, n, 40);
    ivc_diags_add(diags, IVC_DIAG_ERROR, "config-type", place,
                  "up to 64 letters, digits, '-' and '_', a letter or digit first",
                  "'%s' cannot be the name of a %s", shown, what);
    return false;
}

/* Binds an entry to the guest that it stands for, or the first of them. */
static void bind_entry(IvcScenario *s, const IvcNode *node, IvcGuestSpec *guest, IvcDiags *diags)
{
    g_autofree char *path = g_strconcat("guests.", node->key, NULL);
    g_autofree char *cores = g_strconcat(path, ".cores", NULL);
    g_autofree char *what = g_strdup_printf("guest '%s'", node->key);
    guest->name = node->key;
    (void)ivc_name_check("guest", node->key, node->key_place, false, diags);
    (void)ivc_param_bind(ivc_guest_params, NULL, node, node->key_place, path, what, false, guest,
                         s->binding, diags);
    guest->idle = guest->cores.n == 0 && ivc_binding_find(s->binding, cores) != NULL;
}

/* Whether the entry can be counted out; else it stays one guest, with an error added. */
static bool check_count(const IvcNode *node, const IvcGuestSpec *guest, size_t others,
                        IvcDiags *diags)
{
    const IvcNode *count = ivc_node_get(node, "count");
    IvcPlace place = count ? count->place : node->key_place;
    if (guest->count + others > IVC_GUESTS_MAX) {
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-limit", place, NULL, "'guests': more than %u",
                      IVC_GUESTS_MAX);
        return false;
    }
    if (guest->count * guest->cores.n > IVC_GUEST_CORES_MAX) {
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-limit", place, NULL,
                      "the guests '%s' would own more than %u cores", guest->name,
                      IVC_GUEST_CORES_MAX);
        return false;
    }
    g_autofree char *last = g_strdup_printf("%s-%" G_GUINT64_FORMAT, guest->name, guest->count - 1);
    return ivc_name_check("guest", last, node->key_place, false, diags);
}

static void count_out(IvcScenario *s, const IvcGuestSpec *entry, const IvcGuestGroup *group,
                      unsigned *cores)
{
    size_t each = entry->cores.n;
    for (size_t i = 0; i < group->n; i++, cores += each) {
        IvcGuestSpec *guest = &s->guests[group->first + i];
        char name[96];
        g_snprintf(name, sizeof name, "%s-%zu", entry->name, i);
        *guest = *entry;
        guest->name = g_string_chunk_insert(s->names, name);
        for (size_t c = 0; c < each; c++)
            cores[c] = (unsigned)MIN(entry->cores.items[c] + (uint64_t)i * each, UINT_MAX);
        guest->cores.items = cores;
    }
}

/* A counted guest may have the name of an entry, or of another entry's guest: "a-1: {count: 2}"
 * beside "a-1-0: ..." */
static void check_names(const IvcScenario *s, const IvcNode *map, IvcDiags *diags)
{
    g_autoptr(GHashTable) owners = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t e = 0; e < s->n_groups; e++)
        g_hash_table_insert(owners, (gpointer)s->groups[e].name, (gpointer)&s->groups[e]);
    for (size_t e = 0; e < s->n_groups; e++) {
        const IvcGuestGroup *group = &s->groups[e];
        for (size_t g = group->first; g < group->first + group->n; g++) {
            const IvcGuestGroup *owner = g_hash_table_lookup(owners, s->guests[g].name);
            if (!owner || owner == group) {
                g_hash_table_insert(owners, (gpointer)s->guests[g].name, (gpointer)group);
                continue;
            }
            ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict",
                          ((const IvcNode *)map->items->pdata[e])->key_place, NULL,
                          "guest '%s' of '%s' has the name of another guest", s->guests[g].name,
                          group->name);
            ivc_diags_add(diags, IVC_DIAG_NOTE, NULL,
                          ((const IvcNode *)map->items->pdata[owner - s->groups])->key_place, NULL,
                          "the other one");
            break;
        }
    }
}

void ivc_guests_bind(IvcScenario *s, const IvcNode *map, IvcDiags *diags)
{
    if (!map)
        return;
    size_t n = map->items->len, n_cores = 0;
    g_autofree IvcGuestSpec *entries = g_new0(IvcGuestSpec, n + 1);
    s->n_groups = n;
    s->groups = g_new0(IvcGuestGroup, n + 1);
    for (size_t e = 0; e < n; e++) {
        const IvcNode *node = map->items->pdata[e];
        bind_entry(s, node, &entries[e], diags);
        if (entries[e].count && !check_count(node, &entries[e], s->n_guests + n - e - 1, diags))
            entries[e].count = 0;
        s->groups[e] = (IvcGuestGroup){
            .name = entries[e].name, .first = s->n_guests, .n = MAX(entries[e].count, 1)};
        s->n_guests += s->groups[e].n;
        n_cores += entries[e].count * entries[e].cores.n;
    }
    s->guests = g_new0(IvcGuestSpec, s->n_guests + 1);
    s->cores = g_new0(unsigned, n_cores + 1);
    unsigned *cores = s->cores;
    for (size_t e = 0; e < n; e++) {
        if (entries[e].count)
            count_out(s, &entries[e], &s->groups[e], cores);
        else
            s->guests[s->groups[e].first] = entries[e];
        cores += entries[e].count * entries[e].cores.n;
    }
    check_names(s, map, diags);
}

const IvcGuestGroup *ivc_guest_group(const IvcScenario *s, size_t guest)
{
    size_t low = 0, high = s->n_groups;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        *(s->groups[middle].first <= guest ? &low : &high) = middle;
    }
    return &s->groups[low];
}

/* Finds an entry, or a single guest, by its name; NULL when there is none. */
static bool find(const IvcScenario *s, GHashTable *index, const char *name, IvcGuestGroup *ret)
{
    for (size_t g = g_hash_table_size(index); g < s->n_guests; g++)
        g_hash_table_insert(index, (gpointer)s->guests[g].name, GSIZE_TO_POINTER(g));
    for (size_t e = 0; e < s->n_groups; e++) {
        if (strcmp(s->groups[e].name, name) == 0) {
            *ret = s->groups[e];
            return true;
        }
    }
    gpointer guest;
    if (!g_hash_table_lookup_extended(index, name, NULL, &guest))
        return false;
    *ret = (IvcGuestGroup){.name = name, .first = GPOINTER_TO_SIZE(guest), .n = 1};
    return true;
}

static void join_named(const IvcScenario *s, const IvcGuestGroup *named, IvcPlace place,
                       guint8 *taken, IvcChannelSpec *spec, IvcDiags *diags)
{
    for (size_t g = named->first; g < named->first + named->n; g++) {
        if (!taken[g] && !s->guests[g].idle) {
            taken[g] = 1;
            spec->between[spec->n_between++] = (unsigned)g;
            continue;
        }
        spec->joined = false;
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", place, NULL,
                      taken[g] ? "channel '%s' joins guest '%s' twice"
                               : "channel '%s' joins guest '%s', which owns no core",
                      spec->name, s->guests[g].name);
        return; /* the others of the entry would say the same */
    }
}

void ivc_guests_join(IvcScenario *s, const IvcNode *channel, const IvcNameList *names,
                     IvcChannelSpec *spec, IvcDiags *diags)
{
    const IvcNode *given = ivc_node_get(channel, "between");
    const IvcNode *inner = ivc_node_get(given, "value");
    const IvcNode *list = inner ? inner : given;
    spec->between = g_new0(unsigned, s->n_guests + 1);
    spec->joined = true;
    if (!list) {
        for (size_t g = 0; g < s->n_guests; g++)
            if (!s->guests[g].idle)
                spec->between[spec->n_between++] = (unsigned)g;
        return;
    }
    spec->joined = list->kind == IVC_NODE_LIST;
    if (list->kind == IVC_NODE_LIST && names->n == 0)
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-range", list->place, NULL,
                      "channel '%s' joins no guest", spec->name);
    g_autoptr(GHashTable) index = g_hash_table_new(g_str_hash, g_str_equal);
    g_autofree guint8 *taken = g_new0(guint8, s->n_guests + 1);
    for (size_t i = 0; list->kind == IVC_NODE_LIST && i < names->n; i++) {
        IvcPlace place = ((const IvcNode *)list->items->pdata[i])->place;
        IvcGuestGroup named;
        if (find(s, index, names->items[i], &named)) {
            join_named(s, &named, place, taken, spec, diags);
            continue;
        }
        g_autofree const char **known = ivc_guest_names(s);
        spec->joined = false;
        if (names->items[i][0] != '\0') /* reported as no name */
            ivc_unknown_name("guest", names->items[i], known, place, diags);
    }
}
