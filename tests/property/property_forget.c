/* What if a digest forgot a field? Every field is left out of it in turn, wherever it is fed.
 *
 * Most states say the same thing in several places: a run whose digest lacks a single field still
 * recognises its period. So each field is also tried where the others are silent: of the digest as
 * much is taken away as it needs for that field to be the only one that tells two states apart.
 * Without it, and without the watch over the period, results are then wrong; with the watch, the
 * forgotten field is noticed and the run is done in full.
 *
 * The digest of the end state is no part of what is compared here: it forgets the same. */
#include "sim/stats/result_json.h"
#include "tests/harness/points.h"

#define OCTEON "machine: {profile: octeon-cn5650}\n"
#define SMALL_CACHES                                                           \
    "machine: {profile: octeon-cn5650, l1: {write: write-back, size: 4KiB},\n" \
    "  l2: {scope: core, size: 16KiB}}\n"
#define SLOW_BUS                                                   \
    "machine: {profile: octeon-cn5650, memory: {rate: 700MB/s},\n" \
    "  interconnect: {rate: 900MB/s}}\n"
#define TWO_CHIPS "machine: {profile: loongson3a-2way, interconnect: {link: 500MB/s}}\n"
#define LOONGSON "machine: {profile: loongson3a}\n"
#define TWO "guests: {a: {cores: [0]}, b: {cores: [1]}}\n"
#define THREE "guests: {dom0: {cores: [0]}, a: {cores: [1]}, b: {cores: [2]}}\n"
#define APART "guests: {a: {cores: [0]}, b: {cores: [4]}, c: {cores: [1]}, d: {cores: [5]}}\n"
#define PAIR "guests: {a: {cores: [0, 1]}}\n"
#define FOUR "guests: {a: {cores: [0]}, b: {cores: [1]}, c: {cores: [2]}, d: {cores: [3]}}\n"

static const char *const scenarios[] = {
    OCTEON TWO "channels: {c: {mechanism: register-shmem, region: 16KiB, window: 5, copies: 2}}\n"
               "workload: {kind: stream, message: 300B, ",
    OCTEON TWO "channels: {c: {mechanism: shmem, region: 4KiB}}\n"
               "workload: {kind: stream, message: 700B, ",
    OCTEON TWO "channels: {c: {mechanism: sock, ring: 4, sndbuf: 4KiB, rcvbuf: 4KiB}}\n"
               "workload: {kind: stream, message: 900B, ",
    OCTEON TWO "channels: {c: {mechanism: nemesis, mode: native, cells: 3, slots: 2}}\n"
               "workload: {kind: stream, message: 900B, ",
    OCTEON TWO "channels: {c: {mechanism: nemesis, mode: native, cells: 3, slots: 3, slot: 4KiB}}\n"
               "workload: {kind: stream, message: 100000B, ",
    LOONGSON TWO "channels: {c: {mechanism: register}}\n"
                 "workload: {kind: stream, message: 5B, ",
    SMALL_CACHES TWO "channels: {c: {mechanism: register-shmem, region: 32KiB, window: 9}}\n"
                     "workload: {kind: stream, message: 3100B, ",
    SMALL_CACHES TWO "channels: {c: {mechanism: sock, ring: 8, sndbuf: 8KiB, rcvbuf: 16KiB}}\n"
                     "workload: {kind: stream, message: 2000B, ",
    SMALL_CACHES TWO "channels: {c: {mechanism: nemesis, mode: native, cells: 4, fastbox: false}}\n"
                     "workload: {kind: stream, message: 6000B, ",
    LOONGSON TWO "channels: {c: {mechanism: register-shmem, region: 16KiB, spin: 300ns}}\n"
                 "workload: {kind: stream, message: 1000B, ",
    SLOW_BUS FOUR "channels: {c: {mechanism: register-shmem, region: 16KiB, spin: 1us}}\n"
                  "workload: {kind: ring, message: 2500B, ",
    SLOW_BUS FOUR "channels: {c: {mechanism: shmem, region: 8KiB}}\n"
                  "workload: {kind: stream, message: 1300B, ",
    TWO_CHIPS APART "channels: {c: {mechanism: shmem, region: 8KiB}}\n"
                    "workload: {kind: stream, message: 1300B, ",
    OCTEON THREE "channels: {c: {mechanism: netfront, between: [a, b], driver_domain: dom0}}\n"
                 "workload: {kind: stream, message: 45000B, ",
    OCTEON THREE "channels: {c: {mechanism: netfront, between: [a, b], driver_domain: dom0,\n"
                 "               autocork: false}}\n"
                 "workload: {kind: stream, message: 50000B, ",
    OCTEON TWO "channels: {c: {mechanism: sock, ring: 8, sndbuf: 8KiB, nagle: on}}\n"
               "workload: {kind: stream, message: 500B, ",
    OCTEON THREE "channels: {c: {mechanism: netfront, between: [a, b], driver_domain: dom0,\n"
                 "  variant: copy-2.6.18}}\n"
                 "workload: {kind: stream, message: 50000B, ",
    OCTEON THREE "channels: {c: {mechanism: netfront, between: [a, b], driver_domain: dom0,\n"
                 "  variant: staging, ring: 64}}\n"
                 "workload: {kind: stream, message: 50000B, ",
    OCTEON THREE "channels: {c: {mechanism: netfront, between: [a, dom0], driver_domain: dom0,\n"
                 "  sndbuf: 64KiB, rcvbuf: 64KiB, gso: 1500B}}\n"
                 "workload: {kind: stream, message: 30000B, ",
    OCTEON TWO "channels: {c: {mechanism: xen-ring, ring: 1KiB}}\n"
               "workload: {kind: stream, message: 472B, ",
    SLOW_BUS FOUR "channels: {c: {mechanism: xen-ring, ring: 2KiB}}\n"
                  "workload: {kind: stream, message: 1496B, ",
    SLOW_BUS FOUR "channels: {c: {mechanism: xen-ring, ring: 1KiB}}\n"
                  "workload: {kind: stream, message: 216B, ",
    SLOW_BUS FOUR "channels: {c: {mechanism: xen-ring, ring: 1KiB}}\n"
                  "workload: {kind: ring, message: 1496B, ",
    OCTEON TWO "channels: {c: {mechanism: sock, rcvbuf: 8KiB, sndbuf: 8KiB}}\n"
               "workload: {kind: netperf-tcp-stream, message: 3000B, receive: 5000B, ",
    OCTEON THREE "channels: {c: {mechanism: netfront, between: [a, b], driver_domain: dom0,\n"
                 "  udp_rcvbuf: 8KiB, udp_rx: 30us, softirq_turn: 200us}}\n"
                 "workload: {kind: netperf-udp-stream, message: 1000B, ",
    OCTEON TWO "channels: {c: {mechanism: sock, ring: 8, udp_rcvbuf: 4KiB}}\n"
               "workload: {kind: netperf-udp-stream, message: 3000B, ",
    OCTEON THREE "channels: {c: {mechanism: netfront, between: [a, b], driver_domain: dom0}}\n"
                 "workload: {kind: osu-bandwidth, window: 4, message: 3000B, ",
    OCTEON TWO "channels: {c: {mechanism: xen-fifo, fifo: 4KiB, waiting: 3, sndbuf: 8KiB,\n"
               "  rcvbuf: 8KiB}}\n"
               "workload: {kind: stream, message: 2836B, ",
    OCTEON PAIR "channels: {c: {mechanism: loopback, mtu: 1500B, gso: 1B, sndbuf: 8KiB,\n"
                "  rcvbuf: 8KiB}}\n"
                "workload: {kind: stream, message: 2000B, ",
    OCTEON TWO "channels: {c: {mechanism: ethernet, tx_ring: 4, tso: 4KiB, sndbuf: 16KiB,\n"
               "  rcvbuf: 16KiB}}\n"
               "workload: {kind: stream, message: 5000B, ",
    OCTEON TWO "channels: {c: {mechanism: ethernet, between: [a, b], rx_ring: 4, rx: 60us}}\n"
               "workload: {kind: netperf-udp-stream, message: 1472B, ",
    OCTEON TWO "channels: {c: {mechanism: xen-fifo, between: [a, b], fifo: 4KiB, waiting: 4,\n"
               "               take: 60us}}\n"
               "workload: {kind: netperf-udp-stream, message: 1472B, ",
    OCTEON "guests: {a: {cores: [0, 1]}}\n"
           "channels: {c: {mechanism: loopback, between: [a], mtu: 1500B}}\n"
           "workload: {kind: flood-ping, message: 3000B, ",
    OCTEON TWO "channels: {c: {mechanism: xen-fifo, between: [a, b], fifo: 4KiB}}\n"
               "workload: {kind: flood-ping, message: 3000B, ",
};

/* Under a sanitizer a run takes many times as long: some of the scenarios then. */
#ifdef __SANITIZE_ADDRESS__
#define STRIDE 5
#define ORDERS 1
#else
#define STRIDE 1
#define ORDERS 4
#endif

/* A run whose digests feed only what is in `kept`. */
typedef struct {
    IvcScenario *scenario;
    char *expected;
    GHashTable *names; /* all that was ever fed: char * */
    GPtrArray *order;  /* the same, sorted */
    GHashTable *kept;  /* NULL: all */
    const char *without;
} Trial;

static bool leaves_out(void *data, const char *name)
{
    Trial *trial = data;
    if (!trial->order && !g_hash_table_contains(trial->names, name))
        g_hash_table_add(trial->names, g_strdup(name));
    if (trial->without)
        return g_str_equal(name, trial->without);
    return trial->kept && !g_hash_table_contains(trial->kept, name);
}

static char *run(Trial *trial, bool full, bool unwatched, IvcRecurrenceResult *ret_recurrence)
{
    const IvcDigestProbe probe = {leaves_out, trial};
    const IvcSkipperFaults faults = {.probe = &probe, .unwatched = unwatched};
    const IvcRunHooks hooks = {.full = full, .faults = &faults};
    g_autoptr(GError) error = NULL;
    g_autoptr(IvcResult) result = ivc_run(trial->scenario, &hooks, &error);
    *ret_recurrence = result ? result->recurrence : (IvcRecurrenceResult){.outcome = "failed"};
    if (!result)
        return g_strdup(error->message);
    result->recurrence = (IvcRecurrenceResult){.outcome = "-"};
    g_free(result->digest);
    result->digest = g_strdup("-");
    return ivc_result_to_json(result);
}

static bool is_right(Trial *trial, bool unwatched, const char **ret_outcome)
{
    IvcRecurrenceResult recurrence;
    g_autofree char *got = run(trial, false, unwatched, &recurrence);
    *ret_outcome = recurrence.outcome;
    return g_str_equal(got, trial->expected);
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void trial_init(Trial *trial, const char *text)
{
    g_autofree char *whole = g_strconcat("schema: ivcsim/1\nname: forgetful\n", text,
                                         "total: 1GiB, messages_max: 5000}\n", NULL);
    IvcRecurrenceResult recurrence;
    *trial = (Trial){.scenario = points_bind(whole, NULL)};
    trial->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    trial->expected = run(trial, true, false, &recurrence);
    g_autofree char *skipping = run(trial, false, false, &recurrence);
    ck_assert_msg(recurrence.skips > 0, "%s: %s", text, recurrence.outcome);
    ck_assert_str_eq(skipping, trial->expected);
    GPtrArray *order = g_ptr_array_new();
    GHashTableIter names;
    gpointer name;
    g_hash_table_iter_init(&names, trial->names);
    while (g_hash_table_iter_next(&names, &name, NULL))
        g_ptr_array_add(order, name);
    g_ptr_array_sort(order, compare_names);
    trial->order = order;
}

static void trial_clear(Trial *trial)
{
    g_ptr_array_unref(trial->order);
    g_hash_table_unref(trial->names);
    g_free(trial->expected);
    ivc_scenario_free(trial->scenario);
}

/* Without any single field: the others say it too, or it is noticed; results are never wrong. */
static unsigned try_single_fields(Trial *trial)
{
    unsigned noticed = 0;
    for (guint i = 0; i < trial->order->len; i++) {
        const char *outcome;
        trial->without = g_ptr_array_index(trial->order, i);
        bool right = is_right(trial, false, &outcome);
        ck_assert_msg(right, "without '%s' results differ: %s", trial->without, outcome);
        noticed += g_str_equal(outcome, "broken");
    }
    trial->without = NULL;
    return noticed;
}

/* An order of the fields by chance, in which a new one does not move the others. */
static guint place_of(const char *name, guint32 seed)
{
    return (g_str_hash(name) ^ seed * 2654435761u) * 2246822519u;
}

static gint compare_places(gconstpointer a, gconstpointer b, gpointer data)
{
    guint x = place_of(*(const char *const *)a, *(guint32 *)data);
    guint y = place_of(*(const char *const *)b, *(guint32 *)data);
    return x < y ? -1 : x > y;
}

/* Keeps as much of the digest as leaves the unwatched run wrong: each of the remaining fields alone
 * would set it right. These go to `missed`. Then the watch has to notice. */
static unsigned try_silenced(Trial *trial, guint32 seed, GHashTable *missed)
{
    g_autoptr(GHashTable) kept = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray) order = g_ptr_array_copy(trial->order, NULL, NULL);
    const char *outcome;
    unsigned n = 0;
    g_ptr_array_sort_with_data(order, compare_places, &seed);
    trial->kept = kept;
    ck_assert_msg(!is_right(trial, true, &outcome), "without any digest results are right");
    for (guint i = 0; i < order->len; i++) {
        char *name = g_ptr_array_index(order, i);
        g_hash_table_add(kept, name);
        if (!is_right(trial, true, &outcome))
            continue;
        g_hash_table_remove(kept, name);
        g_hash_table_add(missed, g_strdup(name));
        n++;
    }
    ck_assert(!is_right(trial, true, &outcome));
    ck_assert_msg(is_right(trial, false, &outcome), "what was forgotten is not noticed");
    ck_assert_str_eq(outcome, "broken");
    trial->kept = NULL;
    return n;
}

/* Each of these has to be missed somewhere, and noticed. When a field is renamed, or when something
 * new says the same, this list changes with it: the test prints what is missed now. */
static const char *const must_be_missed[] = {
    "IvcAgent: activity",
    "IvcAgent: n_owed",
    "IvcAgent: state",
    "IvcAgent: waits_for",
    "IvcCore: running",
    "build.c: work->call.envelope.sent_ps",
    "build.c: work->call.label",
    "build.c: work->io.label",
    "build.c: work->label",
    "build.c: work->started_ps",
    "byte_ring.h: ivc_xen_byte_ring_ready(ring)",
    "byte_ring.h: ring->cons & (ring->size - 1)",
    "byte_ring.h: ring->data_asked",
    "byte_ring.h: ring->room_asked",
    "core_digest.c: (agent->sim->now - agent->spin_since_ps) % agent->period_ps",
    "core_digest.c: (uint64_t)(left >> 64)",
    "core_digest.c: (uint64_t)left",
    "core_digest.c: agent->id",
    "core_digest.c: agent->left_ps",
    "core_digest.c: agent->owed[i].left_ps - part",
    "core_digest.c: agent->owed[i].stage",
    "core_digest.c: agent->period_ps",
    "core_digest.c: agent->stage",
    "core_digest.c: class ? class->joins - move->order : 0",
    "core_digest.c: class ? class->speed : 0",
    "core_digest.c: move->pieces[p].alone_ps",
    "core_digest.c: move->pieces[p].demand[r]",
    "datagram_digest.c: (uint64_t)pair->from << 32 | pair->to",
    "datagram_digest.c: MIN(digest->now - d->ends[r].busy_since_ps, d->t.turn)",
    "datagram_digest.c: d->ends[r].done",
    "datagram_digest.c: lane->held",
    "datagram_digest.c: lane->held_in",
    "datagram_digest.c: lane->partial_bytes",
    "datagram_digest.c: lane->wants_room",
    "datagram_digest.c: piece->datagram - *lane->base",
    "datagram_digest.c: piece->of",
    "datagram_digest.c: pool->spare->len",
    "datagram_digest.c: queue->n",
    "datagram_digest.c: segment->bytes",
    "datagram_digest.c: segment->datagram - *lane->base",
    "datagram_digest.c: segment->of",
    "engine.c: ((const IvcTimer *)item->target)->id",
    "engine.c: item->order >> PHASE_SHIFT",
    "engine.c: item->time",
    "engine.c: live->len",
    "engine.c: timer->armed",
    "engine.c: timer->when_ps",
    "lines.c: (uint64_t)(int64_t)line->reader",
    "lines.c: (uint64_t)(int64_t)line->writer",
    "mailbox.c: h->label ? h->pending : 0",
    "mailbox.c: h->label ? h->word : 0",
    "mailbox.c: h->label",
    "mailbox.c: lane->flying ? lane->store : 0",
    "mailbox.c: lane->flying",
    "mailbox.c: mailbox->words",
    "match.c: (uint64_t)(int64_t)envelope->tag",
    "match.c: arrival->have",
    "match.c: arrival->kind",
    "match.c: arrivals->n",
    "match.c: envelope->bytes",
    "match.c: envelope->comm",
    "match.c: envelope->sent_ps",
    "match.c: envelope->sequence - received_from[envelope->source]",
    "match.c: envelope->source",
    "memory.c: (uint64_t)pass->core",
    "memory.c: buffer->bytes",
    "memory.c: buffer->exclusive",
    "memory.c: matters(pass)",
    "memory.c: memory->sharing.asked[r]",
    "memory.c: memory->sharing.n",
    "memory.c: pass->at",
    "memory.c: pass->done",
    "memory.c: pass->head",
    "memory.c: pass->split",
    "memory.c: pass->tail",
    "memory.c: pass->valid",
    "netback.c: queue->dealloc_frame.label",
    "netback.c: queue->rx_frame.label",
    "netback.c: queue->rx_frame.sleep.label",
    "netback.c: sleeper->asleep",
    "netback.c: sleeper->pending",
    "netfront_digest.c: (uint64_t)(packet->payload.buffer - packet->pool)",
    "netfront_digest.c: (uint64_t)arrival->from << 32 | arrival->slots",
    "netfront_digest.c: (uint64_t)packet->from << 32 | packet->to",
    "netfront_digest.c: (uint64_t)packet->head_slots << 32 | packet->grant_slots",
    "netfront_digest.c: cpu->frame.label",
    "netfront_digest.c: cpu->give_frame.label",
    "netfront_digest.c: cpu->giving",
    "netfront_digest.c: cpu->poll_frame.label",
    "netfront_digest.c: cpu->polled ? cpu->polled->number : UINT64_MAX",
    "netfront_digest.c: list->n",
    "netfront_digest.c: packet->pool != NULL",
    "netfront_digest.c: queue->arrivals_n",
    "netfront_digest.c: queue->arrivals_staged",
    "netfront_digest.c: queue->back_polling",
    "netfront_digest.c: queue->held.n",
    "netfront_digest.c: queue->pending",
    "netfront_digest.c: queue->poll_frame.label",
    "netfront_digest.c: queue->polling",
    "netfront_digest.c: queue->unposted",
    "netfront_digest.c: queue->visible - queue->work",
    "netfront_pool.c: (uint64_t)pool->next << 32 | pool->pages",
    "nic_digest.c: frame->from",
    "nic_digest.c: nic->frames.n",
    "nic_digest.c: nic->stopped",
    "nic_digest.c: not_before(nic, frame->arrives_ps)",
    "nic_digest.c: not_before(nic, leaves_ps)",
    "nic_digest.c: not_before(nic, nic->arrived_ps)",
    "nic_digest.c: not_before(nic, nic->sent_ps)",
    "os.c: sleeper->asleep",
    "os.c: sleeper->pending",
    "recency.c: latest->extent",
    "recency.c: latest->extent + rest->extent",
    "recency.c: latest->extent",
    "recency.c: matters",
    "recency.c: seen->extent",
    "recency.c: seen->in[l]",
    "recency.c: seen->rank",
    "region.c: (uint64_t)unit << 32 | (uint64_t)block->owner << 8 | block->order",
    "region.c: block->bytes_used",
    "region.c: holders_of(region, unit)[w]",
    "region.c: region->stats.blocks_used",
    "register_block.c: block->state[i]",
    "ring.h: (uint64_t)(ring->req_prod - from) << 32 | (ring->rsp_prod - from)",
    "ring.h: req - 1 < ring->size ? req : 0",
    "ring.h: ring->req_cons - from",
    "ring.h: rsp - 1 < ring->size ? rsp : 0",
    "sock.c: sock->in_flight",
    "socket.c: process->datagram.bytes",
    "socket.c: process->datagram.piece",
    "tcp_digest.c: frame->at",
    "tcp_digest.c: frame->label",
    "tcp_digest.c: frame->left",
    "tcp_digest.c: frame->part",
    "tcp_digest.c: frame->sleep.label",
    "tcp_digest.c: from_first(skb, way->out_first, tcp->n_out)",
    "tcp_digest.c: from_first(writing->skb, way->out_first, tcp->n_out)",
    "tcp_digest.c: payload->at",
    "tcp_digest.c: payload->bytes",
    "tcp_digest.c: segment->ack - back->consumed",
    "tcp_digest.c: segment->bytes",
    "tcp_digest.c: segment->edge - back->consumed",
    "tcp_digest.c: skb->bytes",
    "tcp_digest.c: skb->end - way->consumed",
    "tcp_digest.c: skb->read",
    "tcp_digest.c: skb->reserved",
    "tcp_digest.c: skb->sent",
    "tcp_digest.c: stack->packet_frame.label",
    "tcp_digest.c: stack->sleeper.asleep",
    "tcp_digest.c: stack->sleeper.pending",
    "tcp_digest.c: stack->soft_frame.label",
    "tcp_digest.c: way->acked - way->consumed",
    "tcp_digest.c: way->arrived - way->consumed",
    "tcp_digest.c: way->edge - way->consumed",
    "tcp_digest.c: way->end - way->consumed",
    "tcp_digest.c: way->filling",
    "tcp_digest.c: way->in_n",
    "tcp_digest.c: way->next - way->consumed",
    "tcp_digest.c: way->offered - way->consumed",
    "tcp_digest.c: way->out_n",
    "tcp_digest.c: way->out_sent",
    "tcp_digest.c: way->transmitting",
    "tcp_digest.c: way->una - way->consumed",
    "tcp_digest.c: way->wants_room",
    "virtual_link.c: end->irq_frame.label",
    "vmcomm_digest.c: UINT64_MAX",
    "vmcomm_digest.c: at",
    "vmcomm_digest.c: index == IVC_VMCOMM_NONE",
    "vmcomm_digest.c: message->complete",
    "vmcomm_digest.c: message->direct",
    "vmcomm_digest.c: message->have",
    "vmcomm_digest.c: message->shared",
    "vmcomm_digest.c: module->in_flight",
    "vmcomm_digest.c: module->slots[at].bytes",
    "vmcomm_digest.c: module->slots[at].last",
    "vmcomm_digest.c: port->at",
    "vmcomm_digest.c: port->blocks",
    "vmcomm_digest.c: port->bytes",
    "vmcomm_digest.c: port->call.label",
    "vmcomm_digest.c: port->handling.label",
    "vmcomm_digest.c: port->loop",
    "vmcomm_digest.c: port->part.label",
    "vmcomm_digest.c: port->posted != NULL",
    "vmcomm_digest.c: port->say.label ? port->say_word : 0",
    "vmcomm_digest.c: port->sleep.label",
    "vmcomm_digest.c: port->slot",
    "vmcomm_digest.c: port->unexpected.n",
    "vmcomm_digest.c: port->waiting.label",
    "vmcomm_digest.c: way->consumed",
    "vmcomm_digest.c: way->unacked",
    "xen_ring_digest.c: end->done",
    "xen_ring_digest.c: end->piece",
    "xen_ring_digest.c: end->tell_frame.label",
    "xen_ring_digest.c: end->wait_frame.label",
    "xen_ring_digest.c: frame->label",
    "xen_ring_digest.c: frame->left",
    "xen_ring_digest.c: frame->part",
    "xen_ring_digest.c: frame->sleep.label",
};

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(a, b);
}

START_TEST(test_what_is_forgotten_is_noticed)
{
    g_autoptr(GHashTable) missed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    guint32 seed = points_seed("property_forget", 20121122);
    for (size_t s = 0; s < G_N_ELEMENTS(scenarios); s += STRIDE) {
        Trial trial;
        trial_init(&trial, scenarios[s]);
        unsigned noticed = try_single_fields(&trial);
        printf("scenario %zu: %u fields, %u noticed alone; in other company", s, trial.order->len,
               noticed);
        for (guint32 o = 0; o < ORDERS; o++)
            printf(" %u", try_silenced(&trial, seed + o, missed));
        printf("\n");
        trial_clear(&trial);
    }
    GList *list = g_list_sort(g_hash_table_get_keys(missed), by_name);
    for (const GList *name = list; name; name = name->next)
        printf("missed: %s\n", (const char *)name->data);
    g_list_free(list);
    fflush(stdout);
    for (size_t i = 0; STRIDE == 1 && i < G_N_ELEMENTS(must_be_missed); i++)
        ck_assert_msg(g_hash_table_contains(missed, must_be_missed[i]), "'%s' is not missed",
                      must_be_missed[i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("forget");
    TCase *tests = tcase_create("forget");
    tcase_set_timeout(tests, 280);
    tcase_add_test(tests, test_what_is_forgotten_is_noticed);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
