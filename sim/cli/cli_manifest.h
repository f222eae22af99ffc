/** @file
 *  The manifest of a bound scenario, for results that the program writes, and which program that
 * is.
 */
#pragma once

#include <jansson.h>

#include "sim/scenario/scenario.h"

/** The manifest with every bound value and the resolved text. @return transfer full */
json_t *ivc_cli_manifest(const IvcScenario *scenario);

/**
 * Which program this is: results of one build are never shown as those of another, even when
 * nobody thought of changing the version. @return transfer full
 */
char *ivc_cli_program(void);
