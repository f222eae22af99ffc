/** @file
 *  Inter-core register blocks as a driver sees them: reads, writes and interrupt lines by physical
 *  address. Functional only: no access takes time here; models/ipi/mailbox.c charges it.
 *
 *  A protocol that must run on any block does not use addresses of its own but asks for the
 *  *port* of a role: which register, how wide, which bits.
 */
#pragma once

#include "sim/base/hot.h"
#include "sim/engine/digest.h"

/** What an access did. */
typedef enum {
    IVC_REGISTER_OK,
    IVC_REGISTER_READ_ONLY_IGNORED, /**< a write to a read-only register: nothing changed */
    IVC_REGISTER_BAD_ADDRESS,       /**< no register, a core that is not there, or misaligned */
    IVC_REGISTER_BAD_WIDTH,         /**< the register exists, not with this width */
} IvcRegisterAccess;

/** What a register does for a protocol. */
typedef enum {
    IVC_REG_DATA,    /**< the sender writes the word here */
    IVC_REG_POST,    /**< the sender writes `mask` here to raise the receiver's line; with
                          `data_posts` it is the DATA register and needs no write of its own */
    IVC_REG_STATUS,  /**< the sender reads here: the lane is still full while value & mask != 0 */
    IVC_REG_PENDING, /**< the receiver reads here which lanes have posted: value & mask */
    IVC_REG_FETCH,   /**< the receiver reads the word here; where it is the PENDING register, one
                          read does for both */
    IVC_REG_CLEAR,   /**< the receiver writes `mask` here: the lane is empty, its post is gone */
    IVC_REG_ENABLE,  /**< the receiver writes the OR of its lanes' masks here, once at start-up */
} IvcRegisterRole;

/** The register that plays a role for one lane. */
typedef struct {
    uint64_t address;    /**< physical */
    unsigned width_bits; /**< the access width to use */
    uint64_t mask;       /**< the bits that concern the lane */
} IvcRegisterPort;

/** Which register an address means: for a caller that uses it again and again. */
typedef struct {
    uint32_t core;
    uint16_t reg; /**< the block's own number for it */
    uint16_t width_bits;
} IvcRegisterPlace;

/** A kind of block. One const table a chip family; `state` is that of all cores, core 0 first. */
typedef struct {
    const char *name;    /**< as in scenarios: "loongson3" */
    const char *summary; /**< one sentence without a full stop */
    unsigned cores_max;
    unsigned word_bits;   /**< the bits that a single mailbox holds */
    unsigned chunk_bits;  /**< the data bits that a protocol can put into one mailbox write:
                               word_bits, or less where flags must travel inside the word */
    unsigned lanes;       /**< mailboxes a core has; each carries one word at a time */
    unsigned lines;       /**< interrupt lines a core has */
    bool data_posts;      /**< writing the word raises the line by itself */
    unsigned state_words; /**< 64-bit words of state a core */

    /** The hooks see aligned accesses of 32 or 64 bits only; values are cut to the width. */
    IvcRegisterAccess (*find)(uint64_t address, unsigned width_bits, unsigned cores,
                              IvcRegisterPlace *ret_place);
    uint64_t (*read)(const uint64_t *core_state, IvcRegisterPlace place);
    IvcRegisterAccess (*write)(uint64_t *core_state, IvcRegisterPlace place, uint64_t value);
    uint32_t (*lines_of)(const uint64_t *core_state);
    IvcRegisterPort (*port)(IvcRegisterRole role, unsigned core, unsigned lane);
} IvcRegisterBlockOps;

extern const IvcRegisterBlockOps ivc_register_block_loongson3;
extern const IvcRegisterBlockOps ivc_register_block_octeon_ciu;
extern const IvcRegisterBlockOps ivc_register_block_manycore;
extern const IvcRegisterBlockOps ivc_register_block_ti_mailbox;

/** All kinds of block; ends with NULL. */
extern const IvcRegisterBlockOps *const ivc_register_blocks[];

/** Their names, for the registry; ends with NULL. */
extern const char *const ivc_register_block_names[];

/** Returns the kind of that name, or NULL. */
const IvcRegisterBlockOps *ivc_register_block_find(const char *name);

/** The registers of all cores of one chip. */
typedef struct IvcRegisterBlock IvcRegisterBlock;

/**
 * Makes the registers of `cores` cores, in the state after reset: all zero, nothing enabled.
 *
 * @param cores  1 to ops->cores_max
 * @return transfer full; NULL when `cores` is out of range
 */
IvcRegisterBlock *ivc_register_block_new(const IvcRegisterBlockOps *ops, unsigned cores);
void ivc_register_block_free(IvcRegisterBlock *block);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IvcRegisterBlock, ivc_register_block_free)

const IvcRegisterBlockOps *ivc_register_block_ops(const IvcRegisterBlock *block);
unsigned ivc_register_block_cores(const IvcRegisterBlock *block);

/**
 * Reads a register; write-only registers read as 0.
 *
 * @param address     physical, aligned to the width
 * @param width_bits  32 or 64
 * @param ret_value   set when the answer is IVC_REGISTER_OK only
 */
IvcRegisterAccess ivc_register_read(const IvcRegisterBlock *block, uint64_t address,
                                    unsigned width_bits, uint64_t *ret_value);

/** Writes a register; bits of `value` above the width are not part of the access. */
IvcRegisterAccess ivc_register_write(IvcRegisterBlock *block, uint64_t address, unsigned width_bits,
                                     uint64_t value);

/** Looks an address up, as ivc_register_read() does. @param ret_place  set when it is fine only */
IvcRegisterAccess ivc_register_find(const IvcRegisterBlock *block, uint64_t address,
                                    unsigned width_bits, IvcRegisterPlace *ret_place);

/** Reads a register that was looked up. */
uint64_t ivc_register_read_at(const IvcRegisterBlock *block, IvcRegisterPlace place);

/** Writes a register that was looked up. */
IvcRegisterAccess ivc_register_write_at(IvcRegisterBlock *block, IvcRegisterPlace place,
                                        uint64_t value);

/** Returns the interrupt lines that a core sees asserted now: bit i is line i. Level, not edge. */
uint32_t ivc_register_lines(const IvcRegisterBlock *block, unsigned core);

/** Returns the port of a role at the *receiving* core `core`, for lane 0 to ops->lanes - 1. */
IvcRegisterPort ivc_register_port(const IvcRegisterBlockOps *ops, IvcRegisterRole role,
                                  unsigned core, unsigned lane);

/** Which mailbox a sender uses at a receiver. */
typedef struct {
    unsigned lane;
    bool shared; /**< other senders use it too: they must take turns before they write */
} IvcRegisterLane;

/** Returns whether several senders use the receiver's lane, so that they must take turns. */
static inline bool ivc_register_lane_is_shared(const IvcRegisterBlockOps *ops, unsigned members,
                                               unsigned lane)
{
    /* The senders on this lane are those in the places lane + k * lanes. */
    return lane + ops->lanes < members - 1;
}

/**
 * Shares out the lanes of a receiver among all others of a group that talk to each other.
 *
 * @param members  how many talk; `sender` and `receiver` count from 0 among them and differ
 */
static inline IvcRegisterLane ivc_register_lane(const IvcRegisterBlockOps *ops, unsigned members,
                                                unsigned sender, unsigned receiver)
{
    ivc_hot_assert(sender < members && receiver < members && sender != receiver);
    /* Nobody sends to itself, so the receiver takes no lane: m members need m - 1 lanes. */
    unsigned place = sender < receiver ? sender : sender - 1;
    unsigned lane = place % ops->lanes;
    return (IvcRegisterLane){.lane = lane,
                             .shared = ivc_register_lane_is_shared(ops, members, lane)};
}

/** Feeds every bit of every register: all of it can influence the future. */
void ivc_register_block_digest(const IvcRegisterBlock *block, IvcDigest *digest);
