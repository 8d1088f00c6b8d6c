/*
 * expression.h - the small language of conditions and addresses: C's
 * operators over 64-bit signed numbers.
 *
 *     a0 < 0 && pid == 3
 *     fd == 1 && u8[buf] == 'h'        arguments of the call by their names
 *     sstatus >> 18 & 1                CSRs
 *     ticks > 100                      a variable of 1, 2, 4 or 8 bytes
 *     &ticks, copyout + 8              addresses
 *     u8 u16 u32 u64 i8 i16 i32 i64 [ADDRESS]   memory as it is translated now
 *     p8 p16 p32 p64 [ADDRESS]                  physical memory
 *
 * Names, in the order in which they are looked up: registers (a0, sp, x10, pc;
 * $a0 is the same), CSRs, pid, mode (0 U, 1 S, 3 M), clock, traps, crossing
 * (the open one's number), cause, tval and result of the crossing at hand,
 * arg0..arg5 and its call's argument names, symbols of where it stands, then of
 * the other side.
 *
 * As in C, && and || do not look at what they do not need, and comparison is
 * of signed numbers. What cannot be answered (memory that is not mapped, a name
 * that nobody has, division by zero) is an error, never a 0.
 */
#ifndef SALLYPORT_EXPRESSION_H
#define SALLYPORT_EXPRESSION_H

#include "target.h"

struct expression;

/* NULL: why says what is wrong and where. Names are not looked up yet. */
struct expression *expression_parse(const char *text, char *why, size_t n);
void expression_free(struct expression *e);

/* What an expression is asked about. */
struct question {
    const struct target *target;
    const struct crossing *crossing; /* NULL: the one that is open now */
    int pid; /* whose symbols and memory; 0: those of the present place */
};
bool expression_value(const struct expression *e, const struct question *q,
                      int64_t *value, char *why, size_t n);
/* Text to a number in one go. */
bool expression_ask(const char *text, const struct question *q, int64_t *value,
                    char *why, size_t n);

/* Is this a register's name (pc, sp, x10, a0, with or without $)? */
bool expression_register(const struct question *q, const char *name,
                         int64_t *value);

/* The address and size of a symbol of the program at hand or of the kernel.
 * Without a size: 0. */
bool expression_symbol(const struct question *q, const char *name, uint64_t *va,
                       uint64_t *bytes);

#endif
