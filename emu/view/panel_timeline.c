/*
 * panel_timeline.c - who had the hart when: a lane for each process above the
 * wall, the kernel below it; a crossing is a dip through the wall.
 *
 * A stretch with few spans is drawn span by span; a longer one column by
 * column from the lane sets of spans.h, so that any zoom costs the same. What
 * is in the future lies under a veil.
 */
#include "frame.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DETAIL    1500 /* spans drawn one by one */
#define LANES_MAX 12
#define VEIL      0.66 /* how much of what is to come it hides */

struct lanes {
    struct box plot;
    double begin, scale; /* position at the left edge, pixels per one */
    double row;          /* height of a lane */
    int pid[LANES_MAX];
    unsigned lane[LANES_MAX];
    size_t count, left_out;
    double wall_y, kernel_y;
};

static double x_of(const struct lanes *l, double at)
{
    double x = l->plot.x + (at - l->begin) * l->scale;
    return fmax(l->plot.x, fmin(x, box_right(l->plot)));
}

/* ---- What stretch is shown ---- */

/* Until a zoom is chosen: the last so many spans, or all of them. */
#define RECENT 90
static void place_recent(struct timeline *t, const struct spans *s,
                         double newest)
{
    size_t n = spans_count(s);
    size_t first = n > RECENT && !t->whole ? n - RECENT : 0;
    const struct span *from = spans_at(s, first);
    t->begin = from && n ? (double)from->begin : 0;
    t->end = fmax(newest, t->begin + 100);
    double length = t->end - t->begin;
    t->begin -= length * 0.01;
    t->end += length * 0.03;
}

/* A cursor that has moved is kept in sight. */
static void keep_cursor(struct timeline *t, uint64_t now, bool past)
{
    double at = (double)now, length = t->end - t->begin;
    bool moved = t->shown != now;
    t->shown = now;
    if (!past || !moved || t->dragging || t->scrubbing ||
        (at >= t->begin && at <= t->end))
        return;
    t->begin = at - length / 2;
    t->end = at + length / 2;
    t->sought = t->sought || !t->chosen;
    t->chosen = true;
    t->follow = false;
}

static uint64_t newest_position(const struct scene *s)
{
    return s->past.past && s->past.executed > s->executed ? s->past.executed
                                                          : s->executed;
}

static void place_window(struct timeline *t, const struct scene *s)
{
    if (t->sought && !s->past.past && !t->scrubbing)
        t->sought = t->chosen = false;
    if (t->chosen && t->follow && !t->dragging && !s->past.past) {
        double length = t->end - t->begin;
        t->end = (double)s->executed + length * 0.04;
        t->begin = t->end - length;
    } else if (!t->chosen && !t->scrubbing) {
        place_recent(t, s->spans, (double)newest_position(s));
    }
    keep_cursor(t, s->executed, s->past.past);
}

bool timeline_grabs(const struct timeline *t, double x, double y)
{
    if (t->plot.w <= 0 || x < t->plot.x - 8 || x > box_right(t->plot) + 8)
        return false;
    return y < t->plot.y || (t->cursor >= 0 && fabs(x - t->cursor) <= 6);
}

uint64_t timeline_position(const struct timeline *t, double x)
{
    double part = (x - t->plot.x) / fmax(1, t->plot.w);
    double at = t->begin + (t->end - t->begin) * fmax(0, fmin(1, part));
    return at > 0 ? (uint64_t)at : 0;
}

void timeline_zoom(struct timeline *t, double x, double wheel)
{
    if (t->plot.w <= 0)
        return;
    double at = (x - t->plot.x) / t->plot.w;
    at = fmax(0, fmin(1, at));
    double length = t->end - t->begin;
    double fixed = t->begin + length * at; /* stays under the pointer */
    length = fmax(20, fmin(length * pow(0.8, wheel), 1e15));
    t->begin = fixed - length * at;
    t->end = t->begin + length;
    t->chosen = true;
    t->follow = at > 0.94;
}

void timeline_drag(struct timeline *t, double x)
{
    if (t->plot.w <= 0)
        return;
    double length = t->end - t->begin;
    t->begin = t->press_begin - (x - t->press_x) / t->plot.w * length;
    t->end = t->begin + length;
    t->chosen = true;
    t->follow = false;
}

/* ---- Lanes ---- */

static bool alive(const struct frame *f, int pid)
{
    for (size_t i = 0; i < f->s->processes; i++)
        if (f->s->process[i].pid == pid)
            return !f->s->process[i].gone;
    return false;
}

/* Takes the youngest processes of the stretch that live (or do not). */
static void take_lanes(struct frame *f, struct lanes *l, uint64_t set,
                       size_t room, bool living)
{
    const struct spans *s = f->s->spans;
    for (size_t i = spans_pids(s); i-- > 0;) {
        int pid = spans_pid(s, i);
        unsigned lane = spans_lane_of(s, pid);
        if (!(set >> lane & 1) || alive(f, pid) != living)
            continue;
        if (l->count == room) {
            l->left_out++;
            continue;
        }
        l->pid[l->count] = pid;
        l->lane[l->count++] = lane;
    }
}

/* The processes of the stretch in order of appearance; when there are too
 * many, those that live are shown rather than those that have gone. */
static void choose_lanes(struct frame *f, struct lanes *l, double end,
                         size_t room)
{
    uint64_t from = l->begin > 0 ? (uint64_t)l->begin : 0;
    uint64_t set = spans_lanes(f->s->spans, from, end > 0 ? (uint64_t)end : 0);
    take_lanes(f, l, set, room, true);
    take_lanes(f, l, set, room, false);
    for (size_t i = 1; i < l->count; i++) /* by lane: few, insertion does */
        for (size_t j = i; j > 0 && l->pid[j - 1] > l->pid[j]; j--) {
            int pid = l->pid[j];
            unsigned lane = l->lane[j];
            l->pid[j] = l->pid[j - 1];
            l->lane[j] = l->lane[j - 1];
            l->pid[j - 1] = pid;
            l->lane[j - 1] = lane;
        }
}

static const char *process_name(const struct frame *f, int pid)
{
    for (size_t i = 0; i < f->s->processes; i++)
        if (f->s->process[i].pid == pid)
            return f->s->process[i].name;
    return "";
}

static void lane_labels(struct frame *f, const struct lanes *l, double x,
                        double w)
{
    for (size_t i = 0; i < l->count; i++) {
        char text[80];
        if (l->pid[i])
            snprintf(text, sizeof text, "pid %d %s", l->pid[i],
                     process_name(f, l->pid[i]));
        else
            snprintf(text, sizeof text, "user");
        draw_text(f->d, FONT_SMALL_BOLD, x,
                  l->plot.y + l->row * (double)i + (l->row - 16) / 2, w,
                  f->p->word[HUE_USER], text);
    }
    draw_text(f->d, FONT_SMALL_BOLD, x, l->kernel_y + (l->row - 16) / 2, w,
              f->p->word[HUE_KERNEL], "kernel");
}

static double lane_y(const struct lanes *l, const struct span *span)
{
    if (span->kernel)
        return l->kernel_y;
    for (size_t i = 0; i < l->count; i++)
        if (l->pid[i] == span->pid)
            return l->plot.y + l->row * (double)i;
    return -1;
}

/* ---- Bars ---- */

/* Where the present is, as an x; what lies right of it is to come. */
static double present_x(const struct frame *f, const struct lanes *l)
{
    return f->s->past.past ? x_of(l, (double)f->s->executed)
                           : box_right(l->plot);
}

/* On the wider one of a bar's two parts, the past or what is to come. */
static void kernel_label(struct frame *f, const struct lanes *l,
                         const struct span *span, struct box bar)
{
    double now = fmax(bar.x, fmin(box_right(bar), present_x(f, l)));
    bool later = box_right(bar) - now > now - bar.x;
    colour fill = f->p->space[HUE_KERNEL];
    if (later) {
        fill = palette_mix(fill, f->p->paper, VEIL);
        bar = BOX(now, bar.y, box_right(bar) - now, bar.h);
    } else {
        bar.w = now - bar.x;
    }
    struct scene_row row;
    if (!span->crossing || bar.w < 26 || !f->s->rows.row ||
        !f->s->rows.row(f->s->rows.ctx, span->crossing, &row))
        return;
    char text[200], number[40];
    size_t name = strcspn(row.what, "(");
    snprintf(text, sizeof text, "#%s %.*s",
             scene_number(f->s, span->crossing, number), (int)name, row.what);
    draw_text(f->d, FONT_SMALL, bar.x + 5, bar.y + (bar.h - 16) / 2, bar.w - 8,
              palette_on(fill), text);
}

/* False: it is out of sight. */
static bool place_bar(const struct frame *f, const struct lanes *l,
                      const struct span *span, struct box *b)
{
    double end =
        (double)(span->end == UINT64_MAX ? newest_position(f->s) : span->end);
    double y = lane_y(l, span);
    double x0 = x_of(l, (double)span->begin), x1 = x_of(l, end);
    if (y < 0 || x1 <= l->plot.x || x0 >= box_right(l->plot))
        return false;
    double h = fmin(l->row - 4, 18);
    *b = BOX(x0, y + (l->row - h) / 2, fmax(1, x1 - x0), h);
    return true;
}

static void bar(struct frame *f, const struct lanes *l, const struct span *span)
{
    struct box b;
    if (!place_bar(f, l, span, &b))
        return;
    bool own = span->kernel && !span->crossing; /* no crossing's work */
    colour base = f->p->space[span->kernel ? HUE_KERNEL : HUE_USER];
    colour fill = own ? palette_mix(f->p->paper, base, 0.28) : base;
    draw_rect(f->d, b, fill)->radius = b.w > 8 ? 3 : 0;
    if (span->crossing)
        frame_hot(f, BOX(b.x, l->plot.y, b.w, box_bottom(l->plot) - l->plot.y),
                  HOT_CROSSING, span->crossing, NULL);
}

/* What lies over the veil. */
static void bar_words(struct frame *f, const struct lanes *l,
                      const struct span *span)
{
    struct box b;
    if (!span->crossing || !place_bar(f, l, span, &b))
        return;
    kernel_label(f, l, span, b);
    if (span->crossing == f->v->selected)
        draw_card(f->d, box_inset(b, -2, -2), COLOUR_NONE, f->p->ink, 4)
            ->stroke_width = 2;
}

/* The way through the wall between two neighbouring spans. */
static void dip(struct frame *f, const struct lanes *l,
                const struct span *before, const struct span *span)
{
    if (!before || before->kernel == span->kernel)
        return;
    const struct span *user = span->kernel ? before : span;
    double y = lane_y(l, user), x = x_of(l, (double)span->begin);
    if (y < 0 || x <= l->plot.x || x >= box_right(l->plot))
        return;
    double top = y + l->row / 2;
    draw_vline(f->d, floor(x), top, l->kernel_y + 3 - top, f->p->soft);
}

static void veil(struct frame *f, const struct lanes *l)
{
    double x = present_x(f, l), y = l->plot.y;
    colour thin = (f->p->paper & 0xffffff) | (colour)(VEIL * 255) << 24;
    double bottom = l->kernel_y + l->row;
    if (!f->s->past.past || x >= box_right(l->plot))
        return;
    /* around the wall, which is there at all times */
    draw_rect(f->d, BOX(x, y, box_right(l->plot) - x, l->wall_y - y), thin);
    y = l->wall_y + 6;
    draw_rect(f->d, BOX(x, y, box_right(l->plot) - x, bottom - y), thin);
}

static void draw_spans(struct frame *f, const struct lanes *l, size_t first,
                       size_t last)
{
    const struct spans *s = f->s->spans;
    double shown = (double)(last - first);
    bool dips = shown * 5 < l->plot.w;
    for (size_t i = first; dips && i < last; i++)
        dip(f, l, i ? spans_at(s, i - 1) : NULL, spans_at(s, i));
    for (size_t i = first; i < last; i++)
        bar(f, l, spans_at(s, i));
    veil(f, l);
    for (size_t i = first; i < last; i++)
        bar_words(f, l, spans_at(s, i));
}

/* Runs of columns in which a lane is busy. */
static void draw_columns(struct frame *f, const struct lanes *l)
{
    const struct spans *s = f->s->spans;
    double from[LANES_MAX + 1];
    for (size_t i = 0; i <= l->count; i++)
        from[i] = -1;
    double right = x_of(l, (double)newest_position(f->s));
    for (double x = l->plot.x; x < right + 1; x += 1) {
        double c0 = l->begin + (x - l->plot.x) / l->scale;
        double c1 = c0 + 1 / l->scale;
        uint64_t set =
            x < right && c1 > 0
                ? spans_lanes(s, c0 > 0 ? (uint64_t)c0 : 0, (uint64_t)c1 + 1)
                : 0;
        for (size_t i = 0; i <= l->count; i++) {
            bool kernel = i == l->count;
            bool busy = set >> (kernel ? 0 : l->lane[i]) & 1;
            if (busy && from[i] < 0)
                from[i] = x;
            if (busy || from[i] < 0)
                continue;
            double h = fmin(l->row - 4, 18);
            double y = kernel ? l->kernel_y : l->plot.y + l->row * (double)i;
            draw_rect(f->d, BOX(from[i], y + (l->row - h) / 2, x - from[i], h),
                      f->p->space[kernel ? HUE_KERNEL : HUE_USER]);
            from[i] = -1;
        }
    }
    veil(f, l);
}

static void draw_lanes(struct frame *f, const struct lanes *l, double end)
{
    const struct spans *s = f->s->spans;
    size_t first = spans_find(s, l->begin > 0 ? (uint64_t)l->begin : 0);
    size_t last = spans_find(s, end > 0 ? (uint64_t)end : 0);
    if (last < spans_count(s))
        last++;
    draw_rect(f->d, BOX(0, l->wall_y, f->v->canvas.w, 6), f->p->wall);
    if (last > first && last - first > DETAIL)
        draw_columns(f, l);
    else if (last > first)
        draw_spans(f, l, first, last);
}

/* ---- Links: bytes that came out of one crossing and went into another ---- */

/* Where it ends: a receiver that slept opened before the sender, and has the
 * bytes when it goes on. False: not known, or too far away to look for. */
static bool link_end(const struct spans *s, const struct scene_link *link,
                     uint64_t from, uint64_t *at)
{
    if (link->to > link->from)
        return spans_crossing(s, link->to, at);
    size_t first = spans_find(s, from), last = first + 20000;
    for (size_t i = first; i < last && i < spans_count(s); i++)
        if (spans_at(s, i)->crossing == link->to &&
            spans_at(s, i)->begin > from) {
            *at = spans_at(s, i)->begin;
            return true;
        }
    return false;
}

static bool place_link(const struct frame *f, const struct lanes *l,
                       const struct scene_link *link, double *x0, double *x1)
{
    uint64_t from, to;
    if (!spans_crossing(f->s->spans, link->from, &from) ||
        !link_end(f->s->spans, link, from, &to))
        return false;
    *x0 = l->plot.x + ((double)from - l->begin) * l->scale;
    *x1 = l->plot.x + ((double)to - l->begin) * l->scale;
    return *x0 >= l->plot.x && *x1 <= box_right(l->plot) && *x1 - *x0 >= 8;
}

/* What is written under a link's curve, if it runs into no other; labels are
 * placed from left to right of what is free. */
static void link_label(struct frame *f, const struct lanes *l, double x0,
                       double x1, double y, const struct scene_link *link,
                       struct box *used, size_t *uses)
{
    char text[160];
    snprintf(text, sizeof text, "%s, #%llu \xe2\x86\x92 #%llu", link->text,
             (unsigned long long)link->from, (unsigned long long)link->to);
    double w = draw_width(f->d, FONT_SMALL, text);
    double x = (x0 + x1 - w) / 2;
    if (w + 12 > x1 - x0) /* beside the curve, not over all of it */
        x = x0 - w - 10 >= l->plot.x ? x0 - w - 10 : x1 + 10;
    x = fmin(fmax(l->plot.x, x), box_right(l->plot) - w);
    struct box b = BOX(x - 4, y + 1, w + 8, 16);
    if (w > l->plot.w)
        return;
    for (size_t i = 0; i < *uses; i++)
        if (box_overlaps(b, used[i]))
            return;
    used[(*uses)++] = b;
    draw_rect(f->d, b, f->p->paper);
    draw_text(f->d, FONT_SMALL, x, y + 1, w + 1,
              link->wakes ? f->p->soft : f->p->word[HUE_SHARED], text);
}

/* The curves first, so that the labels lie over them. */
static void draw_links(struct frame *f, const struct lanes *l)
{
    const struct scene_card *card =
        f->s->selected.present ? &f->s->selected : &f->s->now;
    double y = l->kernel_y + l->row - 2;
    struct box used[SCENE_LINKS];
    size_t uses = 0;
    if (y + 20 > box_bottom(l->plot))
        return;
    for (int labels = 0; labels < 2; labels++)
        for (size_t i = 0; i < card->links; i++) {
            const struct scene_link *link = &card->link[i];
            double x0, x1;
            colour c = link->wakes ? f->p->soft : f->p->space[HUE_SHARED];
            if (!place_link(f, l, link, &x0, &x1))
                continue;
            if (labels) {
                link_label(f, l, x0, x1, y, link, used, &uses);
                continue;
            }
            struct draw_item *curve = draw_line(f->d, x0, y, x1, y, c);
            curve->kind = DRAW_CURVE;
            curve->dashed = !link->wakes;
            curve->radius = 12;
            curve->stroke_width = 1.5;
            draw_triangle(f->d, BOX(x1 - 4, y - 2, 8, 6), 3, c);
        }
}

/* The present: with a knob to be dragged by. */
static void draw_cursor(struct frame *f, const struct lanes *l)
{
    struct timeline *t = &f->v->timeline;
    double x = l->plot.x + ((double)f->s->executed - l->begin) * l->scale;
    t->cursor = -1;
    if (x < l->plot.x || x > box_right(l->plot))
        return;
    x = floor(x);
    t->cursor = x;
    double top = l->plot.y - 9;
    bool held =
        t->scrubbing || frame_hovered(f, BOX(x - 6, top, 12, l->plot.h));
    draw_rect(f->d, BOX(x - 1, top + 6, 2, box_bottom(l->plot) - top - 8),
              f->p->ink);
    draw_card(f->d, BOX(x - 6, top, 12, 9), held ? f->p->lit : f->p->ink,
              f->p->ink, 3)
        ->stroke_width = held ? 2 : 1;
    draw_triangle(f->d, BOX(x - 5, top + 8, 10, 6), 2, f->p->ink);
}

/* ---- The panel ---- */

static void timeline_header(struct frame *f, struct box b, size_t left_out)
{
    const struct timeline *t = &f->v->timeline;
    char from[32], to[32], text[160];
    double x = b.x, right = box_right(b);
    x += draw_text(f->d, FONT_SMALL_BOLD, x, b.y, right - x, f->p->soft,
                   "TIMELINE") +
         18;
    snprintf(text, sizeof text,
             "instructions %s \xe2\x80\xa6 %s    drag the cursor: scrub; wheel "
             "zooms, drag moves, double click goes there, Z the whole run",
             number_text(from, t->begin > 0 ? (uint64_t)t->begin : 0),
             number_text(to, t->end > 0 ? (uint64_t)t->end : 0));
    x += draw_text(f->d, FONT_SMALL, x, b.y, right - x, f->p->soft, text) + 18;
    if (left_out)
        draw_textf(f->d, FONT_SMALL, x, b.y, right - x, f->p->soft,
                   "%zu more processes: zoom in", left_out);
}

void panel_timeline(struct frame *f, struct box b)
{
    struct timeline *t = &f->v->timeline;
    draw_rect(f->d, b, f->p->paper);
    draw_hline(f->d, b.x, b.y, b.w, f->p->line);
    draw_hline(f->d, b.x, box_bottom(b) - 1, b.w, f->p->line);
    struct box in = BOX(b.x + 14, b.y + 7, b.w - 28, b.h - 12);
    struct box head = box_cut_top(&in, 24);
    if (!f->s->spans || spans_count(f->s->spans) == 0) {
        timeline_header(f, head, 0);
        draw_text(f->d, FONT_TEXT, in.x, in.y, in.w, f->p->soft,
                  "Nothing has run in user space yet.");
        return;
    }
    place_window(t, f->s);
    struct lanes l = {.plot = in, .begin = t->begin};
    double label_w = fmin(130, in.w * 0.14);
    t->cursor = -1;
    box_cut_left(&l.plot, label_w);
    l.scale = l.plot.w / fmax(1, t->end - t->begin);
    double links = in.h >= 110 ? 20 : 4; /* under the kernel's lane */
    double least = in.h >= 100 ? 24 : 16;
    size_t room = (size_t)fmax(1, floor((in.h - 12 - least - links) / least));
    choose_lanes(f, &l, t->end, room < LANES_MAX ? room : LANES_MAX);
    l.row = (in.h - 12 - links) / (double)(l.count + 1);
    l.row = fmax(least, fmin(30, l.row));
    l.wall_y = in.y + l.row * (double)(l.count ? l.count : 1) + 2;
    l.kernel_y = l.wall_y + 10;
    t->plot = l.plot;
    timeline_header(f, head, l.left_out);
    draw_lanes(f, &l, t->end);
    lane_labels(f, &l, in.x, label_w - 8);
    draw_links(f, &l);
    draw_cursor(f, &l);
    frame_hot(f, BOX(in.x, b.y, in.w, b.h), HOT_TIMELINE, 0, NULL);
}
