/** @file
 *  What can never work about a channel over a network, as errors: for the mechanisms' `check`.
 */
#pragma once

#include "sim/model/component.h"
#include "sim/base/units.h"

/** Reports a number of bytes that is no power of two, and says which are near. */
void ivc_link_check_power(uint64_t bytes, const IvcScenario *scenario, const char *path,
                          const char *key, const char *text, IvcDiags *diags);

/** Reports a channel that joins a guest with several ranks: they would have no way to each other.
 */
void ivc_link_check_apart(const IvcScenario *scenario, const char *path, const char *text,
                          const char *hint, IvcDiags *diags);

/** Reports a guest, named at `key`, that cannot serve the channel: unknown, without a core, or one
 *  that the channel joins. `name` NULL: none is meant. */
void ivc_link_check_server(const char *name, const IvcScenario *scenario, const char *path,
                           const char *key, IvcDiags *diags);
