/* Conformance of an inter-core register block: sequences of accesses as a driver would make them,
 * with what each must answer and what every core's interrupt lines must be afterwards. */
#pragma once

#include "models/ipi/register_block.h"
#include "tests/harness/check.h"

#define STEPS_MAX 10

/* The manycore block: cores 0, 1 and 1,023. */
#define M0 UINT64_C(0x100000000000)
#define M1 UINT64_C(0x100000001000)
#define M1023 UINT64_C(0x1000003ff000)

/* The mailboxes of TI: clusters of cores 0 and 1. */
#define T0 UINT64_C(0x29020000)
#define T1 UINT64_C(0x29030000)

/* One access. Lines of all cores: 4 bits a core, core 0 lowest, so no other core may change. */
typedef struct {
    char op; /* 'r' read, 'w' write, 0: the end */
    uint64_t address;
    unsigned width;
    uint64_t value; /* written, or expected when read with access IVC_REGISTER_OK */
    uint64_t lines;
    IvcRegisterAccess access;
} Step;

typedef struct {
    const char *name;
    unsigned cores;
    Step steps[STEPS_MAX];
} Sequence;

#define RO IVC_REGISTER_READ_ONLY_IGNORED
#define NOWHERE IVC_REGISTER_BAD_ADDRESS
#define WIDTH IVC_REGISTER_BAD_WIDTH

/* Written out, not computed with the block's own helpers. Core 0, core 1, core 3, node 1 core 4. */
#define L0 0x3ff01000u
#define L1 0x3ff01100u
#define L3 0x3ff01300u
#define L4 0x10003ff01000u
#define L15 0x30003ff01300u

#define SET0 0x1070000000600u
#define SET1 0x1070000000608u
#define SET11 0x1070000000658u
#define CLR0 0x1070000000680u
#define CLR1 0x1070000000688u
#define CLR11 0x10700000006d8u
#define SUM0 0x1070000000008u  /* of core 0 at IP3 */
#define SUM11 0x10700000000b8u /* 8 x (2 x 11 + 1) */
#define EN0 0x1070000000210u
#define EN1 0x1070000000230u
#define EN11 0x1070000000370u /* 16 x (2 x 11 + 1) */
#define W1C0 0x1070000002210u
#define W1S0 0x1070000006210u
#define W1S1 0x1070000006230u
#define MB0 0x100000000u
#define MB1 0x200000000u

static inline uint64_t lines_of_all(const IvcRegisterBlock *block)
{
    uint64_t all = 0;
    for (unsigned core = 0; core < ivc_register_block_cores(block); core++) {
        all |= (uint64_t)ivc_register_lines(block, core) << (4 * core);
    }
    return all;
}

static inline void run_step(IvcRegisterBlock *block, const char *name, unsigned number,
                            const Step *step)
{
    uint64_t value = 0x5a5a5a5a5a5a5a5a;
    IvcRegisterAccess access =
        step->op == 'r' ? ivc_register_read(block, step->address, step->width, &value)
                        : ivc_register_write(block, step->address, step->width, step->value);
    ck_assert_msg(access == step->access, "%s, step %u: access %d instead of %d", name, number,
                  (int)access, (int)step->access);
    if (step->op == 'r') {
        uint64_t expected = access == IVC_REGISTER_OK ? step->value : 0x5a5a5a5a5a5a5a5a;
        ck_assert_msg(value == expected,
                      "%s, step %u: read 0x%" G_GINT64_MODIFIER "x instead of 0x%" G_GINT64_MODIFIER
                      "x",
                      name, number, value, expected);
    }
    uint64_t lines = lines_of_all(block);
    ck_assert_msg(lines == step->lines,
                  "%s, step %u: lines 0x%" G_GINT64_MODIFIER "x instead of 0x%" G_GINT64_MODIFIER
                  "x",
                  name, number, lines, step->lines);
}

static inline void run_sequence(const IvcRegisterBlockOps *ops, const Sequence *sequence)
{
    g_autoptr(IvcRegisterBlock) block = ivc_register_block_new(ops, sequence->cores);
    ck_assert_ptr_nonnull(block);
    ck_assert_uint_eq(lines_of_all(block), 0);
    for (unsigned i = 0; i < STEPS_MAX && sequence->steps[i].op != 0; i++) {
        run_step(block, sequence->name, i + 1, &sequence->steps[i]);
    }
}
