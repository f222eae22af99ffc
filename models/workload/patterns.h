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

/** A program of its own: program.c. */
extern const IvcWorkload ivc_workload_mpi_program;

/** Those that synchronise: sync.c. */
extern const IvcWorkload ivc_workload_critical_section;
extern const IvcWorkload ivc_workload_barrier;
extern const IvcWorkload ivc_workload_call;
extern const IvcWorkload ivc_workload_produce_consume;
extern const IvcWorkload ivc_workload_lock_server;

extern const IvcWorkload ivc_workload_ipi;
extern const IvcWorkload ivc_workload_wake;
extern const IvcWorkload ivc_workload_broadcast;

/** Those that are named after a tool: rows of one table, named.c. */
typedef enum {
    IVC_NETPERF_TCP_STREAM,
    IVC_NETPERF_UDP_STREAM,
    IVC_NETPERF_TCP_RR,
    IVC_NETPERF_UDP_RR,
    IVC_FLOOD_PING,
    IVC_LMBENCH_TCP_BANDWIDTH,
    IVC_LMBENCH_TCP_LATENCY,
    IVC_OSU_BANDWIDTH,
    IVC_OSU_BIDIRECTIONAL_BANDWIDTH,
    IVC_OSU_LATENCY,
    IVC_NETPIPE,
    IVC_NAMED_WORKLOADS,
} IvcNamedWorkload;

extern const IvcWorkload ivc_workload_named[IVC_NAMED_WORKLOADS];
