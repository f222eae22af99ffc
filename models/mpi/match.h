/** @file
 *  Messages that have arrived and wait for a matching Recv: first in, first matched.
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
