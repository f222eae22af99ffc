/** @file
 *  Stages that belong to the machine and its operating system, the same for every mechanism.
 *  Their names and sentences are in models/cpu/stages.c, in this order.
 */
#pragma once

#include "sim/model/component.h"

typedef enum {
    IVC_STAGE_SYSCALL,
    IVC_STAGE_INTERRUPT_ENTRY,
    IVC_STAGE_INTERRUPT_EXIT,
    IVC_STAGE_REGISTER_STORE,
    IVC_STAGE_REGISTER_LOAD,
    IVC_STAGE_REGISTER_POLL,
    IVC_STAGE_BLOCK,
    IVC_STAGE_WAKE,
    IVC_STAGE_RESUME,
    IVC_STAGE_ATOMIC,
    IVC_STAGE_COMPUTE,
    IVC_STAGES_MACHINE,
} IvcMachineStage;

/** What a hypervisor that schedules or takes part adds, and loads beside the ranks; behind a
 * mechanism's. */
typedef enum {
    IVC_STAGE_DOMAIN_SWITCH,
    IVC_STAGE_LOAD,
    IVC_STAGE_EXIT, /**< of ivc_virt_owe(); this and what follows belongs to what ranks do */
    IVC_STAGE_WALK,
    IVC_STAGES_HYPERVISOR,
} IvcHypervisorStage;

extern const IvcStage ivc_hypervisor_stages[];

/** One row a stage, ends with a NULL name. */
extern const IvcStage ivc_machine_stages[];
