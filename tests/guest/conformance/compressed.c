/*
 * compressed.c - the C extension: every instruction's result, and traps in the
 * middle of 2-byte code.
 *
 * Unprivileged manual: 16.2-16.8 (each RV64C instruction; the all-zero word is
 * illegal), 1.5 (words with all bits set are illegal). Privileged manual
 * 3.1.14: mepc may be any multiple of two; it names the trapping instruction.
 */
#include "env.h"

const char *const test_name = "compressed";

#define C_OP(body, in)                                                         \
    ({                                                                         \
        register u64 r_ __asm__("a0") = (u64)(in);                             \
        __asm__ volatile(".option push\n.option rvc\n" body "\n.option pop"    \
                         : "+r"(r_)                                            \
                         :                                                     \
                         : "a1", "a2", "memory");                              \
        r_;                                                                    \
    })

static void immediates(void)
{
    check("c.addi -1", C_OP("c.addi a0, -1", 0), ~0UL);
    check("c.addi 31", C_OP("c.addi a0, 31", 1), 32);
    check("c.addi -32", C_OP("c.addi a0, -32", 0), -32UL);
    check("c.addiw wraps", C_OP("c.addiw a0, 1", 0x7fffffff),
          0xffffffff80000000);
    check("c.addiw 0 is sext.w", C_OP("c.addiw a0, 0", 0x180000000),
          0xffffffff80000000);
    check("c.li -32", C_OP("c.li a0, -32", 0), -32UL);
    check("c.lui 31", C_OP("c.lui a0, 31", 0), 31 << 12);
    check("c.lui negative", C_OP("c.lui a0, 0xfffe0", 0), 0xfffffffffffe0000);
    check("c.slli 63", C_OP("c.slli a0, 63", 3), 1UL << 63);
    check("c.srli 63", C_OP("c.srli a0, 63", ~0UL), 1);
    check("c.srli 33", C_OP("c.srli a0, 33", ~0UL), 0x7fffffff);
    check("c.srai 63", C_OP("c.srai a0, 63", 1UL << 63), ~0UL);
    check("c.andi -32", C_OP("c.andi a0, -32", ~0UL), -32UL);
    check("c.andi 31", C_OP("c.andi a0, 31", ~0UL), 31);
    check("c.nop", C_OP("c.nop", 7), 7);
}

static void registers(void)
{
    check("c.mv", C_OP("li a1, 9\n c.mv a0, a1", 0), 9);
    check("c.add", C_OP("li a1, 9\n c.add a0, a1", -9), 0);
    check("c.sub", C_OP("li a1, 9\n c.sub a0, a1", 8), ~0UL);
    check("c.xor", C_OP("li a1, 6\n c.xor a0, a1", 5), 3);
    check("c.or", C_OP("li a1, 6\n c.or a0, a1", 5), 7);
    check("c.and", C_OP("li a1, 6\n c.and a0, a1", 5), 4);
    check("c.subw", C_OP("li a1, 1\n c.subw a0, a1", 0x80000000), 0x7fffffff);
    check("c.addw", C_OP("li a1, 1\n c.addw a0, a1", 0x7fffffff),
          0xffffffff80000000);
}

static u64 cells[32] __attribute__((aligned(16)));

static void memory(void)
{
    for (int i = 0; i < 32; i++)
        cells[i] = 0x8000000080000000UL + (u64)i;
    check("c.ld 0", C_OP("c.ld a0, 0(a0)", cells), 0x8000000080000000);
    check("c.ld 248", C_OP("c.ld a0, 248(a0)", cells), 0x800000008000001f);
    check("c.lw 124", C_OP("c.lw a0, 124(a0)", cells), 0xffffffff80000000);
    check("c.lw 64", C_OP("c.lw a0, 64(a0)", cells), 0xffffffff80000008);
    C_OP("li a1, 77\n c.sd a1, 248(a0)", cells);
    check("c.sd 248", cells[31], 77);
    C_OP("li a1, -1\n c.sw a1, 4(a0)", cells);
    check("c.sw 4", cells[0], 0xffffffff80000000);
    C_OP("mv a2, sp\n mv sp, a0\n li a1, 5\n c.sdsp a1, 88(sp)\n"
         "c.swsp a1, 252(sp)\n mv sp, a2",
         cells);
    check("c.sdsp 88", cells[11], 5);
    check("c.swsp 252", cells[31], 0x50000004d);
    check("c.ldsp 88",
          C_OP("mv a2, sp\n mv sp, a0\n c.ldsp a0, 88(sp)\n"
               "mv sp, a2",
               cells),
          5);
    check("c.lwsp 4",
          C_OP("mv a2, sp\n mv sp, a0\n c.lwsp a0, 4(sp)\n"
               "mv sp, a2",
               cells),
          ~0UL);
    check("c.addi16sp -512",
          C_OP("mv a2, sp\n mv sp, a0\n"
               "c.addi16sp sp, -512\n mv a0, sp\n"
               "mv sp, a2",
               0x1000),
          0xe00);
    check("c.addi16sp 496",
          C_OP("mv a2, sp\n mv sp, a0\n"
               "c.addi16sp sp, 496\n mv a0, sp\n"
               "mv sp, a2",
               0x1000),
          0x11f0);
    check("c.addi4spn 1020",
          C_OP("mv a2, sp\n mv sp, a0\n"
               "c.addi4spn a0, sp, 1020\n mv sp, a2",
               0x1000),
          0x13fc);
}

static void control(void)
{
    check("c.j", C_OP("c.j 1f\n li a0, 1\n1:", 0), 0);
    check("c.beqz taken", C_OP("c.beqz a0, 1f\n li a0, 1\n1:", 0), 0);
    check("c.beqz not", C_OP("c.beqz a0, 1f\n li a0, 1\n1:", 1UL << 32), 1);
    check("c.bnez taken", C_OP("c.bnez a0, 1f\n li a0, 1\n1:", 1UL << 32),
          1UL << 32);
    check("c.bnez not", C_OP("c.bnez a0, 1f\n li a0, 1\n1:", 0), 1);
    check("c.jr", C_OP("la a1, 1f\n c.jr a1\n li a0, 1\n1:", 0), 0);
    check("c.jalr links the next 2 bytes",
          C_OP("mv a2, ra\n la a1, 1f\n c.jalr a1\n2: c.nop\n"
               "1: la a1, 2b\n sub a0, ra, a1\n mv ra, a2",
               5),
          0);
}

/* Traps with pc = 2 mod 4 in each mode; the snippets are 4-aligned. */
SNIPPET(odd_ecall, ".option rvc\n c.nop\n ecall");
SNIPPET(odd_illegal, ".option rvc\n c.nop\n .half 0xffff, 0xffff");
SNIPPET(odd_zero, ".option rvc\n c.nop\n .half 0");
SNIPPET(even_zero, ".half 0, 0");
SNIPPET(odd_break, ".option rvc\n c.nop\n c.ebreak");
SNIPPET(even_break, ".option rvc\n c.ebreak\n c.nop");
SNIPPET(odd_load, ".option rvc\n c.li a2, 7\n c.ld a2, 0(a0)");
SNIPPET(odd_store, ".option rvc\n c.li a2, 7\n c.nop\n c.nop\n"
                   "c.sw a2, 0(a0)");
SNIPPET(odd_jump, ".option rvc\n c.nop\n c.jr a0");

static void break_at(const char *what, u64 mode, const char *snippet,
                     u64 offset)
{
    enter((long)mode, snippet, 0, 0);
    u64 pc = (u64)snippet + offset;
    check_trap(what, MODE_M, C_BREAK, pc, seen.tval == 0 ? 0 : pc);
}

static void traps(void)
{
    static const u64 ecall_cause[] = {C_ECALL_U, C_ECALL_S, 0, C_ECALL_M};
    static const int modes[] = {MODE_U, MODE_S, MODE_M};
    for (int i = 0; i < 3; i++) {
        int mode = modes[i];
        enter(mode, odd_ecall, 0, 0);
        check_trap_at("ecall at 2 mod 4", MODE_M, ecall_cause[mode], odd_ecall,
                      2, 0);
        enter(mode, odd_illegal, 0, 0);
        check_illegal("all ones at 2 mod 4", MODE_M, odd_illegal, 2,
                      0xffffffff);
        enter(mode, odd_zero, 0, 0);
        check_illegal("all zero at 2 mod 4", MODE_M, odd_zero, 2, 0);
        enter(mode, even_zero, 0, 0);
        check_illegal("all zero", MODE_M, even_zero, 0, 0);
        break_at("c.ebreak at 2 mod 4", (u64)mode, odd_break, 2);
        break_at("c.ebreak", (u64)mode, even_break, 0);
        enter(mode, odd_load, NOTHING, 0);
        check_trap_at("c.ld from nothing", MODE_M, C_LOAD_ACCESS, odd_load, 2,
                      NOTHING);
        check("c.ld that faults leaves rd", seen.x[12], 7);
        enter(mode, odd_store, NOTHING, 0);
        check_trap_at("c.sw to nothing", MODE_M, C_STORE_ACCESS, odd_store, 6,
                      NOTHING);
        enter(mode, odd_jump, (u64)odd_ecall + 2, 0);
        check_trap_at("c.jr into the middle of a word", MODE_M,
                      ecall_cause[mode], odd_ecall, 2, 0);
    }
}

void test_main(void)
{
    immediates();
    registers();
    memory();
    control();
    traps();
}
