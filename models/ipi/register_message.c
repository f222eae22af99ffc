/*
 * The register message: how messages and their parts become 64-bit words, and how words cross a
 * mailbox of 32 bits. Pure functions.
 * Leaves out: who sends what when (models/ipi/mailbox.c, models/mpi) and every cost.
 * The tag table is this project's own: that of the published work is not available.
 */
#include "models/ipi/register_message.h"

#include "sim/base/hot.h"

const IvcRegisterTagInfo ivc_register_tags[IVC_REGISTER_TAGS] = {
    [0] = {"none", "0", "a register that was never written or was cleared holds no message"},
    [1] = {"inline-0", "0", "a message without data is still a message to MPI"},
    [2] = {"inline-1", "data 8", "data that fits never touches shared memory"},
    [3] = {"inline-2", "data 16", "the length is in the tag and costs no payload"},
    [4] = {"inline-3", "data 24", "the longest that crosses a 32-bit mailbox in one chunk"},
    [5] = {"inline-4", "data 32", "one int or float"},
    [6] = {"inline-5", "data 40", "the length is in the tag and costs no payload"},
    [7] = {"inline-6", "data 48", "the length is in the tag and costs no payload"},
    [8] = {"inline-7", "data 56", "the most whole bytes that leave room for a tag"},
    [9] = {"envelope", "source 12, communicator 8, mpi tag 31",
           "inline words have no room for it: sent when it differs from the one before"},
    [10] = {"shared", "last 1, slot 24, bytes 28",
            "data in a block; 'last' lets a message larger than a block go in pieces"},
    [11] = {"credit", "count 8, slot 24",
            "mailboxes have no full flag: the receiver says what it has taken"},
    [12] = {"request", "op 2, id 8, bytes 40",
            "rendezvous, and the length of a message that goes in several inline words"},
    [13] = {"control", "op 4, source 12, argument 32",
            "init, finalize, barrier and wake-up must not need an envelope"},
    [14] = {"spare", "-", "free for later use: refused until then"},
    [15] = {"absent", "-", "absent hardware reads as all ones, which must not be a message"},
};

/* A field of the payload: the lowest bit in the word, and the width. */
typedef struct {
    unsigned bit;
    unsigned width;
} Field;

static const Field envelope_source = {4, 12};
static const Field envelope_communicator = {16, 8};
static const Field envelope_mpi_tag = {24, 31};
static const Field shared_last = {4, 1};
static const Field shared_slot = {5, 24};
static const Field shared_bytes = {29, 28};
static const Field credit_count = {4, 8};
static const Field credit_slot = {12, 24};
static const Field request_op = {4, 2};
static const Field request_id = {6, 8};
static const Field request_bytes = {14, 40};
static const Field control_op = {4, 4};
static const Field control_source = {8, 12};
static const Field control_argument = {20, 32};

/* Puts a value into its field; false when it does not fit. */
static bool put(uint64_t *word, Field field, uint64_t value)
{
    if (value >> field.width != 0) {
        return false;
    }
    *word |= value << field.bit;
    return true;
}

/* Takes a field out of the word and leaves 0 behind, so that what remains at the end is unused. */
static uint64_t take(uint64_t *word, Field field)
{
    uint64_t mask = ((UINT64_C(1) << field.width) - 1) << field.bit;
    uint64_t value = (*word & mask) >> field.bit;
    *word &= ~mask;
    return value;
}

static bool encode_fields(const IvcRegisterMessage *message, uint64_t *word)
{
    switch (message->kind) {
    case IVC_REGISTER_MESSAGE_INLINE: {
        unsigned length = message->in_line.length;
        if (length > IVC_REGISTER_INLINE_BYTES_MAX) {
            return false;
        }
        *word = IVC_REGISTER_TAG_INLINE_0 + (uint64_t)length;
        return put(word, (Field){IVC_REGISTER_TAG_BITS, 8 * length}, message->in_line.data);
    }
    case IVC_REGISTER_MESSAGE_ENVELOPE:
        *word = IVC_REGISTER_TAG_ENVELOPE;
        return put(word, envelope_source, message->envelope.source) &&
               put(word, envelope_communicator, message->envelope.communicator) &&
               put(word, envelope_mpi_tag, message->envelope.mpi_tag);
    case IVC_REGISTER_MESSAGE_SHARED:
        *word = IVC_REGISTER_TAG_SHARED;
        return put(word, shared_last, message->shared.last ? 1 : 0) &&
               put(word, shared_slot, message->shared.slot) &&
               put(word, shared_bytes, message->shared.bytes);
    case IVC_REGISTER_MESSAGE_CREDIT:
        *word = IVC_REGISTER_TAG_CREDIT;
        return message->credit.count != 0 && put(word, credit_count, message->credit.count) &&
               put(word, credit_slot, message->credit.slot);
    case IVC_REGISTER_MESSAGE_REQUEST:
        *word = IVC_REGISTER_TAG_REQUEST;
        return message->request.op <= IVC_REGISTER_REQUEST_CANCEL &&
               put(word, request_op, message->request.op) &&
               put(word, request_id, message->request.id) &&
               put(word, request_bytes, message->request.bytes);
    case IVC_REGISTER_MESSAGE_CONTROL:
        *word = IVC_REGISTER_TAG_CONTROL;
        return message->control.op < IVC_REGISTER_CONTROLS &&
               put(word, control_op, message->control.op) &&
               put(word, control_source, message->control.source) &&
               put(word, control_argument, message->control.argument);
    default:
        return false;
    }
}

bool ivc_register_message_encode(const IvcRegisterMessage *message, uint64_t *ret_word)
{
    g_return_val_if_fail(message != NULL && ret_word != NULL, false);
    uint64_t word = 0;
    if (!encode_fields(message, &word)) {
        return false;
    }
    *ret_word = word;
    return true;
}

IvcRegisterTag ivc_register_message_tag(uint64_t word)
{
    return (IvcRegisterTag)(word & 0xf);
}

/* Reads the fields of a word without its tag; `rest` keeps the bits that no field used. */
static bool decode_fields(IvcRegisterTag tag, uint64_t *rest, IvcRegisterMessage *message)
{
    if (tag >= IVC_REGISTER_TAG_INLINE_0 && tag <= IVC_REGISTER_TAG_INLINE_7) {
        unsigned length = tag - IVC_REGISTER_TAG_INLINE_0;
        message->kind = IVC_REGISTER_MESSAGE_INLINE;
        message->in_line.length = length;
        message->in_line.data = take(rest, (Field){IVC_REGISTER_TAG_BITS, 8 * length});
        return true;
    }
    switch (tag) {
    case IVC_REGISTER_TAG_ENVELOPE:
        message->kind = IVC_REGISTER_MESSAGE_ENVELOPE;
        message->envelope.source = (uint32_t)take(rest, envelope_source);
        message->envelope.communicator = (uint32_t)take(rest, envelope_communicator);
        message->envelope.mpi_tag = (uint32_t)take(rest, envelope_mpi_tag);
        return true;
    case IVC_REGISTER_TAG_SHARED:
        message->kind = IVC_REGISTER_MESSAGE_SHARED;
        message->shared.last = take(rest, shared_last) != 0;
        message->shared.slot = (uint32_t)take(rest, shared_slot);
        message->shared.bytes = (uint32_t)take(rest, shared_bytes);
        return true;
    case IVC_REGISTER_TAG_CREDIT:
        message->kind = IVC_REGISTER_MESSAGE_CREDIT;
        message->credit.count = (uint32_t)take(rest, credit_count);
        message->credit.slot = (uint32_t)take(rest, credit_slot);
        return message->credit.count != 0;
    case IVC_REGISTER_TAG_REQUEST:
        message->kind = IVC_REGISTER_MESSAGE_REQUEST;
        message->request.op = (IvcRegisterRequestOp)take(rest, request_op);
        message->request.id = (uint32_t)take(rest, request_id);
        message->request.bytes = take(rest, request_bytes);
        return message->request.op <= IVC_REGISTER_REQUEST_CANCEL;
    case IVC_REGISTER_TAG_CONTROL:
        message->kind = IVC_REGISTER_MESSAGE_CONTROL;
        message->control.op = (IvcRegisterControlOp)take(rest, control_op);
        message->control.source = (uint32_t)take(rest, control_source);
        message->control.argument = (uint32_t)take(rest, control_argument);
        return message->control.op < IVC_REGISTER_CONTROLS;
    default:
        return false;
    }
}

bool ivc_register_message_decode(uint64_t word, IvcRegisterMessage *ret_message)
{
    g_return_val_if_fail(ret_message != NULL, false);
    IvcRegisterMessage message = {0};
    uint64_t rest = word >> IVC_REGISTER_TAG_BITS << IVC_REGISTER_TAG_BITS;
    if (!decode_fields(ivc_register_message_tag(word), &rest, &message) || rest != 0) {
        return false;
    }
    *ret_message = message;
    return true;
}

unsigned ivc_register_message_chunks(uint64_t word, unsigned chunk_bits)
{
    g_return_val_if_fail(chunk_bits > 0, 1);
    unsigned chunks = 1;
    while (chunk_bits < 64 && word >> chunk_bits != 0) {
        word >>= chunk_bits;
        chunks++;
    }
    return chunks;
}

uint32_t ivc_register_message_chunk(uint64_t word, unsigned index)
{
    unsigned chunks = ivc_register_message_chunks(word, IVC_REGISTER_CHUNK_BITS);
    ivc_hot_assert(index < chunks);
    uint32_t data = (uint32_t)(word >> (index * IVC_REGISTER_CHUNK_BITS)) &
                    ((UINT32_C(1) << IVC_REGISTER_CHUNK_BITS) - 1);
    uint32_t more = index + 1 < chunks ? IVC_REGISTER_CHUNK_MORE : 0;
    return IVC_REGISTER_CHUNK_VALID | more | data;
}

static IvcRegisterJoinResult join_refuse(IvcRegisterJoin *join)
{
    *join = (IvcRegisterJoin){0};
    return IVC_REGISTER_JOIN_MALFORMED;
}

IvcRegisterJoinResult ivc_register_join_add(IvcRegisterJoin *join, uint32_t chunk,
                                            uint64_t *ret_word)
{
    g_return_val_if_fail(join != NULL && ret_word != NULL, IVC_REGISTER_JOIN_MALFORMED);
    uint64_t data = chunk & ((UINT32_C(1) << IVC_REGISTER_CHUNK_BITS) - 1);
    bool more = (chunk & IVC_REGISTER_CHUNK_MORE) != 0;
    if ((chunk & IVC_REGISTER_CHUNK_VALID) == 0) {
        return join_refuse(join);
    }
    /* The third chunk has what two leave of 64 bits, and is the last. */
    if (join->chunks == IVC_REGISTER_CHUNKS_MAX - 1 &&
        (more || data >> (64 - join->chunks * IVC_REGISTER_CHUNK_BITS) != 0)) {
        return join_refuse(join);
    }
    /* A word has one form, the shortest: its last chunk is empty only if it is the first, too. */
    if (!more && data == 0 && join->chunks > 0) {
        return join_refuse(join);
    }
    join->word |= data << (join->chunks * IVC_REGISTER_CHUNK_BITS);
    join->chunks++;
    if (more) {
        return IVC_REGISTER_JOIN_MORE;
    }
    *ret_word = join->word;
    *join = (IvcRegisterJoin){0};
    return IVC_REGISTER_JOIN_DONE;
}

void ivc_register_join_digest(const IvcRegisterJoin *join, IvcDigest *digest)
{
    ivc_digest_u64(digest, join->word);
    ivc_digest_u64(digest, join->chunks);
}
