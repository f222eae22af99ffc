/* The hypervisor's scheduler, as far as all algorithms are alike: virtual CPUs wake, wait, are put
 * on physical cores and taken off them; cores are told to schedule, switch and fall idle.
 *
 * A core that is told to schedule by another core does so after an interrupt's flight, and later
 * when it was idle. Putting a virtual CPU on a core takes the time of a domain switch with the
 * refill of the TLB, less when the core was idle since this one left it; it is charged to the
 * incoming virtual CPU, which is running from there on, as Xen counts it. Caches are those of the
 * physical core: what another guest displaced is missed because it was displaced.
 *
 * Left out: the time of ticks and of decisions that change nothing; soft affinity; simultaneous
 * threads; what a copy costs elsewhere when its virtual CPU is moved in the middle of it. */
#include "models/cpu/sched.h"
#include "sim/model/pause_loop.h"

static IvcSchedCpu *cpu_of_switched(IvcTimer *timer)
{
    return (IvcSchedCpu *)((char *)timer - offsetof(IvcSchedCpu, switched));
}

static void cpu_charge(IvcSchedCpu *cpu)
{
    IvcTime now = cpu->sched->sim->now;
    *(!cpu->current    ? &cpu->times.idle_ps
      : cpu->switching ? &cpu->times.switching_ps
                       : &cpu->times.running_ps) += now - cpu->since_ps;
    cpu->since_ps = now;
}

void ivc_sched_settle(IvcSched *sched)
{
    for (uint32_t c = 0; c < sched->n_cpus; c++)
        cpu_charge(&sched->cpus[c]);
}

/* ---- queues ---- */

void ivc_queue_insert(IvcSchedQueue *queue, IvcSchedVcpu *vcpu,
                      bool (*before)(const IvcSchedVcpu *vcpu, const IvcSchedVcpu *other))
{
    IvcSchedVcpu **at = &queue->first;
    ivc_hot_assert(!vcpu->queued);
    while (*at && !before(vcpu, *at))
        at = &(*at)->next;
    if (vcpu->yields && *at)
        at = &(*at)->next;
    vcpu->next = *at;
    vcpu->queued = true;
    *at = vcpu;
    queue->n++;
}

void ivc_queue_remove(IvcSchedQueue *queue, IvcSchedVcpu *vcpu)
{
    IvcSchedVcpu **at = &queue->first;
    while (*at != vcpu)
        at = &(*at)->next;
    *at = vcpu->next;
    vcpu->next = NULL;
    vcpu->queued = false;
    queue->n--;
}

/* ---- cores ---- */

void ivc_sched_tell(IvcSchedCpu *cpu)
{
    IvcSched *sched = cpu->sched;
    IvcTime when = sched->sim->now;
    cpu->told = true;
    if (cpu->switching) {
        cpu->again = true;
        return;
    }
    if (!cpu->current)
        when += sched->t.flight + sched->t.idle_wake;
    else if (!cpu->current->core->stepping)
        when += sched->t.flight;
    if (!cpu->timer.armed || cpu->timer.when_ps > when)
        ivc_timer_arm(sched->sim, &cpu->timer, when, IVC_PHASE_ACT);
}

void ivc_sched_again(IvcSchedCpu *cpu)
{
    cpu->told = true;
    if (cpu->switching)
        cpu->again = true;
    else
        ivc_timer_arm(cpu->sched->sim, &cpu->timer, cpu->sched->sim->now, IVC_PHASE_ACT);
}

static void switch_ends(IvcSchedCpu *cpu)
{
    IvcSched *sched = cpu->sched;
    cpu_charge(cpu);
    cpu->switching = false;
    ivc_core_enter(cpu->current->core);
    if (cpu->again)
        ivc_timer_arm(sched->sim, &cpu->timer, sched->sim->now, IVC_PHASE_ACT);
    cpu->again = false;
}

static void switched_fire(IvcSim *sim, IvcTimer *timer)
{
    (void)sim;
    switch_ends(cpu_of_switched(timer));
}

/* Takes the current virtual CPU off; one that has nothing to run is off already. */
static void take_off(IvcSchedCpu *cpu, IvcSchedVcpu *vcpu)
{
    if (vcpu->core->state == IVC_CORE_AWAY)
        return;
    ivc_core_leave(vcpu->core, IVC_CORE_WAITING);
    vcpu->since_ps = cpu->sched->sim->now;
    vcpu->preempted = true;
    *(vcpu->yields ? &vcpu->counts.yields : &vcpu->counts.preemptions) += 1;
}

static void put_on(IvcSchedCpu *cpu, IvcSchedVcpu *vcpu)
{
    IvcSched *sched = cpu->sched;
    IvcCore *core = vcpu->core;
    IvcTime cost = cpu->latest == vcpu ? sched->t.idle_switch : sched->t.domain_switch;
    vcpu->counts.switches += cpu->latest && cpu->latest->domain != vcpu->domain;
    vcpu->counts.migrations += vcpu->cpu != cpu;
    vcpu->cpu = cpu;
    vcpu->since_ps = sched->sim->now;
    vcpu->preempted = false;
    cpu->latest = vcpu;
    ivc_pause_loops_begin(sched->platform->pauses, core);
    core->cpu = cpu->id;
    core->ledger[core->cores->stage_switch].times++;
    ivc_core_set_state(core, IVC_CORE_SWITCHING);
    cpu->switching = true;
    if (cost)
        ivc_timer_arm(sched->sim, &cpu->switched, sched->sim->now + cost, IVC_PHASE_ACT);
    else
        switch_ends(cpu);
}

static void change(IvcSchedCpu *cpu, IvcSchedVcpu *next)
{
    const IvcSchedOps *ops = cpu->sched->ops;
    IvcSchedVcpu *before = cpu->current;
    cpu_charge(cpu);
    if (before)
        take_off(cpu, before);
    cpu->current = next;
    if (ops->busy && !before != !next)
        ops->busy(cpu, next != NULL);
    if (next)
        put_on(cpu, next);
    if (before && ops->left)
        ops->left(before);
}

static void schedule(IvcSchedCpu *cpu)
{
    IvcSched *sched = cpu->sched;
    IvcSchedVcpu *before = cpu->current;
    IvcTime slice = 0;
    cpu->told = false;
    IvcSchedVcpu *next = sched->ops->schedule(cpu, &slice);
    if (cpu->told) /* by its own decision */
        slice = 0;
    if ((next && slice != IVC_TIME_NEVER) || cpu->told)
        ivc_timer_arm(sched->sim, &cpu->timer, sched->sim->now + slice, IVC_PHASE_ACT);
    else
        ivc_timer_cancel(&cpu->timer);
    if (next != before)
        change(cpu, next);
    if (before)
        before->yields = false;
}

static void timer_fire(IvcSim *sim, IvcTimer *timer)
{
    IvcSchedCpu *cpu = (IvcSchedCpu *)timer;
    (void)sim;
    if (cpu->switching)
        cpu->again = true;
    else
        schedule(cpu);
}

/* ---- virtual CPUs ---- */

static IvcSchedVcpu *vcpu_of(const IvcCore *core)
{
    return &core->sched->vcpus[core->id];
}

void ivc_sched_ready(IvcCore *core)
{
    IvcSchedVcpu *vcpu = vcpu_of(core);
    if (core->state != IVC_CORE_AWAY)
        return; /* it will run it when it has a core */
    ivc_core_set_state(core, IVC_CORE_WAITING);
    vcpu->since_ps = core->cores->sim->now;
    vcpu->counts.wakes++;
    if (!vcpu->parked)
        core->sched->ops->wake(vcpu, false);
}

void ivc_sched_block(IvcCore *core)
{
    IvcSchedVcpu *vcpu = vcpu_of(core);
    core->state = IVC_CORE_AWAY;
    vcpu->since_ps = core->cores->sim->now;
    schedule(vcpu->cpu);
}

void ivc_sched_yield(IvcCore *core)
{
    if (!core->sched)
        return;
    ivc_hot_assert(core->stepping && core->state == IVC_CORE_ON);
    vcpu_of(core)->yields = true;
    ivc_sched_tell(vcpu_of(core)->cpu);
}

bool ivc_sched_is_preempted(const IvcCore *core)
{
    return core->sched && vcpu_of(core)->preempted;
}

/* Under credit2 others share the queue: who is on the way to one of them waits for that one. */
bool ivc_sched_is_contended(const IvcCore *core)
{
    if (!core->sched)
        return false;
    const IvcSchedCpu *cpu = vcpu_of(core)->cpu;
    const IvcSchedVcpu *waits = cpu->queue->first;
    while (waits && (!ivc_vcpu_allowed(waits, cpu) ||
                     (waits->told && waits->told != cpu && waits->told->told)))
        waits = waits->next;
    return waits != NULL;
}

bool ivc_sched_boost(IvcCore *target)
{
    const IvcSched *sched = target->sched;
    return sched && vcpu_of(target)->queued && sched->ops->boost(vcpu_of(target));
}

IvcYield ivc_sched_yield_to(IvcCore *core, IvcCore *target)
{
    if (!core->sched || !vcpu_of(target)->queued)
        return IVC_YIELD_VAIN;
    const IvcSchedCpu *own = vcpu_of(core)->cpu, *other = vcpu_of(target)->cpu;
    if (own->queue != other->queue && own->queue->n == 0 && other->queue->n == 1 && !other->current)
        return IVC_YIELD_ALONE;
    if (!ivc_sched_boost(target))
        return IVC_YIELD_VAIN;
    ivc_sched_yield(core);
    return IVC_YIELD_DONE;
}

IvcVcpuCounts *ivc_sched_counts(const IvcCore *core)
{
    return &vcpu_of(core)->counts;
}

uint32_t ivc_sched_cpus(const IvcSched *sched)
{
    return sched->n_cpus;
}

IvcCpuTimes *ivc_sched_cpu_times(const IvcSched *sched, uint32_t cpu)
{
    return &sched->cpus[cpu].times;
}

IvcSchedShot *ivc_sched_shot_new(const IvcSched *sched)
{
    size_t vcpus = sizeof(IvcVcpuCounts) * sched->n_vcpus,
           cpus = sizeof(IvcCpuTimes) * sched->n_cpus;
    char *room = g_malloc0(sizeof(IvcSchedShot) + vcpus + cpus);
    IvcSchedShot *shot = (IvcSchedShot *)(void *)room;
    shot->vcpus = (IvcVcpuCounts *)(void *)(room + sizeof *shot);
    shot->cpus = (IvcCpuTimes *)(void *)(room + sizeof *shot + vcpus);
    return shot;
}

void ivc_sched_shot_take(const IvcSched *sched, IvcSchedShot *shot)
{
    for (uint32_t v = 0; v < sched->n_vcpus; v++)
        shot->vcpus[v] = sched->vcpus[v].counts;
    for (uint32_t c = 0; c < sched->n_cpus; c++)
        shot->cpus[c] = sched->cpus[c].times;
}

void ivc_sched_digest(const IvcSched *sched, IvcDigest *digest)
{
    ivc_sched_state_digest(sched, digest);
    sched->ops->digest(sched, digest);
}

/* ---- building ---- */

static void init_domain(IvcSched *sched, IvcSchedDomain *domain, const IvcSchedGuest *guest)
{
    *domain = (IvcSchedDomain){.sched = sched,
                               .weight = guest->weight,
                               .cap = guest->cap,
                               .allowed = g_new0(guint8, sched->n_cpus),
                               .vcpus = &sched->vcpus[guest->first],
                               .n = guest->n};
    for (size_t c = 0; c < guest->n_cpus; c++)
        domain->allowed[guest->cpus[c]] = 1;
    for (uint32_t v = 0; v < guest->n; v++) {
        IvcSchedVcpu *vcpu = &domain->vcpus[v];
        IvcCore *core = &sched->platform->cores.items[guest->first + v];
        *vcpu = (IvcSchedVcpu){.id = core->id,
                               .core = core,
                               .domain = domain,
                               .cpu = &sched->cpus[guest->cpus[v % guest->n_cpus]],
                               .priority = IVC_CREDIT_UNDER};
        core->sched = sched;
        core->state = IVC_CORE_AWAY;
        core->cpu = vcpu->cpu->id;
    }
}

static const IvcSchedOps *const algorithms[] = {[IVC_SCHEDULER_CREDIT] = &ivc_sched_credit,
                                                [IVC_SCHEDULER_CREDIT2] = &ivc_sched_credit2,
                                                [IVC_SCHEDULER_FAIR] = &ivc_sched_fair};

/* Filling the TLB after another guest: not where its entries have tags, which guest mode uses; by
 * longer walks where page tables have two stages. */
static IvcTime refill_ps(const IvcPlatform *platform, IvcTime refill)
{
    const IvcVirtSpec *spec = &platform->spec->virtualisation;
    IvcMode mode = platform->virt ? platform->virt->mode : IVC_MODE_PARTITIONED;
    if (ivc_mode_needs(mode) != IVC_EXTENSION_NONE && spec->tlb_tags)
        return 0;
    bool nested = ivc_mode_needs(mode) == IVC_EXTENSION_NESTED;
    return nested ? refill / ivc_virt_references(spec, false) * ivc_virt_references(spec, true)
                  : refill;
}

static void set_times(IvcSched *sched)
{
    const IvcPlatform *platform = sched->platform;
    const IvcHypervisorSpec *spec = sched->spec;
    IvcTime of_mode = ivc_virt_ps(platform, IVC_VIRT_VM_SWITCH);
    sched->t.domain_switch = (of_mode ? of_mode : ivc_platform_ps(platform, spec->domain_switch)) +
                             refill_ps(platform, ivc_platform_ps(platform, spec->tlb_refill));
    sched->t.idle_switch = ivc_platform_ps(platform, spec->idle_switch);
    sched->t.idle_wake = ivc_platform_ps(platform, spec->idle_wake);
    sched->t.flight = ivc_platform_ps(platform, spec->reschedule_flight);
}

IvcSched *ivc_sched_new(IvcPlatform *platform, const IvcHypervisorSpec *spec,
                        const IvcSchedGuest *guests, size_t n_guests)
{
    IvcSched *sched = g_new0(IvcSched, 1);
    sched->platform = platform;
    sched->sim = &platform->sim;
    sched->spec = spec;
    sched->ops = algorithms[spec->scheduler];
    sched->n_cpus = (uint32_t)platform->spec->cores;
    sched->n_vcpus = platform->cores.n;
    sched->n_domains = (uint32_t)n_guests;
    sched->cpus = g_new0(IvcSchedCpu, sched->n_cpus);
    sched->vcpus = g_new0(IvcSchedVcpu, sched->n_vcpus + 1);
    sched->domains = g_new0(IvcSchedDomain, n_guests + 1);
    sched->queues = g_new0(IvcSchedQueue, sched->n_cpus);
    set_times(sched);
    for (uint32_t c = 0; c < sched->n_cpus; c++) {
        IvcSchedCpu *cpu = &sched->cpus[c];
        cpu->sched = sched;
        cpu->id = c;
        ivc_timer_init(&cpu->timer, ivc_platform_id(platform), timer_fire);
        ivc_timer_init(&cpu->switched, ivc_platform_id(platform), switched_fire);
    }
    for (size_t g = 0; g < n_guests; g++)
        init_domain(sched, &sched->domains[g], &guests[g]);
    platform->cores.sched = sched;
    sched->ops->init(sched);
    return sched;
}

void ivc_sched_free(IvcSched *sched)
{
    if (!sched)
        return;
    for (uint32_t d = 0; d < sched->n_domains; d++)
        g_free(sched->domains[d].allowed);
    g_free(sched->domains);
    g_free(sched->queues);
    g_free(sched->vcpus);
    g_free(sched->cpus);
    g_free(sched);
}
