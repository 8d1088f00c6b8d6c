/*
 * part_strip.c - an address space as a strip: its ranges in address order, each
 * as wide as its name needs (true proportions would show nothing but holes),
 * holes hatched.
 */
#include "frame.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define STRIP_H 32.0

static colour look_fill(const struct frame *f, enum space_look look,
                        enum scene_space space)
{
    const struct palette *p = f->p;
    colour base = p->space[space == SPACE_USER ? HUE_USER : HUE_KERNEL];
    colour pale = view_is_dark(f->v) ? p->card : RGB(0xffffff);
    switch (look) {
    case LOOK_TEXT:
        return base;
    case LOOK_DATA:
        return palette_mix(base, pale, 0.22);
    case LOOK_HEAP:
    case LOOK_STACK:
        return palette_mix(base, pale, 0.42);
    case LOOK_DIRECT:
        return palette_mix(base, pale, 0.6);
    case LOOK_DEVICE:
        return p->space[HUE_DEVICE];
    case LOOK_SHARED:
        return p->space[HUE_SHARED];
    case LOOK_FRAME:
        return palette_mix(p->space[HUE_KERNEL], pale, 0.3);
    case LOOK_GATE:
        return palette_mix(p->space[HUE_KERNEL], p->wall, 0.35);
    case LOOK_HOLE:
        break;
    }
    return p->card;
}

static void permissions(char text[5], uint64_t flags)
{
    snprintf(text, 5, "%c%c%c%c", flags & PTE_R ? 'r' : '-',
             flags & PTE_W ? 'w' : '-', flags & PTE_X ? 'x' : '-',
             flags & PTE_U ? 'u' : '-');
}

static void range_tip(char *tip, size_t n, const struct scene_range *r)
{
    char rights[5], pages[32];
    permissions(rights, r->flags);
    if (r->flags)
        snprintf(tip, n, "%s  0x%llx .. 0x%llx  %s pages  %s", r->name,
                 (unsigned long long)r->va,
                 (unsigned long long)(r->va + r->bytes - 1),
                 number_text(pages, r->bytes / 4096), rights);
    else
        snprintf(tip, n, "nothing is mapped  0x%llx .. 0x%llx",
                 (unsigned long long)r->va,
                 (unsigned long long)(r->va + r->bytes - 1));
}

/* Width a range asks for; holes take little and share what is left. */
static double wanted(struct frame *f, const struct scene_range *r)
{
    if (r->look == LOOK_HOLE)
        return 14;
    return draw_width(f->d, FONT_SMALL_BOLD, r->name) + 14;
}

static void segment(struct frame *f, const struct scene_range *r,
                    enum scene_space space, struct box b)
{
    colour fill = look_fill(f, r->look, space);
    struct draw_item *it = draw_rect(f->d, b, fill);
    char tip[160];
    range_tip(tip, sizeof tip, r);
    if (r->look == LOOK_HOLE) {
        it->hatched = true;
        it->stroke = f->p->hatch;
    } else {
        size_t before = f->d->items;
        double w = draw_text_centre(f->d, FONT_SMALL_BOLD, box_inset(b, 3, 0),
                                    palette_on(fill), r->name);
        if (w > 0 && f->d->items > before) {
            draw_tip(f->d, tip);
            draw_about(f->d, r->va);
        }
    }
    frame_hot(f, b, HOT_ADDRESS, r->va, NULL);
    if (r->refused || r->pointer) {
        struct draw_item *ring =
            draw_card(f->d, b, COLOUR_NONE,
                      r->refused ? f->p->space[HUE_REFUSAL] : f->p->ink, 0);
        ring->stroke_width = 2;
    }
}

/* The pc's place is told by a small mark under the strip. */
static void marks(struct frame *f, const struct scene_range *r, struct box b)
{
    if (r->pc)
        draw_triangle(f->d, BOX(b.x + b.w / 2 - 4, box_bottom(b) + 2, 8, 6), 3,
                      f->p->ink);
}

static double scale_widths(struct frame *f, const struct scene_side *side,
                           double room, double *hole)
{
    double need = 0;
    size_t holes = 0;
    for (size_t i = 0; i < side->ranges; i++) {
        need += wanted(f, &side->range[i]);
        holes += side->range[i].look == LOOK_HOLE;
    }
    *hole = 0;
    if (need <= room && holes)
        *hole = (room - need) / (double)holes;
    return need <= room ? (holes ? 1 : room / fmax(need, 1)) : room / need;
}

void part_strip(struct frame *f, const struct scene_side *side,
                enum scene_space space, struct box b)
{
    char text[80];
    snprintf(text, sizeof text, "address space of %s",
             space == SPACE_KERNEL ? "the kernel" : side->who);
    double right = box_right(b);
    double w =
        draw_text(f->d, FONT_SMALL, b.x, b.y, b.w * 0.6, f->p->soft, text);
    if (side->ranges) {
        const struct scene_range *last = &side->range[side->ranges - 1];
        snprintf(text, sizeof text, "0x%llx \xe2\x80\xa6 0x%llx",
                 (unsigned long long)side->range[0].va,
                 (unsigned long long)(last->va + last->bytes - 1));
        draw_text_right(f->d, FONT_MONO, right, b.y, b.w - w - 16, f->p->soft,
                        text);
    }
    struct box bar = BOX(b.x, b.y + 20, b.w, STRIP_H);
    draw_card(f->d, bar, f->p->card, f->p->line, 0);
    if (!side->ranges) {
        draw_text_centre(f->d, FONT_SMALL, bar, f->p->soft,
                         side->root ? "nothing is mapped any more"
                                    : "no translation: every address is "
                                      "physical");
        return;
    }
    double hole, k = scale_widths(f, side, bar.w - 2, &hole);
    struct box room = box_inset(bar, 1, 1);
    for (size_t i = 0; i < side->ranges; i++) {
        const struct scene_range *r = &side->range[i];
        double want = wanted(f, r) * k + (r->look == LOOK_HOLE ? hole : 0);
        struct box cut =
            i + 1 == side->ranges ? room : box_cut_left(&room, want);
        segment(f, r, space, BOX(cut.x, cut.y, fmax(1, cut.w - 1), cut.h));
        marks(f, r, cut);
    }
}
