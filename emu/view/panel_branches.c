/*
 * panel_branches.c - the ways that the run has gone: typing in the past begins
 * another one, and the old future stays. A click takes one up again.
 */
#include "frame.h"
#include "tabs.h"

#include <math.h>
#include <stdio.h>

#define ROW 44.0

static void branch_sentence(const struct scene_branch *b, char *text, size_t n)
{
    char fork[32], newest[32];
    number_text(fork, b->fork);
    number_text(newest, b->newest);
    if (b->number == 1)
        snprintf(text, n, "the run as it went first, to clock %s", newest);
    else
        snprintf(text, n, "from branch %u at clock %s, to clock %s", b->parent,
                 fork, newest);
}

static void branch_row(struct frame *f, const struct scene_branch *branch,
                       struct box b)
{
    char text[160];
    const struct palette *p = f->p;
    if (branch->current)
        draw_rect(f->d, b, p->lit)->radius = 4;
    else if (frame_hovered(f, b))
        draw_rect(f->d, b, p->field)->radius = 4;
    colour ink = branch->current ? p->on_lit : p->ink;
    colour soft = branch->current ? p->on_lit : p->soft;
    double x = b.x + 8, right = box_right(b) - 8;
    snprintf(text, sizeof text, "branch %u", branch->number);
    x += draw_text(f->d, FONT_BOLD, x, b.y + 3, right - x, ink, text) + 14;
    if (branch->typed[0])
        draw_text(f->d, FONT_MONO, x, b.y + 4, right - x, ink, branch->typed);
    if (branch->current)
        draw_text_right(f->d, FONT_SMALL_BOLD, right, b.y + 23, 90, ink,
                        "this one");
    branch_sentence(branch, text, sizeof text);
    draw_text(f->d, FONT_SMALL, b.x + 8, b.y + 23, b.w - 110, soft, text);
    frame_hot(f, b, HOT_BRANCH, branch->number,
              branch->current ? "The branch that is shown"
                              : "Take this branch up, at its newest moment");
}

static const char *advice(size_t branches)
{
    return branches > 1
               ? "Click a branch to take it up. Crossings of branch 2 are "
                 "numbered #118b2."
               : "One so far. Go back (Shift with S, L or C, or drag the "
                 "timeline's cursor) and type to the guest: a new branch "
                 "begins there, and this future stays.";
}

static void save_button(struct frame *f, struct box *b)
{
    static const char word[] = "save this branch as a recording   Ctrl B";
    struct box at = box_cut_top(b, 32);
    if (at.y + at.h > box_bottom(*b))
        return;
    at = BOX(at.x, at.y, draw_width(f->d, FONT_SMALL, word) + 20, 24);
    draw_card(f->d, at, frame_hovered(f, at) ? f->p->field : f->p->card,
              f->p->line, 6);
    draw_text(f->d, FONT_SMALL, at.x + 10, at.y + 4, at.w - 16, f->p->ink,
              word);
    frame_hot(f, at, HOT_COMMAND, CMD_SAVE_BRANCH,
              command_row(CMD_SAVE_BRANCH)->help);
}

void panel_branches(struct frame *f, struct box b)
{
    left_tabs_draw(f, PANEL_BRANCHES, &b);
    double used = draw_prose(f->d, FONT_SMALL, b.x, b.y + 2, b.w, 3, f->p->soft,
                             advice(f->s->branches));
    box_cut_top(&b, used + 8);
    save_button(f, &b);
    frame_hot(f, b, HOT_SCROLL, PANEL_BRANCHES, NULL);
    size_t count = f->s->branches, rows = (size_t)(b.h / ROW);
    long last = count > rows ? (long)(count - rows) : 0;
    long *scroll = &f->v->scroll[PANEL_BRANCHES];
    *scroll = *scroll > last ? last : *scroll < 0 ? 0 : *scroll;
    struct box whole = b;
    for (size_t i = (size_t)*scroll; i < count && b.h >= ROW; i++) {
        struct box line = box_cut_top(&b, ROW);
        branch_row(f, &f->s->branch[i], BOX(line.x, line.y, line.w - 8, 40));
    }
    frame_scrollbar(f, whole, count, (size_t)*scroll, rows);
}
