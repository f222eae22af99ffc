/*
 * The register message: every field of every tag goes into a word and comes out again, every word
 * that is no message is refused, and words cross a 32-bit mailbox whole.
 */
#include "models/ipi/register_message.h"
#include "tests/harness/check.h"

#include <stdlib.h>
#include <string.h>

static bool same(const IvcRegisterMessage *a, const IvcRegisterMessage *b)
{
    if (a->kind != b->kind) {
        return false;
    }
    switch (a->kind) {
    case IVC_REGISTER_MESSAGE_INLINE:
        return a->in_line.length == b->in_line.length && a->in_line.data == b->in_line.data;
    case IVC_REGISTER_MESSAGE_ENVELOPE:
        return a->envelope.source == b->envelope.source &&
               a->envelope.communicator == b->envelope.communicator &&
               a->envelope.mpi_tag == b->envelope.mpi_tag;
    case IVC_REGISTER_MESSAGE_SHARED:
        return a->shared.last == b->shared.last && a->shared.slot == b->shared.slot &&
               a->shared.bytes == b->shared.bytes;
    case IVC_REGISTER_MESSAGE_CREDIT:
        return a->credit.count == b->credit.count && a->credit.slot == b->credit.slot;
    case IVC_REGISTER_MESSAGE_REQUEST:
        return a->request.op == b->request.op && a->request.id == b->request.id &&
               a->request.bytes == b->request.bytes;
    case IVC_REGISTER_MESSAGE_CONTROL:
        return a->control.op == b->control.op && a->control.source == b->control.source &&
               a->control.argument == b->control.argument;
    default:
        return false;
    }
}

/* Sends a word through a 32-bit mailbox; returns the number of chunks. */
static unsigned through_chunks(uint64_t word)
{
    IvcRegisterJoin join = {0};
    unsigned chunks = ivc_register_message_chunks(word, IVC_REGISTER_CHUNK_BITS);
    ck_assert_uint_ge(chunks, 1);
    ck_assert_uint_le(chunks, 3);
    for (unsigned i = 0; i < chunks; i++) {
        uint64_t joined = 0;
        uint32_t chunk = ivc_register_message_chunk(word, i);
        ck_assert_uint_ne(chunk >> 31, 0);
        IvcRegisterJoinResult result = ivc_register_join_add(&join, chunk, &joined);
        if (i + 1 < chunks) {
            ck_assert_int_eq(result, IVC_REGISTER_JOIN_MORE);
        } else {
            ck_assert_int_eq(result, IVC_REGISTER_JOIN_DONE);
            ck_assert_uint_eq(joined, word);
        }
    }
    ck_assert_uint_eq(join.chunks, 0);
    ck_assert_uint_eq(join.word, 0);
    return chunks;
}

static void round_trip(const IvcRegisterMessage *message)
{
    uint64_t word = 0;
    IvcRegisterMessage back;
    ck_assert(ivc_register_message_encode(message, &word));
    ck_assert_uint_ne(word, 0);
    ck_assert_uint_ne(word, UINT64_MAX);
    ck_assert_uint_eq(word >> 60, 0);
    ck_assert(ivc_register_message_decode(word, &back));
    ck_assert_msg(same(message, &back), "word 0x%" G_GINT64_MODIFIER "x", word);
    ck_assert_uint_le(through_chunks(word), 2);
}

/* The values that exercise a field of `max` = 2^n - 1: 0, max and each single bit. */
static unsigned value_count(uint64_t max)
{
    return 2 + (unsigned)__builtin_popcountll(max);
}

static uint64_t value_at(uint64_t max, uint64_t i)
{
    return i == 0 ? 0 : i == 1 ? max : UINT64_C(1) << (i - 2);
}

/* Runs the statement behind it for each value of a field. */
#define EACH(name, max)                                                            \
    for (uint64_t name = 0, name##_i = 0; name##_i < value_count(max); name##_i++) \
        if (name = value_at(max, name##_i), true)

START_TEST(test_inline_every_short_value)
{
    for (unsigned length = 0; length <= 2; length++) {
        for (uint64_t data = 0; data < UINT64_C(1) << (8 * length); data++) {
            round_trip(&(IvcRegisterMessage){.kind = IVC_REGISTER_MESSAGE_INLINE,
                                             .in_line = {.length = length, .data = data}});
        }
    }
}
END_TEST

START_TEST(test_inline_bits)
{
    for (unsigned length = 1; length <= 7; length++) {
        EACH(data, (UINT64_C(1) << (8 * length)) - 1)
        {
            round_trip(&(IvcRegisterMessage){.kind = IVC_REGISTER_MESSAGE_INLINE,
                                             .in_line = {.length = length, .data = data}});
        }
    }
}
END_TEST

START_TEST(test_envelope)
{
    EACH(source, IVC_REGISTER_SOURCE_MAX)
    {
        EACH(communicator, IVC_REGISTER_COMMUNICATOR_MAX)
        {
            EACH(mpi_tag, IVC_REGISTER_MPI_TAG_MAX)
            {
                round_trip(
                    &(IvcRegisterMessage){.kind = IVC_REGISTER_MESSAGE_ENVELOPE,
                                          .envelope = {.source = (uint32_t)source,
                                                       .communicator = (uint32_t)communicator,
                                                       .mpi_tag = (uint32_t)mpi_tag}});
            }
        }
    }
}
END_TEST

START_TEST(test_shared)
{
    EACH(slot, IVC_REGISTER_SLOT_MAX)
    {
        EACH(bytes, IVC_REGISTER_SHARED_BYTES_MAX)
        {
            for (unsigned last = 0; last < 2; last++) {
                round_trip(&(IvcRegisterMessage){.kind = IVC_REGISTER_MESSAGE_SHARED,
                                                 .shared = {.last = last != 0,
                                                            .slot = (uint32_t)slot,
                                                            .bytes = (uint32_t)bytes}});
            }
        }
    }
}
END_TEST

START_TEST(test_credit)
{
    EACH(slot, IVC_REGISTER_SLOT_MAX)
    {
        for (uint32_t count = 1; count <= IVC_REGISTER_CREDIT_COUNT_MAX; count++) {
            round_trip(&(IvcRegisterMessage){.kind = IVC_REGISTER_MESSAGE_CREDIT,
                                             .credit = {.count = count, .slot = (uint32_t)slot}});
        }
    }
}
END_TEST

START_TEST(test_request)
{
    EACH(bytes, IVC_REGISTER_REQUEST_BYTES_MAX)
    {
        for (uint32_t id = 0; id <= IVC_REGISTER_REQUEST_ID_MAX; id++) {
            for (unsigned op = 0; op <= IVC_REGISTER_REQUEST_CANCEL; op++) {
                round_trip(&(IvcRegisterMessage){
                    .kind = IVC_REGISTER_MESSAGE_REQUEST,
                    .request = {.op = (IvcRegisterRequestOp)op, .id = id, .bytes = bytes}});
            }
        }
    }
}
END_TEST

START_TEST(test_control)
{
    EACH(source, IVC_REGISTER_SOURCE_MAX)
    {
        EACH(argument, IVC_REGISTER_ARGUMENT_MAX)
        {
            for (unsigned op = 0; op < IVC_REGISTER_CONTROLS; op++) {
                round_trip(&(IvcRegisterMessage){.kind = IVC_REGISTER_MESSAGE_CONTROL,
                                                 .control = {.op = (IvcRegisterControlOp)op,
                                                             .source = (uint32_t)source,
                                                             .argument = (uint32_t)argument}});
            }
        }
    }
}
END_TEST

/* The words themselves: moving a field is a change of the format, and must be seen. */
static const struct {
    IvcRegisterMessage message;
    uint64_t word;
    unsigned chunks; /* through a 32-bit mailbox */
} words[] = {
    {{.kind = IVC_REGISTER_MESSAGE_INLINE}, 0x1, 1},
    {{.kind = IVC_REGISTER_MESSAGE_INLINE, .in_line = {1, 0x41}}, 0x412, 1},
    {{.kind = IVC_REGISTER_MESSAGE_INLINE, .in_line = {3, 0xffffff}}, 0xffffff4, 1},
    {{.kind = IVC_REGISTER_MESSAGE_INLINE, .in_line = {4, 0xffffffff}}, 0xffffffff5, 2},
    {{.kind = IVC_REGISTER_MESSAGE_INLINE, .in_line = {7, 0xaabbccddeeff11}}, 0xaabbccddeeff118, 2},
    {{.kind = IVC_REGISTER_MESSAGE_ENVELOPE, .envelope = {0xabc, 0x12, 0x34}}, 0x3412abc9, 1},
    {{.kind = IVC_REGISTER_MESSAGE_ENVELOPE, .envelope = {1, 0, 0x7fffffff}}, 0x7fffffff000019, 2},
    {{.kind = IVC_REGISTER_MESSAGE_SHARED, .shared = {true, 3, 0x1000000}}, 0x2000000000007a, 2},
    {{.kind = IVC_REGISTER_MESSAGE_CREDIT, .credit = {1, 3}}, 0x301b, 1},
    {{.kind = IVC_REGISTER_MESSAGE_REQUEST, .request = {IVC_REGISTER_REQUEST_READY, 2, 1}},
     0x409c,
     1},
    {{.kind = IVC_REGISTER_MESSAGE_CONTROL, .control = {IVC_REGISTER_CONTROL_WAKE, 5, 1}},
     0x10054d,
     1},
};

START_TEST(test_words)
{
    uint64_t word = 0;
    ck_assert(ivc_register_message_encode(&words[_i].message, &word));
    ck_assert_msg(word == words[_i].word, "word 0x%" G_GINT64_MODIFIER "x", word);
    ck_assert_uint_eq(ivc_register_message_chunks(word, 30), words[_i].chunks);
    ck_assert_uint_eq(ivc_register_message_chunks(word, 64), 1);
    ck_assert_int_eq(ivc_register_message_tag(word), (int)(words[_i].word & 0xf));
}
END_TEST

static const IvcRegisterMessage too_large[] = {
    {.kind = IVC_REGISTER_MESSAGE_INLINE, .in_line = {8, 0}},
    {.kind = IVC_REGISTER_MESSAGE_INLINE, .in_line = {0, 1}},
    {.kind = IVC_REGISTER_MESSAGE_INLINE, .in_line = {3, 0x1000000}},
    {.kind = IVC_REGISTER_MESSAGE_INLINE, .in_line = {7, UINT64_C(1) << 56}},
    {.kind = IVC_REGISTER_MESSAGE_ENVELOPE, .envelope = {0x1000, 0, 0}},
    {.kind = IVC_REGISTER_MESSAGE_ENVELOPE, .envelope = {0, 0x100, 0}},
    {.kind = IVC_REGISTER_MESSAGE_ENVELOPE, .envelope = {0, 0, 0x80000000}},
    {.kind = IVC_REGISTER_MESSAGE_SHARED, .shared = {false, 0x1000000, 0}},
    {.kind = IVC_REGISTER_MESSAGE_SHARED, .shared = {false, 0, 0x10000000}},
    {.kind = IVC_REGISTER_MESSAGE_CREDIT, .credit = {0, 0}},
    {.kind = IVC_REGISTER_MESSAGE_CREDIT, .credit = {0x100, 0}},
    {.kind = IVC_REGISTER_MESSAGE_CREDIT, .credit = {1, 0x1000000}},
    {.kind = IVC_REGISTER_MESSAGE_REQUEST, .request = {(IvcRegisterRequestOp)3, 0, 0}},
    {.kind = IVC_REGISTER_MESSAGE_REQUEST, .request = {IVC_REGISTER_REQUEST_SEND, 0x100, 0}},
    {.kind = IVC_REGISTER_MESSAGE_REQUEST,
     .request = {IVC_REGISTER_REQUEST_SEND, 0, UINT64_C(1) << 40}},
    {.kind = IVC_REGISTER_MESSAGE_CONTROL, .control = {IVC_REGISTER_CONTROLS, 0, 0}},
    {.kind = IVC_REGISTER_MESSAGE_CONTROL, .control = {IVC_REGISTER_CONTROL_INIT, 0x1000, 0}},
    {.kind = (IvcRegisterMessageKind)6},
};

START_TEST(test_fields_that_do_not_fit)
{
    uint64_t word = 77;
    ck_assert(!ivc_register_message_encode(&too_large[_i], &word));
    ck_assert_uint_eq(word, 77);
}
END_TEST

static const uint64_t malformed[] = {
    0,                  /* no message */
    0x10,               /* tag 0 with a payload */
    0x11,               /* inline-0 with a byte */
    0x1002,             /* inline-1 with two bytes */
    0x1000000000000008, /* inline-7 with a bit above */
    0x80000000000009,   /* envelope: bit 55 */
    0x20000000000001a,  /* shared: bit 57 */
    0x3000b,            /* credit of nothing */
    0x100000001b,       /* credit: bit 36 */
    0x3c,               /* request with an operation that is none */
    0x4000000000000c,   /* request: bit 54 */
    0x5d,               /* control with an operation that is none */
    0x1000000000000d,   /* control: bit 52 */
    0xe,                /* the spare tag */
    0xf,                /* the tag of absent hardware */
    UINT64_MAX,
};

START_TEST(test_malformed_words)
{
    IvcRegisterMessage message = {.kind = (IvcRegisterMessageKind)99};
    ck_assert(!ivc_register_message_decode(malformed[_i], &message));
    ck_assert_int_eq((int)message.kind, 99);
}
END_TEST

/* For any word: it is refused, or it is the one form of the message that it decodes to. */
START_TEST(test_every_word_is_refused_or_canonical)
{
    uint32_t seed = 20240501;
    unsigned messages = 0;
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    for (unsigned i = 0; i < 150000; i++) {
        uint64_t word = (uint64_t)g_rand_int(rand) << 32 | g_rand_int(rand);
        word >>= g_rand_int(rand) % 64;
        IvcRegisterMessage message;
        uint64_t again = 0;
        if (ivc_register_message_decode(word, &message)) {
            messages++;
            ck_assert(ivc_register_message_encode(&message, &again));
            ck_assert_msg(again == word, "seed %u: word 0x%" G_GINT64_MODIFIER "x", seed, word);
        }
        through_chunks(word);
    }
    ck_assert_uint_gt(messages, 20000); /* else the loop above shows nothing */
}
END_TEST

START_TEST(test_chunk_counts)
{
    ck_assert_uint_eq(ivc_register_message_chunks(0, 30), 1);
    ck_assert_uint_eq(ivc_register_message_chunks((UINT64_C(1) << 30) - 1, 30), 1);
    ck_assert_uint_eq(ivc_register_message_chunks(UINT64_C(1) << 30, 30), 2);
    ck_assert_uint_eq(ivc_register_message_chunks((UINT64_C(1) << 60) - 1, 30), 2);
    ck_assert_uint_eq(ivc_register_message_chunks(UINT64_C(1) << 60, 30), 3);
    ck_assert_uint_eq(ivc_register_message_chunks(UINT64_MAX, 30), 3);
    ck_assert_uint_eq(ivc_register_message_chunks(UINT64_MAX, 63), 2);
    ck_assert_uint_eq(ivc_register_message_chunks(UINT64_MAX, 64), 1);
    ck_assert_uint_eq(ivc_register_message_chunk(UINT64_MAX, 0), 0xffffffff);
    ck_assert_uint_eq(ivc_register_message_chunk(UINT64_MAX, 2), 0x8000000f);
    ck_assert_uint_eq(ivc_register_message_chunk(0x412, 0), 0x80000412);
}
END_TEST

/* Chunks that are refused, after `before` good ones; the join then starts afresh. */
static const struct {
    unsigned before;
    uint32_t chunk;
} bad_chunks[] = {
    {0, 0},                           /* an empty mailbox */
    {0, 0x7fffffff},                  /* without the valid flag */
    {1, 0x00000001}, {1, 0x80000000}, /* the last chunk adds nothing: not the shortest form */
    {2, 0xc0000001},                  /* a fourth chunk announced */
    {2, 0x80000010},                  /* beyond bit 63 */
    {2, 0x80000000},
};

START_TEST(test_bad_chunks)
{
    IvcRegisterJoin join = {0};
    uint64_t word = 77;
    for (unsigned i = 0; i < bad_chunks[_i].before; i++) {
        ck_assert_int_eq(ivc_register_join_add(&join, 0xc0000005, &word), IVC_REGISTER_JOIN_MORE);
    }
    ck_assert_int_eq(ivc_register_join_add(&join, bad_chunks[_i].chunk, &word),
                     IVC_REGISTER_JOIN_MALFORMED);
    ck_assert_uint_eq(word, 77);
    ck_assert_uint_eq(join.chunks, 0);
    ck_assert_int_eq(ivc_register_join_add(&join, 0x80000412, &word), IVC_REGISTER_JOIN_DONE);
    ck_assert_uint_eq(word, 0x412);
}
END_TEST

START_TEST(test_join_digest)
{
    IvcRegisterJoin joins[] = {{0, 0}, {0, 1}, {1, 1}, {UINT64_C(1) << 59, 1}};
    uint64_t hashes[G_N_ELEMENTS(joins)];
    for (size_t i = 0; i < G_N_ELEMENTS(joins); i++) {
        IvcDigest digest;
        ivc_digest_init(&digest, 0, NULL);
        ivc_register_join_digest(&joins[i], &digest);
        hashes[i] = digest.hash[0];
        for (size_t j = 0; j < i; j++) {
            ck_assert_uint_ne(hashes[j], hashes[i]);
        }
    }
}
END_TEST

START_TEST(test_tag_table_is_complete)
{
    for (unsigned tag = 0; tag < IVC_REGISTER_TAGS; tag++) {
        ck_assert_ptr_nonnull(ivc_register_tags[tag].name);
        ck_assert_ptr_nonnull(ivc_register_tags[tag].payload);
        ck_assert_uint_gt(strlen(ivc_register_tags[tag].reason), 10);
    }
    ck_assert_str_eq(ivc_register_tags[IVC_REGISTER_TAG_INLINE_7].name, "inline-7");
    ck_assert_str_eq(ivc_register_tags[IVC_REGISTER_TAG_CONTROL].name, "control");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("register_message");
    TCase *tests = tcase_create("register_message");
    tcase_add_test(tests, test_inline_every_short_value);
    tcase_add_test(tests, test_inline_bits);
    tcase_add_test(tests, test_envelope);
    tcase_add_test(tests, test_shared);
    tcase_add_test(tests, test_credit);
    tcase_add_test(tests, test_request);
    tcase_add_test(tests, test_control);
    tcase_add_loop_test(tests, test_words, 0, G_N_ELEMENTS(words));
    tcase_add_loop_test(tests, test_fields_that_do_not_fit, 0, G_N_ELEMENTS(too_large));
    tcase_add_loop_test(tests, test_malformed_words, 0, G_N_ELEMENTS(malformed));
    tcase_add_test(tests, test_every_word_is_refused_or_canonical);
    tcase_add_test(tests, test_chunk_counts);
    tcase_add_loop_test(tests, test_bad_chunks, 0, G_N_ELEMENTS(bad_chunks));
    tcase_add_test(tests, test_join_digest);
    tcase_add_test(tests, test_tag_table_is_complete);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
