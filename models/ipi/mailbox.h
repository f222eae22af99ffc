/** @file
 *  The inter-core module: sends 64-bit words through a register block and dispatches them in the
 *  receiver's interrupt handler. It charges what models/ipi's blocks do in no time.
 *
 *  A lane (a mailbox of the receiving core) carries one word at a time. The sender reads the
 *  receiver's status until the lane is empty; the receiver's clear is what empties it. So no word
 *  is overwritten, however slow the receiver is. Senders that share a lane take turns by a lock.
 */
#pragma once

#include "models/ipi/register_block.h"
#include "models/ipi/register_message.h"
#include "sim/model/platform.h"

typedef struct IvcMailbox IvcMailbox;

/**
 * Takes a word in the interrupt handler of member `to`; may spend time there, and may be entered
 * again after a yield with the same arguments.
 */
typedef IvcStep (*IvcMailboxDeliver)(void *client, IvcAgent *handler, uint32_t to, uint32_t from,
                                     uint64_t word);

/** What takes words in the interrupt handlers. */
typedef struct {
    IvcMailboxDeliver deliver;
    void *client;
    IvcTime dispatch_ps; /**< decoding a word and finding out whom it concerns */
    uint32_t dispatch_stage;
} IvcMailboxClient;

/** The frame of a post. */
typedef struct {
    IvcLabel label;
    uint32_t chunk;
    uint32_t n_chunks;
    struct IvcMailboxLane *lane; /**< where it goes; follows from the arguments, as `way_ps` does */
    IvcTime way_ps;
} IvcPostFrame;

/**
 * Puts handlers on the cores of all ranks of the platform.
 *
 * @param block   kind of register block; it must serve as many cores as the chip has
 * @param client  copied
 * @return transfer full
 */
IvcMailbox *ivc_mailbox_new(IvcPlatform *platform, const IvcRegisterBlockOps *block,
                            const IvcMailboxClient *client);

/** Whether a word crosses in one mailbox write, however wide it is. */
bool ivc_mailbox_is_wide(const IvcMailbox *mailbox);
void ivc_mailbox_free(IvcMailbox *mailbox);

/** Sends a word from one member (rank) to another, from the agent on the sender's core. */
IvcStep ivc_mailbox_post(IvcMailbox *mailbox, IvcAgent *agent, uint32_t from, uint32_t to,
                         uint64_t word, IvcPostFrame *frame);

/** Words under way or in a register: for the conservation check. */
uint64_t ivc_mailbox_words(const IvcMailbox *mailbox);

void ivc_mailbox_digest(const IvcMailbox *mailbox, IvcDigest *digest);
