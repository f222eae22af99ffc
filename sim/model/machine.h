/** @file
 *  The parameters of a chip and its operating system, as a profile states them.
 *  The table with units, ranges and sentences is models/cpu/profile.c.
 */
#pragma once

#include "sim/config/param.h"

/** Who shares a cache level. */
typedef enum {
    IVC_CACHE_NONE, /**< the chip has no such level */
    IVC_CACHE_CORE, /**< each core has its own */
    IVC_CACHE_CHIP, /**< one for all cores */
} IvcCacheScope;

typedef enum { IVC_WRITE_BACK, IVC_WRITE_THROUGH } IvcWritePolicy;

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
    IvcCost atomic; /**< an atomic update of a line that this core holds */
    IvcCost poll;   /**< one turn of a loop that polls a cached line */
    IvcBytes memory_size;
    IvcBitRate memory_rate;
    IvcBitRate interconnect_rate;
    const char *registers_block;
    IvcCost registers_store;  /**< an uncached store, until the core goes on */
    IvcCost registers_load;   /**< an uncached load, round trip */
    IvcCost registers_flight; /**< from the store to the interrupt line of the target core */
    IvcCost interrupt_entry;  /**< from the line to the first instruction of the handler's body */
    IvcCost interrupt_exit;
    IvcCost os_syscall_enter;
    IvcCost os_syscall_exit;
    IvcCost os_block;     /**< put a process to sleep and switch to the idle loop or another */
    IvcCost os_wake;      /**< make a sleeping process runnable, on the waker's side */
    IvcCost os_resume;    /**< from the idle loop back into the woken process */
    IvcCost os_idle_exit; /**< the core leaves its wait state */
} IvcMachineSpec;
