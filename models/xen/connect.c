/* Channels are set up through the xenstore.
 *
 * Every rank leaves word for those after it, one channel after the other, and then takes what those
 * before it have left. A request is a notification to dom0, the store's work there, in the order of
 * arrival, and a notification back; so is the watch that tells the other side of a new channel.
 * Without a dom0 that work is done on the core of who asks, and nobody is notified.
 *
 * Left out: conflicts of transactions that are tried again, permissions, the domain builder,
 * discovery of who runs on the same machine. */
#include "models/xen/connect.h"

#define NOBODY UINT32_MAX

typedef struct Client Client;

/* A rank that connects. */
struct Client {
    IvcXenConnect *connect;
    uint32_t rank;
    IvcXenPort port; /* the store's answers, and its watch */
    IvcSleeper sleeper;
    uint32_t peer;
    uint32_t offered;   /* ranks below this have word of a channel */
    uint32_t announces; /* to this rank, with the request; NOBODY: to none */
    uint64_t left;      /* requests */
    bool waits;         /* for an answer */
    Client *next;       /* in the store's queue */
    struct {
        IvcLabel label;
        IvcSleepFrame sleep;
    } frame, request_frame;
};

struct IvcXenConnect {
    IvcXen *xen;
    const IvcXenConnectSpec *spec;
    uint32_t stage;
    uint32_t n;
    Client *clients;
    IvcTime request, call, grant_pages, map_pages;
    const IvcGuestPlace *dom0; /* NULL: none; then what follows is unused */
    IvcXenVcpu vcpu;
    IvcXenPort port; /* requests: each guest has its own, all of which do the same */
    IvcAgent store;
    IvcSleeper sleeper;
    Client *first, *last;
    Client *served;  /* whose request the store is busy with */
    Client *watched; /* who is to be told of it, too */
    struct {
        IvcLabel label;
        IvcSleepFrame sleep;
    } frame;
};

/* ---- the store ---- */

static void append(IvcXenConnect *connect, Client *client)
{
    client->next = NULL;
    if (connect->last)
        connect->last->next = client;
    else
        connect->first = client;
    connect->last = client;
}

static void asked(IvcXenPort *port, IvcAgent *upcall)
{
    IvcXenConnect *connect = port->owner;
    if (ivc_os_notify(connect->xen->platform, &connect->sleeper))
        ivc_owe(upcall, connect->xen->platform->t.wake, IVC_STAGE_WAKE);
}

static Client *take_first(IvcXenConnect *connect)
{
    Client *client = connect->first;
    connect->first = client->next;
    if (!connect->first)
        connect->last = NULL;
    return client;
}

/* The answer is sent. @return whom the store's watch wakes; NULL: nobody */
static Client *answer(Client *client)
{
    bool last = client->left == 1 && client->announces != NOBODY;
    client->waits = false;
    if (last)
        client->offered = client->announces + 1;
    ivc_xen_event_arrive(&client->port);
    return last ? &client->connect->clients[client->announces] : NULL;
}

static IvcStep store_step(IvcAgent *agent)
{
    IvcXenConnect *connect = (IvcXenConnect *)((char *)agent - offsetof(IvcXenConnect, store));
    IvcXen *xen = connect->xen;
    IVC_BEGIN(&connect->frame);
    for (;;) {
        while (!connect->first) {
            IVC_CALL(&connect->frame,
                     ivc_os_sleep(xen->platform, agent, &connect->sleeper, &connect->frame.sleep));
        }
        connect->served = take_first(connect);
        ivc_owe(agent, connect->request, connect->stage);
        IVC_AWAIT(&connect->frame,
                  ivc_spend(agent, ivc_xen_event_send(xen), xen->stage0 + XEN_EVENT_SEND));
        connect->watched = answer(connect->served);
        if (connect->watched) {
            IVC_AWAIT(&connect->frame,
                      ivc_spend(agent, ivc_xen_event_send(xen), xen->stage0 + XEN_EVENT_SEND));
            ivc_xen_event_arrive(&connect->watched->port);
        }
    }
    IVC_END(&connect->frame);
}

/* ---- the guests ---- */

static void answered(IvcXenPort *port, IvcAgent *upcall)
{
    Client *client = port->owner;
    const IvcPlatform *platform = client->connect->xen->platform;
    if (ivc_os_notify(client->connect->xen->platform, &client->sleeper))
        ivc_owe(upcall, platform->t.wake, IVC_STAGE_WAKE);
}

/* client->left requests, one after the other; the last one may announce something. */
static IvcStep make_requests(Client *client, IvcAgent *agent)
{
    IvcXenConnect *connect = client->connect;
    IvcXen *xen = connect->xen;
    IVC_BEGIN(&client->request_frame);
    for (; client->left; client->left--) {
        ivc_owe(agent, connect->call, connect->stage);
        if (!connect->dom0) {
            IVC_AWAIT(&client->request_frame, ivc_spend(agent, connect->request, connect->stage));
            continue;
        }
        IVC_AWAIT(&client->request_frame,
                  ivc_spend(agent, ivc_xen_event_send(xen), xen->stage0 + XEN_EVENT_SEND));
        client->waits = true;
        append(connect, client);
        ivc_xen_event_arrive(&connect->port);
        while (client->waits) {
            IVC_CALL(&client->request_frame, ivc_os_sleep(xen->platform, agent, &client->sleeper,
                                                          &client->request_frame.sleep));
        }
    }
    IVC_END(&client->request_frame);
}

/* What dom0 has done until now. */
static void note_server(const IvcXenConnect *connect)
{
    IvcPlatform *platform = connect->xen->platform;
    IvcTime sum = 0;
    if (!connect->dom0)
        return;
    ivc_cores_settle(&platform->cores);
    for (size_t c = 0; c < connect->dom0->n_cores; c++)
        for (uint32_t s = 0; s < platform->cores.n_stages; s++)
            sum += platform->cores.items[connect->dom0->cores[c]].ledger[s].spent_ps;
    platform->measure.setup_server_ps = sum;
}

IvcStep ivc_xen_connect_rank(IvcXenConnect *connect, IvcAgent *agent, uint32_t rank)
{
    Client *client = &connect->clients[rank];
    IvcXen *xen = connect->xen;
    IVC_BEGIN(&client->frame);
    for (client->peer = rank + 1; client->peer < connect->n; client->peer++) {
        ivc_owe(agent, connect->grant_pages, connect->stage);
        xen->hypercalls++;
        IVC_AWAIT(&client->frame, ivc_spend(agent, xen->t.hypercall, connect->stage));
        client->left = connect->spec->offer_requests;
        client->announces = client->peer;
        IVC_CALL(&client->frame, make_requests(client, agent));
        client->offered = client->peer + 1;
        client->announces = NOBODY;
        if (!connect->dom0 &&
            ivc_os_notify(xen->platform, &connect->clients[client->peer].sleeper)) {
            IVC_AWAIT(&client->frame, ivc_spend(agent, xen->platform->t.wake, IVC_STAGE_WAKE));
        }
    }
    for (client->peer = 0; client->peer < rank; client->peer++) {
        while (connect->clients[client->peer].offered <= rank) {
            IVC_CALL(&client->frame,
                     ivc_os_sleep(xen->platform, agent, &client->sleeper, &client->frame.sleep));
        }
        client->left = connect->spec->accept_requests;
        IVC_CALL(&client->frame, make_requests(client, agent));
        xen->hypercalls += 2;
        IVC_AWAIT(&client->frame,
                  ivc_spend(agent, 2 * xen->t.hypercall + connect->map_pages, connect->stage));
    }
    note_server(connect);
    IVC_END(&client->frame);
}

/* ---- building ---- */

static const IvcGuestPlace *find_guest(const IvcPlatform *platform, const char *name)
{
    for (unsigned g = 0; name && g < platform->n_guests; g++)
        if (g_str_equal(platform->guests[g].name, name))
            return &platform->guests[g];
    return NULL;
}

static void store_init(IvcXenConnect *connect)
{
    IvcPlatform *platform = connect->xen->platform;
    IvcCore *core = &platform->cores.items[connect->dom0->cores[0]];
    ivc_xen_vcpu_init(&connect->vcpu, connect->xen, core, platform->n_ranks);
    ivc_xen_port_init(&connect->port, &connect->vcpu, asked, connect);
    connect->sleeper.signal.id = ivc_platform_id(platform);
    ivc_agent_init(&connect->store, ivc_platform_id(platform), "xenstore", core,
                   IVC_PRIORITY_PROCESS, store_step);
    ivc_agent_start(&connect->store);
}

IvcXenConnect *ivc_xen_connect_new(IvcXen *xen, const IvcXenConnectSpec *spec, uint64_t pages,
                                   uint32_t stage)
{
    IvcPlatform *platform = xen->platform;
    IvcXenConnect *connect = g_new0(IvcXenConnect, 1);
    connect->xen = xen;
    connect->spec = spec;
    connect->stage = stage;
    connect->n = platform->n_ranks;
    connect->request = ivc_platform_ps(platform, spec->request);
    connect->call = ivc_platform_ps(platform, spec->call);
    connect->grant_pages = pages * ivc_platform_ps(platform, spec->grant_page);
    connect->map_pages = pages * ivc_platform_ps(platform, spec->map_page);
    connect->clients = g_new0(Client, connect->n);
    connect->dom0 = find_guest(platform, spec->dom0);
    if (connect->dom0)
        store_init(connect);
    return connect;
}

void ivc_xen_connect_free(IvcXenConnect *connect)
{
    g_free(connect->clients);
    g_free(connect);
}

void ivc_xen_connect_join(IvcXenConnect *connect, uint32_t rank, IvcXenVcpu *vcpu)
{
    Client *client = &connect->clients[rank];
    client->connect = connect;
    client->announces = NOBODY;
    client->sleeper.signal.id = ivc_platform_id(connect->xen->platform);
    ivc_xen_port_init(&client->port, vcpu, answered, client);
}

/* All that is left once every rank is connected: the store on its way to sleep. */
void ivc_xen_connect_digest(const IvcXenConnect *connect, IvcDigest *digest)
{
    if (!connect->dom0)
        return;
    ivc_xen_vcpu_digest(&connect->vcpu, digest);
    ivc_agent_digest(&connect->store, digest);
    ivc_signal_digest(&connect->sleeper.signal, digest);
}
