/*
 * vm.h - a process's address space: a page table, and the regions that say
 * what may be in it. Pages come at the first touch (vm_fault).
 */
#ifndef KERNEL_VM_H
#define KERNEL_VM_H

#include "riscv.h"

struct inode;

/* [start, end), page-aligned; regions do not overlap. Where file is set, the
 * bytes from file_va to file_end are the file's from file_offset on; all other
 * bytes start as zero. */
struct region {
    struct region *next; /* in address order */
    uint64_t start, end;
    pte_t access;       /* PTE_R, PTE_W, PTE_X */
    struct inode *file; /* holds a reference and a text lock, or NULL */
    uint64_t file_offset, file_va, file_end;
};

struct vm {
    pte_t *root;
    paddr root_pa;
    struct region *regions;
    uint64_t heap_start; /* page-aligned; the heap's region is there if any */
    uint64_t heap_end;   /* the break: any byte */
    uint64_t heap_peak;  /* the highest it ever was */
    uint32_t pages;      /* frames mapped */
};

/* A new space with only the trampoline and the given trap frame page. All
 * functions here that return int return 0 or an errno. */
int vm_create(struct vm *vm, paddr trapframe);
/* Frees everything but the trap frame's page. A vm that vm_create failed on,
 * or that was destroyed before, may be given. */
void vm_destroy(struct vm *vm);
/* Child gets a copy-on-write copy of parent's regions and pages. On an error
 * the child is to be destroyed by the caller. */
int vm_fork(struct vm *parent, struct vm *child);

/* Adds region r, whose next is ignored; takes a reference to r->file. EINVAL:
 * it overlaps another. */
int vm_add_region(struct vm *vm, const struct region *r);
struct region *vm_find_region(const struct vm *vm, uint64_t va);

/* Makes the page at va present for access (one of PTE_R, PTE_W, PTE_X), if the
 * region there allows it. EFAULT if not, ENOMEM. */
int vm_fault(struct vm *vm, uint64_t va, pte_t access);
/* Where va's byte is in the direct map, after vm_fault if need be; NULL if
 * access is not allowed or there is no memory. Good until the end of the
 * page. */
char *vm_translate(struct vm *vm, uint64_t va, pte_t access);
/* Writes into a space that is not running yet, where its regions allow it. */
int vm_write(struct vm *vm, uint64_t va, const void *bytes, size_t n);

/* Moves the break by increment bytes; the old break in *old. */
int vm_sbrk(struct vm *vm, int64_t increment, uint64_t *old);

#endif
