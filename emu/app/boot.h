/*
 * boot.h - what the machine starts with, made from the command line: the
 * kernel image, the initrd with what --file and a PROGRAM of the host add to
 * it, and the boot page's text. Also writes all of it out for another machine
 * (--save-boot). Knows no machine.
 */
#ifndef SALLYPORT_BOOT_H
#define SALLYPORT_BOOT_H

#include "hostfile.h"
#include "options.h"

struct boot {
    char *kernel_path;
    struct blob kernel;
    struct blob initrd; /* size 0: none (--bare) */
    char *page;         /* boot page text behind its magic; NULL: none */
    char *program;      /* the guest's path of PROGRAM; NULL: none */
};

/* layout: the kernel's, where no --kernel-arg says it. Returns 0, or a status
 * with a complaint. boot_free in either case. */
int boot_compose(const struct options *options, const char *layout,
                 struct boot *out, struct complaint *why);
/* Does a --kernel-arg say the layout? Then which, else NULL. */
const char *boot_layout(const struct options *options);
/* The file of PROGRAM in the initrd; false: there is none. */
bool boot_program(const struct boot *boot, const uint8_t **bytes, size_t *n);
/* Writes kernel.elf, initrd.tar, args.bin, disk.img (where there is a disk)
 * and qemu.sh to the directory, which is made if need be. */
int boot_save(const struct boot *boot, const struct options *options,
              const struct blob *disk, struct complaint *why);
void boot_free(struct boot *boot);

#endif
