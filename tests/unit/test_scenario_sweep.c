/* Sweeps of scenarios against a registry of fakes: which points they have, in what order, and what
 * is refused. */
#include "tests/harness/bind_text.h"
#include "tests/harness/points.h"

/* The fake scenario with a sweep, expanded; points as text, one a line, or the diagnostics. */
static char *sweep(const char *yaml)
{
    g_autofree char *text = g_strconcat(ivc_fake_scenario, "sweep:\n", yaml, NULL);
    g_autofree char *out = NULL;
    g_autoptr(IvcScenario) s = bind_with(text, &ivc_fake_registry, NULL, &out);
    if (!s)
        return g_steal_pointer(&out);
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_auto(IvcPoints) points = {0};
    if (!ivc_scenario_points(s, &points, diags))
        return ivc_diags_render(diags);
    GString *all = g_string_new(NULL);
    for (size_t i = 0; i < points.n; i++) {
        g_autofree char *line = g_strjoinv(" ", (char **)points.sets[i]);
        g_string_append_printf(all, "%s\n", line);
    }
    g_autofree char *said = ivc_diags_render(diags);
    g_string_append(all, said);
    return g_string_free(all, FALSE);
}

static const struct {
    const char *yaml;
    const char *result;
} sweeps[] = {
    {"  axes: {channel: [shm, one-os], workload.message: [8B, 1 KiB]}\n",
     "channel=shm workload.message=8B\nchannel=shm workload.message=1 KiB\n"
     "channel=one-os workload.message=8B\nchannel=one-os workload.message=1 KiB\n"},
    {"  axes: {workload.message: {from: 8B, to: 70B, times: 2}}\n",
     "workload.message=8B\nworkload.message=16B\nworkload.message=32B\nworkload.message=64B\n"},
    {"  axes: {workload.window: {from: 1, to: 7, step: 3}}\n",
     "workload.window=1\nworkload.window=4\nworkload.window=7\n"},
    {"  axes: {machine.interrupt.entry: {from: 0, to: 20ns, step: 10ns}}\n",
     "machine.interrupt.entry=0ps\nmachine.interrupt.entry=10ns\nmachine.interrupt.entry=20ns\n"},
    {"  axes:\n    \"machine.clock, machine.interrupt.entry\": [[1GHz, 5cycles], [2GHz, 9ns]]\n"
     "    channels.shm.readers: [[], [a, 'b c']]\n",
     "machine.clock=1GHz machine.interrupt.entry=5cycles channels.shm.readers=[]\n"
     "machine.clock=1GHz machine.interrupt.entry=5cycles channels.shm.readers=[a, \"b c\"]\n"
     "machine.clock=2GHz machine.interrupt.entry=9ns channels.shm.readers=[]\n"
     "machine.clock=2GHz machine.interrupt.entry=9ns channels.shm.readers=[a, \"b c\"]\n"},
    {"  axes: {channel: [shm, one-os], workload.message: {from: 8B, to: 32B, times: 2}}\n"
     "  where: [channel != shm or workload.message <= 0.015625KiB]\n",
     "channel=shm workload.message=8B\nchannel=shm workload.message=16B\n"
     "channel=one-os workload.message=8B\nchannel=one-os workload.message=16B\n"
     "channel=one-os workload.message=32B\n"},
    {"  axes: {workload.seed: {from: 1, to: 9, step: 1}}\n"
     "  where: not (workload.seed < 3 or workload.seed > 7) and workload.seed != 5 and "
     "workload.seed >= 4 and workload.total == 1024MiB\n",
     "workload.seed=4\nworkload.seed=6\nworkload.seed=7\n"},
    {"  axes: {channels.one-os.eager: [true, false]}\n"
     "  where: [channels.one-os.eager == true, hypervisor.mode == partitioned]\n",
     "channels.one-os.eager=true\n"},
    {"  where: [channel == one-os]\n",
     "a.yaml:12:10: warning: the constraints leave no point [config-unused]\n"
     "   12 |   where: [channel == one-os]\n      |          ^~~~~~~~~~~~~~~~~~~\n"},
    {"  axes: {}\n", "\n"},
    {"  axes: {workload.seed: {from: 1, to: 9999, step: 1}, workload.warmup: {from: 1, to: 200, "
     "step: 1}}\n",
     "a.yaml:12:9: error: more than 1000000 points [config-limit]\n"},
    {"  axes: {machine.interrupt.entry: [5cycles, 9ns]}\n"
     "  where: machine.interrupt.entry <= 10cycles\n",
     "cycles and times cannot be compared: 'machine.interrupt.entry' is 9ns [config-unit]"},
};

START_TEST(expands_sweeps)
{
    for (size_t i = 0; i < G_N_ELEMENTS(sweeps); i++) {
        g_autofree char *result = sweep(sweeps[i].yaml);
        bool partial = strstr(sweeps[i].result, "cannot be compared") ||
                       strstr(sweeps[i].result, "1000000 points");
        if (partial && strstr(result, sweeps[i].result + 16))
            continue;
        ck_assert_str_eq(result, sweeps[i].result);
    }
}
END_TEST

/* What is said first about a sweep that is wrong. */
static const struct {
    const char *yaml;
    const char *line;
} bad_sweeps[] = {
    {"  axes: {workload.mesage: [8B]}\n",
     "a.yaml:12:10: error: unknown path 'workload.mesage' [config-reference]"},
    {"  axes: {name: [a]}\n", "a.yaml:12:10: error: unknown path 'name' [config-reference]"},
    {"  axes: {machine.interrupt: [a]}\n",
     "a.yaml:12:10: error: unknown path 'machine.interrupt' [config-reference]"},
    {"  axes: {workload.message: [8B, 5ns]}\n",
     "a.yaml:12:33: error: 'message': expected a size, got a time [config-unit]"},
    {"  axes: {workload.message: [0B]}\n",
     "a.yaml:12:29: error: 'message': 0B is less than the minimum 1B [config-range]"},
    {"  axes: {channel: [shn]}\n", "a.yaml:12:20: error: unknown channel 'shn' [config-reference]"},
    {"  axes: {channels.shm.mechanism: [rong]}\n",
     "a.yaml:12:35: error: unknown mechanism 'rong' [config-reference]"},
    {"  axes: {workload.kind: [x]}\n",
     "a.yaml:12:26: error: unknown workload 'x' [config-reference]"},
    {"  axes: {machine.profile: [x]}\n",
     "a.yaml:12:28: error: unknown profile 'x' [config-reference]"},
    {"  axes: {channel: []}\n", "a.yaml:12:19: error: an axis without values [config-missing]"},
    {"  axes: {channel: shm}\n",
     "a.yaml:12:19: error: an axis is a list of values or a range {from, to, times} [config-type]"},
    {"  axes: [a]\n", "a.yaml:12:9: error: 'axes': expected a map of paths [config-type]"},
    {"  5\n", "a.yaml:12:3: error: 'sweep': expected a map [config-type]"},
    {"  axes: {workload.seed: {from: x, to: 2, step: 1}}\n",
     "a.yaml:12:32: error: 'seed': expected a whole number, got 'x' [config-type]"},
    {"  axes: {limits.events_max: [1B]}\n",
     "a.yaml:12:30: error: 'events_max': expected a whole number, got the unit 'B' [config-unit]"},
    {"  axes: {channels.shm: [a]}\n",
     "a.yaml:12:10: error: unknown path 'channels.shm' [config-reference]"},
    {"  axes: {channels.none.slots: [a]}\n",
     "a.yaml:12:10: error: unknown path 'channels.none.slots' [config-reference]"},
    {"  axes: {guests.none.cores: [a]}\n",
     "a.yaml:12:10: error: unknown path 'guests.none.cores' [config-reference]"},
    {"  axs: {}\n", "a.yaml:12:3: error: unknown key 'axs' in sweep [config-unknown-key]"},
    {"  axes: {channel: {from: a, to: b, step: 1}}\n",
     "a.yaml:12:19: error: a range is for numbers [config-type]"},
    {"  axes: {\"workload.seed,workload.warmup\": {from: 1, to: 2, step: 1}}\n",
     "a.yaml:12:43: error: a range is for one path [config-type]"},
    {"  axes: {\"workload.seed,workload.warmup\": [[1]]}\n",
     "a.yaml:12:44: error: expected a list of 2 values, one for each path [config-type]"},
    {"  axes: {workload.seed: {from: 1, to: 2}}\n",
     "a.yaml:12:10: error: missing key 'step' in a range [config-missing]"},
    {"  axes: {workload.seed: {from: 1, to: 2, step: 1, times: 2}}\n",
     "a.yaml:12:42: error: a range has either 'times' or 'step' [config-conflict]"},
    {"  axes: {workload.seed: {from: 1, to: 2, step: 0}}\n",
     "a.yaml:12:25: error: 'step' is 0 [config-range]"},
    {"  axes: {workload.seed: {from: 1, to: 8, times: 1}}\n",
     "a.yaml:12:25: error: a range with 'times' starts above 0 and multiplies by 2 or more "
     "[config-range]"},
    {"  axes: {workload.seed: {from: 3, to: 2, step: 1}}\n",
     "a.yaml:12:25: error: 'from' is larger than 'to' [config-range]"},
    {"  axes: {machine.interrupt.entry: {from: 3ns, to: 2cycles, step: 1ns}}\n",
     "a.yaml:12:35: error: 'from' is larger than 'to' [config-range]"},
    {"  axes: {machine.interrupt.entry: {from: 1cycles, to: 2ns, step: 1ns}}\n",
     "a.yaml:12:35: error: 'from' and 'to' are in different units [config-range]"},
    {"  axes: {machine.interrupt.entry: {from: 1ns, to: 2ns, step: 1cycles}}\n",
     "a.yaml:12:35: error: 'step' and 'to' are in different units [config-range]"},
    {"  axes: {workload.seed: {from: 1, to: 8, times: x}}\n",
     "a.yaml:12:49: error: 'times': expected a whole number, got 'x' [config-type]"},
    {"  axes: {workload.seed: {from: 1, to: 8, step: [1]}}\n",
     "a.yaml:12:48: error: expected a number [config-type]"},
    {"  axes: {workload.seed: {from: 1, to: 20000, step: 1}}\n",
     "a.yaml:12:10: error: an axis of more than 10000 values [config-limit]"},
    {"  axes: {workload.seed: [1], \"workload.seed,workload.warmup\": [[1, 2]]}\n",
     "a.yaml:12:30: error: path 'workload.seed' is on two axes [config-conflict]"},
    {"  where: workload.mesage < 5B\n",
     "a.yaml:12:10: error: unknown path 'workload.mesage' [config-reference]"},
    {"  where: \"workload.message < 5ns\"\n",
     "a.yaml:12:30: error: 'message': expected a size, got a time [config-unit]"},
    {"  where: [channel < shm]\n", "a.yaml:12:21: error: 'channel' is not a number [config-type]"},
    {"  where: [channel == smh]\n",
     "a.yaml:12:22: error: unknown channel 'smh' [config-reference]"},
    {"  where: [channels.shm.copies == tripel]\n",
     "a.yaml:12:34: error: 'copies' cannot be 'tripel' [config-choice]"},
    {"  where: guests.sender.cores == 1\n",
     "a.yaml:12:34: error: lists cannot be compared [config-syntax]"},
    {"  where: channel shm\n",
     "a.yaml:12:18: error: expected one of == != < <= > >= [config-syntax]"},
    {"  where: channel ==\n",
     "a.yaml:12:20: error: expected a value to compare with [config-syntax]"},
    {"  where: (channel == shm\n",
     "a.yaml:12:25: error: expected ')', 'and' or 'or' [config-syntax]"},
    {"  where: channel == shm shm\n",
     "a.yaml:12:25: error: expected 'and' or 'or' [config-syntax]"},
    {"  where: channel == shm and\n", "a.yaml:12:28: error: expected a path [config-syntax]"},
    {"  where: not\n", "a.yaml:12:13: error: expected a path [config-syntax]"},
    {"  where: \"((((((((((((((((((((((((((((((((((a\"\n",
     "a.yaml:12:43: error: more than 32 levels [config-syntax]"},
    {"  where: [[a]]\n", "a.yaml:12:11: error: expected a constraint [config-type]"},
};

START_TEST(refuses_sweeps)
{
    for (size_t i = 0; i < G_N_ELEMENTS(bad_sweeps); i++) {
        g_autofree char *result = sweep(bad_sweeps[i].yaml);
        char *end = strchr(result, '\n');
        ck_assert_ptr_nonnull(end);
        *end = '\0';
        ck_assert_str_eq(result, bad_sweeps[i].line);
    }
}
END_TEST

START_TEST(bounds_on_numbers_of_things)
{
    g_autoptr(GString) axes = g_string_new("  axes:\n");
    for (int i = 0; i < 17; i++)
        g_string_append_printf(axes, "    a%d: [1]\n", i);
    g_autoptr(GString) chain = g_string_new("  where: workload.seed == 1");
    for (int i = 0; i < 1001; i++)
        g_string_append(chain, " or workload.seed == 1");
    g_string_append_c(chain, '\n');
    g_autofree char *terms = sweep(chain->str);
    ck_assert_ptr_nonnull(strstr(terms, "a constraint of more than 1000 terms [config-syntax]"));
    /* However they are chained: 40 in each of 26 alternatives. The 1001st is pointed at. */
    g_autoptr(GString) both = g_string_new("  where: workload.seed == 1");
    for (int i = 1; i < 26 * 40; i++)
        g_string_append(both, i % 40 == 0 ? "  or workload.seed == 1" : " and workload.seed == 1");
    g_string_append_c(both, '\n');
    g_autofree char *mixed = sweep(both->str);
    ck_assert_ptr_nonnull(strstr(mixed, "a.yaml:12:23010: error: a constraint of more than 1000 "));
    g_autofree char *many = sweep(axes->str);
    ck_assert_ptr_nonnull(strstr(many, "more than 16 axes [config-limit]"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario_sweep");
    TCase *tests = tcase_create("scenario_sweep");
    tcase_add_test(tests, expands_sweeps);
    tcase_add_test(tests, refuses_sweeps);
    tcase_add_test(tests, bounds_on_numbers_of_things);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
