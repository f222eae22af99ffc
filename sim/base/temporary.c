/* Folders for files that nobody keeps: absolute, since other programs are started elsewhere. */
#include "sim/base/temporary.h"

#include <errno.h>
#include <glib/gstdio.h>

char *ivc_temporary_folder(const char *below, const char *name, GError **error)
{
    const char *where = below ? below : g_get_tmp_dir();
    g_autofree char *parent = g_canonicalize_filename(where, NULL);
    g_autofree char *path = g_build_filename(parent, name, NULL);
    if (g_mkdtemp(path))
        return g_steal_pointer(&path);
    int reason = errno;
    g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(reason),
                "cannot make a temporary folder in '%s': %s\n"
                "hint: TMPDIR says where such folders go",
                parent, g_strerror(reason));
    return NULL;
}
