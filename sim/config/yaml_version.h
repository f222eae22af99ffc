/** @file
 *  The version of libyaml that runs, for `ivcsim --version`: only sim/config sees libyaml.
 */
#pragma once

/** Static. */
const char *ivc_yaml_version(void);
