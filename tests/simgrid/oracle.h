/** @file
 *  ivcsim-simgrid, for tests that ask it: its path is their one argument, without it they are
 *  skipped.
 */
#pragma once

#include "sim/simgrid/ask.h"
#include "tests/harness/points.h"

static const char *oracle; /* the program */

static inline IvcSimgrid *oracle_start(void)
{
    g_autoptr(GError) error = NULL;
    IvcSimgrid *simgrid = ivc_simgrid_start(oracle, &error);
    ck_assert_msg(simgrid != NULL, "%s", error ? error->message : "");
    return simgrid;
}

/** Runs a case, which becomes its, as the body of main(). */
static inline int oracle_main(int argc, char **argv, TCase *tests, const char *name)
{
    Suite *suite = suite_create(name);
    suite_add_tcase(suite, tests);
    if (argc != 2) {
        puts("skipped: ivcsim-simgrid is not built; libsimgrid-dev is missing");
        srunner_free(srunner_create(suite));
        return 77;
    }
    oracle = argv[1];
    return points_main(suite);
}
