/*
 * SMPI 3.32 loses messages of MPI_Start that are there before their receive is posted, and crashes
 * when they go to MPI_PROC_NULL. So a start is a send of its own here, and the request stays
 * inactive: to wait for it takes no time, as it should, since a send does not wait for its receive.
 * That it has been sent is noted, for calls that tell which requests have ended.
 */
#include "account_requests.h"

#define REQUESTS 4096u /* a power of two */
#define PROBES 64u

static IvcRequest pending[REQUESTS];

static unsigned slot_of(MPI_Request request)
{
    return (unsigned)(((uintptr_t)request >> 4) * 2654435761u >> 8) & (REQUESTS - 1);
}

IvcRequest *ivc_requests_remember(MPI_Request request, IvcAccountPart part)
{
    unsigned start = slot_of(request);
    IvcRequest *place = NULL;
    for (unsigned i = 0; i < PROBES; i++) {
        IvcRequest *at = &pending[(start + i) & (REQUESTS - 1)];
        if (at->request == request || at->request == MPI_REQUEST_NULL) {
            place = at;
            break;
        }
        /* Of others only a report of a deadlock knows less, should they still be there. */
        if (place == NULL && at->send.n == IVC_REQUEST_NOT_MINE && !at->general)
            place = at;
    }
    if (place == NULL)
        place = &pending[start];
    *place = (IvcRequest){.request = request, .part = part, .send = {.n = IVC_REQUEST_NOT_MINE}};
    return place;
}

IvcRequest *ivc_requests_recall(MPI_Request request)
{
    static IvcRequest unknown = {
        .part = {.kind = IVC_ACCOUNT_OTHER, .peer = IVC_ACCOUNT_ANY, .tag = IVC_ACCOUNT_ANY},
        .send = {.n = IVC_REQUEST_NOT_MINE}};
    unsigned start = slot_of(request);
    for (unsigned i = 0; request != MPI_REQUEST_NULL && i < PROBES; i++) {
        IvcRequest *at = &pending[(start + i) & (REQUESTS - 1)];
        if (at->request == request)
            return at;
        if (at->request == MPI_REQUEST_NULL)
            break;
    }
    return &unknown;
}

bool ivc_requests_is_mine(MPI_Request request)
{
    return ivc_requests_recall(request)->send.n != IVC_REQUEST_NOT_MINE;
}

int ivc_requests_start(IvcRequestSend *send)
{
    MPI_Request made = MPI_REQUEST_NULL;
    send->sent = true;
    if (send->to == MPI_PROC_NULL)
        return MPI_SUCCESS;
    int result =
        PMPI_Isend(send->data, send->n, send->type, send->to, send->tag, send->comm, &made);
    return made != MPI_REQUEST_NULL ? PMPI_Request_free(&made) : result;
}

int ivc_requests_take_sent(int n, const MPI_Request *requests, int most, int *indices,
                           MPI_Status *statuses)
{
    int taken = 0;
    for (int i = 0; i < n && taken < most; i++) {
        IvcRequest *at = ivc_requests_recall(requests[i]);
        if (!at->send.sent)
            continue;
        at->send.sent = false;
        if (statuses != MPI_STATUSES_IGNORE)
            statuses[taken] = (MPI_Status){.MPI_SOURCE = MPI_ANY_SOURCE, .MPI_TAG = MPI_ANY_TAG};
        indices[taken++] = i;
    }
    return taken;
}

void ivc_requests_forget(MPI_Request request)
{
    ivc_requests_recall(request)->send = (IvcRequestSend){.n = IVC_REQUEST_NOT_MINE};
}

void ivc_requests_forget_sent(int n, const MPI_Request *requests)
{
    for (int i = 0; i < n; i++)
        ivc_requests_recall(requests[i])->send.sent = false;
}

int ivc_requests_drop(const MPI_Request *requests, int n, int *indices, MPI_Status *statuses)
{
    int kept = 0;
    for (int i = 0; i < n; i++) {
        if (ivc_requests_is_mine(requests[indices[i]]))
            continue;
        if (statuses != MPI_STATUSES_IGNORE)
            statuses[kept] = statuses[i];
        indices[kept++] = indices[i];
    }
    return n < 0 ? n : kept;
}
