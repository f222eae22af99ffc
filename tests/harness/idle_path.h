/** @file
 *  Costs of a path on which nobody else is: every one is another number, so that a time says what
 *  it is made of, and what caches and memory do costs nothing. In nanoseconds.
 */
#pragma once

enum {
    WORD = 7,
    SYSCALL_ENTER = 101,
    SYSCALL_EXIT = 103,
    BLOCK = 107,
    WAKE = 109,
    RESUME = 113,
    IDLE_EXIT = 127,
    SEND = 131,
    SOCKET_CALL = 139,
    TX_SEGMENT = 149,
    RX_SEGMENT = 151,
    SOFTIRQ = 157,
    HEADER = 40,
    MSS = 1448,
};

/** For the machine of a scenario. */
#define IDLE_PATH_CACHES                            \
    "  read: {l2: 0ns, other: 0ns, memory: 0ns}\n"  \
    "  write: {l2: 0ns, other: 0ns, memory: 0ns}\n" \
    "  memory: {rate: 100TB/s}\n  interconnect: {rate: 100TB/s}\n"
#define IDLE_PATH_OS                                                                              \
    "  os: {syscall_enter: 101ns, syscall_exit: 103ns, block: 107ns, wake: 109ns, resume: 113ns," \
    " idle_exit: 127ns}\n"

/** For its channel: message passing, and TCP. */
#define IDLE_PATH_MPI "send_overhead: 131ns, recv_overhead: 137ns"
#define IDLE_PATH_TCP "socket_call: 139ns, tx_segment: 149ns, rx_segment: 151ns, softirq: 157ns"
