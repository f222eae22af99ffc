/* Virtual functions of one card: how long one message takes, to the picosecond, from the parameters
 * alone, under each policy of the IOMMU; what interrupts cost under a hypervisor; what the switch
 * and PCIe leave for data; and what the IOMMU has to do. */
#include "models/net/vf.h"
#include "tests/harness/counts.h"
#include "tests/harness/idle_path.h"
#include "tests/harness/points.h"

/* In nanoseconds, as the scenario below states them; those that others have are in the harness. */
enum {
    TX = 163,
    TX_DONE = 167,
    RX = 173,
    IRQ = 181,
    ENTRY = 191,
    EXIT = 193,
    IDLE_WAKE = 197,
    DMA_READ = 199,
    DMA_WRITE = 211,
    DOORBELL = 223,
    RX_DELAY = 227,
    SWITCH_DELAY = 229,
    WALK = 3000,
    WALKERS = 2,
    MAP = 233,
    UNMAP = 239,
    INVALIDATE = 241,
    PAYLOAD = 256,
    DESCRIPTOR = 16,
    /* of the hypervisor */
    LEAVE = 251,
    BACK = 257,
    TAKE = 263,
    INJECT = 269,
    COMPLETE = 271,
    MMIO = 277,
};

/* PCIe takes a nanosecond a byte, the switch two. */
static const char text[] =
    "schema: ivcsim/1\nname: sriov\n"
    "machine:\n  profile: loongson3a\n"
    "  copy: {setup: 0ns, word: 7ns}\n" IDLE_PATH_CACHES
    "  interrupt: {entry: 191ns, exit: 193ns}\n"
    "  virtualisation: {extension: nested, exit: 251ns, entry: 257ns, interrupt: 263ns,\n"
    "    injection: 269ns, completion: 271ns, mmio: 277ns}\n" IDLE_PATH_OS
    "guests:\n  a: {cores: [1], memory: 64MiB}\n  b: {cores: [2], memory: 64MiB}\n"
    "  c: {cores: [3], memory: 64MiB}\n"
    "channels:\n"
    "  c: {mechanism: sr-iov, between: [a, b], header: 40B, " IDLE_PATH_MPI ", " IDLE_PATH_TCP
    ", tx: 163ns, tx_done: 167ns, rx: 173ns, gro_merge: 179ns, irq: 181ns,\n"
    "      idle_wake: 197ns, dma_read: 199ns, dma_write: 211ns, doorbell: 223ns, rx_delay: 227ns,\n"
    "      switch_delay: 229ns, walk: 3us, walkers: 2, map: 233ns, map_page: 0ns, unmap: 239ns,\n"
    "      unmap_page: 0ns, invalidate: 241ns, pcie_rate: 8Gbit/s, switch_rate: 4Gbit/s,\n"
    "      ack_every: 64}\n"
    "workload: {kind: pingpong, message: 8B, total: 640B, warmup: 8}\n";

static uint64_t copy_ns(uint64_t bytes)
{
    return (bytes + 7) / 8 * WORD;
}

static uint64_t read_ns(uint64_t bytes)
{
    return bytes + (bytes + PAYLOAD - 1) / PAYLOAD * 20;
}

static uint64_t write_ns(uint64_t bytes)
{
    return bytes + (bytes + PAYLOAD - 1) / PAYLOAD * 24;
}

/* From the driver's word to the receiver's memory, for what one frame carries. `misses`: of the
 * bytes of the packet, on each side. */
static uint64_t card_ns(uint64_t message, uint64_t misses)
{
    uint64_t bytes = 14 + 52 + HEADER + message, walks = misses * WALK / WALKERS;
    uint64_t read = read_ns(bytes) + read_ns(DESCRIPTOR);
    uint64_t write = write_ns(bytes) + write_ns(DESCRIPTOR);
    uint64_t in = DOORBELL + 2 * DMA_READ + read_ns(DESCRIPTOR) + MAX(read, walks);
    uint64_t out = SWITCH_DELAY + MAX(write, walks) + DMA_WRITE;
    return in + 2 * bytes + out + (misses ? 2 * WALK : 0);
}

/* From Send to the return of Recv; the receiver sleeps in poll(), and its answer to the message
 * before is still in its ring. `policy`: what the drivers do for the IOMMU. */
static uint64_t one_way_ns(uint64_t message, IvcIommuPolicy policy)
{
    bool mapped = policy >= IVC_IOMMU_LAZY;
    uint64_t back = mapped ? UNMAP + (policy == IVC_IOMMU_STRICT ? INVALIDATE : 0) : 0;
    uint64_t map = mapped ? MAP : 0;
    uint64_t user = copy_ns(HEADER) + copy_ns(message);
    uint64_t sender = SEND + SYSCALL_ENTER + SOCKET_CALL + user + TX_SEGMENT + map + TX;
    uint64_t interrupt = RX_DELAY + IDLE_WAKE + ENTRY + IRQ + EXIT;
    uint64_t softirq = SOFTIRQ + TX_DONE + back + RX + back + map + RX_SEGMENT + WAKE;
    uint64_t process =
        IDLE_EXIT + RESUME + SYSCALL_EXIT + 2 * (SYSCALL_ENTER + SOCKET_CALL + SYSCALL_EXIT) + user;
    return sender + card_ns(message, mapped) + interrupt + softirq + process;
}

static IvcResult *run(uint64_t message, const char *policy, const char *more)
{
    g_autofree char *size = g_strdup_printf("workload.message=%" G_GUINT64_FORMAT "B", message);
    g_autofree char *total = g_strdup_printf("workload.total=%" G_GUINT64_FORMAT "B", 80 * message);
    return points_run(text, (const char *[]){size, total, policy, more, NULL});
}

START_TEST(test_latency_is_the_sum_of_the_stages)
{
    static const uint64_t sizes[] = {1, 8, 64, 1000, MSS - HEADER};
    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
        g_autoptr(IvcResult) result = run(sizes[s], "channels.c.iommu=passthrough", NULL);
        check_latency(result, sizes[s], one_way_ns(sizes[s], IVC_IOMMU_PASSTHROUGH));
        check_count(result, "frames_sent", 80, 2);
        check_count(result, "nic_interrupts", 80, 2);
        check_count(result, "iotlb_misses", 0, 0);
        check_count(result, "iommu_maps", 0, 0);
        check_count(result, "exposed_to", 0, 0);
        uint64_t each = 14 + 52 + HEADER + sizes[s];
        check_count(result, "dma_written", 80 * (each + 2 * DESCRIPTOR), 2 * (each + 32));
        /* By the cores; the card copies nothing. */
        check_count(result, "copied_bytes", 80 * 2 * sizes[s] + 80 * HEADER, 2 * HEADER);
    }
}
END_TEST

START_TEST(test_without_an_iommu)
{
    g_autoptr(IvcResult) result = run(64, "channels.c.iommu=none", "channels.c.trusted=true");
    check_latency(result, 64, one_way_ns(64, IVC_IOMMU_NONE));
    check_count(result, "iotlb_hits", 0, 0);
}
END_TEST

/* Strict: both buffers are mapped, walked for, unmapped and invalidated. Short frames take less
 * time on the link than a walk, long ones more. */
START_TEST(test_strict_maps_and_invalidates_each_packet)
{
    static const uint64_t sizes[] = {8, MSS - HEADER};
    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
        g_autoptr(IvcResult) result = run(sizes[s], "channels.c.iommu=strict", NULL);
        check_latency(result, sizes[s], one_way_ns(sizes[s], IVC_IOMMU_STRICT));
        check_count(result, "iommu_maps", 2 * 80, 4);
        check_count(result, "iommu_invalidations", 2 * 80, 4);
        check_count(result, "iotlb_misses", 2 * 80, 4);
        check_count(result, "iotlb_hits", 2 * 80, 4); /* of the descriptors */
        check_count(result, "stale_pages", 0, 0);
    }
}
END_TEST

/* Lazy, with a list that does not fill up: as strict, but for the waiting. */
START_TEST(test_lazy_does_not_wait)
{
    g_autoptr(IvcResult) result = run(8, "channels.c.iommu=lazy", "channels.c.flush_batch=65536");
    check_latency(result, 8, one_way_ns(8, IVC_IOMMU_LAZY));
    check_count(result, "iommu_invalidations", 0, 0);
}
END_TEST

/* A list of ten mappings: a tenth of the invalidations, and pages that a function can still reach
 * meanwhile. Some were forgotten with others before they were taken back. */
START_TEST(test_lazy_invalidates_in_batches)
{
    g_autoptr(IvcResult) result = run(8, "channels.c.iommu=lazy", "channels.c.flush_batch=10");
    check_count(result, "iommu_invalidations", 2 * 80 / 10, 2);
    check_count(result, "stale_pages", 2 * 80 * 9 / 10, 2 * 80 / 10 + 4);
}
END_TEST

/* Under a hypervisor: what an interrupt and its end take; nothing when it is posted. */
START_TEST(test_interrupts_by_mode)
{
    const uint64_t native = one_way_ns(8, IVC_IOMMU_PASSTHROUGH);
    const uint64_t taken = LEAVE + TAKE + INJECT + BACK, ended = LEAVE + COMPLETE + BACK;
    g_autoptr(IvcResult) injected =
        run(8, "hypervisor.mode=hardware-nested", "channels.c.delivery=injected");
    check_latency(injected, 8, native + taken + ended);
    g_autoptr(IvcResult) posted =
        run(8, "hypervisor.mode=hardware-nested", "channels.c.delivery=posted");
    check_latency(posted, 8, native);
}
END_TEST

/* The IOMMU that a guest sees is its hypervisor's: a word for each invalidation, and for each
 * mapping unless the tables are in two stages. */
START_TEST(test_a_guests_iommu_traps)
{
    static const char *const posted[] = {"hypervisor.mode=hardware-nested",
                                         "channels.c.delivery=posted"};
    const uint64_t native = one_way_ns(8, IVC_IOMMU_STRICT), word = LEAVE + MMIO + BACK;
    g_autoptr(IvcResult) emulated =
        points_run(text, (const char *[]){posted[0], posted[1], "channels.c.iommu=strict", NULL});
    check_latency(emulated, 8, native + 4 * word);
    g_autoptr(IvcResult) nested =
        points_run(text, (const char *[]){posted[0], posted[1], "channels.c.iommu=strict",
                                          "channels.c.iommu_tables=nested", NULL});
    check_latency(nested, 8, native + 2 * word);
}
END_TEST

START_TEST(test_bytes_on_the_link)
{
    const IvcVfSpec spec = {.pcie_rate = {UINT64_C(8000000000)},
                            .tlp_payload = {256},
                            .tlp_write = {24},
                            .tlp_read = {20}};
    ck_assert_uint_eq(ivc_vf_read_ps(&spec, 1), 21000);
    ck_assert_uint_eq(ivc_vf_read_ps(&spec, 256), 276000);
    ck_assert_uint_eq(ivc_vf_read_ps(&spec, 257), 297000);
    ck_assert_uint_eq(ivc_vf_write_ps(&spec, 1514), (1514 + 6 * 24) * 1000);
}
END_TEST

/* Pages of 4 KiB under a cache of four translations: four places are used in turn at each end, so
 * that none is found again. With room for all, only new pages are walked for. */
START_TEST(test_a_small_iotlb_finds_nothing)
{
    g_autoptr(IvcResult) few = points_run(
        text, (const char *[]){"channels.c.iommu_page=4KiB", "channels.c.iotlb=4", NULL});
    check_count(few, "iotlb_hits", 0, 8); /* of the last message and Finalize's first */
    g_autoptr(IvcResult) many = points_run(
        text, (const char *[]){"channels.c.iommu_page=4KiB", "channels.c.iotlb=4096", NULL});
    check_count(many, "iotlb_misses", 80, 4); /* a page has two places: each end has 40 of them */
    check_count(many, "iotlb_hits", 4 * 80 - 80, 8);
    ck_assert_uint_lt(many->latency_ps.max, few->latency_ps.max);
}
END_TEST

/* Cores that are no limit. */
#define FAST                                                                                       \
    "machine.copy.word=0ns", "channels.c.rx=1ns", "channels.c.gro_merge=1ns", "channels.c.tx=1ns", \
        "channels.c.tx_done=1ns", "channels.c.tx_segment=1ns", "channels.c.rx_segment=1ns",        \
        "channels.c.ack_tx=1ns", "channels.c.ack_rx=1ns", "channels.c.softirq=1ns",                \
        "channels.c.map=0ns", "channels.c.unmap=0ns", "channels.c.invalidate=0ns"

/* A stream of whole segments, in bytes of TCP's data in a second, over the bound. */
static double share_of(const char *a, const char *b, double bound)
{
    const uint64_t segments = 10, n = 1000;
    g_autofree char *message =
        g_strdup_printf("workload.message=%" G_GUINT64_FORMAT "B", segments * MSS - HEADER);
    g_autofree char *total =
        g_strdup_printf("workload.total=%" G_GUINT64_FORMAT "B", n * (segments * MSS - HEADER));
    g_autoptr(IvcResult) result =
        points_run(text, (const char *[]){message, total, a, b, "workload.kind=stream",
                                          "workload.warmup=200", FAST, NULL});
    const double bytes = (double)(result->messages * segments * MSS);
    return bytes / ((double)result->elapsed_ps / 1e12) / bound;
}

static void check_share(double share)
{
    ck_assert_msg(share > 0.99 && share <= 1.0001, "%.4f of the bound", share);
}

/* The switch carries 1,448 of 1,514 bytes; PCIe 1,448 of what a frame and a descriptor take with
 * what surrounds them; and a link whose
 * accesses wait for walks one frame in half of a walk, acknowledgements too. */
START_TEST(test_what_the_bounds_leave)
{
    check_share(share_of("channels.c.iommu=passthrough", "channels.c.switch_rate=4Gbit/s",
                         5e8 * 1448 / 1514));
    check_share(share_of("channels.c.switch_rate=40Gbit/s", "channels.c.pcie_rate=8Gbit/s",
                         1e9 * 1448 / (double)(write_ns(1514) + write_ns(DESCRIPTOR))));
    check_share(
        share_of("channels.c.iommu=strict", "channels.c.walk=20us", 1448 / 10e-6 * 64 / 65));
}
END_TEST

/* Without an IOMMU each other guest's function reaches what is on its way. */
START_TEST(test_who_could_reach_a_frame)
{
    g_autoptr(IvcResult) result = points_run(
        text, (const char *[]){"workload.kind=ring", "channels.c.between=[a, b, c]",
                               "channels.c.iommu=none", "channels.c.trusted=true", NULL});
    ck_assert_uint_gt(count_of(result, "frames_sent"), 0);
    ck_assert_uint_eq(count_of(result, "exposed_to"), count_of(result, "frames_sent"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sriov");
    TCase *tests = tcase_create("sriov");
    tcase_add_test(tests, test_latency_is_the_sum_of_the_stages);
    tcase_add_test(tests, test_without_an_iommu);
    tcase_add_test(tests, test_strict_maps_and_invalidates_each_packet);
    tcase_add_test(tests, test_lazy_does_not_wait);
    tcase_add_test(tests, test_lazy_invalidates_in_batches);
    tcase_add_test(tests, test_interrupts_by_mode);
    tcase_add_test(tests, test_a_guests_iommu_traps);
    tcase_add_test(tests, test_bytes_on_the_link);
    tcase_add_test(tests, test_a_small_iotlb_finds_nothing);
    tcase_add_test(tests, test_what_the_bounds_leave);
    tcase_add_test(tests, test_who_could_reach_a_frame);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
