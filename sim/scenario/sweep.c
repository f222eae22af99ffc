/*
 * The sweep engine. Workers take points from one list, longest first; the thread that called
 * stores what they finish, so that the store has one user and each point is on disk before the next
 * is counted. Nothing that is stored depends on the number of workers or on their order. Leaves
 * out: output files and messages (the CLI), and locking the folder.
 */
#include "sim/scenario/sweep.h"

#include <string.h>

#include "sim/stats/result_json.h"

/* How long the caller's thread sleeps at most: a Ctrl-C is seen, and progress shown, that often. */
#define TICK_US 50000

/* Part of a point's expected cost that may be counted before it has finished, in 1/1024. */
#define RUNNING_SHARE_MAX 1000

/* Bytes that keep two threads from writing to one line of a cache, or to neighbours that are
 * fetched together. */
#define CACHE_LINES 128

typedef struct Work Work;

typedef struct {
    Work *work;
    GThread *thread;
    volatile uint64_t messages;
    const IvcSweepPoint *point; /* at work on; NULL: none; atomic */
    char apart[CACHE_LINES];    /* `messages` is counted up all the time, by each for itself */
} Worker;

/* What a worker hands back: a finished point, or point NULL when the worker has ended. */
typedef struct {
    const IvcSweepPoint *point;
    IvcStorePoint stored;
    bool stopped;
    GError *hindrance; /* what is wrong with this computer, not with the point; NULL: nothing */
} Finished;

struct Work {
    const IvcSweepOptions *options;
    GPtrArray *todo; /* const IvcSweepPoint *, longest first */
    int next;        /* index into todo; atomic */
    volatile int halt;
    GAsyncQueue *finished;
    Worker *workers;
    unsigned n_workers;
    unsigned repeats_at_once; /* where there are fewer points than jobs */
    unsigned alive;
    const char *current;
    int64_t start_us;
    IvcSweepStatus status;
    uint64_t cost_finished;
    GError *hindrance; /* the first one: no more points are started */
};

void ivc_sweep_point_clear(IvcSweepPoint *point)
{
    g_clear_pointer(&point->key, g_free);
    g_clear_pointer(&point->label, g_free);
    g_clear_pointer(&point->identity, g_free);
    g_clear_pointer(&point->sets, g_strfreev);
}

static void finished_free(gpointer data)
{
    Finished *finished = data;
    ivc_store_point_clear(&finished->stored);
    g_clear_error(&finished->hindrance);
    g_free(finished);
}

bool ivc_sweep_pending(IvcStore *store, const IvcSweepPoint *points, size_t n, bool failed_again,
                       bool **ret_pending, IvcSweepStatus *ret_status, GError **error)
{
    g_autofree bool *pending = g_new0(bool, MAX(n, 1));
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    IvcSweepStatus status = {0};
    for (size_t i = 0; i < n; i++) {
        if (!g_hash_table_add(seen, points[i].key)) {
            continue;
        }
        g_auto(IvcStorePoint) stored = {.status = IVC_STORE_NONE};
        if (store != NULL && !ivc_store_get(store, points[i].key, &stored, error)) {
            return false;
        }
        status.points++;
        bool failed = stored.status == IVC_STORE_FAILED;
        pending[i] = stored.status == IVC_STORE_NONE || (failed && failed_again);
        if (pending[i]) {
            status.cost_total += points[i].cost;
        } else {
            status.stored++;
            status.failed += failed;
        }
    }
    *ret_pending = g_steal_pointer(&pending);
    *ret_status = status;
    return true;
}

static gint longest_first(gconstpointer a, gconstpointer b)
{
    const IvcSweepPoint *left = *(const IvcSweepPoint *const *)a;
    const IvcSweepPoint *right = *(const IvcSweepPoint *const *)b;
    if (left->cost != right->cost) {
        return left->cost > right->cost ? -1 : 1;
    }
    return left < right ? -1 : 1; /* both point into one array */
}

void ivc_sweep_longest_first(GPtrArray *points)
{
    g_ptr_array_sort(points, longest_first);
}

static Finished *run_point(Worker *worker, const IvcSweepPoint *point)
{
    const IvcSweepOptions *options = worker->work->options;
    IvcRunHooks hooks = {
        .stop = &worker->work->halt,
        .messages = &worker->messages,
        .full = options->full,
        .jobs = worker->work->repeats_at_once,
    };
    g_autoptr(GError) error = NULL;
    int64_t start = g_get_monotonic_time();
    g_autoptr(IvcResult) result = options->run(point, &hooks, options->run_user, &error);
    Finished *finished = g_new0(Finished, 1);
    finished->point = point;
    finished->stored.wall_us = (uint64_t)(g_get_monotonic_time() - start);
    if (result != NULL) {
        finished->stored.status = IVC_STORE_OK;
        finished->stored.result = ivc_result_to_json(result);
    } else {
        finished->stopped = g_error_matches(error, IVC_SIM_ERROR, IVC_SIM_ERROR_STOPPED);
        finished->hindrance =
            error != NULL && error->domain != IVC_SIM_ERROR ? g_error_copy(error) : NULL;
        finished->stored.status = IVC_STORE_FAILED;
        finished->stored.message = g_utf8_make_valid(error != NULL ? error->message : "?", -1);
    }
    return finished;
}

static gpointer worker_main(gpointer data)
{
    Worker *worker = data;
    Work *work = worker->work;
    while (work->halt == 0) {
        unsigned at = (unsigned)g_atomic_int_add(&work->next, 1);
        if (at >= work->todo->len) {
            break;
        }
        const IvcSweepPoint *point = g_ptr_array_index(work->todo, at);
        worker->messages = 0;
        g_atomic_pointer_set(&worker->point, point);
        Finished *finished = run_point(worker, point);
        g_atomic_pointer_set(&worker->point, NULL);
        g_async_queue_push(work->finished, finished);
    }
    g_async_queue_push(work->finished, g_new0(Finished, 1));
    return NULL;
}

/* The part of the running points that is done, so that a bar moves while long ones run. */
static void update_status(Work *work)
{
    uint64_t cost = work->cost_finished;
    work->status.running = 0;
    for (unsigned i = 0; i < work->n_workers; i++) {
        const IvcSweepPoint *point = g_atomic_pointer_get(&work->workers[i].point);
        if (point == NULL) {
            continue;
        }
        work->status.running++;
        if (point->messages != 0) {
            uint64_t messages = MIN(work->workers[i].messages, point->messages);
            uint64_t share = messages * 1024 / point->messages;
            cost += point->cost / 1024 * MIN(share, RUNNING_SHARE_MAX);
        }
    }
    unsigned started = (unsigned)g_atomic_int_get(&work->next);
    if (started > 0) {
        const IvcSweepPoint *last =
            g_ptr_array_index(work->todo, MIN(started, work->todo->len) - 1);
        work->status.current = last->label;
    }
    work->status.cost_done = MIN(cost, work->status.cost_total);
    work->status.elapsed_us = (uint64_t)(g_get_monotonic_time() - work->start_us);
}

static bool take(Work *work, IvcStore *store, const Finished *finished, GError **error)
{
    if (finished->stopped) {
        return true; /* will be run from its start next time */
    }
    if (finished->hindrance != NULL) {
        if (work->hindrance == NULL) {
            work->hindrance = g_error_copy(finished->hindrance);
            g_prefix_error(&work->hindrance, "point %s: ", finished->point->label);
        }
        return true; /* this one, too */
    }
    if (!ivc_store_put(store, finished->point->key, &finished->stored, error)) {
        return false;
    }
    work->status.done++;
    work->cost_finished += finished->point->cost;
    if (finished->stored.status == IVC_STORE_FAILED) {
        work->status.failed++;
    }
    return true;
}

static bool must_stop(const Work *work)
{
    const IvcSweepOptions *options = work->options;
    return (options->stop != NULL && *options->stop != 0) ||
           (options->failures_max != 0 && work->status.failed >= options->failures_max);
}

/* Until the last worker has ended. After a store error the rest is thrown away. */
static bool collect(Work *work, IvcStore *store, GError **error)
{
    bool ok = true;
    while (work->alive > 0) {
        Finished *finished = g_async_queue_timeout_pop(work->finished, TICK_US);
        if (finished != NULL && finished->point == NULL) {
            work->alive--;
        } else if (finished != NULL && ok) {
            ok = take(work, store, finished, error);
        }
        g_clear_pointer(&finished, finished_free);
        if (!ok || work->hindrance != NULL || must_stop(work)) {
            g_atomic_int_set(&work->halt, 1);
        }
        update_status(work);
        if (ok && work->options->tick != NULL) {
            work->options->tick(&work->status, work->options->tick_user);
        }
    }
    return ok;
}

static bool run_workers(Work *work, IvcStore *store, GError **error)
{
    unsigned jobs = work->options->jobs;
    jobs = jobs != 0 ? jobs : g_get_num_processors();
    work->n_workers = MIN(jobs, work->todo->len);
    work->repeats_at_once = jobs / MAX(work->n_workers, 1);
    work->workers = g_new0(Worker, MAX(work->n_workers, 1));
    work->finished = g_async_queue_new_full(finished_free);
    for (unsigned i = 0; i < work->n_workers; i++) {
        Worker *worker = &work->workers[i];
        worker->work = work;
        worker->thread = g_thread_try_new("point", worker_main, worker, NULL);
        if (worker->thread == NULL) {
            break; /* no more threads to be had: fewer do the same work */
        }
        work->alive++;
    }
    if (work->n_workers > 0 && work->alive == 0) {
        /* Not even one: do the work here. No progress, but the same results. */
        work->alive = 1;
        worker_main(&work->workers[0]);
    }
    bool ok = collect(work, store, error);
    for (unsigned i = 0; i < work->n_workers; i++) {
        if (work->workers[i].thread != NULL) {
            g_thread_join(work->workers[i].thread);
        }
    }
    g_async_queue_unref(work->finished);
    g_free(work->workers);
    return ok;
}

bool ivc_sweep_run(IvcStore *store, const IvcSweepPoint *points, size_t n,
                   const IvcSweepOptions *options, IvcSweepOutcome *ret_outcome, GError **error)
{
    Work work = {.options = options, .start_us = g_get_monotonic_time()};
    g_autofree bool *pending = NULL;
    if (!ivc_sweep_pending(store, points, n, options->failed_again, &pending, &work.status,
                           error)) {
        return false;
    }
    work.status.failed = 0; /* from here on: those of this run */
    g_autoptr(GPtrArray) todo = g_ptr_array_new();
    for (size_t i = 0; i < n; i++) {
        if (pending[i]) {
            g_ptr_array_add(todo, (gpointer)&points[i]);
        }
    }
    ivc_sweep_longest_first(todo);
    work.todo = todo;
    bool ok = run_workers(&work, store, error);
    if (work.hindrance != NULL) {
        if (ok) {
            g_propagate_error(error, work.hindrance);
        } else {
            g_error_free(work.hindrance);
        }
        return false;
    }
    if (!ok) {
        return false;
    }
    work.status.current = NULL;
    ret_outcome->status = work.status;
    ret_outcome->stopped = work.status.done < todo->len;
    return true;
}
