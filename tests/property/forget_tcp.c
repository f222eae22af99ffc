/* What may be forgotten of TCP, over a virtual link, the loopback device and a wire. */
#include "tests/property/forget.h"

static const char *const scenarios[] = {
    OCTEON TWO "channels: {c: {mechanism: sock, ring: 4, sndbuf: 4KiB, rcvbuf: 4KiB}}\n"
               "workload: {kind: stream, message: 900B, ",
    SMALL_CACHES TWO "channels: {c: {mechanism: sock, ring: 8, sndbuf: 8KiB, rcvbuf: 16KiB}}\n"
                     "workload: {kind: stream, message: 2000B, ",
    OCTEON TWO "channels: {c: {mechanism: ethernet, tx_ring: 4, tso: 4KiB, sndbuf: 16KiB,\n"
               "  rcvbuf: 16KiB}}\n"
               "workload: {kind: stream, message: 5000B, ",
    OCTEON TWO "channels: {c: {mechanism: ethernet, tx_ring: 8, tso: 1B, sndbuf: 16KiB,\n"
               "  rcvbuf: 16KiB, rate: 1Gbit/s, wire: 20us}}\n"
               "workload: {kind: stream, message: 2856B, ",
    NULL,
};

static const char *const must_be_missed[] = {
    "memory.c: buffer->bytes",
    "memory.c: matters(pass)",
    "memory.c: pass->done",
    "memory.c: pass->split",
    "nic_digest.c: frame->from",
    "nic_digest.c: frame->label",
    "nic_digest.c: frame->lost",
    "nic_digest.c: nic->asserted",
    "nic_digest.c: nic->frames.n",
    "nic_digest.c: nic->from",
    "nic_digest.c: nic->handler_frame.label",
    "nic_digest.c: nic->poll_frame.label",
    "nic_digest.c: nic->polling",
    "nic_digest.c: nic->sending.n",
    "nic_digest.c: nic->stopped",
    "nic_digest.c: not_before(nic, frame->arrives_ps)",
    "nic_digest.c: not_before(nic, nic->arrived_ps)",
    "nic_digest.c: not_before(nic, nic->sent_ps)",
    "nic_digest.c: not_before(nic, packet->leaves_ps)",
    "recency.c: latest->extent + rest->extent",
    "recency.c: matters",
    "sock.c: sock->in_flight",
    "tcp_digest.c: frame->at",
    "tcp_digest.c: frame->label",
    "tcp_digest.c: frame->left",
    "tcp_digest.c: frame->part",
    "tcp_digest.c: frame->sleep.label",
    "tcp_digest.c: from_first(skb, way->out_first, tcp->n_out)",
    "tcp_digest.c: from_first(writing->skb, way->out_first, tcp->n_out)",
    "tcp_digest.c: payload->at",
    "tcp_digest.c: payload->bytes",
    "tcp_digest.c: segment->ack - back->consumed",
    "tcp_digest.c: segment->bytes",
    "tcp_digest.c: segment->edge - back->consumed",
    "tcp_digest.c: skb->bytes",
    "tcp_digest.c: skb->end - way->consumed",
    "tcp_digest.c: skb->read",
    "tcp_digest.c: skb->reserved",
    "tcp_digest.c: skb->sent",
    "tcp_digest.c: skb->sent_ps",
    "tcp_digest.c: stack->packet_frame.label",
    "tcp_digest.c: stack->sleeper.asleep",
    "tcp_digest.c: stack->sleeper.pending",
    "tcp_digest.c: stack->soft_frame.label",
    "tcp_digest.c: way->acked - way->consumed",
    "tcp_digest.c: way->arrived - way->consumed",
    "tcp_digest.c: way->draining",
    "tcp_digest.c: way->edge - way->consumed",
    "tcp_digest.c: way->end - way->consumed",
    "tcp_digest.c: way->in_n",
    "tcp_digest.c: way->next - way->consumed",
    "tcp_digest.c: way->offered - way->consumed",
    "tcp_digest.c: way->out_n",
    "tcp_digest.c: way->out_sent",
    "tcp_digest.c: way->round_trip",
    "tcp_digest.c: way->transmitting",
    "tcp_digest.c: way->una - way->consumed",
    "tcp_digest.c: way->wants_room",
    "virtual_link.c: end->irq_frame.label",
    NULL,
};

const ForgetGroup forget_tcp = {"tcp", scenarios, must_be_missed};
