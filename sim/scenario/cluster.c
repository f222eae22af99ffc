/* The section `cluster`: machines alike that a network joins. A run simulates one of them; what is
 * made of a scenario for SimGrid has all.
 */
#include "sim/scenario/scenario_private.h"

static const IvcParam network_params[] = {
    {IVC_PARAM(IvcClusterSpec, latency, "latency"), .fallback = "5us", .max = "1s",
     .kind = IVC_KIND_ASSUMED,
     .source = "a switch and two network cards of 10 Gbit/s, without the systems at both ends",
     .sentence = "from machine to machine, one way, without what sender and receiver do"},
    {IVC_PARAM(IvcClusterSpec, bandwidth, "bandwidth"), .fallback = "10Gbit/s", .min = "1MB/s",
     .max = "100TB/s", .kind = IVC_KIND_DOCUMENTED, .source = "IEEE 802.3ae: 10GBASE",
     .sentence = "of a machine's connection, each way"},
    {.key = NULL},
};

const IvcParam ivc_cluster_params[] = {
    {IVC_PARAM(IvcClusterSpec, machines, "machines"), .fallback = "1", .min = "1", .max = "256",
     .sentence = "machines, all as the scenario describes one"},
    {IVC_PARAM(IvcClusterSpec, flops_per_cycle, "flops_per_cycle"), .fallback = "1", .min = "1",
     .max = "256", .kind = IVC_KIND_ASSUMED, .source = "scalar code that is not limited by memory",
     .sentence = "floating-point operations of a virtual CPU in a cycle, for programs that say how "
                 "many they do"},
    {.key = "network",
     .type = IVC_PARAM_GROUP,
     .group = network_params,
     .sentence = "what joins the machines"},
    {.key = NULL},
};

bool ivc_cluster_bind(IvcScenario *scenario, const IvcNode *map, IvcPlace place, IvcDiags *diags)
{
    if (!map) {
        scenario->cluster.machines = 1;
        scenario->cluster.flops_per_cycle = 1;
        return true;
    }
    return ivc_param_bind(ivc_cluster_params, NULL, map, place, "cluster", "cluster", false,
                          &scenario->cluster, scenario->binding, diags);
}
