/* signals.c - the crossing upwards. signal_send makes a signal pending; signals_deliver, the
 * last thing before every return to user mode and only there, decides what it does: the process
 * dies (abi/signal.def says by which), or all that it is goes to its stack in a struct
 * signal_frame and it finds itself in a handler. sigreturn takes the frame back.
 *
 * What sigreturn is handed may be anything. Registers and pc are values that a program could
 * have made itself; the mask loses what cannot be blocked; no other state comes from the frame.
 * The seal is no secret from a program that reads its own frames: it tells a mistake, and an
 * overflow that was not prepared, from a handler's end. */
#include "kernel.h"

enum action { UNKNOWN, TERMINATE, IGNORE, REFUSE };

#define BIT(signal) (1u << (signal))
#define UNBLOCKABLE (BIT(SIGKILL) | BIT(SIGSTOP))
#define FAULTS      (BIT(SIGILL) | BIT(SIGTRAP) | BIT(SIGBUS) | BIT(SIGSEGV))
#define PC_BITS     (~1ul) /* sepc has no bit 0, but QEMU lets it be set */
#define DEFAULT     ((uint64_t)SIG_DFL)
#define IGNORED     ((uint64_t)SIG_IGN)
#define FLAGS       (SA_NOCLDSTOP | SA_RESETHAND | SA_RESTART | SA_SIGINFO | SA_NODEFER)

static const uint8_t action_of[SIGNALS] = {
#define SIGNAL(name, action, help) [name] = action,
#include "abi/signal.def"
#undef SIGNAL
};

/* ---- Sending ---- */
static bool is_ignored(const struct proc *p, int signal) {
    uint64_t handler = p->signals.action[signal].handler;
    return handler == IGNORED ||
           (handler == DEFAULT && (action_of[signal] != TERMINATE || p->pid == 1));
}

void signal_send(struct proc *p, int signal, int code) {
    struct signals *s = &p->signals;
    if (p->state == PROC_ZOMBIE || is_ignored(p, signal)) return;
    s->pending |= BIT(signal);
    s->sender[signal].code = code;
    s->sender[signal].pid = code == SI_KERNEL ? 0 : sched.current->pid;
    if (signal_pending(p)) sched_interrupt(p);
}

void signal_send_group(int pgid, int signal, int code) {
    FOR_PROCS(p)
        if (p->pgid == pgid) signal_send(p, signal, code);
}

bool signal_fault(int signal, int code, uint64_t va) {
    struct signals *s = &sched.current->signals;
    uint64_t handler = s->action[signal].handler;
    if (s->blocked & BIT(signal) || handler == DEFAULT || handler == IGNORED) return false;
    signal_send(sched.current, signal, SI_KERNEL);
    s->sender[signal].code = code;
    s->fault = (void *)va;
    return true;
}

/* Does kill's pid argument mean p? -1: all but process 1 and the caller. */
static bool is_meant(const struct proc *p, int pid) {
    if (pid > 0) return p->pid == pid;
    if (pid == -1) return p->pid != 1 && p != sched.current;
    return p->pgid == (pid ? -pid : sched.current->pgid) && p->state != PROC_ZOMBIE;
}

static bool is_signal(int signal) {
    return signal > 0 && signal < SIGNALS &&
           (action_of[signal] == TERMINATE || action_of[signal] == IGNORE);
}

int64_t sys_kill(const uint64_t *arg) {
    int pid = (int)arg[0], signal = (int)arg[1], error = ESRCH;
    struct proc *self = sched.current;
    if (signal && !is_signal(signal)) return -EINVAL;
    if (pid == INT32_MIN) return -ESRCH;
    FOR_PROCS(p) {
        bool may = !self->uid || self->uid == p->uid;
        if (!is_meant(p, pid)) continue;
        if (may) signal_send(p, signal, SI_USER);
        if (error) error = may ? 0 : EPERM;
    }
    return -error;
}

/* ---- At the return to user mode ---- */
void signal_die(int signal, uint64_t cause, uint64_t tval) {
    PROBE(death, sched.current->pid, signal, cause, tval);
    proc_exit(WAIT_KILLED(signal));
}

/* Did a signal interrupt the call that is about to return, and can it be made again? Not one
 * that waits for a time, for that is partly over. */
static bool is_restartable(const struct proc *p) {
    uint64_t number = p->frame->a[7];
    return p->signals.interrupted && p->frame->a[0] == (uint64_t)-EINTR &&
           number != SYS_nanosleep && number != SYS_poll && number != SYS_futex &&
           number != SYS_sigsuspend;
}

/* A process with no room for the frame dies. */
static void to_handler(struct proc *p, int signal) {
    struct signals *s = &p->signals;
    struct signal_action *a = &s->action[signal];
    uint64_t va = (p->frame->sp - sizeof(struct signal_frame)) & ~15ul;
    struct signal_frame f = {.mask = s->suspended ? s->old_mask : s->blocked,
                             .seal = s->seal ^ va,
                             .info = {.si_signo = signal,
                                      .si_code = s->sender[signal].code,
                                      .si_pid = s->sender[signal].pid,
                                      .si_addr = s->fault}};
    bool again = a->flags & SA_RESTART && is_restartable(p);
    if (again) {
        p->frame->epc -= 4; /* the ecall */
        p->frame->a[0] = s->call_a0;
    }
    memcpy(f.x, p->frame, sizeof f.x);
    if (copyout(&f, user_addr(va), sizeof f)) {
        print("pid %d %s: no stack for a signal frame at 0x%lx\n", p->pid, p->name, va);
        signal_die(SIGSEGV, 0, 0);
    }
    s->suspended = s->interrupted = false;
    s->fault = NULL;
    p->frame->epc = a->handler & PC_BITS;
    p->frame->ra = a->restorer;
    p->frame->sp = p->frame->a[2] = va;
    p->frame->a[0] = (uint64_t)signal;
    p->frame->a[1] = va + offsetof(struct signal_frame, info);
    s->blocked |= a->mask | (a->flags & SA_NODEFER ? 0 : BIT(signal));
    if (a->flags & SA_RESETHAND) a->handler = DEFAULT;
    PROBE(deliver, p->pid, signal, va, p->frame->epc, again);
}

/* A fault first: its frame is to have the registers that it is about. */
void signals_deliver(void) {
    struct signals *s = &sched.current->signals;
    uint32_t ready;
    while ((ready = s->pending & ~s->blocked)) {
        int signal = 1;
        if (ready & FAULTS) ready &= FAULTS;
        while (!(ready & BIT(signal))) signal++;
        s->pending &= ~BIT(signal);
        if (s->action[signal].handler == DEFAULT) signal_die(signal, 0, 0);
        to_handler(sched.current, signal);
    }
}

int64_t sys_sigreturn(const uint64_t *arg) {
    struct proc *p = sched.current;
    struct signal_frame f;
    uint64_t va = arg[0];
    if (va % 16 || copyin(user_addr(va), &f, sizeof f) || f.seal != (p->signals.seal ^ va)) {
        print("pid %d %s: sigreturn: no signal frame at 0x%lx\n", p->pid, p->name, va);
        signal_die(SIGSEGV, 0, 0);
    }
    p->signals.blocked = (uint32_t)f.mask & ~UNBLOCKABLE;
    memcpy(p->frame, f.x, sizeof f.x);
    p->frame->epc &= PC_BITS;
    PROBE(sigreturn, p->pid, va);
    return (int64_t)p->frame->a[0];
}

/* ---- What a program says about its signals ---- */
int64_t sys_sigaction(const uint64_t *arg) {
    struct signals *s = &sched.current->signals;
    int signal = (int)arg[0];
    if (!is_signal(signal) || signal == SIGKILL) return -EINVAL;
    struct signal_action *a = &s->action[signal], new = *a;
    if (arg[1] && copyin(user_addr(arg[1]), &new, sizeof new)) return -EFAULT;
    if (new.flags & ~FLAGS) return -EINVAL;
    if (arg[2] && copyout(a, user_addr(arg[2]), sizeof *a)) return -EFAULT;
    new.mask &= ~UNBLOCKABLE;
    *a = new;
    if (is_ignored(sched.current, signal)) s->pending &= ~BIT(signal);
    return 0;
}

int64_t sys_sigprocmask(const uint64_t *arg) {
    struct signals *s = &sched.current->signals;
    uint64_t old = s->blocked, set = 0;
    int how = arg[1] ? (int)arg[0] : SIG_BLOCK;
    if (arg[1] && copyin(user_addr(arg[1]), &set, sizeof set)) return -EFAULT;
    if (how == SIG_BLOCK) set = old | set;
    else if (how == SIG_UNBLOCK) set = old & ~set;
    else if (how != SIG_SETMASK) return -EINVAL;
    if (arg[2] && copyout(&old, user_addr(arg[2]), sizeof old)) return -EFAULT;
    s->blocked = (uint32_t)set & ~UNBLOCKABLE;
    return 0;
}

int64_t sys_sigsuspend(const uint64_t *arg) {
    static struct wait_queue nobody_wakes;
    struct signals *s = &sched.current->signals;
    uint64_t set;
    if (copyin(user_addr(arg[0]), &set, sizeof set)) return -EFAULT;
    s->old_mask = s->blocked;
    s->suspended = true;
    s->blocked = (uint32_t)set & ~UNBLOCKABLE;
    while (!sched_sleep(&nobody_wakes, "signal")) continue;
    return -EINTR;
}

/* Handlers are the old program's; what is ignored or blocked stays so. */
void signals_exec(struct proc *p) {
    for (int i = 0; i < SIGNALS; i++) {
        if (p->signals.action[i].handler != IGNORED)
            p->signals.action[i] = (struct signal_action){.handler = DEFAULT};
        if (is_ignored(p, i)) p->signals.pending &= ~BIT(i);
    }
    p->signals.seal = mtime_now() * 0x9e3779b97f4a7c15; /* spreads its bits */
}
