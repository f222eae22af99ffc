/** @file
 *  What spinning has to do with the hypervisor: after how much of it a processor leaves the guest,
 *  and which virtual CPUs hold locks or are the next to get them. Locks (models/sync) keep this up
 *  to date; who schedules virtual CPUs may look, and may set the two hooks.
 */
#pragma once

#include "sim/model/core.h"

typedef struct IvcPlatform IvcPlatform;

/** The frame of a pause hook. */
typedef struct {
    IvcLabel label;
} IvcPauseFrame;

/** What one core has to do with locks; one a core, in the order of IvcCores. */
typedef struct {
    uint32_t holds; /**< locks that its agents hold */
    uint32_t next;  /**< locks that it is the next to get, by the lock's own order */
    bool spins;     /**< its process spins for a lock, on the core or taken off it */
} IvcSpinPlace;

/** Part of every platform; all zero: nobody looks. */
typedef struct IvcSpin {
    /** Time of spinning in one wait, since the virtual CPU was put on its core, after which `pause`
     *  is called: the window of pause-loop exits. NULL, or returns 0: never. */
    IvcTime (*window_ps)(const IvcPlatform *platform, const IvcCore *core);
    IvcTime gap_ps; /**< only loops whose turn takes no longer are seen to spin */
    /**
     * The processor leaves the guest because it spins: the hook charges what that costs, and may
     * give the physical core away. A stackless function, called by the spinning agent between two
     * looks at its condition; the count of the window begins anew when it returns.
     */
    IvcStep (*pause)(IvcPlatform *platform, IvcAgent *agent, IvcPauseFrame *frame);
    /** Brings counts of spinning up to now, before they are read; NULL: there are none. */
    void (*settle)(void *data);
    void *settle_data;
    IvcSpinPlace *places; /**< by IvcCore.id; NULL: the channel has no locks */
} IvcSpin;

/** Whether an agent of this core holds a lock. */
static inline bool ivc_spin_holds(const IvcSpin *spin, const IvcCore *core)
{
    return spin->places && spin->places[core->id].holds > 0;
}

/** Whether this core is the next to get a lock that others wait for, too. */
static inline bool ivc_spin_is_next(const IvcSpin *spin, const IvcCore *core)
{
    return spin->places && spin->places[core->id].next > 0;
}
