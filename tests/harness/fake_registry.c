/* The registry that tests of the scenario layer use; numbers are arbitrary. */
#include "tests/harness/fake_registry.h"

#include "sim/scenario/scenario.h"

static const IvcParam memory_params[] = {
    {IVC_PARAM(IvcFakeMachine, memory_size, "size"), .fallback = "1GiB",
     .sentence = "memory of the machine"},
    {IVC_PARAM(IvcFakeMachine, memory_rate, "rate"), .sentence = "rate of the memory controller"},
    {.key = NULL},
};

static const IvcParam interrupt_params[] = {
    {IVC_PARAM(IvcFakeMachine, interrupt_entry, "entry"), .sentence = "cost of an interrupt"},
    {IVC_PARAM(IvcFakeMachine, interrupt_exit, "exit"), .fallback = "50cycles",
     .kind = IVC_KIND_ASSUMED, .source = "a guess", .sentence = "cost of leaving the handler"},
    {.key = NULL},
};

static const IvcParam registers_params[] = {
    {IVC_PARAM(IvcFakeMachine, registers_block, "block"), .fallback = IVC_PARAM_UNSET,
     .sentence = "the register block"},
    {.key = NULL},
};

static const IvcParam machine_params[] = {
    {IVC_PARAM(IvcFakeMachine, cores, "cores"), .min = "1", .max = "64",
     .sentence = "cores of the chip"},
    {IVC_PARAM(IvcFakeMachine, clock, "clock"), .sentence = "clock of the cores"},
    {.key = "memory", .type = IVC_PARAM_GROUP, .group = memory_params},
    {.key = "interrupt", .type = IVC_PARAM_GROUP, .group = interrupt_params},
    {.key = "registers", .type = IVC_PARAM_GROUP, .group = registers_params},
    {.key = NULL},
};

static const IvcComponent machine = {
    .name = "fake",
    .summary = "a chip that cannot run",
    .params = machine_params,
    .spec_size = sizeof(IvcFakeMachine),
};

static const char *const copies[] = {"single", "double", NULL};

static const IvcParam ring_params[] = {
    {IVC_PARAM(IvcFakeRing, region, "region"), .fallback = "4MiB", .min = "4KiB", .max = "1GiB",
     .sentence = "size of the region"},
    {IVC_PARAM(IvcFakeRing, slots, "slots"), .fallback = "64", .min = "1", .max = "4096",
     .sentence = "slots of the ring"},
    {IVC_PARAM(IvcFakeRing, poll, "poll"), .fallback = "20cycles", .max = "1000cycles",
     .kind = IVC_KIND_MEASURED, .source = "nothing, it's a test",
     .sentence = "one turn of the poll loop"},
    {IVC_PARAM(IvcFakeRing, copies, "copies"), .fallback = "single", .choices = copies,
     .sentence = "how often data is copied"},
    {IVC_PARAM(IvcFakeRing, readers, "readers"), .fallback = IVC_PARAM_UNSET,
     .sentence = "who may read"},
    {.key = NULL},
};

/* A rule between two components: the region must hold one message. */
static void check_ring(const void *spec, const IvcScenario *scenario, const char *path,
                       IvcDiags *diags)
{
    const IvcFakeRing *ring = spec;
    g_autofree char *region = g_strconcat(path, ".region", NULL);
    if (ring->region.n < scenario->workload.message.n)
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict",
                      ivc_scenario_place(scenario, region), NULL,
                      "the region is smaller than one message");
}

static const IvcMechanism ring = {
    .head = {.name = "ring",
             .summary = "a ring that cannot run",
             .params = ring_params,
             .spec_size = sizeof(IvcFakeRing),
             .check = check_ring},
};

static const IvcParam nemesis_params[] = {
    {IVC_PARAM(IvcFakeNemesis, delay, "delay"), .fallback = "1.5us", .sentence = "a delay"},
    {IVC_PARAM(IvcFakeNemesis, eager, "eager"), .fallback = "true", .sentence = "a switch"},
    {.key = NULL},
};

static const IvcMechanism nemesis = {
    .head = {.name = "nemesis",
             .summary = "processes of one OS",
             .params = nemesis_params,
             .spec_size = sizeof(IvcFakeNemesis)},
    .one_os = true,
};

static const IvcParam stream_params[] = {
    {IVC_PARAM(IvcFakeStream, window, "window"), .fallback = "1", .min = "1",
     .sentence = "messages in flight"},
    {.key = NULL},
};

static const IvcWorkload stream = {
    .head = {.name = "stream",
             .summary = "one way",
             .params = stream_params,
             .spec_size = sizeof(IvcFakeStream)},
    .ranks_min = 1,
    .ranks_multiple = 1,
};

static const IvcWorkload pairs = {
    .head = {.name = "pairs", .summary = "ranks in pairs"},
    .ranks_min = 2,
    .ranks_multiple = 2,
};

static const char tiny[] =
    "schema: ivcsim-profile/1\n"
    "name: tiny\n"
    "about: four cores of nothing\n"
    "machine:\n"
    "  cores: {value: 4, kind: documented, source: page 1}\n"
    "  clock: {value: 800MHz, kind: documented, source: page 1}\n"
    "  memory:\n"
    "    size: {value: 1GiB, kind: documented, source: page 2}\n"
    "    rate: {value: 6.4GB/s, kind: derived, source: 'width times clock, page 2'}\n"
    "  interrupt:\n"
    "    entry: {value: 300cycles, kind: assumed, source: similar cores,"
    " range: [100cycles, 600cycles]}\n"
    "  registers:\n"
    "    block: mailbox\n";

static const IvcMechanism *const mechanisms[] = {&ring, &nemesis, NULL};
static const IvcWorkload *const workloads[] = {&stream, &pairs, NULL};
static const IvcProfileText profiles[] = {
    {.name = "tiny", .text = tiny, .size = sizeof tiny - 1},
    {.name = NULL},
};
static const char *const blocks[] = {"mailbox", NULL};

const IvcRegistry ivc_fake_registry = {
    .mechanisms = mechanisms,
    .workloads = workloads,
    .profiles = profiles,
    .machine = &machine,
    .register_blocks = blocks,
};

const char ivc_fake_scenario[] = "schema: ivcsim/1\n"
                                 "name: fake\n"
                                 "machine: {profile: tiny}\n"
                                 "guests:\n"
                                 "  sender: {cores: [0], memory: 512MiB}\n"
                                 "  receiver: {cores: [1], memory: 512MiB}\n"
                                 "channels:\n"
                                 "  shm: {mechanism: ring, region: 1MiB}\n"
                                 "  one-os: {mechanism: nemesis, mode: native}\n"
                                 "workload: {kind: stream, total: 1GiB, message: 64KiB}\n";
