/** @file
 *  The workloads: message patterns over the message-passing interface.
 */
#pragma once

#include "sim/model/component.h"

extern const IvcWorkload ivc_workload_stream;
extern const IvcWorkload ivc_workload_pingpong;
extern const IvcWorkload ivc_workload_exchange;
extern const IvcWorkload ivc_workload_ring;
extern const IvcWorkload ivc_workload_alltoall;
