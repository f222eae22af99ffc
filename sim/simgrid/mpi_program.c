/*
 * Finds what a run needs: the program, made by `ivcsim mpicc`, and SimGrid's smpimain.
 */
#include <string.h>

#include <glib/gstdio.h>

#include "sim/simgrid/ask.h"
#include "sim/simgrid/mpi_private.h"

GQuark ivc_mpi_error_quark(void)
{
    return g_quark_from_static_string("ivc-mpi-error-quark");
}

const char *ivc_mpi_error_code(int code)
{
    static const char *const codes[] = {
        [IVC_MPI_ERROR_PROGRAM] = "mpi-program",
        [IVC_MPI_ERROR_COMPILE] = "mpi-compile",
        [IVC_MPI_ERROR_EXIT] = "mpi-exit",
        [IVC_MPI_ERROR_ABORT] = "mpi-abort",
        [IVC_MPI_ERROR_CRASH] = "mpi-crash",
        [IVC_MPI_ERROR_DEADLOCK] = "mpi-deadlock",
        [IVC_MPI_ERROR_UNSUPPORTED] = "mpi-unsupported",
        [IVC_MPI_ERROR_SIMGRID] = "mpi-simgrid",
        [IVC_MPI_ERROR_STOPPED] = "interrupted",
    };
    return code >= 0 && code < (int)G_N_ELEMENTS(codes) ? codes[code] : "internal";
}

char *ivc_mpi_find_main(GError **error)
{
    static const char end[] = "/smpimain\"";
    g_autofree char *script = ivc_simgrid_find("smpirun", error);
    g_autofree char *text = NULL;
    if (script == NULL || !g_file_get_contents(script, &text, NULL, error))
        return NULL;
    const char *found = strstr(text, end);
    const char *start = found;
    while (start != NULL && start > text && start[-1] != '"')
        start--;
    if (found != NULL && *start == '/')
        return g_strndup(start, (gsize)(found - start) + strlen("/smpimain"));
    g_set_error(error, IVC_SIMGRID_ERROR, IVC_SIMGRID_ERROR_MISSING,
                "'%s' does not say where SimGrid's 'smpimain' is", script);
    return NULL;
}

/* Bytes may hold the mark anywhere: it is searched as bytes. */
static bool has_mark(const char *bytes, gsize size)
{
    static const char mark[] = IVC_ACCOUNT_MARK;
    return memmem(bytes, size, mark, sizeof mark) != NULL;
}

char *ivc_mpi_find_program(const char *name, GError **error)
{
    g_autofree char *found = NULL;
    if (g_file_test(name, G_FILE_TEST_IS_REGULAR))
        found = g_canonicalize_filename(name, NULL);
    else if (strchr(name, '/') == NULL)
        found = g_find_program_in_path(name);
    if (found == NULL) {
        g_set_error(error, IVC_MPI_ERROR, IVC_MPI_ERROR_PROGRAM, "there is no program '%s'", name);
        return NULL;
    }
    g_autoptr(GMappedFile) file = g_mapped_file_new(found, FALSE, error);
    if (file == NULL)
        return NULL;
    const char *bytes = g_mapped_file_get_contents(file);
    gsize size = g_mapped_file_get_length(file);
    if (size < 4 || memcmp(bytes, "\177ELF", 4) != 0) {
        g_set_error(error, IVC_MPI_ERROR, IVC_MPI_ERROR_PROGRAM,
                    "'%s' is no program of this kind of computer\n"
                    "hint: compile it from C: ivcsim mpicc program.c -o program",
                    name);
        return NULL;
    }
    if (!has_mark(bytes, size)) {
        g_set_error(error, IVC_MPI_ERROR, IVC_MPI_ERROR_PROGRAM,
                    "'%s' was not compiled with 'ivcsim mpicc'\n"
                    "hint: compile and link it with that in place of mpicc or smpicc",
                    name);
        return NULL;
    }
    return g_steal_pointer(&found);
}

void ivc_mpi_remove_folder(const char *folder)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        (void)g_unlink(path);
    }
    if (dir != NULL)
        g_dir_close(dir);
    (void)g_rmdir(folder);
}
