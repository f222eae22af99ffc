/* Scenarios against a registry of fakes: binding, checks between objects, overrides, profiles,
 * counted guests. */
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness/bind_text.h"
#include "tests/harness/check.h"

START_TEST(binds)
{
    g_autoptr(IvcScenario) s = good(ivc_fake_scenario, NULL);
    const IvcFakeMachine *machine = s->machine;
    ck_assert_str_eq(s->name, "fake");
    ck_assert_ptr_null(s->about);
    ck_assert_str_eq(s->file, "a.yaml");
    ck_assert_str_eq(s->profile, "tiny");
    ck_assert_uint_eq(machine->cores, 4);
    ck_assert_uint_eq(machine->clock.hz, 800000000);
    ck_assert_uint_eq(machine->interrupt_entry.n, 300);
    ck_assert_uint_eq(machine->interrupt_exit.n, 50);
    ck_assert_str_eq(machine->registers_block, "mailbox");
    ck_assert_int_eq(s->mode, IVC_MODE_PARTITIONED);
    ck_assert_uint_eq(s->n_guests, 2);
    ck_assert_str_eq(s->guests[1].name, "receiver");
    ck_assert_uint_eq(s->guests[1].cores.items[0], 1);
    ck_assert_uint_eq(s->n_channels, 2);
    ck_assert_ptr_eq(s->channel, &s->channels[0]);
    ck_assert_uint_eq(((const IvcFakeRing *)s->channel->spec)->region.n, 1048576);
    ck_assert_uint_eq(s->channel->n_between, 2);
    ck_assert_uint_eq(s->channel->between[1], 1);
    ck_assert_int_eq(s->channels[1].mode, IVC_MODE_NATIVE);
    ck_assert_uint_eq(s->workload.total.n, 1073741824);
    ck_assert_uint_eq(s->workload.messages_max, 1000000000000);
    ck_assert_uint_eq(((const IvcFakeStream *)s->workload.spec)->window, 1);
    ck_assert_uint_eq(s->limits.horizon.ps, IVC_TIME_HORIZON);
    size_t all;
    size_t assumed;
    size_t calibrated;
    ivc_scenario_count_kinds(s, &all, &assumed, &calibrated);
    ck_assert_uint_eq(all, 7); /* without four choices of a design */
    ck_assert_uint_eq(assumed, 2);
    ck_assert_uint_eq(calibrated, 0);
}
END_TEST

START_TEST(overrides)
{
    static const char *const sets[] = {
        "machine.clock=1GHz",     "channel=one-os",   "machine.interrupt={entry: 48ns}",
        "hypervisor.mode=native", "workload.ranks=2", NULL};
    g_autoptr(IvcScenario) s = good(ivc_fake_scenario, sets);
    const IvcFakeMachine *machine = s->machine;
    ck_assert_uint_eq(machine->clock.hz, 1000000000);
    ck_assert(machine->interrupt_entry.is_time);
    ck_assert_uint_eq(machine->interrupt_exit.n, 50);
    ck_assert_str_eq(s->channel->name, "one-os");
    const IvcBound *clock = ivc_binding_find(s->binding, "machine.clock");
    ck_assert_str_eq(clock->origin, "--set argument 1");
    ck_assert_int_eq(clock->kind, IVC_KIND_DESIGN);
    ck_assert_str_eq(ivc_binding_find(s->binding, "machine.cores")->origin, "tiny.yaml:5");
    IvcPlace place = ivc_scenario_place(s, "machine.cores");
    ck_assert_uint_eq(place.line, 5);
    ck_assert_uint_eq(place.column, 18);
    ck_assert_uint_eq(ivc_scenario_place(s, "channels.shm.slots").line, 8);
    ck_assert_uint_eq(ivc_scenario_place(s, "nothing").line, 0);
}
END_TEST

/* One change of the fake scenario and everything that is said about it. */
static const struct {
    const char *old;
    const char *new;
    const char *message;
} bad[] = {
    {"schema: ivcsim/1\n", "",
     "a.yaml:1:1: error: missing key 'schema' [config-schema]\n"
     "    1 | name: fake\n      | ^\n"
     "   hint: begin with 'schema: ivcsim/1'\n"},
    {"ivcsim/1", "ivcsim/2",
     "a.yaml:1:9: error: this version reads the schema 'ivcsim/1' only [config-schema]\n"
     "    1 | schema: ivcsim/2\n      |         ^~~~~~~~\n"
     "   hint: the file was written for another version of this program\n"},
    {"schema: ivcsim/1\nname: fake\n", "name: fake\nschema: ivcsim/1\n",
     "a.yaml:2:1: error: 'schema' must be the first key [config-schema]\n"
     "    2 | schema: ivcsim/1\n      | ^~~~~~\n"},
    {"name: fake", "name: a/b",
     "a.yaml:2:7: error: 'a/b' cannot be the name of a scenario [config-type]\n"
     "    2 | name: a/b\n      |       ^~~\n"
     "   hint: up to 64 letters, digits, '-' and '_', a letter or digit first\n"},
    {"profile: tiny", "profile: tinny",
     "a.yaml:3:20: error: unknown profile 'tinny' [config-reference]\n"
     "    3 | machine: {profile: tinny}\n      |                    ^~~~~\n"
     "   hint: did you mean 'tiny'? There are: tiny\n"},
    {"profile: tiny", "profile: [x]",
     "a.yaml:3:20: error: 'profile': expected a name [config-type]\n"
     "    3 | machine: {profile: [x]}\n      |                    ^~~\n"},
    {"profile: tiny", "profile: none.yaml",
     "none.yaml: error: cannot read the file: No such file or directory [io]\n"
     "a.yaml:3:20: note: the profile is named here\n"
     "    3 | machine: {profile: none.yaml}\n      |                    ^~~~~~~~~\n"},
    {"machine: {profile: tiny}\n", "",
     "a.yaml:1:1: error: missing key 'machine' in the scenario [config-missing]\n"
     "    1 | schema: ivcsim/1\n      | ^\n"},
    {"profile: tiny", "cores: 4, clock: 1GHz, interrupt: {entry: 1ns}",
     "a.yaml:3:1: error: missing key 'rate' in 'machine.memory' [config-missing]\n"
     "    3 | machine: {cores: 4, clock: 1GHz, interrupt: {entry: 1ns}}\n      | ^~~~~~~\n"
     "   hint: rate: rate of the memory controller\n"},
    {"cores: [1]", "cores: [4]",
     "a.yaml:6:22: error: core 4 of guest 'receiver' does not exist [config-reference]\n"
     "    6 |   receiver: {cores: [4], memory: 512MiB}\n      |                      ^\n"
     "tiny.yaml:5:18: note: the chip has the cores 0 to 3\n"
     "    5 |   cores: {value: 4, kind: documented, source: page 1}\n      |                  ^\n"},
    {"cores: [1]", "cores: [0]",
     "a.yaml:6:22: error: core 0 of guest 'receiver' is owned already [config-conflict]\n"
     "    6 |   receiver: {cores: [0], memory: 512MiB}\n      |                      ^\n"
     "   hint: guests share cores under 'hypervisor.scheduler: credit2'\n"
     "a.yaml:5:20: note: guest 'sender' owns it\n"
     "    5 |   sender: {cores: [0], memory: 512MiB}\n      |                    ^\n"},
    {"cores: [1], memory: 512MiB", "cores: [1], memory: 1GiB",
     "a.yaml:6:34: error: with guest 'receiver' the guests own more memory than there is "
     "[config-conflict]\n"
     "    6 |   receiver: {cores: [1], memory: 1GiB}\n"
     "      |                                  ^~~~\n"
     "tiny.yaml:8:19: note: the machine has 1GiB\n"
     "    8 |     size: {value: 1GiB, kind: documented, source: page 2}\n"
     "      |                   ^~~~\n"},
    {"region: 1MiB", "between: [sender, reciever]",
     "a.yaml:8:44: error: unknown guest 'reciever' [config-reference]\n"
     "    8 |   shm: {mechanism: ring, between: [sender, reciever]}\n"
     "      |                                            ^~~~~~~~\n"
     "   hint: did you mean 'receiver'? There are: sender, receiver\n"},
    {"region: 1MiB", "between: [sender, sender]",
     "a.yaml:8:44: error: channel 'shm' joins guest 'sender' twice [config-conflict]\n"
     "    8 |   shm: {mechanism: ring, between: [sender, sender]}\n"
     "      |                                            ^~~~~~\n"},
    {"region: 1MiB", "between: []",
     "a.yaml:8:35: error: channel 'shm' joins no guest [config-range]\n"
     "    8 |   shm: {mechanism: ring, between: []}\n"
     "      |                                   ^~\n"},
    {"mechanism: ring", "mechanism: rign",
     "a.yaml:8:20: error: unknown mechanism 'rign' [config-reference]\n"
     "    8 |   shm: {mechanism: rign, region: 1MiB}\n      |                    ^~~~\n"
     "   hint: did you mean 'ring'? There are: ring, nemesis\n"},
    {"region: 1MiB", "slot: 1",
     "a.yaml:8:26: error: unknown key 'slot' in channel 'shm' (ring) [config-unknown-key]\n"
     "    8 |   shm: {mechanism: ring, slot: 1}\n      |                          ^~~~\n"
     "   hint: did you mean 'slots'? There are: mechanism, between, mode, region, slots, poll, "
     "copies, readers\n"},
    {", mode: native", "",
     "a.yaml:9:23: error: mechanism 'nemesis' shares memory inside one operating system "
     "[config-conflict]\n"
     "    9 |   one-os: {mechanism: nemesis}\n      |                       ^~~~~~~\n"
     "   hint: give this channel 'mode: native' or 'mode: container'\n"
     "note: under mode 'partitioned' every guest has an operating system of its own\n"},
    {"channels:\n", "channel: smh\nchannels:\n",
     "a.yaml:7:10: error: unknown channel 'smh' [config-reference]\n"
     "    7 | channel: smh\n      |          ^~~\n"
     "   hint: did you mean 'shm'? There are: shm, one-os\n"},
    {"  shm:", "  s.m:",
     "a.yaml:8:3: error: 's.m' cannot be the name of a channel [config-type]\n"
     "    8 |   s.m: {mechanism: ring, region: 1MiB}\n      |   ^~~\n"
     "   hint: up to 64 letters, digits, '-' and '_', a letter or digit first\n"},
    {"kind: stream", "kind: streem",
     "a.yaml:10:18: error: unknown workload 'streem' [config-reference]\n"
     "   10 | workload: {kind: streem, total: 1GiB, message: 64KiB}\n"
     "      |                  ^~~~~~\n"
     "   hint: did you mean 'stream'? There are: stream, pairs\n"},
    {"total: 1GiB", "totl: 1GiB",
     "a.yaml:10:26: error: unknown key 'totl' in workload (stream) [config-unknown-key]\n"
     "   10 | workload: {kind: stream, totl: 1GiB, message: 64KiB}\n"
     "      |                          ^~~~\n"
     "   hint: did you mean 'total'? There are: kind, total, message, messages_max, warmup, "
     "buffers, ranks, seed, sizes, arrivals, compute, window\n"},
    {"message: 64KiB", "message: 0B",
     "a.yaml:10:48: error: 'message': 0B is less than the minimum 1B [config-range]\n"
     "   10 | workload: {kind: stream, total: 1GiB, message: 0B}\n"
     "      |                                                ^~\n"},
    {"message: 64KiB", "ranks: 3",
     "a.yaml:10:46: error: 3 ranks need a core each [config-conflict]\n"
     "   10 | workload: {kind: stream, total: 1GiB, ranks: 3}\n"
     "      |                                              ^\n"
     "a.yaml:8:3: note: the guests of channel 'shm' own 2 cores\n"
     "    8 |   shm: {mechanism: ring, region: 1MiB}\n      |   ^~~\n"},
    {"stream, total: 1GiB", "pairs, ranks: 1",
     "a.yaml:10:32: error: workload 'pairs' needs at least 2 ranks, channel 'shm' gives 1 "
     "[config-conflict]\n"
     "   10 | workload: {kind: pairs, ranks: 1, message: 64KiB}\n"
     "      |                                ^\n"},
    {"region: 1MiB", "region: 4KiB",
     "a.yaml:8:34: error: the region is smaller than one message [config-conflict]\n"
     "    8 |   shm: {mechanism: ring, region: 4KiB}\n"
     "      |                                  ^~~~\n"},
    {"workload:", "report: {baseline: sh}\nworkload:",
     "a.yaml:10:20: error: unknown channel 'sh' [config-reference]\n"
     "   10 | report: {baseline: sh}\n      |                    ^~\n"
     "   hint: did you mean 'shm'? There are: shm, one-os\n"},
    {"guests:\n", "guests: {}\nold:\n",
     "a.yaml:4:9: error: 'guests' is empty [config-missing]\n"
     "    4 | guests: {}\n      |         ^~\n"
     "a.yaml:5:1: error: unknown key 'old' in a scenario [config-unknown-key]\n"
     "    5 | old:\n      | ^~~\n"
     "   hint: there are: schema, name, about, machine, hypervisor, guests, channels, channel, "
     "workload, cluster, limits, statistics, sweep, report\n"},
};

START_TEST(refuses)
{
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *text = with(bad[i].old, bad[i].new);
        g_autofree char *out = NULL;
        g_autoptr(IvcScenario) s = bind_with(text, &ivc_fake_registry, NULL, &out);
        ck_assert_str_eq(out, bad[i].message);
        ck_assert_ptr_null(s);
    }
}
END_TEST

START_TEST(all_errors_in_one_go)
{
    static const char *const sets[] = {"workload.seed=x", "bad", NULL};
    g_autofree char *text = with("cores: [1]", "cores: [9]");
    g_autofree char *out = NULL;
    ck_assert_ptr_null(bind_with(text, &ivc_fake_registry, sets, &out));
    ck_assert_ptr_nonnull(strstr(out, "core 9 of guest"));
    ck_assert_ptr_nonnull(strstr(out, "--set argument 1:1:15: error: 'seed': expected a whole"));
    ck_assert_ptr_nonnull(strstr(out, "--set argument 2:1:1: error: expected an assignment"));
}
END_TEST

/* What follows from an unknown mechanism or workload is not reported as well. */
START_TEST(no_follow_up_errors)
{
    g_autofree char *text = g_strconcat(
        ivc_fake_scenario,
        "sweep: {axes: {channels.shm.slots: [1]}, where: workload.window == 1}\n", NULL);
    static const char *const sets[] = {"channels.shm.mechanism=x", "workload.kind=x", NULL};
    g_autofree char *out = NULL;
    ck_assert_ptr_null(bind_with(text, &ivc_fake_registry, sets, &out));
    ck_assert_str_eq(out, "--set argument 1:1:24: error: unknown mechanism 'x' [config-reference]\n"
                          "    1 | channels.shm.mechanism=x\n      |                        ^\n"
                          "   hint: there are: ring, nemesis\n"
                          "--set argument 2:1:15: error: unknown workload 'x' [config-reference]\n"
                          "    1 | workload.kind=x\n      |               ^\n"
                          "   hint: there are: stream, pairs\n");
}
END_TEST

START_TEST(maps_that_are_none)
{
    static const char *const sets[] = {"machine=5", "channels={a: b}", "limits=x",
                                       "report=[]", "guests.sender=1", "sweep=1",
                                       NULL};
    g_autofree char *out = NULL;
    ck_assert_ptr_null(bind_with(ivc_fake_scenario, &ivc_fake_registry, sets, &out));
    for (const char *const *what =
             (const char *const[]){"'machine'", "channel 'a'", "'limits'", "'report'",
                                   "guest 'sender'", "'sweep'", NULL};
         *what; what++) {
        g_autofree char *text = g_strdup_printf("error: %s: expected a map [config-type]", *what);
        ck_assert_msg(strstr(out, text) != NULL, "%s in %s", text, out);
    }
}
END_TEST

START_TEST(ranks_come_in_multiples)
{
    static const char *const sets[] = {"workload={kind: pairs}", "guests.receiver.cores=[1, 2]",
                                       NULL};
    g_autofree char *out = NULL;
    ck_assert_ptr_null(bind_with(ivc_fake_scenario, &ivc_fake_registry, sets, &out));
    ck_assert_ptr_nonnull(strstr(
        out, "error: workload 'pairs' needs a multiple of 2 ranks, not 3 [config-conflict]"));
}
END_TEST

START_TEST(warns_of_unused_guests)
{
    g_autofree char *text = with("channels:", "  spare: {cores: [2], memory: 1MiB}\nchannels:");
    g_autofree char *less = g_strdup(strstr(text, "memory: 512MiB}"));
    ck_assert_ptr_nonnull(less);
    static const char *const sets[] = {"channels.shm.between=[receiver, sender]",
                                       "guests.sender.memory=8MiB",
                                       "channels.one-os.between=[sender]", NULL};
    g_autofree char *out = NULL;
    g_autoptr(IvcScenario) s = bind_with(text, &ivc_fake_registry, sets, &out);
    ck_assert_ptr_nonnull(s);
    ck_assert_uint_eq(s->channel->between[0], 1);
    ck_assert_str_eq(out, "a.yaml:7:3: warning: guest 'spare' is on no channel [config-unused]\n"
                          "    7 |   spare: {cores: [2], memory: 1MiB}\n      |   ^~~~~\n");
}
END_TEST

/* A profile file beside the scenario: read once, checked with its provenance, shown by its path. */
START_TEST(profile_files)
{
    g_autofree char *folder = g_dir_make_tmp("ivc-XXXXXX", NULL);
    g_autofree char *profile = g_build_filename(folder, "p.yaml", NULL);
    g_autofree char *file = g_build_filename(folder, "s.yaml", NULL);
    g_autofree char *text = with("profile: tiny", "profile: p.yaml");
    const char *tiny = ivc_fake_registry.profiles[0].text;
    ck_assert(g_file_set_contents(file, text, -1, NULL));
    ck_assert(g_file_set_contents(profile, tiny, -1, NULL));
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autoptr(IvcScenarioSource) source = ivc_scenario_source_load(file, &ivc_fake_registry, diags);
    g_autoptr(IvcScenario) s = ivc_scenario_bind(source, NULL, diags);
    g_autoptr(IvcScenario) t = ivc_scenario_bind(source, NULL, diags);
    ck_assert(s && t);
    g_autoptr(IvcScenario) builtin = good(ivc_fake_scenario, NULL);
    g_autofree char *hash = ivc_scenario_hash(s);
    g_autofree char *expected = ivc_scenario_hash(builtin);
    ck_assert_str_eq(hash, expected);
    ck_assert_str_eq(ivc_binding_find(s->binding, "machine.profile")->text, profile);

    ck_assert(g_file_set_contents(profile, "schema: x\nmachine: {clock: 1GHz}\nxx: 1\n", -1, NULL));
    g_autoptr(IvcScenarioSource) again = ivc_scenario_source_load(file, &ivc_fake_registry, diags);
    ck_assert_ptr_null(ivc_scenario_bind(again, NULL, diags));
    g_autofree char *out = ivc_diags_render(diags);
    ck_assert_ptr_nonnull(strstr(out, "this is not a profile that this version reads"));
    ck_assert_ptr_nonnull(strstr(out, "unknown key 'xx' in a profile"));
    ck_assert_ptr_nonnull(strstr(out, "a profile needs a 'name'"));
    ck_assert_ptr_nonnull(strstr(out, "'clock' lacks its source [config-provenance]"));
    ck_assert_ptr_nonnull(strstr(out, "missing key 'cores' in machine"));
    ck_assert_uint_eq(ivc_diags_errors(diags), 7);
    g_unlink(profile);
    g_unlink(file);
    g_rmdir(folder);
}
END_TEST

static gpointer bind_often(gpointer data)
{
    IvcScenarioSource *source = data;
    for (int i = 0; i < 50; i++) {
        g_autoptr(IvcDiags) diags = ivc_diags_new();
        g_autoptr(IvcScenario) s = ivc_scenario_bind(source, NULL, diags);
        if (!s)
            return NULL;
    }
    return data;
}

/* The fake scenario with other guests, and with channels among all of them. */
static char *with_guests(const char *guests)
{
    const char *from = strstr(ivc_fake_scenario, "guests:\n");
    const char *to = strstr(ivc_fake_scenario, "channels:\n");
    ck_assert(from && to);
    g_autofree char *head = g_strndup(ivc_fake_scenario, (gsize)(from - ivc_fake_scenario));
    return g_strconcat(head, "guests:\n", guests, to, NULL);
}

START_TEST(counts_guests_out)
{
    g_autofree char *text = with_guests("  one: {cores: [0], memory: 2MiB}\n"
                                        "  vm: {count: 2, cores: [1], memory: 3MiB}\n"
                                        "  idle: {count: 3, cores: [], memory: 1MiB}\n");
    g_autoptr(IvcScenario) s = good(text, NULL);
    static const char *const names[] = {"one", "vm-0", "vm-1", "idle-0", "idle-1", "idle-2"};
    ck_assert_uint_eq(s->n_guests, 6);
    ck_assert_uint_eq(s->n_groups, 3);
    for (size_t g = 0; g < G_N_ELEMENTS(names); g++)
        ck_assert_str_eq(s->guests[g].name, names[g]);
    ck_assert_uint_eq(s->guests[1].cores.items[0], 1);
    ck_assert_uint_eq(s->guests[2].cores.items[0], 2);
    ck_assert_uint_eq(s->guests[2].memory.n, 3 << 20);
    ck_assert_uint_eq(s->guests[5].cores.n, 0);
    ck_assert(s->guests[5].idle && !s->guests[2].idle);
    ck_assert_uint_eq(s->channel->n_between, 3); /* those with cores */
    ck_assert_uint_eq(s->channel->between[2], 2);
    g_autofree char *shown = ivc_scenario_show(s, false);
    ck_assert_ptr_nonnull(strstr(shown, "  vm:\n    count: 2\n    cores: [1]\n"));
    g_autoptr(IvcScenario) again = good(shown, NULL);
    g_autofree char *hash = ivc_scenario_hash(s);
    g_autofree char *hash_again = ivc_scenario_hash(again);
    ck_assert_str_eq(hash, hash_again);
    static const char *const fewer[] = {"guests.vm.count=1", NULL};
    g_autoptr(IvcScenario) small = good(text, fewer);
    ck_assert_uint_eq(small->n_guests, 5);
    ck_assert_str_eq(small->guests[1].name, "vm-0");
}
END_TEST

START_TEST(channels_join_counted_guests)
{
    g_autofree char *text = with_guests("  one: {cores: [0], memory: 2MiB}\n"
                                        "  vm: {count: 2, cores: [1], memory: 3MiB}\n");
    static const char *const all[] = {"channels.shm.between=[vm, one]", NULL};
    static const char *const single[] = {"channels.shm.between=[vm-1, one]", NULL};
    g_autoptr(IvcScenario) s = good(text, all);
    ck_assert_uint_eq(s->channels[0].n_between + s->channels[1].n_between, 6);
    const IvcChannelSpec *shm = &s->channels[strcmp(s->channels[0].name, "shm") != 0];
    ck_assert_uint_eq(shm->between[0], 1);
    ck_assert_uint_eq(shm->between[1], 2);
    ck_assert_uint_eq(shm->between[2], 0);
    g_autoptr(IvcScenario) t = good(text, single);
    shm = &t->channels[strcmp(t->channels[0].name, "shm") != 0];
    ck_assert_uint_eq(shm->n_between, 2);
    ck_assert_uint_eq(shm->between[0], 2);
}
END_TEST

static const struct {
    const char *guests;
    const char *set;
    const char *says;
} counted_wrong[] = {
    {"  vm: {count: 5, cores: [0], memory: 1MiB}\n", NULL,
     "core 4 of guest 'vm-4' does not exist [config-reference]"},
    {"  vm: {count: 2, cores: [0, 1], memory: 1MiB}\n  b: {cores: [3], memory: 1MiB}\n", NULL,
     "core 3 of guest 'b' is owned already [config-conflict]"},
    {"  vm: {count: 2, cores: [0], memory: 1MiB}\n  vm-1: {cores: [3], memory: 1MiB}\n", NULL,
     "guest 'vm-1' of 'vm' has the name of another guest [config-conflict]"},
    {"  vm: {count: 0, cores: [0], memory: 1MiB}\n", NULL, "[config-range]"},
    {"  vm: {count: 4, cores: [0], memory: 1MiB}\n", "channels.shm.between=[vm, vm-3]",
     "channel 'shm' joins guest 'vm-3' twice [config-conflict]"},
    {"  vm: {count: 2, cores: [0], memory: 1MiB}\n  idle: {cores: [], memory: 1MiB}\n",
     "channels.shm.between=[vm, idle]",
     "channel 'shm' joins guest 'idle', which owns no core [config-conflict]"},
    {"  vm: {count: 4, cores: [0], memory: 1MiB}\n", "channels.shm.between=[vm-4]",
     "unknown guest 'vm-4' [config-reference]"},
};

START_TEST(refuses_counted_guests)
{
    g_autofree char *text = with_guests(counted_wrong[_i].guests);
    const char *sets[] = {counted_wrong[_i].set, NULL};
    g_autofree char *out = NULL;
    g_autoptr(IvcScenario) s = bind_with(text, &ivc_fake_registry, sets, &out);
    ck_assert_ptr_null(s);
    ck_assert_msg(strstr(out, counted_wrong[_i].says) != NULL, "%s", out);
}
END_TEST

START_TEST(binds_in_threads)
{
    g_autoptr(IvcDiags) diags = ivc_diags_new();
    g_autoptr(IvcScenarioSource) source = ivc_scenario_source_parse(
        "a.yaml", ivc_fake_scenario, strlen(ivc_fake_scenario), &ivc_fake_registry, diags);
    GThread *threads[4];
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("bind", bind_often, source);
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        ck_assert_ptr_eq(g_thread_join(threads[i]), source);
}
END_TEST

START_TEST(bounds_on_numbers_of_things)
{
    g_autoptr(GString) guests = g_string_new("guests:\n");
    g_string_append(guests, "  a: {count: 65536, cores: []}\n  b: {count: 1, cores: []}\n");
    g_autofree char *text = with("guests:\n", guests->str);
    g_autofree char *out = NULL;
    ck_assert_ptr_null(bind_with(text, &ivc_fake_registry, NULL, &out));
    ck_assert_ptr_nonnull(strstr(out, "'guests': more than 65536 [config-limit]"));
    g_autofree char *list = NULL;
    ck_assert_ptr_null(bind_with("[1]", &ivc_fake_registry, NULL, &list));
    ck_assert_ptr_nonnull(strstr(list, "a scenario is a map of keys [config-type]"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario");
    TCase *tests = tcase_create("scenario");
    tcase_add_test(tests, binds);
    tcase_add_test(tests, overrides);
    tcase_add_test(tests, refuses);
    tcase_add_test(tests, all_errors_in_one_go);
    tcase_add_test(tests, no_follow_up_errors);
    tcase_add_test(tests, maps_that_are_none);
    tcase_add_test(tests, ranks_come_in_multiples);
    tcase_add_test(tests, warns_of_unused_guests);
    tcase_add_test(tests, profile_files);
    tcase_add_test(tests, counts_guests_out);
    tcase_add_test(tests, channels_join_counted_guests);
    tcase_add_loop_test(tests, refuses_counted_guests, 0, G_N_ELEMENTS(counted_wrong));
    tcase_add_test(tests, binds_in_threads);
    tcase_add_test(tests, bounds_on_numbers_of_things);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
