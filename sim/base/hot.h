/** @file
 *  Assertions on paths that run for every event. They hold by construction, whatever the user asks
 *  for; debug and sanitizer builds check them, release builds do not.
 */
#pragma once

#include <glib.h>

/* Those of newer GLibs count with __COUNTER__, and agents number where they go on with it: a digest
 * would depend on the GLib that a program was compiled with. */
#undef G_LIKELY
#undef G_UNLIKELY
#define G_LIKELY(condition) (__builtin_expect(!!(condition), 1))
#define G_UNLIKELY(condition) (__builtin_expect(!!(condition), 0))

#ifdef IVC_UNCHECKED
#define ivc_hot_assert(condition) ((void)(condition))
#define ivc_hot_unreachable() __builtin_unreachable()
#else
#define ivc_hot_assert(condition) g_assert(condition)
#define ivc_hot_unreachable() g_assert_not_reached()
#endif
