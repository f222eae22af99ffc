/** @file
 *  The mechanisms of this folder.
 */
#pragma once

#include "sim/model/component.h"

extern const IvcMechanism ivc_mechanism_lock;
extern const IvcMechanism ivc_mechanism_barrier;
extern const IvcMechanism ivc_mechanism_ring;
extern const IvcMechanism ivc_mechanism_message_queue;
