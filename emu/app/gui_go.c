/*
 * gui_go.c - the window goes to another moment: one that was named, the one
 * under the timeline's cursor while it is dragged, or another branch's. See
 * gui.h.
 *
 * What was seen of a branch is reached at once, by a snapshot. What is known
 * but was never run here (a recording's future, a branch that is taken up) is
 * run through in slices, and shown going on.
 */
#include "gui.h"

#include "../view/spans.h"

#include <inttypes.h>
#include <stdio.h>

void gui_note_seen(struct gui *g)
{
    struct moment now = history_now(g->history);
    if (moment_compare(g->seen, now) < 0)
        g->seen = now;
}

void gui_arrived(struct gui *g)
{
    bool end = g->ending.known && !history_in_past(g->history);
    gui_note_seen(g);
    g->run = end ? g->ending.run : RUN_PAUSED;
    snprintf(g->how, sizeof g->how, "%s", end ? g->ending.how : "");
    g->waiting_for = CMD_NONE;
    g->dirty = true;
}

void gui_branch_changed(struct gui *g)
{
    stage_branch_changed(g->stage);
    g->seen = history_now(g->history);
    g->ending.known = false;
    script_close(g->script); /* what it waited for was another future's */
    g->script = NULL;
}

void gui_wish(struct gui *g, enum wish_kind kind, uint64_t value)
{
    g->wish = (struct wish){.kind = kind, .value = value};
    gui_forget_run_to(g);
    if (g->run == RUN_RUNNING || g->run == RUN_WAITING)
        g->run = RUN_PAUSED;
}

void gui_cancel(struct gui *g)
{
    if (g->wish.kind == WISH_NONE)
        return;
    g->wish.kind = WISH_NONE;
    gui_arrived(g);
}

/* ---- On the way ---- */

/* Runs on towards what was not seen yet. True: as far as that is needed. */
static bool come_close(struct gui *g, uint64_t clock)
{
    struct machine_stop stop;
    uint64_t start = window_clock_ms();
    if (clock <= g->seen.clock)
        return true;
    if (moment_compare(history_now(g->history), g->seen) != 0)
        history_goto(g->history, g->seen);
    uint64_t from = machine_clock(g->machine), until = from + g->slice;
    history_run(g->history, until < clock ? until : clock, &stop);
    gui_adapt_slice(g, window_clock_ms() - start);
    gui_note_seen(g);
    return machine_clock(g->machine) >= clock ||
           machine_clock(g->machine) == from || !history_in_past(g->history);
}

static void there(struct gui *g, bool reached, const char *what)
{
    if (!reached)
        snprintf(g->notice, sizeof g->notice, "%s", what);
    g->wish.kind = WISH_NONE;
    gui_arrived(g);
}

static void go_moment(struct gui *g, struct moment to)
{
    if (come_close(g, to.clock))
        there(g, history_goto(g->history, to),
              "go: that moment is not in this history");
}

static void go_clock(struct gui *g, uint64_t clock)
{
    char what[120];
    uint64_t first = history_first(g->history).clock;
    uint64_t newest = history_newest(g->history).clock;
    snprintf(what, sizeof what,
             "clock %" PRIu64 ": this history goes from %" PRIu64
             " to %" PRIu64,
             clock, first, newest);
    if (clock < first || clock > newest)
        there(g, false, what);
    else if (come_close(g, clock))
        there(g, history_goto_clock(g->history, clock), what);
}

/* ---- Scrubbing ---- */

/* The cursor is an instruction; idling that is not known to the timeline yet
 * makes the clock a little different. */
static void go_position(struct gui *g, uint64_t position)
{
    uint64_t first = history_first(g->history).clock;
    uint64_t newest = history_newest(g->history).clock;
    uint64_t clock = spans_clock(g->scene.spans, position);
    clock = clock < first ? first : clock > newest ? newest : clock;
    if (!come_close(g, clock))
        return;
    if (clock == newest)
        there(g, history_goto(g->history, history_newest(g->history)), "");
    else
        there(g, history_goto_clock(g->history, clock), "");
}

/* ---- Crossings ---- */

static void go_trap(struct gui *g, uint64_t number)
{
    char what[80];
    struct moment at;
    int pid;
    snprintf(what, sizeof what, "#%" PRIu64 ": there is no such crossing",
             number);
    if (!tracker_when(g->session->tracker, number, &at.clock, &at.traps, &pid))
        there(g, false, what);
    else if (moment_compare(at, history_first(g->history)) < 0)
        there(g, false, "go: that is before this history begins");
    else
        go_moment(g, at);
}

/* From its trap on to where it is over. */
static void go_end(struct gui *g, uint64_t number)
{
    struct stepper s = gui_stepper(g);
    go_trap(g, number);
    if (g->wish.kind != WISH_NONE || g->notice[0])
        return;
    g->run = RUN_RUNNING; /* any key stops it */
    g->stepping = true;
    struct step_result r = step_next_crossing(&s, 0);
    if (r.reason == STEP_DONE)
        r = step_crossing_end(&s, number);
    g->stepping = false;
    gui_arrived(g);
}

static void go_write(struct gui *g, uint64_t va)
{
    struct sv39_walk walk = sv39_walk(g->machine, g->scene.bytes.root, va);
    char what[120];
    snprintf(what, sizeof what,
             "0x%" PRIx64 ": not written since this history began", va);
    uint64_t pa = g->scene.bytes.root ? walk.pa : va;
    if (g->scene.bytes.root && walk.why != SV39_OK) {
        there(g, false, "last write: nothing is mapped there");
        return;
    }
    bool found = history_last_write(g->history, pa, 1);
    there(g, found, what);
    snprintf(what, sizeof what,
             "0x%" PRIx64 " is written by the next instruction, for the last "
             "time until then",
             va);
    if (found)
        view_say(g->view, what);
}

/* ---- Branches ---- */

/* Takes it up, and goes on to its newest moment. */
static void go_branch(struct gui *g, size_t branch)
{
    struct branch_info info;
    if (!history_branch(g->history, branch, &info)) {
        there(g, false, "branch: there is no such branch");
        return;
    }
    if (!info.current) {
        history_switch(g->history, branch);
        gui_branch_changed(g);
    }
    g->wish = (struct wish){.kind = WISH_MOMENT,
                            .moment = history_newest(g->history)};
}

void gui_grant(struct gui *g)
{
    switch (g->wish.kind) {
    case WISH_NONE:
        break;
    case WISH_MOMENT:
        go_moment(g, g->wish.moment);
        break;
    case WISH_CLOCK:
        go_clock(g, g->wish.value);
        break;
    case WISH_POSITION:
        go_position(g, g->wish.value);
        break;
    case WISH_TRAP:
        go_trap(g, g->wish.value);
        break;
    case WISH_END:
        go_end(g, g->wish.value);
        break;
    case WISH_WRITE:
        go_write(g, g->wish.value);
        break;
    case WISH_BRANCH:
        go_branch(g, g->wish.value);
        break;
    }
    g->dirty = true;
}

/* ---- What the scene lacks ---- */

/* A program that has not run since the snapshot: its registers are read where
 * it trapped, by taking that trap once more. */
void gui_fetch(struct gui *g)
{
    struct moment at, now = history_now(g->history);
    struct machine_stop stop;
    if (!stage_lacks(g->stage, &at) || !history_in_past(g->history) ||
        moment_compare(at, g->fetched) == 0)
        return;
    g->fetched = at;
    if (!history_goto(g->history, at))
        return;
    history_step(g->history, &stop);
    history_goto(g->history, now);
    g->dirty = true;
}
