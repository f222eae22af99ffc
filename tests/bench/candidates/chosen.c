/* The queue that the engine uses, for comparison with the candidates. */
#include "sim/engine/queue.h"

#define QUEUE IvcQueue
#define NAME bench_chosen = {"chosen", run}
#define queue_new ivc_queue_new
#define queue_free ivc_queue_free
#define queue_push ivc_queue_push
#define queue_pop ivc_queue_pop
#include "tests/bench/loop.h"
