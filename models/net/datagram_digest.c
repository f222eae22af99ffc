/* What of datagrams can influence the future. */
#include "models/net/datagram_private.h"

static void piece_digest(const IvcDatagrams *d, const Lane *lane, const Piece *piece,
                         IvcDigest *digest)
{
    ivc_buffer_digest(d->platform->memory, &piece->data, digest);
    ivc_digest_u64(digest, piece->bytes);
    ivc_digest_u64(digest, piece->datagram - *lane->base);
    ivc_digest_u64(digest, piece->of);
    ivc_digest_u64(digest, piece->headers);
}

/* Those that are in use are fed by who uses them. */
static void pool_digest(const IvcDatagrams *d, const Pool *pool, IvcDigest *digest)
{
    ivc_digest_u64(digest, pool->spare->len);
    for (guint i = pool->spare->len; !digest->brief && i-- > 0;) {
        const Piece *piece = g_ptr_array_index(pool->all, g_array_index(pool->spare, uint32_t, i));
        ivc_buffer_digest(d->platform->memory, &piece->data, digest);
    }
}

static void queue_digest(const IvcDatagrams *d, const Lane *lane, const PieceQueue *queue,
                         const Pool *pool, IvcDigest *digest)
{
    ivc_digest_u64(digest, queue->n);
    for (uint32_t i = 0; !digest->brief && i < queue->n; i++)
        piece_digest(d, lane, ivc_pieces_at(queue, pool, i), digest);
}

static void transmit_digest(const IvcDatagrams *d, const Lane *lane, IvcDigest *digest)
{
    ivc_digest_u64(digest, lane->transmit.label);
    if (!lane->transmit.label)
        return;
    ivc_datagrams_payload_digest(d, lane->from, lane->to, &lane->transmit.part, digest);
    d->tcp->link->ops->frame_digest(d->tcp->link, &lane->transmit.link, lane->from, lane->to,
                                    digest);
}

static void lane_digest(const IvcDatagrams *d, const Lane *lane, IvcDigest *digest)
{
    ivc_digest_u64(digest, lane->held);
    ivc_digest_u64(digest, lane->leaving);
    ivc_digest_u64(digest, lane->transmitting);
    ivc_digest_u64(digest, lane->restarting);
    ivc_digest_u64(digest, lane->wants_room);
    queue_digest(d, lane, &lane->waiting, &lane->out, digest);
    pool_digest(d, &lane->out, digest);
    transmit_digest(d, lane, digest);
    ivc_digest_u64(digest, lane->ready);
    ivc_digest_u64(digest, lane->partial);
    ivc_digest_u64(digest, lane->partial_bytes);
    if (lane->book != lane)
        ivc_digest_u64(digest, lane->echoed);
    ivc_digest_u64(digest, lane->held_in);
    queue_digest(d, lane, &lane->queue, &lane->in, digest);
    pool_digest(d, &lane->in, digest);
    ivc_arrivals_digest(&lane->sent, d->ranks[lane->to].received_from, digest);
}

void ivc_datagrams_segment_digest(const IvcDatagrams *d, uint32_t from, uint32_t to,
                                  const IvcSegment *segment, IvcDigest *digest)
{
    const Lane *lane = ivc_pairs_find(&d->lanes, from, to);
    ivc_digest_u64(digest, segment->bytes);
    ivc_digest_u64(digest, segment->datagram - *lane->base);
    ivc_digest_u64(digest, segment->of);
    ivc_digest_u64(digest, segment->headers);
}

void ivc_datagrams_place_digest(const IvcDatagrams *d, uint32_t from, uint32_t to, uint32_t skb,
                                IvcDigest *digest)
{
    const Lane *lane = ivc_pairs_find(&d->lanes, from, to);
    const Piece *piece = g_ptr_array_index(lane->in.all, skb);
    ivc_buffer_digest(d->platform->memory, &piece->data, digest);
}

void ivc_datagrams_payload_digest(const IvcDatagrams *d, uint32_t from, uint32_t to,
                                  const IvcPayload *payload, IvcDigest *digest)
{
    const Lane *lane = ivc_pairs_find(&d->lanes, from, to);
    piece_digest(d, lane, (const Piece *)((const char *)payload->buffer - offsetof(Piece, data)),
                 digest);
}

void ivc_datagrams_digest(const IvcDatagrams *d, IvcDigest *digest)
{
    for (uint32_t r = 0; r < d->platform->n_ranks; r++) {
        ivc_softirq_turn_digest(ivc_datagrams_turn(d, &d->tcp->stacks[r].softirq), d->t.turn,
                                digest);
        ivc_digest_u64(digest, d->ends[r].receives);
        if (d->platform->retry_ps)
            ivc_timer_digest(&d->ends[r].retry, digest);
        ivc_digest_u64(digest, d->ends[r].done);
    }
    for (uint32_t i = 0; i < ivc_pairs_count(&d->lanes); i++) {
        const IvcPair *pair = ivc_pairs_at(&d->lanes, i);
        ivc_digest_u64(digest, (uint64_t)pair->from << 32 | pair->to);
        lane_digest(d, pair->state, digest);
    }
    ivc_digest_u64(digest, d->in_flight);
}
