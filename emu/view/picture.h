/*
 * picture.h - the window, or one panel, as a file: PNG, SVG, PDF, or text.
 */
#ifndef SALLYPORT_PICTURE_H
#define SALLYPORT_PICTURE_H

#include "view.h"

/* By the ending of path: .png, .svg, .pdf or .txt. Draws the frame that
 * view_frame built last, device_w x device_h pixels. Returns 0, or -1 with one
 * line ("PATH: why") in why. */
int picture_save(struct view *v, const char *path, int device_w, int device_h,
                 char *why, size_t why_bytes);
/* Is the ending one of those? */
bool picture_known(const char *path);
/* The texts of the display list, panel by panel, line by line; malloc'ed,
 * NULL when memory is short. A text that was cut stands whole. */
char *picture_text(const struct draw_list *d);

#endif
