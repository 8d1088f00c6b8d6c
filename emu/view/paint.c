/*
 * paint.c - display list to Cairo. Edges are put on whole device pixels, so
 * that hairlines are sharp at every scale.
 */
#include "paint.h"

#include <math.h>
#include <string.h>

static void set_colour(cairo_t *cr, colour c)
{
    cairo_set_source_rgba(cr, ((c >> 16) & 255) / 255.0,
                          ((c >> 8) & 255) / 255.0, (c & 255) / 255.0,
                          (c >> 24) / 255.0);
}

/* The box with its edges on device pixels, at least one pixel each way. */
static struct box snap(struct box b, double k)
{
    double x = round(b.x * k) / k, y = round(b.y * k) / k;
    return BOX(x, y, fmax(1 / k, round(box_right(b) * k) / k - x),
               fmax(1 / k, round(box_bottom(b) * k) / k - y));
}

static void rounded(cairo_t *cr, struct box b, double r)
{
    r = fmin(r, fmin(b.w, b.h) / 2);
    if (r <= 0) {
        cairo_rectangle(cr, b.x, b.y, b.w, b.h);
        return;
    }
    cairo_new_sub_path(cr);
    cairo_arc(cr, box_right(b) - r, b.y + r, r, -M_PI / 2, 0);
    cairo_arc(cr, box_right(b) - r, box_bottom(b) - r, r, 0, M_PI / 2);
    cairo_arc(cr, b.x + r, box_bottom(b) - r, r, M_PI / 2, M_PI);
    cairo_arc(cr, b.x + r, b.y + r, r, M_PI, 3 * M_PI / 2);
    cairo_close_path(cr);
}

static void fill_path(cairo_t *cr, const struct draw_item *it, struct box b)
{
    if (it->fill == it->fill_bottom) {
        set_colour(cr, it->fill);
        cairo_fill_preserve(cr);
        return;
    }
    cairo_pattern_t *fade =
        cairo_pattern_create_linear(0, b.y, 0, box_bottom(b));
    for (int i = 0; i < 2; i++) {
        colour c = i ? it->fill_bottom : it->fill;
        cairo_pattern_add_color_stop_rgb(fade, i, ((c >> 16) & 255) / 255.0,
                                         ((c >> 8) & 255) / 255.0,
                                         (c & 255) / 255.0);
    }
    cairo_set_source(cr, fade);
    cairo_fill_preserve(cr);
    cairo_pattern_destroy(fade);
}

/* Diagonal strokes over the box: "nothing is mapped here". */
static void hatch(cairo_t *cr, struct box b, colour c)
{
    cairo_save(cr);
    cairo_clip_preserve(cr);
    cairo_path_t *path = cairo_copy_path(cr);
    cairo_new_path(cr);
    for (double x = b.x - b.h; x < box_right(b); x += 8) {
        cairo_move_to(cr, x, box_bottom(b));
        cairo_line_to(cr, x + b.h, b.y);
    }
    set_colour(cr, c);
    cairo_set_line_width(cr, 2);
    cairo_stroke(cr);
    cairo_append_path(cr, path);
    cairo_path_destroy(path);
    cairo_restore(cr);
}

static void paint_rect(cairo_t *cr, const struct draw_item *it, double k)
{
    struct box b = snap(it->box, k);
    rounded(cr, b, it->radius);
    if (it->fill >> 24)
        fill_path(cr, it, b);
    if (it->hatched)
        hatch(cr, b, it->stroke);
    cairo_new_path(cr);
    if (!(it->stroke >> 24) || it->hatched)
        return;
    double width = fmax(1, round(it->stroke_width * k)) / k;
    static const double dash[] = {3, 2};
    rounded(cr, box_inset(b, width / 2, width / 2), it->radius - width / 2);
    set_colour(cr, it->stroke);
    cairo_set_line_width(cr, width);
    if (it->dashed)
        cairo_set_dash(cr, dash, 2, 0);
    cairo_stroke(cr);
    cairo_set_dash(cr, NULL, 0, 0);
}

static void paint_line(cairo_t *cr, const struct draw_item *it)
{
    static const double dash[] = {4, 3};
    struct box b = it->box;
    cairo_new_path(cr);
    cairo_move_to(cr, b.x, b.y);
    if (it->kind == DRAW_CURVE)
        cairo_curve_to(cr, b.x + b.w * 0.2, b.y + it->radius, b.x + b.w * 0.8,
                       b.y + b.h + it->radius, b.x + b.w, b.y + b.h);
    else
        cairo_line_to(cr, b.x + b.w, b.y + b.h);
    set_colour(cr, it->stroke);
    cairo_set_line_width(cr, it->stroke_width);
    if (it->dashed)
        cairo_set_dash(cr, dash, 2, 0);
    cairo_stroke(cr);
    cairo_set_dash(cr, NULL, 0, 0);
}

static void paint_triangle(cairo_t *cr, const struct draw_item *it)
{
    /* corners of each direction, in halves of the box */
    static const char corner[4][6] = {{0, 0, 2, 1, 0, 2},
                                      {2, 0, 2, 2, 0, 1},
                                      {0, 0, 2, 0, 1, 2},
                                      {0, 2, 1, 0, 2, 2}};
    const char *c = corner[it->direction & 3];
    struct box b = it->box;
    cairo_new_path(cr);
    for (int i = 0; i < 6; i += 2)
        cairo_line_to(cr, b.x + b.w * c[i] / 2, b.y + b.h * c[i + 1] / 2);
    cairo_close_path(cr);
    set_colour(cr, it->fill);
    cairo_fill(cr);
}

static void paint_item(const struct draw_list *d, cairo_t *cr,
                       const struct draw_item *it)
{
    switch (it->kind) {
    case DRAW_RECT:
        paint_rect(cr, it, fonts_scale(d->fonts));
        break;
    case DRAW_LINE:
    case DRAW_CURVE:
        paint_line(cr, it);
        break;
    case DRAW_TRIANGLE:
        paint_triangle(cr, it);
        break;
    case DRAW_TEXT:
        fonts_show(d->fonts, cr, it->font, it->box.x, it->box.y, it->fill,
                   draw_string(d, it->text));
        break;
    }
}

/* A box that surely holds all the item's ink. */
static struct box reach(const struct draw_item *it)
{
    struct box b = it->box;
    if (b.w < 0)
        b = BOX(b.x + b.w, b.y, -b.w, b.h);
    if (b.h < 0)
        b = BOX(b.x, b.y + b.h, b.w, -b.h);
    double more = it->kind == DRAW_CURVE ? fabs(it->radius) + 2 : 2;
    return BOX(b.x - more, b.y - more, b.w + 2 * more, b.h + 2 * more);
}

static bool same_box(struct box a, struct box b)
{
    return a.x == b.x && a.y == b.y && a.w == b.w && a.h == b.h;
}

void paint_list(const struct draw_list *d, cairo_t *cr, struct box area)
{
    struct box clip = BOX(0, 0, -1, -1);
    double k = fonts_scale(d->fonts);
    cairo_save(cr);
    struct box edge = snap(area, k);
    cairo_rectangle(cr, edge.x, edge.y, edge.w, edge.h);
    cairo_clip(cr);
    cairo_save(cr);
    for (int layer = 0; layer < LAYERS; layer++) {
        for (size_t i = 0; i < d->items; i++) {
            const struct draw_item *it = &d->item[i];
            if (it->layer != (enum draw_layer)layer ||
                !box_overlaps(it->clip, area) || !box_overlaps(reach(it), area))
                continue;
            if (!same_box(clip, it->clip)) {
                clip = it->clip;
                struct box to = snap(clip, k);
                cairo_restore(cr);
                cairo_save(cr);
                cairo_rectangle(cr, to.x, to.y, to.w, to.h);
                cairo_clip(cr);
            }
            paint_item(d, cr, it);
        }
    }
    cairo_restore(cr);
    cairo_restore(cr);
}

static uint64_t mix(uint64_t h, const void *bytes, size_t n)
{
    const unsigned char *b = bytes;
    for (size_t i = 0; i < n; i++)
        h = (h ^ b[i]) * UINT64_C(1099511628211);
    return h;
}

/* The look of one item, field by field (a struct has padding). */
static uint64_t hash_item(uint64_t h, const struct draw_list *d,
                          const struct draw_item *it)
{
    const double shape[] = {
        it->box.x,  it->box.y,  it->box.w,  it->box.h,        it->clip.x,
        it->clip.y, it->clip.w, it->clip.h, it->stroke_width, it->radius};
    const unsigned look[] = {
        it->kind,   it->layer,  it->fill,    it->fill_bottom,
        it->stroke, it->dashed, it->hatched, (unsigned)it->direction,
        it->font};
    h = mix(h, shape, sizeof shape);
    h = mix(h, look, sizeof look);
    if (it->kind == DRAW_TEXT) {
        const char *text = draw_string(d, it->text);
        h = mix(h, text, strlen(text) + 1);
    }
    return h;
}

uint64_t paint_hash(const struct draw_list *d, int panel)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < d->items; i++)
        if (d->item[i].panel == panel)
            h = hash_item(h, d, &d->item[i]);
    return h;
}
