/* Xen's first credit scheduler.
 *
 * Each core has a queue in three classes: BOOST, just woken; UNDER, with credit; OVER, without.
 * Within a class the cores' slices go round. One that yields goes behind its class and one of a
 * lower class, however short it has run. A running virtual CPU pays credit, at the latest at each
 * tick; every few ticks all active guests get new credit in proportion to their weights, up to what
 * their virtual CPUs can use or their cap allows. One that saves up more than a slice is no longer
 * active. A core with nothing better to do than OVER takes work from the queues of others.
 *
 * Left out: soft affinity, and moving a running virtual CPU for the sake of threads or caches that
 * cores share. */
#include "models/cpu/sched.h"

#define MILLISECOND UINT64_C(1000000000) /* ps */

static const IvcCreditSpec *spec_of(const IvcSched *sched)
{
    return &sched->spec->credit;
}

/* Credit that a core has to give in an accounting period. */
static int64_t slice_credit(const IvcSched *sched)
{
    const IvcCreditSpec *spec = spec_of(sched);
    return (int64_t)((IvcU128)spec->slice.ps * spec->rate / MILLISECOND);
}

static IvcTime tick_ps(const IvcSched *sched)
{
    return MAX(1, spec_of(sched)->slice.ps / spec_of(sched)->ticks);
}

static IvcTime account_ps(const IvcSched *sched)
{
    return tick_ps(sched) * spec_of(sched)->ticks;
}

static void burn(IvcSchedVcpu *vcpu)
{
    const IvcSched *sched = vcpu->domain->sched;
    IvcU128 ran = (IvcU128)(sched->sim->now - vcpu->burnt_ps) * spec_of(sched)->rate;
    vcpu->credit -= (int64_t)((ran + vcpu->residue) / MILLISECOND);
    vcpu->residue = (uint64_t)((ran + vcpu->residue) % MILLISECOND);
    vcpu->burnt_ps = sched->sim->now;
}

/* ---- queues ---- */

static bool outranks(const IvcSchedVcpu *vcpu, const IvcSchedVcpu *other)
{
    return vcpu->priority > other->priority;
}

static bool is_idle(const IvcSchedCpu *cpu)
{
    return !cpu->current && !cpu->told;
}

/* Tells the core where a virtual CPU waits, when that is idle or runs something of a lower class;
 * an idle core that may run it goes before a busy one. */
static void offer(IvcSchedVcpu *vcpu)
{
    IvcSched *sched = vcpu->domain->sched;
    IvcSchedCpu *home = vcpu->cpu;
    for (uint32_t i = 0; i < sched->n_cpus; i++) {
        IvcSchedCpu *cpu = &sched->cpus[(home->id + i) % sched->n_cpus];
        if (is_idle(cpu) && ivc_vcpu_allowed(vcpu, cpu)) {
            ivc_sched_tell(cpu);
            return;
        }
    }
    if (home->current && outranks(vcpu, home->current))
        ivc_sched_tell(home);
}

static void enqueue(IvcSchedVcpu *vcpu)
{
    ivc_queue_insert(vcpu->cpu->queue, vcpu, outranks);
}

static void wake(IvcSchedVcpu *vcpu, bool unparked)
{
    if (!unparked && vcpu->priority == IVC_CREDIT_UNDER)
        vcpu->priority = IVC_CREDIT_BOOST;
    enqueue(vcpu);
    offer(vcpu);
}

/* After an accounting the classes are others; the order within each stays. */
static void sort(IvcSchedCpu *cpu)
{
    IvcSchedQueue *queue = cpu->queue;
    if (cpu->sorted == cpu->sched->accountings)
        return;
    cpu->sorted = cpu->sched->accountings;
    IvcSchedVcpu *vcpu = queue->first, *next;
    queue->first = NULL;
    queue->n = 0;
    for (; vcpu; vcpu = next) {
        next = vcpu->next;
        vcpu->queued = false;
        ivc_queue_insert(queue, vcpu, outranks);
    }
}

/* ---- accounting ---- */

static void activate(IvcSchedVcpu *vcpu)
{
    IvcSched *sched = vcpu->domain->sched;
    vcpu->active = true;
    vcpu->domain->n_active++;
    sched->weight += vcpu->domain->weight;
    if (!sched->account.armed)
        ivc_timer_arm(sched->sim, &sched->account, ivc_sched_grid(sched, account_ps(sched)),
                      IVC_PHASE_ACT);
}

static void deactivate(IvcSchedVcpu *vcpu)
{
    vcpu->active = false;
    vcpu->domain->n_active--;
    vcpu->domain->sched->weight -= vcpu->domain->weight;
}

static void park(IvcSchedVcpu *vcpu)
{
    vcpu->parked = true;
    if (vcpu->queued)
        ivc_queue_remove(vcpu->cpu->queue, vcpu);
    else if (ivc_vcpu_on(vcpu))
        ivc_sched_tell(vcpu->cpu);
}

static void unpark(IvcSchedVcpu *vcpu)
{
    vcpu->parked = false;
    if (vcpu->core->state == IVC_CORE_WAITING && !ivc_vcpu_on(vcpu))
        wake(vcpu, true);
}

/* Gives a virtual CPU its credit, and the class that follows from it. */
static void account_vcpu(IvcSchedVcpu *vcpu, int64_t fair, int64_t cap)
{
    int64_t slice = slice_credit(vcpu->domain->sched);
    vcpu->credit += fair;
    if (vcpu->credit < 0) {
        vcpu->priority = IVC_CREDIT_OVER;
        if (vcpu->domain->cap && vcpu->credit < -cap && !vcpu->parked)
            park(vcpu);
        vcpu->credit = MAX(vcpu->credit, -slice);
        return;
    }
    vcpu->priority = IVC_CREDIT_UNDER;
    if (vcpu->parked)
        unpark(vcpu);
    if (vcpu->credit <= slice)
        return;
    deactivate(vcpu);
    vcpu->credit /= 2;
}

static int64_t divide_up(IvcU128 n, uint64_t by)
{
    return (int64_t)((n + by - 1) / by);
}

/* Guests with active virtual CPUs stand in a list: the order of the next accounting. */
static void list_add(IvcSchedDomain *domain)
{
    domain->listed = true;
    domain->next_listed = domain->sched->listed;
    domain->sched->listed = domain;
}

static void list_remove(IvcSchedDomain *domain)
{
    IvcSchedDomain **at = &domain->sched->listed;
    while (*at != domain)
        at = &(*at)->next_listed;
    *at = domain->next_listed;
    domain->listed = false;
}

/* Those that have become active come first, those that are no longer leave. */
static void list_update(IvcSched *sched)
{
    for (uint32_t d = 0; d < sched->n_domains; d++) {
        IvcSchedDomain *domain = &sched->domains[d];
        if (domain->listed != (domain->n_active > 0))
            (domain->listed ? list_remove : list_add)(domain);
    }
}

/* What is still to be shared out in an accounting. */
typedef struct {
    int64_t credit;
    uint64_t weight;      /**< of all active virtual CPUs */
    uint64_t weight_left; /**< of those whose turn has not come */
    int64_t debt;         /**< that the last accounting left */
    int64_t balance;
    bool wanted; /**< somebody could use more than its share */
} Shares;

/* One guest's turn: what it cannot use is for those after it, and next time for those before it
 * that could have used it. */
static void account_domain(IvcSchedDomain *domain, Shares *shares)
{
    int64_t slice = slice_credit(domain->sched), cap = 0;
    uint64_t n = domain->n_active, weight = domain->weight * n;
    int64_t most = (int64_t)n * slice;
    shares->weight_left -= weight;
    if (shares->debt)
        most += divide_up((IvcU128)shares->debt * weight, shares->weight);
    if (domain->cap) {
        cap = divide_up((IvcU128)domain->cap * (uint64_t)slice, 100);
        most = MIN(most, cap);
        cap = divide_up((IvcU128)cap, n);
    }
    int64_t fair = divide_up((IvcU128)shares->credit * weight, shares->weight);
    if (fair < most) {
        shares->wanted = true;
    } else {
        if (shares->weight_left)
            shares->credit +=
                divide_up((IvcU128)(fair - most) * shares->weight, shares->weight_left);
        if (shares->wanted) {
            list_remove(domain);
            list_add(domain);
        }
        fair = most;
    }
    fair = divide_up((IvcU128)fair, n);
    for (uint32_t v = 0; v < domain->n; v++) {
        IvcSchedVcpu *vcpu = &domain->vcpus[v];
        if (!vcpu->active)
            continue;
        account_vcpu(vcpu, fair, cap);
        shares->balance += vcpu->credit;
    }
}

static void account_fire(IvcSim *sim, IvcTimer *timer)
{
    IvcSched *sched = (IvcSched *)timer;
    (void)sim;
    if (sched->weight == 0) { /* nobody needs it until somebody is active again */
        sched->balance = 0;
        return;
    }
    Shares shares = {.weight = sched->weight,
                     .weight_left = sched->weight,
                     .debt = sched->balance < 0 ? -sched->balance : 0,
                     .credit = slice_credit(sched) * (int64_t)sched->n_cpus};
    shares.credit += shares.debt;
    list_update(sched);
    for (IvcSchedDomain *domain = sched->listed, *next; domain; domain = next) {
        next = domain->next_listed; /* its turn may put it elsewhere */
        account_domain(domain, &shares);
    }
    list_update(sched);
    sched->balance = shares.balance;
    sched->accountings++;
    ivc_timer_arm(sched->sim, &sched->account, ivc_sched_grid(sched, account_ps(sched)),
                  IVC_PHASE_ACT);
}

/* ---- ticks ---- */

static IvcSchedCpu *cpu_of_tick(IvcTimer *timer)
{
    return (IvcSchedCpu *)((char *)timer - offsetof(IvcSchedCpu, tick));
}

static void arm_tick(IvcSchedCpu *cpu)
{
    ivc_timer_arm(cpu->sched->sim, &cpu->tick, ivc_sched_grid(cpu->sched, tick_ps(cpu->sched)),
                  IVC_PHASE_ACT);
}

static void tick_fire(IvcSim *sim, IvcTimer *timer)
{
    IvcSchedCpu *cpu = cpu_of_tick(timer);
    IvcSchedVcpu *vcpu = cpu->current;
    (void)sim;
    if (vcpu->priority == IVC_CREDIT_BOOST)
        vcpu->priority = IVC_CREDIT_UNDER;
    burn(vcpu);
    if (!vcpu->active)
        activate(vcpu);
    sort(cpu);
    arm_tick(cpu);
}

static void busy(IvcSchedCpu *cpu, bool is_busy)
{
    if (is_busy)
        arm_tick(cpu);
    else
        ivc_timer_cancel(&cpu->tick);
}

/* ---- scheduling ---- */

/* The most urgent virtual CPU in another core's queue that may run here and is of a higher class
 * than `best`; NULL: none. An idle core is about to take its own. */
static IvcSchedVcpu *steal_from(IvcSchedCpu *other, const IvcSchedCpu *cpu,
                                const IvcSchedVcpu *best)
{
    if (!other->current)
        return NULL;
    for (IvcSchedVcpu *vcpu = other->queue->first; vcpu; vcpu = vcpu->next) {
        if (best && !outranks(vcpu, best))
            return NULL;
        if (ivc_vcpu_allowed(vcpu, cpu))
            return vcpu;
    }
    return NULL;
}

static IvcSchedVcpu *steal(IvcSchedCpu *cpu, const IvcSchedVcpu *best)
{
    IvcSched *sched = cpu->sched;
    for (uint32_t i = 1; i < sched->n_cpus; i++) {
        IvcSchedCpu *other = &sched->cpus[(cpu->id + i) % sched->n_cpus];
        IvcSchedVcpu *vcpu = steal_from(other, cpu, best);
        if (vcpu)
            return vcpu;
    }
    return NULL;
}

/* Whether it is time to look for what others have. */
static bool may_balance(IvcSchedCpu *cpu, const IvcSchedVcpu *best)
{
    IvcTime now = cpu->sched->sim->now;
    if (!best)
        return true;
    if (best->priority != IVC_CREDIT_OVER ||
        (cpu->balanced_ps && now - cpu->balanced_ps <= spec_of(cpu->sched)->balance_limit.ps))
        return false;
    cpu->balanced_ps = now;
    return true;
}

static IvcSchedVcpu *choose(IvcSchedCpu *cpu)
{
    IvcSchedVcpu *best = cpu->queue->first;
    IvcSchedVcpu *stolen = may_balance(cpu, best) ? steal(cpu, best) : NULL;
    if (stolen)
        best = stolen;
    if (best)
        ivc_queue_remove(best->cpu->queue, best);
    return best;
}

static IvcSchedVcpu *schedule(IvcSchedCpu *cpu, IvcTime *slice)
{
    const IvcCreditSpec *spec = spec_of(cpu->sched);
    IvcSchedVcpu *current = cpu->current;
    IvcTime now = cpu->sched->sim->now;
    *slice = spec->slice.ps;
    if (current) {
        IvcTime ran = now - current->since_ps;
        burn(current);
        if (ivc_vcpu_runnable(current) && !current->yields && ran < spec->ratelimit.ps) {
            *slice = MAX(spec->timer_min.ps, spec->ratelimit.ps - ran);
            return current;
        }
        if (ivc_vcpu_runnable(current))
            enqueue(current);
    }
    IvcSchedVcpu *next = choose(cpu);
    if (next)
        next->burnt_ps = now;
    return next;
}

/* ---- asking for one ---- */

/* As if it had been woken with credit: before all that have not, until the next tick. */
static bool boost(IvcSchedVcpu *vcpu)
{
    ivc_queue_remove(vcpu->cpu->queue, vcpu);
    vcpu->priority = IVC_CREDIT_BOOST;
    enqueue(vcpu);
    offer(vcpu);
    return true;
}

/* ---- building ---- */

static void init(IvcSched *sched)
{
    ivc_timer_init(&sched->account, ivc_platform_id(sched->platform), account_fire);
    sched->n_queues = sched->n_cpus;
    for (uint32_t c = 0; c < sched->n_cpus; c++) {
        sched->cpus[c].queue = &sched->queues[c];
        ivc_timer_init(&sched->cpus[c].tick, ivc_platform_id(sched->platform), tick_fire);
    }
}

static void digest(const IvcSched *sched, IvcDigest *to)
{
    ivc_timer_digest(&sched->account, to);
    ivc_digest_u64(to, sched->sim->now % account_ps(sched)); /* ticks lie on a grid */
    ivc_digest_u64(to, (uint64_t)sched->balance);
    for (uint32_t c = 0; c < sched->n_cpus; c++) {
        const IvcSchedCpu *cpu = &sched->cpus[c];
        ivc_digest_u64(to, cpu->sorted == sched->accountings);
        if (cpu->balanced_ps &&
            sched->sim->now - cpu->balanced_ps <= spec_of(sched)->balance_limit.ps)
            ivc_digest_time(to, cpu->balanced_ps);
    }
    for (const IvcSchedDomain *domain = sched->listed; domain; domain = domain->next_listed)
        ivc_digest_u64(to, domain->vcpus->id);
    for (uint32_t v = 0; v < sched->n_vcpus; v++) {
        const IvcSchedVcpu *vcpu = &sched->vcpus[v];
        ivc_digest_u64(to, (uint64_t)vcpu->credit);
        ivc_digest_u64(to, vcpu->residue);
        ivc_digest_u64(to, vcpu->active);
        ivc_digest_u64(to, vcpu->priority);
        if (ivc_vcpu_on(vcpu))
            ivc_digest_time(to, vcpu->burnt_ps);
    }
}

const IvcSchedOps ivc_sched_credit = {
    .init = init,
    .wake = wake,
    .schedule = schedule,
    .busy = busy,
    .boost = boost,
    .digest = digest,
};
