/** @file
 *  SMPI's trace in Paje's format, read while it is written: how long each rank communicates,
 *  computes and sleeps, and the messages that collectives are made of.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/** What a rank does. */
typedef enum {
    IVC_MPI_COMMUNICATES, /**< all else: only calls of MPI take time besides these two */
    IVC_MPI_COMPUTES,
    IVC_MPI_SLEEPS,
    IVC_MPI_DOINGS
} IvcMpiDoing;

/** Messages from one rank to another. */
typedef struct {
    uint64_t messages;
    uint64_t bytes;
} IvcMpiPair;

typedef struct IvcMpiTrace IvcMpiTrace;

IvcMpiTrace *ivc_mpi_trace_new(size_t n_ranks);
void ivc_mpi_trace_free(IvcMpiTrace *trace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcMpiTrace, ivc_mpi_trace_free)

/** Takes the next bytes, cut anywhere. Lines that mean nothing here are passed over. */
void ivc_mpi_trace_feed(IvcMpiTrace *trace, const char *bytes, size_t size);

/** Whether the trace has the rank's end. */
bool ivc_mpi_trace_has_ended(const IvcMpiTrace *trace, size_t rank);

/** When the rank ended, in ps: when the last thing in the trace happened, if it did not. */
uint64_t ivc_mpi_trace_rank_end_ps(const IvcMpiTrace *trace, size_t rank);

/** For how long a rank did something, in ps. */
uint64_t ivc_mpi_trace_doing_ps(const IvcMpiTrace *trace, size_t rank, IvcMpiDoing doing);

/** How much work a rank computed, in the unit that hosts' speeds have a second. */
double ivc_mpi_trace_work(const IvcMpiTrace *trace, size_t rank);

/** The call that a rank is in when the trace ends: "MPI_Win_wait"; NULL: in none. Borrowed. */
const char *ivc_mpi_trace_call(const IvcMpiTrace *trace, size_t rank);

/** Bytes of the longest message from a rank to another one, of whatever call. */
uint64_t ivc_mpi_trace_longest(const IvcMpiTrace *trace);

/** Messages of collectives: that from rank s to rank d at s * n_ranks + d. Borrowed. */
const IvcMpiPair *ivc_mpi_trace_pairs(const IvcMpiTrace *trace);
