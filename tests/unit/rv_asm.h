/*
 * rv_asm.h - a few RISC-V instructions put together by hand, for tests whose
 * program is ten instructions long and belongs beside what it must do.
 */
#ifndef SALLYPORT_TESTS_RV_ASM_H
#define SALLYPORT_TESTS_RV_ASM_H

#include <stddef.h>
#include <stdint.h>

enum {
    X0 = 0,
    RA = 1,
    SP = 2,
    T0 = 5,
    T1 = 6,
    T2 = 7,
    A0 = 10,
    A1 = 11,
    A2 = 12,
    A6 = 16,
    A7 = 17,
    T3 = 28,
    T4 = 29
};

struct program {
    uint32_t code[512];
    size_t n;
};

static inline void emit(struct program *p, uint32_t word)
{
    p->code[p->n++] = word;
}

static inline void rv_addi(struct program *p, unsigned rd, unsigned rs,
                           int32_t imm)
{
    emit(p, (uint32_t)imm << 20 | rs << 15 | rd << 7 | 0x13);
}

/* rd = imm, sign-extended from 32 bits; always two instructions. */
static inline void rv_li(struct program *p, unsigned rd, int64_t imm)
{
    uint32_t value = (uint32_t)imm;
    emit(p, ((value + 0x800) & 0xfffff000u) | rd << 7 | 0x37);
    emit(p, value << 20 | rd << 15 | rd << 7 | 0x1b); /* addiw */
}

/* rd = a 32-bit value, zero-extended; four instructions. */
static inline void rv_li_u32(struct program *p, unsigned rd, uint32_t value)
{
    rv_li(p, rd, value);
    emit(p, 32u << 20 | rd << 15 | 1u << 12 | rd << 7 | 0x13); /* slli 32 */
    emit(p, 32u << 20 | rd << 15 | 5u << 12 | rd << 7 | 0x13); /* srli 32 */
}

/* Store of 1 << log2 bytes: *(rs + imm) = rt. */
static inline void rv_store(struct program *p, unsigned log2, unsigned rt,
                            unsigned rs, int32_t imm)
{
    uint32_t u = (uint32_t)imm;
    emit(p, (u >> 5 & 127) << 25 | rt << 20 | rs << 15 | log2 << 12 |
                (u & 31) << 7 | 0x23);
}

static inline void rv_load(struct program *p, unsigned log2, unsigned rd,
                           unsigned rs, int32_t imm)
{
    emit(p, (uint32_t)imm << 20 | rs << 15 | log2 << 12 | rd << 7 | 3);
}

static inline void rv_csrw(struct program *p, unsigned csr, unsigned rs)
{
    emit(p, csr << 20 | rs << 15 | 1u << 12 | 0x73);
}

static inline void rv_csrr(struct program *p, unsigned rd, unsigned csr)
{
    emit(p, csr << 20 | 2u << 12 | rd << 7 | 0x73);
}

/* Jump by a number of instructions, from this one. */
static inline void rv_jump(struct program *p, int32_t words)
{
    uint32_t o = (uint32_t)words * 4;
    emit(p, (o >> 20 & 1) << 31 | (o >> 1 & 1023) << 21 | (o >> 11 & 1) << 20 |
                (o >> 12 & 255) << 12 | 0x6f);
}

/* If rs is 0, branch by a number of instructions. */
static inline void rv_beqz(struct program *p, unsigned rs, int32_t words)
{
    uint32_t o = (uint32_t)words * 4;
    emit(p, (o >> 12 & 1) << 31 | (o >> 5 & 63) << 25 | rs << 15 |
                (o >> 1 & 15) << 8 | (o >> 11 & 1) << 7 | 0x63);
}

static inline void rv_ecall(struct program *p)
{
    emit(p, 0x00000073);
}

static inline void rv_wfi(struct program *p)
{
    emit(p, 0x10500073);
}

static inline void rv_mret(struct program *p)
{
    emit(p, 0x30200073);
}

/* csr = a 32-bit value, zero-extended. */
static inline void rv_set_csr(struct program *p, unsigned csr, uint32_t value)
{
    rv_li_u32(p, T0, value);
    rv_csrw(p, csr, T0);
}

/* *(address) = value, with 1 << log2 bytes; address below 2^31. */
static inline void rv_poke(struct program *p, unsigned log2, uint32_t address,
                           int64_t value)
{
    rv_li(p, T0, address);
    rv_li(p, T1, value);
    rv_store(p, log2, T1, T0, 0);
}

/* Ends the run with a status, through the finisher. */
static inline void rv_finish(struct program *p, unsigned status)
{
    rv_poke(p, 2, 0x00100000, (int64_t)(status << 16 | 0x3333));
}

#endif
