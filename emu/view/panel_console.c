/*
 * panel_console.c - the right-hand group of the bottom: the guest's console,
 * memory, the page walk and all registers.
 */
#include "frame.h"
#include "tabs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ROW 18.0

static const struct tab right_tabs[] = {{PANEL_CONSOLE, "Console"},
                                        {PANEL_MEMORY, "Memory"},
                                        {PANEL_WALK, "Page walk"},
                                        {PANEL_REGISTERS, "Registers"}};

static struct box tabs(struct frame *f, enum panel shown, struct box *b)
{
    return tabs_draw(f, right_tabs,
                     sizeof right_tabs / sizeof right_tabs[0], shown, b);
}

/* ---- Console ---- */

static void console_line(struct frame *f, size_t line, double x, double y,
                         double w)
{
    char text[TERMINAL_COLUMNS * 4 + 8];
    bool bold[TERMINAL_COLUMNS];
    terminal_line(f->s->terminal, line, text, sizeof text, bold);
    draw_text(f->d, bold[0] ? FONT_MONO_BOLD : FONT_MONO, x, y, w,
              f->p->console_ink, text);
}

static void console_cursor(struct frame *f, struct box in, size_t first,
                           size_t rows)
{
    size_t line;
    unsigned column;
    terminal_cursor(f->s->terminal, &line, &column);
    if (line < first || line >= first + rows)
        return;
    double cell = fonts_cell(f->v->fonts, FONT_MONO);
    struct box b = BOX(in.x + cell * column,
                       in.y + ROW * (double)(line - first) + 2, 3, ROW - 4);
    if (f->v->focus == FOCUS_CONSOLE)
        draw_rect(f->d, b, f->p->cursor);
    else
        draw_card(f->d, b, COLOUR_NONE, f->p->console_soft, 0);
}

/* Who has the keyboard, said in words beside the tabs. */
static void keyboard_note(struct frame *f, struct box room)
{
    bool typing = f->v->focus == FOCUS_CONSOLE;
    bool paused = f->s->run == RUN_PAUSED;
    const char *text = !typing  ? "click or Tab to type"
                       : paused ? "typing waits: paused   Esc leaves"
                                : "keys go to the guest   Esc leaves";
    draw_text_right(f->d, typing ? FONT_SMALL_BOLD : FONT_SMALL,
                    box_right(room), room.y + 6, room.w - 8,
                    typing ? f->p->word[HUE_USER] : f->p->soft, text);
}

void panel_console(struct frame *f, struct box b)
{
    bool typing = f->v->focus == FOCUS_CONSOLE;
    keyboard_note(f, tabs(f, PANEL_CONSOLE, &b));
    struct draw_item *card =
        draw_card(f->d, b, f->p->console,
                  typing ? f->p->cursor : f->p->line, 8);
    card->stroke_width = typing ? 3 : 1;
    frame_hot(f, b, HOT_SCROLL, PANEL_CONSOLE, NULL);
    frame_hot(f, b, HOT_TYPE, 0, NULL);
    struct box in = box_inset(b, 12, 8);
    size_t rows = (size_t)(in.h / ROW);
    if (!f->s->terminal || rows == 0)
        return;
    size_t lines = terminal_lines(f->s->terminal);
    long last = lines > rows ? (long)(lines - rows) : 0;
    long *scroll = &f->v->scroll[PANEL_CONSOLE];
    *scroll = *scroll > 0 ? 0 : *scroll < -last ? -last : *scroll;
    size_t first = (size_t)(last + *scroll);
    for (size_t i = 0; i < rows && first + i < lines; i++)
        console_line(f, first + i, in.x, in.y + ROW * (double)i, in.w - 6);
    console_cursor(f, in, first, rows);
    frame_scrollbar(f, in, lines, first, rows);
}

/* ---- Memory ---- */

static void memory_row(struct frame *f, const struct scene_bytes *m, size_t at,
                       size_t per_row, struct box b)
{
    char hex[64], ascii[20];
    double cell = fonts_cell(f->v->fonts, FONT_MONO);
    double x = b.x;
    x += frame_address(f, FONT_MONO, x, b.y, 150, f->p->soft, m->va + at);
    x = b.x + cell * 20;
    size_t h = 0, a = 0;
    for (size_t i = at; i < at + per_row && i < m->n; i++) {
        if (m->have[i])
            h += (size_t)snprintf(hex + h, sizeof hex - h, "%02x ", m->byte[i]);
        else
            h += (size_t)snprintf(hex + h, sizeof hex - h, "-- ");
        ascii[a++] = m->have[i] && m->byte[i] > 0x1f && m->byte[i] < 0x7f
                         ? (char)m->byte[i]
                         : '.';
    }
    ascii[a] = '\0';
    x += draw_text(f->d, FONT_MONO, x, b.y, box_right(b) - x, f->p->ink, hex) +
         10;
    draw_text(f->d, FONT_MONO, x, b.y, box_right(b) - x, f->p->soft, ascii);
}

void panel_memory(struct frame *f, struct box b)
{
    const struct scene_bytes *m = &f->s->bytes;
    tabs(f, PANEL_MEMORY, &b);
    if (!m->present) {
        draw_prose(f->d, FONT_TEXT, b.x, b.y + 4, b.w, 3, f->p->soft,
                   "Click an address anywhere, or find one with /, to see the "
                   "bytes there.");
        return;
    }
    struct box head = box_cut_top(&b, 20);
    draw_textf(f->d, FONT_SMALL, head.x, head.y, head.w, f->p->soft,
               "in the space of %s; -- is not mapped", m->owner);
    frame_hot(f, b, HOT_SCROLL, PANEL_MEMORY, NULL);
    double cell = fonts_cell(f->v->fonts, FONT_MONO);
    size_t per_row = b.w >= cell * (20 + 16 * 4 + 2) ? 16 : 8;
    size_t rows = (size_t)(b.h / ROW), total = m->n / per_row;
    long last = total > rows ? (long)(total - rows) : 0;
    long *scroll = &f->v->scroll[PANEL_MEMORY];
    *scroll = *scroll > last ? last : *scroll < 0 ? 0 : *scroll;
    struct box whole = b;
    b.w -= 8;
    for (size_t i = (size_t)*scroll; i < total && b.h >= ROW; i++)
        memory_row(f, m, i * per_row, per_row, box_cut_top(&b, ROW));
    frame_scrollbar(f, whole, total, (size_t)*scroll, rows);
}

/* ---- Page walk ---- */

void panel_walk(struct frame *f, struct box b)
{
    tabs(f, PANEL_WALK, &b);
    part_walk(f, box_cut_top(&b, part_walk_height(f, b.w)));
    box_cut_top(&b, 8);
    if (b.h >= 50)
        part_same(f, box_cut_top(&b, fmin(b.h, 84)));
}

/* ---- Registers ---- */

static void one_side(struct frame *f, const struct scene_side *side,
                     enum scene_space space, struct box b)
{
    bool user = space == SPACE_USER;
    struct box head = box_cut_top(&b, 20);
    double x = head.x;
    x += draw_text(f->d, FONT_SMALL_BOLD, x, head.y, head.w,
                   f->p->word[user ? HUE_USER : HUE_KERNEL],
                   user ? "USER" : "KERNEL") + 8;
    if (side->reg_note)
        draw_text(f->d, FONT_SMALL, x, head.y, box_right(head) - x, f->p->soft,
                  side->reg_note);
    part_registers(f, side, space, b);
}

void panel_registers(struct frame *f, struct box b)
{
    tabs(f, PANEL_REGISTERS, &b);
    if (b.h < 60)
        return;
    double columns = (double)part_register_columns(SPACE_USER, b.w);
    double rows = ceil((double)f->s->user.regs / columns);
    double half = fmin(20 + rows * 20, b.h / 2);
    one_side(f, &f->s->user, SPACE_USER, box_cut_top(&b, half));
    box_cut_top(&b, 6);
    one_side(f, &f->s->kernel, SPACE_KERNEL, b);
}
