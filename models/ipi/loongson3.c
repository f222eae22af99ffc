/*
 * The inter-processor interrupt block of the Loongson 3 family: a core has Status, Enable, Set and
 * Clear (32 bits) and four 64-bit mailboxes.
 *
 * The interrupt line (INT4) follows the level (Status & Enable) != 0 after every write of Set,
 * Clear or Enable. Mailboxes are storage: a write interrupts nobody, overwrites what was there, and
 * nothing says whether it was read. A protocol owns the handshake; the ports below use one Status
 * bit a mailbox for it.
 *
 * Leaves out: the second set of Status/Enable/Set/Clear that some headers name at 0x10..0x1c, the
 * IOCSR send registers of the 3A4000 and later, the alias at 0x1fe01000, and every cost.
 * Sources: Loongson 3A5000 user manual, "Inter-processor interrupts and communication"; Linux
 * arch/mips/loongson64/smp.h. docs/models/ipi-loongson3.md has the details.
 */
#include "models/ipi/register_block.h"

#define BASE UINT64_C(0x3ff01000)
#define CORE_STRIDE 0x100u
#define NODE_SHIFT 44
#define NODE_CORES 4u
#define NODES 4u

enum {
    OFFSET_STATUS = 0x00,
    OFFSET_ENABLE = 0x04,
    OFFSET_SET = 0x08,
    OFFSET_CLEAR = 0x0c,
    OFFSET_MAILBOX0 = 0x20,
    OFFSET_END = 0x40, /* behind MailBox3 */
};

/* The state of a core. */
enum {
    STATUS,
    ENABLE,
    MAILBOX0,
    STATE_WORDS = MAILBOX0 + 4,
};

/*
 * The lanes' Status bits start at 16: Linux uses bits 0 to 3 for its own inter-processor
 * interrupts, and a guest with several cores keeps them.
 */
#define LANE_BIT0 16u

static uint64_t core_base(unsigned core)
{
    return ((uint64_t)(core / NODE_CORES) << NODE_SHIFT) + BASE +
           (uint64_t)(core % NODE_CORES) * CORE_STRIDE;
}

/* Splits an address into core and offset; false when no core of this chip answers. */
static bool decode(uint64_t address, unsigned cores, unsigned *ret_core, unsigned *ret_offset)
{
    uint64_t node = address >> NODE_SHIFT;
    uint64_t local = address & ((UINT64_C(1) << NODE_SHIFT) - 1);
    if (local < BASE || local >= BASE + NODE_CORES * CORE_STRIDE || node >= NODES) {
        return false;
    }
    unsigned core = (unsigned)node * NODE_CORES + (unsigned)(local - BASE) / CORE_STRIDE;
    if (core >= cores) {
        return false;
    }
    *ret_core = core;
    *ret_offset = (unsigned)(local - BASE) % CORE_STRIDE;
    return true;
}

static bool is_mailbox(unsigned offset)
{
    return offset >= OFFSET_MAILBOX0 && offset < OFFSET_END;
}

/* Whether the register at the offset takes the width; the caller has checked the alignment. */
static IvcRegisterAccess check(unsigned offset, unsigned width_bits)
{
    if (is_mailbox(offset)) {
        return IVC_REGISTER_OK;
    }
    if (offset > OFFSET_CLEAR) {
        return IVC_REGISTER_BAD_ADDRESS;
    }
    return width_bits == 32 ? IVC_REGISTER_OK : IVC_REGISTER_BAD_WIDTH;
}

static IvcRegisterAccess loongson3_find(uint64_t address, unsigned width_bits, unsigned cores,
                                        IvcRegisterPlace *ret_place)
{
    unsigned core = 0;
    unsigned offset = 0;
    if (!decode(address, cores, &core, &offset)) {
        return IVC_REGISTER_BAD_ADDRESS;
    }
    *ret_place = (IvcRegisterPlace){
        .core = core, .reg = (uint16_t)offset, .width_bits = (uint16_t)width_bits};
    return check(offset, width_bits);
}

static uint64_t loongson3_read(const uint64_t *own, IvcRegisterPlace place)
{
    unsigned offset = place.reg;
    if (is_mailbox(offset)) {
        uint64_t word = own[MAILBOX0 + (offset - OFFSET_MAILBOX0) / 8];
        return offset % 8 == 4 ? word >> 32 : word; /* little-endian halves */
    }
    switch (offset) {
    case OFFSET_STATUS:
        return own[STATUS];
    case OFFSET_ENABLE:
        return own[ENABLE];
    default:
        return 0; /* Set and Clear are write-only */
    }
}

static void write_mailbox(uint64_t *word, unsigned offset, unsigned width_bits, uint64_t value)
{
    if (width_bits == 64) {
        *word = value;
    } else if (offset % 8 == 4) {
        *word = (*word & UINT32_MAX) | value << 32;
    } else {
        *word = (*word & ~(uint64_t)UINT32_MAX) | value;
    }
}

static IvcRegisterAccess loongson3_write(uint64_t *own, IvcRegisterPlace place, uint64_t value)
{
    unsigned offset = place.reg;
    if (is_mailbox(offset)) {
        write_mailbox(&own[MAILBOX0 + (offset - OFFSET_MAILBOX0) / 8], offset, place.width_bits,
                      value);
        return IVC_REGISTER_OK;
    }
    switch (offset) {
    case OFFSET_ENABLE:
        own[ENABLE] = value;
        return IVC_REGISTER_OK;
    case OFFSET_SET:
        own[STATUS] |= value; /* a bit that is set already stays one post: posts coalesce */
        return IVC_REGISTER_OK;
    case OFFSET_CLEAR:
        own[STATUS] &= ~value;
        return IVC_REGISTER_OK;
    default:
        return IVC_REGISTER_READ_ONLY_IGNORED;
    }
}

static uint32_t loongson3_lines(const uint64_t *own)
{
    return (own[STATUS] & own[ENABLE]) != 0 ? 1 : 0;
}

static IvcRegisterPort loongson3_port(IvcRegisterRole role, unsigned core, unsigned lane)
{
    uint64_t base = core_base(core);
    uint64_t bit = UINT64_C(1) << (LANE_BIT0 + lane);
    switch (role) {
    case IVC_REG_DATA:
    case IVC_REG_FETCH:
        return (IvcRegisterPort){base + OFFSET_MAILBOX0 + 8 * (uint64_t)lane, 64, UINT64_MAX};
    case IVC_REG_POST:
        return (IvcRegisterPort){base + OFFSET_SET, 32, bit};
    case IVC_REG_CLEAR:
        return (IvcRegisterPort){base + OFFSET_CLEAR, 32, bit};
    case IVC_REG_ENABLE:
        return (IvcRegisterPort){base + OFFSET_ENABLE, 32, bit};
    case IVC_REG_STATUS:
    case IVC_REG_PENDING:
    default:
        return (IvcRegisterPort){base + OFFSET_STATUS, 32, bit};
    }
}

const IvcRegisterBlockOps ivc_register_block_loongson3 = {
    .name = "loongson3",
    .summary = "Loongson 3 inter-processor registers: status, enable, set, clear, four 64-bit "
               "mailboxes a core",
    .cores_max = NODES * NODE_CORES,
    .word_bits = 64,
    .chunk_bits = 64,
    .lanes = 4,
    .lines = 1,
    .data_posts = false,
    .state_words = STATE_WORDS,
    .find = loongson3_find,
    .read = loongson3_read,
    .write = loongson3_write,
    .lines_of = loongson3_lines,
    .port = loongson3_port,
};
