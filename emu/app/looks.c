/*
 * looks.c - see looks.h.
 */
#include "looks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIDE_MIN 64
#define SIDE_MAX 16384

static int read_size(const char *text, struct looks *out, struct complaint *why)
{
    int w, h, used = 0;
    if (sscanf(text, "%5dx%5d%n", &w, &h, &used) != 2 || text[used] != '\0')
        return complain(why, APP_UNUSABLE, "--size %s: expected WxH", text);
    if (w < SIDE_MIN || h < SIDE_MIN || w > SIDE_MAX || h > SIDE_MAX)
        return complain(why, APP_UNUSABLE, "--size %s: out of range %d..%d",
                        text, SIDE_MIN, SIDE_MAX);
    out->width = w;
    out->height = h;
    return 0;
}

static int read_scale(const char *text, struct looks *out,
                      struct complaint *why)
{
    char *end;
    double scale = strtod(text, &end);
    if (end == text || *end != '\0')
        return complain(why, APP_UNUSABLE, "--scale %s: not a number", text);
    if (!(scale >= 0.5 && scale <= 4))
        return complain(why, APP_UNUSABLE, "--scale %s: out of range 0.5..4",
                        text);
    out->scale = scale;
    return 0;
}

int looks_read(const struct options *options, struct looks *out,
               struct complaint *why)
{
    *out = (struct looks){.width = 1600, .height = 1000};
    int status = 0;
    if (options->size != NULL)
        status = read_size(options->size, out, why);
    if (status == 0 && options->scale != NULL)
        status = read_scale(options->scale, out, why);
    if (status != 0 || options->palette == NULL)
        return status;
    out->dark = strcmp(options->palette, "dark") == 0;
    if (!out->dark && strcmp(options->palette, "light") != 0)
        return complain(why, APP_UNUSABLE, "--palette %s: light or dark",
                        options->palette);
    return 0;
}

const char *looks_program(const struct options *options)
{
    if (options->program_count == 0)
        return options->bare ? "bare machine" : "sh";
    const char *slash = strrchr(options->program[0], '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : options->program[0];
}
