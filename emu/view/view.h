/*
 * view.h - the window's contents: panels laid out over a canvas, what is
 * selected and hovered, and what input means. Knows neither SDL nor a running
 * machine: it draws a struct scene and hands commands back.
 *
 *     view_resize(v, w, h, 0);
 *     view_frame(v, &scene);
 *     n = view_damage(v, area, 16);   for each: view_paint(v, cr, area[i]);
 *     request = view_input(v, &event);
 *
 * Lengths here are logical pixels, except where a name says device.
 */
#ifndef SALLYPORT_VIEW_H
#define SALLYPORT_VIEW_H

#include "command.h"
#include "draw.h"
#include "scene.h"

struct view;

struct view *view_create(void);
void view_destroy(struct view *v);

/* Canvas in device pixels. scale: device pixels per logical one, 0: chosen by
 * the size. */
void view_resize(struct view *v, int device_w, int device_h, double scale);
double view_scale(const struct view *v);
void view_set_dark(struct view *v, bool dark);
/* Draws one panel over the whole canvas instead of the window; NULL: the
 * window. False: no panel of that name. */
bool view_only(struct view *v, const char *panel);
/* The panels' names, in order; NULL after the last. */
const char *view_panel_name(size_t i);

/* What lasts from run to run. A tab is named as its panel is; "" is the usual
 * one. */
#define VIEW_GROUPS    3
#define VIEW_TAB_BYTES 16
struct view_layout {
    bool dark;
    double zoom;                           /* of all text, beside the scale */
    int speed;                             /* of animation */
    char tab[VIEW_GROUPS][VIEW_TAB_BYTES]; /* left, middle, right */
};
struct view_layout view_layout(const struct view *v);
/* After view_resize: the zoom leaves at least a small window. */
void view_set_layout(struct view *v, const struct view_layout *layout);
/* Are the tabs' names known, each in its group? */
bool view_layout_known(const struct view_layout *layout);

/* ---- Animation ----
 * Steps that a frame adds to the wall are shown one by one while the time is
 * told; without view_tick nothing ever moves. Any input ends it. */
/* 1, 2 or 4 times; 0: max, at once. */
void view_set_speed(struct view *v, int speed);
int view_speed(const struct view *v);
/* Milliseconds of any clock that goes on; before view_frame. */
void view_tick(struct view *v, uint64_t now_ms);
/* Draw again soon. */
bool view_moving(const struct view *v);

/* Builds the display list of this scene. */
void view_frame(struct view *v, const struct scene *scene);
const struct draw_list *view_list(const struct view *v);
/* What looks different since the last call: up to max boxes (room for
 * VIEW_DAMAGE_MAX is always enough). */
#define VIEW_DAMAGE_MAX 24
size_t view_damage(struct view *v, struct box *area, size_t max);
void view_damage_all(struct view *v);
void view_paint(struct view *v, cairo_t *cr, struct box area);

/* ---- Input ---- */
enum view_key {
    KEY_NONE,
    KEY_ENTER,
    KEY_ESCAPE,
    KEY_TAB,
    KEY_BACKSPACE,
    KEY_DELETE,
    KEY_UP,
    KEY_DOWN,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_HOME,
    KEY_END,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_F1,
    KEY_F6,
    KEY_CONTROL, /* Ctrl + letter */
};
enum view_event_kind {
    VIEW_KEY,
    VIEW_TEXT,
    VIEW_PRESS,
    VIEW_RELEASE,
    VIEW_MOVE,
    VIEW_WHEEL,
    VIEW_LEAVE,
};
struct view_event {
    enum view_event_kind kind;
    double device_x, device_y;
    double wheel; /* up is positive */
    enum view_key key;
    bool shift;    /* KEY, TEXT: Shift was down */
    int clicks;    /* PRESS: the second of a double click is 2 */
    char letter;   /* KEY_CONTROL: 'A'..'Z', '+', '-', '0', '[' ... */
    char text[32]; /* TEXT: UTF-8 */
};
struct view_request {
    enum command command;
    char text[64]; /* TYPE: bytes; LOOK_UP: what was typed */
    size_t text_bytes;
    uint64_t arg; /* what command.h says of it */
};
struct view_request view_input(struct view *v, const struct view_event *event);

/* ---- What the view looks at, for filling the next scene ---- */
/* The selected crossing, 0: the newest is followed. */
uint64_t view_selected(const struct view *v);
void view_select(struct view *v, uint64_t number);
/* The address under the pointer or the one looked up; false: none. */
bool view_address(const struct view *v, uint64_t *va);
void view_look_at(struct view *v, uint64_t va);
void view_set_filter(struct view *v, const char *text);
/* A line told in the status bar until the next input. */
void view_say(struct view *v, const char *text);
bool view_typing(const struct view *v);    /* the console has the keyboard */
bool view_scrubbing(const struct view *v); /* the cursor is being dragged */
bool view_is_dark(const struct view *v);

#endif
