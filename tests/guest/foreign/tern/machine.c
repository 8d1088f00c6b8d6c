/*
 * machine.c - M-mode: everything that S-mode may handle is handed to it, the
 * timer is started, and the kernel goes on in S-mode.
 */
#include "tern.h"

static u64 timer_scratch[5];

static void kernel_main(void)
{
    device_init();
    print("tern: hello from S-mode\n");
    memory_init();
    trap_init();
    disk_init();
    process_first(user_image, (u64)(user_image_end - user_image));
    schedule();
}

static void timer_start(void)
{
    volatile u64 *now = (volatile u64 *)(CLINT + 0xbff8);
    volatile u64 *next = (volatile u64 *)(CLINT + 0x4000);
    *next = *now + TICK;
    timer_scratch[2] = (u64)next;
    timer_scratch[3] = TICK;
    csr_put(mscratch, timer_scratch);
    csr_put(mtvec, timer_entry);
    csr_on(mstatus, 1 << 3);
    csr_on(mie, 1 << 7);
}

void machine_start(void);
void machine_start(void)
{
    u64 status = csr_get(mstatus);
    csr_put(mstatus, (status & ~(3UL << 11)) | 1UL << 11);
    csr_put(mepc, kernel_main);
    csr_put(satp, 0);
    csr_put(medeleg, 0xffff);
    csr_put(mideleg, 0xffff);
    csr_on(sie, 1 << 9 | 1 << 5 | 1 << 1);
    csr_put(pmpaddr0, 0x3fffffffffffffUL);
    csr_put(pmpcfg0, 0xf);
    csr_put(mcounteren, 7);
    timer_start();
    __asm__ volatile("mret");
}
