/** @file
 *  For tests that compile and run programs with MPI: a folder for these, which is removed at the
 *  end.
 */
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include "sim/simgrid/mpi_compile.h"
#include "tests/harness/check.h"

static char *folder;

/* As `ivcsim mpicc` does; what a test compiles has every call. */
static inline void compile(const char *const *args)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) missing = NULL;
    int status = 0;
    ck_assert_msg(ivc_mpi_compile(args, STDERR_FILENO, &status, &missing, &error), "%s",
                  error != NULL ? error->message : "");
    ck_assert_msg(status == 0, "a program does not compile");
    ck_assert_uint_eq(missing->len, 0);
}

static inline void make_folder(void)
{
    folder = g_dir_make_tmp("test-mpi-XXXXXX", NULL);
}

/* Takes the suite. @return the test's exit status */
static inline int run_in_folder(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    g_autofree char *rm = g_strdup_printf("rm -rf '%s'", folder);
    return system(rm) != 0 || failed != 0;
}
