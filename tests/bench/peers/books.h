/** @file
 *  The books that ivcsim keeps beside the steps of a message, for peers that are to keep them, too:
 *  caches, the region's allocator, the ledger of both cores, the latency histogram and counters.
 *  They are ivcsim's own functions, those that know neither its engine nor its agents, called at
 * the same moments. C and C++.
 *
 *  Not kept, though ivcsim does: words of registers and their coding, matching of messages in
 * queues, and what a sleeping process needs.
 */
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct Books Books;

/** What a core spends its time on; the sender's handler is never entered. */
typedef enum {
    BOOKS_SYSCALL,
    BOOKS_CHOOSE,
    BOOKS_ALLOC,
    BOOKS_HEADER,
    BOOKS_PACK,
    BOOKS_LOAD,
    BOOKS_STORE,
    BOOKS_INTERRUPT,
    BOOKS_DISPATCH,
    BOOKS_RETURN_INTERRUPT,
    BOOKS_MATCH,
    BOOKS_COPY,
    BOOKS_FREE,
    BOOKS_STAGES,
} BooksStage;

enum { BOOKS_SENDER, BOOKS_RECEIVER, BOOKS_CORES };

/** Prepares empty books. */
Books *books_new(void);

/** Charges a core's time, in cycles. */
void books_spend(Books *books, int core, BooksStage stage, unsigned cycles);

/** The sender calls Send at this time, in picoseconds. */
void books_send(Books *books, uint64_t now_ps);

/** The sender takes a block, makes its message in it, and hands it over. */
void books_take(Books *books);

/** The receiver copies the message out: how long that takes, in picoseconds. Charged, too. */
uint64_t books_copy(Books *books);

/** The receiver gives the block back. */
void books_give(Books *books);

/** The receiver has the message: its latency, and the counters. */
void books_delivered(Books *books, uint64_t now_ps);

/** Ends the program when they do not add up after `messages`. */
void books_check(const Books *books, uint64_t messages);

#ifdef __cplusplus
}
#endif
