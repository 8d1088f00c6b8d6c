/*
 * panel_lists.c - the table of crossings and the table of processes, with the
 * tabs and the filter above them.
 */
#include "frame.h"
#include "tabs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ROW 21.0

static const struct tab left_tabs[] = {{PANEL_CROSSINGS, "Crossings"},
                                       {PANEL_PROCESSES, "Processes"},
                                       {PANEL_BRANCHES, "Branches"},
                                       {PANEL_BREAKS, "Breaks"}};

struct box left_tabs_draw(struct frame *f, enum panel shown, struct box *b)
{
    return tabs_draw(f, left_tabs, sizeof left_tabs / sizeof left_tabs[0],
                     shown, b);
}

struct column {
    const char *name;
    double x, w;
    bool right;
};

enum {
    COL_NUMBER,
    COL_WHO,
    COL_KIND,
    COL_WHAT,
    COL_RESULT,
    COL_INSNS,
    COL_CYCLES,
    COLS
};

/* What gets what: numbers their digits, the words share the rest. In a narrow
 * table the kind is its mark only and the cycles stay away. */
static void place_columns(struct column column[COLS], struct box b)
{
    static const char *const names[COLS] = {"#",      "who",   "kind",  "what",
                                            "result", "insns", "cycles"};
    bool narrow = b.w < 560;
    double digits = narrow ? 40 : 48;
    double w[COLS] = {digits, narrow ? 74 : 84, narrow ? 16 : 88, 0, 0,
                      56,     narrow ? 0 : 62};
    double rest = b.w - 10;
    for (int i = 0; i < COLS; i++)
        rest -= w[i];
    w[COL_WHAT] = fmax(60, fmax(rest * 0.62, rest - 112));
    w[COL_RESULT] = fmax(30, rest - w[COL_WHAT]);
    double x = b.x;
    for (int i = 0; i < COLS; i++) {
        bool hide = w[i] == 0 || (i == COL_KIND && narrow);
        column[i] =
            (struct column){hide ? "" : names[i], x, w[i], i >= COL_INSNS};
        x += w[i];
    }
}

static void put(struct frame *f, const struct column *c, enum font font,
                double y, colour ink, const char *text)
{
    if (c->w < 12 || !text[0])
        return;
    if (c->right)
        draw_text_right(f->d, font, c->x + c->w, y, c->w - 6, ink, text);
    else
        draw_text(f->d, font, c->x, y, c->w - 8, ink, text);
}

static void number_cell(struct frame *f, const struct column *c, double y,
                        colour ink, uint64_t n, bool known)
{
    char text[32];
    put(f, c, FONT_MONO, y, ink, known ? number_text(text, n) : "-");
}

static void crossing_row(struct frame *f, const struct column *column,
                         const struct scene_row *row, bool selected,
                         struct box b)
{
    static const char *const kinds[] = {"call", "fault", "interrupt"};
    char text[64];
    double y = b.y + 1;
    if (selected)
        draw_rect(f->d, b, f->p->lit)->radius = 3;
    else if (frame_hovered(f, b))
        draw_rect(f->d, b, f->p->field)->radius = 3;
    colour soft = selected ? f->p->on_lit : f->p->soft;
    colour ink = selected ? f->p->on_lit : row->later ? soft : f->p->ink;
    put(f, &column[COL_NUMBER], FONT_MONO, y, soft,
        scene_number(f->s, row->number, text));
    put(f, &column[COL_WHO], FONT_MONO, y, ink, row->who);
    const struct column *kind = &column[COL_KIND];
    colour mark = frame_kind_colour(f, row->kind, row->failed);
    draw_card(f->d, BOX(kind->x, b.y + 6, 9, 9),
              row->later ? COLOUR_NONE : mark, mark,
              row->kind == CROSSING_CALL ? 4.5 : 1);
    struct column words = {"", kind->x + 16, kind->w - 16, false};
    put(f, &words, FONT_MONO, y, ink, kinds[row->kind]);
    put(f, &column[COL_WHAT], FONT_MONO, y, ink, row->what);
    put(f, &column[COL_RESULT], row->failed ? FONT_MONO_BOLD : FONT_MONO, y,
        row->open ? soft : ink, row->open ? "unfinished" : row->result);
    number_cell(f, &column[COL_INSNS], y, ink, row->insns, !row->open);
    number_cell(f, &column[COL_CYCLES], y, ink, row->cycles, !row->open);
    frame_hot(f, b, HOT_CROSSING, row->number, NULL);
}

/* First row shown: the selection in sight, or the end; the wheel moves it. */
static size_t first_row(struct frame *f, size_t count, size_t rows)
{
    struct view *v = f->v;
    long last = count > rows ? (long)(count - rows) : 0;
    long at = last;
    uint64_t about = v->selected                  ? v->selected
                     : f->s->rows.present < count ? f->s->rows.present
                                                  : 0;
    if (about) {
        long i = (long)filter_index(&v->filter, about);
        at = i - (long)rows / 2;
        at = at > last ? last : at < 0 ? 0 : at;
    }
    long wanted = at + v->scroll[PANEL_CROSSINGS];
    wanted = wanted > last ? last : wanted < 0 ? 0 : wanted;
    v->scroll[PANEL_CROSSINGS] = wanted - at;
    return (size_t)wanted;
}

static void filter_field(struct frame *f, struct box b)
{
    struct view *v = f->v;
    bool focused = v->focus == FOCUS_FILTER;
    if (b.w < 60)
        return;
    struct draw_item *it = draw_card(
        f->d, b, f->p->card, focused ? f->p->space[HUE_USER] : f->p->line, 5);
    it->stroke_width = focused ? 2 : 1;
    double x = b.x + 8, y = b.y + (b.h - 16) / 2;
    if (v->filter.text[0])
        x += draw_text(f->d, FONT_SMALL, x, y, b.w - 20, f->p->ink,
                       v->filter.text);
    else if (!focused)
        draw_text(f->d, FONT_SMALL, x, y, b.w - 16, f->p->soft,
                  "filter: pid 4 -timer   F");
    if (focused)
        draw_rect(f->d, BOX(x + 1, b.y + 4, 2, b.h - 8), f->p->ink);
    frame_hot(f, b, HOT_FILTER, 0, command_row(CMD_FILTER)->help);
}

static void no_rows(struct frame *f, struct box b)
{
    draw_prose(f->d, FONT_TEXT, b.x, b.y + 6, b.w, 2, f->p->soft,
               f->v->filter.text[0]
                   ? "No crossing passes the filter."
                   : "No crossing yet. C runs the guest to the next one.");
}

void panel_crossings(struct frame *f, struct box b)
{
    struct column column[COLS];
    struct box room = left_tabs_draw(f, PANEL_CROSSINGS, &b);
    room.w = fmin(room.w, 240);
    room.x = box_right(b) - room.w;
    filter_field(f, BOX(room.x, room.y + 3, room.w, room.h - 6));
    place_columns(column, b);
    struct box head = box_cut_top(&b, ROW);
    for (int i = 0; i < COLS; i++)
        put(f, &column[i], FONT_SMALL, head.y + 2, f->p->soft, column[i].name);
    frame_hot(f, b, HOT_SCROLL, PANEL_CROSSINGS, NULL);
    size_t count = filter_count(&f->v->filter, &f->s->rows);
    size_t rows = (size_t)(b.h / ROW);
    f->v->page_rows = rows;
    if (count == 0)
        no_rows(f, b);
    size_t first = first_row(f, count, rows);
    uint64_t selected = f->v->selected ? f->v->selected : f->s->now.number;
    struct box whole = b;
    for (size_t i = first; i < count && i < first + rows; i++) {
        struct scene_row row;
        uint64_t number = filter_at(&f->v->filter, i);
        struct box line = box_cut_top(&b, ROW);
        line.w -= 8;
        if (f->s->rows.row && f->s->rows.row(f->s->rows.ctx, number, &row))
            crossing_row(f, column, &row, number == selected, line);
    }
    frame_scrollbar(f, whole, count, first, rows);
}

/* ---- Processes ---- */

enum {
    PCOL_PID,
    PCOL_NAME,
    PCOL_STATE,
    PCOL_ROOT,
    PCOL_CROSSINGS,
    PCOL_INSNS,
    PCOLS
};

static void process_columns(struct column column[PCOLS], struct box b)
{
    static const char *const names[PCOLS] = {"pid",  "name",      "state",
                                             "root", "crossings", "user insns"};
    bool narrow = b.w < 480;
    double w[PCOLS] = {
        narrow ? 30 : 40, narrow ? 84 : 100, 0, narrow ? 68 : 76, 76,
        narrow ? 84 : 92};
    double rest = b.w - 10;
    for (int i = 0; i < PCOLS; i++)
        rest -= w[i];
    w[PCOL_STATE] = fmax(0, rest);
    double x = b.x;
    for (int i = 0; i < PCOLS; i++) {
        column[i] = (struct column){names[i], x, w[i], i >= PCOL_CROSSINGS};
        x += w[i];
    }
}

static void process_row(struct frame *f, const struct column *column,
                        const struct scene_process *p, struct box b)
{
    char text[64];
    double y = b.y + 1;
    if (p->current)
        draw_rect(f->d, b, f->p->lit)->radius = 3;
    colour ink = p->current ? f->p->on_lit : p->gone ? f->p->soft : f->p->ink;
    snprintf(text, sizeof text, "%d", p->pid);
    put(f, &column[PCOL_PID], FONT_MONO, y, ink, text);
    put(f, &column[PCOL_NAME], FONT_MONO, y, ink, p->name);
    put(f, &column[PCOL_STATE], FONT_SMALL, y + 1, ink, p->state);
    snprintf(text, sizeof text, "0x%llx", (unsigned long long)(p->root >> 12));
    if (!p->gone)
        put(f, &column[PCOL_ROOT], FONT_MONO, y, ink, text);
    number_cell(f, &column[PCOL_CROSSINGS], y, ink, p->crossings, true);
    number_cell(f, &column[PCOL_INSNS], y, ink, p->user_insns, true);
}

void panel_processes(struct frame *f, struct box b)
{
    struct column column[PCOLS];
    left_tabs_draw(f, PANEL_PROCESSES, &b);
    process_columns(column, b);
    struct box head = box_cut_top(&b, ROW);
    for (int i = 0; i < PCOLS; i++)
        put(f, &column[i], FONT_SMALL, head.y + 2, f->p->soft, column[i].name);
    frame_hot(f, b, HOT_SCROLL, PANEL_PROCESSES, NULL);
    size_t count = f->s->processes, rows = (size_t)(b.h / ROW);
    long last = count > rows ? (long)(count - rows) : 0;
    long *scroll = &f->v->scroll[PANEL_PROCESSES];
    *scroll = *scroll > last ? last : *scroll < 0 ? 0 : *scroll;
    struct box whole = b;
    for (size_t i = (size_t)*scroll; i < count && b.h >= ROW; i++) {
        struct box line = box_cut_top(&b, ROW);
        line.w -= 8;
        process_row(f, column, &f->s->process[i], line);
    }
    frame_scrollbar(f, whole, count, (size_t)*scroll, rows);
}
