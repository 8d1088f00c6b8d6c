/* sched.h - who has the hart: run queue, sleeping and waking, time. One hart, interrupts off in
 * the kernel: nothing here can be interrupted, and a function that does not call sched_sleep or
 * sched_yield sees no other process run. */

/* Processes that wait for one thing. Zero is empty. */
struct wait_queue {
    struct proc *first, *last;
};

struct sched {
    struct proc *current;       /* NULL: the idle loop */
    struct wait_queue runnable; /* in the order they will run */
    struct proc *sleepers;      /* by deadline, earliest first */
    uint64_t idle_sp;           /* the idle loop's saved stack pointer */
    uint64_t slice_end;         /* mtime; 0: to be set when somebody waits */
    uint64_t armed;             /* the firmware's timer; UINT64_MAX: off */
    bool yield;                 /* the slice is over */
};
extern struct sched sched;
extern char trap_stack[], trap_stack_top[], boot_stack[], boot_stack_top[];

void sched_init(void);
void sched_ready(struct proc *p); /* puts p at the end of the run queue */
/* Waits until woken through queue; why is for people ("pipe empty"). 0, or EINTR if a signal is
 * there, or came. The caller checks what it waited for again. */
int sched_sleep(struct wait_queue *queue, const char *why);
/* Waits until woken, signals or not: for what must not be left half done. */
void sched_wait(struct wait_queue *queue, const char *why);
/* As sched_sleep, but also ends, with 0, at mtime >= deadline. */
int sched_sleep_until(struct wait_queue *queue, uint64_t deadline, const char *why);
void sched_wake_all(struct wait_queue *queue);
void sched_interrupt(struct proc *p); /* ends p's sleep, if it sleeps, whatever it waits for */
void sched_yield(void);               /* lets the others run first */
_Noreturn void sched_exit(void);      /* gives the hart away for good */
void sched_timer(void);               /* the timer interrupt */
/* Before a return to user mode: is the timer set as it must be? */
void sched_arm(void);
_Noreturn void sched_idle(void); /* runs processes until the machine is turned off */

/* swtch.S: registers onto this stack, its sp into *save, and on where the other stopped. */
void swtch(uint64_t *save, uint64_t other);
void fork_return(void); /* swtch.S: a new process's kernel stack starts here */
/* What fork_return finds, from sp up: swtch's 13 registers, ra last. */
#define SWTCH_WORDS 14
#define SWTCH_RA    12
