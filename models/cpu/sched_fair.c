/* A fair-share scheduler, as Linux has it for tasks (CFS): under KVM a virtual CPU is one of them.
 *
 * Each core has a queue in the order of virtual runtime: time run, slower with more weight. At a
 * core's ticks the running virtual CPU makes way when it has had its part of the latency, or is too
 * far ahead of the first in the queue. One that wakes is placed a little behind the others, on an
 * idle core if there is one, and takes the core at once from one that is far enough ahead of it.
 * Cores that fall idle take work from the fullest queue, busy ones even out loads now and then.
 *
 * Left out: groups and their bandwidth limits, waking near the waker, load averages that decay,
 * domains of cores that share a cache, and the buddies of wake-ups. */
#include "models/cpu/sched.h"

#define REFERENCE 256 /* the weight at which virtual runtime is time */

static const IvcFairSpec *spec_of(const IvcSched *sched)
{
    return &sched->spec->fair;
}

static IvcTime min_granularity(const IvcSched *sched)
{
    return spec_of(sched)->min_granularity.ps * sched->scale;
}

static IvcTime latency(const IvcSched *sched)
{
    return spec_of(sched)->latency.ps * sched->scale;
}

static int64_t weighted(IvcTime time, const IvcSchedVcpu *vcpu)
{
    return (int64_t)((IvcU128)time * REFERENCE / vcpu->domain->weight);
}

static IvcSchedCpu *cpu_of_queue(const IvcSchedQueue *queue, IvcSched *sched)
{
    return &sched->cpus[queue - sched->queues];
}

/* ---- virtual runtime ---- */

static bool is_behind(const IvcSchedVcpu *vcpu, const IvcSchedVcpu *other)
{
    return vcpu->vruntime < other->vruntime;
}

static void burn(IvcSchedVcpu *vcpu)
{
    IvcTime now = vcpu->domain->sched->sim->now;
    IvcU128 ran = (IvcU128)(now - vcpu->burnt_ps) * REFERENCE + vcpu->residue;
    vcpu->vruntime += (int64_t)(ran / vcpu->domain->weight);
    vcpu->residue = (uint64_t)(ran % vcpu->domain->weight);
    vcpu->burnt_ps = now;
}

/* Brings a core's virtual time up to now: that of whoever is furthest behind, never less. */
static void update(IvcSchedCpu *cpu)
{
    IvcSchedQueue *queue = cpu->queue;
    IvcSchedVcpu *current = cpu->current, *least = queue->first;
    if (current)
        burn(current);
    if (current && ivc_vcpu_runnable(current) && (!least || is_behind(current, least)))
        least = current;
    if (least)
        queue->vruntime = MAX(queue->vruntime, least->vruntime);
}

static void join(IvcSchedVcpu *vcpu, IvcSchedQueue *queue)
{
    if (vcpu->queue == queue)
        return;
    vcpu->vruntime += queue->vruntime - vcpu->queue->vruntime;
    vcpu->queue = queue;
}

/* Whether `vcpu` is so far behind `other` that it need not wait for it. */
static bool is_urgent(const IvcSchedVcpu *vcpu, const IvcSchedVcpu *other)
{
    const IvcSched *sched = vcpu->domain->sched;
    IvcTime far = spec_of(sched)->wakeup_granularity.ps * sched->scale;
    return other->vruntime - vcpu->vruntime > weighted(far, vcpu);
}

/* Whether it may go on there. */
static bool may_stay(const IvcSchedVcpu *vcpu, const IvcSchedCpu *cpu)
{
    return vcpu && ivc_vcpu_runnable(vcpu) && (!vcpu->assigned || vcpu->assigned == cpu);
}

/* ---- queues ---- */

static bool is_idle(const IvcSchedCpu *cpu)
{
    return !cpu->current && !cpu->told && cpu->queue->n == 0;
}

static uint64_t load_of(const IvcSchedCpu *cpu)
{
    uint64_t load = cpu->current && ivc_vcpu_runnable(cpu->current) && !cpu->current->queued
                        ? cpu->current->domain->weight
                        : 0;
    for (const IvcSchedVcpu *vcpu = cpu->queue->first; vcpu; vcpu = vcpu->next)
        load += vcpu->domain->weight;
    return load;
}

static void forget(IvcSchedCpu *cpu, const IvcSchedVcpu *vcpu)
{
    if (cpu->wanted == vcpu)
        cpu->wanted = NULL;
}

/* Its place is that of its virtual runtime, also when it yields. */
static void enqueue(IvcSchedVcpu *vcpu)
{
    bool yields = vcpu->yields;
    vcpu->yields = false;
    ivc_queue_insert(vcpu->queue, vcpu, is_behind);
    vcpu->yields = yields;
}

static void dequeue(IvcSchedVcpu *vcpu)
{
    forget(cpu_of_queue(vcpu->queue, vcpu->domain->sched), vcpu);
    ivc_queue_remove(vcpu->queue, vcpu);
}

/* An idle core that it may have, the one where it was before others; NULL: none. */
static IvcSchedCpu *find_idle(const IvcSchedVcpu *vcpu)
{
    IvcSched *sched = vcpu->domain->sched;
    uint32_t c = vcpu->cpu->id;
    for (uint32_t i = 0; i < sched->n_cpus; i++) {
        IvcSchedCpu *cpu = &sched->cpus[c];
        if (is_idle(cpu) && ivc_vcpu_allowed(vcpu, cpu))
            return cpu;
        c = c + 1 == sched->n_cpus ? 0 : c + 1;
    }
    return NULL;
}

static void wake(IvcSchedVcpu *vcpu, bool unparked)
{
    IvcSched *sched = vcpu->domain->sched;
    ivc_gang_wake(sched);
    IvcSchedCpu *cpu = vcpu->assigned ? vcpu->assigned : find_idle(vcpu);
    if (!cpu)
        cpu = vcpu->cpu;
    update(cpu_of_queue(vcpu->queue, sched));
    update(cpu);
    join(vcpu, cpu->queue);
    if (!unparked) {
        int64_t ahead = (int64_t)(latency(sched) / spec_of(sched)->sleeper_part);
        vcpu->vruntime = MAX(vcpu->vruntime, cpu->queue->vruntime - ahead);
    }
    enqueue(vcpu);
    if (!may_stay(cpu->current, cpu) || is_urgent(vcpu, cpu->current))
        ivc_sched_tell(cpu);
}

/* ---- balancing ---- */

static bool is_hot(const IvcSchedVcpu *vcpu)
{
    const IvcSched *sched = vcpu->domain->sched;
    return sched->sim->now - vcpu->burnt_ps < spec_of(sched)->migration_cost.ps;
}

static bool may_come(const IvcSchedVcpu *vcpu, const IvcSchedCpu *cpu)
{
    return ivc_vcpu_allowed(vcpu, cpu) && (!vcpu->assigned || vcpu->assigned == cpu);
}

/* Who waits elsewhere, as one core sees it. */
typedef struct {
    IvcSchedCpu *busiest; /* with the greatest load, of those where one waits that may come; NULL */
    uint64_t most;        /* its load */
    uint64_t sum;         /* of all loads but those of fuller cores of which nobody may come */
    uint64_t n;           /* cores that are in the sum */
} Loads;

/* Of those that wait in the busiest core's queue the one that has not run for longest, if this core
 * may have it and it weighs no more than `most`. One that ran a moment ago is left where its caches
 * are, unless that has failed often. */
static IvcSchedVcpu *find_movable(const Loads *loads, const IvcSchedCpu *cpu, uint64_t most)
{
    IvcSchedVcpu *best = NULL;
    bool hot_too = cpu->failed > spec_of(cpu->sched)->hot_tries;
    for (IvcSchedVcpu *vcpu = loads->busiest->queue->first; vcpu; vcpu = vcpu->next) {
        uint64_t weight = (vcpu->domain->weight * loads->n) >> MIN(cpu->failed, 16);
        if (!may_come(vcpu, cpu) || weight > most || (is_hot(vcpu) && !hot_too))
            continue;
        if (!best || vcpu->burnt_ps < best->burnt_ps)
            best = vcpu;
    }
    return best;
}

/* Whether somebody waits there, and `ret_comes` whether one of them may come. */
static bool has_waiting(const IvcSchedCpu *other, const IvcSchedCpu *cpu, bool *ret_comes)
{
    *ret_comes = false;
    if (other == cpu || other->queue->n == 0 || !other->current)
        return false;
    for (const IvcSchedVcpu *vcpu = other->queue->first; vcpu && !*ret_comes; vcpu = vcpu->next)
        *ret_comes = may_come(vcpu, cpu);
    return true;
}

static Loads look_around(const IvcSchedCpu *cpu)
{
    IvcSched *sched = cpu->sched;
    Loads loads = {.n = sched->n_cpus};
    bool comes;
    for (uint32_t i = 0; i < sched->n_cpus; i++) {
        IvcSchedCpu *other = &sched->cpus[(cpu->id + i) % sched->n_cpus];
        uint64_t load = load_of(other);
        loads.sum += load;
        if (load <= loads.most || !has_waiting(other, cpu, &comes) || !comes)
            continue;
        loads.busiest = other;
        loads.most = load;
    }
    for (uint32_t i = 0; loads.busiest && i < sched->n_cpus; i++) {
        const IvcSchedCpu *other = &sched->cpus[i];
        uint64_t load = load_of(other);
        if (load <= loads.most || !has_waiting(other, cpu, &comes) || comes)
            continue;
        loads.sum -= load;
        loads.n--;
    }
    return loads;
}

/* A core with nothing to run takes from the busiest; NULL: nothing to take. */
static IvcSchedVcpu *pull_idle(IvcSchedCpu *cpu)
{
    Loads loads = look_around(cpu);
    IvcSchedVcpu *vcpu = loads.busiest ? find_movable(&loads, cpu, UINT64_MAX) : NULL;
    if (vcpu)
        cpu->failed = 0;
    else if (loads.busiest && !cpu->current)
        cpu->failed++;
    return vcpu;
}

static void move(IvcSchedVcpu *vcpu, IvcSchedCpu *to)
{
    IvcSchedCpu *from = cpu_of_queue(vcpu->queue, to->sched);
    update(from);
    dequeue(vcpu);
    update(to);
    join(vcpu, to->queue);
}

/* A busy core evens out its load with the busiest one's: by what both are from the mean. */
static void balance(IvcSchedCpu *cpu)
{
    const IvcFairSpec *spec = spec_of(cpu->sched);
    Loads loads = look_around(cpu);
    uint64_t n = loads.n, mine = load_of(cpu);
    if (!loads.busiest || mine * n >= loads.sum || loads.most * 100 <= spec->imbalance * mine) {
        cpu->failed = 0;
        return;
    }
    uint64_t imbalance = MIN(loads.most * n - loads.sum, loads.sum - mine * n); /* n weights */
    IvcSchedVcpu *vcpu = find_movable(&loads, cpu, imbalance);
    if (!vcpu) {
        cpu->failed++;
        return;
    }
    cpu->failed = 0;
    move(vcpu, cpu);
    enqueue(vcpu);
    if (is_urgent(vcpu, cpu->current))
        ivc_sched_again(cpu);
}

/* Somebody waits here: an idle core that may run it is told to look. */
static void kick_idle(const IvcSchedCpu *cpu)
{
    for (const IvcSchedVcpu *vcpu = cpu->queue->first; vcpu; vcpu = vcpu->next) {
        IvcSchedCpu *idle = vcpu->assigned ? NULL : find_idle(vcpu);
        if (idle) {
            ivc_sched_tell(idle);
            return;
        }
    }
}

/* ---- ticks ---- */

/* How long the running virtual CPU may have the core: its weight's part of the latency. */
static IvcTime slice_of(const IvcSchedCpu *cpu)
{
    const IvcSched *sched = cpu->sched;
    uint64_t n = cpu->queue->n + 1, most = MAX(1, latency(sched) / min_granularity(sched));
    IvcTime period = n > most ? n * min_granularity(sched) : latency(sched);
    return (IvcTime)((IvcU128)period * cpu->current->domain->weight / load_of(cpu));
}

static bool has_had_its_part(const IvcSchedCpu *cpu)
{
    const IvcSchedVcpu *current = cpu->current;
    IvcTime slice = slice_of(cpu), ran = cpu->sched->sim->now - current->since_ps;
    if (ran > slice)
        return true;
    return ran >= min_granularity(cpu->sched) &&
           current->vruntime - cpu->queue->first->vruntime > (int64_t)slice;
}

static IvcSchedCpu *cpu_of_tick(IvcTimer *timer)
{
    return (IvcSchedCpu *)((char *)timer - offsetof(IvcSchedCpu, tick));
}

static void arm_tick(IvcSchedCpu *cpu)
{
    ivc_timer_arm(cpu->sched->sim, &cpu->tick,
                  ivc_sched_grid(cpu->sched, spec_of(cpu->sched)->tick.ps), IVC_PHASE_ACT);
}

static IvcTime balance_ps(const IvcSched *sched)
{
    return spec_of(sched)->balance_interval.ps * sched->n_cpus * spec_of(sched)->busy_factor;
}

static void tick_fire(IvcSim *sim, IvcTimer *timer)
{
    IvcSchedCpu *cpu = cpu_of_tick(timer);
    arm_tick(cpu);
    if (!may_stay(cpu->current, cpu))
        return; /* it is being taken off */
    update(cpu);
    if (cpu->queue->n && has_had_its_part(cpu))
        ivc_sched_again(cpu);
    if (cpu->queue->n)
        kick_idle(cpu);
    if (sim->now - cpu->balanced_ps < balance_ps(cpu->sched))
        return;
    cpu->balanced_ps = sim->now;
    balance(cpu);
}

static void busy(IvcSchedCpu *cpu, bool is_busy)
{
    if (is_busy)
        arm_tick(cpu);
    else
        ivc_timer_cancel(&cpu->tick);
}

/* ---- scheduling ---- */

/* Whoever is furthest behind, `other` than the first in the queue; NULL: nobody. */
static IvcSchedVcpu *least_of(IvcSchedVcpu *current, IvcSchedVcpu *first)
{
    return !first || (current && is_behind(current, first)) ? current : first;
}

/* Who is furthest behind, or one that was asked for and is not much less behind. */
static IvcSchedVcpu *choose(IvcSchedCpu *cpu)
{
    IvcSchedVcpu *first = cpu->queue->first, *current = cpu->current;
    if (!may_stay(current, cpu))
        current = NULL;
    IvcSchedVcpu *least = least_of(current, first), *chosen = least;
    if (least && least == current && current->yields) {
        IvcSchedVcpu *second = first;
        if (second && !is_urgent(least, second))
            chosen = second;
    }
    if (cpu->wanted && least && !is_urgent(least, cpu->wanted))
        chosen = cpu->wanted;
    if (chosen)
        forget(cpu, chosen);
    return chosen;
}

static IvcSchedVcpu *schedule(IvcSchedCpu *cpu, IvcTime *slice)
{
    IvcSchedVcpu *current = cpu->current;
    *slice = IVC_TIME_NEVER;
    update(cpu);
    if (current && !ivc_vcpu_runnable(current))
        forget(cpu, current);
    IvcSchedVcpu *next = choose(cpu);
    if (!next) {
        next = pull_idle(cpu);
        if (next)
            move(next, cpu);
    } else if (next != current) {
        dequeue(next);
    }
    if (current && next != current && ivc_vcpu_runnable(current)) {
        if (current->assigned)
            join(current, current->assigned->queue);
        enqueue(current);
        if (!may_stay(current, cpu))
            ivc_sched_tell(current->assigned);
    }
    if (next && next != current)
        next->burnt_ps = cpu->sched->sim->now;
    return next;
}

/* ---- asking for one, and keeping one off ---- */

static bool boost(IvcSchedVcpu *vcpu)
{
    IvcSchedCpu *cpu = cpu_of_queue(vcpu->queue, vcpu->domain->sched);
    cpu->wanted = vcpu;
    if (!cpu->told)
        ivc_sched_tell(cpu);
    return true;
}

static void park(IvcSchedVcpu *vcpu)
{
    vcpu->parked = true;
    if (vcpu->queued)
        dequeue(vcpu);
    else if (ivc_vcpu_on(vcpu))
        ivc_sched_tell(vcpu->cpu);
}

static void unpark(IvcSchedVcpu *vcpu)
{
    vcpu->parked = false;
    if (vcpu->core->state == IVC_CORE_WAITING && !ivc_vcpu_on(vcpu))
        wake(vcpu, true);
}

/* ---- building ---- */

static void init(IvcSched *sched)
{
    uint32_t n = spec_of(sched)->scaling == IVC_SCALING_LOG ? MIN(sched->n_cpus, 8) : 1;
    sched->scale = 1 + (31 - (uint32_t)__builtin_clz(n));
    sched->n_queues = sched->n_cpus;
    for (uint32_t c = 0; c < sched->n_cpus; c++) {
        sched->cpus[c].queue = &sched->queues[c];
        ivc_timer_init(&sched->cpus[c].tick, ivc_platform_id(sched->platform), tick_fire);
    }
    ivc_gang_init(sched);
    for (uint32_t v = 0; v < sched->n_vcpus; v++)
        sched->vcpus[v].queue = sched->vcpus[v].cpu->queue;
}

static void digest_vcpu(const IvcSched *sched, const IvcSchedVcpu *vcpu, IvcDigest *to)
{
    int64_t behind = vcpu->vruntime - vcpu->queue->vruntime;
    if (vcpu->core->state == IVC_CORE_AWAY) /* all further behind are placed alike */
        behind = MAX(behind, -(int64_t)(latency(sched) / spec_of(sched)->sleeper_part));
    ivc_digest_u64(to, (uint64_t)behind);
    ivc_digest_u64(to, vcpu->residue);
    ivc_digest_u64(to, (uint64_t)(vcpu->queue - sched->queues));
    if (ivc_vcpu_on(vcpu) || vcpu->queued)
        ivc_digest_time(to, vcpu->burnt_ps);
}

static void digest(const IvcSched *sched, IvcDigest *to)
{
    ivc_gang_digest(sched, to);
    ivc_digest_u64(to, sched->sim->now % spec_of(sched)->tick.ps);
    for (uint32_t v = 0; v < sched->n_vcpus; v++)
        digest_vcpu(sched, &sched->vcpus[v], to);
    for (uint32_t c = 0; c < sched->n_cpus; c++) {
        const IvcSchedCpu *cpu = &sched->cpus[c];
        ivc_digest_u64(to, MIN(sched->sim->now - cpu->balanced_ps, balance_ps(sched)));
        ivc_digest_u64(to, cpu->failed);
    }
}

const IvcSchedOps ivc_sched_fair = {
    .init = init,
    .wake = wake,
    .schedule = schedule,
    .busy = busy,
    .boost = boost,
    .park = park,
    .unpark = unpark,
    .digest = digest,
};
