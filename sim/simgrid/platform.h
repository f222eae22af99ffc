/** @file
 *  A SimGrid platform made of a scenario and its curves: as XML, with SMPI's settings. Hosts are
 *  virtual CPUs, links are channels and what they share, zones are machines.
 */
#pragma once

#include "sim/simgrid/fit.h"

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
 * Writes the platform of a scenario with the machines of its `cluster`. Re-entrant, no files.
 *
 * @return transfer full
 */
IvcSimgridPlatform *ivc_simgrid_platform_new(const IvcScenario *scenario, const IvcCurves *curves,
                                             const IvcFit *fit);
void ivc_simgrid_platform_free(IvcSimgridPlatform *platform);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcSimgridPlatform, ivc_simgrid_platform_free)
