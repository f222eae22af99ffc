/* Replays a corpus through a fuzz harness without a fuzzer: every file of the folders given, and of
 * each file also its first half, so that cut-off inputs are covered. Fails on an empty corpus.
 */
#include <glib.h>
#include <stdio.h>

#include "tests/fuzz/fuzz.h"

static unsigned replay_folder(const char *folder)
{
    unsigned n = 0;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autofree char *bytes = NULL;
        gsize size = 0;
        if (!g_file_get_contents(path, &bytes, &size, NULL))
            continue;
        (void)LLVMFuzzerTestOneInput((const uint8_t *)bytes, size);
        (void)LLVMFuzzerTestOneInput((const uint8_t *)bytes, size / 2);
        n++;
    }
    return n;
}

int main(int argc, char **argv)
{
    unsigned n = 0;
    for (int i = 1; i < argc; i++)
        n += replay_folder(argv[i]);
    printf("%u inputs replayed\n", n);
    return n > 0 ? 0 : 1;
}
