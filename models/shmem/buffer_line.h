/** @file
 *  A line of a message buffer on the die: what a core takes for it, past its caches.
 */
#pragma once

#include "sim/model/mpi.h"

/** Times of the chip's message buffers. */
typedef struct {
    IvcTime line_ps; /**< without the way */
    IvcTime hop_ps;
} IvcBufferLine;

IvcBufferLine ivc_buffer_line(const IvcPlatform *platform);

/** A line between the core of `by` and the buffer of `of`; within the tile it passes the router,
 *  too. */
IvcTime ivc_buffer_line_ps(const IvcBufferLine *line, const IvcRank *by, const IvcRank *of);

/** Reports, at `key` of the channel at `path`, a chip without them. @return whether it has them */
bool ivc_buffer_line_check(const IvcScenario *scenario, const char *path, const char *key,
                           IvcDiags *diags);
