/*
 * syscall.h - from the number in a7 to the function.
 */
#ifndef KERNEL_SYSCALL_H
#define KERNEL_SYSCALL_H

#include "trapframe.h"

void syscall(struct trapframe *frame);

#endif
