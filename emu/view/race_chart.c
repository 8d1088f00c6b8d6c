/*
 * race_chart.c - measured rows sorted into charts and curves; where a point
 * lies, and how it looks.
 */
#include "race_chart.h"

#include <math.h>
#include <string.h>

/* ---- What there is to draw ---- */

static void add_point(struct race_curve *c, uint64_t bytes, double cost)
{
    size_t at = c->points;
    if (at == RACE_POINTS)
        return;
    for (; at > 0 && c->point[at - 1].bytes > bytes; at--)
        c->point[at] = c->point[at - 1];
    c->point[at] = (struct race_point){bytes, cost};
    c->points++;
}

static bool same_mechanism(const struct measure_row *a,
                           const struct measure_row *b)
{
    size_t n = strcspn(a->name, "/");
    return n == strcspn(b->name, "/") && strncmp(a->name, b->name, n) == 0;
}

static struct race_curve *find_curve(struct race_chart *c,
                                     const struct measure_row *row)
{
    size_t family = 0;
    for (size_t i = 0; i < c->curves; i++)
        if (strcmp(c->curve[i].row->name, row->name) == 0)
            return &c->curve[i];
    if (c->curves == RACE_CURVES)
        return NULL;
    if (c->curves > 0) { /* the ways of a mechanism follow each other */
        const struct race_curve *last = &c->curve[c->curves - 1];
        family = last->family + !same_mechanism(last->row, row);
    }
    c->curve[c->curves] = (struct race_curve){.row = row, .family = family};
    return &c->curve[c->curves++];
}

static struct race_chart *find_chart(struct race_chart chart[RACE_CHARTS],
                                     size_t *n, const char *layout)
{
    for (size_t i = 0; i < *n; i++)
        if (strcmp(chart[i].layout, layout) == 0)
            return &chart[i];
    if (*n == RACE_CHARTS)
        return NULL;
    chart[*n] = (struct race_chart){.layout = layout};
    return &chart[(*n)++];
}

size_t race_gather(const struct measurements *m,
                   struct race_chart chart[RACE_CHARTS], struct race_axes *a)
{
    size_t n = 0;
    double lowest = INFINITY, highest = 0;
    *a = (struct race_axes){.least = UINT64_MAX};
    for (size_t i = 0; i < m->rows; i++) {
        const struct measure_row *row = &m->row[i];
        double cost = measure_figure(row, RACE_FIGURE);
        struct race_chart *c =
            cost > 0 ? find_chart(chart, &n, row->layout) : NULL;
        struct race_curve *curve = c ? find_curve(c, row) : NULL;
        if (!curve || row->bytes == 0)
            continue;
        add_point(curve, row->bytes, cost);
        lowest = fmin(lowest, cost);
        highest = fmax(highest, cost);
        a->least = row->bytes < a->least ? row->bytes : a->least;
        a->most = row->bytes > a->most ? row->bytes : a->most;
    }
    a->low = log10(lowest) - 0.2;
    a->high = log10(highest) + 0.2;
    a->most += a->most == a->least;
    return n;
}

/* ---- Scales ---- */

double race_x(const struct race_chart *c, const struct race_axes *a,
              double bytes)
{
    double span = log((double)a->most) - log((double)a->least);
    return c->plot.x + (log(bytes) - log((double)a->least)) / span * c->plot.w;
}

double race_y(const struct race_chart *c, const struct race_axes *a,
              double cost)
{
    return box_bottom(c->plot) -
           (log10(cost) - a->low) / (a->high - a->low) * c->plot.h;
}

/* ---- Looks ---- */

enum hue race_hue(const struct measure_row *row)
{
    if (strcmp(row->kind, "copies") == 0)
        return HUE_KERNEL;
    if (strcmp(row->kind, "device") == 0)
        return HUE_DEVICE;
    return strcmp(row->kind, "maps") == 0 ? HUE_USER : HUE_SHARED;
}

/* One for each mechanism, filled or hollow by turns. */
void race_mark(struct frame *f, double x, double y, size_t family, colour c)
{
    double r = 3.2;
    struct box b = BOX(x - r, y - r, 2 * r, 2 * r);
    bool hollow = family / 4 % 2 == 1;
    if (family % 4 >= 2) {
        draw_triangle(f->d, box_inset(b, -0.6, -0.6), family % 4 == 2 ? 3 : 2,
                      c);
        if (hollow)
            draw_triangle(f->d, box_inset(b, 1.2, 1.2), family % 4 == 2 ? 3 : 2,
                          f->p->paper);
        return;
    }
    struct draw_item *it =
        draw_card(f->d, b, hollow ? f->p->paper : c, c, family % 4 ? 0 : r);
    it->stroke_width = 1.3;
}
