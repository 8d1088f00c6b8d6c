/*
 * signals.c - sending, dying, and kill. The table is abi/signal.def.
 */
#include "signals.h"
#include "calls.h"
#include "probe.h"
#include <errno.h>
#include <signal.h>

enum action { UNKNOWN, TERMINATE, IGNORE, REFUSE };

#define SIGNALS 32 /* proc.signals has 32 bits */

static const uint8_t action_of[SIGNALS] = {
#define SIGNAL(name, action, help) [name] = action,
#include "abi/signal.def"
#undef SIGNAL
};

void signal_send(struct proc *p, int signal) {
    if (p->pid == 1 || p->state == PROC_ZOMBIE ||
        action_of[signal] != TERMINATE)
        return;
    p->signals |= 1u << signal;
    sched_interrupt(p);
}

bool signal_send_group(int pgid, int signal) {
    bool any = false;
    struct proc *p = NULL;
    while ((p = proc_next(p)))
        if (p->pgid == pgid && p->state != PROC_ZOMBIE) {
            signal_send(p, signal);
            any = true;
        }
    return any;
}

void signal_die(void) {
    struct proc *p = sched.current;
    int signal = 1;
    while (!(p->signals & 1u << signal)) signal++;
    PROBE(death, p->pid, signal, 0, 0);
    proc_exit(WAIT_KILLED(signal));
}

/* kill(-1): everybody but process 1 and the caller. */
static bool send_to_all(int signal) {
    bool any = false;
    struct proc *p = NULL;
    while ((p = proc_next(p)))
        if (p->pid != 1 && p != sched.current) {
            signal_send(p, signal);
            any = true;
        }
    return any;
}

int64_t sys_kill(const uint64_t *arg) {
    int pid = (int)arg[0], signal = (int)arg[1];
    if (signal < 0 || signal >= SIGNALS ||
        (signal &&
         (action_of[signal] == UNKNOWN || action_of[signal] == REFUSE)))
        return -EINVAL;
    if (pid == INT32_MIN) return -ESRCH;
    bool any;
    if (pid > 0) {
        struct proc *p = proc_find(pid);
        any = p != NULL;
        if (any) signal_send(p, signal);
    } else if (pid == -1) {
        any = send_to_all(signal);
    } else {
        any = signal_send_group(pid ? -pid : sched.current->pgid, signal);
    }
    return any ? 0 : -ESRCH;
}
