/*
 * disasm.c - the text of an instruction, by LLVM's disassembler.
 *
 * LLVM prints the targets of branches and jumps as offsets; they are worked out
 * here and printed as the addresses they lead to. What LLVM does not accept
 * reads ".word 0x...", so that every byte of a listing has a line.
 */
#include "cpu.h"
#include "insn.h"

#include <llvm-c/Disassembler.h>
#include <llvm-c/Target.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* LLVM's own objects: made once, never changed, shared by all harts. */
static LLVMDisasmContextRef disassembler(void)
{
    static LLVMDisasmContextRef made;
    if (made == NULL) {
        LLVMInitializeRISCVTargetInfo();
        LLVMInitializeRISCVTargetMC();
        LLVMInitializeRISCVDisassembler();
        made =
            LLVMCreateDisasmCPUFeatures("riscv64-unknown-elf", "generic-rv64",
                                        "+m,+a,+f,+d,+c", NULL, 0, NULL, NULL);
    }
    return made;
}

static unsigned bits(uint32_t insn, unsigned high, unsigned low)
{
    return insn >> low & ((1u << (high - low + 1)) - 1);
}

static int64_t sign_extend(uint32_t value, unsigned width)
{
    return (int64_t)((uint64_t)value << (64 - width)) >> (64 - width);
}

static int64_t branch_offset(uint32_t insn)
{
    return sign_extend(bits(insn, 31, 31) << 12 | bits(insn, 7, 7) << 11 |
                           bits(insn, 30, 25) << 5 | bits(insn, 11, 8) << 1,
                       13);
}

static int64_t jal_offset(uint32_t insn)
{
    return sign_extend(bits(insn, 31, 31) << 20 | bits(insn, 19, 12) << 12 |
                           bits(insn, 20, 20) << 11 | bits(insn, 30, 21) << 1,
                       21);
}

static int64_t c_branch_offset(uint32_t insn)
{
    return sign_extend(bits(insn, 12, 12) << 8 | bits(insn, 6, 5) << 6 |
                           bits(insn, 2, 2) << 5 | bits(insn, 11, 10) << 3 |
                           bits(insn, 4, 3) << 1,
                       9);
}

static int64_t c_jump_offset(uint32_t insn)
{
    return sign_extend(bits(insn, 12, 12) << 11 | bits(insn, 8, 8) << 10 |
                           bits(insn, 10, 9) << 8 | bits(insn, 6, 6) << 7 |
                           bits(insn, 7, 7) << 6 | bits(insn, 2, 2) << 5 |
                           bits(insn, 11, 11) << 4 | bits(insn, 5, 3) << 1,
                       12);
}

/* Branches, jal, c.j, c.beqz and c.bnez go to pc plus a constant. */
static bool relative_target(uint32_t insn, int64_t *offset)
{
    if (insn_opcode(insn) == 0x63)
        *offset = branch_offset(insn);
    else if (insn_opcode(insn) == 0x6f)
        *offset = jal_offset(insn);
    else if ((insn & 0xe003) == 0xa001)
        *offset = c_jump_offset(insn);
    else if ((insn & 0xc003) == 0xc001)
        *offset = c_branch_offset(insn);
    else
        return false;
    return true;
}

/* The target is the last operand: behind the last comma, or the only one. */
static char *last_operand(char *text)
{
    char *operand = strrchr(text, ',');
    if (operand == NULL)
        operand = strrchr(text, '\t');
    if (operand == NULL)
        return NULL;
    return operand + (operand[1] == ' ' ? 2 : 1);
}

/* "\tbeqz\ta0, 0x10" becomes "beqz a0, 0x10". */
static void tidy(char *text)
{
    size_t lead = strspn(text, " \t");
    memmove(text, text + lead, strlen(text + lead) + 1);
    for (char *c = text; *c != '\0'; c++)
        if (*c == '\t')
            *c = ' ';
    for (size_t end = strlen(text); end > 0 && text[end - 1] == ' ';)
        text[--end] = '\0';
}

static unsigned undecodable(const uint8_t *bytes, size_t have, char *text,
                            size_t text_bytes)
{
    uint32_t word = 0;
    unsigned length = have >= 4 && (bytes[0] & 3) == 3 ? 4 : 2;
    memcpy(&word, bytes, have < length ? have : length);
    snprintf(text, text_bytes, ".word 0x%0*" PRIx32, (int)length * 2, word);
    return length;
}

unsigned cpu_disassemble(uint64_t pc, const uint8_t *bytes, size_t have,
                         char *text, size_t text_bytes)
{
    uint8_t copy[4] = {0};
    char raw[128];
    uint32_t insn;
    int64_t offset;
    memcpy(copy, bytes, have < 4 ? have : 4);
    memcpy(&insn, copy, sizeof insn);
    unsigned length = insn_length(insn);
    LLVMDisasmContextRef context = disassembler();
    if (have < length || context == NULL || (insn & 0xffff) == 0 ||
        LLVMDisasmInstruction(context, copy, length, pc, raw, sizeof raw) !=
            length)
        return undecodable(bytes, have, text, text_bytes);
    if (length == 2)
        insn &= 0xffff;
    char *operand = last_operand(raw);
    if (operand != NULL && relative_target(insn, &offset))
        snprintf(operand, sizeof raw - (size_t)(operand - raw), "0x%" PRIx64,
                 pc + (uint64_t)offset);
    tidy(raw);
    snprintf(text, text_bytes, "%s", raw);
    return length;
}
