/* The experiment of Zhang and Huang (2012) as a program, written against their own interface: rank
 * 0 sends TOTAL bytes to rank 1 in messages of SIZE bytes; rank 1 checks them and says when it has
 * them all.
 *
 *     registers SIZE TOTAL
 *
 * TOTAL / SIZE messages (rounded up) of SIZE bytes one way, and one of 8 bytes back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ivc_mpi.h"

enum { TAG_DATA, TAG_DONE };

/* What byte `i` of message `message` is. */
static char expected(long message, long i)
{
    return (char)((message * 7 + i) % 101);
}

static int lead(char *buffer, long size, long messages)
{
    long right = 0;
    double start = MPI_Wtime();
    for (long message = 0; message < messages; message++) {
        for (long i = 0; i < size; i++)
            buffer[i] = expected(message, i);
        if (Send(buffer, (int)size, 1, TAG_DATA, IVC_CHAR, IVC_COMM_WORLD) != IVC_SUCCESS)
            return 0;
    }
    if (Recv(&right, 1, 1, IVC_LONG, TAG_DONE, IVC_COMM_WORLD) != IVC_SUCCESS)
        return 0;
    double seconds = MPI_Wtime() - start;
    printf("registers: %ld messages of %ld B, %.9f s: %s\n", messages, size, seconds,
           right == messages ? "right" : "WRONG");
    return right == messages;
}

static int follow(char *buffer, long size, long messages)
{
    long right = 0;
    for (long message = 0; message < messages; message++) {
        memset(buffer, -1, (size_t)size);
        if (Recv(buffer, (int)size, 0, IVC_CHAR, TAG_DATA, IVC_COMM_WORLD) != IVC_SUCCESS)
            return 0;
        int same = 1;
        for (long i = 0; i < size; i++)
            same = same && buffer[i] == expected(message, i);
        right += same;
    }
    return Send(&right, 1, 0, TAG_DONE, IVC_LONG, IVC_COMM_WORLD) == IVC_SUCCESS &&
           right == messages;
}

/* Calls that must be refused, each for its reason. Returns whether all were. */
static int refuses(int size)
{
    char byte = 0;
    return Send(&byte, 1, size, 0, IVC_CHAR, IVC_COMM_WORLD) == IVC_ERR_RANK &&
           Send(&byte, 1, 0, -1, IVC_CHAR, IVC_COMM_WORLD) == IVC_ERR_TAG &&
           Send(&byte, 1, 0, 0, IVC_TYPES, IVC_COMM_WORLD) == IVC_ERR_TYPE &&
           Send(NULL, 1, 0, 0, IVC_CHAR, IVC_COMM_WORLD) == IVC_ERR_BUFFER &&
           Recv(&byte, -1, 0, IVC_CHAR, 0, IVC_COMM_WORLD) == IVC_ERR_BUFFER &&
           Recv(&byte, 1, -2, IVC_CHAR, 0, IVC_COMM_WORLD) == IVC_ERR_RANK &&
           Init("again") == IVC_ERR_INIT;
}

int main(int argc, char **argv)
{
    int size = 0, rank = 0, right = Comm_size(IVC_COMM_WORLD, &size) == IVC_ERR_INIT;
    if (Init("registers") != IVC_SUCCESS)
        return EXIT_FAILURE;
    Comm_size(IVC_COMM_WORLD, &size);
    Comm_rank(IVC_COMM_WORLD, &rank);
    long bytes = argc == 3 ? strtol(argv[1], NULL, 10) : 0;
    long total = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
    if (size < 2 || bytes < 1 || bytes > 1000000000 || total < 1) {
        if (rank == 0)
            fprintf(stderr, "usage: registers SIZE TOTAL, on two ranks or more\n");
        Finalize();
        return 2;
    }
    long messages = (total + bytes - 1) / bytes;
    char *buffer = calloc((size_t)bytes, 1);
    right = right && buffer != NULL && refuses(size);
    if (right && rank == 0)
        right = lead(buffer, bytes, messages);
    else if (right && rank == 1)
        right = follow(buffer, bytes, messages);
    free(buffer);
    Finalize();
    return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
