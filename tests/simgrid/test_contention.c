/* Contention, checked by other people's code: random sets of copies over shared resources, by
 * agents on the cores of a machine as in every simulation, and as flows of SimGrid. Each piece of
 * each copy must be over at the same time.
 *
 * A machine has one node (interconnect and memory controller) or several (ports, memories, links);
 * of the latter 1 to 8 are limited. A copy's demand of a resource is a whole number of times its
 * volume over `scale`, so that a flow of SimGrid can pass a link that often.
 *
 * Where the two differ by design: a class's speed is a whole multiple of 2^-31 of full speed, and
 * an end a whole picosecond. So copies here get no less than some 1,500th of their full speed. */
#include "models/cpu/ways.h"
#include "tests/harness/check.h"
#include "tests/harness/lab.h"
#include "tests/simgrid/oracle.h"

#include <math.h>

#define CASES 10000
#ifdef IVC_SANITIZED
#define CASES_HERE 100
#else
#define CASES_HERE CASES
#endif
#define FLOWS_MAX 64
#define PIECES_MAX IVC_MOVE_PIECES
#define RESOURCES_MAX 128
#define LIMITED_MAX 8
#define RATE_SHIFT 6
#define TOLERANCE 1e-6L

typedef struct {
    IvcTime alone_ps;
    uint64_t volume; /* bytes per second, 0: it uses nothing that is shared */
    IvcMovePiece piece;
    IvcMoveRoute route;
    uint32_t times[RESOURCES_MAX]; /* of each resource, in 1/scale of the volume */
    IvcTime ended_ps; /* here; 0: not known, a move of several pieces says only its end */
    double ended;     /* there */
} Piece;

typedef struct {
    IvcAgent agent;
    IvcLabel label;
    IvcTime start_ps;
    bool apart; /* each piece is a copy of its own */
    uint32_t n, at;
    Piece pieces[PIECES_MAX];
} Flow;

typedef struct {
    IvcMachineSpec spec;
    IvcTopology topology;
    bool linked;
    uint32_t n_resources;
    uint64_t capacity[RESOURCES_MAX]; /* bytes per second; 0: unlimited */
    uint32_t limited[LIMITED_MAX];
    uint32_t n_limited;
    uint32_t scale;
    uint32_t n_flows;
    Flow flows[FLOWS_MAX];
} Case;

/* ---- random cases ---- */

static uint64_t random_log(GRand *rand, double low, double high)
{
    return (uint64_t)(low * pow(high / low, g_rand_double(rand)));
}

static uint32_t random_upto(GRand *rand, uint32_t n)
{
    return (uint32_t)g_rand_int_range(rand, 0, (int)n);
}

static void random_machine(Case *c, GRand *rand)
{
    static const uint64_t nodes[] = {2, 2, 4, 8};
    c->spec = lab_machine(FLOWS_MAX);
    c->linked = random_upto(rand, 3) != 0;
    c->n_resources = IVC_RESOURCES;
    if (c->linked) {
        c->spec.interconnect_kind = g_rand_int_range(rand, IVC_INTERCONNECT_RING, 5);
        c->spec.interconnect_directions = (int)random_upto(rand, 2);
        c->spec.interconnect_nodes = nodes[random_upto(rand, G_N_ELEMENTS(nodes))];
        c->spec.interconnect_columns = c->spec.interconnect_kind == IVC_INTERCONNECT_MESH ? 2 : 1;
    } else {
        c->spec.interconnect_nodes = c->spec.interconnect_columns = 1;
    }
    ck_assert(ivc_topology_check(&c->spec) == IVC_TOPOLOGY_OK);
    c->topology = ivc_topology_make(&c->spec);
    if (c->linked)
        c->n_resources = 2 * c->topology.nodes + ivc_topology_links(&c->topology);
    ck_assert(c->n_resources <= RESOURCES_MAX);
}

static uint32_t port_of(uint32_t node)
{
    return node;
}

static uint32_t memory_of(const Case *c, uint32_t node)
{
    return c->topology.nodes + node;
}

/* A way over links and the port at its far end. */
static void add_way(const Case *c, Piece *piece, uint32_t from, uint32_t to, uint32_t far,
                    uint32_t times)
{
    uint32_t links[RESOURCES_MAX], n = ivc_topology_route(&c->topology, from, to, links);
    for (uint32_t l = 0; l < n; l++)
        piece->times[2 * c->topology.nodes + links[l]] += times;
    if (from != to)
        piece->times[port_of(far)] += times;
}

/* A copy in a machine of several nodes: it reads some bytes, and writes the rest. */
static void random_route(const Case *c, Piece *piece, uint64_t unit, GRand *rand)
{
    IvcMoveRoute *route = &piece->route;
    uint32_t read = random_upto(rand, c->scale + 1), write = c->scale - read;
    uint32_t back = random_upto(rand, 2) * write;
    uint32_t read_memory = random_upto(rand, 2) * read, write_memory = 2 * back;
    route->node = random_upto(rand, c->topology.nodes);
    route->read_node = random_upto(rand, c->topology.nodes);
    route->write_node = random_upto(rand, c->topology.nodes);
    route->demand[IVC_PATH_PORT] = piece->volume;
    route->demand[IVC_PATH_READ] = read * unit;
    route->demand[IVC_PATH_FETCH] = write * unit;
    route->demand[IVC_PATH_BACK] = back * unit;
    route->demand[IVC_PATH_READ_MEMORY] = read_memory * unit;
    route->demand[IVC_PATH_WRITE_MEMORY] = write_memory * unit;
    piece->times[port_of(route->node)] += c->scale;
    add_way(c, piece, route->read_node, route->node, route->read_node, read);
    add_way(c, piece, route->write_node, route->node, route->write_node, write);
    add_way(c, piece, route->node, route->write_node, route->write_node, back);
    piece->times[memory_of(c, route->read_node)] += read_memory;
    piece->times[memory_of(c, route->write_node)] += write_memory;
}

static void random_piece(const Case *c, Piece *piece, GRand *rand)
{
    uint64_t unit = random_log(rand, 1e8, 4e10) / c->scale;
    *piece = (Piece){.alone_ps = random_log(rand, 1e7, 1e10)};
    piece->piece.alone_ps = piece->alone_ps;
    if (random_upto(rand, 16) == 0) /* its lines are in its own caches */
        return;
    piece->volume = unit * c->scale;
    if (c->linked) {
        random_route(c, piece, unit, rand);
        piece->piece.demand[0] = piece->volume;
        return;
    }
    bool only_memory = random_upto(rand, 8) == 0;
    piece->times[0] = only_memory ? 0 : c->scale;
    piece->times[1] = only_memory ? c->scale : random_upto(rand, 2 * c->scale + 1);
    for (size_t r = 0; r < IVC_RESOURCES; r++)
        piece->piece.demand[r] = piece->times[r] * unit;
}

static void random_flows(Case *c, GRand *rand)
{
    double span = g_rand_boolean(rand) ? 1e10 : 1e11;
    bool together = random_upto(rand, 4) == 0;
    c->n_flows = 1 + (uint32_t)(63.999 * pow(g_rand_double(rand), 2));
    for (uint32_t f = 0; f < c->n_flows; f++) {
        Flow *flow = &c->flows[f];
        flow->start_ps = together ? 0 : (IvcTime)(span * pow(g_rand_double(rand), 2));
        flow->apart = random_upto(rand, 2);
        flow->n = 1 + random_upto(rand, 2) * random_upto(rand, PIECES_MAX);
        for (uint32_t p = 0; p < flow->n; p++)
            random_piece(c, &flow->pieces[p], rand);
        /* Members of one class: the same demands on the same way, another length. */
        if (f > 0 && random_upto(rand, 3) == 0) {
            flow->pieces[0] = c->flows[f - 1].pieces[0];
            flow->pieces[0].alone_ps = random_log(rand, 1e7, 1e10);
            flow->pieces[0].piece.alone_ps = flow->pieces[0].alone_ps;
        }
    }
}

/* 1 to 8 resources are limited: rather those that somebody asks for. */
static void random_limits(Case *c, GRand *rand)
{
    uint32_t wanted = 1 + random_upto(rand, MIN(LIMITED_MAX, c->n_resources));
    for (uint32_t tries = 0; tries < 400 && c->n_limited < wanted; tries++) {
        uint32_t r = random_upto(rand, c->n_resources);
        const Flow *flow = &c->flows[random_upto(rand, c->n_flows)];
        if (c->capacity[r] || (tries < 300 && !flow->pieces[0].times[r]))
            continue;
        c->capacity[r] = random_log(rand, 4e9, 4e11);
        c->limited[c->n_limited++] = r;
    }
}

static Case *random_case(uint32_t seed, uint32_t i)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed_array((const guint32[]){seed, i}, 2);
    Case *c = g_new0(Case, 1);
    random_machine(c, rand);
    c->scale = 1 + random_upto(rand, 6);
    random_flows(c, rand);
    random_limits(c, rand);
    return c;
}

/* ---- here ---- */

/* Begins the copy of one piece, or of all. */
static bool copy(Flow *flow)
{
    IvcMove *move = &flow->agent.move;
    uint32_t first = flow->apart ? flow->at : 0;
    move->n_pieces = flow->apart ? 1 : flow->n;
    for (uint32_t p = 0; p < move->n_pieces; p++) {
        move->pieces[p] = flow->pieces[first + p].piece;
        if (move->routes)
            move->routes[p] = flow->pieces[first + p].route;
    }
    return ivc_move(&flow->agent, 1);
}

static IvcStep flow_step(IvcAgent *agent)
{
    Flow *flow = (Flow *)((char *)agent - offsetof(Flow, agent));
    IVC_BEGIN(flow);
    IVC_AWAIT(flow, ivc_spend(agent, flow->start_ps, 0));
    for (flow->at = flow->apart ? 0 : flow->n - 1; flow->at < flow->n; flow->at++) {
        IVC_AWAIT(flow, copy(flow));
        flow->pieces[flow->at].ended_ps = agent->sim->now;
    }
    IVC_END(flow);
}

static void simulate(Case *c, const uint64_t *capacity)
{
    Lab lab;
    IvcMemory *memory = ivc_memory_new(&c->spec);
    lab_init(&lab, FLOWS_MAX, memory);
    for (uint32_t r = 0; r < c->n_resources; r++)
        *(c->linked ? &memory->sharing.links->loads[r].capacity : &memory->sharing.capacity[r]) =
            capacity[r];
    for (uint32_t f = 0; f < c->n_flows; f++) {
        Flow *flow = &c->flows[f];
        flow->label = 0;
        ivc_agent_init(&flow->agent, f, "flow", &lab.cores.items[f], IVC_PRIORITY_PROCESS,
                       flow_step);
        flow->agent.move.routes = c->linked ? ivc_way_routes(memory) : NULL;
        ivc_agent_start(&flow->agent);
    }
    ck_assert(ivc_sim_run(&lab.sim) == IVC_STOP_NONE);
    ck_assert(memory->sharing.n == 0);
    lab_clear(&lab);
}

/* ---- there ---- */

static void append_rate(GString *text, uint64_t bytes_per_second)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    double rate = (double)bytes_per_second / (1 << RATE_SHIFT);
    g_string_append_printf(text, " %s", g_ascii_dtostr(digits, sizeof digits, rate));
}

/* A picosecond is a unit of time; a rate is in 64 bytes per second, so that amounts are below 2^63.
 */
static void append_piece(GString *text, const Case *c, const Piece *piece)
{
    uint64_t volume = MAX(piece->volume, 1 << RATE_SHIFT);
    uint64_t amount = (uint64_t)((IvcU128)piece->alone_ps * volume >> RATE_SHIFT);
    uint32_t uses = 0;
    for (uint32_t l = 0; l < c->n_limited; l++)
        uses += piece->times[c->limited[l]] > 0;
    g_string_append_printf(text, "piece %" G_GUINT64_FORMAT, amount);
    append_rate(text, volume);
    g_string_append_printf(text, " %u", uses);
    for (uint32_t l = 0; l < c->n_limited; l++)
        if (piece->times[c->limited[l]])
            g_string_append_printf(text, " %u %u", l, piece->times[c->limited[l]]);
    g_string_append_c(text, '\n');
}

static void ask(Case *c, IvcSimgrid *simgrid)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    double ended[FLOWS_MAX * PIECES_MAX];
    size_t n = 0;
    g_string_append_printf(text, "flows %u %u\n", c->n_limited, c->n_flows);
    for (uint32_t l = 0; l < c->n_limited; l++) {
        g_string_append(text, "link");
        append_rate(text, c->capacity[c->limited[l]] * c->scale);
        g_string_append_c(text, '\n');
    }
    for (uint32_t f = 0; f < c->n_flows; f++) {
        const Flow *flow = &c->flows[f];
        g_string_append_printf(text, "flow %" G_GUINT64_FORMAT " %u\n", flow->start_ps, flow->n);
        for (uint32_t p = 0; p < flow->n; p++)
            append_piece(text, c, &flow->pieces[p]);
        n += flow->n;
    }
    ck_assert_msg(ivc_simgrid_ask(simgrid, text->str, n, ended, &error), "%s\n%s",
                  error ? error->message : "", text->str);
    n = 0;
    for (uint32_t f = 0; f < c->n_flows; f++)
        for (uint32_t p = 0; p < c->flows[f].n; p++)
            c->flows[f].pieces[p].ended = ended[n++];
}

/* ---- compared ---- */

typedef struct {
    uint64_t pieces;
    uint64_t slowed; /* by others, by a tenth or more */
    long double worst;
    uint32_t flow, piece;
} Found;

/* The error of an end is relative to the time since the flow began, and to a hundredth of that
 * since the first did: those that it shares with have begun and ended a little late, too. */
static void compare(const Case *c, Found *found)
{
    for (uint32_t f = 0; f < c->n_flows; f++) {
        const Flow *flow = &c->flows[f];
        long double alone = 0;
        for (uint32_t p = 0; p < flow->n; p++) {
            const Piece *piece = &flow->pieces[p];
            alone += (long double)piece->alone_ps;
            long double took = (long double)piece->ended - (long double)flow->start_ps;
            if (!piece->ended_ps)
                continue;
            long double late = fabsl((long double)piece->ended_ps - (long double)piece->ended);
            long double error = late / (took + (long double)piece->ended / 100);
            found->pieces++;
            found->slowed += took > alone * 1.1L;
            if (error > found->worst) {
                found->worst = error;
                found->flow = f;
                found->piece = p;
            }
        }
    }
}

START_TEST(test_random_copies_end_as_in_simgrid)
{
    uint32_t seed = points_seed("simgrid_contention", 6), only = points_only_case();
    g_autoptr(IvcSimgrid) simgrid = oracle_start();
    Found all = {0};
    for (uint32_t i = 0; i < CASES_HERE; i++) {
        if (only != UINT32_MAX && i != only)
            continue;
        g_autofree Case *c = random_case(seed, i);
        Found found = {0};
        simulate(c, c->capacity);
        ask(c, simgrid);
        compare(c, &found);
        const Piece *piece = &c->flows[found.flow].pieces[found.piece];
        ck_assert_msg(found.worst <= TOLERANCE,
                      "case %u: piece %u of flow %u is over at %" G_GUINT64_FORMAT
                      " ps, in SimGrid at %.3f: %.2Le of that",
                      i, found.piece, found.flow, piece->ended_ps, piece->ended, found.worst);
        all.pieces += found.pieces;
        all.slowed += found.slowed;
        all.worst = fmaxl(all.worst, found.worst);
    }
    printf("SimGrid %s, %u cases: %" G_GUINT64_FORMAT " copies, %" G_GUINT64_FORMAT
           " of them slowed by a tenth or more; largest relative error %.2Le\n",
           ivc_simgrid_version(simgrid), CASES_HERE, all.pieces, all.slowed, all.worst);
    ck_assert(only != UINT32_MAX || all.slowed > all.pieces / 5);
}
END_TEST

/* A resource with 20 millionths more than it has is found wherever it slows a copy by a tenth. */
START_TEST(test_a_wrong_share_is_found)
{
    uint32_t seed = points_seed("simgrid_contention", 6), slowed = 0, seen = 0;
    g_autoptr(IvcSimgrid) simgrid = oracle_start();
    for (uint32_t i = 0; i < 100; i++) {
        g_autofree Case *c = random_case(seed, i);
        uint64_t wrong[RESOURCES_MAX];
        Found found = {0}, broken = {0};
        memcpy(wrong, c->capacity, sizeof wrong);
        for (uint32_t l = 0; l < c->n_limited; l++)
            wrong[c->limited[l]] += wrong[c->limited[l]] / 50000;
        ask(c, simgrid);
        simulate(c, c->capacity);
        compare(c, &found);
        simulate(c, wrong);
        compare(c, &broken);
        slowed += found.slowed > 0;
        seen += found.slowed > 0 && broken.worst > TOLERANCE;
    }
    ck_assert_uint_gt(slowed, 40);
    ck_assert_uint_eq(seen, slowed);
}
END_TEST

int main(int argc, char **argv)
{
    TCase *tests = tcase_create("contention");
    tcase_add_test(tests, test_random_copies_end_as_in_simgrid);
    tcase_add_test(tests, test_a_wrong_share_is_found);
    return oracle_main(argc, argv, tests, "contention");
}
