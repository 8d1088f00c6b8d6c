/*
 * gui_step.c - one step of the window's guest, forwards or back. See gui.h.
 */
#include "gui.h"

#include <stdio.h>

struct stepper gui_stepper(struct gui *g)
{
    return target_stepper(&g->target);
}

static struct step_result step(const struct stepper *s, void *ctx)
{
    const enum command *command = ctx;
    switch (*command) {
    case CMD_STEP_LINE:
        return step_line(s, STEP_INTO);
    case CMD_INTO_TRAP:
        return step_into_trap(s);
    case CMD_OUT_TO_USER:
        return step_out_to_user(s);
    case CMD_NEXT_CROSSING:
        return step_next_crossing(s, 0);
    default:
        return step_instruction(s);
    }
}

/* A breakpoint on the way ends a step that goes far. */
static struct step_result step_or_break(struct gui *g, enum command command)
{
    struct target_stop stop;
    struct stepper s = gui_stepper(g);
    if (breaks_count(g->target.breaks) == 0 || command == CMD_STEP_INSN)
        return step(&s, &command);
    target_step(&g->target, step, &command, &stop);
    if (stop.reason == TARGET_BREAK)
        gui_stopped_at(g, &stop);
    return (struct step_result){
        .reason = stop.reason == TARGET_ENDED         ? STEP_ENDED
                  : stop.reason == TARGET_DEAD        ? STEP_DEAD
                  : stop.reason == TARGET_WANTS_INPUT ? STEP_WANTS_INPUT
                                                      : STEP_DONE,
        .machine = stop.machine};
}

static struct step_result go_back(struct gui *g, enum command command)
{
    struct stepper s = gui_stepper(g);
    switch (command) {
    case CMD_RUN_BACK:
        gui_run_back(g);
        return (struct step_result){.reason = STEP_DONE};
    case CMD_BACK_LINE:
        return step_back_line(&s, STEP_INTO);
    case CMD_BACK_CROSSING_OWN:
        return step_back_crossing(&s, tracker_current_pid(g->session->tracker));
    case CMD_BACK_OUT:
        return step_back_out_of_trap(&s);
    case CMD_BACK_CROSSING:
        return step_back_crossing(&s, 0);
    default:
        return step_back_instruction(&s);
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
    gui_forget_run_to(g);
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
    struct step_result r = step_or_break(g, command);
    history_pace_idle(g->history, true);
    after_step(g, command, &r);
}

static void step_back(struct gui *g, enum command command)
{
    begin_step(g);
    g->still = true;
    struct step_result r = go_back(g, command);
    g->stepping = g->still = false;
    gui_arrived(g);
    if (r.reason == STEP_POLLED)
        snprintf(g->notice, sizeof g->notice, "%s: stopped, nothing moved",
                 command_name(command));
    else if (r.reason != STEP_DONE)
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
