/*
 * gui_step.c - one step of the window's guest, forwards or back. See gui.h.
 */
#include "gui.h"

#include <stdio.h>

struct stepper gui_stepper(struct gui *g)
{
    return (struct stepper){.machine = g->machine,
                            .tracker = g->session->tracker,
                            .history = g->history,
                            .poll = gui_poll,
                            .poll_ctx = g};
}

static struct step_result step(struct gui *g, enum command command)
{
    struct stepper s = gui_stepper(g);
    switch (command) {
    case CMD_STEP_LINE:
        return step_line(&s, STEP_INTO);
    case CMD_INTO_TRAP:
        return step_into_trap(&s);
    case CMD_OUT_TO_USER:
        return step_out_to_user(&s);
    case CMD_NEXT_CROSSING:
        return step_next_crossing(&s, 0);
    default:
        return step_instruction(&s);
    }
}

/* False: there is nothing before. */
static bool go_back(struct gui *g, enum command command)
{
    const struct crossing *c = tracker_current(g->session->tracker);
    switch (command) {
    case CMD_BACK_CROSSING_OWN:
        return history_back_crossing(g->history,
                                     tracker_current_pid(g->session->tracker));
    case CMD_BACK_OUT:
        return c != NULL && history_goto_crossing(g->history, c->number);
    case CMD_RUN_BACK:
        return history_goto(g->history, history_first(g->history));
    case CMD_BACK_CROSSING:
        return history_back_crossing(g->history, 0);
    default:
        return history_step_back(g->history);
    }
}

/* Forwards it may have come to an end, or to where the guest waits. */
static void after_step(struct gui *g, enum command command,
                       const struct step_result *r)
{
    g->waiting_for = CMD_NONE;
    g->stepping = false;
    if (r->reason == STEP_ENDED || r->reason == STEP_DEAD) {
        gui_react(g, &r->machine);
    } else if (r->reason == STEP_WANTS_INPUT) {
        g->waiting_for = command;
        gui_wait_for(g, UINT64_MAX);
    } else {
        g->run = RUN_PAUSED;
    }
    gui_note_seen(g);
    gui_check_limit(g);
}

static void begin_step(struct gui *g)
{
    stage_mark(g->stage);
    view_select(g->view, 0);
    g->run = RUN_RUNNING;
    g->stepping = true;
    g->how[0] = '\0';
    g->dirty = true;
}

static void step_forward(struct gui *g, enum command command)
{
    if (!gui_can_move(g)) {
        snprintf(g->notice, sizeof g->notice,
                 "%s: nothing more can run; Shift and S, L or C go back",
                 command_name(command));
        return;
    }
    begin_step(g);
    history_pace_idle(g->history, false);
    struct step_result r = step(g, command);
    history_pace_idle(g->history, true);
    after_step(g, command, &r);
}

static void step_back(struct gui *g, enum command command)
{
    begin_step(g);
    bool moved = go_back(g, command);
    g->stepping = false;
    gui_arrived(g);
    if (!moved)
        snprintf(g->notice, sizeof g->notice,
                 "%s: there is nothing before this in the history",
                 command_name(command));
}

void gui_step(struct gui *g, enum command command)
{
    bool back = command_row_back(command) != NULL;
    if (back)
        step_back(g, command);
    else
        step_forward(g, command);
}
