/* Reading, writing and waiting on byte rings, as libvchan does it.
 *
 * A write copies as much as there is room for and goes on until all of it is in the ring; a read
 * takes what there is. Neither is a system call. Who finds less than it wants asks to be told,
 * looks again, and sleeps in a read of the event device when there is nothing at all; a second call
 * unmasks the event. Notifying is a system call with a hypercall in it.
 *
 * Left out: that an event stays masked from its handler to that second call; one device for each
 * channel with a select() over them; closing. */
#include "models/net/xen_ring_private.h"

/* ---- the page of control ---- */

/* Looks at positions. */
static void owe_look(const XenRings *rings, IvcAgent *agent, const RingWay *way)
{
    ivc_owe(agent, ivc_line_touch(agent, way->control, false), rings->stage0 + XEN_RING_CONTROL);
}

/* Moves a position. */
static void owe_move(const XenRings *rings, IvcAgent *agent, const RingWay *way)
{
    ivc_owe(agent, ivc_line_touch(agent, way->control, true), rings->stage0 + XEN_RING_CONTROL);
}

/* Sets or takes a request: an atomic update. A request like ivc_pay(). */
static bool update_request(const XenRings *rings, IvcAgent *agent, const RingWay *way)
{
    owe_move(rings, agent, way);
    return ivc_spend(agent, rings->platform->t.atomic, IVC_STAGE_ATOMIC);
}

/* ---- notifications ---- */

static void notified(IvcXenPort *port, IvcAgent *upcall)
{
    RingEnd *end = port->owner;
    if (ivc_os_notify(end->rings->platform, &end->sleeper))
        ivc_owe(upcall, end->rings->platform->t.wake, IVC_STAGE_WAKE);
}

/* Rank `from` has moved a position of `way`: takes the other side's request away, and notifies rank
 * `to` when there was one. */
static IvcStep tell(XenRings *rings, IvcAgent *agent, uint32_t from, uint32_t to,
                    const RingWay *way, bool *asked)
{
    RingEnd *end = &rings->ends[from];
    const IvcMachineTimes *t = &rings->platform->t;
    IVC_BEGIN(&end->tell_frame);
    IVC_AWAIT(&end->tell_frame, update_request(rings, agent, way));
    if (ivc_xen_byte_ring_take(asked)) {
        ivc_owe(agent, t->syscall_enter, IVC_STAGE_SYSCALL);
        IVC_AWAIT(&end->tell_frame, ivc_spend(agent, ivc_xen_event_send(&rings->xen),
                                              rings->xen.stage0 + XEN_EVENT_SEND));
        ivc_xen_event_arrive(&xen_ring_way(rings, from, to)->port);
        IVC_AWAIT(&end->tell_frame, ivc_spend(agent, t->syscall_exit, IVC_STAGE_SYSCALL));
    }
    IVC_END(&end->tell_frame);
}

/* Sleeps until an event comes: a read of the event device, and a write that unmasks the event. */
static IvcStep wait_for_event(XenRings *rings, IvcAgent *agent, uint32_t rank, IvcSleepFrame *sleep)
{
    RingEnd *end = &rings->ends[rank];
    const IvcMachineTimes *t = &rings->platform->t;
    IVC_BEGIN(&end->wait_frame);
    IVC_AWAIT(&end->wait_frame, ivc_spend(agent, t->syscall_enter, IVC_STAGE_SYSCALL));
    IVC_CALL(&end->wait_frame, ivc_os_sleep(rings->platform, agent, &end->sleeper, sleep));
    IVC_AWAIT(&end->wait_frame,
              ivc_spend(agent, 2 * t->syscall_exit + t->syscall_enter, IVC_STAGE_SYSCALL));
    IVC_END(&end->wait_frame);
}

/* ---- channels ---- */

static RingWay *way_open(XenRings *rings, uint32_t from, uint32_t to)
{
    IvcPlatform *platform = rings->platform;
    RingWay *way = ivc_pairs_add(&rings->ways, from, to);
    ivc_xen_byte_ring_init(&way->ring, (uint32_t)rings->spec->ring.n);
    uint32_t n = way->ring.size / way->ring.page;
    way->pages = g_new(IvcBuffer, n);
    for (uint32_t p = 0; p < n; p++)
        ivc_buffer_init(&way->pages[p], ivc_platform_id(platform), way->ring.page);
    ivc_xen_port_init(&way->port, &rings->ends[to].vcpu, notified, &rings->ends[to]);
    ivc_rank_mark(rings->joined, rings->words, to, from, true);
    return way;
}

/* The way to another rank; who writes first opens the channel. */
static RingWay *channel(XenRings *rings, uint32_t from, uint32_t to)
{
    RingWay *way = xen_ring_way(rings, from, to);
    if (G_LIKELY(way))
        return way;
    RingWay *up = way_open(rings, MIN(from, to), MAX(from, to));
    RingWay *down = way_open(rings, MAX(from, to), MIN(from, to));
    ivc_line_init(&up->own_line, ivc_platform_id(rings->platform));
    up->control = down->control = &up->own_line;
    return xen_ring_way(rings, from, to);
}

static uint32_t room(const RingWay *way)
{
    return ivc_xen_byte_ring_room(&way->ring);
}

static uint32_t ready(const RingWay *way)
{
    return ivc_xen_byte_ring_ready(&way->ring);
}

static IvcBuffer *page_at(const RingWay *way, uint32_t position)
{
    return &way->pages[ivc_xen_byte_ring_page(&way->ring, position)];
}

/* ---- writing ---- */

/* Copies the next piece of a part: up to the end of the header, of the part or of the page. A
 * request like ivc_copy(). `sent`: bytes of the message before this part. */
static bool copy_in(RingEnd *end, IvcAgent *agent, RingWay *way, const IvcStreamFrame *f,
                    uint64_t sent, uint64_t header, IvcBuffer *buffer, uint64_t at)
{
    uint32_t position = way->ring.prod + end->done;
    uint64_t done = sent + end->done, left = f->part - end->done;
    if (done < header)
        left = MIN(left, header - done);
    end->piece = ivc_xen_byte_ring_piece(&way->ring, position, (uint32_t)left);
    return ivc_copy(agent, page_at(way, position), ivc_xen_byte_ring_at(&way->ring, position),
                    done < header ? NULL : buffer, done < header ? 0 : at + (done - header),
                    end->piece, end->rings->stage0 + XEN_RING_COPY_IN);
}

/* What has been copied becomes visible to the reader. */
static void produce(XenRings *rings, RingWay *way, uint32_t from, uint32_t to, uint64_t bytes)
{
    ivc_xen_byte_ring_produce(&way->ring, (uint32_t)bytes);
    ivc_rank_mark(rings->readable, rings->words, to, from, true);
    rings->written += bytes;
    ivc_guard_note(&rings->guard, 0, 1); /* both guests write the ring, and nobody else has it */
}

static IvcStep ring_write(IvcStreams *streams, IvcAgent *agent, uint32_t from, uint32_t to,
                          uint64_t header, IvcBuffer *buffer, uint64_t at, uint64_t bytes,
                          IvcStreamFrame *f)
{
    XenRings *rings = xen_rings_of(streams);
    RingWay *way = channel(rings, from, to);
    RingEnd *end = &rings->ends[from];
    IVC_BEGIN(f);
    ivc_owe(agent, rings->call, rings->stage0 + XEN_RING_CALL);
    for (f->left = header + bytes; f->left > 0; f->left -= f->part) {
        owe_look(rings, agent, way);
        IVC_AWAIT(f, ivc_pay(agent));
        while (room(way) < f->left) {
            IVC_AWAIT(f, update_request(rings, agent, way));
            way->ring.room_asked = true;
            if (room(way) > 0)
                break;
            rings->full++;
            if (f->some)
                goto full; /* the rest is the caller's */
            IVC_CALL(f, wait_for_event(rings, agent, from, &f->sleep));
            owe_look(rings, agent, way);
            IVC_AWAIT(f, ivc_pay(agent));
        }
        f->part = MIN(f->left, room(way));
        if (ivc_guard_seals(&rings->guard)) {
            IVC_AWAIT(f, ivc_spend(agent, ivc_guard_ps(&rings->guard, f->part),
                                   rings->stage0 + XEN_RING_GUARD + GUARD_SEAL));
        }
        for (end->done = 0; end->done < f->part; end->done += end->piece) {
            IVC_AWAIT(f, copy_in(end, agent, way, f, header + bytes - f->left, header, buffer, at));
        }
        owe_move(rings, agent, way);
        IVC_AWAIT(f, ivc_pay(agent));
        produce(rings, way, from, to, f->part);
        IVC_CALL(f, tell(rings, agent, from, to, way, &way->ring.data_asked));
    }
full:
    IVC_END(f);
}

/* ---- reading ---- */

static uint64_t ring_readable(const IvcStreams *streams, uint32_t from, uint32_t to)
{
    const RingWay *way = xen_ring_way(xen_rings_of(streams), from, to);
    return way ? ready(way) : 0;
}

static uint32_t ring_next_readable(const IvcStreams *streams, uint32_t after, uint32_t to)
{
    const XenRings *rings = xen_rings_of(streams);
    uint32_t from = ivc_rank_next(rings->readable, rings->words, to, after + 1);
    return from != IVC_RANK_NONE ? from : ivc_rank_next(rings->readable, rings->words, to, 0);
}

/* Copies the next piece of what is read, to the reader or into private memory. A request like
 * ivc_copy(). */
static bool copy_out(RingEnd *end, IvcAgent *agent, RingWay *way, const IvcStreamFrame *f,
                     IvcBuffer *buffer, uint64_t at)
{
    bool first = ivc_guard_copies(&end->rings->guard);
    uint32_t position = way->ring.cons + end->done;
    IvcBuffer *to = first ? &end->private_copy : buffer;
    end->piece = ivc_xen_byte_ring_piece(&way->ring, position, (uint32_t)(f->part - end->done));
    return ivc_copy(agent, to,
                    first ? end->done
                    : to  ? at + end->done
                          : 0,
                    page_at(way, position), ivc_xen_byte_ring_at(&way->ring, position), end->piece,
                    end->rings->stage0 +
                        (first ? XEN_RING_GUARD + GUARD_COPY : (uint32_t)XEN_RING_COPY_OUT));
}

/* What has been copied makes room for the writer. */
static void consume(XenRings *rings, RingWay *way, uint32_t from, uint32_t to, uint64_t bytes)
{
    ivc_xen_byte_ring_consume(&way->ring, (uint32_t)bytes);
    ivc_rank_mark(rings->readable, rings->words, to, from, ready(way) > 0);
    rings->read += bytes;
}

static IvcStep ring_read(IvcStreams *streams, IvcAgent *agent, uint32_t from, uint32_t to,
                         IvcBuffer *buffer, uint64_t at, uint64_t bytes, IvcStreamFrame *f)
{
    XenRings *rings = xen_rings_of(streams);
    RingWay *way = channel(rings, from, to);
    RingEnd *end = &rings->ends[to];
    IVC_BEGIN(f);
    ivc_owe(agent, rings->call, rings->stage0 + XEN_RING_CALL);
    for (;;) {
        owe_look(rings, agent, way);
        IVC_AWAIT(f, ivc_pay(agent));
        if (ready(way) < bytes) {
            IVC_AWAIT(f, update_request(rings, agent, way));
            way->ring.data_asked = true;
        }
        if (ready(way) > 0)
            break;
        rings->empty++;
        IVC_CALL(f, wait_for_event(rings, agent, to, &f->sleep));
    }
    f->part = MIN(bytes, ready(way));
    for (end->done = 0; end->done < f->part; end->done += end->piece) {
        IVC_AWAIT(f, copy_out(end, agent, way, f, buffer, at));
    }
    if (ivc_guard_copies(&rings->guard)) {
        IVC_AWAIT(f, ivc_copy(agent, buffer, buffer ? at : 0, &end->private_copy, 0, f->part,
                              rings->stage0 + XEN_RING_COPY_OUT));
    }
    if (ivc_guard_seals(&rings->guard)) {
        IVC_AWAIT(f, ivc_spend(agent, ivc_guard_ps(&rings->guard, f->part),
                               rings->stage0 + XEN_RING_GUARD + GUARD_OPEN));
    }
    owe_move(rings, agent, way);
    IVC_AWAIT(f, ivc_pay(agent));
    consume(rings, way, from, to, f->part);
    IVC_CALL(f, tell(rings, agent, to, from, way, &way->ring.room_asked));
    f->at = f->part;
    IVC_END(f);
}

/* ---- waiting for anybody ---- */

static bool ring_writable(const IvcStreams *streams, uint32_t from, uint32_t to)
{
    const RingWay *way = xen_ring_way(xen_rings_of(streams), from, to);
    return !way || room(way) > 0;
}

/* Is there nothing to read, and no room either that was asked for? */
static bool nothing(const IvcStreams *streams, uint32_t rank, uint32_t to)
{
    return ring_next_readable(streams, rank, rank) == IVC_RANK_NONE &&
           (to == IVC_RANK_NONE || !ring_writable(streams, rank, to));
}

static IvcStep ring_poll(IvcStreams *streams, IvcAgent *agent, uint32_t rank, uint32_t to,
                         IvcStreamFrame *f)
{
    XenRings *rings = xen_rings_of(streams);
    RingEnd *end = &rings->ends[rank];
    IVC_BEGIN(f);
    ivc_owe(agent, rings->call, rings->stage0 + XEN_RING_CALL);
    for (;;) {
        for (end->asked = ivc_rank_next(rings->joined, rings->words, rank, 0);
             end->asked != IVC_RANK_NONE;
             end->asked = ivc_rank_next(rings->joined, rings->words, rank, end->asked + 1)) {
            IVC_AWAIT(f, update_request(rings, agent, xen_ring_way(rings, end->asked, rank)));
            xen_ring_way(rings, end->asked, rank)->ring.data_asked = true;
        }
        if (to != IVC_RANK_NONE) {
            IVC_AWAIT(f, update_request(rings, agent, xen_ring_way(rings, rank, to)));
            xen_ring_way(rings, rank, to)->ring.room_asked = true;
        }
        IVC_AWAIT(f, ivc_pay(agent));
        if (!nothing(streams, rank, to))
            break;
        rings->empty++;
        IVC_CALL(f, wait_for_event(rings, agent, rank, &f->sleep));
        if (!nothing(streams, rank, to))
            break;
    }
    IVC_END(f);
}

/* ---- the table ---- */

static void rings_free(IvcStreams *streams)
{
    XenRings *rings = xen_rings_of(streams);
    for (uint32_t w = 0; w < ivc_pairs_count(&rings->ways); w++)
        g_free(((RingWay *)ivc_pairs_at(&rings->ways, w)->state)->pages);
    ivc_pairs_clear(&rings->ways);
    ivc_xen_connect_free(rings->connect);
    g_free(rings->joined);
    g_free(rings->readable);
    g_free(rings->ends);
    g_free(rings);
}

static IvcStep rings_setup(IvcStreams *streams, IvcAgent *agent, uint32_t rank)
{
    return ivc_xen_connect_rank(xen_rings_of(streams)->connect, agent, rank);
}

static uint64_t in_flight(const IvcStreams *streams)
{
    const XenRings *rings = xen_rings_of(streams);
    uint64_t sum = 0;
    for (uint32_t w = 0; w < ivc_pairs_count(&rings->ways); w++)
        sum += ready(ivc_pairs_at(&rings->ways, w)->state);
    return sum;
}

const IvcStreamOps ivc_xen_ring_ops = {
    .free = rings_free,
    .setup = rings_setup,
    .write = ring_write,
    .readable = ring_readable,
    .next_readable = ring_next_readable,
    .read = ring_read,
    .writable = ring_writable,
    .poll = ring_poll,
    .in_flight = in_flight,
    .digest = ivc_xen_ring_digest,
    .frame_digest = ivc_xen_ring_frame_digest,
};
