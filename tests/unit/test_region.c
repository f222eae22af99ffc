/*
 * The shared region: who may use it, what its allocator promises, and what it refuses. The random
 * tests print their seed; IVC_TEST_SEED repeats one.
 */
#include "models/shmem/region.h"
#include "tests/harness/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KIB UINT64_C(1024)
#define MIB (KIB * 1024)

/* 64 KiB in blocks of 1 KiB, for guests 1, 2 and 5; guest 5 has not mapped it. */
static IvcRegion *small_region(void)
{
    IvcRegionSpec spec = {
        .base = 16 * MIB, .size_bytes = 64 * KIB, .block_bytes_min = KIB, .guests = {0x26}};
    IvcRegion *region = ivc_region_new(&spec);
    ck_assert_ptr_nonnull(region);
    ck_assert_int_eq(ivc_region_map(region, 1), IVC_REGION_OK);
    ck_assert_int_eq(ivc_region_map(region, 2), IVC_REGION_OK);
    return region;
}

static uint32_t must_alloc(IvcRegion *region, unsigned guest, uint64_t bytes)
{
    uint32_t index = UINT32_MAX;
    ck_assert_int_eq(ivc_region_block_alloc(region, guest, bytes, &index), IVC_REGION_OK);
    return index;
}

/* Frees, and says whether the memory came back. */
static bool must_free(IvcRegion *region, unsigned guest, uint32_t index)
{
    bool back = false;
    ck_assert_int_eq(ivc_region_block_free(region, guest, index, &back), IVC_REGION_OK);
    return back;
}

START_TEST(test_hypervisor_hands_base_and_size_to_listed_guests)
{
    g_autoptr(IvcRegion) region = small_region();
    uint64_t base = 7;
    uint64_t size = 7;
    ck_assert_int_eq(ivc_region_hand(region, 0, &base, &size), IVC_REGION_NO_ACCESS);
    ck_assert_int_eq(ivc_region_hand(region, 64, &base, &size), IVC_REGION_NO_ACCESS);
    ck_assert_uint_eq(base, 7);
    ck_assert_int_eq(ivc_region_hand(region, 5, &base, &size), IVC_REGION_OK);
    ck_assert_uint_eq(base, 16 * MIB);
    ck_assert_uint_eq(size, 64 * KIB);
}
END_TEST

START_TEST(test_mapping)
{
    g_autoptr(IvcRegion) region = small_region();
    uint32_t index = 9;
    ck_assert_int_eq(ivc_region_map(region, 3), IVC_REGION_NO_ACCESS);
    ck_assert_int_eq(ivc_region_block_alloc(region, 3, 1, &index), IVC_REGION_NO_ACCESS);
    ck_assert_int_eq(ivc_region_block_alloc(region, 5, 1, &index), IVC_REGION_NOT_MAPPED);
    ck_assert_int_eq(ivc_region_unmap(region, 5), IVC_REGION_NOT_MAPPED);
    ck_assert_uint_eq(index, 9);
    ck_assert_int_eq(ivc_region_map(region, 1), IVC_REGION_OK); /* again: harmless */
    index = must_alloc(region, 1, 1);
    ck_assert_int_eq(ivc_region_unmap(region, 1), IVC_REGION_HELD);
    must_free(region, 1, index);
    ck_assert_int_eq(ivc_region_unmap(region, 1), IVC_REGION_OK);
    ck_assert(!ivc_region_is_mapped(region, 1));
    ck_assert(ivc_region_is_mapped(region, 2));
    ck_assert_int_eq(ivc_region_unmap(region, 3), IVC_REGION_NO_ACCESS);
}
END_TEST

START_TEST(test_life_of_a_block)
{
    g_autoptr(IvcRegion) region = small_region();
    uint32_t index = must_alloc(region, 1, 3000);
    IvcRegionBlock block;
    bool back = true;
    ck_assert_int_eq(ivc_region_block_get(region, index, &block), IVC_REGION_OK);
    ck_assert_uint_eq(block.address, 16 * MIB);
    ck_assert_uint_eq(block.bytes, 4 * KIB);
    ck_assert_uint_eq(block.bytes_used, 3000);
    ck_assert_uint_eq(block.owner, 1);
    ck_assert_uint_eq(block.holds, 1);
    ck_assert_int_eq(ivc_region_block_access(region, 2, index, 1), IVC_REGION_NOT_HOLDER);
    ck_assert_int_eq(ivc_region_block_free(region, 2, index, &back), IVC_REGION_NOT_HOLDER);
    ck_assert(back);
    ck_assert_int_eq(ivc_region_block_share(region, 1, index, 2), IVC_REGION_OK);
    ck_assert_int_eq(ivc_region_block_share(region, 1, index, 2), IVC_REGION_OK);
    ck_assert_int_eq(ivc_region_block_get(region, index, &block), IVC_REGION_OK);
    ck_assert_uint_eq(block.holds, 2);
    ck_assert_int_eq(ivc_region_block_access(region, 2, index, 4 * KIB), IVC_REGION_OK);
    ck_assert_int_eq(ivc_region_block_access(region, 2, index, 4 * KIB + 1), IVC_REGION_TOO_LARGE);
    ck_assert(!must_free(region, 1, index));
    ck_assert_int_eq(ivc_region_block_access(region, 1, index, 1), IVC_REGION_NOT_HOLDER);
    ck_assert_int_eq(ivc_region_block_free(region, 1, index, &back), IVC_REGION_NOT_HOLDER);
    ck_assert_int_eq(ivc_region_block_get(region, index, &block), IVC_REGION_OK);
    ck_assert_uint_eq(block.owner, 1); /* whom to tell, although it holds it no more */
    ck_assert(must_free(region, 2, index));
    ck_assert_int_eq(ivc_region_block_free(region, 2, index, &back), IVC_REGION_NOT_ALLOCATED);
    ck_assert_int_eq(ivc_region_block_get(region, index, &block), IVC_REGION_NOT_ALLOCATED);
    ck_assert_int_eq(ivc_region_block_access(region, 2, index, 1), IVC_REGION_NOT_ALLOCATED);
    ck_assert_int_eq(ivc_region_unmap(region, 2), IVC_REGION_OK); /* shared twice, held once */
}
END_TEST

START_TEST(test_a_block_is_handed_over)
{
    g_autoptr(IvcRegion) region = small_region();
    uint32_t index = must_alloc(region, 1, 3000);
    IvcRegionBlock block;
    ck_assert_int_eq(ivc_region_block_hand(region, 2, index, 1), IVC_REGION_NOT_HOLDER);
    ck_assert_int_eq(ivc_region_block_hand(region, 1, index, 3), IVC_REGION_NO_ACCESS);
    ck_assert_int_eq(ivc_region_block_hand(region, 1, index, 5), IVC_REGION_NOT_MAPPED);
    ck_assert_int_eq(ivc_region_block_hand(region, 1, index + 1, 2), IVC_REGION_NOT_ALLOCATED);
    ck_assert_int_eq(ivc_region_block_hand(region, 1, index, 1), IVC_REGION_OK);
    ck_assert_int_eq(ivc_region_block_get(region, index, &block), IVC_REGION_OK);
    ck_assert_uint_eq(block.holds, 1);
    ck_assert_int_eq(ivc_region_block_hand(region, 1, index, 2), IVC_REGION_OK);
    ck_assert_int_eq(ivc_region_block_get(region, index, &block), IVC_REGION_OK);
    ck_assert_uint_eq(block.holds, 1);
    ck_assert_int_eq(ivc_region_block_access(region, 1, index, 1), IVC_REGION_NOT_HOLDER);
    ck_assert_int_eq(ivc_region_block_access(region, 2, index, 1), IVC_REGION_OK);
    ck_assert_int_eq(ivc_region_unmap(region, 1), IVC_REGION_OK);
    ck_assert_int_eq(ivc_region_unmap(region, 2), IVC_REGION_HELD);
    ck_assert(must_free(region, 2, index));
    ck_assert_int_eq(ivc_region_unmap(region, 2), IVC_REGION_OK);
    ck_assert_uint_eq(ivc_region_bytes_used(region), 0);
}
END_TEST

START_TEST(test_a_block_is_handed_to_a_reader_of_it)
{
    g_autoptr(IvcRegion) region = small_region();
    uint32_t index = must_alloc(region, 1, 3000);
    IvcRegionBlock block;
    ck_assert_int_eq(ivc_region_block_share(region, 1, index, 2), IVC_REGION_OK);
    ck_assert_int_eq(ivc_region_block_hand(region, 1, index, 2), IVC_REGION_OK);
    ck_assert_int_eq(ivc_region_block_get(region, index, &block), IVC_REGION_OK);
    ck_assert_uint_eq(block.holds, 1);
    ck_assert_int_eq(ivc_region_unmap(region, 1), IVC_REGION_OK);
    ck_assert(must_free(region, 2, index));
    ck_assert_int_eq(ivc_region_unmap(region, 2), IVC_REGION_OK);
}
END_TEST

START_TEST(test_sharing_is_refused)
{
    g_autoptr(IvcRegion) region = small_region();
    uint32_t index = must_alloc(region, 1, KIB);
    bool back = false;
    ck_assert_int_eq(ivc_region_block_share(region, 1, index, 3), IVC_REGION_NO_ACCESS);
    ck_assert_int_eq(ivc_region_block_share(region, 1, index, 64), IVC_REGION_NO_ACCESS);
    ck_assert_int_eq(ivc_region_block_share(region, 1, index, 5), IVC_REGION_NOT_MAPPED);
    ck_assert_int_eq(ivc_region_block_share(region, 2, index, 2), IVC_REGION_NOT_HOLDER);
    ck_assert_int_eq(ivc_region_block_share(region, 1, index + 1, 2), IVC_REGION_NOT_ALLOCATED);
    ck_assert_int_eq(ivc_region_block_share(region, 1, 1000000, 2), IVC_REGION_NOT_ALLOCATED);
    ck_assert_int_eq(ivc_region_block_free(region, 99, index, &back), IVC_REGION_NOT_HOLDER);
    ck_assert_int_eq(ivc_region_block_free(region, 1, UINT32_MAX, &back), IVC_REGION_NOT_ALLOCATED);
}
END_TEST

START_TEST(test_the_middle_of_a_block_is_no_block)
{
    g_autoptr(IvcRegion) region = small_region();
    uint32_t index = must_alloc(region, 1, 4 * KIB);
    bool back = false;
    ck_assert_uint_eq(index, 0);
    ck_assert_int_eq(ivc_region_block_free(region, 1, 2, &back), IVC_REGION_NOT_ALLOCATED);
    ck_assert(must_free(region, 1, index));
}
END_TEST

START_TEST(test_sizes_refused)
{
    g_autoptr(IvcRegion) region = small_region();
    uint32_t index = 9;
    ck_assert_int_eq(ivc_region_block_alloc(region, 1, 0, &index), IVC_REGION_BAD_SIZE);
    ck_assert_int_eq(ivc_region_block_alloc(region, 1, 64 * KIB + 1, &index), IVC_REGION_TOO_LARGE);
    ck_assert_int_eq(ivc_region_block_alloc(region, 1, UINT64_MAX, &index), IVC_REGION_TOO_LARGE);
    ck_assert_uint_eq(index, 9);
    index = must_alloc(region, 1, 64 * KIB);
    ck_assert_int_eq(ivc_region_block_alloc(region, 2, 1, &index), IVC_REGION_EXHAUSTED);
    ck_assert_uint_eq(ivc_region_block_bytes_free_max(region), 0);
    IvcRegionStats stats = ivc_region_stats(region);
    ck_assert_uint_eq(stats.failures_refused, 3);
    ck_assert_uint_eq(stats.failures_exhausted, 1);
}
END_TEST

/* Splitting takes the lowest address; the places are part of the contract (determinism). */
START_TEST(test_places)
{
    g_autoptr(IvcRegion) region = small_region();
    ck_assert_uint_eq(must_alloc(region, 1, 1), 0);
    ck_assert_uint_eq(must_alloc(region, 1, 8 * KIB), 8);
    ck_assert_uint_eq(must_alloc(region, 1, KIB), 1);
    ck_assert_uint_eq(must_alloc(region, 1, 2 * KIB), 2);
    ck_assert_uint_eq(must_alloc(region, 1, 16 * KIB), 16);
    ck_assert_uint_eq(must_alloc(region, 1, 4 * KIB), 4);
    must_free(region, 1, 2);
    must_free(region, 1, 1);
    ck_assert_uint_eq(must_alloc(region, 2, 1),
                      1); /* the smallest that is enough, not the lowest */
    ck_assert_uint_eq(must_alloc(region, 2, 1), 2);
    ck_assert_uint_eq(must_alloc(region, 2, 32 * KIB), 32);
    ck_assert_uint_eq(ivc_region_block_bytes_free_max(region), KIB);
}
END_TEST

START_TEST(test_external_fragmentation_is_as_stated)
{
    g_autoptr(IvcRegion) region = small_region();
    uint32_t index = 0;
    for (unsigned i = 0; i < 64; i++) {
        ck_assert_uint_eq(must_alloc(region, 1, KIB), i); /* equal requests fill it to the end */
    }
    for (uint32_t i = 0; i < 64; i += 2) {
        must_free(region, 1, i);
    }
    /* Half of the bytes are free, and no request above the smallest block can be served. */
    ck_assert_uint_eq(ivc_region_stats(region).bytes_used, 32 * KIB);
    ck_assert_uint_eq(ivc_region_block_bytes_free_max(region), KIB);
    ck_assert_int_eq(ivc_region_block_alloc(region, 1, KIB + 1, &index), IVC_REGION_EXHAUSTED);
    must_free(region, 1, 33);
    ck_assert_uint_eq(must_alloc(region, 1, 2 * KIB), 32);
}
END_TEST

START_TEST(test_stats)
{
    g_autoptr(IvcRegion) region = small_region();
    uint32_t a = must_alloc(region, 1, 1500);
    uint32_t b = must_alloc(region, 2, 9000);
    must_free(region, 1, a);
    IvcRegionStats stats = ivc_region_stats(region);
    ck_assert_uint_eq(stats.bytes_used, 16 * KIB);
    ck_assert_uint_eq(stats.bytes_requested, 9000);
    ck_assert_uint_eq(stats.bytes_high_water, 18 * KIB);
    ck_assert_uint_eq(stats.blocks_used, 1);
    ck_assert_uint_eq(stats.allocations, 2);
    ck_assert_uint_eq(stats.frees, 1);
    must_free(region, 2, b);
    ck_assert_uint_eq(ivc_region_stats(region).bytes_used, 0);
    ck_assert_uint_eq(ivc_region_stats(region).bytes_requested, 0);
}
END_TEST

START_TEST(test_static_checks)
{
    ck_assert_uint_eq(ivc_region_block_bytes_max(64 * KIB, KIB), 64 * KIB);
    ck_assert_uint_eq(ivc_region_block_bytes_max(100 * KIB, KIB), 64 * KIB);
    ck_assert_uint_eq(ivc_region_block_bytes_max(KIB, 2 * KIB), 0);
    ck_assert_uint_eq(ivc_region_block_bytes_max(0, KIB), 0);
    ck_assert_uint_eq(ivc_region_block_bytes_for(1, KIB), KIB);
    ck_assert_uint_eq(ivc_region_block_bytes_for(KIB + 1, KIB), 2 * KIB);
    ck_assert_uint_eq(ivc_region_block_bytes_for(4 * KIB, KIB), 4 * KIB);
    ck_assert_uint_eq(ivc_region_block_bytes_for(UINT64_MAX, KIB), UINT64_MAX);
    ck_assert_uint_eq(ivc_region_capacity(100 * KIB, KIB, 30 * KIB), 3);
    ck_assert_uint_eq(ivc_region_capacity(100 * KIB, KIB, 65 * KIB), 0);
    ck_assert_uint_eq(ivc_region_capacity(64 * KIB, KIB, 1), 64);
    ck_assert_uint_eq(ivc_region_capacity(64 * KIB, KIB, 0), 0);
}
END_TEST

static const struct {
    IvcRegionSpec spec;
    const char *problem;
} bad_specs[] = {
    {{0, 64, 0, {1}}, "the smallest block must be a power of two"},
    {{0, 64, 48, {1}}, "the smallest block must be a power of two"},
    {{0, 0, 64, {1}}, "the size must be a multiple of the smallest block, and not 0"},
    {{0, 100, 64, {1}}, "the size must be a multiple of the smallest block, and not 0"},
    {{0, 32, 64, {1}}, "the size must be a multiple of the smallest block, and not 0"},
    {{0, UINT64_C(64) << 20 | 64, 64, {1}},
     "the region has too many smallest blocks: more than 1048576"},
    {{4096, 8192, 64, {1}}, "the base must be a multiple of the largest block"},
    {{UINT64_MAX - 63, 64, 64, {1}}, "the region ends beyond the address space"},
    {{0, 64, 64, {0}}, "no guest may map the region"},
};

START_TEST(test_bad_specs)
{
    ck_assert_pstr_eq(ivc_region_spec_problem(&bad_specs[_i].spec), bad_specs[_i].problem);
    ck_assert_ptr_null(ivc_region_new(&bad_specs[_i].spec));
}
END_TEST

START_TEST(test_extreme_specs)
{
    IvcRegionSpec one = {.base = 64, .size_bytes = 64, .block_bytes_min = 64, .guests = {1}};
    IvcRegionSpec many = {
        .size_bytes = 64 * MIB, .block_bytes_min = 64, .guests = {[15] = UINT64_MAX}};
    g_autoptr(IvcRegion) small = ivc_region_new(&one);
    g_autoptr(IvcRegion) large = ivc_region_new(&many);
    ck_assert_int_eq(ivc_region_map(small, 0), IVC_REGION_OK);
    ck_assert_uint_eq(must_alloc(small, 0, 64), 0);
    ck_assert(must_free(small, 0, 0));
    ck_assert_int_eq(ivc_region_map(large, 1023), IVC_REGION_OK);
    ck_assert_uint_eq(must_alloc(large, 1023, 64 * MIB), 0);
    ck_assert(must_free(large, 1023, 0));
    ivc_region_free(NULL);
}
END_TEST

START_TEST(test_result_texts)
{
    for (unsigned i = 0; i < IVC_REGION_RESULTS; i++) {
        ck_assert_uint_ge(strlen(ivc_region_result_text((IvcRegionResult)i)), 4);
    }
    ck_assert_str_eq(ivc_region_result_text(IVC_REGION_NO_ACCESS),
                     "the guest is not listed for the region");
}
END_TEST

/* What a digest feeds, as one text. */
static char *digest_of(const IvcRegion *region)
{
    IvcDigest digest;
    ivc_digest_init(&digest, 0, NULL);
    ivc_region_digest(region, &digest);
    return ivc_digest_text(&digest);
}

START_TEST(test_digest)
{
    g_autoptr(IvcRegion) region = small_region();
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *empty = digest_of(region);
    g_hash_table_add(seen, g_strdup(empty));
    uint32_t a = must_alloc(region, 1, 100);
    g_hash_table_add(seen, digest_of(region)); /* a block */
    must_free(region, 1, a);
    a = must_alloc(region, 2, 100);
    g_hash_table_add(seen, digest_of(region)); /* its owner */
    must_free(region, 2, a);
    a = must_alloc(region, 1, 101);
    g_hash_table_add(seen, digest_of(region)); /* what was asked for */
    must_free(region, 1, a);
    a = must_alloc(region, 1, 2 * KIB);
    g_hash_table_add(seen, digest_of(region)); /* its size */
    ck_assert_int_eq(ivc_region_block_share(region, 1, a, 2), IVC_REGION_OK);
    g_hash_table_add(seen, digest_of(region)); /* its readers */
    must_free(region, 1, a);
    g_hash_table_add(seen, digest_of(region)); /* its owner has let go */
    must_free(region, 2, a);
    ck_assert_int_eq(ivc_region_map(region, 5), IVC_REGION_OK);
    g_hash_table_add(seen, digest_of(region)); /* another mapping */
    ck_assert_uint_eq(g_hash_table_size(seen), 8);
    ck_assert_int_eq(ivc_region_unmap(region, 5), IVC_REGION_OK);
    g_autofree char *again = digest_of(region); /* all undone; the counters have moved on */
    ck_assert_str_eq(again, empty);
}
END_TEST

/* A block that the random test believes to be in use. */
typedef struct {
    uint32_t index;
    unsigned guest;
    uint64_t bytes; /* of the block */
} Live;

static uint32_t test_seed(uint32_t otherwise)
{
    const char *text = g_getenv("IVC_TEST_SEED");
    uint32_t seed = text != NULL ? (uint32_t)g_ascii_strtoull(text, NULL, 10) : otherwise;
    printf("seed %u; repeat with IVC_TEST_SEED=%u\n", seed, seed);
    return seed;
}

static void check_block(const IvcRegion *region, const Live *live, uint64_t bytes)
{
    IvcRegionBlock block;
    const IvcRegionSpec *spec = ivc_region_spec(region);
    ck_assert_int_eq(ivc_region_block_get(region, live->index, &block), IVC_REGION_OK);
    ck_assert_uint_ge(block.bytes, bytes);
    ck_assert(block.bytes == spec->block_bytes_min || block.bytes < 2 * bytes);
    ck_assert_uint_eq(block.address % block.bytes, 0);
    ck_assert_uint_ge(block.address, spec->base);
    ck_assert_uint_le(block.address + block.bytes, spec->base + spec->size_bytes);
    ck_assert_uint_eq(block.bytes, live->bytes);
    ck_assert_uint_eq(block.owner, live->guest);
}

/* Marks a block's units in a map of the region; they must not be what they are to become. */
static void paint(GByteArray *map, const Live *live, uint64_t unit, guint8 colour)
{
    for (uint64_t i = live->index; i < live->index + live->bytes / unit; i++) {
        ck_assert_uint_lt(i, map->len);
        ck_assert_uint_ne(map->data[i], colour);
        map->data[i] = colour;
    }
}

/* The largest aligned run of free units, from the map alone: what the allocator must serve. */
static uint64_t map_free_max(const GByteArray *map, uint64_t unit)
{
    g_autofree guint8 *used = g_memdup2(map->data, map->len);
    uint64_t most = 0;
    uint64_t span = unit;
    for (guint count = map->len; count > 0; count /= 2) {
        for (guint i = 0; i < count; i++) {
            most = used[i] == 0 ? span : most;
        }
        for (guint i = 0; i < count / 2; i++) {
            used[i] = used[2 * i] | used[2 * i + 1]; /* a pair is free when both halves are */
        }
        span *= 2;
    }
    return most;
}

typedef struct {
    IvcRegion *region;
    GArray *live;    /* of Live */
    GByteArray *map; /* 1 for each unit in use */
    uint64_t bytes_used;
} Model;

static void random_alloc(Model *model, GRand *rand)
{
    const IvcRegionSpec *spec = ivc_region_spec(model->region);
    uint64_t unit = spec->block_bytes_min;
    uint64_t most = MAX(spec->size_bytes >> g_rand_int_range(rand, 0, 8), 1);
    uint64_t bytes = 1 + g_rand_int(rand) % most;
    Live live = {.guest = (unsigned)g_rand_int_range(rand, 0, 4)};
    IvcRegionResult result = ivc_region_block_alloc(model->region, live.guest, bytes, &live.index);
    live.bytes = ivc_region_block_bytes_for(bytes, unit);
    if (live.bytes > ivc_region_block_bytes_max(spec->size_bytes, unit)) {
        ck_assert_int_eq(result, IVC_REGION_TOO_LARGE);
        return;
    }
    bool can = map_free_max(model->map, unit) >= live.bytes;
    ck_assert_int_eq(result, can ? IVC_REGION_OK : IVC_REGION_EXHAUSTED);
    if (can) {
        check_block(model->region, &live, bytes);
        paint(model->map, &live, unit, 1);
        g_array_append_val(model->live, live);
        model->bytes_used += live.bytes;
    }
}

static void random_free(Model *model, GRand *rand)
{
    if (model->live->len == 0) {
        return;
    }
    guint which = (guint)g_rand_int_range(rand, 0, (gint32)model->live->len);
    Live live = g_array_index(model->live, Live, which);
    bool back = false;
    unsigned stranger = (live.guest + 1) % 4;
    ck_assert_int_eq(ivc_region_block_free(model->region, stranger, live.index, &back),
                     IVC_REGION_NOT_HOLDER);
    ck_assert(must_free(model->region, live.guest, live.index));
    ck_assert_int_eq(ivc_region_block_free(model->region, live.guest, live.index, &back),
                     IVC_REGION_NOT_ALLOCATED);
    paint(model->map, &live, ivc_region_spec(model->region)->block_bytes_min, 0);
    g_array_remove_index_fast(model->live, which);
    model->bytes_used -= live.bytes;
}

/* Sizes in units: powers of two and others, with one, two and three levels of the index sets. */
static const uint32_t units_tried[] = {1, 2, 3, 37, 64, 100, 1024, 5000};

START_TEST(test_random_use)
{
    uint32_t seed = test_seed(1000 + (uint32_t)_i);
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    uint32_t units = units_tried[_i];
    IvcRegionSpec spec = {.base = UINT64_C(1) << 40,
                          .size_bytes = units * UINT64_C(128),
                          .block_bytes_min = 128,
                          .guests = {0xf}};
    g_autoptr(IvcRegion) region = ivc_region_new(&spec);
    g_autoptr(GArray) live = g_array_new(FALSE, FALSE, sizeof(Live));
    g_autoptr(GByteArray) map = g_byte_array_new();
    g_byte_array_set_size(map, units);
    memset(map->data, 0, units);
    Model model = {.region = region, .live = live, .map = map};
    for (unsigned guest = 0; guest < 4; guest++) {
        ck_assert_int_eq(ivc_region_map(region, guest), IVC_REGION_OK);
    }
    g_autofree char *empty = digest_of(region);
    for (unsigned i = 0; i < 3000; i++) {
        bool growing = i / 300 % 2 == 0;
        if (g_rand_int_range(rand, 0, 10) < (growing ? 7 : 3)) {
            random_alloc(&model, rand);
        } else {
            random_free(&model, rand);
        }
        ck_assert_uint_eq(ivc_region_stats(region).bytes_used, model.bytes_used);
        ck_assert_uint_eq(ivc_region_stats(region).blocks_used, live->len);
        ck_assert_uint_eq(ivc_region_block_bytes_free_max(region), map_free_max(map, 128));
    }
    while (live->len > 0) {
        random_free(&model, rand);
    }
    IvcRegionStats stats = ivc_region_stats(region);
    ck_assert_uint_eq(stats.allocations, stats.frees);
    ck_assert_uint_gt(stats.allocations, 500);
    ck_assert_uint_eq(ivc_region_block_bytes_free_max(region),
                      ivc_region_block_bytes_max(spec.size_bytes, 128));
    g_autofree char *again = digest_of(region);
    ck_assert_str_eq(again, empty);
}
END_TEST

/* Two histories that leave the same blocks in use choose the same place from then on. */
START_TEST(test_choice_depends_on_what_is_in_use_only)
{
    uint32_t seed = test_seed(77);
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    for (unsigned round = 0; round < 200; round++) {
        g_autoptr(IvcRegion) a = small_region();
        g_autoptr(IvcRegion) b = small_region();
        for (uint32_t i = 0; i < 64; i++) {
            must_alloc(a, 1, KIB);
            must_alloc(b, 1, KIB);
        }
        uint64_t freed = (uint64_t)g_rand_int(rand) << 32 | g_rand_int(rand);
        for (uint32_t i = 0; i < 64; i++) {
            if ((freed >> i & 1) != 0) {
                must_free(a, 1, i);
            }
            if ((freed >> (63 - i) & 1) != 0) {
                must_free(b, 1, 63 - i);
            }
        }
        g_autofree char *digest_a = digest_of(a);
        g_autofree char *digest_b = digest_of(b);
        ck_assert_str_eq(digest_a, digest_b);
        for (unsigned i = 0; i < 64; i++) {
            uint64_t bytes = (uint64_t)g_rand_int_range(rand, 1, 4096);
            uint32_t index_a = 0;
            uint32_t index_b = 0;
            IvcRegionResult result = ivc_region_block_alloc(a, 2, bytes, &index_a);
            ck_assert_int_eq(ivc_region_block_alloc(b, 2, bytes, &index_b), result);
            ck_assert_uint_eq(index_a, index_b);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("region");
    TCase *tests = tcase_create("region");
    tcase_add_test(tests, test_hypervisor_hands_base_and_size_to_listed_guests);
    tcase_add_test(tests, test_mapping);
    tcase_add_test(tests, test_life_of_a_block);
    tcase_add_test(tests, test_a_block_is_handed_over);
    tcase_add_test(tests, test_a_block_is_handed_to_a_reader_of_it);
    tcase_add_test(tests, test_sharing_is_refused);
    tcase_add_test(tests, test_the_middle_of_a_block_is_no_block);
    tcase_add_test(tests, test_sizes_refused);
    tcase_add_test(tests, test_places);
    tcase_add_test(tests, test_external_fragmentation_is_as_stated);
    tcase_add_test(tests, test_stats);
    tcase_add_test(tests, test_static_checks);
    tcase_add_loop_test(tests, test_bad_specs, 0, G_N_ELEMENTS(bad_specs));
    tcase_add_test(tests, test_extreme_specs);
    tcase_add_test(tests, test_result_texts);
    tcase_add_test(tests, test_digest);
    tcase_add_loop_test(tests, test_random_use, 0, G_N_ELEMENTS(units_tried));
    tcase_add_test(tests, test_choice_depends_on_what_is_in_use_only);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
