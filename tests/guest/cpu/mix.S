/*
 * mix.S - a busy little system, for tests that cut its run into pieces: M-mode
 * takes timer interrupts at odd intervals, S-mode takes ecalls, faults and
 * software interrupts, two user address spaces run different code at the same
 * address; registers and memory are churned by a hash. It never ends.
 *
 * Assembled twice: with four-byte instructions only, and compressed.
 */
#define TABLES      0x80100000
#define ROOT_A      TABLES
#define ROOT_B      (TABLES + 0x1000)
#define L1_A        (TABLES + 0x2000)
#define L1_B        (TABLES + 0x3000)
#define L0_A        (TABLES + 0x4000)
#define L0_B        (TABLES + 0x5000)
#define CODE_A      0x80110000
#define CODE_B      0x80111000
#define HEAP        0x80120000
#define MTIMECMP    0x02004000
#define MTIME       0x0200bff8
#define USER        0x400000

    .section .text.start, "ax"
    .globl _start
_start:
    la      sp, machine_frame_end
    li      t0, -1
    srli    t0, t0, 10
    csrw    pmpaddr0, t0
    li      t0, 0x1f
    csrw    pmpcfg0, t0
    li      t0, 0xb1ff & ~4     /* illegal instructions stay with M */
    csrw    medeleg, t0
    csrwi   mideleg, 2
    la      t0, machine_trap
    csrw    mtvec, t0
    la      t0, machine_frame
    csrw    mscratch, t0
    li      t0, 0x80            /* MTIE */
    csrw    mie, t0
    csrwi   mcounteren, 7
    csrwi   scounteren, 7

    li      t0, ROOT_A          /* RAM one to one for S; USER's table */
    li      t1, (0x80000000 >> 2) | 0xcf
    sd      t1, 16(t0)
    li      t1, (L1_A >> 2) | 1
    sd      t1, 0(t0)
    li      t0, ROOT_B
    li      t1, (0x80000000 >> 2) | 0xcf
    sd      t1, 16(t0)
    li      t1, (L1_B >> 2) | 1
    sd      t1, 0(t0)
    li      t0, L1_A
    li      t1, (L0_A >> 2) | 1
    sd      t1, 16(t0)
    li      t0, L1_B
    li      t1, (L0_B >> 2) | 1
    sd      t1, 16(t0)
    li      t0, L0_A            /* page 0 code, 1 heap, 2 absent */
    li      t1, (CODE_A >> 2) | 0x1b
    sd      t1, 0(t0)
    li      t1, (HEAP >> 2) | 0x17
    sd      t1, 8(t0)
    li      t0, L0_B
    li      t1, (CODE_B >> 2) | 0x1b
    sd      t1, 0(t0)
    li      t1, ((HEAP + 0x1000) >> 2) | 0x17
    sd      t1, 8(t0)
    la      a0, user_a
    li      a1, CODE_A
    la      a2, user_a_end
    call    copy
    la      a0, user_b
    li      a1, CODE_B
    la      a2, user_b_end
    call    copy
    fence.i

    la      t0, supervisor_trap
    csrw    stvec, t0
    la      t0, frame
    csrw    sscratch, t0
    li      t0, (8 << 60) | (ROOT_A >> 12)
    csrw    satp, t0
    sfence.vma
    li      t0, MTIME
    ld      t1, 0(t0)
    addi    t1, t1, 7
    li      t0, MTIMECMP
    sd      t1, 0(t0)
    li      t0, 0x1800
    csrc    mstatus, t0
    li      t0, 0x800           /* MPP = S */
    csrs    mstatus, t0
    la      t0, supervisor
    csrw    mepc, t0
    mret

copy:
    ld      t0, 0(a0)
    sd      t0, 0(a1)
    addi    a0, a0, 8
    addi    a1, a1, 8
    bltu    a0, a2, copy
    ret

/* The timer: next deadline 3..34 ticks ahead, and a software interrupt for S
 * every other time. An illegal instruction is skipped. */
    .balign 4
machine_trap:
    csrrw   a0, mscratch, a0
    sd      t0, 0(a0)
    sd      t1, 8(a0)
    csrr    t0, mcause
    bgez    t0, 2f
    li      t0, MTIME
    ld      t1, 0(t0)
    ld      t0, 16(a0)
    addi    t0, t0, 1
    sd      t0, 16(a0)
    andi    t0, t0, 31
    add     t1, t1, t0
    addi    t1, t1, 3
    andi    t0, t0, 1
    beqz    t0, 1f
    csrsi   mip, 2
1:  li      t0, MTIMECMP
    sd      t1, 0(t0)
    j       3f
2:  csrr    t0, mepc
    addi    t0, t0, 4
    csrw    mepc, t0
3:  ld      t0, 0(a0)
    ld      t1, 8(a0)
    csrrw   a0, mscratch, a0
    mret

/* S starts user A; each trap from U churns, and some switch the space. */
supervisor:
    csrsi   sie, 2
    li      t0, 0x120
    csrc    sstatus, t0
    csrsi   sstatus, 0x2        /* S takes its software interrupts here too */
    li      t1, 50
1:  addi    t1, t1, -1
    bnez    t1, 1b
    csrci   sstatus, 0x2
    li      t0, USER
    csrw    sepc, t0
    sret

    .balign 4
supervisor_trap:
    csrrw   a0, sscratch, a0
    sd      t0, 0(a0)
    sd      t1, 8(a0)
    sd      t2, 16(a0)
    csrr    t0, scause
    csrr    t1, stval
    ld      t2, 24(a0)          /* the hash of all that happened */
    add     t2, t2, t0
    slli    t0, t2, 7
    xor     t2, t2, t0
    srli    t0, t2, 9
    xor     t2, t2, t0
    add     t2, t2, t1
    sd      t2, 24(a0)
    csrr    t0, scause
    bltz    t0, software
    csrr    t1, sepc
    addi    t1, t1, 4
    csrw    sepc, t1
    ld      t1, 32(a0)          /* every fourth: the other space */
    addi    t1, t1, 1
    sd      t1, 32(a0)
    andi    t1, t1, 3
    bnez    t1, back
    csrr    t1, satp
    li      t0, 1
    xor     t1, t1, t0
    csrw    satp, t1
    sfence.vma
    li      t1, USER
    csrw    sepc, t1
    j       back
software:
    csrci   sip, 2
back:
    ld      t0, 0(a0)
    ld      t1, 8(a0)
    ld      t2, 16(a0)
    csrrw   a0, sscratch, a0
    sret

/* Positions in here are user addresses; the faulting ones are four bytes. */
    .balign 8
user_a:
    li      s0, USER + 0x1000
    rdcycle s1
    add     s2, s2, s1
    sd      s2, 0(s0)
    ld      s3, 8(s0)
    xor     s3, s3, s2
    sd      s3, 8(s0)
    amoadd.d s4, s3, (s0)
    .option push
    .option norvc
    ecall
    ld      a5, 0x7f8(zero)     /* faults */
    .option pop
    rdtime  s5
    add     s2, s2, s5
    li      t3, 17
1:  mul     s2, s2, t3
    addi    s2, s2, 3
    addi    t3, t3, -1
    bnez    t3, 1b
    .option push
    .option norvc
    .word   0xffffffff
    ecall
    .option pop
    j       user_a
    .balign 8
user_a_end:

    .balign 8
user_b:
    li      s0, USER + 0x1800
    rdinstret s6
    xor     s7, s7, s6
    sw      s7, 4(s0)
    sb      s7, 3(s0)
    lhu     s8, 3(s0)
    .option push
    .option norvc
    sd      s8, 0x700(s0)
    ecall
    amoswap.w s9, s8, (zero)    /* faults */
    .option pop
    lr.d    t4, (s0)
    add     t4, t4, s9
    sc.d    t5, t4, (s0)
    add     s7, s7, t5
    li      t3, 5
1:  addi    t3, t3, -1
    add     s7, s7, t3
    bnez    t3, 1b
    j       user_b
    .balign 8
user_b_end:

    .bss
    .balign 16
frame:
    .space  64
machine_frame:
    .space  128
machine_frame_end:
