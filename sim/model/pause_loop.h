/** @file
 *  Pause-loop exits: a processor notices that its guest spins, leaves it, and the hypervisor gives
 *  the physical core to somebody who has more use for it. Implemented by models/cpu/pause_loop.c on
 *  the hooks of sim/model/spin.h.
 */
#pragma once

#include "sim/model/core.h"
#include "sim/model/hypervisor.h"

typedef struct IvcPlatform IvcPlatform;

/** What one virtual CPU has to do with it. */
typedef struct {
    IvcTime window_ps; /**< of spinning before the next exit */
    bool yields;       /**< it has left its guest, and has not come back */
    bool eligible;     /**< although it yields, it may be chosen next time */
} IvcPauseVcpu;

typedef struct IvcPauseLoops {
    IvcPauseSpec spec;
    IvcTime window_ps;   /**< of one that has just been put on a core */
    IvcPauseVcpu *vcpus; /**< by IvcCore.id */
    uint32_t n;
    uint32_t *latest; /**< by guest: the core that was chosen last */
    uint32_t n_guests;
    uint64_t directed; /**< counts: exits after which a sibling was asked for */
} IvcPauseLoops;

/** Prepares them and sets the platform's hooks. @return transfer full; NULL: there are none */
IvcPauseLoops *ivc_pause_loops_new(IvcPlatform *platform, const IvcPauseSpec *spec);
void ivc_pause_loops_free(IvcPauseLoops *loops);

/** For IvcSpin. */
IvcTime ivc_pause_window(const IvcPlatform *platform, const IvcCore *core);

/** A virtual CPU is put on a core: its window is as at the beginning. */
void ivc_pause_loops_begin(IvcPauseLoops *loops, const IvcCore *core);

void ivc_pause_loops_digest(const IvcPauseLoops *loops, IvcDigest *digest);

/** The field tables of the state structs, for tests. */
extern const IvcStateTable ivc_pause_state_tables[];
extern const size_t ivc_pause_state_tables_n;
