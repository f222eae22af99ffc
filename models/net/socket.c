/* Sockets as a workload uses them that speaks no MPI: netperf, lmbench, ping.
 *
 * On a stream, a Send is a write() of the message's bytes, and a Recv reads until these bytes have
 * come: its reads ask for as much as the workload says, and what they bring beyond the message
 * belongs to the next ones. Datagrams are datagram.c's. Which bytes are whose message is
 * book-keeping of the simulation: it takes no time, and nothing of it travels. The tools' control
 * connections take no time either: nobody is measured while they are used.
 *
 * Left out: connecting and closing, select(), several connections of a process. */
#include "models/net/socket.h"

#include "models/mpi/match.h"
#include "sim/model/pairs.h"

/* The stream from one process to another. */
typedef struct {
    IvcArrivals sent; /* messages in the order of the stream, not received */
    uint64_t got;     /* bytes of them that have been read */
} Stream;

typedef struct Sockets Sockets;

typedef struct {
    Sockets *sockets;
    IvcRank *rank;
    IvcBuffer incoming; /* of reads that do not ask for one message */
    IvcArrivals told;   /* by control connections */
    IvcSignal control;
    IvcStreamFrame io;
    IvcDatagramFrame datagram;
    struct {
        IvcLabel label;
    } call;
    uint32_t peer; /* of the open call */
} Process;

struct Sockets {
    IvcPlatform *platform;
    uint32_t n;
    IvcStreams *below;
    IvcStreamOps io; /* its hooks, without the way to them */
    IvcDatagrams *datagrams;
    Process *processes;
    IvcPairs streams; /* of Stream */
    uint64_t in_flight;
};

static Process *process_of(IvcRank *rank)
{
    return &((Sockets *)rank->channel)->processes[rank->rank];
}

static Stream *stream_of(Sockets *sockets, uint32_t from, uint32_t to)
{
    Stream *stream = ivc_pairs_find(&sockets->streams, from, to);
    if (G_LIKELY(stream))
        return stream;
    stream = ivc_pairs_add(&sockets->streams, from, to);
    ivc_arrivals_init(&stream->sent, 4);
    return stream;
}

/* ---- control connections ---- */

static IvcStep tell(IvcRank *rank, const IvcMpiCall *call)
{
    Sockets *sockets = rank->channel;
    Process *peer = &sockets->processes[call->peer];
    ivc_arrivals_push(&peer->told, &call->envelope, 0, 0);
    ivc_signal(&sockets->platform->sim, &peer->control);
    return IVC_DONE;
}

static IvcStep listen_to(Process *process, IvcMpiCall *call)
{
    IvcAgent *agent = &process->rank->agent;
    IvcArrival found;
    IVC_BEGIN(&process->call);
    while (!ivc_arrivals_take_for(&process->told, call, &found)) {
        IVC_AWAIT(&process->call, ivc_wait(agent, &process->control, IVC_TIME_NEVER));
    }
    call->envelope = found.envelope;
    IVC_END(&process->call);
}

/* ---- Send and Recv ---- */

IvcStep ivc_socket_send(IvcRank *rank, IvcMpiCall *call)
{
    Process *process = process_of(rank);
    Sockets *sockets = process->sockets;
    if (call->comm == IVC_MPI_COMM_INTERNAL)
        return tell(rank, call);
    if (sockets->datagrams)
        return ivc_datagram_send(sockets->datagrams, rank, call, &process->datagram);
    IVC_BEGIN(&process->call);
    process->peer = (uint32_t)call->peer;
    sockets->in_flight++;
    ivc_arrivals_push(&stream_of(sockets, rank->rank, process->peer)->sent, &call->envelope, 0, 0);
    IVC_CALL(&process->call,
             sockets->io.write(sockets->below, &rank->agent, rank->rank, process->peer, 0,
                               call->buffer, 0, call->bytes, &process->io));
    IVC_END(&process->call);
}

/* Whether the first message of a stream has been read to its end. */
static bool is_complete(const Stream *stream)
{
    return stream->sent.n && stream->got >= ivc_arrivals_at(&stream->sent, 0)->envelope.bytes;
}

/* One read(): of what the workload asks for, or of what a message can still lack. */
static IvcStep read_some(Process *process, const IvcMpiCall *call, const Stream *stream)
{
    const Sockets *sockets = process->sockets;
    uint64_t asked = sockets->platform->read_bytes;
    return sockets->io.read(sockets->below, &process->rank->agent, process->peer,
                            process->rank->rank, asked ? &process->incoming : call->buffer,
                            asked ? 0 : stream->got, asked ? asked : call->bytes - stream->got,
                            &process->io);
}

IvcStep ivc_socket_recv(IvcRank *rank, IvcMpiCall *call)
{
    Process *process = process_of(rank);
    Sockets *sockets = process->sockets;
    if (call->comm == IVC_MPI_COMM_INTERNAL)
        return listen_to(process, call);
    if (sockets->datagrams)
        return ivc_datagram_recv(sockets->datagrams, rank, call, &process->datagram);
    Stream *stream = stream_of(sockets, (uint32_t)call->peer, rank->rank);
    IVC_BEGIN(&process->call);
    process->peer = (uint32_t)call->peer;
    while (!is_complete(stream)) {
        IVC_CALL(&process->call, read_some(process, call, stream));
        stream->got += process->io.at;
        ivc_buffer_done(&process->incoming); /* the next read begins at its start */
    }
    call->envelope = ivc_arrivals_take(&stream->sent, 0).envelope;
    stream->got -= call->envelope.bytes;
    sockets->in_flight--;
    IVC_END(&process->call);
}

/* ---- building ---- */

void *ivc_socket_new(IvcPlatform *platform, IvcRank *ranks, unsigned n, IvcStreams *streams,
                     IvcDatagrams *datagrams)
{
    Sockets *sockets = g_new0(Sockets, 1);
    sockets->platform = platform;
    sockets->n = n;
    sockets->below = streams;
    sockets->io = *streams->ops;
    sockets->datagrams = datagrams;
    sockets->processes = g_new0(Process, n);
    ivc_pairs_init(&sockets->streams, n, sizeof(Stream));
    for (uint32_t r = 0; r < n; r++) {
        Process *process = &sockets->processes[r];
        process->sockets = sockets;
        process->rank = &ranks[r];
        process->control.id = ivc_platform_id(platform);
        ivc_arrivals_init(&process->told, 4);
        ivc_buffer_init(&process->incoming, ivc_platform_id(platform),
                        MAX(platform->read_bytes, 1));
    }
    return sockets;
}

void ivc_socket_free(void *channel)
{
    Sockets *sockets = channel;
    for (uint32_t s = 0; s < ivc_pairs_count(&sockets->streams); s++)
        ivc_arrivals_clear(&((Stream *)ivc_pairs_at(&sockets->streams, s)->state)->sent);
    for (uint32_t r = 0; r < sockets->n; r++)
        ivc_arrivals_clear(&sockets->processes[r].told);
    if (sockets->datagrams)
        ivc_datagrams_free(sockets->datagrams);
    sockets->io.free(sockets->below);
    g_free(sockets->processes);
    ivc_pairs_clear(&sockets->streams);
    g_free(sockets);
}

IvcStep ivc_socket_setup(IvcRank *rank)
{
    const Sockets *sockets = rank->channel;
    if (!sockets->io.setup || !sockets->below->stored)
        return IVC_DONE;
    return sockets->io.setup(sockets->below, &rank->agent, rank->rank);
}

uint64_t ivc_socket_in_flight(const void *channel)
{
    const Sockets *sockets = channel;
    uint64_t inside = sockets->in_flight + sockets->io.in_flight(sockets->below);
    return sockets->datagrams ? inside + ivc_datagrams_in_flight(sockets->datagrams) : inside;
}

static void process_digest(const Process *process, IvcDigest *digest)
{
    const Sockets *sockets = process->sockets;
    ivc_arrivals_digest(&process->told, process->rank->received_from, digest);
    ivc_signal_digest(&process->control, digest);
    ivc_buffer_digest(sockets->platform->memory, &process->incoming, digest);
    sockets->io.frame_digest(sockets->below, &process->io, process->rank->rank, process->peer,
                             digest);
    ivc_digest_u64(digest, process->call.label);
    ivc_digest_u64(digest, process->datagram.label);
    ivc_digest_u64(digest, process->datagram.sleep.label);
    if (process->datagram.label) {
        ivc_digest_u64(digest, process->datagram.bytes);
        ivc_digest_u64(digest, process->datagram.piece);
    }
    ivc_digest_u64(digest, process->peer);
}

void ivc_socket_digest(const void *channel, IvcDigest *digest)
{
    const Sockets *sockets = channel;
    sockets->io.digest(sockets->below, digest);
    if (sockets->datagrams)
        ivc_datagrams_digest(sockets->datagrams, digest);
    for (uint32_t r = 0; r < sockets->n; r++)
        process_digest(&sockets->processes[r], digest);
    for (uint32_t s = 0; s < ivc_pairs_count(&sockets->streams); s++) {
        const IvcPair *pair = ivc_pairs_at(&sockets->streams, s);
        const Stream *stream = pair->state;
        ivc_digest_u64(digest, (uint64_t)pair->from << 32 | pair->to);
        ivc_arrivals_digest(&stream->sent, sockets->processes[pair->to].rank->received_from,
                            digest);
        ivc_digest_u64(digest, stream->got);
    }
    ivc_digest_u64(digest, sockets->in_flight);
}
