/*
 * looks.h - what --size, --scale and --palette ask for; the window and shot
 * share it.
 */
#ifndef SALLYPORT_LOOKS_H
#define SALLYPORT_LOOKS_H

#include "options.h"

struct looks {
    int width, height; /* device pixels */
    double scale;      /* 0: by the size */
    bool dark;
};
/* Returns 0, or APP_UNUSABLE with a complaint. */
int looks_read(const struct options *options, struct looks *out,
               struct complaint *why);
/* "hello", "sh": the guest's program as titles name it. */
const char *looks_program(const struct options *options);

#endif
