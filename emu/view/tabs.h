/*
 * tabs.h - the row of tabs over a group of panels that share a place.
 */
#ifndef SALLYPORT_TABS_H
#define SALLYPORT_TABS_H

#include "frame.h"

struct tab {
    enum panel panel;
    const char *title;
};
/* Draws the background and the tabs, leaves the panel's inside in b and
 * returns the room that is left beside the tabs. */
struct box tabs_draw(struct frame *f, const struct tab *tab, size_t tabs,
                     enum panel shown, struct box *b);
/* The tabs of the left-hand group (panel_lists.c). */
struct box left_tabs_draw(struct frame *f, enum panel shown, struct box *b);
/* The tabs of the right-hand group (panel_console.c). */
struct box right_tabs(struct frame *f, enum panel shown, struct box *b);

#endif
