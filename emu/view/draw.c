/*
 * draw.c - appending to the display list.
 */
#include "draw.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ELLIPSIS "\xe2\x80\xa6"

/* ---- Boxes ---- */

struct box box_inset(struct box b, double dx, double dy)
{
    return BOX(b.x + dx, b.y + dy, fmax(0, b.w - 2 * dx),
               fmax(0, b.h - 2 * dy));
}

struct box box_cut_top(struct box *b, double h)
{
    h = fmin(h, b->h);
    struct box cut = BOX(b->x, b->y, b->w, h);
    b->y += h;
    b->h -= h;
    return cut;
}

struct box box_cut_bottom(struct box *b, double h)
{
    h = fmin(h, b->h);
    b->h -= h;
    return BOX(b->x, b->y + b->h, b->w, h);
}

struct box box_cut_left(struct box *b, double w)
{
    w = fmin(w, b->w);
    struct box cut = BOX(b->x, b->y, w, b->h);
    b->x += w;
    b->w -= w;
    return cut;
}

struct box box_cut_right(struct box *b, double w)
{
    w = fmin(w, b->w);
    b->w -= w;
    return BOX(b->x + b->w, b->y, w, b->h);
}

bool box_holds(struct box b, double x, double y)
{
    return x >= b.x && x < b.x + b.w && y >= b.y && y < b.y + b.h;
}

bool box_overlaps(struct box a, struct box b)
{
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h &&
           b.y < a.y + a.h;
}

double box_right(struct box b)
{
    return b.x + b.w;
}

double box_bottom(struct box b)
{
    return b.y + b.h;
}

static struct box box_common(struct box a, struct box b)
{
    double x = fmax(a.x, b.x), y = fmax(a.y, b.y);
    return BOX(x, y, fmax(0, fmin(box_right(a), box_right(b)) - x),
               fmax(0, fmin(box_bottom(a), box_bottom(b)) - y));
}

/* ---- The list ---- */

void draw_init(struct draw_list *d, struct fonts *fonts)
{
    *d = (struct draw_list){.fonts = fonts};
}

void draw_free(struct draw_list *d)
{
    free(d->item);
    free(d->pool);
    *d = (struct draw_list){0};
}

/* A NUL-ended copy in the pool; 0 (the empty string) when memory is short. */
static size_t pool_add(struct draw_list *d, const char *text, size_t n)
{
    if (d->pool_bytes + n + 1 > d->pool_room) {
        size_t room = (d->pool_room + n + 1) * 2 + 4096;
        char *pool = realloc(d->pool, room);
        if (!pool) {
            d->failed = true;
            return 0;
        }
        d->pool = pool;
        d->pool_room = room;
    }
    size_t at = d->pool_bytes;
    memcpy(d->pool + at, text, n);
    d->pool[at + n] = '\0';
    d->pool_bytes += n + 1;
    return at;
}

void draw_clear(struct draw_list *d, struct box canvas)
{
    d->items = 0;
    d->pool_bytes = 0;
    d->failed = false;
    d->layer = LAYER_BASE;
    d->panel = 0;
    d->clip = canvas;
    pool_add(d, "", 0);
}

const char *draw_string(const struct draw_list *d, size_t offset)
{
    return d->pool && offset < d->pool_bytes ? d->pool + offset : "";
}

/* The next item. When memory is short it is one that is never shown. */
static struct draw_item *append(struct draw_list *d, enum draw_kind kind,
                                struct box box)
{
    if (d->items == d->item_room) {
        size_t room = d->item_room * 2 + 1024;
        struct draw_item *item = realloc(d->item, room * sizeof *item);
        if (!item) {
            d->failed = true;
            if (d->items == 0)
                abort(); /* not even a first frame: nothing to go on with */
            d->items--;
        } else {
            d->item = item;
            d->item_room = room;
        }
    }
    struct draw_item *it = &d->item[d->items++];
    *it = (struct draw_item){.kind = kind,
                             .layer = d->layer,
                             .panel = d->panel,
                             .box = box,
                             .clip = d->clip,
                             .stroke_width = 1};
    return it;
}

struct box draw_clip(struct draw_list *d, struct box b)
{
    struct box old = d->clip;
    d->clip = box_common(old, b);
    return old;
}

void draw_unclip(struct draw_list *d, struct box old)
{
    d->clip = old;
}

struct draw_item *draw_rect(struct draw_list *d, struct box b, colour fill)
{
    struct draw_item *it = append(d, DRAW_RECT, b);
    it->fill = it->fill_bottom = fill;
    return it;
}

struct draw_item *draw_card(struct draw_list *d, struct box b, colour fill,
                            colour stroke, double radius)
{
    struct draw_item *it = draw_rect(d, b, fill);
    it->stroke = stroke;
    it->radius = radius;
    return it;
}

void draw_hline(struct draw_list *d, double x, double y, double w, colour c)
{
    draw_rect(d, BOX(x, y, w, 1), c);
}

void draw_vline(struct draw_list *d, double x, double y, double h, colour c)
{
    draw_rect(d, BOX(x, y, 1, h), c);
}

struct draw_item *draw_line(struct draw_list *d, double x0, double y0,
                            double x1, double y1, colour c)
{
    struct draw_item *it = append(d, DRAW_LINE, BOX(x0, y0, x1 - x0, y1 - y0));
    it->stroke = c;
    return it;
}

void draw_triangle(struct draw_list *d, struct box b, int direction, colour c)
{
    struct draw_item *it = append(d, DRAW_TRIANGLE, b);
    it->direction = direction;
    it->fill = it->fill_bottom = c;
}

/* ---- Text ---- */

/* Copies text without control characters (a tab becomes blanks) and with bad
 * bytes replaced, at most room-1 bytes. */
static void clean(const char *text, char *out, size_t room)
{
    size_t n = 0, length;
    for (; *text && n + 8 < room; text += length) {
        unsigned ch = utf8_next(text, &length);
        if (ch == '\t') {
            memcpy(out + n, "    ", 4);
            n += 4;
        } else if (ch < 32 || ch == 127 || (ch >= 0x80 && ch < 0xa0)) {
            memcpy(out + n, "\xc2\xb7", 2);
            n += 2;
        } else if (ch == 0xfffd) {
            memcpy(out + n, "\xef\xbf\xbd", 3);
            n += 3;
        } else {
            memcpy(out + n, text, length);
            n += length;
        }
    }
    out[n] = '\0';
}

static double add_line(struct draw_list *d, enum font font, double x, double y,
                       double width, colour c, const char *text,
                       const char *whole)
{
    size_t text_at = pool_add(d, text, strlen(text));
    size_t whole_at = whole ? pool_add(d, whole, strlen(whole)) : 0;
    struct draw_item *it =
        append(d, DRAW_TEXT, BOX(x, y, width, fonts_line(font)));
    it->font = font;
    it->fill = it->fill_bottom = c;
    it->text = text_at;
    it->whole = whole_at;
    return width;
}

/* What of text fits before an ellipsis. False: not even the ellipsis fits. */
static bool cut(struct draw_list *d, enum font font, double max_width,
                const char *text, char *out, size_t room)
{
    double dots = fonts_width(d->fonts, font, ELLIPSIS);
    if (dots > max_width)
        return false;
    size_t n = fonts_fit(d->fonts, font, text, max_width - dots);
    while (n > 0) {
        snprintf(out, room, "%.*s" ELLIPSIS, (int)n, text);
        if (fonts_width(d->fonts, font, out) <= max_width)
            return true;
        n--;
        while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
            n--;
    }
    snprintf(out, room, ELLIPSIS);
    return true;
}

double draw_text(struct draw_list *d, enum font font, double x, double y,
                 double max_width, colour c, const char *text)
{
    char line[1024], shorter[1024];
    clean(text, line, sizeof line);
    if (!line[0])
        return 0;
    double width = fonts_width(d->fonts, font, line);
    if (width <= max_width)
        return add_line(d, font, x, y, width, c, line, NULL);
    if (!cut(d, font, max_width, line, shorter, sizeof shorter))
        return 0;
    return add_line(d, font, x, y, fonts_width(d->fonts, font, shorter), c,
                    shorter, line);
}

double draw_textf(struct draw_list *d, enum font font, double x, double y,
                  double max_width, colour c, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return draw_text(d, font, x, y, max_width, c, text);
}

double draw_text_right(struct draw_list *d, enum font font, double x, double y,
                       double max_width, colour c, const char *text)
{
    size_t before = d->items;
    double width = draw_text(d, font, x, y, max_width, c, text);
    if (d->items > before)
        d->item[before].box.x = x - width;
    return width;
}

double draw_text_centre(struct draw_list *d, enum font font, struct box b,
                        colour c, const char *text)
{
    size_t before = d->items;
    double y = b.y + (b.h - fonts_line(font)) / 2;
    double width = draw_text(d, font, b.x, y, b.w, c, text);
    if (d->items > before)
        d->item[before].box.x = b.x + (b.w - width) / 2;
    return width;
}

void draw_about(struct draw_list *d, uint64_t va)
{
    if (d->items && d->item[d->items - 1].kind == DRAW_TEXT) {
        d->item[d->items - 1].has_va = true;
        d->item[d->items - 1].va = va;
    }
}

void draw_tip(struct draw_list *d, const char *text)
{
    if (!d->items || d->item[d->items - 1].kind != DRAW_TEXT)
        return;
    char line[1024];
    clean(text, line, sizeof line);
    d->item[d->items - 1].whole = pool_add(d, line, strlen(line));
}

double draw_prose(struct draw_list *d, enum font font, double x, double y,
                  double width, unsigned max_lines, colour c, const char *text)
{
    char all[1024], line[1024];
    clean(text, all, sizeof all);
    const char *rest = all;
    double line_height = fonts_line(font), top = y;
    for (unsigned i = 0; i < max_lines && *rest; i++, y += line_height) {
        size_t next;
        size_t n = fonts_wrap(d->fonts, font, rest, width, &next);
        if (i + 1 == max_lines && rest[next]) {
            if (cut(d, font, width, rest, line, sizeof line))
                add_line(d, font, x, y, fonts_width(d->fonts, font, line), c,
                         line, all);
        } else {
            snprintf(line, sizeof line, "%.*s", (int)n, rest);
            if (line[0])
                add_line(d, font, x, y, fonts_width(d->fonts, font, line), c,
                         line, NULL);
        }
        rest += next;
    }
    return y - top;
}

double draw_width(struct draw_list *d, enum font font, const char *text)
{
    return fonts_width(d->fonts, font, text);
}
