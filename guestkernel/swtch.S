/* swtch.S - changing from one kernel stack to another. To C, swtch is a function that takes
 * long: only what calls must preserve is saved. */
#include "asm.h"

    .text
    function swtch              /* a0: where to save sp; a1: the other sp */
    addi sp, sp, -112
    .cfi_def_cfa_offset 112
    sd ra, 96(sp)
    .cfi_offset ra, -16
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    sd s\n, 8 * \n(sp)
    .endr
    .cfi_offset s0, -112
    sd sp, 0(a0)
    mv sp, a1
    ld ra, 96(sp)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    ld s\n, 8 * \n(sp)
    .endr
    addi sp, sp, 112
    .cfi_def_cfa_offset 0
    .cfi_restore ra
    .cfi_restore s0
    ret
    end swtch

/* A new process begins here, as if it came back from the trap whose frame it was given. */
    function fork_return
    .cfi_undefined ra
    call trap_return            /* a0: satp for userret, a1: userret */
    jr a1
    end fork_return
