/** @file
 *  The events that the workload `exits` measures, by the names of the field: those of the KVM and
 *  Xen suite of ISCA 2016 and of Adams and Agesen's nanobenchmarks (ASPLOS 2006).
 */
#pragma once

#include "sim/model/virt.h"

typedef enum {
    IVC_OPERATION_HYPERCALL,
    IVC_OPERATION_CONTROLLER,
    IVC_OPERATION_IPI,
    IVC_OPERATION_COMPLETION,
    IVC_OPERATION_SWITCH,
    IVC_OPERATION_IO_OUT,
    IVC_OPERATION_IO_IN,
    IVC_OPERATION_SYSTEM_CALL,
    IVC_OPERATION_PAGE_FAULT,
    IVC_OPERATION_PAGE_TABLE_WRITE,
    IVC_OPERATION_PORT,
    IVC_OPERATION_CALL,
    IVC_OPERATION_INSTRUCTION,
    IVC_OPERATION_TLB_MISS,
    IVC_OPERATION_TIME_STAMP,
    IVC_OPERATIONS,
} IvcOperation;

/** What becomes of the processor's own work when a hypervisor deals with the event. */
typedef enum {
    IVC_OPERATION_EMULATED, /**< it is not done: the hypervisor's takes its place */
    IVC_OPERATION_BESIDE,   /**< it is done all the same */
} IvcOperationNative;

/** How an operation is done. */
typedef struct {
    const char *name;
    IvcVirtEvent event;
    IvcOperationNative native; /**< of those on one core */
    bool apart;                /**< it needs somebody in another guest */
    bool answered;             /**< by the other: it is the one that begins */
    bool called;               /**< there must be a hypervisor */
} IvcOperationRow;

extern const IvcOperationRow ivc_operations[IVC_OPERATIONS];

/** Their names; ends with NULL. */
extern const char *const ivc_operation_names[];
