/** @file
 *  The message-passing interface of Zhang and Huang (2012), over MPI: six calls with the names, the
 *  order of arguments and the meaning that the publication gives them. A program that is written
 *  against it is compiled by any mpicc, and runs on a computer as well as on simulated guests.
 *
 *  One message is one Send and one Recv. Send compares count x size of the type with what a
 *  register between cores holds: what fits goes through the register, anything longer through the
 *  memory that the guests share. Which way a message takes is the channel's matter, not the
 *  program's: on simulated guests it is the scenario's channel that decides. (Over a computer's
 *  MPI it is MPI's eager and rendezvous protocols.)
 *
 *  Send may return before the message is received, and the buffer may be used again. Recv returns
 *  when the message is in its buffer. Messages from one rank to another with equal tags arrive in
 *  the order in which they were sent.
 *
 *  Left out, as the publication leaves them out: requests that are waited for later, collective
 *  calls, communicators besides the one of all ranks, types of the program's own.
 *  All calls return IVC_SUCCESS or what was wrong; none ends the program.
 */
#pragma once

#include <mpi.h>

/** Types of the elements of a message. */
typedef enum {
    IVC_BYTE,
    IVC_CHAR,
    IVC_INT,
    IVC_LONG,
    IVC_DOUBLE,
    IVC_TYPES,
} IvcType;

/** The communicator: the ranks that Init() found. There is one. */
typedef enum {
    IVC_COMM_WORLD,
} IvcComm;

#define IVC_ANY_SOURCE (-1) /**< Recv: whoever sends first */
#define IVC_ANY_TAG (-1)    /**< Recv: whatever its tag */
#define IVC_TAG_MAX 32767   /**< the largest that every MPI has */

/** How a call ended. */
typedef enum {
    IVC_SUCCESS,
    IVC_ERR_INIT,     /**< before Init(), after Finalize(), or Init() a second time */
    IVC_ERR_RANK,     /**< there is no such rank */
    IVC_ERR_TAG,      /**< not from 0 to IVC_TAG_MAX */
    IVC_ERR_COMM,     /**< not IVC_COMM_WORLD */
    IVC_ERR_TYPE,     /**< none of IvcType */
    IVC_ERR_BUFFER,   /**< a count below 0, or no buffer for a count above 0 */
    IVC_ERR_TRUNCATE, /**< Recv: the message was longer than the buffer; its start is there */
    IVC_ERR_OTHER,    /**< anything else that MPI refuses */
} IvcError;

/* Between Init() and Finalize(). */
static inline int ivc_mpi_joined(void)
{
    int initialised = 0, finalised = 0;
    MPI_Initialized(&initialised);
    MPI_Finalized(&finalised);
    return initialised && !finalised;
}

static inline MPI_Datatype ivc_mpi_type(IvcType type)
{
    switch (type) {
    case IVC_BYTE:
        return MPI_BYTE;
    case IVC_CHAR:
        return MPI_CHAR;
    case IVC_INT:
        return MPI_INT;
    case IVC_LONG:
        return MPI_LONG;
    case IVC_DOUBLE:
        return MPI_DOUBLE;
    case IVC_TYPES:
        break;
    }
    return MPI_DATATYPE_NULL;
}

static inline int ivc_mpi_error(int code)
{
    int class = MPI_ERR_OTHER;
    if (code == MPI_SUCCESS)
        return IVC_SUCCESS;
    MPI_Error_class(code, &class);
    return class == MPI_ERR_TRUNCATE ? IVC_ERR_TRUNCATE : IVC_ERR_OTHER;
}

/* What Send and Recv check alike. `least` is the smallest rank and tag: -1 where any will do. */
static inline int ivc_mpi_check(const void *buffer, int count, int peer, int tag, IvcType type,
                                IvcComm comm, int least)
{
    int size;
    if (!ivc_mpi_joined())
        return IVC_ERR_INIT;
    if (comm != IVC_COMM_WORLD)
        return IVC_ERR_COMM;
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (peer < least || peer >= size)
        return IVC_ERR_RANK;
    if (tag < least || tag > IVC_TAG_MAX)
        return IVC_ERR_TAG;
    if ((int)type < 0 || type >= IVC_TYPES)
        return IVC_ERR_TYPE;
    return count < 0 || (count > 0 && buffer == NULL) ? IVC_ERR_BUFFER : IVC_SUCCESS;
}

/** Joins the ranks; returns when all have joined. @param name  of the program, for the channel to
 *  show; MPI has no use for it. May be NULL. */
static inline int Init(const char *name)
{
    int initialised = 0, code;
    (void)name;
    MPI_Initialized(&initialised);
    if (initialised)
        return IVC_ERR_INIT;
    code = MPI_Init(NULL, NULL);
    if (code != MPI_SUCCESS)
        return ivc_mpi_error(code);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    return ivc_mpi_error(MPI_Barrier(MPI_COMM_WORLD));
}

/** Leaves; returns when all ranks have come here. */
static inline int Finalize(void)
{
    if (!ivc_mpi_joined())
        return IVC_ERR_INIT;
    MPI_Barrier(MPI_COMM_WORLD);
    return ivc_mpi_error(MPI_Finalize());
}

/** Sets *ret_size to the number of ranks. */
static inline int Comm_size(IvcComm comm, int *ret_size)
{
    if (!ivc_mpi_joined())
        return IVC_ERR_INIT;
    if (comm != IVC_COMM_WORLD)
        return IVC_ERR_COMM;
    return ivc_mpi_error(MPI_Comm_size(MPI_COMM_WORLD, ret_size));
}

/** Sets *ret_rank to the number of this rank, from 0. */
static inline int Comm_rank(IvcComm comm, int *ret_rank)
{
    if (!ivc_mpi_joined())
        return IVC_ERR_INIT;
    if (comm != IVC_COMM_WORLD)
        return IVC_ERR_COMM;
    return ivc_mpi_error(MPI_Comm_rank(MPI_COMM_WORLD, ret_rank));
}

/** Sends `count` elements of `type` at `buffer` to rank `dest`. */
static inline int Send(const void *buffer, int count, int dest, int tag, IvcType type, IvcComm comm)
{
    int error = ivc_mpi_check(buffer, count, dest, tag, type, comm, 0);
    if (error != IVC_SUCCESS)
        return error;
    return ivc_mpi_error(MPI_Send(buffer, count, ivc_mpi_type(type), dest, tag, MPI_COMM_WORLD));
}

/** Receives the first message of rank `source` (or IVC_ANY_SOURCE) with `tag` (or IVC_ANY_TAG);
 *  `count` elements of `type` fit into `buffer`, a shorter message leaves the rest as it is. */
static inline int Recv(void *buffer, int count, int source, IvcType type, int tag, IvcComm comm)
{
    int error = ivc_mpi_check(buffer, count, source, tag, type, comm, -1);
    if (error != IVC_SUCCESS)
        return error;
    return ivc_mpi_error(MPI_Recv(
        buffer, count, ivc_mpi_type(type), source == IVC_ANY_SOURCE ? MPI_ANY_SOURCE : source,
        tag == IVC_ANY_TAG ? MPI_ANY_TAG : tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE));
}
