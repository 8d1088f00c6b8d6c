/*
 * stepping.c - runs the machine to the next event of a kind (stepping.h).
 *
 * One pattern serves all: an observer looks at every trap and return, and asks
 * the machine to stop at the one that is wanted (struct hunt). Observers are
 * told *before* the thing happens, so the stop may leave the hart in front of
 * the trap or the sret; `arrive` then runs that one instruction. Source lines
 * stand in stepping_line.c.
 */
#include "stepping_internal.h"

uint64_t step_root(const struct stepper *s)
{
    uint64_t satp = 0;
    cpu_csr(machine_cpu(s->machine), CSR_SATP, &satp);
    return sv39_on(satp) ? sv39_root(satp) : 0;
}

uint64_t step_budget_end(const struct stepper *s)
{
    uint64_t clock = machine_clock(s->machine);
    return s->budget == 0 || clock + s->budget < clock ? UINT64_MAX
                                                       : clock + s->budget;
}

/* LIMIT and STOPPED are no ends of a step: they mean "go on". */
static enum step_reason reason_of(const struct machine_stop *stop)
{
    switch (stop->reason) {
    case MACHINE_ENDED:
        return STEP_ENDED;
    case MACHINE_WANTS_INPUT:
        return STEP_WANTS_INPUT;
    case MACHINE_DEAD:
        return STEP_DEAD;
    case MACHINE_LIMIT:
    case MACHINE_STOPPED:
        break;
    }
    return STEP_DONE;
}

struct step_result step_once(const struct stepper *s)
{
    struct step_result r;
    if (s->history != NULL)
        history_step(s->history, &r.machine);
    else
        machine_step(s->machine, &r.machine);
    r.reason = reason_of(&r.machine);
    return r;
}

struct step_result step_instruction(const struct stepper *s)
{
    return step_once(s);
}

/* ---- Hunting ---- */

static void take_hit(struct hunt *h, uint64_t arrival)
{
    h->hit = true;
    h->arrives = true;
    h->arrival = arrival;
    machine_request_stop(h->stepper->machine);
}

static void on_trap(void *ctx, const struct cpu_trap *trap)
{
    struct hunt *h = ctx;
    if (!h->hit && h->trap(h, trap))
        take_hit(h, trap->vector);
}

static void on_special(void *ctx, const struct cpu_special_event *event)
{
    struct hunt *h = ctx;
    if (h->hit || (h->specials & event->what) == 0 || !h->special(h, event))
        return;
    take_hit(h, event->target);
    h->arrives =
        event->what == CPU_SPECIAL_SRET || event->what == CPU_SPECIAL_MRET;
}

static void on_watch(void *ctx, uint64_t pc)
{
    struct hunt *h = ctx;
    (void)pc;
    if (h->hit || !h->watched(h))
        return;
    h->hit = true;
    machine_request_stop(h->stepper->machine);
}

static void arrive(struct hunt *h, struct step_result *r)
{
    struct machine *m = h->stepper->machine;
    if (h->arrives && cpu_pc(machine_cpu(m)) != h->arrival)
        *r = step_once(h->stepper);
    else
        r->reason = STEP_DONE;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void run_machine(const struct stepper *s, uint64_t until,
                        struct machine_stop *stop)
{
    if (s->history != NULL)
        history_run(s->history, until, stop);
    else
        machine_run(s->machine, until, stop);
}

/* One stretch between two polls. True: the hunt is over. */
static bool run_stretch(struct hunt *h, uint64_t until, uint64_t budget_end,
                        struct step_result *r)
{
    const struct stepper *s = h->stepper;
    uint64_t bound = machine_clock(s->machine) + STEP_POLL_INSNS;
    bound = least(bound, least(until, budget_end));
    run_machine(s, bound, &r->machine);
    r->reason = reason_of(&r->machine);
    uint64_t clock = machine_clock(s->machine);
    if (h->hit)
        arrive(h, r);
    if (h->hit || r->reason != STEP_DONE || clock >= until)
        return true;
    if (clock >= budget_end)
        r->reason = STEP_BUDGET;
    else if (s->poll != NULL && !s->poll(s->poll_ctx))
        r->reason = STEP_POLLED;
    return r->reason != STEP_DONE;
}

struct step_result hunt_run(struct hunt *h)
{
    struct machine *m = h->stepper->machine;
    struct machine_observer observer = {
        .ctx = h,
        .trap = h->trap != NULL ? on_trap : NULL,
        .special = h->special != NULL ? on_special : NULL,
        .specials = h->specials,
    };
    struct step_result r;
    uint64_t until = h->until != 0 ? h->until : UINT64_MAX;
    uint64_t budget_end =
        h->budget_end != 0 ? h->budget_end : step_budget_end(h->stepper);
    machine_observe(m, &observer);
    int watch = h->watched != NULL
                    ? cpu_watch(machine_cpu(m), h->watch_pc, on_watch, h)
                    : -1;
    while (!run_stretch(h, until, budget_end, &r))
        continue;
    if (watch >= 0)
        cpu_unwatch(machine_cpu(m), watch);
    machine_unobserve(m, h);
    return r;
}

/* ---- What is hunted ---- */

static bool leaves_user(struct hunt *h, const struct cpu_trap *trap)
{
    if (trap->from != CPU_U)
        return false;
    const struct tracker *t = h->stepper->tracker;
    const struct crossing *c = tracker_crossing(t, tracker_count(t));
    const struct process *p = tracker_process(t, h->pid);
    bool never =
        p != NULL && (p->state == PROCESS_ZOMBIE || p->state == PROCESS_GONE);
    return h->pid == 0 || never || (c != NULL && c->pid == h->pid);
}

struct step_result step_next_crossing(const struct stepper *s, int pid)
{
    struct hunt h = {.stepper = s, .trap = leaves_user, .pid = pid};
    return hunt_run(&h);
}

struct step_result step_into_trap(const struct stepper *s)
{
    return step_next_crossing(s, tracker_current_pid(s->tracker));
}

static bool is_over(const struct hunt *h)
{
    const struct crossing *c =
        tracker_crossing(h->stepper->tracker, h->crossing);
    return c != NULL && c->outcome != OUTCOME_OPEN;
}

static bool reaches_user(struct hunt *h, const struct cpu_special_event *event)
{
    return event->to == CPU_U && (h->crossing == 0 || is_over(h));
}

struct step_result step_out_to_user(const struct stepper *s)
{
    const struct crossing *c = tracker_current(s->tracker);
    struct hunt h = {.stepper = s,
                     .special = reaches_user,
                     .specials = CPU_SPECIAL_SRET | CPU_SPECIAL_MRET,
                     .crossing = c != NULL ? c->number : 0};
    if (cpu_privilege(machine_cpu(s->machine)) == CPU_U)
        return (struct step_result){.reason = STEP_DONE};
    return hunt_run(&h);
}

static bool ends_crossing(struct hunt *h, const struct cpu_special_event *event)
{
    (void)event;
    return is_over(h);
}

static bool ended_before(struct hunt *h, const struct cpu_trap *trap)
{
    (void)trap;
    return is_over(h);
}

struct step_result step_crossing_end(const struct stepper *s, uint64_t number)
{
    struct hunt h = {.stepper = s,
                     .trap = ended_before,
                     .special = ends_crossing,
                     .specials =
                         CPU_SPECIAL_SRET | CPU_SPECIAL_MRET | CPU_SPECIAL_SATP,
                     .crossing = number};
    if (is_over(&h))
        return (struct step_result){.reason = STEP_DONE};
    return hunt_run(&h);
}

struct step_result step_run(const struct stepper *s, uint64_t until)
{
    struct hunt h = {.stepper = s, .until = until};
    return hunt_run(&h);
}
