/* power.c - calls to the firmware (SBI) and the test finisher. The end goes through the
 * finisher: unlike SBI's system reset it carries an exit status to the host. */
#include "kernel.h"

#define SBI_TIME_SET_TIMER 0 /* function of the TIME extension */

void sbi_set_timer(uint64_t deadline) {
    register uint64_t a0 __asm__("a0") = deadline;
    register uint64_t a1 __asm__("a1");
    register uint64_t a6 __asm__("a6") = SBI_TIME_SET_TIMER;
    register uint64_t a7 __asm__("a7") = PLAT_SBI_EXT_TIME;
    __asm__ volatile("ecall" : "+r"(a0), "=r"(a1) : "r"(a6), "r"(a7) : "memory");
}

void power_off(int status) {
    volatile uint32_t *finisher = kva(PLAT_FINISHER_BASE);
    *finisher = status ? (uint32_t)status << 16 | PLAT_FINISHER_FAIL : PLAT_FINISHER_PASS;
    for (;;) __asm__ volatile("wfi");
}
