/*
 * picture.c - see picture.h.
 */
#include "picture.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum format { FORMAT_NONE, FORMAT_PNG, FORMAT_SVG, FORMAT_PDF, FORMAT_TXT };

static enum format format_of(const char *path)
{
    static const char *const endings[] = {"", ".png", ".svg", ".pdf", ".txt"};
    size_t n = strlen(path);
    for (int i = FORMAT_PNG; i <= FORMAT_TXT; i++)
        if (n > 4 && strcasecmp(path + n - 4, endings[i]) == 0)
            return (enum format)i;
    return FORMAT_NONE;
}

bool picture_known(const char *path)
{
    return format_of(path) != FORMAT_NONE;
}

/* ---- Text ---- */

/* Reading order: panel, then line, then from left to right. */
static int reading_order(const void *a, const void *b)
{
    const struct draw_item *x = *(const struct draw_item *const *)a;
    const struct draw_item *y = *(const struct draw_item *const *)b;
    if (x->layer != y->layer)
        return x->layer < y->layer ? -1 : 1;
    if (x->panel != y->panel)
        return x->panel < y->panel ? -1 : 1;
    double middle_x = x->box.y + x->box.h / 2,
           middle_y = y->box.y + y->box.h / 2;
    int line_x = (int)(middle_x / 8), line_y = (int)(middle_y / 8);
    if (line_x != line_y)
        return line_x < line_y ? -1 : 1;
    return x->box.x < y->box.x ? -1 : x->box.x > y->box.x;
}

static void write_texts(FILE *out, const struct draw_list *d,
                        const struct draw_item **text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct draw_item *it = text[i], *before = i ? text[i - 1] : NULL;
        bool same_panel =
            before && before->panel == it->panel && before->layer == it->layer;
        bool same_line =
            same_panel && (int)((before->box.y + before->box.h / 2) / 8) ==
                              (int)((it->box.y + it->box.h / 2) / 8);
        if (!same_panel)
            fprintf(out, "%s-- %s --\n", before ? "\n" : "",
                    it->panel > 0 && view_panel_name((size_t)it->panel - 1)
                        ? view_panel_name((size_t)it->panel - 1)
                        : "tooltip");
        else
            fputs(same_line ? "  " : "\n", out);
        const char *shown = draw_string(d, it->text);
        bool was_cut = strstr(shown, "\xe2\x80\xa6") && it->whole;
        fputs(was_cut ? draw_string(d, it->whole) : shown, out);
    }
    if (n)
        fputc('\n', out);
}

char *picture_text(const struct draw_list *d)
{
    char *text = NULL;
    size_t bytes, n = 0;
    const struct draw_item **item = malloc((d->items + 1) * sizeof *item);
    FILE *out = item ? open_memstream(&text, &bytes) : NULL;
    if (!out) {
        free(item);
        return NULL;
    }
    for (size_t i = 0; i < d->items; i++)
        if (d->item[i].kind == DRAW_TEXT)
            item[n++] = &d->item[i];
    qsort(item, n, sizeof *item, reading_order);
    write_texts(out, d, item, n);
    free(item);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

static int save_text(const struct draw_list *d, const char *path, char *why,
                     size_t n)
{
    char *text = picture_text(d);
    FILE *out = text ? fopen(path, "w") : NULL;
    bool written = out && fputs(text, out) >= 0;
    if (out && fclose(out) != 0)
        written = false;
    if (!written)
        snprintf(why, n, "%s: %s", path,
                 text ? strerror(errno) : "out of memory");
    free(text);
    return written ? 0 : -1;
}

/* ---- Pictures ---- */

static cairo_surface_t *surface_for(enum format format, const char *path, int w,
                                    int h)
{
    if (format == FORMAT_SVG)
        return cairo_svg_surface_create(path, w, h);
    if (format == FORMAT_PDF)
        return cairo_pdf_surface_create(path, w, h);
    return cairo_image_surface_create(CAIRO_FORMAT_RGB24, w, h);
}

/* Cairo does not say why it could not open a file. */
static bool can_be_written(const char *path, char *why, size_t n)
{
    FILE *file = fopen(path, "ab");
    if (file == NULL || fclose(file) != 0) {
        snprintf(why, n, "%s: %s", path, strerror(errno));
        return false;
    }
    return true;
}

int picture_save(struct view *v, const char *path, int device_w, int device_h,
                 char *why, size_t why_bytes)
{
    enum format format = format_of(path);
    if (format == FORMAT_NONE) {
        snprintf(why, why_bytes,
                 "%s: a picture's name ends in .png, .svg, .pdf or .txt", path);
        return -1;
    }
    if (format == FORMAT_TXT)
        return save_text(view_list(v), path, why, why_bytes);
    if (!can_be_written(path, why, why_bytes))
        return -1;
    cairo_surface_t *surface = surface_for(format, path, device_w, device_h);
    cairo_t *cr = cairo_create(surface);
    double k = view_scale(v);
    cairo_scale(cr, k, k);
    view_paint(v, cr, BOX(0, 0, device_w / k, device_h / k));
    cairo_show_page(cr);
    cairo_status_t status = cairo_status(cr);
    cairo_destroy(cr);
    if (status == CAIRO_STATUS_SUCCESS && format == FORMAT_PNG)
        status = cairo_surface_write_to_png(surface, path);
    cairo_surface_finish(surface);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (status != CAIRO_STATUS_SUCCESS)
        snprintf(why, why_bytes, "%s: %s", path,
                 cairo_status_to_string(status));
    return status == CAIRO_STATUS_SUCCESS ? 0 : -1;
}
