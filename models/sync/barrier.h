/** @file
 *  Barriers: what they are made of, and the table of their kinds.
 */
#pragma once

#include "models/sync/sync.h"

/** The parameters of the mechanism `barrier`. */
typedef struct {
    int kind;  /**< index into the table */
    int place; /**< IvcBarrierPlace */
    uint64_t fan_in;
    IvcCost enter;
    IvcCost flag;
    IvcCost pause;
} IvcBarrierSpec;

typedef enum {
    IVC_BARRIER_LINES,     /**< in cache lines */
    IVC_BARRIER_REGISTERS, /**< not cached: each access goes to where flag or register is */
} IvcBarrierPlace;

typedef struct IvcBarriers IvcBarriers;

/** A rank's end. What others set of it lies in lines of its own. */
typedef struct {
    IvcSyncWaiter wait; /**< first */
    IvcBarriers *all;
    uint32_t rank;
    struct {
        IvcLabel label;
    } outer;
    struct {
        IvcLabel label;
    } inner;
    struct {
        IvcLabel label;
    } take;
    IvcSyncLine gather;  /**< where it says that it has come; a test-and-set register */
    IvcSyncLine release; /**< where it is told that all have come */
    uint64_t entered;    /**< barriers that it called */
    uint64_t came;       /**< in `gather`: barriers that it came to */
    uint64_t told;       /**< in `release`: barriers that are over */
    bool set;            /**< the register */
    bool got;            /**< what an update found: the register was clear */
    bool all_came;       /**< in a round over the flags */
    uint32_t step;       /**< loop variable */
    uint64_t done;       /**< barriers that it left */
} IvcBarrierEnd;

/** A row of the table of barriers. */
typedef struct {
    const char *name;
    const char *summary;
    IvcStep (*pass)(IvcBarrierEnd *own);
} IvcBarrierKind;

/** The table, in the order of the parameter's choices; ends with a NULL name. */
extern const IvcBarrierKind ivc_barrier_kinds[];

struct IvcBarriers {
    IvcSync sync;
    IvcBarrierSpec spec;
    const IvcBarrierKind *kind;
    IvcTime enter_ps;
    IvcTime flag_ps;
    uint32_t n;
    IvcBarrierEnd *ends; /**< by rank */
    uint64_t inside;     /**< ranks that have come, and not left */
};

enum { IVC_BARRIER_STAGE_CODE, IVC_BARRIER_STAGE_TRANSFER, IVC_BARRIER_STAGE_SPIN };

IvcStep ivc_barrier_tas(IvcBarrierEnd *own);
IvcStep ivc_barrier_flag(IvcBarrierEnd *own);
IvcStep ivc_barrier_tree(IvcBarrierEnd *own);
