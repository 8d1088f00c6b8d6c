/*
 * cmd_gui.c - `sallyport gui`: the window over a running guest. One loop: take
 * events, let the guest run a slice, draw what changed. While nothing runs the
 * loop sleeps until an event comes.
 *
 * What can go wrong while it is open is told in its status bar; only its user
 * closes it.
 */
#include "feed.h"
#include "kept.h"
#include "looks.h"
#include "session.h"
#include "window.h"

#include "../debug/stepping.h"
#include "../platform/platform.h"
#include "../view/picture.h"
#include "../view/stage.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define FRAME_MS     33
#define SLICE_MS     12
#define MOTION_MS    25 /* between frames of an animation */
#define CLOCK_PER_MS (PLAT_TIMEBASE_HZ / 1000 * PLAT_CLOCK_PER_TICK)
#define BOOT_CLOCK   UINT64_C(50000000) /* a program not begun by then: pause */

struct gui {
    const struct options *options;
    struct session *session;
    struct machine *machine;
    struct stage *stage;
    struct view *view;
    struct window *window;
    struct script *script; /* types beside the user; may be NULL */
    struct feed feed;      /* ... through this */
    struct kept kept;      /* from the run before, for the next */
    struct scene scene;
    enum scene_run run;
    char how[200];            /* how it ended, or what it waits for */
    char notice[256];         /* an error, until the next input */
    int status;               /* the guest's, once it has ended */
    uint64_t slice;           /* clock units that take about SLICE_MS */
    uint64_t drawn_ms;        /* when the last frame was drawn */
    uint64_t deadline;        /* WAITING: clock of the next timer event */
    uint64_t waited_ms;       /* ... and since when */
    uint64_t waited_clock;    /* ... in guest time */
    enum command waiting_for; /* a step that waits for input */
    const char *program;      /* to stop at when it begins, or NULL */
    bool begun, dirty, quit;
};

/* ---- Drawing ---- */

static void set_title(struct gui *g)
{
    static const char *const runs[] = {"paused", "running", "waiting", "ended",
                                       "stopped"};
    char title[320];
    const struct scene_side *side =
        g->scene.user.running ? &g->scene.user : &g->scene.kernel;
    snprintf(title, sizeof title,
             "sallyport - %s - %s - #%" PRIu64 " %.60s - %s pc 0x%" PRIx64,
             g->scene.program, runs[g->run], g->scene.now.number,
             g->scene.now.present ? g->scene.now.what : "no crossing",
             side->where, side->pc);
    window_title(g->window, title);
}

static void draw(struct gui *g)
{
    struct stage_want want = {.run = g->run,
                              .how = g->how[0] ? g->how : NULL,
                              .notice = g->notice[0] ? g->notice : NULL,
                              .selected = view_selected(g->view)};
    want.has_va = view_address(g->view, &want.va);
    view_tick(g->view, window_clock_ms());
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

/* ---- How it goes on or ends ---- */

static void tell_end(struct gui *g, const struct machine_stop *stop)
{
    char text[160];
    g->run = RUN_ENDED;
    g->status = stop->status;
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
}

static void wait_for(struct gui *g, uint64_t deadline)
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

/* What a stretch of the machine ended with. */
static void react(struct gui *g, const struct machine_stop *stop)
{
    g->dirty = true;
    switch (stop->reason) {
    case MACHINE_ENDED:
        tell_end(g, stop);
        break;
    case MACHINE_DEAD:
        g->run = RUN_DEAD;
        g->status = APP_LIMIT;
        snprintf(g->how, sizeof g->how, "stopped: %s", stop->text);
        break;
    case MACHINE_WANTS_INPUT:
        if (g->script == NULL || !feed_wait(&g->feed, stop->deadline))
            wait_for(g, stop->deadline);
        break;
    case MACHINE_LIMIT:
    case MACHINE_STOPPED:
        break;
    }
}

static bool can_move(const struct gui *g)
{
    return g->run != RUN_ENDED && g->run != RUN_DEAD;
}

/* --max-insns: the window pauses, and says why. */
static void check_limit(struct gui *g)
{
    const struct cpu *cpu = machine_cpu(g->machine);
    if (!can_move(g) ||
        cpu_executed(cpu) + cpu_traps(cpu) < g->options->max_insns)
        return;
    g->run = RUN_DEAD;
    g->status = APP_LIMIT;
    snprintf(g->how, sizeof g->how, "stopped: --max-insns %" PRIu64 " reached",
             g->options->max_insns);
}

/* ---- Running ---- */

/* One slice, as long as SLICE_MS allows. */
static void run_slice(struct gui *g)
{
    struct machine_stop stop;
    uint64_t start = window_clock_ms();
    uint64_t clock = machine_clock(g->machine);
    uint64_t until = clock + g->slice;
    if (g->script != NULL) {
        uint64_t bound = feed_advance(&g->feed);
        until = bound < until ? bound : until;
    }
    machine_run(g->machine, until, &stop);
    uint64_t took = window_clock_ms() - start;
    if (took < SLICE_MS / 2 && g->slice < UINT64_C(200000000))
        g->slice += g->slice / 2;
    else if (took > SLICE_MS * 2 && g->slice > 20000)
        g->slice /= 2;
    react(g, &stop);
    check_limit(g);
}

/* While the guest sleeps its time passes as real time does. */
static void pass_time(struct gui *g)
{
    uint64_t ms = window_clock_ms() - g->waited_ms;
    uint64_t now = g->waited_clock + ms * CLOCK_PER_MS;
    if (g->deadline == UINT64_MAX)
        return;
    machine_idle(g->machine, now < g->deadline ? now : g->deadline);
    if (now >= g->deadline)
        g->run = RUN_RUNNING;
    g->dirty = true;
}

/* ---- Stepping ---- */

static void take_events(struct gui *g, int timeout_ms);

/* A step that takes long is shown going on; a key stops it. */
static bool poll(void *ctx)
{
    struct gui *g = ctx;
    if (g->script != NULL)
        feed_advance(&g->feed);
    if (window_clock_ms() - g->drawn_ms < FRAME_MS)
        return true;
    take_events(g, 0);
    draw(g);
    return !g->quit && g->run == RUN_RUNNING;
}

static struct step_result step(struct gui *g, enum command command)
{
    struct stepper s = {.machine = g->machine,
                        .tracker = g->session->tracker,
                        .poll = poll,
                        .poll_ctx = g};
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

static void carry_out_step(struct gui *g, enum command command)
{
    if (!can_move(g)) {
        snprintf(g->notice, sizeof g->notice, "%s: nothing more can run",
                 command_row(command)->button);
        return;
    }
    stage_mark(g->stage);
    machine_pace_idle(g->machine, false);
    view_select(g->view, 0);
    g->run = RUN_RUNNING;
    g->how[0] = '\0';
    struct step_result r = step(g, command);
    machine_pace_idle(g->machine, true);
    g->waiting_for = CMD_NONE;
    if (r.reason == STEP_ENDED || r.reason == STEP_DEAD) {
        react(g, &r.machine);
    } else if (r.reason == STEP_WANTS_INPUT) {
        g->waiting_for = command;
        wait_for(g, UINT64_MAX);
    } else {
        g->run = RUN_PAUSED;
    }
    check_limit(g);
    g->dirty = true;
}

static void toggle_run(struct gui *g)
{
    if (!can_move(g)) {
        snprintf(g->notice, sizeof g->notice, "run: nothing more can run");
        return;
    }
    bool paused = g->run == RUN_PAUSED;
    if (paused) {
        stage_mark(g->stage);
        view_select(g->view, 0);
    }
    g->run = paused ? RUN_RUNNING : RUN_PAUSED;
    g->waiting_for = CMD_NONE;
    g->how[0] = '\0';
}

/* ---- Requests ---- */

static void look_up(struct gui *g, const char *text)
{
    struct stage_found found;
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

static void type(struct gui *g, const struct view_request *request)
{
    machine_input(g->machine, (const uint8_t *)request->text,
                  request->text_bytes, false);
    if (g->run == RUN_WAITING)
        g->run = RUN_RUNNING;
}

static void carry_out(struct gui *g, const struct view_request *request)
{
    switch (request->command) {
    case CMD_NONE:
        break;
    case CMD_RUN:
        toggle_run(g);
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
    case CMD_QUIT:
        g->quit = true;
        break;
    default:
        /* a key while the guest runs, or during a step, stops that */
        if (g->run == RUN_RUNNING)
            g->run = RUN_PAUSED;
        else
            carry_out_step(g, request->command);
        break;
    }
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
        request = view_input(g->view, &event->input);
        carry_out(g, &request);
        break;
    }
    g->dirty = true;
}

static void take_events(struct gui *g, int timeout_ms)
{
    struct window_event event;
    while (!g->quit && window_wait(g->window, timeout_ms, &event)) {
        take_event(g, &event);
        timeout_ms = 0;
    }
}

/* ---- The loop ---- */

static int patience(const struct gui *g)
{
    if (g->run == RUN_RUNNING)
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
        take_events(g, patience(g));
        if (view_moving(g->view))
            g->dirty = true;
        if (g->run == RUN_WAITING)
            pass_time(g);
        if (g->run == RUN_RUNNING && g->waiting_for != CMD_NONE)
            carry_out_step(g, g->waiting_for);
        else if (g->run == RUN_RUNNING)
            run_slice(g);
        bool due = window_clock_ms() - g->drawn_ms >= FRAME_MS;
        if (g->dirty && (due || g->run != RUN_RUNNING))
            draw(g);
    }
}

/* ---- Opening ---- */

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

/* Boots up to the program's first instruction, if one was named. */
static void boot(struct gui *g)
{
    struct machine_stop stop = {.reason = MACHINE_LIMIT};
    g->program = looks_program(g->options);
    tracker_listen(g->session->tracker, on_event, g);
    while (!g->begun && machine_clock(g->machine) < BOOT_CLOCK &&
           (stop.reason == MACHINE_LIMIT || stop.reason == MACHINE_STOPPED))
        machine_run(g->machine, BOOT_CLOCK, &stop);
    tracker_unlisten(g->session->tracker, g);
    while (g->begun && cpu_privilege(machine_cpu(g->machine)) != CPU_U &&
           stop.reason != MACHINE_ENDED)
        machine_step(g->machine, &stop);
    if (stop.reason != MACHINE_LIMIT && stop.reason != MACHINE_STOPPED)
        react(g, &stop);
}

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

static int open_all(struct gui *g, struct looks *looks, struct complaint *why)
{
    char reason[256], title[96];
    struct session_desc desc = {.options = g->options, .track = true};
    int status = session_open(&desc, &g->session, why);
    if (status != 0)
        return status;
    g->machine = g->session->machine;
    if (g->options->script != NULL)
        status = script_open(g->options->script, &g->script, why);
    if (status != 0)
        return status;
    if (g->script != NULL)
        feed_open(&g->feed, g->machine, g->script, false);
    struct stage_desc stage = {.machine = g->machine,
                               .tracker = g->session->tracker,
                               .sources = g->session->sources,
                               .program = looks_program(g->options)};
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
        if (options->program_count > 0 && !options->bare)
            boot(g);
        else if (!options->bare)
            g->run = RUN_RUNNING; /* the shell: to its prompt */
        machine_pace_idle(g->machine, true);
        loop(g);
        leave_behind(g);
        status = session_finish(g->session, g->status, why);
    }
    window_close(g->window);
    view_destroy(g->view);
    stage_destroy(g->stage);
    if (g->script != NULL)
        feed_close(&g->feed);
    script_close(g->script);
    session_close(g->session);
    free(g);
    return status;
}
