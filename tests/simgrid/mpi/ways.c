/* A program for the tests of `ivcsim mpi`: its first argument says which way it goes. Four ranks,
 * which know what each of them has to do, so that the traffic can be counted by hand. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <smpi/smpi.h>

static int rank;
static char data[100000];

static void send_to(int to, int bytes, int tag)
{
    MPI_Send(data, bytes, MPI_CHAR, to, tag, MPI_COMM_WORLD);
}

static void receive_from(int from, int tag)
{
    MPI_Recv(data, sizeof data, MPI_CHAR, from, tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

/* 0 computes 3e6 operations, then sends 1000 bytes to 1; 2 sleeps; 3 sends 500 bytes twice with one
 * request to 2; 1 and 3 exchange 64 and 32 bytes; then 8 doubles go from 0 to all. */
static void known(void)
{
    if (rank == 0) {
        SMPI_SAMPLE_FLOPS(3e6)
        {
        }
        send_to(1, 1000, 1);
    }
    if (rank == 1)
        receive_from(0, 1);
    if (rank == 2) {
        usleep(100);
        receive_from(3, 2);
        receive_from(3, 2);
    }
    if (rank == 3) {
        MPI_Request request;
        MPI_Send_init(data, 500, MPI_CHAR, 2, 2, MPI_COMM_WORLD, &request);
        for (int i = 0; i < 2; i++) {
            MPI_Start(&request);
            MPI_Wait(&request, MPI_STATUS_IGNORE);
        }
        MPI_Request_free(&request);
    }
    if (rank % 2 == 1)
        MPI_Sendrecv(data, rank == 1 ? 64 : 32, MPI_CHAR, 4 - rank, 3, data + 100, 100, MPI_CHAR,
                     4 - rank, 3, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    MPI_Bcast(data, 8, MPI_DOUBLE, 0, MPI_COMM_WORLD);
}

/* 0 computes 3e6 operations, then sends 100 bytes to 1, both in calls that SMPI traces as nothing.
 */
static void half(void)
{
    if (rank == 0) {
        SMPI_SAMPLE_FLOPS(3e6)
        {
        }
    }
    if (rank < 2)
        MPI_Sendrecv(data, 100, MPI_CHAR, rank == 0 ? 1 : MPI_PROC_NULL, 4, data + 100, 100,
                     MPI_CHAR, rank == 1 ? 0 : MPI_PROC_NULL, 4, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

/* Ranks 1 and 3 are 0 and 1 of the communicator of odd ranks. */
static void below(void)
{
    MPI_Comm odd;
    MPI_Comm_split(MPI_COMM_WORLD, rank % 2, rank, &odd);
    if (rank == 1)
        MPI_Recv(data, 1, MPI_INT, 1, 5, odd, MPI_STATUS_IGNORE);
}

static void requests(void)
{
    MPI_Request all[2];
    if (rank > 1)
        return;
    MPI_Irecv(data, 4, MPI_INT, 1 - rank, 6, MPI_COMM_WORLD, &all[0]);
    MPI_Irecv(data, 4, MPI_INT, 2, MPI_ANY_TAG, MPI_COMM_WORLD, &all[1]);
    MPI_Waitall(2, all, MPI_STATUSES_IGNORE);
}

/* Ranks 0 and 1 each send 8 and 16 bytes with requests that are started again, and hear of each
 * start once, whatever tells them; the receives are told of in between. Returns whether it is so.
 */
static int persistent(void)
{
    enum { SENDS = 2, ALL = 6 };
    MPI_Request all[ALL];
    int times[ALL] = {0}, index, n, flag, at[ALL];
    for (int i = 0; i < SENDS; i++) {
        MPI_Send_init(data, 8 << i, MPI_CHAR, 1 - rank, i, MPI_COMM_WORLD, &all[i]);
        MPI_Recv_init(data + 100, 100, MPI_CHAR, 1 - rank, i, MPI_COMM_WORLD, &all[SENDS + i]);
    }
    MPI_Send_init(data, 1, MPI_CHAR, MPI_PROC_NULL, 0, MPI_COMM_WORLD, &all[ALL - 2]);
    MPI_Ssend_init(data, 1, MPI_CHAR, MPI_PROC_NULL, 0, MPI_COMM_WORLD, &all[ALL - 1]);
    MPI_Startall(ALL, all);
    for (int i = 0; i < ALL; i++) {
        MPI_Waitany(ALL, all, &index, MPI_STATUS_IGNORE);
        if (index < 0 || index >= ALL)
            return 0;
        times[index]++;
    }
    MPI_Startall(ALL, all);
    for (int done = 0; done < ALL; done += n) {
        MPI_Waitsome(ALL, all, &n, at, MPI_STATUSES_IGNORE);
        for (int i = 0; i < n; i++)
            times[at[i]]++;
    }
    for (int i = 0; i < ALL; i++) {
        if (times[i] != 2)
            return 0;
    }
    MPI_Start(&all[0]);
    MPI_Start(&all[SENDS]);
    MPI_Testany(1, all, &index, &flag, MPI_STATUS_IGNORE);
    if (!flag || index != 0)
        return 0;
    MPI_Wait(&all[SENDS], MPI_STATUS_IGNORE);
    MPI_Startall(2, (MPI_Request[]){all[0], all[SENDS]});
    MPI_Wait(&all[0], MPI_STATUS_IGNORE);
    MPI_Wait(&all[SENDS], MPI_STATUS_IGNORE);
    MPI_Start(&all[1]);
    MPI_Start(&all[SENDS + 1]);
    MPI_Testsome(SENDS, all, &n, at, MPI_STATUSES_IGNORE);
    MPI_Wait(&all[SENDS + 1], MPI_STATUS_IGNORE);
    return n == 1 && at[0] == 1;
}

/* Rank 0 has so many requests that not all can be known; those that it starts are 16 sends of 8
 * bytes, before their receives are there. */
static void crowded(void)
{
    enum { SENDS = 16, OTHERS = 9000 };
    static MPI_Request all[SENDS + OTHERS];
    for (int i = 0; i < SENDS + OTHERS && rank == 0; i++) {
        if (i < SENDS)
            MPI_Send_init(data, 8, MPI_CHAR, 1, i, MPI_COMM_WORLD, &all[i]);
        else
            MPI_Recv_init(data, 8, MPI_CHAR, 1, i, MPI_COMM_WORLD, &all[i]);
    }
    if (rank == 0)
        MPI_Startall(SENDS, all);
    if (rank == 1)
        usleep(1000);
    for (int i = 0; i < SENDS && rank == 1; i++)
        receive_from(0, i);
}

/* 0 puts 700 bytes to 2 and 1 gets 300 of 3; or 0 adds 100 bytes to those of 2, with and
 * without getting what was there, and an int; or nothing but the window and its fences. */
static void put(const char *way)
{
    MPI_Win window;
    MPI_Win_create(data, sizeof data, 1, MPI_INFO_NULL, MPI_COMM_WORLD, &window);
    MPI_Win_fence(0, window);
    if (strcmp(way, "accumulate") == 0 && rank == 0) {
        MPI_Accumulate(data, 100, MPI_CHAR, 2, 0, 100, MPI_CHAR, MPI_SUM, window);
        MPI_Get_accumulate(data, 100, MPI_CHAR, data + 100, 100, MPI_CHAR, 2, 0, 100, MPI_CHAR,
                           MPI_SUM, window);
        MPI_Fetch_and_op(data, data + 200, MPI_INT, 2, 0, MPI_SUM, window);
    }
    if (strcmp(way, "put") == 0 && rank == 0)
        MPI_Put(data, 700, MPI_CHAR, 2, 0, 700, MPI_CHAR, window);
    if (strcmp(way, "put") == 0 && rank == 1)
        MPI_Get(data, 300, MPI_CHAR, 3, 0, 300, MPI_CHAR, window);
    MPI_Win_fence(0, window);
    MPI_Win_free(&window);
}

int main(int argc, char **argv)
{
    const char *way = argc > 1 ? argv[1] : "";
    if (strcmp(way, "early") == 0)
        abort();
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (strcmp(way, "known") == 0)
        known();
    if (strcmp(way, "half") == 0)
        half();
    if (strcmp(way, "measured") == 0)
        for (volatile long i = 0; i < 3000000; i++)
            ;
    if (strcmp(way, "forever") == 0)
        for (fputs("forever\n", stderr);;)
            ;
    if (strcmp(way, "args") == 0 && rank == 0)
        for (int i = 2; i < argc; i++)
            fprintf(stderr, "[%s]\n", argv[i]);
    if (strcmp(way, "persistent") == 0 && rank < 2 && !persistent())
        exit(4);
    if (strcmp(way, "put") == 0 || strcmp(way, "accumulate") == 0 || strcmp(way, "window") == 0)
        put(way);
    if (strcmp(way, "crowded") == 0)
        crowded();
    if (strcmp(way, "ring") == 0)
        receive_from((rank + 1) % 4, 7);
    if (strcmp(way, "any") == 0 && rank == 0)
        receive_from(MPI_ANY_SOURCE, MPI_ANY_TAG);
    if (strcmp(way, "below") == 0)
        below();
    if (strcmp(way, "requests") == 0)
        requests();
    if (strcmp(way, "leave") == 0 && rank == 1)
        return 0;
    if (strcmp(way, "leave") == 0)
        MPI_Barrier(MPI_COMM_WORLD);
    if (strcmp(way, "gather") == 0 && rank != 1)
        MPI_Gather(data, 1, MPI_INT, data + 100, 1, MPI_INT, 0, MPI_COMM_WORLD);
    if (strcmp(way, "exit") == 0 && rank == 2)
        exit(3);
    if (strcmp(way, "at once") == 0 && rank == 2)
        _exit(0);
    if (strcmp(way, "at once 3") == 0 && rank == 2)
        _exit(3);
    if (strcmp(way, "abort") == 0 && rank == 3)
        MPI_Abort(MPI_COMM_WORLD, 9);
    if (strcmp(way, "crash") == 0 && rank == 2)
        *(volatile int *)NULL = 1;
    if (strcmp(way, "short") == 0 && rank == 0)
        send_to(1, 8, 0);
    if (strcmp(way, "short") == 0 && rank == 1)
        MPI_Recv(data, 4, MPI_CHAR, 0, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    if (strcmp(way, "nobody") == 0 && rank == 1)
        send_to(77, 1, 0);
    if (strcmp(way, "negative") == 0 && rank == 1) {
        MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
        send_to(0, -1, 0);
    }
    if (strcmp(way, "spawn") == 0) {
        MPI_Comm other;
        MPI_Comm_spawn("other", MPI_ARGV_NULL, 1, MPI_INFO_NULL, 0, MPI_COMM_WORLD, &other,
                       MPI_ERRCODES_IGNORE);
    }
    MPI_Finalize();
    return strcmp(way, "statuses") == 0 ? rank - 2 : 0;
}
