/* Interrupts between virtual CPUs as a channel: a message is a word in shared memory and an
 * interrupt that tells of it, delivered in one of the ways of virq_deliveries.c.
 *
 * This file has the parameters, builds the channel and is the process's side; virtual_ipi_send.c is
 * the sender of an interrupt, virtual_ipi_receive.c its receiver, virtual_ipi_flood.c a guest that
 * does harm. Which events trap, and what that costs, are the mode's and the chip's.
 *
 * Left out: the word's way through the caches, which is that of shmem and nemesis; interrupts of
 * devices and timers. */
#include "models/ipi/mechanisms.h"
#include "models/ipi/virtual_ipi_private.h"

#define S IvcVipiSpec
#define KVM "Linux virt/kvm/kvm_main.c"
#define XEN "Linux drivers/xen/events/events_base.c"
#define CODE "assumed: instructions"

static const char *const receivers[] = {"running", "halted", NULL}; /* IvcVipiReceiver */
static const char *const calls[] = {"interrupt", "wake", NULL};     /* IvcVipiCall */

static const IvcParam params[] = {
    {IVC_PARAM(S, delivery, "delivery"), .choices = ivc_virq_delivery_names,
     .sentence = "how an interrupt comes from one virtual CPU to another"},
    {IVC_PARAM(S, receiver, "receiver"), .fallback = "halted", .choices = receivers,
     .sentence = "what a receiving process does while it waits: it looks at memory, or it sleeps "
                 "and its core halts"},
    {IVC_PARAM(S, call, "call"), .fallback = "interrupt", .choices = calls,
     .sentence = "whether a Send is an interrupt from within the kernel, or a system call that "
                 "wakes the receiving process, with an interrupt only if that sleeps"},
    {IVC_PARAM(S, lookup, "lookup"), .fallback = "400cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED,
     .source = "assumed: a hash, the lock of a bucket, and taking a waiter off its list",
     .sentence = "a system call that wakes: finding out who waits"},
    {IVC_PARAM(S, handler, "handler"), .fallback = "100cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = CODE,
     .sentence = "the body of the guest's handler, without the access to its controller"},
    {IVC_PARAM(S, descriptor, "descriptor"), .fallback = "120cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED,
     .source = "assumed: a line of the receiver's, 44 ns at 2.2 GHz on an E5-2695 v4 "
               "(core-to-core-latency), and an atomic update",
     .sentence = "setting the bit in the receiver's descriptor, where interrupts are posted"},
    {IVC_PARAM(S, posting, "posting"), .fallback = "530cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED,
     .source = "assumed: 3,293 cycles of an IPI of one guest to another core on the KVM list, less "
               "half an exit of 1,020, 200 of its handling, a store of 300, a flight of 1,000 and "
               "an entry of 750",
     .sentence = "what a core takes to give a running guest what was posted, before its handler"},
    {IVC_PARAM(S, target, "target"), .fallback = "300cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = CODE,
     .sentence = "each target of a hypercall: finding it and setting its bit"},
    {IVC_PARAM(S, user, "user"), .fallback = "0", .max = "1ms", .kind = IVC_KIND_ASSUMED,
     .source = "assumed: the kernel emulates the controller",
     .sentence = "a device model in user space that emulates the controller: going there and back, "
                 "and its work"},
    {IVC_PARAM(S, user_lock, "user_lock"), .fallback = "false", .kind = IVC_KIND_ASSUMED,
     .source = "assumed: as 'user'",
     .sentence = "one virtual CPU at a time is in that device model"},
    {IVC_PARAM(S, halt_poll, "halt_poll"), .fallback = "200us", .max = "1s",
     .kind = IVC_KIND_ASSUMED, .source = "recalled: halt_poll_ns of KVM on x86",
     .sentence =
         "longest time that the hypervisor polls for a halted virtual CPU; 0: it never does"},
    {IVC_PARAM(S, halt_poll_start, "halt_poll_start"), .fallback = "10us", .min = "1ns",
     .max = "1s", .kind = IVC_KIND_DOCUMENTED, .source = KVM ": halt_poll_ns_grow_start",
     .sentence = "the first time that it polls, when it has not polled before"},
    {IVC_PARAM(S, halt_poll_grow, "halt_poll_grow"), .fallback = "2", .max = "1000",
     .kind = IVC_KIND_DOCUMENTED, .source = KVM ": halt_poll_ns_grow",
     .sentence =
         "factor by which that grows when a halt was longer, but not too long; 0: it stays"},
    {IVC_PARAM(S, halt_poll_shrink, "halt_poll_shrink"), .fallback = "0", .max = "1000",
     .kind = IVC_KIND_DOCUMENTED, .source = KVM ": halt_poll_ns_shrink",
     .sentence = "divisor by which it shrinks when a halt was longer than 'halt_poll'; 0: to none"},
    {IVC_PARAM(S, halt_poll_turn, "halt_poll_turn"), .fallback = "100cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = CODE, .sentence = "one turn of that polling"},
    {IVC_PARAM(S, flooder, "flooder"), .fallback = IVC_PARAM_UNSET,
     .sentence = "a guest that floods one rank with interrupts that mean nothing; none without it"},
    {IVC_PARAM(S, flooded, "flooded"), .fallback = "1", .max = "65535",
     .sentence = "the rank that 'flooder' does that to"},
    {IVC_PARAM(S, flood_gap, "flood_gap"), .fallback = "0", .max = "1s",
     .sentence = "what it waits between two; 0: it sends as fast as it can"},
    {IVC_PARAM(S, late_eoi, "late_eoi"), .fallback = "false",
     .sentence = "whether the end of an interrupt that meant nothing comes late, and until then no "
                 "other of that event channel"},
    {IVC_PARAM(S, late_eoi_unit, "late_eoi_unit"), .fallback = "4ms", .min = "1ns", .max = "1s",
     .kind = IVC_KIND_DOCUMENTED, .source = XEN ": a jiffy, of 250 in a second",
     .sentence = "how late the second in a row is ended; each further one twice as late"},
    {IVC_PARAM(S, late_eoi_max, "late_eoi_max"), .fallback = "1s", .max = "100s",
     .kind = IVC_KIND_DOCUMENTED, .source = XEN ": HZ jiffies",
     .sentence = "the latest that one is ended"},
    {0},
};

static const IvcStage stages[] = {
    [VIPI_LOOKUP] = {"lookup", "finding out who waits, to wake it", false},
    [VIPI_SEND] = {"send", "in the hypervisor: targets of a hypercall, and injecting", false},
    [VIPI_DESCRIPTOR] = {"descriptor", "setting bits of posted interrupts", false},
    [VIPI_POSTING] = {"posting", "the core gives its guest what was posted", false},
    [VIPI_HANDLER] = {"handler", "the body of the interrupt handler", false},
    [VIPI_RUN] = {"look", "looking whether a message has come, by a process that does not sleep",
                  true},
    [VIPI_BLOCK] = {"vcpu-block", "putting a halted virtual CPU to sleep", false},
    [VIPI_DEVICE] = {"device-model", "the controller's emulation in user space", false},
    [VIPI_LOCK] = {"device-lock", "waiting for others to leave the device model", true},
    [VIPI_HALT_POLL] = {"halt-poll", "the hypervisor polls for a halted virtual CPU", true},
    [VIPI_VCPU_WAKE] = {"vcpu-wake", "getting the thread of a sleeping virtual CPU to run", false},
    [VIPI_STAGES] = {NULL, NULL, false},
};

/* ---- the process's side ---- */

static Vcpu *own_of(const IvcRank *rank)
{
    return &((VirtualIpi *)rank->channel)->vcpus[rank->rank];
}

/* Barriers of Init and Finalize take no time: nobody is measured meanwhile. */
static IvcStep tell(Vcpu *to, const IvcMpiCall *call)
{
    ivc_arrivals_push(&to->arrivals, &call->envelope, 0, 0);
    ivc_signal(&to->channel->platform->sim, &to->control);
    return IVC_DONE;
}

/* A system call that wakes: the scheduler tells the other core by an interrupt, if its process
 * sleeps; else the process finds the word by itself. */
static IvcStep wake(Vcpu *own, IvcAgent *agent, Vcpu *to)
{
    const IvcMachineTimes *t = &own->channel->platform->t;
    IVC_BEGIN(&own->wake_call);
    IVC_AWAIT(&own->wake_call, ivc_spend(agent, t->syscall_enter, IVC_STAGE_SYSCALL));
    IVC_AWAIT(&own->wake_call,
              ivc_spend(agent, own->channel->t.lookup, own->channel->stage0 + VIPI_LOOKUP));
    if (to->asleep && !to->told) {
        IVC_AWAIT(&own->wake_call, ivc_spend(agent, t->wake, IVC_STAGE_WAKE));
        IVC_CALL(&own->wake_call, ivc_vipi_send(own, agent, to, IVC_VIPI_MESSAGE));
    } else {
        (void)ivc_vipi_pass_on(to);
    }
    IVC_AWAIT(&own->wake_call, ivc_spend(agent, t->syscall_exit, IVC_STAGE_SYSCALL));
    IVC_END(&own->wake_call);
}

static void write_word(Vcpu *to, const IvcMpiCall *call)
{
    ivc_arrivals_push(&to->written, &call->envelope, 0, 0);
    to->channel->in_flight++;
}

static IvcStep vipi_send(IvcRank *rank, IvcMpiCall *call)
{
    Vcpu *own = own_of(rank);
    Vcpu *to = &own->channel->vcpus[call->peer];
    if (call->comm == IVC_MPI_COMM_INTERNAL)
        return tell(to, call);
    IVC_BEGIN(&own->call);
    write_word(to, call);
    if (own->channel->spec->call == IVC_VIPI_WAKE) {
        IVC_CALL(&own->call, wake(own, &rank->agent, to));
    } else {
        IVC_CALL(&own->call, ivc_vipi_send(own, &rank->agent, to, IVC_VIPI_MESSAGE));
    }
    IVC_END(&own->call);
}

static bool take(Vcpu *own, IvcMpiCall *call)
{
    IvcArrival taken;
    if (!ivc_arrivals_take_for(&own->arrivals, call, &taken))
        return false;
    call->envelope = taken.envelope;
    call->done_ps = own->began_ps;
    return true;
}

static IvcStep listen_to(Vcpu *own, IvcAgent *agent, IvcMpiCall *call)
{
    IVC_BEGIN(&own->call);
    while (!take(own, call)) {
        IVC_AWAIT(&own->call, ivc_wait(agent, &own->control, IVC_TIME_NEVER));
    }
    IVC_END(&own->call);
}

static IvcStep vipi_recv(IvcRank *rank, IvcMpiCall *call)
{
    Vcpu *own = own_of(rank);
    VirtualIpi *channel = own->channel;
    IvcAgent *agent = &rank->agent;
    const IvcMachineTimes *t = &channel->platform->t;
    if (call->comm == IVC_MPI_COMM_INTERNAL)
        return listen_to(own, agent, call);
    IVC_BEGIN(&own->call);
    while (!take(own, call)) {
        if (channel->spec->receiver == IVC_VIPI_RUNNING) {
            IVC_AWAIT(&own->call, ivc_poll(agent, &own->arrived, t->poll, IVC_TIME_NEVER,
                                           channel->stage0 + VIPI_RUN));
            continue;
        }
        own->asleep = true;
        IVC_AWAIT(&own->call, ivc_spend(agent, t->block, IVC_STAGE_BLOCK));
        IVC_CALL(&own->call, ivc_vipi_idle(own, agent));
        own->asleep = own->told = false;
        IVC_AWAIT(&own->call, ivc_spend(agent, channel->t.resume, IVC_STAGE_RESUME));
    }
    channel->in_flight--;
    IVC_END(&own->call);
}

/* The word is written; the interrupts follow in Waitall, together where that is possible, or a
 * system call for each. */
static IvcStep vipi_isend(IvcRank *rank, IvcMpiCall *call)
{
    Vcpu *own = own_of(rank);
    uint32_t to = (uint32_t)call->peer;
    write_word(&own->channel->vcpus[to], call);
    g_array_append_val(own->batch, to);
    return IVC_DONE;
}

static IvcStep wake_batch(Vcpu *own, IvcAgent *agent)
{
    IVC_BEGIN(&own->call);
    for (own->ipi.i = 0; own->ipi.i < own->batch->len; own->ipi.i++) {
        IVC_CALL(&own->call, wake(own, agent, ivc_vipi_target(own, own->ipi.i)));
    }
    g_array_set_size(own->batch, 0);
    own->ipi.i = 0;
    IVC_END(&own->call);
}

static IvcStep vipi_waitall(IvcRank *rank, IvcMpiCall *call)
{
    Vcpu *own = own_of(rank);
    (void)call;
    return own->channel->spec->call == IVC_VIPI_WAKE ? wake_batch(own, &rank->agent)
                                                     : ivc_vipi_send_batch(own, &rank->agent);
}

/* ---- building ---- */

static void vcpu_init(VirtualIpi *channel, uint32_t index, IvcCore *core)
{
    IvcPlatform *platform = channel->platform;
    Vcpu *v = &channel->vcpus[index];
    v->channel = channel;
    v->rank = index;
    v->line.id = ivc_platform_id(platform);
    v->arrived.id = ivc_platform_id(platform);
    v->wake.id = ivc_platform_id(platform);
    v->control.id = ivc_platform_id(platform);
    v->batch = g_array_new(false, false, sizeof(uint32_t));
    ivc_arrivals_init(&v->written, 4);
    ivc_arrivals_init(&v->arrivals, 4);
    ivc_timer_init(&v->timer, ivc_platform_id(platform), ivc_vipi_timer);
    ivc_timer_init(&v->late, ivc_platform_id(platform), ivc_vipi_late_timer);
    g_snprintf(v->name, sizeof v->name, "interrupts %u", index);
    ivc_agent_init(&v->handler, ivc_platform_id(platform), v->name, core, IVC_PRIORITY_INTERRUPT,
                   ivc_vipi_handler);
    ivc_agent_start(&v->handler);
    ivc_platform_count_guest(platform, core->guest, "interrupts_sent", "count",
                             "interrupts sent to the guest", &v->virq.sent);
    ivc_platform_count_guest(platform, core->guest, "interrupts_merged", "count",
                             "of them, those that found theirs pending already", &v->virq.merged);
    ivc_platform_count_guest(platform, core->guest, "interrupts_taken", "count",
                             "interrupts that the guest has taken", &v->virq.taken);
}

static void costs(VirtualIpi *channel)
{
    const IvcPlatform *p = channel->platform;
    const IvcVipiSpec *spec = channel->spec;
    IvcTime blocks = ivc_virt_cost_ps(p, IVC_VIRT_COST_HALT);
    channel->t.lookup = ivc_platform_ps(p, spec->lookup);
    channel->t.handler = ivc_platform_ps(p, spec->handler);
    channel->t.descriptor = ivc_platform_ps(p, spec->descriptor);
    channel->t.posting = ivc_platform_ps(p, spec->posting);
    channel->t.target = ivc_platform_ps(p, spec->target);
    channel->t.unblock = ivc_virt_cost_ps(p, IVC_VIRT_COST_UNBLOCK);
    channel->t.user = ivc_platform_ps(p, spec->user);
    channel->t.turn = ivc_platform_ps(p, spec->halt_poll_turn);
    channel->t.idle_exit = ivc_platform_ps(p, p->spec->os_idle_exit);
    channel->t.resume = ivc_platform_ps(p, p->spec->os_resume);
    channel->t.injection = ivc_virt_cost_ps(p, IVC_VIRT_COST_INJECTION);
    if (!p->virt)
        return;
    channel->t.halt_block = blocks;
    channel->t.halt_exit = p->virt->leave[IVC_VIRT_HALT] - blocks;
    channel->t.halt_entry = p->virt->enter[IVC_VIRT_HALT];
    const IvcVirtRow *end = ivc_virt_row(p->virt->mode, IVC_VIRT_END_OF_INTERRUPT);
    channel->t.end = ivc_virt_cost_ps(p, end->exit) + ivc_virt_cost_ps(p, end->handling) +
                     ivc_virt_cost_ps(p, end->entry);
}

static void count_all(VirtualIpi *channel)
{
    IvcPlatform *p = channel->platform;
    ivc_platform_count(p, "notifications", "count", "interrupts on their way to a core",
                       &channel->notices);
    ivc_platform_count(p, "injection_exits", "count",
                       "running guests that were left to get an interrupt", &channel->kicks);
    ivc_platform_count(p, "vcpu_wakes", "count", "halted virtual CPUs that were woken",
                       &channel->wakes);
    ivc_platform_count(p, "halts", "count", "halts that left the guest", &channel->halts);
    ivc_platform_count(p, "halts_polled", "count", "of them, those whose polling was of use",
                       &channel->polled);
    ivc_platform_count(p, "send_exits", "count", "traps and hypercalls to send", &channel->calls);
    ivc_platform_count(p, "device_lock_waits", "count",
                       "accesses that found another one in the device model", &channel->lock_waits);
    ivc_platform_count(p, "late_ends", "count", "interrupts that were ended late", &channel->late);
    ivc_platform_count(p, "interrupts_held_back", "count",
                       "interrupts to an event channel that was masked", &channel->masked);
}

static const IvcGuestPlace *flooder_of(const IvcPlatform *platform, const IvcVipiSpec *spec)
{
    for (unsigned g = 0; spec->flooder && g < platform->n_guests; g++)
        if (g_str_equal(platform->guests[g].name, spec->flooder))
            return &platform->guests[g];
    return NULL;
}

static void *vipi_create(IvcPlatform *platform, const void *spec, IvcRank *ranks, unsigned n)
{
    VirtualIpi *channel = g_new0(VirtualIpi, 1);
    channel->ranks = ranks;
    channel->platform = platform;
    channel->spec = spec;
    channel->delivery = &ivc_virq_deliveries[channel->spec->delivery];
    channel->stage0 = platform->stage_mechanism;
    channel->n = n;
    const IvcGuestPlace *flooder = flooder_of(platform, spec);
    channel->n_vcpus = n + (flooder != NULL);
    channel->vcpus = g_new0(Vcpu, channel->n_vcpus);
    channel->halt_poll = (IvcHaltPoll){.max_ps = channel->spec->halt_poll.ps,
                                       .start_ps = channel->spec->halt_poll_start.ps,
                                       .grow = channel->spec->halt_poll_grow,
                                       .shrink = channel->spec->halt_poll_shrink};
    channel->pause.id = ivc_platform_id(platform);
    channel->unlocked.id = ivc_platform_id(platform);
    costs(channel);
    for (uint32_t r = 0; r < n; r++)
        vcpu_init(channel, r, &platform->cores.items[platform->ranks[r].core]);
    if (flooder) {
        IvcCore *core = &platform->cores.items[flooder->cores[0]];
        vcpu_init(channel, n, core);
        ivc_agent_init(&channel->flood, ivc_platform_id(platform), "flooder", core,
                       IVC_PRIORITY_PROCESS, ivc_vipi_flood);
        ivc_agent_start(&channel->flood);
    }
    count_all(channel);
    return channel;
}

static void vipi_free(void *bound)
{
    VirtualIpi *channel = bound;
    for (uint32_t i = 0; i < channel->n_vcpus; i++) {
        Vcpu *v = &channel->vcpus[i];
        ivc_arrivals_clear(&v->written);
        ivc_arrivals_clear(&v->arrivals);
        g_array_free(v->batch, true);
        g_free(v->flights);
    }
    g_free(channel->vcpus);
    g_free(channel);
}

static uint64_t word_bytes(const void *spec)
{
    (void)spec;
    return 8;
}

static uint64_t vipi_in_flight(const void *channel)
{
    return ((const VirtualIpi *)channel)->in_flight;
}

static const char *served_by(const void *spec)
{
    return ((const IvcVipiSpec *)spec)->flooder;
}

static bool polls(const IvcVipiSpec *spec)
{
    return spec->receiver == IVC_VIPI_HALTED &&
           ivc_virq_deliveries[spec->delivery].rules.halt_exits;
}

/* What the delivery, the receiver and the call leave out, and what only floods need. */
static bool idle(const void *bound, const char *key)
{
    const IvcVipiSpec *spec = bound;
    const IvcVirqDelivery *delivery = &ivc_virq_deliveries[spec->delivery];
    if (g_str_equal(key, "lookup"))
        return spec->call != IVC_VIPI_WAKE;
    if (g_str_equal(key, "descriptor"))
        return !delivery->descriptor;
    if (g_str_equal(key, "posting"))
        return delivery->bare || !delivery->rules.posted;
    if (g_str_equal(key, "target"))
        return delivery->send != IVC_SEND_CALL;
    if (g_str_equal(key, "user") || g_str_equal(key, "user_lock"))
        return delivery->send != IVC_SEND_TRAP;
    if (g_str_equal(key, "halt_poll"))
        return !polls(spec);
    if (g_str_has_prefix(key, "halt_poll_"))
        return !polls(spec) || spec->halt_poll.ps == 0;
    if (g_str_has_prefix(key, "late_eoi_"))
        return !spec->flooder || !spec->late_eoi;
    return !spec->flooder && (g_str_equal(key, "flooded") || g_str_equal(key, "flood_gap") ||
                              g_str_equal(key, "late_eoi"));
}

static const IvcMechanismOps ops = {
    .create = vipi_create,
    .free = vipi_free,
    .setup = ivc_mpi_no_setup,
    .send = vipi_send,
    .recv = vipi_recv,
    .isend = vipi_isend,
    .waitall = vipi_waitall,
    .message_bytes_max = word_bytes,
    .digest = ivc_vipi_digest,
    .in_flight = vipi_in_flight,
};

const IvcMechanism ivc_mechanism_virtual_ipi = {
    .head = {.name = "virtual-ipi",
             .summary = "a word and an interrupt from one virtual CPU to another",
             .params = params,
             .spec_size = sizeof(IvcVipiSpec),
             .stages = stages,
             .check = ivc_vipi_check},
    .ops = &ops,
    .tells_handler = true,
    .served_by = served_by,
    .idle = idle,
};
