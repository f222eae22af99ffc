/* What workloads do with messages: those of the sizes that are due, checked for their order and
 * counted; blocking, acknowledged, or begun together and waited for together. */
#include "models/mpi/match.h"
#include "sim/engine/sim_error.h"
#include "sim/model/mpi.h"

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

static void check_order(IvcRank *rank, const IvcEnvelope *got)
{
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
    rank->received_from[source]++;
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
    if (work->call.lost) {
        uint64_t number = rank->received_from[from]++;
        ivc_measure_lost(rank->platform, bytes_of(rank, (uint32_t)from, rank->rank, number));
    } else if (work->call.ended) {
        work->round--; /* the last of those that were lost was this one */
        rank->platform->measure.counted = false;
    } else {
        check_order(rank, &work->call.envelope);
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
    rank->received_from[work->call.envelope.source]++;
    measure->sent--; /* it was counted as one of the workload's */
    measure->bytes_delivered_all += work->call.envelope.bytes;
    IVC_END(&work->io);
}

/* ---- requests ---- */

IvcStep ivc_work_isend(IvcRank *rank, IvcWork *work, uint32_t to)
{
    IvcMpiCall *call = &work->requests[work->begun];
    IVC_BEGIN(&work->io);
    ivc_mpi_call(call, &work->outgoing, bytes_of(rank, rank->rank, to, rank->sent_to[to]),
                 IVC_MPI_BYTE, (int)to, 0, IVC_MPI_COMM_WORLD);
    call->due_ps = work->due_ps;
    IVC_CALL(&work->io, ivc_mpi_isend(rank, call));
    work->begun++;
    if (call->error)
        ivc_sim_fail(rank->agent.sim, IVC_SIM_ERROR_MPI,
                     "rank %u: Isend of %" G_GUINT64_FORMAT " bytes to rank %u failed: %s",
                     rank->rank, call->count, to, ivc_mpi_error_name(call->error));
    IVC_END(&work->io);
}

IvcStep ivc_work_irecv(IvcRank *rank, IvcWork *work, uint32_t from)
{
    IvcMpiCall *call = &work->requests[work->begun];
    IVC_BEGIN(&work->io);
    ivc_mpi_call(call, work->into, work->message_bytes, IVC_MPI_BYTE, (int)from, 0,
                 IVC_MPI_COMM_WORLD);
    IVC_CALL(&work->io, ivc_mpi_irecv(rank, call));
    work->begun++;
    if (call->error)
        ivc_sim_fail(rank->agent.sim, IVC_SIM_ERROR_MPI, "rank %u: Irecv failed: %s", rank->rank,
                     ivc_mpi_error_name(call->error));
    IVC_END(&work->io);
}

/* Requests are looked at in the order in which they were begun: so must their messages have come.
 */
static void requests_end(IvcRank *rank, IvcWork *work)
{
    for (uint32_t i = 0; i < work->begun; i++) {
        const IvcMpiCall *call = &work->requests[i];
        if (call->error)
            ivc_sim_fail(rank->agent.sim, IVC_SIM_ERROR_MPI, "rank %u: Waitall failed: %s",
                         rank->rank, ivc_mpi_error_name(call->error));
        if (call->error || !call->receives)
            continue;
        check_order(rank, &call->envelope);
        ivc_measure_delivered(rank->platform, call->envelope.bytes);
        ivc_measure_latency(rank->platform, call->done_ps - call->envelope.sent_ps);
    }
    work->begun = 0;
}

IvcStep ivc_work_waitall(IvcRank *rank, IvcWork *work)
{
    IVC_BEGIN(&work->io);
    ivc_mpi_call(&work->call, &work->ack, 0, IVC_MPI_BYTE, 0, 0, IVC_MPI_COMM_WORLD);
    IVC_CALL(&work->io, ivc_mpi_waitall(rank, &work->call));
    requests_end(rank, work);
    IVC_END(&work->io);
}

void ivc_work_requests_digest(const IvcRank *rank, const IvcWork *work, IvcDigest *digest)
{
    ivc_digest_u64(digest, work->begun);
    for (uint32_t i = 0; !digest->brief && i < work->begun; i++) {
        const IvcMpiCall *call = &work->requests[i];
        ivc_digest_u64(digest, call->pending);
        if (call->pending || !call->receives)
            continue; /* the mechanism feeds what is pending; a Send that is complete is over */
        ivc_digest_u64(digest, call->error);
        ivc_envelope_digest(&call->envelope, rank->received_from, digest);
        ivc_digest_time(digest, call->done_ps);
    }
}
