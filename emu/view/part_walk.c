/*
 * part_walk.c - the page walk with the deciding bit lit, and the line "the
 * same address, several spaces".
 */
#include "frame.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct {
    unsigned bit;
    const char *letter;
} pte_bits[] = {
    {PTE_U, "U"}, {PTE_R, "R"}, {PTE_W, "W"}, {PTE_X, "X"}, {PTE_V, "V"}};

double part_flags(struct frame *f, double x, double y, uint64_t flags,
                  unsigned deciding)
{
    double left = x;
    for (size_t i = 0; i < sizeof pte_bits / sizeof pte_bits[0]; i++) {
        bool set = flags & pte_bits[i].bit;
        bool lit = deciding == pte_bits[i].bit;
        colour fill = lit ? f->p->space[HUE_REFUSAL] : f->p->field;
        colour ink = lit ? palette_on(fill) : f->p->ink;
        struct draw_item *it =
            draw_card(f->d, BOX(x, y, 17, 18), fill,
                      set || lit ? COLOUR_NONE : f->p->line, 3);
        it->dashed = !set;
        /* a clear bit is its letter's dash: no colour needed to tell */
        draw_text_centre(f->d, FONT_MONO_BOLD, BOX(x, y, 17, 18), ink,
                         set   ? pte_bits[i].letter
                         : lit ? pte_bits[i].letter
                               : "-");
        x += 20;
    }
    return x - left;
}

static void level_card(struct frame *f, const struct scene_walk *w, unsigned i,
                       struct box b)
{
    const struct sv39_level *level = &w->level[i];
    bool last = i + 1 == w->levels;
    uint64_t next = (level->pte >> 10 & ((UINT64_C(1) << 44) - 1)) << 12;
    char text[64];
    draw_card(f->d, b, f->p->card, f->p->line, 6);
    snprintf(text, sizeof text, "level %u [0x%x]", level->level, level->index);
    double x = b.x + 8, right = box_right(b) - 8;
    draw_text(f->d, FONT_SMALL, x, b.y + 3, right - x, f->p->soft, text);
    if (!(level->pte & PTE_V))
        snprintf(text, sizeof text, "PTE 0x%llx",
                 (unsigned long long)level->pte);
    else
        snprintf(text, sizeof text, "%s0x%llx",
                 last && w->reached ? "" : "\xe2\x86\x92 ",
                 (unsigned long long)(next >> 12));
    double y = b.y + 20;
    double used = draw_text(f->d, FONT_MONO, x, y, right - x, f->p->ink, text);
    snprintf(text, sizeof text, "entry 0x%llx at physical 0x%llx",
             (unsigned long long)level->pte, (unsigned long long)level->pte_pa);
    if (used > 0)
        draw_tip(f->d, text);
    bool flags_fit = x + used + 10 + 100 <= right;
    if (last && flags_fit)
        part_flags(f, x + used + 10, y, level->pte & 0x3ff, w->deciding);
    else if (last)
        part_flags(f, x, y + 20, level->pte & 0x3ff, w->deciding);
}

/* The last level's flags get a line of their own in a narrow panel. */
double part_walk_height(double width)
{
    return width >= 560 ? 94 : 112;
}

void part_walk(struct frame *f, struct box b)
{
    const struct scene_walk *w = &f->s->walk;
    struct draw_item *it = draw_card(f->d, b, f->p->card, f->p->soft, 6);
    it->dashed = true;
    struct box in = box_inset(b, 10, 6);
    if (!w->present) {
        draw_text(f->d, FONT_SMALL, in.x, in.y, in.w, f->p->soft,
                  "page walk: point at an address anywhere");
        return;
    }
    double x = in.x, right = box_right(in);
    x += draw_text(f->d, FONT_SMALL, x, in.y, right - x, f->p->ink,
                   "page walk of") +
         5;
    x += draw_textf(f->d, FONT_MONO_BOLD, x, in.y - 1, right - x, f->p->ink,
                    "0x%llx", (unsigned long long)w->va) +
         6;
    x += draw_textf(f->d, FONT_SMALL, x, in.y, right - x, f->p->ink, "for %s%s",
                    w->owner, w->then ? ", then" : "") +
         10;
    draw_text(f->d, FONT_SMALL, x, in.y, right - x,
              w->refused ? f->p->word[HUE_REFUSAL] : f->p->soft, w->sentence);
    box_cut_top(&in, 20);
    if (w->levels == 0) {
        draw_prose(f->d, FONT_SMALL, in.x, in.y, in.w, 2, f->p->soft,
                   w->sentence[0] ? "No table was read."
                                  : "No translation is on.");
        return;
    }
    double card = (in.w - 12) / 3;
    for (unsigned i = 0; i < w->levels; i++) {
        struct box level = box_cut_left(&in, card);
        level_card(f, w, i, BOX(level.x, level.y, level.w, in.h));
        box_cut_left(&in, 6);
    }
}

/* ---- The same address ---- */

void part_same(struct frame *f, struct box b)
{
    const struct scene_same *s = &f->s->same;
    struct draw_item *it = draw_card(f->d, b, f->p->card, f->p->soft, 6);
    it->dashed = true;
    struct box in = box_inset(b, 10, 6);
    double x = in.x, y = in.y, right = box_right(in);
    if (!s->present) {
        draw_text(f->d, FONT_SMALL, x, y, in.w, f->p->soft,
                  "the same address in several spaces: point at one");
        return;
    }
    x += draw_textf(f->d, FONT_MONO_BOLD, x, y - 1, right - x, f->p->ink,
                    "0x%llx", (unsigned long long)s->va) +
         10;
    for (size_t i = 0; i < s->spaces; i++) {
        const struct scene_view_of *v = &s->space[i];
        char text[128];
        snprintf(text, sizeof text, "in %s: %s", v->who, v->answer);
        enum font font = v->mapped ? FONT_SMALL_BOLD : FONT_SMALL;
        double w = draw_width(f->d, font, text);
        if (x + w > right && x > in.x) {
            x = in.x;
            y += 17;
        }
        if (y + 16 > box_bottom(in) + 2)
            return;
        x += draw_text(f->d, font, x, y, right - x,
                       v->mapped ? f->p->ink : f->p->soft, text) +
             16;
    }
    if (s->more && x + 70 < right)
        draw_textf(f->d, FONT_SMALL, x, y, right - x, f->p->soft,
                   "and %zu more", s->more);
}
