/* What of the network cards can influence the future. What lies in the past is equal. */
#include "models/net/nic_private.h"

static IvcTime not_before(const Nic *nic, IvcTime when_ps)
{
    return MAX(when_ps, nic->nics->platform->sim.now);
}

static void frames_digest(const Nic *nic, IvcDigest *digest)
{
    for (uint32_t i = 0; i < nic->sending.n; i++) {
        const SentPacket *packet = ivc_backlog_at(&nic->sending, i);
        ivc_digest_time(digest, not_before(nic, packet->leaves_ps));
        if (nic->nics->path)
            ivc_digest_u64(digest, packet->bytes);
        if (nic->nics->path && i >= nic->read) {
            ivc_digest_u64(digest, packet->to);
            ivc_tcp_segment_digest(nic->nics->head.tcp, nic->rank, packet->to, &packet->segment,
                                   digest);
        }
        if (!nic->nics->head.tells)
            continue;
        ivc_digest_u64(digest, packet->to);
        ivc_tcp_payload_digest(nic->nics->head.tcp, nic->rank, packet->to, &packet->payload,
                               digest);
    }
    for (uint32_t i = 0; i < nic->frames.n; i++) {
        const Frame *frame = ivc_backlog_at(&nic->frames, i);
        ivc_digest_u64(digest, frame->from);
        ivc_digest_time(digest, not_before(nic, frame->arrives_ps));
        ivc_digest_u64(digest, frame->lost);
        ivc_tcp_segment_digest(nic->nics->head.tcp, frame->from, nic->rank, &frame->segment,
                               digest);
    }
}

static void taking_digest(const Nic *nic, IvcDigest *digest)
{
    IvcTcp *tcp = nic->nics->head.tcp;
    if (!nic->joined)
        return;
    ivc_digest_u64(digest, nic->from);
    ivc_tcp_segment_digest(tcp, nic->from, nic->rank, &nic->segment, digest);
    if (nic->segment.bytes)
        ivc_tcp_place_digest(tcp, nic->from, nic->rank, nic->skb, digest);
}

static void nic_digest(const Nic *nic, IvcDigest *digest)
{
    ivc_agent_digest(&nic->handler, digest);
    ivc_signal_digest(&nic->line, digest);
    ivc_timer_digest(&nic->interrupt, digest);
    ivc_digest_time(digest, not_before(nic, nic->sent_ps));
    ivc_digest_time(digest, not_before(nic, nic->arrived_ps));
    ivc_digest_time(digest, not_before(nic, nic->fetched_ps));
    ivc_digest_time(digest, not_before(nic, nic->written_ps));
    ivc_digest_u64(digest, nic->sending.n);
    ivc_digest_u64(digest, nic->frames.n);
    if (nic->nics->path) {
        ivc_digest_u64(digest, nic->read);
        ivc_digest_u64(digest, nic->read_data);
    }
    ivc_digest_u64(digest, nic->seen);
    ivc_digest_u64(digest, nic->stopped);
    ivc_digest_u64(digest, nic->asserted);
    ivc_digest_u64(digest, nic->polling);
    ivc_digest_u64(digest, nic->waking);
    ivc_digest_u64(digest, nic->handler_frame.label);
    ivc_digest_u64(digest, nic->poll_frame.label);
    if (digest->brief)
        return;
    if (nic->poll_frame.label)
        taking_digest(nic, digest);
    frames_digest(nic, digest);
}

void ivc_nic_digest(const IvcLink *link, IvcDigest *digest)
{
    const Nics *nics = (const Nics *)link;
    for (uint32_t r = 0; r < nics->n; r++)
        nic_digest(&nics->nics[r], digest);
    if (nics->path)
        nics->path->ops->digest(nics->path, digest);
}

void ivc_nic_frame_digest(const IvcLink *link, const IvcLinkFrame *frame, uint32_t from,
                          uint32_t to, IvcDigest *digest)
{
    ivc_digest_u64(digest, frame->label);
    if (frame->label)
        ivc_tcp_segment_digest(link->tcp, from, to, &frame->segment, digest);
}
