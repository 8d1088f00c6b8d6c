/*
 * gdb_run.c - running and stepping, forwards and backwards. A step of a
 * program's instruction passes over interrupts, which the program did not ask
 * for; everything else that traps is gone into. A step by source lines stays in
 * the program and passes over every trap.
 */
#include "gdb_internal.h"

#include "../cpu/csr_numbers.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLL_STEPS 1024

static void begin(struct gdb *g)
{
    g->running = true;
}

static void end(struct gdb *g)
{
    g->running = g->interrupted = false;
    if (history_diverged(g->target->history))
        gdb_console_line(g, "a stretch that ran again came out differently: a "
                            "fault of Sallyport's");
    gdb_say_stop(g);
}

/* ---- On and on ---- */

static void run_on(struct gdb *g)
{
    struct target_stop stop;
    do
        target_run(g->target, TARGET_FORWARD, UINT64_MAX, &stop);
    while (stop.reason == TARGET_WANTS_INPUT && !gdb_interrupted(g) &&
           g->env.wait_input(g->env.ctx));
    gdb_note_target_stop(g, &stop, true);
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
    gdb_note_target_stop(g, &stop, true);
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
        gdb_note_watch(g, p);
    else if (stop.reason == MACHINE_ENDED || stop.reason == MACHINE_DEAD)
        gdb_note_end(g, &stop);
    else if (stop.reason == MACHINE_WANTS_INPUT)
        gdb_note_stop(g, GDB_SIGNAL_INT, "");
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
            gdb_note_stop(g, GDB_SIGNAL_INT, "");
            return STOPPED;
        }
    }
    return STEPPED;
}

static void step_one(struct gdb *g)
{
    if (step_once(g, false) == STEPPED)
        gdb_note_stop(g, GDB_SIGNAL_TRAP, "");
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
            gdb_note_stop(g, GDB_SIGNAL_INT, "");
            return;
        }
    }
    if (p != NULL)
        gdb_note_breakpoint(g, p);
    else
        gdb_note_stop(g, GDB_SIGNAL_TRAP, "");
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

/* If the instruction that was taken back touches what is watched: which
 * watchpoint that is, and it stands behind it again. */
static struct gdb_point *watched_behind(struct gdb *g)
{
    struct machine_stop stop;
    if (!gdb_points_watch(g))
        return NULL;
    struct moment here = history_now(g->target->history);
    struct gdb_point *p = gdb_points_step(g, &stop);
    if (p != NULL)
        history_step(g->target->history, &stop);
    else
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
            gdb_note_stop(g, GDB_SIGNAL_TRAP, "replaylog:begin;");
            return;
        }
    while (user && !in_user(g) && over_interrupt_back(g));
    struct gdb_point *p = watched_behind(g);
    if (p != NULL)
        gdb_note_watch(g, p);
    else
        gdb_note_stop(g, GDB_SIGNAL_TRAP, "");
}

static void run_back(struct gdb *g)
{
    struct target_stop stop;
    target_run(g->target, TARGET_BACKWARD, 0, &stop);
    gdb_note_target_stop(g, &stop, false);
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
