/*
 * paint.h - puts a display list on a Cairo surface, whatever it is of: the
 * window's pixels, a PNG, an SVG or a PDF.
 */
#ifndef SALLYPORT_PAINT_H
#define SALLYPORT_PAINT_H

#include "draw.h"

/* Paints what of the list shows inside area (logical pixels). The surface's
 * device scale is the fonts' scale. */
void paint_list(const struct draw_list *d, cairo_t *cr, struct box area);
/* A number that changes when the look of the items of a panel does. */
uint64_t paint_hash(const struct draw_list *d, int panel);

#endif
