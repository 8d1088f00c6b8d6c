/*
 * trap.h - what happens on a trap.
 */
#ifndef KERNEL_TRAP_H
#define KERNEL_TRAP_H

#include "panic.h"
#include "trapframe.h"

/* Called by the trampoline with the process's registers saved. Returns the
 * satp to go back with; 0 with layout=shared: it is there already. */
uint64_t usertrap(struct trapframe *frame);

/* The last steps before user mode. In a0: as usertrap; in a1: the address of
 * the way back (fork_return uses both). */
struct way_back {
    uint64_t satp, userret;
};
struct way_back trap_return(void);

/* kernelvec.S: stvec while the kernel runs; calls kerneltrap. */
void kernelvec(void);
void kerneltrap(struct kernel_frame *frame);
/* kernelvec.S found itself on the trap stack already. */
_Noreturn void trap_in_trap(void);

#endif
