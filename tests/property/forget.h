/** @file
 *  What the groups of forgetful scenarios share: see property_forget.c.
 */
#pragma once

#include <stddef.h>

#define OCTEON "machine: {profile: octeon-cn5650}\n"
#define SMALL_CACHES                                                           \
    "machine: {profile: octeon-cn5650, l1: {write: write-back, size: 4KiB},\n" \
    "  l2: {scope: core, size: 16KiB}}\n"
#define SLOW_BUS                                                   \
    "machine: {profile: octeon-cn5650, memory: {rate: 700MB/s},\n" \
    "  interconnect: {rate: 900MB/s}}\n"
#define TWO_CHIPS "machine: {profile: loongson3a-2way, interconnect: {link: 500MB/s}}\n"
#define LOONGSON "machine: {profile: loongson3a}\n"
#define TWO "guests: {a: {cores: [0]}, b: {cores: [1]}}\n"
#define THREE "guests: {dom0: {cores: [0]}, a: {cores: [1]}, b: {cores: [2]}}\n"
#define APART "guests: {a: {cores: [0]}, b: {cores: [4]}, c: {cores: [1]}, d: {cores: [5]}}\n"
#define PAIR "guests: {a: {cores: [0, 1]}}\n"
#define FOUR "guests: {a: {cores: [0]}, b: {cores: [1]}, c: {cores: [2]}, d: {cores: [3]}}\n"

/** Scenarios that are tried together, and what has to be missed in one of them: each name is in one
 *  group only. Both lists end with NULL. */
typedef struct {
    const char *name;
    const char *const *scenarios; /**< without total and number of messages */
    const char *const *must_be_missed;
} ForgetGroup;

extern const ForgetGroup forget_machine, forget_tcp, forget_netfront, forget_rings,
    forget_datagrams, forget_sched, forget_requests, forget_slots, forget_sriov, forget_interrupts,
    forget_sync, forget_queues;
