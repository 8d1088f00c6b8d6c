/*
 * platform.h - the hardware contract between the machine and what runs on it.
 *
 * The emulator (emu/) builds this hardware and the guest kernel (guestkernel/)
 * drives it; both include this file and share nothing else downwards. Only
 * #defines stand here, so that assembly can include it too.
 *
 * The board is QEMU's `virt`: an image for one boots on the other.
 *
 *   0x0010_0000  test finisher          write ends the run
 *   0x0200_0000  CLINT                  msip, mtimecmp, mtime
 *   0x0c00_0000  PLIC                   external interrupts
 *   0x1000_0000  16550 UART             the console
 *   0x1000_1000  virtio-mmio, slot 0    block device
 *   0x8000_0000  RAM                    first 2 MiB: the firmware's
 */
#ifndef SALLYPORT_PLATFORM_H
#define SALLYPORT_PLATFORM_H

/* ---- Memory map (bytes) ---- */
#define PLAT_FINISHER_BASE 0x00100000
#define PLAT_FINISHER_SIZE 0x1000
#define PLAT_CLINT_BASE 0x02000000
#define PLAT_CLINT_SIZE 0x10000
#define PLAT_PLIC_BASE 0x0c000000
#define PLAT_PLIC_SIZE 0x600000
#define PLAT_UART_BASE 0x10000000
#define PLAT_UART_SIZE 0x100
#define PLAT_VIRTIO_BASE 0x10001000
#define PLAT_VIRTIO_SIZE 0x1000
#define PLAT_RAM_BASE 0x80000000
#define PLAT_FIRMWARE_SIZE 0x200000 /* 0x80000000..0x801fffff faults in S */
#define PLAT_KERNEL_BASE 0x80200000 /* firmware mode enters here */
#define PLAT_BOOTPAGE_BASE 0x81fff000
#define PLAT_INITRD_BASE 0x82000000

#define PLAT_RAM_MIB_DEFAULT 64
#define PLAT_RAM_MIB_MIN 48
#define PLAT_RAM_MIB_MAX 2048

/* ---- Interrupts ---- */
#define PLAT_IRQ_VIRTIO 1 /* PLIC source numbers */
#define PLAT_IRQ_UART 10
#define PLAT_PLIC_SOURCES 96 /* sources 1..95, as on QEMU virt */
/* PLIC contexts of hart 0: 0 is M-mode, 1 is S-mode. */
#define PLAT_PLIC_CONTEXT_M 0
#define PLAT_PLIC_CONTEXT_S 1

/* ---- Time ---- */
/* clock = executed + idle instructions; mtime = clock / 10; 10 MHz. */
#define PLAT_TIMEBASE_HZ 10000000
#define PLAT_CLOCK_PER_TICK 10

/* ---- Test finisher (SiFive test device): one 32-bit store ---- */
#define PLAT_FINISHER_PASS 0x5555  /* exit status 0 */
#define PLAT_FINISHER_FAIL 0x3333  /* exit status = value >> 16 */
#define PLAT_FINISHER_RESET 0x7777 /* reboot: ends the run as well */

/* ---- SBI, as the firmware answers it (RISC-V SBI 0.2 and later) ---- */
#define PLAT_SBI_EXT_BASE 0x10
#define PLAT_SBI_EXT_TIME 0x54494D45
#define PLAT_SBI_EXT_SRST 0x53525354
#define PLAT_SBI_LEGACY_SET_TIMER 0
#define PLAT_SBI_LEGACY_PUTCHAR 1
#define PLAT_SBI_LEGACY_GETCHAR 2
#define PLAT_SBI_LEGACY_SHUTDOWN 8
#define PLAT_SBI_SUCCESS 0
#define PLAT_SBI_ERR_NOT_SUPPORTED (-2)
#define PLAT_SBI_ERR_INVALID_PARAM (-3)

/* ---- Boot page: text at PLAT_BOOTPAGE_BASE, NUL-terminated ----
 *   SPARGS1\n
 *   ram=64\n            MiB of RAM
 *   layout=separate\n   or shared
 *   arg=hello\n         the program and its arguments, one line each, in order
 *   KEY=VALUE\n         whatever --kernel-arg KEY=VALUE said
 * A page of zeroes means the defaults. At most one page, NUL included. */
#define PLAT_BOOTPAGE_MAGIC "SPARGS1\n"
#define PLAT_BOOTPAGE_SIZE 4096

/* ---- The kernel's tables, in a non-loaded ELF note of the kernel image ----
 * Section .note.sallyport, owner "Sallyport", type 1. Descriptor: text lines,
 * fields separated by one TAB:
 *   SPABI1
 *   call  NUMBER NAME RESULT ARGS HELP     (see guestkernel/abi/syscall.def)
 *   errno NUMBER NAME HELP
 *   signal NUMBER NAME HELP
 *   msgid NUMBER NAME                      (a Mach message's number)
 *   ioctl NUMBER NAME FORMAT HELP          (see guestkernel/abi/ioctl.def)
 *   flag  TYPE VALUE NAME                  (argument types made of flags)
 *   field TYPE MASK VALUE NAME
 * Numbers are C literals (0x40, 64).
 * Unknown line kinds are ignored, so that the format can grow. */
#define PLAT_NOTE_SECTION ".note.sallyport"
#define PLAT_NOTE_OWNER "Sallyport"
#define PLAT_NOTE_TYPE_ABI 1
#define PLAT_NOTE_ABI_MAGIC "SPABI1"

/* ---- Probes: SystemTap SDT notes, owner "stapsdt", type 3 ---- */
#define PLAT_PROBE_PROVIDER "sallyport"

#endif
