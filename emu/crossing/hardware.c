/*
 * hardware.c - what the hardware shows of crossings: traps, returns, satp
 * writes and fences. All of it works for a kernel that says nothing of itself.
 *
 * A return belongs to the crossing of the process whose root is in satp. With
 * probes a process has one crossing open and that is the one. Without, several
 * can stand under one root (threads, or a root used again after an exit that
 * nobody reported): the return closes the one that expects to go on at that pc,
 * else the one that had the hart, else it is the first of something new.
 */
#include "state.h"

#define CSR_SSCRATCH 0x140
#define CSR_MSCRATCH 0x340

static uint64_t current_root(const struct tracker *t)
{
    return sv39_on(t->s.satp) ? sv39_root(t->s.satp) : 0;
}

/* ---- Into the kernel ---- */

static enum crossing_kind kind_of(uint64_t cause)
{
    if (cause & CPU_CAUSE_INTERRUPT)
        return CROSSING_INTERRUPT;
    return cause == 8 ? CROSSING_CALL : CROSSING_FAULT;
}

/* Why the tables refused a page: asked now, for the kernel may mend them. */
static enum sv39_why page_fault_why(const struct tracker *t,
                                    const struct cpu_trap *trap, uint64_t root)
{
    if (trap->cause != 12 && trap->cause != 13 && trap->cause != 15)
        return SV39_OK;
    struct sv39_walk w = sv39_walk(t->machine, root, trap->tval);
    enum sv39_access access = trap->cause == 12   ? SV39_FETCH
                              : trap->cause == 13 ? SV39_LOAD
                                                  : SV39_STORE;
    return sv39_check(&w, access, trap->from, false, false);
}

static struct record *new_record(struct tracker *t, const struct cpu_trap *trap,
                                 struct proc *p)
{
    struct record *r = past_add(t, JOURNAL_RECORDS);
    if (r == NULL)
        return tracker_failed(t);
    r->clock_in = machine_clock(t->machine);
    r->traps_in = cpu_traps(t->cpu);
    r->root = p->pub.root;
    r->user_pc = trap->pc;
    r->tval = trap->tval;
    r->why = (uint8_t)page_fault_why(t, trap, p->pub.root);
    r->cause = (uint16_t)(trap->cause & 0xffff);
    r->interrupt = (trap->cause & CPU_CAUSE_INTERRUPT) != 0;
    r->kind = (uint8_t)kind_of(trap->cause);
    r->outcome = OUTCOME_OPEN;
    r->traps = 1;
    r->process = p->index;
    r->pid = p->pub.pid;
    r->name = tracker_intern(t, p->pub.name);
    cpu_csr(t->cpu, trap->to == CPU_M ? CSR_MSCRATCH : CSR_SSCRATCH,
            &r->trapframe_va);
    return r;
}

static void tally_crossing(struct tracker *t, const struct record *r)
{
    struct tally *tally = tracker_part(t, r);
    if (r->kind == CROSSING_CALL)
        tally->calls++;
    else if (r->kind == CROSSING_FAULT)
        tally->faults++;
    else
        tally->interrupts++;
    tally->mode_changes++;
    tally->traps++;
}

static void open_crossing(struct tracker *t, const struct cpu_trap *trap)
{
    struct tracker_state *s = &t->s;
    struct proc *p = process_need_root(t, current_root(t));
    struct record *r = p != NULL ? new_record(t, trap, p) : NULL;
    if (r == NULL)
        return;
    uint64_t number = s->records.count;
    s->in_user = false;
    s->owner = p->index + 1;
    s->current = s->line = number;
    process_open(p, number);
    p->pub.crossings++;
    tally_crossing(t, r);
    if (r->kind == CROSSING_CALL) {
        arguments_save(t, number);
        handler_call(t, p, number);
    }
    tracker_say(t, &(struct event){.kind = EVENT_ENTER}, number, p);
}

/* A trap that the kernel took itself, under the open crossing or on its own. */
static void nested_trap(struct tracker *t, const struct cpu_trap *trap)
{
    struct tracker_state *s = &t->s;
    struct record *r = tracker_record(t, s->current);
    uint32_t index = tracker_chain(t, s->current, CHAIN_NESTED, &s->nesteds,
                                   offsetof(struct nested_record, next));
    tracker_part(t, r)->traps++;
    if (index == 0)
        return;
    struct nested_record *n = list_at(&s->nesteds, index - 1);
    n->n = (struct nested_trap){machine_clock(t->machine), trap->cause,
                                trap->tval, trap->pc};
    if (r != NULL) {
        r->traps++;
        r->nesteds++;
    }
    struct event e = {.kind = EVENT_NESTED,
                      .nested = &n->n,
                      .nested_number = r != NULL ? r->nesteds : 0};
    tracker_say(t, &e, s->current,
                s->owner != 0 ? process_at(t, s->owner - 1) : NULL);
}

static void on_trap(void *ctx, const struct cpu_trap *trap)
{
    struct tracker *t = ctx;
    if (t->failed)
        return;
    tracker_charge(t, cpu_executed(t->cpu));
    if (trap->from == CPU_U)
        open_crossing(t, trap);
    else
        nested_trap(t, trap);
}

/* ---- Back to the user ---- */

/* Does this crossing expect to go on at pc? A call behind its ecall or, started
 * again, at it; a fault at the instruction or, emulated, behind it. */
static bool expects(const struct record *r, uint64_t pc)
{
    uint64_t behind = pc - r->user_pc;
    if (r->kind == CROSSING_INTERRUPT)
        return behind == 0;
    return behind == 0 || behind == 4 ||
           (behind == 2 && r->kind == CROSSING_FAULT);
}

/* The crossing of p that a return to pc closes, or 0. */
static uint64_t returning(const struct tracker *t, const struct proc *p,
                          uint64_t pc)
{
    for (unsigned i = p->opens; i-- > 0;)
        if (expects(tracker_look(t, p->open[i]), pc))
            return p->open[i];
    if (p->opens > 0 && p->pub.pid != 0)
        return p->open[p->opens - 1];
    for (unsigned i = 0; i < p->opens; i++)
        if (p->open[i] == t->s.current)
            return p->open[i];
    return 0;
}

/* Elsewhere than expected without a new program: a handler runs, or its
 * sigreturn went back; the probes say which and why. Without them it may be an
 * exec as well, so nothing is claimed. */
static enum crossing_outcome outcome_at(const struct record *r, uint64_t target)
{
    if (r->handler != 0)
        return OUTCOME_TO_HANDLER;
    if (r->frame != 0)
        return OUTCOME_RESUMES;
    return r->pid != 0 && !r->executed && !expects(r, target)
               ? OUTCOME_TO_HANDLER
               : OUTCOME_RETURNED;
}

static void leave(struct tracker *t, struct proc *p, uint64_t number,
                  uint64_t target)
{
    struct record *r = tracker_record(t, number);
    uint64_t clock = machine_clock(t->machine) + 1;
    r->returns++;
    r->return_pc = target;
    r->result = cpu_x(t->cpu, 10);
    tracker_close(t, number, outcome_at(r, target), clock);
    struct event e = {.kind = EVENT_LEAVE, .clock = clock, .target = target};
    tracker_say(t, &e, number, p);
}

/* The first time this process runs: a fork's child, or the first program. */
static void first_return(struct tracker *t, struct proc *p, uint64_t target)
{
    struct event e = {.kind = EVENT_FORKED,
                      .clock = machine_clock(t->machine) + 1,
                      .target = target};
    tracker_say(t, &e, p->fork_crossing, p);
    p->fork_crossing = 0;
}

/* sret or mret is about to run; the instruction itself is still the kernel's.
 */
static void on_return(struct tracker *t, const struct cpu_special_event *event)
{
    struct tracker_state *s = &t->s;
    if (event->to != CPU_U) {
        struct record *r = tracker_record(t, s->current);
        if (r != NULL)
            r->returns++;
        tracker_part(t, r)->returns++;
        return;
    }
    tracker_charge(t, cpu_executed(t->cpu) + 1);
    struct proc *p = process_need_root(t, current_root(t));
    if (p == NULL)
        return;
    uint64_t number = returning(t, p, event->target);
    struct tally *tally = tracker_part(t, tracker_record(t, number));
    tally->returns++;
    tally->mode_changes++;
    if (s->owner != p->index + 1)
        tracker_give_hart(t, p);
    if (number != 0)
        leave(t, p, number, event->target);
    else
        first_return(t, p, event->target);
    s->in_user = true;
    s->owner = p->index + 1;
    s->current = 0;
}

static void on_special(void *ctx, const struct cpu_special_event *event)
{
    struct tracker *t = ctx;
    struct record *r = tracker_record(t, t->s.current);
    if (t->failed)
        return;
    switch (event->what) {
    case CPU_SPECIAL_SRET:
    case CPU_SPECIAL_MRET:
        on_return(t, event);
        break;
    case CPU_SPECIAL_SATP:
        /* satp is WARL: an unsupported MODE leaves it as it was (4.1.11). */
        if (event->value >> 60 == 0 || sv39_on(event->value))
            t->s.satp = event->value;
        tracker_part(t, r)->satp_writes++;
        if (r != NULL)
            r->satp_writes++;
        break;
    case CPU_SPECIAL_FENCE:
        tracker_part(t, r)->fences++;
        if (r != NULL)
            r->fences++;
        break;
    case CPU_SPECIAL_FENCEI:
        break;
    }
}

static void on_console(void *ctx, uint8_t byte)
{
    struct tracker *t = ctx;
    struct event e = {.kind = EVENT_CONSOLE, .byte = byte};
    tracker_say(t, &e, t->s.current,
                t->s.owner != 0 ? process_at(t, t->s.owner - 1) : NULL);
}

/* What ran since the last event belongs to whoever had the hart. */
static void on_ended(void *ctx, int status)
{
    struct tracker *t = ctx;
    (void)status;
    tracker_charge(t, cpu_executed(t->cpu));
}

void hardware_observe(struct tracker *t)
{
    struct machine_observer o = {
        .ctx = t,
        .trap = on_trap,
        .special = on_special,
        .specials = CPU_SPECIAL_SRET | CPU_SPECIAL_MRET | CPU_SPECIAL_SATP |
                    CPU_SPECIAL_FENCE,
        .console_out = on_console,
        .ended = on_ended,
    };
    machine_observe(t->machine, &o);
}
