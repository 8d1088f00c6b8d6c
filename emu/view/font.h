/*
 * font.h - measuring and showing single lines of text. Code and numbers are
 * set in a monospace face as glyphs on a fixed cell (cairo_show_glyphs: several
 * times quicker than laying text out); prose goes through Pango, its layouts
 * kept in a cache.
 *
 * Lengths are in logical pixels; fonts_set_scale tells how many device pixels
 * one of them is, so that cells and baselines fall on whole ones.
 */
#ifndef SALLYPORT_FONT_H
#define SALLYPORT_FONT_H

#include <cairo.h>
#include <stdbool.h>
#include <stddef.h>

#include "palette.h"

enum font {
    FONT_TEXT, /* prose, 13 px */
    FONT_BOLD,
    FONT_SMALL, /* prose, 11.5 px */
    FONT_SMALL_BOLD,
    FONT_HEAD, /* prose, bold, 17 px */
    FONT_MONO, /* code and numbers, 12 px */
    FONT_MONO_BOLD,
    FONT_MONO_TITLE, /* code, bold, 16 px */
    FONTS
};

struct fonts;

struct fonts *fonts_create(void);
void fonts_destroy(struct fonts *f);
void fonts_set_scale(struct fonts *f, double scale);
double fonts_scale(const struct fonts *f);
/* "" or one line: which preferred family is missing and what stands in. */
const char *fonts_note(const struct fonts *f);

double fonts_size(enum font font); /* px at scale 1 */
double fonts_line(enum font font); /* height of a line */
bool fonts_is_mono(enum font font);
double fonts_cell(const struct fonts *f, enum font font); /* mono only */
double fonts_width(struct fonts *f, enum font font, const char *text);
/* How many bytes of text fit into width (never cutting a character). */
size_t fonts_fit(struct fonts *f, enum font font, const char *text,
                 double width);
/* Where the first line of text ends when wrapped into width: the bytes on the
 * line; *next is where the following line begins. */
size_t fonts_wrap(struct fonts *f, enum font font, const char *text,
                  double width, size_t *next);
/* Shows a line whose top is at y. */
void fonts_show(struct fonts *f, cairo_t *cr, enum font font, double x,
                double y, colour ink, const char *text);

/* UTF-8: the character at text and its length; an invalid byte reads as
 * U+FFFD of length 1. */
unsigned utf8_next(const char *text, size_t *length);

#endif
