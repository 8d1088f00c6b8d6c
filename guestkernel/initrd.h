/*
 * initrd.h - the ustar archive at PLAT_INITRD_BASE.
 */
#ifndef KERNEL_INITRD_H
#define KERNEL_INITRD_H

#include "riscv.h"

/* Checks every member and returns where the archive ends. What is wrong with
 * it ends the boot with one line. */
paddr initrd_check(paddr ram_end);
/* Makes the file system of it. */
void initrd_load(void);

#endif
