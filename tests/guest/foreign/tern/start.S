/*
 * start.S - reset, and the only thing M-mode does afterwards: the timer.
 */
#include "tern.h"

    .section .start, "ax"
    .globl _start
_start:
    csrr a0, mhartid
    bnez a0, 1f
    la sp, boot_stack + 4096
    call machine_start
1:  wfi
    j 1b

    .text
/* mscratch points at: two words to save in, mtimecmp's address, the interval.
 * The interrupt goes on to S-mode as SSIP. */
    .balign 4
    .globl timer_entry
timer_entry:
    csrrw a0, mscratch, a0
    sd a1, 0(a0)
    sd a2, 8(a0)
    ld a1, 16(a0)
    ld a2, 24(a0)
    sd a3, 32(a0)
    ld a3, 0(a1)
    add a3, a3, a2
    sd a3, 0(a1)
    li a1, 2
    csrs mip, a1
    ld a3, 32(a0)
    ld a2, 8(a0)
    ld a1, 0(a0)
    csrrw a0, mscratch, a0
    mret

    .bss
    .balign 16
boot_stack:
    .skip 4096
