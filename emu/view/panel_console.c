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

static const struct tab tabs[] = {{PANEL_CONSOLE, "Console"},
                                  {PANEL_MEMORY, "Memory"},
                                  {PANEL_WALK, "Page walk"},
                                  {PANEL_REGISTERS, "Registers"},
                                  {PANEL_PORTS, "Ports"}};

struct box right_tabs(struct frame *f, enum panel shown, struct box *b)
{
    return tabs_draw(f, tabs, sizeof tabs / sizeof tabs[0], shown, b);
}

/* ---- Console ---- */

/* A line wider than the panel goes on in further rows. */
struct rows {
    struct box in;
    size_t columns; /* characters in a row */
    size_t room;    /* rows in the panel */
};

static size_t rows_of(const struct frame *f, const struct rows *r, size_t line)
{
    char text[TERMINAL_COLUMNS * 4 + 8];
    size_t characters = 0, length;
    terminal_line(f->s->terminal, line, text, sizeof text, NULL);
    for (const char *c = text; *c; c += length, characters++)
        utf8_next(c, &length);
    return characters <= r->columns ? 1 : (characters - 1) / r->columns + 1;
}

/* One line from row top on (which may lie above the panel). */
static void console_line(struct frame *f, const struct rows *r, size_t line,
                         long top)
{
    char text[TERMINAL_COLUMNS * 4 + 8], part[TERMINAL_COLUMNS * 4 + 8];
    bool bold[TERMINAL_COLUMNS];
    terminal_line(f->s->terminal, line, text, sizeof text, bold);
    double width = fonts_cell(f->v->fonts, FONT_MONO) * (double)r->columns;
    for (const char *rest = text; *rest; top++) {
        size_t n = fonts_fit(f->v->fonts, FONT_MONO, rest, width);
        snprintf(part, sizeof part, "%.*s", (int)n, rest);
        if (top >= 0 && top < (long)r->room)
            draw_text(f->d, bold[0] ? FONT_MONO_BOLD : FONT_MONO, r->in.x,
                      r->in.y + ROW * (double)top, width + 1, f->p->console_ink,
                      part);
        rest += n;
    }
}

static void console_cursor(struct frame *f, const struct rows *r, size_t line,
                           long top)
{
    size_t at;
    unsigned column;
    terminal_cursor(f->s->terminal, &at, &column);
    long row = top + (long)(column / r->columns);
    if (at != line || row < 0 || row >= (long)r->room)
        return;
    double cell = fonts_cell(f->v->fonts, FONT_MONO);
    struct box b = BOX(r->in.x + cell * (double)(column % r->columns),
                       r->in.y + ROW * (double)row + 2, 3, ROW - 4);
    if (f->v->focus == FOCUS_CONSOLE)
        draw_rect(f->d, b, f->p->cursor);
    else
        draw_card(f->d, b, COLOUR_NONE, f->p->console_soft, 0);
}

/* From the newest line upwards until the panel is full; the wheel goes back.
 * Few lines begin at the top. */
static void console_lines(struct frame *f, const struct rows *r)
{
    size_t lines = terminal_lines(f->s->terminal), used = 0, first = lines;
    long *scroll = &f->v->scroll[PANEL_CONSOLE];
    size_t back = *scroll < 0 ? (size_t) - *scroll : 0;
    while (first > 0 && used < r->room + back)
        used += rows_of(f, r, --first);
    if (used < r->room + back)
        back = used > r->room ? used - r->room : 0;
    *scroll = -(long)back;
    long top = used > r->room ? (long)r->room + (long)back - (long)used : 0;
    for (size_t i = first; i < lines && top < (long)r->room; i++) {
        console_line(f, r, i, top);
        console_cursor(f, r, i, top);
        top += (long)rows_of(f, r, i);
    }
    if (used <= r->room)
        return;
    size_t total = lines > r->room + back ? lines : r->room + back + 1;
    frame_scrollbar(f, r->in, total, total - r->room - back, r->room);
}

/* Who has the keyboard, said in words beside the tabs. */
static void keyboard_note(struct frame *f, struct box room)
{
    bool typing = f->v->focus == FOCUS_CONSOLE;
    bool paused = f->s->run == RUN_PAUSED;
    const char *text = !typing  ? "Tab: type"
                       : paused ? "typing, but paused; Esc leaves"
                                : "typing to the guest; Esc leaves";
    enum font font = typing ? FONT_SMALL_BOLD : FONT_SMALL;
    if (draw_width(f->d, font, text) > room.w - 8)
        text = typing ? "typing" : "Tab";
    draw_text_right(f->d, font, box_right(room), room.y + 6, room.w - 8,
                    typing ? f->p->word[HUE_USER] : f->p->soft, text);
}

/* The text is that of the present moment; that there is more is said. */
static void later_note(struct frame *f, struct box b)
{
    char count[32];
    draw_textf(f->d, FONT_SMALL, b.x, b.y, b.w, f->p->console_soft,
               "%s more bytes are printed later",
               number_text(count, f->s->past.console));
}

void panel_console(struct frame *f, struct box b)
{
    bool typing = f->v->focus == FOCUS_CONSOLE;
    keyboard_note(f, right_tabs(f, PANEL_CONSOLE, &b));
    struct draw_item *card = draw_card(f->d, b, f->p->console,
                                       typing ? f->p->cursor : f->p->line, 8);
    card->stroke_width = typing ? 3 : 1;
    frame_hot(f, b, HOT_SCROLL, PANEL_CONSOLE, NULL);
    frame_hot(f, b, HOT_TYPE, 0, NULL);
    struct box in = box_inset(b, 12, 8);
    double cell = fonts_cell(f->v->fonts, FONT_MONO);
    struct rows r = {.in = in,
                     .columns = (size_t)fmax(1, (in.w - 8) / cell),
                     .room = (size_t)(in.h / ROW)};
    if (f->s->past.console > 0 && r.room > 1) {
        r.room--;
        later_note(f, BOX(in.x, box_bottom(in) - ROW, in.w, ROW));
    }
    if (f->s->terminal && r.room > 0)
        console_lines(f, &r);
}

/* ---- Memory ---- */

static void hot_bytes(struct frame *f, const struct scene_bytes *m, size_t at,
                      size_t per_row, double x, double y)
{
    double cell = fonts_cell(f->v->fonts, FONT_MONO);
    struct box b = BOX(x, y, cell * 3, ROW);
    for (size_t i = at; i < at + per_row && i < m->n; i++, b.x += cell * 3) {
        if (!m->have[i])
            continue;
        if (frame_hovered(f, b))
            draw_rect(f->d, BOX(b.x - 2, b.y, cell * 2 + 4, ROW), f->p->field);
        frame_hot(f, b, HOT_LAST_WRITE, m->va + i,
                  "Double click: back to the last write of this byte");
    }
}

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
    hot_bytes(f, m, at, per_row, x, b.y);
    x += draw_text(f->d, FONT_MONO, x, b.y, box_right(b) - x, f->p->ink, hex) +
         10;
    draw_text(f->d, FONT_MONO, x, b.y, box_right(b) - x, f->p->soft, ascii);
}

void panel_memory(struct frame *f, struct box b)
{
    const struct scene_bytes *m = &f->s->bytes;
    right_tabs(f, PANEL_MEMORY, &b);
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
    right_tabs(f, PANEL_WALK, &b);
    part_walk(f, box_cut_top(&b, part_walk_height(b.w)));
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
                   user ? "USER" : "KERNEL") +
         8;
    if (side->reg_note)
        draw_text(f->d, FONT_SMALL, x, head.y, box_right(head) - x, f->p->soft,
                  side->reg_note);
    part_registers(f, side, space, b);
}

void panel_registers(struct frame *f, struct box b)
{
    right_tabs(f, PANEL_REGISTERS, &b);
    if (b.h < 60)
        return;
    double columns = (double)part_register_columns(SPACE_USER, b.w);
    double rows = ceil((double)f->s->user.regs / columns);
    double half = fmin(20 + rows * 20, b.h / 2);
    one_side(f, &f->s->user, SPACE_USER, box_cut_top(&b, half));
    box_cut_top(&b, 6);
    one_side(f, &f->s->kernel, SPACE_KERNEL, b);
}
