/*
 * Peer: PHOLD and ping-pong on the priority-queue scheduler of ns-3, the fastest of its schedulers
 * here. The same delays and choices as the other peers, time in picoseconds.
 *
 * ns-3 is under the GNU GPL version 2. Only this program, which is built for comparison and never
 * installed, links it; ivcsim and its libraries must not.
 */
#include "tests/bench/peers/peer.h"

#include <ns3/core-module.h>

#include <vector>

namespace
{

PholdRandom g_random;
std::vector<uint64_t> g_steps;
uint64_t g_done;
uint64_t g_warm;
uint64_t g_events;
uint64_t g_start;

void Step(uint64_t process)
{
    if (g_done == g_warm) {
        g_start = phold_cpu_ns();
    }
    g_steps[process]++;
    if (++g_done == g_warm + g_events) {
        ns3::Simulator::Stop();
        return;
    }
    uint64_t bits = phold_next(&g_random);
    uint64_t delay = phold_delay(&g_random, bits);
    ns3::Simulator::Schedule(ns3::TimeStep(delay), &Step, phold_choice(bits, g_steps.size()));
}

void Hit(uint64_t player)
{
    if (++g_done < g_events) {
        ns3::Simulator::Schedule(ns3::TimeStep(1000), &Hit, 1 - player);
    }
}

} // namespace

int main(int argc, char **argv)
{
    PeerArguments arguments = peer_arguments(argc, argv);
    g_events = arguments.n;
    ns3::Time::SetResolution(ns3::Time::PS);
    ns3::ObjectFactory scheduler("ns3::PriorityQueueScheduler");
    ns3::Simulator::SetScheduler(scheduler);
    if (strcmp(arguments.model, "phold") == 0) {
        g_steps.resize(arguments.size);
        g_warm = peer_warm_up(g_events, arguments.size);
        phold_init(&g_random, 42);
        for (uint64_t i = 0; i < arguments.size; i++) {
            uint64_t delay = phold_delay(&g_random, phold_next(&g_random));
            ns3::Simulator::Schedule(ns3::TimeStep(delay), &Step, i);
        }
    } else {
        ns3::Simulator::Schedule(ns3::TimeStep(1000), &Hit, uint64_t(0));
        g_start = phold_cpu_ns();
    }
    ns3::Simulator::Run();
    peer_print("ns-3", &arguments, phold_cpu_ns() - g_start);
    ns3::Simulator::Destroy();
    return 0;
}
