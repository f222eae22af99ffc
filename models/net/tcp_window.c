/* How the window that a receiver tells grows, as in Linux: twice the bytes of each packet that
 * comes, up to what the buffer may hold; and the buffer by what its reader takes in a round trip. A
 * packet that lets the window grow is acknowledged at once. Without an initial size the window is
 * open from the beginning; with one it holds a segment at least, which a sender may wait to send.
 *
 * Packets that leave more than half of their page empty let it grow to half of the buffer only.
 *
 * Left out: memory that a packet takes beyond its page, what unread packets take beyond their
 * bytes, and pressure on memory; the receiver's own estimate of the round trip, for which the
 * sender's stands. */
#include "models/net/tcp_private.h"

#define PAGE_BYTES 4096u

/* What is never told less than: the edge does not move back. */
uint64_t ivc_tcp_edge(const IvcTcp *tcp, const Way *way)
{
    uint64_t unread = way->arrived - way->consumed;
    uint64_t free = tcp->rcvbuf - MIN(tcp->rcvbuf, unread);
    return MAX(way->offered, way->arrived + MIN(free, way->told));
}

void ivc_tcp_window_init(const IvcTcp *tcp, Way *way)
{
    uint64_t initial = tcp->spec->rcvbuf_initial.n;
    way->told = way->room = initial ? MIN(MAX(initial, tcp->mss), tcp->rcvbuf) : tcp->rcvbuf;
    way->latest = initial ? IVC_TCP_LATEST_SEGMENTS * tcp->mss : 0;
    way->edge = way->offered = way->told;
}

void ivc_tcp_window_arrived(const IvcTcp *tcp, Way *way, uint64_t bytes)
{
    uint64_t unread = way->arrived - way->consumed;
    uint64_t most = way->room - MIN(way->room, unread / 2);
    if (bytes < PAGE_BYTES / 2)
        most = MIN(most, tcp->rcvbuf / 2);
    if (way->told >= most)
        return;
    way->told += MIN(most - way->told, 2 * MAX(bytes, tcp->mss));
    way->quick = true;
}

void ivc_tcp_window_read(const IvcTcp *tcp, Way *way)
{
    IvcTime now = tcp->platform->sim.now;
    if (way->room >= tcp->rcvbuf || way->round_trip == 0 ||
        now - way->read_ps < way->round_trip * 1000000 / 8)
        return;
    uint64_t copied = way->consumed - way->read_from;
    if (copied > way->latest) {
        uint64_t room = 2 * copied + 16 * tcp->mss;
        room += 2 * (room * (copied - way->latest) / way->latest);
        way->room = MAX(way->room, MIN(room, tcp->rcvbuf));
        way->latest = copied;
    }
    way->read_from = way->consumed;
    way->read_ps = now;
}

void ivc_tcp_window_digest(const IvcTcp *tcp, const Way *way, IvcDigest *digest)
{
    ivc_digest_u64(digest, way->told);
    ivc_digest_u64(digest, way->quick);
    if (way->room >= tcp->rcvbuf)
        return;
    ivc_digest_u64(digest, way->room);
    ivc_digest_u64(digest, way->latest);
    ivc_digest_u64(digest, way->consumed - way->read_from);
    ivc_digest_time(digest, way->read_ps);
}
