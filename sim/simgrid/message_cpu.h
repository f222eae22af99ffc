/** @file
 *  CPU that a message takes of guests, as the curves of the channel say.
 */
#pragma once

#include "sim/simgrid/platform.h"

/** Of one message, in ps. */
typedef struct {
    double sender_ps;
    double receiver_ps;
    double server_ps; /**< of the guest that serves the sender's machine: `curves->server` */
} IvcMessageCpu;

/**
 * CPU of a message from one host to another: a straight line between the sizes that were measured,
 * and on beyond the longest; what is shorter than all costs as the shortest. A message to another
 * machine costs its ends what it costs them within one, and nobody serves it.
 *
 * @param bytes  of the message, or the mean of many: exact where the cost is a constant and a part
 *               that grows with the size
 * @return all 0 where nothing was measured
 */
IvcMessageCpu ivc_message_cpu(const IvcScenario *scenario, const IvcCurves *curves,
                              const IvcPlatformHost *from, const IvcPlatformHost *to, double bytes);
