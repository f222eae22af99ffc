/* What `show` prints of a scenario loads again, and its hash covers what decides a run. Every
 * shipped scenario makes the round trip. */
#include "tests/harness/bind_text.h"
#include "tests/harness/points.h"

static void round_trip(const char *file, const char *text, const IvcRegistry *registry)
{
    g_autofree char *out = NULL;
    g_autoptr(IvcScenario) s = bind_file(file, text, registry, NULL, &out);
    ck_assert_msg(s != NULL, "%s", out);
    g_autofree char *shown = ivc_scenario_show(s, true);
    g_autofree char *again_out = NULL;
    g_autoptr(IvcScenario) again = bind_file(file, shown, registry, NULL, &again_out);
    ck_assert_msg(again != NULL, "%s", again_out);
    g_autofree char *hash = ivc_scenario_hash(s);
    g_autofree char *again_hash = ivc_scenario_hash(again);
    ck_assert_str_eq(hash, again_hash);
    g_autofree char *plain = ivc_scenario_show(s, false);
    g_autofree char *twice = ivc_scenario_show(again, false);
    ck_assert_str_eq(plain, twice);
    size_t kinds[2][3];
    ivc_scenario_count_kinds(s, &kinds[0][0], &kinds[0][1], &kinds[0][2]);
    ivc_scenario_count_kinds(again, &kinds[1][0], &kinds[1][1], &kinds[1][2]);
    ck_assert_mem_eq(kinds[0], kinds[1], sizeof kinds[0]);
}

START_TEST(shows_what_loads_again)
{
    round_trip("a.yaml", ivc_fake_scenario, &ivc_fake_registry);
    g_autofree char *sweep_text = g_strconcat(ivc_fake_scenario,
                                              "about: 'a: \"b\" # c'\n"
                                              "sweep: {axes: {workload.message: {from: 8B, to: "
                                              "64B, times: 2}}, where: 'channel == shm'}\n"
                                              "report: {title: '2024', figures: [latency]}\n",
                                              NULL);
    round_trip("a.yaml", sweep_text, &ivc_fake_registry);
}
END_TEST

START_TEST(shipped_scenarios_show_what_loads_again)
{
    g_autoptr(GDir) dir = g_dir_open(IVC_SOURCE_DIR "/scenarios", 0, NULL);
    const char *name;
    ck_assert_ptr_nonnull(dir);
    while ((name = g_dir_read_name(dir))) {
        if (!g_str_has_suffix(name, ".yaml"))
            continue;
        g_autofree char *path = g_build_filename(IVC_SOURCE_DIR, "scenarios", name, NULL);
        g_autofree char *text = NULL;
        ck_assert(g_file_get_contents(path, &text, NULL, NULL));
        round_trip(path, text, &ivc_registry);
    }
}
END_TEST

START_TEST(show_names_origins)
{
    g_autoptr(IvcScenario) s = good(ivc_fake_scenario, NULL);
    g_autofree char *shown = ivc_scenario_show(s, true);
    ck_assert(g_str_has_prefix(
        shown, "schema: ivcsim/1\n"
               "name: fake                                              # a.yaml:2\n"
               "machine:\n"
               "  profile: tiny                                         # a.yaml:3\n"
               "  cores: {value: 4, kind: documented, source: \"page 1\"} # tiny.yaml:5\n"));
    ck_assert_ptr_nonnull(
        strstr(shown, "    entry: {value: 300cycles, kind: assumed, range: [100cycles, 600cycles], "
                      "source: \"similar cores\"} # tiny.yaml:11\n"));
    ck_assert_ptr_nonnull(
        strstr(shown, "    slots: 64                                           # default\n"));
}
END_TEST

static char *hash_with(const char *assignment)
{
    const char *sets[] = {assignment, NULL};
    g_autoptr(IvcScenario) s = good(ivc_fake_scenario, sets);
    return ivc_scenario_hash(s);
}

START_TEST(hash_covers_what_decides)
{
    static const char *const other[] = {"workload.message=1KiB",
                                        "machine.clock=1GHz",
                                        "machine.interrupt.exit=1ns",
                                        "guests.sender.cores=[2]",
                                        "channels.shm.slots=65",
                                        "channel=one-os",
                                        "limits.horizon=1s",
                                        "workload.seed=2",
                                        "hypervisor.mode=native",
                                        "workload.window=2",
                                        "channels.shm.between=[receiver, sender]"};
    static const char *const same[] = {"name=other",
                                       "about=x",
                                       "channels.one-os.delay=1ns",
                                       "report={title: x}",
                                       "machine.clock=0.8GHz",
                                       "sweep={axes: {workload.seed: [1]}}",
                                       "channels.shm.between=[sender, receiver]",
                                       "channels.shm.mode=partitioned",
                                       "machine.cores={value: 4, kind: assumed}"};
    g_autofree char *base = hash_with("channel=shm");
    ck_assert_uint_eq(strlen(base), 64);
    for (size_t i = 0; i < G_N_ELEMENTS(other); i++) {
        g_autofree char *hash = hash_with(other[i]);
        ck_assert_msg(strcmp(hash, base) != 0, "%s", other[i]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(same); i++) {
        g_autofree char *hash = hash_with(same[i]);
        ck_assert_msg(strcmp(hash, base) == 0, "%s", same[i]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario_show");
    TCase *tests = tcase_create("scenario_show");
    tcase_add_test(tests, shows_what_loads_again);
    tcase_add_test(tests, shipped_scenarios_show_what_loads_again);
    tcase_add_test(tests, show_names_origins);
    tcase_add_test(tests, hash_covers_what_decides);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
