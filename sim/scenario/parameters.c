/*
 * Which table describes which map of a scenario.
 */
#include "sim/scenario/parameters.h"

#include "sim/scenario/scenario_private.h"

const IvcScenarioTable ivc_scenario_tables[] = {
    {"", ivc_scenario_top_params},         {"machine", ivc_machine_profile_param},
    {"hypervisor", ivc_hypervisor_params}, {"guests.NAME", ivc_guest_params},
    {"channels.NAME", ivc_channel_params}, {"", ivc_scenario_channel_param},
    {"workload", ivc_workload_kind_param}, {"workload", ivc_workload_params},
    {"cluster", ivc_cluster_params},       {"limits", ivc_limits_params},
    {"report", ivc_report_params},         {NULL, NULL},
};
