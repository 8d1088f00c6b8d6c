/*
 * part_registers.c - registers in a grid, the most telling first; a value that
 * just changed sits on the lit colour. What does not fit is in the Registers
 * tab.
 */
#include "frame.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ROW 20.0

/* Hexadecimal, a kernel address shortened to its last digits when there is no
 * room for the whole. */
static void value_text(struct frame *f, char *text, size_t n, double room,
                       const struct scene_register *r)
{
    if (r->note[0])
        snprintf(text, n, "%s", r->note);
    else if ((int64_t)r->value < 0 && (int64_t)r->value > -4096)
        snprintf(text, n, "%lld", (long long)r->value);
    else if (r->value < 10)
        snprintf(text, n, "%llu", (unsigned long long)r->value);
    else
        snprintf(text, n, "0x%llx", (unsigned long long)r->value);
    size_t length = strlen(text), fit;
    fit = (size_t)fmax(0, room / fonts_cell(f->v->fonts, FONT_MONO));
    if (!r->note[0] && length > fit && fit > 3) {
        char last[40];
        snprintf(last, sizeof last, "%s", text + length - (fit - 1));
        snprintf(text, n, "\xe2\x80\xa6%s", last);
    }
}

static void cell(struct frame *f, const struct scene_register *r, struct box b)
{
    char text[48], whole[96];
    if (r->changed)
        draw_rect(f->d, BOX(b.x, b.y + 1, b.w - 6, b.h - 2), f->p->lit)
            ->radius = 3;
    colour name = r->changed ? f->p->on_lit : f->p->soft;
    colour ink = r->changed ? f->p->on_lit : f->p->ink;
    double x = b.x + 4, right = box_right(b) - 10;
    x += draw_text(f->d, FONT_MONO, x, b.y + 1, right - x, name, r->name) + 7;
    value_text(f, text, sizeof text, right - x, r);
    double w = draw_text(f->d, r->changed ? FONT_MONO_BOLD : FONT_MONO, x,
                         b.y + 1, right - x, ink, text);
    if (w <= 0)
        return;
    snprintf(whole, sizeof whole, "%s = 0x%llx%s%s", r->name,
             (unsigned long long)r->value, r->note[0] ? "  " : "", r->note);
    draw_tip(f->d, whole);
    draw_about(f->d, r->value);
}

/* The kernel's addresses are long. */
size_t part_register_columns(enum scene_space space, double width)
{
    double one = space == SPACE_USER ? 138 : 176;
    return width < 2 * one ? 2 : width > 5 * one ? 5 : (size_t)(width / one);
}

void part_registers(struct frame *f, const struct scene_side *side,
                    enum scene_space space, struct box b)
{
    size_t rows = (size_t)(b.h / ROW);
    size_t columns = part_register_columns(space, b.w);
    double w = b.w / (double)columns;
    for (size_t i = 0; i < rows * columns && i < side->regs; i++)
        cell(f, &side->reg[i],
             BOX(b.x + w * (double)(i % columns),
                 b.y + ROW * (double)(i / columns), w, ROW));
}
