/* proc.c - the life of a process: fork, exit, wait, and the calls about it. exec is in exec.c,
 * signals in signals.c. What a process owns goes at exit, except its place in the table, its
 * trap frame and its kernel stack: the parent's waitpid frees those (the stack stays with the
 * slot). Orphans become children of process 1. */
#include "kernel.h"
#include <sys/wait.h>

#define PID_MAX 32767

static struct {
    struct proc proc[PROC_MAX];
    bool kstack[PROC_MAX]; /* the slot's stack has its frames */
    int last_pid;
    struct proc *init;
} table;

bool kstack_in_use(unsigned slot) { return table.kstack[slot]; }

struct proc *proc_next(struct proc *p) {
    for (p = p ? p + 1 : table.proc; p < table.proc + PROC_MAX; p++)
        if (p->state != PROC_UNUSED) return p;
    return NULL;
}

struct proc *proc_find(int pid) {
    FOR_PROCS(p)
        if (p->pid == pid) return p;
    return NULL;
}

static bool group_exists(int pgid) {
    FOR_PROCS(p)
        if (p->pgid == pgid) return true;
    return false;
}

static bool is_pid_taken(int pid) {
    FOR_PROCS(p)
        if (p->pid == pid || p->pgid == pid) return true;
    return false;
}

static int next_pid(void) {
    do table.last_pid = table.last_pid < PID_MAX ? table.last_pid + 1 : 2;
    while (is_pid_taken(table.last_pid));
    return table.last_pid;
}

/* ---- Making one ---- */
/* The kernel stack of a process that has never run: swtch "returns" to fork_return. */
static void prepare_stack(struct proc *p, vaddr sp) {
    *(uint64_t *)sp = (uint64_t)p->frame; /* for the unwinder, trampoline.S */
    uint64_t *saved = (uint64_t *)sp - SWTCH_WORDS;
    memset(saved, 0, SWTCH_WORDS * sizeof *saved);
    saved[SWTCH_RA] = (uint64_t)fork_return;
    p->kernel_sp = (uint64_t)saved;
}

/* Its place in the table is free again; a zombie's address space is so already. */
static void proc_free(struct proc *p) {
    vm_destroy(&p->vm);
    page_drop(kpa(p->frame));
    memset(p, 0, sizeof *p); /* PROC_UNUSED */
}

/* A process with an empty space and no files; EAGAIN (the table is full), ENOMEM. */
static int proc_alloc(struct proc **out) {
    struct proc *p = table.proc;
    while (p < table.proc + PROC_MAX && p->state != PROC_UNUSED) p++;
    if (p == table.proc + PROC_MAX) return EAGAIN;
    unsigned slot = (unsigned)(p - table.proc);
    vaddr sp = kvm_stack(slot);
    paddr frame = sp ? page_alloc() : 0;
    if (!frame) return ENOMEM;
    table.kstack[slot] = true;
    p->state = PROC_EMBRYO;
    p->frame = kva(frame);
    memset(p->frame, 0, sizeof *p->frame);
    p->frame->kernel_satp = kvm.layout == LAYOUT_SHARED ? 0 : kvm.satp;
    p->frame->kernel_sp = sp;
    p->frame->kernel_entry = (uint64_t)usertrap;
    p->frame->self = (uint64_t)p->frame;
    if (vm_create(&p->vm, frame)) {
        proc_free(p);
        return ENOMEM;
    }
    p->satp = SATP(p->vm.root_pa);
    prepare_stack(p, sp);
    p->pid = next_pid();
    *out = p;
    return 0;
}

void proc_start_init(void) {
    struct proc *p;
    if (proc_alloc(&p)) panic("proc_start_init: no memory for process 1");
    p->pgid = p->pid;
    p->cwd = inode_hold(inode_root());
    table.init = p;
    sched.current = p; /* for the copying and the probe that exec does */
    int error = file_open_console(p);
    if (!error) error = exec_init(p, bootargs.arg, bootargs.args);
    if (error) refuse_boot("cannot run /bin/init: errno %d", error);
    sched.current = NULL;
    sched_ready(p);
}

int64_t sys_fork(const uint64_t *arg) {
    struct proc *parent = sched.current, *child;
    int error = proc_alloc(&child);
    if (error) return -error;
    error = vm_fork(&parent->vm, &child->vm);
    if (error) {
        proc_free(child);
        return -error;
    }
    memcpy(child->frame, parent->frame, TF_KERNEL_SATP); /* the registers */
    child->frame->a[0] = 0;
    child->parent = parent;
    child->pgid = parent->pgid;
    child->signals = parent->signals;
    child->signals.pending = 0;
    child->uid = parent->uid;
    child->gid = parent->gid;
    string_copy(child->name, parent->name, sizeof child->name);
    file_share_all(parent, child);
    ports_fork(parent, child);
    child->cwd = inode_hold(parent->cwd);
    sched_ready(child);
    PROBE(fork, parent->pid, child->pid, child->vm.root_pa);
    return child->pid;
}

/* ---- Ending one ---- */
static void give_children_to_init(struct proc *parent) {
    FOR_PROCS(p) {
        if (p->parent != parent) continue;
        p->parent = table.init;
        if (p->state == PROC_ZOMBIE) sched_wake_all(&table.init->children);
    }
}

void proc_exit(int wait_status) {
    struct proc *p = sched.current;
    file_close_all(p);
    ports_exit(p);
    ring_close(p);
    if (p == table.init) { /* the run ends with process 1; its status is the host's */
        PROBE(exit, p->pid, wait_status);
        export_files();
        power_off(WIFEXITED(wait_status) ? WEXITSTATUS(wait_status)
                                         : 128 + WTERMSIG(wait_status));
    }
    inode_drop(p->cwd);
    p->cwd = NULL;
    if (kvm.layout == LAYOUT_SHARED) { /* off the table that now goes */
        CSR_WRITE(satp, kvm.satp);
        fence_all_translations();
    }
    vm_destroy(&p->vm);
    give_children_to_init(p);
    p->state = PROC_ZOMBIE;
    p->wait_status = wait_status;
    PROBE(exit, p->pid, wait_status);
    sched_wake_all(&p->parent->children);
    signal_send(p->parent, SIGCHLD, WIFEXITED(wait_status) ? CLD_EXITED : CLD_KILLED);
    sched_exit();
}

int64_t sys_exit(const uint64_t *arg) { proc_exit(WAIT_EXITED((int)arg[0])); }

/* Is p a child that waitpid's pid argument means? */
static bool is_wanted(const struct proc *p, const struct proc *parent, int pid) {
    if (p->parent != parent) return false;
    if (pid > 0) return p->pid == pid;
    if (pid == 0) return p->pgid == parent->pgid;
    return pid == -1 || p->pgid == -(int64_t)pid;
}

/* The first zombie that is wanted; ECHILD: no such child at all, EAGAIN: none has ended. */
static int find_zombie(int pid, struct proc **out) {
    int error = ECHILD;
    FOR_PROCS(p) {
        if (!is_wanted(p, sched.current, pid)) continue;
        *out = p;
        if (p->state == PROC_ZOMBIE) return 0;
        error = EAGAIN;
    }
    return error;
}

int64_t sys_waitpid(const uint64_t *arg) {
    int pid = (int)arg[0], options = (int)arg[2];
    struct user_addr status = user_addr(arg[1]);
    struct proc *child;
    int error, interrupted = 0;
    if (options & ~WNOHANG) return -EINVAL;
    while ((error = find_zombie(pid, &child))) {
        if (error == ECHILD) return -ECHILD;
        if (options & WNOHANG) return 0;
        if (interrupted) return -EINTR;
        interrupted = sched_sleep(&sched.current->children, "child");
    }
    /* The status first: if it cannot be delivered, the child stays. */
    if (status.va && copyout(&child->wait_status, status, sizeof child->wait_status))
        return -EFAULT;
    pid = child->pid;
    proc_free(child);
    PROBE(reap, pid);
    return pid;
}

/* ---- Small calls ---- */
int64_t sys_getpid(const uint64_t *arg) { return sched.current->pid; }
int64_t sys_getuid(const uint64_t *arg) { return sched.current->uid; }
int64_t sys_getgid(const uint64_t *arg) { return sched.current->gid; }

int64_t sys_getppid(const uint64_t *arg) {
    struct proc *parent = sched.current->parent;
    return parent ? parent->pid : 0;
}

/* There is one user id and one group id a process; only root changes them. */
static int change_id(uint16_t *id, uint64_t to) {
    if (to > UINT16_MAX) return EINVAL;
    if (to != *id && sched.current->uid) return EPERM;
    *id = (uint16_t)to;
    return 0;
}

int64_t sys_setuid(const uint64_t *arg) { return -change_id(&sched.current->uid, arg[0]); }
int64_t sys_setgid(const uint64_t *arg) { return -change_id(&sched.current->gid, arg[0]); }

int64_t sys_setpgid(const uint64_t *arg) {
    struct proc *self = sched.current;
    int pid = (int)arg[0], pgid = (int)arg[1];
    if (pid < 0 || pgid < 0) return -EINVAL;
    struct proc *p = pid ? proc_find(pid) : self;
    if (!p || (p != self && p->parent != self)) return -ESRCH;
    if (pgid == 0) pgid = p->pid;
    if (pgid != p->pid && !group_exists(pgid)) return -EPERM;
    p->pgid = pgid;
    return 0;
}

int64_t sys_sbrk(const uint64_t *arg) {
    uint64_t old;
    int error = vm_sbrk(&sched.current->vm, (int64_t)arg[0], &old);
    return error ? -error : (int64_t)old;
}

int64_t sys_sched_yield(const uint64_t *arg) {
    sched_yield();
    return 0;
}

static void describe(const struct proc *p, struct procinfo *info) {
    memset(info, 0, sizeof *info);
    info->pid = p->pid;
    info->ppid = p->parent ? p->parent->pid : 0;
    info->pgid = p->pgid;
    info->state = p->state == PROC_SLEEPING ? 'S' : p->state == PROC_ZOMBIE ? 'Z' : 'R';
    info->uid = p->uid;
    info->pages = p->vm.pages;
    info->heap_bytes = (uint32_t)(p->vm.heap_end - p->vm.heap_start);
    string_copy(info->name, p->name, sizeof info->name);
}

/* The process with the lowest pid above pid, or NULL. */
static struct proc *next_by_pid(int pid) {
    struct proc *best = NULL;
    FOR_PROCS(p)
        if (p->pid > pid && (!best || p->pid < best->pid)) best = p;
    return best;
}

int64_t sys_getprocs(const uint64_t *arg) {
    struct user_addr to = user_addr(arg[0]);
    uint64_t size = arg[1], used = 0;
    struct procinfo info;
    for (struct proc *p = next_by_pid(0); p && size - used >= sizeof info;
         p = next_by_pid(p->pid)) {
        describe(p, &info);
        int error = copyout(&info, user_plus(to, used), sizeof info);
        if (error) return -error;
        used += sizeof info;
    }
    return (int64_t)used;
}

/* When the room is used up the rest is still counted, for the next try. */
static int list_procs(SYSCTL_HANDLER_ARGS) {
    struct procinfo info;
    int error = 0;
    for (struct proc *p = next_by_pid(0); p && (!error || error == ENOMEM);
         p = next_by_pid(p->pid)) {
        describe(p, &info);
        error = SYSCTL_OUT(req, &info, sizeof info);
    }
    return error;
}

static int own_name(SYSCTL_HANDLER_ARGS) {
    struct proc *self = sched.current;
    return sysctl_handle_string(oidp, self->name, sizeof self->name, req);
}

SYSCTL_INT(_kern, KERN_MAXPROC, maxproc, CTLFLAG_RD, NULL, PROC_MAX,
           "processes that can exist");
SYSCTL_PROC(_kern, KERN_PROC, proc, CTLTYPE_OPAQUE | CTLFLAG_RD, NULL, 0, list_procs,
            "S,procinfo", "all processes");
SYSCTL_PROC(_kern, OID_AUTO, procname, CTLTYPE_STRING | CTLFLAG_RW | CTLFLAG_ANYBODY, NULL, 0,
            own_name, "A", "the name of the process that asks");
