/*
 * bootargs.h - what the boot page says (emu/platform/platform.h).
 */
#ifndef KERNEL_BOOTARGS_H
#define KERNEL_BOOTARGS_H

#include <sallyport/abi.h>
#include "kvm.h"

#define BOOT_LINES_MAX SALLYPORT_ARG_COUNT_MAX

struct bootargs {
    enum layout layout;
    uint64_t ram_bytes;
    unsigned args, gets;
    const char *arg[BOOT_LINES_MAX]; /* init's arguments after its name */
    const char *get[BOOT_LINES_MAX]; /* files that the host wants at the end */
};
extern struct bootargs bootargs; /* written once, by bootargs_read */

/* Whatever it does not understand ends the boot with one line. */
void bootargs_read(void);

#endif
