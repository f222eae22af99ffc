/* What can never work about a split driver's parameters, beside the scenario. */
#include "models/net/netfront_private.h"

static void check_rings(const NetfrontSpec *front, const IvcTcpSpec *tcp,
                        const IvcScenario *scenario, const char *path, IvcDiags *diags)
{
    uint64_t largest = ivc_tcp_offload(tcp, front->gso) * ivc_tcp_mss(tcp);
    if (front->ring & (front->ring - 1))
        ivc_scenario_conflict(scenario, path, "ring", NULL,
                              "the slots of a ring are a power of two", diags);
    if (2 + ivc_netfront_pages(largest) > front->slots_max)
        ivc_scenario_conflict(
            scenario, path, "slots_max", NULL,
            "a packet of the largest size takes more slots: one for headers, one for segment "
            "offload, and one for each page of 4 KiB",
            diags);
    if (2 * front->slots_max > front->ring)
        ivc_scenario_conflict(scenario, path, "ring", NULL,
                              "a ring holds at least twice 'slots_max' slots", diags);
    if (front->slots_max >= front->pending)
        ivc_scenario_conflict(scenario, path, "pending", NULL,
                              "netback could never take a packet of 'slots_max'", diags);
    if (ivc_netfront_variants[front->variant].tasklets && 2 * front->slots_max > front->pending)
        ivc_scenario_conflict(
            scenario, path, "pending", NULL,
            "the tasklets go on when less than half of it is pending: it holds at least twice "
            "'slots_max'",
            diags);
}

static void check_queues(const NetfrontSpec *front, const IvcScenario *scenario, const char *path,
                         IvcDiags *diags)
{
    if (front->queues > 1 && ivc_netfront_variants[front->variant].tasklets)
        ivc_scenario_conflict(scenario, path, "queues",
                              "set 'queues' to 1, or choose another 'variant'",
                              "Linux 2.6.18 has one queue for each interface", diags);
    uint64_t cores = ivc_scenario_guest_cores(scenario, front->driver_domain);
    if (cores && front->queues > cores) {
        g_autofree char *text =
            g_strdup_printf("%" G_GUINT64_FORMAT " queues on %" G_GUINT64_FORMAT
                            " vCPUs of the driver domain: netback makes one for each vCPU at most",
                            front->queues, cores);
        ivc_scenario_conflict(scenario, path, "queues", "give the driver domain more cores", text,
                              diags);
    }
}

/* One rank for each guest: a channel that joins the driver domain gives it one, whatever it owns.
 */
static void check_domain(const NetfrontSpec *front, const IvcScenario *scenario, const char *path,
                         IvcDiags *diags)
{
    const char *name = front->driver_domain, *guest;
    size_t guests = 0;
    bool joined = false;
    for (; (guest = ivc_scenario_channel_guest(scenario, path, guests)); guests++)
        joined = joined || g_str_equal(guest, name);
    g_autofree char *full = g_strdup_printf("%s.driver_domain", path);
    if (ivc_scenario_check_guest(scenario, name, full, diags) &&
        !ivc_scenario_guest_cores(scenario, name))
        ivc_scenario_conflict(scenario, path, "driver_domain", NULL,
                              "the driver domain owns no core: nobody would run netback", diags);
    if (ivc_scenario_channel_ranks(scenario, path) > guests)
        ivc_scenario_conflict(
            scenario, path, "driver_domain",
            "state 'workload.ranks': as many as 'between' has guests",
            joined ? "a domain with several ranks would talk to itself: each guest of this "
                     "channel has one, and so has the driver domain"
                   : "a guest with several ranks would talk to itself through the driver "
                     "domain: each guest of this channel has one",
            diags);
}

static void check_store(const NetfrontSpec *front, const IvcScenario *scenario, const char *path,
                        IvcDiags *diags)
{
    const char *name = front->bus.store.dom0;
    g_autofree char *full = g_strdup_printf("%s.dom0", path);
    if (name && ivc_scenario_check_guest(scenario, name, full, diags) &&
        !ivc_scenario_guest_cores(scenario, name))
        ivc_scenario_conflict(scenario, path, "dom0", "give it a core",
                              "dom0 owns no core: nobody would run the xenstore", diags);
}

void ivc_netfront_check(const NetfrontSpec *front, const IvcTcpSpec *tcp,
                        const IvcScenario *scenario, const char *path, IvcDiags *diags)
{
    check_rings(front, tcp, scenario, path, diags);
    check_queues(front, scenario, path, diags);
    check_domain(front, scenario, path, diags);
    check_store(front, scenario, path, diags);
}
