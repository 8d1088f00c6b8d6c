/*
 * elf.h - loading ELF programs.
 */
#ifndef KERNEL_ELF_H
#define KERNEL_ELF_H

#include "vm.h"

/* Adds the program's segments to vm as regions and sets where its heap starts.
 * 0; ENOEXEC: not a program for this machine, or malformed; ENOMEM: too big.
 * On an error vm is to be destroyed. */
int elf_load(struct vm *vm, struct inode *file, uint64_t *entry);

#endif
