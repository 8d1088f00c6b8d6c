/*
 * gui.h - inside `sallyport gui`: the state of the window's application, and
 * what its files do for each other:
 *
 *     cmd_gui.c    opening, the loop, drawing
 *     gui_run.c    running on: slices, waiting, how it ended
 *     gui_step.c   steps, forwards and back
 *     gui_go.c     to another moment or branch, by scrubbing too
 *     gui_break.c  breakpoints
 *     gui_ask.c    what a person asks for
 *
 * The machine is run through its history alone (record/history.h).
 */
#ifndef SALLYPORT_GUI_H
#define SALLYPORT_GUI_H

#include "kept.h"
#include "looks.h"
#include "script.h"
#include "session.h"
#include "window.h"

#include "../debug/breaks.h"
#include "../view/number.h"
#include "../view/stage.h"

#define FRAME_MS  33
#define SLICE_MS  12
#define MOTION_MS 25 /* between frames of an animation */

/* Where somebody wants to be; the newest wish wins. */
enum wish_kind {
    WISH_NONE,
    WISH_MOMENT,
    WISH_CLOCK,    /* value: the clock */
    WISH_POSITION, /* value: instructions executed */
    WISH_TRAP,     /* value: a crossing */
    WISH_END,      /* ... behind its end */
    WISH_WRITE,    /* value: an address; before its last write */
    WISH_BRANCH,   /* value: the branch */
};
struct wish {
    enum wish_kind kind;
    uint64_t value;
    struct moment moment;
};

/* How the run ended, at the newest moment of its branch. */
struct ending {
    bool known;
    enum scene_run run;
    char how[200];
};

struct gui {
    const struct options *options;
    struct session *session;
    struct machine *machine;
    struct history *history;
    struct target target; /* the same, with breakpoints */
    struct stage *stage;
    struct view *view;
    struct window *window;
    struct script *script; /* types beside the user; may be NULL */
    struct kept kept;      /* from the run before, for the next */
    struct scene scene;
    enum scene_run run;
    char how[200];    /* how it ended, or what it waits for */
    char notice[256]; /* an error, until the next input */
    bool divergence_told;
    struct ending ending;
    int status;               /* the guest's, once it has ended */
    uint64_t slice;           /* clock units that take about SLICE_MS */
    uint64_t drawn_ms;        /* when the last frame was drawn */
    uint64_t deadline;        /* WAITING: clock of the next timer event */
    uint64_t waited_ms;       /* ... and since when */
    uint64_t waited_clock;    /* ... in guest time */
    enum command waiting_for; /* a step that waits for input */
    struct wish wish;
    unsigned run_to;       /* the breakpoint of a run to a place, or 0 */
    struct moment seen;    /* the newest moment shown of this branch */
    struct moment fetched; /* a trap's registers were looked for, in vain */
    char program[64];      /* to stop at when it begins */
    bool begun, dirty, quit;
    bool stepping; /* RUNNING, but to a step's end */
    bool still;    /* on the way back: the moments between are not shown */
};

/* ---- cmd_gui.c ---- */
void gui_draw(struct gui *g);
/* Takes what came from the person; waits at most so long for the first. */
void gui_take_events(struct gui *g, int timeout_ms);
/* For everything that takes long: shows it going on. False: stop. */
bool gui_poll(void *ctx);

/* ---- gui_run.c ---- */
bool gui_can_move(const struct gui *g);
/* What a stretch of the machine ended with. */
void gui_react(struct gui *g, const struct machine_stop *stop);
void gui_wait_for(struct gui *g, uint64_t deadline);
void gui_check_limit(struct gui *g);
void gui_toggle_run(struct gui *g);
void gui_run_slice(struct gui *g);
/* Suits the slice to how long the last one took. */
void gui_adapt_slice(struct gui *g, uint64_t took_ms);
/* While the guest sleeps its time passes as real time does. */
void gui_pass_time(struct gui *g);
/* Boots up to the program's first instruction, if one was named. */
void gui_boot(struct gui *g);

/* ---- gui_step.c ---- */
void gui_step(struct gui *g, enum command command);
struct stepper gui_stepper(struct gui *g);

/* ---- gui_go.c ---- */
void gui_wish(struct gui *g, enum wish_kind kind, uint64_t value);
/* A piece of the way to what is wished for. */
void gui_grant(struct gui *g);
void gui_cancel(struct gui *g);
/* After the machine was taken elsewhere: how things stand there. */
void gui_arrived(struct gui *g);
/* Registers of a trap that the scene lacks are looked for. */
void gui_fetch(struct gui *g);
void gui_note_seen(struct gui *g);
/* The present moment belongs to another branch than before. */
void gui_branch_changed(struct gui *g);

/* ---- gui_break.c ---- */
/* A place as in command.h: sets a breakpoint there, or removes it. */
void gui_break(struct gui *g, uint64_t place);
void gui_break_text(struct gui *g, const char *text);
void gui_unbreak(struct gui *g, unsigned number);
void gui_run_to(struct gui *g, uint64_t place);
void gui_run_to_text(struct gui *g, const char *text);
void gui_forget_run_to(struct gui *g);
void gui_stopped_at(struct gui *g, const struct target_stop *stop);
/* To the breakpoint before, or the first moment. */
void gui_run_back(struct gui *g);

/* ---- gui_ask.c ---- */
void gui_carry_out(struct gui *g, const struct view_request *request);

#endif
