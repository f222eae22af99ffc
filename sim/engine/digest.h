/** @file
 *  A digest of everything that can influence the future of a run, relative to now.
 *
 *  Every component has a function `..._digest(const X *, IvcDigest *)` that feeds all state that
 *  can influence its future, and nothing else: times relative to now, no addresses, no statistics.
 *  Two equal digests mean equal futures.
 */
#pragma once

#include "sim/base/units.h"

/** For tests: sees the name of everything that is fed ("memory.c: pass->at", or "IvcAgent: state"
 *  for the field of a table), and may leave it out, as a digest that forgets it would. */
typedef struct {
    bool (*leaves_out)(void *data, const char *name);
    void *data;
} IvcDigestProbe;

/** What was fed, in order. Zero it before the first use; it keeps its memory from use to use. */
typedef struct {
    uint64_t *words;
    size_t n;
    size_t room;
} IvcDigestRecord;

/** Frees the words. */
void ivc_digest_record_clear(IvcDigestRecord *record);

typedef struct {
    uint64_t hash[2];
    IvcTime now;                     /**< what times are relative to */
    bool brief;                      /**< leave out what is large: buffers, queues' contents */
    bool differs;                    /**< from `expected`: what follows may be left out */
    size_t compared;                 /**< words of `expected` that were fed */
    const IvcDigestRecord *expected; /**< what to compare with instead of hashing, or NULL */
    IvcDigestRecord *record;         /**< what to write to instead of hashing, or NULL */
    const IvcDigestProbe *probe;     /**< NULL but in tests; borrowed */
} IvcDigest;

/** Starts a digest that hashes; or one that records, when `record` (borrowed) is not NULL. */
void ivc_digest_init(IvcDigest *digest, IvcTime now, IvcDigestRecord *record);

/** Starts a comparison with what an earlier digest has recorded (borrowed). */
void ivc_digest_compare(IvcDigest *digest, IvcTime now, const IvcDigestRecord *expected);

/** Whether the words count, and not the hash: a record of the state, or a comparison with one. What
 *  is still as it was built may be left out of these when what is left out shows otherwise. */
static inline bool ivc_digest_is_snapshot(const IvcDigest *digest)
{
    return digest->record || digest->expected;
}

/** Whether all that was fed is what was expected, and nothing is missing. */
bool ivc_digest_is_equal(const IvcDigest *digest);

/** Feeds a number. A probe knows it by the file and the expression. */
#define ivc_digest_u64(digest, value) ivc_digest_feed(digest, value, __FILE_NAME__ ": " #value)

/** Feeds an absolute time as its distance from now; IVC_TIME_NEVER stays distinct. */
#define ivc_digest_time(digest, when_ps) \
    ivc_digest_feed_time(digest, when_ps, __FILE_NAME__ ": " #when_ps)

/** What these two stand for; `name` is a static string. */
void ivc_digest_feed(IvcDigest *digest, uint64_t value, const char *name);
void ivc_digest_feed_time(IvcDigest *digest, IvcTime when_ps, const char *name);

/** How one field of a state struct enters the digest. */
typedef enum {
    IVC_STATE_PLAIN, /**< a number of 1, 2, 4 or 8 bytes, as it is */
    IVC_STATE_TIME,  /**< an IvcTime: relative to now */
    IVC_STATE_REF,   /**< a pointer (or NULL) to a struct that begins with a uint32_t id */
    IVC_STATE_OTHER, /**< fed by the component's own function: lists, ages */
    IVC_STATE_FIXED, /**< set at build time and never changed, or a statistic: not fed */
} IvcStateKind;

typedef struct {
    const char *name;
    const char *fed_as; /**< what a probe knows it by */
    size_t offset;
    size_t size;
    IvcStateKind kind;
} IvcStateField;

/** The fields of one state struct; tests demand that they cover it and that each one counts. */
typedef struct {
    const char *name;
    size_t size;
    const IvcStateField *fields;
    size_t n_fields;
} IvcStateTable;

#define IVC_STATE(type, field, how)                                                   \
    {                                                                                 \
        .name = #field, .fed_as = #type ": " #field, .offset = offsetof(type, field), \
        .size = sizeof(((type *)0)->field), .kind = IVC_STATE_##how                   \
    }

#define IVC_STATE_TABLE(type, list)                   \
    {                                                 \
#type, sizeof(type), list, G_N_ELEMENTS(list) \
    }

/** Feeds the PLAIN, TIME and REF fields of `state`. */
void ivc_digest_state(IvcDigest *digest, const IvcStateTable *table, const void *state);

/** The hash as 32 hexadecimal digits. @return transfer full */
char *ivc_digest_text(const IvcDigest *digest);
