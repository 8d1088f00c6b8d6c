/*
 * part_bytes.c - bytes that are carried through the wall, as little cells: the
 * carried ones filled, the refused one marked, those behind it left blank.
 */
#include "frame.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define CELL_W 16.0
#define CELL_H 19.0
#define PAGE   4096

/* One byte as one character, the way C would write it where there is a letter
 * for it; otherwise two hexadecimal digits. */
static void byte_text(char text[8], uint8_t byte)
{
    if (byte == ' ')
        snprintf(text, 8, "\xe2\x90\xa3"); /* open box */
    else if (byte == '\n')
        snprintf(text, 8, "\xe2\x86\xb5"); /* return arrow */
    else if (byte > 0x20 && byte < 0x7f)
        snprintf(text, 8, "%c", byte);
    else
        snprintf(text, 8, "%02x", byte);
}

enum cell_state { CARRIED, REFUSED, BEHIND };

static void cell(struct frame *f, enum cell_state state, uint8_t byte,
                 bool known, struct box b)
{
    const struct palette *p = f->p;
    colour under = p->card, ink = p->ink;
    colour fill = state == CARRIED   ? p->space[HUE_USER]
                  : state == REFUSED ? p->space[HUE_REFUSAL]
                                     : under;
    struct draw_item *it = draw_card(
        f->d, b, fill,
        state == BEHIND ? palette_mix(under, ink, 0.5) : COLOUR_NONE, 3);
    it->dashed = state == BEHIND;
    char text[8] = "?";
    if (known)
        byte_text(text, byte);
    else if (state == BEHIND)
        return;
    enum font font = text[0] & 0x80 ? FONT_SMALL_BOLD
                     : text[1]      ? FONT_MONO
                                    : FONT_MONO_BOLD;
    draw_text_centre(f->d, font, b, state == BEHIND ? ink : palette_on(fill),
                     text);
}

/* Where a page ends between two cells there is a bar. */
static void page_bar(struct frame *f, double x, double y, colour ink)
{
    draw_rect(f->d, BOX(x - 2, y - 2, 2, CELL_H + 4), ink);
}

static double caption(struct frame *f, const struct scene_step *step,
                      struct box b, colour ink)
{
    char text[160], done[32], length[32];
    number_text(done, step->done);
    number_text(length, step->length);
    if (step->refused)
        snprintf(text, sizeof text, "%s of %s carried, then refused", done,
                 length);
    else if (step->length > step->shown && step->shown)
        snprintf(text, sizeof text, "the first %u of %s bytes", step->shown,
                 length);
    else
        return 0;
    draw_text(f->d, FONT_SMALL, b.x, b.y, b.w, ink, text);
    return fonts_line(FONT_SMALL);
}

double part_bytes(struct frame *f, const struct scene_step *step, struct box b)
{
    colour ink = f->p->ink;
    size_t fit = (size_t)fmax(0, floor((b.w - 12) / (CELL_W + 2)));
    uint64_t all = step->refused ? step->length : step->shown;
    size_t cells = (size_t)fmin((double)all, (double)fit);
    if (step->refused && step->done >= cells && cells > 0)
        cells = (size_t)fmin((double)fit, (double)step->done + 1);
    size_t first = 0;
    if (step->refused && step->done + 1 > fit) /* keep the refused in sight */
        first = (size_t)step->done + 2 - fit;
    double x = b.x;
    for (size_t i = first; i < first + cells && i < step->length; i++) {
        if (i > first && (step->va + i) % PAGE == 0) {
            x += 4;
            page_bar(f, x - 1, b.y, ink);
            x += 2;
        }
        enum cell_state state = i < step->done                     ? CARRIED
                                : i == step->done && step->refused ? REFUSED
                                                                   : BEHIND;
        bool known = i < step->shown;
        cell(f, state, known ? step->byte[i] : 0, known,
             BOX(x, b.y, CELL_W, CELL_H));
        x += CELL_W + 2;
    }
    double h = cells ? CELL_H + 4 : 0;
    return h + caption(f, step, BOX(b.x, b.y + h, b.w, 0), ink);
}
