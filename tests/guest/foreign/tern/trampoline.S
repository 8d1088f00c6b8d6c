/*
 * trampoline.S - the page that lies at the same address in every space, the
 * switch between processes, and the entry of traps inside the kernel.
 */
#include "tern.h"

    .section .trampoline, "ax"
    .balign 4096
    .globl trampoline
trampoline:

/* stvec while a user program runs; satp is still the user's. */
    .balign 4
    .globl user_entry
user_entry:
    csrw sscratch, a0
    li a0, FRAME
    sd ra, FRAME_REG(1)(a0)
    sd sp, FRAME_REG(2)(a0)
    sd gp, FRAME_REG(3)(a0)
    sd tp, FRAME_REG(4)(a0)
    sd t0, FRAME_REG(5)(a0)
    sd t1, FRAME_REG(6)(a0)
    sd t2, FRAME_REG(7)(a0)
    sd s0, FRAME_REG(8)(a0)
    sd s1, FRAME_REG(9)(a0)
    sd a1, FRAME_REG(11)(a0)
    sd a2, FRAME_REG(12)(a0)
    sd a3, FRAME_REG(13)(a0)
    sd a4, FRAME_REG(14)(a0)
    sd a5, FRAME_REG(15)(a0)
    sd a6, FRAME_REG(16)(a0)
    sd a7, FRAME_REG(17)(a0)
    sd s2, FRAME_REG(18)(a0)
    sd s3, FRAME_REG(19)(a0)
    sd s4, FRAME_REG(20)(a0)
    sd s5, FRAME_REG(21)(a0)
    sd s6, FRAME_REG(22)(a0)
    sd s7, FRAME_REG(23)(a0)
    sd s8, FRAME_REG(24)(a0)
    sd s9, FRAME_REG(25)(a0)
    sd s10, FRAME_REG(26)(a0)
    sd s11, FRAME_REG(27)(a0)
    sd t3, FRAME_REG(28)(a0)
    sd t4, FRAME_REG(29)(a0)
    sd t5, FRAME_REG(30)(a0)
    sd t6, FRAME_REG(31)(a0)
    csrr t0, sscratch
    sd t0, FRAME_REG(10)(a0)
    csrr t0, sepc
    sd t0, FRAME_PC(a0)
    ld sp, FRAME_STACK(a0)
    ld t1, FRAME_TRAP(a0)
    ld t0, FRAME_SATP(a0)
    sfence.vma
    csrw satp, t0
    sfence.vma
    jr t1

/* user_leave(user satp): back to the program. */
    .globl user_leave
user_leave:
    sfence.vma
    csrw satp, a0
    sfence.vma
    li a0, FRAME
    ld t0, FRAME_PC(a0)
    csrw sepc, t0
    ld ra, FRAME_REG(1)(a0)
    ld sp, FRAME_REG(2)(a0)
    ld gp, FRAME_REG(3)(a0)
    ld tp, FRAME_REG(4)(a0)
    ld t0, FRAME_REG(5)(a0)
    ld t1, FRAME_REG(6)(a0)
    ld t2, FRAME_REG(7)(a0)
    ld s0, FRAME_REG(8)(a0)
    ld s1, FRAME_REG(9)(a0)
    ld a1, FRAME_REG(11)(a0)
    ld a2, FRAME_REG(12)(a0)
    ld a3, FRAME_REG(13)(a0)
    ld a4, FRAME_REG(14)(a0)
    ld a5, FRAME_REG(15)(a0)
    ld a6, FRAME_REG(16)(a0)
    ld a7, FRAME_REG(17)(a0)
    ld s2, FRAME_REG(18)(a0)
    ld s3, FRAME_REG(19)(a0)
    ld s4, FRAME_REG(20)(a0)
    ld s5, FRAME_REG(21)(a0)
    ld s6, FRAME_REG(22)(a0)
    ld s7, FRAME_REG(23)(a0)
    ld s8, FRAME_REG(24)(a0)
    ld s9, FRAME_REG(25)(a0)
    ld s10, FRAME_REG(26)(a0)
    ld s11, FRAME_REG(27)(a0)
    ld t3, FRAME_REG(28)(a0)
    ld t4, FRAME_REG(29)(a0)
    ld t5, FRAME_REG(30)(a0)
    ld t6, FRAME_REG(31)(a0)
    ld a0, FRAME_REG(10)(a0)
    sret

    .text
/* context_switch(from, to) */
    .globl context_switch
context_switch:
    sd ra, 0(a0)
    sd sp, 8(a0)
    sd s0, 16(a0)
    sd s1, 24(a0)
    sd s2, 32(a0)
    sd s3, 40(a0)
    sd s4, 48(a0)
    sd s5, 56(a0)
    sd s6, 64(a0)
    sd s7, 72(a0)
    sd s8, 80(a0)
    sd s9, 88(a0)
    sd s10, 96(a0)
    sd s11, 104(a0)
    ld ra, 0(a1)
    ld sp, 8(a1)
    ld s0, 16(a1)
    ld s1, 24(a1)
    ld s2, 32(a1)
    ld s3, 40(a1)
    ld s4, 48(a1)
    ld s5, 56(a1)
    ld s6, 64(a1)
    ld s7, 72(a1)
    ld s8, 80(a1)
    ld s9, 88(a1)
    ld s10, 96(a1)
    ld s11, 104(a1)
    ret

/* stvec inside the kernel: interrupts while it idles. */
    .balign 4
    .globl kernel_entry
kernel_entry:
    addi sp, sp, -128
    sd ra, 0(sp)
    sd t0, 8(sp)
    sd t1, 16(sp)
    sd t2, 24(sp)
    sd a0, 32(sp)
    sd a1, 40(sp)
    sd a2, 48(sp)
    sd a3, 56(sp)
    sd a4, 64(sp)
    sd a5, 72(sp)
    sd a6, 80(sp)
    sd a7, 88(sp)
    sd t3, 96(sp)
    sd t4, 104(sp)
    sd t5, 112(sp)
    sd t6, 120(sp)
    call kernel_trap
    ld ra, 0(sp)
    ld t0, 8(sp)
    ld t1, 16(sp)
    ld t2, 24(sp)
    ld a0, 32(sp)
    ld a1, 40(sp)
    ld a2, 48(sp)
    ld a3, 56(sp)
    ld a4, 64(sp)
    ld a5, 72(sp)
    ld a6, 80(sp)
    ld a7, 88(sp)
    ld t3, 96(sp)
    ld t4, 104(sp)
    ld t5, 112(sp)
    ld t6, 120(sp)
    addi sp, sp, 128
    sret

    .section .rodata
    .globl user_image
    .globl user_image_end
    .balign 16
user_image:
    .incbin USER_IMAGE
user_image_end:
