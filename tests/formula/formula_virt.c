/* Single events of a guest: each operation of the workload `exits` takes, under every mode, the sum
 * of its parts to the picosecond, computed here from the parameters alone; and the channel of
 * inter-core registers takes longer by one exit for each access and interrupt. */
#include "tests/harness/points.h"

/* All different, and no sum of few of them is another's: a part too much or too little shows. In
 * nanoseconds. */
enum {
    EXIT = 101,
    ENTRY = 211,
    TRAP = 307,
    RETURN = 401,
    HYPERCALL = 503,
    INSTRUCTION = 607,
    CALLOUT = 701,
    SHADOW = 809,
    VALIDATE = 907,
    TRACE = 1009,
    FAULT = 1103,
    BOUNCE = 1201,
    PORT = 1301,
    REGISTER = 1409,
    CONTROLLER = 1511,
    INTERRUPT = 1601,
    INJECTION = 1709,
    COMPLETION = 1801,
    IPI = 1901,
    SWITCH = 2003,
    FILTER = 2111,
    BRANCH = 2203,
    LOOKUP = 2309,
    KICK = 2411,
    UNBLOCK = 2503,
    FILL = 2609,
    REFERENCE = 17,
    STORE = 2707,
    FLIGHT = 2801,
    IRQ_ENTRY = 2903,
    IRQ_EXIT = 3001,
    CALL_ENTER = 3109,
    CALL_EXIT = 3203,
    WAKE = 3301,
    N_INSTRUCTION = 3407,
    N_TABLE = 3511,
    N_FAULT = 3607,
    N_PORT = 3701,
    N_CONTROLLER = 3803,
    N_COMPLETION = 3907,
    N_CALL = 4001,
    N_STAMP = 4099,
    CLOCK = 4201,
};

static char *machine_text(void)
{
    GString *text = g_string_new(NULL);
    static const struct {
        const char *key;
        int ns;
    } costs[] = {
        {"exit", EXIT},
        {"entry", ENTRY},
        {"trap", TRAP},
        {"return", RETURN},
        {"hypercall", HYPERCALL},
        {"instruction", INSTRUCTION},
        {"callout", CALLOUT},
        {"shadow", SHADOW},
        {"validate", VALIDATE},
        {"trace", TRACE},
        {"fault", FAULT},
        {"bounce", BOUNCE},
        {"port", PORT},
        {"register", REGISTER},
        {"controller", CONTROLLER},
        {"interrupt", INTERRUPT},
        {"injection", INJECTION},
        {"completion", COMPLETION},
        {"ipi", IPI},
        {"switch", SWITCH},
        {"filter", FILTER},
        {"branch", BRANCH},
        {"lookup", LOOKUP},
        {"kick", KICK},
        {"unblock", UNBLOCK},
        {"fill", FILL},
        {"clock", CLOCK},
    };
    g_string_append_printf(text, "  registers: {store: %dns, flight: %dns}\n", STORE, FLIGHT);
    g_string_append_printf(text, "  interrupt: {entry: %dns, exit: %dns}\n", IRQ_ENTRY, IRQ_EXIT);
    g_string_append_printf(text, "  os: {syscall_enter: %dns, syscall_exit: %dns, wake: %dns}\n",
                           CALL_ENTER, CALL_EXIT, WAKE);
    g_string_append(text, "  virtualisation:\n");
    for (size_t i = 0; i < G_N_ELEMENTS(costs); i++)
        g_string_append_printf(text, "    %s: %dns\n", costs[i].key, costs[i].ns);
    g_string_append_printf(text, "    walk: {levels: 4, reference: %dns}\n", REFERENCE);
    g_string_append_printf(text,
                           "    native: {instruction: %dns, page_table_write: %dns, page_fault: "
                           "%dns, port: %dns, controller: %dns, completion: %dns, call: %dns, "
                           "time_stamp: %dns}\n",
                           N_INSTRUCTION, N_TABLE, N_FAULT, N_PORT, N_CONTROLLER, N_COMPLETION,
                           N_CALL, N_STAMP);
    return g_string_free(text, FALSE);
}

static char *scenario_text(void)
{
    g_autofree char *machine = machine_text();
    return g_strconcat("schema: ivcsim/1\nname: exits\n"
                       "machine:\n  profile: xeon-e5-2450\n",
                       machine,
                       "hypervisor: {mode: native, tlb_refill: 0ns}\n"
                       "guests:\n"
                       "  vm: {cores: [0], memory: 64MiB}\n"
                       "  host: {cores: [1], memory: 64MiB}\n"
                       "channels:\n"
                       "  vcpu: {mechanism: vcpu}\n"
                       "workload: {kind: exits, operation: tlb-miss}\n",
                       NULL);
}

#define MODES 6

static const char *const modes[MODES] = {"native",      "container",       "translation",
                                         "paravirtual", "hardware-shadow", "hardware-nested"};

#define IRQ (INTERRUPT + INJECTION)
#define NONE 0 /* there is no hypervisor to ask */

/* Each operation under each mode, in nanoseconds. */
static const struct {
    const char *operation;
    int ns[MODES];
} rows[] = {
    {"hypercall",
     {NONE, NONE, TRAP + HYPERCALL + RETURN, TRAP + HYPERCALL + RETURN, EXIT + HYPERCALL + ENTRY,
      EXIT + HYPERCALL + ENTRY}},
    {"interrupt-controller-trap",
     {N_CONTROLLER, N_CONTROLLER, TRAP + CONTROLLER + RETURN, TRAP + HYPERCALL + RETURN,
      EXIT + CONTROLLER + ENTRY, EXIT + CONTROLLER + ENTRY}},
    {"virtual-ipi",
     {STORE + FLIGHT + IRQ_ENTRY, STORE + FLIGHT + IRQ_ENTRY,
      TRAP + IPI + FLIGHT + TRAP + IRQ + RETURN + IRQ_ENTRY,
      TRAP + HYPERCALL + IPI + FLIGHT + TRAP + IRQ + RETURN + IRQ_ENTRY,
      EXIT + IPI + FLIGHT + EXIT + IRQ + ENTRY + IRQ_ENTRY,
      EXIT + IPI + FLIGHT + EXIT + IRQ + ENTRY + IRQ_ENTRY}},
    {"virtual-irq-completion",
     {N_COMPLETION, N_COMPLETION, TRAP + COMPLETION + RETURN, N_COMPLETION,
      EXIT + COMPLETION + ENTRY, EXIT + COMPLETION + ENTRY}},
    {"io-latency-out",
     {NONE, NONE, TRAP + KICK, TRAP + HYPERCALL + KICK, EXIT + KICK, EXIT + KICK}},
    {"io-latency-in",
     {NONE, NONE, WAKE + FLIGHT + UNBLOCK + INJECTION + RETURN + IRQ_ENTRY,
      WAKE + FLIGHT + UNBLOCK + INJECTION + RETURN + IRQ_ENTRY,
      WAKE + FLIGHT + UNBLOCK + INJECTION + ENTRY + IRQ_ENTRY,
      WAKE + FLIGHT + UNBLOCK + INJECTION + ENTRY + IRQ_ENTRY}},
    {"system-call",
     {CALL_ENTER + CALL_EXIT, CALL_ENTER + CALL_EXIT + FILTER,
      CALL_ENTER + CALL_EXIT + TRAP + BOUNCE + RETURN,
      CALL_ENTER + CALL_EXIT + TRAP + BOUNCE + RETURN, CALL_ENTER + CALL_EXIT,
      CALL_ENTER + CALL_EXIT}},
    {"page-fault",
     {N_FAULT, N_FAULT, N_FAULT + TRAP + BOUNCE + LOOKUP + RETURN, N_FAULT + TRAP + BOUNCE + RETURN,
      N_FAULT + EXIT + FAULT + ENTRY, N_FAULT}},
    {"page-table-write",
     {N_TABLE, N_TABLE, N_TABLE + TRACE, N_TABLE + TRAP + HYPERCALL + VALIDATE + RETURN,
      N_TABLE + EXIT + SHADOW + ENTRY, N_TABLE}},
    {"port-input",
     {N_PORT, N_PORT, CALLOUT, TRAP + PORT + RETURN, EXIT + PORT + ENTRY, EXIT + PORT + ENTRY}},
    {"call-return", {N_CALL, N_CALL, N_CALL + BRANCH, N_CALL, N_CALL, N_CALL}},
    {"privileged-instruction",
     {N_INSTRUCTION, N_INSTRUCTION, CALLOUT, TRAP + HYPERCALL + RETURN, EXIT + INSTRUCTION + ENTRY,
      EXIT + INSTRUCTION + ENTRY}},
    {"read-time-stamp", {N_STAMP, N_STAMP, CALLOUT, CLOCK, N_STAMP, N_STAMP}},
    {"tlb-miss",
     {4 * REFERENCE, 4 * REFERENCE, 4 * REFERENCE, 4 * REFERENCE, 4 * REFERENCE, 24 * REFERENCE}},
};

static void check_ns(const IvcResult *result, int ns, const char *what)
{
    IvcTime ps = (IvcTime)ns * 1000;
    ck_assert_msg(result->latency_ps.min == ps && result->latency_ps.max == ps,
                  "%s: %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT " ps, not %d ns", what,
                  result->latency_ps.min, result->latency_ps.max, ns);
}

static IvcResult *run_operation(const char *operation, const char *mode, const char *further)
{
    g_autofree char *text = scenario_text();
    g_autofree char *set_mode = g_strconcat("hypervisor.mode=", mode, NULL);
    g_autofree char *set_operation = g_strconcat("workload.operation=", operation, NULL);
    return points_run(text, (const char *[]){set_mode, set_operation, further, NULL});
}

START_TEST(test_operations)
{
    for (int m = 0; m < MODES; m++) {
        if (rows[_i].ns[m] == NONE)
            continue;
        g_autofree char *what = g_strjoin(", ", rows[_i].operation, modes[m], NULL);
        g_autoptr(IvcResult) result = run_operation(rows[_i].operation, modes[m], NULL);
        check_ns(result, rows[_i].ns[m], what);
    }
}
END_TEST

/* By policy: an offset and a multiplier are the processor's; what is to be seen traps like any
 * other privileged instruction; what is left alone costs the same everywhere. */
START_TEST(test_time_stamps_by_policy)
{
    static const struct {
        const char *policy;
        int ns[MODES];
    } policies[] = {
        {"native", {N_STAMP, N_STAMP, N_STAMP, N_STAMP, N_STAMP, N_STAMP}},
        {"offset", {N_STAMP, N_STAMP, CALLOUT, CLOCK, N_STAMP, N_STAMP}},
        {"scaled", {N_STAMP, N_STAMP, CALLOUT, CLOCK, N_STAMP, N_STAMP}},
        {"trapped",
         {N_STAMP, N_STAMP, CALLOUT, TRAP + HYPERCALL + RETURN, EXIT + INSTRUCTION + ENTRY,
          EXIT + INSTRUCTION + ENTRY}},
    };
    g_autofree char *text = scenario_text();
    for (size_t p = 0; p < G_N_ELEMENTS(policies); p++)
        for (int m = 0; m < MODES; m++) {
            g_autofree char *mode = g_strconcat("hypervisor.mode=", modes[m], NULL);
            g_autofree char *policy =
                g_strconcat("hypervisor.tsc.policy=", policies[p].policy, NULL);
            g_autofree char *what = g_strjoin(", ", policies[p].policy, modes[m], NULL);
            g_autoptr(IvcResult) result = points_run(
                text, (const char *[]){mode, policy, "workload.operation=read-time-stamp",
                                       "machine.virtualisation.time_stamp_fraction=48", NULL});
            check_ns(result, policies[p].ns[m], what);
        }
}
END_TEST

static uint64_t guest_count(const IvcResult *result, guint guest, const char *name)
{
    for (guint i = 0; i < result->guest_counts->len; i++) {
        const IvcGuestCount *count = &g_array_index(result->guest_counts, IvcGuestCount, i);
        if (count->guest == guest && g_str_equal(count->name, name))
            return count->value;
    }
    return UINT64_MAX;
}

/* One exit of the sender; at the receiver one for the interrupt and one for its end. */
START_TEST(test_exits_are_counted)
{
    g_autoptr(IvcResult) ipi = run_operation("virtual-ipi", "hardware-nested", NULL);
    ck_assert_uint_eq(guest_count(ipi, 0, "exits"), ipi->messages);
    ck_assert_uint_eq(guest_count(ipi, 1, "exits"), 2 * ipi->messages);
    g_autoptr(IvcResult) in_place = run_operation("port-input", "translation", NULL);
    ck_assert_uint_eq(guest_count(in_place, 0, "exits"), 0);
    g_autoptr(IvcResult) native = run_operation("port-input", "native", NULL);
    ck_assert_uint_eq(guest_count(native, 0, "exits"), UINT64_MAX);
}
END_TEST

/* The processor's own interface completes interrupts in guest mode, and in no other. */
START_TEST(test_virtual_interface)
{
    const char *set = "machine.virtualisation.interface=virtual";
    g_autoptr(IvcResult) nested = run_operation("virtual-irq-completion", "hardware-nested", set);
    check_ns(nested, N_COMPLETION, "hardware-nested");
    g_autoptr(IvcResult) translated = run_operation("virtual-irq-completion", "translation", set);
    check_ns(translated, TRAP + COMPLETION + RETURN, "translation");
}
END_TEST

/* Where devices are another guest's, it is woken, and wakes by a hypercall. */
START_TEST(test_backend_in_a_guest)
{
    const char *set = "channels.vcpu.backend=guest";
    g_autoptr(IvcResult) out = run_operation("io-latency-out", "hardware-nested", set);
    check_ns(out, EXIT + KICK + FLIGHT + UNBLOCK + INJECTION + ENTRY + IRQ_ENTRY, "out");
    g_autoptr(IvcResult) in = run_operation("io-latency-in", "hardware-nested", set);
    check_ns(in, EXIT + HYPERCALL + FLIGHT + UNBLOCK + INJECTION + ENTRY + IRQ_ENTRY, "in");
}
END_TEST

/* Each link between the two physical cores adds its time, under a scheduler too. */
START_TEST(test_an_interrupt_goes_over_links)
{
    static const char far[] =
        "schema: ivcsim/1\nname: far\nmachine: {profile: scc48, registers: {hop: 0ns}}\n"
        "hypervisor: {mode: paravirtual}\n"
        "guests:\n  a: {cores: [0, 47], memory: 1MiB}\n"
        "channels: {vcpu: {mechanism: vcpu}}\n"
        "workload: {kind: exits, operation: virtual-ipi}\n";
    static const char *const schedulers[] = {"pinned", "credit"};
    for (size_t i = 0; i < G_N_ELEMENTS(schedulers); i++) {
        g_autofree char *set = g_strconcat("hypervisor.scheduler=", schedulers[i], NULL);
        g_autoptr(IvcResult) near = points_run(far, (const char *[]){set, NULL});
        g_autoptr(IvcResult) result =
            points_run(far, (const char *[]){set, "machine.registers.hop=1us", NULL});
        ck_assert_uint_eq(result->latency_ps.min - near->latency_ps.min, 8 * UINT64_C(1000000));
    }
}
END_TEST

static IvcResult *run_switch(const char *mode, const char *refill, const char *tags)
{
    g_autofree char *text = scenario_text();
    g_autofree char *set_mode = g_strconcat("hypervisor.mode=", mode, NULL);
    return points_run(text, (const char *[]){set_mode, "workload.operation=vm-switch",
                                             "hypervisor.scheduler=credit", "guests.host.cores=[0]",
                                             refill, tags, NULL});
}

/* The scheduler's switch costs what the mode says; without tags the TLB is filled again, by walks
 * that are six times as long in two stages of four levels. */
START_TEST(test_vm_switch)
{
    const char *none = "hypervisor.tlb_refill=0ns", *some = "hypervisor.tlb_refill=100ns";
    const char *tags = "machine.virtualisation.tlb.tags=true";
    const char *plain = "machine.virtualisation.tlb.tags=false";
    g_autoptr(IvcResult) nested = run_switch("hardware-nested", none, plain);
    check_ns(nested, EXIT + SWITCH + ENTRY, "hardware-nested");
    g_autoptr(IvcResult) tagged = run_switch("hardware-nested", some, tags);
    check_ns(tagged, EXIT + SWITCH + ENTRY, "with tags");
    g_autoptr(IvcResult) untagged = run_switch("hardware-nested", some, plain);
    check_ns(untagged, EXIT + SWITCH + ENTRY + 600, "without tags");
    g_autoptr(IvcResult) shadow = run_switch("hardware-shadow", some, plain);
    check_ns(shadow, EXIT + SWITCH + ENTRY + 100, "shadow, without tags");
    g_autoptr(IvcResult) translated = run_switch("translation", some, tags);
    check_ns(translated, TRAP + SWITCH + RETURN + 100, "tags need guest mode");
}
END_TEST

#define TWO_GUESTS                                                                               \
    "machine: {profile: loongson3a5000, os: {block: 0ns}, virtualisation: {exit: 101ns,"         \
    " entry: 211ns, trap: 307ns, return: 401ns, hypercall: 503ns, register: 1409ns, interrupt: " \
    "1601ns, injection: 1709ns,"                                                                 \
    " completion: 1801ns, bounce: 0ns, filter: 0ns}}\n"                                          \
    "guests:\n"                                                                                  \
    "  a: {cores: [0], memory: 64MiB}\n"                                                         \
    "  b: {cores: [1], memory: 64MiB}\n"                                                         \
    "channels:\n"

static const char registers_text[] =
    "schema: ivcsim/1\nname: latency\n" TWO_GUESTS "  c: {mechanism: register, window: 255}\n"
    "workload: {kind: pingpong, message: 1B, total: 40B, warmup: 8}\n";

static IvcTime one_way_ps(const char *mode)
{
    g_autofree char *set = g_strconcat("channels.c.mode=", mode, NULL);
    g_autoptr(IvcResult) result = points_run(registers_text, (const char *[]){set, NULL});
    return result->latency_ps.min; /* one meets the words of the barrier */
}

/* On the way of a word: the sender reads the status, stores word and post bit; of the last store
 * only what comes before it takes effect. The receiver is interrupted, reads who posted and the
 * word, and clears. Then its process is woken and the handler ends. */
START_TEST(test_register_channel)
{
    const IvcTime ps = 1000;
    IvcTime direct = one_way_ps("partitioned");
    ck_assert_uint_eq(one_way_ps("native"), direct);
    ck_assert_uint_eq(one_way_ps("container"), direct);
    IvcTime exits = 2 * (EXIT + REGISTER + ENTRY) + EXIT + REGISTER + /* the sender's accesses */
                    EXIT + IRQ + ENTRY + 3 * (EXIT + REGISTER + ENTRY) + EXIT + COMPLETION + ENTRY;
    ck_assert_uint_eq(one_way_ps("hardware-nested") - direct, exits * ps);
    ck_assert_uint_eq(one_way_ps("hardware-shadow") - direct, exits * ps);
    IvcTime traps = 2 * (TRAP + REGISTER + RETURN) + TRAP + REGISTER + TRAP + IRQ + RETURN +
                    3 * (TRAP + REGISTER + RETURN) + TRAP + COMPLETION + RETURN;
    /* The two gates of Send's system call; that of Recv is over when the word comes. */
    IvcTime calls = TRAP + RETURN;
    ck_assert_uint_eq(one_way_ps("translation") - direct, (traps + calls) * ps);
    IvcTime asked = traps + 6 * HYPERCALL - (TRAP + COMPLETION + RETURN);
    ck_assert_uint_eq(one_way_ps("paravirtual") - direct, (asked + calls) * ps);
}
END_TEST

static const char doorbell_text[] =
    "schema: ivcsim/1\nname: doorbells\n" TWO_GUESTS
    "  c: {mechanism: ipi-buffer, until: stored, answer: poll, slots: 4}\n"
    "workload: {kind: pingpong, message: 1B, total: 40B, warmup: 8}\n";

static IvcTime rung_ps(const char *mode, const char *further, uint64_t exits)
{
    g_autofree char *set = g_strconcat("channels.c.mode=", mode, NULL);
    g_autoptr(IvcResult) result = points_run(doorbell_text, (const char *[]){set, further, NULL});
    if (exits)
        ck_assert_uint_eq(guest_count(result, 0, "exits"), exits);
    return result->latency_ps.min;
}

/* The register that rings is read and stored to; the handler reads and clears it. A word that
 * travels in it is read once more. Each message is a ring of one side and an interrupt of the
 * other, so each side has all of it for every second one. */
START_TEST(test_doorbell_channel)
{
    const IvcTime ps = 1000;
    IvcTime direct = rung_ps("native", NULL, 0);
    IvcTime ring = EXIT + REGISTER + ENTRY + EXIT + REGISTER;
    IvcTime taken = EXIT + IRQ + ENTRY + 2 * (EXIT + REGISTER + ENTRY);
    IvcTime end = EXIT + COMPLETION + ENTRY;
    ck_assert_uint_eq(rung_ps("partitioned", NULL, 0), direct);
    ck_assert_uint_eq(rung_ps("hardware-nested", NULL, 40 / 2 * 6) - direct,
                      (ring + taken + end) * ps);
    IvcTime calls = TRAP + RETURN; /* Recv's is over when the message comes */
    IvcTime traps = 4 * (TRAP + REGISTER) + 3 * RETURN + TRAP + IRQ + RETURN;
    ck_assert_uint_eq(rung_ps("paravirtual", NULL, 0) - direct,
                      (traps + 4 * HYPERCALL + calls) * ps);
    const char *word = "channels.c.in_register=8B";
    direct = rung_ps("native", word, 0);
    ck_assert_uint_eq(rung_ps("hardware-nested", word, 40 / 2 * 7) - direct,
                      (ring + taken + end + EXIT + REGISTER + ENTRY) * ps);
}
END_TEST

static IvcResult *run_stamped(const char *stamps, const char *policy, const char *frequency)
{
    g_autofree char *set = g_strconcat("workload.time_stamps=", stamps, NULL);
    g_autofree char *tsc = g_strconcat("hypervisor.tsc.policy=", policy, NULL);
    return points_run(
        registers_text,
        (const char *[]){set, tsc, "hypervisor.mode=hardware-nested", "machine.clock=1GHz",
                         "machine.virtualisation.native.time_stamp=20ns",
                         "machine.virtualisation.instruction=607ns",
                         "machine.virtualisation.time_stamp_fraction=48", frequency, NULL});
}

/* A guest that measures by its own time stamps finds half of one read more, in whole ticks of its
 * counter; a round takes two reads more. */
START_TEST(test_measured_by_the_guest)
{
    const IvcTime ps = 1000;
    g_autoptr(IvcResult) plain = run_stamped("false", "offset", NULL);
    g_autoptr(IvcResult) offset = run_stamped("true", "offset", NULL);
    g_autoptr(IvcResult) trapped = run_stamped("true", "trapped", NULL);
    IvcTime whole = 2 * plain->latency_ps.min;
    IvcTime seen = (whole + 20 * ps) / ps * ps / 2; /* a tick is a nanosecond */
    ck_assert_uint_eq(offset->latency_ps.min, seen);
    ck_assert_uint_eq(trapped->latency_ps.min,
                      (whole + (EXIT + INSTRUCTION + ENTRY) * ps) / ps * ps / 2);
    ck_assert_uint_eq(trapped->elapsed_ps - offset->elapsed_ps,
                      trapped->messages / 2 * 2 * (EXIT + INSTRUCTION + ENTRY - 20) * ps);
    /* Ticks of a quarter of a nanosecond, and of four. */
    const char *fast = "hypervisor.tsc.frequency=4GHz", *slow = "hypervisor.tsc.frequency=250MHz";
    g_autoptr(IvcResult) faster = run_stamped("true", "scaled", fast);
    g_autoptr(IvcResult) slower = run_stamped("true", "scaled", slow);
    ck_assert_uint_eq(faster->latency_ps.min, seen);
    ck_assert_uint_eq(slower->latency_ps.min, 2 * seen / (4 * ps) * (4 * ps) / 2);
}
END_TEST

static const char region_text[] =
    "schema: ivcsim/1\nname: region\n"
    "machine: {profile: loongson3a5000, virtualisation: {exit: 101ns, entry: 211ns, trap: 307ns,"
    " return: 401ns, shadow: 809ns, fill: 2609ns, lookup: 2309ns, register: 0ns, tlb: {entries: "
    "16}, walk: {reference: 17ns}}}\n"
    "guests:\n"
    "  a: {cores: [0], memory: 64MiB}\n"
    "  b: {cores: [1], memory: 64MiB}\n"
    "channels:\n"
    "  c: {mechanism: register-shmem, region: 256KiB, map: 0ns, copies: 2}\n"
    "workload: {kind: stream, message: 64KiB, total: 640KiB, warmup: 0}\n";

static IvcResult *run_region(const char *mode, const char *total)
{
    g_autofree char *set = g_strconcat("channels.c.mode=", mode, NULL);
    g_autofree char *bytes = g_strconcat("workload.total=", total, NULL);
    return points_run(region_text, (const char *[]){set, bytes, NULL});
}

static const IvcStageResult *stage_of(const IvcResult *result, const char *name, unsigned guest)
{
    for (guint i = 0; i < result->stages->len; i++) {
        const IvcStageResult *stage = &g_array_index(result->stages, IvcStageResult, i);
        if (g_str_equal(stage->stage, name) && stage->guest == guest)
            return stage;
    }
    return NULL;
}

/* A region of 64 pages: the guest writes an entry for each as it maps it. A message lies in 16
 * of them, each of which is filled in when it is first touched, by sender and receiver. */
START_TEST(test_mapping_and_first_touch)
{
    g_autoptr(IvcResult) nested = run_region("hardware-nested", "64KiB");
    g_autoptr(IvcResult) shadow = run_region("hardware-shadow", "64KiB");
    IvcTime mapping = 64 * (EXIT + SHADOW + ENTRY) * 1000;
    ck_assert_uint_eq(shadow->setup_ps, nested->setup_ps + mapping);
    for (unsigned g = 0; g < 2; g++) {
        const IvcStageResult *walks = stage_of(nested, "walk", g);
        ck_assert_ptr_nonnull(walks);
        ck_assert_ptr_null(stage_of(shadow, "walk", g));
        /* 16 pages in each of two buffers that the TLB does not cover together */
        ck_assert_uint_eq(walks->spent_ps, 2 * 16 * 20 * REFERENCE * 1000);
        const IvcStageResult *exits = stage_of(nested, "exit", g);
        ck_assert_uint_ge(exits->spent_ps, 16 * (EXIT + FILL + ENTRY) * 1000);
        ck_assert_uint_ge(guest_count(nested, g, "exits"), 16);
        ck_assert_uint_lt(guest_count(nested, g, "exits"), 16 + 16);
    }
}
END_TEST

/* By translation a first touch goes through the monitor; a paravirtual guest's tables are the
 * processor's own. */
START_TEST(test_first_touch_by_mode)
{
    g_autoptr(IvcResult) nested = run_region("hardware-nested", "64KiB");
    g_autoptr(IvcResult) translation = run_region("translation", "64KiB");
    g_autoptr(IvcResult) paravirtual = run_region("paravirtual", "64KiB");
    ck_assert_uint_ge(stage_of(translation, "exit", 0)->spent_ps,
                      16 * (TRAP + LOOKUP + FILL + RETURN) * 1000);
    ck_assert_uint_eq(guest_count(translation, 0, "exits"), guest_count(nested, 0, "exits"));
    ck_assert_uint_eq(guest_count(paravirtual, 0, "exits") + 16, guest_count(nested, 0, "exits"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("virt");
    TCase *tests = tcase_create("virt");
    tcase_add_loop_test(tests, test_operations, 0, G_N_ELEMENTS(rows));
    tcase_add_test(tests, test_exits_are_counted);
    tcase_add_test(tests, test_virtual_interface);
    tcase_add_test(tests, test_backend_in_a_guest);
    tcase_add_test(tests, test_an_interrupt_goes_over_links);
    tcase_add_test(tests, test_vm_switch);
    tcase_add_test(tests, test_register_channel);
    tcase_add_test(tests, test_doorbell_channel);
    tcase_add_test(tests, test_time_stamps_by_policy);
    tcase_add_test(tests, test_measured_by_the_guest);
    tcase_add_test(tests, test_mapping_and_first_touch);
    tcase_add_test(tests, test_first_touch_by_mode);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
