/* Recv, and the interrupt handler that feeds it.
 *
 * The handler decodes each word and either completes a waiting Recv (inline data goes straight
 * into the user's buffer) or queues the message. Data in blocks is copied by the receiving process
 * itself, which then frees the block and tells a sender that waits for room. */
#include "models/shmem/register_shmem.h"
#include "sim/engine/sim_error.h"

/* ---- the interrupt handler ---- */

static bool has_data(const IvcRegisterMessage *word)
{
    return word->kind == IVC_REGISTER_MESSAGE_SHARED || word->kind == IVC_REGISTER_MESSAGE_INLINE;
}

/* The message that a word of data on this way belongs to; a new one when none is open. */
static uint32_t open_message(IvcVmcomm *module, uint32_t to, uint32_t from,
                             const IvcRegisterMessage *word)
{
    bool shared = word->kind == IVC_REGISTER_MESSAGE_SHARED;
    IvcVmcommWay *way = ivc_vmcomm_way(module, from, to);
    IvcVmcommPort *port = &module->ports[to];
    if (way->open != IVC_VMCOMM_NONE)
        return way->open;
    ivc_hot_assert(way->sent.n > 0);
    uint32_t index = ivc_vmcomm_message_new(module);
    IvcVmcommMessage *message = &module->messages[index];
    message->envelope = ivc_arrivals_at(&way->sent, 0)->envelope;
    ivc_arrivals_drop(&way->sent, 0);
    message->shared = shared;
    way->open = index;
    if (port->posted && port->claimed == IVC_VMCOMM_NONE &&
        ivc_mpi_matches(port->posted, &message->envelope)) {
        port->claimed = index;
        message->direct = !shared && message->envelope.bytes <= port->posted->bytes;
    } else {
        ivc_arrivals_push(&port->unexpected, &message->envelope, 0, index);
    }
    return index;
}

static void append_block(IvcVmcomm *module, uint32_t to, uint32_t from,
                         const IvcRegisterMessage *word)
{
    IvcVmcommMessage *message = &module->messages[module->ports[to].handled];
    uint32_t at = word->shared.slot;
    IvcVmcommSlot *slot = &module->slots[at];
    if (word->shared.bytes) /* else the header says it */
        slot->bytes = word->shared.bytes;
    slot->last = word->shared.last;
    slot->next = IVC_VMCOMM_NONE;
    if (message->first == IVC_VMCOMM_NONE)
        message->first = at;
    else
        module->slots[message->last].next = at;
    message->last = at;
    message->have += slot->bytes;
    if (slot->last) {
        message->complete = true;
        ivc_vmcomm_way(module, from, to)->open = IVC_VMCOMM_NONE;
    }
}

static void check_data(IvcVmcomm *module, const IvcRegisterMessage *word,
                       const IvcEnvelope *envelope)
{
    if (word->in_line.data != ivc_vmcomm_data(envelope, word->in_line.length))
        ivc_sim_fail(&module->platform->sim, IVC_SIM_ERROR_CONSERVATION,
                     "the register held data of another message of rank %u", envelope->source);
}

static void append_inline(IvcVmcomm *module, uint32_t to, uint32_t from,
                          const IvcRegisterMessage *word)
{
    IvcVmcommMessage *message = &module->messages[module->ports[to].handled];
    check_data(module, word, &message->envelope);
    message->have += word->in_line.length;
    if (message->have == message->envelope.bytes) {
        message->complete = true;
        ivc_vmcomm_way(module, from, to)->open = IVC_VMCOMM_NONE;
    }
}

/* Whether the process on this core has a reason to look again. */
static bool concerns_process(const IvcVmcommPort *port, const IvcRegisterMessage *word,
                             uint32_t message)
{
    switch (word->kind) {
    case IVC_REGISTER_MESSAGE_INLINE:
        return port->module->messages[message].complete &&
               (message == port->claimed || message == port->message);
    case IVC_REGISTER_MESSAGE_SHARED:
        return message == port->claimed || message == port->message;
    case IVC_REGISTER_MESSAGE_CREDIT:
        return port->wants_window;
    case IVC_REGISTER_MESSAGE_CONTROL:
        return true; /* sent only to those who asked for it */
    default:
        return false;
    }
}

/* Where the handler puts inline data: the user's buffer, or kernel memory. */
static IvcBuffer *inline_target(IvcVmcommPort *port, const IvcVmcommMessage *message)
{
    return message->direct ? port->posted->buffer : &port->aside;
}

IvcStep ivc_vmcomm_deliver(void *client, IvcAgent *handler, uint32_t to, uint32_t from,
                           uint64_t word)
{
    IvcVmcomm *module = client;
    IvcVmcommPort *port = &module->ports[to];
    IvcRegisterMessage message;
    bool valid = ivc_register_message_decode(word, &message);
    g_assert(valid);
    IVC_BEGIN(&port->handling);
    port->handled = has_data(&message) ? open_message(module, to, from, &message) : IVC_VMCOMM_NONE;
    if (message.kind == IVC_REGISTER_MESSAGE_SHARED) {
        append_block(module, to, from, &message);
    } else if (message.kind == IVC_REGISTER_MESSAGE_INLINE) {
        if (message.in_line.length > 0) {
            IVC_AWAIT(&port->handling,
                      ivc_copy(handler, inline_target(port, &module->messages[port->handled]),
                               module->messages[port->handled].have, NULL, 0,
                               message.in_line.length, module->stage0 + VMCOMM_DELIVER));
        }
        append_inline(module, to, from, &message);
    } else if (message.kind == IVC_REGISTER_MESSAGE_CREDIT) {
        ivc_vmcomm_way(module, to, from)->unacked -= message.credit.count;
    }
    if (concerns_process(port, &message, port->handled) &&
        ivc_os_notify(module->platform, &port->sleeper)) {
        IVC_AWAIT(&port->handling, ivc_spend(handler, module->platform->t.wake, IVC_STAGE_WAKE));
    }
    IVC_END(&port->handling);
}

/* ---- the receiving process ---- */

/* Waits for the handler: polls for a bounded time first when asked to, then sleeps. */
static IvcStep wait_for_handler(IvcVmcommPort *port)
{
    IvcVmcomm *module = port->module;
    IvcAgent *agent = &port->rank->agent;
    IVC_BEGIN(&port->waiting);
    if (module->t.spin && !port->sleeper.pending) {
        IVC_AWAIT(&port->waiting, ivc_poll(agent, &port->sleeper.signal, module->platform->t.poll,
                                           module->t.spin, module->stage0 + VMCOMM_SPIN));
    }
    IVC_CALL(&port->waiting, ivc_os_sleep(module->platform, agent, &port->sleeper, &port->sleep));
    IVC_END(&port->waiting);
}

/* Finds the message, or waits until the handler has matched one. */
static IvcStep obtain(IvcVmcommPort *port, IvcMpiCall *call)
{
    IvcVmcomm *module = port->module;
    IvcArrival found;
    IVC_BEGIN(&port->part);
    IVC_AWAIT(&port->part,
              ivc_spend(&port->rank->agent, module->t.match, module->stage0 + VMCOMM_MATCH));
    if (ivc_arrivals_take_for(&port->unexpected, call, &found)) {
        port->message = found.index;
        IVC_RETURN(&port->part);
    }
    port->posted = call;
    port->claimed = IVC_VMCOMM_NONE;
    while (port->claimed == IVC_VMCOMM_NONE) {
        IVC_CALL(&port->part, wait_for_handler(port));
    }
    port->message = port->claimed;
    IVC_END(&port->part);
}

static IvcVmcommMessage *message_of(const IvcVmcommPort *port)
{
    return &port->module->messages[port->message];
}

/* Inline data: it is, or soon will be, in the user's buffer or aside. */
static IvcStep take_in_line(IvcVmcommPort *port, IvcMpiCall *call)
{
    IvcVmcomm *module = port->module;
    IvcVmcommWay *way = ivc_vmcomm_way(module, message_of(port)->envelope.source, port->rank->rank);
    IVC_BEGIN(&port->part);
    while (!message_of(port)->complete) {
        IVC_CALL(&port->part, wait_for_handler(port));
    }
    port->bytes = MIN(message_of(port)->envelope.bytes, call->bytes);
    if (!message_of(port)->direct && port->bytes) {
        IVC_AWAIT(&port->part, ivc_copy(&port->rank->agent, call->buffer, 0, &port->aside, 0,
                                        port->bytes, module->stage0 + VMCOMM_COPY_OUT));
    }
    if (++way->consumed >= MAX(1, module->spec->window / 2)) {
        IvcRegisterMessage credit = {.kind = IVC_REGISTER_MESSAGE_CREDIT,
                                     .credit = {.count = (uint32_t)way->consumed}};
        port->say_to = message_of(port)->envelope.source;
        port->say_word = ivc_vmcomm_word(&credit);
        way->consumed = 0;
        IVC_CALL(&port->part, ivc_vmcomm_say(port));
    }
    IVC_END(&port->part);
}

static void give_back(IvcVmcommPort *port)
{
    IvcVmcomm *module = port->module;
    unsigned guest = port->guest;
    bool back;
    IvcRegionResult result = ivc_region_block_free(module->region, guest, port->slot, &back);
    ivc_hot_assert(result == IVC_REGION_OK && back);
    IvcVmcommPort *source = &module->ports[module->messages[port->message].envelope.source];
    source->blocks--;
    source->taken_back += module->spec->rights != IVC_RIGHTS_SHARED;
    module->without_blocks += source->blocks == 0;
}

/* Enough is free again that waking who waits for room is worth an interrupt. */
static bool has_room(const IvcVmcomm *module)
{
    uint64_t used = ivc_region_bytes_used(module->region);
    return module->spec->region.n - used >= module->room;
}

/* Whether a rank that sleeps for room should look again: there is enough to be worth an interrupt,
 * or none of its own blocks is left whose return could wake it later. */
static bool should_wake(const IvcVmcommPort *port)
{
    return port->wants_room && (has_room(port->module) || port->blocks == 0);
}

/* Tells the ranks that sleep for room that there is some. */
static IvcStep wake_senders(IvcVmcommPort *port)
{
    IvcVmcomm *module = port->module;
    IVC_BEGIN(&port->waiting);
    for (port->loop = module->wanting_room ? 0 : module->n; port->loop < module->n; port->loop++) {
        if (!should_wake(&module->ports[port->loop]) || port->loop == port->rank->rank)
            continue;
        IvcRegisterMessage wake = {
            .kind = IVC_REGISTER_MESSAGE_CONTROL,
            .control = {.op = IVC_REGISTER_CONTROL_WAKE, .source = port->rank->rank}};
        module->ports[port->loop].wants_room = false; /* one wake-up is enough */
        module->wanting_room--;
        port->say_to = port->loop;
        port->say_word = ivc_vmcomm_word(&wake);
        IVC_CALL(&port->waiting, ivc_vmcomm_say(port));
    }
    IVC_END(&port->waiting);
}

/* Copies the block's bytes to the user; by way of private memory where nobody's memory is trusted.
 */
static IvcStep copy_block(IvcVmcommPort *port, IvcMpiCall *call)
{
    IvcVmcomm *module = port->module;
    IvcAgent *agent = &port->rank->agent;
    IvcBuffer *from = &module->slots[port->slot].data;
    uint64_t at = port->bytes ? port->at : 0;
    IVC_BEGIN(&port->copying);
    if (ivc_guard_copies(&module->guard)) {
        IVC_AWAIT(&port->copying, ivc_copy(agent, &port->private_copy, 0, from, 0, port->bytes,
                                           module->stage0 + VMCOMM_GUARD + GUARD_COPY));
        from = &port->private_copy;
    }
    IVC_AWAIT(&port->copying, ivc_copy(agent, call->buffer, at, from, 0, port->bytes,
                                       module->stage0 + VMCOMM_COPY_OUT));
    if (ivc_guard_seals(&module->guard)) {
        IVC_AWAIT(&port->copying, ivc_spend(agent, ivc_guard_ps(&module->guard, port->bytes),
                                            module->stage0 + VMCOMM_GUARD + GUARD_OPEN));
    }
    IVC_END(&port->copying);
}

/* The receiver has done with a block: it frees it, or writes into memory of its own that it may be
 * freed. A request like ivc_pay(). */
static bool done_with_block(IvcVmcommPort *port)
{
    const IvcVmcomm *module = port->module;
    IvcAgent *agent = &port->rank->agent;
    if (module->spec->rights == IVC_RIGHTS_SHARED)
        return ivc_spend(agent, module->t.free_block, module->stage0 + VMCOMM_FREE);
    return ivc_spend(agent, ivc_line_touch(agent, &port->acknowledged, true),
                     module->stage0 + VMCOMM_ACKNOWLEDGE);
}

/* Copies the message out of its blocks as they come, and frees them. */
static IvcStep take_shared(IvcVmcommPort *port, IvcMpiCall *call)
{
    IvcVmcomm *module = port->module;
    IvcAgent *agent = &port->rank->agent;
    IVC_BEGIN(&port->part);
    for (port->at = 0; port->at < message_of(port)->envelope.bytes;) {
        while (message_of(port)->first == IVC_VMCOMM_NONE) {
            IVC_CALL(&port->part, wait_for_handler(port));
        }
        port->slot = message_of(port)->first;
        message_of(port)->first = module->slots[port->slot].next;
        ivc_owe(agent, ivc_line_touch(agent, &module->slots[port->slot].header, false),
                module->stage0 + VMCOMM_HEADER);
        port->bytes =
            MIN(module->slots[port->slot].bytes, call->bytes - MIN(call->bytes, port->at));
        ivc_vmcomm_touch(port, port->slot, port->bytes);
        IVC_CALL(&port->part, copy_block(port, call));
        IVC_AWAIT(&port->part, done_with_block(port));
        port->at += module->slots[port->slot].bytes;
        give_back(port);
        IVC_CALL(&port->part, wake_senders(port));
    }
    IVC_END(&port->part);
}

IvcStep ivc_vmcomm_recv(IvcRank *rank, IvcMpiCall *call)
{
    IvcVmcommPort *port = ivc_vmcomm_port(rank);
    IvcVmcomm *module = port->module;
    const IvcMachineTimes *t = &module->platform->t;
    IVC_BEGIN(&port->call);
    ivc_owe(&rank->agent, t->syscall_enter, IVC_STAGE_SYSCALL);
    IVC_CALL(&port->call, obtain(port, call));
    if (message_of(port)->shared) {
        IVC_CALL(&port->call, take_shared(port, call));
    } else {
        IVC_CALL(&port->call, take_in_line(port, call));
    }
    call->envelope = message_of(port)->envelope;
    if (call->envelope.bytes > call->bytes)
        call->error = IVC_MPI_ERR_TRUNCATE;
    ivc_vmcomm_message_free(module, port->message);
    port->message = port->claimed = IVC_VMCOMM_NONE;
    port->posted = NULL;
    module->in_flight--;
    IVC_AWAIT(&port->call, ivc_spend(&rank->agent, t->syscall_exit, IVC_STAGE_SYSCALL));
    IVC_END(&port->call);
}
