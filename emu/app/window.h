/*
 * window.h - a window as the application sees it: pixels to draw on, events to
 * wait for. window_sdl.c is behind it, the only file that knows SDL.
 */
#ifndef SALLYPORT_WINDOW_H
#define SALLYPORT_WINDOW_H

#include "../view/view.h"

struct window;

enum window_event_kind {
    WINDOW_INPUT,   /* input holds what the view gets */
    WINDOW_RESIZED, /* the surface is another one: fetch it, draw all */
    WINDOW_EXPOSED, /* the pixels are lost: show all again */
    WINDOW_CLOSED,  /* somebody wants it closed */
};
struct window_event {
    enum window_event_kind kind;
    struct view_event input;
};

/* Returns 0, or -1 with one line in why (no display, say). */
int window_open(const char *title, int w, int h, struct window **out, char *why,
                size_t why_bytes);
void window_close(struct window *w);
void window_title(struct window *w, const char *title);
/* The next event, waited for at most timeout_ms (0: not at all, -1: until one
 * comes). False: none came. */
bool window_wait(struct window *w, int timeout_ms, struct window_event *event);
/* The pixels, in device pixels, valid until the next WINDOW_RESIZED; NULL if
 * the window cannot be drawn on. */
cairo_surface_t *window_surface(struct window *w);
void window_size(const struct window *w, int *width, int *height);
/* Brings these boxes (device pixels) of the surface to the screen. */
void window_show(struct window *w, const struct box *box, size_t n);
/* Milliseconds since some moment in the past. */
uint64_t window_clock_ms(void);

#endif
