/*
 * panel_toolbar.c - the row of buttons, the find field, and the status bar at
 * the other end of the window.
 */
#include "frame.h"

#include <math.h>
#include <stdio.h>

#define BUTTON_H 28.0

/* A sign before the word: what the button does to time. */
static double button_sign(struct frame *f, enum command command, double x,
                          double y, colour ink, bool running)
{
    if (command == CMD_RUN && running) {
        draw_rect(f->d, BOX(x, y + 4, 3, 10), ink);
        draw_rect(f->d, BOX(x + 6, y + 4, 3, 10), ink);
    } else if (command == CMD_RUN || command == CMD_NEXT_CROSSING) {
        draw_triangle(f->d, BOX(x, y + 4, 8, 10), 0, ink);
        if (command == CMD_NEXT_CROSSING)
            draw_rect(f->d, BOX(x + 9, y + 4, 2, 10), ink);
    } else if (command == CMD_INTO_TRAP || command == CMD_OUT_TO_USER) {
        int right = command == CMD_INTO_TRAP ? 0 : 1;
        draw_triangle(f->d, BOX(x + (right ? 3 : 0), y + 5, 7, 8), right, ink);
        draw_rect(f->d, BOX(x + (right ? 0 : 8), y + 3, 2, 12), ink);
    } else {
        return 0;
    }
    return 16;
}

/* How a button is drawn in this frame. */
struct face {
    const struct command_row *row;
    const char *word;
    bool key, down;
};

#define BACK_W 24.0 /* the left end of a button that also goes back */

static double button_width(struct frame *f, const struct face *face)
{
    enum command command = face->row->command;
    bool sign = command != CMD_STEP_INSN && command != CMD_STEP_LINE &&
                command != CMD_PALETTE && command != CMD_SPEED &&
                command != CMD_HELP;
    return (face->row->back ? BACK_W - 2 : 0) + 20 + (sign ? 16 : 0) +
           draw_width(f->d, FONT_TEXT, face->word) +
           (face->key ? 6 + draw_width(f->d, FONT_SMALL, face->row->key) : 0);
}

/* The end that goes back: the same command, the other way in time. */
static void back_end(struct frame *f, const struct command_row *row,
                     struct box b)
{
    if (frame_hovered(f, b))
        draw_card(f->d, box_inset(b, 2, 2), f->p->field, COLOUR_NONE, 4);
    double y = b.y + (b.h - 18) / 2, x = b.x + (b.w - 8) / 2;
    draw_triangle(f->d, BOX(x, y + 4, 8, 10), 1, f->p->ink);
    draw_vline(f->d, box_right(b), b.y + 5, b.h - 10, f->p->line);
    frame_hot(f, b, HOT_COMMAND, row->back, row->back_help);
}

static void button(struct frame *f, const struct face *face, struct box b)
{
    const struct palette *p = f->p;
    const struct command_row *row = face->row;
    struct box front = b;
    if (row->back)
        box_cut_left(&front, BACK_W);
    bool hovered = frame_hovered(f, front);
    colour fill = face->down ? p->strong : hovered ? p->field : p->card;
    colour ink = face->down ? p->on_strong : p->ink;
    colour key =
        face->down ? palette_mix(p->on_strong, p->strong, 0.25) : p->soft;
    draw_card(f->d, b, p->card, p->line, 6);
    if (face->down || hovered)
        draw_card(f->d, box_inset(front, 1, 1), fill, COLOUR_NONE, 5);
    double x = front.x + (row->back ? 8 : 10), y = b.y + (b.h - 18) / 2;
    double right = box_right(b) - 8;
    x += button_sign(f, row->command, x, y, ink, face->down);
    x += draw_text(f->d, FONT_TEXT, x, y, right - x, ink, face->word);
    if (face->key)
        draw_text(f->d, FONT_SMALL, x + 6, y + 1, right - x, key, row->key);
    frame_hot(f, front, HOT_COMMAND, row->command, row->help);
    if (row->back)
        back_end(f, row, BOX(b.x, b.y, BACK_W, b.h));
}

static struct face face_of(struct frame *f, enum command command, bool keys,
                           char speed[16])
{
    struct face face = {.row = command_row(command),
                        .key = keys && command != CMD_HELP};
    face.word = face.row->button;
    face.down = command == CMD_RUN && f->s->run == RUN_RUNNING;
    if (view_speed(f->v) > 0)
        snprintf(speed, 16, "%dx", view_speed(f->v));
    else
        snprintf(speed, 16, "max");
    if (face.down)
        face.word = "pause";
    else if (command == CMD_SPEED)
        face.word = speed;
    else if (command == CMD_PALETTE)
        face.word = view_is_dark(f->v) ? "light" : "dark";
    return face;
}

/* Puts a button at the left (or right) end of the free room, if it fits. */
static void place_button(struct frame *f, enum command command, bool keys,
                         bool at_right, struct box *room)
{
    char speed[16];
    struct face face = face_of(f, command, keys, speed);
    double w = round(button_width(f, &face));
    if (w > room->w)
        return;
    struct box b = at_right ? box_cut_right(room, w) : box_cut_left(room, w);
    button(f, &face, b);
    if (at_right)
        box_cut_right(room, 6);
    else
        box_cut_left(room, 6);
}

/* Text being typed, with its caret; a hint while it is empty. */
static void field(struct frame *f, struct box b, const char *text,
                  const char *hint, bool focused)
{
    const struct palette *p = f->p;
    struct draw_item *box =
        draw_card(f->d, b, p->card, focused ? p->space[HUE_USER] : p->line, 6);
    box->stroke_width = focused ? 2 : 1;
    double x = b.x + 10, y = b.y + (b.h - 18) / 2, w = b.w - 20;
    if (text[0])
        x += draw_text(f->d, FONT_TEXT, x, y, w - 4, p->ink, text);
    else if (!focused)
        draw_text(f->d, FONT_TEXT, x, y, w, p->soft, hint);
    if (focused)
        draw_rect(f->d, BOX(x + 1, y + 2, 2, 14), p->ink);
}

void panel_toolbar(struct frame *f, struct box b)
{
    static const enum command left[] = {CMD_RUN,         CMD_STEP_INSN,
                                        CMD_STEP_LINE,   CMD_INTO_TRAP,
                                        CMD_OUT_TO_USER, CMD_NEXT_CROSSING};
    draw_rect(f->d, b, f->p->paper);
    draw_hline(f->d, b.x, box_bottom(b) - 1, b.w, f->p->line);
    struct box room =
        BOX(b.x + 14, b.y + (b.h - 1 - BUTTON_H) / 2, b.w - 28, BUTTON_H);
    bool keys = b.w >= 1100;
    place_button(f, CMD_HELP, keys, true, &room);
    place_button(f, CMD_PALETTE, keys, true, &room);
    place_button(f, CMD_SPEED, keys, true, &room);
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++)
        place_button(f, left[i], keys, false, &room);
    double w = fmin(280, room.w - 8);
    if (w < 80)
        return;
    struct box find = box_cut_right(&room, w);
    field(f, find, f->v->find, "Find #12, pid 4, 0x..., symbol, @clock   /",
          f->v->focus == FOCUS_FIND);
    frame_hot(f, find, HOT_FIND, 0, command_row(CMD_FIND)->help);
}

/* ---- The status bar ---- */

static void status_counts(struct frame *f, double x, double y, double right,
                          colour ink)
{
    char clock[32], executed[32], newest[32], text[160];
    if (f->s->past.past)
        snprintf(text, sizeof text,
                 "in the past: clock %s of %s    instruction %s",
                 number_text(clock, f->s->clock),
                 number_text(newest, f->s->past.clock),
                 number_text(executed, f->s->executed));
    else
        snprintf(text, sizeof text, "clock %s    instruction %s",
                 number_text(clock, f->s->clock),
                 number_text(executed, f->s->executed));
    draw_text(f->d, FONT_SMALL, x, y, right - x, ink, text);
}

void panel_status(struct frame *f, struct box b)
{
    const struct palette *p = f->p;
    const char *note = fonts_note(f->v->fonts);
    bool error = f->s->notice[0] != '\0';
    const char *head = error           ? f->s->notice
                       : f->v->said[0] ? f->v->said
                                       : f->s->headline;
    bool past = f->s->past.past;
    colour ink = past ? p->on_lit : p->ink, soft = past ? p->on_lit : p->soft;
    draw_rect(f->d, b, error ? p->refusal_card : past ? p->lit : p->field);
    double y = b.y + (b.h - 16) / 2, x = b.x + 14, right = box_right(b) - 14;
    if (error) {
        draw_text(f->d, FONT_SMALL_BOLD, x, y, right - x, p->refusal_ink, head);
        return;
    }
    const char *hint = note[0] ? note : "F1 help   P palette   Ctrl + bigger";
    double hint_w = fmin(draw_width(f->d, FONT_SMALL, hint), b.w * 0.3);
    draw_text_right(f->d, FONT_SMALL, right, y, hint_w + 1, soft, hint);
    right -= hint_w + 24;
    x += draw_text(f->d, FONT_SMALL_BOLD, x, y, fmin(right - x, b.w * 0.45),
                   ink, head) +
         24;
    status_counts(f, x, y, right, soft);
}
