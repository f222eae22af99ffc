/* Master and workers: rank 0 hands out tasks, one at a time, to whoever has finished the last one.
 * Messages are few bytes long: what counts is how long one takes, and how soon the master answers.
 *
 *     master_worker [-w] TASKS STEPS     TASKS in all; with -w so many for each worker
 *
 * The tasks together integrate 4 / (1 + x^2) from 0 to 1, which is pi. Task k is STEPS x (1 + k mod
 * 4) steps long: tasks that are not alike are why they are handed out and not divided beforehand.
 *
 * Messages in all: one of 16 bytes for each task, one of 16 bytes back, and one of 16 bytes that
 * sends each worker home.
 *
 * Verified: every task comes back once, and the sum of all is pi. The sum is taken in the order of
 * the tasks: it does not depend on who did which. */
#include <math.h>

#include "example.h"

#define PI 3.14159265358979323846

enum { TAG_TASK, TAG_HOME, TAG_RESULT };

typedef struct {
    double task; /* its number */
    double value;
} Result;

/* The part of the integral that belongs to one task: the four pieces of a group of four tasks have
 * 1, 2, 3 and 4 tenths of the group's interval. */
static double integrate(long task, long tasks, long steps)
{
    long groups = (tasks + 3) / 4, kind = task % 4;
    const double begins[] = {0, 0.1, 0.3, 0.6};
    long n = steps * (kind + 1);
    double left = ((double)(task / 4) + begins[kind]) / (double)groups;
    double step = 0.1 * (double)(kind + 1) / (double)groups / (double)n;
    double sum = 0;
    for (long i = 0; i < n; i++) {
        double x = left + ((double)i + 0.5) * step;
        sum += 4 / (1 + x * x);
    }
    computed(7.0 * (double)n);
    return sum * step;
}

static void send_task(long task, int worker)
{
    long message[2] = {task, 0};
    MPI_Send(message, 2, MPI_LONG, worker, TAG_TASK, MPI_COMM_WORLD);
}

static void send_home(int worker)
{
    long message[2] = {0, 0};
    MPI_Send(message, 2, MPI_LONG, worker, TAG_HOME, MPI_COMM_WORLD);
}

/* Hands out all tasks; values[k] is set to the result of task k. Returns how many came back. */
static long lead(long tasks, int ranks, double *values)
{
    long given = 0, back = 0;
    int busy = 0;
    for (int worker = 1; worker < ranks; worker++) {
        if (given < tasks) {
            send_task(given++, worker);
            busy++;
        } else {
            send_home(worker);
        }
    }
    while (busy > 0) {
        Result result;
        MPI_Status status;
        MPI_Recv(&result, 2, MPI_DOUBLE, MPI_ANY_SOURCE, TAG_RESULT, MPI_COMM_WORLD, &status);
        values[(long)result.task] += result.value;
        back++;
        if (given < tasks) {
            send_task(given++, status.MPI_SOURCE);
        } else {
            send_home(status.MPI_SOURCE);
            busy--;
        }
    }
    return back;
}

static void work(long tasks, long steps)
{
    for (;;) {
        long message[2];
        MPI_Status status;
        MPI_Recv(message, 2, MPI_LONG, 0, MPI_ANY_TAG, MPI_COMM_WORLD, &status);
        if (status.MPI_TAG == TAG_HOME)
            return;
        Result result = {(double)message[0], integrate(message[0], tasks, steps)};
        MPI_Send(&result, 2, MPI_DOUBLE, 0, TAG_RESULT, MPI_COMM_WORLD);
    }
}

int main(int argc, char **argv)
{
    int ranks, rank;
    MPI_Init(&argc, &argv);
    Arguments arguments = read_arguments("master_worker", argc, argv);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (ranks < 2)
        refuse("master_worker", "a master needs at least one worker: two ranks");
    long tasks = arguments.weak ? arguments.size * (ranks - 1) : arguments.size;
    tasks = (tasks + 3) / 4 * 4; /* whole groups of four, so that they cover the interval */

    double start = MPI_Wtime(), seconds = 0;
    int right = 1;
    if (rank == 0) {
        double *values = new_doubles((size_t)tasks), sum = 0;
        long back = lead(tasks, ranks, values);
        seconds = MPI_Wtime() - start;
        for (long task = 0; task < tasks; task++)
            sum += values[task];
        double step = 0.4 / (double)tasks / (double)arguments.iterations;
        right = back == tasks && fabs(sum - PI) < 4 * step * step + 1e-12;
        free(values);
    } else {
        work(tasks, arguments.iterations);
    }
    MPI_Bcast(&right, 1, MPI_INT, 0, MPI_COMM_WORLD);
    char what[160];
    snprintf(what, sizeof(what), "master_worker: %ld tasks of %ld to %ld steps on %d workers",
             tasks, arguments.iterations, 4 * arguments.iterations, ranks - 1);
    int status = verdict(what, seconds, right == 1);
    MPI_Finalize();
    return status;
}
