/** @file
 *  Stackless processes. An agent is a step function, a resume label and an explicit state struct;
 *  nested calls are frames inside that struct. So the whole state of a run can be read and hashed.
 *
 *      IvcStep send(IvcAgent *agent, SendFrame *f)
 *      {
 *          IVC_BEGIN(f);
 *          IVC_AWAIT(f, ivc_spend(agent, f->cost_ps, STAGE_SYSCALL));   (time passes here)
 *          IVC_CALL(f, post(agent, &f->post));                         (a frame of its own)
 *          IVC_END(f);
 *      }
 *
 *  Locals do not survive an AWAIT or CALL: what must, lives in the frame.
 */
#pragma once

#include "sim/base/hot.h"

#include <stdint.h>

typedef enum { IVC_YIELD, IVC_DONE } IvcStep;

/** Where a frame continues; 0 is its beginning. The first member of every frame. */
typedef uint32_t IvcLabel;

#define IVC_BEGIN(frame)      \
    switch ((frame)->label) { \
    case 0:

#define IVC_END(frame)         \
    break;                     \
    default:                   \
        ivc_hot_unreachable(); \
        }                      \
        (frame)->label = 0;    \
        return IVC_DONE

/* Labels count the awaits of a source file, so that a line more, without an await, moves none. They
 * are part of digests, so what headers counted before must not, nor what macros between awaits
 * count: since 2.84 GLib's hints do. */
#undef G_LIKELY
#undef G_UNLIKELY
#define G_LIKELY(condition) (__builtin_expect(!!(condition), 1))
#define G_UNLIKELY(condition) (__builtin_expect(!!(condition), 0))
enum { IVC_COUNTED_BEFORE = __COUNTER__ };
#define IVC_NEXT_LABEL (__COUNTER__ - IVC_COUNTED_BEFORE)

#define IVC_AWAIT_AT(frame, request, number) \
    (frame)->label = (number);               \
    if (!(request))                          \
        return IVC_YIELD;                    \
    __attribute__((fallthrough));            \
    case number:

#define IVC_CALL_AT(frame, call, number) \
    (frame)->label = (number);           \
    __attribute__((fallthrough));        \
    case number:                         \
        if ((call) == IVC_YIELD)         \
        return IVC_YIELD

/** Asks the machine for something; goes on when it is done, perhaps at once. */
#define IVC_AWAIT(frame, request) IVC_AWAIT_AT(frame, request, IVC_NEXT_LABEL)

/** Calls another stackless function and goes on when it is done. */
#define IVC_CALL(frame, call) IVC_CALL_AT(frame, call, IVC_NEXT_LABEL)

/** Leaves a stackless function early. */
#define IVC_RETURN(frame)   \
    do {                    \
        (frame)->label = 0; \
        return IVC_DONE;    \
    } while (0)
