/** @file
 *  The mechanism and the workload that measure single events of a guest.
 */
#pragma once

#include "sim/model/component.h"

extern const IvcMechanism ivc_mechanism_vcpu;
extern const IvcWorkload ivc_workload_exits;
