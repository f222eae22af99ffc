/*
 * Peer: PHOLD, ping-pong and the message channel on SimGrid. PHOLD is sleeping actors, ping-pong
 * actors that sleep and release each other's semaphore, the cheapest forms there. The channel is
 * there twice: steps as executions on hosts, so that handler and receiver share a core and copies
 * a bus ("channel"), and as plain sleeps, the cheapest form ("channel-sleep"). With "-full" behind
 * the name it is the whole of ivcsim's model: the handler takes the receiver's core, and the books
 * of books.h are kept.
 *
 * SimGrid is under the GNU LGPL version 2.1. Only this program, which is built for comparison and
 * never installed, links it. One simulated second stands for one microsecond.
 */
#include <stdbool.h>
#include <stddef.h>

#include <simgrid/actor.h>
#include <simgrid/engine.h>
#include <simgrid/exec.h>
#include <simgrid/host.h>
#include <simgrid/semaphore.h>

#include <sys/mman.h>
#include <unistd.h>

#include "tests/bench/peers/books.h"
#include "tests/bench/peers/channel.h"
#include "tests/bench/peers/peer.h"

/* Speeds in cycles a microsecond, so that an execution is as long as its cycles. */
static const char platform[] =
    "<?xml version='1.0'?><!DOCTYPE platform SYSTEM "
    "\"https://simgrid.org/simgrid.dtd\"><platform version=\"4.1\"><zone id=\"z\" "
    "routing=\"Full\"><host id=\"a\" speed=\"800f\"/><host id=\"b\" speed=\"800f\"/>"
    "<host id=\"bus\" speed=\"800f\"/></zone></platform>\n";

static struct {
    PholdRandom random;
    uint64_t *steps;
    uint64_t size;
    uint64_t done, warm, events;
    uint64_t start, end;
    bool over, sleeps;
    sg_sem_t balls[2];
    sg_sem_t room, empty, full, arrived;
    Books *books; /* NULL: the bare steps */
} s;

static void token(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    while (!s.over) {
        uint64_t bits = phold_next(&s.random);
        sg_actor_sleep_for((double)phold_delay(&s.random, bits) / PHOLD_UNIT_PS);
        if (s.done == s.warm) {
            s.start = phold_cpu_ns();
        }
        s.steps[phold_choice(bits, s.size)]++;
        if (++s.done == s.warm + s.events) {
            s.end = phold_cpu_ns();
            s.over = true;
        }
    }
}

static void player(int argc, char **argv)
{
    (void)argc;
    size_t me = (size_t)(argv[1][0] - '0');
    while (!s.over) {
        sg_sem_acquire(s.balls[me]);
        sg_actor_sleep_for(0.001);
        if (++s.done == s.events) {
            s.end = phold_cpu_ns();
            s.over = true;
        }
        sg_sem_release(s.balls[1 - me]);
    }
}

/* What the books note as a step begins: up to two stages of it. */
static void spend(int core, BooksStage stage, unsigned cycles)
{
    if (s.books)
        books_spend(s.books, core, stage, cycles);
}

static uint64_t now_ps(void)
{
    return (uint64_t)(simgrid_get_clock() * 1e6 + 0.5);
}

static void step(unsigned cycles)
{
    if (s.sleeps) {
        sg_actor_sleep_for((double)cycles / CHANNEL_MHZ);
    } else {
        sg_actor_execute(cycles);
    }
}

static void step_of(int core, BooksStage stage, unsigned cycles)
{
    spend(core, stage, cycles);
    step(cycles);
}

/* The handler's: it leaves a receiver that runs at the same time next to nothing of the core. */
static void step_urgent(BooksStage stage, unsigned cycles)
{
    spend(BOOKS_RECEIVER, stage, cycles);
    if (s.books)
        sg_actor_execute_with_priority(cycles, 1000);
    else
        step(cycles);
}

static void sender(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    for (uint64_t i = 0; i < s.events; i++) {
        if (s.books)
            books_send(s.books, now_ps());
        spend(BOOKS_SENDER, BOOKS_SYSCALL, 100);
        spend(BOOKS_SENDER, BOOKS_CHOOSE, CHANNEL_CHOOSE - 100);
        step(CHANNEL_CHOOSE);
        sg_sem_acquire(s.room);
        spend(BOOKS_SENDER, BOOKS_ALLOC, CHANNEL_ALLOC - 18);
        if (s.books)
            books_take(s.books);
        step(CHANNEL_ALLOC);
        spend(BOOKS_SENDER, BOOKS_PACK, 30);
        spend(BOOKS_SENDER, BOOKS_LOAD, CHANNEL_POLL - 30);
        step(CHANNEL_POLL);
        sg_sem_acquire(s.empty);
        step_of(BOOKS_SENDER, BOOKS_STORE, CHANNEL_STORE);
        sg_sem_release(s.full);
        step_of(BOOKS_SENDER, BOOKS_SYSCALL, CHANNEL_RETURN);
    }
}

static void handler(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    for (uint64_t i = 0; i < s.events; i++) {
        sg_sem_acquire(s.full);
        step_urgent(BOOKS_INTERRUPT, CHANNEL_INTERRUPT);
        step_urgent(BOOKS_LOAD, CHANNEL_LOAD);
        step_urgent(BOOKS_DISPATCH, CHANNEL_DECODE);
        step_urgent(BOOKS_STORE, CHANNEL_ACKNOWLEDGE);
        sg_sem_release(s.empty);
        step_urgent(BOOKS_RETURN_INTERRUPT, CHANNEL_RETURN_INTERRUPT);
        sg_sem_release(s.arrived);
    }
}

static void copy_out(sg_host_t bus)
{
    /* The length is what the caches say. */
    double cycles = s.books ? (double)books_copy(s.books) * CHANNEL_MHZ / 1e6 : CHANNEL_COPY;
    if (s.sleeps) {
        sg_actor_sleep_for(cycles / CHANNEL_MHZ);
        return;
    }
    sg_exec_t copy = sg_actor_exec_init(cycles);
    sg_exec_set_host(copy, bus);
    sg_exec_start(copy);
    sg_exec_wait(copy);
}

static void receiver(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    sg_host_t bus = sg_host_by_name("bus");
    for (uint64_t i = 0; i < s.events; i++) {
        sg_sem_acquire(s.arrived);
        spend(BOOKS_RECEIVER, BOOKS_SYSCALL, 100);
        spend(BOOKS_RECEIVER, BOOKS_MATCH, CHANNEL_MATCH - 100);
        step(CHANNEL_MATCH);
        copy_out(bus);
        spend(BOOKS_RECEIVER, BOOKS_FREE, CHANNEL_FREE - 32);
        if (s.books)
            books_give(s.books);
        step(CHANNEL_FREE);
        sg_sem_release(s.room);
        step_of(BOOKS_RECEIVER, BOOKS_SYSCALL, CHANNEL_RETURN_RECEIVER);
        if (s.books)
            books_delivered(s.books, now_ps());
    }
    s.end = phold_cpu_ns();
}

static void platform_load(void)
{
    char path[32];
    int file = memfd_create("platform", 0);
    if (file < 0 || write(file, platform, sizeof platform - 1) != (ssize_t)sizeof platform - 1) {
        perror("simgrid_peer");
        exit(1);
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    simgrid_load_platform(path);
}

int main(int argc, char **argv)
{
    simgrid_init(&argc, argv);
    PeerArguments arguments = peer_arguments(argc, argv);
    const char *name = "SimGrid";
    bool is_channel = strncmp(arguments.model, "channel", 7) == 0;
    platform_load();
    sg_host_t a = sg_host_by_name("a"), b = sg_host_by_name("b");
    s.events = arguments.n;
    if (strcmp(arguments.model, "phold") == 0) {
        s.size = arguments.size;
        s.steps = calloc(s.size, sizeof *s.steps);
        s.warm = peer_warm_up(s.events, s.size);
        phold_init(&s.random, 42);
        for (uint64_t i = 0; i < s.size; i++)
            sg_actor_create("t", a, token, 0, NULL);
    } else if (!is_channel) {
        char *players[2][3] = {{"p", "0", NULL}, {"p", "1", NULL}};
        for (int i = 0; i < 2; i++) {
            s.balls[i] = sg_sem_init(i == 0);
            sg_actor_create("p", a, player, 2, players[i]);
        }
        s.start = phold_cpu_ns();
    } else {
        s.sleeps = strstr(arguments.model, "-sleep") != NULL;
        if (strstr(arguments.model, "-full"))
            s.books = books_new();
        arguments.model = "channel";
        name = s.sleeps  ? "SimGrid sleeps"
               : s.books ? "SimGrid executions full"
                         : "SimGrid executions";
        s.room = sg_sem_init(CHANNEL_ROOM);
        s.empty = sg_sem_init(1);
        s.full = sg_sem_init(0);
        s.arrived = sg_sem_init(0);
        sg_actor_create("s", a, sender, 0, NULL);
        sg_actor_create("h", b, handler, 0, NULL);
        sg_actor_create("r", b, receiver, 0, NULL);
        s.start = phold_cpu_ns();
    }
    simgrid_run();
    if (s.books) {
        books_check(s.books, s.events);
    }
    peer_print(name, &arguments, s.end - s.start);
    if (is_channel) {
        fprintf(stderr, "simulated %.3f us a message\n", simgrid_get_clock() / (double)s.events);
    }
    peer_leave();
}
