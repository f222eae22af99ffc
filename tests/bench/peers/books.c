/*
 * ivcsim's books for other engines: see books.h. The chip is the OCTEON of channel.h, with the
 * numbers of models/cpu/profiles/octeon-cn5650.yaml that the caches need.
 */
#include "tests/bench/peers/books.h"

#include "models/cpu/memory_state.h"
#include "models/shmem/region.h"
#include "sim/stats/histogram.h"
#include "tests/bench/peers/channel.h"

#include <stdio.h>
#include <stdlib.h>

enum { BLOCK = 1024, BLOCKS = 1024, MESSAGE = 64, UNDER_WAY = 1024 };

typedef struct {
    IvcBuffer data;
    IvcLine header;
    uint64_t bytes;
} Slot;

/* A message that was sent and not delivered. */
typedef struct {
    uint64_t sequence;
    uint64_t sent_ps;
    uint32_t slot;
} Sent;

struct Books {
    IvcMemory *memory;
    IvcRegion *region;
    IvcLedgerEntry ledger[BOOKS_CORES][BOOKS_STAGES];
    IvcHistogram latency_ps;
    IvcBuffer incoming;
    Slot slots[BLOCKS];
    Sent under_way[UNDER_WAY]; /* a ring: first in, first out */
    uint64_t sent, taken, copied, given, delivered;
    uint64_t bytes_sent, bytes_delivered;
    uint64_t out_of_order;
};

Books *books_new(void)
{
    static const IvcMachineSpec octeon = {
        .cores = 12,
        .clock = {.hz = CHANNEL_MHZ * UINT64_C(1000000)},
        .line = {128},
        .cache_size = {{16384}, {2097152}, {0}},
        .cache_scope = {IVC_CACHE_CORE, IVC_CACHE_CHIP, IVC_CACHE_NONE},
        .l1_write = IVC_WRITE_THROUGH,
        .copy_setup = {.n = 40},
        .copy_word = {.n = 2},
        .read = {.level = {{.n = 0}, {.n = 30}, {.n = 0}},
                 .other = {.n = 30},
                 .memory = {.n = 110}},
        .write = {.level = {{.n = 0}, {.n = 16}, {.n = 0}},
                  .other = {.n = 16},
                  .memory = {.n = 60}},
        .memory_rate = {UINT64_C(61600000000)},
        .interconnect_rate = {UINT64_C(204800000000)},
    };
    Books *books = calloc(1, sizeof *books);
    IvcRegionSpec region = {
        .size_bytes = (uint64_t)BLOCK * BLOCKS, .block_bytes_min = BLOCK, .guests = {3}};
    if (!books)
        exit(1);
    books->memory = ivc_memory_new(&octeon);
    books->region = ivc_region_new(&region);
    ivc_region_map(books->region, BOOKS_SENDER);
    ivc_region_map(books->region, BOOKS_RECEIVER);
    ivc_buffer_init(&books->incoming, 1, MESSAGE);
    for (uint32_t i = 0; i < BLOCKS; i++) {
        ivc_buffer_init(&books->slots[i].data, i + 2, MESSAGE);
        ivc_line_init(&books->slots[i].header, i + 2);
    }
    return books;
}

static void charge(Books *books, int core, BooksStage stage, uint64_t ps)
{
    IvcLedgerEntry *entry = &books->ledger[core][stage];
    entry->times++;
    entry->spent_ps += ps;
}

void books_spend(Books *books, int core, BooksStage stage, unsigned n)
{
    charge(books, core, stage, (uint64_t)n * 1000000 / CHANNEL_MHZ);
}

void books_send(Books *books, uint64_t now_ps)
{
    Sent *message = &books->under_way[books->sent % UNDER_WAY];
    message->sequence = books->sent++;
    message->sent_ps = now_ps;
    books->bytes_sent += MESSAGE;
}

static void expect(IvcRegionResult result)
{
    if (result != IVC_REGION_OK) {
        fprintf(stderr, "books: %s\n", ivc_region_result_text(result));
        exit(1);
    }
}

void books_take(Books *books)
{
    Sent *message = &books->under_way[books->taken++ % UNDER_WAY];
    expect(ivc_region_block_alloc(books->region, BOOKS_SENDER, MESSAGE, &message->slot));
    Slot *slot = &books->slots[message->slot];
    slot->bytes = MESSAGE;
    ivc_passes_write(books->memory, BOOKS_SENDER, &slot->data, 0, MESSAGE);
    charge(books, BOOKS_SENDER, BOOKS_HEADER,
           ivc_line_cost(books->memory, &slot->header, BOOKS_SENDER, true));
    expect(ivc_region_block_hand(books->region, BOOKS_SENDER, message->slot, BOOKS_RECEIVER));
}

uint64_t books_copy(Books *books)
{
    Slot *slot = &books->slots[books->under_way[books->copied++ % UNDER_WAY].slot];
    IvcMovePiece pieces[IVC_MOVE_PIECES];
    uint64_t sum = 0;
    charge(books, BOOKS_RECEIVER, BOOKS_HEADER,
           ivc_line_cost(books->memory, &slot->header, BOOKS_RECEIVER, false));
    uint32_t n = ivc_passes_copy(books->memory, BOOKS_RECEIVER, &books->incoming, 0, &slot->data, 0,
                                 slot->bytes, pieces, NULL);
    for (uint32_t i = 0; i < n; i++)
        sum += pieces[i].alone_ps;
    charge(books, BOOKS_RECEIVER, BOOKS_COPY, sum);
    return sum;
}

void books_give(Books *books)
{
    bool back;
    expect(ivc_region_block_free(books->region, BOOKS_RECEIVER,
                                 books->under_way[books->given++ % UNDER_WAY].slot, &back));
}

void books_delivered(Books *books, uint64_t now_ps)
{
    const Sent *message = &books->under_way[books->delivered % UNDER_WAY];
    books->out_of_order += message->sequence != books->delivered++;
    books->bytes_delivered += MESSAGE;
    ivc_histogram_add(&books->latency_ps, now_ps - message->sent_ps);
}

void books_check(const Books *books, uint64_t messages)
{
    uint64_t spent = 0;
    for (int s = 0; s < BOOKS_STAGES; s++)
        spent += books->ledger[BOOKS_RECEIVER][s].spent_ps;
    uint64_t used = ivc_region_stats(books->region).blocks_used;
    bool fine = books->delivered == messages && books->latency_ps.count == messages &&
                books->bytes_delivered == messages * MESSAGE && books->out_of_order == 0 &&
                used == books->taken - books->given && books->memory->copies == books->copied;
    fprintf(stderr, "books: %.3f us a message on the receiver's core, latency %.3f us\n",
            (double)spent / 1e6 / (double)messages,
            (double)ivc_histogram_mean(&books->latency_ps) / 1e6);
    if (!fine) {
        fprintf(stderr, "books: they do not add up\n");
        exit(1);
    }
}
