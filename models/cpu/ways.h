/** @file
 *  Distances in a machine of several nodes: where lines come from, what the way there adds, and
 *  which paths a copy's bytes take. Nothing here is asked in a machine of one node.
 */
#pragma once

#include "models/cpu/memory_state.h"

static inline bool ivc_is_linked(const IvcMemory *memory)
{
    return memory->places != NULL;
}

/** The node at which a core sits. */
uint32_t ivc_way_node(const IvcMemory *memory, int32_t core);

/** The node whose memory a core takes that touches something first. */
uint32_t ivc_way_memory(const IvcMemory *memory, int32_t core);

/** What the way to `node` and back adds to the stalls of a copy of so many bytes. */
IvcU128 ivc_way_lines(const IvcMemory *memory, uint32_t node, uint64_t bytes,
                      const IvcMoveRoute *route);

/**
 * Adds to a route where one side's bytes travel: how many, until ivc_way_finish().
 *
 * @param node   where the lines are
 * @param level  IvcLevel at which they are found
 * @return what the way adds to the stalls of the copy
 */
IvcU128 ivc_way_add(const IvcMemory *memory, uint32_t node, uint8_t level, uint64_t bytes,
                    bool write, IvcMoveRoute *route);

/** Turns a route's bytes into bytes per second of the piece at full speed, and takes the piece's
 *  demands over: it keeps that of resource 0, what it moves in all. */
void ivc_way_finish(IvcMoveRoute *route, IvcMovePiece *piece);

/**
 * What the way adds to a line of shared state that core `other` has (-1: nobody). Where stores go
 * through to a shared cache, the line is in that of the memory nearest to `other`. Inlined, and
 * calls nothing: so it costs nothing where there is one node.
 */
static inline IvcFinePs ivc_way_line(const IvcMemory *memory, int32_t other, int32_t core)
{
    const IvcTopologyPlace *to = &memory->places[core];
    const IvcTopologyPlace *from = other >= 0 ? &memory->places[other] : to;
    bool there = other >= 0 && memory->private_writes;
    return memory->hop * ivc_topology_apart(memory->metric, there ? from->x : from->memory_x,
                                            there ? from->y : from->memory_y, to->x, to->y);
}

/** Room for the routes of an agent's moves; owned by the memory. */
IvcMoveRoute *ivc_way_routes(IvcMemory *memory);

/** The bytes a second that so many bytes in so much time are; rounded down. */
static inline uint64_t ivc_bytes_per_second(uint64_t bytes, IvcTime ps)
{
    const uint64_t second_ps = UINT64_C(1000000000000);
    if (bytes < UINT64_MAX / second_ps) /* 18 MB: the common case needs no wide division */
        return bytes * second_ps / ps;
    return (uint64_t)((IvcU128)bytes * second_ps / ps);
}
