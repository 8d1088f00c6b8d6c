/*
 * comm.h - the commpage: abi/sallyport/commpage.h.
 */
#ifndef KERNEL_COMM_H
#define KERNEL_COMM_H

#include "vm.h"

void comm_init(void);
/* Shows it to a program; 0, ENOMEM. */
int comm_map(struct vm *vm);
/* The base moves to now, an mtime. */
void comm_update(uint64_t now);

#endif
