/*
 * env.S - the ground a conformance program stands on: start-up in M-mode, the
 * way down into a mode, and the two trap recorders that lead back.
 *
 * A check runs a *snippet*, a few instructions under test, in some privilege:
 *
 *     enter(mode, snippet, a0, a1)      C, in M-mode, interrupts off
 *         mret to the snippet           a0, a1 and nothing else is promised
 *         ... any trap ...
 *     m_recorder / s_recorder           everything into `seen`
 *         back behind enter()           in M-mode again
 *
 * A trap that was delegated arrives in s_recorder, which notes the S-mode CSRs
 * and asks m_recorder for the way home by an ecall of its own. Offsets into
 * struct seen are held to env.h by _Static_assert there.
 */
#include "env.h"

    .section .text.start, "ax"
    .globl _start
_start:
    la sp, stack_top
    la t0, bss_begin
    la t1, bss_finish
1:  bgeu t0, t1, 2f
    sd zero, 0(t0)
    addi t0, t0, 8
    j 1b
2:  la t0, m_recorder
    csrw mtvec, t0
    la t0, s_recorder
    csrw stvec, t0
    csrw mie, zero
    call environment_open
    call test_main
    call finish
3:  j 3b

    .text
/* void enter(long mode, const void *pc, long a0, long a1)
 * mstatus.MPIE is left alone: it becomes MIE if mode is M. */
    .globl enter
enter:
    la t0, caller
    sd ra, 0(t0)
    sd sp, 8(t0)
    sd gp, 16(t0)
    sd tp, 24(t0)
    sd s0, 32(t0)
    sd s1, 40(t0)
    sd s2, 48(t0)
    sd s3, 56(t0)
    sd s4, 64(t0)
    sd s5, 72(t0)
    sd s6, 80(t0)
    sd s7, 88(t0)
    sd s8, 96(t0)
    sd s9, 104(t0)
    sd s10, 112(t0)
    sd s11, 120(t0)
    li t1, 1
    sd t1, 128(t0)
    li t0, 0x1800
    csrc mstatus, t0
    slli t1, a0, 11
    csrs mstatus, t1
    csrw mepc, a1
    la t0, seen
    sd zero, SEEN_LEVEL(t0)
    mv a0, a2
    mv a1, a3
    mret

/* Loads and stores of a trap handler in M-mode obey MPRV like any others, so
 * the bit is put away first, with one register to do it in. */
    .balign 64
    .globl m_recorder
m_recorder:
    csrw mscratch, t6
    lui t6, 0x20
    csrrc t6, mstatus, t6
    slli t6, t6, 46
    bltz t6, 1f
    la t6, seen
    sd t5, SEEN_X(30)(t6)
    li t5, 0
    j 2f
1:  la t6, seen
    sd t5, SEEN_X(30)(t6)
    lui t5, 0x20
2:  sd t4, SEEN_X(29)(t6)
    /* The errand of s_recorder: all is noted already. */
    csrr t4, mepc
    sd t3, SEEN_X(28)(t6)
    la t3, s_errand
    beq t3, t4, 3f
    la t3, s_errand_of_ecall
    beq t3, t4, 3f
    sd t4, SEEN_EPC(t6)
    csrr t4, mstatus
    or t4, t4, t5
    sd t4, SEEN_STATUS(t6)
    csrr t4, mcause
    sd t4, SEEN_CAUSE(t6)
    csrr t4, mtval
    sd t4, SEEN_TVAL(t6)
    li t4, 3
    sd t4, SEEN_LEVEL(t6)
    csrr t4, mscratch
    sd t4, SEEN_X(31)(t6)
    call record_registers
3:  la t0, caller
    ld t1, 128(t0)
    beqz t1, stray
    sd zero, 128(t0)
    ld ra, 0(t0)
    ld sp, 8(t0)
    ld gp, 16(t0)
    ld tp, 24(t0)
    ld s0, 32(t0)
    ld s1, 40(t0)
    ld s2, 48(t0)
    ld s3, 56(t0)
    ld s4, 64(t0)
    ld s5, 72(t0)
    ld s6, 80(t0)
    ld s7, 88(t0)
    ld s8, 96(t0)
    ld s9, 104(t0)
    ld s10, 112(t0)
    ld s11, 120(t0)
    ret

/* A trap, and no snippet is running: the test itself went wrong. */
stray:
    la sp, stack_top
    call stray_trap

    .balign 64
    .globl s_recorder
s_recorder:
    csrw sscratch, t6
    la t6, seen
    sd t5, SEEN_X(30)(t6)
    sd t4, SEEN_X(29)(t6)
    sd t3, SEEN_X(28)(t6)
    csrr t4, sepc
    sd t4, SEEN_EPC(t6)
    csrr t4, sstatus
    sd t4, SEEN_STATUS(t6)
    csrr t4, scause
    sd t4, SEEN_CAUSE(t6)
    csrr t4, stval
    sd t4, SEEN_TVAL(t6)
    li t4, 1
    sd t4, SEEN_LEVEL(t6)
    csrr t4, sscratch
    sd t4, SEEN_X(31)(t6)
    call record_registers
    csrr t4, scause
    li t5, 9
    beq t4, t5, s_errand_of_ecall
s_errand:
    ecall
/* If ecall from S is what was delegated, it does not lead to M-mode. */
s_errand_of_ecall:
    unimp

/* x1..x27 into (t6); the call has spoiled ra, which is told by its caller. */
record_registers:
    sd sp, SEEN_X(2)(t6)
    sd gp, SEEN_X(3)(t6)
    sd tp, SEEN_X(4)(t6)
    sd t0, SEEN_X(5)(t6)
    sd t1, SEEN_X(6)(t6)
    sd t2, SEEN_X(7)(t6)
    sd s0, SEEN_X(8)(t6)
    sd s1, SEEN_X(9)(t6)
    sd a0, SEEN_X(10)(t6)
    sd a1, SEEN_X(11)(t6)
    sd a2, SEEN_X(12)(t6)
    sd a3, SEEN_X(13)(t6)
    sd a4, SEEN_X(14)(t6)
    sd a5, SEEN_X(15)(t6)
    sd a6, SEEN_X(16)(t6)
    sd a7, SEEN_X(17)(t6)
    ret

    .bss
    .balign 16
caller:
    .skip 136

    .section .tohost, "aw"
    .balign 64
    .globl tohost
tohost:
    .dword 0
    .balign 64
    .globl fromhost
fromhost:
    .dword 0
