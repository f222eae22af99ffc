/* Sharing of ports, memories and links by copies with routes: at random, in random machines. After
 * every start and finish the speeds are max-min fair, equal to those of a filling that looks at
 * every copy and every resource, and nothing is asked of anything when all are gone. */
#include "models/cpu/sharing.h"
#include "tests/harness/points.h"

#define COPIES_MAX 24
#define RESOURCES_MAX 400
#define ROUTE_MAX 32

/* What a copy asks of each resource, and its weight there: found here without models/cpu/links.c.
 */
typedef struct {
    uint64_t demand[RESOURCES_MAX];
    IvcU128 weight[RESOURCES_MAX];
    uint64_t volume;
    uint64_t level; /* volume that it should get */
    bool fixed;
} Wanted;

typedef struct {
    IvcTopology topology;
    IvcLinkRates rates;
    uint32_t n_resources;
    uint64_t capacity[RESOURCES_MAX];
    IvcSharing sharing;
    IvcMove moves[COPIES_MAX];
    IvcMoveRoute routes[COPIES_MAX];
    Wanted wanted[COPIES_MAX];
    unsigned n;
    IvcTime now;
    unsigned limited;
} Crowd;

static uint64_t random_rate(GRand *rand, uint64_t low, uint64_t high)
{
    return low + (uint64_t)(g_rand_double(rand) * (double)(high - low));
}

static IvcTopology random_topology(GRand *rand)
{
    IvcMachineSpec spec = {
        .cores = 24,
        .interconnect_kind = g_rand_int_range(rand, IVC_INTERCONNECT_RING, 5),
        .interconnect_directions = g_rand_int_range(rand, 0, 2),
        .interconnect_columns = 1,
    };
    static const uint64_t nodes[] = {2, 4, 6, 8, 12, 24};
    spec.interconnect_nodes = nodes[g_rand_int_range(rand, 0, (int)G_N_ELEMENTS(nodes))];
    if (spec.interconnect_kind == IVC_INTERCONNECT_SOCKETS)
        spec.interconnect_nodes = MIN(spec.interconnect_nodes, 6);
    if (spec.interconnect_kind == IVC_INTERCONNECT_MESH)
        spec.interconnect_columns = g_rand_boolean(rand) ? 2 : spec.interconnect_nodes;
    ck_assert_int_eq(ivc_topology_check(&spec), IVC_TOPOLOGY_OK);
    return ivc_topology_make(&spec);
}

static void want(Wanted *wanted, uint32_t resource, uint64_t demand)
{
    wanted->demand[resource] += demand;
    wanted->weight[resource] += ((IvcU128)demand << 40) / wanted->volume;
}

static void want_way(const Crowd *crowd, Wanted *wanted, uint32_t from, uint32_t to, uint32_t far,
                     uint64_t demand)
{
    uint32_t links[ROUTE_MAX], n = ivc_topology_route(&crowd->topology, from, to, links);
    for (uint32_t l = 0; l < n; l++)
        want(wanted, 2 * crowd->topology.nodes + links[l], demand);
    if (from != to)
        want(wanted, far, demand);
}

static void random_copy(Crowd *crowd, GRand *rand, unsigned i)
{
    IvcMoveRoute *route = &crowd->routes[i];
    Wanted *wanted = &crowd->wanted[i];
    int nodes = (int)crowd->topology.nodes;
    uint64_t read = random_rate(rand, 1000000, 9000000000), write = read;
    if (g_rand_int_range(rand, 0, 3) == 0)
        write = random_rate(rand, 1000000, 9000000000);
    *route = (IvcMoveRoute){.node = (uint32_t)g_rand_int_range(rand, 0, nodes),
                            .read_node = (uint32_t)g_rand_int_range(rand, 0, nodes),
                            .write_node = (uint32_t)g_rand_int_range(rand, 0, nodes)};
    route->demand[IVC_PATH_PORT] = read + write;
    route->demand[IVC_PATH_READ] = read;
    route->demand[IVC_PATH_FETCH] = write;
    route->demand[IVC_PATH_BACK] = g_rand_boolean(rand) ? write : 0;
    route->demand[IVC_PATH_READ_MEMORY] = g_rand_boolean(rand) ? read : 0;
    route->demand[IVC_PATH_WRITE_MEMORY] = g_rand_boolean(rand) ? 2 * write : 0;
    crowd->moves[i] = (IvcMove){.n_pieces = 1, .routes = route};
    crowd->moves[i].pieces[0].demand[0] = read + write;
    *wanted = (Wanted){.volume = read + write};
    want(wanted, route->node, read + write);
    want_way(crowd, wanted, route->read_node, route->node, route->read_node, read);
    want_way(crowd, wanted, route->write_node, route->node, route->write_node, write);
    want_way(crowd, wanted, route->node, route->write_node, route->write_node,
             route->demand[IVC_PATH_BACK]);
    want(wanted, crowd->topology.nodes + route->read_node, route->demand[IVC_PATH_READ_MEMORY]);
    want(wanted, crowd->topology.nodes + route->write_node, route->demand[IVC_PATH_WRITE_MEMORY]);
}

static void crowd_init(Crowd *crowd, GRand *rand)
{
    const uint64_t unlimited[IVC_RESOURCES] = {0};
    *crowd = (Crowd){.n = (unsigned)g_rand_int_range(rand, 2, COPIES_MAX + 1),
                     .topology = random_topology(rand)};
    crowd->rates = (IvcLinkRates){.port = random_rate(rand, 5000000000, 60000000000),
                                  .memory = random_rate(rand, 2000000000, 40000000000),
                                  .link = random_rate(rand, 1000000000, 20000000000)};
    if (g_rand_int_range(rand, 0, 3) == 0)
        crowd->rates.port = 0;
    uint32_t nodes = crowd->topology.nodes;
    crowd->n_resources = 2 * nodes + ivc_topology_links(&crowd->topology);
    ck_assert_uint_le(crowd->n_resources, RESOURCES_MAX);
    for (uint32_t r = 0; r < crowd->n_resources; r++)
        crowd->capacity[r] = r < nodes       ? crowd->rates.port
                             : r < 2 * nodes ? crowd->rates.memory
                                             : crowd->rates.link;
    ivc_sharing_init(&crowd->sharing, unlimited, crowd->n,
                     ivc_links_new(&crowd->topology, &crowd->rates));
    for (unsigned i = 0; i < crowd->n; i++) {
        random_copy(crowd, rand, i);
        if (i > 0 && g_rand_int_range(rand, 0, 4) == 0) { /* a member of the same class */
            crowd->routes[i] = crowd->routes[i - 1];
            crowd->wanted[i] = crowd->wanted[i - 1];
            crowd->moves[i].pieces[0] = crowd->moves[i - 1].pieces[0];
        }
        crowd->moves[i].work = (IvcU128)g_rand_int_range(rand, 1, 2000000) * IVC_SPEED_FULL;
    }
}

/* The level that a resource allows to those who still rise; UINT64_MAX: it limits nobody. */
static uint64_t allowed(const Crowd *crowd, uint32_t r)
{
    IvcU128 used = 0, rising = 0, room = (IvcU128)crowd->capacity[r] << 40;
    for (unsigned i = 0; i < crowd->n; i++) {
        const Wanted *wanted = &crowd->wanted[i];
        if (crowd->moves[i].in && wanted->fixed)
            used += wanted->level * wanted->weight[r];
        else if (crowd->moves[i].in)
            rising += wanted->weight[r];
    }
    if (!crowd->capacity[r] || !rising)
        return UINT64_MAX;
    IvcU128 most = room > used ? (room - used) / rising : 0;
    return (uint64_t)MIN(most, UINT64_MAX);
}

/* Progressive filling, every copy and every resource by itself. */
static void fill(Crowd *crowd)
{
    for (unsigned i = 0; i < crowd->n; i++)
        crowd->wanted[i].fixed = false;
    for (;;) {
        uint64_t level = UINT64_MAX;
        uint32_t limit = 0;
        bool full_speed = false, any = false;
        for (uint32_t r = 0; r < crowd->n_resources; r++)
            if (allowed(crowd, r) < level) {
                level = allowed(crowd, r);
                limit = r;
            }
        for (unsigned i = 0; i < crowd->n; i++) {
            Wanted *wanted = &crowd->wanted[i];
            if (!crowd->moves[i].in || wanted->fixed || wanted->volume > level)
                continue;
            wanted->fixed = full_speed = true;
            wanted->level = wanted->volume;
        }
        if (full_speed)
            continue;
        for (unsigned i = 0; i < crowd->n; i++) {
            Wanted *wanted = &crowd->wanted[i];
            if (!crowd->moves[i].in || wanted->fixed || !wanted->weight[limit])
                continue;
            wanted->fixed = any = true;
            wanted->level = MAX(level, 1);
        }
        if (!any)
            return;
    }
}

static long double rate_of(const Crowd *crowd, unsigned i)
{
    return (long double)crowd->moves[i].in->speed / IVC_SPEED_FULL *
           (long double)crowd->wanted[i].volume;
}

static long double load_of(const Crowd *crowd, uint32_t r)
{
    long double load = 0;
    for (unsigned i = 0; i < crowd->n; i++)
        if (crowd->moves[i].in)
            load += (long double)crowd->moves[i].in->speed / IVC_SPEED_FULL *
                    (long double)crowd->wanted[i].demand[r];
    return load;
}

/* Max-min: a copy below its full speed uses a full resource where nobody gets more than it. */
static void check_fair(Crowd *crowd)
{
    for (uint32_t r = 0; r < crowd->n_resources; r++)
        ck_assert(!crowd->capacity[r] ||
                  load_of(crowd, r) <= (long double)crowd->capacity[r] * (1 + 1e-12L));
    for (unsigned i = 0; i < crowd->n; i++) {
        if (!crowd->moves[i].in || crowd->moves[i].in->speed == IVC_SPEED_FULL)
            continue;
        bool held = false;
        for (uint32_t r = 0; r < crowd->n_resources && !held; r++) {
            if (!crowd->wanted[i].weight[r] || !crowd->capacity[r])
                continue;
            held = load_of(crowd, r) >= (long double)crowd->capacity[r] * (1 - 1e-5L);
            for (unsigned k = 0; k < crowd->n && held; k++)
                if (crowd->moves[k].in && crowd->wanted[k].weight[r])
                    held = rate_of(crowd, k) <= rate_of(crowd, i) * (1 + 1e-5L);
        }
        ck_assert_msg(held, "copy %u is slow for no reason", i);
        crowd->limited++;
    }
}

static void check_speeds(Crowd *crowd)
{
    fill(crowd);
    for (unsigned i = 0; i < crowd->n; i++) {
        const Wanted *wanted = &crowd->wanted[i];
        if (!crowd->moves[i].in)
            continue;
        IvcU128 speed = ((IvcU128)MIN(wanted->level, wanted->volume) << 31) / wanted->volume;
        ck_assert_uint_eq(crowd->moves[i].in->speed, (uint32_t)MAX(speed, 1));
    }
    check_fair(crowd);
}

/* Somebody comes, or goes; whether there was room for him must agree with what he then gets. */
static void crowd_step(Crowd *crowd, GRand *rand)
{
    unsigned i = (unsigned)g_rand_int_range(rand, 0, (int)crowd->n);
    IvcMove *move = &crowd->moves[i];
    crowd->now += (IvcTime)g_rand_int_range(rand, 0, 300);
    if (move->in) {
        (void)ivc_sharing_leave(&crowd->sharing, move, crowd->now);
        move->work = (IvcU128)1000000 * IVC_SPEED_FULL;
        return;
    }
    bool room = ivc_sharing_has_room(&crowd->sharing, move);
    bool limited = crowd->sharing.limited;
    (void)ivc_sharing_join(&crowd->sharing, move, crowd->now);
    if (!limited)
        ck_assert_int_eq(room, !crowd->sharing.limited);
    else if (room)
        ck_assert_uint_eq(move->in->speed, IVC_SPEED_FULL);
}

static void crowd_empty(Crowd *crowd)
{
    const IvcLinks *links = crowd->sharing.links;
    for (unsigned i = 0; i < crowd->n; i++)
        if (crowd->moves[i].in)
            (void)ivc_sharing_leave(&crowd->sharing, &crowd->moves[i], crowd->now);
    ck_assert_uint_eq(crowd->sharing.n_classes, 0);
    ck_assert_uint_eq(links->n_over, 0);
    for (uint32_t r = 0; r < links->n; r++)
        ck_assert(links->loads[r].asked == 0 && links->loads[r].over_at == 0);
    ivc_sharing_clear(&crowd->sharing);
}

START_TEST(test_random_crowds_are_fair)
{
    uint32_t seed = points_seed("test_links", 3), only = points_only_case();
    unsigned limited = 0;
    for (uint32_t i = 0; i < 150; i++) {
        if (only != UINT32_MAX && i != only)
            continue;
        GRand *rand = g_rand_new_with_seed_array((const guint32[]){seed, i}, 2);
        Crowd *crowd = g_new(Crowd, 1);
        crowd_init(crowd, rand);
        for (int s = 0; s < 60; s++) {
            crowd_step(crowd, rand);
            check_speeds(crowd);
        }
        limited += crowd->limited;
        crowd_empty(crowd);
        g_free(crowd);
        g_rand_free(rand);
    }
    ck_assert_msg(only != UINT32_MAX || limited > 10000, "limited %u times only", limited);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("links");
    TCase *tests = tcase_create("links");
    tcase_add_test(tests, test_random_crowds_are_fair);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
