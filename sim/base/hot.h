/** @file
 *  Assertions on paths that run for every event. They hold by construction, whatever the user asks
 *  for; debug and sanitizer builds check them, release builds do not.
 */
#pragma once

#include <glib.h>

#ifdef IVC_UNCHECKED
#define ivc_hot_assert(condition) ((void)(condition))
#define ivc_hot_unreachable() __builtin_unreachable()
#else
#define ivc_hot_assert(condition) g_assert(condition)
#define ivc_hot_unreachable() g_assert_not_reached()
#endif
