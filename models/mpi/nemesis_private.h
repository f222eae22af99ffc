/** @file
 *  Private to the nemesis channel: its state, and what blocking calls (nemesis.c) and requests
 *  (nemesis_requests.c) share.
 *
 *  While a process has requests that are not complete, all that arrives is matched by
 *  nemesis_requests.c, and its blocking calls are requests that are waited for.
 */
#pragma once

#include "models/mpi/match.h"
#include "sim/model/pairs.h"

typedef struct {
    IvcBytes cell;
    uint64_t cells;
    bool fastbox;
    IvcBytes eager_max;
    IvcBytes slot;
    uint64_t slots;
    IvcBytes piece;
    IvcBytes piece_max;
    IvcCost send_overhead;
    IvcCost recv_overhead;
    IvcCost progress;
} NemesisSpec;

enum {
    NEMESIS_SEND,
    NEMESIS_RECV,
    NEMESIS_COPY_IN,
    NEMESIS_COPY_OUT,
    NEMESIS_COPY_UNEXPECTED,
    NEMESIS_FLAGS,
    NEMESIS_POLL_ARRIVAL,
    NEMESIS_POLL_ROOM,
    NEMESIS_STAGES
};

/** What an arrival is. */
enum { NEMESIS_FASTBOX, NEMESIS_CELL, NEMESIS_RENDEZVOUS, NEMESIS_UNEXPECTED };

/** A box or slot between two processes: data, and a flag on a line of its own. */
typedef struct {
    IvcLine flag;
    bool full;
    IvcBuffer data;
} NemesisBox;

typedef struct {
    NemesisBox fastbox;
    NemesisBox *slots; /**< NULL before the first rendezvous */
    uint64_t filled;   /**< slots of the latest rendezvous, by the sender */
    uint64_t taken;    /**< by the receiver */
    bool cleared;      /**< the receiver is there: clear to send */
    uint64_t sequence; /**< of the message that is cleared */
    uint64_t sent;     /**< bytes of the present message that were copied into slots */
    uint64_t got;      /**< and out of them */
} NemesisPair;

#define NEMESIS_NO_CELL UINT32_MAX

typedef struct {
    IvcLabel label;
    struct {
        IvcLabel label;
    } lmt;
    struct {
        IvcLabel label;
    } part_of;
    struct {
        IvcLabel label;
    } slot;
    NemesisPair *pair; /**< with the other side of the Send, or of the arrival; set where each
                            begins */
    uint32_t cell;     /**< that a Send fills; NEMESIS_NO_CELL */
    uint64_t part;
    int64_t found;
    bool taken; /**< the arrival is the business of an open Recv */
    IvcArrival arrival;
} NemesisFrame;

/** What a process has begun. Each request is in one list, or one
 *  of the three pointers. */
typedef struct {
    uint32_t open;         /**< not complete */
    IvcCalls out;          /**< Isends that wait for a box or a cell, and those that came later */
    IvcCalls asked;        /**< Isends whose receiver has not answered */
    IvcCalls sending;      /**< Isends that go through slots */
    IvcCalls posted;       /**< Irecvs without a message */
    IvcCalls answered;     /**< Irecvs whose sender waits for an answer */
    IvcMpiCall *receiving; /**< the Irecv that goes through slots, or NULL */
    IvcMpiCall *into;      /**< the Irecv whose message is being looked at, or NULL */
    IvcMpiCall *filling;   /**< the Isend of which a slot is being filled, or NULL */
    bool idle;             /**< nothing could be done in this turn; known from where it is */
    struct {
        IvcLabel label;
    } call, post, turn, wait;
} NemesisRequests;

typedef struct Nemesis Nemesis;

typedef struct {
    Nemesis *nemesis;
    IvcRank *rank;
    NemesisFrame frame;
    IvcArrivals arrivals; /**< published to it and not looked at */
    IvcSignal event;      /**< whatever this process may poll for */
    IvcLine queue_line;   /**< head and tail of its receive queue */
    IvcLine pool_line;    /**< head of its free cells */
    IvcArrivals unexpected;
    IvcBuffer *cells;
    uint32_t *free_cells; /**< a queue: a circle of spec.cells places */
    uint32_t free_first;
    uint32_t n_free;
    IvcBuffer aside; /**< where unexpected data waits */
    uint32_t clears; /**< receivers that have cleared a message of it, and it has not seen that */
    NemesisRequests requests;
    IvcMpiCall nobody; /**< a receive that matches nothing */
} NemesisProcess;

struct Nemesis {
    IvcPlatform *platform;
    NemesisSpec spec;
    uint32_t n;
    NemesisProcess *processes;
    IvcBuffer *cells; /**< of all processes, one after the other */
    IvcPairs pairs;   /**< of NemesisPair */
    uint64_t in_flight;
    IvcTime send_ps;
    IvcTime recv_ps;
    IvcTime poll_ps;
    uint32_t stage0;
    uint64_t fastbox_messages;
    uint64_t cell_messages;
    uint64_t rendezvous_messages;
};

static inline NemesisProcess *nemesis_process_of(IvcRank *rank)
{
    return &((Nemesis *)rank->channel)->processes[rank->rank];
}

/** What two processes share, made at its first use. */
NemesisPair *ivc_nemesis_pair_add(Nemesis *self, uint32_t from, uint32_t to);

static inline NemesisPair *nemesis_pair_of(Nemesis *self, uint32_t from, uint32_t to)
{
    NemesisPair *pair = ivc_pairs_find(&self->pairs, from, to);
    return G_LIKELY(pair) ? pair : ivc_nemesis_pair_add(self, from, to);
}

/** The place of the i-th free cell. */
static inline uint32_t nemesis_free_at(const NemesisProcess *process, uint32_t i)
{
    return (process->free_first + i) % (uint32_t)process->nemesis->spec.cells;
}

static inline bool nemesis_has_room(const Nemesis *self, const NemesisPair *pair)
{
    return pair->filled - pair->taken < self->spec.slots;
}

/** Sends; a request (call->pending) that asks first is not waited for, and its Send is paid. */
IvcStep ivc_nemesis_send(IvcRank *rank, IvcMpiCall *call);

/** Takes what a receive asks for from the messages that came before it; frame.found: whether. */
IvcStep ivc_nemesis_recv_unexpected(NemesisProcess *process, IvcMpiCall *call);

/** Takes the oldest arrival: into the user's buffer when it is what `call` asks for, else aside. */
IvcStep ivc_nemesis_recv_arrival(NemesisProcess *process, IvcMpiCall *call);

/** Tells the sender of a large message that its receiver is there. */
IvcStep ivc_nemesis_answer(NemesisProcess *process, const IvcEnvelope *envelope, NemesisPair *pair);

/** Copies the next part of a message into the next slot, or out of it. */
IvcStep ivc_nemesis_fill(NemesisProcess *process, const IvcMpiCall *call, NemesisPair *pair);
IvcStep ivc_nemesis_drain(NemesisProcess *process, const IvcMpiCall *call,
                          const IvcEnvelope *envelope, NemesisPair *pair);

IvcStep ivc_nemesis_isend(IvcRank *rank, IvcMpiCall *call);
IvcStep ivc_nemesis_irecv(IvcRank *rank, IvcMpiCall *call);
IvcStep ivc_nemesis_waitall(IvcRank *rank, IvcMpiCall *call);

/** A blocking call while there are requests. */
IvcStep ivc_nemesis_requests_send(IvcRank *rank, IvcMpiCall *call);
IvcStep ivc_nemesis_requests_recv(IvcRank *rank, IvcMpiCall *call);

void ivc_nemesis_digest(const void *channel, IvcDigest *digest);
