/*
 * main.c - the order in which the kernel comes to life. start.S calls kmain on
 * the boot stack, in the upper half, on a table that maps the first GiB of RAM.
 */
#include "bootargs.h"
#include "comm.h"
#include "device.h"
#include "initrd.h"
#include "inode.h"
#include "kvm.h"
#include "pagealloc.h"
#include "plic.h"
#include "print.h"
#include "probe.h"
#include "proc.h"
#include "sched.h"
#include "uart.h"

extern const char image_end[];

_Noreturn void kmain(void);

void kmain(void) {
    bootargs_read();
    paddr ram_end = PLAT_RAM_BASE + (bootargs.ram_mib << 20);
    paddr initrd_end = initrd_check(ram_end);
    pagealloc_init(ram_end, kpa(image_end), PLAT_BOOTPAGE_BASE, initrd_end,
                   ram_end);
    kvm_init(bootargs.layout, ram_end);
    PROBE(boot, kvm.layout, kpa(kvm.root));
    uart_init();
    plic_init();
    plic_enable(PLAT_IRQ_UART);
    print("sallyport kernel: %lu MiB, %s\n", bootargs.ram_mib,
          kvm.layout == LAYOUT_SHARED ? "shared space" : "separate spaces");
    inode_init();
    initrd_load();
    device_init();
    shm_init();
    comm_init();
    kbuf_init();
    disk_init();
    sched_init();
    proc_start_init();
    sched_idle();
}
