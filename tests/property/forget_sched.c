/* What may be forgotten of the schedulers of virtual CPUs. A run under a scheduler recurs when its
 * rounds fit the credit that is handed out: costs are such that a round trip takes 0.8 or 1 ms, and
 * each virtual CPU runs for half of it. */
#include "tests/property/forget.h"

#define ROUND                                                                               \
    "machine:\n  profile: loongson3a\n  copy: {setup: 0ns, word: 8ns}\n  atomic: 10ns\n"    \
    "  read: {l2: 0ns, other: 0ns, memory: 0ns}\n"                                          \
    "  write: {l2: 0ns, other: 0ns, memory: 0ns}\n"                                         \
    "  memory: {rate: 100TB/s}\n  interconnect: {rate: 100TB/s}\n"                          \
    "  os: {syscall_enter: 100ns, syscall_exit: 100ns, block: 100ns, wake: 100ns,\n"        \
    "    resume: 100ns, idle_exit: 100ns}\n"                                                \
    "hypervisor: {idle_wake: 200ns, idle_switch: 200ns, domain_switch: 300ns, tlb_refill: " \
    "300ns,\n"                                                                              \
    "  reschedule_flight: 318ns, "
#define RING(send)                                                                        \
    "channels:\n  c: {mechanism: xen-ring, between: [a, b], header: 40B, ring: 4KiB,\n"   \
    "    send_overhead: " send ", recv_overhead: 100ns, call: 100ns, hypercall: 200ns,\n" \
    "    event_send: 200ns, event_flight: 200ns, idle_wake: 200ns, vcpu_switch: 200ns,\n" \
    "    upcall_entry: 200ns, upcall_exit: 200ns, event_dispatch: 200ns}\n"               \
    "workload: {kind: pingpong, message: 984B, "

static const char *const scenarios[] = {
    ROUND "scheduler: credit2}\nguests: {a: {cores: [1]}, b: {cores: [2]}}\n" RING("495132ns"),
    ROUND
    "scheduler: credit2}\nguests: {a: {cores: [1], cap: 40}, b: {cores: [2]}}\n" RING("495132ns"),
    ROUND "scheduler: credit}\nguests: {a: {cores: [1]}, b: {cores: [2]}}\n" RING("395132ns"),
    ROUND
    "scheduler: credit}\nguests: {a: {cores: [1], cap: 40}, b: {cores: [2]}}\n" RING("395132ns"),
    NULL,
};

static const char *const must_be_missed[] = {
    "sched_credit.c: (uint64_t)sched->balance",
    "sched_credit.c: (uint64_t)vcpu->credit",
    "sched_credit.c: sched->sim->now % account_ps(sched)",
    "sched_credit2.c: (uint64_t)domain->budget",
    "sched_credit2.c: (uint64_t)vcpu->credit",
    "sched_credit2.c: sched->sim->now % spec_of(sched)->cap_period.ps",
    NULL,
};

const ForgetGroup forget_sched = {"sched", scenarios, must_be_missed};
