/** @file
 *  The machine as a component: its parameter table and checks.
 */
#pragma once

#include "sim/model/component.h"
#include "sim/model/machine.h"

extern const IvcComponent ivc_machine_component;

/** The rows of the group `virtualisation`: models/cpu/virt_params.c. */
extern const IvcParam ivc_virt_params[];

/** Reports channels whose mode the chip does not have. */
void ivc_virt_check(const IvcMachineSpec *machine, const IvcScenario *scenario, IvcDiags *diags);
