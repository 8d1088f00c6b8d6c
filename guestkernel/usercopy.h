/*
 * usercopy.h - layout=shared: the loops that touch user memory directly.
 */
#ifndef KERNEL_USERCOPY_H
#define KERNEL_USERCOPY_H

#include "riscv.h"

#define USERCOPY_FAULT ((size_t)-1)

/* Copies n bytes, one side of them user memory whose range was checked.
 * Returns how many bytes it did not copy. */
size_t usercopy(void *to, const void *from, size_t n);
/* Copies up to and with a NUL, at most max bytes; returns max minus the bytes
 * copied, or USERCOPY_FAULT. */
size_t usercopy_string(char *to, const char *from, size_t max);

/* For the kernel's trap handler: where to go on after a fault at pc that
 * cannot be cured, or 0 if pc is in neither loop. */
vaddr usercopy_fixup(vaddr pc);

#endif
