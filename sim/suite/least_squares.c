/*
 * Levenberg and Marquardt: near a place each error is a plane, of which trials give the slopes; the
 * least sum of squares of planes is found by solving equations. Several dampings are tried for each
 * set of slopes, because the errors are no planes. It ends when that gains less than a hundredth.
 *
 * Left out: slopes that are updated from one place to the next instead of being measured again.
 */
#include "sim/suite/least_squares.h"

#include <math.h>
#include <string.h>

#define MOVE 0.06      /* of a coordinate, to see what the errors do */
#define FARTHEST 0.35  /* that one step goes in a coordinate */
#define ROUNDS 8       /* at most */
#define WORTH 0.01     /* of the sum: less ends it */
#define SMALLEST 1e-12 /* a slope below that is none */

static const double dampings[] = {0.01, 0.1, 1};

typedef struct {
    guint n, m;
    double *slopes; /* m for each coordinate */
    double *errors; /* at the best place */
    double sum;
    double *matrix; /* n by n */
    double *step;
    bool *fixed; /* stays at its end */
} Work;

static double sum_of(const GArray *errors)
{
    double sum = 0;
    for (guint i = 0; i < errors->len; i++) {
        sum += g_array_index(errors, double, i) * g_array_index(errors, double, i);
    }
    return sum;
}

/* @return false: stop */
static bool measure_slopes(Work *work, const double *x, IvcErrorsAt errors_at, void *user)
{
    g_autofree double *place = g_memdup2(x, work->n * sizeof *x);
    for (guint i = 0; i < work->n; i++) {
        place[i] = x[i] + MOVE <= 1 ? x[i] + MOVE : x[i] - MOVE;
        const GArray *errors = errors_at(place, user);
        if (errors == NULL) {
            return false;
        }
        for (guint r = 0; r < work->m; r++) {
            work->slopes[i * work->m + r] =
                (g_array_index(errors, double, r) - work->errors[r]) / (place[i] - x[i]);
        }
        place[i] = x[i];
    }
    return true;
}

static double product(const double *a, const double *b, guint n)
{
    double sum = 0;
    for (guint i = 0; i < n; i++) {
        sum += a[i] * b[i];
    }
    return sum;
}

/* Solves for the step by Cholesky's factors; what is fixed has none. */
static void solve(Work *work, double damping)
{
    guint n = work->n;
    for (guint i = 0; i < n; i++) {
        const double *slope = &work->slopes[i * work->m];
        for (guint k = 0; k <= i; k++) {
            bool out = work->fixed[i] || work->fixed[k];
            work->matrix[i * n + k] = out ? 0 : product(slope, &work->slopes[k * work->m], work->m);
        }
        double own = work->matrix[i * n + i];
        work->matrix[i * n + i] = work->fixed[i] ? 1 : own * (1 + damping) + SMALLEST;
        work->step[i] = work->fixed[i] ? 0 : -product(slope, work->errors, work->m);
    }
    for (guint i = 0; i < n; i++) {
        double *row = &work->matrix[i * n];
        for (guint k = 0; k <= i; k++) {
            double rest = row[k] - product(row, &work->matrix[k * n], k);
            row[k] = k < i ? rest / work->matrix[k * n + k] : sqrt(fmax(rest, SMALLEST));
        }
        work->step[i] = (work->step[i] - product(row, work->step, i)) / row[i];
    }
    for (guint i = n; i-- > 0;) {
        for (guint k = i + 1; k < n; k++) {
            work->step[i] -= work->matrix[k * n + i] * work->step[k];
        }
        work->step[i] /= work->matrix[i * n + i];
    }
}

/* Steps that would leave the cube at once are taken out, and the others found anew. */
static void find_step(Work *work, const double *x, double damping)
{
    memset(work->fixed, 0, work->n * sizeof *work->fixed);
    for (bool again = true; again;) {
        again = false;
        solve(work, damping);
        for (guint i = 0; i < work->n; i++) {
            bool leaves = (x[i] <= 0 && work->step[i] < 0) || (x[i] >= 1 && work->step[i] > 0);
            again = again || (leaves && !work->fixed[i]);
            work->fixed[i] = work->fixed[i] || leaves;
        }
    }
}

/* Tries a step from `from`; a better place is kept in x. @return false: stop */
static bool try_step(Work *work, const double *from, double *x, IvcErrorsAt errors_at, void *user)
{
    g_autofree double *place = g_new(double, work->n);
    for (guint i = 0; i < work->n; i++) {
        place[i] = CLAMP(from[i] + CLAMP(work->step[i], -FARTHEST, FARTHEST), 0.0, 1.0);
    }
    const GArray *errors = errors_at(place, user);
    if (errors == NULL) {
        return false;
    }
    double sum = sum_of(errors);
    if (sum < work->sum) {
        work->sum = sum;
        memcpy(work->errors, errors->data, work->m * sizeof(double));
        memcpy(x, place, work->n * sizeof *x);
    }
    return true;
}

static void descend(Work *work, double *x, IvcErrorsAt errors_at, void *user)
{
    g_autofree double *from = g_new(double, work->n);
    g_autofree double *at_from = g_new(double, work->m);
    for (guint round = 0; round < ROUNDS; round++) {
        double before = work->sum;
        memcpy(from, x, work->n * sizeof *x);
        memcpy(at_from, work->errors, work->m * sizeof *at_from);
        if (!measure_slopes(work, from, errors_at, user)) {
            return;
        }
        for (gsize d = 0; d < G_N_ELEMENTS(dampings); d++) {
            g_autofree double *best = g_memdup2(work->errors, work->m * sizeof *best);
            double sum = work->sum;
            memcpy(work->errors, at_from, work->m * sizeof *at_from);
            find_step(work, from, dampings[d]);
            memcpy(work->errors, best, work->m * sizeof *best);
            work->sum = sum;
            if (!try_step(work, from, x, errors_at, user)) {
                return;
            }
        }
        if (work->sum > (1 - WORTH) * before) {
            return;
        }
    }
}

void ivc_least_squares(guint n, double *x, IvcErrorsAt errors_at, void *user)
{
    const GArray *errors = errors_at(x, user);
    if (errors == NULL || errors->len == 0) {
        return;
    }
    guint m = errors->len;
    g_autofree double *at_x = g_memdup2(errors->data, m * sizeof(double));
    g_autofree double *slopes = g_new0(double, (gsize)n *m);
    g_autofree double *matrix = g_new0(double, (gsize)n *n);
    g_autofree double *step = g_new0(double, n);
    g_autofree bool *fixed = g_new0(bool, n);
    Work work = {.n = n,
                 .m = m,
                 .slopes = slopes,
                 .errors = at_x,
                 .sum = sum_of(errors),
                 .matrix = matrix,
                 .step = step,
                 .fixed = fixed};
    descend(&work, x, errors_at, user);
}
