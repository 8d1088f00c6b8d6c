/*
 * panel_help.c - the help overlay: what the colours mean, and every command
 * with its key.
 */
#include "frame.h"

#include <math.h>

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

static void command_line(struct frame *f, const struct command_row *row,
                         struct box b)
{
    double key_w = draw_width(f->d, FONT_MONO_BOLD, row->key) + 14;
    draw_card(f->d, BOX(b.x, b.y, key_w, 20), f->p->field, f->p->line, 5);
    draw_text(f->d, FONT_MONO_BOLD, b.x + 7, b.y + 1, 80, f->p->ink, row->key);
    draw_text(f->d, FONT_TEXT, b.x + 86, b.y + 1, b.w - 86, f->p->ink,
              row->help);
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
        "page.");
    box_cut_top(&in, used + 10);
    colours_row(f, box_cut_top(&in, 30));
    double row = fmin(25, fmax(21, in.h / (double)command_rows));
    for (size_t i = 0; i < command_rows && in.h >= 20; i++)
        command_line(f, &command_table[i], box_cut_top(&in, row));
}
