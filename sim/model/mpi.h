/** @file
 *  The message-passing interface that workloads are written against, and what a mechanism must
 *  provide to carry it.
 *
 *  Send and Recv with source (or any source), tag (or any tag) and communicator: blocking, or
 *  begun by Isend and Irecv and ended by Waitall. Send may return before the message is received,
 *  as MPI's standard mode allows.
 */
#pragma once

#include "sim/model/platform.h"

#define IVC_MPI_ANY_SOURCE (-1)
#define IVC_MPI_ANY_TAG (-1)
#define IVC_MPI_TAG_MAX 0x7fffffff
#define IVC_MPI_COMM_WORLD 0u
#define IVC_MPI_COMM_INTERNAL 255u /**< barriers of Init and Finalize */

typedef enum {
    IVC_MPI_BYTE,
    IVC_MPI_CHAR,
    IVC_MPI_INT,
    IVC_MPI_LONG,
    IVC_MPI_DOUBLE,
    IVC_MPI_TYPES,
} IvcMpiType;

/** How a call ended. */
typedef enum {
    IVC_MPI_SUCCESS,
    IVC_MPI_ERR_RANK,
    IVC_MPI_ERR_TAG,
    IVC_MPI_ERR_COMM,
    IVC_MPI_ERR_TYPE,
    IVC_MPI_ERR_BUFFER,      /**< the buffer is smaller than count x type */
    IVC_MPI_ERR_TRUNCATE,    /**< the message is longer than the receive buffer */
    IVC_MPI_ERR_UNSUPPORTED, /**< the channel cannot carry a message of this size */
} IvcMpiError;

/** Returns "MPI_ERR_RANK" ...; static. */
const char *ivc_mpi_error_name(IvcMpiError error);

/** What identifies a message, and what the simulation knows about it. */
typedef struct {
    uint32_t source;
    uint32_t comm;
    int32_t tag;
    uint64_t bytes;
    uint64_t sequence; /**< counts the messages of this source to this destination, from 0 */
    IvcTime sent_ps;   /**< when Send was called, or was due */
} IvcEnvelope;

typedef struct IvcRank IvcRank;
typedef struct IvcWork IvcWork;

typedef struct IvcMpiCall IvcMpiCall;

/** One Send or Recv: arguments, then results. The frame of the call; one open call a rank. What
 *  Isend and Irecv have begun stays pending besides. */
struct IvcMpiCall {
    IvcLabel label;
    IvcBuffer *buffer;
    uint64_t count;
    IvcMpiType type;
    int peer; /**< destination, or source, or IVC_MPI_ANY_SOURCE */
    int tag;
    uint32_t comm;
    uint64_t bytes;    /**< count x type; set by the call */
    IvcTime due_ps;    /**< Send: latency counts from here; 0: from the call */
    IvcMpiError error; /**< result */
    bool ended;        /**< result of a Recv of datagrams: all that were still to come are lost */
    bool lost;         /**< result of a Recv of an answer: it, or its request, is lost */
    IvcEnvelope envelope; /**< the message that was sent or received */
    /* Of Isend and Irecv only. */
    bool receives;    /**< it is an Irecv */
    bool pending;     /**< begun and not complete */
    uint32_t state;   /**< the mechanism's */
    IvcMpiCall *next; /**< in a list of the mechanism */
    IvcTime done_ps;  /**< result: when it was complete */
};

/** A rank: a process on a core, and its end of the channel. What every step needs comes first. */
struct IvcRank {
    uint32_t rank;
    IvcLabel label; /**< of the barrier in Init and Finalize */
    struct {
        IvcLabel label;
    } phase; /**< of Init */
    struct {
        IvcLabel label;
    } life; /**< of the whole program */
    IvcPlatform *platform;
    const IvcMechanismOps *ops;
    void *channel;          /**< the mechanism's state, shared by all ranks */
    void *end;              /**< the mechanism's state of this rank; for its own use */
    IvcWork *work;          /**< of the workload */
    const IvcMpiCall *open; /**< NULL in Waitall */
    const char *doing;      /**< "Send", "Recv", "Waitall" or NULL: for deadlock messages */
    IvcMpiCall *posted;     /**< Irecvs over a mechanism that has none: done by Waitall, in order */
    IvcMpiCall *last_posted;
    /* While the mechanism is at work, steps of the agent go straight there (models/mpi/mpi.c). */
    IvcStep (*inside)(IvcRank *rank, IvcMpiCall *call);
    IvcMpiCall *inside_call;
    bool ended; /**< the mechanism is done; used at once */
    IvcAgent agent;
    IvcStep (*outside)(IvcAgent *agent); /**< the agent's own step */
    uint64_t *sent_to; /**< messages to each destination: the next sequence numbers */
    uint64_t *received_from;
    IvcRank *all;        /**< rank 0 of n_ranks */
    uint32_t loop;       /**< of the barrier */
    IvcMpiCall internal; /**< for Init and Finalize */
    IvcBuffer nothing;   /**< a buffer of zero bytes */
};

/** What a mechanism provides that ranks synchronise by: locks, or barriers. */
typedef struct {
    /** @param shared  to read only: others may hold it for that, too, where the lock knows that */
    IvcStep (*acquire)(IvcRank *rank, bool shared);
    IvcStep (*release)(IvcRank *rank);
    /** How long the latest acquire of this rank took since the release that it waited for; 0: it
     *  waited for none. */
    IvcTime (*handed_ps)(const IvcRank *rank);
    IvcStep (*barrier)(IvcRank *rank);
} IvcSyncOps;

/** What a mechanism provides. All hooks are required unless said otherwise. */
struct IvcMechanismOps {
    /** Builds the channel among `n` ranks (already placed on cores). transfer full */
    void *(*create)(IvcPlatform *platform, const void *spec, IvcRank *ranks, unsigned n);
    void (*free)(void *channel);
    /** This rank's set-up: mapping a region, opening connections; ivc_mpi_no_setup(): none. */
    IvcStep (*setup)(IvcRank *rank);
    IvcStep (*send)(IvcRank *rank, IvcMpiCall *call);
    IvcStep (*recv)(IvcRank *rank, IvcMpiCall *call);
    /** Begin, and make call->pending false once they are complete; wait for all that were begun,
     *  `call` is not used. NULL, all three: an Isend is a Send, and Waitall does the Recvs. */
    IvcStep (*isend)(IvcRank *rank, IvcMpiCall *call);
    IvcStep (*irecv)(IvcRank *rank, IvcMpiCall *call);
    IvcStep (*waitall)(IvcRank *rank, IvcMpiCall *call);
    /** Does one event for a workload that speaks events: the one of number `call->tag`. Sets
     *  call->done_ps to when it was over for whom it is for. NULL: it has none. */
    IvcStep (*operate)(IvcRank *rank, IvcMpiCall *call);
    /** Begins an instruction that waits for all that the rank's core has under way, stores
     *  included, and lets nothing behind it begin. NULL: nothing is ever under way.
     *  @return how long it waits */
    IvcTime (*serialise)(IvcRank *rank);
    /** The largest message it can carry; ivc_mpi_any_size(): any. */
    uint64_t (*message_bytes_max)(const void *spec);
    void (*digest)(const void *channel, IvcDigest *digest);
    /** Messages that were sent and are still inside: for the conservation check. */
    uint64_t (*in_flight)(const void *channel);
    const IvcSyncOps *sync; /**< NULL: it is for messages */
};

/** Done at once: for a mechanism that is there from the beginning. */
IvcStep ivc_mpi_no_setup(IvcRank *rank);

/** UINT64_MAX: for a mechanism that carries messages of any size. */
uint64_t ivc_mpi_any_size(const void *spec);

/** Joins: set-up of this rank, then waits until all ranks have joined. */
IvcStep ivc_mpi_init(IvcRank *rank);

/** Leaves: waits until all ranks have come here. */
IvcStep ivc_mpi_finalize(IvcRank *rank);

/** Prepares the arguments of a call. */
void ivc_mpi_call(IvcMpiCall *call, IvcBuffer *buffer, uint64_t count, IvcMpiType type, int peer,
                  int tag, uint32_t comm);

/** Sends; call->error says how it went. */
IvcStep ivc_mpi_send(IvcRank *rank, IvcMpiCall *call);

/** Receives the first matching message; call->envelope says which it was. */
IvcStep ivc_mpi_recv(IvcRank *rank, IvcMpiCall *call);

/** Begins to send; the call and its buffer are the channel's until Waitall. */
IvcStep ivc_mpi_isend(IvcRank *rank, IvcMpiCall *call);

/** Posts a receive: it takes the first matching message that no earlier one takes. */
IvcStep ivc_mpi_irecv(IvcRank *rank, IvcMpiCall *call);

/** Waits until all that this rank has begun is complete; `call` is only a frame. */
IvcStep ivc_mpi_waitall(IvcRank *rank, IvcMpiCall *call);

/** Whether an envelope is what a Recv asks for. */
bool ivc_mpi_matches(const IvcMpiCall *call, const IvcEnvelope *envelope);

#define IVC_WORK_ACK_MAX 64u /**< bytes of an acknowledgement */

/** One rank's part of a workload. */
struct IvcWork {
    IvcLabel label;
    const IvcWorkloadOps *ops;
    const void *spec;       /**< of the workload */
    uint64_t message_bytes; /**< of the largest message */
    uint64_t rounds;        /**< to do, warm-up included */
    bool paced;             /**< it computes, or its rounds are due at times of their own */
    uint64_t round;
    uint32_t step; /**< loop variable of collective patterns */
    uint32_t peer;
    IvcTime started_ps; /**< of the round */
    IvcTime due_ps;     /**< the round, when rounds arrive from outside */
    IvcSignal never;    /**< what an idle rank waits for until a round is due */
    struct {
        IvcLabel label;
    } pace; /**< of ivc_work_pace() */
    struct {
        IvcLabel label;
    } io; /**< of ivc_work_send() and ivc_work_recv() */
    IvcMpiCall call;
    IvcMpiCall *requests; /**< of Isend and Irecv; NULL: the workload has none */
    uint32_t begun;       /**< how many of them since the last Waitall */
    IvcBuffer outgoing;
    IvcBuffer incoming;
    IvcBuffer ack;   /**< of acknowledgements, in both directions */
    IvcBuffer *into; /**< where messages are received: incoming, or outgoing when one serves both */
};

/** What a workload provides. */
struct IvcWorkloadOps {
    /** Messages that all ranks together send in one round; every rank does every round. */
    uint64_t (*messages_per_round)(unsigned n_ranks);
    /** Takes its place where that is a matter of the workload's spec; or NULL. */
    uint64_t (*messages_of)(const void *spec, unsigned n_ranks);
    /** One round of one rank, between Init and Finalize. */
    IvcStep (*round)(IvcRank *rank, IvcWork *work);
    /** Whether this rank computes and has arrivals: not one that only answers. NULL: all. */
    bool (*paced)(const IvcRank *rank);
    /** Whether this rank has rounds at all: not one whose kernel answers for it. NULL: all. */
    bool (*active)(const IvcRank *rank);
    /** Bytes that a read of a stream socket asks for. NULL, or 0: those that its message lacks. */
    uint64_t (*read_bytes)(const void *spec);
    /** After how long a request is followed by the next when its answer does not come. NULL, or 0:
     *  never. */
    IvcTime (*retry_ps)(const void *spec);
    /** Requests that a rank has begun at once, at most. NULL: it uses none. */
    uint64_t (*requests)(const void *spec);
    /** Ranks do rounds until the measured phase is over, each as many as it can: who is faster does
     *  more. */
    bool open_ended;
    /** Whether it reads time stamps. NULL: it does not. */
    bool (*stamps)(const void *spec);
    bool transactions;  /**< it counts round trips */
    uint64_t ack_bytes; /**< of its acknowledgements, by the two calls for that below; 0: none */
};

/** Computes, and waits until the round is due, as the workload's draws say. */
IvcStep ivc_work_pace(IvcRank *rank, IvcWork *work);

/** Sends the work's outgoing buffer; fails the run when the call fails. */
IvcStep ivc_work_send(IvcRank *rank, IvcWork *work, uint32_t to);

/** Receives into the work's buffer for it, checks order, counts the delivery. */
IvcStep ivc_work_recv(IvcRank *rank, IvcWork *work, int from);

/** The same without blocking: they begin work->requests[work->begun++]. Latency is measured, too.
 */
IvcStep ivc_work_isend(IvcRank *rank, IvcWork *work, uint32_t to);
IvcStep ivc_work_irecv(IvcRank *rank, IvcWork *work, uint32_t from);

/** Waits for all of them, and does for each what ivc_work_recv() does. */
IvcStep ivc_work_waitall(IvcRank *rank, IvcWork *work);

/** Feeds the requests that were begun. */
void ivc_work_requests_digest(const IvcRank *rank, const IvcWork *work, IvcDigest *digest);

/** The next message from `source` will not come: the round that would receive it is over. Who lost
 *  it has counted it, by ivc_measure_lost(). */
void ivc_work_lost(IvcRank *rank, uint32_t source);

/** The same for a short message that acknowledges others: it is no message of the workload. */
IvcStep ivc_work_send_ack(IvcRank *rank, IvcWork *work, uint32_t to, uint64_t bytes);
IvcStep ivc_work_recv_ack(IvcRank *rank, IvcWork *work, int from, uint64_t bytes);
