/* Digests: the tables of state cover their structs, every field that can influence the future
 * changes the digest, and statistics do not. */
#include "models/cpu/sched.h"
#include "models/ipi/virq.h"
#include "models/shmem/register_shmem.h"
#include "models/xen/event_channel.h"
#include "sim/model/pause_loop.h"
#include "tests/harness/lab.h"

/* ---- tables ---- */

static const IvcStateTable *table_at(size_t i)
{
    const IvcStateTable *const lists[] = {ivc_core_state_tables,  ivc_sharing_state_tables,
                                          ivc_links_state_tables, ivc_memory_state_tables,
                                          ivc_xen_state_tables,   ivc_sched_state_tables,
                                          ivc_pause_state_tables, ivc_virq_state_tables};
    const size_t sizes[] = {ivc_core_state_tables_n,  ivc_sharing_state_tables_n,
                            ivc_links_state_tables_n, ivc_memory_state_tables_n,
                            ivc_xen_state_tables_n,   ivc_sched_state_tables_n,
                            ivc_pause_state_tables_n, ivc_virq_state_tables_n};
    for (size_t l = 0; l < G_N_ELEMENTS(lists); l++) {
        if (i < sizes[l])
            return &lists[l][i];
        i -= sizes[l];
    }
    return NULL;
}

START_TEST(test_tables_cover_their_structs)
{
    unsigned n = 0;
    for (const IvcStateTable *table; (table = table_at(n)); n++) {
        size_t at = 0;
        for (size_t f = 0; f < table->n_fields; f++) {
            const IvcStateField *field = &table->fields[f];
            /* Only what is aligned to 16 bytes (128-bit work) may leave more than 7 before it. */
            size_t most = field->offset % 16 == 0 && field->size >= 16 ? 15 : 7;
            ck_assert_msg(field->offset >= at && field->offset - at <= most &&
                              (field->offset == at || field->offset % 4 == 0),
                          "%s: a hole or an overlap before '%s', at %zu", table->name, field->name,
                          at);
            at = field->offset + field->size;
        }
        ck_assert_msg(table->size - at < 16, "%s: fields after '%s' are missing", table->name,
                      table->fields[table->n_fields - 1].name);
        ck_assert_msg(table->size == (at + 7) / 8 * 8 || table->size == (at + 15) / 16 * 16 ||
                          table->size == at,
                      "%s: %zu of %zu bytes", table->name, at, table->size);
    }
    ck_assert_uint_eq(n, ivc_core_state_tables_n + ivc_sharing_state_tables_n +
                             ivc_links_state_tables_n + ivc_memory_state_tables_n +
                             ivc_xen_state_tables_n + ivc_sched_state_tables_n +
                             ivc_pause_state_tables_n + ivc_virq_state_tables_n);
    ck_assert_uint_ge(n, 17);
}
END_TEST

static void digest_struct(const IvcStateTable *table, const void *state, uint64_t ret_hash[2])
{
    IvcDigest digest;
    ivc_digest_init(&digest, 1000, NULL);
    ivc_digest_state(&digest, table, state);
    memcpy(ret_hash, digest.hash, sizeof digest.hash);
}

static bool is_fed(IvcStateKind kind)
{
    return kind == IVC_STATE_PLAIN || kind == IVC_STATE_TIME || kind == IVC_STATE_REF;
}

START_TEST(test_every_byte_of_a_fed_field_counts)
{
    static const uint32_t ids[2][4] = {{77}, {78}};
    for (unsigned t = 0; table_at(t); t++) {
        const IvcStateTable *table = table_at(t);
        g_autofree char *state = g_malloc0(table->size);
        for (size_t f = 0; f < table->n_fields; f++) {
            const IvcStateField *field = &table->fields[f];
            uint64_t before[2], after[2];
            for (size_t b = 0; b < field->size; b++) {
                digest_struct(table, state, before);
                if (field->kind == IVC_STATE_REF) {
                    const uint32_t *id = ids[0];
                    memcpy(state + field->offset, &id, sizeof id);
                    digest_struct(table, state, after);
                    ck_assert_mem_ne(before, after, sizeof before);
                    id = ids[1];
                    memcpy(before, after, sizeof before);
                    memcpy(state + field->offset, &id, sizeof id);
                } else {
                    state[field->offset + b] ^= 4;
                }
                digest_struct(table, state, after);
                memset(state + field->offset, 0, field->size);
                bool changed = memcmp(before, after, sizeof before) != 0;
                ck_assert_msg(changed == is_fed(field->kind), "%s.%s, byte %zu", table->name,
                              field->name, b);
            }
        }
    }
}
END_TEST

/* ---- whole runs, stopped on their way ---- */

static const char text[] =
    "schema: ivcsim/1\nname: digest\nmachine: {profile: octeon-cn5650}\n"
    "guests:\n"
    "  a: {cores: [0], memory: 64MiB}\n  b: {cores: [1], memory: 64MiB}\n"
    "  c: {cores: [2], memory: 64MiB}\n"
    "channels:\n"
    "  both: {mechanism: register-shmem, region: 16KiB, copies: 2, window: 4}\n"
    "  spin: {mechanism: register-shmem, region: 16KiB, copies: 2, spin: 5us}\n"
    "workload: {kind: alltoall, message: 40000B, total: 4MiB}\n";

/* A place in the state of a run, and how often changing it changed the digest. */
typedef struct {
    const char *name;
    void *at;
    unsigned changed;
    unsigned tried;
} Place;

typedef struct {
    GArray *places;
    bool first;
    guint next;
} Places;

static void hash_of(const IvcPoint *point, uint64_t hash[2])
{
    IvcDigest digest;
    ivc_digest_init(&digest, point->platform.sim.now, NULL);
    ivc_point_digest(point, &digest);
    memcpy(hash, digest.hash, sizeof digest.hash);
}

static void try_place(Places *places, const IvcPoint *point, const char *name, void *at)
{
    uint64_t before[2], after[2];
    hash_of(point, before);
    *(char *)at ^= 1;
    hash_of(point, after);
    *(char *)at ^= 1;
    Place fresh = {.name = name, .at = at};
    if (places->first)
        g_array_append_val(places->places, fresh);
    Place *place = &g_array_index(places->places, Place, places->next++);
    ck_assert_str_eq(place->name, name);
    place->tried++;
    place->changed += memcmp(before, after, sizeof before) != 0;
}

#define TRY(lvalue) try_place(places, point, #lvalue, &(lvalue))

/* Fields that count whenever they are in use: in some state that a run passes through. */
static void try_live(Places *places, IvcPoint *point)
{
    IvcVmcomm *module = point->channel;
    for (uint32_t r = 0; r < point->platform.n_ranks; r++) {
        IvcRank *rank = &point->ranks[r];
        IvcWork *work = &point->works[r];
        IvcVmcommPort *port = &module->ports[r];
        TRY(rank->agent.stage);
        TRY(rank->agent.n_owed);
        TRY(rank->agent.timed_out);
        TRY(rank->agent.preempted);
        TRY(rank->agent.signalled);
        TRY(rank->agent.timer.armed);
        TRY(rank->agent.timer.when_ps);
        TRY(rank->life.label);
        TRY(work->label);
        TRY(work->io.label);
        TRY(work->step);
        TRY(work->peer);
        TRY(work->started_ps);
        TRY(work->due_ps);
        TRY(work->pace.label);
        TRY(work->call.envelope.sent_ps);
        TRY(work->call.label);
        TRY(work->incoming.write.at);
        TRY(work->incoming.write.split);
        TRY(work->incoming.write.head);
        TRY(work->incoming.exclusive);
        TRY(work->incoming.chip.passes[0].extent);
        TRY(work->outgoing.read.at);
        TRY(work->outgoing.read.own.passes[0].extent);
        TRY(port->sleeper.pending);
        TRY(port->sleeper.asleep);
        TRY(port->blocks);
        TRY(port->wants_room);
        TRY(port->wants_window);
        TRY(port->call.label);
        TRY(port->part.label);
        TRY(port->waiting.label);
        TRY(port->say.label);
        TRY(port->post.label);
        TRY(port->sleep.label);
        TRY(port->at);
        TRY(port->bytes);
        TRY(port->slot);
        TRY(point->platform.cores.items[r].n_agents);
    }
    for (uint32_t from = 0; from < 2; from++) {
        IvcVmcommWay *way = ivc_vmcomm_way(module, from, 1 - from);
        TRY(way->unacked);
        TRY(way->consumed);
        TRY(way->announced);
        TRY(way->current.tag);
    }
    TRY(module->in_flight);
    TRY(module->slots[0].data.bytes);
    TRY(module->slots[0].data.exclusive);
    TRY(module->slots[0].header.writer);
    TRY(point->platform.memory->sharing.asked[0]);
}

static void try_statistics(Places *places, IvcPoint *point)
{
    IvcVmcomm *module = point->channel;
    IvcPlatform *platform = &point->platform;
    TRY(module->inline_messages);
    TRY(module->shared_messages);
    TRY(module->room_waits);
    TRY(module->window_waits);
    TRY(platform->measure.delivered);
    TRY(platform->measure.bytes);
    TRY(platform->measure.began_ps);
    TRY(platform->measure.latency_ps.sum);
    TRY(platform->cores.items[0].ledger[3].spent_ps);
    TRY(platform->cores.items[0].ledger[3].times);
    TRY(platform->cores.items[1].blocked_ps);
    TRY(platform->cores.items[1].idle_ps);
    TRY(platform->memory->copies);
    TRY(platform->memory->read_bytes[1]);
    TRY(platform->sim.events);
}

static GArray *stop_and_try(const char *channel, const char *more,
                            void (*try_all)(Places *, IvcPoint *))
{
    Places places = {.places = g_array_new(FALSE, TRUE, sizeof(Place)), .first = true};
    for (unsigned events = 150; events < 4000; events += 37) {
        g_autofree char *limit = g_strdup_printf("limits.events_max=%u", events);
        const char *sets[] = {channel, limit, more, NULL};
        g_autoptr(IvcScenario) scenario = points_bind(text, sets);
        g_autoptr(GError) error = NULL;
        g_autoptr(IvcPoint) point = ivc_point_new(scenario, &error);
        ck_assert_int_eq(ivc_sim_run(&point->platform.sim), IVC_STOP_EVENTS);
        places.next = 0;
        try_all(&places, point);
        places.first = false;
    }
    return places.places;
}

START_TEST(test_live_fields_change_the_digest)
{
    g_autoptr(GArray) both = stop_and_try("channel=both", NULL, try_live);
    g_autoptr(GArray) spin = stop_and_try("channel=spin", NULL, try_live);
    g_autoptr(GArray) paced =
        stop_and_try("channel=both", "workload.arrivals={kind: periodic, rate: 100000}", try_live);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    GArray *lists[] = {both, spin, paced};
    for (int l = 0; l < 3; l++)
        for (guint i = 0; i < lists[l]->len; i++) {
            const Place *place = &g_array_index(lists[l], Place, i);
            guint sum = GPOINTER_TO_UINT(g_hash_table_lookup(seen, place->name));
            g_hash_table_insert(seen, (char *)place->name, GUINT_TO_POINTER(sum + place->changed));
        }
    GHashTableIter iter;
    gpointer name, changed;
    g_hash_table_iter_init(&iter, seen);
    while (g_hash_table_iter_next(&iter, &name, &changed))
        ck_assert_msg(GPOINTER_TO_UINT(changed) > 0, "%s never changes the digest", (char *)name);
}
END_TEST

START_TEST(test_statistics_do_not)
{
    g_autoptr(GArray) places = stop_and_try("channel=both", NULL, try_statistics);
    for (guint i = 0; i < places->len; i++) {
        const Place *place = &g_array_index(places, Place, i);
        ck_assert_uint_gt(place->tried, 50);
        ck_assert_msg(place->changed == 0, "%s is fed", place->name);
    }
}
END_TEST

/* ---- single components ---- */

static void hash_agent(const IvcAgent *agent, uint64_t hash[2])
{
    IvcDigest digest;
    ivc_digest_init(&digest, agent->sim->now, NULL);
    ivc_agent_digest(agent, &digest);
    memcpy(hash, digest.hash, sizeof digest.hash);
}

#define CHANGES(agent, lvalue)                                                                  \
    do {                                                                                        \
        uint64_t before[2], after[2];                                                           \
        hash_agent(agent, before);                                                              \
        (lvalue) ^= 1;                                                                          \
        hash_agent(agent, after);                                                               \
        (lvalue) ^= 1;                                                                          \
        ck_assert_msg(memcmp(before, after, sizeof before) != 0, "%s does not count", #lvalue); \
    } while (0)

START_TEST(test_fields_of_an_agent_that_its_activity_uses)
{
    Lab lab;
    lab_init(&lab, 1, NULL);
    IvcAgent agent;
    ivc_agent_init(&agent, 1, "agent", &lab.cores.items[0], IVC_PRIORITY_PROCESS, lab_step);
    agent.activity = IVC_ACTIVITY_RUN;
    agent.preempted = true;
    agent.n_owed = 2;
    CHANGES(&agent, agent.owed[0].left_ps);
    CHANGES(&agent, agent.owed[1].left_ps);
    agent.owed[1].left_ps = 5; /* what it is for counts as long as something is left */
    CHANGES(&agent, agent.owed[1].stage);
    agent.activity = IVC_ACTIVITY_SPIN;
    agent.period_ps = 1000;
    CHANGES(&agent, agent.left_ps);
    CHANGES(&agent, agent.period_ps);
    CHANGES(&agent, agent.spin_since_ps);
    agent.timeout.armed = true;
    CHANGES(&agent, agent.timeout.when_ps);
    agent.activity = IVC_ACTIVITY_MOVE;
    agent.move.n_pieces = 2;
    agent.move.work = 100;
    CHANGES(&agent, agent.move.work);
    CHANGES(&agent, agent.move.pieces[0].alone_ps);
    CHANGES(&agent, agent.move.pieces[1].demand[1]);
    CHANGES(&agent, agent.move.piece);
    IvcMoveRoute routes[IVC_MOVE_PIECES] = {0};
    agent.move.routes = routes;
    CHANGES(&agent, routes[0].node);
    CHANGES(&agent, routes[0].read_node);
    CHANGES(&agent, routes[1].write_node);
    for (size_t p = 0; p < IVC_PATHS; p++)
        CHANGES(&agent, routes[1].demand[p]);
    agent.move.routes = NULL;
    IvcMoveClass class = {.speed = 6, .since_ps = lab.sim.now, .clock = 20, .joins = 5};
    agent.move.in = &class;
    agent.move.order = 2;
    CHANGES(&agent, agent.move.work);
    CHANGES(&agent, agent.move.order);
    CHANGES(&agent, class.speed);
    CHANGES(&agent, class.clock);
    CHANGES(&agent, class.joins);
    lab_clear(&lab);
}
END_TEST

static void hash_buffer(IvcMemory *memory, const IvcBuffer *buffer, uint64_t hash[2])
{
    IvcDigest digest;
    ivc_digest_init(&digest, 0, NULL);
    ivc_memory_digest(memory, &digest);
    ivc_buffer_digest(memory, buffer, &digest);
    memcpy(hash, digest.hash, sizeof digest.hash);
}

/* Where a buffer is counts always, where the lines of a pass come from as long as it goes on. */
START_TEST(test_places_of_a_buffer)
{
    IvcMachineSpec ring = lab_machine(4);
    ring.interconnect_kind = IVC_INTERCONNECT_RING;
    ring.interconnect_nodes = 4;
    IvcMemory *memory = ivc_memory_new(&ring);
    uint64_t hashes[6][2];
    IvcBuffer buffer;
    ivc_buffer_init(&buffer, 1, 4096);
    hash_buffer(memory, &buffer, hashes[0]);
    ivc_buffer_place(memory, &buffer, 2);
    hash_buffer(memory, &buffer, hashes[1]);
    buffer.read_from = buffer.write_from = 3;
    hash_buffer(memory, &buffer, hashes[2]);
    ck_assert_mem_ne(hashes[0], hashes[1], sizeof hashes[0]);
    ck_assert_mem_eq(hashes[1], hashes[2], sizeof hashes[0]);
    buffer.read.done = buffer.write.done = false;
    hash_buffer(memory, &buffer, hashes[3]);
    buffer.read_from = 2;
    hash_buffer(memory, &buffer, hashes[4]);
    buffer.write_from = 2;
    hash_buffer(memory, &buffer, hashes[5]);
    ck_assert_mem_ne(hashes[3], hashes[4], sizeof hashes[0]);
    ck_assert_mem_ne(hashes[4], hashes[5], sizeof hashes[0]);
    ivc_memory_free(memory);
}
END_TEST

START_TEST(test_a_core_tells_who_runs)
{
    IvcAgent agents[2] = {{.timer = {.id = 5}, .id = 5}, {.timer = {.id = 6}, .id = 6}};
    uint64_t hashes[2][2];
    for (int i = 0; i < 2; i++) {
        IvcCore core = {.running = &agents[i]};
        IvcDigest digest;
        ivc_digest_init(&digest, 1000, NULL);
        ivc_core_digest(&core, &digest);
        memcpy(hashes[i], digest.hash, sizeof digest.hash);
    }
    ck_assert_mem_ne(hashes[0], hashes[1], sizeof hashes[0]);
}
END_TEST

START_TEST(test_times_are_relative)
{
    IvcDigest a, b;
    ivc_digest_init(&a, 1000, NULL);
    ivc_digest_init(&b, 5000, NULL);
    ivc_digest_time(&a, 1010);
    ivc_digest_time(&b, 5010);
    ivc_digest_time(&a, IVC_TIME_NEVER);
    ivc_digest_time(&b, IVC_TIME_NEVER);
    ck_assert_mem_eq(a.hash, b.hash, sizeof a.hash);
    ivc_digest_time(&a, 1010);
    ivc_digest_time(&b, 5011);
    ck_assert_mem_ne(a.hash, b.hash, sizeof a.hash);
}
END_TEST

/* A record of what was fed equals itself, and nothing that is longer, shorter or other. */
START_TEST(test_comparison_with_a_record)
{
    IvcDigestRecord record = {0};
    IvcDigest digest;
    ivc_digest_init(&digest, 100, &record);
    for (uint64_t i = 0; i < 100; i++)
        ivc_digest_time(&digest, 100 + i);
    ck_assert_uint_eq(record.n, 100);
    for (uint64_t n = 99; n <= 101; n++)
        for (uint64_t odd = 0; odd <= 100; odd += 50) {
            ivc_digest_compare(&digest, 7, &record);
            for (uint64_t i = 0; i < n; i++)
                ivc_digest_time(&digest, 7 + i + (i == odd));
            ck_assert_int_eq(ivc_digest_is_equal(&digest), n == 100 && odd == 100);
            ck_assert_uint_eq(digest.compared, MIN(MIN(n, odd), 100));
        }
    ivc_digest_record_clear(&record);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("digest");
    TCase *tests = tcase_create("digest");
    tcase_add_test(tests, test_tables_cover_their_structs);
    tcase_add_test(tests, test_every_byte_of_a_fed_field_counts);
    tcase_add_test(tests, test_live_fields_change_the_digest);
    tcase_add_test(tests, test_statistics_do_not);
    tcase_add_test(tests, test_fields_of_an_agent_that_its_activity_uses);
    tcase_add_test(tests, test_places_of_a_buffer);
    tcase_add_test(tests, test_a_core_tells_who_runs);
    tcase_add_test(tests, test_times_are_relative);
    tcase_add_test(tests, test_comparison_with_a_record);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
