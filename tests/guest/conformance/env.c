/*
 * env.c - checking, printing and ending, for every conformance program.
 *
 * All of it runs in M-mode. Failures are printed as they are found, so one run
 * shows all of them; the exit code names the first.
 */
#include "env.h"

volatile struct seen seen;

static struct {
    u64 cases, failures, first;
} count;

extern volatile u64 tohost;

static void put(char c)
{
    *(volatile u8 *)UART = (u8)c;
}

void print(const char *text)
{
    while (*text)
        put(*text++);
}

static void print_hex(u64 value)
{
    int shift = 60;
    print("0x");
    while (shift > 0 && value >> shift == 0)
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        put("0123456789abcdef"[value >> shift & 15]);
}

static void print_decimal(u64 value)
{
    if (value >= 10)
        print_decimal(value / 10);
    put((char)('0' + value % 10));
}

static void fail_line(const char *what, const char *part, u64 got, u64 expected)
{
    if (count.failures++ == 0)
        count.first = count.cases;
    print(test_name);
    print(": FAIL case ");
    print_decimal(count.cases);
    print(": ");
    print(what);
    print(part);
    print(": got ");
    print_hex(got);
    print(" expected ");
    print_hex(expected);
    print("\n");
}

void check(const char *what, u64 got, u64 expected)
{
    count.cases++;
    if (got != expected)
        fail_line(what, "", got, expected);
}

void check_either(const char *what, u64 got, u64 one, u64 other)
{
    count.cases++;
    if (got != one && got != other)
        fail_line(what, "", got, one);
}

void check_trap(const char *what, u64 level, u64 cause, u64 epc, u64 tval)
{
    count.cases++;
    if (seen.level != level)
        fail_line(what, ", mode of the handler", seen.level, level);
    if (seen.cause != cause)
        fail_line(what, ", cause", seen.cause, cause);
    if (seen.epc != epc)
        fail_line(what, ", epc", seen.epc, epc);
    if (seen.tval != tval)
        fail_line(what, ", tval", seen.tval, tval);
}

void check_illegal(const char *what, u64 level, const char *snippet, u64 offset,
                   u64 word)
{
    u64 tval = seen.tval == 0 ? 0 : word;
    check_trap(what, level, C_ILLEGAL, (u64)snippet + offset, tval);
}

void reset_state(void)
{
    extern const char m_recorder[], s_recorder[];
    csr_write(mie, 0);
    csr_write(satp, 0);
    csr_write(medeleg, 0);
    csr_write(mideleg, 0);
    csr_write(mstatus, 0);
    csr_write(mip, 0);
    csr_write(mcounteren, 0);
    csr_write(scounteren, 0);
    csr_write(mtvec, m_recorder);
    csr_write(stvec, s_recorder);
    __asm__ volatile("sfence.vma" ::: "memory");
}

/* PMP entry 0 opens everything to S and U (3.7.1: with no entry, they have
 * access to nothing). */
void environment_open(void)
{
    csr_write(pmpaddr0, ~0UL >> 10);
    csr_write(pmpcfg0, 0x1f);
    reset_state();
}

void stray_trap(void)
{
    count.cases++;
    fail_line("a trap outside of any snippet: cause", "", seen.cause, 0);
    fail_line("a trap outside of any snippet: pc", "", seen.epc, 0);
    finish();
}

void finish(void)
{
    if (count.failures == 0) {
        print(test_name);
        print(": ok\n");
        tohost = 1;
    } else {
        tohost = count.first << 1 | 1;
    }
    for (volatile int late = 0; late < 4096; late++)
        ;
    store32(FINISHER,
            count.failures ? (u32)count.first << 16 | 0x3333 : 0x5555);
    for (;;)
        ;
}
