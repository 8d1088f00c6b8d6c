/*
 * ksyms.h - names for code addresses, for panics.
 */
#ifndef KERNEL_KSYMS_H
#define KERNEL_KSYMS_H

#include "riscv.h"

/* The function that holds pc and the offset into it, or NULL (offset: pc). */
const char *ksyms_find(vaddr pc, uint64_t *offset);

#endif
