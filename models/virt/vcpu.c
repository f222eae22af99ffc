/* Single events of a guest's vCPUs, done on simulated cores from the rows of the mode's table.
 *
 * On one core: what the processor does, and what the mode adds or puts in its place.
 * virtual-ipi: the command to the interrupt controller, the physical interrupt's flight, and the
 * handler of a vCPU that runs. io-latency-out: the guest notifies a backend, which is in the
 * hypervisor's kernel and knows it once the guest is left, or in another guest, whose vCPU is
 * interrupted. io-latency-in: the backend wakes a vCPU that waits, from another core. vm-switch: a
 * vCPU gives way to one of another guest on its core, by the hypervisor's scheduler.
 *
 * Left out: what a vCPU does when it waits again, and messages: this mechanism carries none. */
#include "models/virt/mechanisms.h"
#include "models/virt/operations.h"
#include "sim/model/mpi.h"

typedef enum { BACKEND_KERNEL, BACKEND_GUEST } Backend;

typedef struct {
    int backend;
} Spec;

static const char *const backends[] = {"kernel", "guest", NULL}; /* Backend */

static const IvcParam params[] = {
    {IVC_PARAM(Spec, backend, "backend"), .fallback = "kernel", .choices = backends,
     .sentence = "where virtual devices are: in the hypervisor's kernel, or in another guest"},
    {.key = NULL},
};

enum { NATIVE };

static const IvcStage stages[] = {
    [NATIVE] = {"native", "what the processor does itself", false},
    {NULL, NULL, false},
};

typedef struct Vcpu Vcpu;

/* A rank's end, and the handler of its vCPU. */
typedef struct {
    IvcLabel label; /* of operate */
    Vcpu *vcpu;
    uint32_t rank;
    IvcSignal told; /* the process: by handlers and ranks */
    bool over;      /* what it began: it has been told */
    uint32_t words; /* of ranks, at Init and Finalize */
    struct {
        IvcLabel label;
    } handler;
    IvcAgent agent; /* interrupts of the vCPU */
    IvcSignal line;
    bool raised;
    uint32_t from; /* who raised it */
    IvcTimer flight;
    IvcTime done_ps; /* of the operation that this rank began */
    char name[24];
} End;

struct Vcpu {
    IvcPlatform *platform;
    Spec spec;
    uint32_t stage0;
    uint32_t n;
    IvcOperation operation; /* of the run: all rounds do the same */
    End *ends;
};

static End *end_of(IvcAgent *agent)
{
    return (End *)((char *)agent - offsetof(End, agent));
}

/* Whom an operation of rank 0 or of a backend is for. */
static End *other_of(const Vcpu *vcpu, const End *own, const IvcOperationRow *row)
{
    const IvcRankPlace *places = vcpu->platform->ranks;
    if (row->answered)
        return &vcpu->ends[0];
    for (uint32_t r = 0; r < vcpu->n; r++)
        if (r != own->rank && (places[r].guest != places[own->rank].guest) == row->apart)
            return &vcpu->ends[r];
    return &vcpu->ends[own->rank == 0 ? 1 : 0]; /* one vCPU in each guest */
}

static void flight_fire(IvcSim *sim, IvcTimer *timer)
{
    End *end = (End *)((char *)timer - offsetof(End, flight));
    end->raised = true;
    ivc_signal(sim, &end->line);
}

/* An interrupt from one core to another. */
static void interrupt(End *own, End *other)
{
    IvcPlatform *platform = own->vcpu->platform;
    IvcTime way = ivc_platform_way_ps(platform, own->agent.core->id, other->agent.core->id);
    other->from = own->rank;
    ivc_timer_arm(&platform->sim, &other->flight,
                  platform->sim.now + platform->t.registers_flight + way, IVC_PHASE_DELIVER);
}

/* What interrupts this vCPU: somebody runs there, or waits and is to be woken. */
static IvcVirtEvent interruption(const Vcpu *vcpu)
{
    return vcpu->operation == IVC_OPERATION_IPI ? IVC_VIRT_EXTERNAL_INTERRUPT : IVC_VIRT_WAKE;
}

static IvcStep handler_step(IvcAgent *agent)
{
    End *own = end_of(agent);
    Vcpu *vcpu = own->vcpu;
    const IvcMachineTimes *t = &vcpu->platform->t;
    IVC_BEGIN(&own->handler);
    for (;;) {
        while (!own->raised) {
            IVC_AWAIT(&own->handler, ivc_wait(agent, &own->line, IVC_TIME_NEVER));
        }
        own->raised = false;
        if (vcpu->operation != IVC_OPERATION_SWITCH) {
            ivc_virt_owe(agent, interruption(vcpu));
            IVC_AWAIT(&own->handler,
                      ivc_spend(agent, t->interrupt_entry, IVC_STAGE_INTERRUPT_ENTRY));
        }
        vcpu->ends[own->from].done_ps = agent->sim->now;
        if (vcpu->operation != IVC_OPERATION_SWITCH) {
            ivc_virt_owe(agent, IVC_VIRT_END_OF_INTERRUPT);
            IVC_AWAIT(&own->handler, ivc_spend(agent, t->interrupt_exit, IVC_STAGE_INTERRUPT_EXIT));
        }
        vcpu->ends[own->from].over = true;
        ivc_signal(agent->sim, &vcpu->ends[own->from].told);
    }
    IVC_END(&own->handler);
}

/* What the processor does itself in an operation on one core. */
static IvcTime native_ps(const IvcPlatform *platform, const IvcOperationRow *row)
{
    bool alone = ivc_virt_ps(platform, row->event) == 0;
    if (row->event == IVC_VIRT_SYSTEM_CALL) /* what the mode adds is in it */
        return platform->t.syscall_enter + platform->t.syscall_exit;
    return alone || row->native == IVC_OPERATION_BESIDE ? ivc_virt_native_ps(platform, row->event)
                                                        : 0;
}

static bool is_local(const IvcOperationRow *row)
{
    return row->event != IVC_VIRT_IPI_SEND && !row->apart;
}

/* The part of who begins an operation that is for another core, until the other is told. */
static bool begin_apart(End *own, const IvcOperationRow *row, IvcAgent *agent)
{
    const IvcPlatform *platform = own->vcpu->platform;
    const IvcMachineTimes *t = &platform->t;
    if (row->event == IVC_VIRT_VM_SWITCH)
        return true;
    if (row->event == IVC_VIRT_WAKE && own->vcpu->spec.backend == BACKEND_KERNEL)
        return ivc_spend(agent, t->wake, IVC_STAGE_WAKE);
    ivc_virt_owe_leave(agent, row->event == IVC_VIRT_WAKE ? IVC_VIRT_HYPERCALL : row->event);
    bool command = row->event == IVC_VIRT_IPI_SEND && !ivc_virt_traps(platform, row->event);
    return command ? ivc_spend(agent, t->registers_store, IVC_STAGE_REGISTER_STORE)
                   : ivc_pay(agent);
}

/* Tells the other, unless it is over already. */
static void reach(End *own, const IvcOperationRow *row)
{
    Vcpu *vcpu = own->vcpu;
    End *other = other_of(vcpu, own, row);
    if (row->event == IVC_VIRT_KICK && vcpu->spec.backend == BACKEND_KERNEL) {
        own->done_ps = vcpu->platform->sim.now;
        own->over = true;
    } else if (row->event != IVC_VIRT_VM_SWITCH) {
        interrupt(own, other);
    } else {
        other->from = own->rank;
        other->raised = true;
        ivc_signal(&vcpu->platform->sim, &other->line);
    }
}

static void owe_return(IvcAgent *agent, const IvcOperationRow *row, Backend backend)
{
    if (row->event == IVC_VIRT_IPI_SEND || row->event == IVC_VIRT_KICK)
        ivc_virt_owe_enter(agent, row->event);
    else if (row->event == IVC_VIRT_WAKE && backend == BACKEND_GUEST)
        ivc_virt_owe_enter(agent, IVC_VIRT_HYPERCALL);
}

static IvcStep vcpu_operate(IvcRank *rank, IvcMpiCall *call)
{
    Vcpu *vcpu = rank->channel;
    End *own = &vcpu->ends[rank->rank];
    const IvcOperationRow *row = &ivc_operations[call->tag];
    IvcAgent *agent = &rank->agent;
    IVC_BEGIN(own);
    vcpu->operation = (IvcOperation)call->tag;
    if (is_local(row)) {
        if (row->event != IVC_VIRT_SYSTEM_CALL)
            ivc_virt_owe(agent, row->event);
        IVC_AWAIT(own, ivc_spend(agent, native_ps(vcpu->platform, row), vcpu->stage0 + NATIVE));
        call->done_ps = agent->sim->now;
        IVC_RETURN(own);
    }
    IVC_AWAIT(own, begin_apart(own, row, agent));
    own->over = false;
    reach(own, row);
    owe_return(agent, row, (Backend)vcpu->spec.backend);
    IVC_AWAIT(own, ivc_pay(agent));
    while (!own->over) {
        IVC_AWAIT(own, ivc_wait(agent, &own->told, IVC_TIME_NEVER));
    }
    call->done_ps = own->done_ps;
    IVC_END(own);
}

/* ---- the barriers of Init and Finalize: words in memory ---- */

static IvcStep vcpu_send(IvcRank *rank, IvcMpiCall *call)
{
    Vcpu *vcpu = rank->channel;
    End *other = &vcpu->ends[call->peer];
    other->words++;
    ivc_signal(rank->agent.sim, &other->told);
    return IVC_DONE;
}

static IvcStep vcpu_recv(IvcRank *rank, IvcMpiCall *call)
{
    Vcpu *vcpu = rank->channel;
    End *own = &vcpu->ends[rank->rank];
    (void)call;
    IVC_BEGIN(own);
    while (own->words == 0) {
        IVC_AWAIT(own, ivc_wait(&rank->agent, &own->told, IVC_TIME_NEVER));
    }
    own->words--;
    IVC_END(own);
}

/* ---- the mechanism ---- */

static void end_init(Vcpu *vcpu, uint32_t r)
{
    IvcPlatform *platform = vcpu->platform;
    End *end = &vcpu->ends[r];
    end->vcpu = vcpu;
    end->rank = r;
    end->told.id = ivc_platform_id(platform);
    end->line.id = ivc_platform_id(platform);
    ivc_timer_init(&end->flight, ivc_platform_id(platform), flight_fire);
    g_snprintf(end->name, sizeof end->name, "interrupts %u", r);
    ivc_agent_init(&end->agent, ivc_platform_id(platform), end->name,
                   &platform->cores.items[platform->ranks[r].core], IVC_PRIORITY_INTERRUPT,
                   handler_step);
    ivc_agent_start(&end->agent);
}

static void *vcpu_create(IvcPlatform *platform, const void *spec, IvcRank *ranks, unsigned n)
{
    (void)ranks;
    Vcpu *vcpu = g_new0(Vcpu, 1);
    vcpu->platform = platform;
    vcpu->spec = *(const Spec *)spec;
    vcpu->stage0 = platform->stage_mechanism;
    vcpu->n = n;
    vcpu->ends = g_new0(End, n);
    for (uint32_t r = 0; r < n; r++)
        end_init(vcpu, r);
    return vcpu;
}

static void vcpu_free(void *channel)
{
    Vcpu *vcpu = channel;
    g_free(vcpu->ends);
    g_free(vcpu);
}

static void vcpu_digest(const void *channel, IvcDigest *digest)
{
    const Vcpu *vcpu = channel;
    ivc_digest_u64(digest, vcpu->operation);
    for (uint32_t r = 0; r < vcpu->n; r++) {
        const End *end = &vcpu->ends[r];
        ivc_digest_u64(digest, end->label);
        ivc_signal_digest(&end->told, digest);
        ivc_digest_u64(digest, end->over);
        ivc_digest_u64(digest, end->words);
        ivc_digest_u64(digest, end->handler.label);
        ivc_agent_digest(&end->agent, digest);
        ivc_signal_digest(&end->line, digest);
        ivc_timer_digest(&end->flight, digest);
        ivc_digest_u64(digest, end->raised);
        ivc_digest_u64(digest, end->from);
        if (end->label && end->over) /* else it will be set, or is of no use any more */
            ivc_digest_time(digest, end->done_ps);
    }
}

static uint64_t vcpu_in_flight(const void *channel)
{
    (void)channel; /* every event is over when its round is */
    return 0;
}

static const IvcMechanismOps ops = {
    .create = vcpu_create,
    .free = vcpu_free,
    .setup = ivc_mpi_no_setup,
    .send = vcpu_send,
    .recv = vcpu_recv,
    .operate = vcpu_operate,
    .message_bytes_max = ivc_mpi_any_size,
    .digest = vcpu_digest,
    .in_flight = vcpu_in_flight,
};

const IvcMechanism ivc_mechanism_vcpu = {
    .head = {.name = "vcpu",
             .summary = "single events of a guest's vCPUs, and the backends of its virtual devices",
             .params = params,
             .spec_size = sizeof(Spec),
             .stages = stages},
    .no_messages = true,
    .carries = IVC_CARRIES(IVC_SPEAKS_EVENTS),
    .socket_ops = &ops,
};
