/*
 * Measures a pair of hosts by MPI: for each message size among the arguments one line with half a
 * round trip and the interval of a stream, in seconds. `ivcsim export simgrid --check` holds them
 * against what ivcsim itself predicts.
 */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

#define ROUNDS 4
#define STREAM 48 /* messages, from the end of the first to that of the last */

static void send(char *buffer, int bytes, int to)
{
    MPI_Send(buffer, bytes, MPI_BYTE, to, 0, MPI_COMM_WORLD);
}

static void receive(char *buffer, int bytes, int from)
{
    MPI_Recv(buffer, bytes, MPI_BYTE, from, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

/* Of rank 0. */
static double ping_pong(char *buffer, int bytes, int rank)
{
    double start = MPI_Wtime();
    for (int i = 0; i < ROUNDS; i++) {
        if (rank == 0) {
            if (i == 1)
                start = MPI_Wtime();
            send(buffer, bytes, 1);
            receive(buffer, bytes, 1);
        } else {
            receive(buffer, bytes, 0);
            send(buffer, bytes, 0);
        }
    }
    return (MPI_Wtime() - start) / (2 * (ROUNDS - 1));
}

/* Of rank 1. */
static double stream(char *buffer, int bytes, int rank)
{
    double start = 0;
    for (int i = 0; i < STREAM; i++) {
        if (rank == 0)
            send(buffer, bytes, 1);
        else
            receive(buffer, bytes, 0);
        if (i == 0)
            start = MPI_Wtime();
    }
    return (MPI_Wtime() - start) / (STREAM - 1);
}

int main(int argc, char **argv)
{
    int rank;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    for (int i = 1; i < argc; i++) {
        int bytes = atoi(argv[i]);
        char *buffer = calloc((size_t)bytes + 1, 1);
        if (!buffer)
            MPI_Abort(MPI_COMM_WORLD, 1);
        MPI_Barrier(MPI_COMM_WORLD);
        double latency = ping_pong(buffer, bytes, rank);
        MPI_Bcast(&latency, 1, MPI_DOUBLE, 0, MPI_COMM_WORLD);
        MPI_Barrier(MPI_COMM_WORLD);
        double interval = stream(buffer, bytes, rank);
        if (rank == 1)
            printf("%d %.15g %.15g\n", bytes, latency, interval);
        free(buffer);
    }
    MPI_Finalize();
    return 0;
}
