/*
 * Peer: PHOLD, ping-pong and the message channel on SystemC. PHOLD and ping-pong are methods, the
 * fastest form there; the channel is there twice: as threads, which is how one writes blocking
 * senders and receivers in SystemC ("channel"), and as methods with hand-made states, which is how
 * ivcsim does it ("channel-methods").
 */
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

    Channel(const sc_module_name &name, bool methods) : sc_module(name)
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
    void Send()
    {
        for (;;) {
            wait(choose);
            Acquire(room);
            wait(alloc);
            wait(poll);
            Acquire(empty);
            wait(store);
            full.Release();
            wait(leave);
        }
    }
    void Handle()
    {
        for (;;) {
            Acquire(full);
            wait(interrupt);
            wait(load);
            wait(decode);
            wait(acknowledge);
            empty.Release();
            wait(leave_interrupt);
            arrived.Release();
        }
    }
    void Receive()
    {
        for (;;) {
            Acquire(arrived);
            wait(match);
            wait(copy);
            wait(give);
            room.Release();
            wait(leave_receiver);
            Delivered();
        }
    }
    void Delivered()
    {
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
            next_trigger(choose);
            return;
        case 1:
            if (Take(room)) {
                sender_at = 2;
                next_trigger(alloc);
            }
            return;
        case 2:
            sender_at = 3;
            next_trigger(poll);
            return;
        case 3:
            if (Take(empty)) {
                sender_at = 4;
                next_trigger(store);
            }
            return;
        default:
            full.Release();
            sender_at = 0;
            next_trigger(leave);
            return;
        }
    }
    void HandleStep()
    {
        switch (handler_at) {
        case 5:
            arrived.Release();
            handler_at = 0;
            [[fallthrough]];
        case 0:
            if (Take(full)) {
                handler_at = 1;
                next_trigger(interrupt);
            }
            return;
        case 1:
            handler_at = 2;
            next_trigger(load);
            return;
        case 2:
            handler_at = 3;
            next_trigger(decode);
            return;
        case 3:
            handler_at = 4;
            next_trigger(acknowledge);
            return;
        default:
            empty.Release();
            handler_at = 5;
            next_trigger(leave_interrupt);
            return;
        }
    }
    void ReceiveStep()
    {
        switch (receiver_at) {
        case 4:
            Delivered();
            receiver_at = 0;
            [[fallthrough]];
        case 0:
            if (Take(arrived)) {
                receiver_at = 1;
                next_trigger(match);
            }
            return;
        case 1:
            receiver_at = 2;
            next_trigger(copy);
            return;
        case 2:
            receiver_at = 3;
            next_trigger(give);
            return;
        default:
            room.Release();
            receiver_at = 4;
            next_trigger(leave_receiver);
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
        modules.push_back(std::make_unique<Channel>("channel", model == "channel-methods"));
        g_start = phold_cpu_ns();
    }
    sc_core::sc_start();
    uint64_t ns = phold_cpu_ns() - g_start;
    if (model == "channel-methods") {
        arguments.model = "channel";
        peer_print("SystemC methods", &arguments, ns);
    } else {
        peer_print(model == "channel" ? "SystemC threads" : "SystemC", &arguments, ns);
    }
    if (model.compare(0, 7, "channel") == 0) {
        fprintf(stderr, "simulated %.3f us a message\n",
                sc_core::sc_time_stamp().to_seconds() * 1e6 / double(g_events));
    }
    fflush(stdout);
    _Exit(0); /* thousands of modules take long to take down, and that is not measured */
}
