/* Documents from memory, files and standard input.
 *
 * A byte order mark is dropped before anything counts columns. Files are read through a bound, so
 * that an endless one is refused like a large one.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "sim/config/yaml_private.h"

IvcTree *ivc_tree_parse(const char *name, const char *bytes, size_t size, IvcDiags *diags)
{
    if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        bytes += 3;
        size -= 3;
    }
    g_autoptr(IvcSource) source =
        ivc_source_new(strcmp(name, "-") == 0 ? "<stdin>" : name, bytes, size);
    IvcNode *root = ivc_yaml_parse(source, 0, false, diags);
    if (!root)
        return NULL;
    IvcTree *tree = ivc_tree_new();
    tree->root = root;
    ivc_tree_keep(tree, source);
    return tree;
}

/* Reads until the end or past the cap; false with errno set. */
static bool read_all(int fd, GString *into)
{
    char chunk[16384];
    while (into->len <= IVC_YAML_BYTES_MAX) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        if (n == 0)
            break;
        g_string_append_len(into, chunk, n);
    }
    return true;
}

IvcTree *ivc_tree_load(const char *path, IvcDiags *diags)
{
    bool is_stdin = strcmp(path, "-") == 0;
    g_autoptr(GString) bytes = g_string_new(NULL);
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && read_all(fd, bytes);
    int why = errno;
    if (fd >= 0 && !is_stdin)
        close(fd);
    if (!ok) {
        const char *name = is_stdin ? "<stdin>" : path[0] == '\0' ? "''" : path;
        g_autoptr(IvcSource) source = ivc_source_new(name, "", 0);
        ivc_diags_add(diags, IVC_DIAG_ERROR, "io", (IvcPlace){.source = source}, NULL,
                      "cannot read the file: %s", g_strerror(why));
        return NULL;
    }
    return ivc_tree_parse(path, bytes->str, bytes->len, diags);
}
