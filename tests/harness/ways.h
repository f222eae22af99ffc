/* Every channel that carries MPI, with messages that take different paths in it, and scripts of
 * calls over them. */
#pragma once

#include "tests/harness/script.h"

#define WORLD IVC_MPI_COMM_WORLD
#define US UINT64_C(1000000)

/* Every channel, and messages in bytes that take different paths in it. */
static const struct {
    const char *name;
    const char *profile;
    const char *channel;
    uint64_t small;
    uint64_t large;
} ways[] = {
    {"registers and region", "loongson3a", "mechanism: register-shmem, region: 64KiB", 5, 40000},
    {"chunks and region", "octeon-cn5650", "mechanism: register-shmem, region: 64KiB", 7, 40000},
    {"region only", "octeon-cn5650", "mechanism: shmem, region: 16KiB, copies: 2", 5, 40000},
    {"region, nobody trusted", "octeon-cn5650",
     "mechanism: register-shmem, region: 64KiB, check: copy-first, seal: encrypt, rights: granted",
     7, 40000},
    {"region, read by others", "loongson3a",
     "mechanism: shmem, region: 16KiB, rights: read-only, seal: authenticate", 5, 40000},
    {"two words", "octeon-cn5650", "mechanism: register", 3, 200},
    {"one word", "loongson3a", "mechanism: register, window: 2", 3, 200},
    {"polling", "loongson3a", "mechanism: register-shmem, spin: 3us", 7, 9000},
    {"fast boxes and rendezvous", "octeon-cn5650", "mechanism: nemesis, mode: native", 5, 300000},
    {"cells", "loongson3a", "mechanism: nemesis, mode: native, fastbox: false, cells: 2", 5, 50000},
    {"interrupts and slots", "octeon-cn5650",
     "mechanism: ipi-buffer, until: stored, slots: 16, slot: 40KiB", 5, 40000},
    {"interrupts and handlers", "loongson3a",
     "mechanism: ipi-buffer, until: stored, answer: poll, deliver: handler, slots: 16, slot: 40KiB",
     5, 40000},
    {"TCP", "octeon-cn5650", "mechanism: sock", 5, 200000},
    {"TCP, small segments", "loongson3a", "mechanism: sock, mtu: 576B, sndbuf: 8KiB", 7, 30000},
    {"split driver", "octeon-cn5650", "mechanism: netfront, driver_domain: dom", 5, 300000},
    {"split driver, small ring", "octeon-cn5650",
     "mechanism: netfront, driver_domain: dom, ring: 8, slots_max: 4, gso: 4KiB, pending: 6", 5,
     50000},
    {"split driver, tasklets", "octeon-cn5650",
     "mechanism: netfront, driver_domain: dom, variant: copy-2.6.18", 5, 300000},
    {"split driver, pages given away", "octeon-cn5650",
     "mechanism: netfront, driver_domain: dom, variant: flip-2.6.18, guests: paravirtual", 5,
     300000},
    {"split driver, pages that stay", "octeon-cn5650",
     "mechanism: netfront, driver_domain: dom, variant: persistent, gso: 1500B", 5, 100000},
    {"split driver, staging", "octeon-cn5650",
     "mechanism: netfront, driver_domain: dom, variant: staging, ring: 64", 5, 300000},
    {"byte ring, nobody trusted", "octeon-cn5650",
     "mechanism: xen-ring, check: copy-first, seal: encrypt", 5, 300000},
    {"byte ring", "octeon-cn5650", "mechanism: xen-ring", 5, 300000},
    {"packet FIFO", "octeon-cn5650", "mechanism: xen-fifo", 5, 300000},
    {"packet FIFO of two packets", "loongson3a", "mechanism: xen-fifo, fifo: 4KiB, waiting: 2", 7,
     30000},
    {"wire", "octeon-cn5650", "mechanism: ethernet", 5, 300000},
    {"wire, ring of one", "octeon-cn5650", "mechanism: ethernet, tx_ring: 1, rx_ring: 1, tso: 1B",
     5, 50000},
    {"virtual functions", "octeon-cn5650", "mechanism: sr-iov", 5, 300000},
    {"virtual functions, rings of one", "octeon-cn5650",
     "mechanism: sr-iov, iommu: strict, iotlb: 4, tx_ring: 1, rx_ring: 1, card_buffer: 1KiB", 5,
     50000},
    {"loopback", "octeon-cn5650", "mechanism: loopback", 5, 300000},
    {"loopback, staged", "octeon-cn5650", "mechanism: loopback, staged: true", 5, 300000},
    {"byte ring of a page's quarter", "loongson3a", "mechanism: xen-ring, ring: 1KiB", 7, 30000},
};

static inline char *scenario_of(int way, unsigned ranks)
{
    GString *text = g_string_new("schema: ivcsim/1\nname: mpi\n");
    g_string_append_printf(text, "machine: {profile: %s}\nguests:\n", ways[way].profile);
    bool together = strstr(ways[way].channel, "loopback") != NULL;
    for (unsigned r = 0; r < ranks && !together; r++)
        g_string_append_printf(text, "  g%u: {cores: [%u], memory: 64MiB}\n", r, r);
    for (unsigned r = 0; r < ranks && together; r++)
        g_string_append_printf(text, "%s%u%s", r ? ", " : "  g: {memory: 64MiB, cores: [", r,
                               r + 1 == ranks ? "]}\n" : "");
    bool served = strstr(ways[way].channel, "driver_domain") != NULL;
    if (served)
        g_string_append(text, "  dom: {cores: [11], memory: 64MiB}\n");
    g_string_append_printf(text, "channels:\n  c: {%s", ways[way].channel);
    for (unsigned r = 0; served && r < ranks; r++)
        g_string_append_printf(text, "%sg%u", r ? ", " : ", between: [", r);
    g_string_append(text, served ? "]}\n" : "}\n");
    g_string_append_printf(text,
                           "workload: {kind: ring, message: %" G_GUINT64_FORMAT "B, total: 8B}\n",
                           ways[way].large);
    return g_string_free(text, FALSE);
}

#define BUFFER_BYTES 400000

static inline void run(int way, unsigned ranks, Script *script)
{
    g_autofree char *text = scenario_of(way, ranks);
    script_run(text, NULL, script, BUFFER_BYTES);
}

static inline ScriptOp send_to(int peer, int tag, uint64_t count)
{
    return (ScriptOp){SCRIPT_SEND, peer, tag, count, IVC_MPI_BYTE, WORLD};
}

static inline ScriptOp recv_from(int peer, int tag, uint64_t count)
{
    return (ScriptOp){SCRIPT_RECV, peer, tag, count, IVC_MPI_BYTE, WORLD};
}

static inline ScriptOp delay(IvcTime ps)
{
    return (ScriptOp){.kind = SCRIPT_DELAY, .count = ps};
}

static inline void check(const Script *script, unsigned rank, unsigned op, IvcMpiError error)
{
    const ScriptResult *result = &script->results[rank][op];
    ck_assert_msg(result->done, "rank %u, call %u did not return", rank, op);
    ck_assert_msg(result->error == error, "rank %u, call %u: %s", rank, op,
                  ivc_mpi_error_name(result->error));
}

static inline void check_got(const Script *script, unsigned rank, unsigned op, unsigned source,
                             int tag, uint64_t bytes)
{
    const IvcEnvelope *got = &script->results[rank][op].envelope;
    check(script, rank, op, IVC_MPI_SUCCESS);
    ck_assert_uint_eq(got->source, source);
    ck_assert_int_eq(got->tag, tag);
    ck_assert_uint_eq(got->bytes, bytes);
}
