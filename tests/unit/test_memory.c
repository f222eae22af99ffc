/* Where copies find their lines, and what they take: 1 GHz, lines of 64 B, L1 4 KiB a core, L2
 * 64 KiB for all; a copy's set-up 10 cycles, a word 1, read stalls L2 8, other 50, memory 100,
 * write stalls L2 4, other 30, memory 60 cycles a line. */
#include "tests/harness/lab.h"

#define CYCLE 1000

typedef struct {
    Lab lab;
    IvcMemory *memory;
    LabAgent agents[2];
    unsigned n[2];
} Bench;

static void bench_init(Bench *bench, const IvcMachineSpec *spec)
{
    *bench = (Bench){0};
    bench->memory = ivc_memory_new(spec);
    lab_init(&bench->lab, 2, bench->memory);
}

/* Adds a copy to a core's program; the cores take turns by delays: core 1 begins at 1 ms. */
static unsigned copy(Bench *bench, unsigned core, IvcBuffer *to, uint64_t to_at, IvcBuffer *from,
                     uint64_t from_at, uint64_t bytes)
{
    unsigned i = bench->n[core]++;
    bench->agents[core].ops[i] = (LabOp){.kind = LAB_COPY,
                                         .to = to,
                                         .to_at = to_at,
                                         .from = from,
                                         .from_at = from_at,
                                         .bytes = bytes,
                                         .stage = 1};
    return i;
}

static void pause_for(Bench *bench, unsigned core, IvcTime ps)
{
    bench->agents[core].ops[bench->n[core]++] = (LabOp){.kind = LAB_RUN, .time_ps = ps};
}

static void run(Bench *bench)
{
    for (uint32_t c = 0; c < 2; c++)
        lab_start(&bench->lab, &bench->agents[c], c + 1, c, IVC_PRIORITY_PROCESS);
    lab_run(&bench->lab);
}

static IvcTime took(const Bench *bench, unsigned core, unsigned i)
{
    return bench->agents[core].ended_ps[i] - (i ? bench->agents[core].ended_ps[i - 1] : 0);
}

static IvcTime cycles_of(uint64_t bytes, uint64_t read, uint64_t write)
{
    uint64_t lines = (bytes + 63) / 64;
    return (10 + (bytes + 7) / 8 + lines * (read + write)) * CYCLE;
}

/* A buffer that is read again and again, by its size. */
START_TEST(test_reading_again)
{
    static const struct {
        uint64_t bytes, stall;
    } cases[] = {{1, 0}, {64, 0}, {2048, 0}, {4096, 0}, {4160, 8}, {65536, 8}, {65600, 100}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Bench bench;
        IvcMachineSpec spec = lab_machine(2);
        IvcBuffer buffer;
        bench_init(&bench, &spec);
        ivc_buffer_init(&buffer, 1, cases[i].bytes);
        for (int k = 0; k < 3; k++)
            copy(&bench, 0, NULL, 0, &buffer, 0, cases[i].bytes);
        run(&bench);
        ck_assert_uint_eq(took(&bench, 0, 0), cycles_of(cases[i].bytes, 100, 0));
        ck_assert_uint_eq(took(&bench, 0, 1), cycles_of(cases[i].bytes, cases[i].stall, 0));
        ck_assert_uint_eq(took(&bench, 0, 2), cycles_of(cases[i].bytes, cases[i].stall, 0));
        ck_assert_uint_eq(bench.memory->copies, 3);
        ck_assert_uint_eq(bench.memory->copied_bytes, 3 * cases[i].bytes);
        lab_clear(&bench.lab);
    }
}
END_TEST

START_TEST(test_writing_again_by_policy)
{
    static const struct {
        int policy;
        uint64_t bytes, stall;
    } cases[] = {
        {IVC_WRITE_BACK, 4096, 0},    {IVC_WRITE_BACK, 8192, 4},    {IVC_WRITE_BACK, 131072, 60},
        {IVC_WRITE_THROUGH, 4096, 4}, {IVC_WRITE_THROUGH, 8192, 4}, {IVC_WRITE_THROUGH, 131072, 60},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Bench bench;
        IvcMachineSpec spec = lab_machine(2);
        spec.l1_write = cases[i].policy;
        IvcBuffer buffer;
        bench_init(&bench, &spec);
        ivc_buffer_init(&buffer, 1, cases[i].bytes);
        copy(&bench, 0, &buffer, 0, NULL, 0, cases[i].bytes);
        copy(&bench, 0, &buffer, 0, NULL, 0, cases[i].bytes);
        run(&bench);
        ck_assert_uint_eq(took(&bench, 0, 0), cycles_of(cases[i].bytes, 0, 60));
        ck_assert_uint_eq(took(&bench, 0, 1), cycles_of(cases[i].bytes, 0, cases[i].stall));
        lab_clear(&bench.lab);
    }
}
END_TEST

/* Two buffers that fit L1 together stay there; with a third between, they do not. */
START_TEST(test_what_is_touched_between)
{
    Bench bench;
    IvcMachineSpec spec = lab_machine(2);
    IvcBuffer a, b, c;
    bench_init(&bench, &spec);
    ivc_buffer_init(&a, 1, 2048);
    ivc_buffer_init(&b, 2, 2048);
    ivc_buffer_init(&c, 3, 64);
    copy(&bench, 0, &b, 0, &a, 0, 2048);
    unsigned again = copy(&bench, 0, &b, 0, &a, 0, 2048);
    copy(&bench, 0, NULL, 0, &c, 0, 64);
    unsigned after = copy(&bench, 0, NULL, 0, &a, 0, 2048);
    run(&bench);
    ck_assert_uint_eq(took(&bench, 0, 0), cycles_of(2048, 100, 60));
    ck_assert_uint_eq(took(&bench, 0, again), cycles_of(2048, 0, 0));
    ck_assert_uint_eq(took(&bench, 0, after), cycles_of(2048, 8, 0));
    lab_clear(&bench.lab);
}
END_TEST

/* Core 1 reads what core 0 wrote: the end of it lies modified in core 0's L1, the rest in L2. */
START_TEST(test_lines_of_another_core)
{
    static const struct {
        int policy;
        uint64_t bytes, head, tail_bytes;
    } cases[] = {{IVC_WRITE_BACK, 2048, 8, 2048},
                 {IVC_WRITE_BACK, 4096, 8, 4096},
                 {IVC_WRITE_BACK, 16384, 8, 4096},
                 {IVC_WRITE_BACK, 131072, 100, 4096},
                 {IVC_WRITE_THROUGH, 16384, 8, 0}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Bench bench;
        IvcMachineSpec spec = lab_machine(2);
        spec.l1_write = cases[i].policy;
        IvcBuffer buffer;
        bench_init(&bench, &spec);
        ivc_buffer_init(&buffer, 1, cases[i].bytes);
        copy(&bench, 0, &buffer, 0, NULL, 0, cases[i].bytes);
        pause_for(&bench, 1, UINT64_C(1000000000));
        unsigned first = copy(&bench, 1, NULL, 0, &buffer, 0, cases[i].bytes);
        run(&bench);
        uint64_t head = cases[i].bytes - cases[i].tail_bytes;
        IvcTime expected = cycles_of(cases[i].bytes, 0, 0) + head / 64 * cases[i].head * CYCLE +
                           cases[i].tail_bytes / 64 * 50 * CYCLE;
        ck_assert_msg(took(&bench, 1, first) == expected,
                      "case %zu: %" G_GUINT64_FORMAT ", not %" G_GUINT64_FORMAT, i,
                      took(&bench, 1, first), expected);
        ck_assert_uint_eq(bench.memory->read_bytes[IVC_LEVEL_OTHER], cases[i].tail_bytes);
        lab_clear(&bench.lab);
    }
}
END_TEST

/* A pass in pieces finds what the whole pass finds. */
START_TEST(test_pieces_of_one_pass)
{
    static const uint64_t pieces[] = {64, 1024, 4096};
    for (size_t p = 0; p < G_N_ELEMENTS(pieces); p++) {
        Bench bench;
        IvcMachineSpec spec = lab_machine(2);
        IvcBuffer buffer;
        uint64_t bytes = pieces[p] * 10;
        bench_init(&bench, &spec);
        ivc_buffer_init(&buffer, 1, bytes);
        for (int pass = 0; pass < 2; pass++)
            for (uint64_t at = 0; at < bytes; at += pieces[p])
                copy(&bench, 0, NULL, 0, &buffer, at, pieces[p]);
        run(&bench);
        uint64_t stall = bytes <= 4096 ? 0 : 8;
        for (unsigned i = 0; i < 20; i++)
            ck_assert_uint_eq(took(&bench, 0, i), cycles_of(pieces[p], i < 10 ? 100 : stall, 0));
        lab_clear(&bench.lab);
    }
}
END_TEST

/* A line that is missing everywhere is read first and displaces one: two lines of memory traffic.
 */
START_TEST(test_write_allocate_traffic)
{
    Bench bench;
    IvcMachineSpec spec = lab_machine(2);
    spec.memory_rate.bps = 8000000000; /* 1 GB/s */
    IvcBuffer buffer;
    bench_init(&bench, &spec);
    ivc_buffer_init(&buffer, 1, 64000);
    copy(&bench, 0, &buffer, 0, NULL, 0, 64000);
    run(&bench);
    /* 128,000 bytes at 1 GB/s are 128 us; the loop alone would take 68 us. */
    ck_assert_uint_eq(cycles_of(64000, 0, 60), 68010000);
    ck_assert_uint_ge(took(&bench, 0, 0), 128000000 - 1000);
    ck_assert_uint_le(took(&bench, 0, 0), 128000000 + 1000);
    lab_clear(&bench.lab);
}
END_TEST

/* What a store to 32 lines puts on the interconnect at full speed, in lines. */
static uint64_t lines_on_the_way(IvcMemory *memory, int32_t core, const IvcBuffer *to)
{
    IvcMovePiece pieces[IVC_MOVE_PIECES];
    ck_assert_uint_eq(ivc_passes_plan(memory, core, to, 0, NULL, 0, 2048, pieces), 1);
    uint64_t second_ps = UINT64_C(1000000000000);
    uint64_t bytes = ((pieces[0].demand[0] + 1) * pieces[0].alone_ps) / second_ps;
    return bytes / 64;
}

/* Lines that a core has and others, too: they are told to let go, which moves none. Who has lost
 * them, or never had them, takes them from the other one. */
START_TEST(test_copies_of_others_that_go)
{
    IvcMachineSpec spec = lab_machine(3);
    IvcMemory *memory = ivc_memory_new(&spec);
    IvcBuffer buffer, other;
    ivc_buffer_init(&buffer, 1, 2048);
    ivc_buffer_init(&other, 2, 4096);
    ivc_passes_write(memory, 0, &buffer, 0, 2048);
    ck_assert_uint_eq(lines_on_the_way(memory, 1, &buffer), 32);
    ivc_passes_read(memory, 1, &buffer, 0, 2048);
    IvcMovePiece pieces[IVC_MOVE_PIECES];
    for (int32_t core = 0; core < 3; core++) {
        uint32_t n = ivc_passes_plan(memory, core, &buffer, 0, NULL, 0, 2048, pieces);
        ck_assert_uint_eq(n, 1);
        ck_assert_uint_eq(pieces[0].alone_ps, cycles_of(2048, 0, 30));
        ck_assert_uint_eq(lines_on_the_way(memory, core, &buffer), core == 2 ? 32 : 0);
    }
    ivc_passes_read(memory, 0, &other, 0, 4096); /* its L1 has room for no more */
    ck_assert_uint_eq(lines_on_the_way(memory, 0, &buffer), 32);
    ivc_memory_free(memory);
}
END_TEST

/* A line that a store displaces goes to memory over the interconnect where no cache is shared; else
 * it is the shared cache that displaces it. */
START_TEST(test_displaced_lines_on_the_way)
{
    for (int scope = IVC_CACHE_NONE; scope <= IVC_CACHE_CHIP; scope++) {
        IvcMachineSpec spec = lab_machine(2);
        spec.cache_scope[1] = scope;
        IvcMemory *memory = ivc_memory_new(&spec);
        IvcBuffer buffer;
        ivc_buffer_init(&buffer, 1, 2048);
        ck_assert_uint_eq(lines_on_the_way(memory, 0, &buffer), scope == IVC_CACHE_CHIP ? 32 : 64);
        ivc_memory_free(memory);
    }
}
END_TEST

/* ivc_copy_alone_ps() says beforehand what the copy then takes; copies at random. */
START_TEST(test_alone_is_what_a_copy_takes)
{
    uint32_t seed = points_seed("test_memory", 6);
    GRand *rand = g_rand_new_with_seed(seed);
    Bench bench;
    IvcMachineSpec spec = lab_machine(2);
    IvcBuffer buffers[4];
    bench_init(&bench, &spec);
    for (uint32_t b = 0; b < 4; b++)
        ivc_buffer_init(&buffers[b], b + 1, 60000);
    for (int i = 0; i < 3000; i++) {
        uint32_t core = (uint32_t)g_rand_int_range(rand, 0, 2);
        uint32_t from = (uint32_t)g_rand_int_range(rand, 0, 4);
        uint32_t to = (from + (uint32_t)g_rand_int_range(rand, 1, 4)) % 4;
        uint64_t bytes = (uint64_t)g_rand_int_range(rand, 1, g_rand_int_range(rand, 2, 30000));
        uint64_t to_at = g_rand_boolean(rand) ? 0 : buffers[to].write.at % 30000;
        uint64_t from_at = g_rand_boolean(rand) ? 0 : buffers[from].read.at % 30000;
        IvcTime alone = ivc_copy_alone_ps(bench.memory, core, buffers[to], to_at, buffers[from],
                                          from_at, bytes);
        LabAgent agent = {.ops = {{.kind = LAB_COPY,
                                   .to = &buffers[to],
                                   .to_at = to_at,
                                   .from = &buffers[from],
                                   .from_at = from_at,
                                   .bytes = bytes}}};
        IvcTime began = bench.lab.sim.now;
        lab_start(&bench.lab, &agent, 1, core, IVC_PRIORITY_PROCESS);
        ck_assert_int_eq(ivc_sim_run(&bench.lab.sim), IVC_STOP_NONE);
        ck_assert_msg(bench.lab.sim.now - began == alone,
                      "copy %d: %" G_GUINT64_FORMAT ", not %" G_GUINT64_FORMAT, i,
                      bench.lab.sim.now - began, alone);
    }
    lab_clear(&bench.lab);
    g_rand_free(rand);
}
END_TEST

START_TEST(test_lines_of_shared_state)
{
    Bench bench;
    IvcMachineSpec spec = lab_machine(2);
    IvcLine line;
    bench_init(&bench, &spec);
    ivc_line_init(&line, 1);
    IvcAgent a, b;
    ivc_agent_init(&a, 1, "a", &bench.lab.cores.items[0], IVC_PRIORITY_PROCESS, lab_step);
    ivc_agent_init(&b, 2, "b", &bench.lab.cores.items[1], IVC_PRIORITY_PROCESS, lab_step);
    (void)ivc_line_touch(&a, &line, true);
    ck_assert_uint_eq(ivc_line_touch(&a, &line, true), 1 * CYCLE); /* mine */
    ck_assert_uint_eq(ivc_line_touch(&b, &line, false),
                      51 * CYCLE); /* modified in the other's L1 */
    ck_assert_uint_eq(ivc_line_touch(&b, &line, false), 1 * CYCLE);
    ck_assert_uint_eq(ivc_line_touch(&a, &line, true), 31 * CYCLE); /* the reader's is taken away */
    ck_assert_uint_eq(ivc_line_touch(&a, &line, true), 1 * CYCLE);
    ck_assert_uint_eq(ivc_line_touch(&b, &line, true), 31 * CYCLE);
    ck_assert_uint_eq(ivc_line_touch(&a, &line, false), 51 * CYCLE);
    lab_clear(&bench.lab);
}
END_TEST

/* Lines of a copy overlap where a flag by itself has nothing to overlap with. */
START_TEST(test_a_line_alone_has_a_cost_of_its_own)
{
    Bench bench;
    IvcMachineSpec spec = lab_machine(2);
    IvcLine line;
    spec.lines_fetch.n = 70;
    bench_init(&bench, &spec);
    ivc_line_init(&line, 1);
    IvcAgent a, b;
    ivc_agent_init(&a, 1, "a", &bench.lab.cores.items[0], IVC_PRIORITY_PROCESS, lab_step);
    ivc_agent_init(&b, 2, "b", &bench.lab.cores.items[1], IVC_PRIORITY_PROCESS, lab_step);
    (void)ivc_line_touch(&a, &line, true);
    ck_assert_uint_eq(ivc_line_touch(&a, &line, true), 1 * CYCLE);
    ck_assert_uint_eq(ivc_line_touch(&b, &line, false), 71 * CYCLE);
    ck_assert_uint_eq(ivc_line_touch(&a, &line, true), 71 * CYCLE);
    lab_clear(&bench.lab);
}
END_TEST

/* Copies by another routine among those by the profile's: each costs what its routine says, by
 * where lines are, and the caches see both. */
START_TEST(test_other_routine)
{
    Bench bench;
    IvcMachineSpec spec = lab_machine(2);
    IvcBuffer buffer;
    bench_init(&bench, &spec);
    ivc_buffer_init(&buffer, 1, 1024);
    IvcCopyCosts by = *ivc_copy_costs(bench.memory);
    by.word *= 3;
    by.write_line[IVC_LEVEL_MEMORY] *= 5;
    for (unsigned i = 0; i < 4; i++) {
        unsigned op = copy(&bench, 0, &buffer, 0, NULL, 0, 1024);
        bench.agents[0].ops[op].by = i % 2 ? NULL : &by;
    }
    run(&bench);
    ck_assert_uint_eq(took(&bench, 0, 0), (10 + 3 * 128 + 16 * 5 * 60) * CYCLE);
    ck_assert_uint_eq(took(&bench, 0, 1), cycles_of(1024, 0, 0));
    ck_assert_uint_eq(took(&bench, 0, 2), (10 + 3 * 128) * CYCLE);
    ck_assert_uint_eq(took(&bench, 0, 3), cycles_of(1024, 0, 0));
    ck_assert_uint_eq(bench.memory->copies, 4);
    lab_clear(&bench.lab);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory");
    TCase *tests = tcase_create("memory");
    tcase_add_test(tests, test_reading_again);
    tcase_add_test(tests, test_writing_again_by_policy);
    tcase_add_test(tests, test_what_is_touched_between);
    tcase_add_test(tests, test_lines_of_another_core);
    tcase_add_test(tests, test_pieces_of_one_pass);
    tcase_add_test(tests, test_other_routine);
    tcase_add_test(tests, test_write_allocate_traffic);
    tcase_add_test(tests, test_copies_of_others_that_go);
    tcase_add_test(tests, test_displaced_lines_on_the_way);
    tcase_add_test(tests, test_alone_is_what_a_copy_takes);
    tcase_add_test(tests, test_lines_of_shared_state);
    tcase_add_test(tests, test_a_line_alone_has_a_cost_of_its_own);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
