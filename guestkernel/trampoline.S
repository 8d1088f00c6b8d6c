/* trampoline.S - the page that both address spaces share: every way from a
 * program into the kernel and back goes through it.
 *
 * It is linked, and runs, at TRAMPOLINE, the same virtual address in the
 * process's table and in the kernel's, so that the instruction after the one
 * that changes satp is still there. What it must not do is reach anything else
 * of the kernel by pc-relative address: the trap frame holds what it needs.
 *
 * Into the kernel (stvec points here while a program runs):
 *  1. The hardware has set sepc, scause, stval, sstatus.SPP = 0 and SIE = 0.
 *     sscratch holds TRAPFRAME; swap it with a0, the one register we free.
 *  2. Save the other 30 registers, then the user's a0 and pc.
 *  3. Load the kernel's stack, entry and satp from the frame; afterwards the
 *     frame is known by its direct-map address.
 *  4. Change to the kernel's table, fence, and call usertrap(frame).
 * Back:
 *  5. usertrap returns the process's satp and has set sepc, sstatus, stvec.
 *  6. Change to the process's table, fence.
 *  7. sscratch = TRAPFRAME; reload all 31 registers, a0 last.
 *  8. sret: pc = sepc, mode = SPP, SIE = SPIE.
 *
 * One fence each way, after the change, is enough: with ASID 0 it drops every
 * cached translation, and whatever the kernel changed in the process's table
 * it changed before.
 *
 * layout=shared needs no change of table, for the kernel is mapped in every
 * one: TF_KERNEL_SATP and what usertrap returns are 0 then, and steps 4 and 6
 * pass over it. */
#include "layout.h"

    .cfi_sections .debug_frame

/* Unwinding from the kernel into the program, at every instruction of this page.
 * The interrupted pc is none of the 32 registers: it is column 64 (GCC's
 * alternative frame return column).
 *  - At both ends the program's registers are where they were, but for pc,
 *    which is in sepc, and at the beginning a0, in sscratch.
 *  - In between they are in the trap frame. While a0 points to it, CFA = a0;
 *    while the kernel runs, sp was TF_KERNEL_SP at the call below, and there
 *    (see KSTACK_RESERVED) lies the frame's address: CFA = *(sp). User
 *    registers are at CFA + 8n. */
#define DW_CFA_def_cfa_expression 0x0f
#define DW_OP_breg2               0x72
#define DW_OP_deref               0x06
#define DW_SSCRATCH               (4096 + 0x140)
#define DW_SEPC                   (4096 + 0x141)

    .macro cfi_registers_in_place
    .cfi_def_cfa 2, 0
    .cfi_register 64, DW_SEPC
    .endm

    .macro cfi_registers_at_cfa
    .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, \
            21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    .cfi_offset \n, TF_X(\n)
    .endr
    .endm

    .section .trampoline, "ax"
    .globl uservec
    .type uservec, @function
    .balign 4
uservec:
    .cfi_startproc
    .cfi_signal_frame
    .cfi_return_column 64
    cfi_registers_in_place
    csrrw a0, sscratch, a0              /* 1 */
    .cfi_register 10, DW_SSCRATCH
    sd ra, TF_X(1)(a0)                  /* 2 */
    sd sp, TF_X(2)(a0)
    sd gp, TF_X(3)(a0)
    sd tp, TF_X(4)(a0)
    sd t0, TF_X(5)(a0)
    sd t1, TF_X(6)(a0)
    sd t2, TF_X(7)(a0)
    sd s0, TF_X(8)(a0)
    sd s1, TF_X(9)(a0)
    sd a1, TF_X(11)(a0)
    sd a2, TF_X(12)(a0)
    sd a3, TF_X(13)(a0)
    sd a4, TF_X(14)(a0)
    sd a5, TF_X(15)(a0)
    sd a6, TF_X(16)(a0)
    sd a7, TF_X(17)(a0)
    sd s2, TF_X(18)(a0)
    sd s3, TF_X(19)(a0)
    sd s4, TF_X(20)(a0)
    sd s5, TF_X(21)(a0)
    sd s6, TF_X(22)(a0)
    sd s7, TF_X(23)(a0)
    sd s8, TF_X(24)(a0)
    sd s9, TF_X(25)(a0)
    sd s10, TF_X(26)(a0)
    sd s11, TF_X(27)(a0)
    sd t3, TF_X(28)(a0)
    sd t4, TF_X(29)(a0)
    sd t5, TF_X(30)(a0)
    sd t6, TF_X(31)(a0)
    .cfi_def_cfa 10, 0
    cfi_registers_at_cfa
    csrr t0, sscratch
    sd t0, TF_X(10)(a0)
    .cfi_offset 10, TF_X(10)
    csrr t0, sepc
    sd t0, TF_EPC(a0)
    .cfi_offset 64, TF_EPC
    ld t0, TF_KERNEL_SATP(a0)           /* 3 */
    ld t1, TF_KERNEL_ENTRY(a0)
    ld sp, TF_KERNEL_SP(a0)
    ld a0, TF_SELF(a0)
    beqz t0, .Lin_kernel                  /* 4 */
    csrw satp, t0
    sfence.vma
.Lin_kernel:
    .cfi_escape DW_CFA_def_cfa_expression, 3, DW_OP_breg2, 0, DW_OP_deref
    li s0, 0                            /* ends frame-pointer backtraces */
    jalr t1
    .globl userret
userret:                                /* 5: a0 = the process's satp, or 0 */
    beqz a0, .Lin_process                 /* 6 */
    csrw satp, a0
    sfence.vma
.Lin_process:
    li a0, TRAPFRAME                    /* 7 */
    .cfi_def_cfa 10, 0
    csrw sscratch, a0
    ld ra, TF_X(1)(a0)
    ld sp, TF_X(2)(a0)
    ld gp, TF_X(3)(a0)
    ld tp, TF_X(4)(a0)
    ld t0, TF_X(5)(a0)
    ld t1, TF_X(6)(a0)
    ld t2, TF_X(7)(a0)
    ld s0, TF_X(8)(a0)
    ld s1, TF_X(9)(a0)
    ld a1, TF_X(11)(a0)
    ld a2, TF_X(12)(a0)
    ld a3, TF_X(13)(a0)
    ld a4, TF_X(14)(a0)
    ld a5, TF_X(15)(a0)
    ld a6, TF_X(16)(a0)
    ld a7, TF_X(17)(a0)
    ld s2, TF_X(18)(a0)
    ld s3, TF_X(19)(a0)
    ld s4, TF_X(20)(a0)
    ld s5, TF_X(21)(a0)
    ld s6, TF_X(22)(a0)
    ld s7, TF_X(23)(a0)
    ld s8, TF_X(24)(a0)
    ld s9, TF_X(25)(a0)
    ld s10, TF_X(26)(a0)
    ld s11, TF_X(27)(a0)
    ld t3, TF_X(28)(a0)
    ld t4, TF_X(29)(a0)
    ld t5, TF_X(30)(a0)
    ld t6, TF_X(31)(a0)
    ld a0, TF_X(10)(a0)
    cfi_registers_in_place
    .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, \
            19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    .cfi_same_value \n
    .endr
    sret                                /* 8 */
    .cfi_endproc
    .size uservec, . - uservec

/* The addresses of the above for the rest of the kernel, which is too far away
 * for pc-relative addressing. */
    .section .rodata
    .balign 8
    .globl trampoline_uservec, trampoline_userret
trampoline_uservec:
    .dword uservec
trampoline_userret:
    .dword userret
