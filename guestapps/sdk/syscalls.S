/*
 * syscalls.S - one stub per system call, made from syscall.def.
 *
 * A stub is the whole user side of a crossing: the number into a7, ecall, and
 * a test of a0. The arguments are already where the kernel wants them, because
 * the C calling convention and the kernel's are the same registers, a0..a5.
 *
 *     write:  li   a7, 6
 *             ecall                      <- the boundary
 *             bltz a0, __syscall_error   -1..-4095: -errno
 *             ret
 *
 * The stub has the call's own name, with five exceptions, where C gives the
 * name another meaning: exit's is _exit, getcwd's is __getcwd (see file.c),
 * sbrk's is __sbrk (see heap.c), fork's is __fork (see process.c), sigaction's
 * is __sigaction (see signal.c).
 */
    .cfi_sections .debug_frame

/* The linker would shorten code, and the debug information would go on to say
 * that each function reaches into the next. */
    .option norelax

    .macro stub symbol, number
    .section .text.\symbol, "ax", @progbits
    .globl \symbol
    .type \symbol, @function
\symbol:
    .cfi_startproc
    li      a7, \number
    ecall
    bltz    a0, 1f
    ret
1:  tail    __syscall_error
    .cfi_endproc
    .size \symbol, . - \symbol
    .endm

    .macro call name, number
    .ifc \name, exit
    stub _exit, \number
    .else
    .ifc \name, getcwd
    stub __getcwd, \number
    .else
    .ifc \name, sbrk
    stub __sbrk, \number
    .else
    .ifc \name, fork
    stub __fork, \number
    .else
    .ifc \name, sigaction
    stub __sigaction, \number
    .else
    stub \name, \number
    .endif
    .endif
    .endif
    .endif
    .endif
    .endm

#define CALL(number, name, result, args, help) call name, number
#include "syscall.def"

/* Where a signal handler returns to: sp is as it was when the handler started,
 * at the struct signal_frame (<sallyport/signal.h>). The kernel brings all its
 * registers back, so this does not return. For an unwinder, the frame has the
 * interrupted program's registers, x[n] at 8n, and its pc at 0. */
    .section .text.__signal_restorer, "ax", @progbits
    .cfi_startproc
    .cfi_signal_frame
    .cfi_return_column 64
    .cfi_def_cfa sp, 0
    .cfi_offset 64, 0
    .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, \
            19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    .cfi_offset \n, 8 * \n
    .endr
    nop                         /* whose frame it is, is asked of the */
    .globl __signal_restorer    /* instruction before a return address */
    .type __signal_restorer, @function
__signal_restorer:
    mv      a0, sp
    li      a7, 77              /* sigreturn */
    ecall
    .cfi_endproc
    .size __signal_restorer, . - __signal_restorer

/* errno = -a0; return -1. */
    .section .text.__syscall_error, "ax", @progbits
    .globl __syscall_error
    .type __syscall_error, @function
__syscall_error:
    .cfi_startproc
    negw    a0, a0
    lui     t0, %tprel_hi(errno)
    add     t0, t0, tp, %tprel_add(errno)
    sw      a0, %tprel_lo(errno)(t0)
    li      a0, -1
    ret
    .cfi_endproc
    .size __syscall_error, . - __syscall_error
