/* HS_ASSERT states our own promises; it is checked in debug, sanitizer and hostile builds and
 * costs nothing in others. HS_CHECK is for promises that the sandbox rests on: it stays in every
 * build. */
#ifndef HS_BASE_ASSERT_H
#define HS_BASE_ASSERT_H

#ifdef HS_DEBUG
#include <assert.h>
#define HS_ASSERT(x) assert(x)
#else
#define HS_ASSERT(x) ((void)0)
#endif

#define HS_CHECK(x)      ((x) ? (void)0 : __builtin_trap())
#define HS_UNREACHABLE() __builtin_unreachable()

#endif
