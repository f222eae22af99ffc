/*
 * `ivcsim mpicc`: smpicc with a few arguments more. What is linked to programs is compiled each
 * time, with the compiler and the SimGrid that the program gets: so it fits whichever version is
 * there, and nothing has to be installed but ivcsim.
 */
#include "sim/simgrid/mpi_compile.h"

#include <string.h>
#include <unistd.h>

#include "sim/base/temporary.h"
#include "sim/simgrid/ask.h"
#include "sim/simgrid/mpi_private.h"
#include "sim/simgrid/mpi_stderr.h"

#include "mpi_sources.h" /* generated: ivc_mpi_sources */

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/* With these nothing is linked. */
static const char *const no_link[] = {"-c", "-S", "-E", "-M", "-MM", "-fsyntax-only", NULL};
/* With these smpicc only tells something. */
static const char *const only_tells[] = {"-show",
                                         "-compile-info",
                                         "-link-info",
                                         "-version",
                                         "--version",
                                         "-git-version",
                                         "--git-version",
                                         "--help",
                                         "-v",
                                         "-dumpversion",
                                         "-dumpmachine",
                                         "-compiler-version",
                                         "--compiler-version",
                                         NULL};

static bool has_any(const char *const *args, const char *const *names)
{
    for (; *args != NULL; args++) {
        if (g_strv_contains(names, *args))
            return true;
    }
    return false;
}

static bool has_input(const char *const *args)
{
    for (; *args != NULL; args++) {
        if ((*args)[0] != '-')
            return true;
    }
    return false;
}

static bool write_sources(const char *folder, GError **error)
{
    for (const IvcMpiSource *at = ivc_mpi_sources; at->name != NULL; at++) {
        g_autofree char *path = g_build_filename(folder, at->name, NULL);
        if (!g_file_set_contents(path, at->text, (gssize)at->size, error))
            return false;
    }
    return true;
}

static bool fail_start(const char *compiler, const GError *why, GError **error)
{
    g_set_error(error, IVC_MPI_ERROR, IVC_MPI_ERROR_COMPILE, "cannot run '%s': %s", compiler,
                why->message);
    return false;
}

static bool build_account(const char *compiler, const char *folder, GError **error)
{
    const char *argv[] = {compiler, "-O2", "-w", "-c", "account.c", "account_requests.c", NULL};
    g_autofree char *said = NULL;
    g_autoptr(GError) why = NULL;
    int status = 0;
    if (!g_spawn_sync(folder, (char **)argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL,
                      &said, &status, &why))
        return fail_start(compiler, why, error);
    if (g_spawn_check_wait_status(status, NULL))
        return true;
    g_set_error(error, IVC_MPI_ERROR, IVC_MPI_ERROR_COMPILE,
                "what counts messages cannot be compiled: %s", g_strchomp(said));
    return false;
}

/* "undefined reference to `MPI_Pack_external'", whatever the quotes. */
static GPtrArray *missing_calls(const char *said)
{
    static const char start[] = "undefined reference to ";
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (const char *at = said; (at = strstr(at, start)) != NULL;) {
        at += strlen(start);
        const char *name = at + strcspn(at, LETTERS "\n");
        size_t length = strspn(name, LETTERS "_0123456789");
        g_autofree char *word = g_strndup(name, length);
        if (g_str_has_prefix(word, "MPI_") &&
            !g_ptr_array_find_with_equal_func(names, word, g_str_equal, NULL))
            g_ptr_array_add(names, g_steal_pointer(&word));
    }
    return names;
}

static bool compile(const char *compiler, const char *folder, const char *const *args, int errors,
                    int *ret_status, GPtrArray **ret_missing, GError **error)
{
    bool plain = has_any(args, only_tells) || !has_input(args);
    bool links = !plain && !has_any(args, no_link);
    if (!plain && !write_sources(folder, error))
        return false;
    if (links && !build_account(compiler, folder, error))
        return false;
    g_autofree char *account = g_build_filename(folder, "account.o", NULL);
    g_autofree char *requests = g_build_filename(folder, "account_requests.o", NULL);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, (void *)compiler);
    for (const char *const *at = args; *at != NULL; at++)
        g_ptr_array_add(argv, (void *)*at);
    if (!plain) {
        g_ptr_array_add(argv, (void *)"-isystem");
        g_ptr_array_add(argv, (void *)folder);
    }
    if (isatty(errors))
        g_ptr_array_add(argv, (void *)"-fdiagnostics-color=always");
    if (links) {
        /* The program's calls go to the account, also where other libraries have the same. */
        g_ptr_array_add(argv, (void *)"-Wl,-Bsymbolic-functions");
        g_ptr_array_add(argv, account);
        g_ptr_array_add(argv, requests);
    }
    g_ptr_array_add(argv, NULL);
    g_autofree char *said = NULL;
    g_autoptr(GError) why = NULL;
    int status = 0;
    if (!g_spawn_sync(NULL, (char **)argv->pdata, NULL, G_SPAWN_CHILD_INHERITS_STDIN, NULL, NULL,
                      NULL, &said, &status, &why))
        return fail_start(compiler, why, error);
    ivc_mpi_write_all(errors, said, strlen(said));
    *ret_status = ivc_mpi_exit_status(status);
    *ret_missing = missing_calls(said);
    return true;
}

bool ivc_mpi_compile(const char *const *args, int errors, int *ret_status, GPtrArray **ret_missing,
                     GError **error)
{
    g_autofree char *compiler = ivc_simgrid_find("smpicc", error);
    g_autofree char *folder =
        compiler != NULL ? ivc_temporary_folder(NULL, "ivcsim-mpicc-XXXXXX", error) : NULL;
    if (folder == NULL)
        return false;
    bool ran = compile(compiler, folder, args, errors, ret_status, ret_missing, error);
    ivc_mpi_remove_folder(folder);
    return ran;
}
