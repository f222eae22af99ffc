/* Words between cores: when the handler's body begins, that a full lane holds the next word back,
 * that a slow receiver loses nothing, and that senders of a shared lane take turns. */
#include "models/ipi/mailbox.h"
#include "tests/harness/lab.h"

#define WORDS 40

/* Round costs: 1 ns to load, 0.4 ns to store, and so on. */
enum {
    LOAD = 1000,
    STORE = 400,
    FLIGHT = 70,
    ENTRY = 5000,
    EXIT = 300,
    ATOMIC = 90,
    POLL = 7,
    DISPATCH = 50
};

typedef struct Bench Bench;

/* A process that posts words to one member, after a delay. */
typedef struct {
    IvcAgent agent;
    IvcLabel label;
    Bench *bench;
    uint32_t from, to, i, n;
    IvcTime delay_ps;
    uint64_t words[WORDS];
    IvcTime posted_ps[WORDS];
    IvcPostFrame post;
} Sender;

typedef struct {
    uint32_t from;
    uint64_t word;
    IvcTime at_ps;
} Delivery;

struct Bench {
    IvcPlatform platform;
    IvcMachineSpec spec;
    IvcRankPlace places[4];
    IvcMailbox *mailbox;
    Sender senders[4];
    Delivery got[4][WORDS * 4];
    uint32_t n_got[4];
    IvcTime slow_ps; /* what a delivery takes */
    IvcLabel deliver[4];
};

static IvcStep deliver(void *client, IvcAgent *handler, uint32_t to, uint32_t from, uint64_t word)
{
    Bench *bench = client;
    struct {
        IvcLabel label;
    } *f = (void *)&bench->deliver[to];
    IVC_BEGIN(f);
    bench->got[to][bench->n_got[to]++] = (Delivery){from, word, handler->sim->now};
    IVC_AWAIT(f, ivc_spend(handler, bench->slow_ps, IVC_STAGE_SYSCALL));
    IVC_END(f);
}

static IvcStep sender_step(IvcAgent *agent)
{
    Sender *s = (Sender *)((char *)agent - offsetof(Sender, agent));
    IVC_BEGIN(s);
    IVC_AWAIT(s, ivc_spend(agent, s->delay_ps, IVC_STAGE_SYSCALL));
    for (s->i = 0; s->i < s->n; s->i++) {
        IVC_CALL(s, ivc_mailbox_post(s->bench->mailbox, agent, s->from, s->to, s->words[s->i],
                                     &s->post));
        s->posted_ps[s->i] = agent->sim->now;
    }
    IVC_END(s);
}

static Bench *bench_new(const char *block, unsigned members, IvcTime slow_ps)
{
    Bench *bench = g_new0(Bench, 1);
    IvcPlatform *platform = &bench->platform;
    IvcSimLimits limits = {
        .horizon_ps = UINT64_C(1) << 50, .events_per_instant = 1000, .queue_max = 1000};
    bench->slow_ps = slow_ps;
    platform->spec = &bench->spec;
    platform->next_id = 1;
    platform->n_ranks = members;
    platform->ranks = bench->places;
    platform->t = (IvcMachineTimes){.registers_load = LOAD,
                                    .registers_store = STORE,
                                    .registers_flight = FLIGHT,
                                    .interrupt_entry = ENTRY,
                                    .interrupt_exit = EXIT,
                                    .atomic = ATOMIC,
                                    .poll = POLL};
    ivc_sim_init(&platform->sim, &limits);
    ivc_cores_init(&platform->cores, &platform->sim, 4, IVC_STAGES_MACHINE);
    for (uint32_t m = 0; m < members; m++)
        bench->places[m].core = m;
    IvcMailboxClient client = {.deliver = deliver,
                               .client = bench,
                               .dispatch_ps = DISPATCH,
                               .dispatch_stage = IVC_STAGE_WAKE};
    bench->mailbox = ivc_mailbox_new(platform, ivc_register_block_find(block), &client);
    return bench;
}

static Sender *bench_send(Bench *bench, uint32_t from, uint32_t to, uint32_t n, IvcTime delay_ps)
{
    Sender *s = &bench->senders[from];
    *s = (Sender){.bench = bench, .from = from, .to = to, .n = n, .delay_ps = delay_ps};
    for (uint32_t i = 0; i < n; i++) { /* all sizes: one chunk and two */
        IvcRegisterMessage message = {.kind = IVC_REGISTER_MESSAGE_INLINE};
        message.in_line.length = i % 8;
        message.in_line.data =
            ((UINT64_C(0x9182736455463728) + i * 17 + from) & ((UINT64_C(1) << 8 * (i % 8)) - 1));
        ck_assert(ivc_register_message_encode(&message, &s->words[i]));
    }
    ivc_agent_init(&s->agent, ivc_platform_id(&bench->platform), "sender",
                   &bench->platform.cores.items[from], IVC_PRIORITY_PROCESS, sender_step);
    ivc_agent_start(&s->agent);
    return s;
}

static void bench_run(Bench *bench)
{
    IvcPlatform *platform = &bench->platform;
    ck_assert_int_eq(ivc_sim_run(&platform->sim), IVC_STOP_NONE);
    ck_assert_uint_eq(ivc_mailbox_words(bench->mailbox), 0);
    ivc_cores_settle(&platform->cores);
    for (uint32_t c = 0; c < 4; c++) {
        const IvcCore *core = &platform->cores.items[c];
        IvcTime sum = core->blocked_ps + core->idle_ps;
        for (uint32_t s = 0; s < IVC_STAGES_MACHINE; s++)
            sum += core->ledger[s].spent_ps;
        ck_assert_uint_eq(sum, platform->sim.now);
    }
}

static void bench_free(Bench *bench)
{
    ivc_mailbox_free(bench->mailbox);
    ivc_cores_clear(&bench->platform.cores);
    ivc_sim_clear(&bench->platform.sim);
    g_free(bench);
}

/* Every word of a sender came to `to`, once and in order. */
static void check_all_came(const Bench *bench, const Sender *s)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < bench->n_got[s->to]; i++) {
        const Delivery *got = &bench->got[s->to][i];
        if (got->from != s->from)
            continue;
        ck_assert_uint_lt(next, s->n);
        ck_assert_msg(got->word == s->words[next], "word %u of %u", next, s->from);
        next++;
    }
    ck_assert_uint_eq(next, s->n);
}

START_TEST(test_first_word_to_the_picosecond)
{
    Bench *bench = bench_new("loongson3", 2, 0);
    Sender *s = bench_send(bench, 0, 1, 1, 123);
    bench_run(bench);
    /* Status, data and post bit; then flight, entry, which lane, the word, what it is, clear. */
    ck_assert_uint_eq(s->posted_ps[0], 123 + LOAD + 2 * STORE);
    ck_assert_uint_eq(bench->got[1][0].at_ps,
                      s->posted_ps[0] + FLIGHT + ENTRY + 2 * LOAD + DISPATCH + STORE);
    bench_free(bench);
    bench = bench_new("octeon-ciu", 2, 0);
    s = bench_send(bench, 0, 1, 1, 123);
    bench_run(bench);
    /* The mailbox is its own post bit, and its one read says which lane and what. */
    ck_assert_uint_eq(s->posted_ps[0], 123 + LOAD + STORE);
    ck_assert_uint_eq(bench->got[1][0].at_ps,
                      s->posted_ps[0] + FLIGHT + ENTRY + LOAD + DISPATCH + STORE);
    bench_free(bench);
}
END_TEST

/* Over links: the flight takes the way once, reading the target's status twice, and the receiver's
 * own registers are where it is. */
START_TEST(test_way_to_another_node)
{
    enum { HOP = 33 };
    for (uint32_t to = 1; to < 4; to++) {
        IvcMachineSpec ring = lab_machine(4);
        IvcTime way = HOP * (to == 2 ? 2 : 1);
        ring.interconnect_kind = IVC_INTERCONNECT_RING;
        ring.interconnect_nodes = 4;
        ring.interconnect_columns = 1;
        Bench *bench = bench_new("loongson3", 4, 0);
        bench->platform.memory = ivc_memory_new(&ring);
        bench->platform.t.registers_hop = HOP;
        Sender *s = bench_send(bench, 0, to, 2, 123);
        bench_run(bench);
        ck_assert_uint_eq(s->posted_ps[0], 123 + LOAD + 2 * way + 2 * STORE);
        IvcTime came = s->posted_ps[0] + FLIGHT + way + ENTRY + 2 * LOAD + DISPATCH + STORE;
        ck_assert_uint_eq(bench->got[to][0].at_ps, came);
        /* The next word waits until the lane is seen empty, at a turn of a loop that takes as
         * long as a load over the links; then two stores. */
        IvcTime turn = LOAD + 2 * way, waits = came - (s->posted_ps[0] + turn);
        ck_assert_uint_eq(s->posted_ps[1],
                          s->posted_ps[0] + turn + (waits + turn - 1) / turn * turn + 2 * STORE);
        ivc_memory_free(bench->platform.memory);
        bench_free(bench);
    }
}
END_TEST

START_TEST(test_second_word_waits_until_the_lane_is_cleared)
{
    Bench *bench = bench_new("loongson3", 2, 100000);
    Sender *s = bench_send(bench, 0, 1, 2, 0);
    bench_run(bench);
    IvcTime cleared = bench->got[1][0].at_ps;
    IvcTime first_poll = s->posted_ps[0] + LOAD;
    IvcTime seen = first_poll + (cleared - first_poll + LOAD - 1) / LOAD * LOAD;
    ck_assert_uint_eq(s->posted_ps[1], seen + 2 * STORE);
    check_all_came(bench, s);
    /* The line was asserted all along: the second entry follows the first exit. */
    ck_assert_uint_eq(bench->got[1][1].at_ps,
                      cleared + 100000 + EXIT + ENTRY + 2 * LOAD + DISPATCH + STORE);
    bench_free(bench);
}
END_TEST

static const char *const blocks[] = {"loongson3", "octeon-ciu", "ti-mailbox"};

START_TEST(test_slow_receiver_loses_nothing)
{
    static const IvcTime slow[] = {0, 1, 900, 100000, 10000000};
    for (size_t i = 0; i < G_N_ELEMENTS(slow); i++) {
        Bench *bench = bench_new(blocks[_i], 2, slow[i]);
        Sender *s = bench_send(bench, 0, 1, WORDS, 5);
        bench_run(bench);
        check_all_came(bench, s);
        bench_free(bench);
    }
}
END_TEST

/* On the octeon the three share one lane, whose words of two chunks must not mix. */
START_TEST(test_three_senders_to_one_core)
{
    for (IvcTime skew = 0; skew < 4000; skew += 333) {
        Bench *bench = bench_new(blocks[_i], 4, 2000);
        bench_send(bench, 0, 3, WORDS, 0);
        bench_send(bench, 1, 3, WORDS, skew);
        bench_send(bench, 2, 3, WORDS, 2 * skew + 1);
        bench_run(bench);
        unsigned longest = 0, run = 0;
        for (uint32_t i = 0; i < 3 * WORDS; i++) {
            run = i && bench->got[3][i].from == bench->got[3][i - 1].from ? run + 1 : 1;
            if (i < 2 * WORDS) /* while all of them have something to send */
                longest = MAX(longest, run);
        }
        for (uint32_t from = 0; from < 3; from++)
            check_all_came(bench, &bench->senders[from]);
        ck_assert_uint_eq(bench->n_got[3], 3 * WORDS);
        if (_i == 0) /* lanes of their own are served in turn */
            ck_assert_uint_le(longest, 2);
        bench_free(bench);
    }
}
END_TEST

/* Everybody to everybody's neighbour, both ways: handlers interrupt senders between chunks. */
START_TEST(test_all_send_and_receive)
{
    for (IvcTime skew = 0; skew < 12000; skew += 501) {
        Bench *bench = bench_new(blocks[_i], 4, 700);
        for (uint32_t m = 0; m < 4; m++)
            bench_send(bench, m, m ^ 1, WORDS, m * skew);
        bench_run(bench);
        for (uint32_t m = 0; m < 4; m++)
            check_all_came(bench, &bench->senders[m]);
        bench_free(bench);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mailbox");
    TCase *tests = tcase_create("mailbox");
    tcase_add_test(tests, test_first_word_to_the_picosecond);
    tcase_add_test(tests, test_way_to_another_node);
    tcase_add_test(tests, test_second_word_waits_until_the_lane_is_cleared);
    tcase_add_loop_test(tests, test_slow_receiver_loses_nothing, 0, G_N_ELEMENTS(blocks));
    tcase_add_loop_test(tests, test_three_senders_to_one_core, 0, G_N_ELEMENTS(blocks));
    tcase_add_loop_test(tests, test_all_send_and_receive, 0, G_N_ELEMENTS(blocks));
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
