/*
 * insn.h - reading RISC-V instruction words: lengths, fields, and the loads
 * and stores that cpu/ has to carry out itself.
 *
 * Plain functions over integers; knows no hart. The formats are those of the
 * unprivileged manual, chapters 2 (base), 8 (A) and 16 (C).
 *
 *    31      25 24   20 19   15 14  12 11    7 6      0
 *   +----------+-------+-------+------+-------+--------+
 *   |  funct7  |  rs2  |  rs1  |funct3|  rd   | opcode |  R
 *   |    imm[11:0]     |  rs1  |funct3|  rd   | opcode |  I
 *   +------------------+-------+------+-------+--------+
 */
#ifndef SALLYPORT_CPU_INSN_H
#define SALLYPORT_CPU_INSN_H

#include <stdbool.h>
#include <stdint.h>

#define INSN_ECALL     UINT32_C(0x00000073)
#define INSN_EBREAK    UINT32_C(0x00100073)
#define INSN_C_EBREAK  UINT32_C(0x9002)
#define INSN_SRET      UINT32_C(0x10200073)
#define INSN_MRET      UINT32_C(0x30200073)
#define INSN_WFI       UINT32_C(0x10500073)
#define INSN_C_SELF    UINT32_C(0xa001) /* c.j . */
#define INSN_OP_SYSTEM 0x73
#define INSN_OP_AMO    0x2f

static inline unsigned insn_opcode(uint32_t insn)
{
    return insn & 0x7f;
}

static inline unsigned insn_rd(uint32_t insn)
{
    return insn >> 7 & 31;
}

static inline unsigned insn_funct3(uint32_t insn)
{
    return insn >> 12 & 7;
}

static inline unsigned insn_rs1(uint32_t insn)
{
    return insn >> 15 & 31;
}

static inline unsigned insn_rs2(uint32_t insn)
{
    return insn >> 20 & 31;
}

static inline unsigned insn_csr(uint32_t insn)
{
    return insn >> 20;
}

/* 2 for a compressed instruction, else 4 (no longer ones exist in RV64GC). */
static inline unsigned insn_length(uint32_t insn)
{
    return (insn & 3) == 3 ? 4 : 2;
}

static inline bool insn_is_csr(uint32_t insn)
{
    return insn_opcode(insn) == INSN_OP_SYSTEM && (insn_funct3(insn) & 3) != 0;
}

static inline bool insn_is_sfence_vma(uint32_t insn)
{
    return (insn & UINT32_C(0xfe007fff)) == UINT32_C(0x12000073);
}

static inline bool insn_is_fence_i(uint32_t insn)
{
    return (insn & UINT32_C(0x707f)) == UINT32_C(0x100f);
}

/* Whether a CSR instruction writes its CSR: csrrw always, csrrs and csrrc
 * unless the source is x0 or a zero immediate (chapter 9.1). */
static inline bool insn_csr_writes(uint32_t insn)
{
    return (insn_funct3(insn) & 3) == 1 || insn_rs1(insn) != 0;
}

/* c.fld, c.fsd, c.fldsp, c.fsdsp: illegal while mstatus.FS is 0. */
static inline bool insn_is_c_float(uint32_t insn)
{
    return (insn & 1) == 0 && (insn >> 13 & 3) == 1;
}

/* amomin.w, amomax.w, amominu.w, amomaxu.w */
static inline bool insn_is_word_minmax(uint32_t insn)
{
    return insn_opcode(insn) == INSN_OP_AMO && insn_funct3(insn) == 2 &&
           insn >> 31 != 0;
}

/* The same access as an amoor.w with x0: all its checks, nothing changed. */
static inline uint32_t insn_as_amo_read(uint32_t insn)
{
    return (insn & UINT32_C(0x060fffff)) | UINT32_C(8) << 27;
}

/* sc.w, sc.d */
static inline bool insn_is_sc(uint32_t insn)
{
    return insn_opcode(insn) == INSN_OP_AMO && insn >> 27 == 3 &&
           (insn_funct3(insn) & 6) == 2;
}

/* An AMO or SC: its faults are store faults. LR is a load. */
static inline bool insn_is_amo_or_sc(uint32_t insn)
{
    return insn_opcode(insn) == INSN_OP_AMO && insn >> 27 != 2;
}

/* A reserved compressed word of RV64GC (tables 16.5 to 16.7). */
bool insn_is_c_reserved(uint32_t insn);

/* A plain load or store, integer or floating-point, compressed or not. */
struct insn_access {
    bool store;
    bool fp;
    bool sign_extend;
    unsigned size; /* bytes: 1, 2, 4, 8 */
    unsigned reg;  /* rd of a load, rs2 of a store */
    unsigned base;
    int64_t offset;
};

/* False: not such an instruction. */
bool insn_decode_access(uint32_t insn, struct insn_access *access);

#endif
