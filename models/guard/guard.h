/** @file
 *  What guests do so that they need not trust each other's memory: the receiver copies a slot
 * before it looks at it, and both ends authenticate or encrypt what they share. Parameters, costs
 * and counters that mechanisms over shared memory have in common; docs/isolation.md is the user's
 * page.
 */
#pragma once

#include "sim/model/platform.h"

typedef enum {
    IVC_CHECK_NONE,       /**< what lies in the slot is looked at there */
    IVC_CHECK_COPY_FIRST, /**< it is copied into memory that nobody else can write, and looked at */
} IvcCheck;

typedef enum {
    IVC_SEAL_NONE,
    IVC_SEAL_AUTHENTICATE, /**< a tag that only who has the key can make */
    IVC_SEAL_ENCRYPT,      /**< the same, and nobody else can read it */
} IvcSeal;

/** Parameters; a mechanism offers the rows that concern it. */
typedef struct {
    int check; /**< IvcCheck */
    int seal;  /**< IvcSeal */
    IvcCost seal_message;
    IvcCost authenticate;
    IvcCost encrypt;
} IvcGuardSpec;

extern const char *const ivc_check_names[];
extern const char *const ivc_seal_names[];

#define IVC_GUARD_CHECK_ROW(S, field)                                     \
    {                                                                     \
        IVC_PARAM(S, field.check, "check"),                               \
            .fallback = "none", .choices = ivc_check_names,               \
            .sentence = "whether the receiver copies a slot into memory " \
                        "of its own before it looks at what is in it"     \
    }

/** The rows of sealing; costs of a KiB, with kind and source. */
#define IVC_GUARD_SEAL_ROWS(S, field, of_kind, auth, auth_source, enc, enc_source)             \
    {IVC_PARAM(S, field.seal, "seal"), .fallback = "none", .choices = ivc_seal_names,          \
     .sentence = "what both ends do with the bytes that they share: nothing, a tag for each "  \
                 "message (authenticate), or encryption and a tag (encrypt)"},                 \
        {IVC_PARAM(S, field.seal_message, "seal_message"),                                     \
         .fallback = "300cycles",                                                              \
         .max = "1ms",                                                                         \
         .kind = IVC_KIND_ASSUMED,                                                             \
         .source = "assumed: a nonce, the last block and comparing 16 bytes",                  \
         .sentence = "sealing or opening a message, without its bytes"},                       \
        {IVC_PARAM(S, field.authenticate, "authenticate"),                                     \
         .fallback = auth,                                                                     \
         .max = "1s",                                                                          \
         .kind = of_kind,                                                                      \
         .source = auth_source,                                                                \
         .sentence = "making or checking the tag of 1 KiB"},                                   \
    {                                                                                          \
        IVC_PARAM(S, field.encrypt, "encrypt"), .fallback = enc, .max = "1s", .kind = of_kind, \
                                                .source = enc_source,                          \
                                                .sentence = "encrypting or decrypting 1 KiB, " \
                                                            "with its tag"                     \
    }

#define IVC_GHASH "OpenSSL ghash-x86_64.pl"
#define IVC_AES_GCM "OpenSSL aesni-gcm-x86_64.pl"

typedef enum {
    GUARD_COPY,
    GUARD_SEAL,
    GUARD_OPEN,
    GUARD_STAGES,
} IvcGuardStage;

/** Rows of the stage table of a mechanism; `first` is the number of GUARD_COPY in it. */
#define IVC_GUARD_STAGE_ROWS(first)                                                                \
    [(first) + GUARD_COPY] = {"copy-check", "copying into private memory before looking", false},  \
               [(first) + GUARD_SEAL] = {"seal", "making tags of what is sent, and encrypting it", \
                                         false},                                                   \
               [(first) + GUARD_OPEN] = {                                                          \
                   "open", "checking tags of what has come, and decrypting it", false}

/** What guards a channel. */
typedef struct {
    const IvcGuardSpec *spec;
    uint32_t stage0; /**< id of GUARD_COPY in the ledger */
    bool copied;     /**< the mechanism copies first in any case */
    IvcTime message, kib;
    uint64_t reads;   /**< messages times guests that could read them on their way */
    uint64_t writes;  /**< the same, that could change them unnoticed */
    uint64_t fetches; /**< messages that could change between being checked and being used */
} IvcGuard;

void ivc_guard_init(IvcGuard *guard, IvcPlatform *platform, const IvcGuardSpec *spec,
                    uint32_t stage0);

/** Declares the counters. */
void ivc_guard_count(IvcGuard *guard, IvcPlatform *platform);

static inline bool ivc_guard_seals(const IvcGuard *guard)
{
    return guard->spec->seal != IVC_SEAL_NONE;
}

static inline bool ivc_guard_copies(const IvcGuard *guard)
{
    return guard->spec->check == IVC_CHECK_COPY_FIRST;
}

/** What sealing or opening a message takes, where it is done. */
IvcTime ivc_guard_ps(const IvcGuard *guard, uint64_t bytes);

/**
 * Notes a message that is on its way in shared memory.
 *
 * @param readers  guests besides its sender's and its receiver's that have mapped it
 * @param writers  guests besides its sender's that have mapped it for writing
 */
void ivc_guard_note(IvcGuard *guard, uint64_t readers, uint64_t writers);

/** Whether a parameter of guards decides nothing: none is asked for that needs it. */
bool ivc_guard_idle(const IvcGuardSpec *spec, const char *key);

/** Reports seals that cost nothing a byte: a key that nobody uses. */
void ivc_guard_check(const IvcGuardSpec *spec, const IvcScenario *scenario, const char *path,
                     IvcDiags *diags);
