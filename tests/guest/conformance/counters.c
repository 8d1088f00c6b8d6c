/*
 * counters.c - cycle, time, instret: they count, can be written, and are kept
 * from S and U by mcounteren and scounteren.
 *
 * Unprivileged manual 9.1 (a write of instret takes effect instead of its
 * increment), 10.1 (rdcycle, rdtime, rdinstret). Privileged manual 3.1.10
 * (mcycle, minstret, mhpmcounters), 3.1.11 (mcounteren), 3.1.12
 * (mcountinhibit), 3.2.1 (time is mtime), 3.3.1 (an ecall does not retire),
 * 4.1.5 (scounteren).
 */
#include "env.h"

const char *const test_name = "counters";

#define NOPS_10 "nop\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n"

static void instructions(void)
{
    u64 a, b;
    __asm__ volatile("csrr %0, minstret\n csrr %1, minstret"
                     : "=&r"(a), "=&r"(b));
    check("minstret, twice in a row", b - a, 1);
    __asm__ volatile("csrr %0, minstret\n" NOPS_10 "csrr %1, minstret"
                     : "=&r"(a), "=&r"(b));
    check("minstret over ten nops", b - a, 11);
    __asm__ volatile("rdinstret %0\n .option push\n.option rvc\n"
                     "c.nop\n c.nop\n .option pop\n rdinstret %1"
                     : "=&r"(a), "=&r"(b));
    check("instret over two compressed nops", b - a, 3);
    __asm__ volatile("csrr %0, minstret\n li t0, 100\n1: addi t0, t0, -1\n"
                     "bnez t0, 1b\n csrr %1, minstret"
                     : "=&r"(a), "=&r"(b)
                     :
                     : "t0");
    check("minstret over a loop of 100", b - a, 202);
    __asm__ volatile("li t0, 1000\n csrw minstret, t0\n csrr %0, minstret\n"
                     "csrr %1, minstret"
                     : "=&r"(a), "=&r"(b)
                     :
                     : "t0");
    check("minstret just written", a, 1000);
    check("minstret goes on from there", b, 1001);
    __asm__ volatile("csrr %0, minstret\n csrr %1, instret"
                     : "=&r"(a), "=&r"(b));
    check("instret shows minstret", b - a, 1);
}

SNIPPET(ecall_handler, "csrr a3, minstret\n j m_recorder");
SNIPPET(count_and_call, "csrr a2, minstret\n nop\n ecall");

static void traps_do_not_retire(void)
{
    csr_write(mtvec, ecall_handler);
    enter(MODE_M, count_and_call, 0, 0);
    check("csrr, nop, ecall: two retired", seen.x[13] - seen.x[12], 2);
    reset_state();
}

static void cycles(void)
{
    u64 last = csr_read(mcycle);
    for (int i = 0; i < 50; i++) {
        u64 now = csr_read(mcycle);
        check("mcycle goes up", now > last, 1);
        last = now;
    }
    csr_write(mcycle, 1UL << 40);
    u64 now = csr_read(mcycle);
    check("mcycle goes on from what was written",
          now >= 1UL << 40 && now < (1UL << 40) + 100000000, 1);
    check("cycle is mcycle", csr_read(cycle) >= now, 1);
}

static void times(void)
{
    for (int i = 0; i < 20; i++) {
        u64 before = load64(MTIME), now = csr_read(time);
        u64 after = load64(MTIME);
        check("time lies between two reads of mtime",
              before <= now && now <= after, 1);
    }
    u64 start = csr_read(time);
    for (volatile int i = 0; i < 20000; i++)
        ;
    check("time passes", csr_read(time) > start, 1);
}

SNIPPET(read_hpm, "csrr a2, mhpmcounter3\n csrr a2, mhpmevent3\n"
                  "csrr a2, mhpmcounter31\n csrr a2, mhpmevent31\n ecall");

/* They exist, if only as zeroes. */
static void hardware_counters(void)
{
    enter(MODE_M, read_hpm, 0, 0);
    check_trap_at("mhpmcounter3..31, mhpmevent3..31 can be read", MODE_M,
                  C_ECALL_M, read_hpm, 16, 0);
}

SNIPPET(read_cycle, "rdcycle a2\n ecall");
SNIPPET(read_time, "rdtime a2\n ecall");
SNIPPET(read_instret, "rdinstret a2\n ecall");

/* Each counter, each mode, each setting of the two enables. */
static void gates(void)
{
    static const char *const read[] = {read_cycle, read_time, read_instret};
    static const u32 word[] = {0xc0002673, 0xc0102673, 0xc0202673};
    for (int which = 0; which < 3; which++)
        for (u64 setting = 0; setting < 4; setting++) {
            u64 bit = 1UL << which;
            csr_write(mcounteren, setting & 1 ? bit : 7 & ~bit);
            csr_write(scounteren, setting & 2 ? bit : 7 & ~bit);
            enter(MODE_M, read[which], 0, 0);
            check_trap_at("counter read in M", MODE_M, C_ECALL_M, read[which],
                          4, 0);
            enter(MODE_S, read[which], 0, 0);
            if (setting & 1)
                check_trap_at("enabled counter in S", MODE_M, C_ECALL_S,
                              read[which], 4, 0);
            else
                check_illegal("disabled counter in S", MODE_M, read[which], 0,
                              word[which]);
            enter(MODE_U, read[which], 0, 0);
            if (setting == 3)
                check_trap_at("enabled counter in U", MODE_M, C_ECALL_U,
                              read[which], 4, 0);
            else
                check_illegal("disabled counter in U", MODE_M, read[which], 0,
                              word[which]);
        }
    reset_state();
}

SNIPPET(count_in_u, "rdinstret a2\n nop\n nop\n rdinstret a3\n ecall");

static void counting_in_user_mode(void)
{
    csr_write(mcounteren, 7);
    csr_write(scounteren, 7);
    enter(MODE_U, count_in_u, 0, 0);
    check("instret over two nops in U", seen.x[13] - seen.x[12], 3);
    reset_state();
}

void test_main(void)
{
    instructions();
    traps_do_not_retire();
    cycles();
    times();
    hardware_counters();
    gates();
    counting_in_user_mode();
}
