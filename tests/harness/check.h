/** @file
 *  Check without clocks, and telling less.
 *
 *  Check ends a test after 4 s, which may pass in the flush of a busy disk. How long a program of
 *  tests may take is said where it is registered, by TIMEOUT.
 *
 *  It tells the test's parent process of every assertion that it comes to, for the place that a
 *  crash is reported with; in loops that takes longer than what is asserted. Here each place is
 * told once a test. One that fails says where it is, as ever.
 */
#pragma once

#include <check.h>

/* What the assertions of Check call when they hold. */
#define _mark_point(file, line)        \
    __extension__({                    \
        static int place_told;         \
        if (!place_told) {             \
            place_told = 1;            \
            _mark_point((file), line); \
        }                              \
    })

#define tcase_create(name)                   \
    __extension__({                          \
        TCase *created = tcase_create(name); \
        tcase_set_timeout(created, 0);       \
        created;                             \
    })
