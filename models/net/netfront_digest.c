/* What of the split driver can influence the future. */
#include "models/net/netfront_private.h"

static void packet_digest(const Netfront *net, const Packet *packet, IvcDigest *digest)
{
    ivc_digest_u64(digest, (uint64_t)packet->from << 32 | packet->to);
    ivc_digest_u64(digest, (uint64_t)packet->head_slots << 32 | packet->grant_slots);
    ivc_tcp_segment_digest(net->head.tcp, packet->from, packet->to, &packet->segment, digest);
    ivc_tcp_payload_digest(net->head.tcp, packet->from, packet->to, &packet->payload, digest);
}

static void packets_digest(const Netfront *net, const PacketList *list, IvcDigest *digest)
{
    ivc_digest_u64(digest, list->n);
    for (const Packet *packet = list->first; packet && !digest->brief; packet = packet->next)
        packet_digest(net, packet, digest);
}

static void arrivals_digest(const Vif *vif, IvcDigest *digest)
{
    ivc_digest_u64(digest, vif->arrivals_n);
    ivc_digest_u64(digest, vif->arrivals_staged);
    for (uint32_t i = 0; i < vif->arrivals_n + vif->arrivals_staged && !digest->brief; i++) {
        const Arrival *arrival = &vif->arrivals[(vif->arrivals_first + i) % vif->rx.size];
        ivc_digest_u64(digest, (uint64_t)arrival->from << 32 | arrival->slots);
        ivc_tcp_segment_digest(vif->net->head.tcp, arrival->from, vif->rank, &arrival->segment,
                               digest);
        if (arrival->segment.bytes)
            ivc_tcp_place_digest(vif->net->head.tcp, arrival->from, vif->rank, arrival->skb,
                                 digest);
    }
}

static void front_digest(const Vif *vif, IvcDigest *digest)
{
    ivc_xen_vcpu_digest(&vif->vcpu, digest);
    ivc_xen_port_digest(&vif->tx_done, digest);
    ivc_xen_port_digest(&vif->rx_ready, digest);
    ivc_xen_ring_digest(&vif->tx, digest);
    ivc_xen_ring_digest(&vif->rx, digest);
    ivc_digest_u64(digest, vif->reserved);
    ivc_digest_u64(digest, vif->stopped);
    ivc_digest_u64(digest, vif->polling);
    ivc_digest_u64(digest, vif->unposted);
    ivc_digest_u64(digest, vif->poll_frame.label);
    if (vif->poll_frame.label)
        ivc_digest_u64(digest, vif->work);
}

static void sleeper_digest(const IvcSleeper *sleeper, IvcDigest *digest)
{
    ivc_signal_digest(&sleeper->signal, digest);
    ivc_digest_u64(digest, sleeper->pending);
    ivc_digest_u64(digest, sleeper->asleep);
}

static void back_digest(const Vif *vif, IvcDigest *digest)
{
    ivc_xen_port_digest(&vif->tx_ready, digest);
    ivc_xen_port_digest(&vif->rx_posted, digest);
    ivc_digest_u64(digest, vif->back_polling);
    ivc_digest_u64(digest, vif->starved);
    ivc_digest_u64(digest, vif->pending);
    ivc_digest_u64(digest, vif->operations);
    ivc_digest_u64(digest, vif->pushed);
    ivc_digest_u64(digest, vif->to_answer);
    ivc_digest_u64(digest, vif->answering);
    ivc_agent_digest(&vif->rx_thread, digest);
    ivc_agent_digest(&vif->dealloc_thread, digest);
    sleeper_digest(&vif->rx_sleeper, digest);
    sleeper_digest(&vif->dealloc_sleeper, digest);
    ivc_digest_u64(digest, vif->rx_frame.label);
    ivc_digest_u64(digest, vif->rx_frame.sleep.label);
    ivc_digest_u64(digest, vif->dealloc_frame.label);
    ivc_digest_u64(digest, vif->dealloc_frame.sleep.label);
}

static void cpu_digest(const BackCpu *cpu, IvcDigest *digest)
{
    ivc_xen_vcpu_digest(&cpu->vcpu, digest);
    ivc_agent_digest(&cpu->softirq, digest);
    ivc_signal_digest(&cpu->work, digest);
    for (const Vif *vif = cpu->first; vif; vif = vif->next_polled)
        ivc_digest_u64(digest, vif->rank);
    ivc_digest_u64(digest, UINT64_MAX);
    ivc_digest_u64(digest, cpu->polled ? cpu->polled->rank : UINT64_MAX);
    ivc_digest_u64(digest, cpu->frame.label);
    ivc_digest_u64(digest, cpu->poll_frame.label);
    packets_digest(cpu->net, &cpu->batch, digest);
}

void ivc_netfront_digest(const IvcLink *link, IvcDigest *digest)
{
    const Netfront *net = (const Netfront *)link;
    for (uint32_t c = 0; c < net->n_cpus; c++)
        cpu_digest(&net->cpus[c], digest);
    for (uint32_t r = 0; r < net->n; r++) {
        const Vif *vif = &net->vifs[r];
        front_digest(vif, digest);
        back_digest(vif, digest);
        packets_digest(net, &vif->sent, digest);
        packets_digest(net, &vif->queue, digest);
        packets_digest(net, &vif->done, digest);
        arrivals_digest(vif, digest);
    }
}

void ivc_netfront_frame_digest(const IvcLink *link, const IvcLinkFrame *frame, uint32_t from,
                               uint32_t to, IvcDigest *digest)
{
    ivc_digest_u64(digest, frame->label);
    if (!frame->label)
        return;
    ivc_digest_u64(digest, frame->slots);
    ivc_tcp_segment_digest(link->tcp, from, to, &frame->segment, digest);
}
