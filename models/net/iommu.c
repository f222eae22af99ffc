/* An IOMMU: which translations it has cached, and what drivers do for it.
 *
 * The cache keeps the translations that were used last, of all functions together. Where a guest's
 * memory is mapped as a whole, its buffers go round in the same pages, and a translation is found
 * again when no more pages than there are entries were used since. Where each packet is mapped, its
 * pages have addresses that were never used before.
 *
 * Strict: whoever takes a buffer back has the IOMMU forget its pages, and waits until it has. Lazy:
 * what was taken back is put on a list, and when `batch` mappings are on it, the IOMMU forgets
 * everything about the function at once. Up to then the function can still reach them.
 *
 * Under a hypervisor the IOMMU that a guest sees is not the chip's: each word to it traps.
 *
 * Left out: sets (any translation can be in any entry), the caches of the tables' upper levels, the
 * timer that clears a list which does not fill up, several lists, page requests of the card. */
#include "models/net/iommu.h"

/* Where a guest's memory is mapped as a whole, a buffer begins at a multiple of this. */
#define SLOT 2048u

void ivc_iommu_init(IvcIommu *iommu, IvcPlatform *platform, const IvcIommuSpec *spec, uint32_t n,
                    uint64_t sent, uint64_t received, uint32_t stage0)
{
    *iommu = (IvcIommu){.platform = platform, .spec = spec, .stage0 = stage0, .n = n};
    iommu->shares = g_new0(IvcIommuShare, n);
    iommu->entries = g_new0(IvcIotlbEntry, spec->iotlb);
    for (uint32_t r = 0; r < n; r++) {
        iommu->shares[r].pages[IVC_DMA_SENT] = MAX(1, sent / spec->page.n);
        iommu->shares[r].pages[IVC_DMA_RECEIVED] = MAX(1, received / spec->page.n);
    }
    iommu->t.map = ivc_platform_ps(platform, spec->map);
    iommu->t.map_page = ivc_platform_ps(platform, spec->map_page);
    iommu->t.unmap = ivc_platform_ps(platform, spec->unmap);
    iommu->t.unmap_page = ivc_platform_ps(platform, spec->unmap_page);
    iommu->t.invalidate = ivc_platform_ps(platform, spec->invalidate);
}

void ivc_iommu_clear(IvcIommu *iommu)
{
    g_free(iommu->shares);
    g_free(iommu->entries);
}

void ivc_iommu_count(IvcIommu *iommu)
{
    IvcPlatform *platform = iommu->platform;
    ivc_platform_count(platform, "iotlb_hits", "count", "translations found in the IOTLB",
                       &iommu->hits);
    ivc_platform_count(platform, "iotlb_misses", "count",
                       "translations for which the IOMMU walked its tables", &iommu->misses);
    ivc_platform_count(platform, "iommu_maps", "count", "buffers that drivers mapped",
                       &iommu->maps);
    ivc_platform_count(platform, "iommu_invalidations", "count",
                       "times that a driver waited for the IOMMU to forget", &iommu->invalidations);
    ivc_platform_count(
        platform, "stale_pages", "count",
        "pages that a function could still reach after the driver had taken them back",
        &iommu->stale);
}

/* ---- the cache ---- */

static bool matches(const IvcIotlbEntry *entry, uint32_t owner, IvcDmaArea area, uint64_t page)
{
    return entry->page == page && entry->area == area && entry->owner == owner;
}

/* One translation. @return true when it was not there */
static bool look_up(IvcIommu *iommu, uint32_t owner, IvcDmaArea area, uint64_t page)
{
    IvcIotlbEntry *entries = iommu->entries;
    uint32_t at = 0;
    if (iommu->spec->policy == IVC_IOMMU_NONE)
        return false;
    while (at < iommu->used && !matches(&entries[at], owner, area, page))
        at++;
    bool missed = at == iommu->used;
    if (!missed)
        iommu->hits++;
    else if (iommu->used < iommu->spec->iotlb)
        iommu->used++;
    else
        at--; /* the one that was not used for longest */
    iommu->misses += missed;
    memmove(&entries[1], &entries[0], at * sizeof *entries);
    entries[0] = (IvcIotlbEntry){.owner = owner, .area = area, .page = page};
    return missed;
}

static bool is_among(const IvcIotlbEntry *entry, uint32_t owner, IvcDmaArea area, uint64_t first,
                     uint64_t end)
{
    return entry->owner == owner && entry->area == area && entry->page >= first &&
           entry->page < end;
}

static uint64_t cached(const IvcIommu *iommu, uint32_t owner, IvcDmaArea area, uint64_t first,
                       uint64_t end)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < iommu->used; i++)
        n += is_among(&iommu->entries[i], owner, area, first, end);
    return n;
}

/* Forgets pages of an area. */
static void forget(IvcIommu *iommu, uint32_t owner, IvcDmaArea area, uint64_t first, uint64_t end)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < iommu->used; i++)
        if (!is_among(&iommu->entries[i], owner, area, first, end))
            iommu->entries[kept++] = iommu->entries[i];
    iommu->used = kept;
}

static void forget_all(IvcIommu *iommu, uint32_t owner)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < iommu->used; i++)
        if (iommu->entries[i].owner != owner)
            iommu->entries[kept++] = iommu->entries[i];
    iommu->used = kept;
}

/* Pages of the memory that is mapped as a whole; all of them may be one. */
static uint64_t touch_whole(IvcIommu *iommu, uint32_t owner, IvcDmaArea area, uint64_t at,
                            uint64_t bytes)
{
    const IvcIommuShare *share = &iommu->shares[owner];
    uint64_t size = iommu->spec->page.n, from = share->mapped[area] + at, misses = 0;
    if (share->pages[area] == 1)
        return look_up(iommu, owner, area, 0);
    for (uint64_t page = from / size; page * size < from + bytes; page++)
        misses += look_up(iommu, owner, area, page % share->pages[area]);
    return misses;
}

uint64_t ivc_iommu_touch(IvcIommu *iommu, uint32_t owner, IvcDmaArea area, uint64_t at,
                         uint64_t bytes)
{
    uint64_t first = iommu->shares[owner].mapped[area], misses = 0;
    if (!ivc_iommu_per_packet(iommu))
        return touch_whole(iommu, owner, area, at, bytes);
    for (uint64_t page = at / IVC_IOMMU_PAGE; page * IVC_IOMMU_PAGE < at + bytes; page++)
        misses += look_up(iommu, owner, area, first + page);
    return misses;
}

uint64_t ivc_iommu_touch_ring(IvcIommu *iommu, uint32_t owner, uint32_t ring)
{
    return look_up(iommu, owner, IVC_DMA_RINGS, ring);
}

void ivc_iommu_pass(IvcIommu *iommu, uint32_t owner, IvcDmaArea area, uint64_t bytes)
{
    iommu->shares[owner].mapped[area] +=
        ivc_iommu_per_packet(iommu) ? ivc_iommu_pages(bytes) : (bytes + SLOT - 1) / SLOT * SLOT;
}

IvcTime ivc_iommu_busy_ps(const IvcIommu *iommu, uint64_t misses)
{
    return (misses * iommu->spec->walk.ps + iommu->spec->walkers - 1) / iommu->spec->walkers;
}

/* ---- drivers ---- */

void ivc_iommu_map(IvcIommu *iommu, uint32_t owner, uint64_t bytes)
{
    if (!ivc_iommu_per_packet(iommu))
        return;
    iommu->maps++;
    iommu->shares[owner].asked += iommu->spec->tables == IVC_IOMMU_EMULATED;
    iommu->shares[owner].map_ps += iommu->t.map + (ivc_iommu_pages(bytes) - 1) * iommu->t.map_page;
}

void ivc_iommu_unmap(IvcIommu *iommu, uint32_t owner, IvcDmaArea area, uint64_t bytes, bool quiet)
{
    IvcIommuShare *share = &iommu->shares[owner];
    uint64_t pages = ivc_iommu_pages(bytes), first = share->unmapped[area];
    if (!ivc_iommu_per_packet(iommu))
        return;
    share->unmapped[area] += pages;
    if (quiet)
        return;
    share->unmap_ps += iommu->t.unmap + (pages - 1) * iommu->t.unmap_page;
    if (iommu->spec->policy == IVC_IOMMU_STRICT) {
        forget(iommu, owner, area, first, first + pages);
    } else {
        iommu->stale += cached(iommu, owner, area, first, first + pages);
        if (++share->queued < iommu->spec->batch)
            return;
        share->queued = 0;
        forget_all(iommu, owner);
    }
    iommu->invalidations++;
    share->asked++;
    share->invalidate_ps += iommu->t.invalidate;
}

void ivc_iommu_owe(IvcIommu *iommu, uint32_t owner, IvcAgent *agent)
{
    IvcIommuShare *share = &iommu->shares[owner];
    if (share->map_ps)
        ivc_owe(agent, share->map_ps, iommu->stage0 + IOMMU_MAP);
    if (share->unmap_ps)
        ivc_owe(agent, share->unmap_ps, iommu->stage0 + IOMMU_UNMAP);
    if (share->invalidate_ps)
        ivc_owe(agent, share->invalidate_ps, iommu->stage0 + IOMMU_INVALIDATE);
    /* A guest's IOMMU is a device whose registers trap. */
    if (share->asked)
        ivc_virt_owe_many(agent, IVC_VIRT_MMIO, share->asked);
    share->map_ps = share->unmap_ps = share->invalidate_ps = 0;
    share->asked = 0;
}

/* ---- the digest ---- */

/* How far a page lies behind the next one of its area. */
static uint64_t behind(const IvcIommu *iommu, const IvcIotlbEntry *entry)
{
    const IvcIommuShare *share = &iommu->shares[entry->owner];
    if (entry->area == IVC_DMA_RINGS)
        return entry->page;
    if (ivc_iommu_per_packet(iommu))
        return share->mapped[entry->area] - entry->page;
    uint64_t pages = share->pages[entry->area];
    uint64_t next = share->mapped[entry->area] / iommu->spec->page.n % pages;
    return (next + pages - entry->page) % pages;
}

/* Where the next buffer begins: of a single page it makes no difference. */
static uint64_t place_in_page(const IvcIommu *iommu, const IvcIommuShare *share, IvcDmaArea area)
{
    return share->pages[area] == 1 ? 0 : share->mapped[area] % iommu->spec->page.n;
}

void ivc_iommu_digest(const IvcIommu *iommu, IvcDigest *digest)
{
    if (iommu->spec->policy == IVC_IOMMU_NONE)
        return;
    for (uint32_t r = 0; r < iommu->n; r++) {
        const IvcIommuShare *share = &iommu->shares[r];
        ivc_digest_u64(digest, share->queued);
        for (IvcDmaArea area = 0; area < IVC_DMA_RINGS; area++)
            ivc_digest_u64(digest, ivc_iommu_per_packet(iommu)
                                       ? share->mapped[area] - share->unmapped[area]
                                       : place_in_page(iommu, share, area));
    }
    ivc_digest_u64(digest, iommu->used);
    for (uint32_t i = 0; !digest->brief && i < iommu->used; i++) {
        ivc_digest_u64(digest, iommu->entries[i].owner);
        ivc_digest_u64(digest, iommu->entries[i].area);
        ivc_digest_u64(digest, behind(iommu, &iommu->entries[i]));
    }
}
