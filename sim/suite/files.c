/*
 * Files of suites. Paths inside a shipped file lead to shipped files only, those inside a file on
 * disk to files on disk only.
 */
#include "sim/suite/files.h"
#include "sim/config/param.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suites.h"

#define SUITE_FOLDER "suites/"
#define SUITE_ENDING ".yaml"
#define BYTES_MAX (16 << 20)

const char **ivc_shipped_suites(void)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const IvcShippedFile *file = ivc_shipped_files; file->name != NULL; file++) {
        const char *name = file->name;
        if (!g_str_has_prefix(name, SUITE_FOLDER) || !g_str_has_suffix(name, SUITE_ENDING)) {
            continue;
        }
        name += strlen(SUITE_FOLDER);
        if (strchr(name, '/') == NULL) {
            g_autofree char *stem = g_strndup(name, strlen(name) - strlen(SUITE_ENDING));
            g_ptr_array_add(names, (gpointer)g_intern_string(stem));
        }
    }
    g_ptr_array_add(names, NULL);
    return (const char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

void ivc_suite_path_clear(IvcSuitePath *path)
{
    g_clear_pointer(&path->path, g_free);
}

static const IvcShippedFile *shipped(const char *name)
{
    for (const IvcShippedFile *file = ivc_shipped_files; file->name != NULL; file++) {
        if (strcmp(file->name, name) == 0) {
            return file;
        }
    }
    return NULL;
}

IvcSuitePath ivc_suite_path_named(const char *word)
{
    g_autofree char *name = g_strconcat(SUITE_FOLDER, word, SUITE_ENDING, NULL);
    bool is_name = strchr(word, '/') == NULL && shipped(name) != NULL;
    if (is_name && !g_file_test(word, G_FILE_TEST_EXISTS)) {
        return (IvcSuitePath){g_steal_pointer(&name), true};
    }
    return (IvcSuitePath){g_strdup(word), false};
}

IvcSuitePath ivc_suite_path_beside(const IvcSuitePath *from, const char *name)
{
    g_autofree char *folder = g_path_get_dirname(from->path);
    if (from->shipped) {
        g_autofree char *root = g_strconcat("/", folder, NULL);
        g_autofree char *whole = g_canonicalize_filename(name, root);
        return (IvcSuitePath){g_strdup(whole + 1), true};
    }
    bool as_is = g_path_is_absolute(name) || strcmp(folder, ".") == 0;
    return (IvcSuitePath){as_is ? g_strdup(name) : g_build_filename(folder, name, NULL), false};
}

static IvcSource *fail(const IvcSuitePath *path, const char *why, IvcPlace named, IvcDiags *diags)
{
    g_autoptr(IvcSource) source = ivc_source_new(path->path, "", 0);
    g_autofree char *hint = NULL;
    if (named.line == 0 && strchr(path->path, '/') == NULL) { /* a word of the command line */
        g_autofree const char **names = ivc_shipped_suites();
        hint = ivc_hint_names(path->path, names);
    }
    ivc_diags_add(diags, IVC_DIAG_ERROR, "io", (IvcPlace){.source = source}, hint,
                  "cannot read the file: %s", why);
    if (named.line != 0) {
        ivc_diags_add(diags, IVC_DIAG_NOTE, NULL, named, NULL, "the file is named here");
    }
    return NULL;
}

IvcSource *ivc_suite_read(const IvcSuitePath *path, IvcPlace named, IvcDiags *diags)
{
    if (path->shipped) {
        const IvcShippedFile *file = shipped(path->path);
        return file != NULL ? ivc_source_new(file->name, file->text, file->size)
                            : fail(path, "no such file in the program", named, diags);
    }
    g_autofree char *bytes = NULL;
    gsize size = 0;
    g_autoptr(GError) error = NULL;
    struct stat about;
    if (stat(path->path, &about) != 0) {
        return fail(path, g_strerror(errno), named, diags);
    }
    if (!S_ISREG(about.st_mode)) {
        return fail(path, "not a regular file", named, diags);
    }
    if (about.st_size > BYTES_MAX) { /* before it is read: it may not fit into memory */
        return fail(path, "larger than 16 MiB", named, diags);
    }
    if (access(path->path, R_OK) != 0) {
        return fail(path, g_strerror(errno), named, diags);
    }
    if (!g_file_get_contents(path->path, &bytes, &size, &error)) {
        return fail(path, error->message, named, diags);
    }
    return ivc_source_new(path->path, bytes, size);
}
