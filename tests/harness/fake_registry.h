/** @file
 *  A small registry for tests of the scenario layer: a chip with six parameters, two mechanisms,
 *  two workloads and one profile, none of which can run.
 */
#pragma once

#include "sim/model/component.h"

typedef struct {
    uint64_t cores;
    IvcFrequency clock;
    IvcBytes memory_size;
    IvcBitRate memory_rate;
    IvcCost interrupt_entry;
    IvcCost interrupt_exit;
    const char *registers_block;
} IvcFakeMachine;

typedef struct {
    IvcBytes region;
    uint64_t slots;
    IvcCost poll;
    int copies;
    IvcNameList readers;
} IvcFakeRing;

typedef struct {
    IvcSpan delay;
    bool eager;
} IvcFakeNemesis;

typedef struct {
    uint64_t window;
} IvcFakeStream;

/** Mechanisms `ring` and `nemesis` (one OS), workloads `stream` and `pairs` (ranks in pairs, at
 *  least 2), profile `tiny` (4 cores). */
extern const IvcRegistry ivc_fake_registry;

/** A scenario that binds against it without a diagnostic. */
extern const char ivc_fake_scenario[];
