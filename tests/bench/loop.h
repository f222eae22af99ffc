/*
 * The measured loop: pop an item, call its target's function, which pushes the next. Included
 * once by each queue under test after it has defined QUEUE (a type), NAME, queue_new, queue_free,
 * queue_push and queue_pop, so that each compiler sees the queue as its users would.
 */
#include "tests/bench/bench.h"
#include "tests/bench/phold.h"

typedef struct Loop Loop;
typedef struct {
    void (*step)(Loop *loop, uint64_t time, uint64_t tag);
    uint64_t steps;
} Process;

struct Loop {
    QUEUE *queue;
    uint64_t sequence;
    uint64_t hash;
    Process *processes;
    size_t count;
    PholdRandom random;
};

static void loop_push(Loop *loop, uint64_t time, size_t process)
{
    IvcQueueItem item = {time, loop->sequence++, &loop->processes[process]};
    if (!queue_push(loop->queue, item)) {
        g_error("queue full");
    }
}

static void step_phold(Loop *loop, uint64_t time, uint64_t tag)
{
    uint64_t bits = phold_next(&loop->random);
    loop->hash = phold_mix(loop->hash, time);
    loop->processes[tag].steps++;
    loop_push(loop, time + phold_delay(&loop->random, bits), phold_choice(bits, loop->count));
}

static void step_ping_pong(Loop *loop, uint64_t time, uint64_t tag)
{
    loop->hash = phold_mix(loop->hash, time);
    loop->processes[tag].steps++;
    loop_push(loop, time + 100, 1 - tag);
}

static void step_cycles(Loop *loop, uint64_t time, uint64_t tag)
{
    static const uint16_t base[16] = {1, 1, 1, 1, 1, 1, 1, 1, 10, 10, 10, 10, 10, 100, 100, 400};
    static const uint16_t span[16] = {4, 4, 4, 4, 4, 4, 4, 4, 32, 32, 32, 32, 32, 128, 128, 1024};
    uint64_t bits = phold_next(&loop->random);
    uint64_t delay = base[bits >> 60] + ((bits >> 32) & (span[bits >> 60] - 1U));
    loop->hash = phold_mix(loop->hash, time);
    loop->processes[tag].steps++;
    loop_push(loop, time + delay, phold_choice(bits, loop->count));
}

static void step_lockstep(Loop *loop, uint64_t time, uint64_t tag)
{
    loop->hash = phold_mix(loop->hash, time ^ tag);
    loop->processes[tag].steps++;
    loop_push(loop, time + 1000, tag);
}

static BenchResult run(BenchWorkload workload, size_t pending, uint64_t events)
{
    void (*const steps[])(Loop *, uint64_t, uint64_t) = {
        [BENCH_PING_PONG] = step_ping_pong,
        [BENCH_PHOLD] = step_phold,
        [BENCH_CYCLES] = step_cycles,
        [BENCH_LOCKSTEP] = step_lockstep,
    };
    size_t count = workload == BENCH_PING_PONG ? 2 : pending;
    Loop loop = {.queue = queue_new(count + 1), .count = count};
    loop.processes = g_new0(Process, count);
    phold_init(&loop.random, 42);
    for (size_t i = 0; i < count; i++) {
        loop.processes[i].step = steps[workload];
        if (workload == BENCH_PHOLD) {
            loop_push(&loop, phold_delay(&loop.random, phold_next(&loop.random)), i);
        } else if (workload != BENCH_PING_PONG || i == 0) {
            loop_push(&loop, 1, i);
        }
    }
    uint64_t start = 0;
    uint64_t warm = MIN(events / 4, 4 * count);
    for (uint64_t i = 0; i < warm + events; i++) {
        IvcQueueItem item;
        if (i == warm) {
            start = phold_cpu_ns();
        }
        if (!queue_pop(loop.queue, &item)) {
            g_error("queue empty");
        }
        Process *process = item.target;
        process->step(&loop, item.time, (uint64_t)(process - loop.processes));
    }
    BenchResult result = {phold_cpu_ns() - start, loop.hash};
    g_free(loop.processes);
    queue_free(loop.queue);
    return result;
}

const BenchQueue NAME;
