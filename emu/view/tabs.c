/*
 * tabs.c - see tabs.h.
 */
#include "tabs.h"

struct box tabs_draw(struct frame *f, const struct tab *tab, size_t tabs,
                     enum panel shown, struct box *b)
{
    draw_rect(f->d, *b, f->p->paper);
    draw_vline(f->d, box_right(*b) - 1, b->y, b->h, f->p->line);
    *b = BOX(b->x + 12, b->y + 6, b->w - 25, b->h - 10);
    struct box row = box_cut_top(b, 28);
    box_cut_top(b, 4);
    for (size_t i = 0; i < tabs; i++) {
        bool on = tab[i].panel == shown;
        enum font font = on ? FONT_BOLD : FONT_TEXT;
        double w = draw_width(f->d, font, tab[i].title);
        if (w > row.w)
            break;
        struct box place = box_cut_left(&row, w + 18);
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
