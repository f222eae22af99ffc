/** @file
 *  What the files of the mechanism virtual-ipi share: interrupts between virtual CPUs, with what
 *  each step costs.
 */
#pragma once

#include "models/ipi/virq.h"
#include "models/mpi/match.h"
#include "sim/model/mpi.h"

/** The vectors that are used: one for messages, one for a flood. */
enum { IVC_VIPI_MESSAGE = 0, IVC_VIPI_FLOOD = 1 };

/** What a receiving process does while it waits. */
typedef enum {
    IVC_VIPI_RUNNING, /**< it looks at memory until the handler has been there */
    IVC_VIPI_HALTED,  /**< it sleeps, and its core halts */
} IvcVipiReceiver;

typedef enum {
    IVC_VIPI_INTERRUPT, /**< the guest's kernel sends an interrupt */
    IVC_VIPI_WAKE,      /**< a process wakes another one: an interrupt only if that sleeps */
} IvcVipiCall;

typedef struct {
    int delivery; /**< index into ivc_virq_deliveries */
    int receiver; /**< IvcVipiReceiver */
    int call;     /**< IvcVipiCall */
    IvcCost lookup;
    IvcCost handler;
    IvcCost descriptor;
    IvcCost posting;
    IvcCost target;
    IvcCost user;
    bool user_lock;
    IvcSpan halt_poll;
    IvcSpan halt_poll_start;
    uint64_t halt_poll_grow;
    uint64_t halt_poll_shrink;
    IvcCost halt_poll_turn;
    const char *flooder;
    uint64_t flooded;
    IvcSpan flood_gap;
    bool late_eoi;
    IvcSpan late_eoi_unit;
    IvcSpan late_eoi_max;
} IvcVipiSpec;

enum {
    VIPI_LOOKUP,
    VIPI_SEND,
    VIPI_DESCRIPTOR,
    VIPI_POSTING,
    VIPI_HANDLER,
    VIPI_RUN,
    VIPI_BLOCK,
    VIPI_DEVICE,
    VIPI_LOCK,
    VIPI_HALT_POLL,
    VIPI_VCPU_WAKE,
    VIPI_STAGES,
};

/** Something on its way to a core. */
typedef struct {
    IvcTime at_ps;
    uint32_t vector;
    uint32_t what; /**< a notice, or an interrupt that lands */
} Flight;

enum { FLIGHT_NOTICE, FLIGHT_WAKE, FLIGHT_LAND };

typedef struct VirtualIpi VirtualIpi;

/** A frame without anything beside its label. */
typedef struct {
    IvcLabel label;
} VipiFrame;

/** A virtual CPU: a rank's, or the flooder's. */
typedef struct {
    VirtualIpi *channel;
    uint32_t rank;
    IvcVirq virq;
    /* the guest's handler, and its hypervisor when it is interrupted */
    IvcAgent handler;
    IvcSignal line;
    IvcLabel label;
    uint32_t vector;
    uint32_t access; /**< of the handler to the controller, how many are over */
    bool kicked;     /**< the guest was left: it is entered again before anything else */
    bool posted;     /**< its core has still to take what was posted */
    bool was_halted; /**< its core has still to leave its wait state */
    VipiFrame ack;
    VipiFrame body;
    VipiFrame device;     /**< the handler's accesses */
    VipiFrame own_device; /**< the process's */
    /* on their way here, in the order of their arrival */
    Flight *flights;
    uint32_t n_flights;
    uint32_t room;
    IvcTimer timer;
    /* the guest's process */
    IvcArrivals written;  /**< messages whose interrupt has not been handled */
    IvcArrivals arrivals; /**< that the handler has passed on */
    IvcSignal arrived;
    IvcTime began_ps; /**< the latest handler's first instruction */
    bool asleep;
    bool told; /**< it was made runnable */
    /* a halt that was trapped */
    IvcSignal wake;
    IvcTime window_ps; /**< of halt polling */
    IvcTime halted_ps; /**< since when */
    bool polling;
    /* frames of the process */
    IvcSignal control; /**< of barriers */
    VipiFrame call;
    VipiFrame wake_call;
    VipiFrame idle;
    VipiFrame halt;
    VipiFrame block;
    struct {
        IvcLabel label;
        IvcVirqNotice notice;
        uint32_t i;
    } ipi;
    GArray *batch; /**< uint32_t: ranks that Isends are for, until Waitall */
    /* late end of interrupt */
    uint32_t spurious;
    IvcTimer late;
    char name[24];
} Vcpu;

struct VirtualIpi {
    IvcPlatform *platform;
    const IvcVipiSpec *spec;
    const IvcVirqDelivery *delivery;
    uint32_t stage0;
    const IvcRank *ranks;
    uint32_t n;
    Vcpu *vcpus; /**< of ranks; behind them the flooder's, if any */
    uint32_t n_vcpus;
    IvcHaltPoll halt_poll;
    struct {
        IvcTime lookup, handler, descriptor, posting, target, unblock, user, turn;
        IvcTime idle_exit, resume;                 /**< of the guest */
        IvcTime halt_exit, halt_block, halt_entry; /**< parts of the mode's */
        IvcTime injection;
        IvcTime end; /**< of an interrupt, where that traps */
    } t;
    bool locked; /**< the device model, by one virtual CPU */
    IvcSignal unlocked;
    uint64_t in_flight; /**< messages */
    IvcAgent flood;
    IvcSignal pause; /**< nobody signals it */
    VipiFrame flooding;
    uint64_t notices, kicks, wakes, halts, polled, calls, lock_waits, late, masked;
};

/** Sends an interrupt; a request of the agent of `from`. */
IvcStep ivc_vipi_send(Vcpu *from, IvcAgent *agent, Vcpu *to, uint32_t vector);

/** Whom an Isend was for that waits for its Waitall. */
Vcpu *ivc_vipi_target(const Vcpu *from, uint32_t i);

/** Sends to all that Isends were for. */
IvcStep ivc_vipi_send_batch(Vcpu *from, IvcAgent *agent);

/** A timer of flights. */
void ivc_vipi_timer(IvcSim *sim, IvcTimer *timer);

/** An access to the emulated controller, after the exit: the device model's part in user space. */
IvcStep ivc_vipi_device(VirtualIpi *channel, IvcAgent *agent, VipiFrame *f);

/** The guest's handler. */
IvcStep ivc_vipi_handler(IvcAgent *agent);

/** Passes on what was written for the process, which then is runnable. @return it was asleep */
bool ivc_vipi_pass_on(Vcpu *v);

/** The guest has nothing to run until the process is told: its idle loop. */
IvcStep ivc_vipi_idle(Vcpu *v, IvcAgent *agent);

/** After a flood's interrupt: its end may be late. */
void ivc_vipi_end_flood(Vcpu *v);
void ivc_vipi_late_timer(IvcSim *sim, IvcTimer *timer);
IvcStep ivc_vipi_flood(IvcAgent *agent);

void ivc_vipi_check(const void *spec, const IvcScenario *scenario, const char *path,
                    IvcDiags *diags);
void ivc_vipi_digest(const void *channel, IvcDigest *digest);

static inline const IvcVirqRules *vipi_rules(const VirtualIpi *channel)
{
    return &channel->delivery->rules;
}
