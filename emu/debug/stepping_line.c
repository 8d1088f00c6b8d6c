/*
 * stepping_line.c - the step by source line (stepping.h).
 *
 * Instructions are stepped one by one until another line's statement begins.
 * What is not part of the line is run through at full speed: traps that the
 * program did not ask for, calls that are stepped over, functions without
 * source.
 */
#include "stepping_internal.h"

#define POLL_STEPS       2000 /* single steps are slower than running */
#define CAUSE_USER_ECALL 8

/* ---- Traps ---- */

static bool goes_deeper(struct hunt *h, const struct cpu_trap *trap)
{
    h->depth += trap->from == h->priv;
    return false;
}

static bool comes_back(struct hunt *h, const struct cpu_special_event *event)
{
    return event->to == h->priv && h->depth-- == 0;
}

/* A trap was taken where `from` stood: runs until it is over. */
static struct step_result run_through_trap(const struct stepper *s,
                                           const struct place *from,
                                           uint64_t budget_end)
{
    struct hunt h = {.stepper = s,
                     .trap = goes_deeper,
                     .special = comes_back,
                     .specials = CPU_SPECIAL_SRET | CPU_SPECIAL_MRET,
                     .budget_end = budget_end,
                     .priv = from->priv};
    if (from->priv == CPU_U)
        return step_out_to_user(s);
    return hunt_run(&h);
}

/* The trap just taken is an ecall of a program. */
static bool is_call_of_kernel(const struct stepper *s, const struct place *from)
{
    struct cpu *cpu = machine_cpu(s->machine);
    uint64_t cause = 0;
    cpu_csr(cpu, cpu_privilege(cpu) == CPU_M ? CSR_MCAUSE : CSR_SCAUSE, &cause);
    return from->priv == CPU_U && cause == CAUSE_USER_ECALL;
}

/* ---- Calls ---- */

/* The instruction at `from` was a call: pc went elsewhere, and ra holds the
 * address behind it. */
static bool was_call(const struct place *from, const struct place *to)
{
    return to->pc != to->ra && to->priv == from->priv &&
           (to->ra == from->pc + 4 || to->ra == from->pc + 2);
}

static bool has_returned(struct hunt *h)
{
    struct cpu *cpu = machine_cpu(h->stepper->machine);
    return cpu_privilege(cpu) == h->priv && step_root(h->stepper) == h->root &&
           cpu_x(cpu, STEP_X_SP) >= h->sp;
}

/* A process that dies or becomes another program in the call will not come
 * back from it. */
static bool is_gone(struct hunt *h, const struct cpu_special_event *event)
{
    const struct process *p =
        tracker_process_by_root(h->stepper->tracker, h->root);
    return h->priv == CPU_U && event->to == CPU_U &&
           (p == NULL || p->state == PROCESS_ZOMBIE ||
            p->state == PROCESS_GONE);
}

/* At a function's first instruction: runs until it has returned. */
static struct step_result run_through_call(const struct stepper *s,
                                           const struct place *callee,
                                           uint64_t budget_end)
{
    struct hunt h = {.stepper = s,
                     .special = is_gone,
                     .specials = CPU_SPECIAL_SRET | CPU_SPECIAL_MRET,
                     .watched = has_returned,
                     .watch_pc = callee->ra,
                     .budget_end = budget_end,
                     .priv = callee->priv,
                     .root = callee->root,
                     .sp = cpu_x(machine_cpu(s->machine), STEP_X_SP)};
    return hunt_run(&h);
}

/* ---- The line ---- */

struct line_step {
    const struct stepper *s;
    enum step_calls calls;
    struct place now;
    uint64_t budget_end;
    unsigned steps;
};

static enum step_reason check_patience(struct line_step *l)
{
    const struct stepper *s = l->s;
    if (machine_clock(s->machine) >= l->budget_end)
        return STEP_BUDGET;
    if (++l->steps % POLL_STEPS == 0 && s->poll != NULL &&
        !s->poll(s->poll_ctx))
        return STEP_POLLED;
    return STEP_DONE;
}

/* One instruction and what it led to. True: the step ends here. */
static bool advance(struct line_step *l, struct step_result *r)
{
    const struct stepper *s = l->s;
    struct cpu *cpu = machine_cpu(s->machine);
    struct place from = l->now;
    uint64_t traps = cpu_traps(cpu);
    *r = step_once(s);
    if (r->reason != STEP_DONE)
        return true;
    l->now = step_place(s);
    if (cpu_traps(cpu) != traps) {
        if (l->calls == STEP_INTO && is_call_of_kernel(s, &from))
            return true;
        *r = run_through_trap(s, &from, l->budget_end);
        l->now = step_place(s);
    } else if (was_call(&from, &l->now) &&
               (l->calls == STEP_OVER || l->now.file == NULL)) {
        *r = run_through_call(s, &l->now, l->budget_end);
        l->now = step_place(s);
    }
    if (r->reason == STEP_DONE)
        r->reason = check_patience(l);
    return r->reason != STEP_DONE;
}

struct step_result step_line(const struct stepper *s, enum step_calls calls)
{
    struct line_step l = {.s = s,
                          .calls = calls,
                          .now = step_place(s),
                          .budget_end = step_budget_end(s)};
    const struct place begin = l.now;
    struct step_result r;
    if (begin.file == NULL)
        return step_once(s);
    do {
        if (advance(&l, &r))
            return r;
    } while (step_same_line(&begin, &l.now) || !step_begins_statement(&l.now));
    return r;
}
