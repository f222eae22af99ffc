/** @file
 *  What the ranks of a program tell `ivcsim mpi`: a file that each of them maps, so that it can be
 *  read whatever way the program ended. Included by ivcsim and by what `ivcsim mpicc` links to
 *  programs; plain C, no library.
 */
#pragma once

#include <stdint.h>

/** The file's path comes in this variable of the environment. */
#define IVC_ACCOUNT_ENVIRONMENT "IVCSIM_MPI_ACCOUNT"
/** Stands in every program that was linked with account.c. */
#define IVC_ACCOUNT_MARK "ivcsim-mpi-account/1"
#define IVC_ACCOUNT_PARTS 4

typedef enum {
    IVC_ACCOUNT_ABSENT,  /**< has not called MPI_Init */
    IVC_ACCOUNT_RUNS,    /**< between MPI_Init and MPI_Finalize */
    IVC_ACCOUNT_FINISHED /**< has returned from MPI_Finalize */
} IvcAccountStage;

typedef enum {
    IVC_ACCOUNT_SEND,
    IVC_ACCOUNT_RECEIVE,
    IVC_ACCOUNT_OTHER /**< a request that no call seen here made: of a collective, say */
} IvcAccountKind;

/** What `peer` and `tag` are when any will do. */
#define IVC_ACCOUNT_ANY INT32_MIN

/** One thing that a call waits for. */
typedef struct {
    int32_t kind; /**< IvcAccountKind */
    int32_t peer; /**< rank in MPI_COMM_WORLD, or IVC_ACCOUNT_ANY */
    int32_t tag;  /**< or IVC_ACCOUNT_ANY */
    int32_t unused;
    uint64_t bytes; /**< of the buffer */
} IvcAccountPart;

typedef struct {
    uint32_t stage;      /**< IvcAccountStage */
    int32_t actor;       /**< SimGrid's number of the rank; 0 before MPI_Init */
    char call[32];       /**< the call that the rank is in: "MPI_Recv"; empty: in none */
    uint32_t collective; /**< the call is one: all ranks of its communicator have to make it */
    uint32_t members;    /**< how many those are */
    uint32_t n_parts;    /**< what the call waits for; more than are kept is possible */
    uint32_t of_all;     /**< collective calls of all ranks that it has come to */
    IvcAccountPart parts[IVC_ACCOUNT_PARTS];
} IvcAccountRank;

/** Messages that MPI_Send and its like, MPI_Put and its like asked for; none of collectives. */
typedef struct {
    uint64_t messages;
    uint64_t bytes;
} IvcAccountPair;

/** The start of the file; `n_ranks` IvcAccountRank follow, then n_ranks * n_ranks IvcAccountPair,
 *  that from rank s to rank d at s * n_ranks + d. */
typedef struct {
    uint32_t n_ranks; /**< set by ivcsim */
    uint32_t seen;    /**< a rank has mapped the file */
    uint32_t aborted; /**< MPI_Abort was called: by abort_rank, with abort_code */
    int32_t abort_rank;
    int32_t abort_code;
    int32_t crash_signal; /**< 0: no crash */
    int32_t crash_actor;  /**< who ran then: SimGrid's number */
    uint32_t unused;
} IvcAccountHead;

static inline uint64_t ivc_account_size(uint64_t n_ranks)
{
    return sizeof(IvcAccountHead) + n_ranks * sizeof(IvcAccountRank) +
           n_ranks * n_ranks * sizeof(IvcAccountPair);
}

static inline IvcAccountRank *ivc_account_ranks(IvcAccountHead *head)
{
    return (IvcAccountRank *)(head + 1);
}

static inline IvcAccountPair *ivc_account_pairs(IvcAccountHead *head)
{
    return (IvcAccountPair *)(ivc_account_ranks(head) + head->n_ranks);
}
