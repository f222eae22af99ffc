/** @file
 *  The mechanisms of interrupts alone.
 */
#pragma once

#include "sim/model/component.h"

extern const IvcMechanism ivc_mechanism_virtual_ipi;
