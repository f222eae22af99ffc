/* Isend, Irecv and Waitall over the sock channel.
 *
 * As ch3:sock does it: an Isend writes what there is room for when nothing else waits to be
 * written, and the rest is written, in order, by the progress engine, which is at work in every
 * call that waits. There, what has come is read, too, and goes to the first posted Irecv that it
 * matches; the answer to a request that comes puts the data of that Isend among what is to be
 * written. No write sleeps: poll() waits for data and room together.
 *
 * Left out: that writes to several processes overtake one another (here one order of all of them),
 * progress within Isend and Irecv, cancelling. */
#include "models/net/sock_private.h"

static void done(SockProcess *process, IvcMpiCall *call)
{
    call->pending = false;
    call->done_ps = process->rank->agent.sim->now;
    process->requests.open--;
    if (!call->receives)
        return;
    process->sock->in_flight--;
    if (call->envelope.bytes > call->bytes)
        call->error = IVC_MPI_ERR_TRUNCATE;
}

/* ---- writing ---- */

static void write_later(SockProcess *process, IvcMpiCall *call, uint32_t kind)
{
    call->state = kind;
    ivc_calls_push(&process->requests.out, call);
}

static uint32_t writes_to(const IvcMpiCall *call)
{
    return call->receives ? call->envelope.source : (uint32_t)call->peer;
}

static uint64_t header_of(const Sock *sock, const IvcMpiCall *call)
{
    return call->state == SOCK_BODY ? 0 : sock->spec->header.n;
}

static uint64_t data_of(const IvcMpiCall *call)
{
    return call->state == SOCK_EAGER || call->state == SOCK_BODY ? call->bytes : 0;
}

/* Writes what is left of the first of those that have something to write. */
static IvcStep write_first(SockProcess *process)
{
    const Sock *sock = process->sock;
    const SockRequests *requests = &process->requests;
    const IvcMpiCall *call = requests->out.first;
    uint64_t header = header_of(sock, call), data = data_of(call), done = requests->written;
    uint64_t of_data = done > header ? done - header : 0;
    return sock->io.write(sock->below, &process->rank->agent, process->rank->rank, process->peer,
                          header - MIN(header, done), call->buffer, of_data, data - of_data,
                          &process->io);
}

/* It has been written whole. */
static void written(SockProcess *process)
{
    SockRequests *requests = &process->requests;
    IvcMpiCall *call = ivc_calls_take(&requests->out, NULL, requests->out.first);
    requests->written = 0;
    requests->begun = false;
    if (call->state == SOCK_REQUEST)
        ivc_calls_push(&requests->asked, call);
    else if (call->state == SOCK_CLEAR)
        ivc_calls_push(&requests->answered, call);
    else
        done(process, call);
}

/* Writes as much as there is room for. */
static IvcStep flush(SockProcess *process)
{
    Sock *sock = process->sock;
    SockRequests *requests = &process->requests;
    const IvcMpiCall *call = requests->out.first;
    IVC_BEGIN(&requests->flush);
    while ((call = requests->out.first)) {
        process->peer = writes_to(call);
        if (!requests->begun)
            ivc_arrivals_push(&sock_stream_of(sock, process->rank->rank, process->peer)->sent,
                              &call->envelope, call->state, 0);
        requests->begun = true;
        process->io.some = true;
        IVC_CALL(&requests->flush, write_first(process));
        call = requests->out.first;
        process->io.some = false;
        requests->written = header_of(sock, call) + data_of(call) - process->io.left;
        if (process->io.left) {
            IVC_RETURN(&requests->flush);
        }
        written(process);
    }
    IVC_END(&requests->flush);
}

/* ---- reading ---- */

void ivc_sock_requests_match(SockProcess *process, SockStream *stream)
{
    SockRequests *requests = &process->requests;
    const IvcArrival *message = ivc_arrivals_at(&stream->sent, 0);
    if (message->kind == SOCK_BODY)
        stream->into =
            ivc_calls_take_known(&requests->answered, &message->envelope, process->rank->rank);
    else if (message->kind == SOCK_EAGER)
        stream->into = ivc_calls_take_matching(&requests->posted, &message->envelope);
    if (stream->into)
        stream->into->envelope = message->envelope;
    stream->wanted = stream->into != NULL;
    stream->in_body = true;
    stream->got = 0;
}

void ivc_sock_requests_complete(SockProcess *process, SockStream *stream, const IvcArrival *message)
{
    SockRequests *requests = &process->requests;
    IvcMpiCall *call = stream->into;
    stream->into = NULL;
    if (call && process->sock->spec->staged) {
        requests->late = call;
        return;
    }
    if (call) {
        done(process, call);
        return;
    }
    if (message->kind == SOCK_CLEAR) {
        call = ivc_calls_take_known(&requests->asked, &message->envelope, process->peer);
        write_later(process, call, SOCK_BODY);
        return;
    }
    call = ivc_calls_take_matching(&requests->posted, &message->envelope);
    if (!call) {
        ivc_arrivals_push(&process->unexpected, &message->envelope, message->kind, 0);
        return;
    }
    call->envelope = message->envelope;
    if (message->kind == SOCK_REQUEST)
        write_later(process, call, SOCK_CLEAR);
    else
        requests->late = call; /* it had begun to come before this was posted */
}

/* ---- the progress engine ---- */

static bool writable(const SockProcess *process)
{
    const Sock *sock = process->sock;
    const IvcMpiCall *call = process->requests.out.first;
    return call && sock->io.writable(sock->below, process->rank->rank, writes_to(call));
}

static bool readable(const SockProcess *process)
{
    const Sock *sock = process->sock;
    return sock->io.next_readable(sock->below, process->peer, process->rank->rank) != IVC_RANK_NONE;
}

/* Writes and reads what can be; sleeps in poll() when nothing can. */
static IvcStep turn(SockProcess *process)
{
    const Sock *sock = process->sock;
    SockRequests *requests = &process->requests;
    uint32_t me = process->rank->rank;
    IVC_BEGIN(&requests->turn);
    if (writable(process)) {
        IVC_CALL(&requests->turn, flush(process));
        if (requests->open == 0 || !readable(process)) { /* what is waited for may be over */
            IVC_RETURN(&requests->turn);
        }
    }
    if (readable(process)) {
        IVC_CALL(&requests->turn, ivc_sock_progress(process, NULL));
        if (requests->late) {
            IVC_AWAIT(&requests->turn,
                      sock_copy_aside(process, requests->late, &requests->late->envelope));
            done(process, requests->late);
            requests->late = NULL;
        }
    } else {
        IVC_CALL(&requests->turn,
                 sock->io.poll(sock->below, &process->rank->agent, me,
                               requests->out.first ? writes_to(requests->out.first) : IVC_RANK_NONE,
                               &process->io));
    }
    IVC_END(&requests->turn);
}

IvcStep ivc_sock_isend(IvcRank *rank, IvcMpiCall *call)
{
    SockProcess *process = sock_process_of(rank);
    Sock *sock = process->sock;
    SockRequests *requests = &process->requests;
    IVC_BEGIN(&requests->post);
    requests->open++;
    sock->in_flight++;
    call->receives = false;
    call->pending = true;
    ivc_owe(&rank->agent, sock->send_ps, sock->stage0 + SOCK_SEND);
    write_later(process, call, call->bytes <= sock->spec->eager_max.n ? SOCK_EAGER : SOCK_REQUEST);
    if (requests->out.first == call) {
        IVC_CALL(&requests->post, flush(process));
    } else {
        IVC_AWAIT(&requests->post, ivc_pay(&rank->agent));
    }
    IVC_END(&requests->post);
}

IvcStep ivc_sock_irecv(IvcRank *rank, IvcMpiCall *call)
{
    SockProcess *process = sock_process_of(rank);
    Sock *sock = process->sock;
    SockRequests *requests = &process->requests;
    IvcArrival found;
    IVC_BEGIN(&requests->post);
    requests->open++;
    call->receives = true;
    call->pending = true;
    IVC_AWAIT(&requests->post, ivc_spend(&rank->agent, sock->recv_ps, sock->stage0 + SOCK_RECV));
    if (!ivc_arrivals_take_for(&process->unexpected, call, &found)) {
        ivc_calls_push(&requests->posted, call);
        IVC_RETURN(&requests->post);
    }
    call->envelope = found.envelope;
    if (found.kind == SOCK_EAGER) {
        IVC_AWAIT(&requests->post, sock_copy_aside(process, call, &call->envelope));
        done(process, call);
        IVC_RETURN(&requests->post);
    }
    write_later(process, call, SOCK_CLEAR);
    if (requests->out.first == call) {
        IVC_CALL(&requests->post, flush(process));
    }
    IVC_END(&requests->post);
}

IvcStep ivc_sock_waitall(IvcRank *rank, IvcMpiCall *call)
{
    SockProcess *process = sock_process_of(rank);
    SockRequests *requests = &process->requests;
    (void)call;
    IVC_BEGIN(&requests->wait);
    while (requests->open) {
        IVC_CALL(&requests->wait, turn(process));
    }
    IVC_END(&requests->wait);
}

/* Waits for this one. */
static IvcStep wait_for(SockProcess *process, const IvcMpiCall *call)
{
    IVC_BEGIN(&process->requests.wait);
    while (call->pending) {
        IVC_CALL(&process->requests.wait, turn(process));
    }
    IVC_END(&process->requests.wait);
}

IvcStep ivc_sock_requests_send(SockProcess *process, IvcMpiCall *call)
{
    IVC_BEGIN(&process->call);
    IVC_CALL(&process->call, ivc_sock_isend(process->rank, call));
    IVC_CALL(&process->call, wait_for(process, call));
    IVC_END(&process->call);
}

IvcStep ivc_sock_requests_recv(SockProcess *process, IvcMpiCall *call)
{
    IVC_BEGIN(&process->call);
    IVC_CALL(&process->call, ivc_sock_irecv(process->rank, call));
    IVC_CALL(&process->call, wait_for(process, call));
    IVC_END(&process->call);
}

/* ---- digest ---- */

void ivc_sock_requests_digest(const SockProcess *process, IvcDigest *digest)
{
    const SockRequests *requests = &process->requests;
    ivc_digest_u64(digest, requests->open);
    ivc_digest_u64(digest, requests->post.label);
    ivc_digest_u64(digest, requests->wait.label);
    if (requests->open == 0 || digest->brief)
        return;
    ivc_digest_u64(digest, requests->flush.label);
    ivc_digest_u64(digest, requests->turn.label);
    ivc_digest_u64(digest, requests->begun);
    ivc_digest_u64(digest, requests->written);
    ivc_calls_digest(process->rank, &requests->out, true, digest);
    ivc_calls_digest(process->rank, &requests->asked, true, digest);
    ivc_calls_digest(process->rank, &requests->posted, false, digest);
    ivc_calls_digest(process->rank, &requests->answered, true, digest);
    if (requests->late)
        ivc_envelope_digest(&requests->late->envelope, process->rank->received_from, digest);
}
