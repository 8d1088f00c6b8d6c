/*
 * command_run.c - the commands that run the guest, forwards and back. Each is a
 * step of stepping.h or a run of target.h; what it did is told afterwards, the
 * gate's part of it in words.
 */
#include "command_internal.h"

#define STEPS_A_POLL 64

/* ---- What the gate did ---- */

struct before {
    struct target_place place;
    struct moment at;
    uint64_t crossing; /* open then; 0: none */
};

static struct before note_before(const struct commander *c)
{
    const struct crossing *open = tracker_current(c->target->tracker);
    return (struct before){.place = target_place(c->target),
                           .at = history_now(c->target->history),
                           .crossing = open != NULL ? open->number : 0};
}

static void tell_trap(struct commander *c)
{
    const struct crossing *open = tracker_current(c->target->tracker);
    char what[400], who[64];
    uint64_t satp = 0;
    if (open == NULL)
        return;
    cpu_csr(machine_cpu(c->target->machine), 0x180, &satp);
    crossing_describe(c->target->tracker, open, what, sizeof what);
    name_of(c, open->pid, who, sizeof who);
    say(c,
        "into the kernel, #%" PRIu64 " %s: the hart has put cause %" PRIu64
        " (%s) into scause, the program's pc 0x%" PRIx64
        " into sepc%s, and gone to stvec in S-mode",
        open->number, what, open->cause & ~CPU_CAUSE_INTERRUPT,
        cpu_cause_name(open->cause), open->user_pc,
        open->kind == CROSSING_FAULT ? ", what it is about into stval" : "");
    if (sv39_on(satp) && sv39_root(satp) == open->root)
        say(c,
            "satp still names %s's page table; all 31 registers are still "
            "the program's",
            who);
}

static void tell_return(struct commander *c, uint64_t number)
{
    const struct crossing *x = tracker_crossing(c->target->tracker, number);
    char what[400], result[64], who[64];
    if (x == NULL || x->outcome == OUTCOME_OPEN)
        return;
    crossing_describe(c->target->tracker, x, what, sizeof what);
    crossing_result(c->target->tracker, x, result, sizeof result);
    say(c,
        "out of the kernel, #%" PRIu64 " of %s: %s%s%s: %" PRIu64
        " instructions in the kernel, %" PRIu64 " satp writes, %" PRIu64
        " bytes copied",
        number, name_of(c, x->pid, who, sizeof who), what,
        result[0] != '\0' ? " = " : "", result, x->own_insns, x->satp_writes,
        x->bytes_in + x->bytes_out);
}

static const char *table_name(const struct commander *c, uint64_t root,
                              char *text, size_t n)
{
    const struct process *p = tracker_process_by_root(c->target->tracker, root);
    char who[64];
    if (root == 0)
        snprintf(text, n, "no translation");
    else
        snprintf(text, n, "%s's page table 0x%" PRIx64,
                 name_of(c, p != NULL ? p->pid : 0, who, sizeof who),
                 root >> 12);
    return text;
}

static void tell_passage(struct commander *c, const struct before *b)
{
    struct target_place now = target_place(c->target);
    char from[100], to[100];
    bool back = moment_compare(history_now(c->target->history), b->at) < 0;
    if (back && now.priv == CPU_U && b->place.priv != CPU_U)
        say(c, "back out of the kernel: the trap has not been taken yet");
    else if (back && now.priv != CPU_U && b->place.priv == CPU_U)
        say(c, "back into the kernel, before its return to the program");
    else if (now.priv != CPU_U && b->place.priv == CPU_U)
        tell_trap(c);
    else if (now.priv == CPU_U && b->place.priv != CPU_U)
        tell_return(c, b->crossing);
    else if (now.root != b->place.root && now.priv != CPU_U && !back &&
             machine_clock(c->target->machine) <= b->at.clock + 1)
        say(c, "satp: from %s to %s",
            table_name(c, b->place.root, from, sizeof from),
            table_name(c, now.root, to, sizeof to));
}

/* ---- Steps ---- */

struct asked {
    enum target_way way;
    struct step_result (*step)(const struct stepper *s);
    struct step_result (*step_pid)(const struct stepper *s, int pid);
    int pid;
};

static struct step_result do_step(const struct stepper *s, void *ctx)
{
    const struct asked *a = ctx;
    return a->step != NULL ? a->step(s) : a->step_pid(s, a->pid);
}

/* Steps are short and many: whoever waits may want to end them. */
static bool patient(const struct commander *c, uint64_t steps)
{
    const struct target *t = c->target;
    return steps % STEPS_A_POLL != 0 || t->poll == NULL || t->poll(t->poll_ctx);
}

static bool run_steps(struct commander *c, struct asked *a, uint64_t times)
{
    struct target_stop stop = {.reason = TARGET_DONE};
    struct before b = note_before(c);
    for (uint64_t i = 0; i < times && stop.reason == TARGET_DONE; i++) {
        if (i > 0)
            b = note_before(c);
        if (a->way == TARGET_FORWARD)
            target_step(c->target, do_step, a, &stop);
        else
            target_step_back(c->target, do_step, a, &stop);
        if (stop.reason == TARGET_DONE && !patient(c, i + 1))
            stop.reason = TARGET_POLLED;
    }
    if (stop.reason == TARGET_DONE)
        tell_passage(c, &b);
    tell_stop(c, &stop);
    return true;
}

static bool counted(struct commander *c, const char *arguments,
                    enum target_way way,
                    struct step_result (*step)(const struct stepper *s))
{
    struct asked a = {.way = way, .step = step};
    uint64_t times;
    return take_number(c, arguments, 1, UINT32_MAX, &times) &&
           run_steps(c, &a, times);
}

static bool plain(struct commander *c, const char *arguments,
                  enum target_way way,
                  struct step_result (*step)(const struct stepper *s))
{
    struct asked a = {.way = way, .step = step};
    return no_arguments(c, arguments) && run_steps(c, &a, 1);
}

static bool
of_process(struct commander *c, const char *arguments, enum target_way way,
           struct step_result (*step)(const struct stepper *s, int pid))
{
    struct asked a = {.way = way, .step_pid = step};
    if (arguments[0] != '\0' && !take_pid(c, arguments, &a.pid))
        return false;
    return run_steps(c, &a, 1);
}

static struct step_result line_into(const struct stepper *s)
{
    return step_line(s, STEP_INTO);
}

static struct step_result line_over(const struct stepper *s)
{
    return step_line(s, STEP_OVER);
}

COMMAND(cmd_step)
{
    return counted(c, arguments, TARGET_FORWARD, line_into);
}

COMMAND(cmd_next)
{
    return counted(c, arguments, TARGET_FORWARD, line_over);
}

COMMAND(cmd_stepi)
{
    return counted(c, arguments, TARGET_FORWARD, step_instruction);
}

COMMAND(cmd_into)
{
    return plain(c, arguments, TARGET_FORWARD, step_into_trap);
}

COMMAND(cmd_out)
{
    if (target_place(c->target).priv == CPU_U)
        return refuse(c, "it is in the program already (into goes into the "
                         "kernel)");
    return plain(c, arguments, TARGET_FORWARD, step_out_to_user);
}

COMMAND(cmd_next_crossing)
{
    return of_process(c, arguments, TARGET_FORWARD, step_next_crossing);
}

static struct step_result line_back(const struct stepper *s)
{
    return step_back_line(s, STEP_INTO);
}

COMMAND(cmd_reverse_step)
{
    return counted(c, arguments, TARGET_BACKWARD, line_back);
}

COMMAND(cmd_reverse_next)
{
    return counted(c, arguments, TARGET_BACKWARD, step_back_over);
}

COMMAND(cmd_reverse_stepi)
{
    return counted(c, arguments, TARGET_BACKWARD, step_back_instruction);
}

COMMAND(cmd_reverse_finish)
{
    return plain(c, arguments, TARGET_BACKWARD, step_back_finish);
}

COMMAND(cmd_reverse_into)
{
    return plain(c, arguments, TARGET_BACKWARD, step_back_out_of_trap);
}

COMMAND(cmd_previous_crossing)
{
    return of_process(c, arguments, TARGET_BACKWARD, step_back_crossing);
}

/* ---- Runs ---- */

static void run(struct commander *c, enum target_way way)
{
    struct target_stop stop;
    target_run(c->target, way, UINT64_MAX, &stop);
    if (stop.reason == TARGET_FIRST) {
        say(c, "nothing was hit before that: this is the beginning");
        stop.reason = TARGET_DONE;
    }
    tell_stop(c, &stop);
}

COMMAND(cmd_continue)
{
    if (!no_arguments(c, arguments))
        return false;
    run(c, TARGET_FORWARD);
    return true;
}

COMMAND(cmd_reverse_continue)
{
    if (!no_arguments(c, arguments))
        return false;
    run(c, TARGET_BACKWARD);
    return true;
}

/* Runs to a breakpoint that is ours alone, and takes it away again. */
static void run_to(struct commander *c, unsigned number,
                   struct target_stop *stop)
{
    target_run(c->target, TARGET_FORWARD, UINT64_MAX, stop);
    breaks_delete(c->target->breaks, number);
    breaks_give_back(c->target->breaks, number);
    if (stop->reason == TARGET_BREAK && stop->number == number)
        stop->reason = TARGET_DONE;
}

COMMAND(cmd_advance)
{
    struct target_stop stop;
    unsigned number =
        breaks_add(c->target->breaks, arguments, c->why, c->why_bytes);
    if (number == 0)
        return false;
    run_to(c, number, &stop);
    tell_stop(c, &stop);
    return true;
}

/* ---- finish ---- */

/* Where this function returns to, and the stack pointer there. */
static bool caller_of(struct commander *c, struct frame frame[2])
{
    struct target_place p = target_place(c->target);
    uint64_t x[32];
    for (unsigned i = 0; i < 32; i++)
        x[i] = cpu_x(machine_cpu(c->target->machine), i);
    if (p.symbols == NULL || p.image_va != p.pc)
        return false;
    return backtrace(c->target->machine, p.root, p.symbols, p.pc, x, frame,
                     2) == 2;
}

static unsigned break_at_return(struct commander *c, const struct frame *frame)
{
    struct target_place p = target_place(c->target);
    struct breakpoint b = {
        .kind = BREAK_ADDRESS,
        .space = p.priv == CPU_U && p.pid != 0 ? SPACE_PROCESS : SPACE_KERNELS,
        .pid = p.pid,
        .address = frame[1].pc};
    char condition[80];
    if (p.priv == CPU_U && p.pid == 0)
        b.space = SPACE_ANYWHERE;
    snprintf(condition, sizeof condition, "sp >= %" PRId64,
             (int64_t)frame[0].cfa);
    unsigned number =
        breaks_add_fields(c->target->breaks, &b, c->why, c->why_bytes);
    if (number != 0)
        breaks_set_condition(c->target->breaks, number, condition, c->why,
                             c->why_bytes);
    return number;
}

COMMAND(cmd_finish)
{
    struct frame frame[2] = {{0}};
    struct target_stop stop;
    struct target_place p = target_place(c->target);
    if (!no_arguments(c, arguments))
        return false;
    if (!caller_of(c, frame)) {
        if (p.priv == CPU_U)
            return refuse(c, "nobody is known to have called this");
        say(c, "nobody called this but the trap: out to the program");
        return cmd_out(c, "");
    }
    unsigned number = break_at_return(c, frame);
    if (number == 0)
        return false;
    run_to(c, number, &stop);
    if (stop.reason == TARGET_DONE) {
        uint64_t a0 = cpu_x(machine_cpu(c->target->machine), 10);
        say(c, "%s returned, a0 = %" PRId64 " (0x%" PRIx64 ")",
            p.function != NULL ? p.function : "it", (int64_t)a0, a0);
    }
    tell_stop(c, &stop);
    return true;
}
