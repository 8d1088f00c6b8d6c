/*
 * kept.h - the window as it was left: its size, palette, text size and open
 * tabs, in $XDG_CONFIG_HOME/sallyport/window (else ~/.config/sallyport/window).
 *
 *     # how the window was left
 *     size 1600x1000
 *     palette dark
 *     zoom 1.125
 *     speed 1
 *     tabs crossings card ports
 *
 * Lines may be missing. A file that cannot be understood counts as none.
 */
#ifndef SALLYPORT_KEPT_H
#define SALLYPORT_KEPT_H

#include "../view/view.h"

#include <stddef.h>

struct kept {
    int width, height; /* device pixels; 0: not known */
    struct view_layout layout;
};

/* What was kept, or all defaults. Returns -1, with one line in why, if there is
 * a file that cannot be read or understood. */
int kept_read(struct kept *out, char *why, size_t why_bytes);
/* Replaces the file whole or not at all. Returns -1 with one line in why. */
int kept_write(const struct kept *kept, char *why, size_t why_bytes);

#endif
