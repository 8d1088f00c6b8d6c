/*
 * waiting.c - wfi.
 *
 * Privileged manual 3.3.3: wfi waits for an interrupt that is enabled in mie,
 * whatever MIE, SIE and mideleg say; if it is then taken, mepc is behind the
 * wfi; otherwise execution goes on there. TW is checked in returns.c.
 */
#include "env.h"

const char *const test_name = "waiting";

#define MTIP (1UL << INT_MTI)

static void timer_in(u64 ticks)
{
    store64(MTIMECMP, load64(MTIME) + ticks);
}

SNIPPET(wait_there, "wfi\n nop\n ecall");
SNIPPET(wait_in_loop, "1: wfi\n csrr t0, mip\n andi t0, t0, 0x80\n"
                      "beqz t0, 1b\n ecall");
SNIPPET(wait_for_ever, "1: wfi\n j 1b");
SNIPPET(wait_odd, ".option rvc\n c.nop\n wfi\n c.nop\n c.j .-2");

static void interrupts_off(void)
{
    reset_state();
    csr_write(mie, MTIP);
    timer_in(2000);
    u64 deadline = load64(MTIMECMP);
    enter(MODE_M, wait_in_loop, 0, 0);
    check_trap_at("wfi with MIE off goes on behind it", MODE_M, C_ECALL_M,
                  wait_in_loop, 16, 0);
    check("not before the deadline", load64(MTIME) >= deadline, 1);
    check("MTIP is pending", csr_read(mip) & MTIP, MTIP);
    enter(MODE_M, wait_there, 0, 0);
    check_trap_at("wfi with one pending already does not wait", MODE_M,
                  C_ECALL_M, wait_there, 8, 0);
    store64(MTIMECMP, ~0UL);
}

static void check_woken(const char *what, u64 level, u64 cause)
{
    check("wfi: mode of the handler", seen.level, level);
    check(what, seen.cause, C_INTERRUPT | cause);
    check("epc behind the wfi", seen.epc, (u64)wait_for_ever + 4);
}

static void interrupts_on(void)
{
    static const int modes[] = {MODE_M, MODE_S};
    for (int m = 0; m < 2; m++) {
        reset_state();
        csr_write(mie, MTIP);
        csr_write(mstatus, ST_MPIE);
        timer_in(1000);
        u64 deadline = load64(MTIMECMP);
        enter(modes[m], wait_for_ever, 0, 0);
        check_woken("wfi woken by the timer", MODE_M, INT_MTI);
        check("at the deadline", load64(MTIME) >= deadline, 1);
        store64(MTIMECMP, ~0UL);
    }
    reset_state();
    csr_write(mie, MTIP);
    csr_write(mstatus, ST_MPIE);
    timer_in(500);
    enter(MODE_S, wait_odd, 0, 0);
    check("wfi at 2 mod 4: cause", seen.cause, C_INTERRUPT | INT_MTI);
    check("wfi at 2 mod 4: epc", seen.epc, (u64)wait_odd + 6);
    store64(MTIMECMP, ~0UL);
}

/* A delegated interrupt wakes S-mode with SIE off, and then is not taken. */
SNIPPET(wait_in_s, "wfi\n nop\n nop\n ecall");

static void delegated(void)
{
    reset_state();
    csr_write(mideleg, 0x222);
    csr_write(mie, 1 << INT_SSI);
    csr_write(mip, 1 << INT_SSI);
    enter(MODE_S, wait_in_s, 0, 0);
    check_trap_at("SSI pending, SIE off: wfi goes on", MODE_M, C_ECALL_S,
                  wait_in_s, 12, 0);
    csr_write(mstatus, ST_SIE);
    enter(MODE_S, wait_in_s, 0, 0);
    check_trap_at("SSI pending, SIE on: taken before the wfi", MODE_S,
                  C_INTERRUPT | INT_SSI, wait_in_s, 0, 0);
    reset_state();
}

/* wfi and the idle time it takes are seen by the clocks. */
static void time_passes(void)
{
    reset_state();
    csr_write(mie, MTIP);
    u64 before = csr_read(time), retired = csr_read(minstret);
    timer_in(5000);
    enter(MODE_M, wait_in_loop, 0, 0);
    check("time went on while waiting", csr_read(time) - before >= 5000, 1);
    check("waiting retires nothing", csr_read(minstret) - retired < 400, 1);
    store64(MTIMECMP, ~0UL);
    reset_state();
}

void test_main(void)
{
    interrupts_off();
    interrupts_on();
    delegated();
    time_passes();
}
