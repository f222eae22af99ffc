/* What of the packet FIFOs can influence the future. */
#include "models/net/xen_fifo_private.h"

static void packets_digest(const XenFifos *fifos, const FifoWay *way, IvcDigest *digest)
{
    IvcTcp *tcp = fifos->head.tcp;
    for (uint32_t i = 0; i < way->packets.n; i++)
        ivc_tcp_segment_digest(tcp, way->from, way->to, ivc_backlog_at(&way->packets, i), digest);
    for (uint32_t i = 0; i < way->waiting.n; i++) {
        const WaitingPacket *packet = ivc_backlog_at(&way->waiting, i);
        ivc_tcp_segment_digest(tcp, way->from, way->to, &packet->segment, digest);
        ivc_tcp_payload_digest(tcp, way->from, way->to, &packet->payload, digest);
    }
    for (uint32_t p = 0; p < way->fifo.size / way->fifo.page; p++)
        ivc_buffer_digest(fifos->platform->memory, &way->pages[p], digest);
}

static void way_digest(const XenFifos *fifos, const FifoWay *way, IvcDigest *digest)
{
    ivc_xen_byte_ring_digest(&way->fifo, digest);
    ivc_xen_port_digest(&way->port, digest);
    if (way->control == &way->own_line)
        ivc_line_digest(way->control, digest);
    ivc_digest_u64(digest, way->packets.n);
    ivc_digest_u64(digest, way->waiting.n);
    ivc_digest_u64(digest, way->filling);
    ivc_digest_u64(digest, way->stopped);
    ivc_digest_u64(digest, way->fill_frame.label);
    ivc_digest_u64(digest, way->move_frame.label);
    if (way->move_frame.label) {
        ivc_digest_u64(digest, way->piece);
        ivc_digest_u64(digest, way->done);
    }
    if (!digest->brief)
        packets_digest(fifos, way, digest);
}

static void taking_digest(const FifoEnd *end, IvcDigest *digest)
{
    const XenFifos *fifos = end->fifos;
    ivc_digest_u64(digest, end->piece);
    ivc_digest_u64(digest, end->done);
    ivc_tcp_segment_digest(fifos->head.tcp, end->from, end->rank, &end->segment, digest);
    if (!end->segment.bytes)
        return;
    ivc_tcp_place_digest(fifos->head.tcp, end->from, end->rank, end->skb, digest);
    ivc_digest_u64(digest, end->at);
}

static void end_digest(const FifoEnd *end, IvcDigest *digest)
{
    const XenFifos *fifos = end->fifos;
    ivc_xen_vcpu_digest(&end->vcpu, digest);
    for (size_t w = 0; w < fifos->words; w++)
        ivc_digest_u64(digest, fifos->due[end->rank * fifos->words + w]);
    ivc_digest_u64(digest, end->from);
    ivc_digest_u64(digest, end->poll_frame.label);
    ivc_digest_u64(digest, end->take_frame.label);
    if (end->take_frame.label)
        taking_digest(end, digest);
}

void ivc_xen_fifo_digest(const IvcLink *link, IvcDigest *digest)
{
    const XenFifos *fifos = (const XenFifos *)link;
    ivc_xen_connect_digest(fifos->connect, digest);
    for (uint32_t r = 0; r < fifos->n; r++)
        end_digest(&fifos->ends[r], digest);
    for (uint32_t w = 0; w < ivc_pairs_count(&fifos->ways); w++)
        way_digest(fifos, ivc_pairs_at(&fifos->ways, w)->state, digest);
}

void ivc_xen_fifo_frame_digest(const IvcLink *link, const IvcLinkFrame *frame, uint32_t from,
                               uint32_t to, IvcDigest *digest)
{
    ivc_digest_u64(digest, frame->label);
    if (frame->label)
        ivc_tcp_segment_digest(link->tcp, from, to, &frame->segment, digest);
}
