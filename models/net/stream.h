/** @file
 *  Byte streams between ranks, as the sock channel uses them: written, read and waited for like
 *  sockets. What carries them is TCP over some network (tcp.c) or a ring in shared memory
 *  (xen_ring.c).
 */
#pragma once

#include "sim/model/platform.h"

typedef struct IvcStreams IvcStreams;

/** The frame of a call by a process; there is one at a time for each rank. */
typedef struct {
    IvcLabel label;
    uint64_t left; /**< after a write of `some`: what was not written */
    uint64_t part;
    uint64_t of_header; /**< bytes of the part that belong to the header */
    uint64_t at;
    bool some; /**< asked of a write: what there is room for, without sleeping */
    IvcSleepFrame sleep;
} IvcStreamFrame;

/** What carries streams provides. All hooks are required unless said otherwise. */
typedef struct {
    void (*free)(IvcStreams *streams);
    /** A rank's part of the set-up, before anything is written. NULL: none. */
    IvcStep (*setup)(IvcStreams *streams, IvcAgent *agent, uint32_t rank);
    /** Puts a header of `header` bytes and `bytes` of `buffer` from `at` on the stream; blocks
     *  while there is no room, unless frame->some. The header lies in L1. `buffer` may be NULL with
     * 0 bytes. */
    IvcStep (*write)(IvcStreams *streams, IvcAgent *agent, uint32_t from, uint32_t to,
                     uint64_t header, IvcBuffer *buffer, uint64_t at, uint64_t bytes,
                     IvcStreamFrame *frame);
    /** Bytes that can be read from `from` now. */
    uint64_t (*readable)(const IvcStreams *streams, uint32_t from, uint32_t to);
    /** The next rank after `after`, in a round, from which `to` can read something; or
     *  IVC_RANK_NONE. */
    uint32_t (*next_readable)(const IvcStreams *streams, uint32_t after, uint32_t to);
    /** Takes up to `bytes` that have arrived from `from`; frame->at says how many. Sleeps while
     *  there is none. `buffer` NULL: they go into a header. */
    IvcStep (*read)(IvcStreams *streams, IvcAgent *agent, uint32_t from, uint32_t to,
                    IvcBuffer *buffer, uint64_t at, uint64_t bytes, IvcStreamFrame *frame);
    /** Whether a writer to `to` who sleeps would be woken: there is room worth a write. */
    bool (*writable)(const IvcStreams *streams, uint32_t from, uint32_t to);
    /** Sleeps until anything can be read from anybody, or the way to `to` is writable;
     *  IVC_RANK_NONE: does not ask for that. */
    IvcStep (*poll)(IvcStreams *streams, IvcAgent *agent, uint32_t rank, uint32_t to,
                    IvcStreamFrame *frame);
    /** Bytes written and not read yet, over all streams, and packets inside a network. */
    uint64_t (*in_flight)(const IvcStreams *streams);
    void (*digest)(const IvcStreams *streams, IvcDigest *digest);
    /** Feeds the frame of a call by rank `from`, which may write to rank `to`. */
    void (*frame_digest)(const IvcStreams *streams, const IvcStreamFrame *frame, uint32_t from,
                         uint32_t to, IvcDigest *digest);
} IvcStreamOps;

/** Whatever carries streams begins with this. */
struct IvcStreams {
    const IvcStreamOps *ops;
    bool stored; /**< somebody runs what sets it up: then sockets are set up, too */
};
