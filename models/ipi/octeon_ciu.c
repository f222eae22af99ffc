/*
 * The mailbox part of the central interrupt unit (CIU) of the OCTEON Plus family: a core has one
 * 32-bit mailbox with a set and a clear register.
 *
 * Writing SET ORs bits into the mailbox, writing CLR clears those written as 1, reading either
 * returns it. A non-zero lower half (bits 15:0) is interrupt source MBOX0, a non-zero upper half
 * source MBOX1; each reaches the core while its enable bit is set. The sources are levels.
 *
 * Leaves out: every other interrupt source (their SUM and EN bits read as 0, writes of them are
 * lost), the second routing of each source (EN0 of IP2: software routes mailboxes to IP3), NMI and
 * debug registers, the CIU2 and CIU3 of later chips, and every cost.
 * Sources: the register definitions of the OCTEON SDK, as in FreeBSD sys/contrib/octeon-sdk
 * (addresses, core counts a chip, halves of the mailbox); FreeBSD sys/mips/cavium/octeon_machdep.c
 * (mailboxes enabled at IP3) and Linux arch/mips/cavium-octeon/smp.c (who reads and writes what).
 * docs/models/ipi-octeon-ciu.md has the details.
 */
#include "models/ipi/register_block.h"

#define CORES_MAX 12u /* CN56xx; its register table ends there */

#define SUM0_BASE UINT64_C(0x1070000000000)     /* + 8 n, n = 2 core + 1: the sources seen by IP3 */
#define EN0_BASE UINT64_C(0x1070000000200)      /* + 16 n */
#define EN0_W1C_BASE UINT64_C(0x1070000002200)  /* + 16 n: write 1 to disable */
#define EN0_W1S_BASE UINT64_C(0x1070000006200)  /* + 16 n: write 1 to enable */
#define MBOX_SET_BASE UINT64_C(0x1070000000600) /* + 8 core */
#define MBOX_CLR_BASE UINT64_C(0x1070000000680) /* + 8 core */

/* MBOX0 and MBOX1 in SUM0 and EN0. */
#define MBOX_SHIFT 32
#define MBOX_MASK (UINT64_C(3) << MBOX_SHIFT)

/* In the order of use: addresses are looked up in this order. */
enum {
    REG_MBOX_CLR,
    REG_MBOX_SET,
    REG_SUM0,
    REG_EN0,
    REG_EN0_W1C,
    REG_EN0_W1S,
};

/* The state of a core. */
enum {
    MBOX,   /* 32 bits */
    ENABLE, /* bit 0: MBOX0, bit 1: MBOX1 */
    STATE_WORDS,
};

/* Where core 0's register lies and how far the next core's is. */
static const struct {
    uint64_t first;
    unsigned stride;
} layout[] = {
    [REG_SUM0] = {SUM0_BASE + 8, 16},        [REG_EN0] = {EN0_BASE + 16, 32},
    [REG_EN0_W1C] = {EN0_W1C_BASE + 16, 32}, [REG_EN0_W1S] = {EN0_W1S_BASE + 16, 32},
    [REG_MBOX_SET] = {MBOX_SET_BASE, 8},     [REG_MBOX_CLR] = {MBOX_CLR_BASE, 8},
};

/* Finds register and core of an address, and whether the width is allowed. */
static IvcRegisterAccess octeon_find(uint64_t address, unsigned width_bits, unsigned cores,
                                     IvcRegisterPlace *ret_place)
{
    for (unsigned reg = 0; reg < G_N_ELEMENTS(layout); reg++) {
        uint64_t end = layout[reg].first + (uint64_t)cores * layout[reg].stride;
        uint64_t offset = address - layout[reg].first;
        if (address < layout[reg].first || address >= end ||
            (offset & (layout[reg].stride - 1)) != 0) { /* strides are powers of two */
            continue;
        }
        *ret_place = (IvcRegisterPlace){.core = (uint32_t)offset / layout[reg].stride,
                                        .reg = (uint16_t)reg,
                                        .width_bits = (uint16_t)width_bits};
        /* Enable and summary bits lie above bit 31. A mailbox has 32 bits and takes both. */
        bool narrow = reg == REG_MBOX_SET || reg == REG_MBOX_CLR;
        return width_bits == 64 || narrow ? IVC_REGISTER_OK : IVC_REGISTER_BAD_WIDTH;
    }
    return IVC_REGISTER_BAD_ADDRESS;
}

/* Bit 0: the lower half is not empty, bit 1: the upper half. */
static uint64_t sources(const uint64_t *own)
{
    uint64_t low = (own[MBOX] & 0xffff) != 0 ? 1 : 0;
    uint64_t high = own[MBOX] >> 16 != 0 ? 2 : 0;
    return low | high;
}

static uint64_t octeon_read(const uint64_t *own, IvcRegisterPlace place)
{
    switch (place.reg) {
    case REG_SUM0:
        return sources(own) << MBOX_SHIFT;
    case REG_MBOX_SET:
    case REG_MBOX_CLR:
        return own[MBOX];
    default: /* the two aliases read as the enable register itself */
        return own[ENABLE] << MBOX_SHIFT;
    }
}

static IvcRegisterAccess octeon_write(uint64_t *own, IvcRegisterPlace place, uint64_t value)
{
    if (place.reg == REG_MBOX_CLR) { /* these two for every word */
        own[MBOX] &= ~value;
        return IVC_REGISTER_OK;
    }
    if (place.reg == REG_MBOX_SET) {
        own[MBOX] |= value & UINT32_MAX;
        return IVC_REGISTER_OK;
    }
    uint64_t enable = (value & MBOX_MASK) >> MBOX_SHIFT;
    switch (place.reg) {
    case REG_EN0:
        own[ENABLE] = enable;
        break;
    case REG_EN0_W1S:
        own[ENABLE] |= enable;
        break;
    case REG_EN0_W1C:
        own[ENABLE] &= ~enable;
        break;
    default:
        return IVC_REGISTER_READ_ONLY_IGNORED; /* the mailbox bits of SUM0 follow the mailbox */
    }
    return IVC_REGISTER_OK;
}

static uint32_t octeon_lines(const uint64_t *own)
{
    return (uint32_t)(sources(own) & own[ENABLE]);
}

static IvcRegisterPort octeon_port(IvcRegisterRole role, unsigned core, unsigned lane)
{
    (void)lane; /* one mailbox a core */
    unsigned reg = REG_MBOX_CLR;
    uint64_t mask = UINT32_MAX;
    switch (role) {
    case IVC_REG_DATA:
    case IVC_REG_POST:
    case IVC_REG_STATUS:
        reg = REG_MBOX_SET;
        break;
    case IVC_REG_ENABLE:
        /*
         * MBOX1 alone: a protocol keeps its valid flag in bit 31, so that every word shows in the
         * upper half. With both enabled, a word would interrupt twice.
         */
        reg = REG_EN0_W1S;
        mask = UINT64_C(2) << MBOX_SHIFT;
        break;
    case IVC_REG_PENDING:
    case IVC_REG_FETCH:
    case IVC_REG_CLEAR:
    default:
        break;
    }
    uint64_t address = layout[reg].first + (uint64_t)core * layout[reg].stride;
    return (IvcRegisterPort){address, 64, mask};
}

const IvcRegisterBlockOps ivc_register_block_octeon_ciu = {
    .name = "octeon-ciu",
    .summary = "OCTEON central interrupt unit: one 32-bit mailbox a core with set and clear "
               "registers, two interrupt lines",
    .cores_max = CORES_MAX,
    .word_bits = 32,
    .chunk_bits = 30,
    .lanes = 1,
    .lines = 2,
    .data_posts = true,
    .state_words = STATE_WORDS,
    .find = octeon_find,
    .read = octeon_read,
    .write = octeon_write,
    .lines_of = octeon_lines,
    .port = octeon_port,
};
