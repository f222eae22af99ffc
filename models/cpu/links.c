/* The shared resources of a machine of several nodes, and who asks for how much of which.
 *
 * A copy has up to six paths: what it reads comes from a node, what it writes is fetched from one
 * and goes back to it, both may need the memory there, and all of it but the lines that shared
 * caches displace passes the port of the core's own node. A path over links asks for the same on
 * each of them, and on the port at its far end.
 *
 * Sums of demands tell which resources are asked for more than they have. Only those can make
 * anybody slower, so only those are looked at when speeds are found: progressive filling never
 * stops at a resource that has room for everybody at full speed. */
#include "models/cpu/links.h"

#include <string.h>

static uint32_t port_of(uint32_t node)
{
    return node;
}

static uint32_t memory_of(const IvcLinks *links, uint32_t node)
{
    return links->topology.nodes + node;
}

static uint32_t link_of(const IvcLinks *links, uint32_t link)
{
    return 2 * links->topology.nodes + link;
}

IvcLinks *ivc_links_new(const IvcTopology *topology, const IvcLinkRates *rates)
{
    uint32_t n = 2 * topology->nodes + ivc_topology_links(topology);
    uint32_t hops = ivc_topology_hops_max(topology);
    IvcLinks *links = g_new(IvcLinks, 1);
    *links = (IvcLinks){
        .topology = *topology,
        .n = n,
        .loads = g_aligned_alloc0(n, sizeof(IvcLinkLoad), 64),
        .rising = g_new0(IvcU128, n),
        .used = g_new0(IvcU128, n),
        .over = g_new0(uint32_t, n),
        .route = g_new0(uint32_t, hops),
        .uses = g_new0(IvcUse, IVC_PATHS + 3 * (hops + 1)),
        .uses_max = IVC_PATHS + 3 * (hops + 1), /* three paths go over links */
        .uses_key = {UINT64_MAX, UINT64_MAX},
    };
    for (uint32_t r = 0; r < n; r++)
        links->loads[r].capacity = r < port_of(topology->nodes)            ? rates->port
                                   : r < memory_of(links, topology->nodes) ? rates->memory
                                                                           : rates->link;
    return links;
}

void ivc_links_free(IvcLinks *links)
{
    if (!links)
        return;
    g_aligned_free(links->loads);
    g_free(links->rising);
    g_free(links->used);
    g_free(links->over);
    g_free(links->route);
    g_free(links->uses);
    g_free(links);
}

/* A path between the core's node and another one: the links, and the port over there. */
static uint32_t add_path(IvcLinks *links, uint32_t n, uint32_t from, uint32_t to, uint32_t far,
                         IvcPath path)
{
    uint32_t hops = ivc_topology_route(&links->topology, from, to, links->route);
    for (uint32_t h = 0; h < hops; h++)
        links->uses[n++] = (IvcUse){.resource = link_of(links, links->route[h]), .path = path};
    if (hops)
        links->uses[n++] = (IvcUse){.resource = port_of(far), .path = path};
    return n;
}

/* Fills links->uses with what a route asks for; what it asks nothing of is left out. */
static void find_uses(IvcLinks *links, const IvcMoveRoute *route)
{
    uint32_t n = 0, here = route->node, read = route->read_node, write = route->write_node;
    const uint64_t *demand = route->demand;
    if (demand[IVC_PATH_PORT])
        links->uses[n++] = (IvcUse){.resource = port_of(here), .path = IVC_PATH_PORT};
    if (demand[IVC_PATH_READ])
        n = add_path(links, n, read, here, read, IVC_PATH_READ);
    if (demand[IVC_PATH_FETCH])
        n = add_path(links, n, write, here, write, IVC_PATH_FETCH);
    if (demand[IVC_PATH_BACK])
        n = add_path(links, n, here, write, write, IVC_PATH_BACK);
    if (demand[IVC_PATH_READ_MEMORY])
        links->uses[n++] =
            (IvcUse){.resource = memory_of(links, read), .path = IVC_PATH_READ_MEMORY};
    if (demand[IVC_PATH_WRITE_MEMORY])
        links->uses[n++] =
            (IvcUse){.resource = memory_of(links, write), .path = IVC_PATH_WRITE_MEMORY};
    links->n_uses = n;
}

/* The same, unless the scratch has it already: a copy asks for room and then takes it. */
static void need_uses(IvcLinks *links, const IvcMoveRoute *route)
{
    uint64_t paths = 0;
    for (size_t p = 0; p < IVC_PATHS; p++)
        paths |= (uint64_t)(route->demand[p] != 0) << p;
    uint64_t key[2] = {(uint64_t)route->read_node << 32 | route->write_node,
                       (uint64_t)route->node << 32 | paths};
    if (key[0] == links->uses_key[0] && key[1] == links->uses_key[1])
        return;
    links->uses_key[0] = key[0];
    links->uses_key[1] = key[1];
    find_uses(links, route);
}

IvcClassLinks *ivc_links_class_new(const IvcLinks *links)
{
    IvcClassLinks *class = g_new0(IvcClassLinks, 1);
    class->uses = g_new(IvcUse, links->uses_max);
    return class;
}

void ivc_links_class_free(IvcClassLinks *class)
{
    if (!class)
        return;
    g_free(class->uses);
    g_free(class);
}

void ivc_links_class_set(IvcLinks *links, IvcClassLinks *class, const IvcMoveRoute *route)
{
    need_uses(links, route);
    class->route = *route;
    class->weighed = false;
    class->n_uses = links->n_uses;
    memcpy(class->uses, links->uses, links->n_uses * sizeof *class->uses);
}

static bool is_over(const IvcLinkLoad *load)
{
    return load->capacity && load->asked > load->capacity;
}

bool ivc_links_has_room(IvcLinks *links, const IvcMoveRoute *route)
{
    need_uses(links, route);
    const IvcUse *end = links->uses + links->n_uses;
    bool room = true;
    for (const IvcUse *use = links->uses; use < end; use++) /* a resource may be asked twice */
        links->loads[use->resource].asked += route->demand[use->path];
    for (const IvcUse *use = links->uses; use < end && room; use++)
        room = !is_over(&links->loads[use->resource]);
    for (const IvcUse *use = links->uses; use < end; use++)
        links->loads[use->resource].asked -= route->demand[use->path];
    return room;
}

static int compare_u64(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

int ivc_links_compare(const IvcMoveRoute *a, const IvcMoveRoute *b)
{
    int order = compare_u64(a->node, b->node);
    if (!order)
        order = compare_u64(a->read_node, b->read_node);
    if (!order)
        order = compare_u64(a->write_node, b->write_node);
    for (size_t p = 0; p < IVC_PATHS && !order; p++)
        order = compare_u64(a->demand[p], b->demand[p]);
    return order;
}

/* A resource is asked for more than it has from now on, or no longer. */
static void set_over(IvcLinks *links, uint32_t r)
{
    uint64_t at = links->loads[r].over_at;
    if (!at) {
        links->over[links->n_over++] = r;
        links->loads[r].over_at = links->n_over;
    } else {
        uint32_t last = links->over[--links->n_over];
        links->over[at - 1] = last;
        links->loads[last].over_at = at;
        links->loads[r].over_at = 0;
    }
}

void ivc_links_account(IvcLinks *links, const IvcClassLinks *class, bool joins)
{
    for (const IvcUse *use = class->uses; use < class->uses + class->n_uses; use++) {
        IvcLinkLoad *load = &links->loads[use->resource];
        uint64_t demand = class->route.demand[use->path];
        load->asked = joins ? load->asked + demand : load->asked - demand;
        if (is_over(load) != (load->over_at != 0))
            set_over(links, use->resource);
    }
}

void ivc_links_begin(IvcLinks *links)
{
    for (uint32_t i = 0; i < links->n_over; i++)
        links->rising[links->over[i]] = links->used[links->over[i]] = 0;
}

bool ivc_links_is_pressed(const IvcLinks *links, const IvcClassLinks *class)
{
    for (const IvcUse *use = class->uses; use < class->uses + class->n_uses; use++)
        if (links->loads[use->resource].over_at)
            return true;
    return false;
}

void ivc_links_rise(IvcLinks *links, const IvcClassLinks *class, uint32_t n)
{
    for (const IvcUse *use = class->uses; use < class->uses + class->n_uses; use++)
        if (links->loads[use->resource].over_at)
            links->rising[use->resource] += (IvcU128) class->weight[use->path] * n;
}

bool ivc_links_asks(const IvcClassLinks *class, uint32_t resource)
{
    for (const IvcUse *use = class->uses; use < class->uses + class->n_uses; use++)
        if (use->resource == resource && class->weight[use->path])
            return true;
    return false;
}

void ivc_links_fix(IvcLinks *links, const IvcClassLinks *class, uint32_t n, uint64_t level)
{
    for (const IvcUse *use = class->uses; use < class->uses + class->n_uses; use++) {
        IvcU128 weight = (IvcU128) class->weight[use->path] * n;
        if (!links->loads[use->resource].over_at)
            continue;
        links->used[use->resource] += level * weight;
        links->rising[use->resource] -= weight;
    }
}

uint64_t ivc_links_level(const IvcLinks *links, unsigned weight_shift, uint32_t *ret_limit)
{
    uint64_t level = UINT64_MAX;
    for (uint32_t i = 0; i < links->n_over; i++) {
        uint32_t r = links->over[i];
        if (!links->rising[r])
            continue;
        IvcU128 room = (IvcU128)links->loads[r].capacity << weight_shift;
        IvcU128 used = links->used[r];
        IvcU128 most = room > used ? (room - used) / links->rising[r] : 0;
        uint64_t here = (uint64_t)MIN(most, UINT64_MAX);
        if (here < level ||
            (here == level && r < *ret_limit)) { /* whatever their order in `over` */
            level = here;
            *ret_limit = r;
        }
    }
    return level;
}

/* Who takes part is fed move by move, with its route; all else follows from it, but for the order
 * of `over`, which decides nothing. */
static const IvcStateField links_fields[] = {
    IVC_STATE(IvcLinks, topology, FIXED), IVC_STATE(IvcLinks, n, FIXED),
    IVC_STATE(IvcLinks, loads, OTHER),    IVC_STATE(IvcLinks, rising, FIXED),
    IVC_STATE(IvcLinks, used, FIXED),     IVC_STATE(IvcLinks, over, OTHER),
    IVC_STATE(IvcLinks, n_over, OTHER),   IVC_STATE(IvcLinks, route, FIXED),
    IVC_STATE(IvcLinks, uses, FIXED),     IVC_STATE(IvcLinks, n_uses, FIXED),
    IVC_STATE(IvcLinks, uses_max, FIXED), IVC_STATE(IvcLinks, uses_key, FIXED),
};

static const IvcStateField load_fields[] = {
    IVC_STATE(IvcLinkLoad, capacity, FIXED),
    IVC_STATE(IvcLinkLoad, asked, OTHER),
    IVC_STATE(IvcLinkLoad, over_at, OTHER),
    IVC_STATE(IvcLinkLoad, unused, FIXED),
};

static const IvcStateField class_links_fields[] = {
    IVC_STATE(IvcClassLinks, route, OTHER), IVC_STATE(IvcClassLinks, weight, OTHER),
    IVC_STATE(IvcClassLinks, uses, OTHER),  IVC_STATE(IvcClassLinks, n_uses, OTHER),
    IVC_STATE(IvcClassLinks, at, OTHER),    IVC_STATE(IvcClassLinks, weighed, OTHER),
};

static const IvcStateField route_fields[] = {
    IVC_STATE(IvcMoveRoute, node, PLAIN),
    IVC_STATE(IvcMoveRoute, read_node, PLAIN),
    IVC_STATE(IvcMoveRoute, write_node, PLAIN),
    IVC_STATE(IvcMoveRoute, demand, PLAIN),
};

const IvcStateTable ivc_links_state_tables[] = {
    IVC_STATE_TABLE(IvcLinks, links_fields),
    IVC_STATE_TABLE(IvcClassLinks, class_links_fields),
    IVC_STATE_TABLE(IvcMoveRoute, route_fields),
    IVC_STATE_TABLE(IvcLinkLoad, load_fields),
};
const size_t ivc_links_state_tables_n = G_N_ELEMENTS(ivc_links_state_tables);
