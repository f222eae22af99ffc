/** @file
 *  Buffers and copies: where the lines of a buffer are, and what it costs to move them.
 *  Implemented by models/cpu/memory.c.
 */
#pragma once

#include "sim/model/core.h"
#include "sim/model/machine.h"

typedef struct IvcMemory IvcMemory;

/** Fill counts of the cache levels at some moment: how old something is in each of them. */
typedef struct {
    uint64_t level[IVC_CACHE_LEVELS];
} IvcMark;

/** A sequential pass over a buffer: where it is, and what it found. */
typedef struct {
    IvcMark began;     /**< fills when the pass began */
    IvcMark ended;     /**< fills at its latest access */
    uint64_t at;       /**< next byte of the pass */
    uint64_t split;    /**< bytes below lie at `head`, the others at `tail` */
    uint8_t head;      /**< IvcLevel */
    uint8_t tail;
    bool valid;        /**< this core's private copies are still good */
    int32_t core;      /**< who made the pass; -1: nobody yet */
} IvcPass;

/** Contiguous memory that is read and written in sequential passes. O(1) whatever its size. */
typedef struct {
    uint32_t id;
    uint64_t bytes;
    IvcPass read;  /**< the latest by a core other than, or the same as, the writer */
    IvcPass write;
    bool exclusive; /**< nobody has read since the latest write */
} IvcBuffer;

/** Where a line is found. */
typedef enum {
    IVC_LEVEL_L1,
    IVC_LEVEL_L2,
    IVC_LEVEL_L3,
    IVC_LEVEL_OTHER, /**< modified in another core's private cache */
    IVC_LEVEL_MEMORY,
    IVC_LEVELS,
} IvcLevel;

/** Makes the memory system of a chip. @return transfer full */
IvcMemory *ivc_memory_new(const IvcMachineSpec *spec);
void ivc_memory_free(IvcMemory *memory);

/** Prepares a buffer that nobody has touched: its lines are in memory. */
void ivc_buffer_init(IvcBuffer *buffer, uint32_t id, uint64_t bytes);

/**
 * Copies bytes between buffers on the agent's core, charged to `stage`.
 * `to` NULL: only reads; `from` NULL: only writes (the bytes come from registers).
 * A request like ivc_spend(): true when already over.
 */
bool ivc_copy(IvcAgent *agent, IvcBuffer *to, uint64_t to_at, IvcBuffer *from, uint64_t from_at,
              uint64_t bytes, uint32_t stage);

/**
 * Records that the agent's core has written bytes, without time: the application made them before
 * the measured path begins.
 */
void ivc_produce(IvcAgent *agent, IvcBuffer *buffer, uint64_t at, uint64_t bytes);

/** Reads or writes one small piece of shared state (a flag, a queue head): one line. */
bool ivc_touch(IvcAgent *agent, IvcBuffer *line, bool write, uint32_t stage);

/** The duration of a copy that is alone, computed without performing or recording it. */
IvcTime ivc_copy_alone_ps(const IvcMemory *memory, uint32_t core, IvcBuffer to, uint64_t to_at,
                          IvcBuffer from, uint64_t from_at, uint64_t bytes);

void ivc_buffer_digest(const IvcMemory *memory, const IvcBuffer *buffer, IvcDigest *digest);
void ivc_memory_digest(const IvcMemory *memory, IvcDigest *digest);
