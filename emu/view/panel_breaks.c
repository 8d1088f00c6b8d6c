/*
 * panel_breaks.c - the list of break- and watchpoints.
 */
#include "frame.h"
#include "tabs.h"

#include <stdio.h>

#define ROW 22.0

static void break_row(struct frame *f, const struct scene_break *brk,
                      struct box b)
{
    char text[360], hits[80], count[32];
    const struct palette *p = f->p;
    if (frame_hovered(f, b))
        draw_rect(f->d, b, p->field)->radius = 3;
    draw_card(f->d, BOX(b.x + 2, b.y + 6, 9, 9),
              brk->disabled ? COLOUR_NONE : p->space[HUE_REFUSAL],
              p->space[HUE_REFUSAL], 4.5)
        ->stroke_width = 1.5;
    if (brk->waits)
        snprintf(hits, sizeof hits, "not there yet");
    else
        snprintf(hits, sizeof hits, "%s hit%s", number_text(count, brk->hits),
                 brk->hits == 1 ? "" : "s");
    double w = draw_text_right(f->d, FONT_SMALL, box_right(b) - 4, b.y + 3,
                               b.w * 0.4, p->soft, hits);
    snprintf(text, sizeof text, "%u  %s%s%s", brk->number, brk->text,
             brk->condition[0] ? " if " : "", brk->condition);
    draw_text(f->d, FONT_MONO, b.x + 20, b.y + 1, b.w - w - 36,
              brk->disabled ? p->soft : p->ink, text);
    frame_hot(f, b, HOT_UNBREAK, brk->number, "Remove it");
}

void panel_breaks(struct frame *f, struct box b)
{
    left_tabs_draw(f, PANEL_BREAKS, &b);
    double used = draw_prose(
        f->d, FONT_SMALL, b.x, b.y + 2, b.w, 4, f->p->soft,
        "A click on a line's margin sets one; so does Find (/): break copyout, "
        "3:main, hello.c:12, break call write if fd == 1, break store 0x13010, "
        "8. Run goes on to the next one, Shift R back to the one before. A "
        "click here removes one.");
    box_cut_top(&b, used + 8);
    frame_hot(f, b, HOT_SCROLL, PANEL_BREAKS, NULL);
    size_t count = f->s->breakpoints, rows = (size_t)(b.h / ROW);
    long last = count > rows ? (long)(count - rows) : 0;
    long *scroll = &f->v->scroll[PANEL_BREAKS];
    *scroll = *scroll > last ? last : *scroll < 0 ? 0 : *scroll;
    struct box whole = b;
    for (size_t i = (size_t)*scroll; i < count && b.h >= ROW; i++) {
        struct box line = box_cut_top(&b, ROW);
        line.w -= 8;
        break_row(f, &f->s->breaks[i], line);
    }
    frame_scrollbar(f, whole, count, (size_t)*scroll, rows);
}
