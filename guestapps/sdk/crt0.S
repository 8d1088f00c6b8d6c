/*
 * crt0.S - the first instructions of every program.
 *
 * The kernel enters _start in U-mode with every register zero but sp, which
 * points at argc (the picture is in guestkernel/abi/README.md). This sets the
 * two registers that compiled code takes for granted and goes to start.c:
 *
 *   1. gp, the middle of the small data, so that a near variable costs one
 *      instruction instead of two;
 *   2. tp, the thread's own variables (errno). user.ld keeps their one and only
 *      block in the data segment, ready to use: nothing is allocated, nothing
 *      copied, and a program that never sets errno never touches its page;
 *   3. a0, a1, a2 = argc, argv, envp.
 */
    .cfi_sections .debug_frame

    .section .text.start, "ax", @progbits
    .globl _start
    .type _start, @function
_start:
    .cfi_startproc
    .cfi_undefined ra           /* no caller: a backtrace ends here */
    .option push
    .option norelax             /* gp cannot be computed from gp */
    la      gp, __global_pointer$
    .option pop
    la      tp, __tls_base

    ld      a0, 0(sp)           /* argc */
    addi    a1, sp, 8           /* argv: argc pointers and a zero */
    slli    a2, a0, 3
    add     a2, a2, a1
    addi    a2, a2, 8           /* envp */
    tail    __start
    .cfi_endproc
    .size _start, . - _start
