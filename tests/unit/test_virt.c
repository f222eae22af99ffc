/* The modes' tables against the parameters they name, what a mode makes of a scenario's identity,
 * and what of it a report counts. */
#include "models/cpu/profile.h"
#include "tests/harness/points.h"

/* Each cost but none, and but the walk that follows from others, is a parameter of its name. */
START_TEST(test_costs_are_parameters)
{
    unsigned found = 0;
    for (const IvcParam *row = ivc_virt_params; row->key; row++) {
        if (row->type != IVC_PARAM_COST)
            continue;
        size_t first = offsetof(IvcMachineSpec, virtualisation.cost);
        size_t cost = (row->offset - first) / sizeof(IvcCost);
        ck_assert_uint_lt(cost, IVC_VIRT_COSTS);
        ck_assert_str_eq(ivc_virt_cost_names[cost], row->key);
        ck_assert_ptr_nonnull(row->source);
        found++;
    }
    ck_assert_uint_eq(found, IVC_VIRT_COSTS - 2);
    ck_assert_ptr_null(ivc_virt_cost_names[IVC_VIRT_COST_NONE]);
}
END_TEST

/* A row that is native costs nothing; one that traps leaves the guest and enters it again. */
START_TEST(test_rows_are_whole)
{
    for (int m = 0; m < IVC_MODES; m++)
        for (int e = 0; e < IVC_VIRT_EVENTS; e++) {
            const IvcVirtRow *row = ivc_virt_row((IvcMode)m, (IvcVirtEvent)e);
            bool traps = row->how == IVC_VIRT_TRAPS;
            ck_assert_int_eq(row->handling != IVC_VIRT_COST_NONE, row->how != IVC_VIRT_NATIVE);
            ck_assert_int_eq(row->exit != IVC_VIRT_COST_NONE, traps);
            ck_assert(row->entry != IVC_VIRT_COST_NONE || !traps);
            bool hardware = ivc_mode_needs((IvcMode)m) != IVC_EXTENSION_NONE;
            if (traps)
                ck_assert_int_eq(row->exit, hardware ? IVC_VIRT_COST_EXIT : IVC_VIRT_COST_TRAP);
        }
    for (int m = 0; m < IVC_MODES; m++)
        ck_assert_ptr_nonnull(ivc_mode_names[m]);
    ck_assert_ptr_null(ivc_mode_names[IVC_MODES]);
    ck_assert(!ivc_mode_costs(IVC_MODE_PARTITIONED));
    ck_assert(!ivc_mode_costs(IVC_MODE_NATIVE));
    ck_assert(ivc_mode_costs(IVC_MODE_CONTAINER));
}
END_TEST

static const char text[] = "schema: ivcsim/1\nname: case\n"
                           "machine: {profile: loongson3a5000}\n"
                           "guests:\n"
                           "  a: {cores: [0], memory: 64MiB}\n"
                           "  b: {cores: [1], memory: 64MiB}\n"
                           "channels: {c: {mechanism: register-shmem}}\n"
                           "workload: {kind: pingpong, message: 64B, total: 1KiB}\n";

static char *hash_of(const char *mode, const char *set)
{
    g_autofree char *set_mode = g_strconcat("hypervisor.mode=", mode, NULL);
    g_autoptr(IvcScenario) scenario = points_bind(text, (const char *[]){set_mode, set, NULL});
    return ivc_scenario_hash(scenario);
}

/* Which costs make another run of it, by mode. */
static const struct {
    const char *set;
    bool decides[IVC_MODES];
} identities[] = {
    {"machine.virtualisation.exit=7ns", {0, 0, 0, 0, 0, 1, 1}},
    {"machine.virtualisation.trap=7ns", {0, 0, 0, 1, 1, 0, 0}},
    {"machine.virtualisation.trace=7ns", {0, 0, 0, 1, 0, 0, 0}},
    {"machine.virtualisation.shadow=7ns", {0, 0, 0, 0, 0, 1, 0}},
    {"machine.virtualisation.filter=7ns", {0, 0, 1, 0, 0, 0, 0}},
    {"machine.virtualisation.walk.reference=7ns", {0, 0, 0, 0, 0, 0, 1}},
    {"machine.virtualisation.tlb.entries=7", {0, 0, 0, 0, 0, 0, 1}},
    {"machine.virtualisation.tlb.tags=false", {0, 0, 0, 0, 0, 1, 1}},
    {"machine.virtualisation.tlb.page=8KiB", {0, 0, 0, 1, 1, 1, 1}},
    {"machine.virtualisation.interface=virtual", {0, 0, 0, 0, 0, 1, 1}},
    {"machine.virtualisation.clock=7ns", {0, 0, 0, 0, 0, 0, 0}}, /* nobody reads time stamps */
    {"machine.virtualisation.native.time_stamp=7ns", {0, 0, 0, 0, 0, 0, 0}},
    {"hypervisor.tsc.policy=trapped", {0, 0, 0, 0, 0, 0, 0}},
    {"machine.virtualisation.native.port=7ns", {0, 0, 0, 0, 0, 0, 0}},
};

START_TEST(test_identity)
{
    for (int m = 0; m < IVC_MODES; m++) {
        g_autofree char *plain = hash_of(ivc_mode_names[m], NULL);
        g_autofree char *set = hash_of(ivc_mode_names[m], identities[_i].set);
        ck_assert_msg(g_str_equal(plain, set) != identities[_i].decides[m], "%s under %s",
                      identities[_i].set, ivc_mode_names[m]);
    }
}
END_TEST

/* A run counts the parameters that it uses: none of a hypervisor that is not there. */
START_TEST(test_counted_parameters)
{
    size_t all[IVC_MODES], assumed, calibrated;
    for (int m = 0; m < IVC_MODES; m++) {
        g_autofree char *set = g_strconcat("hypervisor.mode=", ivc_mode_names[m], NULL);
        g_autoptr(IvcScenario) scenario = points_bind(text, (const char *[]){set, NULL});
        ivc_scenario_count_kinds(scenario, &all[m], &assumed, &calibrated);
    }
    ck_assert_uint_eq(all[IVC_MODE_NATIVE], all[IVC_MODE_PARTITIONED]);
    ck_assert_uint_eq(all[IVC_MODE_CONTAINER], all[IVC_MODE_PARTITIONED] + 1);
    ck_assert_uint_gt(all[IVC_MODE_PARAVIRTUAL], all[IVC_MODE_CONTAINER]);
}
END_TEST

/* What is read decides when the workload reads it. */
START_TEST(test_identity_of_time_stamps)
{
    static const char *const sets[] = {"hypervisor.tsc.policy=trapped",
                                       "machine.virtualisation.native.time_stamp=7ns"};
    static const char on[] = "workload.time_stamps=true";
    g_autoptr(IvcScenario) plain = points_bind(text, (const char *[]){NULL});
    g_autoptr(IvcScenario) off =
        points_bind(text, (const char *[]){"workload.time_stamps=false", NULL});
    g_autoptr(IvcScenario) reads = points_bind(text, (const char *[]){on, NULL});
    g_autofree char *plain_hash = ivc_scenario_hash(plain), *off_hash = ivc_scenario_hash(off);
    g_autofree char *hash = ivc_scenario_hash(reads);
    ck_assert_str_eq(plain_hash, off_hash);
    ck_assert_str_ne(plain_hash, hash);
    for (size_t i = 0; i < G_N_ELEMENTS(sets); i++) {
        g_autoptr(IvcScenario) other = points_bind(text, (const char *[]){on, sets[i], NULL});
        g_autofree char *other_hash = ivc_scenario_hash(other);
        ck_assert_str_ne(hash, other_hash);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("virt");
    TCase *tests = tcase_create("virt");
    tcase_add_test(tests, test_costs_are_parameters);
    tcase_add_test(tests, test_rows_are_whole);
    tcase_add_loop_test(tests, test_identity, 0, G_N_ELEMENTS(identities));
    tcase_add_test(tests, test_identity_of_time_stamps);
    tcase_add_test(tests, test_counted_parameters);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
