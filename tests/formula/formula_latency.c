/* Unloaded latency of a message in a register: half a round trip equals the sum of its stages, to
 * the picosecond, computed here from the parameters alone. */
#include "sim/base/clock.h"
#include "sim/model/machine.h"
#include "tests/harness/points.h"

static const char text[] = "schema: ivcsim/1\nname: latency\n"
                           "machine: {profile: loongson3a}\n"
                           "guests:\n"
                           "  a: {cores: [0], memory: 64MiB}\n"
                           "  b: {cores: [1], memory: 64MiB}\n"
                           "channels:\n"
                           "  c: {mechanism: register, window: 255, choose: 100cycles,"
                           " pack: 30cycles, dispatch: 80cycles, match: 120cycles}\n"
                           "workload: {kind: pingpong, message: 1B, total: 40B, warmup: 8}\n";

/* The software of the module, in cycles, as the scenario above states it. */
enum { CHOOSE = 100, PACK = 30, DISPATCH = 80 };

/* Costs of one way, in picoseconds. */
typedef struct {
    IvcTime store, load, flight, entry, exit, call, ret, wake, resume, setup, word;
    IvcTime choose, pack, dispatch;
} Costs;

static IvcTime ps(const IvcMachineSpec *machine, IvcCost cost)
{
    uint64_t cycle_ps = 1000000000000u / machine->clock.hz;
    ck_assert_uint_eq(cycle_ps * machine->clock.hz, 1000000000000u);
    return cost.is_time ? cost.n : cost.n * cycle_ps;
}

static Costs costs_of(const IvcMachineSpec *m)
{
    return (Costs){
        .store = ps(m, m->registers_store),
        .load = ps(m, m->registers_load),
        .flight = ps(m, m->registers_flight),
        .entry = ps(m, m->interrupt_entry),
        .exit = ps(m, m->interrupt_exit),
        .call = ps(m, m->os_syscall_enter),
        .ret = ps(m, m->os_syscall_exit),
        .wake = ps(m, m->os_wake),
        .resume = ps(m, m->os_idle_exit) + ps(m, m->os_resume),
        .setup = ps(m, m->copy_setup),
        .word = ps(m, m->copy_word),
        .choose = ps(m, (IvcCost){.n = CHOOSE}),
        .pack = ps(m, (IvcCost){.n = PACK}),
        .dispatch = ps(m, (IvcCost){.n = DISPATCH}),
    };
}

/* From the dispatched word to the return of Recv: the handler stores the data in the waiting
 * buffer's line in L1, wakes the process and leaves; the process resumes. */
static IvcTime after_fetch(const Costs *c)
{
    return c->setup + c->word + c->wake + c->exit + c->resume + c->ret;
}

/* Loongson: the status is read, word and post bit are stored; the handler reads which mailbox
 * posted, reads it, and clears. */
static IvcTime loongson_ps(const Costs *c)
{
    return c->call + c->choose + c->pack + c->load + 2 * c->store + c->flight + c->entry +
           2 * c->load + c->dispatch + c->store + after_fetch(c);
}

static IvcTime next_poll(IvcTime first, IvcTime period, IvcTime when)
{
    return when <= first ? first : first + (when - first + period - 1) / period * period;
}

/* Octeon: the mailbox is its own post bit and carries 30 bits of a word; up to three bytes fit one
 * chunk, more take two, of which the second waits until the first was cleared. Both sides poll. */
static IvcTime octeon_ps(const Costs *c, unsigned bytes, IvcTime l1_store)
{
    IvcTime sent = c->call + c->choose + c->pack + c->load + c->store;
    IvcTime read = sent + c->flight + c->entry + c->load;
    if (bytes > 3) {
        IvcTime cleared = read + c->store;
        sent = next_poll(sent + c->load, c->load, cleared) + c->store;
        read = next_poll(cleared + c->load, c->load, sent + c->flight);
    }
    return read + c->dispatch + c->store + l1_store + after_fetch(c);
}

/* All round trips but the last, whose answer Finalize's first word interrupts. */
static void check(const IvcResult *result, IvcTime expected, unsigned bytes)
{
    const IvcHistogram *latency = &result->latency_ps;
    ck_assert_uint_eq(latency->count, result->messages / 2);
    ck_assert_msg(latency->min == expected,
                  "%u bytes: %" G_GUINT64_FORMAT " ps, not %" G_GUINT64_FORMAT, bytes, latency->min,
                  expected);
    ck_assert_uint_eq(latency->sum - latency->max, (latency->count - 1) * expected);
    ck_assert_uint_eq(result->elapsed_ps, 2 * latency->sum);
}

static void run_and_check(unsigned bytes, const char *profile, bool octeon)
{
    g_autofree char *message = g_strdup_printf("workload.message=%uB", bytes);
    g_autofree char *total = g_strdup_printf("workload.total=%uB", 40 * bytes);
    const char *sets[] = {profile, message, total, NULL};
    g_autoptr(IvcScenario) scenario = points_bind(text, sets);
    const IvcMachineSpec *machine = scenario->machine;
    Costs costs = costs_of(machine);
    g_autoptr(IvcResult) result = points_run(text, sets);
    /* A write-through L1 sends the stored line on to L2. */
    IvcTime through =
        machine->l1_write == IVC_WRITE_THROUGH ? ps(machine, machine->write.level[1]) : 0;
    check(result, octeon ? octeon_ps(&costs, bytes, through) : loongson_ps(&costs) + through,
          bytes);
}

START_TEST(test_loongson_register)
{
    for (unsigned bytes = 1; bytes <= 7; bytes++)
        run_and_check(bytes, "machine.profile=loongson3a", false);
}
END_TEST

START_TEST(test_octeon_register)
{
    for (unsigned bytes = 1; bytes <= 7; bytes++)
        run_and_check(bytes, "machine.profile=octeon-cn5650", true);
}
END_TEST

/* Between nodes: reading the other's status goes there and back, the stores go there. */
static void check_hops(const char *const *sets, unsigned hops)
{
    g_autoptr(IvcScenario) scenario = points_bind(text, sets);
    const IvcMachineSpec *machine = scenario->machine;
    Costs costs = costs_of(machine);
    g_autoptr(IvcResult) result = points_run(text, sets);
    check(result, loongson_ps(&costs) + 3 * hops * ps(machine, machine->registers_hop), 1);
}

START_TEST(test_other_chip)
{
    check_hops((const char *[]){"machine.profile=loongson3a-2way", "guests.b.cores=[3]", NULL}, 0);
    check_hops((const char *[]){"machine.profile=loongson3a-2way", "guests.b.cores=[4]", NULL}, 1);
    check_hops((const char *[]){"machine.profile=loongson3a-2way", "guests.a.cores=[6]", NULL}, 1);
}
END_TEST

/* The profile's ring, with one core a stop: the formula's registers serve no more. */
START_TEST(test_ring_of_stops)
{
    static const unsigned hops[][2] = {{1, 1}, {7, 7}, {8, 8}, {9, 7}, {15, 1}};
    for (size_t i = 0; i < G_N_ELEMENTS(hops); i++) {
        g_autofree char *cores = g_strdup_printf("guests.b.cores=[%u]", hops[i][0]);
        check_hops((const char *[]){"machine.profile=manycore-ring-64", cores, "machine.cores=16",
                                    "machine.registers.block=loongson3", NULL},
                   hops[i][1]);
    }
}
END_TEST

START_TEST(test_ring_and_mesh)
{
    static const unsigned ring[] = {0, 1, 2, 3, 4, 3, 2, 1}, mesh[] = {0, 1, 2, 3, 1, 2, 3, 4};
    for (unsigned core = 1; core < 8; core++) {
        g_autofree char *cores = g_strdup_printf("guests.b.cores=[%u]", core);
        const char *sets[] = {cores,
                              "machine.cores=8",
                              "machine.registers.hop=17cycles",
                              "machine.interconnect.nodes=8",
                              "machine.interconnect.kind=ring",
                              NULL,
                              NULL};
        check_hops(sets, ring[core]);
        sets[4] = "machine.interconnect.kind=mesh";
        sets[5] = "machine.interconnect.columns=4";
        check_hops(sets, mesh[core]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("latency");
    TCase *tests = tcase_create("latency");
    tcase_add_test(tests, test_loongson_register);
    tcase_add_test(tests, test_octeon_register);
    tcase_add_test(tests, test_other_chip);
    tcase_add_test(tests, test_ring_and_mesh);
    tcase_add_test(tests, test_ring_of_stops);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
