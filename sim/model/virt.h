/** @file
 *  Virtualisation modes: which events of a guest its hypervisor takes part in, and what that costs
 *  on the chip. The tables of the modes are in models/cpu/virt_modes.c, the costs are the chip's
 *  (machine.virtualisation, models/cpu/virt_params.c); docs/virtualisation.md is the user's page.
 */
#pragma once

#include "sim/config/param.h"
#include "sim/model/core.h"
#include "sim/model/time_stamp.h"

/** How guests and hypervisor share the chip. */
typedef enum {
    IVC_MODE_PARTITIONED,     /**< each guest owns its cores; no hypervisor on the data path */
    IVC_MODE_NATIVE,          /**< one operating system; guests' names stand for its processes */
    IVC_MODE_CONTAINER,       /**< one kernel; each guest is a container with namespaces */
    IVC_MODE_TRANSLATION,     /**< the monitor translates the guest's kernel; shadow page tables */
    IVC_MODE_PARAVIRTUAL,     /**< the guest's kernel asks by hypercalls; direct page tables */
    IVC_MODE_HARDWARE_SHADOW, /**< guest mode of the processor, shadow page tables */
    IVC_MODE_HARDWARE_NESTED, /**< guest mode of the processor, page tables in two stages */
    IVC_MODES,
} IvcMode;

/** As scenarios have them, in the order of the enum; ends with NULL. */
extern const char *const ivc_mode_names[];

/** Whether all guests share one operating system. */
static inline bool ivc_mode_is_one_os(IvcMode mode)
{
    return mode == IVC_MODE_NATIVE || mode == IVC_MODE_CONTAINER;
}

/** What a guest does that its hypervisor may have to take part in. */
typedef enum {
    IVC_VIRT_PRIVILEGED,         /**< a privileged instruction */
    IVC_VIRT_PAGE_TABLE_WRITE,   /**< an entry of the guest's page tables is written */
    IVC_VIRT_PAGE_FAULT,         /**< the guest's own page fault */
    IVC_VIRT_TLB_MISS,           /**< a walk of the page tables */
    IVC_VIRT_PORT_IO,            /**< a device's port */
    IVC_VIRT_MMIO,               /**< a device's register in memory */
    IVC_VIRT_REGISTER,           /**< an inter-core register */
    IVC_VIRT_APIC,               /**< a register of the interrupt controller */
    IVC_VIRT_HALT,               /**< waiting for an interrupt */
    IVC_VIRT_PAUSE,              /**< a spin loop that tells so */
    IVC_VIRT_EXTERNAL_INTERRUPT, /**< an interrupt comes while the guest runs, and is for it */
    IVC_VIRT_END_OF_INTERRUPT,
    IVC_VIRT_SYSTEM_CALL,
    IVC_VIRT_HYPERCALL,
    IVC_VIRT_IPI_SEND,    /**< the guest tells the interrupt controller to interrupt another vCPU */
    IVC_VIRT_VM_SWITCH,   /**< from one virtual CPU to another on one core */
    IVC_VIRT_CALL,        /**< a procedure of the guest's kernel is called, and returns */
    IVC_VIRT_KICK,        /**< the guest tells the backend of a virtual device */
    IVC_VIRT_WAKE,        /**< a virtual CPU that waits is put on its core again, interrupted */
    IVC_VIRT_FIRST_TOUCH, /**< of a page that the guest maps, and its hypervisor not yet */
    IVC_VIRT_TIME_STAMP,  /**< the processor's time stamp is read */
    IVC_VIRT_EVENTS,
} IvcVirtEvent;

/** "privileged-instruction" ... in the order of the enum; ends with NULL. */
extern const char *const ivc_virt_event_names[];

/** Who deals with an event. */
typedef enum {
    IVC_VIRT_NATIVE,   /**< the processor, as without a hypervisor */
    IVC_VIRT_TRAPS,    /**< the hypervisor: the guest is left and entered again */
    IVC_VIRT_IN_PLACE, /**< code or hardware that does not leave the guest, at a cost */
} IvcVirtHow;

/** The costs of a chip, and of the hypervisor's code on it. */
typedef enum {
    IVC_VIRT_COST_NONE,
    IVC_VIRT_COST_EXIT,
    IVC_VIRT_COST_ENTRY,
    IVC_VIRT_COST_TRAP,
    IVC_VIRT_COST_RETURN,
    IVC_VIRT_COST_HYPERCALL,
    IVC_VIRT_COST_INSTRUCTION,
    IVC_VIRT_COST_CALLOUT,
    IVC_VIRT_COST_SHADOW,
    IVC_VIRT_COST_VALIDATE,
    IVC_VIRT_COST_TRACE,
    IVC_VIRT_COST_FAULT,
    IVC_VIRT_COST_BOUNCE,
    IVC_VIRT_COST_PORT,
    IVC_VIRT_COST_MMIO,
    IVC_VIRT_COST_REGISTER,
    IVC_VIRT_COST_CONTROLLER,
    IVC_VIRT_COST_HALT,
    IVC_VIRT_COST_PAUSE,
    IVC_VIRT_COST_INTERRUPT,
    IVC_VIRT_COST_INJECTION,
    IVC_VIRT_COST_COMPLETION,
    IVC_VIRT_COST_IPI,
    IVC_VIRT_COST_SWITCH,
    IVC_VIRT_COST_NESTED_WALK, /**< no parameter: follows from `levels` and `reference` */
    IVC_VIRT_COST_FILTER,
    IVC_VIRT_COST_BRANCH,
    IVC_VIRT_COST_LOOKUP,
    IVC_VIRT_COST_KICK,
    IVC_VIRT_COST_UNBLOCK,
    IVC_VIRT_COST_FILL,
    IVC_VIRT_COST_CLOCK,
    IVC_VIRT_COSTS,
} IvcVirtCost;

/** As `machine.virtualisation` has them, in the order of the enum; the first is NULL. */
extern const char *const ivc_virt_cost_names[IVC_VIRT_COSTS];

/** What the processor has for guests. */
typedef enum {
    IVC_EXTENSION_NONE,   /**< translation and paravirtualisation only */
    IVC_EXTENSION_GUEST,  /**< a guest mode (VT-x, AMD-V ...); page tables have one stage */
    IVC_EXTENSION_NESTED, /**< page tables in two stages too (EPT, NPT, stage 2 ...) */
} IvcExtension;

/** What of a guest's interrupts the processor deals with in guest mode; each has those before. */
typedef enum {
    IVC_INTERFACE_EMULATED, /**< nothing: the hypervisor does */
    IVC_INTERFACE_VIRTUAL,  /**< acknowledging and completing them (GICv2's virtual interface) */
    IVC_INTERFACE_POSTING,  /**< a running guest is given them (posted interrupts) */
    IVC_INTERFACE_SENDING,  /**< what a guest sends reaches another one by the hardware alone (IPI
                                 virtualisation, GICv4.1, guest interrupt files) */
} IvcInterface;

/** As parameters name them, in the order of the enum, NULL-terminated. */
extern const char *const ivc_interface_names[];

/** The group `machine.virtualisation` of a profile. */
typedef struct {
    int extension;                   /**< IvcExtension */
    int interface;                   /**< IvcInterface */
    IvcCost native[IVC_VIRT_EVENTS]; /**< what the processor does without a hypervisor */
    IvcCost cost[IVC_VIRT_COSTS];
    uint64_t levels;      /**< of page tables, in each stage */
    IvcCost reference;    /**< one entry read in a walk */
    uint64_t tlb_entries; /**< of the largest TLB */
    bool tlb_tags;        /**< entries know the guest that they belong to */
    uint64_t fraction;    /**< bits of its multiplier of time stamps behind the point; 0: none */
    IvcBytes page;
} IvcVirtSpec;

/** Entries that a walk reads: one of each level, and in two stages those of the second for each of
 *  the first, and for the page itself. */
static inline uint64_t ivc_virt_references(const IvcVirtSpec *spec, bool nested)
{
    return nested ? spec->levels * (spec->levels + 2) : spec->levels;
}

/** One event under one mode. */
typedef struct {
    IvcVirtHow how;
    IvcVirtCost exit;     /**< until the hypervisor runs */
    IvcVirtCost handling; /**< its work */
    IvcVirtCost also;     /**< more of it */
    IvcVirtCost entry;    /**< until the guest runs again */
} IvcVirtRow;

/** The row of an event under a mode. */
const IvcVirtRow *ivc_virt_row(IvcMode mode, IvcVirtEvent event);

/** The row of a read of the time stamp under a mode and a policy. */
const IvcVirtRow *ivc_virt_time_stamp_row(IvcMode mode, IvcTscPolicy policy);

/** Whether anything costs more under this mode than without a hypervisor. */
bool ivc_mode_costs(IvcMode mode);

/** Whether the parameter of the group `machine.virtualisation` at this path ("machine...") decides
 *  anything under the mode. */
bool ivc_virt_uses(IvcMode mode, const char *path);

/** What a mode needs of the chip. */
IvcExtension ivc_mode_needs(IvcMode mode);

/** The mode of a run, its costs as times; NULL in a run whose mode costs nothing. */
typedef struct IvcVirt {
    IvcMode mode;
    uint32_t stage;                 /**< of the ledger: IVC_STAGE_EXIT */
    uint32_t stage_walk;            /**< IVC_STAGE_WALK */
    IvcTime leave[IVC_VIRT_EVENTS]; /**< exit and handling */
    IvcTime enter[IVC_VIRT_EVENTS]; /**< entry */
    bool traps[IVC_VIRT_EVENTS];
    uint64_t *exits; /**< by guest */
    uint64_t page;   /**< bytes; a power of two */
    uint64_t reach;  /**< bytes that the TLB covers */
} IvcVirt;

typedef struct IvcPlatform IvcPlatform;

/** Prepares the mode of a run, and its counters. @return transfer full; NULL: it costs nothing */
IvcVirt *ivc_virt_new(IvcPlatform *platform, IvcMode mode, const IvcTscSpec *tsc);
void ivc_virt_free(IvcVirt *virt);

/** What an event costs without a hypervisor, where the group `native` says so. */
IvcTime ivc_virt_native_ps(const IvcPlatform *platform, IvcVirtEvent event);

/** How guests measure time in a run of that mode, by its policy. */
IvcGuestClock ivc_virt_guest_clock(const IvcPlatform *platform, IvcMode mode,
                                   const IvcTscSpec *tsc);

/** What a cost of the chip comes to, whatever the mode. */
IvcTime ivc_virt_cost_ps(const IvcPlatform *platform, IvcVirtCost cost);

/** What the run's mode adds to the native cost of one such event; 0 where the processor deals with
 *  it alone. */
IvcTime ivc_virt_ps(const IvcPlatform *platform, IvcVirtEvent event);

/** Whether the guest is left for it. */
bool ivc_virt_traps(const IvcPlatform *platform, IvcVirtEvent event);

/** Owes what comes before the event takes effect, exit and handling, and counts the exit. */
static inline void ivc_virt_owe_leave(IvcAgent *agent, IvcVirtEvent event)
{
    IvcVirt *virt = agent->core->cores->virt;
    if (!virt || virt->leave[event] + virt->enter[event] == 0)
        return;
    ivc_owe(agent, virt->leave[event], virt->stage);
    virt->exits[agent->core->guest] += virt->traps[event];
}

/** Owes what comes behind it. */
static inline void ivc_virt_owe_enter(IvcAgent *agent, IvcVirtEvent event)
{
    IvcVirt *virt = agent->core->cores->virt;
    if (!virt || virt->enter[event] == 0)
        return;
    agent->ledger[virt->stage].spent_ps += virt->enter[event]; /* the same time as the exit's */
    ivc_owed_note(agent, virt->enter[event], virt->stage);
}

/** Owes all of it at once (see ivc_owe()): one time in the ledger, one exit in the counter. */
static inline void ivc_virt_owe(IvcAgent *agent, IvcVirtEvent event)
{
    IvcVirt *virt = agent->core->cores->virt;
    if (!virt || virt->leave[event] + virt->enter[event] == 0)
        return;
    ivc_owe(agent, virt->leave[event] + virt->enter[event], virt->stage);
    virt->exits[agent->core->guest] += virt->traps[event];
}

/** Owes `n` of them at once: one time in the ledger, `n` exits. */
void ivc_virt_owe_many(IvcAgent *agent, IvcVirtEvent event, uint64_t n);

/**
 * Owes what walks of the page tables cost more under the mode in a pass over `bytes` of a buffer
 * from byte `at`: one for each page that it comes to, when the passes of one copy together go over
 * more than the TLB covers.
 *
 * @param extent  bytes of all that the copy goes over
 */
void ivc_virt_owe_walks(IvcAgent *agent, uint64_t at, uint64_t bytes, uint64_t extent);

/** What guests read as time stamps, for `check` hooks. */
const IvcTscSpec *ivc_scenario_tsc(const IvcScenario *scenario);

/** The mode of the channel that runs take, for `check` hooks. */
IvcMode ivc_scenario_mode(const IvcScenario *scenario);

/** The mode of the i-th channel of a scenario, for `check` hooks, and the path of the key that sets
 *  it (transfer full). @return NULL at the end */
char *ivc_scenario_channel_mode(const IvcScenario *scenario, size_t i, IvcMode *ret_mode);

/** The mode of the channel at `path` ("channels.ring"), for `check` hooks. */
IvcMode ivc_scenario_mode_at(const IvcScenario *scenario, const char *path);
