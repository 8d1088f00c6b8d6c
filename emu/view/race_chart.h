/*
 * race_chart.h - the race's charts (panel_race.c), their curves and scales.
 */
#ifndef SALLYPORT_RACE_CHART_H
#define SALLYPORT_RACE_CHART_H

#include "frame.h"

#define RACE_CHARTS 2
#define RACE_CURVES 40
#define RACE_POINTS 32
#define RACE_FIGURE FIGURE_INSNS
#define RACE_BESIDE 140.0 /* room for names at a chart's right */

struct race_point {
    uint64_t bytes;
    double cost;
};

struct race_curve {
    const struct measure_row *row; /* its first: name and kind */
    struct race_point point[RACE_POINTS];
    size_t points;
    size_t family; /* same mechanism, same number */
    double x, y;   /* where it ends */
    double name_y;
};

struct race_chart {
    struct box plot;
    const char *layout;
    struct race_curve curve[RACE_CURVES];
    size_t curves;
};

struct race_axes {        /* of all charts */
    uint64_t least, most; /* bytes */
    double low, high;     /* powers of ten */
};

/* Fills in charts and axes; how many charts there are. */
size_t race_gather(const struct measurements *m,
                   struct race_chart chart[RACE_CHARTS], struct race_axes *a);
double race_x(const struct race_chart *c, const struct race_axes *a,
              double bytes);
double race_y(const struct race_chart *c, const struct race_axes *a,
              double cost);
enum hue race_hue(const struct measure_row *row);
/* A point of a curve of that family. */
void race_mark(struct frame *f, double x, double y, size_t family, colour c);
/* Every curve's name, where it ends (race_names.c). */
void race_names(struct frame *f, struct race_chart *chart,
                const struct race_axes *a);

#endif
