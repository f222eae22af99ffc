/* The parameters of a chip: what a profile states and a scenario may override.
 *
 * One table gives the parser, the manual and the schema. Every number in a profile carries its
 * kind (measured, documented, derived, assumed) and its source; the costs are those of the chip
 * and of the operating system on it, never of a mechanism. */
#include "models/cpu/profile.h"

#include "sim/model/machine.h"

#define M IvcMachineSpec

static const char *const scopes[] = {"none", "core", "chip", NULL};
static const char *const policies[] = {"write-back", "write-through", NULL};

static const IvcParam l1_params[] = {
    {IVC_PARAM(M, cache_size[0], "size"), .min = "1KiB", .max = "1MiB",
     .sentence = "size of a core's first-level data cache"},
    {IVC_PARAM(M, cache_scope[0], "scope"), .fallback = "core", .choices = scopes,
     .sentence = "who shares it; the first level belongs to a core"},
    {IVC_PARAM(M, l1_write, "write"), .choices = policies,
     .sentence = "whether stores stay in the first level or go through to the next"},
    {0},
};

static const IvcParam l2_params[] = {
    {IVC_PARAM(M, cache_size[1], "size"), .fallback = "0B", .max = "1GiB",
     .sentence = "size of a second-level cache"},
    {IVC_PARAM(M, cache_scope[1], "scope"), .fallback = "none", .choices = scopes,
     .sentence = "who shares it"},
    {0},
};

static const IvcParam l3_params[] = {
    {IVC_PARAM(M, cache_size[2], "size"), .fallback = "0B", .max = "4GiB",
     .sentence = "size of a third-level cache"},
    {IVC_PARAM(M, cache_scope[2], "scope"), .fallback = "none", .choices = scopes,
     .sentence = "who shares it"},
    {0},
};

static const IvcParam copy_params[] = {
    {IVC_PARAM(M, copy_setup, "setup"), .max = "1ms",
     .sentence = "a call of the copy routine, whatever its length"},
    {IVC_PARAM(M, copy_word, "word"), .max = "100us",
     .sentence = "one turn of the copy loop: eight bytes loaded and stored, both in L1"},
    {0},
};

static const IvcParam read_params[] = {
    {IVC_PARAM(M, read.level[1], "l2"), .max = "1ms",
     .sentence = "stall of a load for each line that is found in L2, net of overlap"},
    {IVC_PARAM(M, read.level[2], "l3"), .fallback = "0", .max = "1ms",
     .sentence = "stall of a load for each line that is found in L3, net of overlap"},
    {IVC_PARAM(M, read.other, "other"), .max = "1ms",
     .sentence = "stall of a load for each line that another core's private cache has modified"},
    {IVC_PARAM(M, read.memory, "memory"), .max = "1ms",
     .sentence = "stall of a load for each line that comes from memory, net of overlap"},
    {0},
};

static const IvcParam write_params[] = {
    {IVC_PARAM(M, write.level[1], "l2"), .max = "1ms",
     .sentence = "stall of stores for each line that goes to, or is found in, L2"},
    {IVC_PARAM(M, write.level[2], "l3"), .fallback = "0", .max = "1ms",
     .sentence = "stall of stores for each line that is found in L3"},
    {IVC_PARAM(M, write.other, "other"), .max = "1ms",
     .sentence = "stall of stores for each line that must be taken from another core"},
    {IVC_PARAM(M, write.memory, "memory"), .max = "1ms",
     .sentence = "stall of stores for each line that must be read from memory first"},
    {0},
};

static const IvcParam memory_params[] = {
    {IVC_PARAM(M, memory_size, "size"), .min = "1MiB", .max = "64TiB",
     .sentence = "memory of the machine"},
    {IVC_PARAM(M, memory_rate, "rate"), .min = "1MB/s", .max = "100TB/s",
     .sentence = "what the memory controllers sustain for all cores together"},
    {0},
};

static const IvcParam interconnect_params[] = {
    {IVC_PARAM(M, interconnect_rate, "rate"), .min = "1MB/s", .max = "100TB/s",
     .sentence = "what the path between cores and shared cache sustains for all together"},
    {0},
};

static const IvcParam registers_params[] = {
    {IVC_PARAM(M, registers_block, "block"),
     .sentence = "the inter-core register block: see 'list parameters machine'"},
    {IVC_PARAM(M, registers_store, "store"), .max = "1ms",
     .sentence = "an uncached store to a register, until the core goes on"},
    {IVC_PARAM(M, registers_load, "load"), .max = "1ms",
     .sentence = "an uncached load from a register, until the value is there"},
    {IVC_PARAM(M, registers_flight, "flight"), .max = "1ms",
     .sentence = "from the end of the store to the target core's interrupt line"},
    {0},
};

static const IvcParam interrupt_params[] = {
    {IVC_PARAM(M, interrupt_entry, "entry"), .max = "1s",
     .sentence =
         "from the asserted line to the body of the handler: vector, saved registers, dispatch"},
    {IVC_PARAM(M, interrupt_exit, "exit"), .max = "1s",
     .sentence = "from the end of the handler's body back into what was interrupted"},
    {0},
};

static const IvcParam os_params[] = {
    {IVC_PARAM(M, os_syscall_enter, "syscall_enter"), .max = "1s",
     .sentence = "from the call in user space to the body of the system call"},
    {IVC_PARAM(M, os_syscall_exit, "syscall_exit"), .max = "1s",
     .sentence = "from the end of the body back into user space"},
    {IVC_PARAM(M, os_block, "block"), .max = "1s",
     .sentence = "putting the calling process to sleep and switching away from it"},
    {IVC_PARAM(M, os_wake, "wake"), .max = "1s",
     .sentence = "making a sleeping process runnable, on the waker's side"},
    {IVC_PARAM(M, os_resume, "resume"), .max = "1s", .sentence = "switching to a woken process"},
    {IVC_PARAM(M, os_idle_exit, "idle_exit"), .max = "1s",
     .sentence = "the core leaving its wait state"},
    {0},
};

static const IvcParam machine_params[] = {
    {IVC_PARAM(M, cores, "cores"), .min = "1", .max = "1024", .sentence = "cores of the chip"},
    {IVC_PARAM(M, clock, "clock"), .min = "1MHz", .max = "20GHz",
     .sentence = "clock of the cores; costs in cycles are turned into time by it"},
    {IVC_PARAM(M, line, "line"), .min = "8B", .max = "4KiB", .sentence = "cache line"},
    {.key = "l1",
     .type = IVC_PARAM_GROUP,
     .group = l1_params,
     .sentence = "first-level data cache"},
    {.key = "l2", .type = IVC_PARAM_GROUP, .group = l2_params, .sentence = "second-level cache"},
    {.key = "l3", .type = IVC_PARAM_GROUP, .group = l3_params, .sentence = "third-level cache"},
    {.key = "copy", .type = IVC_PARAM_GROUP, .group = copy_params, .sentence = "the copy loop"},
    {.key = "read",
     .type = IVC_PARAM_GROUP,
     .group = read_params,
     .sentence = "what a line costs a copy's loads, by where it is found"},
    {.key = "write",
     .type = IVC_PARAM_GROUP,
     .group = write_params,
     .sentence = "what a line costs a copy's stores, by where it is found"},
    {IVC_PARAM(M, atomic, "atomic"), .max = "1ms",
     .sentence = "an atomic update of a line that the core holds"},
    {IVC_PARAM(M, poll, "poll"), .min = "1ps", .max = "1ms",
     .sentence = "one turn of a loop that polls a cached line"},
    {.key = "memory", .type = IVC_PARAM_GROUP, .group = memory_params, .sentence = "main memory"},
    {.key = "interconnect",
     .type = IVC_PARAM_GROUP,
     .group = interconnect_params,
     .sentence = "the path between cores and shared cache"},
    {.key = "registers",
     .type = IVC_PARAM_GROUP,
     .group = registers_params,
     .sentence = "inter-core registers"},
    {.key = "interrupt",
     .type = IVC_PARAM_GROUP,
     .group = interrupt_params,
     .sentence = "taking an interrupt"},
    {.key = "os",
     .type = IVC_PARAM_GROUP,
     .group = os_params,
     .sentence = "the guest's operating system"},
    {0},
};

const IvcComponent ivc_machine_component = {
    .name = "machine",
    .summary = "the chip and the operating system on it",
    .params = machine_params,
    .spec_size = sizeof(IvcMachineSpec),
};
