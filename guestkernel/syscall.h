/*
 * syscall.h - dispatch, and time as calls take it.
 */
#ifndef KERNEL_SYSCALL_H
#define KERNEL_SYSCALL_H

#include "trapframe.h"

#define NS_PER_SECOND 1000000000
#define NS_PER_TICK   (NS_PER_SECOND / PLAT_TIMEBASE_HZ)

/* The system call that the frame's registers ask for; its result into a0. */
void syscall(struct trapframe *frame);
/* The mtime at which the user's struct timespec, from now on, is over; EFAULT,
 * EINVAL. */
int fetch_deadline(struct user_addr from, uint64_t *deadline);

#endif
