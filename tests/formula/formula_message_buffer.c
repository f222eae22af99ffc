/* Message buffers on the die and interrupts with slots, unloaded: a round trip equals the sum of
 * its steps, to the picosecond, computed here from the parameters alone. */
#include "sim/base/clock.h"
#include "sim/model/machine.h"
#include "tests/harness/points.h"

/* A clock whose cycle is 2 ns. */
#define CYCLE_PS UINT64_C(2000)
#define LINE UINT64_C(32)

static const char buffers[] =
    "schema: ivcsim/1\nname: buffers\n"
    "machine: {profile: scc48, clock: 500MHz}\n"
    "guests:\n"
    "  a: {cores: [0], memory: 64MiB}\n"
    "  b: {cores: [1], memory: 64MiB}\n"
    "channels:\n"
    "  c: {mechanism: message-buffer, send_overhead: 300cycles, recv_overhead: 170cycles,"
    " byte: 3cycles, put_word: 7cycles}\n"
    "workload: {kind: pingpong, buffers: one, message: 32B, total: 20480B, warmup: 8}\n";

enum { SEND = 300, RECV = 170, BYTE = 3, PUT_WORD = 7 };

static IvcTime ps(IvcCost cost)
{
    return cost.is_time ? cost.n : cost.n * CYCLE_PS;
}

/* Costs of one way of a message that is one part. */
typedef struct {
    IvcTime own;   /* a line of the own buffer */
    IvcTime other; /* of the other core's */
    IvcTime put;
    IvcTime get;
    IvcTime flag_own;
    IvcTime flag_other;
    IvcTime poll;
} Costs;

/* Instructions of a copy routine. */
static IvcTime loop(const IvcMachineSpec *m, bool tuned, uint64_t bytes, bool put)
{
    IvcTime setup = ps(m->copy_setup);
    if (!tuned)
        return setup + bytes * BYTE * CYCLE_PS;
    uint64_t blocks = put ? bytes / 64 : 0;
    return setup + blocks * 8 * PUT_WORD * CYCLE_PS +
           (bytes - 64 * blocks + 7) / 8 * ps(m->copy_word);
}

static Costs costs_of(const IvcMachineSpec *m, bool tuned, uint64_t bytes, unsigned hops)
{
    uint64_t lines = (bytes + LINE - 1) / LINE;
    Costs c = {.own = ps(m->message_buffer_line) + ps(m->interconnect_hop),
               .other = ps(m->message_buffer_line) + MAX(hops, 1) * ps(m->interconnect_hop)};
    c.flag_own = loop(m, tuned, LINE, true) + c.own;
    c.flag_other = loop(m, tuned, LINE, true) + c.other;
    c.poll = c.own + ps(m->poll);
    c.put = loop(m, tuned, bytes, bytes >= LINE) + lines * c.own;
    c.get = loop(m, tuned, bytes, false) + lines * c.other;
    if (bytes < LINE) { /* through a line of padding */
        c.put += loop(m, tuned, LINE, true);
        c.get += loop(m, tuned, LINE, false);
    }
    return c;
}

static IvcTime next_poll(IvcTime first, IvcTime period, IvcTime when)
{
    return when <= first ? first : first + (when - first + period - 1) / period * period;
}

/* One message: sender at `at`, receiver polling from `from`. When Recv returns; when Send does. */
static IvcTime pass(const Costs *c, IvcTime at, IvcTime from, IvcTime *ret_sent)
{
    IvcTime sent = at + SEND * CYCLE_PS + c->put + c->flag_other;
    IvcTime got = next_poll(from, c->poll, sent) + c->flag_own + c->get + c->flag_other;
    *ret_sent = next_poll(sent, c->poll, got) + c->flag_own;
    return got;
}

/* Round trips until they repeat themselves, from where B's first poll loop begins. */
static IvcTime round_trip(const Costs *c, IvcTime b_polls)
{
    IvcTime began = 0, last = 0;
    for (int i = 0; i < 1000; i++) {
        IvcTime a_sent, b_sent;
        IvcTime b_got = pass(c, began, b_polls, &a_sent);
        IvcTime a_got = pass(c, b_got, a_sent + RECV * CYCLE_PS, &b_sent);
        b_polls = b_sent + RECV * CYCLE_PS;
        last = a_got - began;
        began = a_got;
    }
    return last;
}

static void check_buffers(const char *const *sets, bool tuned, uint64_t bytes, unsigned hops)
{
    g_autoptr(IvcScenario) scenario = points_bind(buffers, sets);
    Costs costs = costs_of(scenario->machine, tuned, bytes, hops);
    g_autoptr(IvcResult) result = points_run(buffers, sets);
    const IvcHistogram *latency = &result->latency_ps;
    bool found = false;
    for (IvcTime phase = 0; phase < costs.poll && !found; phase += 1000)
        found = latency->min == round_trip(&costs, phase) / 2;
    /* Where the poll loops of both sides came to lie to each other decides about a turn. */
    ck_assert_msg(found && latency->max == latency->min,
                  "%" G_GUINT64_FORMAT " bytes, %u hops: %" G_GUINT64_FORMAT
                  " to %" G_GUINT64_FORMAT " ps, not %" G_GUINT64_FORMAT,
                  bytes, hops, latency->min, latency->max, round_trip(&costs, 0) / 2);
}

START_TEST(test_routines)
{
    static const uint64_t sizes[] = {1, 4, 31, 32, 64, 96, 1024, 4096};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes) * 2; i++) {
        bool tuned = i % 2;
        uint64_t bytes = sizes[i / 2];
        g_autofree char *message = g_strdup_printf("workload.message=%uB", (unsigned)bytes);
        g_autofree char *total = g_strdup_printf("workload.total=%uB", (unsigned)(640 * bytes));
        const char *sets[] = {tuned ? "channels.c.copy=tuned" : "channels.c.copy=plain", message,
                              total, NULL};
        check_buffers(sets, tuned, bytes, 0);
    }
}
END_TEST

/* Tiles of two cores, six in a row: the mesh is crossed along the row, then along the column. */
START_TEST(test_distance)
{
    static const unsigned hops[][2] = {{1, 0}, {2, 1}, {11, 5}, {12, 1}, {47, 8}};
    for (size_t i = 0; i < G_N_ELEMENTS(hops); i++) {
        g_autofree char *cores = g_strdup_printf("guests.b.cores=[%u]", hops[i][0]);
        check_buffers((const char *[]){cores, NULL}, false, 32, hops[i][1]);
    }
}
END_TEST

/* A chip of one node that is given message buffers: what pieces cost is kept there from copy to
 * copy, for the profile's routine and for others. */
START_TEST(test_one_node)
{
    static const uint64_t sizes[] = {4, 32, 96, 4096};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes) * 2; i++) {
        uint64_t bytes = sizes[i / 2];
        g_autofree char *message = g_strdup_printf("workload.message=%uB", (unsigned)bytes);
        g_autofree char *total = g_strdup_printf("workload.total=%uB", (unsigned)(640 * bytes));
        const char *sets[] = {"machine.profile=loongson3a",
                              "machine.message_buffer.size=8KiB",
                              "machine.message_buffer.line=50cycles",
                              i % 2 ? "channels.c.copy=tuned" : "channels.c.copy=plain",
                              message,
                              total,
                              NULL};
        check_buffers(sets, i % 2, bytes, 0);
    }
}
END_TEST

/* What a store costs where L1 does not hold its line: bytes one by one, or lines read before. */
static IvcTime per_line(const char *copy, const char *message)
{
    const char *sets[] = {copy, message, "workload.total=16MiB", NULL};
    g_autoptr(IvcResult) result = points_run(buffers, sets);
    return result->latency_ps.max;
}

START_TEST(test_stores_that_miss)
{
    g_autoptr(IvcScenario) scenario = points_bind(buffers, NULL);
    const IvcMachineSpec *m = scenario->machine;
    static const char *const copies[] = {"channels.c.copy=plain", "channels.c.copy=tuned"};
    for (int tuned = 0; tuned < 2; tuned++) {
        /* Within L1, in L2, in memory: differences of the same message with other caches. */
        const char *in_l2[] = {copies[tuned], "workload.message=4KiB", "workload.total=16MiB",
                               "machine.l1.size=1KiB", NULL};
        g_autoptr(IvcResult) result = points_run(buffers, in_l2);
        IvcTime in_l1 = per_line(copies[tuned], "workload.message=4KiB");
        IvcTime stores =
            tuned ? ps(m->read.level[1]) + ps(m->write.level[1]) : LINE * ps(m->store_l2);
        IvcTime more = 128 * (ps(m->read.level[1]) + stores);
        /* Polls end at whole turns: within one of each side. */
        IvcTime slack = 2 * (ps(m->message_buffer_line) + ps(m->interconnect_hop) + ps(m->poll));
        IvcTime difference = result->latency_ps.max - in_l1;
        ck_assert_uint_le(difference, more + slack);
        ck_assert_uint_ge(difference + slack, more);
    }
}
END_TEST

/* Parts of a chunk: two are faster than one, and what arrives is the same. */
START_TEST(test_parts)
{
    const char *one[] = {"workload.message=64KiB", "workload.total=4MiB", "channels.c.copy=tuned",
                         NULL};
    const char *two[] = {"workload.message=64KiB", "workload.total=4MiB", "channels.c.copy=tuned",
                         "channels.c.parts=2", NULL};
    g_autoptr(IvcResult) slow = points_run(buffers, one);
    g_autoptr(IvcResult) fast = points_run(buffers, two);
    ck_assert_uint_eq(slow->messages, fast->messages);
    ck_assert_uint_lt(fast->latency_ps.max, slow->latency_ps.max * 3 / 4);
    ck_assert_uint_gt(fast->latency_ps.max, slow->latency_ps.max / 2);
}
END_TEST

/* What the other routine takes is no assumption of a run, and changes nothing. */
START_TEST(test_each_routine_has_its_costs)
{
    static const char *const other[][2] = {{"channels.c.copy=plain", "channels.c.put_word"},
                                           {"channels.c.copy=tuned", "channels.c.byte"}};
    for (size_t i = 0; i < G_N_ELEMENTS(other); i++) {
        const char *copy = other[i][0];
        g_autofree char *set = g_strconcat(other[i][1], "=99cycles", NULL);
        g_autoptr(IvcScenario) scenario = points_bind(buffers, (const char *[]){copy, NULL});
        g_autoptr(IvcResult) before = points_run(buffers, (const char *[]){copy, NULL});
        g_autoptr(IvcResult) after = points_run(buffers, (const char *[]){copy, set, NULL});
        ck_assert(!ivc_scenario_uses(scenario, other[i][1]));
        ck_assert(ivc_scenario_uses(scenario, other[1 - i][1]));
        ck_assert_uint_eq(after->elapsed_ps, before->elapsed_ps);
    }
}
END_TEST

/* ---- interrupts and slots ---- */

static const char slots[] =
    "schema: ivcsim/1\nname: slots\n"
    "machine: {profile: am263x, clock: 500MHz}\n"
    "guests:\n"
    "  a: {cores: [0], memory: 1MiB}\n"
    "  b: {cores: [2], memory: 1MiB}\n"
    "channels:\n"
    "  c: {mechanism: ipi-buffer, until: stored, stores: single, loads: single, width: 4B,"
    " slots: 4, slot: 64B, put_loads: 3, put_stores: 1, get_loads: 2, get_stores: 1,"
    " send_overhead: 80cycles, recv_overhead: 50cycles, handle: 20cycles, scan: 10cycles}\n"
    "workload: {kind: pingpong, message: 12B, total: 1200B, warmup: 8}\n";

enum { SLOT_SEND = 80, SLOT_RECV = 50, HANDLE = 20, SCAN = 10 };

/* The slot's side of a copy is `accesses` loads and stores in memory. */
static IvcTime one_way(const IvcMachineSpec *m, uint64_t bytes, bool handler, bool in_register,
                       unsigned scanned)
{
    IvcTime access = ps(m->read.memory), word = ps(m->copy_word) * ((bytes + 7) / 8);
    IvcTime copy = ps(m->copy_setup) + word;
    IvcTime ring = ps(m->registers_load) + ps(m->registers_store);
    IvcTime put = in_register ? 0 : ((bytes + 3) / 4 + 3 + 1) * access + copy;
    IvcTime get =
        in_register ? ps(m->registers_load) + copy : ((bytes + 3) / 4 + 2 + 1) * access + copy;
    ck_assert_uint_eq(access, ps(m->write.memory));
    IvcTime sum = SLOT_SEND * CYCLE_PS + put + ring + ps(m->registers_flight) +
                  ps(m->interrupt_entry) + ring + (HANDLE + scanned * SCAN) * CYCLE_PS +
                  SLOT_RECV * CYCLE_PS + get + ps(m->interrupt_exit);
    return handler ? sum : sum + ps(m->os_wake) + ps(m->os_idle_exit) + ps(m->os_resume);
}

static void check_slots(const char *const *sets, bool handler, bool in_register)
{
    g_autoptr(IvcScenario) scenario = points_bind(slots, sets);
    const IvcMachineSpec *m = scenario->machine;
    g_autoptr(IvcResult) result = points_run(slots, sets);
    /* Core 2 finds core 0 first; core 0 looks at core 1 before it finds core 2. */
    IvcTime expected =
        (one_way(m, 12, handler, in_register, 0) + one_way(m, 12, handler, in_register, 1)) / 2;
    ck_assert_uint_eq(result->latency_ps.min, expected);
    ck_assert_uint_eq(result->latency_ps.sum - result->latency_ps.max,
                      (result->latency_ps.count - 1) * expected);
}

START_TEST(test_slots)
{
    check_slots((const char *[]){NULL}, false, false);
    check_slots((const char *[]){"channels.c.deliver=handler", NULL}, true, false);
    check_slots((const char *[]){"channels.c.in_register=16B", NULL}, false, true);
    check_slots((const char *[]){"channels.c.in_register=16B", "channels.c.deliver=handler", NULL},
                true, true);
}
END_TEST

/* On the die, by lines: the sender's buffer, and the way to it. */
START_TEST(test_slots_on_the_die)
{
    const char *sets[] = {"machine.profile=scc48",   "channels.c.home=die",
                          "channels.c.stores=lines", "channels.c.loads=lines",
                          "workload.message=60B",    "channels.c.deliver=handler",
                          "workload.total=6000B",    NULL};
    g_autoptr(IvcScenario) scenario = points_bind(slots, sets);
    const IvcMachineSpec *m = scenario->machine;
    g_autoptr(IvcResult) result = points_run(slots, sets);
    IvcTime line = ps(m->message_buffer_line) + ps(m->interconnect_hop);
    IvcTime copy = ps(m->copy_setup) + 8 * ps(m->copy_word);
    IvcTime ring = ps(m->registers_load) + ps(m->registers_store);
    IvcTime put = (2 + 3 + 1) * line + copy, get = (2 + 2 + 1) * line + copy;
    IvcTime expected = ps(m->os_syscall_enter) + SLOT_SEND * CYCLE_PS + put + ring +
                       ps(m->registers_flight) + ps(m->registers_hop) + ps(m->interrupt_entry) +
                       ring + HANDLE * CYCLE_PS + SCAN * CYCLE_PS / 2 + SLOT_RECV * CYCLE_PS + get +
                       ps(m->interrupt_exit) + ps(m->os_syscall_exit);
    ck_assert_uint_eq(result->latency_ps.min, expected);
}
END_TEST

/* Slots run out: the sender waits, by either answer, and everything arrives once. */
START_TEST(test_few_slots)
{
    static const char *const answers[] = {"channels.c.answer=poll", "channels.c.answer=interrupt"};
    static const char *const until[] = {"channels.c.until=stored", "channels.c.until=taken"};
    for (int i = 0; i < 8; i++) {
        const char *sets[] = {answers[i % 2],
                              until[i / 2 % 2],
                              i / 4 ? "channels.c.slots=1" : "channels.c.slots=2",
                              "workload.kind=stream",
                              "channels.c.recv_overhead=3000cycles",
                              NULL};
        g_autoptr(IvcResult) result = points_run(slots, sets);
        ck_assert_uint_eq(result->messages, 100);
        ck_assert_uint_ge(result->elapsed_ps, 99 * 3000 * CYCLE_PS);
    }
}
END_TEST

static uint64_t count_of(const IvcResult *result, const char *name)
{
    for (guint i = 0; i < result->counts->len; i++) {
        const IvcCountResult *count = &g_array_index(result->counts, IvcCountResult, i);
        if (g_str_equal(count->name, name))
            return count->value;
    }
    ck_abort_msg("no count '%s'", name);
}

/* Rings that come before the bit is cleared are one interrupt, and no message is left behind. */
START_TEST(test_rings_are_one)
{
    const char *sets[] = {"workload.kind=stream",         "channels.c.slots=16",
                          "channels.c.in_register=16B",   "channels.c.send_overhead=0",
                          "channels.c.handle=2000cycles", NULL};
    g_autoptr(IvcResult) result = points_run(slots, sets);
    ck_assert_uint_eq(result->messages, 100);
    uint64_t interrupts = count_of(result, "interrupts");
    ck_assert_uint_gt(interrupts, 0);
    ck_assert_uint_lt(interrupts, 60);
}
END_TEST

/* Where bandwidth falls, by size: when a message and the lines of buffers that it comes through
 * outgrow L1, and when they outgrow L2. */
START_TEST(test_knees)
{
    for (int tuned = 0; tuned < 2; tuned++) {
        IvcTime per_byte[12];
        for (unsigned i = 0; i < 12; i++) { /* 512 B to 1 MiB */
            g_autofree char *message = g_strdup_printf("workload.message=%uB", 512u << i);
            const char *sets[] = {tuned ? "channels.c.copy=tuned" : "channels.c.copy=plain",
                                  message, "workload.total=32MiB", "machine.clock=533MHz", NULL};
            g_autoptr(IvcResult) result = points_run(buffers, sets);
            per_byte[i] = result->latency_ps.max / (512u << i);
        }
        for (unsigned i = 1; i < 12; i++) {
            unsigned kib = (512u << i) / 1024;
            bool knee = kib == 16 || kib == 256;
            if (knee)
                ck_assert_uint_gt(per_byte[i] * 100, per_byte[i - 1] * 120);
            else
                ck_assert_uint_le(per_byte[i] * 100, per_byte[i - 1] * 102);
        }
    }
}
END_TEST

/* All with all, over both: conservation is checked at the end of each run. */
START_TEST(test_many)
{
    static const char text[] =
        "schema: ivcsim/1\nname: many\nmachine: {profile: scc48}\n"
        "guests: {a: {cores: [0, 1, 7, 20, 31, 47]}, b: {cores: [2, 3]}}\n"
        "channels:\n  buffer: {mechanism: message-buffer, copy: tuned, parts: 3}\n"
        "  die: {mechanism: ipi-buffer, home: die, slot: 64B, slots: 2}\n"
        "workload: {kind: alltoall, message: 50B, total: 1MiB, messages_max: 5600}\n";
    static const char *const channels[] = {"channel=buffer", "channel=die"};
    for (size_t c = 0; c < 2; c++) {
        g_autoptr(IvcResult) result = points_run(text, (const char *[]){channels[c], NULL});
        ck_assert_uint_eq(result->messages, 5600);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("message buffers");
    TCase *tests = tcase_create("message buffers");
    tcase_add_test(tests, test_routines);
    tcase_add_test(tests, test_distance);
    tcase_add_test(tests, test_one_node);
    tcase_add_test(tests, test_stores_that_miss);
    tcase_add_test(tests, test_parts);
    tcase_add_test(tests, test_each_routine_has_its_costs);
    tcase_add_test(tests, test_slots);
    tcase_add_test(tests, test_slots_on_the_die);
    tcase_add_test(tests, test_few_slots);
    tcase_add_test(tests, test_rings_are_one);
    tcase_add_test(tests, test_knees);
    tcase_add_test(tests, test_many);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
