/*
 * gdb_stop.c - why it stopped, in the words of a stop reply. On RISC-V, GDB
 * expects a watchpoint to stop in front of the instruction, which it then makes
 * itself: forwards that is before the access, where the target stops;
 * backwards, when the access is about to be taken back, behind it.
 */
#include "gdb_internal.h"

#include <inttypes.h>
#include <stdio.h>

void gdb_note_stop(struct gdb *g, unsigned signal, const char *reason)
{
    uint64_t pc = cpu_pc(machine_cpu(g->target->machine));
    char pc_text[17];
    gdb_hex_text(&pc, sizeof pc, pc_text);
    snprintf(g->stop, sizeof g->stop, "T%02xthread:%x;20:%s;%s", signal,
             (unsigned)gdb_thread_now(g), pc_text, reason);
}

void gdb_say_stop(struct gdb *g)
{
    g->thread = 0;
    gdb_say(g, "%s", g->stop);
}

void gdb_note_watch(struct gdb *g, const struct gdb_point *p)
{
    char reason[48];
    snprintf(reason, sizeof reason, "%swatch:%" PRIx64 ";",
             p->type == '2'   ? ""
             : p->type == '3' ? "r"
                              : "a",
             p->address);
    gdb_note_stop(g, GDB_SIGNAL_TRAP, reason);
}

void gdb_note_breakpoint(struct gdb *g, const struct gdb_point *p)
{
    bool told = p->type == '0' ? g->tells_swbreak : g->tells_hwbreak;
    gdb_note_stop(g, GDB_SIGNAL_TRAP,
                  !told            ? ""
                  : p->type == '0' ? "swbreak:;"
                                   : "hwbreak:;");
}

void gdb_console_line(struct gdb *g, const char *text)
{
    char line[400];
    int n = snprintf(line, sizeof line, "sallyport: %s\n", text);
    gdb_console(g, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
}

/* The end of the run is an end of history: one can go back from there. */
void gdb_note_end(struct gdb *g, const struct machine_stop *stop)
{
    char text[240];
    if (stop->reason == MACHINE_ENDED)
        snprintf(text, sizeof text, "the run has ended, status %d%s%s",
                 stop->status, stop->text[0] != '\0' ? ": " : "", stop->text);
    else
        snprintf(text, sizeof text, "the run cannot go on: %s", stop->text);
    gdb_console_line(g, text);
    gdb_note_stop(g, GDB_SIGNAL_TRAP, "replaylog:end;");
}

void gdb_run_stand(struct gdb *g)
{
    gdb_note_stop(g, GDB_SIGNAL_TRAP, "");
}

void gdb_run_why(struct gdb *g, const char *args, size_t n)
{
    (void)args, (void)n;
    gdb_run_stand(g);
    gdb_say_stop(g);
}

static void note_hit(struct gdb *g, const struct target_stop *stop,
                     bool forward)
{
    const struct gdb_point *p = gdb_point_of(g, stop->number);
    struct machine_stop step;
    if (p == NULL) { /* of `monitor break` */
        gdb_console_line(g, stop->text);
        gdb_note_stop(g, GDB_SIGNAL_TRAP, "");
    } else if (gdb_point_is_watch(p)) {
        if (!forward)
            history_step(g->target->history, &step);
        gdb_note_watch(g, p);
    } else {
        gdb_note_breakpoint(g, p);
    }
}

void gdb_note_target_stop(struct gdb *g, const struct target_stop *stop,
                          bool forward)
{
    switch (stop->reason) {
    case TARGET_BREAK:
        note_hit(g, stop, forward);
        break;
    case TARGET_ENDED:
    case TARGET_DEAD:
        gdb_note_end(g, &stop->machine);
        break;
    case TARGET_FIRST:
        gdb_note_stop(g, GDB_SIGNAL_TRAP, "replaylog:begin;");
        break;
    case TARGET_WANTS_INPUT:
    case TARGET_POLLED:
        gdb_note_stop(g, GDB_SIGNAL_INT, "");
        break;
    case TARGET_DONE:
        gdb_note_stop(g, GDB_SIGNAL_TRAP, "");
        break;
    }
}
