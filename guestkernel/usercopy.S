/*
 * usercopy.S - layout=shared: user memory reached directly.
 *
 * sstatus.SUM lets S-mode touch user pages; it is on from `open` to `close`
 * and at no other time, so a stray user pointer elsewhere in the kernel still
 * faults. Each loop has a row in the table below: a page fault with pc in
 * [start, end) that vm_fault cannot cure continues at its fix-up, which closes
 * the window and reports what is left.
 */
#include "layout.h"

    .cfi_sections .debug_frame

#define SUM_BIT (1 << 18)

    .macro open
    li t6, SUM_BIT
    csrs sstatus, t6
    .endm
    .macro close
    csrc sstatus, t6
    .endm

    .text
    .globl usercopy
    .type usercopy, @function
usercopy:                       /* a0 to, a1 from, a2 bytes left */
    .cfi_startproc
    open
.Lcopy_start:
    xor t0, a0, a1
    andi t0, t0, 7
    bnez t0, 4f                 /* never both aligned: bytes */
1:  andi t0, a0, 7              /* bytes up to an 8-byte boundary */
    beqz t0, 2f
    beqz a2, 5f
    lbu t1, 0(a1)
    sb t1, 0(a0)
    addi a0, a0, 1
    addi a1, a1, 1
    addi a2, a2, -1
    j 1b
2:  li t0, 8
3:  bltu a2, t0, 4f             /* words */
    ld t1, 0(a1)
    sd t1, 0(a0)
    addi a0, a0, 8
    addi a1, a1, 8
    addi a2, a2, -8
    j 3b
4:  beqz a2, 5f                 /* the rest */
    lbu t1, 0(a1)
    sb t1, 0(a0)
    addi a0, a0, 1
    addi a1, a1, 1
    addi a2, a2, -1
    j 4b
.Lcopy_end:
5:  close
    mv a0, a2
    ret
    .cfi_endproc
    .size usercopy, . - usercopy

    .globl usercopy_string
    .type usercopy_string, @function
usercopy_string:                /* a0 to, a1 from, a2 bytes left */
    .cfi_startproc
    open
.Lstring_start:
6:  beqz a2, 7f
    lbu t1, 0(a1)
    sb t1, 0(a0)
    addi a0, a0, 1
    addi a1, a1, 1
    addi a2, a2, -1
    bnez t1, 6b
.Lstring_end:
7:  close
    mv a0, a2
    ret
.Lstring_fixup:
    close
    li a0, -1
    ret
    .cfi_endproc
    .size usercopy_string, . - usercopy_string

    .globl usercopy_fixup
    .type usercopy_fixup, @function
usercopy_fixup:                 /* a0 pc */
    .cfi_startproc
    lla t0, .Ltable
    lla t1, .Ltable_end
8:  ld t2, 0(t0)
    bltu a0, t2, 9f
    ld t2, 8(t0)
    bgeu a0, t2, 9f
    ld a0, 16(t0)
    ret
9:  addi t0, t0, 24
    bltu t0, t1, 8b
    li a0, 0
    ret
    .cfi_endproc
    .size usercopy_fixup, . - usercopy_fixup

    .section .rodata
    .balign 8
.Ltable:                 /* start, end, fix-up */
    .dword .Lcopy_start, .Lcopy_end, .Lcopy_end
    .dword .Lstring_start, .Lstring_end, .Lstring_fixup
.Ltable_end:
