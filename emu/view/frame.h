/*
 * frame.h - inside the view: the state that lasts from frame to frame, and
 * what a panel gets while one is drawn. A panel is a function: it draws the
 * scene into its box and names the places that answer to the mouse.
 */
#ifndef SALLYPORT_FRAME_H
#define SALLYPORT_FRAME_H

#include "number.h"
#include "palette.h"
#include "spans.h"
#include "terminal.h"
#include "view.h"

enum panel {
    PANEL_NONE,
    PANEL_TOOLBAR,
    PANEL_USER,
    PANEL_BOUNDARY,
    PANEL_KERNEL,
    PANEL_TIMELINE,
    PANEL_CROSSINGS,
    PANEL_PROCESSES,
    PANEL_BRANCHES,
    PANEL_BREAKS,
    PANEL_CARD,
    PANEL_TRANSFERS,
    PANEL_CONSOLE,
    PANEL_MEMORY,
    PANEL_WALK,
    PANEL_REGISTERS,
    PANEL_PORTS,
    PANEL_STATUS,
    PANEL_HELP,
    PANEL_RACE,
    PANEL_TIP,
    PANEL_MOTION,
    PANELS
};

enum hot_kind {
    HOT_NONE,
    HOT_COMMAND,  /* arg: the command */
    HOT_CROSSING, /* arg: its number */
    HOT_TAB,      /* arg: the panel to bring up */
    HOT_ADDRESS,  /* arg: the address to look at */
    HOT_FIND,
    HOT_FILTER,
    HOT_TYPE, /* the console */
    HOT_TIMELINE,
    HOT_LAST_WRITE, /* arg: the byte's address */
    HOT_BRANCH,     /* arg: the branch to switch to */
    HOT_MARGIN,     /* arg: a place (command.h), for a breakpoint */
    HOT_CODE,       /* arg: a place, to run to */
    HOT_UNBREAK,    /* arg: the breakpoint to remove */
    HOT_SCROLL,     /* arg: the panel that the wheel scrolls */
};
struct hot {
    struct box box;
    enum hot_kind kind;
    uint64_t arg;
    const char *tip; /* static text, or NULL */
    enum draw_layer layer;
};

/* Bottom of the window: groups of panels of which one shows. */
enum group { GROUP_LEFT, GROUP_MIDDLE, GROUP_RIGHT, GROUPS };

enum focus { FOCUS_COMMANDS, FOCUS_CONSOLE, FOCUS_FIND, FOCUS_FILTER };

#define FIELD_BYTES 64

/* The crossings that pass the filter, found a stretch per frame. */
struct filter {
    char text[FIELD_BYTES];
    uint64_t *number; /* ascending */
    size_t count, room;
    uint64_t checked;       /* all up to here are decided, but for those open */
    uint64_t undecided[64]; /* did not match, but were still open */
    size_t undecideds;
};

struct timeline {
    double begin, end; /* positions shown (spans.h) */
    bool follow;       /* the right edge is now */
    bool chosen;       /* the zoom was chosen by hand */
    bool whole;        /* the whole run is shown */
    struct box plot;   /* where the lanes were drawn last */
    double cursor;     /* its x when drawn last; < 0: out of sight */
    uint64_t shown;    /* the position at which it stood then */
    bool sought;       /* the zoom was chosen to show the cursor */
    bool dragging, scrubbing;
    double press_x, press_begin;
    bool moved;
};

/* What is being animated (motion.c): steps at.. of the wall's card. */
struct motion {
    int speed;    /* 0: nothing moves */
    bool ticking; /* somebody tells the time */
    bool looked;  /* there was a frame before, at this position: */
    uint64_t executed;
    uint64_t number; /* of the card in it, and how many steps that had */
    size_t seen;
    size_t first, at, steps; /* moving while at < steps */
    double part;             /* of step at, 0..1 */
    uint64_t begun_ms;
    struct box step_box; /* where step at was drawn */
};

struct view {
    struct motion motion;
    struct fonts *fonts;
    struct draw_list list;
    const struct palette *palette;
    double device_w, device_h, wanted_scale, zoom;
    struct box canvas; /* logical */
    enum panel only;   /* PANEL_NONE: the window */
    enum panel shown[GROUPS];
    enum focus focus;
    bool help;
    char find[FIELD_BYTES];
    char said[200];
    uint64_t selected; /* 0: follow the newest */
    uint64_t present;  /* the last crossing that has trapped, in the scene */
    uint64_t known;    /* ... and the last one known */
    size_t page_rows;  /* of the table, for Page Up and Down */
    long scroll[PANELS];
    struct filter filter;
    struct timeline timeline;
    bool inside; /* the pointer is in the window, at: */
    double x, y;
    bool looked_at; /* an address was chosen */
    uint64_t look_va;
    struct hot *hot;
    size_t hots, hot_room;
    uint64_t hash[PANELS]; /* of each panel's look when last damaged */
    struct box area[PANELS], old_area[PANELS];
    bool all_damaged;
    double *port_y; /* scratch of panel_ports.c */
    size_t port_room;
};

struct frame {
    struct view *v;
    struct draw_list *d;
    const struct scene *s;
    const struct palette *p;
};

/* A place that answers to the mouse. */
void frame_hot(struct frame *f, struct box b, enum hot_kind kind, uint64_t arg,
               const char *tip);
bool frame_hovered(const struct frame *f, struct box b);
/* The topmost hot place under the pointer, or NULL. kind HOT_NONE: any. */
const struct hot *view_hot_at(const struct view *v, double x, double y);
const struct hot *view_scroll_at(const struct view *v, double x, double y);

/* An address in hexadecimal that the pointer can ask about. */
double frame_address(struct frame *f, enum font font, double x, double y,
                     double max_width, colour c, uint64_t va);
/* A small scroll bar at b's right edge: rows first..first+shown of total. */
void frame_scrollbar(struct frame *f, struct box b, size_t total, size_t first,
                     size_t shown);
colour frame_kind_colour(const struct frame *f, enum crossing_kind kind,
                         bool failed);

/* The panels; each fills its box. */
void panel_toolbar(struct frame *f, struct box b);
void panel_user(struct frame *f, struct box b);
void panel_kernel(struct frame *f, struct box b);
void panel_boundary(struct frame *f, struct box b);
void panel_timeline(struct frame *f, struct box b);
void panel_crossings(struct frame *f, struct box b);
void panel_processes(struct frame *f, struct box b);
void panel_branches(struct frame *f, struct box b);
void panel_breaks(struct frame *f, struct box b);
void panel_card(struct frame *f, struct box b);
void panel_transfers(struct frame *f, struct box b);
void panel_console(struct frame *f, struct box b);
void panel_memory(struct frame *f, struct box b);
void panel_walk(struct frame *f, struct box b);
void panel_registers(struct frame *f, struct box b);
void panel_ports(struct frame *f, struct box b);
void panel_status(struct frame *f, struct box b);
void panel_help(struct frame *f, struct box b);
void panel_race(struct frame *f, struct box b);

/* Parts of panels used by more than one. */
void part_code(struct frame *f, const struct scene_side *side,
               enum scene_space space, enum panel panel, struct box b);
void part_registers(struct frame *f, const struct scene_side *side,
                    enum scene_space space, struct box b);
size_t part_register_columns(enum scene_space space, double width);
void part_strip(struct frame *f, const struct scene_side *side,
                enum scene_space space, struct box b);
double part_walk_height(double width);
void part_walk(struct frame *f, struct box b);
void part_same(struct frame *f, struct box b);
/* A walk's PTE flag letters, the deciding one lit; returns the width. */
double part_flags(struct frame *f, double x, double y, uint64_t flags,
                  unsigned deciding);
double part_bytes(struct frame *f, const struct scene_step *step, struct box b);

/* Of a tab's panel, where it shows; GROUPS: it is no tab. */
enum group view_group_of(enum panel panel);
void view_set_zoom(struct view *v, double zoom);

/* Animation (motion.c). */
void motion_look(struct view *v, const struct scene *s);
void motion_skip(struct view *v);
void motion_draw(struct frame *f);
/* How many of the card's steps are shown by now. */
size_t motion_visible(const struct view *v, const struct scene_card *card);
bool motion_is_at(const struct view *v, size_t step);

/* The filter (filter.c). */
void filter_advance(struct filter *filter, const struct scene_rows *rows);
void filter_reset(struct filter *filter, const char *text);
size_t filter_count(const struct filter *f, const struct scene_rows *rows);
/* The i-th crossing that passes, from 0. */
uint64_t filter_at(const struct filter *f, size_t i);
/* Index of the last one with number <= n. */
size_t filter_index(const struct filter *f, uint64_t n);

/* The timeline's own input (panel_timeline.c). */
void timeline_zoom(struct timeline *t, double x, double wheel);
void timeline_drag(struct timeline *t, double x);
/* Is this the place to take hold of the cursor? */
bool timeline_grabs(const struct timeline *t, double x, double y);
/* The position under x. */
uint64_t timeline_position(const struct timeline *t, double x);

#endif
