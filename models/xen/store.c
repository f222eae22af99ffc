/* The xenstore, as far as setting channels up needs it.
 *
 * Without a dom0 its work is done on the core of who asks, and nobody is notified.
 *
 * Left out: what it stores, conflicts of transactions that are tried again, permissions. */
#include "models/xen/store.h"

struct IvcXenStore {
    IvcXen *xen;
    uint32_t stage;
    IvcTime request, call;
    const IvcGuestPlace *dom0; /* NULL: none; then what follows is unused */
    IvcXenVcpu vcpu;
    IvcXenPort port; /* requests: each guest has its own, all of which do the same */
    IvcAgent agent;
    IvcSleeper sleeper;
    IvcXenClient *first, *last;
    IvcXenClient *served;  /* whose request it is busy with */
    IvcXenClient *watched; /* who is to be told of it, too */
    struct {
        IvcLabel label;
        IvcSleepFrame sleep;
    } frame;
};

static void append(IvcXenStore *store, IvcXenClient *client)
{
    client->next = NULL;
    if (store->last)
        store->last->next = client;
    else
        store->first = client;
    store->last = client;
}

static IvcXenClient *take_first(IvcXenStore *store)
{
    IvcXenClient *client = store->first;
    store->first = client->next;
    if (!store->first)
        store->last = NULL;
    return client;
}

static void asked(IvcXenPort *port, IvcAgent *upcall)
{
    IvcXenStore *store = port->owner;
    if (ivc_os_notify(store->xen->platform, &store->sleeper))
        ivc_owe(upcall, store->xen->platform->t.wake, IVC_STAGE_WAKE);
}

/* The answer is sent. @return whom the store's watch wakes; NULL: nobody */
static IvcXenClient *answer(IvcXenClient *client)
{
    bool last = client->left == 1 && client->announces;
    client->waits = false;
    if (last)
        client->announced(client);
    ivc_xen_event_arrive(&client->port);
    return last ? client->announces : NULL;
}

static IvcStep store_step(IvcAgent *agent)
{
    IvcXenStore *store = (IvcXenStore *)((char *)agent - offsetof(IvcXenStore, agent));
    IvcXen *xen = store->xen;
    IVC_BEGIN(&store->frame);
    for (;;) {
        while (!store->first) {
            IVC_CALL(&store->frame,
                     ivc_os_sleep(xen->platform, agent, &store->sleeper, &store->frame.sleep));
        }
        store->served = take_first(store);
        ivc_owe(agent, store->request, store->stage);
        IVC_AWAIT(&store->frame,
                  ivc_spend(agent, ivc_xen_event_send(xen), xen->stage0 + XEN_EVENT_SEND));
        store->watched = answer(store->served);
        if (store->watched) {
            IVC_AWAIT(&store->frame,
                      ivc_spend(agent, ivc_xen_event_send(xen), xen->stage0 + XEN_EVENT_SEND));
            ivc_xen_event_arrive(&store->watched->port);
        }
    }
    IVC_END(&store->frame);
}

/* ---- who asks ---- */

static void answered(IvcXenPort *port, IvcAgent *upcall)
{
    IvcXenClient *client = port->owner;
    const IvcPlatform *platform = client->store->xen->platform;
    if (ivc_os_notify(client->store->xen->platform, &client->sleeper))
        ivc_owe(upcall, platform->t.wake, IVC_STAGE_WAKE);
}

void ivc_xen_client_init(IvcXenClient *client, IvcXenStore *store, IvcXenVcpu *vcpu,
                         void (*announced)(IvcXenClient *client))
{
    client->store = store;
    client->announced = announced;
    client->sleeper.signal.id = ivc_platform_id(store->xen->platform);
    ivc_xen_port_init(&client->port, vcpu, answered, client);
}

/* Nobody runs the store: a watch only wakes who waits for it. */
static bool tell_alone(IvcXenClient *client, IvcAgent *agent)
{
    IvcPlatform *platform = client->store->xen->platform;
    if (!client->announces)
        return true;
    client->announced(client);
    if (!ivc_os_notify(platform, &client->announces->sleeper))
        return true;
    return ivc_spend(agent, platform->t.wake, IVC_STAGE_WAKE);
}

IvcStep ivc_xen_store_ask(IvcXenClient *client, IvcAgent *agent)
{
    IvcXenStore *store = client->store;
    IvcXen *xen = store->xen;
    IVC_BEGIN(&client->frame);
    for (; client->left; client->left--) {
        ivc_owe(agent, store->call, store->stage);
        if (!store->dom0) {
            IVC_AWAIT(&client->frame, ivc_spend(agent, store->request, store->stage));
            continue;
        }
        IVC_AWAIT(&client->frame,
                  ivc_spend(agent, ivc_xen_event_send(xen), xen->stage0 + XEN_EVENT_SEND));
        client->waits = true;
        append(store, client);
        ivc_xen_event_arrive(&store->port);
        while (client->waits) {
            IVC_CALL(&client->frame,
                     ivc_os_sleep(xen->platform, agent, &client->sleeper, &client->frame.sleep));
        }
    }
    if (!store->dom0) {
        IVC_AWAIT(&client->frame, tell_alone(client, agent));
    }
    IVC_END(&client->frame);
}

/* ---- building ---- */

static IvcTime spent_by(const IvcPlatform *platform, const IvcGuestPlace *guest)
{
    IvcTime sum = 0;
    for (size_t c = 0; c < guest->n_cores; c++)
        for (uint32_t s = 0; s < platform->cores.n_stages; s++)
            sum += platform->cores.items[guest->cores[c]].ledger[s].spent_ps;
    return sum;
}

void ivc_xen_store_note(const IvcXenStore *store, const IvcGuestPlace *other)
{
    IvcPlatform *platform = store->xen->platform;
    if (!store->dom0)
        return;
    ivc_cores_settle(&platform->cores);
    platform->measure.setup_server_ps = spent_by(platform, store->dom0);
    if (other && other != store->dom0)
        platform->measure.setup_server_ps += spent_by(platform, other);
}

static const IvcGuestPlace *find_guest(const IvcPlatform *platform, const char *name)
{
    for (unsigned g = 0; name && g < platform->n_guests; g++)
        if (g_str_equal(platform->guests[g].name, name))
            return &platform->guests[g];
    return NULL;
}

static void run(IvcXenStore *store, uint32_t number)
{
    IvcPlatform *platform = store->xen->platform;
    IvcCore *core = &platform->cores.items[store->dom0->cores[0]];
    ivc_xen_vcpu_init(&store->vcpu, store->xen, core, number);
    ivc_xen_port_init(&store->port, &store->vcpu, asked, store);
    store->sleeper.signal.id = ivc_platform_id(platform);
    ivc_agent_init(&store->agent, ivc_platform_id(platform), "xenstore", core, IVC_PRIORITY_PROCESS,
                   store_step);
    ivc_agent_start(&store->agent);
}

IvcXenStore *ivc_xen_store_new(IvcXen *xen, const IvcXenStoreSpec *spec, uint32_t stage,
                               uint32_t number)
{
    const IvcPlatform *platform = xen->platform;
    IvcXenStore *store = g_new0(IvcXenStore, 1);
    store->xen = xen;
    store->stage = stage;
    store->request = ivc_platform_ps(platform, spec->request);
    store->call = ivc_platform_ps(platform, spec->call);
    store->dom0 = find_guest(platform, spec->dom0);
    if (store->dom0)
        run(store, number);
    return store;
}

void ivc_xen_store_free(IvcXenStore *store)
{
    g_free(store);
}

void ivc_xen_store_digest(const IvcXenStore *store, IvcDigest *digest)
{
    if (!store->dom0)
        return;
    ivc_xen_vcpu_digest(&store->vcpu, digest);
    ivc_agent_digest(&store->agent, digest);
    ivc_signal_digest(&store->sleeper.signal, digest);
}
