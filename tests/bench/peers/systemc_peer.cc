/*
 * Peer: PHOLD, ping-pong and the message channel on SystemC. PHOLD and ping-pong are methods, the
 * fastest form there; the channel is there twice: as threads, which is how one writes blocking
 * senders and receivers in SystemC ("channel"), and as methods with hand-made states, which is how
 * ivcsim does it ("channel-methods"). With "-full" behind the name it is the whole of
 * ivcsim's model: the handler takes the receiver's core, and the books of books.h are kept.
 */
#include "tests/bench/peers/books.h"
#include "tests/bench/peers/channel.h"
#include "tests/bench/peers/peer.h"

#include <systemc>

#include <deque>
#include <memory>
#include <string>

using sc_core::sc_event;
using sc_core::sc_module;
using sc_core::sc_module_name;
using sc_core::sc_time;

namespace
{

uint64_t g_done;
uint64_t g_warm;
uint64_t g_events;
uint64_t g_start;

PholdRandom g_random;
std::deque<uint64_t> g_steps;

struct Token : sc_module {
    SC_HAS_PROCESS(Token);
    bool started = false;
    uint64_t at = 0;
    explicit Token(const sc_module_name &name) : sc_module(name)
    {
        SC_METHOD(Hop);
    }
    void Hop()
    {
        uint64_t bits = phold_next(&g_random);
        if (started) {
            if (g_done == g_warm) {
                g_start = phold_cpu_ns();
            }
            g_steps[at]++;
            if (++g_done == g_warm + g_events) {
                sc_core::sc_stop();
                return;
            }
        }
        started = true;
        at = phold_choice(bits, g_steps.size());
        next_trigger(sc_time::from_value(phold_delay(&g_random, bits)));
    }
};

struct Player : sc_module {
    SC_HAS_PROCESS(Player);
    sc_event ball;
    Player *other = nullptr;
    explicit Player(const sc_module_name &name) : sc_module(name)
    {
        SC_METHOD(Hit);
        sensitive << ball;
        dont_initialize();
    }
    void Hit()
    {
        if (++g_done < g_events) {
            other->ball.notify(sc_time::from_value(1000));
        }
    }
};

sc_time Cycles(unsigned n)
{
    return sc_time::from_value(uint64_t(n) * 1000000 / CHANNEL_MHZ);
}

/* A counter that can be waited for, without the event of sc_semaphore when nobody waits. */
struct Gate {
    int n;
    sc_event opened;
    explicit Gate(int first) : n(first)
    {
    }
    void Release()
    {
        if (n++ == 0) {
            opened.notify();
        }
    }
};

struct Channel : sc_module {
    SC_HAS_PROCESS(Channel);
    Books *const books; /* null: the bare steps */
    Gate room{CHANNEL_ROOM}, empty{1}, full{0}, arrived{0};
    const sc_time choose = Cycles(CHANNEL_CHOOSE), alloc = Cycles(CHANNEL_ALLOC),
                  poll = Cycles(CHANNEL_POLL), store = Cycles(CHANNEL_STORE),
                  leave = Cycles(CHANNEL_RETURN), interrupt = Cycles(CHANNEL_INTERRUPT),
                  load = Cycles(CHANNEL_LOAD), decode = Cycles(CHANNEL_DECODE),
                  acknowledge = Cycles(CHANNEL_ACKNOWLEDGE),
                  leave_interrupt = Cycles(CHANNEL_RETURN_INTERRUPT), match = Cycles(CHANNEL_MATCH),
                  copy = Cycles(CHANNEL_COPY), give = Cycles(CHANNEL_FREE),
                  leave_receiver = Cycles(CHANNEL_RETURN_RECEIVER);
    int sender_at = 0, handler_at = 0, receiver_at = 0;
    /* The receiver's core, which the handler takes: a step of the receiver ends later by as much. */
    bool handling = false;
    sc_event left;
    uint64_t entered = 0, taken = 0; /* since when it has the core; how long it had it before */
    uint64_t step_began = 0, step_length = 0, taken_before = 0;

    Channel(const sc_module_name &name, bool methods, Books *kept) : sc_module(name), books(kept)
    {
        if (methods) {
            SC_METHOD(SendStep);
            SC_METHOD(HandleStep);
            SC_METHOD(ReceiveStep);
        } else {
            SC_THREAD(Send);
            SC_THREAD(Handle);
            SC_THREAD(Receive);
        }
    }
    void Acquire(Gate &gate)
    {
        while (gate.n == 0) {
            wait(gate.opened);
        }
        gate.n--;
    }
    static uint64_t Now()
    {
        return sc_core::sc_time_stamp().value();
    }
    void Spend(int core, BooksStage stage, unsigned cycles)
    {
        if (books) {
            books_spend(books, core, stage, cycles);
        }
    }
    /* What the books note as each step begins; the copy's length is what the caches say. */
    void BeginSend()
    {
        if (books) {
            books_send(books, Now());
        }
        Spend(BOOKS_SENDER, BOOKS_SYSCALL, 100);
        Spend(BOOKS_SENDER, BOOKS_CHOOSE, CHANNEL_CHOOSE - 100);
    }
    void BeginAlloc()
    {
        Spend(BOOKS_SENDER, BOOKS_ALLOC, CHANNEL_ALLOC - 18);
        if (books) {
            books_take(books);
        }
    }
    void BeginPoll()
    {
        Spend(BOOKS_SENDER, BOOKS_PACK, 30);
        Spend(BOOKS_SENDER, BOOKS_LOAD, CHANNEL_POLL - 30);
    }
    void BeginMatch()
    {
        Spend(BOOKS_RECEIVER, BOOKS_SYSCALL, 100);
        Spend(BOOKS_RECEIVER, BOOKS_MATCH, CHANNEL_MATCH - 100);
    }
    void Enter()
    {
        Spend(BOOKS_RECEIVER, BOOKS_INTERRUPT, CHANNEL_INTERRUPT);
        if (books && !handling) {
            handling = true;
            entered = Now();
        }
    }
    void Leave()
    {
        arrived.Release();
        if (books && full.n == 0) { /* else it is entered again at once */
            taken += Now() - entered;
            handling = false;
            left.notify();
        }
    }
    void BeginStep(const sc_time &length)
    {
        step_began = Now();
        step_length = length.value();
        taken_before = taken + (handling ? step_began - entered : 0);
    }
    /* What is left of the receiver's step, now that the handler does not have the core. */
    uint64_t Left() const
    {
        uint64_t done = Now() - step_began - (taken - taken_before);
        return done < step_length ? step_length - done : 0;
    }
    void Run(const sc_time &length)
    {
        BeginStep(length);
        wait(length);
        while (books && (handling || Left() > 0)) {
            if (handling) {
                wait(left);
            } else {
                wait(sc_time::from_value(Left()));
            }
        }
    }
    bool IsOver()
    {
        if (!books || (!handling && Left() == 0)) {
            return true;
        }
        if (handling) {
            next_trigger(left);
        } else {
            next_trigger(sc_time::from_value(Left()));
        }
        return false;
    }
    void Trigger(const sc_time &length)
    {
        BeginStep(length);
        next_trigger(length);
    }
    sc_time BeginCopy()
    {
        return books ? sc_time::from_value(books_copy(books)) : copy;
    }
    void BeginFree()
    {
        Spend(BOOKS_RECEIVER, BOOKS_FREE, CHANNEL_FREE - 32);
        if (books) {
            books_give(books);
        }
    }
    void Send()
    {
        for (;;) {
            BeginSend();
            wait(choose);
            Acquire(room);
            BeginAlloc();
            wait(alloc);
            BeginPoll();
            wait(poll);
            Acquire(empty);
            Spend(BOOKS_SENDER, BOOKS_STORE, CHANNEL_STORE);
            wait(store);
            full.Release();
            Spend(BOOKS_SENDER, BOOKS_SYSCALL, CHANNEL_RETURN);
            wait(leave);
        }
    }
    void Handle()
    {
        for (;;) {
            Acquire(full);
            Enter();
            wait(interrupt);
            Spend(BOOKS_RECEIVER, BOOKS_LOAD, CHANNEL_LOAD);
            wait(load);
            Spend(BOOKS_RECEIVER, BOOKS_DISPATCH, CHANNEL_DECODE);
            wait(decode);
            Spend(BOOKS_RECEIVER, BOOKS_STORE, CHANNEL_ACKNOWLEDGE);
            wait(acknowledge);
            empty.Release();
            Spend(BOOKS_RECEIVER, BOOKS_RETURN_INTERRUPT, CHANNEL_RETURN_INTERRUPT);
            wait(leave_interrupt);
            Leave();
        }
    }
    void Receive()
    {
        for (;;) {
            Acquire(arrived);
            BeginMatch();
            Run(match);
            Run(BeginCopy());
            BeginFree();
            Run(give);
            room.Release();
            Spend(BOOKS_RECEIVER, BOOKS_SYSCALL, CHANNEL_RETURN_RECEIVER);
            Run(leave_receiver);
            Delivered();
        }
    }
    void Delivered()
    {
        if (books) {
            books_delivered(books, Now());
        }
        if (++g_done == g_events) {
            sc_core::sc_stop();
        }
    }
    bool Take(Gate &gate)
    {
        if (gate.n == 0) {
            next_trigger(gate.opened);
            return false;
        }
        gate.n--;
        return true;
    }
    /* A state is the step that begins now. */
    void SendStep()
    {
        switch (sender_at) {
        case 0:
            sender_at = 1;
            BeginSend();
            next_trigger(choose);
            return;
        case 1:
            if (Take(room)) {
                sender_at = 2;
                BeginAlloc();
                next_trigger(alloc);
            }
            return;
        case 2:
            sender_at = 3;
            BeginPoll();
            next_trigger(poll);
            return;
        case 3:
            if (Take(empty)) {
                sender_at = 4;
                Spend(BOOKS_SENDER, BOOKS_STORE, CHANNEL_STORE);
                next_trigger(store);
            }
            return;
        default:
            full.Release();
            sender_at = 0;
            Spend(BOOKS_SENDER, BOOKS_SYSCALL, CHANNEL_RETURN);
            next_trigger(leave);
            return;
        }
    }
    void HandleStep()
    {
        switch (handler_at) {
        case 5:
            Leave();
            handler_at = 0;
            [[fallthrough]];
        case 0:
            if (Take(full)) {
                handler_at = 1;
                Enter();
                next_trigger(interrupt);
            }
            return;
        case 1:
            handler_at = 2;
            Spend(BOOKS_RECEIVER, BOOKS_LOAD, CHANNEL_LOAD);
            next_trigger(load);
            return;
        case 2:
            handler_at = 3;
            Spend(BOOKS_RECEIVER, BOOKS_DISPATCH, CHANNEL_DECODE);
            next_trigger(decode);
            return;
        case 3:
            handler_at = 4;
            Spend(BOOKS_RECEIVER, BOOKS_STORE, CHANNEL_ACKNOWLEDGE);
            next_trigger(acknowledge);
            return;
        default:
            empty.Release();
            handler_at = 5;
            Spend(BOOKS_RECEIVER, BOOKS_RETURN_INTERRUPT, CHANNEL_RETURN_INTERRUPT);
            next_trigger(leave_interrupt);
            return;
        }
    }
    void ReceiveStep()
    {
        if (receiver_at != 0 && !IsOver()) {
            return;
        }
        switch (receiver_at) {
        case 4:
            Delivered();
            receiver_at = 0;
            [[fallthrough]];
        case 0:
            if (Take(arrived)) {
                receiver_at = 1;
                BeginMatch();
                Trigger(match);
            }
            return;
        case 1:
            receiver_at = 2;
            Trigger(BeginCopy());
            return;
        case 2:
            receiver_at = 3;
            BeginFree();
            Trigger(give);
            return;
        default:
            room.Release();
            receiver_at = 4;
            Spend(BOOKS_RECEIVER, BOOKS_SYSCALL, CHANNEL_RETURN_RECEIVER);
            Trigger(leave_receiver);
            return;
        }
    }
};

} // namespace

int sc_main(int argc, char **argv)
{
    PeerArguments arguments = peer_arguments(argc, argv);
    const std::string model = arguments.model;
    g_events = arguments.n;
    sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
    sc_core::sc_set_time_resolution(1, sc_core::SC_PS);
    std::deque<std::unique_ptr<sc_module>> modules;
    Books *books = nullptr;
    if (model == "phold") {
        g_steps.resize(arguments.size);
        g_warm = peer_warm_up(g_events, arguments.size);
        phold_init(&g_random, 42);
        for (uint64_t i = 0; i < arguments.size; i++) {
            modules.push_back(std::make_unique<Token>(("t" + std::to_string(i)).c_str()));
        }
    } else if (model == "pingpong") {
        auto a = std::make_unique<Player>("a");
        auto b = std::make_unique<Player>("b");
        a->other = b.get();
        b->other = a.get();
        a->ball.notify(sc_time::from_value(1000));
        modules.push_back(std::move(a));
        modules.push_back(std::move(b));
        g_start = phold_cpu_ns();
    } else {
        bool methods = model.find("-methods") != std::string::npos;
        books = model.find("-full") != std::string::npos ? books_new() : nullptr;
        modules.push_back(std::make_unique<Channel>("channel", methods, books));
        g_start = phold_cpu_ns();
    }
    sc_core::sc_start();
    uint64_t ns = phold_cpu_ns() - g_start;
    std::string name = "SystemC";
    if (model.compare(0, 7, "channel") == 0) {
        arguments.model = "channel";
        name += model.find("-methods") != std::string::npos ? " methods" : " threads";
        name += books ? " full" : "";
        fprintf(stderr, "simulated %.3f us a message\n",
                sc_core::sc_time_stamp().to_seconds() * 1e6 / double(g_events));
    }
    if (books) {
        books_check(books, g_events);
    }
    peer_print(name.c_str(), &arguments, ns);
    peer_leave();
    return 0;
}
