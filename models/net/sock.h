/** @file
 *  MPICH2's sock channel over byte streams, whatever carries them: the hooks of a mechanism, which
 *  the mechanisms `sock`, `netfront` and `xen-ring` share.
 */
#pragma once

#include "models/net/stream.h"
#include "sim/model/mpi.h"

/** Parameters; the table rows are in the mechanisms' files. */
typedef struct {
    IvcBytes eager_max;
    IvcBytes header;
    IvcCost send_overhead;
    IvcCost recv_overhead;
    bool staged;
} IvcSockSpec;

/** The rows of a mechanism's table that uses the sock channel; `field` is the IvcSockSpec in its
 *  spec, `core` what kind of core the guesses are for, `below` what its software is without. */
#define IVC_SOCK_PARAM_ROWS(S, field, send, recv, core, below)                                   \
    {IVC_PARAM(S, field.eager_max, "eager_max"),                                                 \
     .fallback = "256KiB",                                                                       \
     .max = "64MiB",                                                                             \
     .kind = IVC_KIND_DOCUMENTED,                                                                \
     .source = "MPICH source tree, ch3 sock",                                                    \
     .sentence = "largest message that is sent without asking"},                                 \
        {IVC_PARAM(S, field.header, "header"),                                                   \
         .fallback = "40B",                                                                      \
         .min = "8B",                                                                            \
         .max = "256B",                                                                          \
         .kind = IVC_KIND_ASSUMED,                                                               \
         .source = "assumed: packet header of ch3 with its envelope",                            \
         .sentence = "header of a message on the stream"},                                       \
        {IVC_PARAM(S, field.staged, "staged"), .fallback = "false", .kind = IVC_KIND_DOCUMENTED, \
         .source = "MPICH 1.2, mpid/ch_p4: commp4.h, p4_sock_sr.c",                              \
         .sentence = "a message is read into a buffer of the library, and "                      \
                     "copied when all of it has come, as MPICH 1 does"},                         \
        {IVC_PARAM(S, field.send_overhead, "send_overhead"),                                     \
         .fallback = send,                                                                       \
         .max = "1ms",                                                                           \
         .kind = IVC_KIND_ASSUMED,                                                               \
         .source = "assumed: instructions of ch3:sock on an " core " core",                      \
         .sentence = "MPICH's software of a Send, without " below},                              \
    {                                                                                            \
        IVC_PARAM(S, field.recv_overhead, "recv_overhead"),                                      \
            .fallback = recv, .max = "1ms", .kind = IVC_KIND_ASSUMED,                            \
            .source = "assumed: instructions of "                                                \
                      "ch3:sock on an " core " core",                                            \
            .sentence = "MPICH's software of a Recv "                                            \
                        "with matching, without " below                                          \
    }

typedef enum {
    SOCK_SEND,
    SOCK_RECV,
    SOCK_COPY_ASIDE,
    SOCK_STAGES,
} IvcSockStage;

/** Rows of the stage table of a mechanism; `first` is the number of SOCK_SEND in it. */
#define IVC_SOCK_STAGE_ROWS(first)                                                                 \
    [(first) +                                                                                     \
        SOCK_SEND] = {"send", "MPICH's software path of a Send", false},                           \
        [(first) + SOCK_RECV] = {"recv", "MPICH's software path of a Recv, with matching", false}, \
        [(first) +                                                                                 \
            SOCK_COPY_ASIDE] = {"copy-aside", "copying a message that had been put aside", false}

/**
 * Makes the channel among all ranks.
 *
 * @param spec     borrowed for as long as the channel lives
 * @param stage0   id of SOCK_SEND in the ledger
 * @param streams  what carries the bytes; transfer full
 * @return what the hooks below take as the channel; transfer full, ivc_sock_free()
 */
void *ivc_sock_new(IvcPlatform *platform, const IvcSockSpec *spec, uint32_t stage0, IvcRank *ranks,
                   unsigned n, IvcStreams *streams);

/* The hooks of IvcMechanismOps, all but `create`. */
#define IVC_SOCK_HOOKS                                                                            \
    .free = ivc_sock_free, .setup = ivc_sock_setup, .send = ivc_sock_send, .recv = ivc_sock_recv, \
    .isend = ivc_sock_isend, .irecv = ivc_sock_irecv, .waitall = ivc_sock_waitall,                \
    .message_bytes_max = ivc_mpi_any_size, .digest = ivc_sock_digest,                             \
    .in_flight = ivc_sock_in_flight

void ivc_sock_free(void *channel);
IvcStep ivc_sock_setup(IvcRank *rank);
IvcStep ivc_sock_send(IvcRank *rank, IvcMpiCall *call);
IvcStep ivc_sock_recv(IvcRank *rank, IvcMpiCall *call);
IvcStep ivc_sock_isend(IvcRank *rank, IvcMpiCall *call);
IvcStep ivc_sock_irecv(IvcRank *rank, IvcMpiCall *call);
IvcStep ivc_sock_waitall(IvcRank *rank, IvcMpiCall *call);
uint64_t ivc_sock_in_flight(const void *channel);
void ivc_sock_digest(const void *channel, IvcDigest *digest);
