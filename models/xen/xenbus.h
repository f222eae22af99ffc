/** @file
 *  Connecting the frontends of a split driver with their backends, as Xen's xenbus does it: the
 *  backend says what it can and waits (InitWait); the frontend grants the pages of its rings,
 *  allocates event channels, leaves word of both in the xenstore and is connected; the backend
 * reads that, maps the pages, binds the channels and is connected, too.
 *
 *  It happens once, before anything is measured; the result reports it by itself.
 */
#pragma once

#include "models/xen/store.h"

/** Parameters; the rows are IVC_XENBUS_PARAM_ROWS. */
typedef struct {
    IvcXenStoreSpec store; /**< without a dom0 all are connected before the run begins */
    uint64_t back_offers;
    uint64_t front_requests;
    uint64_t back_requests;
    uint64_t queue_requests;
    struct {
        IvcCost grant_page;
        IvcCost map_page;
    } share;
} IvcXenBusSpec;

#define IVC_XENBUS_BACK "Linux drivers/net/xen-netback/xenbus.c"
#define IVC_XENBUS_FRONT "Linux drivers/net/xen-netfront.c"

/** Requests of xenbus_switch_state(): a transaction that reads and writes the state. */
#define IVC_XENBUS_STATE_REQUESTS 4

#define IVC_XENBUS_COUNT_ROW(S, field, key_, default_, from, what)                                \
    {                                                                                             \
        IVC_PARAM(S, field, key_), .fallback = (default_), .min = "4", .max = "1000",             \
                                   .kind = IVC_KIND_DERIVED, .source = (from), .sentence = (what) \
    }

/** The rows of a split driver's table; `field` is the IvcXenBusSpec in its spec. */
#define IVC_XENBUS_PARAM_ROWS(S, field)                                                            \
    IVC_XEN_STORE_PARAM_ROWS(S, field.store, "interfaces are connected before the run begins"),    \
        IVC_XENBUS_COUNT_ROW(S, field.back_offers, "back_offers", "20",                            \
                             IVC_XENBUS_BACK ": netback_probe: a transaction with nine features, " \
                                             "three more, script and handle, InitWait",            \
                             "xenstore requests by which a backend says what it can"),             \
        IVC_XENBUS_COUNT_ROW(S, field.front_requests, "front_requests", "22",                      \
                             IVC_XENBUS_FRONT                                                      \
                             ": talk_to_netback: three reads, a transaction with seven values; "   \
                             "xennet_connect: five reads; Connected",                              \
                             "xenstore requests of a frontend, beside those for each queue"),      \
        IVC_XENBUS_COUNT_ROW(S, field.back_requests, "back_requests", "18",                        \
                             IVC_XENBUS_BACK                                                       \
                             ": connect: five reads, eight flags, a watch; Connected",             \
                             "xenstore requests of a backend, beside those for each queue"),       \
        {IVC_PARAM(S, field.queue_requests, "queue_requests"),                                     \
         .fallback = "4",                                                                          \
         .max = "1000",                                                                            \
         .kind = IVC_KIND_DERIVED,                                                                 \
         .source = IVC_XENBUS_FRONT ": write_queue_xenstore_keys: two rings, two event channels",  \
         .sentence = "xenstore requests for each queue, on each side"},                            \
        IVC_XEN_SHARE_PARAM_ROWS(S, field.share)

/** A row of the stage table. */
#define IVC_XENBUS_STAGE_ROW(number) \
    [number] = {"connect", "connecting frontends and backends: xenstore, grants, mappings", false}

/** What a split driver connects. */
typedef struct {
    const IvcGuestPlace *domain; /**< the driver domain */
    uint32_t queues; /**< of an interface: two rings of a page, two event channels each */
    uint64_t posted; /**< pages that a frontend grants in advance, for each queue */
    uint32_t stage;  /**< id of "connect" in the ledger */
} IvcXenBusDevice;

typedef struct IvcXenBus IvcXenBus;

/**
 * Prepares connecting the frontends of ranks.
 *
 * @param xen   borrowed
 * @param spec  borrowed; it has a dom0
 * @return transfer full
 */
IvcXenBus *ivc_xenbus_new(IvcXen *xen, const IvcXenBusSpec *spec, const IvcXenBusDevice *device);
void ivc_xenbus_free(IvcXenBus *bus);

/** A rank has a frontend, whose events go to that vCPU. */
void ivc_xenbus_join(IvcXenBus *bus, uint32_t rank, IvcXenVcpu *vcpu);

/** A rank's part; nothing when it has no frontend. */
IvcStep ivc_xenbus_connect(IvcXenBus *bus, IvcAgent *agent, uint32_t rank);

void ivc_xenbus_digest(const IvcXenBus *bus, IvcDigest *digest);
