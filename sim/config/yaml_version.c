/*
 * The version of libyaml, which may be another one than at build time.
 */
#include "sim/config/yaml_version.h"

#include <yaml.h>

const char *ivc_yaml_version(void)
{
    return yaml_get_version_string();
}
