/* What of TCP can influence the future. */
#include "models/net/datagram_private.h"

/* A buffer that was never used is as good as one of which nothing is left. */
static void skb_data_digest(const IvcTcp *tcp, const Skb *skb, IvcDigest *digest)
{
    IvcBuffer fresh;
    ivc_buffer_init(&fresh, 0, tcp->segment);
    ivc_buffer_digest(tcp->platform->memory,
                      skb->data && skb->data->buffer.id ? &skb->data->buffer : &fresh, digest);
}

/* Buffers are alike: where their ring begins is only a name. */
static void buffers_digest(const IvcTcp *tcp, const Way *way, IvcDigest *digest)
{
    uint32_t n_out = tcp->link->recycles ? way->out_n : tcp->n_out;
    uint32_t n_in = tcp->link->recycles ? way->in_n : tcp->n_in;
    for (uint32_t i = 0; i < n_out; i++) {
        const Skb *skb = out_at(tcp, way, i);
        skb_data_digest(tcp, skb, digest);
        if (i < way->out_n)
            ivc_digest_u64(digest, skb->bytes);
        if (i == way->out_sent && i < way->out_n)
            ivc_digest_u64(digest, skb->sent);
        if (i < way->out_sent)
            ivc_digest_u64(digest, skb->end - way->consumed);
        if (i < way->out_sent || (i < way->out_n && skb->sent))
            ivc_digest_time(digest, skb->sent_ps);
    }
    for (uint32_t i = 0; i < n_in; i++) {
        const Skb *skb = &way->in[(way->in_first + i) % tcp->n_in];
        skb_data_digest(tcp, skb, digest);
        if (i < way->in_n) {
            ivc_digest_u64(digest, skb->bytes);
            ivc_digest_u64(digest, skb->reserved);
            ivc_digest_u64(digest, skb->read);
        }
    }
}

/* Positions in the stream matter by their distance from what the reader has taken. */
static void way_digest(const IvcTcp *tcp, const Way *way, IvcDigest *digest)
{
    ivc_digest_u64(digest, way->out_sent);
    ivc_digest_u64(digest, way->out_n);
    ivc_digest_u64(digest, way->filling);
    ivc_digest_u64(digest, way->transmitting);
    ivc_digest_u64(digest, way->draining);
    ivc_digest_u64(digest, way->wants_room);
    ivc_digest_u64(digest, way->end - way->consumed);
    ivc_digest_u64(digest, way->next - way->consumed);
    ivc_digest_u64(digest, way->una - way->consumed);
    ivc_digest_u64(digest, way->edge - way->consumed);
    ivc_digest_u64(digest, way->window);
    ivc_tcp_window_digest(tcp, way, digest);
    ivc_digest_u64(digest, way->round_trip);
    ivc_digest_u64(digest, way->small > way->una ? way->small - way->una : 0);
    ivc_digest_u64(digest, way->arrived - way->consumed);
    ivc_digest_u64(digest, way->acked - way->consumed);
    ivc_digest_u64(digest, way->offered - way->consumed);
    ivc_digest_u64(digest, way->unacked_segments);
    ivc_digest_u64(digest, way->in_n);
    if (!digest->brief)
        buffers_digest(tcp, way, digest);
}

/* A buffer of a ring by its distance from the first. */
static uint32_t from_first(uint32_t index, uint32_t first, uint32_t n)
{
    return (index + n - first) % n;
}

/* Acknowledgements on their way speak of the other direction. */
void ivc_tcp_segment_digest(const IvcTcp *tcp, uint32_t from, uint32_t to,
                            const IvcSegment *segment, IvcDigest *digest)
{
    if (tcp->datagrams) {
        ivc_datagrams_segment_digest(tcp->datagrams, from, to, segment, digest);
        return;
    }
    const Way *back = way_of(tcp, to, from);
    ivc_digest_u64(digest, segment->bytes);
    ivc_digest_u64(digest, segment->ack - back->consumed);
    ivc_digest_u64(digest, segment->edge - back->consumed);
}

void ivc_tcp_place_digest(const IvcTcp *tcp, uint32_t from, uint32_t to, uint32_t skb,
                          IvcDigest *digest)
{
    if (tcp->datagrams) {
        ivc_datagrams_place_digest(tcp->datagrams, from, to, skb, digest);
        return;
    }
    ivc_digest_u64(digest, from_first(skb, way_of(tcp, from, to)->in_first, tcp->n_in));
}

void ivc_tcp_payload_digest(const IvcTcp *tcp, uint32_t from, uint32_t to,
                            const IvcPayload *payload, IvcDigest *digest)
{
    if (tcp->datagrams) {
        ivc_datagrams_payload_digest(tcp->datagrams, from, to, payload, digest);
        return;
    }
    const Way *way = way_of(tcp, from, to);
    ivc_digest_u64(digest, payload->bytes);
    if (!payload->bytes)
        return;
    uint32_t skb = ((const IvcTcpData *)payload->buffer)->skb;
    ivc_digest_u64(digest, from_first(skb, way->out_first, tcp->n_out));
    ivc_digest_u64(digest, payload->at);
}

static void transmit_digest(const IvcTcp *tcp, const IvcTcpTransmit *frame, uint32_t from,
                            uint32_t to, IvcDigest *digest)
{
    ivc_digest_u64(digest, frame->label);
    if (!frame->label)
        return;
    ivc_tcp_payload_digest(tcp, from, to, &frame->part, digest);
    tcp->link->ops->frame_digest(tcp->link, &frame->link, from, to, digest);
}

static void free_digest(const IvcTcp *tcp, const IvcTcpFree *list, IvcDigest *digest)
{
    for (const IvcTcpData *data = list->first; data && !digest->brief; data = data->next)
        ivc_buffer_digest(tcp->platform->memory, &data->buffer, digest);
}

static void stack_digest(const Stack *stack, IvcDigest *digest)
{
    const IvcTcp *tcp = stack->tcp;
    ivc_agent_digest(&stack->softirq, digest);
    ivc_signal_digest(&stack->sleeper.signal, digest);
    ivc_signal_digest(&stack->work, digest);
    ivc_digest_u64(digest, stack->sleeper.pending);
    ivc_digest_u64(digest, stack->sleeper.asleep);
    ivc_digest_u64(digest, stack->polls);
    ivc_digest_u64(digest, stack->ack_due);
    ivc_digest_u64(digest, stack->ack_held);
    ivc_digest_u64(digest, stack->restarted);
    for (size_t w = 0; tcp->blocked && w < tcp->words; w++)
        ivc_digest_u64(digest, tcp->blocked[stack->rank * tcp->words + w]);
    ivc_timer_digest(&stack->ack_timer, digest);
    ivc_digest_u64(digest, stack->soft_frame.label);
    ivc_digest_u64(digest, stack->packet_frame.label);
    ivc_digest_u64(digest, stack->ack_frame.label);
    free_digest(tcp, &stack->free_out, digest);
    free_digest(tcp, &stack->free_in, digest);
    if (!stack->soft_frame.label)
        return;
    ivc_digest_u64(digest, stack->as);
    ivc_digest_u64(digest, stack->from);
    if (stack->ack_frame.label)
        tcp->link->ops->frame_digest(tcp->link, &stack->ack_frame.link, stack->as, stack->from,
                                     digest);
    transmit_digest(tcp, &stack->transmit, stack->as, stack->from, digest);
}

void ivc_tcp_frame_digest(const IvcStreams *streams, const IvcStreamFrame *frame, uint32_t from,
                          uint32_t to, IvcDigest *digest)
{
    const IvcTcp *tcp = tcp_of(streams);
    const IvcTcpTransmit *writing = &tcp->stacks[from].writing;
    const Way *way = way_of(tcp, from, to);
    ivc_digest_u64(digest, frame->label);
    ivc_digest_u64(digest, frame->sleep.label);
    if (!frame->label)
        return;
    ivc_digest_u64(digest, frame->left);
    ivc_digest_u64(digest, frame->part);
    ivc_digest_u64(digest, frame->of_header);
    ivc_digest_u64(digest, frame->at);
    ivc_digest_u64(digest, frame->some);
    if (!way || !way->transmitting)
        return;
    ivc_digest_u64(digest, from_first(writing->skb, way->out_first, tcp->n_out));
    transmit_digest(tcp, writing, from, to, digest);
}

void ivc_tcp_digest(const IvcStreams *streams, IvcDigest *digest)
{
    const IvcTcp *tcp = tcp_of(streams);
    for (uint32_t r = 0; r < tcp->n && !digest->differs; r++)
        stack_digest(&tcp->stacks[r], digest);
    for (uint32_t w = 0; w < ivc_pairs_count(&tcp->ways) && !digest->differs; w++) {
        const IvcPair *pair = ivc_pairs_at(&tcp->ways, w);
        ivc_digest_u64(digest, (uint64_t)pair->from << 32 | pair->to);
        way_digest(tcp, pair->state, digest);
    }
    if (!digest->differs)
        tcp->link->ops->digest(tcp->link, digest);
}
