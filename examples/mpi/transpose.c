/* All-to-all transpose: a square matrix lies on the ranks by rows, and is transposed so that it
 * lies by what were its columns. Every rank has something for every other: the pattern of
 * multi-dimensional Fourier transforms, and the hardest one for a network.
 *
 *     transpose [-w] SIZE ITERATIONS     SIZE x SIZE numbers, SIZE a multiple of the ranks;
 *                                        with -w so many on each rank, at least
 *
 * In each iteration, each of P ranks sends P - 1 messages of 8 (SIZE / P)^2 bytes.
 *
 * Verified exactly: each number says where it was at the start, and each turn adds 1 to it. */
#include "example.h"

/* What the matrix holds at the start: exact in a double as long as size^2 + iterations < 2^53. */
static double number_at(long size, long row, long column)
{
    return (double)(row * size + column);
}

/* With -w: the smallest multiple of the ranks with at least `own` x `own` numbers on each. */
static long weak_size(long own, long ranks)
{
    long size = ranks;
    while ((double)size * (double)size / (double)ranks < (double)own * (double)own)
        size += ranks;
    return size;
}

/* Sorts the numbers by the rank that gets them; for each a block of `rows` x `rows`, already
 * transposed. */
static void pack(const double *matrix, double *blocks, long size, long rows)
{
    for (long rank = 0; rank < size / rows; rank++)
        for (long i = 0; i < rows; i++)
            for (long j = 0; j < rows; j++)
                blocks[(rank * rows + j) * rows + i] = matrix[i * size + rank * rows + j];
    computed((double)size * (double)rows);
}

/* Puts the block of each rank at its columns, and adds 1. */
static void unpack(const double *blocks, double *matrix, long size, long rows)
{
    for (long rank = 0; rank < size / rows; rank++)
        for (long i = 0; i < rows; i++)
            for (long j = 0; j < rows; j++)
                matrix[i * size + rank * rows + j] = blocks[(rank * rows + i) * rows + j] + 1;
    computed((double)size * (double)rows);
}

static bool is_right(const double *matrix, long size, long rows, long first, long turns)
{
    int own = 1, all;
    for (long i = 0; i < rows; i++)
        for (long j = 0; j < size; j++) {
            double was =
                turns % 2 == 0 ? number_at(size, first + i, j) : number_at(size, j, first + i);
            own = own && matrix[i * size + j] == was + (double)turns;
        }
    MPI_Allreduce(&own, &all, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    return all == 1;
}

int main(int argc, char **argv)
{
    int ranks, rank;
    MPI_Init(&argc, &argv);
    Arguments arguments = read_arguments("transpose", argc, argv);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    long size = arguments.weak ? weak_size(arguments.size, ranks) : arguments.size;
    if (size % ranks != 0)
        refuse("transpose", "SIZE must be a multiple of the number of ranks");

    long rows = size / ranks, first = rows * rank;
    size_t numbers = (size_t)rows * (size_t)size;
    double *matrix = new_doubles(numbers), *out = new_doubles(numbers), *in = new_doubles(numbers);
    for (long i = 0; i < rows; i++)
        for (long j = 0; j < size; j++)
            matrix[i * size + j] = number_at(size, first + i, j);

    double start = MPI_Wtime();
    for (long turn = 0; turn < arguments.iterations; turn++) {
        int block = (int)(rows * rows);
        pack(matrix, out, size, rows);
        MPI_Alltoall(out, block, MPI_DOUBLE, in, block, MPI_DOUBLE, MPI_COMM_WORLD);
        unpack(in, matrix, size, rows);
    }
    double seconds = MPI_Wtime() - start;

    bool right = is_right(matrix, size, rows, first, arguments.iterations);
    char what[160];
    snprintf(what, sizeof(what), "transpose: %ld x %ld numbers on %d ranks, %ld iterations", size,
             size, ranks, arguments.iterations);
    int status = verdict(what, seconds, right);
    free(matrix);
    free(out);
    free(in);
    MPI_Finalize();
    return status;
}
