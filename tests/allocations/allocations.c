/* Between the end of the warm-up and the end of the measured phase a run allocates nothing: every
 * shipped scenario, every channel, many sizes, every message simulated.
 *
 * The program defines malloc() and its kin, so that the libraries call these, too; they count while
 * a point measures, and hand on to the C library's own. */
#include "tests/harness/points.h"

#include <string.h>

#ifdef __GLIBC__

/* Names of the C library for its allocator, for programs that put theirs in front. */
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t n, size_t bytes);
void *__libc_realloc(void *block, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);

static const IvcMeasure *watched; /* the point under simulation */
static uint64_t calls;
static size_t first_bytes;
static uint64_t first_at; /* messages delivered */

static void count(size_t bytes)
{
    if (!watched || !watched->measuring || watched->ended)
        return;
    if (calls++ == 0) {
        first_bytes = bytes;
        first_at = watched->delivered;
    }
}

void *malloc(size_t bytes)
{
    count(bytes);
    return __libc_malloc(bytes);
}

void *calloc(size_t n, size_t bytes)
{
    count(n * bytes);
    return __libc_calloc(n, bytes);
}

void *realloc(void *block, size_t bytes)
{
    count(bytes);
    return __libc_realloc(block, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
    count(bytes);
    return __libc_memalign(alignment, bytes);
}

static void run(const IvcScenario *scenario, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IvcPoint) point = ivc_point_new(scenario, &error);
    ck_assert_msg(point, "%s: %s", name, error ? error->message : "");
    calls = 0;
    watched = &point->platform.measure;
    IvcStop stop = ivc_sim_run(&point->platform.sim);
    bool ended = watched->ended;
    watched = NULL;
    ck_assert_int_eq(stop, IVC_STOP_NONE);
    ck_assert_msg(ended, "%s never ended", name);
    ck_assert_msg(calls == 0,
                  "%s allocates %" G_GUINT64_FORMAT
                  " times; first %zu bytes after %" G_GUINT64_FORMAT " messages",
                  name, calls, first_bytes, first_at);
}

/* Every channel of a shipped scenario, with the sizes that it can send. */
static void run_all(const char *file, const char *const *more)
{
    static const char *const sizes[] = {"1B", "8B", "64B", "1KiB", "4KiB", "64KiB", "1MiB"};
    g_autofree char *path = g_build_filename(IVC_SOURCE_DIR, "scenarios", file, NULL);
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autoptr(IvcScenarioSource) source = ivc_scenario_source_load(path, &ivc_registry, diags);
    ck_assert_ptr_nonnull(source);
    g_autoptr(IvcScenario) whole = ivc_scenario_bind(source, more, diags);
    ck_assert_ptr_nonnull(whole);
    for (unsigned c = 0; c < whole->n_channels; c++)
        for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
            const char *name = whole->channels[c].name;
            bool words = g_str_equal(whole->channels[c].mechanism->head.name, "register");
            if (words && s > 2)
                continue;
            g_autofree char *channel = g_strconcat("channel=", name, NULL);
            g_autofree char *message = g_strconcat("workload.message=", sizes[s], NULL);
            g_autofree char *most =
                g_strdup_printf("workload.messages_max=%d", s > 4 ? 3000 : 30000);
            const char *const sets[] = {channel, message, most, more[0], NULL};
            g_autoptr(IvcScenario) scenario = ivc_scenario_bind(source, sets, diags);
            ck_assert_ptr_nonnull(scenario);
            g_autofree char *what = g_strdup_printf("%s, %s of %s", file, name, sizes[s]);
            run(scenario, what);
        }
}

START_TEST(test_streams)
{
    run_all("octeon-registers-vs-mpich2.yaml", (const char *const[]){NULL});
}
END_TEST

START_TEST(test_pingpongs)
{
    run_all("loongson3a-pingpong.yaml", (const char *const[]){NULL});
}
END_TEST

START_TEST(test_pairs)
{
    run_all("octeon-registers-vs-mpich2.yaml",
            (const char *const[]){"workload.kind=pingpong", NULL});
}
END_TEST

/* Would an allocation be seen? */
START_TEST(test_counts)
{
    const IvcMeasure measuring = {.measuring = true, .delivered = 7};
    calls = 0;
    watched = &measuring;
    g_free(g_malloc(24));
    g_free(g_new0(uint64_t, 3));
    watched = NULL;
    g_free(g_malloc(24));
    ck_assert_uint_eq(calls, 2);
    ck_assert_uint_eq(first_bytes, 24);
    ck_assert_uint_eq(first_at, 7);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("allocations");
    TCase *tcase = tcase_create("measured phase");
    tcase_add_test(tcase, test_counts);
    tcase_add_test(tcase, test_streams);
    tcase_add_test(tcase, test_pingpongs);
    tcase_add_test(tcase, test_pairs);
    suite_add_tcase(suite, tcase);
    return points_main(suite);
}

#else

int main(void)
{
    return 77; /* another C library: no way to its own allocator is known here */
}

#endif
