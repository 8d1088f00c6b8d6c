/*
 * palette.c - the two palettes and the arithmetic of contrast.
 */
#include "palette.h"

#include <math.h>

const struct palette palette_light = {
    .name = "light",
    .paper = RGB(0xfbfbf9),
    .card = RGB(0xffffff),
    .field = RGB(0xf3f4f4),
    .ink = RGB(0x1d2329),
    .soft = RGB(0x59636c),
    .line = RGB(0xd6dade),
    .strong = RGB(0x1d2329),
    .on_strong = RGB(0xffffff),
    .lit = RGB(0xfff3bf),
    .on_lit = RGB(0x1d2329),
    .mark = RGB(0xf2cc3d),
    .space = {RGB(0x0072b2), RGB(0xc14a09), RGB(0xa2498a), RGB(0x00795a),
              RGB(0xb00020)},
    .word = {RGB(0x00629a), RGB(0xa83f06), RGB(0x8a3a75), RGB(0x00694e),
             RGB(0xa4001d)},
    .tint_top = {RGB(0xfbfbf9), RGB(0xfbfbf9)},
    .tint_bottom = {RGB(0xe3f0f8), RGB(0xfdece2)},
    .wall = RGB(0x2b3138),
    .wall_line = RGB(0x3d444c),
    .wall_card = RGB(0x373e46),
    .wall_ink = RGB(0xf4f5f6),
    .wall_soft = RGB(0xc3cad1),
    .refusal_card = RGB(0x4c1117),
    .refusal_ink = RGB(0xffe9e9),
    .console = RGB(0x1d2329),
    .console_ink = RGB(0xe8eaec),
    .console_soft = RGB(0xa4adb6),
    .cursor = RGB(0x8cc8f2),
    .hatch = RGB(0xe9ebed),
};

const struct palette palette_dark = {
    .name = "dark",
    .paper = RGB(0x14181c),
    .card = RGB(0x1d2329),
    .field = RGB(0x262d34),
    .ink = RGB(0xeceef0),
    .soft = RGB(0xa7b0b9),
    .line = RGB(0x39424b),
    .strong = RGB(0xeceef0),
    .on_strong = RGB(0x14181c),
    .lit = RGB(0x5a4a12),
    .on_lit = RGB(0xfff6d6),
    .mark = RGB(0xe0b92e),
    .space = {RGB(0x0a6da6), RGB(0xb84a10), RGB(0x9a4583), RGB(0x067356),
              RGB(0xb3122c)},
    .word = {RGB(0x6fbcec), RGB(0xf79a63), RGB(0xe09acb), RGB(0x5fcfab),
             RGB(0xff8f96)},
    .tint_top = {RGB(0x14181c), RGB(0x14181c)},
    .tint_bottom = {RGB(0x112431), RGB(0x2b1b13)},
    .wall = RGB(0x07090b),
    .wall_line = RGB(0x1a2026),
    .wall_card = RGB(0x1a2027),
    .wall_ink = RGB(0xf0f2f4),
    .wall_soft = RGB(0xb3bcc5),
    .refusal_card = RGB(0x4c1117),
    .refusal_ink = RGB(0xffe9e9),
    .console = RGB(0x0b0e11),
    .console_ink = RGB(0xe3e6e9),
    .console_soft = RGB(0xa4adb6),
    .cursor = RGB(0x8cc8f2),
    .hatch = RGB(0x262d34),
};

static double channel(colour c, int shift)
{
    double v = ((c >> shift) & 255) / 255.0;
    return v <= 0.03928 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double luminance(colour c)
{
    return 0.2126 * channel(c, 16) + 0.7152 * channel(c, 8) +
           0.0722 * channel(c, 0);
}

double palette_contrast(colour a, colour b)
{
    double la = luminance(a), lb = luminance(b);
    double high = la > lb ? la : lb, low = la > lb ? lb : la;
    return (high + 0.05) / (low + 0.05);
}

colour palette_on(colour background)
{
    colour dark = RGB(0x10151a), white = RGB(0xffffff);
    return palette_contrast(dark, background) >
                   palette_contrast(white, background)
               ? dark
               : white;
}

colour palette_mix(colour a, colour b, double t)
{
    colour out = 0;
    for (int shift = 0; shift < 32; shift += 8) {
        double va = (a >> shift) & 255, vb = (b >> shift) & 255;
        out |= (colour)lround(va + (vb - va) * t) << shift;
    }
    return out;
}

colour palette_over(colour over, colour under)
{
    return palette_mix(under, over | RGB(0), (over >> 24) / 255.0) | RGB(0);
}
