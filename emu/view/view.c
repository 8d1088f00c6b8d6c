/*
 * view.c - the view as a whole: where panels lie, building a frame, and which
 * parts of the canvas changed since the last one. Input is in input.c, the
 * panels in panel_*.c.
 */
#include "frame.h"
#include "paint.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    enum panel panel;
    const char *name;
    void (*draw)(struct frame *f, struct box b);
} panels[] = {
    {PANEL_TOOLBAR, "toolbar", panel_toolbar},
    {PANEL_USER, "user", panel_user},
    {PANEL_BOUNDARY, "boundary", panel_boundary},
    {PANEL_KERNEL, "kernel", panel_kernel},
    {PANEL_TIMELINE, "timeline", panel_timeline},
    {PANEL_CROSSINGS, "crossings", panel_crossings},
    {PANEL_PROCESSES, "processes", panel_processes},
    {PANEL_BRANCHES, "branches", panel_branches},
    {PANEL_BREAKS, "breaks", panel_breaks},
    {PANEL_CARD, "card", panel_card},
    {PANEL_TRANSFERS, "transfers", panel_transfers},
    {PANEL_CONSOLE, "console", panel_console},
    {PANEL_MEMORY, "memory", panel_memory},
    {PANEL_WALK, "walk", panel_walk},
    {PANEL_REGISTERS, "registers", panel_registers},
    {PANEL_PORTS, "ports", panel_ports},
    {PANEL_STATUS, "status", panel_status},
    {PANEL_HELP, "help", panel_help},
    {PANEL_RACE, "race", panel_race},
};
#define PANEL_ROWS (sizeof panels / sizeof panels[0])

struct view *view_create(void)
{
    struct view *v = calloc(1, sizeof *v);
    if (!v)
        return NULL;
    v->fonts = fonts_create();
    if (!v->fonts) {
        free(v);
        return NULL;
    }
    draw_init(&v->list, v->fonts);
    v->palette = &palette_light;
    v->zoom = 1;
    v->timeline.follow = true;
    v->shown[GROUP_LEFT] = PANEL_CROSSINGS;
    v->shown[GROUP_MIDDLE] = PANEL_CARD;
    v->shown[GROUP_RIGHT] = PANEL_CONSOLE;
    view_resize(v, 1600, 1000, 0);
    return v;
}

void view_destroy(struct view *v)
{
    if (!v)
        return;
    draw_free(&v->list);
    fonts_destroy(v->fonts);
    free(v->hot);
    free(v->port_y);
    free(v->filter.number);
    free(v);
}

/* Quarter steps: 1600x1000 is 1, 2560x1440 is 1.25, 3840x2160 is 2. */
static double scale_for(double w, double h)
{
    double fit = fmin(w / 1600, h / 1000);
    return fmax(1, floor(fit * 4) / 4);
}

void view_resize(struct view *v, int device_w, int device_h, double scale)
{
    v->device_w = fmax(1, device_w);
    v->device_h = fmax(1, device_h);
    v->wanted_scale = scale;
    double k = scale > 0 ? scale : scale_for(v->device_w, v->device_h);
    fonts_set_scale(v->fonts, k * v->zoom);
    k = fonts_scale(v->fonts);
    v->canvas = BOX(0, 0, v->device_w / k, v->device_h / k);
    v->all_damaged = true;
}

double view_scale(const struct view *v)
{
    return fonts_scale(v->fonts);
}

void view_set_dark(struct view *v, bool dark)
{
    v->palette = dark ? &palette_dark : &palette_light;
    v->all_damaged = true;
}

bool view_is_dark(const struct view *v)
{
    return v->palette == &palette_dark;
}

const char *view_panel_name(size_t i)
{
    return i < PANEL_ROWS ? panels[i].name : NULL;
}

bool view_only(struct view *v, const char *name)
{
    v->only = PANEL_NONE;
    v->all_damaged = true;
    for (size_t i = 0; name && i < PANEL_ROWS; i++)
        if (strcmp(panels[i].name, name) == 0)
            v->only = panels[i].panel;
    return !name || v->only != PANEL_NONE;
}

const struct draw_list *view_list(const struct view *v)
{
    return &v->list;
}

/* ---- Building a frame ---- */

static void draw_panel(struct frame *f, enum panel panel, struct box b)
{
    if (b.w < 8 || b.h < 8)
        return;
    for (size_t i = 0; i < PANEL_ROWS; i++) {
        if (panels[i].panel != panel)
            continue;
        f->d->panel = panel;
        f->v->area[panel] = b;
        struct box old = draw_clip(f->d, b);
        panels[i].draw(f, b);
        draw_unclip(f->d, old);
    }
}

/* Three columns; the wall gets a quarter. */
static void draw_spaces(struct frame *f, struct box b)
{
    double wall = round(b.w * 0.25);
    struct box user = box_cut_left(&b, round((b.w - wall) / 2));
    struct box middle = box_cut_left(&b, wall);
    draw_panel(f, PANEL_USER, user);
    draw_panel(f, PANEL_BOUNDARY, middle);
    draw_panel(f, PANEL_KERNEL, b);
}

static void draw_bottom(struct frame *f, struct box b)
{
    struct view *v = f->v;
    struct box left = box_cut_left(&b, round(b.w * 0.43));
    struct box middle = box_cut_left(&b, round(b.w * 0.45));
    draw_panel(f, v->shown[GROUP_LEFT], left);
    draw_panel(f, v->shown[GROUP_MIDDLE], middle);
    draw_panel(f, v->shown[GROUP_RIGHT], b);
}

static void draw_window(struct frame *f, struct box b)
{
    draw_panel(f, PANEL_TOOLBAR, box_cut_top(&b, 44));
    draw_panel(f, PANEL_STATUS, box_cut_bottom(&b, 24));
    double lanes = b.h < 480 ? 0 : b.h < 700 ? 112 : round(b.h * 0.185);
    double spaces = round((b.h - lanes) * (b.h < 700 ? 0.64 : 0.62));
    draw_spaces(f, box_cut_top(&b, spaces));
    draw_panel(f, PANEL_TIMELINE, box_cut_top(&b, lanes));
    draw_bottom(f, b);
}

static const char *tip_under_pointer(const struct view *v, struct box *about)
{
    for (size_t i = v->list.items; i-- > 0;) {
        const struct draw_item *it = &v->list.item[i];
        if (it->kind == DRAW_TEXT && it->whole &&
            box_holds(it->box, v->x, v->y) && box_holds(it->clip, v->x, v->y)) {
            *about = it->box;
            return draw_string(&v->list, it->whole);
        }
    }
    const struct hot *hot = view_hot_at(v, v->x, v->y);
    if (hot)
        *about = hot->box;
    return hot ? hot->tip : NULL;
}

/* The whole of a text that was cut, or what a button does, beside the
 * pointer. */
static void draw_tip_of_pointer(struct frame *f)
{
    struct view *v = f->v;
    struct box about;
    const char *found = v->inside && !v->timeline.dragging
                            ? tip_under_pointer(v, &about)
                            : NULL;
    if (!found)
        return;
    char tip[512];
    snprintf(tip, sizeof tip, "%s", found);
    double w =
        fmin(draw_width(f->d, FONT_TEXT, tip) + 1, fmin(420, v->canvas.w - 40));
    f->d->layer = LAYER_TIP;
    f->d->panel = PANEL_TIP;
    double x = fmin(v->x + 12, box_right(v->canvas) - w - 28);
    double y = box_bottom(about) + 6;
    size_t card = f->d->items;
    draw_card(f->d, BOX(x, y, w + 20, 0), f->p->strong, COLOUR_NONE, 6);
    size_t first = f->d->items;
    double h =
        draw_prose(f->d, FONT_TEXT, x + 10, y + 6, w, 12, f->p->on_strong, tip);
    f->d->item[card].box.h = h + 12;
    double over = y + h + 14 - box_bottom(v->canvas);
    if (over > 0) { /* above what it is about instead */
        double up = y - (about.y - h - 18);
        f->d->item[card].box.y -= up;
        for (size_t i = first; i < f->d->items; i++)
            f->d->item[i].box.y -= up;
    }
    v->area[PANEL_TIP] = f->d->item[card].box;
}

/* The help covers the window. */
static void draw_overlays(struct frame *f)
{
    struct view *v = f->v;
    if (v->help) {
        f->d->layer = LAYER_MENU;
        double w = fmin(v->canvas.w, fmax(1100, v->canvas.w * 0.6));
        double h = fmin(v->canvas.h, 740);
        f->d->panel = PANEL_HELP;
        draw_rect(f->d, v->canvas, f->p->paper);
        draw_panel(f, PANEL_HELP,
                   BOX(round((v->canvas.w - w) / 2),
                       round((v->canvas.h - h) / 2), w, h));
        v->area[PANEL_HELP] = v->canvas;
    }
    draw_tip_of_pointer(f);
    f->d->layer = LAYER_BASE;
}

void view_frame(struct view *v, const struct scene *scene)
{
    struct frame f = {v, &v->list, scene, v->palette};
    v->hots = 0;
    v->present = scene->rows.present;
    v->known = scene->rows.count;
    memset(v->area, 0, sizeof v->area);
    draw_clear(&v->list, v->canvas);
    filter_advance(&v->filter, &scene->rows);
    motion_look(v, scene);
    if (v->only != PANEL_NONE) {
        f.d->panel = v->only;
        draw_rect(f.d, v->canvas, v->palette->paper);
        draw_panel(&f, v->only, v->canvas);
    } else {
        draw_window(&f, v->canvas);
        motion_draw(&f);
    }
    draw_overlays(&f);
}

/* ---- Damage ---- */

static bool same_area(struct box a, struct box b)
{
    return a.x == b.x && a.y == b.y && a.w == b.w && a.h == b.h;
}

size_t view_damage(struct view *v, struct box *area, size_t max)
{
    size_t n = 0;
    bool all = v->all_damaged;
    v->all_damaged = false;
    for (int i = PANEL_NONE + 1; i < PANELS; i++) {
        uint64_t hash = paint_hash(&v->list, i);
        bool moved = !same_area(v->area[i], v->old_area[i]);
        if (!all && (hash != v->hash[i] || moved)) {
            if (n < max && v->area[i].w > 0)
                area[n++] = v->area[i];
            if (n < max && moved && v->old_area[i].w > 0)
                area[n++] = v->old_area[i];
        }
        v->hash[i] = hash;
        v->old_area[i] = v->area[i];
    }
    if (all && max > 0) {
        area[0] = v->canvas;
        return 1;
    }
    return n;
}

void view_damage_all(struct view *v)
{
    v->all_damaged = true;
}

void view_paint(struct view *v, cairo_t *cr, struct box area)
{
    paint_list(&v->list, cr, area);
}

/* ---- What panels share ---- */

void frame_hot(struct frame *f, struct box b, enum hot_kind kind, uint64_t arg,
               const char *tip)
{
    struct view *v = f->v;
    if (v->hots == v->hot_room) {
        size_t room = v->hot_room * 2 + 128;
        struct hot *more = realloc(v->hot, room * sizeof *more);
        if (!more)
            return; /* this place stays deaf; the picture is whole */
        v->hot = more;
        v->hot_room = room;
    }
    v->hot[v->hots++] = (struct hot){b, kind, arg, tip, f->d->layer};
}

static const struct hot *find_hot(const struct view *v, double x, double y,
                                  bool scroll)
{
    enum draw_layer lowest = v->help ? LAYER_MENU : LAYER_BASE;
    for (size_t i = v->hots; i-- > 0;)
        if (v->hot[i].layer >= lowest && box_holds(v->hot[i].box, x, y) &&
            (v->hot[i].kind == HOT_SCROLL) == scroll)
            return &v->hot[i];
    return NULL;
}

const struct hot *view_hot_at(const struct view *v, double x, double y)
{
    return find_hot(v, x, y, false);
}

const struct hot *view_scroll_at(const struct view *v, double x, double y)
{
    return find_hot(v, x, y, true);
}

bool frame_hovered(const struct frame *f, struct box b)
{
    const struct view *v = f->v;
    return v->inside && box_holds(b, v->x, v->y) &&
           (!v->help || f->d->layer >= LAYER_MENU);
}

double frame_address(struct frame *f, enum font font, double x, double y,
                     double max_width, colour c, uint64_t va)
{
    double w = draw_textf(f->d, font, x, y, max_width, c, "0x%llx",
                          (unsigned long long)va);
    if (w > 0) {
        draw_about(f->d, va);
        frame_hot(f, BOX(x, y, w, fonts_line(font)), HOT_ADDRESS, va, NULL);
    }
    return w;
}

void frame_scrollbar(struct frame *f, struct box b, size_t total, size_t first,
                     size_t shown)
{
    if (total <= shown || b.h < 20)
        return;
    double h = fmax(16, b.h * (double)shown / (double)total);
    double y = b.y + (b.h - h) * (double)first / (double)(total - shown);
    draw_rect(f->d, BOX(box_right(b) - 5, y, 4, h),
              palette_mix(f->p->line, f->p->soft, 0.5))
        ->radius = 2;
}

colour frame_kind_colour(const struct frame *f, enum crossing_kind kind,
                         bool failed)
{
    if (failed)
        return f->p->space[HUE_REFUSAL];
    if (kind == CROSSING_INTERRUPT)
        return f->p->soft;
    return f->p->space[kind == CROSSING_CALL ? HUE_USER : HUE_KERNEL];
}
