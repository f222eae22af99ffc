/* Two guests, each with a virtual function of one card, and the card's switch between them.
 *
 * A packet that a driver announces is read by the card: first its descriptors, then its bytes, from
 * the sender's memory over the PCIe link; frame by frame it crosses the switch and is written into
 * a buffer of the receiver's, with a descriptor behind it. Reads take one direction of the link and
 * writes the other; both are shared by all functions, and so is the switch. Each access is
 * translated by the IOMMU; one whose translation is not cached waits for the walk of the tables,
 * and keeps the link from others as far as walks cannot go on side by side.
 *
 * All times of a packet are known as it is announced, in the order of the announcements; the link's
 * time is reckoned without the latencies, which all packets have alike.
 *
 * Left out: what DMA takes from the memory's rate; credits and tags of PCIe; descriptors fetched in
 * batches; the order of functions other than first come first served; a wire outside. */
#include "models/net/vf.h"

typedef struct {
    IvcNicPath head;
    IvcPlatform *platform;
    const IvcVfSpec *spec;
    IvcIommu iommu;
    uint32_t n;
    uint64_t buffer;      /**< bytes of the receiver's memory for a frame of the MTU */
    IvcTime down_ps;      /**< up to when the card reads */
    IvcTime have_ps;      /**< when it has what it has read */
    IvcTime switch_ps;    /**< up to when its switch is busy */
    IvcTime up_ps;        /**< up to when it writes */
    IvcTime *arrived_ps;  /**< when the latest frame is in a rank's memory */
    uint64_t at;          /**< these two: bytes read of the packet that was begun last */
    IvcTime late_ps;      /**< and how long after its turn on the link they are there */
    uint64_t read, wrote; /**< bytes on the link */
    uint64_t exposed;
} Card;

/* ---- the link ---- */

static IvcTime bits_ps(uint64_t bits, IvcBitRate rate)
{
    const uint64_t ps_per_s = UINT64_C(1000000000000);
    return (IvcTime)(((IvcU128)bits * ps_per_s + rate.bps - 1) / rate.bps);
}

static uint64_t on_link(const IvcVfSpec *spec, uint64_t bytes, IvcBytes around)
{
    return bytes + (bytes + spec->tlp_payload.n - 1) / spec->tlp_payload.n * around.n;
}

IvcTime ivc_vf_read_ps(const IvcVfSpec *spec, uint64_t bytes)
{
    return bits_ps(8 * on_link(spec, bytes, spec->tlp_read), spec->pcie_rate);
}

IvcTime ivc_vf_write_ps(const IvcVfSpec *spec, uint64_t bytes)
{
    return bits_ps(8 * on_link(spec, bytes, spec->tlp_write), spec->pcie_rate);
}

static Card *card_of(IvcNicPath *path)
{
    return (Card *)path;
}

static IvcTime walk_ps(const Card *card, uint64_t misses)
{
    return misses ? card->spec->iommu.walk.ps : 0;
}

/* ---- the drivers ---- */

static void give(IvcNicPath *path, IvcAgent *agent, uint32_t rank, uint64_t bytes)
{
    Card *card = card_of(path);
    ivc_iommu_map(&card->iommu, rank, bytes + IVC_VF_ETHERNET);
    ivc_iommu_owe(&card->iommu, rank, agent);
}

static void sent(IvcNicPath *path, uint32_t rank, uint64_t bytes)
{
    ivc_iommu_unmap(&card_of(path)->iommu, rank, IVC_DMA_SENT, bytes + IVC_VF_ETHERNET, false);
}

/* A new buffer takes the place of the one that came. */
static void taken(IvcNicPath *path, uint32_t rank, bool quiet)
{
    Card *card = card_of(path);
    ivc_iommu_unmap(&card->iommu, rank, IVC_DMA_RECEIVED, card->buffer, quiet);
    if (!quiet)
        ivc_iommu_map(&card->iommu, rank, card->buffer);
}

static void owe(IvcNicPath *path, IvcAgent *agent, uint32_t rank)
{
    ivc_iommu_owe(&card_of(path)->iommu, rank, agent);
}

static void interrupt(IvcNicPath *path, IvcAgent *agent, bool ends)
{
    if (card_of(path)->spec->delivery == IVC_VF_INJECTED)
        ivc_virt_owe(agent, ends ? IVC_VIRT_END_OF_INTERRUPT : IVC_VIRT_EXTERNAL_INTERRUPT);
}

/* ---- the card ---- */

static void begin(IvcNicPath *path, uint32_t rank, uint64_t bytes)
{
    Card *card = card_of(path);
    const IvcVfSpec *spec = card->spec;
    uint64_t descriptors = ivc_iommu_pages(bytes + IVC_VF_ETHERNET) * spec->descriptor.n;
    uint64_t misses = ivc_iommu_touch_ring(&card->iommu, rank, 0);
    card->down_ps = MAX(card->down_ps, card->platform->sim.now) +
                    MAX(ivc_vf_read_ps(spec, descriptors), ivc_iommu_busy_ps(&card->iommu, misses));
    card->late_ps = spec->doorbell.ps + 2 * spec->dma_read.ps + walk_ps(card, misses);
    card->at = 0;
    card->read += descriptors;
}

/* The receiver's function writes a frame that leaves the switch. @return when it is in memory */
static IvcTime write_frame(Card *card, uint32_t to, uint64_t bytes)
{
    const IvcVfSpec *spec = card->spec;
    uint64_t misses = ivc_iommu_touch_ring(&card->iommu, to, 1) +
                      ivc_iommu_touch(&card->iommu, to, IVC_DMA_RECEIVED, 0, bytes);
    ivc_iommu_pass(&card->iommu, to, IVC_DMA_RECEIVED, card->buffer);
    card->up_ps = MAX(card->up_ps, card->switch_ps + spec->switch_delay.ps) +
                  MAX(ivc_vf_write_ps(spec, bytes) + ivc_vf_write_ps(spec, spec->descriptor.n),
                      ivc_iommu_busy_ps(&card->iommu, misses));
    card->wrote += bytes + spec->descriptor.n;
    card->arrived_ps[to] =
        MAX(card->arrived_ps[to], card->up_ps + spec->dma_write.ps + walk_ps(card, misses));
    return card->arrived_ps[to];
}

static IvcTime frame(IvcNicPath *path, uint32_t from, uint32_t to, uint64_t headers, uint64_t data,
                     IvcTime *ret_left_ps)
{
    Card *card = card_of(path);
    const IvcVfSpec *spec = card->spec;
    uint64_t bytes = IVC_VF_ETHERNET + headers + data;
    uint64_t from_memory = card->at ? data : bytes; /* the card makes the headers of later ones */
    uint64_t misses = ivc_iommu_touch(&card->iommu, from, IVC_DMA_SENT, card->at, from_memory);
    card->at += from_memory;
    /* With the descriptor of the buffer that the frame will go to. */
    card->down_ps +=
        MAX(ivc_vf_read_ps(spec, from_memory) + ivc_vf_read_ps(spec, spec->descriptor.n),
            ivc_iommu_busy_ps(&card->iommu, misses));
    card->have_ps = MAX(card->have_ps, card->down_ps + card->late_ps + walk_ps(card, misses));
    card->read += from_memory + spec->descriptor.n;
    card->switch_ps = MAX(card->switch_ps, card->have_ps) + bits_ps(8 * bytes, spec->switch_rate);
    *ret_left_ps = card->have_ps + spec->dma_write.ps;
    if (spec->iommu.policy == IVC_IOMMU_NONE)
        card->exposed += card->n - 2;
    return write_frame(card, to, bytes);
}

/* The sender is told by a word in its ring. */
static void end(IvcNicPath *path, uint32_t rank, uint64_t bytes)
{
    Card *card = card_of(path);
    ivc_iommu_pass(&card->iommu, rank, IVC_DMA_SENT, bytes + IVC_VF_ETHERNET);
    card->up_ps =
        MAX(card->up_ps, card->have_ps) + ivc_vf_write_ps(card->spec, card->spec->descriptor.n);
    card->wrote += card->spec->descriptor.n;
}

/* ---- building ---- */

static void start(IvcNicPath *path)
{
    Card *card = card_of(path);
    IvcPlatform *platform = card->platform;
    ivc_platform_count(platform, "dma_read", "bytes", "bytes that the card read over PCIe",
                       &card->read);
    ivc_platform_count(platform, "dma_written", "bytes", "bytes that the card wrote over PCIe",
                       &card->wrote);
    ivc_platform_count(platform, "exposed_to", "count",
                       "frames times the other guests whose functions could have read or changed "
                       "them in the guests' memory",
                       &card->exposed);
    ivc_iommu_count(&card->iommu);
}

static void card_free(IvcNicPath *path)
{
    Card *card = card_of(path);
    ivc_iommu_clear(&card->iommu);
    g_free(card->arrived_ps);
    g_free(card);
}

static void card_digest(const IvcNicPath *path, IvcDigest *digest)
{
    const Card *card = (const Card *)path;
    IvcTime now = card->platform->sim.now;
    ivc_digest_time(digest, MAX(card->down_ps, now));
    ivc_digest_time(digest, MAX(card->have_ps, now));
    ivc_digest_time(digest, MAX(card->switch_ps, now));
    ivc_digest_time(digest, MAX(card->up_ps, now));
    for (uint32_t r = 0; r < card->n; r++)
        ivc_digest_time(digest, MAX(card->arrived_ps[r], now));
    ivc_iommu_digest(&card->iommu, digest);
}

static const IvcNicPathOps ops = {
    .free = card_free,
    .start = start,
    .give = give,
    .begin = begin,
    .frame = frame,
    .end = end,
    .sent = sent,
    .taken = taken,
    .owe = owe,
    .interrupt = interrupt,
    .digest = card_digest,
};

IvcNicPath *ivc_vf_new(IvcPlatform *platform, const IvcVfSpec *spec, uint64_t mtu, uint64_t sndbuf,
                       uint64_t rx_ring, uint32_t stage0)
{
    Card *card = g_new0(Card, 1);
    uint64_t frame_bytes = mtu + IVC_VF_ETHERNET;
    card->head.ops = &ops;
    card->platform = platform;
    card->spec = spec;
    card->n = platform->n_ranks;
    card->buffer = (frame_bytes + spec->rx_buffer.n - 1) / spec->rx_buffer.n * spec->rx_buffer.n;
    card->arrived_ps = g_new0(IvcTime, card->n);
    ivc_iommu_init(&card->iommu, platform, &spec->iommu, card->n, sndbuf, rx_ring * card->buffer,
                   stage0);
    return &card->head;
}
