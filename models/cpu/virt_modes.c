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
    [IVC_VIRT_EVENTS] = NULL,
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
#define WAKES                                                                       \
    {                                                                               \
        IVC_VIRT_IN_PLACE, COST(NONE), COST(UNBLOCK), COST(INJECTION), COST(RETURN) \
    }

#define OF_GUEST_MODE                                                                         \
    [IVC_VIRT_PRIVILEGED] = EXITS(INSTRUCTION, NONE), [IVC_VIRT_PORT_IO] = EXITS(PORT, NONE), \
    [IVC_VIRT_MMIO] = EXITS(MMIO, NONE), [IVC_VIRT_REGISTER] = EXITS(REGISTER, NONE),         \
    [IVC_VIRT_APIC] = EXITS(CONTROLLER, NONE), [IVC_VIRT_HALT] = EXITS(HALT, NONE),           \
    [IVC_VIRT_PAUSE] = EXITS(PAUSE, NONE),                                                    \
    [IVC_VIRT_EXTERNAL_INTERRUPT] = EXITS(INTERRUPT, INJECTION),                              \
    [IVC_VIRT_END_OF_INTERRUPT] = EXITS(COMPLETION, NONE),                                    \
    [IVC_VIRT_HYPERCALL] = EXITS(HYPERCALL, NONE), [IVC_VIRT_IPI_SEND] = EXITS(IPI, NONE),    \
    [IVC_VIRT_VM_SWITCH] = EXITS(SWITCH, NONE), [IVC_VIRT_KICK] = EXITS(KICK, NONE),          \
    [IVC_VIRT_WAKE] = {IVC_VIRT_IN_PLACE, COST(NONE), COST(UNBLOCK), COST(INJECTION), COST(ENTRY)}

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
            [IVC_VIRT_KICK] = TRAPS(KICK, NONE),
            [IVC_VIRT_WAKE] = WAKES,
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
            [IVC_VIRT_WAKE] = WAKES,
        },
    [IVC_MODE_HARDWARE_SHADOW] =
        {
            OF_GUEST_MODE,
            [IVC_VIRT_PAGE_TABLE_WRITE] = EXITS(SHADOW, NONE),
            [IVC_VIRT_PAGE_FAULT] = EXITS(FAULT, NONE),
        },
    [IVC_MODE_HARDWARE_NESTED] =
        {
            OF_GUEST_MODE,
            [IVC_VIRT_TLB_MISS] = IN_PLACE(NESTED_WALK),
        },
};

const IvcVirtRow *ivc_virt_row(IvcMode mode, IvcVirtEvent event)
{
    return &tables[mode][event];
}

IvcExtension ivc_mode_needs(IvcMode mode)
{
    if (mode == IVC_MODE_HARDWARE_NESTED)
        return IVC_EXTENSION_NESTED;
    return mode == IVC_MODE_HARDWARE_SHADOW ? IVC_EXTENSION_GUEST : IVC_EXTENSION_NONE;
}

bool ivc_mode_costs(IvcMode mode)
{
    for (int e = 0; e < IVC_VIRT_EVENTS; e++)
        if (tables[mode][e].how != IVC_VIRT_NATIVE)
            return true;
    return false;
}
