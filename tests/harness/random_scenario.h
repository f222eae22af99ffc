/** @file
 *  Random scenarios that bind: text of YAML with every mechanism, workload and kind of machine, and
 *  parameters drawn within their ranges.
 */
#pragma once

#include "sim/model/component.h"

/** What a random scenario may contain. */
typedef struct {
    bool chunked;     /**< register blocks that need several chunks a word */
    bool contention;  /**< more than one pair of ranks, and slow shared resources */
    bool nanoseconds; /**< some costs as times instead of cycles */
    bool unpaced;     /**< no rank computes, and no round is due at a time of its own */
    bool linked;      /**< machines of several nodes, too */
} RandomScenario;

static inline const char *random_pick(GRand *rand, const char *const *from, guint n)
{
    return from[g_rand_int_range(rand, 0, (gint)n)];
}

static inline bool random_chance(GRand *rand, int percent)
{
    return g_rand_int_range(rand, 0, 100) < percent;
}

/** A number between low and high whose logarithm is uniform. */
static inline guint random_log(GRand *rand, guint low, guint high)
{
    guint top = low;
    while (top < high && random_chance(rand, 85))
        top = top * 2 + 1;
    top = MIN(top, high);
    return (guint)g_rand_int_range(rand, (gint)low, (gint)top + 1);
}

static inline void random_cost(GRand *rand, GString *to, const char *key, guint high,
                               const RandomScenario *kind)
{
    if (random_chance(rand, 60))
        return;
    if (kind->nanoseconds && random_chance(rand, 30))
        g_string_append_printf(to, " %s: %uns,", key, random_log(rand, 0, high));
    else
        g_string_append_printf(to, " %s: %ucycles,", key, random_log(rand, 0, high));
}

/* Nodes with as many cores each, of 4 or 12 cores in all. */
static inline void random_interconnect(GRand *rand, GString *to, bool twelve)
{
    static const guint nodes[] = {2, 4, 4, 3, 6, 12};
    static const char *const kinds[] = {"ring", "mesh", "sockets"};
    static const char *const directions[] = {"duplex", "shared"};
    static const char *const places[] = {"nodes", "first", "corners"};
    static const char *const rates[] = {"200MB/s", "1GB/s", "3GB/s", "20GB/s"};
    const char *kind = random_pick(rand, kinds, 3);
    bool mesh = g_str_equal(kind, "mesh"), sockets = g_str_equal(kind, "sockets");
    guint n = nodes[g_rand_int_range(rand, 0, twelve ? 6 : 3)];
    guint columns = !mesh ? 1 : n % 2 == 0 && random_chance(rand, 50) ? 2 : n;
    g_string_append_printf(to, "  memory: {rate: %s, at: %s}\n", random_pick(rand, rates, 4),
                           random_pick(rand, places, sockets ? 2 : 3));
    g_string_append_printf(to,
                           "  interconnect: {kind: %s, nodes: %u, columns: %u, hop: %ucycles, "
                           "link: %s, rate: %s, directions: %s}\n",
                           kind, n, columns, random_log(rand, 0, 300), random_pick(rand, rates, 4),
                           random_pick(rand, rates, 4), random_pick(rand, directions, 2));
}

/* A TLB of which small buffers are too large already. */
#define RANDOM_VIRTUALISATION \
    "  virtualisation: {extension: nested, tlb: {entries: 3, page: 1KiB}, exit: %s}\n"

static inline void random_machine(GRand *rand, GString *to, const char *profile,
                                  const RandomScenario *kind)
{
    static const char *const costs[][8] = {
        {"registers", "store", "load", "flight", "hop", NULL},
        {"interrupt", "entry", "exit", NULL},
        {"os", "syscall_enter", "syscall_exit", "block", "wake", "resume", "idle_exit"},
        {"copy", "setup", "word", NULL},
        {"read", "l2", "other", "memory", NULL},
        {"write", "l2", "other", "memory", NULL},
    };
    static const char *const policies[] = {"write-back", "write-through"};
    static const char *const blocks[] = {"loongson3", "octeon-ciu"};
    static const char *const rates[] = {"1GB/s", "3GB/s", "100MB/s", "6.4GB/s"};
    g_string_append_printf(to, "machine:\n  profile: %s\n", profile);
    for (size_t g = 0; g < G_N_ELEMENTS(costs); g++) {
        g_string_append_printf(to, "  %s: {", costs[g][0]);
        for (size_t c = 1; c < 8 && costs[g][c]; c++)
            random_cost(rand, to, costs[g][c], g == 3 ? 200 : 2000, kind);
        if (g == 0 && (!kind->chunked || random_chance(rand, 50)))
            g_string_append_printf(to, " block: %s,",
                                   kind->chunked ? random_pick(rand, blocks, 2) : blocks[0]);
        g_string_append(to, "}\n");
    }
    g_string_append_printf(to, "  l1: {write: %s, size: %uKiB}\n", random_pick(rand, policies, 2),
                           1u << g_rand_int_range(rand, 0, 7));
    if (random_chance(rand, 30))
        g_string_append_printf(to, "  l2: {scope: %s, size: %uKiB}\n",
                               random_chance(rand, 50) ? "core" : "chip",
                               1u << g_rand_int_range(rand, 4, 11));
    g_string_append_printf(to, RANDOM_VIRTUALISATION, kind->nanoseconds ? "300ns" : "300cycles");
    if (kind->linked && random_chance(rand, 40))
        random_interconnect(rand, to, g_str_equal(profile, "octeon-cn5650"));
    else if (kind->contention && random_chance(rand, 50))
        g_string_append_printf(to, "  memory: {rate: %s}\n  interconnect: {rate: %s}\n",
                               random_pick(rand, rates, 4), random_pick(rand, rates, 4));
}

/* Which guests a mechanism can join. */
typedef enum {
    RANDOM_ANY,
    RANDOM_APART,    /* one rank in each */
    RANDOM_SERVED,   /* the same, and another guest serves them */
    RANDOM_TOGETHER, /* all ranks in one */
} RandomGuests;

static inline RandomGuests random_guests_of(const char *mechanism)
{
    if (g_str_equal(mechanism, "netfront"))
        return RANDOM_SERVED;
    if (g_str_equal(mechanism, "xen-fifo") || g_str_equal(mechanism, "ethernet") ||
        g_str_equal(mechanism, "sr-iov"))
        return RANDOM_APART;
    return g_str_equal(mechanism, "loopback") ? RANDOM_TOGETHER : RANDOM_ANY;
}

static inline void random_guests(GRand *rand, GString *to, guint ranks, RandomGuests kind)
{
    bool served = kind == RANDOM_SERVED;
    guint guests = kind == RANDOM_TOGETHER ? 1
                   : ranks == 2 || kind != RANDOM_ANY || random_chance(rand, 70)
                       ? ranks
                       : (guint)g_rand_int_range(rand, 2, (gint)ranks + 1);
    g_string_append(to, "guests:\n");
    for (guint g = 0; g < guests; g++) {
        g_string_append_printf(to, "  g%u: {cores: [", g);
        for (guint c = g; c < ranks; c += guests)
            g_string_append_printf(to, "%s%u", c == g ? "" : ", ", c);
        g_string_append(to, "], memory: 64MiB}\n");
    }
    if (served) /* by a guest of one or two vCPUs */
        g_string_append_printf(
            to, random_chance(rand, 50) ? "  dom: {cores: [%u]}\n" : "  dom: {cores: [%u, %u]}\n",
            ranks, ranks + 1);
}

static inline void random_region(GRand *rand, GString *to)
{
    static const char *const homes[] = {"first-touch", "first-rank", "last-rank"};
    guint block = 6 + (guint)g_rand_int_range(rand, 0, 5);                   /* 64 B to 1 KiB */
    guint region = MAX(12, block + 4) + (guint)g_rand_int_range(rand, 0, 6); /* 4 to 128 KiB */
    g_string_append_printf(to, "region: %uB, block_min: %uB, copies: %d,", 1u << region,
                           1u << block, g_rand_int_range(rand, 1, 3));
    g_string_append_printf(to, " home: %s,", random_pick(rand, homes, 3));
    if (random_chance(rand, 30))
        g_string_append_printf(to, " piece: %uB,", 1u << g_rand_int_range(rand, 6, (gint)region));
}

/* The guest `dom` serves all; rings hardly hold two packets, so that everything waits for room. */
static inline void random_netfront(GRand *rand, GString *to, guint ranks)
{
    guint pages = (guint)g_rand_int_range(rand, 1, 5), ring = pages > 2 ? 16 : 8;
    g_string_append(to, "between: [");
    for (guint g = 0; g < ranks; g++)
        g_string_append_printf(to, "%sg%u", g ? ", " : "", g);
    g_string_append_printf(
        to,
        "], driver_domain: dom, slots_max: %u, ring: %u, pending: %u, gso: %uB, mtu: %uB, "
        "sndbuf: %uB, rcvbuf: %uB, back_budget: %u, rx_batch: %u, copy_batch: %u, "
        "front_budget: %u, ack_every: %u, idle_wake: %ucycles,",
        pages + 2, ring << g_rand_int_range(rand, 0, 3), random_log(rand, pages + 3, 64),
        4096 * pages, 576 + random_log(rand, 0, 900), 8192 + random_log(rand, 0, 65536),
        8192 + random_log(rand, 0, 65536), random_log(rand, 1, 64), random_log(rand, 1, 64),
        random_log(rand, 1, 64), random_log(rand, 1, 64), random_log(rand, 1, 4),
        random_log(rand, 0, 5000));
}

/* Buffers and packets that hardly fit, so that everything waits for room. */
static inline void random_tcp(GRand *rand, GString *to)
{
    g_string_append_printf(to, "mtu: %uB, sndbuf: %uB, rcvbuf: %uB, ack_every: %u, eager_max: %uB,",
                           576 + random_log(rand, 0, 900), 8192 + random_log(rand, 0, 65536),
                           8192 + random_log(rand, 0, 65536), random_log(rand, 1, 4),
                           random_log(rand, 1, 40000));
}

/* How guests guard themselves. What is drawn without this stays as it was: a hash decides. */
static inline void random_guard(GString *to, bool region, bool check)
{
    static const char *const checks[] = {"none", "copy-first"};
    static const char *const seals[] = {"none", "authenticate", "encrypt"};
    static const char *const rights[] = {"shared", "read-only", "granted"};
    guint hash = g_str_hash(to->str) * 2654435761u >> 16;
    if (hash % 3 == 0) /* as many without any */
        return;
    if (check)
        g_string_append_printf(to, " check: %s,", checks[hash / 3 % 2]);
    g_string_append_printf(to, " seal: %s, authenticate: %ucycles,", seals[hash / 6 % 3],
                           1 + hash % 500);
    if (region)
        g_string_append_printf(to, " rights: %s, grant: %ucycles,", rights[hash / 18 % 3],
                               hash % 3000);
}

static inline void random_fifo(GRand *rand, GString *to, const RandomScenario *kind)
{
    guint fifo = 11 + (guint)g_rand_int_range(rand, 0, 7); /* 2 to 128 KiB */
    random_tcp(rand, to);
    g_string_append_printf(to, "fifo: %uB, gso: %uB, waiting: %u, idle_wake: %ucycles,", 1u << fifo,
                           random_log(rand, 1, MIN(1u << fifo, 65536u) - 64),
                           random_log(rand, 1, 40), random_log(rand, 0, 5000));
    random_cost(rand, to, "hook", 1000, kind);
    random_cost(rand, to, "take", 1000, kind);
    random_guard(to, false, false);
}

static inline void random_loopback(GRand *rand, GString *to, const RandomScenario *kind)
{
    random_tcp(rand, to);
    g_string_append_printf(to, "gso: %uB,", random_log(rand, 1, 8192));
    random_cost(rand, to, "xmit", 1000, kind);
    random_cost(rand, to, "backlog", 1000, kind);
}

static inline void random_ethernet(GRand *rand, GString *to)
{
    static const char *const rates[] = {"100Mbit/s", "1Gbit/s", "10Gbit/s", "40Gbit/s"};
    random_tcp(rand, to);
    g_string_append_printf(
        to, "rate: %s, wire: %uns, tso: %uB, gro: %s, tx_ring: %u, rx_ring: %u, rx_delay: %uns,",
        random_pick(rand, rates, 4), random_log(rand, 0, 5000), random_log(rand, 1, 8192),
        random_chance(rand, 50) ? "true" : "false", random_log(rand, 1, 64),
        random_log(rand, 1, 64), random_log(rand, 0, 20000));
    g_string_append_printf(to, "idle_wake: %ucycles,", random_log(rand, 0, 5000));
}

static inline void random_slots(GRand *rand, GString *to, const RandomScenario *kind)
{
    static const char *const keys[] = {"stores", "loads", "until", "answer", "deliver"};
    static const char *const choices[][2] = {{"lines", "single"},
                                             {"lines", "single"},
                                             {"taken", "stored"},
                                             {"interrupt", "poll"},
                                             {"process", "handler"}};
    for (size_t k = 0; k < G_N_ELEMENTS(keys); k++)
        g_string_append_printf(to, "%s: %s, ", keys[k], random_pick(rand, choices[k], 2));
    g_string_append_printf(to, "slots: %u, slot: 64KiB, in_register: %uB, get_loads: %u,",
                           random_log(rand, 1, 8), random_log(rand, 0, 64), random_log(rand, 0, 8));
    random_cost(rand, to, "send_overhead", 1000, kind);
    random_cost(rand, to, "recv_overhead", 1000, kind);
    random_cost(rand, to, "handle", 1000, kind);
    random_cost(rand, to, "scan", 100, kind);
}

/* Rings and lists that fill up, a cache for a few translations, and every policy. */
static inline void random_sriov(GRand *rand, GString *to, const RandomScenario *kind)
{
    static const char *const policies[] = {"none", "passthrough", "lazy", "strict"};
    static const char *const pages[] = {"4KiB", "16KiB", "2MiB"};
    static const char *const rates[] = {"1Gbit/s", "8Gbit/s", "57.88Gbit/s"};
    random_tcp(rand, to);
    g_string_append_printf(
        to,
        "trusted: true, iommu: %s, iommu_page: %s, iotlb: %u, walkers: %u, walk: %uns, "
        "flush_batch: %u, pcie_rate: %s, switch_rate: %s, tso: %uB, gro: %s, tx_ring: %u, "
        "rx_ring: %u, rx_delay: %uns, idle_wake: %ucycles,",
        random_pick(rand, policies, 4), random_pick(rand, pages, 3), random_log(rand, 4, 64),
        random_log(rand, 1, 8), random_log(rand, 0, 2000), random_log(rand, 1, 20),
        random_pick(rand, rates, 3), random_pick(rand, rates, 3), random_log(rand, 1, 8192),
        random_chance(rand, 50) ? "true" : "false", random_log(rand, 1, 64),
        random_log(rand, 1, 64), random_log(rand, 0, 20000), random_log(rand, 0, 5000));
    random_cost(rand, to, "map", 1000, kind);
    random_cost(rand, to, "unmap", 1000, kind);
    random_cost(rand, to, "invalidate", 3000, kind);
}

/* Deliveries that every profile has that is drawn here; the costs are the profile's. */
static inline void random_interrupts(GRand *rand, GString *to, guint *most)
{
    static const char *const ways[] = {"bare, mode: native", "loongson, mode: hardware-nested",
                                       "loongson-paravirtual, mode: hardware-shadow"};
    static const char *const calls[] = {"receiver: running", "receiver: halted", "call: wake"};
    *most = 8;
    g_string_append_printf(to, "delivery: %s, %s, halt_poll: %uns, halt_poll_start: %uns,",
                           random_pick(rand, ways, 3), random_pick(rand, calls, 3),
                           random_log(rand, 0, 100000), random_log(rand, 1, 5000));
}

static inline void random_nemesis(GRand *rand, GString *to, const RandomScenario *kind)
{
    guint cell = 10 + (guint)g_rand_int_range(rand, 0, 7);
    g_string_append_printf(
        to,
        "mode: native, cell: %uB, cells: %u, fastbox: %s, eager_max: %uB, slot: %uB, "
        "slots: %u,",
        1u << cell, random_log(rand, 1, 8), random_chance(rand, 50) ? "true" : "false",
        1u << g_rand_int_range(rand, 0, (gint)cell + 1), 1u << g_rand_int_range(rand, 10, 16),
        random_log(rand, 1, 8));
    random_cost(rand, to, "send_overhead", 1000, kind);
    random_cost(rand, to, "recv_overhead", 1000, kind);
    random_cost(rand, to, "progress", 200, kind);
}

/* Registers, a region, or both. */
static inline void random_registers(GRand *rand, GString *to, const char *mechanism, guint *most,
                                    const RandomScenario *kind)
{
    static const char *const software[] = {"choose", "pack", "dispatch", "match"};
    g_string_append_printf(to, "window: %u,", random_log(rand, 2, 255));
    if (!g_str_equal(mechanism, "register"))
        random_region(rand, to);
    if (g_str_equal(mechanism, "register"))
        *most = 256;
    else if (g_str_equal(mechanism, "register-shmem") && random_chance(rand, 50))
        g_string_append_printf(to, " register_max: %uB,", random_log(rand, 0, 256));
    if (kind->nanoseconds && random_chance(rand, 40))
        g_string_append_printf(to, " spin: %uns,", random_log(rand, 1, 20000));
    for (size_t i = 0; i < G_N_ELEMENTS(software); i++)
        random_cost(rand, to, software[i], 500, kind);
    if (!g_str_equal(mechanism, "register"))
        random_guard(to, true, true);
}

static inline void random_channel(GRand *rand, GString *to, const char *mechanism, guint *most,
                                  guint ranks, const RandomScenario *kind)
{
    bool nemesis = g_str_equal(mechanism, "nemesis");
    bool sock = g_str_equal(mechanism, "sock");
    g_string_append_printf(to, "channels:\n  c: {mechanism: %s, ", mechanism);
    *most = 40000;
    if (g_str_equal(mechanism, "netfront")) {
        random_netfront(rand, to, ranks);
    } else if (g_str_equal(mechanism, "xen-ring")) {
        g_string_append_printf(to, "ring: %uB, eager_max: %uB, idle_wake: %ucycles,",
                               1u << g_rand_int_range(rand, 10, 18), random_log(rand, 1, 40000),
                               random_log(rand, 0, 5000));
        random_cost(rand, to, "call", 500, kind);
        random_cost(rand, to, "send_overhead", 1000, kind);
        random_cost(rand, to, "recv_overhead", 1000, kind);
        random_guard(to, false, true);
    } else if (g_str_equal(mechanism, "xen-fifo")) {
        random_fifo(rand, to, kind);
    } else if (g_str_equal(mechanism, "loopback")) {
        random_loopback(rand, to, kind);
    } else if (g_str_equal(mechanism, "ethernet")) {
        random_ethernet(rand, to);
    } else if (g_str_equal(mechanism, "sr-iov")) {
        random_sriov(rand, to, kind);
    } else if (g_str_equal(mechanism, "virtual-ipi")) {
        random_interrupts(rand, to, most);
    } else if (nemesis) {
        random_nemesis(rand, to, kind);
    } else if (g_str_equal(mechanism, "message-buffer")) {
        guint lines = random_log(rand, 1, 64);
        g_string_append_printf(to, "copy: %s, parts: %u, chunk: %uB,",
                               random_chance(rand, 50) ? "plain" : "tuned",
                               random_log(rand, 1, MIN(lines, 8)), 128 * lines);
        random_cost(rand, to, "send_overhead", 1000, kind);
        random_cost(rand, to, "recv_overhead", 1000, kind);
    } else if (g_str_equal(mechanism, "message-queue")) {
        g_string_append_printf(to, "mode: native, depth: %u,", random_log(rand, ranks, 20));
        random_cost(rand, to, "send", 500, kind);
        random_cost(rand, to, "recv", 500, kind);
    } else if (g_str_equal(mechanism, "ring")) {
        g_string_append_printf(to, "slots: %u, slot: 1KiB, room: %s, pause: %ucycles,",
                               random_log(rand, 1, 64), random_chance(rand, 50) ? "count" : "slot",
                               random_log(rand, 0, 40));
        random_cost(rand, to, "send", 500, kind);
        random_cost(rand, to, "recv", 500, kind);
        *most = 1024;
    } else if (g_str_equal(mechanism, "ipi-buffer")) {
        random_slots(rand, to, kind);
    } else if (!sock) {
        random_registers(rand, to, mechanism, most, kind);
    }
    g_string_append(to, "}\n");
}

/* Nothing of this is left to chance: such runs can recur. */
static inline void random_pace(GRand *rand, GString *to)
{
    if (random_chance(rand, 15))
        g_string_append_printf(to, ", compute: {mean: %uns}", random_log(rand, 1, 50000));
    if (random_chance(rand, 15))
        g_string_append_printf(to, ", arrivals: {kind: periodic, rate: %u}",
                               random_log(rand, 1000, 1000000));
}

/* One of those that carry messages. */
static inline const char *random_mechanism(GRand *rand, const IvcRegistry *registry)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const IvcMechanism *const *row = registry->mechanisms; *row; row++)
        if (!(*row)->no_messages)
            g_ptr_array_add(names, (gpointer)(*row)->head.name);
    return names->pdata[g_rand_int_range(rand, 0, (gint)names->len)];
}

/* A hypervisor that takes part, now and then; no draw of its own, as above. */
static inline void random_mode(GString *to, guint message, const char *mechanism)
{
    static const char *const modes[] = {"container", "translation", "paravirtual",
                                        "hardware-shadow", "hardware-nested"};
    bool own_os = g_str_has_prefix(mechanism, "xen-") || g_str_equal(mechanism, "netfront");
    if (message % 4 == 1)
        g_string_append_printf(to, "hypervisor: {mode: %s}\n",
                               own_os ? modes[1 + message / 4 % 4] : modes[message / 4 % 5]);
}

/** Draws a scenario. @return transfer full */
static inline char *random_scenario(GRand *rand, const IvcRegistry *registry,
                                    const RandomScenario *kind)
{
    static const char *const workloads[] = {"stream", "pingpong", "exchange", "ring", "alltoall"};
    guint most = 0;
    const char *mechanism = random_mechanism(rand, registry);
    bool octeon = kind->chunked && random_chance(rand, 60);
    const char *workload = random_pick(rand, workloads, 5);
    guint ranks = kind->contention ? (guint)g_rand_int_range(rand, 2, octeon ? 7 : 5) : 2;
    if (ranks % 2 && !g_str_equal(workload, "ring") && !g_str_equal(workload, "alltoall"))
        ranks--;
    RandomGuests guests = random_guests_of(mechanism);
    GString *text = g_string_new("schema: ivcsim/1\nname: random\n");
    random_machine(rand, text, octeon ? "octeon-cn5650" : "loongson3a", kind);
    if (g_str_equal(mechanism, "message-buffer"))
        g_string_append(text, "  message_buffer: {size: 16KiB, line: 50cycles}\n");
    if (guests == RANDOM_SERVED && !octeon)
        ranks = 2; /* the others of its four cores are the driver domain's */
    random_guests(rand, text, ranks, guests);
    random_channel(rand, text, mechanism, &most, ranks, kind);
    guint message = random_log(rand, 1, most);
    guint messages = (guint)g_rand_int_range(rand, 1, 40);
    g_string_append_printf(
        text, "workload: {kind: %s, message: %uB, total: %" G_GUINT64_FORMAT "B, warmup: %d",
        workload, message, (guint64)message * messages, g_rand_int_range(rand, 0, 4));
    if (message % 3 == 0) /* no draw of its own: what there was before stays as it was */
        g_string_append(text, ", buffers: one");
    if (!kind->unpaced)
        random_pace(rand, text);
    g_string_append(text, "}\n");
    random_mode(text, message, mechanism);
    g_string_append(text, "limits: {horizon: 100s, events_max: 20000000}\n");
    return g_string_free(text, FALSE);
}
