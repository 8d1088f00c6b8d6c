/*
 * insn.c - decodes the loads and stores of RV64GC, and knows the compressed
 * words that mean nothing. See insn.h.
 */
#include "insn.h"

static int64_t sign_extend(uint64_t value, unsigned bits)
{
    return (int64_t)(value << (64 - bits)) >> (64 - bits);
}

static unsigned bits(uint32_t insn, unsigned high, unsigned low)
{
    return insn >> low & ((1u << (high - low + 1)) - 1);
}

static bool decode_wide(uint32_t insn, struct insn_access *a)
{
    unsigned opcode = insn_opcode(insn), width = insn_funct3(insn);
    a->base = insn_rs1(insn);
    a->fp = opcode == 0x07 || opcode == 0x27;
    a->store = opcode == 0x23 || opcode == 0x27;
    a->size = 1u << (width & 3);
    if (a->store) {
        a->reg = insn_rs2(insn);
        a->offset =
            sign_extend(bits(insn, 31, 25) << 5 | bits(insn, 11, 7), 12);
    } else {
        a->reg = insn_rd(insn);
        a->offset = sign_extend(insn >> 20, 12);
        a->sign_extend = width < 4;
    }
    if (a->fp)
        return width == 2 || width == 3;
    return (opcode == 0x03 && width != 7) || (opcode == 0x23 && width < 4);
}

/* The compressed forms differ in where the offset's bits lie (table 16.5). */
static int64_t c_offset_w(uint32_t insn)
{
    return bits(insn, 12, 10) << 3 | bits(insn, 6, 6) << 2 |
           bits(insn, 5, 5) << 6;
}

static int64_t c_offset_d(uint32_t insn)
{
    return bits(insn, 12, 10) << 3 | bits(insn, 6, 5) << 6;
}

static bool decode_c0(uint32_t insn, struct insn_access *a)
{
    unsigned funct3 = bits(insn, 15, 13);
    a->base = 8 + bits(insn, 9, 7);
    a->reg = 8 + bits(insn, 4, 2);
    a->store = funct3 >= 5;
    a->fp = (funct3 & 3) == 1;
    a->size = (funct3 & 3) == 2 ? 4 : 8;
    a->offset = a->size == 4 ? c_offset_w(insn) : c_offset_d(insn);
    a->sign_extend = !a->store;
    return (funct3 & 3) != 0;
}

static bool decode_c2(uint32_t insn, struct insn_access *a)
{
    unsigned funct3 = bits(insn, 15, 13);
    a->base = 2;
    a->store = funct3 >= 5;
    a->fp = (funct3 & 3) == 1;
    a->size = (funct3 & 3) == 2 ? 4 : 8;
    a->sign_extend = !a->store;
    a->reg = a->store ? bits(insn, 6, 2) : bits(insn, 11, 7);
    if (a->store && a->size == 4)
        a->offset = bits(insn, 12, 9) << 2 | bits(insn, 8, 7) << 6;
    else if (a->store)
        a->offset = bits(insn, 12, 10) << 3 | bits(insn, 9, 7) << 6;
    else if (a->size == 4)
        a->offset = bits(insn, 12, 12) << 5 | bits(insn, 6, 4) << 2 |
                    bits(insn, 3, 2) << 6;
    else
        a->offset = bits(insn, 12, 12) << 5 | bits(insn, 6, 5) << 3 |
                    bits(insn, 4, 2) << 6;
    return (funct3 & 3) != 0;
}

bool insn_decode_access(uint32_t insn, struct insn_access *access)
{
    *access = (struct insn_access){0};
    switch (insn & 3) {
    case 0:
        return decode_c0(insn, access);
    case 2:
        return decode_c2(insn, access);
    case 3:
        return decode_wide(insn, access);
    default:
        return false;
    }
}

/* ---- Reserved compressed words ---- */

static bool c1_is_reserved(uint32_t insn)
{
    unsigned rd = bits(insn, 11, 7);
    bool no_imm = bits(insn, 12, 12) == 0 && bits(insn, 6, 2) == 0;
    switch (bits(insn, 15, 13)) {
    case 1: /* c.addiw */
        return rd == 0;
    case 3: /* c.addi16sp, c.lui */
        return no_imm;
    case 4: /* c.subw, c.addw and two holes beside them */
        return (insn & 0x1c40) == 0x1c40;
    default:
        return false;
    }
}

static bool c2_is_reserved(uint32_t insn)
{
    bool no_rd = bits(insn, 11, 7) == 0;
    switch (bits(insn, 15, 13)) {
    case 2: /* c.lwsp, c.ldsp */
    case 3:
        return no_rd;
    case 4: /* c.jr x0 */
        return (insn & 0x1ffc) == 0;
    default:
        return false;
    }
}

bool insn_is_c_reserved(uint32_t insn)
{
    switch (insn & 3) {
    case 0: /* c.addi4spn of nothing, zero among them; the fourth group */
        return (insn & 0xffe0) == 0 || bits(insn, 15, 13) == 4;
    case 1:
        return c1_is_reserved(insn);
    case 2:
        return c2_is_reserved(insn);
    default:
        return false;
    }
}
