/* Lines of message buffers on the die. */
#include "models/shmem/buffer_line.h"

#include "sim/model/machine.h"

IvcBufferLine ivc_buffer_line(const IvcPlatform *platform)
{
    return (IvcBufferLine){.line_ps =
                               ivc_platform_ps(platform, platform->spec->message_buffer_line),
                           .hop_ps = ivc_platform_ps(platform, platform->spec->interconnect_hop)};
}

IvcTime ivc_buffer_line_ps(const IvcBufferLine *line, const IvcRank *by, const IvcRank *of)
{
    uint32_t hops = ivc_memory_hops(by->platform->memory, by->agent.core->cpu, of->agent.core->cpu);
    return line->line_ps + MAX(hops, 1) * line->hop_ps;
}

bool ivc_buffer_line_check(const IvcScenario *scenario, const char *path, const char *key,
                           IvcDiags *diags)
{
    if (ivc_scenario_machine(scenario)->message_buffer.n)
        return true;
    ivc_scenario_conflict(scenario, path, key,
                          "the profile 'scc48' has them; or give 'machine.message_buffer'",
                          "the chip has no message buffers", diags);
    return false;
}
