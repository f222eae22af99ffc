/** @file
 *  The parameters of a chip and its operating system, as a profile states them.
 *  The table with units, ranges and sentences is models/cpu/profile.c.
 */
#pragma once

#include "sim/config/param.h"
#include "sim/model/virt.h"

/** Who shares a cache level. */
typedef enum {
    IVC_CACHE_NONE, /**< the chip has no such level */
    IVC_CACHE_CORE, /**< each core has its own */
    IVC_CACHE_CHIP, /**< one for all cores; one a node, for the memory at it, when nodes are linked
                     */
} IvcCacheScope;

typedef enum { IVC_WRITE_BACK, IVC_WRITE_THROUGH } IvcWritePolicy;

/** How the nodes of a machine are connected; a node is a core, a tile or a chip. */
typedef enum {
    IVC_INTERCONNECT_BUS,      /**< one node: everything equally far */
    IVC_INTERCONNECT_CROSSBAR, /**< the same, by its name */
    IVC_INTERCONNECT_RING,     /**< the shorter way round */
    IVC_INTERCONNECT_MESH,     /**< along the row, then along the column */
    IVC_INTERCONNECT_SOCKETS,  /**< a link from each node to each other one */
} IvcInterconnectKind;

/** Whether both directions of a link have its rate each. */
typedef enum { IVC_LINK_DUPLEX, IVC_LINK_SHARED } IvcLinkDirections;

/** Which nodes have a memory controller, and so memory. */
typedef enum {
    IVC_MEMORY_AT_NODES,
    IVC_MEMORY_AT_CORNERS, /**< the four of a mesh; the first and the middle node of a ring */
    IVC_MEMORY_AT_FIRST,
} IvcMemoryAt;

/** The interrupt controller, by what guests and hypervisors can do with it. */
typedef enum {
    IVC_CONTROLLER_ANY, /**< a profile that does not say */
    IVC_CONTROLLER_APIC,
    IVC_CONTROLLER_GIC,
    IVC_CONTROLLER_IMSIC,
    IVC_CONTROLLER_LOONGSON,
} IvcInterruptController;

/** "any", "apic" ... in the order of the enum; ends with NULL. */
extern const char *const ivc_controller_names[];

#define IVC_CACHE_LEVELS 3

/** Cost of one line beyond the copy loop itself, by where the line is. */
typedef struct {
    IvcCost level[IVC_CACHE_LEVELS]; /**< [0] is not used: the loop itself covers L1 */
    IvcCost other;                   /**< modified in another core's private cache */
    IvcCost memory;
} IvcLineCosts;

typedef struct IvcMachineSpec {
    uint64_t cores;
    IvcFrequency clock;
    IvcBytes line;
    IvcBytes cache_size[IVC_CACHE_LEVELS];
    int cache_scope[IVC_CACHE_LEVELS]; /**< IvcCacheScope */
    int l1_write;                      /**< IvcWritePolicy */
    IvcCost copy_setup;                /**< a call of the copy routine */
    IvcCost copy_word;                 /**< eight bytes, load and store, all in L1 */
    IvcLineCosts read;
    IvcLineCosts write;
    IvcCost lines_fetch;         /**< a line that another core has modified, alone; 0: read.other */
    IvcCost lines_clean;         /**< a line that others have copies of, alone; 0: lines_fetch */
    IvcCost lines_invalidate;    /**< each copy beyond the first that must go */
    IvcCost lines_busy;          /**< the home, with one request; 0: until it is answered */
    uint64_t lines_stores;       /**< stores of a core that wait for lines at a time, in order; 0:
                                      any number, in any order */
    IvcCost store_l2;            /**< a store that misses the first level, which takes in only
                                      what is read; 0: it takes in what is stored, too */
    IvcCost store_memory;        /**< the same for a line that no cache has */
    IvcBytes message_buffer;     /**< of a core, on the die; 0: the chip has none */
    IvcCost message_buffer_line; /**< a line to or from one, without the way there */
    IvcCost atomic;              /**< an atomic update of a line that this core holds */
    IvcCost poll;                /**< one turn of a loop that polls a cached line */
    IvcBytes memory_size;
    IvcBitRate memory_rate;       /**< of each node that has memory */
    int memory_at;                /**< IvcMemoryAt */
    IvcBitRate interconnect_rate; /**< of each node */
    int interconnect_kind;        /**< IvcInterconnectKind */
    uint64_t interconnect_nodes;
    uint64_t interconnect_columns; /**< nodes in a row of a mesh */
    IvcCost interconnect_hop;      /**< each link on its way, there and back: stall of a line */
    IvcBitRate interconnect_link;
    int interconnect_directions; /**< IvcLinkDirections */
    const char *registers_block;
    IvcCost registers_store;  /**< an uncached store, until the core goes on */
    IvcCost registers_load;   /**< an uncached load, round trip */
    IvcCost registers_flight; /**< from the store to the interrupt line of the target core */
    IvcCost registers_hop;    /**< each link on the way of an access, one way */
    int interrupt_controller; /**< IvcInterruptController */
    IvcCost interrupt_entry;  /**< from the line to the first instruction of the handler's body */
    IvcCost interrupt_exit;
    IvcCost os_syscall_enter;
    IvcCost os_syscall_exit;
    IvcCost os_block;     /**< put a process to sleep and switch to the idle loop or another */
    IvcCost os_wake;      /**< make a sleeping process runnable, on the waker's side */
    IvcCost os_resume;    /**< from the idle loop back into the woken process */
    IvcCost os_idle_exit; /**< the core leaves its wait state */
    IvcVirtSpec virtualisation;
} IvcMachineSpec;
