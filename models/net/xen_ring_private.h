/** @file
 *  The state of the byte rings: what xen_ring.c, xen_ring_io.c and xen_ring_digest.c share; nobody
 *  else includes it.
 */
#pragma once

#include "models/guard/guard.h"
#include "models/net/rank_sets.h"
#include "models/net/stream.h"
#include "models/xen/byte_ring.h"
#include "models/xen/connect.h"
#include "models/xen/event_channel.h"
#include "sim/model/pairs.h"

/** Parameters beside those of the sock channel; rows in xen_ring.c. */
typedef struct {
    IvcXenSpec xen;
    IvcXenConnectSpec connect;
    IvcBytes ring;
    IvcCost call;
    IvcGuardSpec guard;
} XenRingSpec;

typedef enum {
    XEN_RING_CALL,
    XEN_RING_CONTROL,
    XEN_RING_COPY_IN,
    XEN_RING_COPY_OUT,
    XEN_RING_GUARD, /**< the first of guard.h's */
    XEN_RING_STAGES = XEN_RING_GUARD + GUARD_STAGES,
} XenRingStage;

typedef struct XenRings XenRings;

/** One direction of a channel between two ranks. */
typedef struct {
    IvcXenByteRing ring;
    IvcBuffer *pages;
    IvcXenPort port;  /**< takes what the writer's side notifies: data here, room the other way */
    IvcLine own_line; /**< positions and requests of both directions: they share a line */
    IvcLine *control; /**< that of the direction from the lower rank */
} RingWay;

/** A rank's end of its channels. */
typedef struct {
    XenRings *rings;
    IvcXenVcpu vcpu;
    IvcSleeper sleeper;
    IvcBuffer private_copy; /**< with `check: copy-first`: where a record is looked at */
    struct {
        IvcLabel label;
    } tell_frame, wait_frame;
    uint32_t piece; /**< bytes that are being copied */
    uint32_t done;  /**< bytes of the part that have been */
    uint32_t asked; /**< in poll: whose ring it asks to be told of */
} RingEnd;

struct XenRings {
    IvcStreams head;
    IvcPlatform *platform;
    const XenRingSpec *spec;
    IvcXen xen;
    IvcXenConnect *connect;
    uint32_t stage0; /**< id of XEN_RING_CALL in the ledger */
    uint32_t n;
    RingEnd *ends;
    IvcPairs ways;      /**< of RingWay; both directions of a channel are made at once */
    size_t words;       /**< of a row of the sets below, each by the rank that reads */
    uint64_t *joined;   /**< who has a channel with it */
    uint64_t *readable; /**< from whom there is something to read */
    IvcTime call;
    IvcGuard guard;
    uint64_t written; /**< bytes */
    uint64_t read;    /**< bytes */
    uint64_t full;    /**< times that a writer went to sleep */
    uint64_t empty;   /**< times that a reader went to sleep */
};

static inline XenRings *xen_rings_of(const IvcStreams *streams)
{
    return (XenRings *)streams;
}

static inline RingWay *xen_ring_way(const XenRings *rings, uint32_t from, uint32_t to)
{
    return ivc_pairs_find(&rings->ways, from, to);
}

/* xen_ring_io.c */
extern const IvcStreamOps ivc_xen_ring_ops;

/* xen_ring_digest.c */
void ivc_xen_ring_digest(const IvcStreams *streams, IvcDigest *digest);
void ivc_xen_ring_frame_digest(const IvcStreams *streams, const IvcStreamFrame *frame,
                               uint32_t from, uint32_t to, IvcDigest *digest);
