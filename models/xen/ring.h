/** @file
 *  The indices of a ring that two domains share, with the rule by which a notification is left out:
 *  xen/include/public/io/ring.h. The producer of requests is the frontend, that of responses the
 *  backend; each has its consumer's position for itself. What lies in the slots is the caller's.
 *
 *  A side that goes to sleep says at which entry it wants to be woken (`req_event`, `rsp_event`).
 *  Who pushes entries notifies when this push contains that entry, and else not.
 */
#pragma once

#include "sim/engine/digest.h"

typedef struct {
    uint32_t size;      /**< slots, a power of two; responses take the slots of their requests */
    uint32_t req_prod;  /**< requests that were pushed */
    uint32_t rsp_prod;  /**< responses that were pushed */
    uint32_t req_event; /**< the backend wants to know of the push up to here */
    uint32_t rsp_event; /**< the frontend wants to know of the push up to here */
    uint32_t req_cons;  /**< requests that the backend took */
    uint32_t rsp_cons;  /**< responses that the frontend took */
} IvcXenRing;

/** An empty ring: both sides want to know of the first entry. */
static inline void ivc_xen_ring_init(IvcXenRing *ring, uint32_t size)
{
    *ring = (IvcXenRing){.size = size, .req_event = 1, .rsp_event = 1};
}

/** Slots that no request takes. */
static inline uint32_t ivc_xen_ring_free(const IvcXenRing *ring)
{
    return ring->size - (ring->req_prod - ring->rsp_cons);
}

/** Requests that the backend can take. */
static inline uint32_t ivc_xen_ring_requests(const IvcXenRing *ring)
{
    return ring->req_prod - ring->req_cons;
}

/** Responses that the frontend can take. */
static inline uint32_t ivc_xen_ring_responses(const IvcXenRing *ring)
{
    return ring->rsp_prod - ring->rsp_cons;
}

/** The frontend pushes `n` requests. @return true when it must notify */
static inline bool ivc_xen_ring_push_requests(IvcXenRing *ring, uint32_t n)
{
    uint32_t old = ring->req_prod, now = old + n;
    ring->req_prod = now;
    return (uint32_t)(now - ring->req_event) < (uint32_t)(now - old);
}

/** The backend pushes `n` responses. @return true when it must notify */
static inline bool ivc_xen_ring_push_responses(IvcXenRing *ring, uint32_t n)
{
    uint32_t old = ring->rsp_prod, now = old + n;
    ring->rsp_prod = now;
    return (uint32_t)(now - ring->rsp_event) < (uint32_t)(now - old);
}

/** The backend has taken all that it saw and asks for a notification of the next request.
 *  @return true when one has come meanwhile: look again */
static inline bool ivc_xen_ring_final_requests(IvcXenRing *ring)
{
    if (ring->req_prod != ring->req_cons)
        return true;
    ring->req_event = ring->req_cons + 1;
    return false;
}

/** The same for the frontend and responses. */
static inline bool ivc_xen_ring_final_responses(IvcXenRing *ring)
{
    if (ring->rsp_prod != ring->rsp_cons)
        return true;
    ring->rsp_event = ring->rsp_cons + 1;
    return false;
}

/** The backend needs more requests than there are, and asks for a notification of the next. */
static inline void ivc_xen_ring_want_requests(IvcXenRing *ring)
{
    ring->req_event = ring->req_prod + 1;
}

/** The frontend takes all responses, and asks for a notification of the next: netfront's rule for
 *  sent packets since Linux 4.5. @return how many it took */
static inline uint32_t ivc_xen_ring_collect(IvcXenRing *ring)
{
    uint32_t n = ivc_xen_ring_responses(ring);
    ring->rsp_cons = ring->rsp_prod;
    ring->rsp_event = ring->rsp_prod + 1;
    return n;
}

/** The same before that: asks for a notification when half of what is then outstanding has come. */
static inline uint32_t ivc_xen_ring_collect_half(IvcXenRing *ring)
{
    uint32_t n = ivc_xen_ring_collect(ring);
    ring->rsp_event += (ring->req_prod - ring->rsp_prod) >> 1;
    return n;
}

/** Feeds the ring: positions count by their distance from what the frontend took. */
static inline void ivc_xen_ring_digest(const IvcXenRing *ring, IvcDigest *digest)
{
    uint32_t from = ring->rsp_cons;
    ivc_digest_u64(digest, (uint64_t)(ring->req_prod - from) << 32 | (ring->rsp_prod - from));
    ivc_digest_u64(digest, ring->req_cons - from);
    /* An event that was passed counts only as passed: it is met again after 2^32 entries. */
    uint32_t req = ring->req_event - ring->req_prod, rsp = ring->rsp_event - ring->rsp_prod;
    ivc_digest_u64(digest, req - 1 < ring->size ? req : 0);
    ivc_digest_u64(digest, rsp - 1 < ring->size ? rsp : 0);
}
