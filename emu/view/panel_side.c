/*
 * panel_side.c - the two sides of the wall: who runs there, its code, its
 * registers, its address space. User left, kernel right, always.
 */
#include "frame.h"

#include <math.h>
#include <stdio.h>

static void side_header(struct frame *f, const struct scene_side *side,
                        enum scene_space space, struct box b)
{
    bool user = space == SPACE_USER;
    double x = b.x, y = b.y, right = box_right(b);
    x += draw_text(f->d, FONT_SMALL_BOLD, x, y + 1, right - x,
                   f->p->word[user ? HUE_USER : HUE_KERNEL],
                   user ? "USER SPACE" : "KERNEL SPACE") +
         10;
    if (side->running) {
        /* the hart is here: a filled mark, and the word beside it */
        draw_rect(f->d, BOX(x, y + 5, 8, 8),
                  f->p->space[user ? HUE_USER : HUE_KERNEL])
            ->radius = 4;
        x += 13;
    }
    x += draw_text(f->d, FONT_BOLD, x, y, (right - x) * 0.5, f->p->ink,
                   side->who) +
         12;
    if (side->root) {
        x += draw_textf(f->d, FONT_MONO, x, y, right - x, f->p->soft,
                        "satp root 0x%llx",
                        (unsigned long long)(side->root >> 12)) +
             14;
    }
    draw_text(f->d, FONT_SMALL, x, y + 1, right - x, f->p->soft, side->state);
}

static void empty_side(struct frame *f, const struct scene_side *side,
                       enum scene_space space, struct box b)
{
    const char *why = "Nothing is known of the kernel's side.";
    if (space == SPACE_USER && side->who[0])
        why = "Its image is new: it has not run an instruction of it yet. O "
              "goes on to the first.";
    else if (space == SPACE_USER)
        why = "No process yet: the kernel is still setting itself up. C goes "
              "on to the first crossing.";
    draw_card(f->d, b, f->p->card, f->p->line, 8);
    draw_prose(f->d, FONT_TEXT, b.x + 16, b.y + 14, b.w - 32, 4, f->p->soft,
               why);
}

static void side(struct frame *f, const struct scene_side *side,
                 enum scene_space space, struct box b)
{
    int user = space == SPACE_USER;
    struct draw_item *back = draw_rect(f->d, b, f->p->tint_top[!user]);
    back->fill_bottom = f->p->tint_bottom[!user];
    double pad = b.w < 480 ? 10 : 16;
    struct box in = BOX(b.x + pad, b.y + 10, b.w - 2 * pad, b.h - 20);
    side_header(f, side, space, box_cut_top(&in, 26));
    double extra_h = user ? 50 : part_walk_height(in.w);
    bool extra = in.h > 290 + (user ? 0 : 60) || (user && in.h > 240);
    if (extra) {
        struct box last = box_cut_bottom(&in, extra_h);
        box_cut_bottom(&in, 10);
        if (user)
            part_same(f, last);
        else
            part_walk(f, last);
    }
    if (!side->present) {
        empty_side(f, side, space, in);
        return;
    }
    part_strip(f, side, space, box_cut_bottom(&in, 62));
    box_cut_bottom(&in, 6);
    double columns = (double)part_register_columns(space, in.w);
    double all = ceil((double)side->regs / columns);
    double rows = fmin(all, fmax(2, floor(in.h * 0.34 / 20)));
    part_registers(f, side, space, box_cut_bottom(&in, rows * 20));
    box_cut_bottom(&in, 8);
    part_code(f, side, space, user ? PANEL_USER : PANEL_KERNEL, in);
}

void panel_user(struct frame *f, struct box b)
{
    side(f, &f->s->user, SPACE_USER, b);
}

void panel_kernel(struct frame *f, struct box b)
{
    side(f, &f->s->kernel, SPACE_KERNEL, b);
}
