/* proc.h - processes. */

#define PROC_MAX SALLYPORT_PROC_MAX
#define OPEN_MAX SALLYPORT_OPEN_MAX

enum proc_state {
    PROC_UNUSED,
    PROC_EMBRYO,   /* being made by fork */
    PROC_RUNNABLE, /* in the run queue */
    PROC_RUNNING,
    PROC_SLEEPING, /* in a wait queue */
    PROC_ZOMBIE,   /* ended; keeps pid and status for the parent */
};

#define SIGNALS 32 /* bit n of a mask is signal n */

/* Owned by signals.c. */
struct signals {
    uint32_t pending, blocked;
    uint32_t old_mask; /* sigsuspend's caller's, if suspended */
    bool suspended;
    bool interrupted; /* a sleep has ended with EINTR in this call ... */
    uint64_t call_a0; /* ... whose first argument this is */
    uint64_t seal;    /* of frames: made at exec */
    void *fault;      /* si_addr of the fault that is pending */
    struct signal_action action[SIGNALS];
    struct {
        int32_t code, pid;
    } sender[SIGNALS]; /* of those that are pending */
};

struct proc {
    enum proc_state state;
    int pid, pgid;
    uint16_t uid, gid;   /* 0: root, who may do everything */
    struct proc *parent; /* NULL: pid 1 */
    char name[32];
    int wait_status;            /* of a zombie */
    struct wait_queue children; /* it waits here in waitpid */

    struct vm vm;
    uint64_t satp;           /* of vm */
    struct trapframe *frame; /* a page of its own */
    uint64_t kernel_sp;      /* saved by swtch while it does not run */

    /* Owned by sched.c */
    struct wait_queue *queue; /* it is in this one, or NULL */
    struct proc *queue_next, *sleepers_next;
    uint64_t deadline; /* in the sleepers' list: mtime, else 0 */

    struct signals signals;

    struct file *file[OPEN_MAX];
    uint64_t close_on_exec; /* bit n: descriptor n */
    struct inode *cwd;

    struct ring *ring; /* or NULL */
    bool ring_polled;  /* it is drained at the end of every crossing */

    struct space *space;                /* names of Mach ports, or NULL: none yet */
    struct port *task_port, *bootstrap; /* or NULL */
};
_Static_assert(OPEN_MAX <= 64, "close_on_exec has 64 bits");

/* Process 1, with the console open and arguments from the boot page. */
void proc_start_init(void);
/* Ends the current process; status as waitpid reports it. */
_Noreturn void proc_exit(int wait_status);
struct proc *proc_find(int pid); /* zombies too; NULL: none */
/* The process after p in the table (NULL: the first), NULL at the end. */
struct proc *proc_next(struct proc *p);
#define FOR_PROCS(p) for (struct proc *p = NULL; (p = proc_next(p));)
/* Has this slot's kernel stack been made? */
bool kstack_in_use(unsigned slot);

#define WAIT_EXITED(code)   (((code)&0xff) << 8)
#define WAIT_KILLED(signal) (signal)

/* ---- signals.c: sending signals, and what they do at the return to user mode ---- */
/* Is there one that p does not block? Then its calls do not sleep. */
static inline bool signal_pending(const struct proc *p) {
    return p->signals.pending & ~p->signals.blocked;
}

/* One that is ignored vanishes here, and to process 1 all that it does not handle. Ends p's
 * sleep, if it sleeps: its call returns EINTR and releases what it holds. code is what si_code
 * will say; unless it is SI_KERNEL, the current process is the sender. */
void signal_send(struct proc *p, int signal, int code);
void signal_send_group(int pgid, int signal, int code); /* to every member of the group */
/* A fault of the current process: to its handler; false: there is none, or it is blocked. */
bool signal_fault(int signal, int code, uint64_t va);
/* Ends the current process; cause and tval of the fault, or 0. */
_Noreturn void signal_die(int signal, uint64_t cause, uint64_t tval);
/* Does what is pending and not blocked: death, or a handler. Only trap_return calls this. */
void signals_deliver(void);
void signals_exec(struct proc *p);
