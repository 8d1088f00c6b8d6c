/*
 * gui_run.c - the window's guest runs on: in slices, so that the window stays
 * alive, and in real time while it sleeps. See gui.h.
 */
#include "gui.h"

#include "../platform/platform.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define CLOCK_PER_MS (PLAT_TIMEBASE_HZ / 1000 * PLAT_CLOCK_PER_TICK)
#define BOOT_CLOCK   UINT64_C(50000000) /* a program not begun by then: pause */

/* ---- How it goes on or ends ---- */

static void end_here(struct gui *g, enum scene_run run, int status)
{
    g->run = run;
    g->status = status;
    g->ending = (struct ending){.known = true, .run = run};
    snprintf(g->ending.how, sizeof g->ending.how, "%s", g->how);
}

static void tell_end(struct gui *g, const struct machine_stop *stop)
{
    char text[160];
    if (tracker_panicked(g->session->tracker, text, sizeof text))
        snprintf(g->how, sizeof g->how, "ended: kernel panic: %s", text);
    else if (stop->text[0])
        snprintf(g->how, sizeof g->how, "ended with status %d: %s",
                 stop->status, stop->text);
    else if (stop->status > 128)
        snprintf(g->how, sizeof g->how,
                 "ended with status %d: killed by signal %d", stop->status,
                 stop->status - 128);
    else
        snprintf(g->how, sizeof g->how, "ended with status %d", stop->status);
    end_here(g, RUN_ENDED, stop->status);
}

void gui_wait_for(struct gui *g, uint64_t deadline)
{
    g->run = RUN_WAITING;
    g->deadline = deadline;
    g->waited_ms = window_clock_ms();
    g->waited_clock = machine_clock(g->machine);
    snprintf(g->how, sizeof g->how, "%s",
             deadline == UINT64_MAX
                 ? "the guest waits for input: Tab, then type"
                 : "the guest sleeps; Tab, then type");
}

/* The script's next step comes before this deadline: time goes there. */
static bool script_goes_on(struct gui *g, uint64_t deadline)
{
    if (g->script == NULL)
        return false;
    uint64_t until = script_advance(g->script);
    until = until < deadline ? until : deadline;
    if (machine_input_pending(g->machine) == 0 && until == UINT64_MAX)
        return false;
    if (until != UINT64_MAX)
        history_idle(g->history, until);
    return true;
}

void gui_react(struct gui *g, const struct machine_stop *stop)
{
    g->dirty = true;
    switch (stop->reason) {
    case MACHINE_ENDED:
        tell_end(g, stop);
        break;
    case MACHINE_DEAD:
        snprintf(g->how, sizeof g->how, "stopped: %s", stop->text);
        end_here(g, RUN_DEAD, APP_LIMIT);
        break;
    case MACHINE_WANTS_INPUT:
        if (!script_goes_on(g, stop->deadline))
            gui_wait_for(g, stop->deadline);
        break;
    case MACHINE_LIMIT:
    case MACHINE_STOPPED:
        break;
    }
}

bool gui_can_move(const struct gui *g)
{
    return g->run != RUN_ENDED && g->run != RUN_DEAD;
}

/* --max-insns: the window pauses, and says why. */
void gui_check_limit(struct gui *g)
{
    const struct cpu *cpu = machine_cpu(g->machine);
    if (!gui_can_move(g) ||
        cpu_executed(cpu) + cpu_traps(cpu) < g->options->max_insns)
        return;
    snprintf(g->how, sizeof g->how, "stopped: --max-insns %" PRIu64 " reached",
             g->options->max_insns);
    end_here(g, RUN_DEAD, APP_LIMIT);
}

/* ---- Running ---- */

void gui_toggle_run(struct gui *g)
{
    if (!gui_can_move(g)) {
        snprintf(g->notice, sizeof g->notice,
                 "run: nothing more can run; Shift and S, L or C go back");
        return;
    }
    bool paused = g->run == RUN_PAUSED;
    if (!paused)
        gui_forget_run_to(g);
    if (paused) {
        stage_mark(g->stage);
        view_select(g->view, 0);
    }
    g->run = paused ? RUN_RUNNING : RUN_PAUSED;
    g->waiting_for = CMD_NONE;
    g->how[0] = '\0';
}

void gui_adapt_slice(struct gui *g, uint64_t took_ms)
{
    if (took_ms < SLICE_MS / 2 && g->slice < UINT64_C(200000000))
        g->slice += g->slice / 2;
    else if (took_ms > SLICE_MS * 2 && g->slice > 20000)
        g->slice /= 2;
}

/* With breakpoints they are looked out for. */
static void run_to_clock(struct gui *g, uint64_t until,
                         struct machine_stop *stop)
{
    struct target_stop at;
    if (breaks_count(g->target.breaks) == 0) {
        history_run(g->history, until, stop);
        return;
    }
    target_run(&g->target, TARGET_FORWARD, until, &at);
    *stop = at.machine;
    if (at.reason != TARGET_BREAK)
        return;
    stop->reason = MACHINE_STOPPED;
    gui_stopped_at(g, &at);
}

void gui_run_slice(struct gui *g)
{
    struct machine_stop stop;
    uint64_t start = window_clock_ms();
    uint64_t until = machine_clock(g->machine) + g->slice;
    if (g->script != NULL && !history_in_past(g->history)) {
        uint64_t bound = script_advance(g->script);
        until = bound < until ? bound : until;
    }
    run_to_clock(g, until, &stop);
    gui_adapt_slice(g, window_clock_ms() - start);
    gui_react(g, &stop);
    gui_note_seen(g);
    gui_check_limit(g);
}

void gui_pass_time(struct gui *g)
{
    uint64_t ms = window_clock_ms() - g->waited_ms;
    uint64_t now = g->waited_clock + ms * CLOCK_PER_MS;
    if (g->deadline == UINT64_MAX)
        return;
    history_idle(g->history, now < g->deadline ? now : g->deadline);
    if (now >= g->deadline)
        g->run = RUN_RUNNING;
    g->dirty = true;
}

/* ---- The beginning ---- */

/* The program asked for is about to run its first instruction. */
static void on_event(void *ctx, const struct event *event)
{
    struct gui *g = ctx;
    if (g->begun || event->kind != EVENT_LEAVE)
        return;
    const struct process *p = tracker_process(g->session->tracker, event->pid);
    if (!p || strcmp(p->name, g->program) != 0)
        return;
    g->begun = true;
    machine_request_stop(g->machine);
}

void gui_boot(struct gui *g)
{
    struct machine_stop stop = {.reason = MACHINE_LIMIT};
    tracker_listen(g->session->tracker, on_event, g);
    while (!g->begun && machine_clock(g->machine) < BOOT_CLOCK &&
           (stop.reason == MACHINE_LIMIT || stop.reason == MACHINE_STOPPED))
        history_run(g->history, BOOT_CLOCK, &stop);
    tracker_unlisten(g->session->tracker, g);
    while (g->begun && cpu_privilege(machine_cpu(g->machine)) != CPU_U &&
           stop.reason != MACHINE_ENDED)
        history_step(g->history, &stop);
    if (stop.reason != MACHINE_LIMIT && stop.reason != MACHINE_STOPPED)
        gui_react(g, &stop);
    gui_note_seen(g);
}
