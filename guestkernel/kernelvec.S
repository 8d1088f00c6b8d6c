/* kernelvec.S - traps taken while the kernel runs: an interrupt in the idle loop, a page fault
 * of usercopy.S (layout=shared), or a bug. They get a stack of their own, for the bug may be
 * that the kernel stack overflowed into its guard. While the kernel runs, sscratch holds that
 * stack's top, or 0 while it is in use. The frame is struct kernel_frame: 32 words, the
 * interrupted pc in x0's place. */
#include "asm.h"

#define FRAME_BYTES 256
#define EVERY_X_BUT_SP                                                                     \
    1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, \
    26, 27, 28, 29, 30, 31

    .text
    .balign 4
    function kernelvec
    .cfi_signal_frame
    .cfi_return_column 64
    csrrw sp, sscratch, sp
    beqz sp, .Lnested
    addi sp, sp, -FRAME_BYTES
    .cfi_def_cfa sp, 0
    .cfi_offset 64, 0
    .irp n, EVERY_X_BUT_SP
    sd x\n, 8 * \n(sp)
    .cfi_offset \n, 8 * \n
    .endr
    csrr t0, sscratch           /* the interrupted sp */
    sd t0, 8 * 2(sp)
    .cfi_offset 2, 16
    csrr t0, sepc
    sd t0, 0(sp)
    csrw sscratch, zero         /* the trap stack is in use */
    li s0, 0
    mv a0, sp
    call kerneltrap

    ld t0, 0(sp)
    csrw sepc, t0
    addi t0, sp, FRAME_BYTES
    csrw sscratch, t0
    .irp n, EVERY_X_BUT_SP
    ld x\n, 8 * \n(sp)
    .endr
    ld sp, 8 * 2(sp)
    sret

.Lnested:
    lla sp, boot_stack_top      /* whoever was there will not run again */
    call trap_in_trap
    end kernelvec

    .section .bss
    .balign 16
    .globl trap_stack, trap_stack_top
trap_stack:
    .space KSTACK_SIZE
trap_stack_top:
