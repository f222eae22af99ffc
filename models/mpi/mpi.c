/* The message-passing interface: argument checks, matching rules, Init and Finalize.
 *
 * What travels and what it costs is the mechanism's business; what MPI users may expect of ranks,
 * tags, order and errors is here, once for all mechanisms.
 * Leaves out: waiting for some of the requests and not for all, collectives, user datatypes,
 * communicators with other groups. */
#include "sim/model/mpi.h"

#include "sim/engine/sim_error.h"

/* Sizes are powers of two. */
static const uint8_t type_shift[IVC_MPI_TYPES] = {
    [IVC_MPI_BYTE] = 0, [IVC_MPI_CHAR] = 0,   [IVC_MPI_INT] = 2,
    [IVC_MPI_LONG] = 3, [IVC_MPI_DOUBLE] = 3,
};

static const char *const error_names[] = {
    [IVC_MPI_SUCCESS] = "MPI_SUCCESS",
    [IVC_MPI_ERR_RANK] = "MPI_ERR_RANK",
    [IVC_MPI_ERR_TAG] = "MPI_ERR_TAG",
    [IVC_MPI_ERR_COMM] = "MPI_ERR_COMM",
    [IVC_MPI_ERR_TYPE] = "MPI_ERR_TYPE",
    [IVC_MPI_ERR_BUFFER] = "MPI_ERR_BUFFER",
    [IVC_MPI_ERR_TRUNCATE] = "MPI_ERR_TRUNCATE",
    [IVC_MPI_ERR_UNSUPPORTED] = "MPI_ERR_UNSUPPORTED_OPERATION",
};

IvcStep ivc_mpi_no_setup(IvcRank *rank)
{
    (void)rank;
    return IVC_DONE;
}

uint64_t ivc_mpi_any_size(const void *spec)
{
    (void)spec;
    return UINT64_MAX;
}

const char *ivc_mpi_error_name(IvcMpiError error)
{
    return error_names[error];
}

void ivc_mpi_call(IvcMpiCall *call, IvcBuffer *buffer, uint64_t count, IvcMpiType type, int peer,
                  int tag, uint32_t comm)
{
    call->label = 0;
    call->buffer = buffer;
    call->count = count;
    call->type = type;
    call->peer = peer;
    call->tag = tag;
    call->comm = comm;
    call->bytes = 0;
    call->error = IVC_MPI_SUCCESS;
    call->ended = false;
    call->lost = false;
    call->envelope.sent_ps = 0; /* the rest of it is set by the call */
}

bool ivc_mpi_matches(const IvcMpiCall *call, const IvcEnvelope *envelope)
{
    return call->comm == envelope->comm &&
           (call->peer == IVC_MPI_ANY_SOURCE || (uint32_t)call->peer == envelope->source) &&
           (call->tag == IVC_MPI_ANY_TAG || call->tag == envelope->tag);
}

static IvcMpiError check_call(const IvcRank *rank, IvcMpiCall *call, bool receiving)
{
    int n = (int)rank->platform->n_ranks;
    if (call->comm != IVC_MPI_COMM_WORLD && call->comm != IVC_MPI_COMM_INTERNAL)
        return IVC_MPI_ERR_COMM;
    if ((unsigned)call->type >= IVC_MPI_TYPES)
        return IVC_MPI_ERR_TYPE;
    /* A message to oneself needs a second thread of control, which blocking calls do not have. */
    bool any = receiving && call->peer == IVC_MPI_ANY_SOURCE;
    if (!any && (call->peer < 0 || call->peer >= n || call->peer == (int)rank->rank))
        return IVC_MPI_ERR_RANK;
    if (call->tag < (receiving ? IVC_MPI_ANY_TAG : 0))
        return IVC_MPI_ERR_TAG;
    unsigned shift = type_shift[call->type];
    if (call->count > call->buffer->bytes >> shift)
        return IVC_MPI_ERR_BUFFER;
    call->bytes = call->count << shift;
    return IVC_MPI_SUCCESS;
}

/* The agent's step while the mechanism is at work: its frames above need not be passed each time.
 */
static IvcStep step_inside(IvcAgent *agent)
{
    IvcRank *rank = (IvcRank *)((char *)agent - offsetof(IvcRank, agent));
    if (rank->inside(rank, rank->inside_call) == IVC_YIELD)
        return IVC_YIELD;
    agent->step = rank->outside;
    rank->ended = true;
    return agent->step(agent);
}

/* Calls the mechanism; when it goes on later, it is entered by step_inside(), and what comes here
 * then is that it is done. */
static inline IvcStep mechanism(IvcRank *rank, IvcMpiCall *call,
                                IvcStep (*hook)(IvcRank *rank, IvcMpiCall *call))
{
    if (rank->ended) {
        rank->ended = false;
        return IVC_DONE;
    }
    if (hook(rank, call) == IVC_DONE)
        return IVC_DONE;
    rank->inside = hook;
    rank->inside_call = call;
    rank->outside = rank->agent.step;
    rank->agent.step = step_inside;
    return IVC_YIELD;
}

/* A message begins to exist. */
static inline void send_begins(IvcRank *rank, IvcMpiCall *call)
{
    call->envelope = (IvcEnvelope){
        .source = rank->rank,
        .comm = call->comm,
        .tag = call->tag,
        .bytes = call->bytes,
        .sequence = call->comm == IVC_MPI_COMM_WORLD ? rank->sent_to[call->peer]++ : 0,
        .sent_ps = call->due_ps ? call->due_ps : rank->agent.sim->now,
    };
    rank->platform->measure.sent++;
    rank->platform->measure.bytes_sent_all += call->bytes;
}

IvcStep ivc_mpi_send(IvcRank *rank, IvcMpiCall *call)
{
    IVC_BEGIN(call);
    call->error = check_call(rank, call, false);
    if (call->error) {
        IVC_RETURN(call);
    }
    send_begins(rank, call);
    rank->doing = "Send";
    rank->open = call;
    IVC_CALL(call, mechanism(rank, call, rank->ops->send));
    rank->doing = NULL;
    IVC_END(call);
}

IvcStep ivc_mpi_recv(IvcRank *rank, IvcMpiCall *call)
{
    IVC_BEGIN(call);
    call->error = check_call(rank, call, true);
    if (call->error) {
        IVC_RETURN(call);
    }
    rank->doing = "Recv";
    rank->open = call;
    IVC_CALL(call, mechanism(rank, call, rank->ops->recv));
    rank->doing = NULL;
    IVC_END(call);
}

/* ---- requests ---- */

IvcStep ivc_mpi_isend(IvcRank *rank, IvcMpiCall *call)
{
    IVC_BEGIN(call);
    call->pending = false;
    call->receives = false;
    call->error = check_call(rank, call, false);
    if (call->error) {
        IVC_RETURN(call);
    }
    send_begins(rank, call);
    rank->doing = "Isend";
    rank->open = call;
    IVC_CALL(call, mechanism(rank, call, rank->ops->isend ? rank->ops->isend : rank->ops->send));
    rank->doing = NULL;
    IVC_END(call);
}

/* For a mechanism that has no requests. */
static IvcStep post(IvcRank *rank, IvcMpiCall *call)
{
    call->next = NULL;
    call->pending = true;
    if (rank->posted)
        rank->last_posted->next = call;
    else
        rank->posted = call;
    rank->last_posted = call;
    return IVC_DONE;
}

IvcStep ivc_mpi_irecv(IvcRank *rank, IvcMpiCall *call)
{
    IVC_BEGIN(call);
    call->pending = false;
    call->receives = true;
    call->error = check_call(rank, call, true);
    if (call->error) {
        IVC_RETURN(call);
    }
    rank->doing = "Irecv";
    rank->open = call;
    IVC_CALL(call, mechanism(rank, call, rank->ops->irecv ? rank->ops->irecv : post));
    rank->doing = NULL;
    IVC_END(call);
}

IvcStep ivc_mpi_waitall(IvcRank *rank, IvcMpiCall *call)
{
    IVC_BEGIN(call);
    while (rank->posted) {
        rank->doing = "Recv";
        rank->open = rank->posted;
        IVC_CALL(call, mechanism(rank, rank->posted, rank->ops->recv));
        rank->posted->pending = false;
        rank->posted->done_ps = rank->agent.sim->now;
        rank->posted = rank->posted->next;
    }
    if (rank->ops->waitall) {
        rank->doing = "Waitall";
        rank->open = NULL;
        IVC_CALL(call, mechanism(rank, call, rank->ops->waitall));
    }
    rank->doing = NULL;
    IVC_END(call);
}

/* Everybody tells rank 0, rank 0 tells everybody: empty messages in a communicator of their own. */
static IvcStep barrier(IvcRank *rank)
{
    IvcMpiCall *call = &rank->internal;
    IVC_BEGIN(rank);
    if (rank->rank != 0) {
        ivc_mpi_call(call, &rank->nothing, 0, IVC_MPI_BYTE, 0, 0, IVC_MPI_COMM_INTERNAL);
        IVC_CALL(rank, ivc_mpi_send(rank, call));
        ivc_mpi_call(call, &rank->nothing, 0, IVC_MPI_BYTE, 0, 0, IVC_MPI_COMM_INTERNAL);
        IVC_CALL(rank, ivc_mpi_recv(rank, call));
        IVC_RETURN(rank);
    }
    for (rank->loop = 1; rank->loop < rank->platform->n_ranks; rank->loop++) {
        ivc_mpi_call(call, &rank->nothing, 0, IVC_MPI_BYTE, IVC_MPI_ANY_SOURCE, 0,
                     IVC_MPI_COMM_INTERNAL);
        IVC_CALL(rank, ivc_mpi_recv(rank, call));
    }
    for (rank->loop = 1; rank->loop < rank->platform->n_ranks; rank->loop++) {
        ivc_mpi_call(call, &rank->nothing, 0, IVC_MPI_BYTE, (int)rank->loop, 0,
                     IVC_MPI_COMM_INTERNAL);
        IVC_CALL(rank, ivc_mpi_send(rank, call));
    }
    IVC_END(rank);
}

IvcStep ivc_mpi_init(IvcRank *rank)
{
    IVC_BEGIN(&rank->phase);
    IVC_CALL(&rank->phase, rank->ops->setup(rank));
    IVC_CALL(&rank->phase, barrier(rank));
    rank->platform->measure.setup_ps = MAX(rank->platform->measure.setup_ps, rank->agent.sim->now);
    IVC_END(&rank->phase);
}

IvcStep ivc_mpi_finalize(IvcRank *rank)
{
    return barrier(rank);
}
