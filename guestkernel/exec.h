/*
 * exec.h - replacing a process's program.
 */
#ifndef KERNEL_EXEC_H
#define KERNEL_EXEC_H

#include "proc.h"

/* Gives process 1 its program: /bin/init with argv "init" and the arguments.
 * 0 or an errno. */
int exec_init(struct proc *p, const char *const *argument, unsigned n);

#endif
