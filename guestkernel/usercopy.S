/* usercopy.S - layout=shared: user memory reached directly. sstatus.SUM lets S-mode touch user
 * pages; it is on from `open` to `close` and at no other time, so a stray user pointer
 * elsewhere in the kernel still faults. Each loop has a row in the table below: a page fault
 * with pc in [start, end) that vm_fault cannot cure continues at its fix-up, which closes the
 * window and reports what is left. */
#include "asm.h"

#define SUM_BIT (1 << 18)

    .macro open
    li t6, SUM_BIT
    csrs sstatus, t6
    .endm
    .macro close
    csrc sstatus, t6
    .endm
    .macro copy_byte            /* it stays in t1 */
    lbu t1, 0(a1)
    sb t1, 0(a0)
    addi a0, a0, 1
    addi a1, a1, 1
    addi a2, a2, -1
    .endm

    .text
    function usercopy           /* a0 to, a1 from, a2 bytes left */
    open
.Lcopy_start:
    li t0, 16
    bltu a2, t0, 8f
1:  andi t0, a0, 7              /* bytes until the destination is aligned */
    beqz t0, 2f
    copy_byte
    j 1b
2:  andi t3, a1, 7
    bnez t3, 5f
    li t0, 64
3:  bltu a2, t0, 4f             /* both aligned: eight words at a time */
    ld t1, 0(a1)
    ld t2, 8(a1)
    ld t4, 16(a1)
    ld t5, 24(a1)
    ld a3, 32(a1)
    ld a4, 40(a1)
    ld a5, 48(a1)
    ld a6, 56(a1)
    sd t1, 0(a0)
    sd t2, 8(a0)
    sd t4, 16(a0)
    sd t5, 24(a0)
    sd a3, 32(a0)
    sd a4, 40(a0)
    sd a5, 48(a0)
    sd a6, 56(a0)
    addi a0, a0, 64
    addi a1, a1, 64
    addi a2, a2, -64
    j 3b
4:  li t0, 8
    bltu a2, t0, 8f             /* words */
    ld t1, 0(a1)
    sd t1, 0(a0)
    addi a0, a0, 8
    addi a1, a1, 8
    addi a2, a2, -8
    j 4b
5:  sub a1, a1, t3              /* the source is off by t3 bytes: join the */
    slli t3, t3, 3              /* halves of aligned words, as string.c does; */
    neg t4, t3                  /* shifts look at the low 6 bits only */
    ld t1, 0(a1)
    li t0, 8
6:  bltu a2, t0, 7f
    ld t2, 8(a1)
    srl t1, t1, t3
    sll t5, t2, t4
    or t1, t1, t5
    sd t1, 0(a0)
    mv t1, t2
    addi a0, a0, 8
    addi a1, a1, 8
    addi a2, a2, -8
    j 6b
7:  srli t3, t3, 3
    add a1, a1, t3
8:  beqz a2, 9f                 /* the rest */
    copy_byte
    j 8b
.Lcopy_end:
9:  close
    mv a0, a2
    ret
    end usercopy

    function usercopy_string    /* a0 to, a1 from, a2 bytes left */
    open
.Lstring_start:
1:  beqz a2, 2f
    copy_byte
    bnez t1, 1b
.Lstring_end:
2:  close
    mv a0, a2
    ret
.Lstring_fixup:
    close
    li a0, -1
    ret
    end usercopy_string

    .section .rodata
    .balign 8
    .globl usercopy_loops
usercopy_loops:                 /* start, end, fix-up; see copy.h */
    .dword .Lcopy_start, .Lcopy_end, .Lcopy_end
    .dword .Lstring_start, .Lstring_end, .Lstring_fixup
