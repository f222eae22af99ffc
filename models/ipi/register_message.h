/** @file
 *  The 64-bit register message: 60 bits of payload, the last (least significant) 4 bits the tag.
 *  docs/models/ipi-loongson3.md has the tag table with the reason for each tag.
 *
 *  Every message has exactly one word and every word at most one message: unused bits are 0, and a
 *  word that has them set is refused. Fields lie with the small ones low and no field uses bits
 *  63:60, so that a word crosses a 32-bit mailbox in one or two chunks.
 */
#pragma once

#include "sim/engine/digest.h"

#define IVC_REGISTER_TAG_BITS 4u

/** The tags. 14 is free for later use. */
typedef enum {
    IVC_REGISTER_TAG_NONE = 0,     /**< no message: a register that nobody wrote */
    IVC_REGISTER_TAG_INLINE_0 = 1, /**< 1 + n: n bytes of data in the word, n = 0 to 7 */
    IVC_REGISTER_TAG_INLINE_7 = 8,
    IVC_REGISTER_TAG_ENVELOPE = 9,
    IVC_REGISTER_TAG_SHARED = 10,
    IVC_REGISTER_TAG_CREDIT = 11,
    IVC_REGISTER_TAG_REQUEST = 12,
    IVC_REGISTER_TAG_CONTROL = 13,
    IVC_REGISTER_TAG_SPARE = 14,
    IVC_REGISTER_TAG_ABSENT = 15, /**< never a message: absent hardware reads as all ones */
    IVC_REGISTER_TAGS = 16,
} IvcRegisterTag;

/** A row of the tag table, for `list` and the manual. */
typedef struct {
    const char *name;
    const char *payload; /**< the fields from bit 4 up: "count 8, slot 24" */
    const char *reason;  /**< why the tag exists */
} IvcRegisterTagInfo;

/** One row for each tag. */
extern const IvcRegisterTagInfo ivc_register_tags[IVC_REGISTER_TAGS];

/** The kinds of message; the eight inline tags are one kind. */
typedef enum {
    IVC_REGISTER_MESSAGE_INLINE,   /**< data in the word, for the current envelope */
    IVC_REGISTER_MESSAGE_ENVELOPE, /**< sets the current envelope of this sender and lane */
    IVC_REGISTER_MESSAGE_SHARED,   /**< data in a block of the shared region */
    IVC_REGISTER_MESSAGE_CREDIT,   /**< blocks or messages have been taken: the sender may go on */
    IVC_REGISTER_MESSAGE_REQUEST,  /**< rendezvous: agree before data moves */
    IVC_REGISTER_MESSAGE_CONTROL,  /**< everything without data */
} IvcRegisterMessageKind;

typedef enum {
    IVC_REGISTER_REQUEST_SEND,   /**< I have `bytes` for you */
    IVC_REGISTER_REQUEST_READY,  /**< your Recv is there: send up to `bytes` */
    IVC_REGISTER_REQUEST_CANCEL, /**< forget request `id` */
} IvcRegisterRequestOp;

typedef enum {
    IVC_REGISTER_CONTROL_INIT,     /**< a rank has joined; argument: number of ranks */
    IVC_REGISTER_CONTROL_FINALIZE, /**< a rank leaves */
    IVC_REGISTER_CONTROL_ARRIVE,   /**< a rank is at the barrier; argument: epoch */
    IVC_REGISTER_CONTROL_RELEASE,  /**< the barrier opens; argument: epoch */
    IVC_REGISTER_CONTROL_WAKE,     /**< look again: what you wait for may be there */
    IVC_REGISTER_CONTROLS,
} IvcRegisterControlOp;

#define IVC_REGISTER_INLINE_BYTES_MAX 7u
#define IVC_REGISTER_SOURCE_MAX 0xfffu           /**< ranks 0 to 4,095 */
#define IVC_REGISTER_COMMUNICATOR_MAX 0xffu      /**< context ids 0 to 255 */
#define IVC_REGISTER_MPI_TAG_MAX 0x7fffffffu     /**< every non-negative MPI tag */
#define IVC_REGISTER_SLOT_MAX 0xffffffu          /**< block index, 24 bits */
#define IVC_REGISTER_SHARED_BYTES_MAX 0xfffffffu /**< 256 MiB - 1 in one piece */
#define IVC_REGISTER_CREDIT_COUNT_MAX 0xffu      /**< at least 1 */
#define IVC_REGISTER_REQUEST_ID_MAX 0xffu        /**< open requests of one sender */
#define IVC_REGISTER_REQUEST_BYTES_MAX ((UINT64_C(1) << 40) - 1)
#define IVC_REGISTER_ARGUMENT_MAX UINT32_MAX

/** A message in fields. Only those of its kind count. */
typedef struct {
    IvcRegisterMessageKind kind;
    union {
        struct {
            unsigned length; /**< bytes, 0 to 7 */
            uint64_t data;   /**< first byte in bits 7:0; bits above the length are 0 */
        } in_line;
        struct {
            uint32_t source; /**< rank of the sender in the communicator */
            uint32_t communicator;
            uint32_t mpi_tag;
        } envelope;
        struct {
            bool last;      /**< false: further pieces of the same message follow */
            uint32_t slot;  /**< index of the block in the region */
            uint32_t bytes; /**< of data in this piece */
        } shared;
        struct {
            uint32_t count; /**< 1 to 255 */
            uint32_t slot;  /**< the (last) block that was taken; 0 without blocks */
        } credit;
        struct {
            IvcRegisterRequestOp op;
            uint32_t id;
            uint64_t bytes;
        } request;
        struct {
            IvcRegisterControlOp op;
            uint32_t source; /**< rank in the world communicator */
            uint32_t argument;
        } control;
    };
} IvcRegisterMessage;

/**
 * Packs a message into its word.
 *
 * @param ret_word  set on success only; never 0 and never all ones
 * @return false when a field does not fit
 */
bool ivc_register_message_encode(const IvcRegisterMessage *message,
                                 uint64_t *ret_word) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Unpacks a word.
 *
 * @param ret_message  set on success only
 * @return false when the word is no message: tag 0, 14 or 15, an unused bit set, a field that no
 *         sender may use
 */
bool ivc_register_message_decode(uint64_t word,
                                 IvcRegisterMessage *ret_message) G_GNUC_WARN_UNUSED_RESULT;

/** Returns the tag of a word, valid or not. */
IvcRegisterTag ivc_register_message_tag(uint64_t word);

/**
 * Returns how many mailbox writes a word needs.
 *
 * @param chunk_bits  data bits a write carries: 64 or more gives 1; with 30 it is 1 to 3, and at
 *                    most 2 for any message of the tag table
 */
unsigned ivc_register_message_chunks(uint64_t word, unsigned chunk_bits);

/** The layout of a chunk in a 32-bit mailbox. */
#define IVC_REGISTER_CHUNK_BITS 30u
#define IVC_REGISTER_CHUNK_MORE (UINT32_C(1) << 30)  /**< more chunks of the word follow */
#define IVC_REGISTER_CHUNK_VALID (UINT32_C(1) << 31) /**< set in every chunk: none is ever 0 */
#define IVC_REGISTER_CHUNKS_MAX 3u

/** Returns chunk `index` of a word, least significant first; index below the number of chunks. */
uint32_t ivc_register_message_chunk(uint64_t word, unsigned index);

/** The receiving end's half-built word: one for each lane. All zero is the start. */
typedef struct {
    uint64_t word;
    unsigned chunks; /**< how many have come: 0 to 2 */
} IvcRegisterJoin;

typedef enum {
    IVC_REGISTER_JOIN_MORE,      /**< taken; the word is not complete */
    IVC_REGISTER_JOIN_DONE,      /**< the word is complete, the join empty again */
    IVC_REGISTER_JOIN_MALFORMED, /**< not valid, too many chunks, or not the shortest form; the
                                      join is empty again */
} IvcRegisterJoinResult;

/** Takes the next chunk of a lane. @param ret_word  set with IVC_REGISTER_JOIN_DONE only */
IvcRegisterJoinResult ivc_register_join_add(IvcRegisterJoin *join, uint32_t chunk,
                                            uint64_t *ret_word);

void ivc_register_join_digest(const IvcRegisterJoin *join, IvcDigest *digest);
