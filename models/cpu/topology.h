/** @file
 *  The interconnect as a graph: which node a core sits at, which links a transfer crosses.
 *  Pure; a bus has one node and no links.
 */
#pragma once

#include "sim/model/machine.h"

/** Sockets are all connected with each other: their links are as many as their number squared. */
#define IVC_SOCKETS_MAX 64

typedef struct {
    int kind;       /**< IvcInterconnectKind */
    int memory_at;  /**< IvcMemoryAt */
    int directions; /**< IvcLinkDirections */
    uint32_t nodes;
    uint32_t node_cores; /**< of each node */
    uint32_t columns;    /**< of a mesh */
    uint32_t rows;
} IvcTopology;

/** Where a core is: its node, and the node of the nearest memory, as coordinates. */
typedef struct {
    uint16_t x, y;
    uint16_t memory_x, memory_y;
} IvcTopologyPlace;

/** How far coordinates are apart: min(dx, wrap - dx, most) + dy. */
typedef struct {
    uint32_t wrap;
    uint32_t most;
} IvcTopologyMetric;

/** What is wrong with the numbers of an interconnect. */
typedef enum {
    IVC_TOPOLOGY_OK,
    IVC_TOPOLOGY_NODES_OF_BUS,     /**< a bus or crossbar has one node */
    IVC_TOPOLOGY_ONE_NODE,         /**< the others have two or more */
    IVC_TOPOLOGY_CORES_UNEVEN,     /**< the nodes have not all as many cores */
    IVC_TOPOLOGY_COLUMNS_UNEVEN,   /**< the rows of the mesh have not all as many nodes */
    IVC_TOPOLOGY_COLUMNS_NOT_MESH, /**< only a mesh has columns */
    IVC_TOPOLOGY_CORNERS,          /**< sockets have no corners */
    IVC_TOPOLOGY_MANY_SOCKETS,     /**< more than IVC_SOCKETS_MAX */
} IvcTopologyProblem;

IvcTopologyProblem ivc_topology_check(const IvcMachineSpec *spec);

/** @param spec  one that ivc_topology_check() accepts */
IvcTopology ivc_topology_make(const IvcMachineSpec *spec);

/** Whether there are links. */
static inline bool ivc_topology_is_linked(const IvcTopology *topology)
{
    return topology->nodes > 1;
}

/** The node of a core: cores are dealt out in order, the same number to each node. */
static inline uint32_t ivc_topology_node(const IvcTopology *topology, uint32_t core)
{
    return core / topology->node_cores;
}

/** The nearest node with memory, the lowest among equals. */
uint32_t ivc_topology_memory(const IvcTopology *topology, uint32_t node);

/** Links between two nodes on the route. */
uint32_t ivc_topology_hops(const IvcTopology *topology, uint32_t from, uint32_t to);

/** The place of a core, and how to measure: the same as ivc_topology_hops(), without divisions. */
IvcTopologyPlace ivc_topology_place(const IvcTopology *topology, uint32_t core);
IvcTopologyMetric ivc_topology_metric(const IvcTopology *topology);

static inline uint32_t ivc_topology_apart(IvcTopologyMetric metric, uint32_t x1, uint32_t y1,
                                          uint32_t x2, uint32_t y2)
{
    uint32_t dx = x1 > x2 ? x1 - x2 : x2 - x1, dy = y1 > y2 ? y1 - y2 : y2 - y1;
    return MIN(MIN(dx, metric.wrap - dx), metric.most) + dy;
}

/** Numbers of links are below this. Some of them no link has. */
uint32_t ivc_topology_links(const IvcTopology *topology);

/** The most links that a route has. */
uint32_t ivc_topology_hops_max(const IvcTopology *topology);

/**
 * Puts the links of a route, in order, into `links`, which has room for ivc_topology_hops_max().
 * @return how many
 */
uint32_t ivc_topology_route(const IvcTopology *topology, uint32_t from, uint32_t to,
                            uint32_t *links);
