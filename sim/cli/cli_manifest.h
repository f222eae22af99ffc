/** @file
 *  The manifest of a bound scenario, for results that the program writes.
 */
#pragma once

#include <jansson.h>

#include "sim/scenario/scenario.h"

/** The manifest with every bound value and the resolved text. @return transfer full */
json_t *ivc_cli_manifest(const IvcScenario *scenario);
