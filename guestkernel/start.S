/* start.S - the first instructions: from physical addresses to our own.
 *
 * The firmware jumps to PLAT_KERNEL_BASE in S-mode with the MMU off and the hart id in a0 (we
 * have one hart and do not read it). Until satp is written everything here is
 * position-independent: the image is linked in the upper half but runs at its physical address.
 *
 *  1. Clear .bss.
 *  2. Fill a first table with pages of 1 GiB: RAM at its own address (so that
 *     the next instruction exists once satp is on), and devices and two GiB of
 *     RAM at DIRECT_MAP + pa.
 *  3. Turn the MMU on, jump to the upper half.
 *  4. Traps go to kernelvec from now on. Call kmain on the boot stack; it makes
 *     the real table (kvm.c), which has no lower half. The boot stack goes on
 *     as the idle loop's. */
#include "asm.h"

#define GIGAPAGE_RWX 0xcf /* V R W X A D */
#define GIGAPAGE 0x40000000
#define ROOT_INDEX(va) (((va) >> 30) & 511)

    .section .text.start, "ax"
    function _start
    .cfi_undefined ra
    csrw sie, zero
    csrw sstatus, zero

    /* 1. .bss, a page-aligned number of 8-byte words */
    lla t0, bss_start
    lla t1, bss_end
1:  sd zero, 0(t0)
    addi t0, t0, 8
    bltu t0, t1, 1b

    /* 2. each entry: the PPN (pa >> 12) from bit 10 on, and the flags */
    lla t0, boot_root
    li t1, (PLAT_RAM_BASE >> 12 << 10) | GIGAPAGE_RWX
    sd t1, 8 * ROOT_INDEX(PLAT_RAM_BASE)(t0)
    li t2, 8 * ROOT_INDEX(DIRECT_MAP)   /* too big for a store's offset */
    add t2, t2, t0
    li t3, GIGAPAGE_RWX                 /* devices: the GiB from 0 on */
    sd t3, 0(t2)
    sd t1, 8 * (PLAT_RAM_BASE >> 30)(t2)
    li t3, GIGAPAGE >> 12 << 10
    add t1, t1, t3
    sd t1, 8 * ((PLAT_RAM_BASE >> 30) + 1)(t2)

    /* 3. */
    srli t0, t0, PAGE_SHIFT
    li t1, 8 << 60
    or t0, t0, t1
    csrw satp, t0
    sfence.vma
    lla t0, .Lhigh
    li t1, DIRECT_MAP
    add t0, t0, t1
    jr t0

    /* 4. pc-relative addresses are upper-half addresses from here on */
.Lhigh:
    lla t0, kernelvec
    csrw stvec, t0
    lla t0, trap_stack_top
    csrw sscratch, t0
    lla sp, boot_stack_top
    li s0, 0                /* the last frame of every backtrace */
    call kmain
    end _start

    .section .bss
    .balign PAGE_SIZE
boot_root:
    .space PAGE_SIZE
    .globl boot_stack, boot_stack_top
boot_stack:
    .space KSTACK_SIZE
boot_stack_top:
