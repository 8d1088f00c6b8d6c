/*
 * atomic.c - the A extension in M-mode and behind a page table.
 *
 * Unprivileged manual: 8.2 (lr/sc: success, failure by a changed address or a
 * second sc, sign of the .w result), 8.4 (every AMO, .w and .d: value returned,
 * value stored, signedness of min/max, nothing beyond the word touched;
 * misaligned address). Privileged manual 3.1.15: an AMO that may not store
 * raises store/AMO faults (6, 7, 15), an lr raises load faults (4, 5, 13).
 */
#include "env.h"

const char *const test_name = "atomic";

static u64 cell[4] __attribute__((aligned(64)));

struct amo {
    u64 returned, stored;
};

#define AMO(op, memory, operand)                                               \
    ({                                                                         \
        struct amo r_;                                                         \
        cell[1] = (memory);                                                    \
        __asm__ volatile(#op " %0, %2, (%1)"                                   \
                         : "=r"(r_.returned)                                   \
                         : "r"(&cell[1]), "r"((u64)(operand))                  \
                         : "memory");                                          \
        r_.stored = cell[1];                                                   \
        r_;                                                                    \
    })
#define CHECK_AMO(op, memory, operand, returned_, stored_)                     \
    do {                                                                       \
        struct amo got_ = AMO(op, memory, operand);                            \
        check(#op " " #memory ", " #operand " returned", got_.returned,        \
              returned_);                                                      \
        check(#op " " #memory ", " #operand " stored", got_.stored, stored_);  \
    } while (0)

static void amo_double(void)
{
    const u64 a = 0x8000000000000001, b = 0x7000000000000003;
    CHECK_AMO(amoswap.d, a, b, a, b);
    CHECK_AMO(amoadd.d, a, b, a, 0xf000000000000004);
    CHECK_AMO(amoand.d, a, b, a, 1);
    CHECK_AMO(amoor.d, a, b, a, 0xf000000000000003);
    CHECK_AMO(amoxor.d, a, b, a, 0xf000000000000002);
    CHECK_AMO(amomin.d, a, b, a, a);
    CHECK_AMO(amomin.d, b, a, b, a);
    CHECK_AMO(amomax.d, a, b, a, b);
    CHECK_AMO(amomax.d, b, a, b, b);
    CHECK_AMO(amominu.d, a, b, a, b);
    CHECK_AMO(amominu.d, b, a, b, b);
    CHECK_AMO(amomaxu.d, a, b, a, a);
    CHECK_AMO(amomaxu.d, b, a, b, a);
}

/* The upper half of the memory doubleword is foreign: it must survive; the
 * upper half of the operand must not count. */
static void amo_word(void)
{
    const u64 up = 0x1122334400000000;
    const u64 neg = up | 0x80000001, pos = up | 0x00000003;
    const u64 neg_value = 0xffffffff80000001;
    CHECK_AMO(amoswap.w, neg, 0xffffffff00000005, neg_value, up | 5);
    CHECK_AMO(amoadd.w, neg, 0x7fffffff, neg_value, up);
    CHECK_AMO(amoadd.w, pos, 0x500000001, 3, up | 4);
    CHECK_AMO(amoand.w, neg, 0x3, neg_value, up | 1);
    CHECK_AMO(amoor.w, neg, 0x6, neg_value, up | 0x80000007);
    CHECK_AMO(amoxor.w, neg, 0x80000000, neg_value, up | 1);
    CHECK_AMO(amomin.w, neg, 3, neg_value, neg);
    CHECK_AMO(amomin.w, pos, 0xffffffff80000001, 3, neg);
    CHECK_AMO(amomin.w, pos, 0x0000000080000001, 3, neg);
    CHECK_AMO(amomin.w, pos, 0xffffffff00000007, 3, pos);
    CHECK_AMO(amomax.w, neg, 3, neg_value, pos);
    CHECK_AMO(amomax.w, pos, 0xffffffff80000001, 3, pos);
    CHECK_AMO(amomax.w, pos, 0x0000000080000001, 3, pos);
    CHECK_AMO(amomax.w, pos, 0xffffffff00000007, 3, up | 7);
    CHECK_AMO(amominu.w, neg, 3, neg_value, pos);
    CHECK_AMO(amominu.w, pos, 0xffffffff80000001, 3, pos);
    CHECK_AMO(amominu.w, pos, 0xffffffff00000001, 3, up | 1);
    CHECK_AMO(amomaxu.w, neg, 3, neg_value, neg);
    CHECK_AMO(amomaxu.w, pos, 0xffffffff80000001, 3, neg);
    CHECK_AMO(amomaxu.w, pos, 0xffffffff00000001, 3, pos);
    CHECK_AMO(amomaxu.w, pos, 0x0000000080000001, 3, neg);
}

/* .aq/.rl bits, destination x0, destination equal to a source. */
static void amo_registers(void)
{
    u64 r = 5;
    CHECK_AMO(amoadd.d.aqrl, 40, 2, 40, 42);
    CHECK_AMO(amomaxu.w.aq, 40, 50, 40, 50);
    cell[1] = 7;
    __asm__ volatile("amoadd.d x0, %1, (%0)" ::"r"(&cell[1]), "r"(r)
                     : "memory");
    check("amoadd with rd = x0 stores", cell[1], 12);
    __asm__ volatile("amoswap.d %0, %0, (%1)"
                     : "+r"(r)
                     : "r"(&cell[1])
                     : "memory");
    check("amoswap rd = rs2 returns", r, 12);
    check("amoswap rd = rs2 stores", cell[1], 5);
    u64 p = (u64)&cell[1];
    __asm__ volatile("amomin.w %0, zero, (%0)" : "+r"(p)::"memory");
    check("amomin.w rd = rs1 returns", p, 5);
    check("amomin.w rd = rs1 stores", cell[1], 0);
    cell[1] = 0x8000000000000000;
    p = (u64)&cell[1] + 4;
    __asm__ volatile("amomaxu.w %0, %1, (%0)" : "+r"(p) : "r"(1UL) : "memory");
    check("amomaxu.w on the upper word", cell[1], 0x8000000000000000);
    check("amomaxu.w on the upper word returns", p, 0xffffffff80000000);
    check("neighbours untouched", cell[0] | cell[2], 0);
}

static void reservation(void)
{
    u64 value, failed;
    cell[1] = 0xffffffff80000000;
    __asm__ volatile("lr.w %0, (%2)\n sc.w %1, %3, (%2)"
                     : "=&r"(value), "=&r"(failed)
                     : "r"(&cell[1]), "r"(0x1234567800000009UL)
                     : "memory");
    check("lr.w sign-extends", value, 0xffffffff80000000);
    check("sc.w succeeds", failed, 0);
    check("sc.w stored a word", cell[1], 0xffffffff00000009);
    __asm__ volatile("lr.d.aq %0, (%2)\n sc.d.rl %1, %3, (%2)"
                     : "=&r"(value), "=&r"(failed)
                     : "r"(&cell[1]), "r"(77UL)
                     : "memory");
    check("lr.d", value, 0xffffffff00000009);
    check("sc.d succeeds", failed, 0);
    check("sc.d stored", cell[1], 77);
    __asm__ volatile("sc.d %0, %2, (%1)"
                     : "=&r"(failed)
                     : "r"(&cell[1]), "r"(78UL)
                     : "memory");
    check("a second sc.d fails", failed != 0, 1);
    check("and stores nothing", cell[1], 77);
    __asm__ volatile("lr.d %0, (%2)\n sc.d %1, %3, (%4)"
                     : "=&r"(value), "=&r"(failed)
                     : "r"(&cell[1]), "r"(79UL), "r"(&cell[3])
                     : "memory");
    check("sc.d to another address fails", failed != 0, 1);
    check("and stores nothing there", cell[3], 0);
    __asm__ volatile("sc.d %0, %2, (%1)"
                     : "=&r"(failed)
                     : "r"(&cell[1]), "r"(78UL)
                     : "memory");
    check("that sc.d used the reservation up", failed != 0, 1);
    __asm__ volatile("lr.w %0, (%2)\n lr.w %0, (%3)\n sc.w %1, %0, (%2)"
                     : "=&r"(value), "=&r"(failed)
                     : "r"(&cell[1]), "r"(&cell[2])
                     : "memory");
    check("a second lr replaces the first", failed != 0, 1);
}

/* The classic loop: a counter incremented with lr/sc. */
static void counting_loop(void)
{
    cell[1] = 0;
    for (int i = 0; i < 1000; i++) {
        u64 old, failed;
        __asm__ volatile("1: lr.d %0, (%2)\n addi %0, %0, 3\n"
                         "sc.d %1, %0, (%2)\n bnez %1, 1b"
                         : "=&r"(old), "=&r"(failed)
                         : "r"(&cell[1])
                         : "memory");
    }
    check("1000 times 3 by lr/sc", cell[1], 3000);
}

SNIPPET(amo_w, "amoadd.w a2, a1, (a0)\n ecall");
SNIPPET(amo_d, "amoswap.d a2, a1, (a0)\n ecall");
SNIPPET(amo_max, "amomaxu.w a2, a1, (a0)\n ecall");
SNIPPET(lr_w, "lr.w a2, (a0)\n ecall");
SNIPPET(lr_d, "lr.d a2, (a0)\n ecall");
SNIPPET(sc_w, "sc.w a2, a1, (a0)\n ecall");
SNIPPET(sc_d, "sc.d a2, a1, (a0)\n ecall");

static void at(const char *what, const char *snippet, int mode, u64 address,
               u64 cause)
{
    enter(mode, snippet, address, 1);
    check_trap_at(what, MODE_M, cause, snippet, 0, address);
}

static void misaligned(void)
{
    u64 p = (u64)&cell[1];
    at("amoadd.w misaligned", amo_w, MODE_M, p + 2, C_STORE_MISALIGNED);
    at("amoswap.d misaligned", amo_d, MODE_M, p + 4, C_STORE_MISALIGNED);
    at("amomaxu.w misaligned", amo_max, MODE_M, p + 1, C_STORE_MISALIGNED);
    at("lr.w misaligned", lr_w, MODE_M, p + 2, C_LOAD_MISALIGNED);
    at("lr.d misaligned", lr_d, MODE_M, p + 4, C_LOAD_MISALIGNED);
    at("sc.w misaligned", sc_w, MODE_M, p + 2, C_STORE_MISALIGNED);
    at("sc.d misaligned", sc_d, MODE_M, p + 4, C_STORE_MISALIGNED);
}

static void nothing_there(void)
{
    at("amoadd.w to nothing", amo_w, MODE_M, NOTHING, C_STORE_ACCESS);
    at("amoswap.d to nothing", amo_d, MODE_M, NOTHING, C_STORE_ACCESS);
    at("amomaxu.w to nothing", amo_max, MODE_M, NOTHING, C_STORE_ACCESS);
    at("lr.w from nothing", lr_w, MODE_M, NOTHING, C_LOAD_ACCESS);
}

static void paged(void)
{
    u64 root = space_new(), page = page_new();
    space_map(root, 0x10000, page, PTE_V | PTE_R | PTE_AD, 0);
    space_map(root, 0x11000, page, PTE_RW, 0);
    store64(page, 5);
    space_use(root);
    at("amoadd.w, page not mapped", amo_w, MODE_S, 0x12000, C_STORE_PAGE);
    at("amoswap.d, page not mapped", amo_d, MODE_S, 0x12008, C_STORE_PAGE);
    at("amomaxu.w, page not mapped", amo_max, MODE_S, 0x12008, C_STORE_PAGE);
    at("amoadd.w, page read-only", amo_w, MODE_S, 0x10000, C_STORE_PAGE);
    at("amoswap.d, page read-only", amo_d, MODE_S, 0x10000, C_STORE_PAGE);
    at("amomaxu.w, page read-only", amo_max, MODE_S, 0x10000, C_STORE_PAGE);
    at("lr.w, page not mapped", lr_w, MODE_S, 0x12000, C_LOAD_PAGE);
    at("lr.d, page not mapped", lr_d, MODE_S, 0x12000, C_LOAD_PAGE);
    check("read-only page unchanged", load64(page), 5);
    enter(MODE_S, lr_d, 0x10000, 0);
    check_trap_at("lr.d of a read-only page", MODE_M, C_ECALL_S, lr_d, 4, 0);
    check("lr.d of a read-only page, value", seen.x[12], 5);
    enter(MODE_S, amo_w, 0x11000, 9);
    check_trap_at("amoadd.w, writable page", MODE_M, C_ECALL_S, amo_w, 4, 0);
    check("amoadd.w, writable page, value", load64(page), 14);
    reset_state();
}

void test_main(void)
{
    amo_double();
    amo_word();
    amo_registers();
    reservation();
    counting_loop();
    misaligned();
    nothing_there();
    paged();
}
