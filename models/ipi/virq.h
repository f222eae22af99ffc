/** @file
 *  A virtual interrupt as a state machine, and the table of the ways in which one is delivered.
 *  Functional only: nothing here takes time, and there is no engine; models/ipi/virtual_ipi*.c
 *  charge what a step costs.
 *
 *  Each function is one step that nothing can come between. What software does in several steps is
 *  several functions, so that a test can let others act between them: no order of steps may leave a
 *  guest asleep that has an interrupt to take.
 */
#pragma once

#include "sim/base/hot.h"
#include "sim/engine/digest.h"
#include "sim/model/virt.h"

/** Where a virtual CPU is. */
typedef enum {
    IVC_VIRQ_GUEST,   /**< runs its guest */
    IVC_VIRQ_HALTED,  /**< the guest has halted and the core with it: without a hypervisor */
    IVC_VIRQ_OUTSIDE, /**< in the hypervisor, and will enter the guest again */
    IVC_VIRQ_BLOCKED, /**< marked as blocked: the hypervisor polls for it, or lets it sleep */
} IvcVirqMode;

/** The rules that a delivery keeps. Each is what some software or hardware takes care of. */
typedef struct {
    bool posted;       /**< a running guest takes what is requested without leaving */
    bool halt_exits;   /**< a halt leaves the guest */
    bool edge;         /**< senders see what is pending and masked, and tell of it once */
    bool mark_first;   /**< marked as blocked, then looked whether something is there; not: after */
    bool block_heeds;  /**< it does not sleep while the outstanding bit is set */
    bool enter_first;  /**< marked as running, then looked; not: after */
    bool clear_first;  /**< the outstanding bit is cleared, then the requests are read */
    bool unmask_looks; /**< unmasking looks for what became pending meanwhile */
    bool halt_at_once; /**< nothing comes between the guest's last look for work and its halt */
    bool ack_first;    /**< the handler clears what is pending, then looks for work */
} IvcVirqRules;

/** The interrupts of one virtual CPU; bit i is vector i. */
typedef struct {
    IvcVirqMode mode;
    uint32_t requested;  /**< by senders; the guest's controller does not have them yet */
    bool outstanding;    /**< somebody has seen to it that the requests will be looked at */
    uint32_t flying;     /**< notifications on their way to the core */
    uint32_t pending;    /**< in the guest's controller */
    uint32_t in_service; /**< taken, and not at their end */
    uint32_t masked;     /**< vectors that the guest does not want now */
    bool told;           /**< with `edge`: the guest has been told that something is pending */
    bool disabled;       /**< the guest takes none at all */
    bool woken;          /**< while BLOCKED: somebody has woken it */
    uint64_t sent;       /**< these three are statistics: interrupts requested of it */
    uint64_t merged;     /**< that found theirs requested or pending already */
    uint64_t taken;
} IvcVirq;

/** The field tables of the state struct, for digests and tests. */
extern const IvcStateTable ivc_virq_state_tables[];
extern const size_t ivc_virq_state_tables_n;

/** Interrupts sent, less those merged and taken: what must still be requested, pending, or, without
 *  a hypervisor, on its way. @return whether it is */
bool ivc_virq_is_conserved(const IvcVirq *v, bool bare);

/** What a notification must do. */
typedef enum {
    IVC_VIRQ_NOTHING, /**< the virtual CPU looks by itself before it runs its guest */
    IVC_VIRQ_FLIES,   /**< an interrupt is on its way to its core */
    IVC_VIRQ_WAKES,   /**< it was blocked: wake it */
} IvcVirqNotice;

/** What an arriving notification has done. */
typedef enum {
    IVC_VIRQ_IGNORED, /**< the hypervisor had the core, and looks by itself */
    IVC_VIRQ_POSTED,  /**< the guest has its interrupt now */
    IVC_VIRQ_EXITS,   /**< the guest was left: ivc_virq_enter() and ivc_virq_look() follow */
} IvcVirqArrival;

/** Whether the guest has an interrupt to take at once. */
bool ivc_virq_is_due(const IvcVirq *v, const IvcVirqRules *rules);

/** Whether something is there that a guest which has halted would want. */
bool ivc_virq_is_waiting(const IvcVirq *v);

/** Whether the hypervisor may let a halted virtual CPU sleep. A notification that was on its way to
 *  a running guest may have left the outstanding bit set: then nobody would notify it again. */
bool ivc_virq_may_sleep(const IvcVirq *v, const IvcVirqRules *rules);

/* ---- a sender: these three, one after the other ---- */

/** Requests a vector; with `edge` the guest's own pending bit is set, which it shares.
 *  @return false: it was requested already, and the two merge, or it is masked: no more to do */
bool ivc_virq_request(IvcVirq *v, unsigned vector, const IvcVirqRules *rules);

/** @return false: somebody else's notification is outstanding: no more to do */
bool ivc_virq_outstand(IvcVirq *v, const IvcVirqRules *rules);

/** Looks where the virtual CPU is, and notifies it. */
IvcVirqNotice ivc_virq_notify(IvcVirq *v);

/** Wakes it if it is blocked: something of its own is due. @return it was */
bool ivc_virq_notify_blocked(IvcVirq *v);

/** Without a hypervisor: the interrupt is on its way, whatever the other does. */
void ivc_virq_fly(IvcVirq *v);

/* ---- its core ---- */

/** A notification reaches the core. */
IvcVirqArrival ivc_virq_arrive(IvcVirq *v, const IvcVirqRules *rules);

/** The same without a hypervisor: the interrupt itself reaches the core, and wakes it from a halt.
 */
void ivc_virq_land(IvcVirq *v, unsigned vector);

/* ---- its hypervisor ---- */

/** The guest is left, for whatever reason. */
void ivc_virq_exit(IvcVirq *v);

/** The guest is about to run: senders see that. */
void ivc_virq_enter(IvcVirq *v);

/** Clears the outstanding bit: before ivc_virq_sync(), where clear_first. */
void ivc_virq_clear(IvcVirq *v);

/** Gives the guest's controller what is requested. */
void ivc_virq_sync(IvcVirq *v);

/** Both, in the order that the rules want. */
void ivc_virq_look(IvcVirq *v, const IvcVirqRules *rules);

/** Marks a halted virtual CPU as blocked. */
void ivc_virq_block(IvcVirq *v);

/** It is no longer blocked: the hypervisor has it. */
void ivc_virq_unblock(IvcVirq *v);

/* ---- its guest ---- */

/** Takes the most urgent interrupt, the highest vector. Only when one is due. */
unsigned ivc_virq_take(IvcVirq *v);

/** The handler's end of interrupt. */
void ivc_virq_end(IvcVirq *v, unsigned vector);

void ivc_virq_mask(IvcVirq *v, unsigned vector);
void ivc_virq_unmask(IvcVirq *v, unsigned vector, const IvcVirqRules *rules);

/** Halts the core itself; returns at once when an interrupt is there. Without a hypervisor. */
void ivc_virq_halt(IvcVirq *v);

/* ---- halt polling ---- */

/** How long a hypervisor polls for a halted virtual CPU before it lets it sleep; KVM's rules. */
typedef struct {
    IvcTime max_ps;   /**< 0: it never polls */
    IvcTime start_ps; /**< the first window that is not 0 */
    uint64_t grow;    /**< factor */
    uint64_t shrink;  /**< divisor; 0: to nothing */
} IvcHaltPoll;

/**
 * The window after a halt.
 *
 * @param window_ps   of this halt
 * @param blocked_ps  from the halt until the virtual CPU was woken
 */
IvcTime ivc_halt_poll_next(const IvcHaltPoll *rules, IvcTime window_ps, IvcTime blocked_ps);

/* ---- deliveries ---- */

/** What a sender does. */
typedef enum {
    IVC_SEND_STORE, /**< a store to the interrupt controller, without an exit */
    IVC_SEND_TRAP,  /**< the same store traps */
    IVC_SEND_CALL,  /**< a hypercall */
} IvcVirqSend;

/** Which chips have what a delivery needs; bits. */
typedef enum {
    IVC_CHIP_X86 = 1,
    IVC_CHIP_ARM = 2,
    IVC_CHIP_RISCV = 4,
    IVC_CHIP_LOONGSON = 8,
    IVC_CHIP_ANY = 15,
} IvcVirqChip;

/** A way in which an interrupt comes from one virtual CPU to another. One const table. */
typedef struct {
    const char *name;
    const char *summary; /**< one sentence without a full stop */
    unsigned chips;      /**< IvcVirqChip bits */
    IvcVirqSend send;
    IvcInterface interface; /**< what of the processor it takes */
    bool bare;              /**< no hypervisor at all */
    bool descriptor;        /**< requests lie in memory that sender and receiver write */
    unsigned targets_max;   /**< of one send */
    unsigned ack_loads;     /**< accesses to the controller in the handler, before its body */
    unsigned ack_stores;
    bool ack_traps; /**< these trap */
    bool end_traps; /**< the end of an interrupt traps */
    IvcVirqRules rules;
} IvcVirqDelivery;

/** In the order of the table; the last has no name. */
extern const IvcVirqDelivery ivc_virq_deliveries[];

/** Their names, for a parameter; ends with NULL. */
extern const char *const ivc_virq_delivery_names[];

/** How many sends it takes to reach so many targets. */
uint64_t ivc_virq_sends(const IvcVirqDelivery *delivery, uint64_t targets);
