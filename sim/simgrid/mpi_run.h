/** @file
 *  Runs a program that uses MPI over a platform of SimGrid's and reports what it would have taken:
 *  SMPI's `smpimain` in a process of its own, in a folder of its own that is removed afterwards.
 *  Nothing is printed. May be called from several threads at once.
 */
#pragma once

#include "sim/simgrid/mpi_trace.h"

#define IVC_MPI_ERROR (ivc_mpi_error_quark())
GQuark ivc_mpi_error_quark(void);

typedef enum {
    IVC_MPI_ERROR_PROGRAM,     /**< is not there, or `ivcsim mpicc` did not make it */
    IVC_MPI_ERROR_COMPILE,     /**< the compiler cannot be started */
    IVC_MPI_ERROR_EXIT,        /**< a rank ended with another exit status than 0 */
    IVC_MPI_ERROR_ABORT,       /**< a rank called MPI_Abort */
    IVC_MPI_ERROR_CRASH,       /**< a signal ended it */
    IVC_MPI_ERROR_DEADLOCK,    /**< ranks wait for what cannot come */
    IVC_MPI_ERROR_UNSUPPORTED, /**< it calls what SMPI does not have */
    IVC_MPI_ERROR_SIMGRID,     /**< SimGrid itself gave up */
    IVC_MPI_ERROR_STOPPED,     /**< `stop` was set */
} IvcMpiRunError;

/** The stable code of an error of IVC_MPI_ERROR: "mpi-deadlock". Static. */
const char *ivc_mpi_error_code(int code);

typedef struct {
    const char *platform_xml;
    const char *const *config; /**< what SimGrid is told, "smpi/os:..." each; NULL-terminated */
    const char *const *hosts;  /**< that of each rank */
    size_t n_ranks;
    const char *program;     /**< a path, or a name that PATH has */
    const char *const *args; /**< after the program's name, NULL-terminated; NULL: none */
    bool measure;            /**< what the program computes is measured here and counted, too */
    /** How much of the platform's unit of work is done in a second that the program declares or
     *  that is measured here: the hosts' speed, or with `measure` what this computer does. */
    double host_speed;
    const char *trace_file;   /**< keep the trace there; NULL: nowhere */
    int output;               /**< descriptor that gets what the program prints; -1: nobody */
    const volatile int *stop; /**< set from elsewhere: end the program; or NULL */
} IvcMpiRun;

typedef struct {
    uint64_t end_ps;                   /**< since the start of the program */
    uint64_t doing_ps[IVC_MPI_DOINGS]; /**< IvcMpiDoing: together up to end_ps */
    double work; /**< that it computed: in the unit that hosts' speeds have a second */
} IvcMpiRank;

typedef struct {
    uint64_t time_ps; /**< until the last rank has ended */
    size_t n_ranks;
    IvcMpiRank *ranks;
    IvcMpiPair *pairs;   /**< from rank s to rank d at s * n_ranks + d, collectives included */
    uint64_t longest;    /**< bytes of the longest message between two ranks */
    GPtrArray *warnings; /**< char *: what SMPI found wrong with calls, "rank 1: ..." */
} IvcMpiReport;

/**
 * Runs the program.
 *
 * @param report  filled on success, clear with ivc_mpi_report_clear(); on failure only `warnings`
 *                and what was counted until then
 * @param error   IVC_MPI_ERROR, whose message may have several lines; IVC_SIMGRID_ERROR_MISSING;
 *                G_FILE_ERROR, G_SPAWN_ERROR
 */
bool ivc_mpi_run(const IvcMpiRun *run, IvcMpiReport *report, GError **error);
void ivc_mpi_report_clear(IvcMpiReport *report);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IvcMpiReport, ivc_mpi_report_clear)

/** Where SimGrid's `smpimain` is, from the text of its `smpirun`. @return transfer full */
char *ivc_mpi_find_main(GError **error);

/**
 * Finds the program, and looks whether `ivcsim mpicc` made it.
 *
 * @return its absolute path, transfer full; NULL with IVC_MPI_ERROR_PROGRAM
 */
char *ivc_mpi_find_program(const char *name, GError **error);
