/* What guarding a message adds to its latency, to the picosecond, from the parameters alone; that
 * copying first is exactly one more copy; and who could read or change a message, by what is
 * mapped. */
#include "tests/harness/counts.h"
#include "tests/harness/points.h"

/* In nanoseconds, as the scenarios below state them. */
enum {
    WORD = 7,
    SEAL = 211,
    AUTHENTICATE = 3000,
    ENCRYPT = 5000,
    GRANT = 223,
    GRANT_PAGE = 29,
    REVOKE = 227,
    HYPERCALL = 229,
    LEAVE = 233,
    BACK = 239,
    HEADER = 40,
};

#define MACHINE                                                    \
    "machine:\n  profile: loongson3a\n"                            \
    "  copy: {setup: 0ns, word: 7ns}\n"                            \
    "  read: {l2: 0ns, other: 0ns, memory: 0ns}\n"                 \
    "  write: {l2: 0ns, other: 0ns, memory: 0ns}\n"                \
    "  memory: {rate: 100TB/s}\n  interconnect: {rate: 100TB/s}\n" \
    "  virtualisation: {extension: nested, exit: 233ns, entry: 239ns, hypercall: 229ns}\n"
#define GUARD "seal_message: 211ns, authenticate: 3us, encrypt: 5us"
#define WORK "workload: {kind: pingpong, message: 64B, total: 5120B, warmup: 8}\n"

static const char region[] =
    "schema: ivcsim/1\nname: isolation\n" MACHINE
    "guests:\n  a: {cores: [0]}\n  b: {cores: [1]}\n  c: {cores: [2]}\n"
    "channels:\n  c: {mechanism: shmem, between: [a, b], region: 1MiB, free: 157ns, grant: 223ns,\n"
    "    grant_page: 29ns, revoke: 227ns, " GUARD "}\n" WORK;

static const char ring[] =
    "schema: ivcsim/1\nname: isolation\n" MACHINE "guests:\n  a: {cores: [0]}\n  b: {cores: [1]}\n"
    "channels:\n  c: {mechanism: xen-ring, between: [a, b], header: 40B, idle_wake: 0ns, " GUARD
    "}\n" WORK;

static const char fifo[] =
    "schema: ivcsim/1\nname: isolation\n" MACHINE "guests:\n  a: {cores: [0]}\n  b: {cores: [1]}\n"
    "channels:\n  c: {mechanism: xen-fifo, between: [a, b], header: 40B, idle_wake: 0ns,\n"
    "    ack_every: 64, " GUARD "}\n" WORK;

static uint64_t copy_ps(uint64_t bytes)
{
    return (bytes + 7) / 8 * WORD * 1000;
}

static uint64_t seal_ps(uint64_t bytes, uint64_t kib_ns)
{
    return SEAL * 1000 + (bytes * kib_ns * 1000 + 1023) / 1024;
}

static IvcResult *run(const char *text, uint64_t message, const char *a, const char *b)
{
    g_autofree char *size = g_strdup_printf("workload.message=%" G_GUINT64_FORMAT "B", message);
    g_autofree char *total = g_strdup_printf("workload.total=%" G_GUINT64_FORMAT "B", 80 * message);
    return points_run(text, (const char *[]){size, total, a ? a : size, b, NULL});
}

/* A message takes `more_ps` longer with a guard than without. */
static void check_adds(const char *text, uint64_t message, const char *guard, const char *mode,
                       uint64_t more_ps)
{
    g_autoptr(IvcResult) without = run(text, message, mode, NULL);
    g_autoptr(IvcResult) with = run(text, message, guard, mode);
    ck_assert_msg(with->latency_ps.min == without->latency_ps.min + more_ps,
                  "%" G_GUINT64_FORMAT " B, %s: %" G_GUINT64_FORMAT
                  " ps more, not %" G_GUINT64_FORMAT,
                  message, guard, with->latency_ps.min - without->latency_ps.min, more_ps);
}

static const uint64_t sizes[] = {1, 64, 1000, 4096, 9000};

START_TEST(test_copying_first_is_one_more_copy)
{
    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
        const uint64_t n = sizes[s];
        check_adds(region, n, "channels.c.check=copy-first", NULL, copy_ps(n));
        check_adds(ring, n, "channels.c.check=copy-first", NULL, copy_ps(HEADER) + copy_ps(n));
        g_autoptr(IvcResult) without = run(region, n, NULL, NULL);
        g_autoptr(IvcResult) with = run(region, n, "channels.c.check=copy-first", NULL);
        ck_assert_uint_eq(count_of(with, "copied_bytes"),
                          count_of(without, "copied_bytes") + 80 * n);
        ck_assert_uint_eq(count_of(with, "copies"), count_of(without, "copies") + 80);
        ck_assert_uint_eq(count_of(with, "double_fetches"), 0);
        check_count(without, "double_fetches", 80, 2);
    }
}
END_TEST

START_TEST(test_seals_cost_both_ends)
{
    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
        const uint64_t n = sizes[s];
        check_adds(region, n, "channels.c.seal=authenticate", NULL, 2 * seal_ps(n, AUTHENTICATE));
        check_adds(region, n, "channels.c.seal=encrypt", NULL, 2 * seal_ps(n, ENCRYPT));
        /* A write is a record; the reader takes its header and its data one after the other. */
        check_adds(ring, n, "channels.c.seal=encrypt", NULL,
                   seal_ps(HEADER + n, ENCRYPT) + seal_ps(HEADER, ENCRYPT) + seal_ps(n, ENCRYPT));
    }
    /* A packet, with its headers. */
    check_adds(fifo, 64, "channels.c.seal=encrypt", NULL, 2 * seal_ps(52 + HEADER + 64, ENCRYPT));
}
END_TEST

/* Where only its sender writes a block, the sender frees it when it sends the next one. */
START_TEST(test_rights)
{
    static const char nested[] = "hypervisor.mode=hardware-nested";
    const uint64_t pages = 3, grant = GRANT + (pages - 1) * GRANT_PAGE;
    const uint64_t told = 2 * WORD; /* a word that the receiver writes, and the sender reads */
    const uint64_t call = LEAVE + HYPERCALL + BACK;
    check_adds(region, 64, "channels.c.rights=read-only", NULL, told * 1000);
    check_adds(region, 64, "channels.c.rights=granted", NULL, (told + GRANT + REVOKE) * 1000);
    check_adds(region, 9000, "channels.c.rights=granted", NULL, (told + grant + REVOKE) * 1000);
    check_adds(region, 64, "channels.c.rights=granted", nested,
               (told + GRANT + REVOKE + 2 * call) * 1000);
    g_autoptr(IvcResult) result = run(region, 64, "channels.c.rights=read-only", NULL);
    check_count(result, "exposed_writes", 0, 0);
}
END_TEST

/* Messages times guests, by what they have mapped: a third guest that may map the region reads and
 * writes all of it, unless there is something against it. */
START_TEST(test_who_could_read_or_change_a_message)
{
    static const struct {
        const char *set;
        uint64_t reads, writes;
    } cases[] = {
        {"channels.c.rights=shared", 1, 2},     {"channels.c.rights=read-only", 1, 0},
        {"channels.c.rights=granted", 0, 0},    {"channels.c.check=copy-first", 1, 2},
        {"channels.c.seal=authenticate", 1, 0}, {"channels.c.seal=encrypt", 0, 0},
    };
    for (size_t c = 0; c < G_N_ELEMENTS(cases); c++) {
        g_autoptr(IvcResult) result = run(region, 64, cases[c].set, "channels.c.access=[a, b, c]");
        check_count(result, "exposed_reads", 80 * cases[c].reads, 2);
        check_count(result, "exposed_writes", 80 * cases[c].writes, 4);
    }
    g_autoptr(IvcResult) two = run(region, 64, NULL, NULL);
    check_count(two, "exposed_reads", 0, 0);
    check_count(two, "exposed_writes", 80, 2);
    g_autoptr(IvcResult) packets = run(fifo, 64, NULL, NULL);
    check_count(packets, "double_fetches", 0, 0); /* copied before IP looks at them */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("isolation");
    TCase *tests = tcase_create("isolation");
    tcase_add_test(tests, test_copying_first_is_one_more_copy);
    tcase_add_test(tests, test_seals_cost_both_ends);
    tcase_add_test(tests, test_rights);
    tcase_add_test(tests, test_who_could_read_or_change_a_message);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
