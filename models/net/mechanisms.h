/** @file
 *  Mechanisms over byte streams between guests.
 */
#pragma once

#include "sim/model/component.h"

extern const IvcMechanism ivc_mechanism_sock;
extern const IvcMechanism ivc_mechanism_netfront;
extern const IvcMechanism ivc_mechanism_xen_ring;
extern const IvcMechanism ivc_mechanism_xen_fifo;
extern const IvcMechanism ivc_mechanism_loopback;
extern const IvcMechanism ivc_mechanism_ethernet;
extern const IvcMechanism ivc_mechanism_sriov;
