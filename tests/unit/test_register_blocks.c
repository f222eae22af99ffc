/*
 * Conformance of the inter-core register blocks: sequences of accesses as a driver would make them,
 * with what each must answer and what every core's interrupt lines must be afterwards.
 */
#include "models/ipi/register_block.h"

#include <check.h>
#include <stdlib.h>

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

static const Sequence loongson3_sequences[] = {
    {"after reset all registers are 0",
     4,
     {{'r', L0 + 0x00, 32, 0, 0, 0},
      {'r', L0 + 0x04, 32, 0, 0, 0},
      {'r', L3 + 0x20, 64, 0, 0, 0},
      {'r', L3 + 0x38, 64, 0, 0, 0}}},
    {"set shows in status and not on the line while disabled",
     4,
     {{'w', L0 + 0x08, 32, 0x1, 0, 0}, {'r', L0 + 0x00, 32, 0x1, 0, 0}}},
    {"set of an enabled bit asserts the line",
     4,
     {{'w', L0 + 0x04, 32, 0x1, 0, 0}, {'w', L0 + 0x08, 32, 0x1, 0x1, 0}}},
    {"set of another bit than the enabled one does not",
     4,
     {{'w', L0 + 0x04, 32, 0x1, 0, 0}, {'w', L0 + 0x08, 32, 0x2, 0, 0}}},
    {"enabling a bit that is set already asserts the line",
     4,
     {{'w', L0 + 0x08, 32, 0x80000000, 0, 0}, {'w', L0 + 0x04, 32, 0x80000000, 0x1, 0}}},
    {"disabling drops the line and keeps the status",
     4,
     {{'w', L0 + 0x04, 32, 0x4, 0, 0},
      {'w', L0 + 0x08, 32, 0x4, 0x1, 0},
      {'w', L0 + 0x04, 32, 0, 0, 0},
      {'r', L0 + 0x00, 32, 0x4, 0, 0}}},
    {"clear drops the line",
     4,
     {{'w', L0 + 0x04, 32, 0x1, 0, 0},
      {'w', L0 + 0x08, 32, 0x1, 0x1, 0},
      {'w', L0 + 0x0c, 32, 0x1, 0, 0},
      {'r', L0 + 0x00, 32, 0, 0, 0}}},
    {"clear of one of two bits keeps the line",
     4,
     {{'w', L0 + 0x04, 32, 0x3, 0, 0},
      {'w', L0 + 0x08, 32, 0x3, 0x1, 0},
      {'w', L0 + 0x0c, 32, 0x1, 0x1, 0},
      {'r', L0 + 0x00, 32, 0x2, 0x1, 0},
      {'w', L0 + 0x0c, 32, 0x2, 0, 0}}},
    {"the line falls when only disabled bits stay set",
     4,
     {{'w', L0 + 0x04, 32, 0x1, 0, 0},
      {'w', L0 + 0x08, 32, 0x3, 0x1, 0},
      {'w', L0 + 0x0c, 32, 0x1, 0, 0},
      {'r', L0 + 0x00, 32, 0x2, 0, 0}}},
    {"posts to a set bit coalesce: one clear is enough",
     4,
     {{'w', L0 + 0x04, 32, 0x1, 0, 0},
      {'w', L0 + 0x08, 32, 0x1, 0x1, 0},
      {'w', L0 + 0x08, 32, 0x1, 0x1, 0},
      {'w', L0 + 0x0c, 32, 0x1, 0, 0},
      {'r', L0 + 0x00, 32, 0, 0, 0}}},
    {"set ORs: bits from two senders add up",
     4,
     {{'w', L1 + 0x08, 32, 0x10, 0, 0},
      {'w', L1 + 0x08, 32, 0x80000000, 0, 0},
      {'r', L1 + 0x00, 32, 0x80000010, 0, 0}}},
    {"set of 0 and clear of 0 change nothing",
     4,
     {{'w', L0 + 0x08, 32, 0x5, 0, 0},
      {'w', L0 + 0x08, 32, 0, 0, 0},
      {'w', L0 + 0x0c, 32, 0, 0, 0},
      {'r', L0 + 0x00, 32, 0x5, 0, 0}}},
    {"clear of bits that are not set changes nothing",
     4,
     {{'w', L0 + 0x08, 32, 0x1, 0, 0},
      {'w', L0 + 0x0c, 32, 0xfffffffe, 0, 0},
      {'r', L0 + 0x00, 32, 0x1, 0, 0}}},
    {"set and clear read as 0",
     4,
     {{'w', L0 + 0x08, 32, 0xff, 0, 0},
      {'r', L0 + 0x08, 32, 0, 0, 0},
      {'w', L0 + 0x0c, 32, 0x0f, 0, 0},
      {'r', L0 + 0x0c, 32, 0, 0, 0},
      {'r', L0 + 0x00, 32, 0xf0, 0, 0}}},
    {"a write to status is ignored",
     4,
     {{'w', L0 + 0x04, 32, 0xff, 0, 0},
      {'w', L0 + 0x00, 32, 0xff, 0, RO},
      {'r', L0 + 0x00, 32, 0, 0, 0},
      {'w', L0 + 0x08, 32, 0x3, 0x1, 0},
      {'w', L0 + 0x00, 32, 0, 0x1, RO},
      {'r', L0 + 0x00, 32, 0x3, 0x1, 0}}},
    {"enable is replaced, not ORed, and reads back",
     4,
     {{'w', L0 + 0x04, 32, 0xf0f0f0f0, 0, 0},
      {'r', L0 + 0x04, 32, 0xf0f0f0f0, 0, 0},
      {'w', L0 + 0x04, 32, 0x0000000f, 0, 0},
      {'r', L0 + 0x04, 32, 0x0000000f, 0, 0}}},
    {"a core's post reaches that core alone",
     4,
     {{'w', L0 + 0x04, 32, 0x1, 0, 0},
      {'w', L1 + 0x04, 32, 0x1, 0, 0},
      {'w', L3 + 0x04, 32, 0x1, 0, 0},
      {'w', L1 + 0x08, 32, 0x1, 0x0010, 0},
      {'w', L3 + 0x08, 32, 0x1, 0x1010, 0},
      {'r', L0 + 0x00, 32, 0, 0x1010, 0},
      {'w', L1 + 0x0c, 32, 0x1, 0x1000, 0}}},
    {"a mailbox keeps 64 bits and interrupts nobody",
     4,
     {{'w', L0 + 0x04, 32, 0xffffffff, 0, 0},
      {'w', L0 + 0x20, 64, 0xfedcba9876543210, 0, 0},
      {'r', L0 + 0x20, 64, 0xfedcba9876543210, 0, 0},
      {'r', L0 + 0x00, 32, 0, 0, 0}}},
    {"the four mailboxes are apart",
     4,
     {{'w', L1 + 0x20, 64, 0x1111, 0, 0},
      {'w', L1 + 0x28, 64, 0x2222, 0, 0},
      {'w', L1 + 0x30, 64, 0x3333, 0, 0},
      {'w', L1 + 0x38, 64, 0x4444, 0, 0},
      {'r', L1 + 0x20, 64, 0x1111, 0, 0},
      {'r', L1 + 0x28, 64, 0x2222, 0, 0},
      {'r', L1 + 0x30, 64, 0x3333, 0, 0},
      {'r', L1 + 0x38, 64, 0x4444, 0, 0},
      {'r', L0 + 0x20, 64, 0, 0, 0}}},
    {"a mailbox is overwritten without a sign: there is no full flag",
     4,
     {{'w', L0 + 0x28, 64, 0xaaaa, 0, 0},
      {'w', L0 + 0x28, 64, 0xbbbb, 0, 0},
      {'r', L0 + 0x28, 64, 0xbbbb, 0, 0},
      {'r', L0 + 0x00, 32, 0, 0, 0}}},
    {"a mailbox stays as it is when read",
     4,
     {{'w', L0 + 0x30, 64, 0x77, 0, 0},
      {'r', L0 + 0x30, 64, 0x77, 0, 0},
      {'r', L0 + 0x30, 64, 0x77, 0, 0}}},
    {"halves of a mailbox read, lower half at the lower address",
     4,
     {{'w', L0 + 0x38, 64, 0x8899aabbccddeeff, 0, 0},
      {'r', L0 + 0x38, 32, 0xccddeeff, 0, 0},
      {'r', L0 + 0x3c, 32, 0x8899aabb, 0, 0}}},
    {"halves of a mailbox are written apart",
     4,
     {{'w', L0 + 0x20, 64, 0x1111111122222222, 0, 0},
      {'w', L0 + 0x24, 32, 0x33333333, 0, 0},
      {'r', L0 + 0x20, 64, 0x3333333322222222, 0, 0},
      {'w', L0 + 0x20, 32, 0x44444444, 0, 0},
      {'r', L0 + 0x20, 64, 0x3333333344444444, 0, 0}}},
    {"a 32-bit write uses 32 bits of the value",
     4,
     {{'w', L0 + 0x24, 32, 0xffffffff00000005, 0, 0},
      {'r', L0 + 0x20, 64, 0x0000000500000000, 0, 0},
      {'w', L0 + 0x08, 32, 0xffffffff00000001, 0, 0},
      {'r', L0 + 0x00, 32, 0x1, 0, 0}}},
    {"the 32-bit registers take no other width",
     4,
     {{'r', L0 + 0x00, 64, 0, 0, WIDTH},
      {'w', L0 + 0x08, 64, 0x1, 0, WIDTH},
      {'w', L0 + 0x04, 16, 0x1, 0, WIDTH},
      {'r', L0 + 0x00, 8, 0, 0, WIDTH},
      {'r', L0 + 0x00, 32, 0, 0, 0}}},
    {"mailboxes take 32 and 64 bits only",
     4,
     {{'w', L0 + 0x20, 16, 0x1, 0, WIDTH},
      {'r', L0 + 0x20, 8, 0, 0, WIDTH},
      {'r', L0 + 0x20, 0, 0, 0, WIDTH},
      {'r', L0 + 0x20, 128, 0, 0, WIDTH},
      {'r', L0 + 0x20, 64, 0, 0, 0}}},
    {"misaligned accesses are refused",
     4,
     {{'r', L0 + 0x24, 64, 0, 0, NOWHERE},
      {'w', L0 + 0x22, 32, 0x1, 0, NOWHERE},
      {'w', L0 + 0x09, 32, 0x1, 0, NOWHERE},
      {'r', L0 + 0x20, 64, 0, 0, 0},
      {'r', L0 + 0x00, 32, 0, 0, 0}}},
    {"addresses between and around the registers are nobody's",
     4,
     {{'r', L0 + 0x10, 32, 0, 0, NOWHERE},
      {'w', L0 + 0x1c, 32, 0x1, 0, NOWHERE},
      {'r', L0 + 0x40, 64, 0, 0, NOWHERE},
      {'r', L0 + 0xf8, 32, 0, 0, NOWHERE},
      {'r', L0 - 0x4, 32, 0, 0, NOWHERE},
      {'r', L3 + 0x100, 32, 0, 0, NOWHERE},
      {'r', 0, 32, 0, 0, NOWHERE},
      {'r', UINT64_MAX - 7, 64, 0, 0, NOWHERE}}},
    {"a core that the chip does not have is nobody's",
     2,
     {{'w', L1 + 0x08, 32, 0x1, 0, 0},
      {'w', 0x3ff01200, 32, 0x1, 0, NOWHERE},
      {'r', L3 + 0x00, 32, 0, 0, NOWHERE}}},
    {"node 1 is in the address bits from 44 up",
     8,
     {{'w', L4 + 0x04, 32, 0x1, 0, 0},
      {'w', L4 + 0x08, 32, 0x1, 0x10000, 0},
      {'r', L0 + 0x00, 32, 0, 0x10000, 0},
      {'w', L4 + 0x20, 64, 0x99, 0x10000, 0},
      {'r', L0 + 0x20, 64, 0, 0x10000, 0},
      {'w', L4 + 0x0c, 32, 0x1, 0, 0}}},
    {"core 4 needs node 1's address, not the next block of node 0",
     8,
     {{'w', L3 + 0x108, 32, 0x1, 0, NOWHERE}, {'r', L4 + 0x00, 32, 0, 0, 0}}},
    {"the last core of four nodes, and no fifth node",
     16,
     {{'w', L15 + 0x04, 32, 0x2, 0, 0},
      {'w', L15 + 0x08, 32, 0x2, 0x1000000000000000, 0},
      {'r', 0x40003ff01000, 32, 0, 0x1000000000000000, NOWHERE}}},
    {"a message as Linux and this project send it: mailbox, set; status, mailbox, clear",
     4,
     {{'w', L1 + 0x04, 32, 0x10000, 0, 0},
      {'r', L1 + 0x00, 32, 0, 0, 0},
      {'w', L1 + 0x20, 64, 0x4241403, 0, 0},
      {'w', L1 + 0x08, 32, 0x10000, 0x10, 0},
      {'r', L1 + 0x00, 32, 0x10000, 0x10, 0},
      {'r', L1 + 0x20, 64, 0x4241403, 0x10, 0},
      {'w', L1 + 0x0c, 32, 0x10000, 0, 0},
      {'r', L1 + 0x00, 32, 0, 0, 0}}},
};

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

static const Sequence octeon_ciu_sequences[] = {
    {"after reset all registers are 0",
     12,
     {{'r', SET0, 64, 0, 0, 0},
      {'r', CLR11, 64, 0, 0, 0},
      {'r', EN0, 64, 0, 0, 0},
      {'r', SUM0, 64, 0, 0, 0}}},
    {"set shows at both addresses and not on the lines while disabled",
     12,
     {{'w', SET0, 64, 0x80000001, 0, 0},
      {'r', SET0, 64, 0x80000001, 0, 0},
      {'r', CLR0, 64, 0x80000001, 0, 0}}},
    {"set ORs",
     12,
     {{'w', SET0, 64, 0x0f, 0, 0},
      {'w', SET0, 64, 0xf0, 0, 0},
      {'w', SET0, 64, 0x11, 0, 0},
      {'r', SET0, 64, 0xff, 0, 0}}},
    {"clear clears the bits written as 1 only",
     12,
     {{'w', SET0, 64, 0xff, 0, 0}, {'w', CLR0, 64, 0x0f, 0, 0}, {'r', CLR0, 64, 0xf0, 0, 0}}},
    {"set of 0 and clear of 0 change nothing",
     12,
     {{'w', SET0, 64, 0x5, 0, 0},
      {'w', SET0, 64, 0, 0, 0},
      {'w', CLR0, 64, 0, 0, 0},
      {'r', SET0, 64, 0x5, 0, 0}}},
    {"reading either address does not clear",
     12,
     {{'w', SET1, 64, 0x77, 0, 0},
      {'r', CLR1, 64, 0x77, 0, 0},
      {'r', CLR1, 64, 0x77, 0, 0},
      {'r', SET1, 64, 0x77, 0, 0}}},
    {"writing back what was read empties the mailbox",
     12,
     {{'w', SET0, 64, 0xdeadbeef, 0, 0},
      {'r', CLR0, 64, 0xdeadbeef, 0, 0},
      {'w', CLR0, 64, 0xdeadbeef, 0, 0},
      {'r', SET0, 64, 0, 0, 0}}},
    {"a bit set between read and write-back survives",
     12,
     {{'w', SET0, 64, 0x1, 0, 0},
      {'r', CLR0, 64, 0x1, 0, 0},
      {'w', SET0, 64, 0x2, 0, 0},
      {'w', CLR0, 64, 0x1, 0, 0},
      {'r', CLR0, 64, 0x2, 0, 0}}},
    {"posts to a set bit coalesce",
     12,
     {{'w', EN0, 64, MB0, 0, 0},
      {'w', SET0, 64, 0x1, 0x1, 0},
      {'w', SET0, 64, 0x1, 0x1, 0},
      {'w', CLR0, 64, 0x1, 0, 0}}},
    {"bit 15 is the top of MBOX0",
     12,
     {{'w', EN0, 64, MB0 | MB1, 0, 0},
      {'w', SET0, 64, 0x8000, 0x1, 0},
      {'r', SUM0, 64, MB0, 0x1, 0}}},
    {"bit 16 is the bottom of MBOX1",
     12,
     {{'w', EN0, 64, MB0 | MB1, 0, 0},
      {'w', SET0, 64, 0x10000, 0x2, 0},
      {'r', SUM0, 64, MB1, 0x2, 0}}},
    {"bits 0 and 31 raise both lines",
     12,
     {{'w', EN0, 64, MB0 | MB1, 0, 0},
      {'w', SET0, 64, 0x80000001, 0x3, 0},
      {'r', SUM0, 64, MB0 | MB1, 0x3, 0}}},
    {"each line falls with its own half",
     12,
     {{'w', EN0, 64, MB0 | MB1, 0, 0},
      {'w', SET0, 64, 0x00030003, 0x3, 0},
      {'w', CLR0, 64, 0x00000001, 0x3, 0},
      {'w', CLR0, 64, 0x00000002, 0x2, 0},
      {'w', CLR0, 64, 0x00030000, 0, 0}}},
    {"the enable bit of MBOX0 does not let MBOX1 through",
     12,
     {{'w', EN0, 64, MB0, 0, 0},
      {'w', SET0, 64, 0xffff0000, 0, 0},
      {'r', SUM0, 64, MB1, 0, 0},
      {'w', SET0, 64, 0x1, 0x1, 0}}},
    {"the enable bit of MBOX1 does not let MBOX0 through",
     12,
     {{'w', EN0, 64, MB1, 0, 0}, {'w', SET0, 64, 0xffff, 0, 0}, {'w', SET0, 64, 0x10000, 0x2, 0}}},
    {"enabling while a bit is set raises the line",
     12,
     {{'w', SET0, 64, 0x1, 0, 0}, {'w', EN0, 64, MB0, 0x1, 0}}},
    {"disabling drops the line and keeps the mailbox",
     12,
     {{'w', EN0, 64, MB0, 0, 0},
      {'w', SET0, 64, 0x1, 0x1, 0},
      {'w', EN0, 64, 0, 0, 0},
      {'r', SET0, 64, 0x1, 0, 0},
      {'r', SUM0, 64, MB0, 0, 0}}},
    {"enable is replaced by a plain write",
     12,
     {{'w', EN0, 64, MB0, 0, 0}, {'w', EN0, 64, MB1, 0, 0}, {'r', EN0, 64, MB1, 0, 0}}},
    {"the write-1-to-set alias adds enable bits",
     12,
     {{'w', W1S0, 64, MB0, 0, 0},
      {'w', W1S0, 64, MB1, 0, 0},
      {'r', EN0, 64, MB0 | MB1, 0, 0},
      {'r', W1S0, 64, MB0 | MB1, 0, 0}}},
    {"the write-1-to-clear alias takes enable bits away",
     12,
     {{'w', EN0, 64, MB0 | MB1, 0, 0},
      {'w', SET0, 64, 0x10001, 0x3, 0},
      {'w', W1C0, 64, MB0, 0x2, 0},
      {'r', EN0, 64, MB1, 0x2, 0},
      {'r', W1C0, 64, MB1, 0x2, 0}}},
    {"enable bits of sources that are not here do not stick",
     12,
     {{'w', EN0, 64, UINT64_MAX, 0, 0}, {'r', EN0, 64, MB0 | MB1, 0, 0}}},
    {"the summary is read-only",
     12,
     {{'w', EN0, 64, MB0 | MB1, 0, 0},
      {'w', SUM0, 64, MB0 | MB1, 0, RO},
      {'r', SUM0, 64, 0, 0, 0},
      {'w', SET0, 64, 0x1, 0x1, 0},
      {'w', SUM0, 64, MB0, 0x1, RO},
      {'r', SET0, 64, 0x1, 0x1, 0}}},
    {"a core's mailbox reaches that core alone",
     12,
     {{'w', EN0, 64, MB0 | MB1, 0, 0},
      {'w', EN1, 64, MB0 | MB1, 0, 0},
      {'w', EN11, 64, MB0 | MB1, 0, 0},
      {'w', SET1, 64, 0x80000000, 0x20, 0},
      {'w', SET11, 64, 0x80000001, 0x300000000020, 0},
      {'r', SUM11, 64, MB0 | MB1, 0x300000000020, 0},
      {'r', SET0, 64, 0, 0x300000000020, 0},
      {'w', CLR1, 64, 0xffffffff, 0x300000000000, 0}}},
    {"the mailbox has 32 bits: the upper half of a 64-bit access is not there",
     12,
     {{'w', SET0, 64, 0xffffffff00000001, 0, 0},
      {'r', SET0, 64, 0x1, 0, 0},
      {'w', CLR0, 64, 0xfffffffe00000000, 0, 0},
      {'r', CLR0, 64, 0x1, 0, 0}}},
    {"the mailbox takes 32-bit accesses",
     12,
     {{'w', SET0, 32, 0x80000001, 0, 0},
      {'r', SET0, 32, 0x80000001, 0, 0},
      {'w', CLR0, 32, 0x80000000, 0, 0},
      {'r', CLR0, 64, 0x1, 0, 0}}},
    {"enable and summary take 64 bits only",
     12,
     {{'w', EN0, 32, 0x3, 0, WIDTH},
      {'r', SUM0, 32, 0, 0, WIDTH},
      {'w', W1S0, 32, 0x3, 0, WIDTH},
      {'r', EN0, 64, 0, 0, 0}}},
    {"no register takes 8 or 16 bits",
     12,
     {{'w', SET0, 8, 0x1, 0, WIDTH}, {'w', SET0, 16, 0x1, 0, WIDTH}, {'r', SET0, 64, 0, 0, 0}}},
    {"misaligned accesses and the second word of a register are nobody's",
     12,
     {{'w', SET0 + 4, 64, 0x1, 0, NOWHERE},
      {'w', SET0 + 4, 32, 0x1, 0, NOWHERE},
      {'w', SET0 + 2, 32, 0x1, 0, NOWHERE},
      {'r', SET0, 64, 0, 0, 0}}},
    {"addresses of a thirteenth core are nobody's",
     12,
     {{'w', SET0 + 0x60, 64, 0x1, 0, NOWHERE},
      {'r', CLR0 + 0x60, 64, 0, 0, NOWHERE},
      {'r', SET0 - 8, 64, 0, 0, NOWHERE},
      {'r', 0, 64, 0, 0, NOWHERE}}},
    {"IP2's enable registers lie between and are not modelled",
     12,
     {{'w', EN0 - 0x10, 64, MB0, 0, NOWHERE}, {'r', SUM0 - 8, 64, 0, 0, NOWHERE}}},
    {"a chip with fewer cores answers for these only",
     2,
     {{'w', SET1, 64, 0x1, 0, 0},
      {'w', SET1 + 8, 64, 0x1, 0, NOWHERE},
      {'w', W1S1 + 0x20, 64, MB0, 0, NOWHERE}}},
    {"a word as this project sends it: MBOX1 alone interrupts, once",
     12,
     {{'w', W1S1, 64, MB1, 0, 0},
      {'r', SET1, 64, 0, 0, 0},
      {'w', SET1, 64, 0x80000412, 0x20, 0},
      {'r', CLR1, 64, 0x80000412, 0x20, 0},
      {'w', CLR1, 64, 0xffffffff, 0, 0},
      {'r', SET1, 64, 0, 0, 0}}},
};

static uint64_t lines_of_all(const IvcRegisterBlock *block)
{
    uint64_t all = 0;
    for (unsigned core = 0; core < ivc_register_block_cores(block); core++) {
        all |= (uint64_t)ivc_register_lines(block, core) << (4 * core);
    }
    return all;
}

static void run_step(IvcRegisterBlock *block, const char *name, unsigned number, const Step *step)
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

static const Sequence manycore_sequences[] = {
    {"after reset all registers are 0",
     2,
     {{'r', M0 + 0x00, 64, 0, 0, 0},
      {'r', M0 + 0x08, 64, 0, 0, 0},
      {'r', M1 + 0x100, 64, 0, 0, 0},
      {'r', M1 + 0x178, 64, 0, 0, 0}}},
    {"a word sets its pending bit, and the line only while enabled",
     2,
     {{'w', M1 + 0x178, 64, 0x8000000000000001, 0, 0},
      {'r', M1 + 0x00, 64, 0x8000, 0, 0},
      {'w', M1 + 0x08, 64, 0x7fff, 0, 0},
      {'w', M1 + 0x08, 64, 0xffff, 0x10, 0},
      {'w', M1 + 0x08, 64, 0, 0, 0},
      {'r', M1 + 0x178, 64, 0x8000000000000001, 0, 0}}},
    {"clear takes the bits that are 1, and leaves the word",
     2,
     {{'w', M0 + 0x08, 64, 0xffff, 0, 0},
      {'w', M0 + 0x100, 64, 5, 0x1, 0},
      {'w', M0 + 0x108, 64, 6, 0x1, 0},
      {'w', M0 + 0x10, 64, 0x1, 0x1, 0},
      {'r', M0 + 0x00, 64, 0x2, 0x1, 0},
      {'w', M0 + 0x10, 64, 0x2, 0, 0},
      {'r', M0 + 0x108, 64, 6, 0, 0},
      {'r', M0 + 0x10, 64, 0, 0, 0}}},
    {"pending is read-only, and enable has sixteen bits",
     2,
     {{'w', M0 + 0x00, 64, 1, 0, RO},
      {'r', M0 + 0x00, 64, 0, 0, 0},
      {'w', M0 + 0x08, 64, UINT64_MAX, 0, 0},
      {'r', M0 + 0x08, 64, 0xffff, 0, 0}}},
    {"only 64 bits, only cores that are there, nothing between the registers",
     2,
     {{'w', M0 + 0x100, 32, 1, 0, WIDTH},
      {'r', M0 + 0x00, 32, 0, 0, WIDTH},
      {'r', M0 + 0x18, 64, 0, 0, NOWHERE},
      {'w', M0 + 0x180, 64, 1, 0, NOWHERE},
      {'w', M0 - 0x1000 + 0x100, 64, 1, 0, NOWHERE},
      {'w', M1023 + 0x100, 64, 1, 0, NOWHERE}}},
};

static const Sequence ti_mailbox_sequences[] = {
    {"after reset all registers are 0",
     2,
     {{'r', T0 + 0x40, 32, 0, 0, 0},
      {'r', T0 + 0x80, 32, 0, 0, 0},
      {'r', T1 + 0xcc, 32, 0, 0, 0},
      {'r', T1 + 0x100, 32, 0, 0, 0},
      {'r', T1 + 0x10c, 32, 0, 0, 0}}},
    {"a word shows in the raw status, and interrupts only when enabled",
     2,
     {{'w', T1 + 0x44, 32, 0x80000001, 0, 0},
      {'r', T1 + 0x100, 32, 0x4, 0, 0},
      {'r', T1 + 0x104, 32, 0, 0, 0},
      {'w', T1 + 0x108, 32, 0x4, 0x10, 0},
      {'r', T1 + 0x104, 32, 0x4, 0x10, 0},
      {'r', T1 + 0xc4, 32, 1, 0x10, 0},
      {'w', T1 + 0x10c, 32, 0x4, 0, 0},
      {'r', T1 + 0x44, 32, 0x80000001, 0, 0}}},
    {"words leave in their order, and the line stays while there is one",
     2,
     {{'w', T0 + 0x108, 32, 0x1, 0, 0},
      {'w', T0 + 0x40, 32, 11, 0x1, 0},
      {'w', T0 + 0x40, 32, 12, 0x1, 0},
      {'r', T0 + 0x40, 32, 11, 0x1, 0},
      {'w', T0 + 0x104, 32, 0x1, 0x1, 0},
      {'r', T0 + 0x40, 32, 12, 0x1, 0},
      {'w', T0 + 0x104, 32, 0x1, 0, 0},
      {'w', T0 + 0x104, 32, 0x1, 0, 0},
      {'r', T0 + 0x40, 32, 0, 0, 0}}},
    {"four words fill a queue, and a fifth is lost",
     2,
     {{'w', T0 + 0x4c, 32, 1, 0, 0},
      {'w', T0 + 0x4c, 32, 2, 0, 0},
      {'w', T0 + 0x4c, 32, 3, 0, 0},
      {'r', T0 + 0x8c, 32, 0, 0, 0},
      {'w', T0 + 0x4c, 32, 4, 0, 0},
      {'r', T0 + 0x8c, 32, 1, 0, 0},
      {'w', T0 + 0x4c, 32, 5, 0, 0},
      {'r', T0 + 0xcc, 32, 4, 0, 0},
      {'r', T0 + 0x100, 32, 0x40, 0, 0}}},
    {"status is read-only, and only queues in use can be enabled",
     2,
     {{'w', T0 + 0x80, 32, 1, 0, RO},
      {'w', T0 + 0xc0, 32, 1, 0, RO},
      {'w', T0 + 0x100, 32, 1, 0, RO},
      {'w', T0 + 0x108, 32, UINT32_MAX, 0, 0},
      {'r', T0 + 0x108, 32, 0x55, 0, 0}}},
    {"only 32 bits, only cores that are there, nothing between the registers",
     2,
     {{'w', T0 + 0x40, 64, 1, 0, WIDTH},
      {'r', T0 + 0x50, 32, 0, 0, NOWHERE},
      {'r', T0 + 0x00, 32, 0, 0, NOWHERE},
      {'w', T0 + 0x110, 32, 1, 0, NOWHERE},
      {'w', T1 + 0x10040, 32, 1, 0, NOWHERE},
      {'w', T0 - 0x10000 + 0x40, 32, 1, 0, NOWHERE}}},
};

static void run_sequence(const IvcRegisterBlockOps *ops, const Sequence *sequence)
{
    g_autoptr(IvcRegisterBlock) block = ivc_register_block_new(ops, sequence->cores);
    ck_assert_ptr_nonnull(block);
    ck_assert_uint_eq(lines_of_all(block), 0);
    for (unsigned i = 0; i < STEPS_MAX && sequence->steps[i].op != 0; i++) {
        run_step(block, sequence->name, i + 1, &sequence->steps[i]);
    }
}

START_TEST(test_loongson3_sequence)
{
    run_sequence(&ivc_register_block_loongson3, &loongson3_sequences[_i]);
}
END_TEST

START_TEST(test_octeon_ciu_sequence)
{
    run_sequence(&ivc_register_block_octeon_ciu, &octeon_ciu_sequences[_i]);
}
END_TEST

START_TEST(test_manycore_sequence)
{
    run_sequence(&ivc_register_block_manycore, &manycore_sequences[_i]);
}
END_TEST

START_TEST(test_ti_mailbox_sequence)
{
    run_sequence(&ivc_register_block_ti_mailbox, &ti_mailbox_sequences[_i]);
}
END_TEST

START_TEST(test_table)
{
    size_t n = 0;
    for (; ivc_register_blocks[n] != NULL; n++) {
        ck_assert_str_eq(ivc_register_blocks[n]->name, ivc_register_block_names[n]);
        ck_assert_ptr_eq(ivc_register_block_find(ivc_register_block_names[n]),
                         ivc_register_blocks[n]);
    }
    ck_assert_uint_eq(n, 4);
    ck_assert_ptr_null(ivc_register_block_names[n]);
    ck_assert_ptr_null(ivc_register_block_find("octeon"));
}
END_TEST

START_TEST(test_cores_out_of_range)
{
    ck_assert_ptr_null(ivc_register_block_new(&ivc_register_block_loongson3, 0));
    ck_assert_ptr_null(ivc_register_block_new(&ivc_register_block_loongson3, 17));
    ck_assert_ptr_null(ivc_register_block_new(&ivc_register_block_octeon_ciu, 13));
    ck_assert_ptr_null(ivc_register_block_new(&ivc_register_block_manycore, 1025));
    ivc_register_block_free(NULL);
}
END_TEST

START_TEST(test_ports_are_where_the_manual_says)
{
    IvcRegisterPort port = ivc_register_port(&ivc_register_block_loongson3, IVC_REG_DATA, 5, 2);
    ck_assert_uint_eq(port.address, 0x10003ff01130);
    ck_assert_uint_eq(port.width_bits, 64);
    ck_assert_uint_eq(port.mask, UINT64_MAX);
    port = ivc_register_port(&ivc_register_block_loongson3, IVC_REG_POST, 5, 2);
    ck_assert_uint_eq(port.address, 0x10003ff01108);
    ck_assert_uint_eq(port.width_bits, 32);
    ck_assert_uint_eq(port.mask, 0x40000);
    port = ivc_register_port(&ivc_register_block_octeon_ciu, IVC_REG_POST, 11, 0);
    ck_assert_uint_eq(port.address, SET11);
    port = ivc_register_port(&ivc_register_block_octeon_ciu, IVC_REG_CLEAR, 11, 0);
    ck_assert_uint_eq(port.address, CLR11);
    ck_assert_uint_eq(port.mask, 0xffffffff);
    port = ivc_register_port(&ivc_register_block_octeon_ciu, IVC_REG_ENABLE, 0, 0);
    ck_assert_uint_eq(port.address, W1S0);
    ck_assert_uint_eq(port.mask, MB1);
    port = ivc_register_port(&ivc_register_block_manycore, IVC_REG_DATA, 1023, 15);
    ck_assert_uint_eq(port.address, M1023 + 0x178);
    port = ivc_register_port(&ivc_register_block_manycore, IVC_REG_CLEAR, 1, 15);
    ck_assert_uint_eq(port.address, M1 + 0x10);
    ck_assert_uint_eq(port.mask, 0x8000);
}
END_TEST

static uint64_t port_read(const IvcRegisterBlock *block, IvcRegisterPort port)
{
    uint64_t value = 0;
    ck_assert_int_eq(ivc_register_read(block, port.address, port.width_bits, &value),
                     IVC_REGISTER_OK);
    return value & port.mask;
}

static void port_write(IvcRegisterBlock *block, IvcRegisterPort port, uint64_t value)
{
    ck_assert_int_eq(ivc_register_write(block, port.address, port.width_bits, value),
                     IVC_REGISTER_OK);
}

/* The handshake that a protocol makes through ports, on every block, core and lane. */
static void handshake(IvcRegisterBlock *block, unsigned core, unsigned lane)
{
    const IvcRegisterBlockOps *ops = ivc_register_block_ops(block);
    uint64_t word = ops->word_bits == 64 ? 0x8123456789abcde1 : 0x89abcde1;
    ck_assert_uint_eq(port_read(block, ivc_register_port(ops, IVC_REG_STATUS, core, lane)), 0);
    port_write(block, ivc_register_port(ops, IVC_REG_DATA, core, lane), word);
    IvcRegisterPort post = ivc_register_port(ops, IVC_REG_POST, core, lane);
    ck_assert_uint_eq(ivc_register_lines(block, core) != 0, ops->data_posts);
    if (!ops->data_posts) {
        port_write(block, post, post.mask);
    }
    ck_assert_int_eq(__builtin_popcount(ivc_register_lines(block, core)), 1);
    ck_assert_uint_ne(port_read(block, ivc_register_port(ops, IVC_REG_STATUS, core, lane)), 0);
    ck_assert_uint_ne(port_read(block, ivc_register_port(ops, IVC_REG_PENDING, core, lane)), 0);
    ck_assert_uint_eq(port_read(block, ivc_register_port(ops, IVC_REG_FETCH, core, lane)), word);
    IvcRegisterPort clear = ivc_register_port(ops, IVC_REG_CLEAR, core, lane);
    port_write(block, clear, clear.mask);
    ck_assert_uint_eq(ivc_register_lines(block, core), 0);
    ck_assert_uint_eq(port_read(block, ivc_register_port(ops, IVC_REG_STATUS, core, lane)), 0);
}

START_TEST(test_handshake_through_ports)
{
    const IvcRegisterBlockOps *ops = ivc_register_blocks[_i];
    g_autoptr(IvcRegisterBlock) block = ivc_register_block_new(ops, ops->cores_max);
    for (unsigned core = 0; core < ops->cores_max; core++) {
        uint64_t enable = 0;
        for (unsigned lane = 0; lane < ops->lanes; lane++) {
            enable |= ivc_register_port(ops, IVC_REG_ENABLE, core, lane).mask;
        }
        port_write(block, ivc_register_port(ops, IVC_REG_ENABLE, core, 0), enable);
        for (unsigned lane = 0; lane < ops->lanes; lane++) {
            handshake(block, core, lane);
        }
    }
}
END_TEST

START_TEST(test_lanes_are_private_while_they_last)
{
    const IvcRegisterBlockOps *ops = &ivc_register_block_loongson3;
    for (unsigned members = 2; members <= 16; members++) {
        for (unsigned receiver = 0; receiver < members; receiver++) {
            unsigned users[4] = {0};
            for (unsigned pass = 0; pass < 2; pass++) {
                for (unsigned sender = 0; sender < members; sender++) {
                    if (sender == receiver) {
                        continue;
                    }
                    IvcRegisterLane lane = ivc_register_lane(ops, members, sender, receiver);
                    ck_assert_uint_lt(lane.lane, 4);
                    if (pass == 0) {
                        users[lane.lane]++;
                    } else {
                        ck_assert_int_eq(lane.shared, users[lane.lane] > 1);
                    }
                }
            }
        }
    }
    ck_assert(!ivc_register_lane(&ivc_register_block_octeon_ciu, 2, 1, 0).shared);
    ck_assert(ivc_register_lane(&ivc_register_block_octeon_ciu, 3, 1, 0).shared);
}
END_TEST

static void digest_of(const IvcRegisterBlock *block, uint64_t hash[2])
{
    IvcDigest digest;
    ivc_digest_init(&digest, 0, NULL);
    ivc_register_block_digest(block, &digest);
    hash[0] = digest.hash[0];
    hash[1] = digest.hash[1];
}

/* Every bit of every writable register changes the digest, and undoing it restores it. */
static void perturb(IvcRegisterBlock *block, uint64_t set, uint64_t undo, unsigned width,
                    uint64_t bit, uint64_t undo_value)
{
    uint64_t before[2];
    uint64_t changed[2];
    uint64_t after[2];
    digest_of(block, before);
    ck_assert_int_eq(ivc_register_write(block, set, width, bit), IVC_REGISTER_OK);
    digest_of(block, changed);
    ck_assert_int_eq(ivc_register_write(block, undo, width, undo_value), IVC_REGISTER_OK);
    digest_of(block, after);
    ck_assert(before[0] != changed[0] || before[1] != changed[1]);
    ck_assert(before[0] == after[0] && before[1] == after[1]);
}

START_TEST(test_digest_sees_every_bit)
{
    g_autoptr(IvcRegisterBlock) loongson = ivc_register_block_new(&ivc_register_block_loongson3, 2);
    g_autoptr(IvcRegisterBlock) octeon = ivc_register_block_new(&ivc_register_block_octeon_ciu, 2);
    g_autoptr(IvcRegisterBlock) many = ivc_register_block_new(&ivc_register_block_manycore, 2);
    g_autoptr(IvcRegisterBlock) ti = ivc_register_block_new(&ivc_register_block_ti_mailbox, 2);
    for (unsigned i = 0; i < 64; i++) {
        uint64_t bit = UINT64_C(1) << i;
        if (i < 16)
            perturb(many, M1 + 0x08, M1 + 0x08, 64, bit, 0);
        for (uint64_t box = 0x20; box < 0x40; box += 8) {
            perturb(loongson, L0 + box, L0 + box, 64, bit, 0);
            perturb(loongson, L1 + box, L1 + box, 64, bit, 0);
        }
        if (i < 32) {
            perturb(loongson, L0 + 0x08, L0 + 0x0c, 32, bit, bit);
            perturb(loongson, L1 + 0x04, L1 + 0x04, 32, bit, 0);
            perturb(ti, T1 + 0x4c, T1 + 0x104, 32, bit, 0x40);
            if (i % 2 == 0 && i < 8)
                perturb(ti, T0 + 0x108, T0 + 0x10c, 32, bit, bit);
            perturb(octeon, SET0, CLR0, 64, bit, bit);
            perturb(octeon, SET1, CLR1, 64, bit, bit);
        } else if (i < 34) {
            perturb(octeon, EN0, EN0, 64, bit, 0);
            perturb(octeon, EN1, EN1, 64, bit, 0);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("register_blocks");
    TCase *tests = tcase_create("register_blocks");
    G_STATIC_ASSERT(G_N_ELEMENTS(loongson3_sequences) >= 25);
    G_STATIC_ASSERT(G_N_ELEMENTS(octeon_ciu_sequences) >= 25);
    tcase_add_loop_test(tests, test_loongson3_sequence, 0, G_N_ELEMENTS(loongson3_sequences));
    tcase_add_loop_test(tests, test_manycore_sequence, 0, G_N_ELEMENTS(manycore_sequences));
    tcase_add_loop_test(tests, test_octeon_ciu_sequence, 0, G_N_ELEMENTS(octeon_ciu_sequences));
    tcase_add_loop_test(tests, test_ti_mailbox_sequence, 0, G_N_ELEMENTS(ti_mailbox_sequences));
    tcase_add_test(tests, test_table);
    tcase_add_test(tests, test_cores_out_of_range);
    tcase_add_test(tests, test_ports_are_where_the_manual_says);
    tcase_add_loop_test(tests, test_handshake_through_ports, 0, 4);
    tcase_add_test(tests, test_lanes_are_private_while_they_last);
    tcase_add_test(tests, test_digest_sees_every_bit);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
