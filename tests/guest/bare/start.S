# start.S - entry in M-mode, and the two trap vectors.
#
# Each mode has its own trap stack, found through mscratch or sscratch: the
# vector swaps it with sp, saves ra, t0-t6 and a0-a7 there (struct frame in
# bare.h) and calls C, which looks at the CSRs itself.

        .section .text.start, "ax"
        .globl _start
_start:
        la      sp, stacks + 4096
        la      t0, stacks + 2 * 4096
        csrw    mscratch, t0
        la      t0, m_vector
        csrw    mtvec, t0
        call    main
1:      wfi
        j       1b

        .macro  save
        addi    sp, sp, -128
        sd      ra, 0(sp)
        sd      t0, 8(sp)
        sd      t1, 16(sp)
        sd      t2, 24(sp)
        sd      t3, 32(sp)
        sd      t4, 40(sp)
        sd      t5, 48(sp)
        sd      t6, 56(sp)
        sd      a0, 64(sp)
        sd      a1, 72(sp)
        sd      a2, 80(sp)
        sd      a3, 88(sp)
        sd      a4, 96(sp)
        sd      a5, 104(sp)
        sd      a6, 112(sp)
        sd      a7, 120(sp)
        .endm

        .macro  restore
        ld      ra, 0(sp)
        ld      t0, 8(sp)
        ld      t1, 16(sp)
        ld      t2, 24(sp)
        ld      t3, 32(sp)
        ld      t4, 40(sp)
        ld      t5, 48(sp)
        ld      t6, 56(sp)
        ld      a0, 64(sp)
        ld      a1, 72(sp)
        ld      a2, 80(sp)
        ld      a3, 88(sp)
        ld      a4, 96(sp)
        ld      a5, 104(sp)
        ld      a6, 112(sp)
        ld      a7, 120(sp)
        addi    sp, sp, 128
        .endm

        .text
        .balign 4
m_vector:
        csrrw   sp, mscratch, sp
        save
        mv      a0, sp
        call    m_trap
        restore
        csrrw   sp, mscratch, sp
        mret

        .globl  s_vector
        .balign 4
s_vector:
        csrrw   sp, sscratch, sp
        save
        mv      a0, sp
        call    s_trap
        restore
        csrrw   sp, sscratch, sp
        sret

# in_mode(function, argument, MPP value): runs a function in a lower mode with
# mret; it comes back by an ecall with a7 = 0, which m_trap turns into a return
# to the address kept here, in M-mode, with sp as it was.
        .globl  in_mode
in_mode:
        addi    sp, sp, -16
        sd      ra, 0(sp)
        la      t0, back_sp
        sd      sp, 0(t0)
        csrw    mepc, a0
        li      t0, 3 << 11
        csrc    mstatus, t0
        slli    a2, a2, 11
        csrs    mstatus, a2
        mv      a0, a1
        la      ra, leave
        mret
        .globl  in_mode_back
in_mode_back:
        la      t0, back_sp
        ld      sp, 0(t0)
        ld      ra, 0(sp)
        addi    sp, sp, 16
        ret

# in_user(function, argument): from S-mode to U with sret; comes back by an
# ecall with a7 = 1, which s_trap turns into a return in S-mode.
        .globl  in_user
in_user:
        addi    sp, sp, -16
        sd      ra, 0(sp)
        la      t0, user_back_sp
        sd      sp, 0(t0)
        csrw    sepc, a0
        li      t0, 1 << 8
        csrc    sstatus, t0
        mv      a0, a1
        sret
        .globl  in_user_back
in_user_back:
        la      t0, user_back_sp
        ld      sp, 0(t0)
        ld      ra, 0(sp)
        addi    sp, sp, 16
        ret

# Where a function run by in_mode returns to.
leave:
        li      a7, 0
        ecall

# What runs in U-mode; position-independent, it is reached by another address.
# a0: the address that is touched, where one is.
        .globl  user_ecall, user_load, user_store, user_illegal, user_break
user_ecall:
        li      a0, 77
        li      a7, 2
        ecall
        j       user_end
user_load:
        ld      t0, 0(a0)
        j       user_end
user_store:
        sd      zero, 0(a0)
        j       user_end
user_illegal:
        csrr    t0, sscratch
        j       user_end
user_break:
        ebreak
user_end:
        li      a7, 1
        ecall

        .bss
        .balign 8
back_sp:        .dword 0
user_back_sp:   .dword 0

        .section .tohost, "aw", @progbits
        .globl  tohost
        .balign 64
tohost: .dword 0
