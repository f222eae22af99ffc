/** @file
 *  Cores and the agents that run on them: the five requests (run, move bytes, wait, signal, clock)
 *  and the ledger that attributes every picosecond of every core. Implemented by models/cpu.
 *
 *  A core is what a guest sees as its processor. It runs one agent at a time. Higher priority
 *  pre-empts at once: interrupt handlers before deferred work before processes, and these before
 *  what runs only when nobody else wants to. Within a priority it is first come, first served.
 *
 *  A pinned core is a physical core. Under a scheduler of the hypervisor (sim/model/sched.h) it is
 * a virtual CPU that has a physical core at times.
 */
#pragma once

#include "sim/engine/agent.h"
#include "sim/engine/engine.h"
#include "sim/model/component.h"

typedef struct IvcAgent IvcAgent;
typedef struct IvcCore IvcCore;
typedef struct IvcCores IvcCores;

typedef struct IvcSched IvcSched;

typedef enum {
    IVC_PRIORITY_BACKGROUND, /**< a process that runs when no other wants the core */
    IVC_PRIORITY_PROCESS,
    IVC_PRIORITY_DEFERRED, /**< softirq, bottom half */
    IVC_PRIORITY_INTERRUPT,
    IVC_PRIORITIES,
} IvcPriority;

/** A condition that agents wait for. Signalling wakes all; they look at the condition again. */
typedef struct {
    uint32_t id;
    IvcAgent *first; /**< waiting agents, in the order of their arrival */
    IvcAgent *last;
    IvcTimerRow *row; /**< where the polls that follow a signal wait; NULL: in the queue */
} IvcSignal;

typedef enum {
    IVC_AGENT_READY,   /**< wants its core */
    IVC_AGENT_RUNNING, /**< has its core */
    IVC_AGENT_WAITING, /**< blocked until a signal or time-out */
    IVC_AGENT_FINISHED,
} IvcAgentState;

/** What the running agent does until it is stepped again. */
typedef enum {
    IVC_ACTIVITY_NONE,
    IVC_ACTIVITY_RUN,  /**< a fixed time */
    IVC_ACTIVITY_MOVE, /**< a copy, whose speed other copies can change */
    IVC_ACTIVITY_SPIN, /**< polling for a signal */
} IvcActivity;

/** Most uniform pieces of one copy: three changes of level. */
#define IVC_MOVE_PIECES 4
#define IVC_RESOURCES 2 /**< interconnect, memory controller */

/** A piece of a copy in which every byte costs the same. */
typedef struct {
    IvcTime alone_ps;               /**< duration when nothing else moves */
    uint64_t demand[IVC_RESOURCES]; /**< bytes per second of each shared resource at full speed */
} IvcMovePiece;

/** What a piece asks for in a machine of several nodes. */
typedef enum {
    IVC_PATH_PORT,         /**< the port of the core's own node */
    IVC_PATH_READ,         /**< from where it reads to the core */
    IVC_PATH_FETCH,        /**< from where it writes to the core */
    IVC_PATH_BACK,         /**< from the core to where it writes */
    IVC_PATH_READ_MEMORY,  /**< the memory at the node where it reads */
    IVC_PATH_WRITE_MEMORY, /**< the memory at the node where it writes */
    IVC_PATHS,
} IvcPath;

/** Where the bytes of a piece travel in a machine of several nodes. */
typedef struct {
    uint32_t node; /**< of the core */
    uint32_t read_node;
    uint32_t write_node;
    uint64_t demand[IVC_PATHS]; /**< bytes per second at full speed */
} IvcMoveRoute;

typedef struct IvcMove IvcMove;
typedef struct IvcMoveClass IvcMoveClass;

/** A copy under way: its pieces and how far it is. */
struct IvcMove {
    IvcU128 work;     /**< of this piece, in 2^-31 ps at full speed: what remains; while it takes
                           part in the sharing, the virtual time of its class at which it ends */
    IvcTime since_ps; /**< work holds as of this time; not while it takes part */
    uint32_t n_pieces;
    uint32_t piece;
    IvcMoveClass *in; /**< takes part in the sharing of resources; NULL: it does not */
    uint64_t order;   /**< among those that came into the class */
    IvcMove *child;   /**< these three: its place in the class, see models/cpu/move_heap.h */
    IvcMove *next;
    IvcMove *prev;
    IvcMovePiece pieces[IVC_MOVE_PIECES];
    IvcMoveRoute *routes; /**< of the pieces; NULL in a machine of one node. Owned by the memory */
};

/** Time that an agent spends in one go, by stage. */
typedef struct {
    IvcTime left_ps;
    uint32_t stage;
} IvcOwed;

#define IVC_OWED_MAX 8

struct IvcAgent {
    IvcTimer timer; /**< end of the activity, or start when ready; first, so that a reference to an
                         agent is known by its id */
    IvcSim *sim;
    IvcCore *core;
    struct IvcLedgerEntry *ledger; /**< of its core */
    IvcStep (*step)(IvcAgent *agent);
    uint32_t above; /**< the bits of the priorities above its own */
    IvcPriority priority;
    IvcAgentState state;
    IvcActivity activity;
    bool preempted;  /**< READY with an activity to go on with */
    bool signalled;  /**< what it spins for has come while it was pre-empted */
    bool timed_out;  /**< how the last wait or poll ended */
    bool behind;     /**< what is left of `owed` is not in the ledger: see ivc_owe() */
    bool then_moves; /**< a MOVE follows what is owed */
    uint32_t stage;  /**< of the activity */
    uint32_t move_stage;
    uint32_t n_owed;
    uint32_t paid;    /**< entries of `owed` that are over */
    IvcTime since_ps; /**< charged up to here */
    IvcTime owed_ps;  /**< the sum of `owed`, until it is spent */
    IvcOwed owed[IVC_OWED_MAX];
    IvcMove move;
    IvcSignal *waits_for;
    IvcAgent *next_waiting;
    IvcTime period_ps;     /**< of a SPIN */
    IvcTime spin_since_ps; /**< when the poll loop began: polls lie at whole periods from here.
                                Later than now: what is polled is still on its way */
    IvcTime lead_ps;       /**< of a pre-empted SPIN: what is left of that way */
    uint64_t lead_place;   /**< among what happens at the end of that way; 0: there was
                                none */
    IvcAgent *next_ready;
    IvcTime left_ps;  /**< of a pre-empted RUN, or of a bounded SPIN */
    IvcTimer timeout; /**< of a wait or a bounded spin */
    uint32_t id;
    const char *name; /**< for messages; borrowed */
};

/** One line of the ledger. */
typedef struct IvcLedgerEntry {
    IvcTime spent_ps;
    uint64_t times;
} IvcLedgerEntry;

/** Whether a core can run agents now. */
typedef enum {
    IVC_CORE_ON,        /**< it has a physical core; always, when it is pinned */
    IVC_CORE_SWITCHING, /**< it is being put on a physical core */
    IVC_CORE_WAITING,   /**< it has something to run, and others have the physical cores */
    IVC_CORE_AWAY,      /**< it has nothing to run, and gave its physical core away */
} IvcCoreState;

struct IvcCore {
    uint32_t id;
    uint32_t cpu; /**< the physical core on which it is, or was last */
    IvcCores *cores;
    IvcSched *sched; /**< NULL: pinned */
    unsigned guest;  /**< that owns it */
    IvcCoreState state;
    IvcAgent *running; /**< NULL: nothing to run, or not on a physical core */
    bool stepping;     /**< inside running->step() */
    uint32_t ready;    /**< bit p: somebody of priority p is ready */
    IvcAgent *ready_first[IVC_PRIORITIES];
    IvcAgent *ready_last[IVC_PRIORITIES];
    uint32_t n_agents;      /**< that live here and are not finished; handlers not counted */
    IvcTime free_since_ps;  /**< while nothing runs */
    IvcTime waiting_ps;     /**< somebody to run, but no physical core */
    IvcTime blocked_ps;     /**< nothing to run, but somebody waits */
    IvcTime idle_ps;        /**< nobody left */
    IvcLedgerEntry *ledger; /**< by stage */
};

struct IvcCores {
    IvcSim *sim;
    IvcCore *items;
    uint32_t n;
    uint32_t n_stages;
    uint32_t stage_switch; /**< time in IVC_CORE_SWITCHING */
    struct IvcMemory *memory;
    IvcSched *sched; /**< NULL: all are pinned */
    /** A core's state has changed, under a scheduler; NULL: nobody looks. */
    void (*moved)(void *data, IvcCore *core);
    void *moved_data;
    struct IvcVirt *virt; /**< what the mode costs, see sim/model/virt.h; NULL: nothing */
};

/** Prepares `n` cores whose ledgers have `n_stages` lines. */
void ivc_cores_init(IvcCores *cores, IvcSim *sim, uint32_t n, uint32_t n_stages);
void ivc_cores_clear(IvcCores *cores);

/**
 * Puts an agent on a core, blocked; ivc_agent_start() makes it ready.
 * `service` agents (interrupt handlers, softirqs) do not count as work left to do.
 */
void ivc_agent_init(IvcAgent *agent, uint32_t id, const char *name, IvcCore *core,
                    IvcPriority priority, IvcStep (*step)(IvcAgent *));
void ivc_agent_start(IvcAgent *agent);

/** Runs for `span_ps`, charged to `stage`. true: already over; false: yield now. */
bool ivc_spend(IvcAgent *agent, IvcTime span_ps, uint32_t stage);

/** Notes a span that the ledger has already, of ivc_owe() and ivc_spend(). */
static inline void ivc_owed_note(IvcAgent *agent, IvcTime span_ps, uint32_t stage)
{
    ivc_hot_assert(agent->n_owed < IVC_OWED_MAX);
    IvcOwed *owed = &agent->owed[agent->n_owed++];
    owed->left_ps = span_ps;
    owed->stage = stage;
    agent->owed_ps += span_ps;
}

/**
 * Adds time that the next ivc_spend(), ivc_pay(), ivc_copy() or ivc_move() spends first: for steps
 * between which nothing that others can see is read or changed.
 *
 * The ledger has it at once. Whoever looks before it is over (ivc_cores_settle(), a pre-emption)
 * takes out again what is still to come, and it is then added as it passes.
 */
static inline void ivc_owe(IvcAgent *agent, IvcTime span_ps, uint32_t stage)
{
    IvcLedgerEntry *entry = &agent->ledger[stage];
    entry->times++;
    if (span_ps == 0)
        return;
    entry->spent_ps += span_ps;
    ivc_owed_note(agent, span_ps, stage);
}

/** Spends what is owed. A request like ivc_spend(). */
bool ivc_pay(IvcAgent *agent);

/** The same, of one of many who queue for something: the end is in a row of timers. */
bool ivc_pay_in_row(IvcAgent *agent, IvcTimerRow *row);

/** Blocks until signalled, at most `timeout_ps` (IVC_TIME_NEVER: none). Always yields. */
bool ivc_wait(IvcAgent *agent, IvcSignal *signal, IvcTime timeout_ps);

/**
 * Polls every `period_ps` until signalled: occupies the core, charged to `stage`; goes on at the
 * first poll at or after the signal. Bounded by `bound_ps` (IVC_TIME_NEVER: none), after which
 * agent->timed_out is set. Always yields.
 */
bool ivc_poll(IvcAgent *agent, IvcSignal *signal, IvcTime period_ps, IvcTime bound_ps,
              uint32_t stage);

/** As ivc_poll(), of what is only there after `lead_ps`. A signal before that is acted upon then,
 * as the first poll; the bound counts from then on. */
bool ivc_poll_after(IvcAgent *agent, IvcSignal *signal, IvcTime lead_ps, IvcTime period_ps,
                    IvcTime bound_ps, uint32_t stage);

/** Bounds anew what is left of a poll, of an agent that has been taken off its core meanwhile;
 *  nothing when it does not poll. */
static inline void ivc_poll_rebound(IvcAgent *agent, IvcTime bound_ps)
{
    if (agent->activity == IVC_ACTIVITY_SPIN)
        agent->left_ps = bound_ps;
}

/** Performs a prepared move (agent->move, see memory.h), charged to `stage`. */
bool ivc_move(IvcAgent *agent, uint32_t stage);

/** For what steps an agent in place of its timer, at the end of what it runs or polls: accounts for
 *  that. Nothing is changed by the timer's firing behind it. @return false when there is more to it
 *  than a step */
bool ivc_agent_is_over(IvcAgent *agent);

/** Wakes all who wait or poll. May be called from agents and from timers. */
void ivc_signal(IvcSim *sim, IvcSignal *signal);

/** The same, by an agent in its step: for those whose polls begin at this very time, as they may
 *  with ivc_poll_after(), it matters who comes first. */
void ivc_signal_by(const IvcAgent *agent, IvcSignal *signal);

/** Brings the ledgers of all cores up to now, for reading them. An agent that calls this from its
 *  step owes nothing. */
void ivc_cores_settle(IvcCores *cores);

/**
 * For the scheduler: takes a core off its physical core, in the middle of what it runs, or lets it
 * go on there. The scheduler sets the state; what it was in before is accounted for.
 */
void ivc_core_leave(IvcCore *core, IvcCoreState state);
void ivc_core_enter(IvcCore *core);

/** The same between states in which nothing runs. */
void ivc_core_set_state(IvcCore *core, IvcCoreState state);

/** Feeds cores, agents' activities and queues. Agents are given in the order of their ids. */
void ivc_core_digest(const IvcCore *core, IvcDigest *digest);
void ivc_agent_digest(const IvcAgent *agent, IvcDigest *digest);
void ivc_signal_digest(const IvcSignal *signal, IvcDigest *digest);

/** A number that follows from what ivc_agent_digest() feeds: when it goes on, or where its polls
 * lie. */
uint64_t ivc_agent_glance(const IvcAgent *agent);

/** The field tables of the state structs, for tests. */
extern const IvcStateTable ivc_core_state_tables[];
extern const size_t ivc_core_state_tables_n;
