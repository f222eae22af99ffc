/* Nodes and links: routes, what hops add to a copy (to the picosecond), links and memories that are
 * full, and what is wrong with an interconnect. */
#include "models/cpu/ways.h"
#include "tests/harness/lab.h"

#define CYCLE 1000 /* ps, of lab_machine() */
#define HOP 7      /* cycles a line and link */
#define ROUTE_MAX 64

static IvcMachineSpec machine(IvcInterconnectKind kind, uint64_t nodes, uint64_t columns)
{
    IvcMachineSpec spec = lab_machine(nodes);
    spec.interconnect_kind = (int)kind;
    spec.interconnect_nodes = nodes;
    spec.interconnect_columns = columns;
    spec.interconnect_hop = (IvcCost){.n = HOP};
    spec.interconnect_link = (IvcBitRate){UINT64_C(800000000000000)};
    return spec;
}

static IvcTopology topology(IvcInterconnectKind kind, uint64_t nodes, uint64_t columns)
{
    IvcMachineSpec spec = machine(kind, nodes, columns);
    return ivc_topology_make(&spec);
}

static void check_route(const IvcTopology *t, uint32_t from, uint32_t to, const char *expected)
{
    uint32_t links[ROUTE_MAX], n = ivc_topology_route(t, from, to, links);
    g_autoptr(GString) text = g_string_new(NULL);
    for (uint32_t l = 0; l < n; l++)
        g_string_append_printf(text, "%u ", links[l]);
    ck_assert_str_eq(text->str, expected);
    ck_assert_uint_eq(n, ivc_topology_hops(t, from, to));
}

START_TEST(test_routes)
{
    IvcTopology ring = topology(IVC_INTERCONNECT_RING, 6, 1);
    check_route(&ring, 1, 3, "2 4 ");    /* upwards: even links */
    check_route(&ring, 0, 5, "1 ");      /* the shorter way back: odd ones */
    check_route(&ring, 5, 1, "10 0 ");   /* over the seam */
    check_route(&ring, 4, 1, "8 10 0 "); /* as far both ways: upwards */
    check_route(&ring, 2, 2, "");
    /* 6 by 4, like the SCC: east is 4n, west 4n + 1, south 4n + 2, north 4n + 3. */
    IvcTopology mesh = topology(IVC_INTERCONNECT_MESH, 24, 6);
    check_route(&mesh, 0, 14, "0 4 10 34 "); /* to row 2, column 2: the row first */
    check_route(&mesh, 14, 0, "57 53 51 27 ");
    check_route(&mesh, 18, 5, "72 76 80 84 88 95 71 47 ");
    IvcTopology sockets = topology(IVC_INTERCONNECT_SOCKETS, 3, 1);
    check_route(&sockets, 0, 2, "2 ");
    check_route(&sockets, 2, 0, "6 ");
    IvcTopology bus = topology(IVC_INTERCONNECT_BUS, 8, 1);
    ck_assert_uint_eq(bus.nodes, 1);
    ck_assert_uint_eq(ivc_topology_links(&bus), 0);
}
END_TEST

/* Every route of many machines: its links exist, none twice, as many as the hops; the way back has
 * others, and where directions share them the same ones, if it goes the same way: not half around a
 * ring, which goes upwards from either end, and not around a corner of a mesh. */
START_TEST(test_all_routes)
{
    for (uint64_t nodes = 2; nodes <= 16; nodes++)
        for (int kind = IVC_INTERCONNECT_RING; kind <= IVC_INTERCONNECT_SOCKETS; kind++)
            for (int shared = IVC_LINK_DUPLEX; shared <= IVC_LINK_SHARED; shared++) {
                uint64_t columns = nodes % 4 == 0 ? 4 : nodes % 3 == 0 ? 3 : 1;
                IvcTopology t = topology((IvcInterconnectKind)kind, nodes, columns);
                uint32_t links[ROUTE_MAX], back[ROUTE_MAX];
                t.directions = shared;
                for (uint32_t from = 0; from < nodes; from++)
                    for (uint32_t to = 0; to < nodes; to++) {
                        uint32_t n = ivc_topology_route(&t, from, to, links), same = 0;
                        IvcTopologyPlace a = ivc_topology_place(&t, from);
                        IvcTopologyPlace b = ivc_topology_place(&t, to);
                        ck_assert_uint_eq(n, ivc_topology_hops(&t, from, to));
                        ck_assert_uint_eq(
                            n, ivc_topology_apart(ivc_topology_metric(&t), a.x, a.y, b.x, b.y));
                        ck_assert_uint_eq(n, ivc_topology_route(&t, to, from, back));
                        ck_assert_uint_le(n, ivc_topology_hops_max(&t));
                        for (uint32_t l = 0; l < n; l++) {
                            ck_assert_uint_lt(links[l], ivc_topology_links(&t));
                            for (uint32_t k = 0; k < n; k++) {
                                ck_assert(k == l || links[k] != links[l]);
                                same += links[l] == back[k];
                            }
                        }
                        if (!shared)
                            ck_assert_uint_eq(same, 0);
                        else if (kind == IVC_INTERCONNECT_SOCKETS ||
                                 (kind == IVC_INTERCONNECT_RING && 2 * n != nodes) ||
                                 (kind == IVC_INTERCONNECT_MESH && n == 1))
                            ck_assert_uint_eq(same, n);
                    }
            }
}
END_TEST

START_TEST(test_places)
{
    IvcMachineSpec spec = machine(IVC_INTERCONNECT_MESH, 24, 6);
    spec.cores = 48;
    spec.memory_at = IVC_MEMORY_AT_CORNERS;
    IvcTopology mesh = ivc_topology_make(&spec);
    ck_assert_uint_eq(ivc_topology_node(&mesh, 0), 0);
    ck_assert_uint_eq(ivc_topology_node(&mesh, 1), 0);
    ck_assert_uint_eq(ivc_topology_node(&mesh, 47), 23);
    static const uint32_t near[][2] = {{0, 0}, {2, 0}, {3, 5}, {8, 0}, {12, 18}, {15, 23}};
    for (size_t i = 0; i < G_N_ELEMENTS(near); i++)
        ck_assert_uint_eq(ivc_topology_memory(&mesh, near[i][0]), near[i][1]);
    mesh.memory_at = IVC_MEMORY_AT_FIRST;
    ck_assert_uint_eq(ivc_topology_memory(&mesh, 15), 0);
    mesh.memory_at = IVC_MEMORY_AT_NODES;
    ck_assert_uint_eq(ivc_topology_memory(&mesh, 15), 15);
    IvcTopology ring = topology(IVC_INTERCONNECT_RING, 8, 1);
    ring.memory_at = IVC_MEMORY_AT_CORNERS;
    static const uint32_t ends[] = {0, 0, 0, 4, 4, 4, 0, 0};
    for (uint32_t n = 0; n < 8; n++)
        ck_assert_uint_eq(ivc_topology_memory(&ring, n), ends[n]);
}
END_TEST

/* Runs one read of `bytes` from memory on each of the given cores at once, the buffers being in the
 * memory of core `homes[i]` (-1: first touch); sets when each was over. */
static void reads(const IvcMachineSpec *spec, const int32_t *homes, const uint32_t *cores,
                  uint32_t n, uint64_t bytes, IvcTime *ret_ends)
{
    Lab lab;
    LabAgent agents[4] = {0};
    IvcBuffer buffers[4];
    lab_init(&lab, (uint32_t)spec->cores, ivc_memory_new(spec));
    for (uint32_t i = 0; i < n; i++) {
        ivc_buffer_init(&buffers[i], i + 1, bytes);
        if (homes[i] >= 0)
            ivc_buffer_place(lab.cores.memory, &buffers[i], (uint32_t)homes[i]);
        agents[i].ops[0] = (LabOp){.kind = LAB_COPY, .from = &buffers[i], .bytes = bytes};
        lab_start(&lab, &agents[i], i + 1, cores[i], IVC_PRIORITY_PROCESS);
    }
    lab_run(&lab);
    for (uint32_t i = 0; i < n; i++)
        ret_ends[i] = agents[i].ended_ps[0];
    lab_clear(&lab);
}

static IvcTime one_read(const IvcMachineSpec *spec, int32_t home, uint32_t core)
{
    IvcTime end;
    reads(spec, &home, &core, 1, 640, &end);
    return end;
}

/* 10 lines: set-up 10, 80 words, each line 100 from memory, and 7 for each link. */
static IvcTime read_with_hops(uint32_t hops)
{
    return (10 + 80 + 10 * (100 + HOP * hops)) * CYCLE;
}

START_TEST(test_hops_add_up)
{
    static const uint32_t hops[] = {0, 1, 2, 3, 4, 3, 2, 1};
    IvcMachineSpec ring = machine(IVC_INTERCONNECT_RING, 8, 1);
    for (uint32_t core = 0; core < 8; core++) {
        ck_assert_uint_eq(one_read(&ring, -1, core), read_with_hops(0)); /* first touch */
        ck_assert_uint_eq(one_read(&ring, 0, core), read_with_hops(hops[core]));
    }
    ring.memory_at = IVC_MEMORY_AT_FIRST;
    for (uint32_t core = 0; core < 8; core++)
        ck_assert_uint_eq(one_read(&ring, -1, core), read_with_hops(hops[core]));
    IvcMachineSpec mesh = machine(IVC_INTERCONNECT_MESH, 24, 6);
    for (uint32_t core = 0; core < 24; core++) {
        uint32_t row = core / 6, column = core % 6; /* node 8 is row 1, column 2 */
        uint32_t far = (row > 1 ? row - 1 : 1 - row) + (column > 2 ? column - 2 : 2 - column);
        ck_assert_uint_eq(one_read(&mesh, 8, core), read_with_hops(far));
    }
    IvcMachineSpec sockets = machine(IVC_INTERCONNECT_SOCKETS, 2, 1);
    ck_assert_uint_eq(one_read(&sockets, 0, 0), read_with_hops(0));
    ck_assert_uint_eq(one_read(&sockets, 0, 1), read_with_hops(1));
    ck_assert_uint_eq(one_read(&sockets, 1, 0), read_with_hops(1));
    IvcMachineSpec bus = lab_machine(8); /* there is nothing to cross, whatever a hop costs */
    bus.interconnect_hop = (IvcCost){.n = HOP};
    ck_assert_uint_eq(one_read(&bus, 0, 5), read_with_hops(0));
}
END_TEST

/* What another core wrote comes from its node when its caches have it, also in a copy that goes on
 * later; the earlier part, which they have lost, from the node of the memory. */
START_TEST(test_bytes_of_another_core)
{
    IvcMachineSpec ring = machine(IVC_INTERCONNECT_RING, 8, 1);
    Lab lab;
    LabAgent agents[2] = {0};
    IvcBuffer buffer;
    ring.cache_scope[1] = IVC_CACHE_NONE; /* L1 alone, 4 KiB */
    lab_init(&lab, 8, ivc_memory_new(&ring));
    ivc_buffer_init(&buffer, 1, 8192);
    ivc_buffer_place(lab.cores.memory, &buffer, 1); /* where the reader is */
    agents[0].ops[0] = (LabOp){.kind = LAB_COPY, .to = &buffer, .bytes = 8192};
    agents[1].ops[0] = (LabOp){.kind = LAB_RUN, .time_ps = UINT64_C(1000000000)};
    agents[1].ops[1] = (LabOp){.kind = LAB_COPY, .from = &buffer, .bytes = 6144};
    agents[1].ops[2] = (LabOp){.kind = LAB_COPY, .from = &buffer, .from_at = 6144, .bytes = 2048};
    lab_start(&lab, &agents[0], 1, 3, IVC_PRIORITY_PROCESS);
    lab_start(&lab, &agents[1], 2, 1, IVC_PRIORITY_PROCESS);
    lab_run(&lab);
    ck_assert_uint_eq(agents[0].ended_ps[0], (10 + 1024 + 128 * (60 + 2 * HOP)) * CYCLE);
    IvcTime first = agents[1].ended_ps[1] - agents[1].ended_ps[0];
    IvcTime second = agents[1].ended_ps[2] - agents[1].ended_ps[1];
    ck_assert_uint_eq(first, (10 + 768 + 64 * 100 + 32 * (50 + 2 * HOP)) * CYCLE);
    ck_assert_uint_eq(second, (10 + 256 + 32 * (50 + 2 * HOP)) * CYCLE);
    lab_clear(&lab);
}
END_TEST

/* What a copy of 100 lines moves over which path, by where its lines are. */
START_TEST(test_paths)
{
    static const struct {
        uint8_t level;
        bool write, through;
        uint64_t bytes[IVC_PATHS]; /* read, fetch, back, memory at either end */
    } cases[] = {
        {IVC_LEVEL_L1, false, false, {0}},
        {IVC_LEVEL_L2, false, false, {[IVC_PATH_READ] = 6400}},
        {IVC_LEVEL_OTHER, false, false, {[IVC_PATH_READ] = 6400}},
        {IVC_LEVEL_MEMORY, false, false, {[IVC_PATH_READ] = 6400, [IVC_PATH_READ_MEMORY] = 6400}},
        {IVC_LEVEL_L1, true, false, {0}},
        {IVC_LEVEL_L1, true, true, {[IVC_PATH_BACK] = 6390}},
        {IVC_LEVEL_L2, true, false, {[IVC_PATH_FETCH] = 6400}},
        {IVC_LEVEL_OTHER, true, false, {[IVC_PATH_FETCH] = 6400}},
        {IVC_LEVEL_L2, true, true, {[IVC_PATH_BACK] = 6400}},
        {IVC_LEVEL_MEMORY, true, true, {[IVC_PATH_BACK] = 6400, [IVC_PATH_WRITE_MEMORY] = 12800}},
        {IVC_LEVEL_MEMORY,
         true,
         false,
         {[IVC_PATH_FETCH] = 6400, [IVC_PATH_BACK] = 6400, [IVC_PATH_WRITE_MEMORY] = 12800}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        IvcMachineSpec spec = machine(IVC_INTERCONNECT_RING, 8, 1);
        spec.l1_write = cases[i].through ? IVC_WRITE_THROUGH : IVC_WRITE_BACK;
        IvcMemory *memory = ivc_memory_new(&spec);
        IvcMoveRoute route = {.node = 5};
        bool nothing = cases[i].level == IVC_LEVEL_L1 && !cases[i].through;
        IvcU128 stall = ivc_way_add(memory, 2, cases[i].level, 6390, cases[i].write, &route);
        ck_assert_mem_eq(route.demand, cases[i].bytes, sizeof route.demand);
        ck_assert(stall == (nothing ? 0 : (IvcU128)100 * 3 * memory->hop));
        ck_assert_uint_eq(cases[i].write ? route.write_node : route.read_node, nothing ? 0 : 2);
        IvcMovePiece piece = {.alone_ps = UINT64_C(2000000000000), .demand = {77, 0}};
        ivc_way_finish(&route, &piece);
        for (size_t p = IVC_PATH_READ; p < IVC_PATHS; p++)
            ck_assert_uint_eq(route.demand[p], cases[i].bytes[p] / 2);
        ck_assert_uint_eq(route.demand[IVC_PATH_PORT], 77);
        ivc_memory_free(memory);
    }
}
END_TEST

/* Lines that a core has and another one, too, wait for the way to that one and back, and load no
 * link. */
START_TEST(test_copies_of_others_that_go)
{
    IvcMachineSpec ring = machine(IVC_INTERCONNECT_RING, 8, 1);
    IvcMemory *memory = ivc_memory_new(&ring);
    IvcMovePiece pieces[IVC_MOVE_PIECES];
    IvcMoveRoute routes[IVC_MOVE_PIECES];
    IvcBuffer buffer;
    ivc_buffer_init(&buffer, 1, 640);
    ivc_passes_write(memory, 5, &buffer, 0, 640);
    ivc_passes_read(memory, 2, &buffer, 0, 640);
    uint32_t n = ivc_passes_copy(memory, 5, &buffer, 0, NULL, 0, 640, pieces, routes);
    ck_assert_uint_eq(n, 1);
    ck_assert_uint_eq(pieces[0].alone_ps, (10 + 80 + 10 * (30 + 3 * HOP)) * CYCLE);
    for (size_t p = 0; p < IVC_PATHS; p++)
        ck_assert_uint_eq(routes[0].demand[p], 0);
    ivc_memory_free(memory);
}
END_TEST

/* Lines that another core has modified come from its node, over the links between the two. */
START_TEST(test_lines_of_another_core)
{
    IvcMachineSpec ring = machine(IVC_INTERCONNECT_RING, 8, 1);
    Lab lab;
    lab_init(&lab, 8, ivc_memory_new(&ring));
    IvcLine line;
    IvcAgent agents[2];
    ivc_line_init(&line, 1);
    ivc_agent_init(&agents[0], 1, "a", &lab.cores.items[6], IVC_PRIORITY_PROCESS, lab_step);
    ivc_agent_init(&agents[1], 2, "b", &lab.cores.items[1], IVC_PRIORITY_PROCESS, lab_step);
    ck_assert_uint_eq(ivc_line_touch(&agents[0], &line, true), (1 + 60) * CYCLE);
    ck_assert_uint_eq(ivc_line_touch(&agents[0], &line, true), CYCLE);
    ck_assert_uint_eq(ivc_line_touch(&agents[1], &line, false), (1 + 50 + 3 * HOP) * CYCLE);
    ck_assert_uint_eq(ivc_line_touch(&agents[1], &line, false), CYCLE);
    ck_assert_uint_eq(ivc_line_touch(&agents[1], &line, true), (1 + 30 + 3 * HOP) * CYCLE);
    ck_assert_uint_eq(ivc_line_touch(&agents[0], &line, true), (1 + 30 + 3 * HOP) * CYCLE);
    lab_clear(&lab);
}
END_TEST

/* Reads 64,000 bytes each, without hop costs so that all ask the same; who shares a resource that
 * has room for one takes twice the time, the others notice nothing. */
static void check_shared(IvcMachineSpec spec, const int32_t *homes, const uint32_t *cores,
                         uint32_t n, const bool *shared, bool by_memory)
{
    IvcTime alone, ends[4];
    spec.interconnect_hop.n = 0;
    reads(&spec, homes, cores, 1, 64000, &alone);
    uint64_t demand = ivc_bytes_per_second(64000, alone);
    *(by_memory ? &spec.memory_rate.bps : &spec.interconnect_link.bps) = 8 * demand;
    reads(&spec, homes, cores, n, 64000, ends);
    for (uint32_t i = 0; i < n; i++) { /* half of an odd demand is rounded down */
        ck_assert_uint_ge(ends[i], shared[i] ? 2 * alone : alone);
        ck_assert_uint_le(ends[i], shared[i] ? 2 * alone + 1 : alone);
    }
    *(by_memory ? &spec.memory_rate.bps : &spec.interconnect_link.bps) = 8 * (2 * demand);
    reads(&spec, homes, cores, n, 64000, ends);
    for (uint32_t i = 0; i < n; i++)
        ck_assert_uint_eq(ends[i], alone);
}

START_TEST(test_full_link_is_shared)
{
    /* Ring: 1 and 2 read over the link from 0 to 1, 7 over the other one. */
    check_shared(machine(IVC_INTERCONNECT_RING, 8, 1), (const int32_t[]){0, 0, 0},
                 (const uint32_t[]){1, 2, 7}, 3, (const bool[]){true, true, false}, false);
    /* Mesh 3 by 3: 0 to 2 and 1 to 5 both go east from 1; 3 to 4 goes another row. */
    check_shared(machine(IVC_INTERCONNECT_MESH, 9, 3), (const int32_t[]){0, 1, 3},
                 (const uint32_t[]){2, 5, 4}, 3, (const bool[]){true, true, false}, false);
    /* The row first: 0 to 4 goes over 1, not over 3, so it meets nothing of 3 to 5. */
    check_shared(machine(IVC_INTERCONNECT_MESH, 9, 3), (const int32_t[]){0, 3},
                 (const uint32_t[]){4, 5}, 2, (const bool[]){false, false}, false);
    /* Opposite directions of a link: apart when each has its rate. */
    IvcMachineSpec sockets = machine(IVC_INTERCONNECT_SOCKETS, 2, 1);
    check_shared(sockets, (const int32_t[]){0, 1}, (const uint32_t[]){1, 0}, 2,
                 (const bool[]){false, false}, false);
    sockets.interconnect_directions = IVC_LINK_SHARED;
    check_shared(sockets, (const int32_t[]){0, 1}, (const uint32_t[]){1, 0}, 2,
                 (const bool[]){true, true}, false);
}
END_TEST

START_TEST(test_memory_of_a_node_is_shared)
{
    IvcMachineSpec sockets = machine(IVC_INTERCONNECT_SOCKETS, 2, 1);
    sockets.cores = 4;
    check_shared(sockets, (const int32_t[]){0, 0, 2}, (const uint32_t[]){0, 2, 3}, 3,
                 (const bool[]){true, true, false}, true);
    sockets.memory_at = IVC_MEMORY_AT_FIRST;
    check_shared(sockets, (const int32_t[]){-1, -1}, (const uint32_t[]){0, 2}, 2,
                 (const bool[]){true, true}, true);
}
END_TEST

START_TEST(test_what_is_wrong)
{
    IvcMachineSpec spec = machine(IVC_INTERCONNECT_MESH, 24, 6);
    ck_assert_int_eq(ivc_topology_check(&spec), IVC_TOPOLOGY_OK);
    spec.interconnect_columns = 5;
    ck_assert_int_eq(ivc_topology_check(&spec), IVC_TOPOLOGY_COLUMNS_UNEVEN);
    spec.interconnect_columns = 6;
    spec.cores = 47;
    ck_assert_int_eq(ivc_topology_check(&spec), IVC_TOPOLOGY_CORES_UNEVEN);
    spec = machine(IVC_INTERCONNECT_SOCKETS, 2, 2);
    ck_assert_int_eq(ivc_topology_check(&spec), IVC_TOPOLOGY_COLUMNS_NOT_MESH);
    spec.interconnect_columns = 1;
    spec.memory_at = IVC_MEMORY_AT_CORNERS;
    ck_assert_int_eq(ivc_topology_check(&spec), IVC_TOPOLOGY_CORNERS);
    spec = machine(IVC_INTERCONNECT_SOCKETS, IVC_SOCKETS_MAX + 1, 1);
    ck_assert_int_eq(ivc_topology_check(&spec), IVC_TOPOLOGY_MANY_SOCKETS);
    spec = machine(IVC_INTERCONNECT_CROSSBAR, 2, 1);
    ck_assert_int_eq(ivc_topology_check(&spec), IVC_TOPOLOGY_NODES_OF_BUS);
    spec = machine(IVC_INTERCONNECT_RING, 1, 1);
    ck_assert_int_eq(ivc_topology_check(&spec), IVC_TOPOLOGY_ONE_NODE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("topology");
    TCase *tests = tcase_create("topology");
    tcase_add_test(tests, test_routes);
    tcase_add_test(tests, test_all_routes);
    tcase_add_test(tests, test_places);
    tcase_add_test(tests, test_hops_add_up);
    tcase_add_test(tests, test_bytes_of_another_core);
    tcase_add_test(tests, test_paths);
    tcase_add_test(tests, test_copies_of_others_that_go);
    tcase_add_test(tests, test_lines_of_another_core);
    tcase_add_test(tests, test_full_link_is_shared);
    tcase_add_test(tests, test_memory_of_a_node_is_shared);
    tcase_add_test(tests, test_what_is_wrong);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
