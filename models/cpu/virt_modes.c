/* The modes as tables: for each event, who deals with it and which of the chip's costs that takes.
 *
 * translation: the monitor runs the guest's kernel as translated code with few rights. What is
 * privileged is emulated within that code; system calls, faults and interrupts go through the
 * monitor. Page tables are shadows, and writes to the guest's own are traced.
 * paravirtual: the guest's kernel runs with few rights and asks by hypercalls. It writes no page
 * table itself; events come as bits in shared memory, so the end of an interrupt needs nobody.
 * hardware-shadow, hardware-nested: the processor's guest mode. System calls stay in the guest;
 * with two stages of page tables faults and table writes stay there too, and walks are longer.
 * partitioned, native, container: nobody stands between; a container's system calls are filtered.
 *
 * Left out: devices whose registers a guest has for itself (direct access), and what single
 * hypervisors optimise away; a virtual interrupt controller is models/ipi's. */
#include "sim/model/virt.h"

const char *const ivc_mode_names[] = {
    [IVC_MODE_PARTITIONED] = "partitioned",
    [IVC_MODE_NATIVE] = "native",
    [IVC_MODE_CONTAINER] = "container",
    [IVC_MODE_TRANSLATION] = "translation",
    [IVC_MODE_PARAVIRTUAL] = "paravirtual",
    [IVC_MODE_HARDWARE_SHADOW] = "hardware-shadow",
    [IVC_MODE_HARDWARE_NESTED] = "hardware-nested",
    [IVC_MODES] = NULL,
};

const char *const ivc_virt_event_names[] = {
    [IVC_VIRT_PRIVILEGED] = "privileged-instruction",
    [IVC_VIRT_PAGE_TABLE_WRITE] = "page-table-write",
    [IVC_VIRT_PAGE_FAULT] = "page-fault",
    [IVC_VIRT_TLB_MISS] = "tlb-miss",
    [IVC_VIRT_PORT_IO] = "port-io",
    [IVC_VIRT_MMIO] = "memory-mapped-io",
    [IVC_VIRT_REGISTER] = "inter-core-register",
    [IVC_VIRT_APIC] = "interrupt-controller",
    [IVC_VIRT_HALT] = "halt",
    [IVC_VIRT_PAUSE] = "pause",
    [IVC_VIRT_EXTERNAL_INTERRUPT] = "external-interrupt",
    [IVC_VIRT_END_OF_INTERRUPT] = "end-of-interrupt",
    [IVC_VIRT_SYSTEM_CALL] = "system-call",
    [IVC_VIRT_HYPERCALL] = "hypercall",
    [IVC_VIRT_IPI_SEND] = "ipi-send",
    [IVC_VIRT_VM_SWITCH] = "vm-switch",
    [IVC_VIRT_CALL] = "call-return",
    [IVC_VIRT_KICK] = "kick",
    [IVC_VIRT_WAKE] = "wake",
    [IVC_VIRT_FIRST_TOUCH] = "first-touch",
    [IVC_VIRT_TIME_STAMP] = "time-stamp",
    [IVC_VIRT_EVENTS] = NULL,
};

const char *const ivc_virt_cost_names[IVC_VIRT_COSTS] = {
    [IVC_VIRT_COST_EXIT] = "exit",
    [IVC_VIRT_COST_ENTRY] = "entry",
    [IVC_VIRT_COST_TRAP] = "trap",
    [IVC_VIRT_COST_RETURN] = "return",
    [IVC_VIRT_COST_HYPERCALL] = "hypercall",
    [IVC_VIRT_COST_INSTRUCTION] = "instruction",
    [IVC_VIRT_COST_CALLOUT] = "callout",
    [IVC_VIRT_COST_SHADOW] = "shadow",
    [IVC_VIRT_COST_VALIDATE] = "validate",
    [IVC_VIRT_COST_TRACE] = "trace",
    [IVC_VIRT_COST_FAULT] = "fault",
    [IVC_VIRT_COST_BOUNCE] = "bounce",
    [IVC_VIRT_COST_PORT] = "port",
    [IVC_VIRT_COST_MMIO] = "mmio",
    [IVC_VIRT_COST_REGISTER] = "register",
    [IVC_VIRT_COST_CONTROLLER] = "controller",
    [IVC_VIRT_COST_HALT] = "halt",
    [IVC_VIRT_COST_PAUSE] = "pause",
    [IVC_VIRT_COST_INTERRUPT] = "interrupt",
    [IVC_VIRT_COST_INJECTION] = "injection",
    [IVC_VIRT_COST_COMPLETION] = "completion",
    [IVC_VIRT_COST_IPI] = "ipi",
    [IVC_VIRT_COST_SWITCH] = "switch",
    [IVC_VIRT_COST_NESTED_WALK] = "walk",
    [IVC_VIRT_COST_FILTER] = "filter",
    [IVC_VIRT_COST_BRANCH] = "branch",
    [IVC_VIRT_COST_LOOKUP] = "lookup",
    [IVC_VIRT_COST_KICK] = "kick",
    [IVC_VIRT_COST_UNBLOCK] = "unblock",
    [IVC_VIRT_COST_FILL] = "fill",
    [IVC_VIRT_COST_CLOCK] = "clock",
};

#define COST(name) IVC_VIRT_COST_##name

/* By the processor's guest mode. */
#define EXITS(work, more)                                               \
    {                                                                   \
        IVC_VIRT_TRAPS, COST(EXIT), COST(work), COST(more), COST(ENTRY) \
    }
/* By the protection that every processor has: the kernel with few rights traps. */
#define TRAPS(work, more)                                                \
    {                                                                    \
        IVC_VIRT_TRAPS, COST(TRAP), COST(work), COST(more), COST(RETURN) \
    }
#define IN_PLACE(work)                                                    \
    {                                                                     \
        IVC_VIRT_IN_PLACE, COST(NONE), COST(work), COST(NONE), COST(NONE) \
    }
/* Nobody is left: the virtual CPU was away. */
#define WAKES(back)                                                               \
    {                                                                             \
        IVC_VIRT_IN_PLACE, COST(NONE), COST(UNBLOCK), COST(INJECTION), COST(back) \
    }

/* What the two modes have in common that use the processor's guest mode. */
static const IvcVirtRow guest_mode[IVC_VIRT_EVENTS] = {
    [IVC_VIRT_PRIVILEGED] = EXITS(INSTRUCTION, NONE),
    [IVC_VIRT_PORT_IO] = EXITS(PORT, NONE),
    [IVC_VIRT_MMIO] = EXITS(MMIO, NONE),
    [IVC_VIRT_REGISTER] = EXITS(REGISTER, NONE),
    [IVC_VIRT_APIC] = EXITS(CONTROLLER, NONE),
    [IVC_VIRT_HALT] = EXITS(HALT, NONE),
    [IVC_VIRT_PAUSE] = EXITS(PAUSE, NONE),
    [IVC_VIRT_EXTERNAL_INTERRUPT] = EXITS(INTERRUPT, INJECTION),
    [IVC_VIRT_END_OF_INTERRUPT] = EXITS(COMPLETION, NONE),
    [IVC_VIRT_HYPERCALL] = EXITS(HYPERCALL, NONE),
    [IVC_VIRT_IPI_SEND] = EXITS(IPI, NONE),
    [IVC_VIRT_VM_SWITCH] = EXITS(SWITCH, NONE),
    [IVC_VIRT_KICK] = EXITS(KICK, NONE),
    [IVC_VIRT_WAKE] = WAKES(ENTRY),
    [IVC_VIRT_FIRST_TOUCH] = EXITS(FILL, NONE),
};

static const IvcVirtRow tables[IVC_MODES][IVC_VIRT_EVENTS] = {
    [IVC_MODE_CONTAINER] = {[IVC_VIRT_SYSTEM_CALL] = IN_PLACE(FILTER)},
    [IVC_MODE_TRANSLATION] =
        {
            [IVC_VIRT_PRIVILEGED] = IN_PLACE(CALLOUT),
            [IVC_VIRT_PAGE_TABLE_WRITE] = IN_PLACE(TRACE),
            [IVC_VIRT_PAGE_FAULT] = TRAPS(BOUNCE, LOOKUP),
            [IVC_VIRT_PORT_IO] = IN_PLACE(CALLOUT),
            [IVC_VIRT_MMIO] = TRAPS(MMIO, NONE),
            [IVC_VIRT_REGISTER] = TRAPS(REGISTER, NONE),
            [IVC_VIRT_APIC] = TRAPS(CONTROLLER, NONE),
            [IVC_VIRT_HALT] = TRAPS(HALT, NONE),
            [IVC_VIRT_EXTERNAL_INTERRUPT] = TRAPS(INTERRUPT, INJECTION),
            [IVC_VIRT_END_OF_INTERRUPT] = TRAPS(COMPLETION, NONE),
            [IVC_VIRT_SYSTEM_CALL] = TRAPS(BOUNCE, NONE),
            [IVC_VIRT_HYPERCALL] = TRAPS(HYPERCALL, NONE),
            [IVC_VIRT_IPI_SEND] = TRAPS(IPI, NONE),
            [IVC_VIRT_VM_SWITCH] = TRAPS(SWITCH, NONE),
            [IVC_VIRT_CALL] = IN_PLACE(BRANCH),
            [IVC_VIRT_FIRST_TOUCH] = TRAPS(LOOKUP, FILL),
            [IVC_VIRT_KICK] = TRAPS(KICK, NONE),
            [IVC_VIRT_WAKE] = WAKES(RETURN),
            [IVC_VIRT_TIME_STAMP] = IN_PLACE(CALLOUT),
        },
    [IVC_MODE_PARAVIRTUAL] =
        {
            [IVC_VIRT_PRIVILEGED] = TRAPS(HYPERCALL, NONE),
            [IVC_VIRT_PAGE_TABLE_WRITE] = TRAPS(HYPERCALL, VALIDATE),
            [IVC_VIRT_PAGE_FAULT] = TRAPS(BOUNCE, NONE),
            [IVC_VIRT_PORT_IO] = TRAPS(PORT, NONE),
            [IVC_VIRT_MMIO] = TRAPS(HYPERCALL, MMIO),
            [IVC_VIRT_REGISTER] = TRAPS(HYPERCALL, REGISTER),
            [IVC_VIRT_APIC] = TRAPS(HYPERCALL, NONE),
            [IVC_VIRT_HALT] = TRAPS(HYPERCALL, HALT),
            [IVC_VIRT_EXTERNAL_INTERRUPT] = TRAPS(INTERRUPT, INJECTION),
            [IVC_VIRT_SYSTEM_CALL] = TRAPS(BOUNCE, NONE),
            [IVC_VIRT_HYPERCALL] = TRAPS(HYPERCALL, NONE),
            [IVC_VIRT_IPI_SEND] = TRAPS(HYPERCALL, IPI),
            [IVC_VIRT_VM_SWITCH] = TRAPS(SWITCH, NONE),
            [IVC_VIRT_KICK] = TRAPS(HYPERCALL, KICK),
            [IVC_VIRT_WAKE] = WAKES(RETURN),
            [IVC_VIRT_TIME_STAMP] = IN_PLACE(CLOCK),
        },
    [IVC_MODE_HARDWARE_SHADOW] =
        {
            [IVC_VIRT_PAGE_TABLE_WRITE] = EXITS(SHADOW, NONE),
            [IVC_VIRT_PAGE_FAULT] = EXITS(FAULT, NONE),
        },
    [IVC_MODE_HARDWARE_NESTED] =
        {
            [IVC_VIRT_TLB_MISS] = IN_PLACE(NESTED_WALK),
        },
};

IvcExtension ivc_mode_needs(IvcMode mode)
{
    if (mode == IVC_MODE_HARDWARE_NESTED)
        return IVC_EXTENSION_NESTED;
    return mode == IVC_MODE_HARDWARE_SHADOW ? IVC_EXTENSION_GUEST : IVC_EXTENSION_NONE;
}

const IvcVirtRow *ivc_virt_row(IvcMode mode, IvcVirtEvent event)
{
    bool common =
        ivc_mode_needs(mode) != IVC_EXTENSION_NONE && tables[mode][event].how == IVC_VIRT_NATIVE;
    return common ? &guest_mode[event] : &tables[mode][event];
}

/* Where a hypervisor wants to see each read, it is a privileged instruction like others. */
const IvcVirtRow *ivc_virt_time_stamp_row(IvcMode mode, IvcTscPolicy policy)
{
    static const IvcVirtRow native = {.how = IVC_VIRT_NATIVE};
    if (policy == IVC_TSC_NATIVE)
        return &native;
    return ivc_virt_row(mode,
                        policy == IVC_TSC_TRAPPED ? IVC_VIRT_PRIVILEGED : IVC_VIRT_TIME_STAMP);
}

bool ivc_mode_costs(IvcMode mode)
{
    for (int e = 0; e < IVC_VIRT_EVENTS; e++)
        if (ivc_virt_row(mode, (IvcVirtEvent)e)->how != IVC_VIRT_NATIVE)
            return true;
    return false;
}
