/* Send: choose the path by size, then registers or shared memory.
 *
 * Registers: the envelope is announced when it differs from the last one on this way; then the
 * data goes in words of up to seven bytes. A window bounds the messages that the receiver has not
 * taken. Shared memory: for each piece a block is allocated, filled, and its slot and length are
 * posted. With one copy the application made its message in the block; with two it is copied in.
 * A full region puts the sender to sleep until a block is given back; a sender that has no block
 * under way takes a smaller one instead, of which there is always one left. */
#include "models/shmem/register_shmem.h"

IvcStep ivc_vmcomm_say(IvcVmcommPort *port)
{
    IvcVmcomm *module = port->module;
    IvcAgent *agent = &port->rank->agent;
    IVC_BEGIN(&port->say);
    ivc_owe(agent, module->t.pack, module->stage0 + VMCOMM_PACK);
    IVC_CALL(&port->say, ivc_mailbox_post(module->mailbox, agent, port->rank->rank, port->say_to,
                                          port->say_word, &port->post));
    IVC_END(&port->say);
}

static IvcVmcommWay *way_to(const IvcVmcommPort *port, const IvcMpiCall *call)
{
    return ivc_vmcomm_way(port->module, port->rank->rank, (uint32_t)call->peer);
}

static void say(IvcVmcommPort *port, uint32_t to, const IvcRegisterMessage *message)
{
    port->say_to = to;
    port->say_word = ivc_vmcomm_word(message);
}

static bool same_envelope(const IvcVmcommWay *way, const IvcEnvelope *envelope)
{
    return way->announced && way->current.comm == envelope->comm &&
           way->current.tag == envelope->tag && way->current.source == envelope->source;
}

static void say_envelope(IvcVmcommPort *port, const IvcMpiCall *call)
{
    IvcRegisterMessage message = {
        .kind = IVC_REGISTER_MESSAGE_ENVELOPE,
        .envelope = {.source = call->envelope.source,
                     .communicator = call->envelope.comm,
                     .mpi_tag = (uint32_t)call->envelope.tag},
    };
    say(port, (uint32_t)call->peer, &message);
}

static void say_length(IvcVmcommPort *port, const IvcMpiCall *call)
{
    IvcRegisterMessage message = {
        .kind = IVC_REGISTER_MESSAGE_REQUEST,
        .request = {.op = IVC_REGISTER_REQUEST_SEND, .bytes = call->bytes},
    };
    say(port, (uint32_t)call->peer, &message);
}

uint64_t ivc_vmcomm_data(const IvcEnvelope *envelope, unsigned length)
{
    uint64_t mask = (UINT64_C(1) << (8 * length)) - 1;
    return ~(envelope->sequence % IVC_VMCOMM_NUMBERS) & mask;
}

static void say_data(IvcVmcommPort *port, const IvcMpiCall *call)
{
    unsigned length = (unsigned)port->bytes;
    IvcRegisterMessage message = {
        .kind = IVC_REGISTER_MESSAGE_INLINE,
        .in_line = {.length = length, .data = ivc_vmcomm_data(&call->envelope, length)},
    };
    say(port, (uint32_t)call->peer, &message);
}

/* Where a full word takes several mailbox writes, the length travels in the block's header only. */
static void say_block(IvcVmcommPort *port, const IvcMpiCall *call)
{
    bool wide = ivc_mailbox_is_wide(port->module->mailbox);
    port->module->slots[port->slot].bytes = port->bytes;
    IvcRegisterMessage message = {
        .kind = IVC_REGISTER_MESSAGE_SHARED,
        .shared = {.last = port->at + port->bytes == call->bytes,
                   .slot = port->slot,
                   .bytes = wide ? (uint32_t)port->bytes : 0},
    };
    say(port, (uint32_t)call->peer, &message);
}

/* A message of several words announces its length, which holds until another one is announced; 0
 * stands for messages of one word, which say their length themselves. */
static uint64_t several_words(const IvcMpiCall *call)
{
    return call->bytes > IVC_REGISTER_INLINE_BYTES_MAX ? call->bytes : 0;
}

static IvcStep send_in_line(IvcVmcommPort *port, IvcMpiCall *call)
{
    IvcVmcomm *module = port->module;
    IvcAgent *agent = &port->rank->agent;
    IvcVmcommWay *way = way_to(port, call);
    IVC_BEGIN(&port->part);
    if (way->unacked >= module->spec->window) {
        IVC_AWAIT(&port->part, ivc_pay(agent));
    }
    while (way->unacked >= module->spec->window) {
        module->window_waits++;
        port->wants_window = true;
        IVC_CALL(&port->part, ivc_os_sleep(module->platform, agent, &port->sleeper, &port->sleep));
        port->wants_window = false;
    }
    way->unacked++;
    module->inline_messages++;
    if (!same_envelope(way, &call->envelope)) {
        say_envelope(port, call);
        way->announced = true;
        way->current = call->envelope;
        way->current.bytes = 0;
        IVC_CALL(&port->part, ivc_vmcomm_say(port));
    }
    ivc_arrivals_push(&way->sent, &call->envelope, 0, 0);
    module->in_flight++;
    if (several_words(call) != way->current.bytes) {
        way->current.bytes = several_words(call);
        say_length(port, call);
        IVC_CALL(&port->part, ivc_vmcomm_say(port));
    }
    port->at = 0;
    do {
        port->bytes = MIN(call->bytes - port->at, IVC_REGISTER_INLINE_BYTES_MAX);
        say_data(port, call);
        IVC_CALL(&port->part, ivc_vmcomm_say(port));
        port->at += port->bytes;
    } while (port->at < call->bytes);
    IVC_END(&port->part);
}

static unsigned guest_of(const IvcVmcomm *module, uint32_t rank)
{
    return module->ports[rank].guest;
}

/* What must stay free: one smallest block for every other rank that has none under way. So a rank
 * can always go on with one block, whatever the others hold, and a program that would finish
 * without any buffering finishes with a region of any size and in any state of fragmentation. */
static uint64_t reserved_bytes(const IvcVmcommPort *port)
{
    const IvcVmcomm *module = port->module;
    uint64_t ranks = module->without_blocks - (port->blocks == 0);
    return ranks * module->spec->block_min.n;
}

/* The bytes that this rank may take now: what it wants, or less when it has no other block. */
static uint64_t allowed_bytes(const IvcVmcommPort *port)
{
    const IvcVmcomm *module = port->module;
    uint64_t least = module->spec->block_min.n;
    uint64_t unused = module->spec->region.n - ivc_region_bytes_used(module->region);
    uint64_t reserved = reserved_bytes(port);
    uint64_t room = unused > reserved ? unused - reserved : 0;
    if (ivc_region_block_bytes_for(port->bytes, least) <= room &&
        ivc_region_block_bytes_for(port->bytes, least) <=
            ivc_region_block_bytes_free_max(module->region))
        return port->bytes;
    if (port->blocks)
        return 0;
    room = MAX(room, least); /* a region of fewer blocks than ranks has nothing to reserve */
    room = MIN(room, ivc_region_block_bytes_free_max(module->region));
    return MIN(port->bytes, ivc_region_block_bytes_max(room, least));
}

static bool take_block(IvcVmcommPort *port)
{
    IvcVmcomm *module = port->module;
    uint64_t bytes = allowed_bytes(port);
    if (bytes == 0)
        return false;
    IvcRegionResult result =
        ivc_region_block_alloc(module->region, port->guest, bytes, &port->slot);
    ivc_hot_assert(result == IVC_REGION_OK);
    module->slots_used = MAX(module->slots_used, port->slot + 1);
    port->bytes = bytes;
    module->without_blocks -= port->blocks == 0;
    port->blocks++;
    return true;
}

/* Hands the block over: the receiver's guest holds it, the sender's no longer. */
static void hand_block(IvcVmcommPort *port, const IvcMpiCall *call)
{
    IvcVmcomm *module = port->module;
    unsigned mine = port->guest;
    unsigned theirs = guest_of(module, (uint32_t)call->peer);
    IvcRegionResult result = ivc_region_block_hand(module->region, mine, port->slot, theirs);
    ivc_hot_assert(result == IVC_REGION_OK);
}

static IvcBuffer *slot_data(IvcVmcommPort *port)
{
    IvcVmcommSlot *slot = &port->module->slots[port->slot];
    slot->data.bytes = MAX(slot->data.bytes, port->bytes);
    return &slot->data;
}

static IvcStep send_shared(IvcVmcommPort *port, IvcMpiCall *call)
{
    IvcVmcomm *module = port->module;
    IvcAgent *agent = &port->rank->agent;
    IVC_BEGIN(&port->part);
    module->shared_messages++;
    ivc_arrivals_push(&way_to(port, call)->sent, &call->envelope, 0, 0);
    module->in_flight++;
    for (port->at = 0; port->at < call->bytes; port->at += port->bytes) {
        port->bytes = MIN(module->piece, call->bytes - port->at);
        IVC_AWAIT(&port->part, ivc_spend(agent, module->t.alloc, module->stage0 + VMCOMM_ALLOC));
        while (!take_block(port)) {
            port->wants_room = true;
            module->wanting_room++;
            module->room_waits++;
            IVC_CALL(&port->part,
                     ivc_os_sleep(module->platform, agent, &port->sleeper, &port->sleep));
            module->wanting_room -= port->wants_room;
            port->wants_room = false;
            IVC_AWAIT(&port->part,
                      ivc_spend(agent, module->t.alloc, module->stage0 + VMCOMM_ALLOC));
        }
        ivc_vmcomm_touch(port, port->slot, port->bytes);
        if (module->spec->copies == 1) {
            ivc_produce(agent, slot_data(port), 0, port->bytes);
        } else {
            IVC_AWAIT(&port->part, ivc_copy(agent, slot_data(port), 0, call->buffer, port->at,
                                            port->bytes, module->stage0 + VMCOMM_COPY_IN));
        }
        ivc_owe(agent, ivc_line_touch(agent, &module->slots[port->slot].header, true),
                module->stage0 + VMCOMM_HEADER);
        hand_block(port, call);
        say_block(port, call);
        IVC_CALL(&port->part, ivc_vmcomm_say(port));
    }
    IVC_END(&port->part);
}

IvcStep ivc_vmcomm_send(IvcRank *rank, IvcMpiCall *call)
{
    IvcVmcommPort *port = ivc_vmcomm_port(rank);
    IvcVmcomm *module = port->module;
    const IvcMachineTimes *t = &module->platform->t;
    IVC_BEGIN(&port->call);
    ivc_owe(&rank->agent, t->syscall_enter, IVC_STAGE_SYSCALL);
    ivc_owe(&rank->agent, module->t.choose, module->stage0 + VMCOMM_CHOOSE);
    if (ivc_vmcomm_in_line(module, call->bytes)) {
        IVC_CALL(&port->call, send_in_line(port, call));
    } else {
        IVC_CALL(&port->call, send_shared(port, call));
    }
    IVC_AWAIT(&port->call, ivc_spend(&rank->agent, t->syscall_exit, IVC_STAGE_SYSCALL));
    IVC_END(&port->call);
}
