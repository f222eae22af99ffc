/** @file
 *  Mechanisms over a virtual network.
 */
#pragma once

#include "sim/model/component.h"

extern const IvcMechanism ivc_mechanism_sock;
extern const IvcMechanism ivc_mechanism_netfront;
