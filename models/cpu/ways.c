/* Ways through a machine of several nodes.
 *
 * A line comes from where it is found: from the node of the core whose private cache has it, else
 * from the node whose memory it belongs to; the shared caches hold lines of their own node's
 * memory. Each link on the way adds the profile's hop to the stall of the line. A line that is
 * stored to is fetched, unless the core has it and others need only let it go; when it comes from
 * memory, another one that it displaced goes back, to the same node by assumption. Where no private
 * cache keeps what is stored, the stores go to the line's node, and nothing comes.
 *
 * Left out: requests and acknowledgements, which carry no data and load no link; a directory at a
 * third node that has to be asked who has the line. */
#include "models/cpu/ways.h"

#include "sim/model/platform.h"

static const IvcTopology *topology_of(const IvcMemory *memory)
{
    return &memory->sharing.links->topology;
}

uint32_t ivc_way_node(const IvcMemory *memory, int32_t core)
{
    return ivc_topology_node(topology_of(memory), (uint32_t)core);
}

uint32_t ivc_way_memory(const IvcMemory *memory, int32_t core)
{
    return ivc_topology_memory(topology_of(memory), ivc_way_node(memory, core));
}

void ivc_buffer_place(const IvcMemory *memory, IvcBuffer *buffer, uint32_t core)
{
    if (ivc_is_linked(memory))
        buffer->home = (uint16_t)(1 + ivc_way_memory(memory, (int32_t)core));
}

uint32_t ivc_memory_hops(const IvcMemory *memory, uint32_t a, uint32_t b)
{
    if (!ivc_is_linked(memory))
        return 0;
    const IvcTopologyPlace *from = &memory->places[a], *to = &memory->places[b];
    return ivc_topology_apart(memory->metric, from->x, from->y, to->x, to->y);
}

IvcU128 ivc_way_lines(const IvcMemory *memory, uint32_t node, uint64_t bytes,
                      const IvcMoveRoute *route)
{
    uint64_t lines = (bytes + memory->line_bytes - 1) / memory->line_bytes;
    return (IvcU128)lines * ivc_topology_hops(topology_of(memory), node, route->node) * memory->hop;
}

IvcU128 ivc_way_add(const IvcMemory *memory, uint32_t node, uint8_t level, uint64_t bytes,
                    bool write, IvcMoveRoute *route)
{
    uint64_t moved = (bytes + memory->line_bytes - 1) / memory->line_bytes * memory->line_bytes;
    bool beyond_private = level >= IVC_LEVEL_OTHER || !memory->cache_private[level];
    bool through = write && memory->write_through && !beyond_private;
    if (!beyond_private && !through)
        return 0;
    *(write ? &route->write_node : &route->read_node) = node;
    bool stays = !write || memory->private_writes; /* in a private cache, so that it must come */
    if (!through && stays)
        route->demand[write ? IVC_PATH_FETCH : IVC_PATH_READ] = moved;
    if (through || !stays || (write && level == IVC_LEVEL_MEMORY))
        route->demand[IVC_PATH_BACK] = through ? bytes : moved;
    if (level == IVC_LEVEL_MEMORY)
        route->demand[write ? IVC_PATH_WRITE_MEMORY : IVC_PATH_READ_MEMORY] =
            write ? 2 * moved : moved;
    return ivc_way_lines(memory, node, bytes, route);
}

void ivc_way_finish(IvcMoveRoute *route, IvcMovePiece *piece)
{
    for (size_t p = 0; p < IVC_PATHS && piece->alone_ps; p++)
        route->demand[p] = ivc_bytes_per_second(route->demand[p], piece->alone_ps);
    route->demand[IVC_PATH_PORT] = piece->demand[0]; /* all but lines that shared caches displace */
    for (size_t r = 1; r < IVC_RESOURCES; r++)
        piece->demand[r] = 0; /* no memory serves all nodes */
}

IvcMoveRoute *ivc_way_routes(IvcMemory *memory)
{
    IvcMoveRoute *routes = g_new0(IvcMoveRoute, IVC_MOVE_PIECES);
    g_ptr_array_add(memory->routes, routes);
    return routes;
}

IvcTime ivc_platform_links_ps(const IvcPlatform *platform, uint32_t from, uint32_t to)
{
    IvcTime hop_ps = platform->t.registers_hop;
    return hop_ps ? ivc_memory_hops(platform->memory, from, to) * hop_ps : 0;
}

IvcTime ivc_platform_way_ps(const IvcPlatform *platform, uint32_t from, uint32_t to)
{
    const IvcCore *cores = platform->cores.items;
    return ivc_platform_links_ps(platform, cores[from].cpu, cores[to].cpu);
}
