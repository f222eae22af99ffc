/* One way to say that a file or a folder cannot be used. */
#include "sim/base/file_error.h"

bool ivc_file_fail(GError **error, int reason, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(reason), "%s: %s", text,
                g_strerror(reason));
    return false;
}
