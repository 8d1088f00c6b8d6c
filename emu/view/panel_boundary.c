/*
 * panel_boundary.c - the wall: the crossing at hand told as numbered steps, and
 * if the kernel refused something, why in one plain sentence.
 */
#include "frame.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void bricks(struct frame *f, struct box b)
{
    draw_rect(f->d, b, f->p->wall);
    for (double y = b.y + 34; y < box_bottom(b); y += 34)
        draw_hline(f->d, b.x, y, b.w, f->p->wall_line);
    int row = 0;
    for (double y = b.y; y < box_bottom(b); y += 34, row++)
        for (double x = b.x + (row % 2 ? 34 : 68); x < box_right(b); x += 68)
            draw_vline(f->d, x, y, fmin(34, box_bottom(b) - y),
                       f->p->wall_line);
}

static const char *const kind_names[] = {"call", "fault", "interrupt"};

/* Number, what, and the kind at the right. */
static double header(struct frame *f, const struct scene_card *card,
                     struct box b)
{
    char number[32];
    double right = box_right(b), x = b.x;
    double kind = draw_text_right(f->d, FONT_SMALL, right, b.y + 4, 90,
                                  f->p->wall_soft, kind_names[card->kind]);
    char digits[40];
    snprintf(number, sizeof number, "#%s",
             scene_number(f->s, card->number, digits));
    x += draw_text(f->d, FONT_MONO_TITLE, x, b.y, right - x, f->p->wall_ink,
                   number) +
         10;
    double room = right - kind - 10 - x;
    if (draw_width(f->d, FONT_MONO_TITLE, card->what) <= room) {
        draw_text(f->d, FONT_MONO_TITLE, x, b.y, room, f->p->wall_ink,
                  card->what);
        return 28;
    }
    draw_text(f->d, FONT_TEXT, x, b.y + 3, room, f->p->wall_soft, card->who);
    return 26 +
           draw_prose(f->d, FONT_MONO_BOLD, b.x, b.y + 24, b.w, 2,
                      f->p->wall_ink, card->what) +
           4;
}

struct step_look {
    colour fill, ink, soft, disc, on_disc, border;
};

static struct step_look look_of(struct frame *f, const struct scene_step *step)
{
    const struct palette *p = f->p;
    if (step->now || step->kind == STEP_BYTES)
        return (struct step_look){p->card,   p->ink,       p->soft,
                                  p->strong, p->on_strong, p->mark};
    return (struct step_look){
        p->wall_card, p->wall_ink,
        p->wall_soft, palette_mix(p->wall_card, p->wall_ink, 0.18),
        p->wall_ink,  COLOUR_NONE};
}

/* Measures when paint is false, so that the panel knows what fits. */
static double step_height(struct frame *f, const struct scene_step *step,
                          double w)
{
    double inner = w - 44;
    double title = draw_width(f->d, FONT_TEXT, step->title);
    double detail = draw_width(f->d, FONT_MONO, step->detail);
    double h = 26;
    if (step->detail[0] && title + 10 + detail > inner)
        h += 18;
    if (step->kind == STEP_BYTES) {
        bool said = step->refused || step->length > step->shown;
        h += (step->shown || step->refused ? 25 : 0) + (said ? 17 : 0);
    }
    return h;
}

static void draw_step(struct frame *f, const struct scene_step *step,
                      size_t number, struct box b)
{
    struct step_look look = look_of(f, step);
    struct draw_item *card = draw_card(f->d, b, look.fill,
                                       step->refused ? f->p->space[HUE_REFUSAL]
                                       : step->now   ? look.border
                                                     : COLOUR_NONE,
                                       7);
    card->stroke_width = 2;
    char digit[24];
    snprintf(digit, sizeof digit, "%zu", number);
    struct box disc = BOX(b.x + 8, b.y + 4, 18, 18);
    draw_rect(f->d, disc, look.disc)->radius = 9;
    draw_text_centre(f->d, FONT_SMALL_BOLD, disc, look.on_disc, digit);
    double x = b.x + 34, y = b.y + 4, right = box_right(b) - 10;
    double title = draw_width(f->d, FONT_TEXT, step->title);
    double detail = draw_width(f->d, FONT_MONO, step->detail);
    draw_text(f->d, FONT_TEXT, x, y, right - x, look.ink, step->title);
    if (step->detail[0] && title + 10 + detail <= right - x) {
        draw_text(f->d, FONT_MONO, x + title + 10, y, detail + 1, look.soft,
                  step->detail);
    } else if (step->detail[0]) {
        y += 18;
        draw_text(f->d, FONT_MONO, x, y, right - x, look.soft, step->detail);
    }
    if (step->kind == STEP_BYTES)
        part_bytes(f, step, BOX(x, y + 21, right - x, 0));
}

/* The steps from the first that makes the last ones fit; the wheel goes back
 * to earlier ones. */
static void draw_steps(struct frame *f, const struct scene_card *card,
                       struct box b)
{
    double gap = 6, h = 0;
    const struct view *v = f->v;
    size_t steps = motion_visible(v, card), first = steps;
    f->v->motion.step_box.w = 0;
    while (first > 0) {
        double one = step_height(f, &card->step[first - 1], b.w) + gap;
        double note = first > 1 ? 20 : 0;
        if (h + one + note > b.h)
            break;
        h += one;
        first--;
    }
    long *scroll = &f->v->scroll[PANEL_BOUNDARY];
    *scroll = *scroll > 0 ? 0 : *scroll < -(long)first ? -(long)first : *scroll;
    first = (size_t)((long)first + *scroll);
    if (first > 0)
        draw_textf(f->d, FONT_SMALL, b.x + 34, box_cut_top(&b, 20).y, b.w - 40,
                   f->p->wall_soft, "%zu earlier: wheel up", first);
    for (size_t i = first; i < steps; i++) {
        double one = step_height(f, &card->step[i], b.w);
        if (one > b.h)
            break;
        struct box place = box_cut_top(&b, one);
        if (motion_is_at(v, i))
            f->v->motion.step_box = place;
        draw_step(f, &card->step[i], i + 1, place);
        box_cut_top(&b, gap);
    }
}

static double refusal_height(struct frame *f, const struct scene_card *card,
                             double w)
{
    size_t lines = 0, next;
    for (const char *rest = card->refusal; *rest && lines < 4; rest += next) {
        fonts_wrap(f->v->fonts, FONT_TEXT, rest, w - 24, &next);
        lines++;
    }
    return 16 + 20 + 18 * (double)lines;
}

static void draw_refusal(struct frame *f, const struct scene_card *card,
                         struct box b)
{
    draw_card(f->d, b, f->p->refusal_card, f->p->space[HUE_REFUSAL], 7)
        ->stroke_width = 2;
    draw_text(f->d, FONT_BOLD, b.x + 12, b.y + 8, b.w - 24, f->p->refusal_ink,
              card->refusal_head);
    draw_prose(f->d, FONT_TEXT, b.x + 12, b.y + 28, b.w - 24, 4,
               f->p->refusal_ink, card->refusal);
}

static void nothing_yet(struct frame *f, struct box b)
{
    draw_text(f->d, FONT_HEAD, b.x, b.y, b.w, f->p->wall_ink, "The wall");
    draw_prose(f->d, FONT_TEXT, b.x, b.y + 30, b.w, 6, f->p->wall_soft,
               "Nothing has crossed it yet. Press C: the guest runs until a "
               "program traps into the kernel, and the passage is told here "
               "step by step.");
}

/* The selected crossing, or the one that is open now. */
static const struct scene_card *card_at_hand(const struct frame *f)
{
    return f->s->selected.present ? &f->s->selected : &f->s->now;
}

void panel_boundary(struct frame *f, struct box b)
{
    const struct scene_card *card = card_at_hand(f);
    bricks(f, b);
    frame_hot(f, b, HOT_SCROLL, PANEL_BOUNDARY, NULL);
    double pad = b.w < 300 ? 10 : 16;
    struct box in = BOX(b.x + pad, b.y + 12, b.w - 2 * pad, b.h - 24);
    if (!card->present) {
        nothing_yet(f, in);
        return;
    }
    box_cut_top(&in, header(f, card, in));
    if (card->cost[0]) {
        struct box cost = box_cut_bottom(&in, 22);
        draw_text(f->d, FONT_MONO, cost.x, cost.y + 4, cost.w, f->p->wall_soft,
                  card->cost);
    }
    if (card->refused) {
        double h = refusal_height(f, card, in.w);
        draw_refusal(f, card, box_cut_bottom(&in, h));
        box_cut_bottom(&in, 8);
    }
    draw_steps(f, card, in);
}
