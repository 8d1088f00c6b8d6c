/*
 * gui_break.c - the window's breakpoints: set by a click in the margin, by a
 * key at the current line, or by their text. See gui.h.
 */
#include "gui.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The text of a place in the code that is shown (command.h). */
static bool place_text(const struct gui *g, uint64_t place, char *text,
                       size_t n)
{
    const struct scene *s = &g->scene;
    bool kernel = place ? place >> 61 & 1 : !s->user.running;
    const struct scene_side *side = kernel ? &s->kernel : &s->user;
    uint64_t value = place & ((UINT64_C(1) << 61) - 1);
    uint64_t va = side->pc;
    bool line = place >> 62 & 1;
    if (place == 0 && side->file && side->line && !side->in_call[0]) {
        value = side->line;
        line = true;
    }
    if (line && side->file) {
        snprintf(text, n, "%s:%" PRIu64, side->file, value);
        return true;
    }
    if (place >> 63 && value < side->insns)
        va = side->insn[value].va;
    if (kernel)
        snprintf(text, n, "kernel:0x%" PRIx64, va);
    else if (s->user_pid)
        snprintf(text, n, "%d:0x%" PRIx64, s->user_pid, va);
    else
        snprintf(text, n, "0x%" PRIx64, va);
    return side->present && !line;
}

static unsigned find_same(const struct gui *g, const char *text)
{
    const struct breaks *b = g->target.breaks;
    for (size_t i = 0; i < breaks_count(b); i++)
        if (strcmp(breaks_at(b, i)->text, text) == 0)
            return breaks_at(b, i)->number;
    return 0;
}

/* During a step what is armed stays as it is. */
static bool busy(struct gui *g)
{
    if (!g->stepping && g->run != RUN_RUNNING)
        return false;
    snprintf(g->notice, sizeof g->notice,
             "breakpoints: while nothing runs only: Esc, or R, stops it");
    return true;
}

void gui_break_text(struct gui *g, const char *text)
{
    char said[240];
    if (busy(g))
        return;
    unsigned number =
        breaks_add(g->target.breaks, text, g->notice, sizeof g->notice);
    if (number == 0)
        return;
    const struct breakpoint *b = breaks_find(g->target.breaks, number);
    bool place = b->kind == BREAK_FUNCTION || b->kind == BREAK_LINE;
    snprintf(said, sizeof said,
             "breakpoint %u: %s%s; all of them: K; R runs to it, Shift R back",
             number, text, place && b->found == 0 ? " (not there yet)" : "");
    view_say(g->view, said);
}

void gui_break(struct gui *g, uint64_t place)
{
    char text[BREAK_TEXT], said[200];
    if (busy(g))
        return;
    if (!place_text(g, place, text, sizeof text)) {
        snprintf(g->notice, sizeof g->notice, "breakpoint: no code is there");
        return;
    }
    unsigned number = find_same(g, text);
    if (number == 0) {
        gui_break_text(g, text);
        return;
    }
    breaks_delete(g->target.breaks, number);
    snprintf(said, sizeof said, "no breakpoint at %s any more", text);
    view_say(g->view, said);
}

void gui_unbreak(struct gui *g, unsigned number)
{
    if (!busy(g))
        breaks_delete(g->target.breaks, number);
}

/* ---- Running to a place ---- */

void gui_run_to_text(struct gui *g, const char *text)
{
    if (busy(g))
        return;
    if (!gui_can_move(g)) {
        snprintf(g->notice, sizeof g->notice, "run to: nothing more can run");
        return;
    }
    unsigned number =
        breaks_add(g->target.breaks, text, g->notice, sizeof g->notice);
    if (number == 0)
        return;
    breaks_set_temporary(g->target.breaks, number);
    g->run_to = number;
    g->run = RUN_PAUSED;
    gui_toggle_run(g);
}

void gui_run_to(struct gui *g, uint64_t place)
{
    char text[BREAK_TEXT];
    if (place_text(g, place, text, sizeof text))
        gui_run_to_text(g, text);
}

/* One that was not reached: whoever pauses does not want it any more. */
void gui_forget_run_to(struct gui *g)
{
    if (g->run_to == 0)
        return;
    breaks_delete(g->target.breaks, g->run_to);
    g->run_to = 0;
}

/* ---- Stopped by one ---- */

void gui_stopped_at(struct gui *g, const struct target_stop *stop)
{
    if (stop->number == g->run_to)
        g->run_to = 0; /* gone by itself */
    g->run = RUN_PAUSED;
    view_say(g->view, stop->text);
    g->dirty = true;
}

void gui_run_back(struct gui *g)
{
    struct target_stop stop;
    if (breaks_count(g->target.breaks) == 0) {
        history_goto(g->history, history_first(g->history));
        return;
    }
    target_run(&g->target, TARGET_BACKWARD, 0, &stop);
    if (stop.reason == TARGET_BREAK)
        view_say(g->view, stop.text);
    else if (stop.reason == TARGET_FIRST)
        view_say(g->view, "run back: no breakpoint before; this is where the "
                          "history begins");
}
