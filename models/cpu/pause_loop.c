/* Pause-loop exits, as processors and hypervisors of x86 do them: after a window of spinning on a
 * core the guest is left. Under `yield` the virtual CPU makes way for whoever is next (Xen). Under
 * `directed` it looks for a sibling that has no core and asks for that one (KVM): round the guest,
 * from the one behind the latest that was chosen, one that was taken off its core within the kernel
 * or has just been woken, every second time one that spins itself; three vain tries end it.
 *
 * The window of a virtual CPU grows with each exit and is as at the beginning when it is put on a
 * core again. A guest is in its kernel while it holds a lock, spins for one or handles interrupts.
 *
 * Left out: user and kernel mode of what ranks compute: it counts as user mode. */
#include "sim/model/pause_loop.h"

#include "sim/model/platform.h"
#include "sim/model/sched.h"

static const IvcStateField vcpu_fields[] = {
    IVC_STATE(IvcPauseVcpu, window_ps, PLAIN),
    IVC_STATE(IvcPauseVcpu, yields, PLAIN),
    IVC_STATE(IvcPauseVcpu, eligible, PLAIN),
};

const IvcStateTable ivc_pause_state_tables[] = {IVC_STATE_TABLE(IvcPauseVcpu, vcpu_fields)};
const size_t ivc_pause_state_tables_n = G_N_ELEMENTS(ivc_pause_state_tables);

static bool in_kernel(const IvcPlatform *platform, const IvcCore *core)
{
    const IvcSpin *spin = &platform->spin;
    bool handles = core->ready >> IVC_PRIORITY_DEFERRED != 0;
    return handles || ivc_spin_holds(spin, core) ||
           (spin->places && spin->places[core->id].spins) ||
           platform->pauses->vcpus[core->id].yields;
}

/* Of those who spin themselves every second one is worth a try. */
static bool is_eligible(IvcPauseVcpu *vcpu)
{
    bool eligible = !vcpu->yields || vcpu->eligible;
    if (vcpu->yields)
        vcpu->eligible = !vcpu->eligible;
    return eligible;
}

/* Whether a sibling is worth asking for. */
static bool is_candidate(const IvcPlatform *platform, const IvcCore *core, const IvcCore *other)
{
    const IvcPauseLoops *loops = platform->pauses;
    if (other == core || other->state == IVC_CORE_AWAY)
        return false;
    if (loops->spec.candidates == IVC_CANDIDATES_LOCKS)
        return ivc_spin_holds(&platform->spin, other) || ivc_spin_is_next(&platform->spin, other);
    if (ivc_sched_is_preempted(other) && loops->spec.candidates == IVC_CANDIDATES_KERNEL &&
        !in_kernel(platform, other))
        return false;
    return is_eligible(&loops->vcpus[other->id]);
}

static void yield_directed(IvcPlatform *platform, IvcCore *core)
{
    IvcPauseLoops *loops = platform->pauses;
    const IvcGuestPlace *guest = &platform->guests[core->guest];
    uint32_t n = (uint32_t)guest->n_cores, first = loops->latest[core->guest] + 1;
    int tries = 3;
    for (uint32_t i = 0; i < n && tries > 0; i++) {
        uint32_t at = (first + i) % n;
        IvcCore *other = &platform->cores.items[guest->cores[at]];
        if (!is_candidate(platform, core, other))
            continue;
        IvcYield outcome = ivc_sched_yield_to(core, other);
        if (outcome == IVC_YIELD_DONE) {
            loops->latest[core->guest] = at;
            loops->directed++;
            return;
        }
        tries -= outcome == IVC_YIELD_ALONE;
    }
}

static void grow(IvcPauseLoops *loops, uint32_t core)
{
    IvcTime *window = &loops->vcpus[core].window_ps;
    IvcTime most = IVC_TIME_NEVER / 2 / MAX(1, loops->spec.grow);
    *window = loops->spec.grow ? MIN(*window, most) * loops->spec.grow : loops->window_ps;
}

static IvcStep spin_exit(IvcPlatform *platform, IvcAgent *agent, IvcPauseFrame *frame)
{
    IvcPauseLoops *loops = platform->pauses;
    IvcPauseVcpu *vcpu = &loops->vcpus[agent->core->id];
    IVC_BEGIN(frame);
    grow(loops, agent->core->id);
    ivc_virt_owe_leave(agent, IVC_VIRT_PAUSE);
    IVC_AWAIT(frame, ivc_pay(agent));
    vcpu->yields = true;
    if (loops->spec.exits == IVC_PAUSE_EXITS_DIRECTED)
        yield_directed(platform, agent->core);
    else
        ivc_sched_yield(agent->core);
    ivc_virt_owe_enter(agent, IVC_VIRT_PAUSE);
    IVC_AWAIT(frame, ivc_pay(agent));
    vcpu->yields = vcpu->eligible = false;
    IVC_END(frame);
}

IvcTime ivc_pause_window(const IvcPlatform *platform, const IvcCore *core)
{
    return platform->pauses ? platform->pauses->vcpus[core->id].window_ps : 0;
}

IvcPauseLoops *ivc_pause_loops_new(IvcPlatform *platform, const IvcPauseSpec *spec)
{
    if (spec->exits == IVC_PAUSE_EXITS_NONE)
        return NULL;
    IvcPauseLoops *loops = g_new0(IvcPauseLoops, 1);
    loops->spec = *spec;
    loops->window_ps = MAX(1, ivc_platform_ps(platform, spec->window));
    loops->n = platform->cores.n;
    loops->vcpus = g_new0(IvcPauseVcpu, loops->n + 1);
    loops->n_guests = platform->n_guests;
    loops->latest = g_new0(uint32_t, platform->n_guests + 1);
    for (uint32_t v = 0; v < loops->n; v++)
        loops->vcpus[v].window_ps = loops->window_ps;
    platform->spin.window_ps = ivc_pause_window;
    platform->spin.gap_ps = ivc_platform_ps(platform, spec->gap);
    platform->spin.pause = spin_exit;
    ivc_platform_count(platform, "directed_yields", "count",
                       "exits for spinning after which a sibling was asked for", &loops->directed);
    return loops;
}

void ivc_pause_loops_begin(IvcPauseLoops *loops, const IvcCore *core)
{
    if (loops)
        loops->vcpus[core->id].window_ps = loops->window_ps;
}

void ivc_pause_loops_free(IvcPauseLoops *loops)
{
    if (!loops)
        return;
    g_free(loops->vcpus);
    g_free(loops->latest);
    g_free(loops);
}

void ivc_pause_loops_digest(const IvcPauseLoops *loops, IvcDigest *digest)
{
    for (uint32_t v = 0; loops && v < loops->n; v++)
        ivc_digest_state(digest, &ivc_pause_state_tables[0], &loops->vcpus[v]);
    for (uint32_t g = 0; loops && g < loops->n_guests; g++)
        ivc_digest_u64(digest, loops->latest[g]);
}
