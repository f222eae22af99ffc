/* The group `machine.virtualisation`: what the processor has for guests, and what leaving them,
 * handling their events and entering them again costs. The defaults are a guess for a profile that
 * states nothing: cycles of a Xeon of 2012 with KVM, as far as they are recalled. */
#include "models/cpu/profile.h"

#define M IvcMachineSpec

static const char *const extensions[] = {"none", "guest-mode", "nested", NULL}; /* IvcExtension */
const char *const ivc_interface_names[] = {"emulated", "virtual", "posting", "sending", NULL};

#define ISCA "recalled: KVM on an E5-2450, table II of Dall and others, ISCA 2016: "
#define NANO "recalled: nanobenchmarks of Adams and Agesen, ASPLOS 2006, 3.8 GHz Pentium 4: "

#define COST(name, what, value, from, text)                                               \
    {                                                                                     \
        IVC_PARAM(M, virtualisation.cost[IVC_VIRT_COST_##what], name),                    \
            .fallback = (value), .max = "1s", .kind = IVC_KIND_ASSUMED, .source = (from), \
            .sentence = (text)                                                            \
    }

#define NATIVE(name, event, value, from, text)                                            \
    {                                                                                     \
        IVC_PARAM(M, virtualisation.native[IVC_VIRT_##event], name),                      \
            .fallback = (value), .max = "1s", .kind = IVC_KIND_ASSUMED, .source = (from), \
            .sentence = (text)                                                            \
    }

static const IvcParam walk_params[] = {
    {IVC_PARAM(M, virtualisation.levels, "levels"), .fallback = "4", .min = "1", .max = "6",
     .kind = IVC_KIND_DOCUMENTED, .source = "Intel SDM volume 3: four levels for 48 bits",
     .sentence = "levels of page tables, in each stage: in two stages of four a walk reads 24 "
                 "entries instead of 4"},
    {IVC_PARAM(M, virtualisation.reference, "reference"), .fallback = "8cycles", .max = "1ms",
     .kind = IVC_KIND_ASSUMED,
     .source = "assumed: most entries are in caches of walks or in the second level",
     .sentence = "reading one entry of a page table in a walk"},
    {0},
};

static const IvcParam tlb_params[] = {
    {IVC_PARAM(M, virtualisation.tlb_entries, "entries"), .fallback = "512", .min = "1",
     .max = "1048576", .kind = IVC_KIND_ASSUMED,
     .source = "assumed: the second level of a Sandy Bridge, as Intel's manuals have it",
     .sentence = "entries of the largest TLB of a core"},
    {IVC_PARAM(M, virtualisation.tlb_tags, "tags"), .fallback = "false", .kind = IVC_KIND_ASSUMED,
     .source = "assumed: a profile that states nothing has none",
     .sentence = "entries know their guest (VPID, ASID, VMID): in guest mode a switch keeps them"},
    {IVC_PARAM(M, virtualisation.page, "page"), .fallback = "4KiB", .min = "1KiB", .max = "1GiB",
     .sentence = "pages in which guests map memory"},
    {0},
};

static const IvcParam native_params[] = {
    NATIVE("instruction", PRIVILEGED, "100cycles", "assumed: CPUID without a hypervisor",
           "a privileged or serialising instruction"),
    NATIVE("page_table_write", PAGE_TABLE_WRITE, "1cycles", NANO "native",
           "writing an entry of a page table"),
    NATIVE("page_fault", PAGE_FAULT, "1093cycles", NANO "native",
           "a page fault with the kernel's shortest handler"),
    NATIVE("port", PORT_IO, "3209cycles", NANO "native", "input from a device's port"),
    NATIVE("controller", APIC, "100cycles", "assumed: an uncached access on the chip",
           "an access to the interrupt controller"),
    NATIVE("completion", END_OF_INTERRUPT, "71cycles",
           "recalled: virtual IRQ completion on ARM, table II of Dall and others, ISCA 2016",
           "telling the interrupt controller that an interrupt is over"),
    NATIVE("time_stamp", TIME_STAMP, "28cycles",
           "recalled: RDTSC on a Sandy Bridge in instruction tables of A. Fog; 20 to 42 elsewhere",
           "reading the time stamp"),
    NATIVE("call", CALL, "11cycles", NANO "native", "a call and its return"),
    {0},
};

const IvcParam ivc_virt_params[] = {
    {IVC_PARAM(M, virtualisation.extension, "extension"), .fallback = "none", .choices = extensions,
     .kind = IVC_KIND_ASSUMED, .source = "assumed: a profile that states nothing has none",
     .sentence = "what the processor has for guests: nothing, a mode of their own, or page tables "
                 "in two stages too"},
    {IVC_PARAM(M, virtualisation.interface, "interface"), .fallback = "emulated",
     .choices = ivc_interface_names, .kind = IVC_KIND_ASSUMED,
     .source = "assumed: a profile that states nothing has none",
     .sentence = "what of a guest's interrupts the processor deals with in guest mode: nothing; "
                 "completing them; giving them to a running guest as well; and sending them"},
    {.key = "walk",
     .type = IVC_PARAM_GROUP,
     .group = walk_params,
     .sentence = "walks of page tables"},
    {.key = "tlb", .type = IVC_PARAM_GROUP, .group = tlb_params, .sentence = "the TLB"},
    {.key = "native",
     .type = IVC_PARAM_GROUP,
     .group = native_params,
     .sentence = "what events cost without a hypervisor, for the workload 'exits'"},
    {IVC_PARAM(M, virtualisation.fraction, "time_stamp_fraction"), .fallback = "0", .max = "48",
     .kind = IVC_KIND_ASSUMED, .source = "assumed: a profile that states nothing has none",
     .sentence = "bits behind the point in the multiplier of guests' time stamps: 48 on VMX, 32 on "
                 "SVM; 0: the processor has none"},
    COST(
        "exit", EXIT, "319cycles",
        "recalled: 784 cycles of leaving and entering on a Sandy Bridge (Agesen and others, USENIX "
        "ATC 2012), split as on a Core 2",
        "from an event in guest mode to the hypervisor's first instruction"),
    COST("entry", ENTRY, "465cycles", "the rest, see exit",
         "from the hypervisor's last instruction back into guest mode"),
    COST("trap", TRAP, "150cycles",
         "assumed: a gate to a more privileged ring and saving what is in registers",
         "from an event in a kernel with few rights to the monitor or hypervisor"),
    COST("return", RETURN, "150cycles", "assumed: as trap", "back into that kernel"),
    COST("hypercall", HYPERCALL, "516cycles",
         ISCA "a hypercall of 1,300 cycles less exit and entry",
         "dispatching a hypercall that does nothing"),
    COST(
        "instruction", INSTRUCTION, "236cycles",
        "assumed: CPUID under KVM takes 1,018 to 1,027 cycles on a later Xeon, less exit and entry",
        "emulating a privileged instruction after an exit"),
    COST("callout", CALLOUT, "216cycles", NANO "port input, all of it",
         "emulating a privileged instruction or a port within translated code"),
    COST("shadow", SHADOW, "2000cycles", "recalled: 1,000 to 3,000 cycles to fill a shadow entry",
         "bringing a shadow page table up to date after a write to the guest's"),
    COST("validate", VALIDATE, "300cycles",
         "assumed: looking up owner and type of a page, and counting it",
         "checking an entry that a paravirtual guest asks to have written"),
    COST("trace", TRACE, "391cycles", NANO "writing a page-table entry",
         "what writing a page-table entry costs more in translated code"),
    COST("fault", FAULT, "1500cycles",
         "assumed: walking the guest's tables to see whose fault it is, and delivering it",
         "a guest's page fault under shadow page tables, on top of the guest's own handling"),
    COST("bounce", BOUNCE, "350cycles",
         "recalled: 200 to 500 cycles more for a system call of a 64-bit guest of Xen, trap "
         "included",
         "passing a system call or fault on to a kernel with few rights"),
    COST("port", PORT, "3000cycles", "assumed: finding the device's model and running it",
         "emulating an access to a port"),
    COST("mmio", MMIO, "3500cycles", "assumed: as port, with an instruction to decode",
         "emulating an access to a device's register in memory"),
    COST("register", REGISTER, "800cycles",
         "assumed: as controller, with an instruction to decode but without its state",
         "emulating an access to an inter-core register"),
    COST("controller", CONTROLLER, "1600cycles",
         ISCA "an interrupt-controller trap of 2,384 cycles less exit and entry",
         "emulating an access to the interrupt controller"),
    COST("halt", HALT, "1000cycles", "assumed: putting a process to sleep on an older Xeon",
         "blocking a virtual CPU that has nothing to do"),
    COST("pause", PAUSE, "300cycles", "assumed: finding no other virtual CPU to run",
         "a spin loop seen by the processor: looking for something better to run"),
    COST("interrupt", INTERRUPT, "500cycles",
         "derived from Barrelfish technical note 9: 500 to 1,000 cycles to take and acknowledge an "
         "interrupt",
         "taking an interrupt in the hypervisor while a guest runs"),
    COST("injection", INJECTION, "277cycles",
         ISCA "a virtual IPI of 5,230 cycles less all of its other parts",
         "making an interrupt pending for the guest's next entry"),
    COST("completion", COMPLETION, "772cycles",
         ISCA "a virtual interrupt's completion of 1,556 cycles less exit and entry",
         "emulating the end of an interrupt"),
    COST("ipi", IPI, "1600cycles", "assumed: as controller",
         "emulating the command that interrupts another virtual CPU"),
    COST("switch", SWITCH, "4028cycles", ISCA "a VM switch of 4,812 cycles less exit and entry",
         "from one virtual CPU to another on a core, without refilling the TLB"),
    COST("filter", FILTER, "100cycles", "assumed: a filter of some tens of instructions",
         "filtering a container's system call"),
    COST("branch", BRANCH, "29cycles", NANO "a call and its return take 40 cycles instead of 11",
         "finding translated code at the return of a procedure"),
    COST("lookup", LOOKUP, "768cycles",
         NANO "a page fault less the native one, less what a system call takes more",
         "walking the guest's page tables to see whose fault it is, by translation"),
    COST("kick", KICK, "241cycles", ISCA "an I/O latency out of 560 cycles less exit",
         "finding out whom a notification is for"),
    COST("unblock", UNBLOCK, "15731cycles",
         ISCA "an I/O latency in of 18,923 cycles less all of its other parts",
         "putting a virtual CPU that waits on its core again"),
    COST("fill", FILL, "2000cycles", "recalled: 1,000 to 3,000 cycles to fill a shadow entry",
         "filling an entry of the shadow, or of the second stage, when a page is first touched"),
    COST("clock", CLOCK, "60cycles",
         "assumed: the processor's read, two of the page's version, a multiplication",
         "reading a paravirtual clock: the time stamp, scaled by what a shared page says"),
    {0},
};
