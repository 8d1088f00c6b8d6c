/*
 * signals.h - signals with their default actions: a pending one is a death
 * sentence, executed on the way back to user mode.
 */
#ifndef KERNEL_SIGNALS_H
#define KERNEL_SIGNALS_H

#include "proc.h"

/* A signal that is ignored, or any to process 1, vanishes here. A sleeping
 * process is woken; its call ends with EINTR and releases what it holds. */
void signal_send(struct proc *p, int signal);
/* To every member of the group; false: it has none. */
bool signal_send_group(int pgid, int signal);
/* Ends the current process by its lowest pending signal. */
_Noreturn void signal_die(void);

#endif
