/*
 * motion.c - a crossing shown as what it is: when a step of the debugger has
 * added steps to the wall, they appear one after the other, and what each means
 * moves. The pc goes to the wall; registers are packed; one gate shuts and the
 * other opens; bytes are carried over, the pointer to them stays behind; the
 * result comes back.
 *
 * Only shapes are drawn here, never text. Time is told by view_tick: nobody who
 * does not call it (shot) ever sees anything move.
 */
#include "frame.h"

#include <math.h>
#include <string.h>

#define STEP_MS    520.0  /* at speed 1 */
#define MOST_MS    3200.0 /* all of them together */
#define REGISTERS  31
#define BYTES_MOST 16

/* ---- What there is to show ---- */

static void finish(struct motion *m)
{
    m->steps = m->at = 0;
}

void view_set_speed(struct view *v, int speed)
{
    v->motion.speed = speed;
    if (speed == 0)
        finish(&v->motion);
}

int view_speed(const struct view *v)
{
    return v->motion.speed;
}

bool view_moving(const struct view *v)
{
    return v->motion.at < v->motion.steps;
}

static double step_ms(const struct motion *m)
{
    double n = (double)(m->steps - m->first);
    return fmin(STEP_MS, MOST_MS / fmax(1, n)) / fmax(1, m->speed);
}

void view_tick(struct view *v, uint64_t now_ms)
{
    struct motion *m = &v->motion;
    m->ticking = true;
    if (m->begun_ms == 0)
        m->begun_ms = now_ms;
    double passed = (double)(now_ms - m->begun_ms) / step_ms(m);
    size_t whole = (size_t)passed;
    if (!view_moving(v))
        return;
    m->at = m->first + whole;
    m->part = passed - (double)whole;
    if (m->at >= m->steps)
        finish(m);
}

void motion_skip(struct view *v)
{
    finish(&v->motion);
}

/* New steps of the crossing at hand, since the frame before. Going back is
 * not animated: what is shown then has long happened. */
void motion_look(struct view *v, const struct scene *s)
{
    struct motion *m = &v->motion;
    const struct scene_card *card = &s->now;
    bool same = m->number == card->number;
    size_t first = same ? m->seen : 0;
    bool wanted = m->ticking && m->speed > 0 && m->looked &&
                  s->run == RUN_PAUSED && !s->selected.present &&
                  v->only == PANEL_NONE && !v->help &&
                  s->executed >= m->executed && !v->timeline.scrubbing;
    if (!wanted) {
        finish(m);
    } else if (card->steps > first) {
        m->first = m->at = first;
        m->steps = card->steps;
        m->begun_ms = 0;
        m->part = 0;
    }
    m->number = card->number;
    m->seen = card->steps;
    m->executed = s->executed;
    m->looked = true;
}

size_t motion_visible(const struct view *v, const struct scene_card *card)
{
    return view_moving(v) && v->motion.at + 1 < card->steps ? v->motion.at + 1
                                                            : card->steps;
}

bool motion_is_at(const struct view *v, size_t step)
{
    return view_moving(v) && v->motion.at == step;
}

/* ---- Drawing ---- */

struct path { /* on the canvas */
    double x0, y0, x1, y1;
};

/* Slow at both ends. */
static double eased(double t)
{
    t = fmax(0, fmin(1, t));
    return t * t * (3 - 2 * t);
}

static double x_at(const struct path *p, double t)
{
    return p->x0 + (p->x1 - p->x0) * eased(t);
}

static double y_at(const struct path *p, double t)
{
    return p->y0 + (p->y1 - p->y0) * eased(t);
}

static void chip(struct frame *f, double x, double y, double size, colour c)
{
    struct draw_item *it = draw_card(
        f->d, BOX(x - size / 2, y - size / 2, size, size), c, f->p->card, 2);
    it->stroke_width = 1;
}

static void show_pc(struct frame *f, const struct path *p, double t)
{
    draw_line(f->d, p->x0, p->y0, x_at(p, t), y_at(p, t), f->p->space[HUE_USER])
        ->dashed = true;
    struct draw_item *it =
        draw_card(f->d, BOX(x_at(p, t) - 8, y_at(p, t) - 8, 16, 16),
                  f->p->space[HUE_USER], f->p->card, 8);
    it->stroke_width = 2;
}

/* From the user's side into a row along the step's lower edge, or back. */
static void show_registers(struct frame *f, struct box user, struct box step,
                           double t, bool back)
{
    for (int i = 0; i < REGISTERS; i++) {
        struct path p = {user.x + 40 + (double)(i % 8) * (user.w - 80) / 8,
                         user.y + user.h * 0.55 + (double)(i / 8) * 20,
                         step.x + 36 + (double)i * (step.w - 50) / REGISTERS,
                         box_bottom(step) - 3};
        double own = t * 1.5 - 0.5 * i / REGISTERS;
        chip(f, x_at(&p, back ? 1 - own : own), y_at(&p, back ? 1 - own : own),
             7, f->p->space[HUE_USER]);
    }
}

/* One side shuts as the other opens. */
static void show_gates(struct frame *f, struct box wall, double t, bool back)
{
    double shut = eased(back ? 1 - t : t) * wall.h, open = wall.h - shut;
    draw_rect(f->d, BOX(wall.x - 4, wall.y, 8, shut), f->p->space[HUE_USER]);
    draw_rect(f->d, BOX(box_right(wall) - 4, wall.y, 8, open),
              f->p->space[HUE_KERNEL]);
}

/* The pointer: an empty box that does not get through. */
static void show_pointer(struct frame *f, double x, double y, double t)
{
    struct draw_item *it = draw_card(f->d, BOX(x - 16, y - 7, 32, 14),
                                     COLOUR_NONE, f->p->space[HUE_USER], 3);
    it->dashed = true;
    it->stroke_width = 1.5;
    if (t < 0.6)
        return;
    draw_line(f->d, x - 16, y - 7, x + 16, y + 7, f->p->space[HUE_REFUSAL]);
    draw_line(f->d, x - 16, y + 7, x + 16, y - 7, f->p->space[HUE_REFUSAL]);
}

static void show_bytes(struct frame *f, const struct scene_step *step,
                       struct box user, struct box kernel, struct box box,
                       double t)
{
    double y = box_bottom(box) - 12;
    struct path p = {box_right(user) - 60, y, kernel.x + 60, y};
    if (!step->inward)
        p = (struct path){p.x1, y, p.x0, y};
    uint64_t n = step->length < BYTES_MOST ? step->length : BYTES_MOST;
    double wall = step->inward ? box_right(box) : box.x;
    for (uint64_t i = 0; i < n; i++) {
        bool refused = step->refused && i >= step->done;
        double own = t * 1.6 - 0.6 * (double)i / (double)n;
        double x = x_at(&p, own);
        if (refused) /* it stops at the wall */
            x = step->inward ? fmin(x, box.x + 10) : fmax(x, wall + 10);
        chip(f, x, y, 12,
             f->p->space[refused ? HUE_REFUSAL
                                 : (step->inward ? HUE_USER : HUE_KERNEL)]);
    }
    if (step->inward) {
        struct path q = {p.x0, y - 18, box_right(box) - 24, y - 18};
        show_pointer(f, x_at(&q, t * 1.3), y - 18, t);
    }
}

static void show(struct frame *f, const struct scene_step *step, struct box box,
                 double t)
{
    const struct view *v = f->v;
    struct box user = v->area[PANEL_USER], kernel = v->area[PANEL_KERNEL];
    struct box wall = v->area[PANEL_BOUNDARY];
    struct path in = {user.x + user.w * 0.4, user.y + user.h * 0.3, box.x + 17,
                      box.y + 13};
    struct path out = {box.x + 17, box_bottom(box) - 8, user.x + user.w * 0.4,
                       user.y + user.h * 0.55};
    switch (step->motion) {
    case MOTION_TRAP:
        show_pc(f, &in, t);
        break;
    case MOTION_REGISTERS:
        show_registers(f, user, box, t, false);
        break;
    case MOTION_GATE:
    case MOTION_GATE_BACK:
        show_gates(f, wall, t, step->motion == MOTION_GATE_BACK);
        break;
    case MOTION_BYTES:
        show_bytes(f, step, user, kernel, box, t);
        break;
    case MOTION_RESULT:
        show_registers(f, user, box, t, true);
        chip(f, x_at(&out, t), y_at(&out, t), 14, f->p->space[HUE_KERNEL]);
        break;
    case MOTION_NONE:
        break;
    }
}

void motion_draw(struct frame *f)
{
    struct view *v = f->v;
    const struct scene_card *card = &f->s->now;
    if (!view_moving(v) || v->motion.at >= card->steps ||
        v->motion.step_box.w <= 0)
        return;
    struct box b = v->area[PANEL_USER];
    b.w = box_right(v->area[PANEL_KERNEL]) - b.x;
    f->d->panel = PANEL_MOTION;
    v->area[PANEL_MOTION] = b;
    struct box old = draw_clip(f->d, b);
    show(f, &card->step[v->motion.at], v->motion.step_box, v->motion.part);
    draw_unclip(f->d, old);
}
