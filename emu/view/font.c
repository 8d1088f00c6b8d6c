/*
 * font.c - see font.h. Two ways of setting text: glyphs on cells for the
 * monospace fonts, cached Pango layouts for prose.
 */
#include "font.h"

#include <math.h>
#include <pango/pangocairo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GLYPHS        0x2c00 /* code points with a place in the glyph table */
#define LAYOUTS       2048   /* cached prose layouts, a power of two */
#define GLYPH_UNKNOWN 0xffff

static const struct face {
    double size, line;
    bool mono, bold;
} faces[FONTS] = {
    [FONT_TEXT] = {13, 18, false, false},
    [FONT_BOLD] = {13, 18, false, true},
    [FONT_SMALL] = {11.5, 16, false, false},
    [FONT_SMALL_BOLD] = {11.5, 16, false, true},
    [FONT_HEAD] = {17, 24, false, true},
    [FONT_MONO] = {12, 18, true, false},
    [FONT_MONO_BOLD] = {12, 18, true, true},
    [FONT_MONO_TITLE] = {16, 22, true, true},
};

/* One monospace face at one scale. */
struct mono {
    cairo_scaled_font_t *font;
    double cell, ascent, descent;
    unsigned short *glyph; /* GLYPHS entries, filled when first asked for */
};

struct layout_slot {
    PangoLayout *layout;
    enum font font;
    char *text;
};

struct fonts {
    double scale;
    char mono_family[64], prose_family[64], note[200];
    PangoFontMap *map;
    PangoContext *context;
    PangoFontDescription *prose[FONTS];
    PangoAttrList *plain; /* no contextual forms: 0x stays a 0 and an x */
    struct mono mono[FONTS];
    struct layout_slot slot[LAYOUTS];
};

/* ---- Families ---- */

static bool family_exists(PangoFontMap *map, const char *name)
{
    PangoFontFamily **family;
    int n;
    bool found = false;
    pango_font_map_list_families(map, &family, &n);
    for (int i = 0; i < n && !found; i++)
        found = strcasecmp(pango_font_family_get_name(family[i]), name) == 0;
    g_free(family);
    return found;
}

/* The first of the list that is installed; the last one always is. */
static const char *choose(PangoFontMap *map, const char *const *list)
{
    while (list[1] && !family_exists(map, *list))
        list++;
    return *list;
}

static void choose_families(struct fonts *f)
{
    static const char *const mono[] = {"JetBrains Mono", "DejaVu Sans Mono",
                                       "Liberation Mono", "monospace", NULL};
    static const char *const prose[] = {"Inter", "DejaVu Sans",
                                        "Liberation Sans", "sans-serif", NULL};
    const char *m = choose(f->map, mono), *p = choose(f->map, prose);
    snprintf(f->mono_family, sizeof f->mono_family, "%s", m);
    snprintf(f->prose_family, sizeof f->prose_family, "%s", p);
    bool no_mono = m != mono[0], no_prose = p != prose[0];
    if (no_mono || no_prose)
        snprintf(f->note, sizeof f->note, "font %s%s%s not installed: %s%s%s",
                 no_mono ? mono[0] : "", no_mono && no_prose ? ", " : "",
                 no_prose ? prose[0] : "", no_mono ? m : "",
                 no_mono && no_prose ? ", " : "", no_prose ? p : "");
}

/* ---- Monospace ---- */

static void mono_close(struct mono *m)
{
    if (m->font)
        cairo_scaled_font_destroy(m->font);
    free(m->glyph);
    *m = (struct mono){0};
}

static void mono_open(struct fonts *f, enum font font)
{
    struct mono *m = &f->mono[font];
    cairo_font_face_t *face = cairo_toy_font_face_create(
        f->mono_family, CAIRO_FONT_SLANT_NORMAL,
        faces[font].bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_matrix_t size, ctm;
    cairo_matrix_init_scale(&size, faces[font].size, faces[font].size);
    cairo_matrix_init_scale(&ctm, f->scale, f->scale);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    m->font = cairo_scaled_font_create(face, &size, &ctm, options);
    cairo_font_options_destroy(options);
    cairo_font_face_destroy(face);

    cairo_text_extents_t text;
    cairo_font_extents_t extents;
    cairo_scaled_font_text_extents(m->font, "M", &text);
    cairo_scaled_font_extents(m->font, &extents);
    m->cell = fmax(1, round(text.x_advance * f->scale)) / f->scale;
    m->ascent = extents.ascent;
    m->descent = extents.descent;
    m->glyph = malloc(GLYPHS * sizeof *m->glyph);
    if (m->glyph)
        memset(m->glyph, 0xff, GLYPHS * sizeof *m->glyph);
}

static struct mono *mono_of(struct fonts *f, enum font font)
{
    if (!f->mono[font].font)
        mono_open(f, font);
    return &f->mono[font];
}

static unsigned glyph_lookup(struct mono *m, const char *text, size_t length)
{
    cairo_glyph_t *glyph = NULL;
    int n = 0;
    unsigned index = 0;
    if (cairo_scaled_font_text_to_glyphs(m->font, 0, 0, text, (int)length,
                                         &glyph, &n, NULL, NULL,
                                         NULL) == CAIRO_STATUS_SUCCESS &&
        n == 1)
        index = (unsigned)glyph[0].index;
    cairo_glyph_free(glyph);
    return index;
}

/* The glyph of a character; what the face lacks is shown as '?'. */
static unsigned glyph_of(struct mono *m, unsigned ch, const char *text,
                         size_t length)
{
    if (ch >= GLYPHS || !m->glyph) {
        unsigned index = ch == 0xfffd ? 0 : glyph_lookup(m, text, length);
        return index ? index : glyph_lookup(m, "?", 1);
    }
    if (m->glyph[ch] == GLYPH_UNKNOWN) {
        unsigned index = glyph_lookup(m, text, length);
        if (index == 0 || index >= GLYPH_UNKNOWN)
            index = glyph_lookup(m, "?", 1);
        m->glyph[ch] = (unsigned short)index;
    }
    return m->glyph[ch];
}

unsigned utf8_next(const char *text, size_t *length)
{
    const unsigned char *t = (const unsigned char *)text;
    static const unsigned least[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = t[0] < 0x80                   ? 1
               : t[0] >= 0xc2 && t[0] < 0xe0 ? 2
               : t[0] >= 0xe0 && t[0] < 0xf0 ? 3
               : t[0] >= 0xf0 && t[0] < 0xf5 ? 4
                                             : 0;
    unsigned ch = n == 1 ? t[0] : n ? t[0] & (0x7fu >> n) : 0xfffd;
    for (size_t i = 1; i < n; i++) {
        if ((t[i] & 0xc0) != 0x80) {
            n = 0;
            break;
        }
        ch = ch << 6 | (t[i] & 0x3fu);
    }
    bool bad = n == 0 || ch < least[n] || ch > 0x10ffff ||
               (ch >= 0xd800 && ch < 0xe000);
    *length = bad ? 1 : n;
    return bad ? 0xfffd : ch;
}

static size_t mono_columns(const char *text)
{
    size_t columns = 0, length;
    for (; *text; text += length, columns++)
        utf8_next(text, &length);
    return columns;
}

static void mono_show(struct fonts *f, cairo_t *cr, enum font font, double x,
                      double y, const char *text)
{
    struct mono *m = mono_of(f, font);
    double k = f->scale;
    double top = (faces[font].line - m->ascent - m->descent) / 2;
    double base = round((y + top + m->ascent) * k) / k;
    double left = round(x * k) / k;
    cairo_glyph_t glyph[256];
    int n = 0;
    size_t length;
    cairo_set_scaled_font(cr, m->font);
    for (; *text; text += length, left += m->cell) {
        unsigned ch = utf8_next(text, &length);
        if (ch != ' ')
            glyph[n++] =
                (cairo_glyph_t){glyph_of(m, ch, text, length), left, base};
        if (n == 256) {
            cairo_show_glyphs(cr, glyph, n);
            n = 0;
        }
    }
    if (n)
        cairo_show_glyphs(cr, glyph, n);
}

/* ---- Prose ---- */

static unsigned hash_text(enum font font, const char *text)
{
    unsigned h = 2166136261u ^ font;
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 16777619u;
    return h;
}

static PangoLayout *layout_new(struct fonts *f, enum font font,
                               const char *text)
{
    PangoLayout *layout = pango_layout_new(f->context);
    pango_layout_set_font_description(layout, f->prose[font]);
    pango_layout_set_attributes(layout, f->plain);
    /* Pango wants UTF-8; anything else was replaced where it came in. */
    pango_layout_set_text(layout, text, -1);
    return layout;
}

/* A layout of the whole text on one line; the cache keeps it. */
static PangoLayout *layout_of(struct fonts *f, enum font font, const char *text)
{
    struct layout_slot *slot = &f->slot[hash_text(font, text) & (LAYOUTS - 1)];
    if (slot->layout && slot->font == font && strcmp(slot->text, text) == 0)
        return slot->layout;
    if (slot->layout)
        g_object_unref(slot->layout);
    g_free(slot->text);
    slot->layout = layout_new(f, font, text);
    pango_layout_set_single_paragraph_mode(slot->layout, TRUE);
    slot->font = font;
    slot->text = g_strdup(text);
    return slot->layout;
}

static void prose_open(struct fonts *f)
{
    f->context = pango_font_map_create_context(f->map);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(f->context, options);
    pango_cairo_context_set_resolution(f->context, 96);
    f->plain = pango_attr_list_new();
    pango_attr_list_insert(f->plain, pango_attr_font_features_new("calt=0"));
    cairo_font_options_destroy(options);
    for (int i = 0; i < FONTS; i++) {
        f->prose[i] = pango_font_description_new();
        pango_font_description_set_family(f->prose[i], f->prose_family);
        pango_font_description_set_weight(f->prose[i],
                                          faces[i].bold ? PANGO_WEIGHT_SEMIBOLD
                                                        : PANGO_WEIGHT_NORMAL);
        pango_font_description_set_absolute_size(f->prose[i],
                                                 faces[i].size * PANGO_SCALE);
    }
}

/* ---- The interface ---- */

struct fonts *fonts_create(void)
{
    struct fonts *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->scale = 1;
    f->map = pango_cairo_font_map_new();
    choose_families(f);
    prose_open(f);
    return f;
}

void fonts_destroy(struct fonts *f)
{
    if (!f)
        return;
    for (int i = 0; i < LAYOUTS; i++) {
        if (f->slot[i].layout)
            g_object_unref(f->slot[i].layout);
        g_free(f->slot[i].text);
    }
    for (int i = 0; i < FONTS; i++) {
        mono_close(&f->mono[i]);
        pango_font_description_free(f->prose[i]);
    }
    pango_attr_list_unref(f->plain);
    g_object_unref(f->context);
    g_object_unref(f->map);
    free(f);
}

void fonts_set_scale(struct fonts *f, double scale)
{
    if (scale == f->scale)
        return;
    f->scale = scale;
    for (int i = 0; i < FONTS; i++)
        mono_close(&f->mono[i]);
}

double fonts_scale(const struct fonts *f)
{
    return f->scale;
}

const char *fonts_note(const struct fonts *f)
{
    return f->note;
}

double fonts_size(enum font font)
{
    return faces[font].size;
}

double fonts_line(enum font font)
{
    return faces[font].line;
}

bool fonts_is_mono(enum font font)
{
    return faces[font].mono;
}

double fonts_cell(const struct fonts *f, enum font font)
{
    return mono_of((struct fonts *)f, font)->cell;
}

double fonts_width(struct fonts *f, enum font font, const char *text)
{
    if (faces[font].mono)
        return (double)mono_columns(text) * mono_of(f, font)->cell;
    PangoRectangle logical;
    pango_layout_get_extents(layout_of(f, font, text), NULL, &logical);
    return logical.width / (double)PANGO_SCALE;
}

static size_t mono_fit(struct fonts *f, enum font font, const char *text,
                       double width)
{
    size_t room = (size_t)fmax(0, floor(width / mono_of(f, font)->cell + 1e-6));
    size_t at = 0, length;
    for (size_t i = 0; i < room && text[at]; i++, at += length)
        utf8_next(text + at, &length);
    return at;
}

size_t fonts_fit(struct fonts *f, enum font font, const char *text,
                 double width)
{
    if (width <= 0)
        return 0;
    if (faces[font].mono)
        return mono_fit(f, font, text, width);
    if (fonts_width(f, font, text) <= width)
        return strlen(text);
    int index = 0, trailing = 0;
    pango_layout_xy_to_index(layout_of(f, font, text),
                             (int)(width * PANGO_SCALE), 0, &index, &trailing);
    return (size_t)index;
}

/* Monospace wraps at the last blank that fits, or hard. */
static size_t mono_wrap(struct fonts *f, enum font font, const char *text,
                        double width, size_t *next)
{
    size_t newline = strcspn(text, "\n");
    size_t fit = mono_fit(f, font, text, width);
    size_t length;
    utf8_next(text, &length);
    if (fit == 0)
        fit = text[0] ? length : 0;
    if (newline <= fit) {
        *next = newline + (text[newline] == '\n');
        return newline;
    }
    size_t cut = fit;
    while (cut > 0 && text[cut] != ' ')
        cut--;
    if (cut == 0)
        cut = fit;
    *next = cut + (text[cut] == ' ');
    return cut;
}

size_t fonts_wrap(struct fonts *f, enum font font, const char *text,
                  double width, size_t *next)
{
    if (faces[font].mono)
        return mono_wrap(f, font, text, width, next);
    PangoLayout *layout = layout_new(f, font, text);
    pango_layout_set_width(layout, (int)(fmax(width, 1) * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    PangoLayoutLine *first = pango_layout_get_line_readonly(layout, 0);
    PangoLayoutLine *second = pango_layout_get_line_readonly(layout, 1);
    size_t length = (size_t)first->length;
    *next = second ? (size_t)second->start_index : strlen(text);
    while (length > 0 && text[length - 1] == ' ')
        length--;
    g_object_unref(layout);
    return length;
}

static void prose_show(struct fonts *f, cairo_t *cr, enum font font, double x,
                       double y, const char *text)
{
    PangoLayout *layout = layout_of(f, font, text);
    double k = f->scale;
    PangoRectangle logical;
    pango_layout_get_extents(layout, NULL, &logical);
    double height = logical.height / (double)PANGO_SCALE;
    double ascent = pango_layout_get_baseline(layout) / (double)PANGO_SCALE;
    double top = y + (faces[font].line - height) / 2;
    double base = round((top + ascent) * k) / k;
    cairo_move_to(cr, round(x * k) / k, base);
    pango_cairo_show_layout_line(cr, pango_layout_get_line_readonly(layout, 0));
}

void fonts_show(struct fonts *f, cairo_t *cr, enum font font, double x,
                double y, colour ink, const char *text)
{
    cairo_set_source_rgba(cr, ((ink >> 16) & 255) / 255.0,
                          ((ink >> 8) & 255) / 255.0, (ink & 255) / 255.0,
                          (ink >> 24) / 255.0);
    if (faces[font].mono)
        mono_show(f, cr, font, x, y, text);
    else
        prose_show(f, cr, font, x, y, text);
}
