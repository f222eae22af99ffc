/* Isend, Irecv and Waitall over the nemesis channel.
 *
 * An Isend goes into the fast box or a cell at once when there is one and no earlier Isend waits
 * for one; else it is put in line. All further progress is made in calls that wait, in turns: take
 * what has come, to the first posted Irecv that it matches or aside; move a slot of a large message
 * in each direction; send what was in line and has room now. When nothing of that can be done, the
 * process polls for all of it together.
 *
 * Left out: that Isends to several processes overtake one another, two large messages to one
 * process at once (they follow each other), progress within Isend and Irecv beyond their own
 * message, cancelling. */
#include "models/mpi/nemesis_private.h"

static void done(NemesisProcess *process, IvcMpiCall *call)
{
    call->pending = false;
    call->done_ps = process->rank->agent.sim->now;
    process->requests.open--;
    if (!call->receives)
        return;
    process->nemesis->in_flight--;
    if (call->envelope.bytes > call->bytes)
        call->error = IVC_MPI_ERR_TRUNCATE;
}

static NemesisPair *pair_to(const NemesisProcess *process, const IvcMpiCall *call)
{
    return nemesis_pair_of(process->nemesis, process->rank->rank, (uint32_t)call->peer);
}

static NemesisPair *pair_from(const NemesisProcess *process, const IvcMpiCall *call)
{
    return nemesis_pair_of(process->nemesis, call->envelope.source, process->rank->rank);
}

/* ---- sending ---- */

static bool has_place(const NemesisProcess *process, const IvcMpiCall *call)
{
    const NemesisSpec *spec = &process->nemesis->spec;
    return process->n_free > 0 || (spec->fastbox && call->bytes <= spec->eager_max.n &&
                                   !pair_to(process, call)->fastbox.full);
}

/* It has left, whole or as a request. */
static void sent(NemesisProcess *process, IvcMpiCall *call)
{
    if (call->bytes <= process->nemesis->spec.eager_max.n)
        done(process, call);
    else
        ivc_calls_push(&process->requests.asked, call);
}

IvcStep ivc_nemesis_isend(IvcRank *rank, IvcMpiCall *call)
{
    NemesisProcess *process = nemesis_process_of(rank);
    const Nemesis *self = process->nemesis;
    NemesisRequests *requests = &process->requests;
    IVC_BEGIN(&requests->post);
    requests->open++;
    call->receives = false;
    call->pending = true;
    ivc_owe(&rank->agent, self->send_ps, self->stage0 + NEMESIS_SEND);
    if (!requests->out.first && has_place(process, call)) {
        IVC_CALL(&requests->post, ivc_nemesis_send(rank, call));
        sent(process, call);
        IVC_RETURN(&requests->post);
    }
    ivc_calls_push(&requests->out, call);
    IVC_AWAIT(&requests->post, ivc_pay(&rank->agent));
    IVC_END(&requests->post);
}

/* Those whose receivers have answered. */
static void take_answers(NemesisProcess *process)
{
    NemesisRequests *requests = &process->requests;
    IvcMpiCall *before = NULL, *next;
    for (IvcMpiCall *call = requests->asked.first; call && process->clears; call = next) {
        NemesisPair *pair = pair_to(process, call);
        next = call->next;
        if (!pair->cleared || pair->sequence != call->envelope.sequence) {
            before = call;
            continue;
        }
        pair->cleared = false;
        process->clears--;
        ivc_calls_push(&requests->sending, ivc_calls_take(&requests->asked, before, call));
    }
}

/* Takes the first that has room for a slot; NULL: none has. */
static IvcMpiCall *take_with_room(NemesisProcess *process)
{
    IvcCalls *sending = &process->requests.sending;
    for (IvcMpiCall *call = sending->first, *before = NULL; call; before = call, call = call->next)
        if (nemesis_has_room(process->nemesis, pair_to(process, call)))
            return ivc_calls_take(sending, before, call);
    return NULL;
}

static void filled(NemesisProcess *process)
{
    IvcMpiCall *call = process->requests.filling;
    process->requests.filling = NULL;
    if (pair_to(process, call)->sent < call->bytes)
        ivc_calls_push(&process->requests.sending, call);
    else
        done(process, call);
}

/* ---- receiving ---- */

/* Answers the next sender of a large message, when none is being received. */
static IvcStep answer(NemesisProcess *process)
{
    NemesisRequests *requests = &process->requests;
    if (!requests->receiving)
        requests->receiving = ivc_calls_take(&requests->answered, NULL, requests->answered.first);
    return ivc_nemesis_answer(process, &requests->receiving->envelope,
                              pair_from(process, requests->receiving));
}

/* A receive has its message: all of it, or the request for a large one. */
static void matched(NemesisProcess *process, IvcMpiCall *call)
{
    NemesisFrame *f = &process->frame;
    f->taken = false;
    call->envelope = f->arrival.envelope;
    if (f->arrival.kind == NEMESIS_RENDEZVOUS)
        ivc_calls_push(&process->requests.answered, call);
    else
        done(process, call);
}

IvcStep ivc_nemesis_irecv(IvcRank *rank, IvcMpiCall *call)
{
    NemesisProcess *process = nemesis_process_of(rank);
    const Nemesis *self = process->nemesis;
    NemesisRequests *requests = &process->requests;
    IVC_BEGIN(&requests->post);
    requests->open++;
    call->receives = true;
    call->pending = true;
    IVC_AWAIT(&requests->post, ivc_spend(&rank->agent, self->recv_ps, self->stage0 + NEMESIS_RECV));
    IVC_CALL(&requests->post, ivc_nemesis_recv_unexpected(process, call));
    if (process->frame.found < 0) {
        ivc_calls_push(&requests->posted, call);
        IVC_RETURN(&requests->post);
    }
    matched(process, call);
    if (requests->answered.first && !requests->receiving) {
        IVC_CALL(&requests->post, answer(process));
    }
    IVC_END(&requests->post);
}

static bool has_slot(const NemesisProcess *process)
{
    const IvcMpiCall *call = process->requests.receiving;
    if (!call)
        return false;
    const NemesisPair *pair = pair_from(process, call);
    return pair->filled != pair->taken;
}

static IvcStep drain(NemesisProcess *process)
{
    IvcMpiCall *call = process->requests.receiving;
    NemesisPair *pair = pair_from(process, call);
    if (ivc_nemesis_drain(process, call, &call->envelope, pair) == IVC_YIELD)
        return IVC_YIELD;
    if (pair->got == call->envelope.bytes) {
        process->requests.receiving = NULL;
        done(process, call);
    }
    return IVC_DONE;
}

/* ---- the progress engine ---- */

static bool can_send(const NemesisProcess *process)
{
    const IvcMpiCall *call = process->requests.out.first;
    return call && has_place(process, call);
}

static bool can_answer(const NemesisProcess *process)
{
    return process->requests.answered.first && !process->requests.receiving;
}

/* Polls until there may be something to do. */
static bool poll(NemesisProcess *process)
{
    const Nemesis *self = process->nemesis;
    const NemesisRequests *requests = &process->requests;
    bool arrival = requests->posted.first || requests->receiving || requests->asked.first;
    return ivc_poll(&process->rank->agent, &process->event, self->poll_ps, IVC_TIME_NEVER,
                    self->stage0 + (arrival ? NEMESIS_POLL_ARRIVAL : NEMESIS_POLL_ROOM));
}

/* The oldest arrival goes to the first receive that asks for it. */
static IvcMpiCall *receiver_of_arrival(NemesisProcess *process)
{
    return ivc_calls_take_matching(&process->requests.posted,
                                   &ivc_arrivals_at(&process->arrivals, 0)->envelope);
}

/* A little of all that can be done; polls when nothing can. */
static IvcStep turn(NemesisProcess *process)
{
    NemesisRequests *requests = &process->requests;
    IVC_BEGIN(&requests->turn);
    requests->idle = true;
    if (process->arrivals.n) {
        requests->idle = false;
        requests->into = receiver_of_arrival(process);
        IVC_CALL(&requests->turn, ivc_nemesis_recv_arrival(
                                      process, requests->into ? requests->into : &process->nobody));
        if (requests->into)
            matched(process, requests->into);
        requests->into = NULL;
    }
    if (can_answer(process)) {
        requests->idle = false;
        IVC_CALL(&requests->turn, answer(process));
    } else if (has_slot(process)) {
        requests->idle = false;
        IVC_CALL(&requests->turn, drain(process));
    }
    take_answers(process);
    requests->filling = take_with_room(process);
    if (requests->filling) {
        requests->idle = false;
        IVC_CALL(&requests->turn,
                 ivc_nemesis_fill(process, requests->filling, pair_to(process, requests->filling)));
        filled(process);
    }
    if (can_send(process)) {
        requests->idle = false;
        IVC_CALL(&requests->turn, ivc_nemesis_send(process->rank, requests->out.first));
        sent(process, ivc_calls_take(&requests->out, NULL, requests->out.first));
    }
    if (requests->idle) {
        IVC_AWAIT(&requests->turn, poll(process));
    }
    IVC_END(&requests->turn);
}

IvcStep ivc_nemesis_waitall(IvcRank *rank, IvcMpiCall *call)
{
    NemesisRequests *requests = &nemesis_process_of(rank)->requests;
    (void)call;
    IVC_BEGIN(&requests->wait);
    while (requests->open) {
        IVC_CALL(&requests->wait, turn(nemesis_process_of(rank)));
    }
    IVC_END(&requests->wait);
}

/* Waits for this one. */
static IvcStep wait_for(NemesisProcess *process, const IvcMpiCall *call)
{
    IVC_BEGIN(&process->requests.wait);
    while (call->pending) {
        IVC_CALL(&process->requests.wait, turn(process));
    }
    IVC_END(&process->requests.wait);
}

IvcStep ivc_nemesis_requests_send(IvcRank *rank, IvcMpiCall *call)
{
    NemesisRequests *requests = &nemesis_process_of(rank)->requests;
    IVC_BEGIN(&requests->call);
    IVC_CALL(&requests->call, ivc_nemesis_isend(rank, call));
    IVC_CALL(&requests->call, wait_for(nemesis_process_of(rank), call));
    IVC_END(&requests->call);
}

IvcStep ivc_nemesis_requests_recv(IvcRank *rank, IvcMpiCall *call)
{
    NemesisRequests *requests = &nemesis_process_of(rank)->requests;
    IVC_BEGIN(&requests->call);
    IVC_CALL(&requests->call, ivc_nemesis_irecv(rank, call));
    IVC_CALL(&requests->call, wait_for(nemesis_process_of(rank), call));
    IVC_END(&requests->call);
}
