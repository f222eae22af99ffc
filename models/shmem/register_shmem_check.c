/* What can never work about registers and regions, beside the scenario. */
#include "models/shmem/register_shmem.h"

#include "sim/model/machine.h"

uint64_t ivc_vmcomm_largest_block(const IvcVmcommSpec *spec)
{
    return ivc_region_block_bytes_max(spec->region.n, spec->block_min.n);
}

static IvcPlace place_of(const IvcScenario *scenario, const char *path, const char *key)
{
    g_autofree char *full = g_strdup_printf("%s.%s", path, key);
    return ivc_scenario_place(scenario, full);
}

void ivc_vmcomm_check_registers(const void *spec, const IvcScenario *scenario, const char *path,
                                IvcDiags *diags)
{
    (void)spec;
    const IvcMachineSpec *machine = ivc_scenario_machine(scenario);
    const IvcRegisterBlockOps *block = ivc_register_block_find(machine->registers_block);
    if (!block) {
        g_autofree char *hint = ivc_hint_names(machine->registers_block, ivc_register_block_names);
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-reference",
                      ivc_scenario_place(scenario, "machine.registers.block"), hint,
                      "unknown register block '%s'", machine->registers_block);
    } else if (machine->cores > block->cores_max) {
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict",
                      ivc_scenario_place(scenario, "machine.cores"), NULL,
                      "register block '%s' serves at most %u cores", block->name, block->cores_max);
        ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, ivc_scenario_place(scenario, path), NULL,
                      "used by this channel");
    }
}

static void check_access(const IvcVmcommSpec *spec, const IvcScenario *scenario, const char *path,
                         IvcDiags *diags)
{
    g_autofree char *list = g_strconcat(path, ".access", NULL);
    if (spec->access.n == 0 || !ivc_scenario_check_guests(scenario, list, diags))
        return;
    for (size_t g = 0;; g++) {
        const char *guest = ivc_scenario_channel_guest(scenario, path, g);
        if (!guest)
            return;
        bool listed = false;
        for (size_t i = 0; i < spec->access.n; i++)
            listed = listed || ivc_scenario_names_guest(scenario, spec->access.items[i], guest);
        if (listed)
            continue;
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-access", place_of(scenario, path, "access"),
                      NULL, "guest '%s' talks through this region but is not listed in 'access'",
                      guest);
        ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, place_of(scenario, path, "between"), NULL,
                      "'%s' takes part in the channel", guest);
    }
}

/* Two ranks take turns with one block; more of them may wait for each other unless each can have
 * one. */
static void check_room(const IvcVmcommSpec *spec, const IvcScenario *scenario, const char *path,
                       IvcDiags *diags)
{
    uint64_t ranks = ivc_scenario_channel_ranks(scenario, path);
    uint64_t blocks = spec->region.n / spec->block_min.n;
    if (ranks <= 2 || blocks >= ranks)
        return;
    g_autofree char *least =
        ivc_quantity_format(IVC_QUANTITY_SIZE, (IvcAmount){.n = spec->block_min.n});
    ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", place_of(scenario, path, "region"),
                  "make the region larger or 'block_min' smaller",
                  "%" G_GUINT64_FORMAT " ranks could wait for each other for ever: the region has "
                  "room for %" G_GUINT64_FORMAT " blocks of %s ('block_min')",
                  ranks, blocks, least);
}

void ivc_vmcomm_check_region(const void *bound, const IvcScenario *scenario, const char *path,
                             IvcDiags *diags)
{
    const IvcVmcommSpec *spec = bound;
    const IvcMachineSpec *machine = ivc_scenario_machine(scenario);
    IvcRegionSpec region = {
        .size_bytes = spec->region.n, .block_bytes_min = spec->block_min.n, .guests = {1}};
    const char *problem = ivc_region_spec_problem(&region);
    bool block_is_power = (spec->block_min.n & (spec->block_min.n - 1)) == 0;
    g_autofree char *least =
        ivc_quantity_format(IVC_QUANTITY_SIZE, (IvcAmount){.n = spec->block_min.n});
    ivc_vmcomm_check_registers(bound, scenario, path, diags);
    ivc_guard_check(&spec->guard, scenario, path, diags);
    check_access(spec, scenario, path, diags);
    if (problem)
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict",
                      place_of(scenario, path, block_is_power ? "region" : "block_min"), NULL,
                      "the region cannot work: %s", problem);
    if (problem && block_is_power)
        ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, place_of(scenario, path, "block_min"), NULL,
                      "'block_min' is %s", least);
    if (spec->region.n > machine->memory_size.n) {
        g_autofree char *has =
            ivc_quantity_format(IVC_QUANTITY_SIZE, (IvcAmount){.n = machine->memory_size.n});
        ivc_scenario_conflict(scenario, path, "region", NULL,
                              "the region is larger than the machine's memory", diags);
        ivc_diags_add(diags, IVC_DIAG_NOTE, NULL,
                      ivc_scenario_place(scenario, "machine.memory.size"), NULL,
                      "the machine has %s", has);
    }
    if (!problem)
        check_room(spec, scenario, path, diags);
    if (!problem && spec->piece.n > ivc_vmcomm_largest_block(spec)) {
        g_autofree char *most = ivc_quantity_format(
            IVC_QUANTITY_SIZE, (IvcAmount){.n = ivc_vmcomm_largest_block(spec)});
        ivc_diags_add(diags, IVC_DIAG_ERROR, "config-conflict", place_of(scenario, path, "piece"),
                      NULL, "the region can never serve a block of this size; its largest is %s",
                      most);
        ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, place_of(scenario, path, "region"), NULL,
                      "the region");
    }
}
