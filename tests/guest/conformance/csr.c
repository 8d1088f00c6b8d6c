/*
 * csr.c - who may reach which CSR, and what the six CSR instructions do.
 *
 * Unprivileged manual 9.1 (csrrw, csrrs, csrrc and immediates: value returned,
 * value written; x0 and zero-immediate forms do not write). Privileged manual
 * 2.1 (bits 9:8 of the number are the lowest privilege, bits 11:10 = 3 is
 * read-only; violations and CSRs that do not exist are illegal instructions),
 * 4.1.1-4.1.3 (sstatus, sie, sip are views of mstatus, mie, mip).
 */
#include "env.h"

const char *const test_name = "csr";

/* A CSR instruction as a word, so that the assembler has no say in it. */
#define OP_CSRRW  1
#define OP_CSRRS  2
#define OP_CSRRC  3
#define OP_CSRRWI 5
#define OP_CSRRSI 6
#define OP_CSRRCI 7

static u32 encode(u32 op, u32 csr, u32 rd, u32 rs1)
{
    return csr << 20 | rs1 << 15 | op << 12 | rd << 7 | 0x73;
}

/* The instruction, then an ecall, in a place of its own. */
static u32 slot[2] __attribute__((aligned(64)));

static const u64 ecall_cause[] = {C_ECALL_U, C_ECALL_S, 0, C_ECALL_M};

static void run_word(int mode, u32 word)
{
    slot[0] = word;
    slot[1] = 0x00000073;
    __asm__ volatile("fence.i" ::: "memory");
    enter(mode, slot, 0, 0);
}

static void allowed(const char *what, int mode, u32 word)
{
    run_word(mode, word);
    check_trap(what, MODE_M, ecall_cause[mode], (u64)slot + 4, 0);
}

static void refused(const char *what, int mode, u32 word)
{
    run_word(mode, word);
    check_illegal(what, MODE_M, (const char *)slot, 0, word);
    check("a refused CSR instruction leaves rd alone", seen.x[A0], 0);
}

#define READ(csr) encode(OP_CSRRS, csr, A0, 0)

static void by_privilege(void)
{
    static const u32 machine[] = {
        0x300, 0x301, 0x302, 0x303, 0x304, 0x305, 0x306, 0x340, 0x341, 0x342,
        0x343, 0x344, 0x3a0, 0x3b0, 0xb00, 0xb02, 0xf11, 0xf12, 0xf13, 0xf14};
    static const u32 supervisor[] = {0x100, 0x104, 0x105, 0x106, 0x140,
                                     0x141, 0x142, 0x143, 0x144, 0x180};
    for (unsigned i = 0; i < sizeof machine / sizeof *machine; i++) {
        allowed("M-mode CSR read in M", MODE_M, READ(machine[i]));
        refused("M-mode CSR read in S", MODE_S, READ(machine[i]));
        refused("M-mode CSR read in U", MODE_U, READ(machine[i]));
        refused("M-mode CSR written in S", MODE_S,
                encode(OP_CSRRW, machine[i], A0, 0));
    }
    for (unsigned i = 0; i < sizeof supervisor / sizeof *supervisor; i++) {
        allowed("S-mode CSR read in M", MODE_M, READ(supervisor[i]));
        allowed("S-mode CSR read in S", MODE_S, READ(supervisor[i]));
        refused("S-mode CSR read in U", MODE_U, READ(supervisor[i]));
        refused("S-mode CSR written in U", MODE_U,
                encode(OP_CSRRW, supervisor[i], 0, A0));
    }
}

/* Whether an instruction writes is decided by its fields, not its values. */
static void read_only(void)
{
    static const u32 csrs[] = {0xf11, 0xf14, 0xc00, 0xc02};
    for (unsigned i = 0; i < sizeof csrs / sizeof *csrs; i++) {
        u32 csr = csrs[i];
        allowed("csrrs rd, ro, x0", MODE_M, encode(OP_CSRRS, csr, A0, 0));
        allowed("csrrc rd, ro, x0", MODE_M, encode(OP_CSRRC, csr, A0, 0));
        allowed("csrrsi rd, ro, 0", MODE_M, encode(OP_CSRRSI, csr, A0, 0));
        allowed("csrrci rd, ro, 0", MODE_M, encode(OP_CSRRCI, csr, A0, 0));
        refused("csrrw rd, ro, x0", MODE_M, encode(OP_CSRRW, csr, A0, 0));
        refused("csrrw x0, ro, x0", MODE_M, encode(OP_CSRRW, csr, 0, 0));
        refused("csrrwi x0, ro, 0", MODE_M, encode(OP_CSRRWI, csr, 0, 0));
        refused("csrrs rd, ro, a1 = 0", MODE_M, encode(OP_CSRRS, csr, A0, A1));
        refused("csrrc rd, ro, a1 = 0", MODE_M, encode(OP_CSRRC, csr, A0, A1));
        refused("csrrsi rd, ro, 1", MODE_M, encode(OP_CSRRSI, csr, A0, 1));
    }
}

static void absent(void)
{
    static const u32 csrs[] = {0x0ff, 0x19f, 0x3ff, 0x5ff, 0x7b0,
                               0x9ff, 0xbff, 0xdff, 0xfff};
    for (unsigned i = 0; i < sizeof csrs / sizeof *csrs; i++) {
        refused("CSR that does not exist, M", MODE_M, READ(csrs[i]));
        refused("CSR that does not exist, S", MODE_S, READ(csrs[i]));
        refused("CSR that does not exist, U", MODE_U, READ(csrs[i]));
        refused("write of a CSR that does not exist", MODE_M,
                encode(OP_CSRRW, csrs[i], 0, A0));
    }
    /* funct3 = 4 is no CSR instruction. */
    refused("SYSTEM with funct3 = 4", MODE_M, encode(4, 0x340, A0, 0));
}

#define DO(op, operand)                                                        \
    ({                                                                         \
        u64 old_;                                                              \
        __asm__ volatile(#op " %0, mscratch, %1"                               \
                         : "=r"(old_)                                          \
                         : "r"((u64)(operand)));                               \
        old_;                                                                  \
    })
#define DO_IMMEDIATE(op, operand)                                              \
    ({                                                                         \
        u64 old_;                                                              \
        __asm__ volatile(#op " %0, mscratch, " #operand : "=r"(old_));         \
        old_;                                                                  \
    })

static void operations(void)
{
    const u64 a = 0xfedcba9876543210;
    csr_write(mscratch, a);
    check("csrrw returns the old value", DO(csrrw, 0xff), a);
    check("csrrs returns the old value", DO(csrrs, 0x100), 0xff);
    check("csrrc returns the old value", DO(csrrc, 0x0f), 0x1ff);
    check("csrrwi", DO_IMMEDIATE(csrrwi, 31), 0x1f0);
    check("csrrsi", DO_IMMEDIATE(csrrsi, 16), 31);
    check("csrrci", DO_IMMEDIATE(csrrci, 1), 31);
    check("what is left", csr_read(mscratch), 30);
    u64 value = 5;
    __asm__ volatile("csrrw %0, mscratch, %0" : "+r"(value));
    check("csrrw with rd = rs1 returns", value, 30);
    check("csrrw with rd = rs1 writes", csr_read(mscratch), 5);
    __asm__ volatile("li %0, 2\n csrrs %0, mscratch, %0" : "=&r"(value));
    check("csrrs with rd = rs1 returns", value, 5);
    check("csrrs with rd = rs1 writes", csr_read(mscratch), 7);
    __asm__ volatile("csrrw x0, mscratch, %0" ::"r"(a));
    check("csrrw x0 writes", csr_read(mscratch), a);
    __asm__ volatile("csrrw x0, mscratch, x0");
    check("csrrw of x0 writes zero", csr_read(mscratch), 0);
}

/* sstatus, sie and sip show a part of the machine's registers. */
static void views(void)
{
    csr_write(mstatus, MPP(MODE_S) | ST_MPIE | ST_SPP | ST_SUM | ST_TVM);
    u64 view = csr_read(sstatus);
    check("sstatus hides MPP, MPIE, TVM", view & (ST_MPP | ST_MPIE | ST_TVM),
          0);
    check("sstatus shows SPP and SUM", view & (ST_SPP | ST_SUM),
          ST_SPP | ST_SUM);
    csr_write(sstatus, ~0UL);
    check("a write of sstatus leaves MIE, MPRV, TW, TSR",
          csr_read(mstatus) & (ST_MIE | ST_MPRV | ST_TW | ST_TSR), 0);
    check("and MPP", csr_read(mstatus) & ST_MPP, MPP(MODE_S));
    check("and sets SIE, SPIE, SPP, SUM, MXR",
          csr_read(mstatus) & (ST_SIE | ST_SPIE | ST_SPP | ST_SUM | ST_MXR),
          ST_SIE | ST_SPIE | ST_SPP | ST_SUM | ST_MXR);
    csr_write(sstatus, 0);
    check("sstatus = 0 leaves MPP, MPIE, TVM", csr_read(mstatus) & 0x101880,
          MPP(MODE_S) | ST_MPIE | ST_TVM);
    reset_state();
    csr_write(mie, 0xaaa);
    check("sie is 0 when nothing is delegated", csr_read(sie), 0);
    csr_write(mideleg, 1 << INT_SSI | 1 << INT_SEI);
    check("sie shows what is delegated", csr_read(sie),
          1 << INT_SSI | 1 << INT_SEI);
    csr_write(sie, 0);
    check("sie = 0 clears that much of mie", csr_read(mie),
          0xaaa & ~(1 << INT_SSI | 1 << INT_SEI));
    csr_write(mip, 1 << INT_SSI | 1 << INT_STI);
    check("sip shows what is delegated", csr_read(sip), 1 << INT_SSI);
    csr_write(sip, 0);
    check("SSIP can be cleared through sip", csr_read(mip) & 0x222,
          1 << INT_STI);
    csr_write(mideleg, 0x222);
    csr_write(mip, 0);
    csr_write(sip, ~0UL);
    check("STIP and SEIP cannot be set through sip", csr_read(mip) & 0x222,
          1 << INT_SSI);
    reset_state();
}

void test_main(void)
{
    csr_write(mcounteren, 7);
    csr_write(scounteren, 7);
    by_privilege();
    read_only();
    absent();
    operations();
    views();
}
