/* Locks, rings and barriers: what they cost when nobody is in the way, and what a hand-off costs,
 * to the picosecond, from the parameters alone; and how many lines move. */
#include "tests/harness/counts.h"
#include "tests/harness/points.h"

/* In nanoseconds, as the scenario below states them. */
enum {
    WORD = 7,
    FETCH = 211,
    CLEAN = 223,
    INVALIDATE = 17,
    BUSY = 13,
    ATOMIC = 31,
    ACQUIRE = 41,
    RELEASE = 43,
    SECTION = 10007,
    SYSCALL = 101 + 103,
    BLOCK = 107,
    WAKE = 109,
    RESUME = 113 + 127,
    SEND = 131,
    RECV = 137,
    FLAG = 139,
    ENTER = 149,
    OTHER = 29,
    LOAD = 151,
    STORE = 157,
};

static const char text[] =
    "schema: ivcsim/1\nname: sync\n"
    "machine:\n  profile: loongson3a\n"
    "  copy: {setup: 0ns, word: 7ns}\n"
    "  read: {l2: 0ns, other: 29ns, memory: 1000ns}\n"
    "  write: {l2: 0ns, other: 0ns, memory: 0ns}\n"
    "  lines: {fetch: 211ns, clean: 223ns, invalidate: 17ns, busy: 13ns}\n"
    "  atomic: 31ns\n  poll: 1ns\n"
    "  registers: {load: 151ns, store: 157ns}\n"
    "  os: {syscall_enter: 101ns, syscall_exit: 103ns, block: 107ns, wake: 109ns, resume: 113ns,"
    " idle_exit: 127ns}\n"
    "hypervisor: {mode: native}\n"
    "guests:\n  a: {cores: [0, 1, 2, 3], memory: 64MiB}\n"
    "channels:\n"
    "  lock: {mechanism: lock, acquire: 41ns, release: 43ns, pause: 0ns}\n"
    "  barrier: {mechanism: barrier, enter: 149ns, flag: 139ns, pause: 0ns}\n"
    "  ring: {mechanism: ring, send: 131ns, recv: 137ns}\n"
    "  queue: {mechanism: message-queue, send: 131ns, recv: 137ns}\n"
    "channel: lock\n";

static IvcResult *run(const char *workload, const char *const *sets)
{
    g_autofree char *scenario = g_strconcat(text, workload, NULL);
    return points_run(scenario, sets);
}

static IvcResult *run_lock(const char *kind, unsigned ranks, const char *more)
{
    g_autofree char *set_kind = g_strconcat("channels.lock.kind=", kind, NULL);
    g_autofree char *set_ranks = g_strdup_printf("workload.ranks=%u", ranks);
    const char *const sets[] = {set_kind, set_ranks, more, NULL};
    return run("workload: {kind: critical-section, section: 10007ns, total: 4000B, warmup: 400}\n",
               sets);
}

/* ---- alone: the lock word is in the core's cache ---- */

static const struct {
    const char *kind;
    uint64_t ns; /* beyond instructions and the atomic update */
} alone[] = {
    {"test-and-set", 0},
    {"test-and-set-backoff", 0},
    {"test-test-and-set", 0},
    {"ticket", 0},
    {"mcs", WORD},
    {"queued", 0},
    {"paravirtual-ticket", 0},
    {"paravirtual-queued", 0},
    {"mutex", 0},
    {"semaphore", 0},
    {"reader-writer", 0},
    {"monitor", WORD + ATOMIC},
};

START_TEST(test_an_acquire_alone)
{
    g_autoptr(IvcResult) result = run_lock(alone[_i].kind, 1, NULL);
    check_latency(result, 1, ACQUIRE + WORD + ATOMIC + alone[_i].ns);
    ck_assert_uint_eq(count_of(result, "line_transfers"), 0);
    ck_assert_uint_eq(count_of(result, "handoffs"), 0);
}
END_TEST

/* ---- hand-offs, of two who want the lock all the time ---- */

static const struct {
    const char *kind;
    uint64_t ns;        /* from the end of the release's instructions until it is acquired */
    uint64_t transfers; /* of lines, an acquisition */
} of_two[] = {
    /* The holder takes the word from who spins on it, and that takes it back. It draws its next
     * ticket in the copy that it has left. */
    {"ticket", FETCH + FETCH + WORD, 2},
    /* The holder takes its node from who wrote it there, and writes the other's, which spins on
     * that; it takes it back. One more: the queue's tail. It has a copy left of the other's node,
     * where it says that it comes next. */
    {"mcs", (FETCH + WORD) + FETCH + FETCH + WORD, 4},
};

START_TEST(test_a_handoff_between_two)
{
    g_autoptr(IvcResult) result = run_lock(of_two[_i].kind, 2, "workload.latency=hand-off");
    check_latency(result, 2, of_two[_i].ns);
    ck_assert_uint_eq(result->latency_ps.max, of_two[_i].ns * 1000);
    check_count(result, "handoffs", 4000, 0);
    check_count(result, "line_transfers", 4000 * of_two[_i].transfers, 4);
    ck_assert_uint_eq(count_of(result, "handoff_time"), 4000 * of_two[_i].ns * 1000);
}
END_TEST

/* Where all spin on one word, each who waits is told to give its copy up, and reads it again. Where
 * each has a line of its own, it makes no difference how many wait. */
START_TEST(test_handoffs_grow_with_those_who_wait)
{
    uint64_t ticket[5], mcs[5];
    for (unsigned n = 2; n <= 4; n++) {
        g_autoptr(IvcResult) t = run_lock("ticket", n, "workload.latency=hand-off");
        g_autoptr(IvcResult) m = run_lock("mcs", n, "workload.latency=hand-off");
        ticket[n] = t->latency_ps.max;
        mcs[n] = m->latency_ps.max;
        /* At a release and at a ticket drawn: n - 1 copies go, and all who wait read again. */
        check_count(t, "line_transfers", 4000 * 2 * (n - 1), 4 * n);
        check_count(t, "line_invalidations", 4000 * 2 * (n - 1), 4 * n);
        check_count(m, "line_transfers", 4000 * (n == 2 ? 4 : 5), 4 * n);
    }
    /* The holder has read its node while it waited, and the next one has read what the one behind
     * it wrote there: both have copies. */
    ck_assert_uint_eq(mcs[3], UINT64_C(1000) * (WORD + CLEAN + INVALIDATE + FETCH + WORD));
    ck_assert_uint_eq(mcs[4], mcs[3]);
    ck_assert_uint_gt(ticket[3], ticket[2]);
    ck_assert_uint_gt(ticket[4], ticket[3]);
    /* Taken from copies, one of which is the releasing core's own; told to go, but for the first;
     * and the next is at worst the last of those who read. */
    for (unsigned n = 3; n <= 4; n++)
        ck_assert_uint_le(ticket[n], UINT64_C(1000) * (CLEAN + (n - 2) * INVALIDATE + FETCH +
                                                       (n - 3) * BUSY + CLEAN + WORD + 1));
}
END_TEST

/* A mutex whose other waiter sleeps: the release enters the kernel and wakes it, and it comes back.
 */
START_TEST(test_a_mutex_wakes_its_waiter)
{
    g_autoptr(IvcResult) result = run_lock("semaphore", 2, "workload.latency=hand-off");
    check_latency(result, 2, (FETCH + WORD + ATOMIC) + 101 + RESUME + 103);
    ck_assert_uint_eq(count_of(result, "wakes"), count_of(result, "handoffs"));
}
END_TEST

/* Four on two places: each acquire but the first two is the hand-off of one release. With a place
 * for each nobody waits. */
START_TEST(test_a_semaphore_hands_over_each_permit)
{
    g_autoptr(IvcResult) two = run_lock("semaphore", 4, "channels.lock.permits=2");
    ck_assert_uint_ge(count_of(two, "handoffs"), 4000 - 2);
    g_autoptr(IvcResult) four = run_lock("semaphore", 4, "channels.lock.permits=4");
    ck_assert_uint_eq(count_of(four, "handoffs"), 0);
}
END_TEST

/* Of all ranks, a time in that stage on the mean. */
static uint64_t mean_of_stage(const IvcResult *result, const char *name)
{
    uint64_t spent = 0, times = 0;
    for (guint i = 0; i < result->stages->len; i++) {
        const IvcStageResult *stage = &g_array_index(result->stages, IvcStageResult, i);
        if (!g_str_equal(stage->stage, name))
            continue;
        spent += stage->spent_ps;
        times += stage->times;
    }
    return spent / times;
}

/* Of two, who finds it taken for long stays away for the shortest time and up to twice that more:
 * for half of that, on the mean, and so on, also where a draw in ps does not reach. */
START_TEST(test_a_backoff_is_as_long_as_it_says)
{
    uint64_t before = 0;
    for (unsigned ms = 1; ms < 1000; ms *= 4) {
        g_autofree char *most = g_strdup_printf("channels.lock.backoff_max=%ums", ms);
        g_autoptr(IvcResult) result = run(
            "workload: {kind: critical-section, section: 1s, total: 60B, warmup: 2, ranks: 2}\n",
            (const char *[]){"channels.lock.kind=test-and-set-backoff", most,
                             "channels.lock.backoff_min=1ms", NULL});
        uint64_t mean = mean_of_stage(result, "lock-backoff");
        ck_assert_uint_gt(mean, before + before / 2);
        ck_assert_uint_lt(mean, (UINT64_C(1) + ms) * 1000000000);
        before = mean;
    }
}
END_TEST

/* ---- guests that a hypervisor may leave ---- */

static const char loops[] = "schema: ivcsim/1\nname: loops\n"
                            "machine: {profile: loongson3a, virtualisation: {extension: nested}}\n"
                            "hypervisor:\n  mode: hardware-nested\n"
                            "  pause_loop: {exits: yield, window: 10us, gap: 50ns, grow: 0}\n"
                            "guests:\n  a: {cores: [0, 1, 2, 3], memory: 64MiB}\n"
                            "channels:\n"
                            "  lock: {mechanism: lock, kind: ticket, pause: 10ns}\n"
                            "  ring: {mechanism: ring}\n";

static IvcResult *run_loop(const char *workload, const char *const *sets)
{
    g_autofree char *scenario = g_strconcat(loops, workload, NULL);
    return points_run(scenario, sets);
}

/* ---- paravirtual queued: who halts, and how often it is kicked ---- */

/* Of three the second has spun for the threshold and halted when the third comes, which sees that
 * at its next look at the one in front: it spins for a threshold only when it is the second. */
START_TEST(test_who_comes_behind_a_halted_one_halts)
{
    const uint64_t turns_ps = UINT64_C(32768) * 1000; /* SPIN_THRESHOLD, of 1 ns */
    g_autoptr(IvcResult) result =
        run("workload: {kind: critical-section, section: 100us, compute: "
            "{mean: 50us}, total: 1000B, ranks: 3}\n",
            (const char *[]){"channels.lock.kind=paravirtual-queued", NULL});
    uint64_t spun_ps = count_of(result, "spin_useful") / result->messages;
    ck_assert_uint_ge(spun_ps, turns_ps);
    ck_assert_uint_le(spun_ps, turns_ps + turns_ps / 20);
    check_count(result, "lock_halts", 2 * result->messages, 2);
    check_count(result, "lock_kicks", 2 * result->messages, 2);
}
END_TEST

/* Two share a core: who runs takes the lock again and again before the one that was kicked does. */
START_TEST(test_a_halted_one_is_kicked_once)
{
    static const char *const schedulers[] = {"credit", "credit2", "fair"};
    g_autofree char *scheduler = g_strconcat("hypervisor.scheduler=", schedulers[_i], NULL);
    g_autoptr(IvcResult) result = run_loop(
        "workload: {kind: critical-section, section: 50us, total: 2000B, ranks: 2}\n",
        (const char *[]){scheduler, "machine.cores=1", "guests.a.cores=[0]", "guests.a.vcpus=2",
                         "channels.lock.kind=paravirtual-queued", "channels.lock.threshold=100",
                         "hypervisor.pause_loop.exits=none", NULL});
    ck_assert_uint_gt(count_of(result, "lock_halts"), 0);
    check_count(result, "lock_kicks", count_of(result, "lock_halts"), 1);
}
END_TEST

/* ---- registers: there and back, whoever had it ---- */

START_TEST(test_a_lock_in_a_register)
{
    g_autoptr(IvcResult) result = run_lock("test-and-set", 1, "channels.lock.place=registers");
    check_latency(result, 1, ACQUIRE + LOAD);
    ck_assert_uint_eq(result->elapsed_ps,
                      UINT64_C(4000) * (ACQUIRE + LOAD + SECTION + RELEASE + STORE) * 1000);
    check_count(result, "register_accesses", 2 * 4000, 2);
}
END_TEST

/* Under a scheduler, too: the way is that between physical cores, of which there are more than
 * virtual CPUs. One of the two is beside the register, the other at the far corner. */
START_TEST(test_a_register_is_as_far_under_a_scheduler)
{
    static const char far[] =
        "schema: ivcsim/1\nname: far\nmachine: {profile: scc48, registers: {hop: 1us}}\n"
        "hypervisor: {mode: paravirtual}\n"
        "guests:\n  a: {cores: [0, 47], memory: 1MiB}\n"
        "channels: {lock: {mechanism: lock, kind: test-and-set, place: registers}}\n"
        "workload: {kind: critical-section, total: 200B, section: 5us}\n";
    g_autoptr(IvcResult) pinned =
        points_run(far, (const char *[]){"hypervisor.scheduler=pinned", NULL});
    g_autoptr(IvcResult) scheduled =
        points_run(far, (const char *[]){"hypervisor.scheduler=credit", NULL});
    ck_assert_uint_eq(scheduled->latency_ps.min, pinned->latency_ps.min);
    ck_assert_uint_ge(scheduled->latency_ps.max, 2 * 8 * UINT64_C(1000000));
}
END_TEST

/* ---- loops that the processor finds: pauses, no further from each other than the gap ---- */

/* Three who take turns spin for 2 us at a time, and for much longer than the window together. */
START_TEST(test_short_waits_are_no_loop)
{
    g_autoptr(IvcResult) brief = run_loop(
        "workload: {kind: critical-section, section: 300ns, total: 4000B, ranks: 3}\n", NULL);
    ck_assert_uint_lt(brief->latency_ps.max, 10000000);
    ck_assert_uint_gt(count_of(brief, "spin_useful"), UINT64_C(100) * 10000000);
    ck_assert_uint_eq(count_of(brief, "spin_pauses"), 0);
    g_autoptr(IvcResult) longer = run_loop(
        "workload: {kind: critical-section, section: 9us, total: 4000B, ranks: 3}\n", NULL);
    ck_assert_uint_eq(count_of(longer, "spin_pauses"), longer->messages);
}
END_TEST

static uint64_t exits_of(const IvcResult *result)
{
    uint64_t sum = 0;
    for (guint i = 0; i < result->guest_counts->len; i++) {
        const IvcGuestCount *count = &g_array_index(result->guest_counts, IvcGuestCount, i);
        sum += g_str_equal(count->name, "exits") ? count->value : 0;
    }
    return sum;
}

/* A receiver waits for 35 us; each window of 10 us is an exit, if there are pauses in it. */
START_TEST(test_without_pauses_there_is_no_loop)
{
    static const char workload[] =
        "workload: {kind: produce-consume, produce: 40us, consume: 5us, total: 8000B, ranks: 2}\n";
    g_autoptr(IvcResult) quick =
        run_loop(workload, (const char *[]){"channel=ring", "channels.ring.pause=0ns", NULL});
    ck_assert_uint_eq(exits_of(quick), 0);
    g_autoptr(IvcResult) pauses =
        run_loop(workload, (const char *[]){"channel=ring", "channels.ring.pause=10ns", NULL});
    ck_assert_uint_ge(exits_of(pauses), 3 * pauses->messages);
}
END_TEST

/* Beside a process that computes for ever, of which a yield takes nothing: in each of its turns the
 * receiver is left after a window, which is then too long for this turn, but not for the next. */
START_TEST(test_a_window_begins_anew_on_a_core)
{
    g_autoptr(IvcResult) result = run_loop(
        "workload: {kind: produce-consume, produce: 1s, consume: 5us, total: 80B, warmup: 0}\n",
        (const char *[]){"channel=ring", "channels.ring.pause=10ns", "channels.ring.between=[a, b]",
                         "machine.cores=2", "hypervisor.scheduler=fair",
                         "hypervisor.pause_loop.grow=1000", "guests.a.cores=[0]",
                         "guests.b={cores: [1], memory: 64MiB}",
                         "guests.c={cores: [1], memory: 64MiB, load: busy}", NULL});
    uint64_t turns = g_array_index(result->scheduling, IvcSchedulingResult, 1).preemptions;
    ck_assert_uint_gt(turns, 500);
    ck_assert_uint_ge(exits_of(result), turns - 1);
    ck_assert_uint_le(exits_of(result), turns + 1);
}
END_TEST

/* ---- fairness ---- */

/* Jain's index of three, (sum of x)^2 / (3 * sum of x^2): what the third got is what is left. */
START_TEST(test_jains_index_of_three)
{
    g_autoptr(IvcResult) ticket = run_lock("ticket", 3, NULL);
    ck_assert_uint_ge(count_of(ticket, "jain_of_ranks"), 999999);
    g_autoptr(IvcResult) single = run_lock("ticket", 1, NULL);
    ck_assert_uint_eq(count_of(single, "jain_of_ranks"), 1000000);
    g_autoptr(IvcResult) unfair = run_lock("test-and-set-backoff", 3, NULL);
    uint64_t a = count_of(unfair, "least_of_a_rank"), c = count_of(unfair, "most_of_a_rank");
    uint64_t all = unfair->messages, b = all - a - c;
    ck_assert_uint_lt(a + 40, c);
    ck_assert_uint_eq(count_of(unfair, "jain_of_ranks"),
                      all * all * 1000000 / (3 * (a * a + b * b + c * c)));
}
END_TEST

/* ---- barriers of two ---- */

START_TEST(test_a_barrier_of_registers)
{
    /* Rank 1 is told last, and comes last: it reads its flag and turns it over, the root finds that
     * in its next look, and tells it; a look takes a flag's instructions and a load. */
    g_autoptr(IvcResult) result =
        run("workload: {kind: barrier, total: 4000B, warmup: 40, ranks: 2}\n",
            (const char *[]){"channel=barrier", "channels.barrier.kind=flag",
                             "channels.barrier.place=registers", NULL});
    uint64_t round = result->elapsed_ps / 2000;
    uint64_t least = ENTER + 2 * (FLAG + LOAD) + 2 * (FLAG + STORE);
    ck_assert_uint_ge(round + 1000, least * 1000); /* it begins and ends at different ranks */
    ck_assert_uint_le(round, (least + FLAG + LOAD + LOAD + 1) * 1000);
}
END_TEST

/* ---- rings ---- */

/* A message of a word: the sender's store is on its way to the slot while the receiver polls. */
START_TEST(test_a_ring_moves_a_line)
{
    static const char workload[] = "workload: {kind: pingpong, message: 8B, total: 64KiB, warmup: "
                                   "200, ranks: 2}\n";
    uint64_t words = 2 * WORD;
    g_autoptr(IvcResult) count =
        run(workload, (const char *[]){"channel=ring", "channels.ring.room=count", NULL});
    check_latency(count, 8, SEND + CLEAN + FETCH + WORD + words);
    g_autoptr(IvcResult) slot =
        run(workload, (const char *[]){"channel=ring", "channels.ring.room=slot", NULL});
    /* It has to look first whether the receiver has marked the slot, and then has a copy of it. */
    check_latency(slot, 8, SEND + (FETCH + WORD) + CLEAN + FETCH + WORD + words);
}
END_TEST

static const char calls[] =
    "workload: {kind: call, batch: 3, clock: serialised, message: 8B, total: 64KiB, warmup: 60}\n";

enum { FEW = 11, SLOW = 401, CALLS = 3 }; /* code of a Send; a store's line; calls in a batch */

static IvcResult *run_calls(const char *room, const char *stores, const char *clock)
{
    g_autofree char *set_room = g_strconcat("channels.ring.room=", room, NULL);
    g_autofree char *set_stores = g_strconcat("machine.lines.stores=", stores, NULL);
    g_autofree char *set_clock = g_strconcat("workload.clock=", clock, NULL);
    const char *const sets[] = {"channel=ring",
                                "channels.ring.send=11ns",
                                "channels.ring.recv=0ns",
                                "machine.lines.clean=401ns",
                                set_room,
                                set_stores,
                                set_clock,
                                NULL};
    return run(calls, sets);
}

/* Three calls, and three answers, which go the same way: twice what one batch takes. */
START_TEST(test_stores_take_effect_in_order)
{
    enum { CODE = FEW + WORD, READ = FETCH + 2 * WORD };
    static const struct {
        const char *stores;
        uint64_t batch;
    } cases[] = {
        /* All are on their way at once: the first two loads wait for their lines, and the third
         * has been asked for, after it was there. */
        {"0", CODE + SLOW + 2 * READ + OTHER + 2 * WORD},
        {"3", CODE + SLOW + 2 * READ + OTHER + 2 * WORD},
        /* The third begins when the first is over, too late for the load that ran ahead. */
        {"2", CODE + SLOW + CALLS * READ},
        /* One after the other. */
        {"1", CODE + CALLS * SLOW + READ},
    };
    g_autoptr(IvcResult) result = run_calls("count", cases[_i].stores, "serialised");
    check_latency(result, 8, 2 * cases[_i].batch);
}
END_TEST

/* What stands behind the clock has not been asked for before; but for that line, all is the same.
 */
START_TEST(test_a_clock_that_serialises_cuts_a_run_ahead)
{
    g_autoptr(IvcResult) cut = run_calls("slot", "0", "serialised");
    g_autoptr(IvcResult) whole = run_calls("slot", "0", "free");
    ck_assert_uint_eq(cut->latency_ps.max, whole->latency_ps.max + (FETCH - OTHER) * 1000);
}
END_TEST

/* ---- message queues: the receiver sleeps when a message of a word comes ---- */

START_TEST(test_a_message_queue_wakes_its_receiver)
{
    /* Without work of a Recv, the other's look into its own queue is over when the answer comes. */
    g_autoptr(IvcResult) result =
        run("workload: {kind: pingpong, message: 8B, total: 64KiB, warmup: 200, ranks: 2}\n",
            (const char *[]){"channel=queue", "channels.queue.recv=0ns", NULL});
    check_latency(result, 8,
                  101 + SEND + (FETCH + WORD + ATOMIC) + RESUME + 2 * WORD + OTHER + 103);
    ck_assert_uint_eq(count_of(result, "wakes"), result->messages);
}
END_TEST

/* What a mode adds to a system call is paid once in each: here of the release and of the Send. */
START_TEST(test_a_system_call_is_filtered_once)
{
    const char *mode = "hypervisor.mode=container", *filter = "machine.virtualisation.filter=173ns";
    g_autoptr(IvcResult) lock =
        run("workload: {kind: critical-section, section: 10007ns, total: 4000B, ranks: 2, "
            "latency: hand-off}\n",
            (const char *[]){"channels.lock.kind=semaphore", mode, filter, NULL});
    check_latency(lock, 2, (FETCH + WORD + ATOMIC) + 101 + 173 + RESUME + 103);
    g_autoptr(IvcResult) queue =
        run("workload: {kind: produce-consume, message: 8B, total: 4000B, produce: 10007ns, "
            "ranks: 2}\n",
            (const char *[]){"channel=queue", mode, filter, NULL});
    check_latency(queue, 8,
                  101 + 173 + SEND + (FETCH + WORD + ATOMIC) + RESUME + 2 * WORD + OTHER + 103);
}
END_TEST

/* Requests and grants have 8 bytes, and room for them, whatever the workload's messages have. */
START_TEST(test_small_messages_leave_room_for_requests)
{
    static const char workload[] = "workload: {kind: lock-server, total: 1000B, ranks: 3}\n";
    IvcTime elapsed_ps[2];
    for (unsigned i = 0; i < 2; i++) {
        const char *const sets[] = {"channel=queue",
                                    i ? "workload.message=8B" : "workload.message=1B",
                                    i ? "workload.total=8000B" : NULL, NULL};
        g_autoptr(IvcResult) result = run(workload, sets);
        elapsed_ps[i] = result->elapsed_ps;
    }
    ck_assert_uint_eq(elapsed_ps[0], elapsed_ps[1]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sync");
    TCase *tests = tcase_create("sync");
    tcase_add_loop_test(tests, test_an_acquire_alone, 0, G_N_ELEMENTS(alone));
    tcase_add_loop_test(tests, test_a_handoff_between_two, 0, G_N_ELEMENTS(of_two));
    tcase_add_test(tests, test_handoffs_grow_with_those_who_wait);
    tcase_add_test(tests, test_a_mutex_wakes_its_waiter);
    tcase_add_test(tests, test_a_semaphore_hands_over_each_permit);
    tcase_add_test(tests, test_a_backoff_is_as_long_as_it_says);
    tcase_add_test(tests, test_who_comes_behind_a_halted_one_halts);
    tcase_add_loop_test(tests, test_a_halted_one_is_kicked_once, 0, 3);
    tcase_add_test(tests, test_a_lock_in_a_register);
    tcase_add_test(tests, test_a_register_is_as_far_under_a_scheduler);
    tcase_add_test(tests, test_short_waits_are_no_loop);
    tcase_add_test(tests, test_without_pauses_there_is_no_loop);
    tcase_add_test(tests, test_a_window_begins_anew_on_a_core);
    tcase_add_test(tests, test_jains_index_of_three);
    tcase_add_test(tests, test_a_barrier_of_registers);
    tcase_add_test(tests, test_a_ring_moves_a_line);
    tcase_add_loop_test(tests, test_stores_take_effect_in_order, 0, 4);
    tcase_add_test(tests, test_a_clock_that_serialises_cuts_a_run_ahead);
    tcase_add_test(tests, test_a_message_queue_wakes_its_receiver);
    tcase_add_test(tests, test_a_system_call_is_filtered_once);
    tcase_add_test(tests, test_small_messages_leave_room_for_requests);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
