/* The message-passing interface: argument checks, matching rules, Init and Finalize.
 *
 * What travels and what it costs is the mechanism's business; what MPI users may expect of ranks,
 * tags, order and errors is here, once for all mechanisms.
 * Leaves out: non-blocking calls, collectives, user datatypes, communicators with other groups. */
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

uint64_t ivc_mpi_type_bytes(IvcMpiType type)
{
    return UINT64_C(1) << type_shift[type];
}

const char *ivc_mpi_error_name(IvcMpiError error)
{
    return error_names[error];
}

uint32_t ivc_mpi_comm_size(const IvcRank *rank)
{
    return rank->platform->n_ranks;
}

uint32_t ivc_mpi_comm_rank(const IvcRank *rank)
{
    return rank->rank;
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

IvcStep ivc_mpi_send(IvcRank *rank, IvcMpiCall *call)
{
    IVC_BEGIN(call);
    call->error = check_call(rank, call, false);
    if (call->error) {
        IVC_RETURN(call);
    }
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

/* Of message `number` of one rank to another: this rank is one of them. */
static uint64_t bytes_of(const IvcRank *rank, uint32_t from, uint32_t to, uint64_t number)
{
    const IvcDraws *draws = &rank->platform->draws;
    return draws->sizes == IVC_SIZES_FIXED ? rank->work->message_bytes
                                           : ivc_draw_bytes(draws, from, to, number);
}

IvcStep ivc_work_send(IvcRank *rank, IvcWork *work, uint32_t to)
{
    IVC_BEGIN(&work->io);
    ivc_mpi_call(&work->call, &work->outgoing, bytes_of(rank, rank->rank, to, rank->sent_to[to]),
                 IVC_MPI_BYTE, (int)to, 0, IVC_MPI_COMM_WORLD);
    work->call.due_ps = work->due_ps;
    IVC_CALL(&work->io, ivc_mpi_send(rank, &work->call));
    if (work->call.error)
        ivc_sim_fail(rank->agent.sim, IVC_SIM_ERROR_MPI,
                     "rank %u: Send of %" G_GUINT64_FORMAT " bytes to rank %u failed: %s",
                     rank->rank, work->call.count, to, ivc_mpi_error_name(work->call.error));
    IVC_END(&work->io);
}

static void check_order(IvcRank *rank, const IvcWork *work)
{
    const IvcEnvelope *got = &work->call.envelope;
    uint64_t expected = rank->received_from[got->source]++;
    if (got->sequence != expected ||
        got->bytes != bytes_of(rank, got->source, rank->rank, expected))
        ivc_sim_fail(rank->agent.sim, IVC_SIM_ERROR_CONSERVATION,
                     "rank %u received message %" G_GUINT64_FORMAT
                     " of rank %u where message %" G_GUINT64_FORMAT " was due",
                     rank->rank, got->sequence, got->source, expected);
}

void ivc_work_lost(IvcRank *rank, uint32_t source)
{
    uint64_t number = rank->received_from[source]++;
    ivc_measure_lost(rank->platform, bytes_of(rank, source, rank->rank, number));
    rank->work->round++;
}

IvcStep ivc_work_pace(IvcRank *rank, IvcWork *work)
{
    const IvcDraws *draws = &rank->platform->draws;
    IvcAgent *agent = &rank->agent;
    IVC_BEGIN(&work->pace);
    if (draws->compute_ps != 0) {
        IVC_AWAIT(&work->pace, ivc_spend(agent, ivc_draw_compute(draws, rank->rank, work->round),
                                         IVC_STAGE_COMPUTE));
    }
    if (draws->arrivals == IVC_ARRIVALS_NONE) {
        IVC_RETURN(&work->pace);
    }
    if (work->round == 0)
        work->due_ps = agent->sim->now;
    work->due_ps += ivc_draw_gap(draws, rank->rank, work->round);
    if (agent->sim->now < work->due_ps) {
        IVC_AWAIT(&work->pace, ivc_wait(agent, &work->never, work->due_ps - agent->sim->now));
    }
    IVC_END(&work->pace);
}

IvcStep ivc_work_recv(IvcRank *rank, IvcWork *work, int from)
{
    IVC_BEGIN(&work->io);
    ivc_mpi_call(&work->call, work->into, work->message_bytes, IVC_MPI_BYTE, from, 0,
                 IVC_MPI_COMM_WORLD);
    IVC_CALL(&work->io, ivc_mpi_recv(rank, &work->call));
    if (work->call.error) {
        ivc_sim_fail(rank->agent.sim, IVC_SIM_ERROR_MPI, "rank %u: Recv failed: %s", rank->rank,
                     ivc_mpi_error_name(work->call.error));
        IVC_RETURN(&work->io);
    }
    if (work->call.ended) {
        work->round--; /* the last of those that were lost was this one */
        rank->platform->measure.counted = false;
    } else {
        check_order(rank, work);
        ivc_measure_delivered(rank->platform, work->call.envelope.bytes);
    }
    IVC_END(&work->io);
}

#define ACK_TAG 1

IvcStep ivc_work_send_ack(IvcRank *rank, IvcWork *work, uint32_t to, uint64_t bytes)
{
    IVC_BEGIN(&work->io);
    ivc_mpi_call(&work->call, &work->ack, bytes, IVC_MPI_BYTE, (int)to, ACK_TAG,
                 IVC_MPI_COMM_WORLD);
    IVC_CALL(&work->io, ivc_mpi_send(rank, &work->call));
    if (work->call.error)
        ivc_sim_fail(rank->agent.sim, IVC_SIM_ERROR_MPI, "rank %u: Send failed: %s", rank->rank,
                     ivc_mpi_error_name(work->call.error));
    IVC_END(&work->io);
}

IvcStep ivc_work_recv_ack(IvcRank *rank, IvcWork *work, int from, uint64_t bytes)
{
    IvcMeasure *measure = &rank->platform->measure;
    IVC_BEGIN(&work->io);
    ivc_mpi_call(&work->call, &work->ack, bytes, IVC_MPI_BYTE, from, ACK_TAG, IVC_MPI_COMM_WORLD);
    IVC_CALL(&work->io, ivc_mpi_recv(rank, &work->call));
    if (work->call.error)
        ivc_sim_fail(rank->agent.sim, IVC_SIM_ERROR_MPI, "rank %u: Recv failed: %s", rank->rank,
                     ivc_mpi_error_name(work->call.error));
    rank->received_from[from]++;
    measure->sent--; /* it was counted as one of the workload's */
    measure->bytes_delivered_all += work->call.envelope.bytes;
    IVC_END(&work->io);
}
