/*
 * ring.h - a process's submission ring: operations without a call each.
 */
#ifndef KERNEL_RING_H
#define KERNEL_RING_H

struct proc;

/* Does what the current process's ring asks for, without waiting for it. */
void ring_drain(void);
/* At exec and exit: what was not done is not done any more. */
void ring_close(struct proc *p);

#endif
