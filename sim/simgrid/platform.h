/** @file
 *  A SimGrid platform made of a scenario and its curves: as XML, with SMPI's settings. Hosts are
 *  virtual CPUs, links are channels and what they share, zones are machines.
 */
#pragma once

#include "sim/simgrid/fit.h"

/** Several machines, all as the scenario's, joined by a network. */
typedef struct {
    unsigned machines;        /**< at least 1 */
    uint64_t latency_ps;      /**< one way, of the network alone */
    uint64_t bytes_per_s;     /**< of a machine's connection, each way */
    uint64_t flops_per_cycle; /**< of a virtual CPU; 0: 1 */
} IvcCluster;

/** A virtual CPU of a guest of the channel. */
typedef struct {
    char *name;       /**< of the host in the platform */
    unsigned machine; /**< from 0 */
    unsigned guest;   /**< index into scenario->guests */
    unsigned vcpu;    /**< of the guest */
} IvcPlatformHost;

typedef struct {
    char *xml;
    char **config;          /**< "smpi/os:0:1e-6:2e-9;..." for --cfg=; NULL-terminated */
    char *hostfile;         /**< a line a host */
    IvcPlatformHost *hosts; /**< in the order in which ivcsim places ranks, machine by machine */
    size_t n_hosts;
    double flops_per_s; /**< of a host */
} IvcSimgridPlatform;

/**
 * Writes the platform of a scenario. Re-entrant, no files.
 *
 * @param cluster  NULL: one machine
 * @return transfer full
 */
IvcSimgridPlatform *ivc_simgrid_platform_new(const IvcScenario *scenario, const IvcCurves *curves,
                                             const IvcFit *fit, const IvcCluster *cluster);
void ivc_simgrid_platform_free(IvcSimgridPlatform *platform);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcSimgridPlatform, ivc_simgrid_platform_free)
