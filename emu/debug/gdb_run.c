/*
 * gdb_run.c - running and stepping, forwards and backwards, and the answer that
 * says why it stopped.
 *
 * A watchpoint stops the target before the access. Forwards the client expects
 * to be behind it, so the one instruction is made; backwards it expects to be
 * before it. A step of a program's instruction passes over interrupts, which
 * the program did not ask for; everything else that traps is gone into. A step
 * by source lines stays in the program and passes over every trap.
 */
#include "gdb_internal.h"

#include "../cpu/csr_numbers.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIGNAL_INT = 2, SIGNAL_TRAP = 5 }; /* GDB's numbers */

#define POLL_STEPS 1024

/* ---- Why it stopped ---- */

static void note_stop(struct gdb *g, unsigned signal, const char *reason)
{
    uint64_t pc = cpu_pc(machine_cpu(g->target->machine));
    char pc_text[17];
    gdb_hex_text(&pc, sizeof pc, pc_text);
    snprintf(g->stop, sizeof g->stop, "T%02xthread:%x;20:%s;%s", signal,
             (unsigned)gdb_thread_now(g), pc_text, reason);
}

static void say_stop(struct gdb *g)
{
    g->thread = 0;
    gdb_say(g, "%s", g->stop);
}

static void note_watch(struct gdb *g, const struct gdb_point *p)
{
    char reason[48];
    snprintf(reason, sizeof reason, "%swatch:%" PRIx64 ";",
             p->type == '2'   ? ""
             : p->type == '3' ? "r"
                              : "a",
             p->address);
    note_stop(g, SIGNAL_TRAP, reason);
}

static void note_breakpoint(struct gdb *g, const struct gdb_point *p)
{
    bool told = p->type == '0' ? g->tells_swbreak : g->tells_hwbreak;
    note_stop(g, SIGNAL_TRAP,
              !told            ? ""
              : p->type == '0' ? "swbreak:;"
                               : "hwbreak:;");
}

static void console_line(struct gdb *g, const char *text)
{
    char line[400];
    int n = snprintf(line, sizeof line, "sallyport: %s\n", text);
    gdb_console(g, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
}

/* The end of the run is an end of history: one can go back from there. */
static void note_end(struct gdb *g, const struct machine_stop *stop)
{
    char text[240];
    if (stop->reason == MACHINE_ENDED)
        snprintf(text, sizeof text, "the run has ended, status %d%s%s",
                 stop->status, stop->text[0] != '\0' ? ": " : "", stop->text);
    else
        snprintf(text, sizeof text, "the run cannot go on: %s", stop->text);
    console_line(g, text);
    note_stop(g, SIGNAL_TRAP, "replaylog:end;");
}

void gdb_run_stand(struct gdb *g)
{
    note_stop(g, SIGNAL_TRAP, "");
}

void gdb_run_why(struct gdb *g, const char *args, size_t n)
{
    (void)args, (void)n;
    gdb_run_stand(g);
    say_stop(g);
}

static void begin(struct gdb *g)
{
    g->running = true;
}

static void end(struct gdb *g)
{
    g->running = g->interrupted = false;
    if (history_diverged(g->target->history))
        console_line(g, "a stretch that ran again came out differently: a "
                        "fault of Sallyport's");
    say_stop(g);
}

/* ---- On and on ---- */

static void note_hit(struct gdb *g, const struct target_stop *stop,
                     bool forward)
{
    const struct gdb_point *p = gdb_point_of(g, stop->number);
    struct machine_stop step;
    if (p == NULL) { /* of `monitor break` */
        console_line(g, stop->text);
        note_stop(g, SIGNAL_TRAP, "");
    } else if (gdb_point_is_watch(p)) {
        if (forward)
            history_step(g->target->history, &step);
        note_watch(g, p);
    } else {
        note_breakpoint(g, p);
    }
}

static void note_target_stop(struct gdb *g, const struct target_stop *stop,
                             bool forward)
{
    switch (stop->reason) {
    case TARGET_BREAK:
        note_hit(g, stop, forward);
        break;
    case TARGET_ENDED:
    case TARGET_DEAD:
        note_end(g, &stop->machine);
        break;
    case TARGET_FIRST:
        note_stop(g, SIGNAL_TRAP, "replaylog:begin;");
        break;
    case TARGET_WANTS_INPUT:
    case TARGET_POLLED:
        note_stop(g, SIGNAL_INT, "");
        break;
    case TARGET_DONE:
        note_stop(g, SIGNAL_TRAP, "");
        break;
    }
}

static void run_on(struct gdb *g)
{
    struct target_stop stop;
    do
        target_run(g->target, TARGET_FORWARD, UINT64_MAX, &stop);
    while (stop.reason == TARGET_WANTS_INPUT && !gdb_interrupted(g) &&
           g->env.wait_input(g->env.ctx));
    note_target_stop(g, &stop, true);
}

/* ---- One step ---- */

enum step_end { STEPPED, STOPPED /* noted why */ };

static bool in_user(const struct gdb *g)
{
    return cpu_privilege(machine_cpu(g->target->machine)) == CPU_U;
}

/* Was the trap that has just been taken an interrupt? */
static bool interrupted_program(const struct gdb *g)
{
    uint64_t cause = 0;
    cpu_csr(machine_cpu(g->target->machine), CSR_SCAUSE, &cause);
    return (cause & CPU_CAUSE_INTERRUPT) != 0;
}

static struct step_result out_to_user(const struct stepper *s, void *ctx)
{
    (void)ctx;
    return step_out_to_user(s);
}

static enum step_end through_the_trap(struct gdb *g)
{
    struct target_stop stop;
    do
        target_step(g->target, out_to_user, NULL, &stop);
    while (stop.reason == TARGET_WANTS_INPUT && !gdb_interrupted(g) &&
           g->env.wait_input(g->env.ctx));
    if (stop.reason == TARGET_DONE)
        return STEPPED;
    note_target_stop(g, &stop, true);
    return STOPPED;
}

/* One instruction, or one trap. */
static enum step_end step_hart(struct gdb *g)
{
    struct machine_stop stop;
    struct gdb_point *p;
    do
        p = gdb_points_step(g, &stop);
    while (stop.reason == MACHINE_WANTS_INPUT && !gdb_interrupted(g) &&
           g->env.wait_input(g->env.ctx));
    if (p != NULL)
        note_watch(g, p);
    else if (stop.reason == MACHINE_ENDED || stop.reason == MACHINE_DEAD)
        note_end(g, &stop);
    else if (stop.reason == MACHINE_WANTS_INPUT)
        note_stop(g, SIGNAL_INT, "");
    else
        return STEPPED;
    return STOPPED;
}

/* over_traps: every trap of a program is run through, not interrupts alone. */
static enum step_end step_once(struct gdb *g, bool over_traps)
{
    const struct cpu *cpu = machine_cpu(g->target->machine);
    for (;;) {
        bool user = in_user(g);
        uint64_t traps = cpu_traps(cpu);
        if (step_hart(g) == STOPPED)
            return STOPPED;
        bool interrupt = interrupted_program(g);
        if (!user || in_user(g) || cpu_traps(cpu) == traps ||
            !(interrupt || over_traps))
            return STEPPED;
        if (through_the_trap(g) == STOPPED)
            return STOPPED;
        if (!interrupt) /* the call is done, or what faulted comes again */
            return STEPPED;
    }
}

static bool goes_on(struct gdb *g)
{
    const struct target *t = g->target;
    return !gdb_interrupted(g) && (t->poll == NULL || t->poll(t->poll_ctx));
}

/* Until this thread has the hart. */
static enum step_end run_to_thread(struct gdb *g, int thread)
{
    for (unsigned i = 1; gdb_thread_now(g) != thread; i++) {
        if (step_hart(g) == STOPPED)
            return STOPPED;
        if (i % POLL_STEPS == 0 && !goes_on(g)) {
            note_stop(g, SIGNAL_INT, "");
            return STOPPED;
        }
    }
    return STEPPED;
}

static void step_one(struct gdb *g)
{
    if (step_once(g, false) == STEPPED)
        note_stop(g, SIGNAL_TRAP, "");
}

/* Until pc leaves [start, end): the instructions of a source line. */
static void step_range(struct gdb *g, uint64_t start, uint64_t end)
{
    const struct cpu *cpu = machine_cpu(g->target->machine);
    int thread = gdb_thread_now(g);
    const struct gdb_point *p = NULL;
    for (unsigned i = 1;; i++) {
        if (step_once(g, true) == STOPPED)
            return;
        p = gdb_breakpoint_at(g, cpu_pc(cpu));
        if (p != NULL || cpu_pc(cpu) < start || cpu_pc(cpu) >= end ||
            gdb_thread_now(g) != thread)
            break;
        if (i % POLL_STEPS == 0 && !goes_on(g)) {
            note_stop(g, SIGNAL_INT, "");
            return;
        }
    }
    if (p != NULL)
        note_breakpoint(g, p);
    else
        note_stop(g, SIGNAL_TRAP, "");
}

/* ---- Packets forwards ---- */

/* One action of vCont. */
struct action {
    char what; /* 'c', 's' or 'r' */
    int thread;
    uint64_t start, end;
};

static bool read_action(const char **at, struct action *a)
{
    uint64_t signal;
    *a = (struct action){.what = **at, .thread = -1};
    ++*at;
    if (a->what == 'C' || a->what == 'S') { /* no signals here: as without */
        a->what = a->what == 'C' ? 'c' : 's';
        if (!gdb_hex_number(at, &signal))
            return false;
    } else if (a->what == 'r') {
        if (!gdb_hex_number(at, &a->start) || **at != ',')
            return false;
        ++*at;
        if (!gdb_hex_number(at, &a->end))
            return false;
    } else if (a->what != 'c' && a->what != 's') {
        return false;
    }
    if (**at != ':')
        return true;
    ++*at;
    return gdb_thread_id(at, &a->thread);
}

/* The first action that steps decides, else it runs on. False: not a list of
 * actions. */
static bool choose(const char *at, struct action *chosen)
{
    *chosen = (struct action){.what = 'c', .thread = -1};
    for (;;) {
        struct action a;
        if (!read_action(&at, &a))
            return false;
        if (chosen->what == 'c' && a.what != 'c')
            *chosen = a;
        if (*at == '\0')
            return true;
        if (*at++ != ';')
            return false;
    }
}

static void act(struct gdb *g, const struct action *a)
{
    begin(g);
    if (a->what == 'c')
        run_on(g);
    else if (a->thread <= 0 || run_to_thread(g, a->thread) == STEPPED) {
        if (a->what == 's')
            step_one(g);
        else
            step_range(g, a->start, a->end);
    }
    end(g);
}

void gdb_run_actions(struct gdb *g, const char *args, size_t n)
{
    struct action a;
    (void)n;
    if (choose(args, &a))
        act(g, &a);
    else
        gdb_say(g, "E16");
}

void gdb_run_query(struct gdb *g, const char *args, size_t n)
{
    (void)args, (void)n;
    gdb_say(g, "vCont;c;C;s;S;r");
}

/* c, s: an address behind them would be a jump, which is a write. */
static void act_simple(struct gdb *g, char what, const char *args)
{
    struct action a = {.what = what, .thread = -1};
    if (strchr(args, ';') != NULL ||
        (args[0] != '\0' && args[-1] != 'C' && args[-1] != 'S'))
        gdb_refuse_write(g, "pc is");
    else
        act(g, &a);
}

void gdb_run_continue(struct gdb *g, const char *args, size_t n)
{
    (void)n;
    act_simple(g, 'c', args);
}

void gdb_run_step(struct gdb *g, const char *args, size_t n)
{
    (void)n;
    act_simple(g, 's', args);
}

/* ---- Backwards ---- */

/* The instruction that was taken back is made once more, to see whether it
 * touches what is watched. */
static struct gdb_point *watched_behind(struct gdb *g)
{
    struct machine_stop stop;
    if (!gdb_points_watch(g))
        return NULL;
    struct moment here = history_now(g->target->history);
    struct gdb_point *p = gdb_points_step(g, &stop);
    history_goto(g->target->history, here);
    return p;
}

/* From behind an interrupt that a program did not ask for to before it. */
static bool over_interrupt_back(struct gdb *g)
{
    const struct crossing *c = tracker_current(g->target->tracker);
    return c != NULL && c->kind == CROSSING_INTERRUPT &&
           history_goto_crossing(g->target->history, c->number);
}

static void step_back(struct gdb *g)
{
    bool user = in_user(g);
    do
        if (!history_step_back(g->target->history)) {
            note_stop(g, SIGNAL_TRAP, "replaylog:begin;");
            return;
        }
    while (user && !in_user(g) && over_interrupt_back(g));
    struct gdb_point *p = watched_behind(g);
    if (p != NULL)
        note_watch(g, p);
    else
        note_stop(g, SIGNAL_TRAP, "");
}

static void run_back(struct gdb *g)
{
    struct target_stop stop;
    target_run(g->target, TARGET_BACKWARD, 0, &stop);
    note_target_stop(g, &stop, false);
}

/* bc, bs */
void gdb_run_backward(struct gdb *g, const char *args, size_t n)
{
    (void)n;
    begin(g);
    if (args[-1] == 's')
        step_back(g);
    else
        run_back(g);
    end(g);
}
