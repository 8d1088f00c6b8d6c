/*
 * cmd_gui.c - `sallyport gui`: the window over a running guest. One loop: take
 * events, let the guest run a slice, draw what changed. While nothing runs the
 * loop sleeps until an event comes.
 *
 * What can go wrong while it is open is told in its status bar; only its user
 * closes it.
 */
#include "gui.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Drawing ---- */

static void set_title(struct gui *g)
{
    static const char *const runs[] = {"paused", "running", "waiting", "ended",
                                       "stopped"};
    char title[360], number[40];
    const struct scene_side *side =
        g->scene.user.running ? &g->scene.user : &g->scene.kernel;
    snprintf(title, sizeof title,
             "sallyport - %s - %s%s - #%s %.60s - %s pc 0x%" PRIx64,
             g->scene.program, runs[g->run],
             g->scene.past.past ? " in the past" : "",
             scene_number(&g->scene, g->scene.now.number, number),
             g->scene.now.present ? g->scene.now.what : "no crossing",
             side->where, side->pc);
    window_title(g->window, title);
}

/* A recording that was changed, or a fault of ours: told once. */
static void tell_divergence(struct gui *g)
{
    if (g->divergence_told || !history_diverged(g->history))
        return;
    g->divergence_told = true;
    snprintf(g->notice, sizeof g->notice,
             "the run does not go as it was recorded, or as it went the first "
             "time: this is what happens now");
}

void gui_draw(struct gui *g)
{
    tell_divergence(g);
    struct stage_want want = {.run = g->run,
                              .how = g->how[0] ? g->how : NULL,
                              .notice = g->notice[0] ? g->notice : NULL,
                              .breaks = g->target.breaks,
                              .selected = view_selected(g->view)};
    want.has_va = view_address(g->view, &want.va);
    view_tick(g->view, window_clock_ms());
    if (g->still)
        snprintf(g->scene.headline, sizeof g->scene.headline,
                 "looking for it in the past; Esc stops");
    else
        stage_fill(g->stage, &want, &g->scene);
    view_frame(g->view, &g->scene);
    struct box area[VIEW_DAMAGE_MAX];
    size_t n = view_damage(g->view, area, VIEW_DAMAGE_MAX);
    cairo_surface_t *surface = window_surface(g->window);
    double k = view_scale(g->view);
    if (n && surface) {
        cairo_t *cr = cairo_create(surface);
        cairo_scale(cr, k, k);
        for (size_t i = 0; i < n; i++) {
            view_paint(g->view, cr, area[i]);
            area[i] =
                BOX(area[i].x * k, area[i].y * k, area[i].w * k, area[i].h * k);
        }
        cairo_destroy(cr);
        window_show(g->window, area, n);
    }
    set_title(g);
    g->dirty = false;
    g->drawn_ms = window_clock_ms();
}

static void resize(struct gui *g)
{
    struct looks looks;
    struct complaint unused;
    int w, h;
    window_size(g->window, &w, &h);
    looks_read(g->options, &looks, &unused); /* was read at the start */
    view_resize(g->view, w, h, looks.scale);
    g->dirty = true;
}

/* ---- Events ---- */

/* Esc: what takes long is stopped where it is. */
static void stop_long_way(struct gui *g)
{
    gui_cancel(g);
    if (g->run == RUN_RUNNING && g->stepping)
        g->run = RUN_PAUSED;
}

static void take_event(struct gui *g, const struct window_event *event)
{
    struct view_request request;
    switch (event->kind) {
    case WINDOW_CLOSED:
        g->quit = true;
        break;
    case WINDOW_RESIZED:
        resize(g);
        break;
    case WINDOW_EXPOSED:
        view_damage_all(g->view);
        break;
    case WINDOW_INPUT:
        if (event->input.kind != VIEW_MOVE && event->input.kind != VIEW_LEAVE)
            g->notice[0] = '\0';
        if (event->input.kind == VIEW_KEY && event->input.key == KEY_ESCAPE)
            stop_long_way(g);
        request = view_input(g->view, &event->input);
        gui_carry_out(g, &request);
        break;
    }
    g->dirty = true;
}

void gui_take_events(struct gui *g, int timeout_ms)
{
    struct window_event event;
    while (!g->quit && window_wait(g->window, timeout_ms, &event)) {
        take_event(g, &event);
        timeout_ms = 0;
    }
}

bool gui_poll(void *ctx)
{
    struct gui *g = ctx;
    if (g->script != NULL && !history_in_past(g->history))
        script_advance(g->script);
    if (window_clock_ms() - g->drawn_ms < FRAME_MS)
        return true;
    gui_take_events(g, 0);
    gui_draw(g);
    return !g->quit && g->run == RUN_RUNNING;
}

/* ---- The loop ---- */

static int patience(const struct gui *g)
{
    if (g->run == RUN_RUNNING || g->wish.kind != WISH_NONE)
        return 0;
    if (g->dirty)
        return 0;
    if (view_moving(g->view))
        return MOTION_MS;
    if (g->run == RUN_WAITING && g->deadline != UINT64_MAX)
        return FRAME_MS;
    return -1;
}

static void loop(struct gui *g)
{
    while (!g->quit) {
        gui_take_events(g, patience(g));
        if (view_moving(g->view))
            g->dirty = true;
        if (g->run == RUN_WAITING)
            gui_pass_time(g);
        if (g->wish.kind != WISH_NONE)
            gui_grant(g);
        else if (g->run == RUN_RUNNING && g->waiting_for != CMD_NONE)
            gui_step(g, g->waiting_for);
        else if (g->run == RUN_RUNNING)
            gui_run_slice(g);
        bool due = window_clock_ms() - g->drawn_ms >= FRAME_MS;
        bool busy = g->run == RUN_RUNNING || g->wish.kind != WISH_NONE;
        if (!g->dirty || (busy && !due))
            continue;
        gui_draw(g);
        if (!busy && !view_scrubbing(g->view))
            gui_fetch(g);
    }
}

/* ---- Opening ---- */

/* The window as it was left, but for what the options say. */
static void take_up(struct gui *g, struct looks *looks)
{
    char reason[300];
    if (kept_read(&g->kept, reason, sizeof reason) != 0) {
        fprintf(stderr, "sallyport: %s\n", reason);
        snprintf(g->notice, sizeof g->notice, "%s", reason);
    }
    if (g->options->palette != NULL)
        g->kept.layout.dark = looks->dark;
    if (g->options->size == NULL && g->kept.width > 0) {
        looks->width = g->kept.width;
        looks->height = g->kept.height;
    }
}

static void leave_behind(struct gui *g)
{
    char reason[300];
    window_size(g->window, &g->kept.width, &g->kept.height);
    g->kept.layout = view_layout(g->view);
    if (kept_write(&g->kept, reason, sizeof reason) != 0)
        fprintf(stderr, "sallyport: %s\n", reason);
}

/* A recording's boot page says which program it is of. */
static void name_program(struct gui *g)
{
    const char *page = g->session->boot.page;
    const char *arg =
        g->session->recorded && page ? strstr(page, "arg=") : NULL;
    snprintf(g->program, sizeof g->program, "%s", looks_program(g->options));
    if (g->session->recorded == NULL)
        return;
    size_t n = arg ? strcspn(arg + 4, "\n") : 0;
    const char *path = arg ? arg + 4 : "sh";
    for (size_t i = 0; i + 1 < n; i++)
        if (arg[4 + i] == '/')
            path = arg + 4 + i + 1;
    n = arg ? n - (size_t)(path - (arg + 4)) : 2;
    snprintf(g->program, sizeof g->program, "%.*s", (int)n, path);
}

static int open_all(struct gui *g, struct looks *looks, struct complaint *why)
{
    char reason[256], title[96];
    struct session_desc desc = {
        .options = g->options, .track = true, .history = true};
    int status = session_open(&desc, &g->session, why);
    if (status != 0)
        return status;
    g->options = g->session->options; /* a recording's own */
    g->machine = g->session->machine;
    g->history = g->session->history;
    if (g->options->script != NULL)
        status = script_open(g->options->script, &g->script, why);
    if (status != 0)
        return status;
    if (g->script != NULL)
        script_attach(g->script, g->machine, g->history);
    struct stage_desc stage = {.machine = g->machine,
                               .tracker = g->session->tracker,
                               .sources = g->session->sources,
                               .history = g->history,
                               .program = g->program};
    name_program(g);
    g->target = (struct target){.machine = g->machine,
                                .tracker = g->session->tracker,
                                .history = g->history,
                                .sources = g->session->sources,
                                .poll = gui_poll,
                                .poll_ctx = g};
    if (!target_open(&g->target))
        return complain(why, APP_UNUSABLE, "gui: out of memory");
    g->stage = stage_create(&stage);
    g->view = view_create();
    if (!g->stage || !g->view)
        return complain(why, APP_UNUSABLE, "gui: out of memory");
    take_up(g, looks);
    snprintf(title, sizeof title, "sallyport - %.60s", stage.program);
    if (window_open(title, looks->width, looks->height, &g->window, reason,
                    sizeof reason) != 0)
        return complain(why, APP_UNUSABLE, "%s", reason);
    return 0;
}

/* replay --gui --goto N: to that crossing's trap. */
static int go_to_wanted(struct gui *g, struct complaint *why)
{
    uint64_t number = g->options->go_to;
    struct recorded *recorded = g->session->recorded;
    struct moment at;
    if (number == 0 || recorded == NULL)
        return 0;
    if (!recorded_moment(recorded, number, &at) ||
        !history_goto(g->history, at))
        return complain(why, APP_UNUSABLE,
                        "--goto %llu: the recording has no such crossing",
                        (unsigned long long)number);
    view_select(g->view, number);
    gui_arrived(g);
    return 0;
}

int cmd_gui(const struct options *options, struct complaint *why)
{
    struct looks looks;
    int status = looks_read(options, &looks, why);
    struct gui *g = calloc(1, sizeof *g);
    if (!g)
        abort();
    g->options = options;
    g->slice = 200000;
    if (status == 0)
        status = open_all(g, &looks, why);
    if (status == 0) {
        resize(g);
        view_set_layout(g->view, &g->kept.layout);
        if (g->options->program_count > 0 && !g->options->bare)
            gui_boot(g);
        else if (!g->options->bare)
            g->run = RUN_RUNNING; /* the shell: to its prompt */
        history_pace_idle(g->history, true);
        status = go_to_wanted(g, why);
    }
    if (status == 0) {
        loop(g);
        if (g->session->recorded == NULL) /* what it leaves behind */
            history_goto(g->history, history_newest(g->history));
        leave_behind(g);
        status = session_finish(g->session, g->status, why);
    }
    window_close(g->window);
    view_destroy(g->view);
    stage_destroy(g->stage);
    if (g->target.private != NULL)
        target_close(&g->target);
    script_close(g->script);
    session_close(g->session);
    free(g);
    return status;
}
