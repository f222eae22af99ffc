/* Conjugate gradient: solves A x = b, where A is the 5-point Laplacian on a square grid with a
 * border of zeros, without storing A. The grid lies on the ranks in strips of rows. Each iteration
 * exchanges one row with either neighbour, and forms two sums over all ranks: short messages that
 * everybody waits for, and nothing to do meanwhile.
 *
 *     conjugate_gradient [-w] SIZE ITERATIONS     SIZE x SIZE unknowns; with -w SIZE x SIZE on each
 *                                                 rank
 *
 * In each iteration P ranks exchange 2 (P - 1) messages of 8 x columns bytes, besides the two sums.
 *
 * Verified: A is applied right, to a field for which A x is known exactly; the residual that the
 * method carries along is the true one, b - A x, up to rounding, and is not above that of the
 * start; b is made so that x is 1 everywhere, and the error has shrunk. */
#include <math.h>

#include "example.h"

/* One rank's strip: rows + 2 rows of `columns` numbers, the first and the last the neighbours'. */
typedef struct {
    int up, down;
    long first, rows, columns, all_rows;
} Strip;

static double *row(const Strip *strip, double *numbers, long i)
{
    return &numbers[i * strip->columns];
}

static size_t numbers_of(const Strip *strip)
{
    return (size_t)(strip->rows + 2) * (size_t)strip->columns;
}

static void exchange(const Strip *strip, double *x)
{
    int n = (int)strip->columns;
    MPI_Sendrecv(row(strip, x, 1), n, MPI_DOUBLE, strip->up, 0, row(strip, x, strip->rows + 1), n,
                 MPI_DOUBLE, strip->down, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    MPI_Sendrecv(row(strip, x, strip->rows), n, MPI_DOUBLE, strip->down, 1, row(strip, x, 0), n,
                 MPI_DOUBLE, strip->up, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

/* y = A x. The halo of x is fetched first; at the border it is 0, and stays so. */
static void multiply(const Strip *strip, double *x, double *y)
{
    exchange(strip, x);
    for (long i = 1; i <= strip->rows; i++) {
        const double *above = row(strip, x, i - 1), *here = row(strip, x, i);
        const double *below = row(strip, x, i + 1);
        double *out = row(strip, y, i);
        for (long j = 0; j < strip->columns; j++) {
            double left = j > 0 ? here[j - 1] : 0;
            double right = j + 1 < strip->columns ? here[j + 1] : 0;
            out[j] = 4 * here[j] - above[j] - below[j] - left - right;
        }
    }
    computed(5.0 * (double)strip->rows * (double)strip->columns);
}

static double dot(const Strip *strip, double *x, double *y)
{
    const double *a = row(strip, x, 1), *b = row(strip, y, 1);
    double own = 0, all;
    for (long i = 0; i < strip->rows * strip->columns; i++)
        own += a[i] * b[i];
    computed(2.0 * (double)strip->rows * (double)strip->columns);
    MPI_Allreduce(&own, &all, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    return all;
}

/* y = x + factor y */
static void add_scaled(const Strip *strip, double *x, double factor, double *y)
{
    const double *a = row(strip, x, 1);
    double *b = row(strip, y, 1);
    for (long i = 0; i < strip->rows * strip->columns; i++)
        b[i] = a[i] + factor * b[i];
    computed(2.0 * (double)strip->rows * (double)strip->columns);
}

/* y += factor x */
static void add_to(const Strip *strip, double factor, double *x, double *y)
{
    const double *a = row(strip, x, 1);
    double *b = row(strip, y, 1);
    for (long i = 0; i < strip->rows * strip->columns; i++)
        b[i] += factor * a[i];
    computed(2.0 * (double)strip->rows * (double)strip->columns);
}

/* b = A 1: how many neighbours of a point are beyond the border. */
static void make_right_side(const Strip *strip, double *b)
{
    for (long i = 1; i <= strip->rows; i++) {
        long at = strip->first + i - 1;
        for (long j = 0; j < strip->columns; j++)
            row(strip, b, i)[j] =
                (at == 0) + (at == strip->all_rows - 1) + (j == 0) + (j == strip->columns - 1);
    }
}

/* Solves from x = 0, with at most `iterations`; r must be b, and ends as the residual. Returns the
 * iterations done, and the square of the residual that was carried along. */
static long solve(const Strip *strip, double *x, double *r, long iterations, double *ret_rr)
{
    double *p = new_doubles(numbers_of(strip)), *ap = new_doubles(numbers_of(strip));
    double rr = dot(strip, r, r), start = rr;
    long done = 0;
    add_to(strip, 1, r, p);
    while (done < iterations && rr > 1e-28 * start) {
        multiply(strip, p, ap);
        double alpha = rr / dot(strip, p, ap);
        add_to(strip, alpha, p, x);
        add_to(strip, -alpha, ap, r);
        double next = dot(strip, r, r);
        add_scaled(strip, r, next / rr, p);
        rr = next;
        done++;
    }
    free(p);
    free(ap);
    *ret_rr = rr;
    return done;
}

/* x(i, j) of a field that rises evenly: inside the grid A makes 0 of it, and what is missing beyond
 * the border is easily said. Numbers from 1, exact in a double. */
static double slope(const Strip *strip, long i, long j)
{
    return (double)((strip->first + i) * 3 + (j + 1));
}

/* Whether A times the slope is what it must be: rows from other ranks included. */
static bool multiplies_right(const Strip *strip)
{
    double *x = new_doubles(numbers_of(strip)), *y = new_doubles(numbers_of(strip));
    int right = 1, all;
    for (long i = 1; i <= strip->rows; i++)
        for (long j = 0; j < strip->columns; j++)
            row(strip, x, i)[j] = slope(strip, i, j);
    multiply(strip, x, y);
    for (long i = 1; i <= strip->rows; i++)
        for (long j = 0; j < strip->columns; j++) {
            double beyond = 0; /* neighbours that A takes for 0 */
            beyond += strip->first + i == 1 ? slope(strip, i - 1, j) : 0;
            beyond += strip->first + i == strip->all_rows ? slope(strip, i + 1, j) : 0;
            beyond += j == 0 ? slope(strip, i, j - 1) : 0;
            beyond += j + 1 == strip->columns ? slope(strip, i, j + 1) : 0;
            right = right && row(strip, y, i)[j] == beyond;
        }
    MPI_Allreduce(&right, &all, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    free(x);
    free(y);
    return all == 1;
}

/* Whether b - A x is what r says, and x nearer to 1 everywhere than 0 was. */
static bool is_right(const Strip *strip, double *x, double *r, double *b, double rr)
{
    double *rest = new_doubles(numbers_of(strip));
    double bb = dot(strip, b, b);
    multiply(strip, x, rest);
    add_scaled(strip, b, -1, rest); /* b - A x */
    add_to(strip, -1, rest, r);
    double difference = dot(strip, r, r);
    double error = 0, all;
    for (long i = 0; i < strip->rows * strip->columns; i++)
        error += (row(strip, x, 1)[i] - 1) * (row(strip, x, 1)[i] - 1);
    MPI_Allreduce(&error, &all, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    free(rest);
    double points = (double)strip->all_rows * (double)strip->columns;
    return difference <= 1e-20 * bb && rr <= bb * (1 + 1e-12) && all < points;
}

int main(int argc, char **argv)
{
    int ranks, rank;
    MPI_Init(&argc, &argv);
    Arguments arguments = read_arguments("conjugate_gradient", argc, argv);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    Strip strip = {.up = rank > 0 ? rank - 1 : MPI_PROC_NULL,
                   .down = rank + 1 < ranks ? rank + 1 : MPI_PROC_NULL,
                   .columns = arguments.size,
                   .all_rows = arguments.weak ? arguments.size * ranks : arguments.size};
    if (strip.all_rows < ranks)
        refuse("conjugate_gradient", "there are more ranks than rows to give them");
    strip.first = strip.all_rows * rank / ranks;
    strip.rows = strip.all_rows * (rank + 1) / ranks - strip.first;

    double *x = new_doubles(numbers_of(&strip)), *b = new_doubles(numbers_of(&strip));
    double *r = new_doubles(numbers_of(&strip)), rr;
    make_right_side(&strip, b);
    make_right_side(&strip, r);
    double start = MPI_Wtime();
    long done = solve(&strip, x, r, arguments.iterations, &rr);
    double seconds = MPI_Wtime() - start;

    bool right = is_right(&strip, x, r, b, rr) && multiplies_right(&strip);
    char what[160];
    snprintf(what, sizeof(what),
             "conjugate_gradient: %ld x %ld unknowns on %d ranks, %ld iterations, residual %.3e",
             strip.all_rows, strip.columns, ranks, done, sqrt(rr));
    int status = verdict(what, seconds, right);
    free(x);
    free(b);
    free(r);
    MPI_Finalize();
    return status;
}
