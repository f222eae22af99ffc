/* Words between cores: the timing of the inter-core registers.
 *
 * Post: take the lane's turn when others share it; read the status of the target until the lane is
 * empty; store the word; store the post bit, where the word does not post by itself. The stores
 * take effect at the target one flight later. A word wider than a mailbox goes in chunks, each of
 * which waits until the one before was taken.
 * Receive: line asserted, interrupt entry, read which lanes posted, read the word, dispatch, clear,
 * exit. With several nodes each link on the way adds its time: once to the flight, twice to a load
 * of the target's status. Chunks that follow the first are awaited in the handler by polling the
 * own register, as long as a sender takes that is not interrupted itself; then the handler leaves,
 * and the next chunk interrupts again. Two handlers that waited for each other's processes would
 * never end.
 *
 * Where the mode of the run makes registers and interrupts trap, each access and each interrupt
 * costs what the mode adds: before the access, and behind it too for the store that posts.
 *
 * Left out: nested interrupts (the handler runs with interrupts off), write buffers that could
 * reorder the two stores (uncached stores are ordered), error responses. */
#include "models/ipi/mailbox.h"

typedef struct IvcMailboxLane {
    IvcMailbox *mailbox;
    uint32_t to;
    uint32_t lane;
    bool shared;    /* several senders use it: they take turns */
    bool held;      /* one of them has the turn */
    uint32_t from;  /* who posted last */
    bool flying;    /* stores are on their way */
    uint64_t store; /* what will be stored */
    IvcTimer flight;
    IvcSignal empty;
    IvcSignal turn;
    IvcRegisterJoin join;
    IvcRegisterPort ports[IVC_REG_ENABLE + 1];   /* by role */
    IvcRegisterPlace places[IVC_REG_ENABLE + 1]; /* where that is */
} Lane;

typedef struct {
    IvcMailbox *mailbox;
    uint32_t member;
    uint32_t core;
    Lane *lanes; /* of this member */
    IvcAgent agent;
    IvcSignal line;
    IvcLabel label;
    struct {
        IvcLabel label;
    } fetch;
    uint32_t lane;
    uint64_t pending;
    uint64_t value;
    uint64_t word;
    uint32_t from;
    bool complete; /* the fetch ended with a whole word; used at once */
    char name[24];
} Handler;

struct IvcMailbox {
    IvcPlatform *platform;
    const IvcRegisterBlockOps *ops;
    IvcRegisterBlock *block;
    IvcMailboxClient client;
    uint32_t n;
    Handler *handlers;
    Lane *lanes; /* [member * ops->lanes + lane] */
    uint64_t words;
    uint64_t posted;
};

static Handler *handler_of(IvcAgent *agent)
{
    return (Handler *)((char *)agent - offsetof(Handler, agent));
}

static Lane *lane_of(const IvcMailbox *mailbox, uint32_t to, uint32_t lane)
{
    return &mailbox->lanes[to * mailbox->ops->lanes + lane];
}

/* The lane that a sender uses. */
static Lane *route(const IvcMailbox *mailbox, uint32_t from, uint32_t to)
{
    return lane_of(mailbox, to, ivc_register_lane(mailbox->ops, mailbox->n, from, to).lane);
}

static const IvcRegisterPort *port_of(const Lane *lane, IvcRegisterRole role)
{
    return &lane->ports[role];
}

static uint64_t port_read(const Lane *lane, IvcRegisterRole role)
{
    return ivc_register_read_at(lane->mailbox->block, lane->places[role]);
}

static void port_write(const Lane *lane, IvcRegisterRole role, uint64_t value)
{
    IvcRegisterAccess access =
        ivc_register_write_at(lane->mailbox->block, lane->places[role], value);
    ivc_hot_assert(access == IVC_REGISTER_OK);
}

static bool is_full(const Lane *lane)
{
    return lane->flying ||
           (port_read(lane, IVC_REG_STATUS) & port_of(lane, IVC_REG_STATUS)->mask) != 0;
}

static bool is_chunked(const IvcMailbox *mailbox)
{
    return mailbox->ops->chunk_bits < 64;
}

/* The stores reach the target core. */
static void flight_fire(IvcSim *sim, IvcTimer *timer)
{
    Lane *lane = (Lane *)((char *)timer - offsetof(Lane, flight));
    Handler *handler = &lane->mailbox->handlers[lane->to];
    lane->flying = false;
    port_write(lane, IVC_REG_DATA, lane->store);
    if (!lane->mailbox->ops->data_posts)
        port_write(lane, IVC_REG_POST, port_of(lane, IVC_REG_POST)->mask);
    ivc_signal(sim, &handler->line);
}

/* The way between a sender and the lane, which is at its receiver, over links. */
static IvcTime way_ps(const Lane *lane, uint32_t from)
{
    const Handler *handlers = lane->mailbox->handlers;
    return ivc_platform_way_ps(lane->mailbox->platform, handlers[from].core,
                               handlers[lane->to].core);
}

/* Reading the status of a lane that is further away. */
static IvcTime load_ps(const Lane *lane, IvcTime way)
{
    return lane->mailbox->platform->t.registers_load + 2 * way;
}

/* One turn of a loop that reads a register: with what the mode adds, which is not counted as
 * exits. */
static IvcTime turn_ps(const IvcMailbox *mailbox, IvcTime load)
{
    return MAX(1, load + ivc_virt_ps(mailbox->platform, IVC_VIRT_REGISTER));
}

static void launch(Lane *lane, uint32_t from, uint64_t word, const IvcPostFrame *f)
{
    IvcPlatform *platform = lane->mailbox->platform;
    lane->from = from;
    lane->flying = true;
    lane->store = is_chunked(lane->mailbox) ? ivc_register_message_chunk(word, f->chunk) : word;
    ivc_timer_arm(&platform->sim, &lane->flight,
                  platform->sim.now + platform->t.registers_flight + f->way_ps, IVC_PHASE_DELIVER);
}

IvcStep ivc_mailbox_post(IvcMailbox *mailbox, IvcAgent *agent, uint32_t from, uint32_t to,
                         uint64_t word, IvcPostFrame *f)
{
    const IvcMachineTimes *t = &mailbox->platform->t;
    if (f->label == 0) {
        f->lane = route(mailbox, from, to);
        f->way_ps = way_ps(f->lane, from);
    }
    Lane *lane = f->lane;
    IVC_BEGIN(f);
    if (lane->shared) {
        IVC_AWAIT(f, ivc_pay(agent));
    }
    while (lane->shared && lane->held) {
        IVC_AWAIT(f,
                  ivc_poll(agent, &lane->turn, t->poll, IVC_TIME_NEVER, IVC_STAGE_REGISTER_POLL));
    }
    if (lane->shared) {
        lane->held = true;
        IVC_AWAIT(f, ivc_spend(agent, t->atomic, IVC_STAGE_ATOMIC));
    }
    mailbox->words++;
    mailbox->posted++;
    f->n_chunks = ivc_register_message_chunks(word, mailbox->ops->chunk_bits);
    for (f->chunk = 0; f->chunk < f->n_chunks; f->chunk++) {
        ivc_virt_owe(agent, IVC_VIRT_REGISTER);
        IVC_AWAIT(f, ivc_spend(agent, load_ps(lane, f->way_ps), IVC_STAGE_REGISTER_LOAD));
        while (is_full(lane)) {
            IVC_AWAIT(f, ivc_poll(agent, &lane->empty, turn_ps(mailbox, load_ps(lane, f->way_ps)),
                                  IVC_TIME_NEVER, IVC_STAGE_REGISTER_POLL));
        }
        if (!mailbox->ops->data_posts) {
            ivc_virt_owe(agent, IVC_VIRT_REGISTER);
            ivc_owe(agent, t->registers_store, IVC_STAGE_REGISTER_STORE);
        }
        ivc_virt_owe_leave(agent, IVC_VIRT_REGISTER);
        IVC_AWAIT(f, ivc_spend(agent, t->registers_store, IVC_STAGE_REGISTER_STORE));
        launch(lane, from, word, f);
        if (mailbox->platform->virt) {
            ivc_virt_owe_enter(agent, IVC_VIRT_REGISTER);
            IVC_AWAIT(f, ivc_pay(agent));
        }
    }
    if (lane->shared) {
        lane->held = false;
        ivc_signal(agent->sim, &lane->turn);
    }
    IVC_END(f);
}

/* From emptying a lane to the next chunk in it, when its sender runs: it sees that the lane is
 * empty, stores, and the stores arrive. */
static IvcTime next_chunk_ps(const Lane *lane)
{
    const IvcMachineTimes *t = &lane->mailbox->platform->t;
    IvcTime way = way_ps(lane, lane->from);
    IvcTime more = 4 * ivc_virt_ps(lane->mailbox->platform, IVC_VIRT_REGISTER);
    return 2 * load_ps(lane, way) + 2 * t->registers_store + more + t->registers_flight + way;
}

/* Takes what the lane holds; true when the word is complete. */
static bool take_chunk(Handler *h, Lane *lane)
{
    h->value = port_read(lane, IVC_REG_FETCH);
    h->from = lane->from;
    if (!is_chunked(h->mailbox)) {
        h->word = h->value;
        return true;
    }
    IvcRegisterJoinResult joined = ivc_register_join_add(&lane->join, (uint32_t)h->value, &h->word);
    ivc_hot_assert(joined != IVC_REGISTER_JOIN_MALFORMED);
    return joined == IVC_REGISTER_JOIN_DONE;
}

static void clear_lane(Handler *h, Lane *lane)
{
    port_write(lane, IVC_REG_CLEAR, port_of(lane, IVC_REG_CLEAR)->mask);
    ivc_signal(h->agent.sim, &lane->empty);
}

/* Reads one word out of a lane, chunk by chunk, looks what it is, and empties the lane. */
static IvcStep fetch_word(Handler *h, Lane *lane)
{
    IvcMailbox *mailbox = h->mailbox;
    const IvcMachineTimes *t = &mailbox->platform->t;
    IVC_BEGIN(&h->fetch);
    h->complete = false;
    /* The word cannot change before the lane is cleared: reading and clearing go together. */
    if (port_of(lane, IVC_REG_FETCH)->address != port_of(lane, IVC_REG_PENDING)->address) {
        ivc_virt_owe(&h->agent, IVC_VIRT_REGISTER);
        ivc_owe(&h->agent, t->registers_load, IVC_STAGE_REGISTER_LOAD);
    }
    while (!take_chunk(h, lane)) {
        ivc_virt_owe(&h->agent, IVC_VIRT_REGISTER);
        IVC_AWAIT(&h->fetch, ivc_spend(&h->agent, t->registers_store, IVC_STAGE_REGISTER_STORE));
        clear_lane(h, lane);
        ivc_virt_owe(&h->agent, IVC_VIRT_REGISTER);
        IVC_AWAIT(&h->fetch, ivc_spend(&h->agent, t->registers_load, IVC_STAGE_REGISTER_LOAD));
        while (port_read(lane, IVC_REG_FETCH) == 0) {
            IVC_AWAIT(&h->fetch, ivc_poll(&h->agent, &h->line, turn_ps(mailbox, t->registers_load),
                                          next_chunk_ps(lane), IVC_STAGE_REGISTER_POLL));
            if (h->agent.timed_out) {
                IVC_RETURN(&h->fetch);
            }
        }
    }
    ivc_owe(&h->agent, mailbox->client.dispatch_ps, mailbox->client.dispatch_stage);
    ivc_virt_owe(&h->agent, IVC_VIRT_REGISTER);
    IVC_AWAIT(&h->fetch, ivc_spend(&h->agent, t->registers_store, IVC_STAGE_REGISTER_STORE));
    clear_lane(h, lane);
    h->complete = true;
    mailbox->words--;
    IVC_END(&h->fetch);
}

static bool has_posted(const Handler *h, const Lane *lane)
{
    return (h->pending & port_of(lane, IVC_REG_PENDING)->mask) != 0;
}

static IvcStep handler_step(IvcAgent *agent)
{
    Handler *h = handler_of(agent);
    IvcMailbox *mailbox = h->mailbox;
    const IvcMachineTimes *t = &mailbox->platform->t;
    Lane *lane = &h->lanes[h->lane];
    IVC_BEGIN(h);
    for (;;) {
        while (!ivc_register_lines(mailbox->block, h->core)) {
            IVC_AWAIT(h, ivc_wait(agent, &h->line, IVC_TIME_NEVER));
        }
        ivc_virt_owe(agent, IVC_VIRT_EXTERNAL_INTERRUPT);
        ivc_owe(agent, t->interrupt_entry, IVC_STAGE_INTERRUPT_ENTRY);
        ivc_virt_owe(agent, IVC_VIRT_REGISTER);
        IVC_AWAIT(h, ivc_spend(agent, t->registers_load, IVC_STAGE_REGISTER_LOAD));
        h->pending = port_read(h->lanes, IVC_REG_PENDING);
        for (h->lane = 0; h->lane < mailbox->ops->lanes; h->lane++) {
            lane = &h->lanes[h->lane];
            if (!has_posted(h, lane))
                continue;
            IVC_CALL(h, fetch_word(h, lane));
            if (!h->complete)
                continue;
            IVC_CALL(h, mailbox->client.deliver(mailbox->client.client, agent, h->member, h->from,
                                                h->word));
        }
        h->lane = 0;
        ivc_virt_owe(agent, IVC_VIRT_END_OF_INTERRUPT);
        IVC_AWAIT(h, ivc_spend(agent, t->interrupt_exit, IVC_STAGE_INTERRUPT_EXIT));
    }
    IVC_END(h);
}

static void lane_init(IvcMailbox *mailbox, uint32_t to, uint32_t index)
{
    Lane *lane = lane_of(mailbox, to, index);
    lane->mailbox = mailbox;
    lane->to = to;
    lane->lane = index;
    for (int role = 0; role <= IVC_REG_ENABLE; role++) {
        IvcRegisterPort port = ivc_register_port(mailbox->ops, (IvcRegisterRole)role,
                                                 mailbox->handlers[to].core, index);
        IvcRegisterAccess access =
            ivc_register_find(mailbox->block, port.address, port.width_bits, &lane->places[role]);
        g_assert(access == IVC_REGISTER_OK);
        lane->ports[role] = port;
    }
    lane->empty.id = ivc_platform_id(mailbox->platform);
    lane->turn.id = ivc_platform_id(mailbox->platform);
    ivc_timer_init(&lane->flight, ivc_platform_id(mailbox->platform), flight_fire);
    lane->shared = ivc_register_lane_is_shared(mailbox->ops, mailbox->n, index);
}

static void handler_init(IvcMailbox *mailbox, uint32_t member)
{
    IvcPlatform *platform = mailbox->platform;
    Handler *h = &mailbox->handlers[member];
    h->mailbox = mailbox;
    h->member = member;
    h->core = platform->ranks[member].core;
    h->lanes = lane_of(mailbox, member, 0);
    h->line.id = ivc_platform_id(platform);
    g_snprintf(h->name, sizeof h->name, "interrupts %u", member);
    ivc_agent_init(&h->agent, ivc_platform_id(platform), h->name, &platform->cores.items[h->core],
                   IVC_PRIORITY_INTERRUPT, handler_step);
}

static void enable_lines(IvcMailbox *mailbox, uint32_t member)
{
    uint64_t mask = 0;
    for (uint32_t l = 0; l < mailbox->ops->lanes; l++)
        mask |= port_of(lane_of(mailbox, member, l), IVC_REG_ENABLE)->mask;
    port_write(lane_of(mailbox, member, 0), IVC_REG_ENABLE, mask);
}

IvcMailbox *ivc_mailbox_new(IvcPlatform *platform, const IvcRegisterBlockOps *block,
                            const IvcMailboxClient *client)
{
    IvcMailbox *mailbox = g_new0(IvcMailbox, 1);
    mailbox->platform = platform;
    mailbox->ops = block;
    mailbox->block = ivc_register_block_new(block, platform->cores.n);
    mailbox->client = *client;
    mailbox->n = platform->n_ranks;
    mailbox->handlers = g_new0(Handler, mailbox->n);
    mailbox->lanes = g_new0(Lane, (gsize)mailbox->n * block->lanes);
    for (uint32_t m = 0; m < mailbox->n; m++) {
        handler_init(mailbox, m);
        for (uint32_t l = 0; l < block->lanes; l++)
            lane_init(mailbox, m, l);
        enable_lines(mailbox, m);
    }
    for (uint32_t m = 0; m < mailbox->n; m++)
        ivc_agent_start(&mailbox->handlers[m].agent);
    ivc_platform_count(platform, "register_words", "count",
                       "64-bit messages through inter-core registers", &mailbox->posted);
    return mailbox;
}

void ivc_mailbox_free(IvcMailbox *mailbox)
{
    ivc_register_block_free(mailbox->block);
    g_free(mailbox->handlers);
    g_free(mailbox->lanes);
    g_free(mailbox);
}

bool ivc_mailbox_is_wide(const IvcMailbox *mailbox)
{
    return !is_chunked(mailbox);
}

uint64_t ivc_mailbox_words(const IvcMailbox *mailbox)
{
    return mailbox->words;
}

static void lane_digest(const Lane *lane, IvcDigest *digest)
{
    ivc_digest_u64(digest, lane->held);
    ivc_digest_u64(digest, lane->from);
    ivc_digest_u64(digest, lane->flying);
    ivc_digest_u64(digest, lane->flying ? lane->store : 0);
    ivc_signal_digest(&lane->empty, digest);
    ivc_signal_digest(&lane->turn, digest);
    ivc_register_join_digest(&lane->join, digest);
}

static void handler_digest(const Handler *h, IvcDigest *digest)
{
    ivc_agent_digest(&h->agent, digest);
    ivc_signal_digest(&h->line, digest);
    ivc_digest_u64(digest, h->label);
    ivc_digest_u64(digest, h->fetch.label);
    ivc_digest_u64(digest, h->lane);
    ivc_digest_u64(digest, h->label ? h->pending : 0);
    ivc_digest_u64(digest, h->fetch.label ? h->value : 0);
    ivc_digest_u64(digest, h->label ? h->word : 0);
    ivc_digest_u64(digest, h->label ? h->from : 0);
}

void ivc_mailbox_digest(const IvcMailbox *mailbox, IvcDigest *digest)
{
    ivc_register_block_digest(mailbox->block, digest);
    for (uint32_t m = 0; m < mailbox->n; m++)
        handler_digest(&mailbox->handlers[m], digest);
    for (uint32_t l = 0; l < mailbox->n * mailbox->ops->lanes; l++)
        lane_digest(&mailbox->lanes[l], digest);
    ivc_digest_u64(digest, mailbox->words);
}
