/*
 * What account.c knows of requests: what each is for, and how those of MPI_Send_init are sent. A
 * part of that file, and all static, since names of its own could be those of the program.
 *
 * SMPI 3.32 loses messages of MPI_Start that are there before their receive is posted, and crashes
 * when they go to MPI_PROC_NULL. So a start is a send of its own here, and the request stays
 * inactive: to wait for it takes no time, as it should, since a send does not wait for its receive.
 * That it has been sent is noted, for calls that tell which requests have ended.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <mpi.h>

#include "account.h"

#define REQUESTS 4096u /* a power of two */
#define PROBES 8u

/* What MPI_Start does with a request of MPI_Send_init. */
typedef struct {
    const void *data; /* with n of NOT_MINE: PMPI_Start does it */
    int n;
    MPI_Datatype type;
    int to;
    int tag;
    MPI_Comm comm;
    bool sent; /* and no call has said so yet */
} Send;

#define NOT_MINE (-1)

typedef struct {
    MPI_Request request;
    IvcAccountPart part;
    Send send;
} Pending;

static Pending pending[REQUESTS];

static unsigned slot_of(MPI_Request request)
{
    return (unsigned)(((uintptr_t)request >> 4) * 2654435761u >> 8) & (REQUESTS - 1);
}

/* A request's address may be used again: then the later call counts. */
static Pending *remember(MPI_Request request, IvcAccountPart part)
{
    unsigned start = slot_of(request);
    Pending *place = &pending[start];
    for (unsigned i = 0; i < PROBES; i++) {
        Pending *at = &pending[(start + i) & (REQUESTS - 1)];
        if (at->request == request || at->request == MPI_REQUEST_NULL) {
            place = at;
            break;
        }
    }
    *place = (Pending){.request = request, .part = part, .send = {.n = NOT_MINE}};
    return place;
}

static Pending *recall(MPI_Request request)
{
    static Pending unknown = {
        .part = {.kind = IVC_ACCOUNT_OTHER, .peer = IVC_ACCOUNT_ANY, .tag = IVC_ACCOUNT_ANY},
        .send = {.n = NOT_MINE}};
    unsigned start = slot_of(request);
    for (unsigned i = 0; request != MPI_REQUEST_NULL && i < PROBES; i++) {
        Pending *at = &pending[(start + i) & (REQUESTS - 1)];
        if (at->request == request)
            return at;
    }
    return &unknown;
}

static bool is_mine(MPI_Request request)
{
    return recall(request)->send.n != NOT_MINE;
}

static int start_mine(Send *send)
{
    MPI_Request made = MPI_REQUEST_NULL;
    send->sent = true;
    if (send->to == MPI_PROC_NULL)
        return MPI_SUCCESS;
    int result =
        PMPI_Isend(send->data, send->n, send->type, send->to, send->tag, send->comm, &made);
    return made != MPI_REQUEST_NULL ? PMPI_Request_free(&made) : result;
}

/* The first `most` requests that were sent here and of which nothing was said yet: now it is.
 * @return how many */
static int take_sent(int n, const MPI_Request *requests, int most, int *indices,
                     MPI_Status *statuses)
{
    int taken = 0;
    for (int i = 0; i < n && taken < most; i++) {
        Pending *at = recall(requests[i]);
        if (!at->send.sent)
            continue;
        at->send.sent = false;
        if (statuses != MPI_STATUSES_IGNORE)
            statuses[taken] = (MPI_Status){.MPI_SOURCE = MPI_ANY_SOURCE, .MPI_TAG = MPI_ANY_TAG};
        indices[taken++] = i;
    }
    return taken;
}

/* The request is freed: whatever else gets its address is not sent here. */
static void forget(MPI_Request request)
{
    recall(request)->send = (Send){.n = NOT_MINE};
}

/* The program has heard that these have ended. */
static void forget_sent(int n, const MPI_Request *requests)
{
    for (int i = 0; i < n; i++)
        recall(requests[i])->send.sent = false;
}

/* SMPI takes requests that were never started for such as have ended. @return how many are left */
static int drop_mine(const MPI_Request *requests, int n, int *indices, MPI_Status *statuses)
{
    int kept = 0;
    for (int i = 0; i < n; i++) {
        if (is_mine(requests[indices[i]]))
            continue;
        if (statuses != MPI_STATUSES_IGNORE)
            statuses[kept] = statuses[i];
        indices[kept++] = indices[i];
    }
    return n < 0 ? n : kept;
}
