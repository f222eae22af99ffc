/* The parameters of a chip: what a profile states and a scenario may override.
 *
 * One table gives the parser, the manual and the schema. Every number in a profile carries its
 * kind (measured, documented, derived, assumed) and its source; the costs are those of the chip
 * and of the operating system on it, never of a mechanism. */
#include "models/cpu/profile.h"

#include "models/cpu/topology.h"

#define M IvcMachineSpec

static const char *const scopes[] = {"none", "core", "chip", NULL};
static const char *const kinds[] = {"bus", "crossbar", "ring", "mesh", "sockets", NULL};
static const char *const directions[] = {"duplex", "shared", NULL};
static const char *const memory_places[] = {"nodes", "corners", "first", NULL};
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

static const IvcParam lines_params[] = {
    {IVC_PARAM(M, lines_fetch, "fetch"), .fallback = "0", .max = "1ms",
     .sentence =
         "a line by itself that another core has modified, a flag, a position or a lock, from "
         "asking until it is there; 0: as read.other, of which several overlap"},
    {IVC_PARAM(M, lines_clean, "clean"), .fallback = "0", .max = "1ms",
     .sentence = "the same of a line that other cores have copies of; 0: as fetch"},
    {IVC_PARAM(M, lines_invalidate, "invalidate"), .fallback = "0", .max = "1ms",
     .sentence = "each core, beyond the first, that must give its copy up before a write"},
    {IVC_PARAM(M, lines_busy, "busy"), .fallback = "0", .max = "1ms",
     .sentence = "how long a line's home, or a register, is busy with a request that it answers "
                 "itself, before it takes the next; 0: until it has answered"},
    {IVC_PARAM(M, lines_stores, "stores"), .fallback = "0", .max = "16",
     .sentence = "buffered stores of a core that wait for their lines at a time, where stores take "
                 "effect in order; 0: any number, in any order"},
    {0},
};

static const IvcParam store_params[] = {
    {IVC_PARAM(M, store_l2, "l2"), .fallback = "0", .max = "1ms",
     .sentence =
         "a store of its own that finds its line in L2 only, where the first level takes in "
         "what is read alone; 0: it takes in what is stored, too"},
    {IVC_PARAM(M, store_memory, "memory"), .fallback = "0", .max = "1ms",
     .sentence = "the same where no cache has the line: the store goes to memory"},
    {0},
};

static const IvcParam message_buffer_params[] = {
    {IVC_PARAM(M, message_buffer, "size"), .fallback = "0B", .max = "1MiB",
     .sentence = "memory on the die, of each core, that all cores reach past their caches; 0B: the "
                 "chip has none"},
    {IVC_PARAM(M, message_buffer_line, "line"), .fallback = "0", .max = "1ms",
     .sentence = "reading or writing a line of it, without the way: at least one hop, both ways"},
    {0},
};

static const IvcParam memory_params[] = {
    {IVC_PARAM(M, memory_size, "size"), .min = "1MiB", .max = "64TiB",
     .sentence = "memory of the machine"},
    {IVC_PARAM(M, memory_rate, "rate"), .min = "1MB/s", .max = "100TB/s",
     .sentence = "what the memory controllers sustain for all cores together; with several nodes, "
                 "what those of a node do"},
    {IVC_PARAM(M, memory_at, "at"), .fallback = "nodes", .choices = memory_places,
     .sentence =
         "which nodes have memory: all, the corners of a mesh (node 0 and the middle one of "
         "a ring), or the first"},
    {0},
};

static const IvcParam interconnect_params[] = {
    {IVC_PARAM(M, interconnect_rate, "rate"), .min = "1MB/s", .max = "100TB/s",
     .sentence = "what the path between cores and shared cache sustains for all together; with "
                 "several nodes, that of a node"},
    {IVC_PARAM(M, interconnect_kind, "kind"), .fallback = "bus", .choices = kinds,
     .sentence = "how nodes are connected; a bus or crossbar is one node"},
    {IVC_PARAM(M, interconnect_nodes, "nodes"), .fallback = "1", .min = "1", .max = "1024",
     .sentence = "nodes: stops of a ring, tiles of a mesh, sockets; each has as many cores"},
    {IVC_PARAM(M, interconnect_columns, "columns"), .fallback = "1", .min = "1", .max = "1024",
     .sentence = "nodes in a row of a mesh"},
    {IVC_PARAM(M, interconnect_hop, "hop"), .fallback = "0", .max = "1ms",
     .sentence = "what each link on its way adds to the stall of a line, there and back, net of "
                 "overlap"},
    {IVC_PARAM(M, interconnect_link, "link"), .fallback = "100TB/s", .min = "1MB/s",
     .max = "100TB/s", .sentence = "what each link sustains"},
    {IVC_PARAM(M, interconnect_directions, "directions"), .fallback = "duplex",
     .choices = directions,
     .sentence = "whether each direction of a link has its rate, or both share it"},
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
    {IVC_PARAM(M, registers_hop, "hop"), .fallback = "0", .max = "1ms",
     .sentence = "what each link on the way adds, one way; a load from another node's register "
                 "goes there and back"},
    {0},
};

const char *const ivc_controller_names[] = {"any", "apic", "gic", "imsic", "loongson", NULL};

static const IvcParam interrupt_params[] = {
    {IVC_PARAM(M, interrupt_controller, "controller"), .fallback = "any",
     .choices = ivc_controller_names,
     .sentence =
         "the interrupt controller, which decides how interrupts come to guests; any: every "
         "delivery is allowed"},
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
    {.key = "lines",
     .type = IVC_PARAM_GROUP,
     .group = lines_params,
     .sentence = "lines that cores contend for, as those of locks"},
    {.key = "store",
     .type = IVC_PARAM_GROUP,
     .group = store_params,
     .sentence = "stores one by one, by where their line is found"},
    {.key = "message_buffer",
     .type = IVC_PARAM_GROUP,
     .group = message_buffer_params,
     .sentence = "message buffers on the die"},
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
    {.key = "virtualisation",
     .type = IVC_PARAM_GROUP,
     .group = ivc_virt_params,
     .sentence = "guests of a hypervisor: what their events cost"},
    {0},
};

/* What is wrong with an interconnect: the key to point at, and the sentence. */
static const struct {
    const char *key;
    const char *text;
    const char *hint;
} problems[] = {
    [IVC_TOPOLOGY_NODES_OF_BUS] = {"nodes", "a bus or crossbar is one node",
                                   "give 'kind': ring, mesh or sockets"},
    [IVC_TOPOLOGY_ONE_NODE] = {"kind", "a ring, mesh or machine of sockets has two nodes or more",
                               "give 'nodes'"},
    [IVC_TOPOLOGY_CORES_UNEVEN] = {"nodes", "the cores do not divide evenly among the nodes", NULL},
    [IVC_TOPOLOGY_COLUMNS_UNEVEN] = {"columns", "the nodes do not fill the rows of the mesh", NULL},
    [IVC_TOPOLOGY_COLUMNS_NOT_MESH] = {"columns", "only a mesh has columns", NULL},
    [IVC_TOPOLOGY_MANY_SOCKETS] = {"nodes", "at most 64 sockets are connected with each other",
                                   NULL},
    [IVC_TOPOLOGY_CORNERS] = {"kind", "sockets have no corners to put memory at",
                              "give 'memory.at': nodes or first"},
};

static void missing(const IvcScenario *scenario, const char *path, const char *key,
                    const char *hint, const char *text, unsigned level, IvcDiags *diags)
{
    g_autofree char *at = g_strdup_printf("%s.%s", path, key);
    if (!ivc_scenario_is_given(scenario, at))
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-missing", ivc_scenario_place(scenario, at),
                      hint, text, level);
}

/* A level beyond the first: with all that makes one, and not a core's own behind a shared one. */
static void check_cache(const IvcMachineSpec *machine, const IvcScenario *scenario,
                        const char *path, unsigned level, IvcDiags *diags)
{
    int scope = machine->cache_scope[level - 1], before = machine->cache_scope[level - 2];
    uint64_t bytes = machine->cache_size[level - 1].n;
    g_autofree char *cache = g_strdup_printf("%s.l%u", path, level);
    g_autofree char *read = g_strdup_printf("read.l%u", level);
    g_autofree char *write = g_strdup_printf("write.l%u", level);
    g_autofree char *give_read = g_strdup_printf("give '%s.%s'", path, read);
    g_autofree char *give_write = g_strdup_printf("give '%s.%s'", path, write);
    if (bytes && scope == IVC_CACHE_NONE)
        missing(scenario, cache, "scope", "give its 'scope': core or chip",
                "l%u has a size but no 'scope': there would be no such cache", level, diags);
    if (!bytes && scope != IVC_CACHE_NONE)
        missing(scenario, cache, "size", "give its 'size'",
                "l%u has a scope but no 'size': there would be no such cache", level, diags);
    if (!bytes || scope == IVC_CACHE_NONE)
        return;
    missing(scenario, path, read, give_read, "lines that are read from l%u would cost nothing",
            level, diags);
    missing(scenario, path, write, give_write, "lines that are stored to in l%u would cost nothing",
            level, diags);
    if (scope == IVC_CACHE_CORE && before == IVC_CACHE_CHIP && machine->cache_size[level - 2].n)
        ivc_scenario_conflict(scenario, cache, "scope", NULL,
                              "a core's own cache does not lie behind one that all share", diags);
}

static void check_caches(const IvcMachineSpec *machine, const IvcScenario *scenario,
                         const char *path, IvcDiags *diags)
{
    if (machine->cache_scope[0] != IVC_CACHE_CORE)
        ivc_scenario_conflict(scenario, path, "l1.scope", "the other levels may be shared",
                              "the first level belongs to a core", diags);
    for (unsigned level = 2; level <= IVC_CACHE_LEVELS; level++)
        check_cache(machine, scenario, path, level, diags);
}

static void check_machine(const void *spec, const IvcScenario *scenario, const char *path,
                          IvcDiags *diags)
{
    const IvcMachineSpec *machine = spec;
    ivc_virt_check(machine, scenario, diags);
    check_caches(machine, scenario, path, diags);
    IvcTopologyProblem problem = ivc_topology_check(machine);
    if (problem == IVC_TOPOLOGY_OK)
        return;
    g_autofree char *at = g_strdup_printf("%s.interconnect.%s", path, problems[problem].key);
    g_autofree char *cores = g_strdup_printf("%s.cores", path);
    g_autofree char *nodes = g_strdup_printf("%s.interconnect.nodes", path);
    ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", ivc_scenario_place(scenario, at),
                  problems[problem].hint, "%s", problems[problem].text);
    if (problem == IVC_TOPOLOGY_CORES_UNEVEN)
        ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, ivc_scenario_place(scenario, cores), NULL,
                      "%" G_GUINT64_FORMAT " cores, %" G_GUINT64_FORMAT " nodes", machine->cores,
                      machine->interconnect_nodes);
    else if (problem == IVC_TOPOLOGY_COLUMNS_UNEVEN)
        ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, ivc_scenario_place(scenario, nodes), NULL,
                      "%" G_GUINT64_FORMAT " nodes, %" G_GUINT64_FORMAT " in a row",
                      machine->interconnect_nodes, machine->interconnect_columns);
}

const IvcComponent ivc_machine_component = {
    .name = "machine",
    .summary = "the chip and the operating system on it",
    .params = machine_params,
    .spec_size = sizeof(IvcMachineSpec),
    .check = check_machine,
};
