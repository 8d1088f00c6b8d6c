/*
 * tabs.c - see tabs.h.
 */
#include "tabs.h"

#include <math.h>

static enum font tab_font(bool on, bool small)
{
    return small ? (on ? FONT_SMALL_BOLD : FONT_SMALL)
                 : (on ? FONT_BOLD : FONT_TEXT);
}

/* What is left between the titles; where that is little, they are small. */
static double space_between(struct frame *f, const struct tab *tab, size_t tabs,
                            enum panel shown, double room, bool *small)
{
    double apart = 0;
    for (int attempt = 0; attempt < 2; attempt++) {
        double words = 0;
        *small = attempt;
        for (size_t i = 0; i < tabs; i++)
            words += draw_width(f->d, tab_font(tab[i].panel == shown, *small),
                                tab[i].title);
        apart = tabs > 1 ? (room - words) / (double)(tabs - 1) : 18;
        if (apart >= 9)
            break;
    }
    return apart > 18 ? 18 : apart < 5 ? 5 : floor(apart);
}

struct box tabs_draw(struct frame *f, const struct tab *tab, size_t tabs,
                     enum panel shown, struct box *b)
{
    draw_rect(f->d, *b, f->p->paper);
    draw_vline(f->d, box_right(*b) - 1, b->y, b->h, f->p->line);
    *b = BOX(b->x + 12, b->y + 6, b->w - 25, b->h - 10);
    struct box row = box_cut_top(b, 28);
    box_cut_top(b, 4);
    bool small;
    double apart = space_between(f, tab, tabs, shown, row.w, &small);
    for (size_t i = 0; i < tabs; i++) {
        bool on = tab[i].panel == shown;
        enum font font = tab_font(on, small);
        double w = draw_width(f->d, font, tab[i].title);
        if (w > row.w)
            break;
        struct box place = box_cut_left(&row, w + apart);
        place.w = w;
        draw_text(f->d, font, place.x, place.y + 4, w + 1,
                  on || frame_hovered(f, place) ? f->p->ink : f->p->soft,
                  tab[i].title);
        if (on)
            draw_rect(f->d, BOX(place.x, box_bottom(place) - 3, w, 2),
                      f->p->ink);
        frame_hot(f, place, HOT_TAB, tab[i].panel, NULL);
    }
    return row;
}
