/** @file
 *  A loop whose rounds do not depend on each other, on several threads.
 */
#pragma once

#include <stddef.h>

/**
 * Calls work(i, user) once for each i from 0 to n - 1 and returns when all calls have ended. The
 * order is unknown; the calls must not touch what another one writes.
 *
 * @param jobs  threads at most; 0: one for each processor; 1: in the caller's thread, in order.
 *              Where no more threads are to be had, fewer do the same work
 */
void ivc_parallel(unsigned jobs, size_t n, void (*work)(size_t i, void *user), void *user);
