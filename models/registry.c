/* The table of everything that models/ offers: the one place where a new model is entered. */
#include "models/cpu/profile.h"
#include "models/ipi/mechanisms.h"
#include "models/ipi/register_block.h"
#include "models/mpi/mechanisms.h"
#include "models/net/mechanisms.h"
#include "models/shmem/mechanisms.h"
#include "models/virt/mechanisms.h"
#include "models/sync/mechanisms.h"
#include "models/workload/patterns.h"
#include "profiles.h"
#include "sim/model/stages.h"

static const IvcMechanism *const mechanisms[] = {
    &ivc_mechanism_register_shmem, &ivc_mechanism_shmem,
    &ivc_mechanism_register,       &ivc_mechanism_message_buffer,
    &ivc_mechanism_ipi_buffer,     &ivc_mechanism_nemesis,
    &ivc_mechanism_sock,           &ivc_mechanism_netfront,
    &ivc_mechanism_xen_ring,       &ivc_mechanism_xen_fifo,
    &ivc_mechanism_loopback,       &ivc_mechanism_ethernet,
    &ivc_mechanism_sriov,          &ivc_mechanism_vcpu,
    &ivc_mechanism_lock,           &ivc_mechanism_barrier,
    &ivc_mechanism_ring,           &ivc_mechanism_message_queue,
    &ivc_mechanism_virtual_ipi,    NULL,
};

static const IvcWorkload *const workloads[] = {
    &ivc_workload_stream,
    &ivc_workload_pingpong,
    &ivc_workload_exchange,
    &ivc_workload_ring,
    &ivc_workload_alltoall,
    &ivc_workload_critical_section,
    &ivc_workload_barrier,
    &ivc_workload_call,
    &ivc_workload_produce_consume,
    &ivc_workload_lock_server,
    &ivc_workload_named[IVC_NETPERF_TCP_STREAM],
    &ivc_workload_named[IVC_NETPERF_UDP_STREAM],
    &ivc_workload_named[IVC_NETPERF_TCP_RR],
    &ivc_workload_named[IVC_NETPERF_UDP_RR],
    &ivc_workload_named[IVC_FLOOD_PING],
    &ivc_workload_named[IVC_LMBENCH_TCP_BANDWIDTH],
    &ivc_workload_named[IVC_LMBENCH_TCP_LATENCY],
    &ivc_workload_named[IVC_OSU_BANDWIDTH],
    &ivc_workload_named[IVC_OSU_BIDIRECTIONAL_BANDWIDTH],
    &ivc_workload_named[IVC_OSU_LATENCY],
    &ivc_workload_named[IVC_NETPIPE],
    &ivc_workload_ipi,
    &ivc_workload_wake,
    &ivc_workload_broadcast,
    &ivc_workload_exits,
    &ivc_workload_mpi_program,
    NULL,
};

const IvcRegistry ivc_registry = {
    .mechanisms = mechanisms,
    .workloads = workloads,
    .profiles = ivc_profile_texts,
    .machine = &ivc_machine_component,
    .machine_stages = ivc_machine_stages,
    .hypervisor_stages = ivc_hypervisor_stages,
    .register_blocks = ivc_register_block_names,
};
