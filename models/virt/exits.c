/* The workload `exits`: one event of a guest again and again, each begun when the one before is
 * over. Its time is from the first instruction of who begins until it is over for whom it is for:
 * the same core, or the first instruction of another core's handler.
 *
 * Left out: what the suites' own loops and time stamps cost. */
#include "models/virt/mechanisms.h"
#include "models/virt/operations.h"
#include "sim/model/mpi.h"

typedef struct {
    int operation; /* IvcOperation */
} Spec;

#define LOCAL(text, of) .name = (text), .event = (of)

const IvcOperationRow ivc_operations[IVC_OPERATIONS] = {
    [IVC_OPERATION_HYPERCALL] = {LOCAL("hypercall", IVC_VIRT_HYPERCALL), .called = true},
    [IVC_OPERATION_CONTROLLER] = {LOCAL("interrupt-controller-trap", IVC_VIRT_APIC)},
    [IVC_OPERATION_IPI] = {.name = "virtual-ipi", .event = IVC_VIRT_IPI_SEND},
    [IVC_OPERATION_COMPLETION] = {LOCAL("virtual-irq-completion", IVC_VIRT_END_OF_INTERRUPT)},
    [IVC_OPERATION_SWITCH] = {.name = "vm-switch", .event = IVC_VIRT_VM_SWITCH, .apart = true},
    [IVC_OPERATION_IO_OUT] = {.name = "io-latency-out",
                              .event = IVC_VIRT_KICK,
                              .apart = true,
                              .called = true},
    [IVC_OPERATION_IO_IN] = {.name = "io-latency-in",
                             .event = IVC_VIRT_WAKE,
                             .apart = true,
                             .answered = true,
                             .called = true},
    [IVC_OPERATION_SYSTEM_CALL] = {LOCAL("system-call", IVC_VIRT_SYSTEM_CALL)},
    [IVC_OPERATION_PAGE_FAULT] = {LOCAL("page-fault", IVC_VIRT_PAGE_FAULT),
                                  .native = IVC_OPERATION_BESIDE},
    [IVC_OPERATION_PAGE_TABLE_WRITE] = {LOCAL("page-table-write", IVC_VIRT_PAGE_TABLE_WRITE),
                                        .native = IVC_OPERATION_BESIDE},
    [IVC_OPERATION_PORT] = {LOCAL("port-input", IVC_VIRT_PORT_IO)},
    [IVC_OPERATION_CALL] = {LOCAL("call-return", IVC_VIRT_CALL), .native = IVC_OPERATION_BESIDE},
    [IVC_OPERATION_INSTRUCTION] = {LOCAL("privileged-instruction", IVC_VIRT_PRIVILEGED)},
    [IVC_OPERATION_TLB_MISS] = {LOCAL("tlb-miss", IVC_VIRT_TLB_MISS),
                                .native = IVC_OPERATION_BESIDE},
    [IVC_OPERATION_TIME_STAMP] = {LOCAL("read-time-stamp", IVC_VIRT_TIME_STAMP)},
};

/* As in the table above, which cannot say it of itself. */
const char *const ivc_operation_names[] = {
    [IVC_OPERATION_HYPERCALL] = "hypercall",
    [IVC_OPERATION_CONTROLLER] = "interrupt-controller-trap",
    [IVC_OPERATION_IPI] = "virtual-ipi",
    [IVC_OPERATION_COMPLETION] = "virtual-irq-completion",
    [IVC_OPERATION_SWITCH] = "vm-switch",
    [IVC_OPERATION_IO_OUT] = "io-latency-out",
    [IVC_OPERATION_IO_IN] = "io-latency-in",
    [IVC_OPERATION_SYSTEM_CALL] = "system-call",
    [IVC_OPERATION_PAGE_FAULT] = "page-fault",
    [IVC_OPERATION_PAGE_TABLE_WRITE] = "page-table-write",
    [IVC_OPERATION_PORT] = "port-input",
    [IVC_OPERATION_CALL] = "call-return",
    [IVC_OPERATION_INSTRUCTION] = "privileged-instruction",
    [IVC_OPERATION_TLB_MISS] = "tlb-miss",
    [IVC_OPERATION_TIME_STAMP] = "read-time-stamp",
    [IVC_OPERATIONS] = NULL,
};

static const IvcParam params[] = {
    {IVC_PARAM(Spec, operation, "operation"), .choices = ivc_operation_names,
     .sentence = "the event that is measured"},
    {.key = NULL},
};

static const IvcOperationRow *row_of(const void *spec)
{
    return &ivc_operations[((const Spec *)spec)->operation];
}

/* The first vCPU of the first guest; for what comes from outside, the first one elsewhere. */
static bool begins(const IvcRank *rank)
{
    const IvcRankPlace *places = rank->platform->ranks;
    if (!row_of(rank->work->spec)->answered)
        return rank->rank == 0;
    uint32_t r = 1;
    while (r < rank->platform->n_ranks && places[r].guest == places[0].guest)
        r++;
    return rank->rank == r;
}

static uint64_t one(unsigned n)
{
    (void)n;
    return 1;
}

static IvcStep exits_round(IvcRank *rank, IvcWork *work)
{
    IvcMeasure *measure = &rank->platform->measure;
    IVC_BEGIN(work);
    ivc_mpi_call(&work->call, &rank->nothing, 0, IVC_MPI_BYTE, 0,
                 ((const Spec *)work->spec)->operation, IVC_MPI_COMM_WORLD);
    IVC_CALL(work, rank->ops->operate(rank, &work->call));
    measure->sent++;
    measure->bytes_sent_all += rank->platform->draws.bytes;
    ivc_measure_delivered(rank->platform, rank->platform->draws.bytes);
    ivc_measure_latency(rank->platform, work->call.done_ps - work->started_ps);
    IVC_END(work);
}

/* Elsewhere the other's vCPU is woken, and nobody gives way to it. */
static bool share_core(const IvcScenario *scenario, const char *channel)
{
    const char *vm = ivc_scenario_channel_guest(scenario, channel, 0);
    const char *other = ivc_scenario_channel_guest(scenario, channel, 1);
    return ivc_scenario_is_scheduled(scenario) &&
           (!other || ivc_scenario_share_core(scenario, vm, other));
}

static void check(const void *spec, const IvcScenario *scenario, const char *path, IvcDiags *diags)
{
    const IvcOperationRow *row = row_of(spec);
    IvcMode mode = ivc_scenario_mode(scenario);
    g_autofree char *at = g_strconcat(path, ".operation", NULL);
    g_autofree char *channel = ivc_scenario_channel_path(scenario);
    IvcPlace place = ivc_scenario_place(scenario, at);
    if (row->called && ivc_virt_row(mode, IVC_VIRT_HYPERCALL)->how == IVC_VIRT_NATIVE)
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", place,
                      "set 'hypervisor.mode' to translation, paravirtual, hardware-shadow or "
                      "hardware-nested",
                      "operation '%s' needs a hypervisor, and under mode '%s' there is none",
                      row->name, ivc_mode_names[mode]);
    if (row->apart && !ivc_scenario_channel_guest(scenario, channel, 1))
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", place,
                      "join a second guest in the channel's 'between'",
                      "operation '%s' needs somebody in another guest", row->name);
    if (row->event == IVC_VIRT_VM_SWITCH && !share_core(scenario, channel))
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", place,
                      "set 'hypervisor.scheduler', and give two guests the same core, and no other",
                      "operation '%s' needs guests that share a core", row->name);
}

static bool stamps(const void *spec)
{
    return row_of(spec)->event == IVC_VIRT_TIME_STAMP;
}

static const IvcWorkloadOps ops = {.messages_per_round = one,
                                   .round = exits_round,
                                   .active = begins,
                                   .paced = begins,
                                   .stamps = stamps};

static const IvcDefault defaults[] = {
    {"message", "1B", NULL}, {"total", "64B", NULL}, {"warmup", "4", NULL}, {.key = NULL}};

const IvcWorkload ivc_workload_exits = {
    .head = {.name = "exits",
             .summary = "one event of a guest, again and again: what it costs under the mode",
             .params = params,
             .spec_size = sizeof(Spec),
             .check = check},
    .ops = &ops,
    .ranks_min = 2,
    .ranks_multiple = 1,
    .speaks = IVC_SPEAKS_EVENTS,
    .defaults = defaults,
};
