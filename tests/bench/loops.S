/*
 * loops.S - what the processor benchmark runs: four endless loops in U-mode
 * under Sv39, chosen by a0 at entry, and the smallest kernel that answers
 * getpid with an address space of its own.
 *
 *   a0 = 0  three instructions      2  a store in every iteration
 *        1  nine instructions       3  getpid by ecall
 *
 * What counts the iterations: a0, a0, a1 (by two), s1. Assembled with -DLOOP=N
 * it takes that loop, whatever a0 is (for QEMU, which sets it itself).
 *
 * Entered in M-mode at the first byte; needs 2 MiB of RAM at 0x80000000. Only
 * four-byte instructions. All memory is mapped one to one by three gigabyte
 * pages: in the user's root with U, in the kernel's without.
 */
#define ROOT_USER   0x80100000
#define ROOT_KERNEL 0x80101000
#define FRAME       0x80102000
#define PTE_USER    0xdf /* D A U X W R V */
#define PTE_KERNEL  0xcf /* D A   X W R V */

    .option norvc
    .section .text.start, "ax"
    .globl _start
_start:
#ifdef LOOP
    li      s0, LOOP
#else
    mv      s0, a0
#endif
    li      a0, 0
    li      a1, 0
    li      s1, 0
    li      t0, -1              /* PMP entry 0: all memory, RWX */
    srli    t0, t0, 10
    csrw    pmpaddr0, t0
    li      t0, 0x1f
    csrw    pmpcfg0, t0
    li      t0, 0xb1ff          /* delegate what can be delegated */
    csrw    medeleg, t0
    la      t0, machine_trap
    csrw    mtvec, t0

    /* Root entry 2 covers 0x80000000..0xbfffffff. The kernel's own code is in
     * the user's root too, as a trampoline would be. */
    li      t0, ROOT_USER
    li      t1, (0x80000000 >> 2) | PTE_USER
    sd      t1, 16(t0)
    li      t1, (0x80000000 >> 2) | PTE_KERNEL
    sd      t1, 24(t0)          /* 0xc0000000: the kernel's view of it */
    li      t0, ROOT_KERNEL
    sd      t1, 24(t0)

    la      t0, supervisor_trap
    li      t1, 0x40000000
    add     t0, t0, t1
    csrw    stvec, t0
    li      t0, FRAME + 0x40000000
    csrw    sscratch, t0
    li      t1, (8 << 60) | (ROOT_KERNEL >> 12)
    li      t2, FRAME
    sd      t1, 0(t2)
    li      t1, (8 << 60) | (ROOT_USER >> 12)
    sd      t1, 8(t2)
    csrw    satp, t1
    sfence.vma

    li      t0, 0x1800          /* MPP = U */
    csrc    mstatus, t0
    la      t0, table
    slli    s0, s0, 2
    add     t0, t0, s0
    csrw    mepc, t0
    mret

table:
    j       three
    j       nine
    j       stores
    j       getpid

three:
    addi    a0, a0, 1
    add     a1, a1, a0
    j       three

nine:
    addi    a0, a0, 1
    add     a1, a1, a0
    xor     a2, a2, a1
    slli    a3, a2, 1
    sub     a4, a3, a0
    or      a5, a4, a1
    and     a6, a5, a2
    add     a7, a7, a6
    j       nine

stores:
    li      a0, 0x80110000
1:  sd      a1, 0(a0)
    addi    a1, a1, 1
    sd      a1, 8(a0)
    addi    a1, a1, 1
    j       1b

getpid:
    li      a7, 39
1:  ecall
    add     s1, s1, a0
    j       1b

    .balign 4
machine_trap:
    j       machine_trap

/* Trampoline: all registers saved, the kernel's root, a call through a table,
 * the user's root, all registers restored. */
    .balign 4
supervisor_trap:
    csrrw   a0, sscratch, a0
    sd      ra, 40(a0)
    sd      sp, 48(a0)
    sd      gp, 56(a0)
    sd      tp, 64(a0)
    sd      t0, 72(a0)
    sd      t1, 80(a0)
    sd      t2, 88(a0)
    sd      s0, 96(a0)
    sd      s1, 104(a0)
    sd      a1, 120(a0)
    sd      a2, 128(a0)
    sd      a3, 136(a0)
    sd      a4, 144(a0)
    sd      a5, 152(a0)
    sd      a6, 160(a0)
    sd      a7, 168(a0)
    sd      s2, 176(a0)
    sd      s3, 184(a0)
    sd      s4, 192(a0)
    sd      s5, 200(a0)
    sd      s6, 208(a0)
    sd      s7, 216(a0)
    sd      s8, 224(a0)
    sd      s9, 232(a0)
    sd      s10, 240(a0)
    sd      s11, 248(a0)
    sd      t3, 256(a0)
    sd      t4, 264(a0)
    sd      t5, 272(a0)
    sd      t6, 280(a0)
    csrr    t0, sscratch
    sd      t0, 112(a0)
    csrr    t1, sepc
    addi    t1, t1, 4
    sd      t1, 24(a0)
    ld      t0, 0(a0)
    csrw    satp, t0
    sfence.vma
    csrr    t2, scause
    li      t3, 8
    bne     t2, t3, stuck
    li      t3, 39
    bne     a7, t3, stuck
    jal     sys_getpid
    sd      a1, 112(a0)
    ld      t1, 24(a0)
    csrw    sepc, t1
    li      t2, 0x100           /* SPP = U */
    csrc    sstatus, t2
    ld      t0, 8(a0)
    csrw    satp, t0
    sfence.vma
    csrw    sscratch, a0
    ld      ra, 40(a0)
    ld      sp, 48(a0)
    ld      gp, 56(a0)
    ld      tp, 64(a0)
    ld      t0, 72(a0)
    ld      t1, 80(a0)
    ld      t2, 88(a0)
    ld      s0, 96(a0)
    ld      s1, 104(a0)
    ld      a1, 120(a0)
    ld      a2, 128(a0)
    ld      a3, 136(a0)
    ld      a4, 144(a0)
    ld      a5, 152(a0)
    ld      a6, 160(a0)
    ld      a7, 168(a0)
    ld      s2, 176(a0)
    ld      s3, 184(a0)
    ld      s4, 192(a0)
    ld      s5, 200(a0)
    ld      s6, 208(a0)
    ld      s7, 216(a0)
    ld      s8, 224(a0)
    ld      s9, 232(a0)
    ld      s10, 240(a0)
    ld      s11, 248(a0)
    ld      t3, 256(a0)
    ld      t4, 264(a0)
    ld      t5, 272(a0)
    ld      t6, 280(a0)
    ld      a0, 112(a0)
    sret

sys_getpid:
    li      a1, 1
    ret

stuck:
    j       stuck
