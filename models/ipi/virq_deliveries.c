/* The ways in which an interrupt comes from one virtual CPU to another: who leaves the guest for
 * it, and when. A row is what hardware and hypervisor do; what each step costs is the chip's.
 *
 * Sources: Intel SDM vol. 3, APIC virtualisation and posted interrupts; Linux arch/x86/kvm and
 * arch/loongarch/kvm; Arm GIC architecture specification; RISC-V advanced interrupt architecture;
 * Linux drivers/xen/events.
 *
 * Left out: x2APIC clusters, logical destinations, nested hypervisors, GICv4 without vSGIs. */
#include "models/ipi/virq.h"

/* What all of them do right. */
#define SOUND                                                                          \
    .mark_first = true, .block_heeds = true, .enter_first = true, .clear_first = true, \
    .unmask_looks = true, .halt_at_once = true, .ack_first = true

const IvcVirqDelivery ivc_virq_deliveries[] = {
    {.name = "bare",
     .summary = "no hypervisor: the store at the interrupt controller is the interrupt",
     .chips = IVC_CHIP_ANY,
     .send = IVC_SEND_STORE,
     .bare = true,
     .targets_max = 1,
     .rules = {SOUND, .posted = true}},
    {.name = "emulated",
     .summary = "the controller is the hypervisor's: traps to send and to end, and the receiver is "
                "left for the injection",
     .chips = IVC_CHIP_X86,
     .send = IVC_SEND_TRAP,
     .targets_max = 1,
     .end_traps = true,
     .rules = {SOUND, .halt_exits = true}},
    {.name = "event-channel",
     .summary = "a hypercall sets a bit; the receiver is left, and entered in its upcall",
     .chips = IVC_CHIP_X86 | IVC_CHIP_ARM,
     .send = IVC_SEND_CALL,
     .targets_max = 1,
     .rules = {SOUND, .edge = true, .halt_exits = true}},
    {.name = "paravirtual-ipi",
     .summary = "one hypercall for up to 128 targets; the receiver is left for the injection",
     .chips = IVC_CHIP_X86,
     .send = IVC_SEND_CALL,
     .targets_max = 128,
     .rules = {SOUND, .halt_exits = true}},
    {.name = "posted",
     .summary = "a trap to send; a running receiver takes it out of a descriptor without an exit",
     .chips = IVC_CHIP_X86,
     .send = IVC_SEND_TRAP,
     .descriptor = true,
     .interface = IVC_INTERFACE_POSTING,
     .targets_max = 1,
     .rules = {SOUND, .posted = true, .halt_exits = true}},
    {.name = "ipi-virtualisation",
     .summary = "as posted, and the sender's core writes the descriptor itself: no exit to send",
     .chips = IVC_CHIP_X86,
     .send = IVC_SEND_STORE,
     .descriptor = true,
     .interface = IVC_INTERFACE_SENDING,
     .targets_max = 1,
     .rules = {SOUND, .posted = true, .halt_exits = true}},
    {.name = "direct",
     .summary = "the guest writes descriptor and controller, and halts its core, without exits",
     .chips = IVC_CHIP_X86,
     .send = IVC_SEND_STORE,
     .descriptor = true,
     .interface = IVC_INTERFACE_POSTING,
     .targets_max = 1,
     .rules = {SOUND, .posted = true}},
    {.name = "gic",
     .summary = "GICv2 or GICv3: a trap to send, and the receiver is left for a list register; it "
                "acknowledges and ends without a trap",
     .chips = IVC_CHIP_ARM,
     .send = IVC_SEND_TRAP,
     .interface = IVC_INTERFACE_VIRTUAL,
     .targets_max = 16,
     .rules = {SOUND, .halt_exits = true}},
    {.name = "gic-v4.1",
     .summary = "GICv4.1: a trap to send; the hardware hands it to a running receiver",
     .chips = IVC_CHIP_ARM,
     .send = IVC_SEND_TRAP,
     .interface = IVC_INTERFACE_SENDING,
     .targets_max = 16,
     .rules = {SOUND, .posted = true, .halt_exits = true}},
    {.name = "imsic",
     .summary = "RISC-V guest interrupt file: a store into the receiver's file, without an exit",
     .chips = IVC_CHIP_RISCV,
     .send = IVC_SEND_STORE,
     .interface = IVC_INTERFACE_SENDING,
     .targets_max = 1,
     .rules = {SOUND, .posted = true, .halt_exits = true}},
    {.name = "loongson",
     .summary = "the IPI registers are emulated: one trap to send, two in the handler",
     .chips = IVC_CHIP_LOONGSON,
     .send = IVC_SEND_TRAP,
     .targets_max = 1,
     .ack_loads = 1,
     .ack_stores = 1,
     .ack_traps = true,
     .rules = {SOUND, .halt_exits = true}},
    {.name = "loongson-paravirtual",
     .summary = "one hypercall for up to 128 targets, and no trap in the handler",
     .chips = IVC_CHIP_LOONGSON,
     .send = IVC_SEND_CALL,
     .targets_max = 128,
     .rules = {SOUND, .halt_exits = true}},
    {.name = NULL},
};

/* A second list, since parameters want plain strings; a test holds the two together. */
const char *const ivc_virq_delivery_names[] = {
    "bare",   "emulated", "event-channel", "paravirtual-ipi", "posted",   "ipi-virtualisation",
    "direct", "gic",      "gic-v4.1",      "imsic",           "loongson", "loongson-paravirtual",
    NULL};

uint64_t ivc_virq_sends(const IvcVirqDelivery *delivery, uint64_t targets)
{
    return (targets + delivery->targets_max - 1) / delivery->targets_max;
}
