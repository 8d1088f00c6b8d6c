/*
 * race_names.c - every curve's name where it ends: beside the chart, or within
 * it if the curve ends there.
 */
#include "race_chart.h"

#include <math.h>

#define NAME_H 17.0

/* Names stand beside the chart, at the height where their curves leave it or,
 * where that is crowded, as near as they can. */
static void place_names(struct race_curve **at, size_t n, struct box room)
{
    for (size_t i = 1; i < n; i++) /* by height: few, insertion does */
        for (size_t j = i; j > 0 && at[j - 1]->y > at[j]->y; j--) {
            struct race_curve *c = at[j];
            at[j] = at[j - 1];
            at[j - 1] = c;
        }
    double y = room.y;
    for (size_t i = 0; i < n; i++) {
        at[i]->name_y = fmax(y, at[i]->y);
        y = at[i]->name_y + NAME_H;
    }
    y = box_bottom(room);
    for (size_t i = n; i-- > 0;) {
        at[i]->name_y = fmin(y, at[i]->name_y);
        y = at[i]->name_y - NAME_H;
    }
}

static void draw_name_beside(struct frame *f, const struct race_curve *c,
                             double x)
{
    draw_line(f->d, c->x + 5, c->y, x - 6, c->name_y, f->p->soft)
        ->stroke_width = 0.8;
    race_mark(f, x, c->name_y, c->family, f->p->space[race_hue(c->row)]);
    draw_text(f->d, FONT_TEXT, x + 8, c->name_y - 9, RACE_BESIDE - 24,
              f->p->word[race_hue(c->row)], c->row->name);
}

/* How bad it is to have a name there: names must not meet, and should not lie
 * on curves. */
static unsigned harm_of(const struct race_chart *chart,
                        const struct race_axes *a, struct box b,
                        const struct box *taken, size_t n)
{
    unsigned harm =
        b.y < chart->plot.y || box_bottom(b) > box_bottom(chart->plot) ? 1000
                                                                       : 0;
    for (size_t i = 0; i < n; i++)
        harm += box_overlaps(b, taken[i]) ? 1000 : 0;
    for (size_t i = 0; i < chart->curves; i++) {
        const struct race_curve *c = &chart->curve[i];
        double before = 0, y;
        for (size_t k = 0; k < c->points; k++, before = y) {
            double x = race_x(chart, a, (double)c->point[k].bytes);
            y = race_y(chart, a, c->point[k].cost);
            harm += box_holds(b, x, y) ? 3 : 0;
            for (int part = 1; part < 4 && k > 0; part++)
                harm += box_holds(
                    b,
                    x - (x - race_x(chart, a, (double)c->point[k - 1].bytes)) *
                            part / 4,
                    y - (y - before) * part / 4);
        }
    }
    return harm;
}

/* The name of a curve that ends within the chart: near its end, above or below,
 * where it does least harm. */
static void draw_name_inside(struct frame *f, const struct race_chart *chart,
                             const struct race_axes *a,
                             const struct race_curve *c, struct box *taken,
                             size_t *n)
{
    static const double up[] = {24, -6, 44, -26, 64, -46, 84, -66, 104, -86};
    double w = fmin(draw_width(f->d, FONT_TEXT, c->row->name), chart->plot.w);
    double x =
        fmax(chart->plot.x, fmin(c->x - w / 2, box_right(chart->plot) - w));
    unsigned least = 1000;
    struct box best = BOX(0, 0, 0, 0);
    for (size_t i = 0; i < sizeof up / sizeof up[0]; i++) {
        struct box b = BOX(x - 3, c->y - up[i], w + 6, 18);
        unsigned harm = harm_of(chart, a, b, taken, *n);
        if (harm < least) {
            least = harm;
            best = b;
        }
    }
    if (least == 1000)
        return; /* no room: the table has it */
    taken[(*n)++] = best;
    bool above = best.y < c->y;
    draw_line(f->d, c->x, c->y + (above ? -4 : 4), c->x,
              above ? box_bottom(best) : best.y, f->p->soft)
        ->stroke_width = 0.8;
    draw_rect(f->d, best, f->p->paper)->radius = 3;
    draw_text(f->d, FONT_TEXT, x, best.y, w + 1, f->p->word[race_hue(c->row)],
              c->row->name);
}

void race_names(struct frame *f, struct race_chart *chart,
                const struct race_axes *a)
{
    struct race_curve *beside[RACE_CURVES];
    struct box taken[RACE_CURVES];
    size_t n = 0, inside = 0, most = (size_t)(chart->plot.h / NAME_H);
    for (size_t i = 0; i < chart->curves; i++) {
        struct race_curve *c = &chart->curve[i];
        if (c->x < box_right(chart->plot) - 1)
            draw_name_inside(f, chart, a, c, taken, &inside);
        else if (n < most)
            beside[n++] = c;
    }
    place_names(beside, n, chart->plot);
    for (size_t i = 0; i < n; i++)
        draw_name_beside(f, beside[i], box_right(chart->plot) + 18);
}
