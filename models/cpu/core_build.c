/* Cores and agents as they are before anything has run. */
#include "models/cpu/core_private.h"

void ivc_cores_init(IvcCores *cores, IvcSim *sim, uint32_t n, uint32_t n_stages)
{
    *cores = (IvcCores){.sim = sim, .n = n, .n_stages = n_stages, .items = g_new0(IvcCore, n)};
    for (uint32_t i = 0; i < n; i++) {
        cores->items[i].id = cores->items[i].cpu = i;
        cores->items[i].cores = cores;
        cores->items[i].ledger = g_new0(IvcLedgerEntry, n_stages);
    }
}

void ivc_cores_clear(IvcCores *cores)
{
    for (uint32_t i = 0; i < cores->n; i++)
        g_free(cores->items[i].ledger);
    g_clear_pointer(&cores->items, g_free);
    cores->n = 0;
}

void ivc_agent_init(IvcAgent *agent, uint32_t id, const char *name, IvcCore *core,
                    IvcPriority priority, IvcStep (*step_function)(IvcAgent *))
{
    *agent = (IvcAgent){
        .id = id,
        .name = name,
        .sim = core->cores->sim,
        .core = core,
        .ledger = core->ledger,
        .step = step_function,
        .priority = priority,
        .above = ~((2u << priority) - 1),
        .state = IVC_AGENT_WAITING,
    };
    ivc_timer_init(&agent->timer, id, ivc_agent_fire);
    ivc_timer_init(&agent->timeout, id, ivc_agent_timeout_fire);
    if (priority == IVC_PRIORITY_PROCESS)
        core->n_agents++;
}
