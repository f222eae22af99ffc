/* What of the split driver can influence the future. */
#include "models/net/netfront_private.h"

static void packet_digest(const Netfront *net, const Packet *packet, IvcDigest *digest)
{
    ivc_digest_u64(digest, (uint64_t)packet->from << 32 | packet->to);
    ivc_digest_u64(digest, (uint64_t)packet->head_slots << 32 | packet->grant_slots);
    ivc_tcp_segment_digest(net->head.tcp, packet->from, packet->to, &packet->segment, digest);
    ivc_digest_u64(digest, packet->pool != NULL);
    if (packet->pool)
        ivc_digest_u64(digest, (uint64_t)(packet->payload.buffer - packet->pool));
    else
        ivc_tcp_payload_digest(net->head.tcp, packet->from, packet->to, &packet->payload, digest);
}

/* Packets whose data the driver domain's reader has not read: by how far it is from there. */
static void held_digest(const Queue *queue, IvcDigest *digest)
{
    const Netfront *net = queue->net;
    ivc_digest_u64(digest, queue->held.n);
    for (const Packet *packet = queue->held.first; packet && !digest->brief;
         packet = packet->next) {
        ivc_digest_u64(digest, packet->grant_slots);
        ivc_digest_u64(digest,
                       ivc_tcp_arrived(net->head.tcp, packet->from, packet->to) - packet->end);
    }
}

static void packets_digest(const Netfront *net, const PacketList *list, IvcDigest *digest)
{
    ivc_digest_u64(digest, list->n);
    for (const Packet *packet = list->first; packet && !digest->brief; packet = packet->next)
        packet_digest(net, packet, digest);
}

static void arrivals_digest(const Queue *queue, IvcDigest *digest)
{
    ivc_digest_u64(digest, queue->arrivals_n);
    ivc_digest_u64(digest, queue->arrivals_staged);
    for (uint32_t i = 0; i < queue->arrivals_n + queue->arrivals_staged && !digest->brief; i++) {
        const Arrival *arrival = &queue->arrivals[(queue->arrivals_first + i) % queue->rx.size];
        ivc_digest_u64(digest, (uint64_t)arrival->from << 32 | arrival->slots);
        ivc_tcp_segment_digest(queue->net->head.tcp, arrival->from, queue->rank, &arrival->segment,
                               digest);
        ivc_digest_u64(
            digest, arrival->staged ? 1 + (uint64_t)(arrival->staged - queue->rx_pool.buffers) : 0);
        if (arrival->segment.bytes && queue->net->variant->give != GIVE_STAGED)
            ivc_tcp_place_digest(queue->net->head.tcp, arrival->from, queue->rank, arrival->skb,
                                 digest);
    }
}

static void front_digest(const Queue *queue, IvcDigest *digest)
{
    ivc_xen_port_digest(&queue->tx_done, digest);
    ivc_xen_port_digest(&queue->rx_ready, digest);
    ivc_xen_ring_digest(&queue->tx, digest);
    ivc_xen_ring_digest(&queue->rx, digest);
    ivc_digest_u64(digest, queue->reserved);
    ivc_digest_u64(digest, queue->stopped);
    ivc_digest_u64(digest, queue->polling);
    ivc_digest_u64(digest, queue->unposted);
    ivc_digest_u64(digest, queue->poll_frame.label);
    ivc_page_pool_digest(&queue->tx_pool, queue->net->platform->memory, digest);
    ivc_page_pool_digest(&queue->rx_pool, queue->net->platform->memory, digest);
    if (!queue->poll_frame.label)
        return;
    ivc_digest_u64(digest, queue->visible - queue->work);
    ivc_digest_u64(digest, queue->posting);
    ivc_digest_u64(digest, queue->merges);
    ivc_digest_u64(digest, queue->merged);
}

static void back_digest(const Queue *queue, IvcDigest *digest)
{
    ivc_xen_port_digest(&queue->tx_ready, digest);
    ivc_xen_port_digest(&queue->rx_posted, digest);
    ivc_digest_u64(digest, queue->back_polling);
    ivc_digest_u64(digest, queue->starved);
    ivc_digest_u64(digest, queue->mapped);
    ivc_digest_u64(digest, queue->pending);
    ivc_digest_u64(digest, queue->operations);
    ivc_digest_u64(digest, queue->pushed);
    ivc_digest_u64(digest, queue->to_answer);
    ivc_digest_u64(digest, queue->answering);
    ivc_page_pool_digest(&queue->own, queue->net->platform->memory, digest);
    queue->net->variant->back->digest(queue, digest);
}

static void cpu_digest(const BackCpu *cpu, IvcDigest *digest)
{
    ivc_xen_vcpu_digest(&cpu->vcpu, digest);
    ivc_agent_digest(&cpu->softirq, digest);
    ivc_signal_digest(&cpu->work, digest);
    if (cpu->net->head.tells)
        ivc_softirq_turn_digest(ivc_tcp_turn(cpu->net->head.tcp, &cpu->softirq),
                                ivc_tcp_turn_ps(cpu->net->head.tcp), digest);
    for (const Queue *queue = cpu->first; queue; queue = queue->next_polled)
        ivc_digest_u64(digest, queue->number);
    ivc_digest_u64(digest, UINT64_MAX);
    ivc_digest_u64(digest, cpu->polled ? cpu->polled->number : UINT64_MAX);
    ivc_digest_u64(digest, cpu->starved);
    ivc_digest_u64(digest, cpu->gives_due);
    ivc_digest_u64(digest, cpu->answers_due);
    ivc_digest_u64(digest, cpu->frame.label);
    ivc_digest_u64(digest, cpu->poll_frame.label);
    packets_digest(cpu->net, &cpu->batch, digest);
    ivc_digest_u64(digest, cpu->forward_frame.label);
    if (cpu->forward_frame.label && cpu->batch.n) {
        const Packet *first = cpu->batch.first;
        const Queue *from = ivc_netfront_queue(cpu->net, first->from, first->to);
        ivc_digest_u64(digest, from->copied ? 1 + (uint64_t)(from->copied - from->own.buffers) : 0);
    }
    ivc_digest_u64(digest, cpu->give_frame.label);
    if (cpu->give_frame.label)
        ivc_digest_u64(digest, cpu->giving);
    ivc_digest_u64(digest, cpu->answer_frame.label);
    if (cpu->answer_frame.label)
        ivc_digest_u64(digest, cpu->answering);
}

static void vif_digest(const Vif *vif, IvcDigest *digest)
{
    const Netfront *net = vif->net;
    ivc_digest_u64(digest, vif->frame.label);
    if (vif != net->local) {
        ivc_xen_vcpu_digest(&vif->vcpu, digest);
        ivc_xen_lock_digest(&net->xen, &vif->grants, digest);
        if (vif->frame.label)
            ivc_digest_u64(digest, vif->polled);
        return;
    }
    packets_digest(net, &vif->arrived, digest);
    ivc_digest_u64(digest, vif->blocked);
    if (!vif->frame.label)
        return;
    ivc_digest_u64(digest, vif->taken);
    if (vif->arrived.n && vif->arrived.first->segment.bytes)
        ivc_tcp_place_digest(net->head.tcp, vif->arrived.first->from, vif->rank, vif->skb, digest);
}

void ivc_netfront_digest(const IvcLink *link, IvcDigest *digest)
{
    const Netfront *net = (const Netfront *)link;
    for (uint32_t c = 0; c < net->n_cpus && !digest->differs; c++)
        cpu_digest(&net->cpus[c], digest);
    for (uint32_t r = 0; r < net->n && !digest->differs; r++)
        vif_digest(&net->vifs[r], digest);
    ivc_xen_lock_digest(&net->xen, &net->maptrack, digest);
    ivc_xenbus_digest(net->bus, digest);
    for (uint32_t q = 0; q < net->n_all && !digest->differs; q++) {
        const Queue *queue = &net->queues[q];
        front_digest(queue, digest);
        back_digest(queue, digest);
        packets_digest(net, &queue->sent, digest);
        packets_digest(net, &queue->before, digest);
        packets_digest(net, &queue->waiting, digest);
        packets_digest(net, &queue->done, digest);
        held_digest(queue, digest);
        arrivals_digest(queue, digest);
    }
}

void ivc_netfront_frame_digest(const IvcLink *link, const IvcLinkFrame *frame, uint32_t from,
                               uint32_t to, IvcDigest *digest)
{
    ivc_digest_u64(digest, frame->label);
    if (!frame->label)
        return;
    ivc_digest_u64(digest, frame->slots);
    if (frame->staged) {
        const Netfront *net = (const Netfront *)link;
        const Queue *queue = ivc_netfront_queue(net, from, to);
        ivc_digest_u64(digest, (uint64_t)(frame->staged - queue->tx_pool.buffers));
    }
    ivc_tcp_segment_digest(link->tcp, from, to, &frame->segment, digest);
}
