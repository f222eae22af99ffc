/** @file
 *  Setting a shared-memory channel up between domains, as Xen does it: one side grants its pages
 *  and allocates an event channel, and leaves word of both in the xenstore; the other reads it
 *  there, maps the pages and binds the channel.
 *
 *  It happens once, before anything is measured; the result reports it by itself.
 */
#pragma once

#include "models/xen/store.h"

/** Parameters; the rows are IVC_XEN_CONNECT_PARAM_ROWS. */
typedef struct {
    IvcXenStoreSpec store; /**< without a dom0 the guests pay */
    uint64_t offer_requests;
    uint64_t accept_requests;
    struct {
        IvcCost grant_page;
        IvcCost map_page;
    } share;
} IvcXenConnectSpec;

#define IVC_XEN_VCHAN_INIT "xen/tools/libs/vchan/init.c"

/** The rows of a mechanism's table whose channels are set up like that; `field` is the
 *  IvcXenConnectSpec in its spec. */
#define IVC_XEN_CONNECT_PARAM_ROWS(S, field)                                               \
    IVC_XEN_STORE_PARAM_ROWS(S, field.store, "the guests pay"),                            \
        {IVC_PARAM(S, field.offer_requests, "offer_requests"),                             \
         .fallback = "7",                                                                  \
         .min = "1",                                                                       \
         .max = "1000",                                                                    \
         .kind = IVC_KIND_DERIVED,                                                         \
         .source = IVC_XEN_VCHAN_INIT                                                      \
         ": init_xs_srv: own domain, transaction, two values with their permissions, end", \
         .sentence = "requests by which a guest leaves word of a channel"},                \
        {IVC_PARAM(S, field.accept_requests, "accept_requests"),                           \
         .fallback = "2",                                                                  \
         .max = "1000",                                                                    \
         .kind = IVC_KIND_DERIVED,                                                         \
         .source = IVC_XEN_VCHAN_INIT ": init_xs_cli reads two values",                    \
         .sentence = "requests by which the other guest learns of it"},                    \
        IVC_XEN_SHARE_PARAM_ROWS(S, field.share)

/** A row of the stage table. */
#define IVC_XEN_CONNECT_STAGE_ROW(number) \
    [number] = {"connect", "setting channels up: xenstore, grants, mappings", false}

typedef struct IvcXenConnect IvcXenConnect;

/**
 * Prepares connecting all ranks of the platform with each other.
 *
 * @param xen    borrowed
 * @param spec   borrowed
 * @param pages  of one channel, granted and mapped
 * @param stage  id of "connect" in the ledger
 * @return transfer full
 */
IvcXenConnect *ivc_xen_connect_new(IvcXen *xen, const IvcXenConnectSpec *spec, uint64_t pages,
                                   uint32_t stage);
void ivc_xen_connect_free(IvcXenConnect *connect);

/** Says which vCPU a rank's events go to. */
void ivc_xen_connect_join(IvcXenConnect *connect, uint32_t rank, IvcXenVcpu *vcpu);

/** A rank's part: offers channels to those after it, accepts those that others offer. */
IvcStep ivc_xen_connect_rank(IvcXenConnect *connect, IvcAgent *agent, uint32_t rank);

void ivc_xen_connect_digest(const IvcXenConnect *connect, IvcDigest *digest);
