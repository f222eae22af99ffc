/*
 * Writes a file so that a full disk, a crash or a kill never leaves half a result under its final
 * name: temporary file in the same folder, flush to the disk, rename.
 */
#include "sim/stats/file_replace.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/file_error.h"

static bool fail(const char *path, int reason, GError **error)
{
    return ivc_file_fail(error, reason, "cannot write '%s'", path);
}

/* Returns 0, or errno. */
static int write_all(int descriptor, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t done = write(descriptor, bytes, size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return errno;
        bytes += done;
        size -= (size_t)done;
    }
    return 0;
}

/* A pipe or a device cannot be renamed over. */
static bool write_direct(const char *path, const char *bytes, size_t size, GError **error)
{
    int descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor < 0)
        return fail(path, errno, error);
    int reason = write_all(descriptor, bytes, size);
    if (close(descriptor) != 0 && reason == 0)
        reason = errno;
    return reason == 0 || fail(path, reason, error);
}

bool ivc_file_replace(const char *path, const char *bytes, size_t size, GError **error)
{
    g_return_val_if_fail(error == NULL || *error == NULL, false);
    struct stat status;
    bool exists = stat(path, &status) == 0;
    if (exists && S_ISDIR(status.st_mode))
        return fail(path, EISDIR, error);
    if (exists && !S_ISREG(status.st_mode))
        return write_direct(path, bytes, size, error);
    if (exists && access(path, W_OK) != 0)
        return fail(path, errno, error);

    /* Renaming over a symbolic link would replace the link instead of what it points to. */
    char resolved[PATH_MAX];
    const char *target = exists && realpath(path, resolved) != NULL ? resolved : path;
    g_autofree char *temporary = g_strconcat(target, ".XXXXXX", NULL);
    int descriptor = g_mkstemp_full(temporary, O_WRONLY | O_CLOEXEC,
                                    exists ? (int)(status.st_mode & 0777) : 0666);
    if (descriptor < 0)
        return fail(path, errno, error);
    int reason = write_all(descriptor, bytes, size);
    if (reason == 0 && fsync(descriptor) != 0 && errno != EINVAL)
        reason = errno;
    if (close(descriptor) != 0 && reason == 0)
        reason = errno;
    if (reason == 0 && g_rename(temporary, target) != 0)
        reason = errno;
    if (reason == 0)
        return true;
    g_unlink(temporary);
    return fail(path, reason, error);
}
