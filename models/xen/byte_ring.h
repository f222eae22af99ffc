/** @file
 *  One direction of a libvchan channel: a ring of bytes that two domains share, with the rule by
 *  which a notification is left out. The positions and the requests lie in the page of control;
 *  the bytes are the caller's.
 *
 *  A side that finds less than it wants asks to be told, and looks again. Who changes a position
 *  takes the other side's request away and notifies when there was one, and else not: a change
 *  between the request and the second look is seen, one after it is told.
 */
#pragma once

#include "sim/engine/digest.h"

typedef struct {
    uint32_t size;   /**< bytes, a power of two */
    uint32_t page;   /**< bytes of each of its pages, a power of two */
    uint32_t prod;   /**< bytes that were written, modulo 2^32 */
    uint32_t cons;   /**< bytes that were read, modulo 2^32 */
    bool data_asked; /**< the reader wants to know of the next write */
    bool room_asked; /**< the writer wants to know of the next read */
} IvcXenByteRing;

/** The largest page; smaller rings lie in one. */
#define IVC_XEN_RING_PAGE 4096u

/** An empty ring: the reader wants to know of the first write. */
static inline void ivc_xen_byte_ring_init(IvcXenByteRing *ring, uint32_t size)
{
    uint32_t page = size < IVC_XEN_RING_PAGE ? size : IVC_XEN_RING_PAGE;
    *ring = (IvcXenByteRing){.size = size, .page = page, .data_asked = true};
}

/** Bytes that can be read. */
static inline uint32_t ivc_xen_byte_ring_ready(const IvcXenByteRing *ring)
{
    return ring->prod - ring->cons;
}

/** Bytes that can be written. */
static inline uint32_t ivc_xen_byte_ring_room(const IvcXenByteRing *ring)
{
    return ring->size - ivc_xen_byte_ring_ready(ring);
}

/** The page that the byte at a position lies in. */
static inline uint32_t ivc_xen_byte_ring_page(const IvcXenByteRing *ring, uint32_t position)
{
    return (position & (ring->size - 1)) / ring->page;
}

/** Where it lies there. */
static inline uint32_t ivc_xen_byte_ring_at(const IvcXenByteRing *ring, uint32_t position)
{
    return position & (ring->page - 1);
}

/** How many of `bytes` from a position lie in one piece: up to the end of the page. */
static inline uint32_t ivc_xen_byte_ring_piece(const IvcXenByteRing *ring, uint32_t position,
                                               uint32_t bytes)
{
    uint32_t left = ring->page - ivc_xen_byte_ring_at(ring, position);
    return bytes < left ? bytes : left;
}

/** Bytes have been written. */
static inline void ivc_xen_byte_ring_produce(IvcXenByteRing *ring, uint32_t bytes)
{
    ring->prod += bytes;
}

/** Bytes have been read. */
static inline void ivc_xen_byte_ring_consume(IvcXenByteRing *ring, uint32_t bytes)
{
    ring->cons += bytes;
}

/** Takes a request away. @return true when there was one: notify */
static inline bool ivc_xen_byte_ring_take(bool *asked)
{
    bool was = *asked;
    *asked = false;
    return was;
}

/** Feeds the ring: where the reader is decides where it wraps. */
static inline void ivc_xen_byte_ring_digest(const IvcXenByteRing *ring, IvcDigest *digest)
{
    ivc_digest_u64(digest, ring->cons & (ring->size - 1));
    ivc_digest_u64(digest, ivc_xen_byte_ring_ready(ring));
    ivc_digest_u64(digest, ring->data_asked);
    ivc_digest_u64(digest, ring->room_asked);
}
