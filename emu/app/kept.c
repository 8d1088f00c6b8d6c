/*
 * kept.c - see kept.h.
 */
#include "kept.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define FILE_BYTES 4096
#define SIDE_MIN   64
#define SIDE_MAX   16384

static const struct kept defaults = {.layout = {.zoom = 1, .speed = 1}};

/* ---- Where ---- */

/* The folder, then the file; false: there is no home to keep it in. */
static bool place(char folder[PATH_BYTES], char file[PATH_BYTES + 16])
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int n = -1;
    if (config && config[0] == '/') /* a relative one is to be ignored */
        n = snprintf(folder, PATH_BYTES, "%s/sallyport", config);
    else if (home && home[0] == '/')
        n = snprintf(folder, PATH_BYTES, "%s/.config/sallyport", home);
    if (n < 0 || n >= PATH_BYTES)
        return false;
    snprintf(file, PATH_BYTES + 16, "%s/window", folder);
    return true;
}

/* The folder and all above it. */
static int make_folders(char *folder)
{
    for (char *c = folder + 1;; c++) {
        char was = *c;
        if (was != '/' && was != '\0')
            continue;
        *c = '\0';
        int failed = mkdir(folder, 0700) != 0 && errno != EEXIST;
        *c = was;
        if (failed)
            return -1;
        if (was == '\0')
            return 0;
    }
}

/* ---- Reading ---- */

static bool read_size(const char *text, struct kept *out)
{
    int w, h, used = 0;
    if (sscanf(text, "%5dx%5d%n", &w, &h, &used) != 2 || text[used] != '\0' ||
        w < SIDE_MIN || h < SIDE_MIN || w > SIDE_MAX || h > SIDE_MAX)
        return false;
    out->width = w;
    out->height = h;
    return true;
}

static bool read_zoom(const char *text, struct kept *out)
{
    char *end;
    double zoom = strtod(text, &end);
    if (end == text || *end != '\0' || !(zoom >= 0.5 && zoom <= 4))
        return false;
    out->layout.zoom = zoom;
    return true;
}

static bool read_speed(const char *text, struct kept *out)
{
    static const char *const speeds[] = {"max", "1", "2", "", "4"};
    for (int i = 0; i < (int)(sizeof speeds / sizeof speeds[0]); i++)
        if (text[0] && strcmp(text, speeds[i]) == 0) {
            out->layout.speed = i;
            return true;
        }
    return false;
}

static bool read_tabs(const char *text, struct kept *out)
{
    char(*tab)[VIEW_TAB_BYTES] = out->layout.tab;
    int used = 0;
    return sscanf(text, "%15s %15s %15s%n", tab[0], tab[1], tab[2], &used) ==
               3 &&
           text[used] == '\0' && view_layout_known(&out->layout);
}

static bool read_line(const char *line, struct kept *out)
{
    if (line[0] == '\0' || line[0] == '#')
        return true;
    if (strncmp(line, "size ", 5) == 0)
        return read_size(line + 5, out);
    if (strncmp(line, "zoom ", 5) == 0)
        return read_zoom(line + 5, out);
    if (strncmp(line, "speed ", 6) == 0)
        return read_speed(line + 6, out);
    if (strncmp(line, "tabs ", 5) == 0)
        return read_tabs(line + 5, out);
    out->layout.dark = strcmp(line, "palette dark") == 0;
    return out->layout.dark || strcmp(line, "palette light") == 0;
}

static int read_text(char *text, const char *file, struct kept *out, char *why,
                     size_t n)
{
    unsigned number = 1;
    for (char *line = text; line; number++) {
        char *end = strchr(line, '\n');
        if (end)
            *end = '\0';
        if (!read_line(line, out)) {
            snprintf(why, n,
                     "%s:%u: not understood; the window opens as if it "
                     "were not there",
                     file, number);
            *out = defaults;
            return -1;
        }
        line = end ? end + 1 : NULL;
    }
    return 0;
}

int kept_read(struct kept *out, char *why, size_t n)
{
    char folder[PATH_BYTES], file[PATH_BYTES + 16], text[FILE_BYTES];
    *out = defaults;
    FILE *in = place(folder, file) ? fopen(file, "r") : NULL;
    if (!in)
        return 0;
    errno = 0;
    size_t bytes = fread(text, 1, sizeof text - 1, in);
    int error = ferror(in) ? errno : 0;
    fclose(in);
    if (error) {
        snprintf(why, n, "%s: %s", file, strerror(error));
        return -1;
    }
    text[bytes] = '\0';
    if (strlen(text) != bytes)
        text[0] = '?', text[1] = '\0'; /* not a text at all */
    return read_text(text, file, out, why, n);
}

/* ---- Writing ---- */

static bool write_text(FILE *out, const struct kept *k)
{
    const struct view_layout *l = &k->layout;
    fprintf(out, "# how the window was left\n");
    fprintf(out, "size %dx%d\n", k->width, k->height);
    fprintf(out, "palette %s\n", l->dark ? "dark" : "light");
    fprintf(out, "zoom %.4f\n", l->zoom);
    if (l->speed > 0)
        fprintf(out, "speed %d\n", l->speed);
    else
        fprintf(out, "speed max\n");
    fprintf(out, "tabs %s %s %s\n", l->tab[0], l->tab[1], l->tab[2]);
    return fflush(out) == 0 && fsync(fileno(out)) == 0;
}

int kept_write(const struct kept *kept, char *why, size_t n)
{
    char folder[PATH_BYTES], file[PATH_BYTES + 16], beside[PATH_BYTES + 48];
    if (!place(folder, file))
        return 0; /* nowhere to keep anything */
    snprintf(beside, sizeof beside, "%s.%ld", file, (long)getpid());
    FILE *out = make_folders(folder) == 0 ? fopen(beside, "w") : NULL;
    bool good = out && write_text(out, kept);
    if (out && fclose(out) != 0)
        good = false;
    if (good && rename(beside, file) == 0)
        return 0;
    int error = errno;
    if (out)
        unlink(beside);
    snprintf(why, n, "the window's layout is not kept: %s: %s", file,
             strerror(error));
    return -1;
}
