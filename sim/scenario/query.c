/* What components may ask of a scenario in their `check` hooks. */
#include "sim/scenario/scenario.h"

const struct IvcMachineSpec *ivc_scenario_machine(const IvcScenario *scenario)
{
    return scenario->machine;
}

const char *ivc_scenario_channel_guest(const IvcScenario *scenario, const char *path, size_t i)
{
    for (size_t c = 0; c < scenario->n_channels; c++) {
        const IvcChannelSpec *channel = &scenario->channels[c];
        g_autofree char *name = g_strconcat("channels.", channel->name, NULL);
        if (g_str_equal(name, path))
            return i < channel->n_between ? scenario->guests[channel->between[i]].name : NULL;
    }
    return NULL;
}
