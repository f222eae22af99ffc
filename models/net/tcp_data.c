/* The memory of socket buffers.
 *
 * Where the network says so (IvcLink.recycles), memory that is freed is used again: what is sent
 * comes from the kernel's lists of pages, where the last freed is the next used; what is received
 * lies in pages that the driver has posted before, so that the first freed is the next used, and as
 * much as is posted stays out of use. Else every socket buffer of a ring keeps its own.
 *
 * Left out: lists by processor and by size, and pages that move between sending and receiving. */
#include "models/net/tcp_private.h"

#define CHUNK 256

void ivc_tcp_data_own(IvcTcp *tcp, Skb *skbs, uint32_t n)
{
    if (tcp->link->recycles)
        return;
    IvcTcpData *own = g_new0(IvcTcpData, n);
    g_ptr_array_add(tcp->data, own);
    for (uint32_t i = 0; i < n; i++)
        skbs[i].data = &own[i];
}

static IvcTcpData *fresh(IvcTcp *tcp)
{
    if (tcp->fresh_left == 0) {
        tcp->fresh = g_new0(IvcTcpData, CHUNK);
        tcp->fresh_left = CHUNK;
        g_ptr_array_add(tcp->data, tcp->fresh);
    }
    return &tcp->fresh[CHUNK - tcp->fresh_left--];
}

void ivc_tcp_data_take(IvcTcp *tcp, Skb *skb, uint32_t index, IvcTcpFree *from, uint32_t stay)
{
    if (!skb->data && from->n > stay) {
        skb->data = from->first;
        from->first = skb->data->next;
        if (--from->n == 0)
            from->last = NULL;
    } else if (!skb->data) {
        skb->data = fresh(tcp);
    }
    if (!skb->data->buffer.id)
        ivc_buffer_init(&skb->data->buffer, ivc_platform_id(tcp->platform), tcp->segment);
    skb->data->next = NULL;
    skb->data->skb = index;
}

void ivc_tcp_data_give(IvcTcp *tcp, Skb *skb, IvcTcpFree *to, bool last)
{
    IvcTcpData *data = skb->data;
    ivc_buffer_done(&data->buffer);
    if (!tcp->link->recycles)
        return;
    skb->data = NULL;
    data->next = last ? NULL : to->first;
    if (!last || !to->first)
        to->first = data;
    if (last && to->last)
        to->last->next = data;
    if (last || to->n == 0)
        to->last = data;
    to->n++;
}

/* How far its data has come. */
uint64_t ivc_tcp_arrived(const IvcTcp *tcp, uint32_t from, uint32_t to)
{
    return way_of(tcp, from, to)->arrived;
}
