/* Which guests have the shared region in their address spaces: those that are listed, whether they
 * take part in the channel or not. */
#include "models/shmem/register_shmem.h"

/* Whether a word of `access` means a guest: its name, or that of its counted entry. */
static bool names_guest(const char *word, const char *guest)
{
    size_t n = strlen(word);
    if (!g_str_has_prefix(guest, word))
        return false;
    return !guest[n] ||
           (guest[n] == '-' && guest[n + 1] && !guest[n + 1 + strspn(guest + n + 1, "0123456789")]);
}

uint32_t ivc_vmcomm_mapped(const IvcVmcomm *module)
{
    const IvcPlatform *platform = module->platform;
    const IvcNameList *access = &module->spec->access;
    uint32_t n = 0;
    for (uint32_t r = 0; r < module->n; r++)
        n = MAX(n, module->ports[r].guest + 1);
    if (access->n == 0)
        return n;
    n = 0;
    for (unsigned g = 0; g < platform->n_guests; g++) {
        bool listed = false;
        for (size_t i = 0; i < access->n; i++)
            listed = listed || names_guest(access->items[i], platform->guests[g].name);
        n += listed;
    }
    return n;
}
