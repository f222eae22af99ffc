/** @file
 *  Scores as the program prints and draws them. Used by `validate` only.
 */
#pragma once

#include "sim/cli/figure.h"
#include "sim/suite/score.h"

/** The value of the key "schema" of what `validate --format json` prints. */
#define IVC_VALIDATE_SCHEMA "ivcsim-validate/1"

/** As `--format` says: "table", "csv" or "json". @param scores  IvcScore *. @return transfer full
 */
char *ivc_validate_text(const GPtrArray *scores, const char *format);

/** A measured or predicted number for people: four digits, no exponent. @return transfer full */
char *ivc_validate_number(double value);

/** A fraction as a percentage with a sign ("+12.3%"), or without. @return transfer full */
char *ivc_validate_percent(double fraction, bool sign);

/** The overlay of a set: a panel for each metric, measurements as marks and predictions as lines.
 *  The name of the figure is that of the set. */
void ivc_validate_figure(const IvcScore *score, const char *name, IvcFigure *ret_figure);
