/* What of the byte rings can influence the future. */
#include "models/net/xen_ring_private.h"

static void way_digest(const XenRings *rings, const RingWay *way, IvcDigest *digest)
{
    ivc_xen_byte_ring_digest(&way->ring, digest);
    ivc_xen_port_digest(&way->port, digest);
    if (way->control == &way->own_line)
        ivc_line_digest(way->control, digest);
    for (uint32_t p = 0; p < way->ring.size / way->ring.page && !digest->brief; p++)
        ivc_buffer_digest(rings->platform->memory, &way->pages[p], digest);
}

static void end_digest(const RingEnd *end, IvcDigest *digest)
{
    ivc_xen_vcpu_digest(&end->vcpu, digest);
    ivc_sleeper_digest(&end->sleeper, digest);
    ivc_digest_u64(digest, end->tell_frame.label);
    ivc_digest_u64(digest, end->wait_frame.label);
    if (ivc_guard_copies(&end->rings->guard))
        ivc_buffer_digest(end->rings->platform->memory, &end->private_copy, digest);
}

void ivc_xen_ring_digest(const IvcStreams *streams, IvcDigest *digest)
{
    const XenRings *rings = xen_rings_of(streams);
    ivc_xen_connect_digest(rings->connect, digest);
    for (uint32_t r = 0; r < rings->n; r++)
        end_digest(&rings->ends[r], digest);
    for (uint32_t w = 0; w < ivc_pairs_count(&rings->ways); w++) {
        const IvcPair *pair = ivc_pairs_at(&rings->ways, w);
        ivc_digest_u64(digest, (uint64_t)pair->from << 32 | pair->to);
        way_digest(rings, pair->state, digest);
    }
}

void ivc_xen_ring_frame_digest(const IvcStreams *streams, const IvcStreamFrame *frame,
                               uint32_t from, uint32_t to, IvcDigest *digest)
{
    const RingEnd *end = &xen_rings_of(streams)->ends[from];
    (void)to;
    ivc_digest_u64(digest, frame->label);
    ivc_digest_u64(digest, frame->sleep.label);
    if (!frame->label)
        return;
    ivc_digest_u64(digest, frame->left);
    ivc_digest_u64(digest, frame->some);
    ivc_digest_u64(digest, frame->part);
    ivc_digest_u64(digest, end->piece);
    ivc_digest_u64(digest, end->done);
    ivc_digest_u64(digest, end->asked);
}
