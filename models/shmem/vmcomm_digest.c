/* What of the VM-communication module can influence the future. */
#include "models/shmem/register_shmem.h"

/* A message on its way to rank `to`. */
static void message_digest(const IvcVmcomm *module, uint32_t to, uint32_t index, IvcDigest *digest)
{
    ivc_digest_u64(digest, index == IVC_VMCOMM_NONE);
    if (index == IVC_VMCOMM_NONE)
        return;
    const IvcVmcommMessage *message = &module->messages[index];
    ivc_envelope_digest(&message->envelope, module->ports[to].rank->received_from, digest);
    ivc_digest_u64(digest, message->shared);
    ivc_digest_u64(digest, message->direct);
    ivc_digest_u64(digest, message->have);
    ivc_digest_u64(digest, message->complete);
    for (uint32_t at = message->first; at != IVC_VMCOMM_NONE; at = module->slots[at].next) {
        ivc_digest_u64(digest, at);
        ivc_digest_u64(digest, module->slots[at].bytes);
        ivc_digest_u64(digest, module->slots[at].last);
    }
    ivc_digest_u64(digest, UINT64_MAX);
}

static void way_digest(const IvcVmcomm *module, const IvcPair *used, IvcDigest *digest)
{
    const IvcVmcommWay *way = used->state;
    uint32_t to = used->to;
    ivc_digest_u64(digest, (uint64_t)used->from << 32 | to);
    ivc_arrivals_digest(&way->sent, module->ports[to].rank->received_from, digest);
    ivc_digest_u64(digest, way->announced);
    if (way->announced) {
        ivc_digest_u64(digest, way->current.comm);
        ivc_digest_u64(digest, (uint64_t)(int64_t)way->current.tag);
        ivc_digest_u64(digest, way->current.source);
        ivc_digest_u64(digest, way->current.bytes);
    }
    message_digest(module, to, way->open, digest);
    ivc_digest_u64(digest, way->unacked);
    ivc_digest_u64(digest, way->consumed);
}

static void frames_digest(const IvcVmcommPort *port, IvcDigest *digest)
{
    ivc_digest_u64(digest, port->post.label);
    ivc_digest_u64(digest, port->post.label ? port->post.chunk : 0);
    ivc_digest_u64(digest, port->post.label ? port->post.n_chunks : 0);
    ivc_digest_u64(digest, port->sleep.label);
    ivc_digest_u64(digest, port->say.label);
    ivc_digest_u64(digest, port->say.label ? port->say_to : 0);
    ivc_digest_u64(digest, port->say.label ? port->say_word : 0);
    ivc_digest_u64(digest, port->call.label);
    ivc_digest_u64(digest, port->part.label);
    ivc_digest_u64(digest, port->waiting.label);
    ivc_digest_u64(digest, port->handling.label);
    message_digest(port->module, port->rank->rank,
                   port->handling.label ? port->handled : IVC_VMCOMM_NONE, digest);
    if (!port->part.label)
        return;
    ivc_digest_u64(digest, port->at);
    ivc_digest_u64(digest, port->bytes);
    ivc_digest_u64(digest, port->slot);
    ivc_digest_u64(digest, port->loop);
}

static void port_digest(const IvcVmcommPort *port, IvcDigest *digest)
{
    const IvcVmcomm *module = port->module;
    ivc_sleeper_digest(&port->sleeper, digest);
    if (module->platform->virt)
        ivc_digest_u64(digest, port->touched);
    ivc_digest_u64(digest, port->blocks);
    ivc_digest_u64(digest, port->wants_room);
    ivc_digest_u64(digest, port->wants_window);
    ivc_digest_u64(digest, port->posted != NULL);
    message_digest(module, port->rank->rank, port->claimed, digest);
    message_digest(module, port->rank->rank, port->message, digest);
    ivc_digest_u64(digest, port->unexpected.n);
    for (uint32_t i = 0; !digest->brief && i < port->unexpected.n; i++)
        message_digest(module, port->rank->rank, ivc_arrivals_at(&port->unexpected, i)->index,
                       digest);
    ivc_buffer_digest(module->platform->memory, &port->aside, digest);
    frames_digest(port, digest);
}

void ivc_vmcomm_digest(const void *channel, IvcDigest *digest)
{
    const IvcVmcomm *module = channel;
    for (uint32_t r = 0; r < module->n; r++)
        port_digest(&module->ports[r], digest);
    for (uint32_t w = 0; w < ivc_pairs_count(&module->ways); w++)
        way_digest(module, ivc_pairs_at(&module->ways, w), digest);
    ivc_mailbox_digest(module->mailbox, digest);
    ivc_digest_u64(digest, module->in_flight);
    if (!module->region || digest->brief)
        return;
    ivc_region_digest(module->region, digest);
    /* A snapshot spares what nobody has ever used: most of a large region. */
    uint32_t n = ivc_digest_is_snapshot(digest) ? module->slots_used : module->n_slots;
    for (uint32_t i = 0; i < n; i++) {
        ivc_buffer_digest(module->platform->memory, &module->slots[i].data, digest);
        ivc_line_digest(&module->slots[i].header, digest);
    }
}
