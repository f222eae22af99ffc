/*
 * Peer: PHOLD on the priority-queue scheduler of ns-3, the fastest of its schedulers here. The
 * same delays and choices as the other peers, time in picoseconds.
 *
 * ns-3 is under the GNU GPL version 2. Only this program, which is built by hand for comparison
 * and never installed, links it; ivcsim and its libraries must not.
 *
 * Prints one line "ns3-priority-queue,PROCESSES,NS_PER_EVENT".
 * Usage: ns3_phold [processes] [events].
 */
#include "tests/bench/phold.h"

#include <ns3/core-module.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
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

} // namespace

int main(int argc, char **argv)
{
    uint64_t processes = argc > 1 ? strtoull(argv[1], nullptr, 10) : 1024;
    g_events = argc > 2 ? strtoull(argv[2], nullptr, 10) : 2000000;
    if (processes == 0 || g_events == 0) {
        fprintf(stderr, "usage: ns3_phold [processes] [events]\n");
        return 2;
    }
    ns3::Time::SetResolution(ns3::Time::PS);
    ns3::ObjectFactory scheduler("ns3::PriorityQueueScheduler");
    ns3::Simulator::SetScheduler(scheduler);
    g_steps.resize(processes);
    g_warm = std::min(g_events / 4, 4 * processes);
    phold_init(&g_random, 42);
    for (uint64_t i = 0; i < processes; i++) {
        uint64_t delay = phold_delay(&g_random, phold_next(&g_random));
        ns3::Simulator::Schedule(ns3::TimeStep(delay), &Step, i);
    }
    ns3::Simulator::Run();
    double ns = static_cast<double>(phold_cpu_ns() - g_start);
    printf("ns3-priority-queue,%llu,%.2f\n", static_cast<unsigned long long>(processes),
           ns / static_cast<double>(g_events));
    ns3::Simulator::Destroy();
    return 0;
}
