/*
 * panel_help.c - the help overlay: what the colours mean, and every command
 * with its key.
 */
#include "frame.h"

#include <math.h>
#include <stdio.h>

static void colours_row(struct frame *f, struct box b)
{
    static const struct {
        enum hue hue;
        const char *word;
    } hues[] = {{HUE_USER, "user space"},
                {HUE_KERNEL, "kernel space"},
                {HUE_SHARED, "shared"},
                {HUE_DEVICE, "devices"},
                {HUE_REFUSAL, "refused"}};
    double x = b.x;
    for (size_t i = 0; i < sizeof hues / sizeof hues[0]; i++) {
        draw_rect(f->d, BOX(x, b.y + 3, 12, 12), f->p->space[hues[i].hue])
            ->radius = 3;
        x += 18 + draw_text(f->d, FONT_TEXT, x + 18, b.y, box_right(b) - x,
                            f->p->ink, hues[i].word);
        x += 22;
    }
}

static double key_card(struct frame *f, double x, double y, const char *key)
{
    double w = draw_width(f->d, FONT_MONO_BOLD, key) + 14;
    draw_card(f->d, BOX(x, y, w, 18), f->p->field, f->p->line, 5);
    draw_text(f->d, FONT_MONO_BOLD, x + 7, y + 1, w - 6, f->p->ink, key);
    return w;
}

/* A command, and in the right half the way back, if there is one. */
static void command_line(struct frame *f, const struct command_row *row,
                         struct box b)
{
    double half = floor(b.w * 0.52), y = b.y;
    key_card(f, b.x, y, row->key);
    double room = (row->back ? half : b.w) - 74;
    draw_text(f->d, FONT_TEXT, b.x + 66, y + 1, room, f->p->ink, row->help);
    if (!row->back)
        return;
    char key[24];
    snprintf(key, sizeof key, "Shift %s", row->key);
    double x = b.x + half;
    x += fmax(66, key_card(f, x, y, key) + 8);
    draw_text(f->d, FONT_TEXT, x, y + 1, box_right(b) - x, f->p->ink,
              row->back_help);
}

void panel_help(struct frame *f, struct box b)
{
    struct box in = box_inset(b, 24, 16);
    draw_text(f->d, FONT_HEAD, in.x, in.y, in.w, f->p->ink,
              "Two walled spaces, a gate between them");
    box_cut_top(&in, 30);
    double used = draw_prose(
        f->d, FONT_TEXT, in.x, in.y, in.w, 3, f->p->soft,
        "The left is the program's space, the right is the kernel's. Nothing "
        "goes from one to the other but through the dark wall: a trap in, a "
        "return out, and bytes that the kernel copies after checking every "
        "page. With Shift, the same key goes back in time.");
    box_cut_top(&in, used + 10);
    colours_row(f, box_cut_top(&in, 30));
    double row = fmin(25, fmax(19, in.h / (double)command_rows));
    for (size_t i = 0; i < command_rows && in.h >= 18; i++)
        command_line(f, &command_table[i], box_cut_top(&in, row));
}
