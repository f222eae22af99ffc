/** @file
 *  Private to the sock channel: its state, and what blocking calls (sock.c) and requests
 *  (sock_requests.c) share.
 *
 *  While a rank has requests that are not complete, everything it reads is matched by
 *  sock_requests.c, and its blocking calls are requests that are waited for.
 */
#pragma once

#include "models/mpi/match.h"
#include "models/net/rank_sets.h"
#include "models/net/sock.h"
#include "sim/model/pairs.h"

/** What a message on the stream is. */
enum { SOCK_EAGER, SOCK_REQUEST, SOCK_CLEAR, SOCK_BODY };

/** The stream from one process to another: what was written and not read to its end. */
typedef struct {
    IvcArrivals sent; /**< messages in the order of the stream */
    bool in_body;     /**< the header of the first one has been read */
    bool wanted;      /**< its data goes into the user's buffer */
    uint64_t got;     /**< bytes of the part that is being read */
    uint64_t cleared; /**< answers to requests of blocking Sends that have come */
    IvcMpiCall *into; /**< the Irecv whose data is being read, or NULL */
} SockStream;

/** What a process has begun. Each request is in one list, or in `late`, or in a stream's `into`. */
typedef struct {
    uint32_t open;     /**< not complete */
    IvcCalls out;      /**< have something to write: call->state says what */
    bool begun;        /**< the first of them has begun to be written */
    uint64_t written;  /**< bytes of that */
    IvcCalls asked;    /**< Isends whose receiver has not answered */
    IvcCalls posted;   /**< Irecvs without a message */
    IvcCalls answered; /**< Irecvs whose data has not begun to come */
    IvcMpiCall *late;  /**< an Irecv whose message is whole, and has to be copied from aside */
    struct {
        IvcLabel label;
    } post, flush, turn, wait;
} SockRequests;

typedef struct Sock Sock;

typedef struct {
    Sock *sock;
    IvcRank *rank;
    IvcArrivals unexpected;
    IvcBuffer aside;
    IvcStreamFrame io;
    struct {
        IvcLabel label;
    } call, say, progress;
    uint32_t peer;      /**< of a write, or whose stream is being read */
    uint32_t kind;      /**< of the message being written */
    uint64_t data;      /**< bytes of data behind its header */
    bool matched;       /**< the open Recv has its message */
    bool complete;      /**< and all of its data */
    bool was_aside;     /**< its data had been put aside */
    IvcArrival arrival; /**< the message of the open Recv */
    SockRequests requests;
} SockProcess;

struct Sock {
    IvcPlatform *platform;
    const IvcSockSpec *spec;
    uint32_t n;
    uint32_t stage0;
    IvcStreams *below;
    IvcStreamOps io; /**< its hooks, without the way to them */
    SockProcess *processes;
    IvcPairs streams; /**< of SockStream */
    IvcTime send_ps;
    IvcTime recv_ps;
    uint64_t in_flight;
};

static inline SockProcess *sock_process_of(IvcRank *rank)
{
    return &((Sock *)rank->channel)->processes[rank->rank];
}

static inline SockStream *sock_stream_of(Sock *sock, uint32_t from, uint32_t to)
{
    SockStream *stream = ivc_pairs_find(&sock->streams, from, to);
    if (G_LIKELY(stream))
        return stream;
    stream = ivc_pairs_add(&sock->streams, from, to);
    ivc_arrivals_init(&stream->sent, 4);
    return stream;
}

/** Copies a message that was put aside into the user's buffer. A request like ivc_copy(). */
static inline bool sock_copy_aside(SockProcess *process, IvcMpiCall *call,
                                   const IvcEnvelope *message)
{
    return ivc_copy(&process->rank->agent, call->buffer, 0, &process->aside, 0,
                    MIN(call->bytes, message->bytes), process->sock->stage0 + SOCK_COPY_ASIDE);
}

/** Takes something from some connection; sleeps in poll() when there is nothing. */
IvcStep ivc_sock_progress(SockProcess *process, IvcMpiCall *recv_call);

/** The header of the stream's first message has come. */
void ivc_sock_requests_match(SockProcess *process, SockStream *stream);

/** The message has come whole, and was taken from the stream; it may leave `late` to be done. */
void ivc_sock_requests_complete(SockProcess *process, SockStream *stream,
                                const IvcArrival *message);

/** A blocking call while there are requests. */
IvcStep ivc_sock_requests_send(SockProcess *process, IvcMpiCall *call);
IvcStep ivc_sock_requests_recv(SockProcess *process, IvcMpiCall *call);

void ivc_sock_requests_digest(const SockProcess *process, IvcDigest *digest);
