/* sched.h - who has the hart: run queue, sleeping and waking, time.
 *
 * One hart, interrupts off in the kernel: nothing here can be interrupted, and
 * a function that does not call sched_sleep or sched_yield sees no other
 * process run. */

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
/* Puts p at the end of the run queue. */
void sched_ready(struct proc *p);
/* Waits until woken through queue; why is for people ("pipe empty"). Returns 0,
 * or EINTR if a signal is there: at once, or after it ended the sleep. The
 * caller checks what it waited for again. */
int sched_sleep(struct wait_queue *queue, const char *why);
/* Waits until woken, signals or not: for what must not be left half done. */
void sched_wait(struct wait_queue *queue, const char *why);
/* As sched_sleep, but also ends, with 0, at mtime >= deadline. */
int sched_sleep_until(struct wait_queue *queue, uint64_t deadline,
                      const char *why);
void sched_wake_all(struct wait_queue *queue);
/* Ends p's sleep, if it sleeps, whatever it waits for. */
void sched_interrupt(struct proc *p);
/* Lets the others run first. */
void sched_yield(void);
/* Gives the hart away for good. */
_Noreturn void sched_exit(void);
/* The timer interrupt. */
void sched_timer(void);
/* Before a return to user mode: is the timer set as it must be? */
void sched_arm(void);
/* Runs processes until the machine is turned off. */
_Noreturn void sched_idle(void);

/* swtch.S: saves the callee-saved registers on this stack and the stack
 * pointer in *save, and goes on where that other stack stopped. */
void swtch(uint64_t *save, uint64_t other);
/* swtch.S: a new process's kernel stack starts here. */
void fork_return(void);
/* What fork_return finds, from sp up: swtch's 13 registers, ra last. */
#define SWTCH_WORDS 14
#define SWTCH_RA    12
