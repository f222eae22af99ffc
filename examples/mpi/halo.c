/* 2-D halo exchange: a field on a grid is smoothed again and again, each point becoming the mean of
 * its four neighbours. The grid is cut into rectangles, one a rank; before each turn every rank
 * sends the edges of its rectangle to its up to four neighbours, and receives theirs into a frame
 * of one cell around its own, the halo.
 *
 *     halo [-w] SIZE ITERATIONS      SIZE x SIZE points; with -w so many on each rank
 *
 * In each iteration, a grid of P x Q ranks sends 2 ((P-1) Q + P) messages, as long as the
 * edge between the two ranks: 8 bytes a point.
 *
 * Verified exactly: the field begins as a product of two sines that are 0 on the border, and one
 * smoothing multiplies such a field by (cos a + cos b) / 2, whatever the cut. */
#include <math.h>

#include "example.h"

#define PI 3.14159265358979323846

/* One rank's rectangle. Cells are numbered with the halo: 0 .. rows + 1, 0 .. columns + 1. */
typedef struct {
    MPI_Comm comm;
    int up, down, left, right;    /* neighbours; MPI_PROC_NULL at the border */
    long first_row, first_column; /* of the whole grid, from 0 */
    long rows, columns;
    MPI_Datatype column; /* one cell of each row */
} Tile;

static size_t at(const Tile *tile, long row, long column)
{
    return (size_t)(row * (tile->columns + 2) + column);
}

/* Cuts a grid of rows x columns points into dims[0] x dims[1] rectangles of nearly the same size.
 */
static Tile make_tile(const int *dims, long rows, long columns)
{
    Tile tile;
    int rank, place[2];
    const int open[2] = {0, 0}; /* the grid has borders: it is no torus */
    MPI_Cart_create(MPI_COMM_WORLD, 2, dims, open, 0, &tile.comm);
    MPI_Comm_rank(tile.comm, &rank);
    MPI_Cart_coords(tile.comm, rank, 2, place);
    MPI_Cart_shift(tile.comm, 0, 1, &tile.up, &tile.down);
    MPI_Cart_shift(tile.comm, 1, 1, &tile.left, &tile.right);
    tile.first_row = rows * place[0] / dims[0];
    tile.first_column = columns * place[1] / dims[1];
    tile.rows = rows * (place[0] + 1) / dims[0] - tile.first_row;
    tile.columns = columns * (place[1] + 1) / dims[1] - tile.first_column;
    MPI_Type_vector((int)tile.rows, 1, (int)(tile.columns + 2), MPI_DOUBLE, &tile.column);
    MPI_Type_commit(&tile.column);
    return tile;
}

static void exchange(const Tile *tile, double *field)
{
    int columns = (int)tile->columns;
    MPI_Sendrecv(&field[at(tile, 1, 1)], columns, MPI_DOUBLE, tile->up, 0,
                 &field[at(tile, tile->rows + 1, 1)], columns, MPI_DOUBLE, tile->down, 0,
                 tile->comm, MPI_STATUS_IGNORE);
    MPI_Sendrecv(&field[at(tile, tile->rows, 1)], columns, MPI_DOUBLE, tile->down, 1,
                 &field[at(tile, 0, 1)], columns, MPI_DOUBLE, tile->up, 1, tile->comm,
                 MPI_STATUS_IGNORE);
    MPI_Sendrecv(&field[at(tile, 1, 1)], 1, tile->column, tile->left, 2,
                 &field[at(tile, 1, tile->columns + 1)], 1, tile->column, tile->right, 2,
                 tile->comm, MPI_STATUS_IGNORE);
    MPI_Sendrecv(&field[at(tile, 1, tile->columns)], 1, tile->column, tile->right, 3,
                 &field[at(tile, 1, 0)], 1, tile->column, tile->left, 3, tile->comm,
                 MPI_STATUS_IGNORE);
}

static void smooth(const Tile *tile, const double *from, double *to)
{
    for (long i = 1; i <= tile->rows; i++)
        for (long j = 1; j <= tile->columns; j++)
            to[at(tile, i, j)] = 0.25 * (from[at(tile, i - 1, j)] + from[at(tile, i + 1, j)] +
                                         from[at(tile, i, j - 1)] + from[at(tile, i, j + 1)]);
    computed(4.0 * (double)tile->rows * (double)tile->columns);
}

/* sin(a (row + 1)) sin(b (column + 1)), times `factor`. Rows and columns have different waves, so
 * that a halo from the wrong side is noticed. */
static double expected(const Tile *tile, long i, long j, double a, double b, double factor)
{
    return factor * sin(a * (double)(tile->first_row + i)) *
           sin(b * (double)(tile->first_column + j));
}

static double largest_error(const Tile *tile, const double *field, double a, double b,
                            double factor)
{
    double own = 0, all;
    for (long i = 1; i <= tile->rows; i++)
        for (long j = 1; j <= tile->columns; j++)
            own = fmax(own, fabs(field[at(tile, i, j)] - expected(tile, i, j, a, b, factor)));
    MPI_Allreduce(&own, &all, 1, MPI_DOUBLE, MPI_MAX, tile->comm);
    return all;
}

int main(int argc, char **argv)
{
    int ranks, dims[2] = {0, 0};
    MPI_Init(&argc, &argv);
    Arguments arguments = read_arguments("halo", argc, argv);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    MPI_Dims_create(ranks, 2, dims);
    long rows = arguments.weak ? arguments.size * dims[0] : arguments.size;
    long columns = arguments.weak ? arguments.size * dims[1] : arguments.size;
    if (rows < dims[0] || columns < dims[1])
        refuse("halo", "there are more ranks than rows or columns to give them");

    Tile tile = make_tile(dims, rows, columns);
    size_t cells = (size_t)(tile.rows + 2) * (size_t)(tile.columns + 2);
    double *field = new_doubles(cells), *next = new_doubles(cells);
    double a = PI / (double)(rows + 1), b = 2 * PI / (double)(columns + 1);
    for (long i = 1; i <= tile.rows; i++)
        for (long j = 1; j <= tile.columns; j++)
            field[at(&tile, i, j)] = expected(&tile, i, j, a, b, 1);

    double start = MPI_Wtime();
    for (long turn = 0; turn < arguments.iterations; turn++) {
        exchange(&tile, field);
        smooth(&tile, field, next);
        double *swap = field;
        field = next;
        next = swap;
    }
    double seconds = MPI_Wtime() - start;

    double factor = pow((cos(a) + cos(b)) / 2, (double)arguments.iterations);
    double error = largest_error(&tile, field, a, b, factor);
    char what[160];
    snprintf(what, sizeof(what), "halo: %ld x %ld points on %d x %d ranks, %ld iterations", rows,
             columns, dims[0], dims[1], arguments.iterations);
    int status = verdict(what, seconds, error < 1e-11);
    free(field);
    free(next);
    MPI_Type_free(&tile.column);
    MPI_Comm_free(&tile.comm);
    MPI_Finalize();
    return status;
}
