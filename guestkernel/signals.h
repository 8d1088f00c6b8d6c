/* signals.h - sending signals, and what they do at the return to user mode. */

/* Is there one that p does not block? Then its calls do not sleep. */
static inline bool signal_pending(const struct proc *p) {
    return p->signals.pending & ~p->signals.blocked;
}

/* One that is ignored vanishes here, and to process 1 all that it does not
 * handle. Ends p's sleep, if it sleeps: its call returns EINTR and releases
 * what it holds. code is what si_code will say; unless it is SI_KERNEL, the
 * current process is the sender. */
void signal_send(struct proc *p, int signal, int code);
/* To every member of the group. */
void signal_send_group(int pgid, int signal, int code);
/* A fault of the current process: to its handler; false: there is none, or it
 * is blocked. */
bool signal_fault(int signal, int code, uint64_t va);
/* Ends the current process; cause and tval of the fault, or 0. */
_Noreturn void signal_die(int signal, uint64_t cause, uint64_t tval);
/* What is pending and not blocked becomes of the current process: its death, or
 * a handler. Only trap_return calls this. */
void signals_deliver(void);
void signals_exec(struct proc *p);
