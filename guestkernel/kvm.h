/*
 * kvm.h - the kernel's own address space, and page tables as such.
 */
#ifndef KERNEL_KVM_H
#define KERNEL_KVM_H

#include "riscv.h"

enum layout { LAYOUT_SEPARATE = 0, LAYOUT_SHARED = 1 };

struct kvm {
    enum layout layout;
    pte_t *root;
    uint64_t satp;
};
extern struct kvm kvm; /* written once, by kvm_init */

/* Makes the kernel's table for RAM up to ram_end and turns it on. */
void kvm_init(enum layout layout, paddr ram_end);
/* Gives the stack area's slot its frames: the sp to start from, or 0: ENOMEM.
 * A slot keeps them for good. */
vaddr kvm_stack(unsigned slot);

/* The entry for va at the leaf level; missing tables are made if alloc is set.
 * NULL: no table there, or no memory for one. */
pte_t *sv39_entry(pte_t *root, uint64_t va, bool alloc);

#endif
