/*
 * Registers of a chip that does not exist: what inter-core registers could look like for up to
 * 1,024 cores. A core has PENDING, ENABLE, CLEAR and sixteen 64-bit mailboxes.
 *
 * Writing a mailbox stores the word and sets the mailbox's bit in PENDING; writing CLEAR clears the
 * bits that are written as 1. The one interrupt line follows the level (PENDING & ENABLE) != 0.
 * Sixteen, so that few senders share a mailbox as long as few talk; all accesses are of 64 bits.
 *
 * Leaves out: what real chips of this size offer instead (message interrupts without data, queues
 * in memory), and every cost. Nothing here was taken from hardware: results that rest on it answer
 * "what if", and the profile's numbers are marked as assumed.
 */
#include "models/ipi/register_block.h"

#define BASE UINT64_C(0x100000000000)
#define CORE_STRIDE 0x1000u
#define CORES_MAX 1024u
#define LANES 16u

enum {
    OFFSET_PENDING = 0x00,
    OFFSET_ENABLE = 0x08,
    OFFSET_CLEAR = 0x10,
    OFFSET_MAILBOX0 = 0x100,
    OFFSET_END = OFFSET_MAILBOX0 + 8 * LANES,
};

/* The state of a core. */
enum {
    PENDING,
    ENABLE,
    MAILBOX0,
    STATE_WORDS = MAILBOX0 + LANES,
};

static uint64_t core_base(unsigned core)
{
    return BASE + (uint64_t)core * CORE_STRIDE;
}

static IvcRegisterAccess manycore_find(uint64_t address, unsigned width_bits, unsigned cores,
                                       IvcRegisterPlace *ret_place)
{
    if (address < BASE || address >= core_base(cores))
        return IVC_REGISTER_BAD_ADDRESS;
    unsigned offset = (unsigned)((address - BASE) % CORE_STRIDE);
    bool is_mailbox = offset >= OFFSET_MAILBOX0 && offset < OFFSET_END;
    if (!is_mailbox && offset > OFFSET_CLEAR + 4)
        return IVC_REGISTER_BAD_ADDRESS;
    *ret_place = (IvcRegisterPlace){.core = (uint32_t)((address - BASE) / CORE_STRIDE),
                                    .reg = (uint16_t)offset,
                                    .width_bits = (uint16_t)width_bits};
    return width_bits == 64 ? IVC_REGISTER_OK : IVC_REGISTER_BAD_WIDTH;
}

static uint64_t manycore_read(const uint64_t *own, IvcRegisterPlace place)
{
    if (place.reg >= OFFSET_MAILBOX0)
        return own[MAILBOX0 + (place.reg - OFFSET_MAILBOX0) / 8];
    switch (place.reg) {
    case OFFSET_PENDING:
        return own[PENDING];
    case OFFSET_ENABLE:
        return own[ENABLE];
    default:
        return 0; /* CLEAR is write-only */
    }
}

static IvcRegisterAccess manycore_write(uint64_t *own, IvcRegisterPlace place, uint64_t value)
{
    const uint64_t all = (UINT64_C(1) << LANES) - 1;
    if (place.reg >= OFFSET_MAILBOX0) {
        unsigned lane = (place.reg - OFFSET_MAILBOX0) / 8u;
        own[MAILBOX0 + lane] = value;
        own[PENDING] |= UINT64_C(1) << lane;
        return IVC_REGISTER_OK;
    }
    switch (place.reg) {
    case OFFSET_ENABLE:
        own[ENABLE] = value & all;
        return IVC_REGISTER_OK;
    case OFFSET_CLEAR:
        own[PENDING] &= ~value;
        return IVC_REGISTER_OK;
    default:
        return IVC_REGISTER_READ_ONLY_IGNORED;
    }
}

static uint32_t manycore_lines(const uint64_t *own)
{
    return (own[PENDING] & own[ENABLE]) != 0 ? 1 : 0;
}

static IvcRegisterPort manycore_port(IvcRegisterRole role, unsigned core, unsigned lane)
{
    uint64_t base = core_base(core);
    uint64_t bit = UINT64_C(1) << lane;
    switch (role) {
    case IVC_REG_DATA:
    case IVC_REG_POST:
    case IVC_REG_FETCH:
        return (IvcRegisterPort){base + OFFSET_MAILBOX0 + 8 * (uint64_t)lane, 64, UINT64_MAX};
    case IVC_REG_CLEAR:
        return (IvcRegisterPort){base + OFFSET_CLEAR, 64, bit};
    case IVC_REG_ENABLE:
        return (IvcRegisterPort){base + OFFSET_ENABLE, 64, bit};
    case IVC_REG_STATUS:
    case IVC_REG_PENDING:
    default:
        return (IvcRegisterPort){base + OFFSET_PENDING, 64, bit};
    }
}

const IvcRegisterBlockOps ivc_register_block_manycore = {
    .name = "manycore",
    .summary =
        "hypothetical registers for up to 1,024 cores: sixteen 64-bit mailboxes a core, each "
        "with a pending bit",
    .cores_max = CORES_MAX,
    .word_bits = 64,
    .chunk_bits = 64,
    .lanes = LANES,
    .lines = 1,
    .data_posts = true,
    .state_words = STATE_WORDS,
    .find = manycore_find,
    .read = manycore_read,
    .write = manycore_write,
    .lines_of = manycore_lines,
    .port = manycore_port,
};
