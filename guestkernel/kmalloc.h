/*
 * kmalloc.h - small kernel objects: inodes, directory entries, open files.
 */
#ifndef KERNEL_KMALLOC_H
#define KERNEL_KMALLOC_H

#include <stddef.h>

#define KMALLOC_MAX 1024 /* bytes; larger things are whole pages */

/* Zeroed memory, 16-aligned, or NULL: out of memory. */
void *kmalloc(size_t bytes);
void kfree(void *object); /* NULL is allowed */

#endif
