/* Channels are set up through the xenstore.
 *
 * Every rank leaves word for those after it, one channel after the other, and then takes what those
 * before it have left.
 *
 * Left out: the domain builder, discovery of who runs on the same machine. */
#include "models/xen/connect.h"

/* A rank that connects. */
typedef struct {
    IvcXenClient client; /* first: the store knows it by that */
    uint32_t peer;
    uint32_t offered; /* ranks below this have word of a channel */
    struct {
        IvcLabel label;
        IvcSleepFrame sleep;
    } frame;
} Joiner;

struct IvcXenConnect {
    IvcXen *xen;
    const IvcXenConnectSpec *spec;
    uint32_t stage;
    uint32_t n;
    Joiner *joiners;
    IvcTime grant_pages, map_pages;
    IvcXenStore *store;
};

static void offered(IvcXenClient *client)
{
    Joiner *joiner = (Joiner *)client;
    joiner->offered = joiner->peer + 1;
}

IvcStep ivc_xen_connect_rank(IvcXenConnect *connect, IvcAgent *agent, uint32_t rank)
{
    Joiner *joiner = &connect->joiners[rank];
    IvcXenClient *client = &joiner->client;
    IvcXen *xen = connect->xen;
    IVC_BEGIN(&joiner->frame);
    for (joiner->peer = rank + 1; joiner->peer < connect->n; joiner->peer++) {
        ivc_owe(agent, connect->grant_pages, connect->stage);
        xen->hypercalls++;
        IVC_AWAIT(&joiner->frame, ivc_spend(agent, xen->t.hypercall, connect->stage));
        client->left = connect->spec->offer_requests;
        client->announces = &connect->joiners[joiner->peer].client;
        IVC_CALL(&joiner->frame, ivc_xen_store_ask(client, agent));
        client->announces = NULL;
    }
    for (joiner->peer = 0; joiner->peer < rank; joiner->peer++) {
        while (connect->joiners[joiner->peer].offered <= rank) {
            IVC_CALL(&joiner->frame,
                     ivc_os_sleep(xen->platform, agent, &client->sleeper, &joiner->frame.sleep));
        }
        client->left = connect->spec->accept_requests;
        IVC_CALL(&joiner->frame, ivc_xen_store_ask(client, agent));
        xen->hypercalls += 2;
        IVC_AWAIT(&joiner->frame,
                  ivc_spend(agent, 2 * xen->t.hypercall + connect->map_pages, connect->stage));
    }
    ivc_xen_store_note(connect->store, NULL);
    IVC_END(&joiner->frame);
}

/* ---- building ---- */

IvcXenConnect *ivc_xen_connect_new(IvcXen *xen, const IvcXenConnectSpec *spec, uint64_t pages,
                                   uint32_t stage)
{
    IvcPlatform *platform = xen->platform;
    IvcXenConnect *connect = g_new0(IvcXenConnect, 1);
    connect->xen = xen;
    connect->spec = spec;
    connect->stage = stage;
    connect->n = platform->n_ranks;
    connect->grant_pages = pages * ivc_platform_ps(platform, spec->share.grant_page);
    connect->map_pages = pages * ivc_platform_ps(platform, spec->share.map_page);
    connect->joiners = g_new0(Joiner, connect->n);
    connect->store = ivc_xen_store_new(xen, &spec->store, stage, platform->n_ranks);
    return connect;
}

void ivc_xen_connect_free(IvcXenConnect *connect)
{
    ivc_xen_store_free(connect->store);
    g_free(connect->joiners);
    g_free(connect);
}

void ivc_xen_connect_join(IvcXenConnect *connect, uint32_t rank, IvcXenVcpu *vcpu)
{
    ivc_xen_client_init(&connect->joiners[rank].client, connect->store, vcpu, offered);
}

void ivc_xen_connect_digest(const IvcXenConnect *connect, IvcDigest *digest)
{
    ivc_xen_store_digest(connect->store, digest);
}
