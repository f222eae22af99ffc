/** @file
 *  Interrupts between cores that carry nothing: a store rings, and the handler of the other core
 *  finds out why.
 */
#pragma once

#include "sim/model/mpi.h"
#include "sim/model/pairs.h"

typedef struct IvcDoorbells IvcDoorbells;

/** What the handler of rank `to` does after it has cleared the register: a frame of its own. */
typedef IvcStep (*IvcDoorbellDeliver)(void *client, IvcAgent *handler, uint32_t to);

/**
 * Makes the bells of all ranks and starts their handlers.
 *
 * @param handle_ps  software of the handler for one interrupt, charged to `stage`
 * @return transfer full
 */
IvcDoorbells *ivc_doorbells_new(IvcPlatform *platform, void *client, IvcDoorbellDeliver deliver,
                                IvcTime handle_ps, uint32_t stage);
void ivc_doorbells_free(IvcDoorbells *bells);

/**
 * Rings: after the store, which the caller has paid for. Rings on their way or not answered yet
 * are one.
 */
void ivc_doorbell_ring(IvcDoorbells *bells, uint32_t from, uint32_t to);

void ivc_doorbells_digest(const IvcDoorbells *bells, IvcDigest *digest);
