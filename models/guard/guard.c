/* Guarding messages in memory that several guests have mapped.
 *
 * The costs are those of AES-GCM, or of its tag alone, by the KiB: the bytes lie in the caches of
 * whoever seals or opens them, since it has just copied them or is about to.
 *
 * What other guests could do is counted by what they have mapped, not by what they try.
 *
 * Left out: agreeing on keys and changing them; the 16 bytes of a tag and the nonce, which travel
 * with what describes the message; keys in hardware. */
#include "models/guard/guard.h"

const char *const ivc_check_names[] = {"none", "copy-first", NULL};
const char *const ivc_seal_names[] = {"none", "authenticate", "encrypt", NULL};

void ivc_guard_init(IvcGuard *guard, IvcPlatform *platform, const IvcGuardSpec *spec,
                    uint32_t stage0)
{
    *guard = (IvcGuard){.spec = spec, .stage0 = stage0};
    guard->message = ivc_platform_ps(platform, spec->seal_message);
    guard->kib = ivc_platform_ps(platform, spec->seal == IVC_SEAL_ENCRYPT ? spec->encrypt
                                                                          : spec->authenticate);
}

void ivc_guard_count(IvcGuard *guard, IvcPlatform *platform)
{
    ivc_platform_count(platform, "exposed_reads", "count",
                       "messages times other guests that could read them on their way",
                       &guard->reads);
    ivc_platform_count(
        platform, "exposed_writes", "count",
        "messages times guests, the receiver's too, that could change them unnoticed",
        &guard->writes);
    ivc_platform_count(platform, "double_fetches", "count",
                       "messages that somebody could change between check and use",
                       &guard->fetches);
}

IvcTime ivc_guard_ps(const IvcGuard *guard, uint64_t bytes)
{
    if (!ivc_guard_seals(guard))
        return 0;
    return guard->message + (IvcTime)(((IvcU128)guard->kib * bytes + 1023) / 1024);
}

void ivc_guard_note(IvcGuard *guard, uint64_t readers, uint64_t writers)
{
    guard->reads += guard->spec->seal == IVC_SEAL_ENCRYPT ? 0 : readers;
    guard->writes += ivc_guard_seals(guard) ? 0 : writers;
    guard->fetches += !guard->copied && !ivc_guard_copies(guard);
}

bool ivc_guard_idle(const IvcGuardSpec *spec, const char *key)
{
    if (g_str_equal(key, "check"))
        return spec->check == IVC_CHECK_NONE;
    if (g_str_equal(key, "seal") || g_str_equal(key, "seal_message"))
        return spec->seal == IVC_SEAL_NONE;
    if (g_str_equal(key, "authenticate"))
        return spec->seal != IVC_SEAL_AUTHENTICATE;
    return g_str_equal(key, "encrypt") && spec->seal != IVC_SEAL_ENCRYPT;
}

void ivc_guard_check(const IvcGuardSpec *spec, const IvcScenario *scenario, const char *path,
                     IvcDiags *diags)
{
    const char *key = spec->seal == IVC_SEAL_ENCRYPT ? "encrypt" : "authenticate";
    uint64_t rate = spec->seal == IVC_SEAL_ENCRYPT ? spec->encrypt.n : spec->authenticate.n;
    if (spec->seal == IVC_SEAL_NONE || rate)
        return;
    ivc_scenario_conflict(scenario, path, key,
                          "say what 1 KiB takes, as '758cycles', or 'seal: none'",
                          "bytes that cost nothing were not sealed with any key", diags);
    g_autofree char *seal = g_strdup_printf("%s.seal", path);
    ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, ivc_scenario_place(scenario, seal), NULL,
                  "'%s' is asked for here", ivc_seal_names[spec->seal]);
}
