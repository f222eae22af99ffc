/* What the four examples share: what they read from the command line, and how they say how much
 * they have computed. Plain MPI; any mpicc compiles it. */
#pragma once

#include <mpi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Says that `flops` operations have just been done.
 *
 * A computer needs no telling. A simulator that runs the program elsewhere than on the computer
 * that it predicts does: with this count, and the speed of a predicted core, the time of a loop is
 * the same on every computer that simulates it. smpicc's <mpi.h> is the one that defines SMPI_H.
 * Who measures the real loops instead sets IVC_COMPUTATION=measured: nothing counts twice. */
static inline void computed(double flops)
{
#ifdef SMPI_H
    const char *how = getenv("IVC_COMPUTATION");
    if (how == NULL || strcmp(how, "measured") != 0)
        smpi_execute_flops_benched(flops);
#else
    (void)flops;
#endif
}

/* The arguments of all examples: PROGRAM [-w] SIZE ITERATIONS. */
typedef struct {
    bool weak; /* -w: SIZE is that of one rank's part, and the whole grows with the ranks */
    long size;
    long iterations;
} Arguments;

/* Ends the program on every rank when the arguments are wrong: `what` is shown on rank 0. */
static inline void refuse(const char *program, const char *what)
{
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (rank == 0)
        fprintf(stderr, "%s: %s\nusage: %s [-w] SIZE ITERATIONS\n", program, what, program);
    MPI_Finalize();
    exit(2);
}

/* Reads a number from 1 to 10^9, or returns 0. */
static inline long read_number(const char *text)
{
    char *end;
    long number = strtol(text, &end, 10);
    return end == text || *end != '\0' || number < 1 || number > 1000000000 ? 0 : number;
}

static inline Arguments read_arguments(const char *program, int argc, char **argv)
{
    Arguments arguments = {0};
    int first = 1;
    if (argc > 1 && strcmp(argv[1], "-w") == 0) {
        arguments.weak = true;
        first = 2;
    }
    if (argc - first != 2)
        refuse(program, "two numbers are expected");
    arguments.size = read_number(argv[first]);
    arguments.iterations = read_number(argv[first + 1]);
    if (arguments.size == 0 || arguments.iterations == 0)
        refuse(program, "SIZE and ITERATIONS are whole numbers from 1 to 1000000000");
    return arguments;
}

/* Memory for `n` doubles, all 0; the program ends when there is none. */
static inline double *new_doubles(size_t n)
{
    double *memory = calloc(n > 0 ? n : 1, sizeof(double));
    if (memory == NULL) {
        fprintf(stderr, "no memory for %zu numbers\n", n);
        MPI_Abort(MPI_COMM_WORLD, 3);
    }
    return memory;
}

/* The last line of every example: what was done, how long it took, and whether it is right. Every
 * rank calls it with the same `right`. Returns the exit status of the program. */
static inline int verdict(const char *what, double seconds, bool right)
{
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (rank == 0)
        printf("%s, %.9f s: %s\n", what, seconds, right ? "right" : "WRONG");
    return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
