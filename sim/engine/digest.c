/* Hashing of simulation state: two multiply-mix lanes, fed word by word. It is no cryptographic
 * hash; a recurrence found by it is confirmed on the recorded words themselves. */
#include "sim/engine/digest.h"

#include <string.h>

static uint64_t mix(uint64_t hash, uint64_t value)
{
    uint64_t x = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return x ^ (x >> 29);
}

void ivc_digest_init(IvcDigest *digest, IvcTime now, IvcDigestRecord *record)
{
    *digest = (IvcDigest){
        .hash = {UINT64_C(0x243f6a8885a308d3), UINT64_C(0x13198a2e03707344)},
        .now = now,
        .record = record,
    };
    if (record)
        record->n = 0;
}

void ivc_digest_compare(IvcDigest *digest, IvcTime now, const IvcDigestRecord *expected)
{
    *digest = (IvcDigest){.now = now, .expected = expected};
}

bool ivc_digest_is_equal(const IvcDigest *digest)
{
    return !digest->differs && digest->compared == digest->expected->n;
}

void ivc_digest_record_clear(IvcDigestRecord *record)
{
    g_free(record->words);
    *record = (IvcDigestRecord){0};
}

static inline void append(IvcDigestRecord *record, uint64_t value)
{
    if (G_UNLIKELY(record->n == record->room)) {
        record->room = MAX(64, record->room * 2);
        record->words = g_renew(uint64_t, record->words, record->room);
    }
    record->words[record->n++] = value;
}

static inline void compare(IvcDigest *digest, uint64_t value)
{
    const IvcDigestRecord *expected = digest->expected;
    if (digest->compared < expected->n && expected->words[digest->compared] == value)
        digest->compared++;
    else
        digest->differs = true;
}

static inline void feed(IvcDigest *digest, uint64_t value)
{
    if (digest->expected) {
        compare(digest, value);
    } else if (digest->record) {
        append(digest->record, value);
    } else {
        digest->hash[0] = mix(digest->hash[0], value);
        digest->hash[1] = mix(digest->hash[1] + digest->hash[0], ~value);
    }
}

static inline bool left_out(const IvcDigest *digest, const char *name)
{
    return G_UNLIKELY(digest->probe) && digest->probe->leaves_out(digest->probe->data, name);
}

static uint64_t distance(const IvcDigest *digest, IvcTime when_ps)
{
    return when_ps == IVC_TIME_NEVER ? IVC_TIME_NEVER : when_ps - digest->now;
}

void ivc_digest_feed(IvcDigest *digest, uint64_t value, const char *name)
{
    if (!left_out(digest, name))
        feed(digest, value);
}

void ivc_digest_feed_time(IvcDigest *digest, IvcTime when_ps, const char *name)
{
    if (!left_out(digest, name))
        feed(digest, distance(digest, when_ps));
}

static uint64_t load_plain(const void *at, size_t size)
{
    uint64_t value = 0;
    g_assert(size <= sizeof value);
    memcpy(&value, at, size); /* little endian, as all hosts that the project supports */
    return value;
}

void ivc_digest_state(IvcDigest *digest, const IvcStateTable *table, const void *state)
{
    if (digest->differs)
        return;
    for (size_t i = 0; i < table->n_fields; i++) {
        const IvcStateField *field = &table->fields[i];
        const char *at = (const char *)state + field->offset;
        if (field->kind >= IVC_STATE_OTHER || left_out(digest, field->fed_as))
            continue;
        switch (field->kind) {
        case IVC_STATE_PLAIN:
            for (size_t done = 0; done < field->size; done += 8)
                feed(digest, load_plain(at + done, MIN(field->size - done, 8)));
            break;
        case IVC_STATE_TIME:
            for (size_t done = 0; done < field->size; done += 8)
                feed(digest, distance(digest, load_plain(at + done, 8)));
            break;
        case IVC_STATE_REF: {
            const uint32_t *id = NULL;
            memcpy(&id, at, sizeof id);
            feed(digest, id ? *id : UINT64_MAX);
            break;
        }
        case IVC_STATE_OTHER:
        case IVC_STATE_FIXED:
            break;
        }
    }
}

char *ivc_digest_text(const IvcDigest *digest)
{
    return g_strdup_printf("%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x", digest->hash[0],
                           digest->hash[1]);
}
