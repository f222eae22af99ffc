/*
 * The mailboxes of TI's K3 chips as cores of an AM64x see them: queues of four words of 32 bits,
 * and an interrupt while a queue is not empty.
 *
 * A core receives in one cluster of mailboxes, of which four are used, one for each sender. Writing
 * MESSAGE puts a word behind the others in its queue; a word that is written to a full queue is
 * lost. FIFOSTATUS says whether the queue is full, MSGSTATUS how many words are in it. The status
 * of a queue is a level: it is set while a word is there. ENABLE_SET and ENABLE_CLR say which of
 * them interrupt.
 *
 * One thing is not as in the hardware: there, reading MESSAGE takes the word out of the queue; here
 * reading changes nothing, and the write that clears the status takes the word out. A driver does
 * both, in this order, once for each word.
 *
 * Leaves out: interrupts when a queue is not full, the other twelve queues of a cluster, the other
 * three users, configuration and version registers, and every cost.
 * Sources: the AM64x technical reference manual (mailbox registers); the MCU+ SDK, ipc_notify
 * (offsets, which accesses a driver makes); Linux drivers/mailbox/omap-mailbox.c.
 */
#include "models/ipi/register_block.h"

#define BASE UINT64_C(0x29020000)
#define CORE_STRIDE 0x10000u
#define CORES_MAX 4u
#define LANES 4u
#define DEPTH 4u

enum {
    OFFSET_MESSAGE = 0x40,
    OFFSET_FIFOSTATUS = 0x80,
    OFFSET_MSGSTATUS = 0xc0,
    OFFSET_RAW = 0x100,
    OFFSET_CLR = 0x104,
    OFFSET_ENABLE_SET = 0x108,
    OFFSET_ENABLE_CLR = 0x10c,
};

/* The state of a core: enabled queues, and for each queue how many words, and these. */
enum { ENABLE, QUEUES, QUEUE_WORDS = 1 + DEPTH, STATE_WORDS = QUEUES + LANES * QUEUE_WORDS };

static uint64_t new_message(unsigned lane)
{
    return UINT64_C(1) << 2 * lane; /* the odd bits are 'not full' */
}

static IvcRegisterAccess ti_find(uint64_t address, unsigned width_bits, unsigned cores,
                                 IvcRegisterPlace *ret_place)
{
    if (address < BASE || address >= BASE + (uint64_t)cores * CORE_STRIDE)
        return IVC_REGISTER_BAD_ADDRESS;
    unsigned offset = (unsigned)((address - BASE) % CORE_STRIDE);
    bool queue = offset >= OFFSET_MESSAGE && offset < OFFSET_RAW && offset % 0x40 < 4 * LANES;
    bool control = offset >= OFFSET_RAW && offset <= OFFSET_ENABLE_CLR;
    if (offset % 4 != 0 || (!queue && !control))
        return IVC_REGISTER_BAD_ADDRESS;
    *ret_place = (IvcRegisterPlace){.core = (uint32_t)((address - BASE) / CORE_STRIDE),
                                    .reg = (uint16_t)offset,
                                    .width_bits = (uint16_t)width_bits};
    return width_bits == 32 ? IVC_REGISTER_OK : IVC_REGISTER_BAD_WIDTH;
}

static const uint64_t *queue_of(const uint64_t *own, unsigned lane)
{
    return &own[QUEUES + lane * QUEUE_WORDS];
}

static uint64_t status(const uint64_t *own)
{
    uint64_t set = 0;
    for (unsigned l = 0; l < LANES; l++)
        if (queue_of(own, l)[0])
            set |= new_message(l);
    return set;
}

static uint64_t ti_read(const uint64_t *own, IvcRegisterPlace place)
{
    const uint64_t *queue = queue_of(own, place.reg % 0x40 / 4 % LANES);
    switch (place.reg) {
    case OFFSET_RAW:
        return status(own);
    case OFFSET_CLR:
        return status(own) & own[ENABLE];
    case OFFSET_ENABLE_SET:
    case OFFSET_ENABLE_CLR:
        return own[ENABLE];
    default:
        break;
    }
    if (place.reg < OFFSET_FIFOSTATUS)
        return queue[1]; /* the oldest word; 0 when there is none */
    return place.reg < OFFSET_MSGSTATUS ? queue[0] == DEPTH : queue[0];
}

/* Takes the oldest word out. */
static void pop(uint64_t *queue)
{
    if (queue[0] == 0)
        return;
    for (unsigned i = 1; i < DEPTH; i++)
        queue[i] = queue[i + 1];
    queue[DEPTH] = 0;
    queue[0]--;
}

static IvcRegisterAccess ti_write(uint64_t *own, IvcRegisterPlace place, uint64_t value)
{
    uint64_t all = 0;
    for (unsigned l = 0; l < LANES; l++)
        all |= new_message(l);
    if (place.reg < OFFSET_FIFOSTATUS) {
        uint64_t *queue = &own[QUEUES + (place.reg - OFFSET_MESSAGE) / 4 * QUEUE_WORDS];
        if (queue[0] < DEPTH)
            queue[++queue[0]] = value;
        return IVC_REGISTER_OK;
    }
    switch (place.reg) {
    case OFFSET_CLR:
        for (unsigned l = 0; l < LANES; l++)
            if (value & new_message(l))
                pop(&own[QUEUES + l * QUEUE_WORDS]);
        return IVC_REGISTER_OK;
    case OFFSET_ENABLE_SET:
        own[ENABLE] |= value & all;
        return IVC_REGISTER_OK;
    case OFFSET_ENABLE_CLR:
        own[ENABLE] &= ~value;
        return IVC_REGISTER_OK;
    default:
        return IVC_REGISTER_READ_ONLY_IGNORED;
    }
}

static uint32_t ti_lines(const uint64_t *own)
{
    return (status(own) & own[ENABLE]) != 0 ? 1 : 0;
}

static IvcRegisterPort ti_port(IvcRegisterRole role, unsigned core, unsigned lane)
{
    uint64_t base = BASE + (uint64_t)core * CORE_STRIDE;
    switch (role) {
    case IVC_REG_DATA:
    case IVC_REG_POST:
    case IVC_REG_FETCH:
        return (IvcRegisterPort){base + OFFSET_MESSAGE + 4 * (uint64_t)lane, 32, UINT32_MAX};
    case IVC_REG_STATUS: /* a protocol keeps one word in a queue */
        return (IvcRegisterPort){base + OFFSET_MSGSTATUS + 4 * (uint64_t)lane, 32, 7};
    case IVC_REG_ENABLE:
        return (IvcRegisterPort){base + OFFSET_ENABLE_SET, 32, new_message(lane)};
    case IVC_REG_PENDING:
    case IVC_REG_CLEAR:
    default:
        return (IvcRegisterPort){base + OFFSET_CLR, 32, new_message(lane)};
    }
}

const IvcRegisterBlockOps ivc_register_block_ti_mailbox = {
    .name = "ti-mailbox",
    .summary = "mailboxes of TI's AM64x: four queues a core, of four words of 32 bits each",
    .cores_max = CORES_MAX,
    .word_bits = 32,
    .chunk_bits = 30,
    .lanes = LANES,
    .lines = 1,
    .data_posts = true,
    .state_words = STATE_WORDS,
    .find = ti_find,
    .read = ti_read,
    .write = ti_write,
    .lines_of = ti_lines,
    .port = ti_port,
};
