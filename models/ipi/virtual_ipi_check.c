/* What can never work about interrupts between virtual CPUs, beside the scenario. */
#include "models/ipi/virtual_ipi_private.h"

/* The deliveries that a chip has, for a hint. @return transfer full */
static char *names_for(unsigned chip)
{
    g_autoptr(GString) names = g_string_new("this chip has: ");
    for (const IvcVirqDelivery *d = ivc_virq_deliveries; d->name != NULL; d++)
        if (d->chips & chip)
            g_string_append_printf(names, "%s%s", d == ivc_virq_deliveries ? "" : ", ", d->name);
    return g_strdup(names->str);
}

static void check_chip(const IvcVirqDelivery *delivery, const IvcScenario *scenario,
                       const char *path, IvcDiags *diags)
{
    int controller = ivc_scenario_machine(scenario)->interrupt_controller;
    unsigned chip = controller == IVC_CONTROLLER_ANY ? IVC_CHIP_ANY : 1u << (controller - 1);
    if (delivery->chips & chip)
        return;
    g_autofree char *hint = names_for(chip);
    g_autofree char *text = g_strdup_printf(
        "delivery '%s' needs another interrupt controller than this chip has", delivery->name);
    ivc_scenario_conflict(scenario, path, "delivery", hint, text, diags);
    ivc_diags_add(diags, IVC_DIAG_NOTE, NULL,
                  ivc_scenario_place(scenario, "machine.interrupt.controller"), NULL,
                  "the chip's is '%s'", ivc_controller_names[controller]);
}

static void check_mode(const IvcVirqDelivery *delivery, const IvcScenario *scenario,
                       const char *path, IvcDiags *diags)
{
    IvcMode mode = IVC_MODE_PARTITIONED;
    size_t own = 0;
    while (!ivc_scenario_channel_is(scenario, own, path))
        own++;
    g_free(ivc_scenario_channel_mode(scenario, own, &mode));
    bool traps = ivc_virt_row(mode, IVC_VIRT_HALT)->how == IVC_VIRT_TRAPS;
    bool guest_mode = mode == IVC_MODE_HARDWARE_SHADOW || mode == IVC_MODE_HARDWARE_NESTED;
    const char *hint = "give this channel 'mode: hardware-nested'";
    if (delivery->bare && traps)
        ivc_scenario_conflict(scenario, path, "delivery", "give this channel 'mode: native'",
                              "delivery 'bare' is that of a machine without a hypervisor", diags);
    else if (delivery->rules.edge && !traps)
        ivc_scenario_conflict(scenario, path, "delivery", "give this channel 'mode: paravirtual'",
                              "event channels are a hypervisor's: this mode has none on the way",
                              diags);
    else if (!delivery->bare && !delivery->rules.edge && !guest_mode)
        ivc_scenario_conflict(scenario, path, "delivery", hint,
                              "this delivery is that of a processor with a mode for guests", diags);
}

static void check_interface(const IvcVirqDelivery *delivery, const IvcScenario *scenario,
                            const char *path, IvcDiags *diags)
{
    static const struct {
        const char *what;
        const char *instead;
    } needs[] = {
        [IVC_INTERFACE_VIRTUAL] = {"whose guests complete interrupts by themselves",
                                   "take one that leaves the guest for each"},
        [IVC_INTERFACE_POSTING] = {"that gives interrupts to a running guest by itself",
                                   "take one that leaves the receiving guest"},
        [IVC_INTERFACE_SENDING] = {"that carries interrupts from guest to guest by itself",
                                   "take one that traps to send"},
    };
    int interface = ivc_scenario_machine(scenario)->virtualisation.interface;
    if ((int)delivery->interface <= interface)
        return;
    g_autofree char *text =
        g_strdup_printf("this delivery needs a processor %s", needs[delivery->interface].what);
    ivc_scenario_conflict(scenario, path, "delivery", needs[delivery->interface].instead, text,
                          diags);
    ivc_diags_add(diags, IVC_DIAG_NOTE, NULL,
                  ivc_scenario_place(scenario, "machine.virtualisation.interface"), NULL,
                  "the chip's is '%s'", ivc_interface_names[interface]);
}

static void check_flooder(const IvcVipiSpec *spec, const IvcScenario *scenario, const char *path,
                          IvcDiags *diags)
{
    const char *guest;
    if (!spec->flooder)
        return;
    g_autofree char *full = g_strconcat(path, ".flooder", NULL);
    if (!ivc_scenario_check_guest(scenario, spec->flooder, full, diags))
        return;
    for (size_t g = 0; (guest = ivc_scenario_channel_guest(scenario, path, g)); g++)
        if (g_str_equal(guest, spec->flooder))
            ivc_scenario_conflict(scenario, path, "flooder", "name the others in 'between'",
                                  "the flooder is one of the guests that the channel joins", diags);
    if (!ivc_scenario_guest_cores(scenario, spec->flooder))
        ivc_scenario_conflict(scenario, path, "flooder", "give it a core",
                              "the flooder owns no core", diags);
    if (spec->flooded >= ivc_scenario_channel_ranks(scenario, path))
        ivc_scenario_conflict(scenario, path, "flooded", "ranks count from 0",
                              "the channel has no rank of this number", diags);
}

void ivc_vipi_check(const void *bound, const IvcScenario *scenario, const char *path,
                    IvcDiags *diags)
{
    const IvcVipiSpec *spec = bound;
    const IvcVirqDelivery *delivery = &ivc_virq_deliveries[spec->delivery];
    check_chip(delivery, scenario, path, diags);
    check_mode(delivery, scenario, path, diags);
    check_interface(delivery, scenario, path, diags);
    check_flooder(spec, scenario, path, diags);
    if (spec->call == IVC_VIPI_WAKE && spec->receiver == IVC_VIPI_RUNNING)
        ivc_scenario_conflict(
            scenario, path, "call", "set 'receiver' to halted",
            "a process that does not sleep cannot be woken: no interrupt would be sent", diags);
    if (spec->late_eoi && !delivery->rules.edge)
        ivc_scenario_conflict(
            scenario, path, "late_eoi", "set 'delivery' to event-channel",
            "only the interrupts of event channels are held back by their sender's side", diags);
    if (spec->user_lock && delivery->send != IVC_SEND_TRAP)
        ivc_scenario_conflict(scenario, path, "user_lock", "leave it out",
                              "this delivery emulates no controller", diags);
}
