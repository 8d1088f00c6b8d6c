/*
 * draw.h - the list of things to draw: filled boxes, lines, triangles and
 * single lines of text, in drawing order. Panels append to it; paint.h puts it
 * on any Cairo surface, dump.c writes it as text, and the drawn-list test walks
 * it (no two texts overlap, none is cut unsaid, enough contrast).
 *
 *     double x = box.x;
 *     x += draw_text(d, FONT_BOLD, x, y, right - x, ink, "pid 4");
 *     y += draw_prose(d, FONT_TEXT, box.x, y, box.w, 3, ink, sentence);
 *
 * A text that does not fit is cut with an ellipsis and keeps its whole, which a
 * tooltip shows. A text may carry the address it speaks of.
 */
#ifndef SALLYPORT_DRAW_H
#define SALLYPORT_DRAW_H

#include <stdint.h>

#include "font.h"

struct box {
    double x, y, w, h;
};
#define BOX(x, y, w, h) ((struct box){x, y, w, h})
struct box box_inset(struct box b, double dx, double dy);
/* Cuts a piece off and returns it; b keeps the rest. */
struct box box_cut_top(struct box *b, double h);
struct box box_cut_bottom(struct box *b, double h);
struct box box_cut_left(struct box *b, double w);
struct box box_cut_right(struct box *b, double w);
bool box_holds(struct box b, double x, double y);
bool box_overlaps(struct box a, struct box b);
double box_right(struct box b);
double box_bottom(struct box b);

enum draw_kind { DRAW_RECT, DRAW_LINE, DRAW_TRIANGLE, DRAW_CURVE, DRAW_TEXT };

/* Later layers lie over earlier ones and hide what they cover. */
enum draw_layer { LAYER_BASE, LAYER_MENU, LAYER_TIP, LAYERS };

struct draw_item {
    enum draw_kind kind;
    enum draw_layer layer;
    int panel;                /* which panel drew it */
    struct box box;           /* LINE, CURVE: from x,y to x+w,y+h */
    struct box clip;          /* nothing of it shows outside */
    colour fill, fill_bottom; /* RECT: gradient if they differ */
    colour stroke;            /* COLOUR_NONE: no outline */
    double stroke_width, radius;
    bool dashed, hatched;
    int direction; /* TRIANGLE: 0 right, 1 left, 2 down, 3 up */
    enum font font;
    size_t text;  /* offset in the pool */
    size_t whole; /* of the uncut text; 0: text is whole */
    bool has_va;
    uint64_t va;
};

struct draw_list {
    struct fonts *fonts;
    struct draw_item *item;
    size_t items, item_room;
    char *pool; /* texts, NUL-ended; offset 0 is "" */
    size_t pool_bytes, pool_room;
    bool failed; /* out of memory: the list is short */
    /* What the next items get. */
    enum draw_layer layer;
    int panel;
    struct box clip;
};

void draw_init(struct draw_list *d, struct fonts *fonts);
void draw_free(struct draw_list *d);
void draw_clear(struct draw_list *d, struct box canvas);
const char *draw_string(const struct draw_list *d, size_t offset);

/* Narrows the clip to b; returns the old one for draw_unclip. */
struct box draw_clip(struct draw_list *d, struct box b);
void draw_unclip(struct draw_list *d, struct box old);

struct draw_item *draw_rect(struct draw_list *d, struct box b, colour fill);
/* Rounded, with a hairline. */
struct draw_item *draw_card(struct draw_list *d, struct box b, colour fill,
                            colour stroke, double radius);
void draw_hline(struct draw_list *d, double x, double y, double w, colour c);
void draw_vline(struct draw_list *d, double x, double y, double h, colour c);
struct draw_item *draw_line(struct draw_list *d, double x0, double y0,
                            double x1, double y1, colour c);
void draw_triangle(struct draw_list *d, struct box b, int direction, colour c);

/* One line of text, top at y, cut to max_width. Returns its width. Control
 * characters and bytes that are not UTF-8 are replaced. */
double draw_text(struct draw_list *d, enum font font, double x, double y,
                 double max_width, colour c, const char *text);
double draw_textf(struct draw_list *d, enum font font, double x, double y,
                  double max_width, colour c, const char *format, ...)
    __attribute__((format(printf, 7, 8)));
/* The same, ending at x. */
double draw_text_right(struct draw_list *d, enum font font, double x, double y,
                       double max_width, colour c, const char *text);
double draw_text_centre(struct draw_list *d, enum font font, struct box b,
                        colour c, const char *text);
/* Names the address the last text speaks of. */
void draw_about(struct draw_list *d, uint64_t va);
/* Gives the last text a tooltip beyond what it says. */
void draw_tip(struct draw_list *d, const char *text);
/* A paragraph of at most max_lines lines. Returns its height. */
double draw_prose(struct draw_list *d, enum font font, double x, double y,
                  double width, unsigned max_lines, colour c, const char *text);
double draw_width(struct draw_list *d, enum font font, const char *text);

#endif
