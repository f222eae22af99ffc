/** @file
 *  The same of guests on Xen: events, and the split network driver.
 */
#pragma once

#include "tests/harness/idle_path.h"

enum {
    HYPERCALL = 229,
    EVENT_SEND = 233,
    EVENT_FLIGHT = 239,
    IDLE_WAKE = 241,
    VCPU_SWITCH = 251,
    UPCALL_ENTRY = 257,
    UPCALL_EXIT = 263,
    EVENT_DISPATCH = 269,
    FRONT_TX = 163,
    FRONT_TX_SLOT = 167,
    FRONT_RX = 179,
    FRONT_RX_SLOT = 181,
    BACK_POLL = 191,
    BACK_TX = 193,
    BACK_TX_SLOT = 197,
    BRIDGE = 211,
    BACK_RX = 223,
    BACK_RX_SLOT = 227,
    GRANT_MAP = 271,
    GRANT_COPY = 277,
};

/** For the channel of a scenario. */
#define XEN_PATH_EVENTS                                                             \
    "hypercall: 229ns, event_send: 233ns, event_flight: 239ns, idle_wake: 241ns,\n" \
    "      vcpu_switch: 251ns, upcall_entry: 257ns, upcall_exit: 263ns, event_dispatch: 269ns"
#define XEN_PATH_SPLIT                                                                     \
    "front_tx: 163ns, front_tx_slot: 167ns, front_tx_done: 173ns, front_rx: 179ns,\n"      \
    "      front_rx_slot: 181ns, back_poll: 191ns, back_tx: 193ns, back_tx_slot: 197ns,\n" \
    "      back_tx_done: 199ns, bridge: 211ns, back_rx: 223ns, back_rx_slot: 227ns"
#define XEN_PATH_GRANTS "grant_map: 271ns, grant_unmap: 293ns, grant_copy: 277ns, tlb_flush: 281ns"
