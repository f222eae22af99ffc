/* What can never work about a channel over a network. */
#include "models/net/link_check.h"

void ivc_link_check_power(uint64_t bytes, const IvcScenario *scenario, const char *path,
                          const char *key, const char *text, IvcDiags *diags)
{
    if ((bytes & (bytes - 1)) == 0)
        return;
    uint64_t below = UINT64_C(1) << (63 - __builtin_clzll(bytes));
    g_autofree char *hint = g_strdup_printf(
        "the nearest are %" G_GUINT64_FORMAT "B and %" G_GUINT64_FORMAT "B", below, 2 * below);
    ivc_scenario_conflict(scenario, path, key, hint, text, diags);
}

static size_t count_guests(const IvcScenario *scenario, const char *path)
{
    size_t guests = 0;
    while (ivc_scenario_channel_guest(scenario, path, guests))
        guests++;
    return guests;
}

void ivc_link_check_apart(const IvcScenario *scenario, const char *path, const char *text,
                          const char *hint, IvcDiags *diags)
{
    if (ivc_scenario_channel_ranks(scenario, path) > count_guests(scenario, path))
        ivc_scenario_conflict(scenario, path, "between", hint, text, diags);
}

void ivc_link_check_server(const char *name, const IvcScenario *scenario, const char *path,
                           const char *key, IvcDiags *diags)
{
    const char *guest;
    if (!name)
        return;
    g_autofree char *full = g_strdup_printf("%s.%s", path, key);
    for (size_t g = 0; (guest = ivc_scenario_channel_guest(scenario, path, g)); g++)
        if (g_str_equal(guest, name))
            ivc_scenario_conflict(scenario, path, key, "name the others in 'between'",
                                  "dom0 is one of the guests that the channel joins", diags);
    if (ivc_scenario_check_guest(scenario, name, full, diags) &&
        !ivc_scenario_guest_cores(scenario, name))
        ivc_scenario_conflict(scenario, path, key, "give it a core",
                              "dom0 owns no core: nobody would run the xenstore", diags);
}
