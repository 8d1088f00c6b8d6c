/*
 * integer.c - RV64I and M: results at the edges of the number range.
 *
 * Unprivileged manual: 2.4 (register-immediate, register-register), 2.5
 * (control transfer), 2.6 (loads and stores), 5.2 and 5.3 (RV64I: W-forms,
 * 6-bit shift amounts, lwu/ld), 7.1 (mul*), 7.2 (div, rem: by zero, overflow).
 */
#include "env.h"

const char *const test_name = "integer";

#define MIN64 0x8000000000000000UL
#define MAX64 0x7fffffffffffffffUL
#define MIN32 0xffffffff80000000UL
#define ONES  0xffffffffffffffffUL

#define RR(op, a, b)                                                           \
    ({                                                                         \
        u64 r_;                                                                \
        __asm__ volatile(#op " %0, %1, %2"                                     \
                         : "=r"(r_)                                            \
                         : "r"((u64)(a)), "r"((u64)(b)));                      \
        r_;                                                                    \
    })
#define RI(op, a, imm)                                                         \
    ({                                                                         \
        u64 r_;                                                                \
        __asm__ volatile(#op " %0, %1, " #imm : "=r"(r_) : "r"((u64)(a)));     \
        r_;                                                                    \
    })
#define CHECK_RR(op, a, b, expected)                                           \
    check(#op " " #a ", " #b, RR(op, a, b), expected)
#define CHECK_RI(op, a, imm, expected)                                         \
    check(#op " " #a ", " #imm, RI(op, a, imm), expected)

static void arithmetic(void)
{
    CHECK_RR(add, MAX64, 1, MIN64);
    CHECK_RR(add, ONES, 1, 0);
    CHECK_RR(sub, MIN64, 1, MAX64);
    CHECK_RR(sub, 0, MIN64, MIN64);
    CHECK_RR(addw, 0x7fffffff, 1, MIN32);
    CHECK_RR(addw, 0xffffffff00000001, 0x100000001, 2);
    CHECK_RR(subw, MIN32, 1, 0x7fffffff);
    CHECK_RR(subw, 0, MIN32, MIN32);
    CHECK_RI(addi, MAX64, 1, MIN64);
    CHECK_RI(addi, 0, -2048, 0xfffffffffffff800);
    CHECK_RI(addi, 0, 2047, 2047);
    CHECK_RI(addiw, 0x7fffffff, 1, MIN32);
    CHECK_RI(addiw, 0x1234567880000000, 0, MIN32);
    CHECK_RI(addiw, 0xffffffff7fffffff, 0, 0x7fffffff);
    CHECK_RR(slt, MIN64, MAX64, 1);
    CHECK_RR(slt, MAX64, MIN64, 0);
    CHECK_RR(sltu, MIN64, MAX64, 0);
    CHECK_RR(sltu, 0, ONES, 1);
    CHECK_RI(slti, MIN64, -1, 1);
    CHECK_RI(slti, 0, -2048, 0);
    CHECK_RI(sltiu, 5, -1, 1);
    CHECK_RI(sltiu, 0, 1, 1);
    CHECK_RI(sltiu, ONES, -1, 0);
    CHECK_RI(xori, 0x00ff00ff00ff00ff, -1, 0xff00ff00ff00ff00);
    CHECK_RI(ori, 0, -2048, 0xfffffffffffff800);
    CHECK_RI(andi, ONES, -2048, 0xfffffffffffff800);
}

static void shifts(void)
{
    CHECK_RR(sll, 1, 63, MIN64);
    CHECK_RR(sll, 1, 64, 1);
    CHECK_RR(sll, 1, 0xffffffffffffffc1, 2);
    CHECK_RR(srl, MIN64, 63, 1);
    CHECK_RR(srl, MIN64, 127, 1);
    CHECK_RR(sra, MIN64, 63, ONES);
    CHECK_RR(sra, MIN64, 64, MIN64);
    CHECK_RI(slli, 3, 63, MIN64);
    CHECK_RI(srli, ONES, 63, 1);
    CHECK_RI(srli, ONES, 32, 0xffffffff);
    CHECK_RI(srai, MIN64, 63, ONES);
    CHECK_RI(srai, MAX64, 62, 1);
    CHECK_RR(sllw, 1, 31, MIN32);
    CHECK_RR(sllw, 1, 32, 1);
    CHECK_RR(sllw, 0xffffffff00000001, 31, MIN32);
    CHECK_RR(srlw, ONES, 0, ONES);
    CHECK_RR(srlw, 0xffffffff80000000, 31, 1);
    CHECK_RR(srlw, 0xffffffff80000000, 63, 1);
    CHECK_RR(sraw, 0x80000000, 31, ONES);
    CHECK_RR(sraw, 0x7fffffff80000000, 4, 0xfffffffff8000000);
    CHECK_RI(slliw, 0xffffffff00000003, 31, MIN32);
    CHECK_RI(srliw, 0x00000000ffffffff, 0, ONES);
    CHECK_RI(srliw, ONES, 1, 0x7fffffff);
    CHECK_RI(sraiw, 0x80000000, 1, 0xffffffffc0000000);
}

static void multiplication(void)
{
    CHECK_RR(mul, MIN64, ONES, MIN64);
    CHECK_RR(mul, 0x100000000, 0x100000000, 0);
    CHECK_RR(mul, ONES, ONES, 1);
    CHECK_RR(mulh, MIN64, MIN64, 0x4000000000000000);
    CHECK_RR(mulh, MIN64, ONES, 0);
    CHECK_RR(mulh, ONES, ONES, 0);
    CHECK_RR(mulh, ONES, 1, ONES);
    CHECK_RR(mulh, MIN64, MAX64, 0xc000000000000000);
    CHECK_RR(mulhu, ONES, ONES, 0xfffffffffffffffe);
    CHECK_RR(mulhu, MIN64, 2, 1);
    CHECK_RR(mulhsu, ONES, ONES, ONES);
    CHECK_RR(mulhsu, MIN64, ONES, MIN64);
    CHECK_RR(mulhsu, 1, ONES, 0);
    CHECK_RR(mulhsu, ONES, 1, ONES);
    CHECK_RR(mulhsu, MAX64, MIN64, 0x3fffffffffffffff);
    CHECK_RR(mulw, 0x80000000, 0xffffffff, MIN32);
    CHECK_RR(mulw, 0x1234567800010000, 0x8000, MIN32);
    CHECK_RR(mulw, 0xffffffff, 0xffffffff, 1);
}

static void division(void)
{
    CHECK_RR(div, 7, 0, ONES);
    CHECK_RR(div, 0, 0, ONES);
    CHECK_RR(divu, 7, 0, ONES);
    CHECK_RR(rem, 7, 0, 7);
    CHECK_RR(rem, MIN64, 0, MIN64);
    CHECK_RR(remu, ONES, 0, ONES);
    CHECK_RR(div, MIN64, ONES, MIN64);
    CHECK_RR(rem, MIN64, ONES, 0);
    CHECK_RR(div, -7, 2, -3UL);
    CHECK_RR(rem, -7, 2, -1UL);
    CHECK_RR(div, 7, -2, -3UL);
    CHECK_RR(rem, 7, -2, 1);
    CHECK_RR(divu, MIN64, ONES, 0);
    CHECK_RR(remu, MIN64, ONES, MIN64);
    CHECK_RR(divw, 7, 0, ONES);
    CHECK_RR(divw, 7, 0x100000000, ONES);
    CHECK_RR(divuw, 7, 0, ONES);
    CHECK_RR(remw, 0x1000000007, 0, 7);
    CHECK_RR(remw, 0x80000000, 0, MIN32);
    CHECK_RR(remuw, 0x80000000, 0, MIN32);
    CHECK_RR(divw, 0x80000000, ONES, MIN32);
    CHECK_RR(remw, 0x80000000, ONES, 0);
    CHECK_RR(divw, 0x80000000, 0xffffffff, MIN32);
    CHECK_RR(remw, 0x80000000, 0xffffffff, 0);
    CHECK_RR(divuw, 0x80000000, 1, MIN32);
    CHECK_RR(divuw, ONES, 2, 0x7fffffff);
    CHECK_RR(remuw, ONES, 0x10, 15);
    CHECK_RR(divw, 0xfffffff9, 2, -3UL);
    CHECK_RR(remw, 0xfffffff9, 2, -1UL);
}

/* An operation whose destination is a source, or x0 (2.1, 2.4). */
static void registers(void)
{
    u64 r = MIN64;
    __asm__ volatile("sub %0, %0, %0" : "+r"(r));
    check("sub r, r, r", r, 0);
    r = 5;
    __asm__ volatile("add %0, %0, %0" : "+r"(r));
    check("add r, r, r", r, 10);
    __asm__ volatile("li %0, 9\n addi x0, %0, 3\n mul x0, %0, %0\n mv %0, x0"
                     : "=&r"(r));
    check("x0 after being a destination", r, 0);
    __asm__ volatile("li %0, 5\n ld x0, 0(%1)\n mv %0, x0"
                     : "=&r"(r)
                     : "r"(&test_name));
    check("x0 after a load", r, 0);
    __asm__ volatile("lui %0, 0x80000" : "=r"(r));
    check("lui 0x80000", r, MIN32);
    u64 pc, here;
    __asm__ volatile("1: auipc %0, 0xfffff\n la %1, 1b"
                     : "=&r"(pc), "=&r"(here));
    check("auipc -4096", pc, here - 4096);
}

static const u8 bytes[16] __attribute__((aligned(16))) = {
    0x80, 0x7f, 0xff, 0x80, 0x01, 0x02, 0x03, 0x84,
    0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
};

#define LOAD(op, offset)                                                       \
    ({                                                                         \
        u64 r_;                                                                \
        __asm__ volatile(#op " %0, " #offset "(%1)" : "=r"(r_) : "r"(bytes));  \
        r_;                                                                    \
    })

static void loads_and_stores(void)
{
    check("lb sign", LOAD(lb, 0), 0xffffffffffffff80);
    check("lb positive", LOAD(lb, 1), 0x7f);
    check("lbu", LOAD(lbu, 0), 0x80);
    check("lh sign", LOAD(lh, 2), 0xffffffffffff80ff);
    check("lhu", LOAD(lhu, 2), 0x80ff);
    check("lw sign", LOAD(lw, 4), 0xffffffff84030201);
    check("lwu", LOAD(lwu, 4), 0x84030201);
    check("ld", LOAD(ld, 8), 0x8877665544332211);
    check("ld again", LOAD(ld, 0), 0x8403020180ff7f80);
    u64 word = ONES;
    __asm__ volatile("sb %1, 3(%0)" ::"r"(&word), "r"(0x1200) : "memory");
    check("sb stores one byte", word, 0xffffffff00ffffff);
    __asm__ volatile("sh %1, 4(%0)" ::"r"(&word), "r"(0x12345678) : "memory");
    check("sh stores two", word, 0xffff567800ffffff);
    __asm__ volatile("sw %1, 0(%0)" ::"r"(&word), "r"(MIN64 | 5) : "memory");
    check("sw stores four", word, 0xffff567800000005);
    __asm__ volatile("sd %1, -8(%0)" ::"r"(&word + 1), "r"(MIN64) : "memory");
    check("sd with a negative offset", word, MIN64);
}

#define TAKEN(op, a, b)                                                        \
    ({                                                                         \
        u64 r_ = 1;                                                            \
        __asm__ volatile(#op " %1, %2, 1f\n li %0, 0\n1:"                      \
                         : "+&r"(r_)                                           \
                         : "r"((u64)(a)), "r"((u64)(b)));                      \
        r_;                                                                    \
    })

static void control(void)
{
    check("beq, all 64 bits count", TAKEN(beq, 1, 0x100000001), 0);
    check("bne, all 64 bits count", TAKEN(bne, 1, 0x100000001), 1);
    check("blt signed", TAKEN(blt, MIN64, 0), 1);
    check("bltu unsigned", TAKEN(bltu, MIN64, 0), 0);
    check("bge equal", TAKEN(bge, 5, 5), 1);
    check("bgeu", TAKEN(bgeu, ONES, 1), 1);
    check("blt equal", TAKEN(blt, 5, 5), 0);
    u64 link, target;
    __asm__ volatile("la %1, 1f\n ori %1, %1, 1\n .option push\n"
                     ".option norvc\n jalr %0, 0(%1)\n .option pop\n"
                     ".balign 4\n1: la %1, 1b\n"
                     : "=&r"(link), "=&r"(target));
    check("jalr clears bit 0 and links", target - link < 8, 1);
    __asm__ volatile("la %0, 1f\n .option push\n .option norvc\n"
                     "jalr %0, 0(%0)\n .option pop\n 1: la %1, 1b\n"
                     : "=&r"(link), "=&r"(target));
    check("jalr with rd = rs1", link, target);
}

void test_main(void)
{
    arithmetic();
    shifts();
    multiplication();
    division();
    registers();
    loads_and_stores();
    control();
}
