/** @file
 *  What account.c knows of requests: what each is for, and how those of MPI_Send_init are sent.
 *  Linked to programs with it; nothing here is seen by the program's other libraries.
 */
#pragma once

#include <stdbool.h>

#include <mpi.h>

#include "account.h"

#pragma GCC visibility push(hidden)

#define IVC_REQUEST_NOT_MINE (-1)

/** What MPI_Start does with a request of MPI_Send_init. */
typedef struct {
    const void *data; /**< with n of IVC_REQUEST_NOT_MINE: PMPI_Start does it */
    int n;
    MPI_Datatype type;
    int to;
    int tag;
    MPI_Comm comm;
    bool sent; /**< and no call has said so yet */
} IvcRequestSend;

typedef struct {
    MPI_Request request;
    IvcAccountPart part;
    IvcRequestSend send;
    bool general; /**< of MPI_Grequest_start */
} IvcRequest;

/** Notes what a new request is for. Its address may be used again: then the later call counts.
 *  @return the note; its `send` may be set */
IvcRequest *ivc_requests_remember(MPI_Request request, IvcAccountPart part);

/** @return the note of a request; of one that no call seen here made, one of IVC_ACCOUNT_OTHER */
IvcRequest *ivc_requests_recall(MPI_Request request);

/** @return whether starts of this request are sends of ivc_requests_start() */
bool ivc_requests_is_mine(MPI_Request request);

/** Sends what MPI_Start is to send. @return MPI_SUCCESS, or what PMPI_Isend says */
int ivc_requests_start(IvcRequestSend *send);

/** Takes the first `most` requests that were sent here and of which nothing was said yet: now it
 *  is. Writes their places to `indices`, and to `statuses` unless that is MPI_STATUSES_IGNORE.
 *  @return how many */
int ivc_requests_take_sent(int n, const MPI_Request *requests, int most, int *indices,
                           MPI_Status *statuses);

/** The program has heard that these have ended. */
void ivc_requests_forget_sent(int n, const MPI_Request *requests);

/** The request is freed: whatever else gets its address is not sent here. */
void ivc_requests_forget(MPI_Request request);

/** Takes out of the `n` that a call of SMPI named those that were never started: it takes them for
 *  such as have ended. @return how many are left; a negative `n` as it is */
int ivc_requests_drop(const MPI_Request *requests, int n, int *indices, MPI_Status *statuses);

#pragma GCC visibility pop
