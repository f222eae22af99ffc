/** @file
 *  The machine as a component: its parameter table and checks.
 */
#pragma once

#include "sim/model/component.h"

extern const IvcComponent ivc_machine_component;
