/*
 * suite.S - the shape of the architecture test suites that people run on bare
 * machines: reset at 0x80000000, set-up that steps over what is not there, the
 * test in a lower mode, the verdict by an ecall, the end by `tohost` alone.
 *
 *   MODE      privilege of the test: 0 U, 1 S, 3 M
 *   VERDICT   0 passes, n fails in test n
 */
#ifndef MODE
#define MODE 0
#endif
#ifndef VERDICT
#define VERDICT 0
#endif

    .section .start, "ax"
    .globl _start
_start:
    j reset

    .balign 4
trap:
    csrr t5, mcause
    li t6, 8
    beq t5, t6, verdict
    li t6, 9
    beq t5, t6, verdict
    li t6, 11
    beq t5, t6, verdict
    li gp, 1337
verdict:
    bnez gp, 1f
    li gp, 1
1:  la t5, tohost
2:  sw gp, 0(t5)
    sw zero, 4(t5)
    j 2b

/* Try one thing after another; what traps is stepped over. */
reset:
    csrr a0, mhartid
    bnez a0, reset
    la t0, 1f
    csrw mtvec, t0
    csrwi 0x744, 8 /* mnstatus */
    .balign 4
1:  la t0, 1f
    csrw mtvec, t0
    csrwi satp, 0
    .balign 4
1:  la t0, 1f
    csrw mtvec, t0
    li t0, -1
    csrw pmpaddr0, t0
    li t0, 0x1f
    csrw pmpcfg0, t0
    .balign 4
1:  csrwi mie, 0
    la t0, 1f
    csrw mtvec, t0
    csrwi medeleg, 0
    csrwi mideleg, 0
    .balign 4
1:  la t0, trap
    csrw mtvec, t0
    li t0, 0x6000 | MODE << 11
    csrwi mstatus, 0
    csrs mstatus, t0
    csrwi fcsr, 0
    la t0, 1f
    csrw mepc, t0
    mret
1:  li gp, VERDICT << 1
    beqz gp, 2f
    ori gp, gp, 1
2:  fence
    ecall

    .section .tohost, "aw", @progbits
    .balign 64
    .globl tohost
tohost:
    .dword 0
    .balign 64
    .globl fromhost
fromhost:
    .dword 0
