/* The queue of arrived messages that no Recv has taken yet, and lists of requests. */
#include "models/mpi/match.h"

void ivc_arrivals_init(IvcArrivals *arrivals, uint32_t capacity)
{
    uint32_t size = 1;
    while (size < capacity)
        size *= 2;
    *arrivals = (IvcArrivals){.items = g_new0(IvcArrival, size), .capacity = size};
}

void ivc_arrivals_clear(IvcArrivals *arrivals)
{
    g_clear_pointer(&arrivals->items, g_free);
}

G_NO_INLINE static void grow(IvcArrivals *arrivals)
{
    IvcArrivals larger;
    ivc_arrivals_init(&larger, arrivals->capacity * 2);
    for (uint32_t i = 0; i < arrivals->n; i++)
        larger.items[i] = *ivc_arrivals_at(arrivals, i);
    larger.n = arrivals->n;
    ivc_arrivals_clear(arrivals);
    *arrivals = larger;
}

IvcArrival *ivc_arrivals_push(IvcArrivals *arrivals, const IvcEnvelope *envelope, uint32_t kind,
                              uint32_t index)
{
    if (G_UNLIKELY(arrivals->n == arrivals->capacity))
        grow(arrivals);
    IvcArrival *arrival = ivc_arrivals_at(arrivals, arrivals->n++);
    arrival->envelope = *envelope;
    arrival->kind = kind;
    arrival->index = index;
    arrival->have = 0;
    return arrival;
}

int64_t ivc_arrivals_find(const IvcArrivals *arrivals, const IvcMpiCall *call)
{
    for (uint32_t i = 0; i < arrivals->n; i++)
        if (ivc_mpi_matches(call, &ivc_arrivals_at(arrivals, i)->envelope))
            return i;
    return -1;
}

void ivc_arrivals_drop(IvcArrivals *arrivals, uint32_t i)
{
    for (; i > 0; i--)
        *ivc_arrivals_at(arrivals, i) = *ivc_arrivals_at(arrivals, i - 1);
    arrivals->n--;
    /* An empty queue begins anew: who takes each message at once uses one place, not all in turn.
     */
    arrivals->first = arrivals->n ? (arrivals->first + 1) & (arrivals->capacity - 1) : 0;
}

IvcArrival ivc_arrivals_take(IvcArrivals *arrivals, uint32_t i)
{
    IvcArrival taken = *ivc_arrivals_at(arrivals, i);
    ivc_arrivals_drop(arrivals, i);
    return taken;
}

void ivc_envelope_digest(const IvcEnvelope *envelope, const uint64_t *received_from,
                         IvcDigest *digest)
{
    ivc_digest_u64(digest, envelope->source);
    ivc_digest_u64(digest, envelope->comm);
    ivc_digest_u64(digest, (uint64_t)(int64_t)envelope->tag);
    ivc_digest_u64(digest, envelope->bytes);
    if (envelope->comm != IVC_MPI_COMM_WORLD)
        return;
    ivc_digest_u64(digest, envelope->sequence - received_from[envelope->source]);
    ivc_digest_time(digest, envelope->sent_ps); /* its latency is still to be measured */
}

void ivc_arrivals_digest(const IvcArrivals *arrivals, const uint64_t *received_from,
                         IvcDigest *digest)
{
    ivc_digest_u64(digest, arrivals->n);
    for (uint32_t i = 0; !digest->brief && i < arrivals->n; i++) {
        const IvcArrival *arrival = ivc_arrivals_at(arrivals, i);
        ivc_envelope_digest(&arrival->envelope, received_from, digest);
        ivc_digest_u64(digest, arrival->kind);
        ivc_digest_u64(digest, arrival->have);
    }
}

/* ---- requests ---- */

void ivc_calls_push(IvcCalls *calls, IvcMpiCall *call)
{
    call->next = NULL;
    if (calls->first)
        calls->last->next = call;
    else
        calls->first = call;
    calls->last = call;
}

IvcMpiCall *ivc_calls_take(IvcCalls *calls, IvcMpiCall *before, IvcMpiCall *call)
{
    if (before)
        before->next = call->next;
    else
        calls->first = call->next;
    if (!call->next)
        calls->last = before;
    return call;
}

IvcMpiCall *ivc_calls_take_matching(IvcCalls *calls, const IvcEnvelope *envelope)
{
    for (IvcMpiCall *call = calls->first, *before = NULL; call; before = call, call = call->next)
        if (ivc_mpi_matches(call, envelope))
            return ivc_calls_take(calls, before, call);
    return NULL;
}

IvcMpiCall *ivc_calls_take_known(IvcCalls *calls, const IvcEnvelope *envelope, uint32_t to)
{
    for (IvcMpiCall *call = calls->first, *before = NULL; call; before = call, call = call->next)
        if (call->envelope.source == envelope->source &&
            call->envelope.sequence == envelope->sequence &&
            (call->receives || (uint32_t)call->peer == to))
            return ivc_calls_take(calls, before, call);
    return NULL;
}

void ivc_call_digest(const IvcRank *rank, const IvcMpiCall *call, bool known, IvcDigest *digest)
{
    ivc_digest_u64(digest, call->state);
    ivc_digest_u64(digest, call->receives);
    ivc_digest_u64(digest, call->bytes);
    ivc_digest_u64(digest, (uint64_t)(int64_t)call->peer);
    ivc_digest_u64(digest, (uint64_t)(int64_t)call->tag);
    ivc_digest_u64(digest, call->comm);
    if (!call->receives)
        ivc_envelope_digest(&call->envelope, rank->all[call->peer].received_from, digest);
    else if (known)
        ivc_envelope_digest(&call->envelope, rank->received_from, digest);
}

void ivc_calls_digest(const IvcRank *rank, const IvcCalls *calls, bool known, IvcDigest *digest)
{
    for (const IvcMpiCall *call = calls->first; call; call = call->next)
        ivc_call_digest(rank, call, known, digest);
    ivc_digest_u64(digest, UINT64_MAX);
}
