/* Two guests, each with a virtual function of one card, and the card's switch between them.
 *
 * A packet that a driver announces is read by the card: first its descriptors, then its bytes, from
 * the sender's memory over the PCIe link; frame by frame it crosses the switch and is written into
 * a buffer of the receiver's, with a descriptor behind it. Reads take one direction of the link and
 * writes the other; both are shared by all functions, and so is the switch. Each access is
 * translated by the IOMMU; one whose translation is not cached waits for the walk of the tables,
 * and keeps the link from others as far as walks cannot go on side by side.
 *
 * Functions have the link in turn, frame by frame. The card reads ahead of its switch as much as
 * its buffer holds, so that nobody waits behind all that another function has announced. The link's
 * time is reckoned without the latencies, which all packets have alike: when a frame has its turn,
 * all of its times are known.
 *
 * Left out: what DMA takes from the memory's rate; credits and tags of PCIe; descriptors fetched in
 * batches; a wire outside. */
#include "models/net/vf.h"

#include "models/net/backlog.h"

/* A frame in the card. */
typedef struct {
    IvcTime written_ps;
    uint64_t bytes;
} Held;

/* A function. */
typedef struct {
    IvcTime arrived_ps; /**< when the latest frame is in its guest's memory */
    uint64_t at;        /**< these two: bytes read of the packet that it has begun */
    IvcTime late_ps;    /**< and how long after its turn on the link they are there */
} Port;

typedef struct {
    IvcNicPath head;
    IvcPlatform *platform;
    const IvcVfSpec *spec;
    IvcIommu iommu;
    uint32_t n;
    uint64_t buffer; /**< bytes of the receiver's memory for a frame of the MTU */
    IvcBacklog held; /**< Held: frames that it has asked for and not written yet */
    uint64_t held_bytes;
    IvcTimer turn;
    bool waiting;      /**< for its turn */
    uint32_t served;   /**< the function that had the latest one */
    IvcTime down_ps;   /**< up to when the card reads */
    IvcTime have_ps;   /**< when it has what it has read */
    IvcTime switch_ps; /**< up to when its switch is busy */
    IvcTime up_ps;     /**< up to when it writes */
    Port *ports;
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

/* From the driver's word until the bytes of its packet are there, but for the link's time. */
static IvcTime read_late_ps(const IvcVfSpec *spec)
{
    return spec->doorbell.ps + 2 * spec->dma_read.ps;
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

/* A packet's descriptors are read. */
static void read_descriptors(Card *card, uint32_t rank, uint64_t packet)
{
    const IvcVfSpec *spec = card->spec;
    uint64_t bytes = ivc_iommu_pages(packet + IVC_VF_ETHERNET) * spec->descriptor.n;
    uint64_t misses = ivc_iommu_touch_ring(&card->iommu, rank, 0);
    card->down_ps += MAX(ivc_vf_read_ps(spec, bytes), ivc_iommu_busy_ps(&card->iommu, misses));
    card->ports[rank].late_ps = read_late_ps(spec) + walk_ps(card, misses);
    card->ports[rank].at = 0;
    card->read += bytes;
}

/* A frame is read, and crosses the switch. */
static void read_frame(Card *card, uint32_t rank, const IvcNicFrame *frame, uint64_t bytes)
{
    const IvcVfSpec *spec = card->spec;
    Port *port = &card->ports[rank];
    uint64_t read = frame->first ? bytes : frame->data; /* the card makes the headers of others */
    uint64_t misses = ivc_iommu_touch(&card->iommu, rank, IVC_DMA_SENT, port->at, read);
    port->at += read;
    /* With the descriptor of the buffer that the frame will go to. */
    card->down_ps += MAX(ivc_vf_read_ps(spec, read) + ivc_vf_read_ps(spec, spec->descriptor.n),
                         ivc_iommu_busy_ps(&card->iommu, misses));
    card->have_ps = MAX(card->have_ps, card->down_ps + port->late_ps + walk_ps(card, misses));
    card->switch_ps = MAX(card->switch_ps, card->have_ps) + bits_ps(8 * bytes, spec->switch_rate);
    card->read += read + spec->descriptor.n;
}

/* The receiver's function writes what leaves the switch. @return when it is in memory */
static IvcTime write_frame(Card *card, uint32_t to, uint64_t bytes)
{
    const IvcVfSpec *spec = card->spec;
    Port *port = &card->ports[to];
    uint64_t misses = ivc_iommu_touch_ring(&card->iommu, to, 1) +
                      ivc_iommu_touch(&card->iommu, to, IVC_DMA_RECEIVED, 0, bytes);
    ivc_iommu_pass(&card->iommu, to, IVC_DMA_RECEIVED, card->buffer);
    card->up_ps = MAX(card->up_ps, card->switch_ps + spec->switch_delay.ps) +
                  MAX(ivc_vf_write_ps(spec, bytes) + ivc_vf_write_ps(spec, spec->descriptor.n),
                      ivc_iommu_busy_ps(&card->iommu, misses));
    card->wrote += bytes + spec->descriptor.n;
    port->arrived_ps =
        MAX(port->arrived_ps, card->up_ps + spec->dma_write.ps + walk_ps(card, misses));
    return port->arrived_ps;
}

/* The sender is told by a word in its ring. */
static void write_back(Card *card, uint32_t rank, uint64_t packet)
{
    ivc_iommu_pass(&card->iommu, rank, IVC_DMA_SENT, packet + IVC_VF_ETHERNET);
    card->up_ps =
        MAX(card->up_ps, card->have_ps) + ivc_vf_write_ps(card->spec, card->spec->descriptor.n);
    card->wrote += card->spec->descriptor.n;
}

/* The next function that has something to send, in turn. */
static bool next_function(Card *card, IvcNicFrame *ret_frame)
{
    for (uint32_t i = 1; i <= card->n; i++) {
        uint32_t rank = (card->served + i) % card->n;
        if (!ivc_nic_next_frame(card->head.link, rank, ret_frame))
            continue;
        card->served = rank;
        return true;
    }
    return false;
}

/* Frames that have been written make room. */
static void release(Card *card)
{
    while (card->held.n) {
        const Held *first = ivc_backlog_at(&card->held, 0);
        if (first->written_ps > card->platform->sim.now)
            return;
        card->held_bytes -= first->bytes;
        ivc_backlog_pop(&card->held);
    }
}

/* When there is room for a further frame. */
static IvcTime room_ps(const Card *card)
{
    uint64_t bytes = card->held_bytes;
    IvcTime when_ps = 0;
    for (uint32_t i = 0; bytes >= card->spec->ahead.n && i < card->held.n; i++) {
        const Held *held = ivc_backlog_at(&card->held, i);
        bytes -= held->bytes;
        when_ps = held->written_ps;
    }
    return when_ps;
}

/* The card goes on when it has asked for the frame before, and when its buffer has room. */
static void arm(Card *card)
{
    release(card);
    IvcTime when_ps = MAX(MAX(card->down_ps, room_ps(card)), card->platform->sim.now);
    card->waiting = true;
    ivc_timer_arm(&card->platform->sim, &card->turn, when_ps, IVC_PHASE_DELIVER);
}

static void turn_fire(IvcSim *sim, IvcTimer *timer)
{
    Card *card = (Card *)((char *)timer - offsetof(Card, turn));
    IvcNicFrame frame;
    card->waiting = false;
    if (!next_function(card, &frame))
        return;
    uint32_t rank = card->served;
    uint64_t bytes = IVC_VF_ETHERNET + frame.headers + frame.data;
    card->down_ps = MAX(card->down_ps, sim->now);
    if (frame.first)
        read_descriptors(card, rank, frame.packet);
    read_frame(card, rank, &frame, bytes);
    IvcTime arrives_ps = write_frame(card, frame.to, bytes);
    ivc_backlog_push(&card->held, &(Held){.written_ps = card->up_ps, .bytes = bytes});
    card->held_bytes += bytes;
    if (frame.last)
        write_back(card, rank, frame.packet);
    if (card->spec->iommu.policy == IVC_IOMMU_NONE)
        card->exposed += card->n - 2;
    ivc_nic_sent_frame(card->head.link, rank, card->have_ps + card->spec->dma_write.ps, arrives_ps);
    arm(card);
}

static void told(IvcNicPath *path, uint32_t rank)
{
    (void)rank;
    if (!card_of(path)->waiting)
        arm(card_of(path));
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
    ivc_backlog_clear(&card->held);
    g_free(card->ports);
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
    ivc_digest_u64(digest, card->served);
    ivc_digest_u64(digest, card->waiting);
    ivc_timer_digest(&card->turn, digest);
    for (uint32_t r = 0; r < card->n; r++) {
        IvcNicFrame frame;
        ivc_digest_time(digest, MAX(card->ports[r].arrived_ps, now));
        if (!ivc_nic_next_frame(card->head.link, r, &frame) || frame.first)
            continue;
        ivc_digest_u64(digest, card->ports[r].at);
        ivc_digest_u64(digest, card->ports[r].late_ps);
    }
    for (uint32_t i = 0; !digest->brief && i < card->held.n; i++) {
        const Held *held = ivc_backlog_at(&card->held, i);
        if (held->written_ps <= now)
            continue;
        ivc_digest_time(digest, held->written_ps);
        ivc_digest_u64(digest, held->bytes);
    }
    ivc_iommu_digest(&card->iommu, digest);
}

static const IvcNicPathOps ops = {
    .free = card_free,
    .start = start,
    .give = give,
    .told = told,
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
    ivc_backlog_init(&card->held, sizeof(Held));
    ivc_timer_init(&card->turn, ivc_platform_id(platform), turn_fire);
    card->ports = g_new0(Port, card->n);
    ivc_iommu_init(&card->iommu, platform, &spec->iommu, card->n, sndbuf, rx_ring * card->buffer,
                   stage0);
    return &card->head;
}
