/*
 * panel_race.c - what a program measured (crossing/measure.h), as curves: cost
 * of a lap over the bytes it carries, both axes logarithmic, a chart for each
 * of the kernel's layouts on the same scales.
 *
 * A colour is a kind: who copies is the kernel's, whose pages are mapped the
 * user's. A curve is told by its marks and by its name at its end.
 */
#include "race_chart.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- Scales ---- */

static void power_text(int power, char text[16])
{
    static const char *const unit[] = {"", " k", " M", " G", " T"};
    int digits = power % 3 == 0 ? 1 : power % 3 == 1 ? 10 : 100;
    if (power < 0 || power >= 15)
        snprintf(text, 16, "1e%d", power);
    else
        snprintf(text, 16, "%d%s", digits, unit[power / 3]);
}

static void draw_scales(struct frame *f, const struct race_chart *c,
                        const struct race_axes *a)
{
    char text[32];
    double free_x = c->plot.x - 40;
    for (int p = (int)ceil(a->low); p <= a->high; p++) {
        double y = round(race_y(c, a, pow(10, p)));
        power_text(p, text);
        draw_hline(f->d, c->plot.x, y, c->plot.w, f->p->line);
        draw_text_right(f->d, FONT_SMALL, c->plot.x - 6, y - 8, 44, f->p->soft,
                        text);
    }
    for (uint64_t n = a->least; n <= a->most; n *= 2) {
        double x = round(race_x(c, a, (double)n));
        measure_bytes_text(n, text, sizeof text);
        double w = draw_width(f->d, FONT_SMALL, text);
        bool third = (int)round(log2((double)n / (double)a->least)) % 3 == 0;
        draw_vline(f->d, x, box_bottom(c->plot), third ? 5 : 3, f->p->soft);
        if ((!third && n != a->most) || x - w / 2 < free_x)
            continue;
        draw_vline(f->d, x, c->plot.y, c->plot.h, f->p->line);
        draw_text(f->d, FONT_SMALL, x - w / 2, box_bottom(c->plot) + 6, w + 1,
                  f->p->soft, text);
        free_x = x + w / 2 + 10;
    }
}

/* ---- Curves ---- */

static void draw_curve(struct frame *f, struct race_chart *chart,
                       struct race_curve *c, const struct race_axes *a)
{
    colour ink = f->p->space[race_hue(c->row)];
    bool maps = strcmp(c->row->kind, "maps") == 0;
    for (size_t i = 0; i < c->points; i++) {
        double x = race_x(chart, a, (double)c->point[i].bytes);
        double y = race_y(chart, a, c->point[i].cost);
        if (i > 0) {
            struct draw_item *it = draw_line(f->d, c->x, c->y, x, y, ink);
            it->stroke_width = 1.8;
            it->dashed = maps;
        }
        c->x = x;
        c->y = y;
    }
    for (size_t i = 0; i < c->points; i++)
        race_mark(f, race_x(chart, a, (double)c->point[i].bytes),
                  race_y(chart, a, c->point[i].cost), c->family, ink);
}

/* ---- Where copying stops paying ---- */

static void size_text(double bytes, char text[32])
{
    if (bytes < 1024)
        snprintf(text, 32, "%.0f B", bytes);
    else
        snprintf(text, 32, "%.1f KiB", bytes / 1024);
}

/* The best of those that map against the best that copies; 0: they meet at no
 * size that was measured. */
static double best_crossover(const struct frame *f, const char *layout,
                             enum measure_figure figure)
{
    struct measure_crossover at[RACE_CURVES];
    size_t n = measure_crossovers(f->s->race, figure, at, RACE_CURVES);
    for (size_t i = 0; i < n && i < RACE_CURVES; i++)
        if (at[i].found && at[i].below != 0 && !at[i].maps[0] &&
            strcmp(at[i].layout, layout) == 0)
            return at[i].at;
    return 0;
}

static void draw_crossover(struct frame *f, const struct race_chart *c,
                           const struct race_axes *a, struct box head)
{
    char text[120], insns[32], cycles[32];
    double at = best_crossover(f, c->layout, RACE_FIGURE);
    double model = best_crossover(f, c->layout, FIGURE_CYCLES);
    if (at == 0)
        return;
    double x = round(race_x(c, a, at));
    struct draw_item *it =
        draw_line(f->d, x, c->plot.y, x, box_bottom(c->plot), f->p->ink);
    it->stroke_width = 1.4;
    it->dashed = true;
    size_text(at, insns);
    size_text(model, cycles);
    int used = snprintf(text, sizeof text, "copying stops paying: %s", insns);
    if (model != 0)
        snprintf(text + used, sizeof text - (size_t)used,
                 " (in model cycles: %s)", cycles);
    double w = fmin(draw_width(f->d, FONT_BOLD, text), head.w);
    double left = fmax(head.x, fmin(x - w / 2, box_right(head) - w));
    draw_text(f->d, FONT_BOLD, left, head.y, w + 1, f->p->ink, text);
}

/* ---- The panel ---- */

static void draw_chart(struct frame *f, struct race_chart *c,
                       const struct race_axes *a, struct box b)
{
    char title[64];
    snprintf(title, sizeof title, "layout=%s", c->layout);
    struct box head = box_cut_top(&b, 22);
    draw_text(f->d, FONT_MONO_BOLD, head.x + 46, head.y, head.w - 46, f->p->ink,
              title);
    struct box note = box_cut_top(&b, 22);
    box_cut_bottom(&b, 26);
    box_cut_left(&b, 46);
    box_cut_right(&b, RACE_BESIDE);
    if (b.w < 60 || b.h < 60)
        return;
    c->plot = b;
    note.x += 46;
    note.w -= 46;
    draw_scales(f, c, a);
    draw_crossover(f, c, a, note);
    for (size_t i = 0; i < c->curves; i++)
        draw_curve(f, c, &c->curve[i], a);
    race_names(f, c, a);
}

static void draw_key(struct frame *f, struct box b)
{
    static const struct {
        const char *kind, *text;
    } key[] = {{"copies", "the kernel copies the bytes"},
               {"maps", "pages are mapped instead"},
               {"shares", "both have the memory: nothing is carried"},
               {"device", "a device carries them, in no instructions"}};
    double x = b.x;
    for (size_t i = 0; i < sizeof key / sizeof key[0]; i++) {
        struct measure_row row = {.bytes = 0};
        snprintf(row.kind, sizeof row.kind, "%s", key[i].kind);
        struct draw_item *it = draw_line(f->d, x, b.y + 9, x + 28, b.y + 9,
                                         f->p->space[race_hue(&row)]);
        it->stroke_width = 2.5;
        it->dashed = i == 1;
        x += 34;
        x += draw_text(f->d, FONT_TEXT, x, b.y, box_right(b) - x,
                       f->p->word[race_hue(&row)], key[i].text) +
             26;
    }
}

void panel_race(struct frame *f, struct box b)
{
    static struct race_chart chart[RACE_CHARTS]; /* too big for the stack */
    struct race_axes a;
    draw_rect(f->d, b, f->p->paper);
    b = box_inset(b, 18, 14);
    struct box head = box_cut_top(&b, 28);
    draw_text(f->d, FONT_HEAD, head.x, head.y, head.w, f->p->ink,
              "The same bytes from one process to another");
    size_t n = f->s->race ? race_gather(f->s->race, chart, &a) : 0;
    if (n == 0) {
        draw_prose(f->d, FONT_TEXT, b.x, b.y, b.w, 3, f->p->soft,
                   "Nothing was measured: this is for a program with marks, as "
                   "race is (sallyport shot --panel race -o race.png).");
        return;
    }
    struct box text = box_cut_top(&b, 22);
    draw_text(f->d, FONT_TEXT, text.x, text.y, text.w, f->p->soft,
              "Instructions of one lap, there and back, by bytes carried; both "
              "scales are logarithmic");
    draw_key(f, box_cut_top(&b, 30));
    double w = n > 1 ? floor((b.w - 24) / 2) : b.w;
    for (size_t i = 0; i < n; i++)
        draw_chart(f, &chart[i], &a,
                   BOX(b.x + (w + 24) * (double)i, b.y, w, b.h));
}
