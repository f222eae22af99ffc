/** @file
 *  The mechanisms over inter-core registers and a shared region.
 */
#pragma once

#include "sim/model/component.h"

extern const IvcMechanism ivc_mechanism_register_shmem;
extern const IvcMechanism ivc_mechanism_shmem;
extern const IvcMechanism ivc_mechanism_register;
