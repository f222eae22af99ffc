/* Guarding never makes a channel faster: an IOMMU that does more for each packet, a copy before the
 * check, seals and rights, over random costs and sizes. And what a guard costs is what it says. */
#include "tests/harness/counts.h"
#include "tests/harness/points.h"
#include "tests/harness/random_scenario.h"

#define CASES 40

static IvcResult *run_set(const char *text, const char *a, const char *b)
{
    return points_run(text, (const char *[]){a, b, NULL});
}

static const RandomScenario any = {.nanoseconds = true, .unpaced = true};

static char *head_of(GRand *rand)
{
    GString *text = g_string_new("schema: ivcsim/1\nname: isolation\n");
    random_machine(rand, text, "loongson3a", &any);
    g_string_append(text, "guests: {a: {cores: [0]}, b: {cores: [1]}}\n");
    return g_string_free(text, FALSE);
}

static char *work_of(GRand *rand, guint most)
{
    guint message = random_log(rand, 1, most);
    return g_strdup_printf("workload: {kind: pingpong, message: %uB, total: %uB, warmup: 4}\n",
                           message, 20 * message);
}

/* An unloaded message, with costs by chance. What is interrupted for, and so how messages of a
 * stream come together, is another question: there a delay can make a channel faster. */
START_TEST(test_a_policy_that_does_more_is_never_faster)
{
    static const char *const policies[] = {"none", "passthrough", "strict"};
    uint32_t seed = points_seed("property_isolation", 20151015), only = points_only_case();
    for (uint32_t i = 0; i < CASES; i++) {
        if (only != UINT32_MAX && i != only)
            continue;
        GRand *rand = g_rand_new_with_seed_array((const guint32[]){seed, i}, 2);
        g_autofree char *head = head_of(rand);
        GString *channel = g_string_new("channels: {c: {mechanism: sr-iov, trusted: true,");
        random_cost(rand, channel, "map", 2000, &any);
        random_cost(rand, channel, "unmap", 2000, &any);
        random_cost(rand, channel, "invalidate", 5000, &any);
        g_string_append_printf(channel, " iotlb: %u, walk: %uns, walkers: %u}}\n",
                               random_log(rand, 8, 512), random_log(rand, 0, 3000),
                               random_log(rand, 1, 8));
        g_autofree char *work = work_of(rand, 1300);
        g_autofree char *text = g_strconcat(head, channel->str, work, NULL);
        g_string_free(channel, TRUE);
        g_rand_free(rand);
        uint64_t before = 0;
        for (size_t p = 0; p < G_N_ELEMENTS(policies); p++) {
            g_autofree char *set = g_strconcat("channels.c.iommu=", policies[p], NULL);
            g_autoptr(IvcResult) result = run_set(text, set, NULL);
            ck_assert_msg(result->elapsed_ps >= before, "%s (IVC_TEST_CASE=%u)\n%s", policies[p], i,
                          text);
            before = result->elapsed_ps;
        }
    }
}
END_TEST

static const struct {
    const char *channel;
    const char *guards[7];
} ways[] = {
    {"shmem, region: 64KiB",
     {"check=copy-first", "seal=authenticate", "seal=encrypt", "rights=granted", NULL}},
    {"shmem, region: 64KiB, rights: read-only", {"rights=granted", "check=copy-first", NULL}},
    {"xen-ring", {"check=copy-first", "seal=authenticate", "seal=encrypt", NULL}},
    {"xen-fifo", {"seal=authenticate", "seal=encrypt", NULL}},
};

/* A message takes longer, and the receiver copies its bytes once more or not at all. */
START_TEST(test_a_guard_is_never_faster)
{
    uint32_t seed = points_seed("property_isolation", 20151016), only = points_only_case();
    for (uint32_t i = 0; i < CASES; i++) {
        if (only != UINT32_MAX && i != only)
            continue;
        GRand *rand = g_rand_new_with_seed_array((const guint32[]){seed, i}, 2);
        size_t way = i % G_N_ELEMENTS(ways);
        g_autofree char *head = head_of(rand);
        g_autofree char *work = work_of(rand, 1300);
        g_autofree char *text =
            g_strdup_printf("%schannels: {c: {mechanism: %s}}\n%s", head, ways[way].channel, work);
        g_rand_free(rand);
        g_autoptr(IvcResult) without = run_set(text, NULL, NULL);
        for (size_t g = 0; ways[way].guards[g]; g++) {
            g_autofree char *set = g_strconcat("channels.c.", ways[way].guards[g], NULL);
            g_autoptr(IvcResult) with = run_set(text, set, NULL);
            bool copies = g_str_equal(ways[way].guards[g], "check=copy-first");
            g_autofree char *name = g_strdup_printf("%s (IVC_TEST_CASE=%u)\n%s", set, i, text);
            ck_assert_msg(with->latency_ps.min > without->latency_ps.min, "%s", name);
            ck_assert_msg(copies
                              ? count_of(with, "copies") > count_of(without, "copies")
                              : count_of(with, "copied_bytes") == count_of(without, "copied_bytes"),
                          "copies: %s", name);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("isolation");
    TCase *tests = tcase_create("isolation");
    tcase_add_test(tests, test_a_policy_that_does_more_is_never_faster);
    tcase_add_test(tests, test_a_guard_is_never_faster);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
