/*
 * measure_crossover.c - where copying stops paying: found in the measured rows
 * and nowhere else. At each size the cheapest row of a kind stands for it.
 */
#include "measure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SIZES_MAX 64

struct race { /* of "copies" against "maps" in one layout */
    const struct measurements *m;
    const char *layout;
    enum measure_figure figure;
    const char *mechanism; /* with that many characters; NULL: all of them */
    size_t length;
};

static bool takes_part(const struct race *r, const struct measure_row *row,
                       const char *kind)
{
    return row->laps != 0 && strcmp(row->layout, r->layout) == 0 &&
           strcmp(row->kind, kind) == 0 &&
           (r->mechanism == NULL ||
            (strncmp(row->name, r->mechanism, r->length) == 0 &&
             row->name[r->length] == '/'));
}

static const struct measure_row *best(const struct race *r, const char *kind,
                                      uint64_t bytes)
{
    const struct measure_row *best = NULL;
    for (size_t i = 0; i < r->m->rows; i++) {
        const struct measure_row *row = &r->m->row[i];
        if (row->bytes == bytes && takes_part(r, row, kind) &&
            (best == NULL ||
             measure_figure(row, r->figure) < measure_figure(best, r->figure)))
            best = row;
    }
    return best;
}

/* The sizes that both kinds have, ascending. */
static size_t common_sizes(const struct race *r, uint64_t size[SIZES_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < r->m->rows; i++) {
        const struct measure_row *row = &r->m->row[i];
        size_t at = 0;
        if (!takes_part(r, row, "maps") || n == SIZES_MAX ||
            best(r, "copies", row->bytes) == NULL)
            continue;
        while (at < n && size[at] < row->bytes)
            at++;
        if (at < n && size[at] == row->bytes)
            continue;
        memmove(&size[at + 1], &size[at], (n - at) * sizeof *size);
        size[at] = row->bytes;
        n++;
    }
    return n;
}

/* How many times dearer mapping is at this size, as a logarithm. */
static double lead(const struct race *r, uint64_t bytes)
{
    return log(measure_figure(best(r, "maps", bytes), r->figure) /
               measure_figure(best(r, "copies", bytes), r->figure));
}

/* Both curves as straight lines between two sizes, on logarithmic axes. */
static double meeting_point(const struct race *r, uint64_t a, uint64_t b)
{
    double before = lead(r, a), after = lead(r, b);
    double part = before / (before - after);
    return exp(log((double)a) + part * (log((double)b) - log((double)a)));
}

static bool run(const struct race *r, struct measure_crossover *out)
{
    uint64_t size[SIZES_MAX];
    size_t n = common_sizes(r, size), from = n;
    if (n == 0)
        return false;
    while (from > 0 && lead(r, size[from - 1]) < 0)
        from--;
    *out = (struct measure_crossover){
        .layout = r->layout,
        .figure = r->figure,
        .found = from<n, .below = from> 0 ? size[from - 1] : 0,
        .from = from < n ? size[from] : 0};
    out->at = (double)out->from;
    if (out->found && from > 0)
        out->at = meeting_point(r, out->below, out->from);
    if (r->mechanism == NULL)
        return true;
    uint64_t shown = out->found ? out->from : out->below;
    snprintf(out->copies, sizeof out->copies, "%s",
             best(r, "copies", shown)->name);
    snprintf(out->maps, sizeof out->maps, "%s", best(r, "maps", shown)->name);
    return true;
}

/* Each mechanism once in each layout. */
static bool is_new(const struct measurements *m, size_t i, bool mechanism)
{
    size_t length = strcspn(m->row[i].name, "/") + 1;
    for (size_t k = 0; k < i; k++)
        if (strcmp(m->row[k].layout, m->row[i].layout) == 0 &&
            (!mechanism ||
             strncmp(m->row[k].name, m->row[i].name, length) == 0))
            return false;
    return true;
}

size_t measure_crossovers(const struct measurements *m, enum measure_figure f,
                          struct measure_crossover *out, size_t max)
{
    size_t n = 0;
    struct measure_crossover c;
    for (int one = 1; one >= 0; one--)
        for (size_t i = 0; i < m->rows; i++) {
            const char *name = m->row[i].name;
            struct race r = {.m = m,
                             .layout = m->row[i].layout,
                             .figure = f,
                             .mechanism = one ? name : NULL,
                             .length = strcspn(name, "/")};
            if (!is_new(m, i, one) || !run(&r, &c))
                continue;
            if (n < max)
                out[n] = c;
            n++;
        }
    return n;
}

void measure_crossover_text(const struct measure_crossover *c, char *text,
                            size_t n)
{
    static const char *const figures[] = {"instructions", "model cycles"};
    const char *maps = c->maps[0] ? c->maps : "the best of those that map";
    const char *copies = c->copies[0] ? c->copies : "the best that copies";
    char below[32], from[32], where[120];
    measure_bytes_text(c->below, below, sizeof below);
    measure_bytes_text(c->from, from, sizeof from);
    if (!c->found)
        snprintf(where, sizeof where, "nowhere up to %s", below);
    else if (c->below == 0)
        snprintf(where, sizeof where, "from %s on, where it begins", from);
    else if (c->at < 1024)
        snprintf(where, sizeof where, "from about %.0f B on (%s no, %s yes)",
                 c->at, below, from);
    else
        snprintf(where, sizeof where, "from about %.1f KiB on (%s no, %s yes)",
                 c->at / 1024, below, from);
    snprintf(text, n, "%s, %s: %s costs less than %s %s", c->layout,
             figures[c->figure], maps, copies, where);
}
