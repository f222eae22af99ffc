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

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *stem_of(const char *name)
{
    const char *end = strrchr(name, '.');
    return end ? g_strndup(name, (gsize)(end - name)) : g_strdup(name);
}

/* A document beside one that is not there, whose name is nearly the same or ends otherwise.
 * @return a hint, or NULL */
static char *suggest_beside(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    g_autofree char *stem = stem_of(base);
    g_autoptr(GDir) listing = g_dir_open(folder, 0, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) stems = g_ptr_array_new_with_free_func(g_free);
    const char *one;
    while (listing && (one = g_dir_read_name(listing)))
        if (g_str_has_suffix(one, ".yaml") || g_str_has_suffix(one, ".yml"))
            g_ptr_array_add(names, g_strdup(one));
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++)
        g_ptr_array_add(stems, stem_of(names->pdata[i]));
    g_ptr_array_add(stems, NULL);
    const char *near = ivc_suggest(stem, (const char *const *)stems->pdata);
    for (guint i = 0; near && i < names->len; i++)
        if (stems->pdata[i] == near)
            return g_strdup_printf("did you mean '%.*s%s'?", (int)(base - path), path,
                                   (const char *)names->pdata[i]);
    return NULL;
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
        g_autofree char *hint = !is_stdin && why == ENOENT ? suggest_beside(path) : NULL;
        ivc_diags_add(diags, IVC_DIAG_ERROR, "io", (IvcPlace){.source = source}, hint,
                      "cannot read the file: %s", g_strerror(why));
        return NULL;
    }
    return ivc_tree_parse(path, bytes->str, bytes->len, diags);
}
