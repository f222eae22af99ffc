/* Xen's second credit scheduler.
 *
 * A virtual CPU loses credit while it runs, the faster the smaller its weight. The one with the
 * most credit runs. When the first in the queue has none left, all of the queue get the same
 * amount. One that wakes takes an idle core, or one whose virtual CPU has less credit and has run
 * for most of the rate limit. When one yields, the first in the queue runs, whatever its credit.
 * A guest with a cap runs on a budget that it gets each period.
 *
 * Left out: soft affinity, threads of a core, and the decaying averages of load between run queues:
 * what counts here is how many virtual CPUs are runnable now. */
#include "models/cpu/sched.h"

#define NO_CREDIT (INT64_MIN / 4) /* of an idle core */

static const IvcCredit2Spec *spec_of(const IvcSched *sched)
{
    return &sched->spec->credit2;
}

static int64_t span(IvcSpan value)
{
    return (int64_t)value.ps;
}

static bool has_cap(const IvcSchedVcpu *vcpu)
{
    return vcpu->domain->cap != 0;
}

static bool has_more(const IvcSchedVcpu *vcpu, const IvcSchedVcpu *other)
{
    return vcpu->credit > other->credit;
}

/* ---- credit ---- */

static void burn(IvcSchedVcpu *vcpu)
{
    IvcTime now = vcpu->domain->sched->sim->now;
    IvcTime ran = now - vcpu->burnt_ps;
    IvcU128 dear = (IvcU128)ran * vcpu->queue->weight_max + vcpu->residue;
    vcpu->credit -= (int64_t)(dear / vcpu->domain->weight);
    vcpu->residue = (uint64_t)(dear % vcpu->domain->weight);
    if (has_cap(vcpu))
        vcpu->budget -= (int64_t)ran;
    vcpu->burnt_ps = now;
}

/* How long a virtual CPU runs on so much credit. */
static int64_t time_for(const IvcSchedVcpu *vcpu, int64_t credit)
{
    return (int64_t)((IvcU128)credit * vcpu->domain->weight / vcpu->queue->weight_max);
}

/* The first has no credit left: more for all that belong to the queue. */
static void reset_credit(IvcSched *sched, IvcSchedVcpu *first)
{
    const IvcCredit2Spec *spec = spec_of(sched);
    int64_t portion = span(spec->credit), most = portion + span(spec->carry_over), times = 1;
    if (first->credit < -portion)
        times += -first->credit / portion;
    for (uint32_t v = 0; v < sched->n_vcpus; v++) {
        IvcSchedVcpu *vcpu = &sched->vcpus[v];
        if (vcpu->queue != first->queue)
            continue;
        if (ivc_vcpu_on(vcpu)) {
            burn(vcpu);
            if (has_cap(vcpu) && vcpu->budget <= 0)
                ivc_sched_tell(vcpu->cpu);
        }
        vcpu->credit = MIN(vcpu->credit + times * portion, most);
        vcpu->burnt_ps = sched->sim->now;
    }
}

/* ---- telling cores ---- */

/* How much better it is to run `vcpu` on a core than what runs there; not positive: no better. */
static int64_t score(const IvcSchedVcpu *vcpu, IvcSchedCpu *cpu)
{
    const IvcSched *sched = cpu->sched;
    const IvcCredit2Spec *spec = spec_of(sched);
    IvcSchedVcpu *current = cpu->current;
    IvcTime limit = spec->ratelimit.ps, tolerance = spec->tickle_tolerance.ps;
    if (limit > tolerance && sched->sim->now - current->since_ps <= limit - tolerance)
        return -1;
    burn(current);
    int64_t resist = vcpu->cpu == cpu ? 0 : span(spec->migrate_resist);
    return vcpu->credit - current->credit - resist;
}

static bool may_tell(const IvcSchedVcpu *vcpu, const IvcSchedCpu *cpu)
{
    return !cpu->told && cpu->queue == vcpu->queue && ivc_vcpu_allowed(vcpu, cpu);
}

/* An idle core, the one where it was before others; else NULL. */
static IvcSchedCpu *find_idle(IvcSched *sched, const IvcSchedVcpu *vcpu)
{
    for (uint32_t i = 0; i < sched->n_cpus; i++) {
        IvcSchedCpu *cpu = &sched->cpus[(vcpu->cpu->id + i) % sched->n_cpus];
        if (!cpu->current && may_tell(vcpu, cpu))
            return cpu;
    }
    return NULL;
}

/* The core where it was, when it may have that; else the one where it gains most; else NULL. */
static IvcSchedCpu *find_busy(IvcSched *sched, const IvcSchedVcpu *vcpu)
{
    IvcSchedCpu *best = NULL;
    int64_t most = 0;
    for (uint32_t i = 0; i < sched->n_cpus; i++) {
        IvcSchedCpu *cpu = &sched->cpus[(vcpu->cpu->id + i) % sched->n_cpus];
        int64_t gain = cpu->current && may_tell(vcpu, cpu) ? score(vcpu, cpu) : -1;
        if (gain <= most)
            continue;
        best = cpu;
        most = gain;
        if (cpu == vcpu->cpu)
            break;
    }
    return best;
}

static void offer(IvcSchedVcpu *vcpu)
{
    IvcSched *sched = vcpu->domain->sched;
    IvcSchedCpu *cpu = find_idle(sched, vcpu);
    if (!cpu)
        cpu = find_busy(sched, vcpu);
    if (!cpu)
        return;
    vcpu->told = cpu;
    ivc_sched_tell(cpu);
}

static void enqueue(IvcSchedVcpu *vcpu)
{
    ivc_queue_insert(vcpu->queue, vcpu, has_more);
    offer(vcpu);
}

/* ---- caps ---- */

static void park(IvcSchedVcpu *vcpu)
{
    vcpu->parked = true;
    if (vcpu->queued)
        ivc_queue_remove(vcpu->queue, vcpu);
}

static void unpark_all(IvcSchedDomain *domain)
{
    for (uint32_t v = 0; v < domain->n; v++) {
        IvcSchedVcpu *vcpu = &domain->vcpus[v];
        if (!vcpu->parked)
            continue;
        vcpu->parked = false;
        if (!ivc_vcpu_on(vcpu))
            enqueue(vcpu);
    }
}

/* Takes a share of its guest's budget; one that finds none is parked. */
static bool grab(IvcSchedVcpu *vcpu)
{
    IvcSchedDomain *domain = vcpu->domain;
    if (!has_cap(vcpu) || vcpu->budget > 0)
        return true;
    domain->budget += vcpu->budget; /* what it has overrun */
    vcpu->budget = domain->budget > 0 ? MIN(domain->budget, domain->quota) : 0;
    domain->budget -= vcpu->budget;
    if (vcpu->budget == 0)
        park(vcpu);
    return vcpu->budget > 0;
}

static void give_back(IvcSchedVcpu *vcpu)
{
    IvcSchedDomain *domain = vcpu->domain;
    if (!has_cap(vcpu) || vcpu->budget <= 0)
        return;
    domain->budget += vcpu->budget;
    vcpu->budget = 0;
    if (domain->budget > 0)
        unpark_all(domain);
}

static void arm_replenish(IvcSchedDomain *domain)
{
    IvcSched *sched = domain->sched;
    ivc_timer_arm(sched->sim, &domain->replenish,
                  ivc_sched_grid(sched, spec_of(sched)->cap_period.ps), IVC_PHASE_ACT);
}

static bool is_at_work(const IvcSchedDomain *domain)
{
    for (uint32_t v = 0; v < domain->n; v++)
        if (domain->vcpus[v].core->state != IVC_CORE_AWAY)
            return true;
    return false;
}

/* Nobody need replenish what is full, of a guest that does nothing. */
static void replenish_fire(IvcSim *sim, IvcTimer *timer)
{
    IvcSchedDomain *domain = (IvcSchedDomain *)timer;
    (void)sim;
    domain->budget = MIN(domain->budget + domain->budget_all, domain->budget_all);
    if (domain->budget > 0)
        unpark_all(domain);
    if (domain->budget < domain->budget_all || is_at_work(domain))
        arm_replenish(domain);
}

/* ---- scheduling ---- */

static void wake(IvcSchedVcpu *vcpu, bool unparked)
{
    (void)unparked;
    if (has_cap(vcpu) && !vcpu->domain->replenish.armed)
        arm_replenish(vcpu->domain);
    enqueue(vcpu);
}

static bool is_limited(const IvcSchedCpu *cpu)
{
    const IvcSchedVcpu *current = cpu->current;
    const IvcSched *sched = cpu->sched;
    return current && ivc_vcpu_runnable(current) && !current->yields &&
           sched->sim->now - current->since_ps < spec_of(sched)->ratelimit.ps;
}

/* Whether a core leaves one in the queue for others: it may not run there, another core was told to
 * take it, or it would have to be moved for too little credit. */
static bool is_passed_over(const IvcSchedCpu *cpu, const IvcSchedVcpu *vcpu, int64_t credit)
{
    if (!ivc_vcpu_allowed(vcpu, cpu) || (vcpu->told && vcpu->told != cpu && vcpu->told->told))
        return true;
    return vcpu->cpu != cpu && credit + span(spec_of(cpu->sched)->migrate_resist) > vcpu->credit;
}

/* Who runs on. Sets *ret_first when nobody in the queue was passed over. */
static IvcSchedVcpu *candidate(IvcSchedCpu *cpu, bool *ret_first)
{
    IvcSchedVcpu *current = cpu->current, *vcpu = cpu->queue->first;
    *ret_first = true;
    IvcSchedVcpu *wanted = cpu->wanted;
    cpu->wanted = NULL;
    if (wanted && wanted->queued && wanted->queue == cpu->queue && grab(wanted))
        return wanted;
    if (is_limited(cpu))
        return current;
    IvcSchedVcpu *best = current && ivc_vcpu_runnable(current) ? current : NULL;
    int64_t credit = best ? best->credit : NO_CREDIT;
    while (vcpu && is_passed_over(cpu, vcpu, credit)) {
        *ret_first = false;
        vcpu = vcpu->next;
    }
    if (!vcpu || (vcpu->credit <= credit && !(best && best->yields)))
        return best;
    return grab(vcpu) ? vcpu : best;
}

/* Until its credit is that of the next in the queue, within the bounds. */
static IvcTime runtime(const IvcSchedCpu *cpu, const IvcSchedVcpu *vcpu)
{
    const IvcSched *sched = cpu->sched;
    const IvcCredit2Spec *spec = spec_of(sched);
    const IvcSchedVcpu *waits = cpu->queue->first;
    int64_t least = span(spec->timer_min), limit = span(spec->ratelimit);
    if (vcpu == cpu->current)
        limit -= (int64_t)(sched->sim->now - vcpu->since_ps);
    least = MAX(least, limit);
    int64_t credit = waits && waits->credit > 0 ? vcpu->credit - waits->credit : vcpu->credit;
    int64_t time = credit > 0 ? time_for(vcpu, credit) : 0;
    if (has_cap(vcpu))
        time = MIN(time, vcpu->budget);
    return (IvcTime)(time < least ? least : MIN(time, span(spec->timer_max)));
}

static uint32_t load_of(const IvcSched *sched, const IvcSchedQueue *queue)
{
    uint32_t n = queue->n;
    for (uint32_t c = 0; c < sched->n_cpus; c++)
        n += sched->cpus[c].queue == queue && sched->cpus[c].current;
    return n;
}

static bool may_move(const IvcSchedVcpu *vcpu, const IvcSched *sched, const IvcSchedQueue *to)
{
    for (uint32_t c = 0; c < sched->n_cpus; c++)
        if (sched->cpus[c].queue == to && ivc_vcpu_allowed(vcpu, &sched->cpus[c]))
            return true;
    return false;
}

static void find_weight_max(const IvcSched *sched, IvcSchedQueue *queue)
{
    queue->weight_max = 1;
    for (uint32_t v = 0; v < sched->n_vcpus; v++)
        if (sched->vcpus[v].queue == queue)
            queue->weight_max = MAX(queue->weight_max, sched->vcpus[v].domain->weight);
}

/* Moves one that waits to a queue that has two fewer. */
static void push_load(IvcSched *sched, IvcSchedQueue *from, IvcSchedQueue *to)
{
    if (load_of(sched, from) < load_of(sched, to) + 2)
        return;
    for (IvcSchedVcpu *vcpu = from->first; vcpu; vcpu = vcpu->next) {
        if (!may_move(vcpu, sched, to))
            continue;
        ivc_queue_remove(from, vcpu);
        vcpu->queue = to;
        find_weight_max(sched, from);
        find_weight_max(sched, to);
        enqueue(vcpu);
        return;
    }
}

static void balance(IvcSched *sched, IvcSchedQueue *mine)
{
    for (uint32_t q = 0; q < sched->n_queues; q++) {
        if (&sched->queues[q] == mine)
            continue;
        push_load(sched, mine, &sched->queues[q]);
        push_load(sched, &sched->queues[q], mine);
    }
}

static IvcSchedVcpu *schedule(IvcSchedCpu *cpu, IvcTime *slice)
{
    IvcSched *sched = cpu->sched;
    IvcSchedVcpu *current = cpu->current;
    bool first;
    if (current) {
        burn(current);
        if (current->core->state != IVC_CORE_AWAY)
            (void)grab(current);
    }
    IvcSchedVcpu *next = candidate(cpu, &first);
    if (!next)
        return NULL;
    if (next != current)
        ivc_queue_remove(cpu->queue, next);
    if (first && next->credit <= 0) {
        reset_credit(sched, next);
        balance(sched, cpu->queue);
    }
    next->burnt_ps = sched->sim->now;
    next->told = NULL;
    if (next->cpu != cpu)
        next->credit += span(spec_of(sched)->migrate_compensation);
    *slice = runtime(cpu, next);
    return next;
}

static void left(IvcSchedVcpu *vcpu)
{
    give_back(vcpu);
    if (ivc_vcpu_runnable(vcpu))
        enqueue(vcpu);
}

/* ---- asking for one ---- */

/* The core where it was takes it next, whatever the others' credit. */
static bool boost(IvcSchedVcpu *vcpu)
{
    IvcSchedCpu *cpu = vcpu->cpu;
    if (cpu->queue != vcpu->queue)
        return false;
    cpu->wanted = vcpu;
    ivc_sched_tell(cpu);
    return true;
}

/* ---- building ---- */

static uint32_t socket_of(const IvcSched *sched, uint32_t cpu)
{
    const IvcMachineSpec *spec = sched->platform->spec;
    bool sockets = spec->interconnect_kind == IVC_INTERCONNECT_SOCKETS &&
                   spec_of(sched)->runqueue == IVC_RUNQUEUE_SOCKET;
    return sockets ? (uint32_t)(cpu / (spec->cores / spec->interconnect_nodes)) : 0;
}

static void init_domain(IvcSched *sched, IvcSchedDomain *domain)
{
    const IvcCredit2Spec *spec = spec_of(sched);
    ivc_timer_init(&domain->replenish, ivc_platform_id(sched->platform), replenish_fire);
    domain->budget_all = (int64_t)(spec->cap_period.ps / 100 * domain->cap);
    domain->budget = domain->budget_all;
    domain->quota = domain->n > 1
                        ? MAX(domain->budget_all / (int64_t)domain->n, span(spec->timer_min))
                        : domain->budget_all;
}

static void init(IvcSched *sched)
{
    for (uint32_t c = 0; c < sched->n_cpus; c++) {
        uint32_t socket = socket_of(sched, c);
        sched->cpus[c].queue = &sched->queues[socket];
        sched->n_queues = MAX(sched->n_queues, socket + 1);
    }
    for (uint32_t d = 0; d < sched->n_domains; d++)
        init_domain(sched, &sched->domains[d]);
    for (uint32_t v = 0; v < sched->n_vcpus; v++) {
        sched->vcpus[v].queue = sched->vcpus[v].cpu->queue;
        sched->vcpus[v].credit = span(spec_of(sched)->credit);
    }
    for (uint32_t q = 0; q < sched->n_queues; q++)
        find_weight_max(sched, &sched->queues[q]);
}

static void digest(const IvcSched *sched, IvcDigest *to)
{
    for (uint32_t v = 0; v < sched->n_vcpus; v++) {
        const IvcSchedVcpu *vcpu = &sched->vcpus[v];
        ivc_digest_u64(to, (uint64_t)vcpu->credit);
        ivc_digest_u64(to, vcpu->residue);
        ivc_digest_u64(to, (uint64_t)vcpu->budget);
        ivc_digest_u64(to, (uint64_t)(vcpu->queue - sched->queues));
        if (ivc_vcpu_on(vcpu))
            ivc_digest_u64(to, sched->sim->now - vcpu->burnt_ps);
        if (vcpu->told && vcpu->told->told)
            ivc_digest_u64(to, vcpu->told->id);
    }
    for (uint32_t d = 0; d < sched->n_domains; d++) {
        const IvcSchedDomain *domain = &sched->domains[d];
        if (!domain->cap)
            continue;
        ivc_digest_u64(to, (uint64_t)domain->budget);
        ivc_timer_digest(&domain->replenish, to);
        ivc_digest_u64(to, sched->sim->now % spec_of(sched)->cap_period.ps);
    }
}

const IvcSchedOps ivc_sched_credit2 = {
    .init = init,
    .wake = wake,
    .schedule = schedule,
    .left = left,
    .boost = boost,
    .digest = digest,
};
