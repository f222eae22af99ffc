/* Routes. Mesh: along the row first, then along the column, which is what most meshes do because it
 * cannot deadlock. Ring: the shorter way, upwards when both are equal. Sockets: a link from each to
 * each other one.
 *
 * Left out: adaptive routing, rings of several lanes, machines of sockets that are not fully
 * connected. */
#include "models/cpu/topology.h"

enum { EAST, WEST, SOUTH, NORTH, MESH_LINKS };
enum { UP, DOWN, RING_LINKS };

static bool is_flat(int kind)
{
    return kind == IVC_INTERCONNECT_BUS || kind == IVC_INTERCONNECT_CROSSBAR;
}

IvcTopologyProblem ivc_topology_check(const IvcMachineSpec *spec)
{
    uint64_t nodes = spec->interconnect_nodes, columns = spec->interconnect_columns;
    bool mesh = spec->interconnect_kind == IVC_INTERCONNECT_MESH;
    if (is_flat(spec->interconnect_kind) && nodes > 1)
        return IVC_TOPOLOGY_NODES_OF_BUS;
    if (!is_flat(spec->interconnect_kind) && nodes < 2)
        return IVC_TOPOLOGY_ONE_NODE;
    if (spec->cores % nodes != 0)
        return IVC_TOPOLOGY_CORES_UNEVEN;
    if (!mesh && columns > 1)
        return IVC_TOPOLOGY_COLUMNS_NOT_MESH;
    if (mesh && nodes % columns != 0)
        return IVC_TOPOLOGY_COLUMNS_UNEVEN;
    if (spec->interconnect_kind == IVC_INTERCONNECT_SOCKETS &&
        spec->memory_at == IVC_MEMORY_AT_CORNERS)
        return IVC_TOPOLOGY_CORNERS;
    if (spec->interconnect_kind == IVC_INTERCONNECT_SOCKETS && nodes > IVC_SOCKETS_MAX)
        return IVC_TOPOLOGY_MANY_SOCKETS;
    return IVC_TOPOLOGY_OK;
}

IvcTopology ivc_topology_make(const IvcMachineSpec *spec)
{
    bool flat = is_flat(spec->interconnect_kind);
    bool mesh = spec->interconnect_kind == IVC_INTERCONNECT_MESH;
    IvcTopology topology = {
        .kind = spec->interconnect_kind,
        .memory_at = spec->memory_at,
        .directions = spec->interconnect_directions,
        .nodes = flat ? 1 : (uint32_t)spec->interconnect_nodes,
        .columns = mesh ? (uint32_t)spec->interconnect_columns : 1,
    };
    topology.node_cores = (uint32_t)spec->cores / topology.nodes;
    topology.rows = topology.nodes / topology.columns;
    return topology;
}

static uint32_t distance(uint32_t a, uint32_t b)
{
    return a > b ? a - b : b - a;
}

/* The nearer end of 0 .. n - 1, the lower one when both are as near. */
static uint32_t nearer_end(uint32_t at, uint32_t n)
{
    return at > n - 1 - at ? n - 1 : 0;
}

uint32_t ivc_topology_memory(const IvcTopology *topology, uint32_t node)
{
    if (topology->memory_at == IVC_MEMORY_AT_NODES)
        return node;
    if (topology->memory_at == IVC_MEMORY_AT_FIRST)
        return 0;
    if (topology->kind == IVC_INTERCONNECT_RING) {
        uint32_t middle = topology->nodes / 2;
        return ivc_topology_hops(topology, node, middle) < ivc_topology_hops(topology, node, 0)
                   ? middle
                   : 0;
    }
    return nearer_end(node / topology->columns, topology->rows) * topology->columns +
           nearer_end(node % topology->columns, topology->columns);
}

uint32_t ivc_topology_hops(const IvcTopology *topology, uint32_t from, uint32_t to)
{
    if (from == to)
        return 0;
    if (topology->kind == IVC_INTERCONNECT_SOCKETS)
        return 1;
    if (topology->kind == IVC_INTERCONNECT_RING)
        return MIN(distance(from, to), topology->nodes - distance(from, to));
    return distance(from % topology->columns, to % topology->columns) +
           distance(from / topology->columns, to / topology->columns);
}

/* A ring and sockets lie along x; only a mesh has a y. */
IvcTopologyPlace ivc_topology_place(const IvcTopology *topology, uint32_t core)
{
    uint32_t node = ivc_topology_node(topology, core);
    uint32_t memory = ivc_topology_memory(topology, node);
    uint32_t columns =
        topology->kind == IVC_INTERCONNECT_MESH ? topology->columns : topology->nodes;
    return (IvcTopologyPlace){
        .x = (uint16_t)(node % columns),
        .y = (uint16_t)(node / columns),
        .memory_x = (uint16_t)(memory % columns),
        .memory_y = (uint16_t)(memory / columns),
    };
}

IvcTopologyMetric ivc_topology_metric(const IvcTopology *topology)
{
    bool ring = topology->kind == IVC_INTERCONNECT_RING;
    bool sockets = topology->kind == IVC_INTERCONNECT_SOCKETS;
    return (IvcTopologyMetric){.wrap = ring ? topology->nodes : UINT32_MAX,
                               .most = sockets ? 1 : UINT32_MAX};
}

uint32_t ivc_topology_links(const IvcTopology *topology)
{
    switch (topology->kind) {
    case IVC_INTERCONNECT_RING:
        return RING_LINKS * topology->nodes;
    case IVC_INTERCONNECT_MESH:
        return MESH_LINKS * topology->nodes;
    case IVC_INTERCONNECT_SOCKETS:
        return topology->nodes * topology->nodes;
    default:
        return 0;
    }
}

uint32_t ivc_topology_hops_max(const IvcTopology *topology)
{
    switch (topology->kind) {
    case IVC_INTERCONNECT_RING:
        return topology->nodes / 2;
    case IVC_INTERCONNECT_MESH:
        return topology->rows + topology->columns - 2;
    case IVC_INTERCONNECT_SOCKETS:
        return 1;
    default:
        return 0;
    }
}

static uint32_t route_ring(const IvcTopology *topology, uint32_t at, uint32_t to, uint32_t *links)
{
    uint32_t n = 0, nodes = topology->nodes, upwards = (to + nodes - at) % nodes;
    bool back = upwards > nodes - upwards, shared = topology->directions == IVC_LINK_SHARED;
    while (at != to) {
        uint32_t next = back ? (at + nodes - 1) % nodes : (at + 1) % nodes;
        links[n++] = shared && back ? RING_LINKS * next + UP : RING_LINKS * at + (back ? DOWN : UP);
        at = next;
    }
    return n;
}

/* A link that is shared by both directions goes by its name to the east or to the south. */
static uint32_t step_mesh(const IvcTopology *topology, uint32_t *at, uint32_t way)
{
    uint32_t stride = way == EAST || way == WEST ? 1 : topology->columns;
    bool back = way == WEST || way == NORTH;
    uint32_t from = *at;
    *at = back ? from - stride : from + stride;
    return topology->directions == IVC_LINK_SHARED && back ? MESH_LINKS * *at + way - 1
                                                           : MESH_LINKS * from + way;
}

static uint32_t route_mesh(const IvcTopology *topology, uint32_t at, uint32_t to, uint32_t *links)
{
    uint32_t n = 0, column = to % topology->columns;
    while (at % topology->columns != column)
        links[n++] = step_mesh(topology, &at, at % topology->columns < column ? EAST : WEST);
    while (at != to)
        links[n++] = step_mesh(topology, &at, at < to ? SOUTH : NORTH);
    return n;
}

uint32_t ivc_topology_route(const IvcTopology *topology, uint32_t from, uint32_t to,
                            uint32_t *links)
{
    if (from == to)
        return 0;
    if (topology->kind == IVC_INTERCONNECT_RING)
        return route_ring(topology, from, to, links);
    if (topology->kind == IVC_INTERCONNECT_MESH)
        return route_mesh(topology, from, to, links);
    if (topology->directions == IVC_LINK_SHARED && from > to) {
        uint32_t low = to;
        to = from;
        from = low;
    }
    links[0] = from * topology->nodes + to;
    return 1;
}
