/** @file
 *  What a workload that is a program of its own says about it, for who runs it.
 */
#pragma once

#include "sim/model/component.h"

/** How the time between a program's messages comes to be. */
typedef enum {
    IVC_COMPUTATION_DECLARED, /**< as much as the program says that it computes; deterministic */
    IVC_COMPUTATION_MEASURED, /**< what it takes on this computer, scaled */
} IvcComputation;

/** The spec of the workload `mpi-program`. */
typedef struct {
    const char *program;     /**< path; see ivc_scenario_file() */
    const char *arguments;   /**< as a shell would split them; NULL: none */
    int computation;         /**< IvcComputation */
    IvcFrequency host_clock; /**< of the computer that measures; 0: nothing is measured */
} IvcProgramSpec;

/** Whether the program is C source, which is to be compiled first. */
static inline bool ivc_program_is_source(const IvcProgramSpec *spec)
{
    return g_str_has_suffix(spec->program, ".c");
}
