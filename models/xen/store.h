/** @file
 *  The xenstore: a process in dom0 that takes the requests of all domains one after the other. A
 *  request is an event to dom0, the store's work there, in the order of arrival, and an event back;
 *  so is a watch, which tells somebody else of what a request has changed.
 */
#pragma once

#include "models/xen/event_channel.h"

/** Parameters; the rows are IVC_XEN_STORE_PARAM_ROWS. */
typedef struct {
    const char *dom0; /**< NULL: nobody has a core for it, and who asks does its work */
    IvcCost request;
    IvcCost call;
} IvcXenStoreSpec;

/** The rows of a mechanism's table; `field` is the IvcXenStoreSpec in its spec, `without` says what
 *  it means that there is no dom0. */
#define IVC_XEN_STORE_PARAM_ROWS(S, field, without)                                                \
    {IVC_PARAM(S, field.dom0, "dom0"), .fallback = IVC_PARAM_UNSET,                                \
     .sentence = "the guest whose first core runs the xenstore, for setting channels up; without " \
                 "it " without},                                                                   \
        {IVC_PARAM(S, field.request, "xenstore_request"),                                          \
         .fallback = "20us",                                                                       \
         .max = "1s",                                                                              \
         .kind = IVC_KIND_ASSUMED,                                                                 \
         .source = "assumed: nobody's table; a process parses, looks up and answers, 5 to 200 us", \
         .sentence = "the xenstore in dom0 for each request of a guest"},                          \
    {                                                                                              \
        IVC_PARAM(S, field.call, "xenstore_call"),                                                 \
            .fallback = "6000cycles", .max = "1ms", .kind = IVC_KIND_ASSUMED,                      \
            .source = "assumed: system calls, and words in a shared page both ways",               \
            .sentence = "a guest for each of its requests, without notifications and waiting"      \
    }

/** The costs of pages that set-up shares; `field` is a struct with both. */
#define IVC_XEN_SHARE_PARAM_ROWS(S, field)                                    \
    {IVC_PARAM(S, field.grant_page, "grant_page"),                            \
     .fallback = "200cycles",                                                 \
     .max = "1ms",                                                            \
     .kind = IVC_KIND_ASSUMED,                                                \
     .source = "assumed: an entry of the grant table is written",             \
     .sentence = "granting one page of a channel"},                           \
    {                                                                         \
        IVC_PARAM(S, field.map_page, "map_page"),                             \
            .fallback = "600cycles", .max = "1ms", .kind = IVC_KIND_ASSUMED,  \
            .source = "assumed: as netfront's grant_map",                     \
            .sentence = "mapping one page of a channel, beyond the hypercall" \
    }

typedef struct IvcXenStore IvcXenStore;
typedef struct IvcXenClient IvcXenClient;

/** Somebody who makes requests of the store. */
struct IvcXenClient {
    IvcXenStore *store;
    IvcXenPort port;         /**< the store's answers, and its watches */
    IvcSleeper sleeper;      /**< who waits for either */
    IvcXenClient *announces; /**< whom a watch tells of the last request; NULL: nobody */
    /** That request has been done; in no time. */
    void (*announced)(IvcXenClient *client);
    uint64_t left; /**< requests that ivc_xen_store_ask() makes */
    bool waits;    /**< for an answer */
    IvcXenClient *next;
    struct {
        IvcLabel label;
        IvcSleepFrame sleep;
    } frame;
};

/**
 * The store of a platform, in the guest that the spec names.
 *
 * @param spec    borrowed
 * @param stage   in the ledger, of the store's work and the clients'
 * @param number  of its vCPU, among those of the platform
 * @return transfer full
 */
IvcXenStore *ivc_xen_store_new(IvcXen *xen, const IvcXenStoreSpec *spec, uint32_t stage,
                               uint32_t number);
void ivc_xen_store_free(IvcXenStore *store);

/** Prepares a client whose events go to `vcpu`. It must stay where it is. */
void ivc_xen_client_init(IvcXenClient *client, IvcXenStore *store, IvcXenVcpu *vcpu,
                         void (*announced)(IvcXenClient *client));

/** client->left requests, one after the other; with the last one client->announces is told. */
IvcStep ivc_xen_store_ask(IvcXenClient *client, IvcAgent *agent);

/** Notes what dom0 and a second guest (or NULL) have done until now, for the result. */
void ivc_xen_store_note(const IvcXenStore *store, const IvcGuestPlace *other);

/** All that is left once nobody asks any more: the store on its way to sleep. */
void ivc_xen_store_digest(const IvcXenStore *store, IvcDigest *digest);
