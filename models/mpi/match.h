/** @file
 *  Messages that have arrived and wait for a matching Recv, and requests that wait for a message:
 *  first in, first matched.
 */
#pragma once

#include "sim/model/mpi.h"

/** An arrived message. What kind and index mean is the mechanism's business. */
typedef struct {
    IvcEnvelope envelope;
    uint32_t kind;
    uint32_t index;
    uint64_t have; /**< bytes that have arrived so far */
} IvcArrival;

/** A queue of arrivals in their order; entries may be taken from anywhere. */
typedef struct {
    IvcArrival *items; /**< ring of `capacity` */
    uint32_t capacity; /**< a power of two */
    uint32_t first;
    uint32_t n;
} IvcArrivals;

/** Makes room for at least `capacity` arrivals, 1 or more. */
void ivc_arrivals_init(IvcArrivals *arrivals, uint32_t capacity);
void ivc_arrivals_clear(IvcArrivals *arrivals);

/** The i-th arrival, 0 the oldest. */
static inline IvcArrival *ivc_arrivals_at(const IvcArrivals *arrivals, uint32_t i)
{
    return &arrivals->items[(arrivals->first + i) & (arrivals->capacity - 1)];
}

/** Appends; the queue grows when it is full. Returns the new entry, valid until the next push. */
IvcArrival *ivc_arrivals_push(IvcArrivals *arrivals, const IvcEnvelope *envelope, uint32_t kind,
                              uint32_t index);

/** Returns the position of the oldest arrival that matches, or -1. */
int64_t ivc_arrivals_find(const IvcArrivals *arrivals, const IvcMpiCall *call);

/** Removes the arrival at a position; the others keep their order. */
void ivc_arrivals_drop(IvcArrivals *arrivals, uint32_t i);

/** Removes and returns the arrival at a position; the others keep their order. */
IvcArrival ivc_arrivals_take(IvcArrivals *arrivals, uint32_t i);

/** Takes the oldest arrival that matches. @return whether there is one */
static inline bool ivc_arrivals_take_for(IvcArrivals *arrivals, const IvcMpiCall *call,
                                         IvcArrival *ret_taken)
{
    int64_t found = ivc_arrivals_find(arrivals, call);
    if (found < 0)
        return false;
    *ret_taken = ivc_arrivals_take(arrivals, (uint32_t)found);
    return true;
}

/**
 * Feeds what can influence the future.
 *
 * @param received_from  the receiving rank's: messages are known by how many lie before them
 */
void ivc_envelope_digest(const IvcEnvelope *envelope, const uint64_t *received_from,
                         IvcDigest *digest);

/** Feeds all but `index`, which is a name: the mechanism feeds what it stands for. */
void ivc_arrivals_digest(const IvcArrivals *arrivals, const uint64_t *received_from,
                         IvcDigest *digest);

/** Requests in the order in which they came here. */
typedef struct {
    IvcMpiCall *first;
    IvcMpiCall *last;
} IvcCalls;

void ivc_calls_push(IvcCalls *calls, IvcMpiCall *call);

/** Takes a request whose predecessor is `before`; NULL: it is the first. Returns it. */
IvcMpiCall *ivc_calls_take(IvcCalls *calls, IvcMpiCall *before, IvcMpiCall *call);

/** Takes the first Irecv that asks for a message; NULL: none does. */
IvcMpiCall *ivc_calls_take_matching(IvcCalls *calls, const IvcEnvelope *envelope);

/** Takes the request of that very message, which is one to `to` when it is an Isend; or NULL. */
IvcMpiCall *ivc_calls_take_known(IvcCalls *calls, const IvcEnvelope *envelope, uint32_t to);

/** Feeds what can influence the future. `known`: Irecvs have their message, too. */
void ivc_call_digest(const IvcRank *rank, const IvcMpiCall *call, bool known, IvcDigest *digest);
void ivc_calls_digest(const IvcRank *rank, const IvcCalls *calls, bool known, IvcDigest *digest);
