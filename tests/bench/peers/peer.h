/** @file
 *  What every peer in C and C++ does alike: its arguments and its one line of output,
 *  "MODEL,PEER,SIZE,NS": CPU time in ns an event, for the channel in ns a message.
 */
#pragma once

#include "tests/bench/phold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *model; /* "phold", "pingpong" or "channel" */
    uint64_t size;     /* processes of PHOLD */
    uint64_t n;        /* events or messages */
} PeerArguments;

/* Ends the program when they are wrong. */
static inline PeerArguments peer_arguments(int argc, char **argv)
{
    PeerArguments a = {"", 0, 0};
    if (argc >= 4) {
        a.model = argv[1];
        a.size = strtoull(argv[2], NULL, 10);
        a.n = strtoull(argv[3], NULL, 10);
    }
    if (a.size == 0 || a.n == 0) {
        fprintf(stderr, "usage: %s phold|pingpong|channel PROCESSES EVENTS\n", argv[0]);
        exit(2);
    }
    return a;
}

static inline uint64_t peer_warm_up(uint64_t events, uint64_t processes)
{
    return events / 4 < 4 * processes ? events / 4 : 4 * processes;
}

static inline void peer_print(const char *peer, const PeerArguments *a, uint64_t ns)
{
    printf("%s,%s,%llu,%.2f\n", a->model, peer, (unsigned long long)a->size,
           (double)ns / (double)a->n);
}

#ifdef PEER_COUNTS /* build.sh */
#ifdef __cplusplus
extern "C"
#endif
    void
    __gcov_dump(void);
#endif

/* Ends the program at once: to take thousands of processes down takes long and is not measured. */
static inline void peer_leave(void)
{
    fflush(stdout);
#ifdef PEER_COUNTS
    __gcov_dump();
#endif
    _Exit(0);
}
