/*
 * pagealloc.h - physical frames, counted references.
 *
 * A frame is shared by whoever holds a reference: page tables (copy-on-write
 * after fork), a file's pages. Frames of the initrd are not managed: holding
 * and dropping them does nothing, so code that maps pages need not ask.
 */
#ifndef KERNEL_PAGEALLOC_H
#define KERNEL_PAGEALLOC_H

#include "riscv.h"

/* free_start..free_end and more_start..more_end are RAM to hand out; the first
 * range also gives the room for the reference counts. */
void pagealloc_init(paddr ram_end, paddr free_start, paddr free_end,
                    paddr more_start, paddr more_end);

/* A frame with one reference, or 0: out of memory. */
paddr page_alloc(void);        /* contents: anything */
paddr page_alloc_zeroed(void); /* contents: zero */

void page_hold(paddr page);
void page_drop(paddr page);
/* The last reference to a frame whose owner left it all zero: kept apart, so
 * that the next page_alloc_zeroed need not clear it. */
void page_drop_zeroed(paddr page);
/* Is there exactly one reference, and the frame ours? */
bool page_is_private(paddr page);

uint64_t page_free_count(void);

#endif
