/* swtch.S - changing from one kernel stack to another. To C, swtch is a
 * function that takes long: only what calls must preserve is saved. */
#include "layout.h"

    .cfi_sections .debug_frame

    .text
    .globl swtch
    .type swtch, @function
swtch:                          /* a0: where to save sp; a1: the other sp */
    .cfi_startproc
    addi sp, sp, -112
    .cfi_def_cfa_offset 112
    sd ra, 96(sp)
    .cfi_offset ra, -16
    sd s0, 0(sp)
    .cfi_offset s0, -112
    sd s1, 8(sp)
    sd s2, 16(sp)
    sd s3, 24(sp)
    sd s4, 32(sp)
    sd s5, 40(sp)
    sd s6, 48(sp)
    sd s7, 56(sp)
    sd s8, 64(sp)
    sd s9, 72(sp)
    sd s10, 80(sp)
    sd s11, 88(sp)
    sd sp, 0(a0)
    mv sp, a1
    ld ra, 96(sp)
    ld s0, 0(sp)
    ld s1, 8(sp)
    ld s2, 16(sp)
    ld s3, 24(sp)
    ld s4, 32(sp)
    ld s5, 40(sp)
    ld s6, 48(sp)
    ld s7, 56(sp)
    ld s8, 64(sp)
    ld s9, 72(sp)
    ld s10, 80(sp)
    ld s11, 88(sp)
    addi sp, sp, 112
    .cfi_def_cfa_offset 0
    .cfi_restore ra
    .cfi_restore s0
    ret
    .cfi_endproc
    .size swtch, . - swtch

/* The first instructions of a new process: as if it came back from the trap
 * whose frame it was given. */
    .globl fork_return
    .type fork_return, @function
fork_return:
    .cfi_startproc
    .cfi_undefined ra
    call trap_return            /* a0: satp for userret, a1: userret */
    jr a1
    .cfi_endproc
    .size fork_return, . - fork_return
