/* Interrupts between cores that carry nothing, as a bit in a configuration register of the SCC does
 * or a mailbox of which only the interrupt is used.
 *
 * The store takes effect one flight later, and each link on the way adds its time. The bit stays
 * set until the handler clears it: rings before that are one. Handler: entry, read which bits are
 * set, clear them, the client's software and whatever it delivers, exit. Where the mode of the run
 * makes registers and interrupts trap, each access and each interrupt costs what the mode adds.
 *
 * Left out: the lock under which several cores change the bits of one register. */
#include "models/ipi/doorbell.h"

typedef struct {
    IvcTimer flight;
    IvcDoorbells *bells;
    uint32_t to;
    bool flying;
} Wire;

typedef struct {
    IvcLabel label;
    IvcDoorbells *bells;
    uint32_t rank;
    bool rung;
    IvcSignal line;
    IvcAgent agent;
    char name[24];
} Handler;

struct IvcDoorbells {
    IvcPlatform *platform;
    void *client;
    IvcDoorbellDeliver deliver;
    IvcTime handle_ps;
    uint32_t stage;
    uint32_t n;
    Handler *handlers;
    IvcPairs wires; /* of Wire */
    uint64_t interrupts;
};

static void flight_fire(IvcSim *sim, IvcTimer *timer)
{
    Wire *wire = (Wire *)timer;
    Handler *handler = &wire->bells->handlers[wire->to];
    wire->flying = false;
    handler->rung = true;
    ivc_signal(sim, &handler->line);
}

static Wire *wire_of(IvcDoorbells *bells, uint32_t from, uint32_t to)
{
    Wire *wire = ivc_pairs_find(&bells->wires, from, to);
    if (G_LIKELY(wire))
        return wire;
    wire = ivc_pairs_add(&bells->wires, from, to);
    wire->bells = bells;
    wire->to = to;
    ivc_timer_init(&wire->flight, ivc_platform_id(bells->platform), flight_fire);
    return wire;
}

void ivc_doorbell_ring(IvcDoorbells *bells, uint32_t from, uint32_t to)
{
    IvcPlatform *platform = bells->platform;
    Wire *wire = wire_of(bells, from, to);
    if (wire->flying)
        return;
    IvcTime way =
        ivc_platform_way_ps(platform, platform->ranks[from].core, platform->ranks[to].core);
    wire->flying = true;
    ivc_timer_arm(&platform->sim, &wire->flight,
                  platform->sim.now + platform->t.registers_flight + way, IVC_PHASE_DELIVER);
}

static IvcStep handler_step(IvcAgent *agent)
{
    Handler *h = (Handler *)((char *)agent - offsetof(Handler, agent));
    IvcDoorbells *bells = h->bells;
    const IvcMachineTimes *t = &bells->platform->t;
    IVC_BEGIN(h);
    for (;;) {
        while (!h->rung) {
            IVC_AWAIT(h, ivc_wait(agent, &h->line, IVC_TIME_NEVER));
        }
        bells->interrupts++;
        ivc_virt_owe(agent, IVC_VIRT_EXTERNAL_INTERRUPT);
        ivc_owe(agent, t->interrupt_entry, IVC_STAGE_INTERRUPT_ENTRY);
        ivc_virt_owe(agent, IVC_VIRT_REGISTER);
        ivc_owe(agent, t->registers_load, IVC_STAGE_REGISTER_LOAD);
        ivc_virt_owe(agent, IVC_VIRT_REGISTER);
        IVC_AWAIT(h, ivc_spend(agent, t->registers_store, IVC_STAGE_REGISTER_STORE));
        h->rung = false;
        IVC_AWAIT(h, ivc_spend(agent, bells->handle_ps, bells->stage));
        IVC_CALL(h, bells->deliver(bells->client, agent, h->rank));
        ivc_virt_owe(agent, IVC_VIRT_END_OF_INTERRUPT);
        IVC_AWAIT(h, ivc_spend(agent, t->interrupt_exit, IVC_STAGE_INTERRUPT_EXIT));
    }
    IVC_END(h);
}

IvcDoorbells *ivc_doorbells_new(IvcPlatform *platform, void *client, IvcDoorbellDeliver deliver,
                                IvcTime handle_ps, uint32_t stage)
{
    IvcDoorbells *bells = g_new0(IvcDoorbells, 1);
    bells->platform = platform;
    bells->client = client;
    bells->deliver = deliver;
    bells->handle_ps = handle_ps;
    bells->stage = stage;
    bells->n = platform->n_ranks;
    bells->handlers = g_new0(Handler, bells->n);
    ivc_pairs_init(&bells->wires, bells->n, sizeof(Wire));
    for (uint32_t r = 0; r < bells->n; r++) {
        Handler *h = &bells->handlers[r];
        h->bells = bells;
        h->rank = r;
        h->line.id = ivc_platform_id(platform);
        g_snprintf(h->name, sizeof h->name, "interrupts %u", r);
        ivc_agent_init(&h->agent, ivc_platform_id(platform), h->name,
                       &platform->cores.items[platform->ranks[r].core], IVC_PRIORITY_INTERRUPT,
                       handler_step);
        ivc_agent_start(&h->agent);
    }
    ivc_platform_count(platform, "interrupts", "count", "interrupts between cores that were taken",
                       &bells->interrupts);
    return bells;
}

void ivc_doorbells_free(IvcDoorbells *bells)
{
    ivc_pairs_clear(&bells->wires);
    g_free(bells->handlers);
    g_free(bells);
}

void ivc_doorbells_digest(const IvcDoorbells *bells, IvcDigest *digest)
{
    for (uint32_t r = 0; r < bells->n; r++) {
        const Handler *h = &bells->handlers[r];
        ivc_agent_digest(&h->agent, digest);
        ivc_signal_digest(&h->line, digest);
        ivc_digest_u64(digest, h->label);
        ivc_digest_u64(digest, h->rung);
    }
    for (uint32_t p = 0; p < ivc_pairs_count(&bells->wires); p++) {
        const IvcPair *used = ivc_pairs_at(&bells->wires, p);
        ivc_digest_u64(digest, (uint64_t)used->from << 32 | used->to);
        ivc_digest_u64(digest, ((const Wire *)used->state)->flying);
    }
}
