/* TCP between two guests that each have a virtual function of one card: no hypervisor and no driver
 * domain on the way of a packet, but the card, PCIe and the IOMMU.
 *
 * This file has the parameters; the functions and the card's switch are vf.c's, the drivers
 * nic.c's, the message passing above is sock.c's, and sockets without it are socket.c's.
 *
 * Left out: see vf.c, iommu.c and nic.c; mapping a guest's memory when it starts. */
#include "models/net/link_check.h"
#include "models/net/mechanisms.h"
#include "models/net/over_tcp.h"
#include "models/net/vf.h"

typedef struct {
    IvcOverTcpSpec over;
    IvcNicSpec nic;
    IvcVfSpec vf;
} Spec;

#define S Spec
#define DRIVER "assumed: as mechanism ethernet: a share of what native Linux is recalled to take"
#define IAVF_RING "recalled: Linux drivers/net/ethernet/intel/iavf"
#define IAVF_DELAY "assumed: iavf adapts between 2 and 126 us"
#define BENCH "recalled: Neugebauer and others, PCIe performance, SIGCOMM 2018"
#define RIOMMU "recalled: Malka and others, rIOMMU, ASPLOS 2015, table 1"

/* IvcIommuPolicy */
static const char *const policies[] = {"none", "passthrough", "lazy", "strict", NULL};
static const char *const deliveries[] = {"injected", "posted", NULL}; /* IvcVfDelivery */
static const char *const tables[] = {"emulated", "nested", NULL};     /* IvcIommuTables */

#define IOMMU_ROWS                                                                                 \
    {IVC_PARAM(S, vf.iommu.policy, "iommu"), .fallback = "passthrough", .choices = policies,       \
     .sentence = "what a virtual function may reach: all memory (none), its guest's memory "       \
                 "(passthrough), or buffers mapped for each packet, which the IOMMU forgets in "   \
                 "batches (lazy) or at once (strict)"},                                            \
        {IVC_PARAM(S, vf.iommu.tables, "iommu_tables"), .fallback = "emulated", .choices = tables, \
         .sentence =                                                                               \
             "the IOMMU that a guest sees, for lazy and strict, in modes with a hypervisor: "      \
             "emulated, so that it takes part in each mapping and each invalidation, "             \
             "or nested, so that it takes part in the latter"},                                    \
        {IVC_PARAM(S, vf.iommu.iotlb, "iotlb"),                                                    \
         .fallback = "64",                                                                         \
         .min = "4",                                                                               \
         .max = "4096",                                                                            \
         .kind = IVC_KIND_ASSUMED,                                                                 \
         .source = BENCH ": 64 entries, found by measuring",                                       \
         .sentence = "translations that the IOMMU caches"},                                        \
        {IVC_PARAM(S, vf.iommu.page, "iommu_page"),                                                \
         .fallback = "2MiB",                                                                       \
         .min = "4KiB",                                                                            \
         .max = "1GiB",                                                                            \
         .kind = IVC_KIND_ASSUMED,                                                                 \
         .source = "assumed: VFIO maps huge pages where they back a guest",                        \
         .sentence = "page in which a guest's memory is mapped as a whole; a packet's is 4KiB"},   \
        {IVC_PARAM(S, vf.iommu.walk, "walk"),                                                      \
         .fallback = "330ns",                                                                      \
         .max = "1ms",                                                                             \
         .kind = IVC_KIND_ASSUMED,                                                                 \
         .source = BENCH ": a read of 64 B from 430 to 760 ns",                                    \
         .sentence = "how much later an access is whose translation is not cached"},               \
        {IVC_PARAM(S, vf.iommu.walkers, "walkers"),                                                \
         .fallback = "6",                                                                          \
         .min = "1",                                                                               \
         .max = "1024",                                                                            \
         .kind = IVC_KIND_ASSUMED,                                                                 \
         .source = BENCH ": reads of 64 B lose 70 % of their rate: one in 53 ns",                  \
         .sentence = "walks that go on side by side"},                                             \
        {IVC_PARAM(S, vf.iommu.map, "map"),                                                        \
         .fallback = "727cycles",                                                                  \
         .max = "1ms",                                                                             \
         .kind = IVC_KIND_ASSUMED,                                                                 \
         .source = RIOMMU ": 92 + 590 + 45, with its allocator",                                   \
         .sentence = "mapping a buffer of one page: an address, and an entry in the tables"},      \
        {IVC_PARAM(S, vf.iommu.map_page, "map_page"),                                              \
         .fallback = "50cycles",                                                                   \
         .max = "1ms",                                                                             \
         .kind = IVC_KIND_ASSUMED,                                                                 \
         .source = "assumed: an entry beside the one before",                                      \
         .sentence = "the same, each further page"},                                               \
        {IVC_PARAM(S, vf.iommu.unmap, "unmap"),                                                    \
         .fallback = "932cycles",                                                                  \
         .max = "1ms",                                                                             \
         .kind = IVC_KIND_ASSUMED,                                                                 \
         .source = RIOMMU ": 418 + 62 + 427 + 25",                                                 \
         .sentence = "taking a buffer of one page out of the tables, without invalidation"},       \
        {IVC_PARAM(S, vf.iommu.unmap_page, "unmap_page"),                                          \
         .fallback = "50cycles",                                                                   \
         .max = "1ms",                                                                             \
         .kind = IVC_KIND_ASSUMED,                                                                 \
         .source = "assumed: as map_page",                                                         \
         .sentence = "the same, each further page"},                                               \
        {IVC_PARAM(S, vf.iommu.invalidate, "invalidate"),                                          \
         .fallback = "2127cycles",                                                                 \
         .max = "1ms",                                                                             \
         .kind = IVC_KIND_ASSUMED,                                                                 \
         .source = RIOMMU,                                                                         \
         .sentence = "asking the IOMMU to forget, and waiting until it has"},                      \
    {                                                                                              \
        IVC_PARAM(S, vf.iommu.batch, "flush_batch"),                                               \
            .fallback = "256", .min = "1", .max = "65536", .kind = IVC_KIND_DOCUMENTED,            \
            .source = "Linux: IOVA_FQ_SIZE",                                                       \
            .sentence = "lazy: mappings on the list at which the"                                  \
                        " IOMMU forgets all of the function"                                       \
    }

static const IvcParam params[] = {
    {IVC_PARAM(S, vf.vfs, "vfs"), .fallback = "64", .min = "1", .max = "256",
     .kind = IVC_KIND_DOCUMENTED,
     .source = "Intel, SR-IOV network virtual functions in Linux KVM: XL710, 64 each port",
     .sentence = "virtual functions that the card has: one for each guest of the channel"},
    {IVC_PARAM(S, vf.trusted, "trusted"), .fallback = "false",
     .sentence = "the guests trust each other: the channel may do without an IOMMU"},
    {IVC_PARAM(S, vf.pcie_rate, "pcie_rate"), .fallback = "57.88Gbit/s", .min = "1Mbit/s",
     .max = "10Tbit/s", .kind = IVC_KIND_ASSUMED,
     .source = BENCH ": eight lanes of generation 3, less the data link layer",
     .sentence = "bits of packets that the card's PCIe link carries in a second, each way"},
    {IVC_PARAM(S, vf.tlp_payload, "tlp_payload"), .fallback = "256B", .min = "64B", .max = "4KiB",
     .kind = IVC_KIND_ASSUMED, .source = BENCH ": a common setting",
     .sentence = "most data in one packet of PCIe"},
    {IVC_PARAM(S, vf.tlp_write, "tlp_write"), .fallback = "24B", .max = "1KiB",
     .kind = IVC_KIND_ASSUMED, .source = BENCH ": framing 2, link layer 6, header 4 + 12",
     .sentence = "what surrounds the data of a packet that writes"},
    {IVC_PARAM(S, vf.tlp_read, "tlp_read"), .fallback = "20B", .max = "1KiB",
     .kind = IVC_KIND_ASSUMED, .source = BENCH ": framing 2, link layer 6, header 4 + 8",
     .sentence = "what surrounds the data of a packet that answers a read"},
    {IVC_PARAM(S, vf.descriptor, "descriptor"), .fallback = "16B", .min = "1B", .max = "256B",
     .kind = IVC_KIND_DOCUMENTED, .source = "Linux drivers/net/ethernet/intel: 16 bytes",
     .sentence = "bytes that describe a buffer, read by the card, and written when it is done"},
    {IVC_PARAM(S, vf.rx_buffer, "rx_buffer"), .fallback = "2KiB", .min = "256B", .max = "64KiB",
     .kind = IVC_KIND_DOCUMENTED, .source = "Linux drivers/net/ethernet/intel: 2 KiB",
     .sentence = "a buffer of the receiver's ring; larger frames take several"},
    {IVC_PARAM(S, vf.doorbell, "doorbell"), .fallback = "150ns", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = "assumed: a posted write, half of a round trip's shorter",
     .sentence = "from the driver's word until the card has it"},
    {IVC_PARAM(S, vf.dma_read, "dma_read"), .fallback = "430ns", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = BENCH ": 64 B, in the cache",
     .sentence = "round trip of a read by the card: of descriptors, and then of data"},
    {IVC_PARAM(S, vf.dma_write, "dma_write"), .fallback = "215ns", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = "assumed: half of dma_read",
     .sentence = "until what the card writes is in memory"},
    {IVC_PARAM(S, vf.switch_rate, "switch_rate"), .fallback = "40Gbit/s", .min = "1Mbit/s",
     .max = "10Tbit/s", .kind = IVC_KIND_ASSUMED,
     .source = "assumed: as the card's port; between functions it is recalled to be more or less",
     .sentence = "bits that the card's switch passes on in a second, for all functions"},
    {IVC_PARAM(S, vf.switch_delay, "switch_delay"), .fallback = "500ns", .max = "1ms",
     .kind = IVC_KIND_ASSUMED, .source = "assumed: a switch that stores a frame",
     .sentence = "from a frame's end in the switch until it is written"},
    {IVC_PARAM(S, vf.ahead, "card_buffer"), .fallback = "32KiB", .min = "1KiB", .max = "16MiB",
     .kind = IVC_KIND_ASSUMED,
     .source = "assumed: a fifth of what a card of 10 Gbit/s is recalled at",
     .sentence = "bytes in the card, asked for and not written yet, from which on it asks no more"},
    {IVC_PARAM(S, vf.delivery, "delivery"), .fallback = "injected", .choices = deliveries,
     .sentence = "who brings interrupts to a guest: its hypervisor, which also sees their end "
                 "(injected: what that costs is the mode's), or the chip (posted)"},
    IOMMU_ROWS,
    IVC_NIC_RING_PARAM_ROWS(S, nic, "512", IVC_KIND_ASSUMED, IAVF_RING, IAVF_RING),
    IVC_NIC_DRIVER_PARAM_ROWS(S, nic, IAVF_DELAY, IAVF_DELAY, DRIVER),
    IVC_OVER_TCP_PARAM_ROWS(S, over, "1500B", "9000B", "IEEE 802.3", "0cycles",
                            "Linux: common cards do checksums; 2 cycles are recalled without"),
    {0},
};

enum {
    IOMMU = OVER_TCP_STAGES + DATAGRAM_STAGES,
    STAGES = IOMMU + IOMMU_STAGES,
};

static const IvcStage stages[] = {
    IVC_OVER_TCP_STAGE_ROWS,
    IVC_DATAGRAM_STAGE_ROWS(OVER_TCP_STAGES),
    IVC_IOMMU_STAGE_ROWS(IOMMU),
    [STAGES] = {NULL, NULL, false},
};

static IvcLink *link_new(IvcPlatform *platform, const void *bound)
{
    const Spec *spec = bound;
    uint32_t stage0 = platform->stage_mechanism;
    IvcLink *link =
        ivc_nic_link_new(platform, &spec->nic, ivc_packet_bytes(platform, spec->over.tcp.mtu.n),
                         ivc_tcp_offload(&spec->over.tcp, spec->nic.tso), stage0);
    ivc_nic_link_over(link, ivc_vf_new(platform, &spec->vf, spec->over.tcp.mtu.n,
                                       spec->over.tcp.sndbuf.n, spec->nic.rx_ring, stage0 + IOMMU));
    return link;
}

static void check(const void *bound, const IvcScenario *scenario, const char *path, IvcDiags *diags)
{
    const Spec *spec = bound;
    uint64_t ranks = ivc_scenario_channel_ranks(scenario, path);
    ivc_over_tcp_check(bound, scenario, path, diags);
    ivc_link_check_power(spec->vf.iommu.page.n, scenario, path, "iommu_page",
                         "the bytes of a page are a power of two", diags);
    ivc_link_check_apart(scenario, path,
                         "the ranks of one guest have one virtual function, and no switch leads "
                         "from it to itself: each guest of this channel has one rank",
                         "give each guest one core, or ask for fewer 'workload.ranks'", diags);
    if (ranks > spec->vf.vfs) {
        g_autofree char *text =
            g_strdup_printf("the card has %" G_GUINT64_FORMAT " virtual functions ('vfs') for "
                            "%" G_GUINT64_FORMAT " guests",
                            spec->vf.vfs, ranks);
        ivc_scenario_conflict(scenario, path, "vfs", "name fewer guests in 'between'", text, diags);
    }
    IvcMode mode = ivc_scenario_mode_at(scenario, path);
    if (spec->vf.delivery == IVC_VF_POSTED &&
        (mode == IVC_MODE_TRANSLATION || mode == IVC_MODE_PARAVIRTUAL))
        ivc_scenario_conflict(scenario, path, "delivery",
                              "take 'injected', or a mode that runs guests in hardware",
                              "interrupts are posted to a guest mode of the processor, and this "
                              "channel's mode does not use it",
                              diags);
    if (spec->vf.iommu.policy == IVC_IOMMU_NONE && !spec->vf.trusted && !ivc_mode_is_one_os(mode))
        ivc_scenario_conflict(
            scenario, path, "iommu",
            "choose 'passthrough', which costs the cores nothing, or say "
            "'trusted: true' of the guests",
            "without an IOMMU a guest that programs its virtual function reaches the "
            "memory of all others, and the guests are not trusted",
            diags);
}

static const IvcNetwork network = {.link_new = link_new, .stage_datagram = OVER_TCP_STAGES};

const IvcMechanism ivc_mechanism_sriov = {
    .head = {.name = "sr-iov",
             .summary = "TCP between guests that each have a virtual function of one card, behind "
                        "an IOMMU",
             .params = params,
             .spec_size = sizeof(Spec),
             .stages = stages,
             .check = check},
    IVC_OVER_TCP_HOOKS(network),
};
