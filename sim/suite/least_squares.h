/** @file
 *  Least squares within the unit cube, by what each error does when one coordinate moves.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/** The errors at a place, all of the same number; borrowed until the next call. NULL: stop. */
typedef const GArray *(*IvcErrorsAt)(const double *x, void *user);

/**
 * Levenberg's and Marquardt's way, with steps that are large enough for errors that have steps of
 * their own. Coordinates at an end of the cube that would leave it stay there.
 *
 * @param x  `n` coordinates within [0, 1]; on return the best place that was tried
 */
void ivc_least_squares(guint n, double *x, IvcErrorsAt errors_at, void *user);
