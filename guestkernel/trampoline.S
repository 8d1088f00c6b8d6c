/* trampoline.S - the page that both address spaces share: every way from a program into the
 * kernel and back goes through it.
 *
 * It is linked, and runs, at TRAMPOLINE, the same virtual address in the process's table and in
 * the kernel's, so that the instruction after the one that changes satp is still there. What it
 * must not do is reach anything else of the kernel by pc-relative address: the trap frame holds
 * what it needs.
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
 * One fence each way, after the change, is enough: with ASID 0 it drops every cached
 * translation, and whatever the kernel changed in the process's table it changed before.
 *
 * layout=shared needs no change of table, for the kernel is mapped in every one: TF_KERNEL_SATP
 * and what usertrap returns are 0 then, and steps 4 and 6 pass over it. */
#include "asm.h"

/* Unwinding from the kernel into the program, at every instruction of this page. The
 * interrupted pc is none of the 32 registers: it is column 64 (GCC's alternative frame return
 * column).
 *  - At both ends the program's registers are where they were, but for pc, which is in sepc,
 *    and at the beginning a0, in sscratch.
 *  - In between they are in the trap frame. While a0 points to it, CFA = a0; while the kernel
 *    runs, sp was TF_KERNEL_SP at the call below, and there (see KSTACK_RESERVED) lies the
 *    frame's address: CFA = *(sp). User registers are at CFA + 8n. */
#define DW_CFA_def_cfa_expression 0x0f
#define DW_OP_breg2               0x72
#define DW_OP_deref               0x06
#define DW_SSCRATCH               (4096 + 0x140)
#define DW_SEPC                   (4096 + 0x141)
#define EVERY_X_BUT_A0                                                                     \
    1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,  \
    26, 27, 28, 29, 30, 31

    .macro cfi_registers_in_place
    .cfi_def_cfa 2, 0
    .cfi_register 64, DW_SEPC
    .endm

    .section .trampoline, "ax"
    .balign 4
    function uservec
    .cfi_signal_frame
    .cfi_return_column 64
    cfi_registers_in_place
    csrrw a0, sscratch, a0              /* 1 */
    .cfi_register 10, DW_SSCRATCH
    .irp n, EVERY_X_BUT_A0              /* 2 */
    sd x\n, TF_X(\n)(a0)
    .endr
    .cfi_def_cfa 10, 0
    .irp n, EVERY_X_BUT_A0
    .cfi_offset \n, TF_X(\n)
    .endr
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
    beqz t0, .Lin_kernel                /* 4 */
    csrw satp, t0
    sfence.vma
.Lin_kernel:
    .cfi_escape DW_CFA_def_cfa_expression, 3, DW_OP_breg2, 0, DW_OP_deref
    li s0, 0                            /* ends frame-pointer backtraces */
    jalr t1
    .globl userret
userret:                                /* 5: a0 = the process's satp, or 0 */
    beqz a0, .Lin_process               /* 6 */
    csrw satp, a0
    sfence.vma
.Lin_process:
    li a0, TRAPFRAME                    /* 7 */
    .cfi_def_cfa 10, 0
    csrw sscratch, a0
    .irp n, EVERY_X_BUT_A0
    ld x\n, TF_X(\n)(a0)
    .endr
    ld a0, TF_X(10)(a0)
    cfi_registers_in_place
    .irp n, EVERY_X_BUT_A0, 10
    .cfi_same_value \n
    .endr
    sret                                /* 8 */
    end uservec

/* For the rest of the kernel, which is too far away for pc-relative addressing. */
    .section .rodata
    .balign 8
    .globl trampoline_uservec, trampoline_userret
trampoline_uservec:
    .dword uservec
trampoline_userret:
    .dword userret
