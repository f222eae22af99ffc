/** @file
 *  Mechanisms that are message-passing libraries of their own.
 */
#pragma once

#include "sim/model/component.h"

extern const IvcMechanism ivc_mechanism_nemesis;
