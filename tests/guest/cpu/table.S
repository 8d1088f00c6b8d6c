/*
 * table.S - what the manual says, as a table of cases that both this hart and
 * QEMU can run: an M-mode program that starts each case in its mode from the
 * same state, and prints one line for it on the UART:
 *
 *   NAME cause tval pc-offset a0 a1
 *
 * A case ends with its first trap; one that runs through ends with an ecall
 * (cause 8, 9 or 11). The last line is "end"; then the finisher ends the run.
 *
 * Memory, all in RAM: the program; from TABLES the page tables; the data pages.
 * S and U run under Sv39:
 *
 *   0x00200000 + n * 0x1000   data page n, permissions by L0 below
 *   0x00400000                a misaligned superpage
 *   0x00600000                a table where no memory is
 *   0x40000000                RAM, RWX, U
 *   0x80000000                RAM, RWX, not U
 */
#define TABLES 0x80100000
#define ROOT   TABLES
#define L1     (TABLES + 0x1000)
#define L0     (TABLES + 0x2000)
#define DATA   (TABLES + 0x4000)
#define HOLE   0x50000          /* nothing answers there on either machine */
#define UART   0x10000000
#define FINISHER 0x100000

#define V 1
#define R 2
#define W 4
#define X 8
#define U 16
#define A 64
#define D 128

/* CASE name, mode: the body follows, s1 = 0x200000 (page 0), s2 = DATA. */
    .macro CASE name, mode
    .section .rodata
9:  .asciz  "\name"
    .section .table, "a"
    .balign 8
    .quad   9b, 8f, \mode
    .text
    .balign 4
8:
    .endm
    .macro ENDCASE
    ecall
    .endm
    /* L0 entry n: data page n with these bits. */
    .macro PAGE n, bits
    li      t1, ((DATA + \n * 0x1000) >> 2) | (\bits)
    sd      t1, (8 * \n)(t0)
    .endm

    .option norvc
    .section .text.start, "ax"
    .globl _start
_start:
    la      sp, stack_end
    la      s11, table_start
next:
    la      t0, table_end
    beq     s11, t0, done
    call    prepare
    la      t0, trap
    csrw    mtvec, t0
    ld      t1, 8(s11)          /* body */
    ld      t2, 16(s11)         /* mode */
    bnez    t2, 1f
    li      t3, 0x40000000      /* U runs at the user's address of it */
    sub     t1, t1, t3
1:  csrw    mepc, t1
    mv      s10, t1
    slli    t2, t2, 11
    li      t3, 0x1800
    csrc    mstatus, t3
    csrs    mstatus, t2
    la      t0, saved
    sd      s10, 0(t0)
    sd      s11, 8(t0)
    sd      sp, 16(t0)
    li      s1, 0x200000
    li      s2, DATA
    li      a0, 0
    li      a1, 0
    mret

    .balign 4
trap:
    la      t0, saved
    ld      s10, 0(t0)
    ld      s11, 8(t0)
    ld      sp, 16(t0)
    mv      s8, a0
    mv      s9, a1
    ld      a0, 0(s11)
    call    puts
    csrr    a0, mcause
    call    puthex
    csrr    a0, mtval
    call    puthex
    csrr    a0, mepc
    sub     a0, a0, s10
    call    puthex
    mv      a0, s8
    call    puthex
    mv      a0, s9
    call    puthex
    li      a0, '\n'
    call    putchar
    addi    s11, s11, 24
    j       next

done:
    la      a0, end_text
    call    puts
    li      a0, '\n'
    call    putchar
    li      t0, FINISHER
    li      t1, 0x5555
    sw      t1, 0(t0)
1:  j       1b

putchar:
    li      t0, UART
    sb      a0, 0(t0)
    ret
puts:
    mv      t1, a0
1:  lbu     a0, 0(t1)
    beqz    a0, 2f
    li      t0, UART
    sb      a0, 0(t0)
    addi    t1, t1, 1
    j       1b
2:  ret
puthex: /* " %x" */
    li      t0, UART
    li      t1, ' '
    sb      t1, 0(t0)
    li      t2, 60
1:  srl     t1, a0, t2
    andi    t1, t1, 15
    addi    t3, t1, '0'
    li      t4, 10
    blt     t1, t4, 2f
    addi    t3, t1, 'a' - 10
2:  sb      t3, 0(t0)
    addi    t2, t2, -4
    bgez    t2, 1b
    ret

/* The same state before every case. */
prepare:
    csrw    satp, zero
    csrw    medeleg, zero
    csrw    mideleg, zero
    csrw    mie, zero
    csrw    mip, zero
    csrw    mcounteren, zero
    csrw    scounteren, zero
    csrw    stvec, zero
    li      t0, 0x7e60aa        /* FS, MPRV, SUM, MXR, TVM, TW, TSR, xPIE, xIE */
    csrc    mstatus, t0
    li      t0, -1
    srli    t0, t0, 10
    csrw    pmpaddr0, t0
    li      t0, 0x1f
    csrw    pmpcfg0, t0
    li      t0, ROOT
    li      t1, (L1 >> 2) | V
    sd      t1, 0(t0)
    li      t1, (0x80000000 >> 2) | V | R | W | X | U | A | D
    sd      t1, 8(t0)
    li      t1, (0x80000000 >> 2) | V | R | W | X | A | D
    sd      t1, 16(t0)
    li      t0, L1
    li      t1, (L0 >> 2) | V
    sd      t1, 8(t0)
    li      t1, ((DATA + 0x1000) >> 2) | V | R | W | X | U | A | D
    sd      t1, 16(t0)
    li      t1, (HOLE >> 2) | V
    sd      t1, 24(t0)
    li      t0, L0
    PAGE    0, 0
    PAGE    1, V | R | U | A | D
    PAGE    2, V | R | W | U | A | D
    PAGE    3, V | X | U | A | D
    PAGE    4, V | R | X | U | A | D
    PAGE    5, V | R | W | A | D
    PAGE    6, V | W | U | A | D
    PAGE    7, V | W | X | U | A | D
    PAGE    8, R | W | X | U | A | D
    PAGE    9, V | R | W | U
    PAGE    10, V | R | X | A | D
    li      t1, (HOLE >> 2) | V | R | W | X | U | A | D
    sd      t1, 88(t0)
    PAGE    12, V | R | W | X | U | A | D
    PAGE    13, V | U | A | D
    li      t0, DATA
    li      t1, 0x1122334455667788
    li      t2, 14 * 0x1000 / 8
1:  sd      t1, 0(t0)
    addi    t0, t0, 8
    addi    t2, t2, -1
    bnez    t2, 1b
    li      t0, (8 << 60) | (ROOT >> 12)
    csrw    satp, t0
    sfence.vma
    fence.i
    ret

    .section .rodata
end_text: .asciz "end"
    .section .table, "a"
    .balign 8
table_start:
    .bss
    .balign 16
saved:
    .space  64
    .space  1024
stack_end:
    .text

#include "cases.S"

    .section .table, "a"
table_end:
