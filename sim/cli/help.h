/** @file
 *  Help, versions, manual page and shell completion: all printed from the tables of verbs.c.
 */
#pragma once

#include "sim/cli/cli.h"

/** `ivcsim --help`. */
void ivc_help_program(const IvcCli *cli, FILE *stream);
/** `ivcsim VERB --help`. */
void ivc_help_verb(const IvcCli *cli, const IvcVerb *verb, FILE *stream);
/** `ivcsim --version`: this program and the libraries that it runs with. */
void ivc_help_version(FILE *stream);

/** "-j, --jobs N" or "    --format table|csv". @return transfer full */
char *ivc_help_option(const IvcOption *option);
