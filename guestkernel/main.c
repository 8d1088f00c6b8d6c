/* main.c - the order in which the kernel comes to life. start.S calls kmain on the boot stack,
 * in the upper half, on a table that maps the first GiB of RAM. */
#include "kernel.h"

extern const char image_end[];

_Noreturn void kmain(void);

static char hostname[SYSCTL_VALUE_MAX] = "sallyport";

SYSCTL_STRING(_kern, KERN_OSTYPE, ostype, CTLFLAG_RD, "Sallyport", 0, "the operating system");
SYSCTL_STRING(_kern, KERN_OSRELEASE, osrelease, CTLFLAG_RD, "1", 0, "its version");
SYSCTL_STRING(_kern, KERN_HOSTNAME, hostname, CTLFLAG_RW, hostname, sizeof hostname,
              "this machine's name");
SYSCTL_STRING(_hw, HW_MACHINE, machine, CTLFLAG_RD, "riscv64", 0, "the processor's kind");
SYSCTL_INT(_hw, HW_NCPU, ncpu, CTLFLAG_RD, NULL, 1, "harts");
SYSCTL_INT(_hw, HW_PAGESIZE, pagesize, CTLFLAG_RD, NULL, PAGE_SIZE, "bytes of a page");

void kmain(void) {
    bootargs_read();
    paddr ram_end = PLAT_RAM_BASE + bootargs.ram_bytes;
    paddr initrd_end = initrd_check(ram_end);
    pagealloc_init(ram_end, kpa(image_end), PLAT_BOOTPAGE_BASE, initrd_end, ram_end);
    kvm_init(bootargs.layout, ram_end);
    PROBE(boot, kvm.layout, kpa(kvm.root));
    uart_init();
    plic_init();
    plic_enable(PLAT_IRQ_UART);
    print("sallyport kernel: %lu MiB, %s\n", bootargs.ram_bytes >> 20,
          kvm.layout == LAYOUT_SHARED ? "shared space" : "separate spaces");
    inode_init();
    initrd_load();
    device_init();

    comm_init();
    kbuf_init();
    disk_init();
    sched_init();
    proc_start_init();
    sched_idle();
}
