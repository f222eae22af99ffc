/* What of a scheduler can influence the future, beside what its algorithm feeds. */
#include "models/cpu/sched.h"

static const IvcStateField vcpu_fields[] = {
    IVC_STATE(IvcSchedVcpu, id, FIXED),
    IVC_STATE(IvcSchedVcpu, core, FIXED),
    IVC_STATE(IvcSchedVcpu, domain, FIXED),
    IVC_STATE(IvcSchedVcpu, cpu, FIXED), /* as the core's */
    IVC_STATE(IvcSchedVcpu, since_ps, OTHER),
    IVC_STATE(IvcSchedVcpu, burnt_ps, OTHER),
    IVC_STATE(IvcSchedVcpu, credit, OTHER),
    IVC_STATE(IvcSchedVcpu, vruntime, OTHER),
    IVC_STATE(IvcSchedVcpu, residue, OTHER),
    IVC_STATE(IvcSchedVcpu, next, OTHER),
    IVC_STATE(IvcSchedVcpu, queued, FIXED), /* follows from the queues */
    IVC_STATE(IvcSchedVcpu, parked, PLAIN),
    IVC_STATE(IvcSchedVcpu, yields, PLAIN),
    IVC_STATE(IvcSchedVcpu, preempted, PLAIN),
    IVC_STATE(IvcSchedVcpu, active, OTHER),
    IVC_STATE(IvcSchedVcpu, priority, OTHER),
    IVC_STATE(IvcSchedVcpu, budget, OTHER),
    IVC_STATE(IvcSchedVcpu, told, OTHER),
    IVC_STATE(IvcSchedVcpu, queue, OTHER),
    IVC_STATE(IvcSchedVcpu, assigned, REF),
    IVC_STATE(IvcSchedVcpu, ahead_ps, OTHER),
    IVC_STATE(IvcSchedVcpu, counts, FIXED),
};

static const IvcStateField cpu_fields[] = {
    IVC_STATE(IvcSchedCpu, timer, OTHER),
    IVC_STATE(IvcSchedCpu, switched, OTHER),
    IVC_STATE(IvcSchedCpu, tick, OTHER),
    IVC_STATE(IvcSchedCpu, sched, FIXED),
    IVC_STATE(IvcSchedCpu, id, FIXED),
    IVC_STATE(IvcSchedCpu, switching, PLAIN),
    IVC_STATE(IvcSchedCpu, again, PLAIN),
    IVC_STATE(IvcSchedCpu, told, PLAIN),
    IVC_STATE(IvcSchedCpu, current, REF),
    IVC_STATE(IvcSchedCpu, latest, REF),
    IVC_STATE(IvcSchedCpu, wanted, REF),
    IVC_STATE(IvcSchedCpu, queue, FIXED),
    IVC_STATE(IvcSchedCpu, balanced_ps, OTHER),
    IVC_STATE(IvcSchedCpu, failed, OTHER),
    IVC_STATE(IvcSchedCpu, taken, FIXED), /* only while a turn begins */
    IVC_STATE(IvcSchedCpu, sorted, OTHER),
    IVC_STATE(IvcSchedCpu, since_ps, FIXED), /* only attributes time */
    IVC_STATE(IvcSchedCpu, times, FIXED),
};

static const IvcStateField queue_fields[] = {
    IVC_STATE(IvcSchedQueue, first, OTHER),
    IVC_STATE(IvcSchedQueue, n, FIXED),          /* follows from the list */
    IVC_STATE(IvcSchedQueue, weight_max, FIXED), /* follows from who belongs to it */
    IVC_STATE(IvcSchedQueue, vruntime, FIXED),   /* virtual runtimes are fed relative to it */
};

static const IvcStateField domain_fields[] = {
    IVC_STATE(IvcSchedDomain, replenish, OTHER), IVC_STATE(IvcSchedDomain, sched, FIXED),
    IVC_STATE(IvcSchedDomain, weight, FIXED),    IVC_STATE(IvcSchedDomain, cap, FIXED),
    IVC_STATE(IvcSchedDomain, allowed, FIXED),   IVC_STATE(IvcSchedDomain, vcpus, FIXED),
    IVC_STATE(IvcSchedDomain, n, FIXED),         IVC_STATE(IvcSchedDomain, n_active, FIXED),
    IVC_STATE(IvcSchedDomain, budget, OTHER),    IVC_STATE(IvcSchedDomain, budget_all, FIXED),
    IVC_STATE(IvcSchedDomain, quota, FIXED),     IVC_STATE(IvcSchedDomain, had, OTHER),
    IVC_STATE(IvcSchedDomain, looked_at, FIXED), IVC_STATE(IvcSchedDomain, chosen, OTHER),
    IVC_STATE(IvcSchedDomain, listed, OTHER),    IVC_STATE(IvcSchedDomain, next_listed, OTHER),
};

const IvcStateTable ivc_sched_state_tables[] = {
    IVC_STATE_TABLE(IvcSchedVcpu, vcpu_fields),
    IVC_STATE_TABLE(IvcSchedCpu, cpu_fields),
    IVC_STATE_TABLE(IvcSchedQueue, queue_fields),
    IVC_STATE_TABLE(IvcSchedDomain, domain_fields),
};
const size_t ivc_sched_state_tables_n = G_N_ELEMENTS(ivc_sched_state_tables);

void ivc_sched_state_digest(const IvcSched *sched, IvcDigest *digest)
{
    for (uint32_t v = 0; v < sched->n_vcpus; v++) {
        const IvcSchedVcpu *vcpu = &sched->vcpus[v];
        ivc_digest_state(digest, &ivc_sched_state_tables[0], vcpu);
        if (ivc_vcpu_on(vcpu))
            ivc_digest_u64(digest, sched->sim->now - vcpu->since_ps); /* against the rate limit */
    }
    for (uint32_t c = 0; c < sched->n_cpus; c++) {
        const IvcSchedCpu *cpu = &sched->cpus[c];
        ivc_digest_state(digest, &ivc_sched_state_tables[1], cpu);
        ivc_timer_digest(&cpu->timer, digest);
        ivc_timer_digest(&cpu->switched, digest);
        ivc_timer_digest(&cpu->tick, digest);
    }
    for (uint32_t q = 0; q < sched->n_queues; q++) {
        for (const IvcSchedVcpu *vcpu = sched->queues[q].first; vcpu; vcpu = vcpu->next)
            ivc_digest_u64(digest, vcpu->id);
        ivc_digest_u64(digest, UINT64_MAX);
    }
}
