/* The table of inter-core register blocks: their ports, the handshake through them, lanes, digests;
 * and sequences of accesses to the two that are short. */
#include "tests/harness/points.h"
#include "tests/harness/register_sequence.h"

static const Sequence manycore_sequences[] = {
    {"after reset all registers are 0",
     2,
     {{'r', M0 + 0x00, 64, 0, 0, 0},
      {'r', M0 + 0x08, 64, 0, 0, 0},
      {'r', M1 + 0x100, 64, 0, 0, 0},
      {'r', M1 + 0x178, 64, 0, 0, 0}}},
    {"a word sets its pending bit, and the line only while enabled",
     2,
     {{'w', M1 + 0x178, 64, 0x8000000000000001, 0, 0},
      {'r', M1 + 0x00, 64, 0x8000, 0, 0},
      {'w', M1 + 0x08, 64, 0x7fff, 0, 0},
      {'w', M1 + 0x08, 64, 0xffff, 0x10, 0},
      {'w', M1 + 0x08, 64, 0, 0, 0},
      {'r', M1 + 0x178, 64, 0x8000000000000001, 0, 0}}},
    {"clear takes the bits that are 1, and leaves the word",
     2,
     {{'w', M0 + 0x08, 64, 0xffff, 0, 0},
      {'w', M0 + 0x100, 64, 5, 0x1, 0},
      {'w', M0 + 0x108, 64, 6, 0x1, 0},
      {'w', M0 + 0x10, 64, 0x1, 0x1, 0},
      {'r', M0 + 0x00, 64, 0x2, 0x1, 0},
      {'w', M0 + 0x10, 64, 0x2, 0, 0},
      {'r', M0 + 0x108, 64, 6, 0, 0},
      {'r', M0 + 0x10, 64, 0, 0, 0}}},
    {"pending is read-only, and enable has sixteen bits",
     2,
     {{'w', M0 + 0x00, 64, 1, 0, RO},
      {'r', M0 + 0x00, 64, 0, 0, 0},
      {'w', M0 + 0x08, 64, UINT64_MAX, 0, 0},
      {'r', M0 + 0x08, 64, 0xffff, 0, 0}}},
    {"only 64 bits, only cores that are there, nothing between the registers",
     2,
     {{'w', M0 + 0x100, 32, 1, 0, WIDTH},
      {'r', M0 + 0x00, 32, 0, 0, WIDTH},
      {'r', M0 + 0x18, 64, 0, 0, NOWHERE},
      {'w', M0 + 0x180, 64, 1, 0, NOWHERE},
      {'w', M0 - 0x1000 + 0x100, 64, 1, 0, NOWHERE},
      {'w', M1023 + 0x100, 64, 1, 0, NOWHERE}}},
};

static const Sequence ti_mailbox_sequences[] = {
    {"after reset all registers are 0",
     2,
     {{'r', T0 + 0x40, 32, 0, 0, 0},
      {'r', T0 + 0x80, 32, 0, 0, 0},
      {'r', T1 + 0xcc, 32, 0, 0, 0},
      {'r', T1 + 0x100, 32, 0, 0, 0},
      {'r', T1 + 0x10c, 32, 0, 0, 0}}},
    {"a word shows in the raw status, and interrupts only when enabled",
     2,
     {{'w', T1 + 0x44, 32, 0x80000001, 0, 0},
      {'r', T1 + 0x100, 32, 0x4, 0, 0},
      {'r', T1 + 0x104, 32, 0, 0, 0},
      {'w', T1 + 0x108, 32, 0x4, 0x10, 0},
      {'r', T1 + 0x104, 32, 0x4, 0x10, 0},
      {'r', T1 + 0xc4, 32, 1, 0x10, 0},
      {'w', T1 + 0x10c, 32, 0x4, 0, 0},
      {'r', T1 + 0x44, 32, 0x80000001, 0, 0}}},
    {"words leave in their order, and the line stays while there is one",
     2,
     {{'w', T0 + 0x108, 32, 0x1, 0, 0},
      {'w', T0 + 0x40, 32, 11, 0x1, 0},
      {'w', T0 + 0x40, 32, 12, 0x1, 0},
      {'r', T0 + 0x40, 32, 11, 0x1, 0},
      {'w', T0 + 0x104, 32, 0x1, 0x1, 0},
      {'r', T0 + 0x40, 32, 12, 0x1, 0},
      {'w', T0 + 0x104, 32, 0x1, 0, 0},
      {'w', T0 + 0x104, 32, 0x1, 0, 0},
      {'r', T0 + 0x40, 32, 0, 0, 0}}},
    {"four words fill a queue, and a fifth is lost",
     2,
     {{'w', T0 + 0x4c, 32, 1, 0, 0},
      {'w', T0 + 0x4c, 32, 2, 0, 0},
      {'w', T0 + 0x4c, 32, 3, 0, 0},
      {'r', T0 + 0x8c, 32, 0, 0, 0},
      {'w', T0 + 0x4c, 32, 4, 0, 0},
      {'r', T0 + 0x8c, 32, 1, 0, 0},
      {'w', T0 + 0x4c, 32, 5, 0, 0},
      {'r', T0 + 0xcc, 32, 4, 0, 0},
      {'r', T0 + 0x100, 32, 0x40, 0, 0}}},
    {"status is read-only, and only queues in use can be enabled",
     2,
     {{'w', T0 + 0x80, 32, 1, 0, RO},
      {'w', T0 + 0xc0, 32, 1, 0, RO},
      {'w', T0 + 0x100, 32, 1, 0, RO},
      {'w', T0 + 0x108, 32, UINT32_MAX, 0, 0},
      {'r', T0 + 0x108, 32, 0x55, 0, 0}}},
    {"only 32 bits, only cores that are there, nothing between the registers",
     2,
     {{'w', T0 + 0x40, 64, 1, 0, WIDTH},
      {'r', T0 + 0x50, 32, 0, 0, NOWHERE},
      {'r', T0 + 0x00, 32, 0, 0, NOWHERE},
      {'w', T0 + 0x110, 32, 1, 0, NOWHERE},
      {'w', T1 + 0x10040, 32, 1, 0, NOWHERE},
      {'w', T0 - 0x10000 + 0x40, 32, 1, 0, NOWHERE}}},
};

START_TEST(test_manycore_sequence)
{
    run_sequence(&ivc_register_block_manycore, &manycore_sequences[_i]);
}
END_TEST

START_TEST(test_ti_mailbox_sequence)
{
    run_sequence(&ivc_register_block_ti_mailbox, &ti_mailbox_sequences[_i]);
}
END_TEST

START_TEST(test_table)
{
    size_t n = 0;
    for (; ivc_register_blocks[n] != NULL; n++) {
        ck_assert_str_eq(ivc_register_blocks[n]->name, ivc_register_block_names[n]);
        ck_assert_ptr_eq(ivc_register_block_find(ivc_register_block_names[n]),
                         ivc_register_blocks[n]);
    }
    ck_assert_uint_eq(n, 4);
    ck_assert_ptr_null(ivc_register_block_names[n]);
    ck_assert_ptr_null(ivc_register_block_find("octeon"));
}
END_TEST

START_TEST(test_cores_out_of_range)
{
    ck_assert_ptr_null(ivc_register_block_new(&ivc_register_block_loongson3, 0));
    ck_assert_ptr_null(ivc_register_block_new(&ivc_register_block_loongson3, 17));
    ck_assert_ptr_null(ivc_register_block_new(&ivc_register_block_octeon_ciu, 13));
    ck_assert_ptr_null(ivc_register_block_new(&ivc_register_block_manycore, 1025));
    ivc_register_block_free(NULL);
}
END_TEST

START_TEST(test_ports_are_where_the_manual_says)
{
    IvcRegisterPort port = ivc_register_port(&ivc_register_block_loongson3, IVC_REG_DATA, 5, 2);
    ck_assert_uint_eq(port.address, 0x10003ff01130);
    ck_assert_uint_eq(port.width_bits, 64);
    ck_assert_uint_eq(port.mask, UINT64_MAX);
    port = ivc_register_port(&ivc_register_block_loongson3, IVC_REG_POST, 5, 2);
    ck_assert_uint_eq(port.address, 0x10003ff01108);
    ck_assert_uint_eq(port.width_bits, 32);
    ck_assert_uint_eq(port.mask, 0x40000);
    port = ivc_register_port(&ivc_register_block_octeon_ciu, IVC_REG_POST, 11, 0);
    ck_assert_uint_eq(port.address, SET11);
    port = ivc_register_port(&ivc_register_block_octeon_ciu, IVC_REG_CLEAR, 11, 0);
    ck_assert_uint_eq(port.address, CLR11);
    ck_assert_uint_eq(port.mask, 0xffffffff);
    port = ivc_register_port(&ivc_register_block_octeon_ciu, IVC_REG_ENABLE, 0, 0);
    ck_assert_uint_eq(port.address, W1S0);
    ck_assert_uint_eq(port.mask, MB1);
    port = ivc_register_port(&ivc_register_block_manycore, IVC_REG_DATA, 1023, 15);
    ck_assert_uint_eq(port.address, M1023 + 0x178);
    port = ivc_register_port(&ivc_register_block_manycore, IVC_REG_CLEAR, 1, 15);
    ck_assert_uint_eq(port.address, M1 + 0x10);
    ck_assert_uint_eq(port.mask, 0x8000);
}
END_TEST

static uint64_t port_read(const IvcRegisterBlock *block, IvcRegisterPort port)
{
    uint64_t value = 0;
    ck_assert_int_eq(ivc_register_read(block, port.address, port.width_bits, &value),
                     IVC_REGISTER_OK);
    return value & port.mask;
}

static void port_write(IvcRegisterBlock *block, IvcRegisterPort port, uint64_t value)
{
    ck_assert_int_eq(ivc_register_write(block, port.address, port.width_bits, value),
                     IVC_REGISTER_OK);
}

/* The handshake that a protocol makes through ports, on every block, core and lane. */
static void handshake(IvcRegisterBlock *block, unsigned core, unsigned lane)
{
    const IvcRegisterBlockOps *ops = ivc_register_block_ops(block);
    uint64_t word = ops->word_bits == 64 ? 0x8123456789abcde1 : 0x89abcde1;
    ck_assert_uint_eq(port_read(block, ivc_register_port(ops, IVC_REG_STATUS, core, lane)), 0);
    port_write(block, ivc_register_port(ops, IVC_REG_DATA, core, lane), word);
    IvcRegisterPort post = ivc_register_port(ops, IVC_REG_POST, core, lane);
    ck_assert_uint_eq(ivc_register_lines(block, core) != 0, ops->data_posts);
    if (!ops->data_posts) {
        port_write(block, post, post.mask);
    }
    ck_assert_int_eq(__builtin_popcount(ivc_register_lines(block, core)), 1);
    ck_assert_uint_ne(port_read(block, ivc_register_port(ops, IVC_REG_STATUS, core, lane)), 0);
    ck_assert_uint_ne(port_read(block, ivc_register_port(ops, IVC_REG_PENDING, core, lane)), 0);
    ck_assert_uint_eq(port_read(block, ivc_register_port(ops, IVC_REG_FETCH, core, lane)), word);
    IvcRegisterPort clear = ivc_register_port(ops, IVC_REG_CLEAR, core, lane);
    port_write(block, clear, clear.mask);
    ck_assert_uint_eq(ivc_register_lines(block, core), 0);
    ck_assert_uint_eq(port_read(block, ivc_register_port(ops, IVC_REG_STATUS, core, lane)), 0);
}

START_TEST(test_handshake_through_ports)
{
    const IvcRegisterBlockOps *ops = ivc_register_blocks[_i];
    g_autoptr(IvcRegisterBlock) block = ivc_register_block_new(ops, ops->cores_max);
    for (unsigned core = 0; core < ops->cores_max; core++) {
        uint64_t enable = 0;
        for (unsigned lane = 0; lane < ops->lanes; lane++) {
            enable |= ivc_register_port(ops, IVC_REG_ENABLE, core, lane).mask;
        }
        port_write(block, ivc_register_port(ops, IVC_REG_ENABLE, core, 0), enable);
        for (unsigned lane = 0; lane < ops->lanes; lane++) {
            handshake(block, core, lane);
        }
    }
}
END_TEST

START_TEST(test_lanes_are_private_while_they_last)
{
    const IvcRegisterBlockOps *ops = &ivc_register_block_loongson3;
    for (unsigned members = 2; members <= 16; members++) {
        for (unsigned receiver = 0; receiver < members; receiver++) {
            unsigned users[4] = {0};
            for (unsigned pass = 0; pass < 2; pass++) {
                for (unsigned sender = 0; sender < members; sender++) {
                    if (sender == receiver) {
                        continue;
                    }
                    IvcRegisterLane lane = ivc_register_lane(ops, members, sender, receiver);
                    ck_assert_uint_lt(lane.lane, 4);
                    if (pass == 0) {
                        users[lane.lane]++;
                    } else {
                        ck_assert_int_eq(lane.shared, users[lane.lane] > 1);
                    }
                }
            }
        }
    }
    ck_assert(!ivc_register_lane(&ivc_register_block_octeon_ciu, 2, 1, 0).shared);
    ck_assert(ivc_register_lane(&ivc_register_block_octeon_ciu, 3, 1, 0).shared);
}
END_TEST

static void digest_of(const IvcRegisterBlock *block, uint64_t hash[2])
{
    IvcDigest digest;
    ivc_digest_init(&digest, 0, NULL);
    ivc_register_block_digest(block, &digest);
    hash[0] = digest.hash[0];
    hash[1] = digest.hash[1];
}

/* Every bit of every writable register changes the digest, and undoing it restores it. */
static void perturb(IvcRegisterBlock *block, uint64_t set, uint64_t undo, unsigned width,
                    uint64_t bit, uint64_t undo_value)
{
    uint64_t before[2];
    uint64_t changed[2];
    uint64_t after[2];
    digest_of(block, before);
    ck_assert_int_eq(ivc_register_write(block, set, width, bit), IVC_REGISTER_OK);
    digest_of(block, changed);
    ck_assert_int_eq(ivc_register_write(block, undo, width, undo_value), IVC_REGISTER_OK);
    digest_of(block, after);
    ck_assert(before[0] != changed[0] || before[1] != changed[1]);
    ck_assert(before[0] == after[0] && before[1] == after[1]);
}

START_TEST(test_digest_sees_every_bit)
{
    g_autoptr(IvcRegisterBlock) loongson = ivc_register_block_new(&ivc_register_block_loongson3, 2);
    g_autoptr(IvcRegisterBlock) octeon = ivc_register_block_new(&ivc_register_block_octeon_ciu, 2);
    g_autoptr(IvcRegisterBlock) many = ivc_register_block_new(&ivc_register_block_manycore, 2);
    g_autoptr(IvcRegisterBlock) ti = ivc_register_block_new(&ivc_register_block_ti_mailbox, 2);
    for (unsigned i = 0; i < 64; i++) {
        uint64_t bit = UINT64_C(1) << i;
        if (i < 16)
            perturb(many, M1 + 0x08, M1 + 0x08, 64, bit, 0);
        for (uint64_t box = 0x20; box < 0x40; box += 8) {
            perturb(loongson, L0 + box, L0 + box, 64, bit, 0);
            perturb(loongson, L1 + box, L1 + box, 64, bit, 0);
        }
        if (i < 32) {
            perturb(loongson, L0 + 0x08, L0 + 0x0c, 32, bit, bit);
            perturb(loongson, L1 + 0x04, L1 + 0x04, 32, bit, 0);
            perturb(ti, T1 + 0x4c, T1 + 0x104, 32, bit, 0x40);
            if (i % 2 == 0 && i < 8)
                perturb(ti, T0 + 0x108, T0 + 0x10c, 32, bit, bit);
            perturb(octeon, SET0, CLR0, 64, bit, bit);
            perturb(octeon, SET1, CLR1, 64, bit, bit);
        } else if (i < 34) {
            perturb(octeon, EN0, EN0, 64, bit, 0);
            perturb(octeon, EN1, EN1, 64, bit, 0);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("register_blocks");
    TCase *tests = tcase_create("register_blocks");
    tcase_add_loop_test(tests, test_manycore_sequence, 0, G_N_ELEMENTS(manycore_sequences));
    tcase_add_loop_test(tests, test_ti_mailbox_sequence, 0, G_N_ELEMENTS(ti_mailbox_sequences));
    tcase_add_test(tests, test_table);
    tcase_add_test(tests, test_cores_out_of_range);
    tcase_add_test(tests, test_ports_are_where_the_manual_says);
    tcase_add_loop_test(tests, test_handshake_through_ports, 0, 4);
    tcase_add_test(tests, test_lanes_are_private_while_they_last);
    tcase_add_test(tests, test_digest_sees_every_bit);
    suite_add_tcase(suite, tests);
    return points_main(suite);
}
