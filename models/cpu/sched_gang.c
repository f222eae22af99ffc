/* Co-scheduling: the virtual CPUs of a guest run at the same time, so that none waits for a sibling
 * that has no core. A layer on the fair scheduler: it keeps virtual CPUs off cores and lets them
 * come back.
 *
 * Strict: time is cut into turns; in a turn guests have a core for each of their virtual CPUs, or
 * none at all. Those who have had least for their weight come first, and others beside them as long
 * as they fit; cores that are left over stay idle, and so do those of virtual CPUs that sleep.
 * Relaxed: now and then it is looked who has run; one that is too far ahead of the last of its
 * siblings stops until that one has caught up, and the last is asked for on its core.
 *
 * Left out: guests that wake in the middle of a strict turn wait for its end. */
#include "models/cpu/sched.h"

#define REFERENCE 256

static bool is_strict(const IvcSched *sched)
{
    return sched->spec->fair.co_scheduling == IVC_CO_SCHEDULING_STRICT;
}

static bool is_at_work(const IvcSchedDomain *domain)
{
    for (uint32_t v = 0; v < domain->n; v++)
        if (domain->vcpus[v].core->state != IVC_CORE_AWAY)
            return true;
    return false;
}

static void park(IvcSchedVcpu *vcpu)
{
    if (!vcpu->parked)
        vcpu->domain->sched->ops->park(vcpu);
}

static void unpark(IvcSchedVcpu *vcpu)
{
    if (vcpu->parked)
        vcpu->domain->sched->ops->unpark(vcpu);
}

/* ---- strict ---- */

/* How far a guest is, in time at the reference weight, from the one that has had least. */
static void normalise(IvcSched *sched)
{
    int64_t least = INT64_MAX;
    for (uint32_t d = 0; d < sched->n_domains; d++)
        if (is_at_work(&sched->domains[d]))
            least = MIN(least, sched->domains[d].had);
    for (uint32_t d = 0; d < sched->n_domains; d++) {
        IvcSchedDomain *domain = &sched->domains[d];
        domain->had = is_at_work(domain) ? domain->had - least : 0; /* sleep is not saved up */
    }
}

/* Of those at work that have not been looked at in this turn the one that has had least. */
static IvcSchedDomain *next_domain(IvcSched *sched)
{
    IvcSchedDomain *best = NULL;
    for (uint32_t d = 0; d < sched->n_domains; d++) {
        IvcSchedDomain *domain = &sched->domains[d];
        if (!domain->looked_at && is_at_work(domain) && (!best || domain->had < best->had))
            best = domain;
    }
    return best;
}

/* A core that nobody has in this turn, the one where it was before others. */
static IvcSchedCpu *find_core(const IvcSchedVcpu *vcpu)
{
    IvcSched *sched = vcpu->domain->sched;
    for (uint32_t i = 0; i < sched->n_cpus; i++) {
        IvcSchedCpu *cpu = &sched->cpus[(vcpu->cpu->id + i) % sched->n_cpus];
        if (!cpu->taken && ivc_vcpu_allowed(vcpu, cpu))
            return cpu;
    }
    return NULL;
}

/* Gives each virtual CPU of a guest a core for this turn; false: they do not fit. */
static bool assign(IvcSchedDomain *domain)
{
    for (uint32_t v = 0; v < domain->n; v++) {
        IvcSchedVcpu *vcpu = &domain->vcpus[v];
        vcpu->assigned = find_core(vcpu);
        if (vcpu->assigned) {
            vcpu->assigned->taken = true;
            continue;
        }
        while (v-- > 0) {
            domain->vcpus[v].assigned->taken = false;
            domain->vcpus[v].assigned = NULL;
        }
        return false;
    }
    return true;
}

/* Chooses who runs in the turn that begins. @return guests at work */
static uint64_t choose(IvcSched *sched)
{
    IvcSchedDomain *domain;
    uint64_t n = 0;
    for (uint32_t c = 0; c < sched->n_cpus; c++)
        sched->cpus[c].taken = false;
    for (uint32_t v = 0; v < sched->n_vcpus; v++)
        sched->vcpus[v].assigned = NULL;
    for (uint32_t d = 0; d < sched->n_domains; d++)
        sched->domains[d].looked_at = sched->domains[d].chosen = false;
    for (; (domain = next_domain(sched)); n++) {
        domain->looked_at = true;
        domain->chosen = assign(domain);
    }
    return n;
}

static IvcTime turn_ps(const IvcSched *sched, uint64_t n)
{
    const IvcFairSpec *spec = &sched->spec->fair;
    IvcTime part = spec->latency.ps / MAX(1, n);
    return MAX(part, spec->min_granularity.ps) * sched->scale;
}

static void begin_turn(IvcSched *sched)
{
    normalise(sched);
    IvcTime turn = turn_ps(sched, choose(sched));
    for (uint32_t v = 0; v < sched->n_vcpus; v++)
        if (!sched->vcpus[v].domain->chosen)
            park(&sched->vcpus[v]);
    for (uint32_t v = 0; v < sched->n_vcpus; v++)
        if (sched->vcpus[v].domain->chosen)
            unpark(&sched->vcpus[v]);
    for (uint32_t d = 0; d < sched->n_domains; d++)
        if (sched->domains[d].chosen)
            sched->domains[d].had += (int64_t)(turn * REFERENCE / sched->domains[d].weight);
    ivc_timer_arm(sched->sim, &sched->account, sched->sim->now + turn, IVC_PHASE_ACT);
}

/* ---- relaxed ---- */

/* Who sleeps is neither ahead nor behind. @return how far the last is */
static IvcTime advance(IvcSchedDomain *domain)
{
    IvcTime least = IVC_TIME_NEVER;
    for (uint32_t v = 0; v < domain->n; v++) {
        IvcSchedVcpu *vcpu = &domain->vcpus[v];
        if (vcpu->core->state == IVC_CORE_AWAY)
            continue;
        if (ivc_vcpu_on(vcpu) && !vcpu->parked)
            vcpu->ahead_ps += domain->sched->spec->fair.skew_check.ps;
        least = MIN(least, vcpu->ahead_ps);
    }
    return least;
}

static void compare(IvcSchedDomain *domain)
{
    const IvcSched *sched = domain->sched;
    IvcTime least = advance(domain);
    bool stopped = false;
    for (uint32_t v = 0; v < domain->n; v++) {
        IvcSchedVcpu *vcpu = &domain->vcpus[v];
        bool away = vcpu->core->state == IVC_CORE_AWAY;
        vcpu->ahead_ps = away ? 0 : vcpu->ahead_ps - least;
        if (vcpu->ahead_ps > sched->spec->fair.skew.ps)
            park(vcpu);
        else
            unpark(vcpu);
        stopped = stopped || vcpu->parked;
    }
    for (uint32_t v = 0; v < domain->n && stopped; v++)
        if (domain->vcpus[v].ahead_ps == 0)
            (void)ivc_sched_boost(domain->vcpus[v].core);
}

static void look(IvcSched *sched)
{
    for (uint32_t d = 0; d < sched->n_domains; d++)
        if (sched->domains[d].n > 1)
            compare(&sched->domains[d]);
    ivc_timer_arm(sched->sim, &sched->account, sched->sim->now + sched->spec->fair.skew_check.ps,
                  IVC_PHASE_ACT);
}

/* ---- both ---- */

static void fire(IvcSim *sim, IvcTimer *timer)
{
    IvcSched *sched = (IvcSched *)timer;
    bool work = false;
    (void)sim;
    for (uint32_t d = 0; d < sched->n_domains; d++)
        work = work || is_at_work(&sched->domains[d]);
    if (!work) { /* until somebody wakes */
        for (uint32_t v = 0; v < sched->n_vcpus; v++)
            unpark(&sched->vcpus[v]);
        return;
    }
    if (is_strict(sched))
        begin_turn(sched);
    else
        look(sched);
}

void ivc_gang_wake(IvcSched *sched)
{
    const IvcFairSpec *spec = &sched->spec->fair;
    if (spec->co_scheduling == IVC_CO_SCHEDULING_NONE || sched->account.armed)
        return;
    IvcTime wait = is_strict(sched) ? 0 : spec->skew_check.ps;
    ivc_timer_arm(sched->sim, &sched->account, sched->sim->now + wait, IVC_PHASE_ACT);
}

void ivc_gang_init(IvcSched *sched)
{
    ivc_timer_init(&sched->account, ivc_platform_id(sched->platform), fire);
}

void ivc_gang_digest(const IvcSched *sched, IvcDigest *digest)
{
    if (sched->spec->fair.co_scheduling == IVC_CO_SCHEDULING_NONE)
        return;
    ivc_timer_digest(&sched->account, digest);
    for (uint32_t d = 0; d < sched->n_domains; d++) {
        ivc_digest_u64(digest, (uint64_t)(sched->domains[d].had - sched->domains[0].had));
        ivc_digest_u64(digest, sched->domains[d].chosen);
    }
    for (uint32_t v = 0; v < sched->n_vcpus; v++)
        ivc_digest_u64(digest, sched->vcpus[v].ahead_ps);
}
