/** @file
 *  The message channel that SimGrid and SystemC simulate: what ivcsim does for a message of 64
 *  bytes over inter-core registers with a shared region on the OCTEON, as its steps and their
 *  lengths. C and C++.
 *
 *  Bare, that is all. Full, the handler takes the receiver's core from it, as it does in ivcsim,
 * and the books of books.h are kept (caches, allocator, ledger, latencies, counters): then the
 * peers' simulated time a message is ivcsim's within 2 % (SimGrid: 4 %, its copy runs on the bus).
 *
 *  Sender: enter, wait for room, take a block, wait for the register to be empty, write it, leave.
 *  Interrupt handler of the receiver: enter, load, decode, acknowledge (empties the register),
 *  leave. Receiver: wait for the handler, enter, match, copy out over the memory bus, free the
 *  block (gives room), leave. 14 timed steps and 3 hand-overs; `ivcsim run` counts 14 events.
 */
#pragma once

enum {
    CHANNEL_MHZ = 800,
    CHANNEL_ROOM = 540, /* blocks of the region that ivcsim's sender fills before it must wait */
    /* The sender's steps, in cycles. */
    CHANNEL_CHOOSE = 200,
    CHANNEL_ALLOC = 168,
    CHANNEL_POLL = 90,
    CHANNEL_STORE = 90,
    CHANNEL_RETURN = 100,
    /* The handler's. */
    CHANNEL_INTERRUPT = 300,
    CHANNEL_LOAD = 120,
    CHANNEL_DECODE = 80,
    CHANNEL_ACKNOWLEDGE = 60,
    CHANNEL_RETURN_INTERRUPT = 150,
    /* The receiver's. */
    CHANNEL_MATCH = 220,
    CHANNEL_COPY = 102,
    CHANNEL_FREE = 182,
    CHANNEL_RETURN_RECEIVER = 100,
    CHANNEL_STEPS = 14,
};
