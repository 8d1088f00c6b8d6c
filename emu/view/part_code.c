/*
 * part_code.c - a card of code: source lines around the current one, and below
 * them the instructions around the pc. Where there is no source, the
 * instructions get all the room.
 */
#include "frame.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ROW 18.0

static colour word_colour(const struct frame *f, enum scene_space space)
{
    return f->p->word[space == SPACE_USER ? HUE_USER : HUE_KERNEL];
}

/* The band behind the current line, and the mark before it. */
static void current_band(struct frame *f, enum scene_space space, bool running,
                         struct box row, double mark_x)
{
    draw_rect(f->d, row, f->p->lit);
    colour mark = running ? palette_mix(word_colour(f, space), f->p->on_lit,
                                        view_is_dark(f->v) ? 0.5 : 0)
                          : f->p->soft;
    draw_triangle(f->d, BOX(mark_x, row.y + 5, 7, 8), 0, mark);
}

/* A dot in the margin: a ring, if it is switched off. */
static void mark_dot(struct frame *f, double x, double y,
                     const struct scene_mark *mark)
{
    colour red = f->p->space[HUE_REFUSAL];
    draw_card(f->d, BOX(x, y + 5, 9, 9), mark->disabled ? COLOUR_NONE : red,
              red, 4.5)
        ->stroke_width = 1.5;
}

static const struct scene_mark *mark_at(const struct scene_side *side,
                                        size_t line, uint64_t va)
{
    for (size_t i = 0; i < side->marks; i++)
        if (line ? side->mark[i].line == line
                 : !side->mark[i].line && side->mark[i].va == va)
            return &side->mark[i];
    return NULL;
}

/* The margin sets a breakpoint, the code runs to it. */
static void hot_row(struct frame *f, struct box row, double margin,
                    uint64_t place)
{
    frame_hot(f, row, HOT_CODE, place, NULL);
    frame_hot(f, BOX(row.x, row.y, margin, row.h), HOT_MARGIN, place,
              "Set or remove a breakpoint; a double click on the code runs "
              "to it");
}

static void source_row(struct frame *f, const struct scene_side *side,
                       enum scene_space space, size_t line, struct box row)
{
    bool current = line == side->line;
    if (current)
        current_band(f, space, side->running && !side->in_call[0], row,
                     row.x + 46);
    const struct scene_mark *mark = mark_at(side, line, 0);
    if (mark)
        mark_dot(f, row.x + 2, row.y, mark);
    hot_row(f, row, 44, PLACE_LINE(space == SPACE_KERNEL, line));
    char number[24];
    snprintf(number, sizeof number, "%zu", line);
    draw_text_right(f->d, current ? FONT_MONO_BOLD : FONT_MONO, row.x + 40,
                    row.y, mark ? 27 : 36, current ? f->p->on_lit : f->p->soft,
                    number);
    draw_text(f->d, FONT_MONO, row.x + 62, row.y, box_right(row) - row.x - 70,
              current ? f->p->on_lit : f->p->ink, side->text[line - 1]);
}

/* First line shown so that the current one stands at two fifths. */
static size_t first_line(const struct scene_side *side, size_t rows,
                         long *scroll)
{
    long most = (long)side->lines - (long)rows;
    long first = (long)side->line - 1 - (long)(rows * 2 / 5);
    first = first > most ? most : first;
    first = first < 0 ? 0 : first;
    long wanted = first + *scroll;
    wanted = wanted > most ? most : wanted;
    wanted = wanted < 0 ? 0 : wanted;
    *scroll = wanted - first;
    return (size_t)wanted;
}

static void source_rows(struct frame *f, const struct scene_side *side,
                        enum scene_space space, enum panel panel, size_t rows,
                        struct box *room)
{
    size_t first = first_line(side, rows, &f->v->scroll[panel]);
    struct box whole = BOX(room->x, room->y, room->w, ROW * (double)rows);
    for (size_t i = 0; i < rows; i++) {
        struct box row = box_cut_top(room, ROW);
        if (first + i < side->lines)
            source_row(f, side, space, first + i + 1, row);
    }
    frame_scrollbar(f, whole, side->lines, first, rows);
}

static void insn_row(struct frame *f, const struct scene_insn *insn,
                     const struct scene_side *side, enum scene_space space,
                     struct box row)
{
    if (insn->current)
        current_band(f, space, side->running, row, row.x + 8);
    const struct scene_mark *mark = mark_at(side, 0, insn->va);
    if (mark && !insn->current)
        mark_dot(f, row.x + 8, row.y, mark);
    else if (mark)
        mark_dot(f, row.x - 1, row.y, mark);
    hot_row(f, row, 20,
            PLACE_INSN(space == SPACE_KERNEL, (size_t)(insn - side->insn)));
    colour ink = insn->current ? f->p->on_lit : f->p->ink;
    colour soft = insn->current ? f->p->on_lit : f->p->soft;
    double x = row.x + 22, right = box_right(row) - 8;
    x += frame_address(f, FONT_MONO, x, row.y, right - x, soft, insn->va) + 14;
    draw_text(f->d, insn->current ? FONT_MONO_BOLD : FONT_MONO, x, row.y,
              right - x, ink, insn->text);
}

/* The pc stands in the second third of the rows. */
static void insn_rows(struct frame *f, const struct scene_side *side,
                      enum scene_space space, size_t rows, struct box *room)
{
    size_t current = 0;
    for (size_t i = 0; i < side->insns; i++)
        if (side->insn[i].current)
            current = i;
    size_t before = rows / 2;
    size_t first = current > before ? current - before : 0;
    if (side->insns > rows && first + rows > side->insns)
        first = side->insns - rows;
    for (size_t i = 0; i < rows && first + i < side->insns; i++)
        insn_row(f, &side->insn[first + i], side, space,
                 box_cut_top(room, ROW));
}

/* "copy.c" over the source at the right, "copyout+0x1c" over the code. */
static void code_title(struct frame *f, const struct scene_side *side,
                       struct box row)
{
    char place[160];
    if (side->file && side->line)
        snprintf(place, sizeof place, "%s:%u%s%s", side->file, side->line,
                 side->in_call[0] ? ", in the call of " : "", side->in_call);
    else
        snprintf(place, sizeof place, "%s",
                 side->no_source[0] ? side->no_source : "no source");
    double right = box_right(row) - 10, x = row.x + 10;
    double half = (right - x) * 0.5;
    double w =
        draw_text(f->d, FONT_SMALL, x, row.y + 2, half, f->p->soft, place);
    const char *chain = side->chain[0] ? side->chain : side->where;
    draw_text_right(f->d, FONT_MONO, right, row.y + 1, right - x - w - 16,
                    f->p->soft, chain);
}

void part_code(struct frame *f, const struct scene_side *side,
               enum scene_space space, enum panel panel, struct box b)
{
    draw_card(f->d, b, f->p->card, f->p->line, 8);
    frame_hot(f, b, HOT_SCROLL, panel, NULL);
    struct box in = BOX(b.x + 1, b.y + 1, b.w - 2, b.h - 2);
    code_title(f, side, box_cut_top(&in, 21));
    draw_hline(f->d, in.x, in.y, in.w, f->p->line);
    box_cut_top(&in, 4);
    bool source = side->text && side->line && side->line <= side->lines;
    size_t rows = (size_t)fmax(0, floor((in.h - 3) / ROW));
    size_t below = !source      ? rows
                   : rows >= 16 ? 6
                   : rows >= 10 ? 4
                                : (rows + 1) / 3;
    if (below > side->insns && source)
        below = side->insns;
    if (source && rows > below) {
        source_rows(f, side, space, panel, rows - below, &in);
        draw_hline(f->d, in.x + 10, in.y, in.w - 20, f->p->line);
        box_cut_top(&in, 1);
    }
    insn_rows(f, side, space, below, &in);
}
