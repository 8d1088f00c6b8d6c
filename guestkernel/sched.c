/* sched.c - round robin, without a tick.
 *
 * The timer is set to the next moment at which something must happen: the earliest sleeper's
 * deadline, or the end of the running process's slice if another waits for the hart, or its
 * ring for a crossing (ring.c). With neither it is off, and the idle loop's wfi lasts until a
 * device interrupts.
 *
 * A kernel stack is changed in one place, give_hart; it goes from process to process directly,
 * and to the idle loop (on the boot stack) when there is none. */
#include "kernel.h"

#define SLICE_TICKS (PLAT_TIMEBASE_HZ / 100) /* 10 ms */
#define NEVER       UINT64_MAX

struct sched sched;

void sched_init(void) {
    sched.armed = NEVER;
    CSR_SET(sie, SIE_STIE | SIE_SEIE);
}

/* ---- Queues: p->queue_next links, p->queue tells which ---- */
static void enqueue(struct wait_queue *q, struct proc *p) {
    p->queue = q;
    p->queue_next = NULL;
    *(q->first ? &q->last->queue_next : &q->first) = p;
    q->last = p;
}

static void dequeue(struct proc *p) {
    struct wait_queue *q = p->queue;
    struct proc *before = NULL;
    if (!q) return;
    for (struct proc *x = q->first; x != p; x = x->queue_next) before = x;
    if (before) before->queue_next = p->queue_next;
    else q->first = p->queue_next;
    if (q->last == p) q->last = before;
    p->queue = NULL;
}

/* ---- The timer ---- */
static void sleepers_add(struct proc *p, uint64_t deadline) {
    struct proc **link = &sched.sleepers;
    while (*link && (*link)->deadline <= deadline) link = &(*link)->sleepers_next;
    p->deadline = deadline;
    p->sleepers_next = *link;
    *link = p;
}

void sched_arm(void) {
    uint64_t next = sched.sleepers ? sched.sleepers->deadline : NEVER;
    if (sched.runnable.first || (sched.current && sched.current->ring_polled)) {
        if (!sched.slice_end) sched.slice_end = mtime_now() + SLICE_TICKS;
        if (sched.slice_end < next) next = sched.slice_end;
    }
    /* An alarm that rings too early costs less than one more call to the firmware for each
     * sleep and switch; one too late is wrong. */
    if (next >= sched.armed) return;
    sched.armed = next;
    sbi_set_timer(next);
}

void sched_timer(void) {
    uint64_t now = mtime_now();
    comm_update(now);
    sched.armed = NEVER;
    sbi_set_timer(NEVER); /* takes the interrupt back */
    while (sched.sleepers && sched.sleepers->deadline <= now) sched_interrupt(sched.sleepers);
    if (sched.slice_end && sched.slice_end <= now) {
        sched.slice_end = 0;
        sched.yield = true;
    }
}

/* ---- Changing processes ---- */
static int pid_of(const struct proc *p) { return p ? p->pid : 0; }

/* To the next runnable process, or the idle loop; comes back when it is the caller's turn. */
static void give_hart(void) {
    struct proc *from = sched.current, *to = sched.runnable.first;
    if (to) dequeue(to);
    if (to) to->state = PROC_RUNNING;
    sched.current = to;
    if (kvm.layout == LAYOUT_SHARED) {
        CSR_WRITE(satp, to ? to->satp : kvm.satp);
        fence_all_translations();
    }
    PROBE(switch, pid_of(from), pid_of(to));
    swtch(from ? &from->kernel_sp : &sched.idle_sp, to ? to->kernel_sp : sched.idle_sp);
}

void sched_ready(struct proc *p) {
    p->state = PROC_RUNNABLE;
    enqueue(&sched.runnable, p);
}

void sched_yield(void) {
    sched.yield = false;
    if (!sched.runnable.first) return;
    sched_ready(sched.current);
    give_hart();
}

void sched_exit(void) {
    give_hart();
    __builtin_unreachable(); /* nobody readies a zombie */
}

/* ---- Sleeping ---- */
static void block(struct wait_queue *queue, uint64_t deadline, const char *why) {
    struct proc *p = sched.current;
    p->state = PROC_SLEEPING;
    enqueue(queue, p);
    if (deadline != NEVER) sleepers_add(p, deadline);
    PROBE(block, p->pid, why);
    give_hart();
}

int sched_sleep_until(struct wait_queue *queue, uint64_t deadline, const char *why) {
    struct proc *p = sched.current;
    if (!signal_pending(p)) block(queue, deadline, why);
    if (!signal_pending(p)) return 0;
    p->signals.interrupted = true;
    p->signals.call_a0 = p->frame->a[0];
    return EINTR;
}

void sched_wait(struct wait_queue *queue, const char *why) { block(queue, NEVER, why); }

int sched_sleep(struct wait_queue *queue, const char *why) {
    return sched_sleep_until(queue, NEVER, why);
}

void sched_interrupt(struct proc *p) {
    if (p->state != PROC_SLEEPING) return;
    dequeue(p);
    if (p->deadline) LIST_REMOVE(sched.sleepers, p, sleepers_next);
    p->deadline = 0;

    PROBE(wake, p->pid);
    sched_ready(p);
}

void sched_wake_all(struct wait_queue *queue) {
    while (queue->first) sched_interrupt(queue->first);
}

void sched_idle(void) {
    for (;;) {
        if (sched.runnable.first) {
            give_hart();
            continue;
        }
        sched_arm();
        /* wfi wakes though SIE is off: no interrupt slips in between test and wait. */
        __asm__ volatile("wfi");
        CSR_SET(sstatus, SSTATUS_SIE); /* it is taken here */
        __asm__ volatile("nop");
        CSR_CLEAR(sstatus, SSTATUS_SIE);
    }
}
