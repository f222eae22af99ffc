/* Frontends and backends find each other through the xenstore.
 *
 * The backends' driver has one thread (xenwatch) that does one thing after the other: it announces
 * every interface, and connects each one when its frontend has left word of its rings. A frontend
 * is connected when its backend has said so, too; then it grants the pages for what arrives.
 *
 * Left out: the toolstack that creates the devices, hotplug scripts and the bridge, the thread that
 * netback makes for each queue, the control ring, disconnecting. */
#include "models/xen/xenbus.h"

typedef enum {
    XENBUS_INITIALISING,
    XENBUS_INIT_WAIT, /* the backend waits for its frontend */
    XENBUS_CONNECTED,
} State;

/* An interface: what the xenstore says of its two ends. */
typedef struct Front Front;

struct Front {
    IvcXenClient client; /* first: the store knows it by that */
    IvcXenBus *bus;
    State front, back;
    Front *next; /* among those that the backend has to look at */
    struct {
        IvcLabel label;
        IvcSleepFrame sleep;
    } frame;
};

struct IvcXenBus {
    IvcXen *xen;
    const IvcXenBusSpec *spec;
    IvcXenBusDevice device;
    IvcXenStore *store;
    Front *fronts; /* by rank; without a client's store: it has none */
    uint32_t n;
    IvcTime grant_rings, map_rings, grant_posted, hypercalls_ps;
    uint64_t hypercalls; /* of one side, for its event channels */
    IvcXenVcpu vcpu;
    IvcXenClient client; /* the backends' thread */
    IvcAgent thread;
    uint32_t announced; /* ranks below this have been */
    uint32_t to_come;   /* interfaces that are not connected */
    Front *first, *last;
    Front *served;
    struct {
        IvcLabel label;
        IvcSleepFrame sleep;
    } frame;
};

/* A frontend has left word. */
static void front_connected(IvcXenClient *client)
{
    Front *front = (Front *)client;
    IvcXenBus *bus = front->bus;
    front->front = XENBUS_CONNECTED;
    front->next = NULL;
    if (bus->last)
        bus->last->next = front;
    else
        bus->first = front;
    bus->last = front;
}

/* The backends' thread has changed the state of the one that it is busy with. */
static void back_changed(IvcXenClient *client)
{
    IvcXenBus *bus = (IvcXenBus *)((char *)client - offsetof(IvcXenBus, client));
    Front *front = bus->served;
    front->back = front->back == XENBUS_INITIALISING ? XENBUS_INIT_WAIT : XENBUS_CONNECTED;
}

static Front *take_first(IvcXenBus *bus)
{
    Front *front = bus->first;
    bus->first = front->next;
    if (!bus->first)
        bus->last = NULL;
    return front;
}

/* ---- the backends ---- */

/* Requests of the thread; the last one is told to the frontend that it is busy with, or to none. */
static void prepare(IvcXenBus *bus, uint64_t requests, bool tells)
{
    bus->client.left = requests;
    bus->client.announces = tells ? &bus->served->client : NULL;
}

static IvcStep thread_step(IvcAgent *agent)
{
    IvcXenBus *bus = (IvcXenBus *)((char *)agent - offsetof(IvcXenBus, thread));
    const IvcXenBusSpec *spec = bus->spec;
    IvcXen *xen = bus->xen;
    IVC_BEGIN(&bus->frame);
    for (bus->announced = 0; bus->announced < bus->n; bus->announced++) {
        bus->served = &bus->fronts[bus->announced];
        if (!bus->served->bus)
            continue;
        prepare(bus, spec->back_offers, true);
        IVC_CALL(&bus->frame, ivc_xen_store_ask(&bus->client, agent));
    }
    for (; bus->to_come; bus->to_come--) {
        while (!bus->first) {
            IVC_CALL(&bus->frame,
                     ivc_os_sleep(xen->platform, agent, &bus->client.sleeper, &bus->frame.sleep));
        }
        bus->served = take_first(bus);
        prepare(bus,
                spec->back_requests - IVC_XENBUS_STATE_REQUESTS +
                    bus->device.queues * spec->queue_requests,
                false);
        IVC_CALL(&bus->frame, ivc_xen_store_ask(&bus->client, agent));
        xen->hypercalls += bus->hypercalls + bus->device.queues; /* one maps both rings */
        IVC_AWAIT(&bus->frame, ivc_spend(agent,
                                         bus->hypercalls_ps + bus->map_rings +
                                             bus->device.queues * xen->t.hypercall,
                                         bus->device.stage));
        prepare(bus, IVC_XENBUS_STATE_REQUESTS, true);
        IVC_CALL(&bus->frame, ivc_xen_store_ask(&bus->client, agent));
    }
    IVC_END(&bus->frame);
}

/* ---- the frontends ---- */

IvcStep ivc_xenbus_connect(IvcXenBus *bus, IvcAgent *agent, uint32_t rank)
{
    Front *front = &bus->fronts[rank];
    IvcXenClient *client = &front->client;
    IvcXen *xen = bus->xen;
    if (!front->bus)
        return IVC_DONE;
    IVC_BEGIN(&front->frame);
    while (front->back == XENBUS_INITIALISING) {
        IVC_CALL(&front->frame,
                 ivc_os_sleep(xen->platform, agent, &client->sleeper, &front->frame.sleep));
    }
    xen->hypercalls += bus->hypercalls;
    IVC_AWAIT(&front->frame,
              ivc_spend(agent, bus->grant_rings + bus->hypercalls_ps, bus->device.stage));
    client->left = bus->spec->front_requests + bus->device.queues * bus->spec->queue_requests;
    client->announces = &bus->client;
    IVC_CALL(&front->frame, ivc_xen_store_ask(client, agent));
    while (front->back != XENBUS_CONNECTED) {
        IVC_CALL(&front->frame,
                 ivc_os_sleep(xen->platform, agent, &client->sleeper, &front->frame.sleep));
    }
    IVC_AWAIT(&front->frame, ivc_spend(agent, bus->grant_posted, bus->device.stage));
    ivc_xen_store_note(bus->store, bus->device.domain);
    IVC_END(&front->frame);
}

/* ---- building ---- */

IvcXenBus *ivc_xenbus_new(IvcXen *xen, const IvcXenBusSpec *spec, const IvcXenBusDevice *device)
{
    IvcPlatform *platform = xen->platform;
    IvcXenBus *bus = g_new0(IvcXenBus, 1);
    IvcTime grant = ivc_platform_ps(platform, spec->share.grant_page);
    IvcCore *core = &platform->cores.items[device->domain->cores[0]];
    bus->xen = xen;
    bus->spec = spec;
    bus->device = *device;
    bus->n = platform->n_ranks;
    bus->hypercalls = 2 * device->queues;
    bus->hypercalls_ps = bus->hypercalls * xen->t.hypercall;
    bus->grant_rings = 2 * device->queues * grant;
    bus->map_rings = 2 * device->queues * ivc_platform_ps(platform, spec->share.map_page);
    bus->grant_posted = device->queues * device->posted * grant;
    bus->fronts = g_new0(Front, bus->n);
    bus->store = ivc_xen_store_new(xen, &spec->store, device->stage, platform->n_ranks);
    ivc_xen_vcpu_init(&bus->vcpu, xen, core, platform->n_ranks + 1);
    ivc_xen_client_init(&bus->client, bus->store, &bus->vcpu, back_changed);
    ivc_agent_init(&bus->thread, ivc_platform_id(platform), "xenwatch", core, IVC_PRIORITY_PROCESS,
                   thread_step);
    ivc_agent_start(&bus->thread);
    return bus;
}

void ivc_xenbus_free(IvcXenBus *bus)
{
    if (!bus)
        return;
    ivc_xen_store_free(bus->store);
    g_free(bus->fronts);
    g_free(bus);
}

void ivc_xenbus_join(IvcXenBus *bus, uint32_t rank, IvcXenVcpu *vcpu)
{
    Front *front = &bus->fronts[rank];
    front->bus = bus;
    bus->to_come++;
    ivc_xen_client_init(&front->client, bus->store, vcpu, front_connected);
}

/* All that is left once everybody is connected. */
void ivc_xenbus_digest(const IvcXenBus *bus, IvcDigest *digest)
{
    if (!bus)
        return;
    ivc_xen_store_digest(bus->store, digest);
    ivc_xen_vcpu_digest(&bus->vcpu, digest);
    ivc_agent_digest(&bus->thread, digest);
}
