/*
 * panic.h - for the impossible only: what a program can cause is an errno or
 * a signal.
 */
#ifndef KERNEL_PANIC_H
#define KERNEL_PANIC_H

#include "riscv.h"

#define PANIC_STATUS 121 /* the host's exit status after a panic */

/* "function: why". Prints it with a backtrace and ends the run. */
_Noreturn void panic(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* What a trap taken in the kernel leaves behind. */
struct kernel_frame {
    uint64_t x[32]; /* x[0]: pc */
};
/* A trap that the kernel caused itself. */
_Noreturn void panic_trap(const struct kernel_frame *frame);

/* An image that cannot be booted: one line, no backtrace. */
_Noreturn void refuse_boot(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#endif
