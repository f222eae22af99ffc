/** @file
 *  Assertions for loops of millions. Those of Check tell the test's parent process of each one that
 *  they come to, which takes longer than most of what is asserted here; these only of one that
 * fails.
 */
#pragma once

#include <check.h>
#include <glib.h>

#define quick_assert_msg(condition, ...) \
    do {                                 \
        if (G_UNLIKELY(!(condition)))    \
            ck_abort_msg(__VA_ARGS__);   \
    } while (0)
#define quick_assert(condition) quick_assert_msg(condition, "'%s' failed", #condition)
#define quick_assert_uint_(a, is, b)                                                              \
    quick_assert_msg((uint64_t)(a)is(uint64_t)(b),                                                \
                     "'%s %s %s' failed: %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT, #a, #is, #b, \
                     (uint64_t)(a), (uint64_t)(b))
#define quick_assert_uint_eq(a, b) quick_assert_uint_(a, ==, b)
#define quick_assert_uint_gt(a, b) quick_assert_uint_(a, >, b)
#define quick_assert_uint_ge(a, b) quick_assert_uint_(a, >=, b)
#define quick_assert_uint_lt(a, b) quick_assert_uint_(a, <, b)
#define quick_assert_uint_le(a, b) quick_assert_uint_(a, <=, b)
