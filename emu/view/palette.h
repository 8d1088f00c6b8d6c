/*
 * palette.h - the colours of the window. A colour means a space: user, kernel,
 * shared, device; and nothing is told by colour alone. Two palettes, light and
 * dark, both readable for colour-blind people (the hues are Okabe and Ito's).
 */
#ifndef SALLYPORT_PALETTE_H
#define SALLYPORT_PALETTE_H

#include <stdint.h>

/* 0xAARRGGBB */
typedef uint32_t colour;
#define RGB(hex)    (UINT32_C(0xff000000) | (hex))
#define COLOUR_NONE UINT32_C(0)

enum hue { HUE_USER, HUE_KERNEL, HUE_SHARED, HUE_DEVICE, HUE_REFUSAL, HUES };

struct palette {
    const char *name;
    colour paper, card, field; /* window, boxes on it, things to type into */
    colour ink, soft;          /* text; secondary text */
    colour line;               /* the one hairline colour */
    colour strong, on_strong;  /* the button that is pressed */
    colour lit, on_lit;        /* current line, value that just changed */
    colour mark;               /* around what goes on now */
    colour space[HUES];        /* a filled area of that space */
    colour word[HUES];         /* text in that space's colour on paper/card */
    colour tint_top[2], tint_bottom[2]; /* behind user (0) and kernel (1) */
    colour wall, wall_line, wall_card;
    colour wall_ink, wall_soft;
    colour refusal_card, refusal_ink;
    colour console, console_ink, console_soft, cursor;
    colour hatch;
};

extern const struct palette palette_light, palette_dark;

/* WCAG 2.1 contrast ratio of two opaque colours, 1..21. */
double palette_contrast(colour a, colour b);
/* Dark or white, whichever reads better on this. */
colour palette_on(colour background);
/* From a to b, t = 0..1. */
colour palette_mix(colour a, colour b, double t);
/* over, by its alpha, on an opaque colour. */
colour palette_over(colour over, colour under);

#endif
