/* MPICH2's sock channel: message passing over byte streams between guests.
 *
 * A message is a header and its data on the stream between two processes. Up to eager_max the data
 * follows at once; beyond, the sender asks first and sends when the receiver has answered. Who
 * waits sleeps in poll(), and takes from any connection what has come: messages that no Recv asked
 * for are put aside. What carries the streams is behind models/net/stream.h.
 *
 * With `staged`, as in MPICH 1's ch_p4, all data is read into a buffer of the library, and copied
 * when it is whole.
 *
 * Isend and Irecv are in sock_requests.c.
 *
 * Left out: connection set-up (before the measured phase), the progress engine's readv of header
 * and data in one call when both have come (two reads here only when the data is late). */
#include "models/net/sock_private.h"

/* Writes a header of process->kind, and process->data bytes of the user's buffer behind it. */
static IvcStep say(SockProcess *process, IvcBuffer *buffer, const IvcEnvelope *envelope)
{
    Sock *sock = process->sock;
    IvcAgent *agent = &process->rank->agent;
    IVC_BEGIN(&process->say);
    ivc_arrivals_push(&sock_stream_of(sock, process->rank->rank, process->peer)->sent, envelope,
                      process->kind, 0);
    IVC_CALL(&process->say, sock->io.write(sock->below, agent, process->rank->rank, process->peer,
                                           process->kind == SOCK_BODY ? 0 : sock->spec->header.n,
                                           buffer, 0, process->data, &process->io));
    IVC_END(&process->say);
}

/* ---- reading what has come, whoever it is for ---- */

static uint64_t data_bytes(const IvcArrival *message)
{
    return message->kind == SOCK_EAGER || message->kind == SOCK_BODY ? message->envelope.bytes : 0;
}

/* Picks the next connection that has something to read. */
static bool pick_readable(SockProcess *process)
{
    uint32_t from =
        process->sock->io.next_readable(process->sock->below, process->peer, process->rank->rank);
    if (from == IVC_RANK_NONE)
        return false;
    process->peer = from;
    return true;
}

/* The header has come: does the open Recv ask for this message? */
static void match(SockProcess *process, SockStream *stream, const IvcMpiCall *call)
{
    if (G_UNLIKELY(process->requests.open)) {
        ivc_sock_requests_match(process, stream);
        return;
    }
    IvcArrival *message = ivc_arrivals_at(&stream->sent, 0);
    bool open = call && !process->matched && ivc_mpi_matches(call, &message->envelope);
    bool body = message->kind == SOCK_BODY;
    stream->wanted = body || (open && message->kind == SOCK_EAGER);
    if (open && (message->kind == SOCK_EAGER || message->kind == SOCK_REQUEST)) {
        process->matched = true;
        process->arrival = *message;
    }
    stream->in_body = true;
    stream->got = 0;
}

/* The message has come whole. */
static void complete(SockProcess *process, SockStream *stream)
{
    IvcArrival message = ivc_arrivals_take(&stream->sent, 0);
    stream->in_body = false;
    stream->got = 0;
    if (G_UNLIKELY(process->requests.open))
        ivc_sock_requests_complete(process, stream, &message);
    else if (message.kind == SOCK_CLEAR)
        stream->cleared++;
    else if (stream->wanted)
        process->complete = true;
    else if (message.kind == SOCK_EAGER || !process->matched ||
             message.envelope.sequence != process->arrival.envelope.sequence ||
             message.envelope.source != process->arrival.envelope.source ||
             message.envelope.comm != process->arrival.envelope.comm)
        ivc_arrivals_push(&process->unexpected, &message.envelope, message.kind, 0);
}

/* Where the data that is being read goes, and how much of it fits. */
static IvcBuffer *target(SockProcess *process, const SockStream *stream, IvcMpiCall *call)
{
    if (stream->into)
        call = stream->into;
    return !process->sock->spec->staged && stream->wanted &&
                   call->bytes >= ivc_arrivals_at(&stream->sent, 0)->envelope.bytes
               ? call->buffer
               : &process->aside;
}

IvcStep ivc_sock_progress(SockProcess *process, IvcMpiCall *recv_call)
{
    Sock *sock = process->sock;
    IvcAgent *agent = &process->rank->agent;
    uint32_t me = process->rank->rank;
    SockStream *stream = ivc_pairs_find(&sock->streams, process->peer, me);
    IVC_BEGIN(&process->progress);
    while (!pick_readable(process)) {
        IVC_CALL(&process->progress,
                 sock->io.poll(sock->below, agent, me, IVC_RANK_NONE, &process->io));
    }
    stream = ivc_pairs_find(&sock->streams, process->peer, me);
    if (!stream->in_body && ivc_arrivals_at(&stream->sent, 0)->kind != SOCK_BODY) {
        IVC_CALL(&process->progress,
                 sock->io.read(sock->below, agent, process->peer, me, NULL, 0,
                               sock->spec->header.n - stream->got, &process->io));
        stream->got += process->io.at;
        if (stream->got < sock->spec->header.n) {
            IVC_RETURN(&process->progress);
        }
        match(process, stream, recv_call);
    } else if (!stream->in_body) {
        match(process, stream, recv_call);
    }
    if (stream->got < data_bytes(ivc_arrivals_at(&stream->sent, 0)) &&
        sock->io.readable(sock->below, process->peer, me)) {
        IVC_CALL(&process->progress,
                 sock->io.read(sock->below, agent, process->peer, me,
                               target(process, stream, recv_call), stream->got,
                               data_bytes(ivc_arrivals_at(&stream->sent, 0)) - stream->got,
                               &process->io));
        stream->got += process->io.at;
    }
    if (stream->got == data_bytes(ivc_arrivals_at(&stream->sent, 0)))
        complete(process, stream);
    IVC_END(&process->progress);
}

/* ---- Send and Recv ---- */

IvcStep ivc_sock_send(IvcRank *rank, IvcMpiCall *call)
{
    SockProcess *process = sock_process_of(rank);
    Sock *sock = process->sock;
    SockStream *answers = sock_stream_of(sock, (uint32_t)call->peer, rank->rank);
    if (G_UNLIKELY(process->requests.open))
        return ivc_sock_requests_send(process, call);
    IVC_BEGIN(&process->call);
    ivc_owe(&rank->agent, sock->send_ps, sock->stage0 + SOCK_SEND);
    sock->in_flight++;
    process->peer = (uint32_t)call->peer;
    if (call->bytes <= sock->spec->eager_max.n) {
        process->kind = SOCK_EAGER;
        process->data = call->bytes;
        IVC_CALL(&process->call, say(process, call->buffer, &call->envelope));
        IVC_RETURN(&process->call);
    }
    process->kind = SOCK_REQUEST;
    process->data = 0;
    IVC_CALL(&process->call, say(process, NULL, &call->envelope));
    while (answers->cleared == 0) {
        IVC_CALL(&process->call, ivc_sock_progress(process, NULL));
    }
    answers->cleared--;
    process->peer = (uint32_t)call->peer;
    process->kind = SOCK_BODY;
    process->data = call->bytes;
    IVC_CALL(&process->call, say(process, call->buffer, &call->envelope));
    IVC_END(&process->call);
}

static void take_unexpected(SockProcess *process, const IvcMpiCall *call)
{
    process->matched = ivc_arrivals_take_for(&process->unexpected, call, &process->arrival);
    process->was_aside = process->matched && process->arrival.kind == SOCK_EAGER;
    process->complete = process->was_aside;
}

IvcStep ivc_sock_recv(IvcRank *rank, IvcMpiCall *call)
{
    SockProcess *process = sock_process_of(rank);
    Sock *sock = process->sock;
    if (G_UNLIKELY(process->requests.open))
        return ivc_sock_requests_recv(process, call);
    IVC_BEGIN(&process->call);
    IVC_AWAIT(&process->call, ivc_spend(&rank->agent, sock->recv_ps, sock->stage0 + SOCK_RECV));
    take_unexpected(process, call);
    while (!process->matched) {
        IVC_CALL(&process->call, ivc_sock_progress(process, call));
        if (!process->matched) /* one that had begun to come before this Recv may be whole now */
            take_unexpected(process, call);
    }
    if (process->was_aside) {
        IVC_AWAIT(&process->call, sock_copy_aside(process, call, &process->arrival.envelope));
    }
    if (process->arrival.kind == SOCK_REQUEST) {
        process->peer = process->arrival.envelope.source;
        process->kind = SOCK_CLEAR;
        process->data = 0;
        IVC_CALL(&process->call, say(process, NULL, &process->arrival.envelope));
    }
    while (!process->complete) {
        IVC_CALL(&process->call, ivc_sock_progress(process, call));
    }
    if (sock->spec->staged && !process->was_aside) {
        IVC_AWAIT(&process->call, sock_copy_aside(process, call, &process->arrival.envelope));
    }
    sock->in_flight--;
    process->matched = false;
    call->envelope = process->arrival.envelope;
    if (call->envelope.bytes > call->bytes)
        call->error = IVC_MPI_ERR_TRUNCATE;
    IVC_END(&process->call);
}

/* ---- building ---- */

void *ivc_sock_new(IvcPlatform *platform, const IvcSockSpec *spec, uint32_t stage0, IvcRank *ranks,
                   unsigned n, IvcStreams *streams)
{
    Sock *sock = g_new0(Sock, 1);
    sock->platform = platform;
    sock->spec = spec;
    sock->n = n;
    sock->stage0 = stage0;
    sock->send_ps = ivc_platform_ps(platform, sock->spec->send_overhead);
    sock->recv_ps = ivc_platform_ps(platform, sock->spec->recv_overhead);
    sock->below = streams;
    sock->io = *streams->ops;
    sock->processes = g_new0(SockProcess, n);
    ivc_pairs_init(&sock->streams, n, sizeof(SockStream));
    for (uint32_t r = 0; r < n; r++) {
        SockProcess *process = &sock->processes[r];
        process->sock = sock;
        process->rank = &ranks[r];
        ivc_arrivals_init(&process->unexpected, 4);
        ivc_buffer_init(&process->aside, ivc_platform_id(platform),
                        MAX(platform->message_bytes_max, 1));
    }
    return sock;
}

void ivc_sock_free(void *channel)
{
    Sock *sock = channel;
    for (uint32_t s = 0; s < ivc_pairs_count(&sock->streams); s++)
        ivc_arrivals_clear(&((SockStream *)ivc_pairs_at(&sock->streams, s)->state)->sent);
    for (uint32_t r = 0; r < sock->n; r++)
        ivc_arrivals_clear(&sock->processes[r].unexpected);
    sock->io.free(sock->below);
    g_free(sock->processes);
    ivc_pairs_clear(&sock->streams);
    g_free(sock);
}

IvcStep ivc_sock_setup(IvcRank *rank)
{
    const Sock *sock = rank->channel;
    if (!sock->io.setup)
        return IVC_DONE; /* connections are opened by the first message */
    return sock->io.setup(sock->below, &rank->agent, rank->rank);
}

uint64_t ivc_sock_in_flight(const void *channel)
{
    const Sock *sock = channel;
    return sock->in_flight + sock->io.in_flight(sock->below);
}

static void process_digest(const SockProcess *process, IvcDigest *digest)
{
    const Sock *sock = process->sock;
    ivc_arrivals_digest(&process->unexpected, process->rank->received_from, digest);
    ivc_buffer_digest(sock->platform->memory, &process->aside, digest);
    sock->io.frame_digest(sock->below, &process->io, process->rank->rank, process->peer, digest);
    ivc_digest_u64(digest, process->call.label);
    ivc_digest_u64(digest, process->say.label);
    ivc_digest_u64(digest, process->progress.label);
    ivc_digest_u64(digest, process->peer);
    ivc_sock_requests_digest(process, digest);
    if (!process->call.label)
        return;
    ivc_digest_u64(digest, process->kind);
    ivc_digest_u64(digest, process->data);
    ivc_digest_u64(digest, process->matched);
    ivc_digest_u64(digest, process->complete);
    ivc_digest_u64(digest, process->was_aside);
    if (!process->matched)
        return;
    ivc_envelope_digest(&process->arrival.envelope, process->rank->received_from, digest);
    ivc_digest_u64(digest, process->arrival.kind);
}

void ivc_sock_digest(const void *channel, IvcDigest *digest)
{
    const Sock *sock = channel;
    sock->io.digest(sock->below, digest);
    for (uint32_t r = 0; r < sock->n && !digest->differs; r++)
        process_digest(&sock->processes[r], digest);
    for (uint32_t s = 0; s < ivc_pairs_count(&sock->streams); s++) {
        const IvcPair *pair = ivc_pairs_at(&sock->streams, s);
        const SockStream *stream = pair->state;
        ivc_digest_u64(digest, (uint64_t)pair->from << 32 | pair->to);
        ivc_arrivals_digest(&stream->sent, sock->processes[pair->to].rank->received_from, digest);
        ivc_digest_u64(digest, stream->in_body);
        ivc_digest_u64(digest, stream->wanted);
        ivc_digest_u64(digest, stream->got);
        ivc_digest_u64(digest, stream->cleared);
    }
    ivc_digest_u64(digest, sock->in_flight);
}
