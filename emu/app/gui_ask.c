/*
 * gui_ask.c - what a person asks the window for, carried out. See gui.h.
 */
#include "gui.h"

#include "recorder.h"

#include "../view/picture.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The run is made again, and recorded: the window waits for it, and says so. */
static void save_branch(struct gui *g, const char *path)
{
    struct complaint why = {.text = ""};
    char said[300];
    snprintf(said, sizeof said, "saving %s: the branch is run once more", path);
    view_say(g->view, said);
    gui_draw(g);
    if (recording_write_branch(g->session, path, &why) == 0) {
        snprintf(said, sizeof said, "saved %s: replay it, or open it here",
                 path);
    } else {
        said[0] = '\0';
        snprintf(g->notice, sizeof g->notice, "%s", why.text);
    }
    view_say(g->view, said);
}

static void save_branch_by_clock(struct gui *g)
{
    char name[64];
    snprintf(name, sizeof name, "sallyport-%" PRIu64 ".db",
             history_newest(g->history).clock);
    save_branch(g, name);
}

/* "break call write", "3:main", "to copyout": the find field takes these too.
 */
static bool about_breakpoints(struct gui *g, const char *text)
{
    bool words = strncmp(text, "break ", 6) == 0;
    if (strncmp(text, "to ", 3) == 0)
        gui_run_to_text(g, text + 3);
    else if (words || strchr(text, ':') != NULL)
        gui_break_text(g, words ? text + 6 : text);
    else
        return false;
    return true;
}

static void look_up(struct gui *g, const char *text)
{
    struct stage_found found;
    if (about_breakpoints(g, text))
        return;
    if (strncmp(text, "save ", 5) == 0) {
        save_branch(g, text + 5);
        return;
    }
    if (!stage_find(g->stage, text, &found, g->notice, sizeof g->notice))
        return;
    char filter[32];
    switch (found.what) {
    case FOUND_CROSSING:
        view_select(g->view, found.value);
        break;
    case FOUND_PID:
        snprintf(filter, sizeof filter, "pid %" PRIu64, found.value);
        view_set_filter(g->view, filter);
        break;
    case FOUND_ADDRESS:
        view_look_at(g->view, found.value);
        break;
    case FOUND_CLOCK:
        gui_wish(g, WISH_CLOCK, found.value);
        break;
    }
}

static void save_picture(struct gui *g)
{
    char name[64];
    int w, h;
    window_size(g->window, &w, &h);
    snprintf(name, sizeof name, "sallyport-%" PRIu64 ".png",
             machine_clock(g->machine));
    view_frame(g->view, &g->scene);
    if (picture_save(g->view, name, w, h, g->notice, sizeof g->notice) != 0)
        return;
    char said[96];
    snprintf(said, sizeof said, "saved %s", name);
    view_say(g->view, said);
}

/* ---- Typing ---- */

static size_t current_branch(const struct gui *g)
{
    struct branch_info info;
    size_t n = history_branch_count(g->history);
    for (size_t i = 0; i < n; i++)
        if (history_branch(g->history, i, &info) && info.current)
            return i;
    return 0;
}

static void say_branch(struct gui *g)
{
    char said[160], clock[32];
    snprintf(said, sizeof said,
             "branch %zu begins at clock %s: the old future stays, under "
             "Branches (B)",
             current_branch(g) + 1,
             number_text(clock, machine_clock(g->machine)));
    view_say(g->view, said);
}

static void type(struct gui *g, const struct view_request *request)
{
    bool past = history_in_past(g->history);
    history_input(g->history, (const uint8_t *)request->text,
                  request->text_bytes, false);
    if (past) {
        gui_branch_changed(g);
        say_branch(g);
    }
    stage_typed(g->stage, current_branch(g), request->text,
                request->text_bytes);
    if (g->run == RUN_WAITING)
        g->run = RUN_RUNNING;
}

/* ---- All ---- */

/* The crossing that a command names, or the one that the window is about. */
static uint64_t crossing_of(const struct gui *g, uint64_t number)
{
    return number ? number : g->scene.now.number;
}

void gui_carry_out(struct gui *g, const struct view_request *request)
{
    switch (request->command) {
    case CMD_NONE:
        break;
    case CMD_RUN:
        gui_toggle_run(g);
        break;
    case CMD_FIRST_MOMENT:
        gui_wish(g, WISH_MOMENT, 0);
        g->wish.moment = history_first(g->history);
        break;
    case CMD_NEWEST_MOMENT:
        view_select(g->view, 0);
        if (history_in_past(g->history)) {
            gui_wish(g, WISH_MOMENT, 0);
            g->wish.moment = history_newest(g->history);
        }
        break;
    case CMD_GO_TRAP:
        gui_wish(g, WISH_TRAP, crossing_of(g, request->arg));
        break;
    case CMD_GO_END:
        gui_wish(g, WISH_END, crossing_of(g, request->arg));
        break;
    case CMD_SCRUB:
        view_select(g->view, 0);
        gui_wish(g, WISH_POSITION, request->arg);
        break;
    case CMD_LAST_WRITE:
        gui_wish(g, WISH_WRITE, request->arg);
        break;
    case CMD_SWITCH:
        gui_wish(g, WISH_BRANCH, request->arg - 1);
        break;
    case CMD_BREAK:
        gui_break(g, request->arg);
        break;
    case CMD_UNBREAK:
        gui_unbreak(g, (unsigned)request->arg);
        break;
    case CMD_RUN_TO:
        gui_run_to(g, request->arg);
        break;
    case CMD_TYPE:
        type(g, request);
        break;
    case CMD_LOOK_UP:
        look_up(g, request->text);
        break;
    case CMD_SAVE_PICTURE:
        save_picture(g);
        break;
    case CMD_SAVE_BRANCH:
        save_branch_by_clock(g);
        break;
    case CMD_QUIT:
        g->quit = true;
        break;
    default:
        /* a key while the guest runs, or during a step, stops that */
        if (g->run == RUN_RUNNING) {
            g->run = RUN_PAUSED;
            gui_forget_run_to(g);
        } else {
            gui_step(g, request->command);
        }
        break;
    }
}
