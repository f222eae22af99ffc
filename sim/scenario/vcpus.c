/* The virtual CPUs of a run's guests. Pinned, a virtual CPU is the core of the same number; under a
 * scheduler they are numbered guest by guest, and have physical cores at times.
 *
 * A load is a process that computes whenever no other of its virtual CPU wants to: it makes way for
 * one that wakes, as under a fair scheduler for one that has slept. Left out: that such a scheduler
 * lets it run now and then beside a process that never sleeps. */
#include "sim/scenario/vcpus.h"

#include "sim/model/sched.h"
#include "sim/model/stages.h"

bool ivc_vcpus_are_scheduled(const IvcScenario *scenario)
{
    return scenario->hypervisor.scheduler != IVC_SCHEDULER_PINNED;
}

uint32_t ivc_vcpus_count(const IvcScenario *scenario)
{
    size_t n = 0;
    if (!ivc_vcpus_are_scheduled(scenario))
        return (uint32_t)((const IvcMachineSpec *)scenario->machine)->cores;
    for (size_t g = 0; g < scenario->n_guests; g++)
        n += ivc_guest_vcpus(&scenario->guests[g]);
    return (uint32_t)n;
}

bool ivc_vcpus_need_stages(const IvcScenario *scenario)
{
    bool need = ivc_vcpus_are_scheduled(scenario) || ivc_mode_costs(scenario->channel->mode);
    for (size_t g = 0; g < scenario->n_guests; g++)
        need = need || scenario->guests[g].load != IVC_LOAD_NONE;
    return need;
}

static void place_scheduled(IvcPlatform *platform, const IvcScenario *scenario)
{
    uint32_t next = 0;
    g_autofree IvcSchedGuest *guests = g_new0(IvcSchedGuest, scenario->n_guests + 1);
    platform->vcpus = g_new0(unsigned, platform->cores.n + 1);
    for (size_t g = 0; g < scenario->n_guests; g++) {
        const IvcGuestSpec *spec = &scenario->guests[g];
        IvcGuestPlace *place = &platform->guests[g];
        guests[g] = (IvcSchedGuest){.cpus = spec->cores.items,
                                    .n_cpus = spec->cores.n,
                                    .first = next,
                                    .n = (uint32_t)ivc_guest_vcpus(spec),
                                    .weight = spec->weight,
                                    .cap = spec->cap};
        place->cores = &platform->vcpus[next];
        place->n_cores = guests[g].n;
        for (uint32_t v = 0; v < guests[g].n; v++, next++)
            platform->vcpus[next] = next;
    }
    platform->cores.stage_switch = platform->stage_hypervisor + IVC_STAGE_DOMAIN_SWITCH;
    platform->sched = ivc_sched_new(platform, &scenario->hypervisor, guests, scenario->n_guests);
}

void ivc_vcpus_place(IvcPlatform *platform, const IvcScenario *scenario)
{
    platform->guests = g_new0(IvcGuestPlace, scenario->n_guests + 1);
    for (size_t g = 0; g < scenario->n_guests; g++) {
        const IvcGuestSpec *guest = &scenario->guests[g];
        platform->guests[g] = (IvcGuestPlace){
            .name = guest->name, .cores = guest->cores.items, .n_cores = guest->cores.n};
    }
    if (ivc_vcpus_are_scheduled(scenario))
        place_scheduled(platform, scenario);
    for (unsigned g = 0; g < platform->n_guests; g++)
        for (size_t c = 0; c < platform->guests[g].n_cores; c++)
            platform->cores.items[platform->guests[g].cores[c]].guest = g;
}

/* It computes without end, which is what polling without end comes to, until it is told to stop. */
static IvcStep load_step(IvcAgent *agent)
{
    IvcPlatform *platform = (IvcPlatform *)((char *)agent->sim - offsetof(IvcPlatform, sim));
    if (platform->n_at_work == 0)
        return IVC_DONE;
    (void)ivc_poll(agent, &platform->load_ends, 1, IVC_TIME_NEVER,
                   platform->stage_hypervisor + IVC_STAGE_LOAD);
    return IVC_YIELD;
}

static unsigned count_loads(const IvcPlatform *platform, const IvcScenario *scenario)
{
    size_t n = 0;
    for (size_t g = 0; g < scenario->n_guests; g++)
        if (scenario->guests[g].load != IVC_LOAD_NONE)
            n += platform->guests[g].n_cores;
    return (unsigned)n;
}

void ivc_vcpus_start_loads(IvcPlatform *platform, const IvcScenario *scenario)
{
    platform->n_loads = count_loads(platform, scenario);
    if (platform->n_loads == 0)
        return;
    IvcAgent *load = platform->loads = g_new0(IvcAgent, platform->n_loads);
    platform->load_ends.id = ivc_platform_id(platform);
    for (size_t g = 0; g < scenario->n_guests; g++) {
        const IvcGuestPlace *guest = &platform->guests[g];
        for (size_t c = 0; scenario->guests[g].load != IVC_LOAD_NONE && c < guest->n_cores; c++) {
            ivc_agent_init(load, ivc_platform_id(platform), "load",
                           &platform->cores.items[guest->cores[c]], IVC_PRIORITY_BACKGROUND,
                           load_step);
            ivc_agent_start(load++);
        }
    }
}

void ivc_vcpus_clear(IvcPlatform *platform)
{
    ivc_sched_free(platform->sched);
    g_free(platform->vcpus);
    g_free(platform->loads);
}
