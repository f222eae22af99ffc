/** @file
 *  A virtual network device whose packet ring lies in memory that driver and driver share: the
 *  guests' drivers copy frames into and out of it, without anybody in between.
 */
#pragma once

#include "models/net/link.h"

/** Parameters; the table rows are in the mechanism's file. */
typedef struct {
    uint64_t ring;
    IvcCost driver_tx;
    IvcCost driver_rx;
} IvcVirtualLinkSpec;

/**
 * Makes the network among all ranks of the platform.
 *
 * @param frame_bytes  data that a slot of a ring holds
 * @param stage0       id of TCP_SOCKET_CALL in the ledger
 * @return transfer full
 */
IvcLink *ivc_virtual_link_new(IvcPlatform *platform, const IvcVirtualLinkSpec *spec,
                              uint64_t frame_bytes, uint32_t stage0);
