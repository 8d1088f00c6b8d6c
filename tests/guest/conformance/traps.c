/*
 * traps.c - every synchronous cause, from every mode, delegated and not: where
 * it goes and what the CSRs say then.
 *
 * Privileged manual: 3.1.6.1 (MPP, MPIE, MIE, SPP, SPIE, SIE at a trap), 3.1.7
 * (mtvec), 3.1.8 (medeleg: never to a less privileged mode), 3.1.14-3.1.16
 * (mepc, mcause, mtval), 3.3.1 (ecall, ebreak), 3.7.1 and 3.1.15 (access
 * faults to nothing), 4.1.7-4.1.9 (sepc, scause, stval).
 */
#include "env.h"

const char *const test_name = "traps";

SNIPPET(do_illegal, "nop\n .word 0xffffffff");
SNIPPET(do_unimp, "nop\n csrrw x0, cycle, x0");
SNIPPET(do_break, "nop\n ebreak");
SNIPPET(do_load, "li a2, 5\n lw a2, 0(a0)");
SNIPPET(do_load_byte, "li a2, 5\n lbu a2, 0(a0)");
SNIPPET(do_store, "li a2, 5\n sd a2, 0(a0)");
SNIPPET(do_store_byte, "li a2, 5\n sb a2, 0(a0)");
SNIPPET(do_jump, "nop\n jr a0");
SNIPPET(do_amo, "nop\n amoadd.w a2, a2, (a0)");
SNIPPET(do_lr, "nop\n lr.w a2, (a0)");
SNIPPET(do_ecall, "nop\n ecall");

struct kind {
    const char *what;
    const char *code;
    u64 cause;
    u64 argument;
    u64 tval; /* with EITHER_ZERO: or 0 */
    u64 flags;
};

#define AT_TARGET   1 /* epc is the argument, not the second instruction */
#define EITHER_ZERO 2
#define TVAL_PC     4 /* tval is 0 or epc */

static const struct kind kinds[] = {
    {"illegal word", do_illegal, C_ILLEGAL, 0, 0xffffffff, EITHER_ZERO},
    {"write of a read-only CSR", do_unimp, C_ILLEGAL, 0, 0xc0001073,
     EITHER_ZERO},
    {"ebreak", do_break, C_BREAK, 0, 0, TVAL_PC},
    {"lw from nothing", do_load, C_LOAD_ACCESS, NOTHING + 0x40, NOTHING + 0x40,
     0},
    {"lbu from nothing", do_load_byte, C_LOAD_ACCESS, NOTHING + 3, NOTHING + 3,
     0},
    {"sd to nothing", do_store, C_STORE_ACCESS, NOTHING + 0x48, NOTHING + 0x48,
     0},
    {"sb to nothing", do_store_byte, C_STORE_ACCESS, NOTHING + 0xfff,
     NOTHING + 0xfff, 0},
    {"jump to nothing", do_jump, C_FETCH_ACCESS, NOTHING + 0x80, NOTHING + 0x80,
     AT_TARGET},
    {"load above all physical addresses", do_load, C_LOAD_ACCESS,
     0x0100000000000000, 0x0100000000000000, 0},
    {"store to address -8", do_store, C_STORE_ACCESS, -8UL, -8UL, 0},
    {"jump above all physical addresses", do_jump, C_FETCH_ACCESS,
     0x0100000000000000, 0x0100000000000000, AT_TARGET},
    {"amo, misaligned", do_amo, C_STORE_MISALIGNED, RAM_SCRATCH + 2,
     RAM_SCRATCH + 2, 0},
    {"lr, misaligned", do_lr, C_LOAD_MISALIGNED, RAM_SCRATCH + 2,
     RAM_SCRATCH + 2, 0},
};

static u64 expected_tval(const struct kind *kind, u64 epc)
{
    if (seen.tval == 0 && kind->flags & (EITHER_ZERO | TVAL_PC))
        return 0;
    return kind->flags & TVAL_PC ? epc : kind->tval;
}

/* The stack of privileges and enables after the trap. */
static void check_status(u64 level, u64 from, u64 pie)
{
    u64 status = seen.status;
    if (level == MODE_M) {
        check("MPP is the mode it came from", mpp_of(status), from);
        check("MIE is off", status & ST_MIE, 0);
        check("MPIE was MIE", (status & ST_MPIE) != 0, pie);
        check("SPP, SIE, SPIE are left alone",
              status & (ST_SPP | ST_SIE | ST_SPIE), ST_SPP | ST_SIE);
    } else {
        check("SPP is the mode it came from", (status & ST_SPP) != 0, from);
        check("SIE is off", status & ST_SIE, 0);
        check("SPIE was SIE", (status & ST_SPIE) != 0, pie);
    }
}

static void one(const struct kind *kind, int from, int delegated)
{
    u64 level = delegated && from != MODE_M ? MODE_S : MODE_M;
    u64 epc = kind->flags & AT_TARGET ? kind->argument : (u64)kind->code + 4;
    csr_write(medeleg, delegated ? 1UL << kind->cause : 0);
    for (u64 pie = 0; pie < 2; pie++) {
        csr_write(mstatus, ST_SPP | ST_SIE | (pie ? ST_MPIE : 0));
        if (level == MODE_S && !pie)
            csr_clear(mstatus, ST_SIE);
        enter(from, kind->code, kind->argument, 0);
        check_trap(kind->what, level, kind->cause, epc,
                   expected_tval(kind, epc));
        check_status(level, (u64)from, pie);
        if (kind->code == do_load || kind->code == do_load_byte)
            check("a load that faults leaves rd", seen.x[12], 5);
    }
    csr_write(medeleg, 0);
}

static void all_kinds(void)
{
    static const int modes[] = {MODE_U, MODE_S, MODE_M};
    for (unsigned k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (int m = 0; m < 3; m++)
            for (int delegated = 0; delegated < 2; delegated++)
                one(&kinds[k], modes[m], delegated);
}

static void calls(void)
{
    static const struct kind call[] = {
        {"ecall from U", do_ecall, C_ECALL_U, 0, 0, 0},
        {"ecall from S", do_ecall, C_ECALL_S, 0, 0, 0},
        {0},
        {"ecall from M", do_ecall, C_ECALL_M, 0, 0, 0},
    };
    one(&call[MODE_U], MODE_U, 0);
    one(&call[MODE_U], MODE_U, 1);
    one(&call[MODE_S], MODE_S, 0);
    one(&call[MODE_S], MODE_S, 1);
    one(&call[MODE_M], MODE_M, 0);
    csr_write(medeleg, ~(1UL << C_ILLEGAL));
    enter(MODE_M, do_ecall, 0, 0);
    check_trap_at("ecall from M with all delegated", MODE_M, C_ECALL_M,
                  do_ecall, 4, 0);
    enter(MODE_M, do_load, NOTHING, 0);
    check_trap_at("load fault in M with all delegated", MODE_M, C_LOAD_ACCESS,
                  do_load, 4, NOTHING);
    reset_state();
}

/* Only the delegated cause goes to S-mode, and M-mode's CSRs stay then. */
static void delegation_is_by_cause(void)
{
    csr_write(medeleg, 1UL << C_BREAK);
    enter(MODE_U, do_load, NOTHING, 0);
    check_trap_at("another cause than the delegated", MODE_M, C_LOAD_ACCESS,
                  do_load, 4, NOTHING);
    csr_write(mtval, 0x1234);
    csr_write(medeleg, 1UL << C_ILLEGAL);
    enter(MODE_U, do_illegal, 0, 0);
    check_illegal("delegated illegal instruction", MODE_S, do_illegal, 4,
                  0xffffffff);
    csr_write(scause, 5);
    csr_write(sepc, 0x80000000);
    csr_write(stval, 77);
    csr_write(medeleg, 0);
    enter(MODE_S, do_illegal, 0, 0);
    check("a trap to M leaves scause", csr_read(scause), 5);
    check("and sepc", csr_read(sepc), 0x80000000);
    check("and stval", csr_read(stval), 77);
    reset_state();
}

/* A handler that is itself trapped: the inner trap wins the CSRs. */
SNIPPET(nesting_handler, "csrr a2, mepc\n csrr a3, mcause\n"
                         "csrr a4, mstatus\n la t0, m_recorder\n"
                         "csrw mtvec, t0\n .balign 4\n.globl nested_point\n"
                         "nested_point: ebreak");

static void nested(void)
{
    extern const char nested_point[];
    csr_write(mtvec, nesting_handler);
    enter(MODE_U, do_ecall, 0, 0);
    check("outer mepc", seen.x[12], (u64)do_ecall + 4);
    check("outer mcause", seen.x[13], C_ECALL_U);
    check("outer MPP", mpp_of(seen.x[14]), MODE_U);
    check("inner cause", seen.cause, C_BREAK);
    check("inner epc", seen.epc, (u64)nested_point);
    check("inner MPP", mpp_of(seen.status), MODE_M);
    reset_state();
}

/* Registers come through a trap as they were. */
SNIPPET(fill_registers,
        "li sp, 102\n li gp, 103\n li tp, 104\n li t0, 105\n li t1, 106\n"
        "li t2, 107\n li s0, 108\n li s1, 109\n li a0, 110\n li a1, 111\n"
        "li a2, 112\n li a3, 113\n li a4, 114\n li a5, 115\n li a6, 116\n"
        "li a7, 117\n li t3, 128\n li t4, 129\n li t5, 130\n li t6, 131\n"
        "ecall");

static void registers_survive(void)
{
    static const int modes[] = {MODE_U, MODE_S, MODE_M};
    for (int m = 0; m < 3; m++) {
        enter(modes[m], fill_registers, 0, 0);
        for (u64 n = 2; n < 32; n++)
            if (n < 18 || n > 27)
                check("a register at the trap", seen.x[n], 100 + n);
    }
}

void test_main(void)
{
    all_kinds();
    calls();
    delegation_is_by_cause();
    nested();
    registers_survive();
}
