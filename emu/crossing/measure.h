/*
 * measure.h - figures of a program that says what is to be measured, by marks
 * in its code (guestapps/sdk/include/sallyport/measure.h). Between a `begin`
 * and an `end` the tracker's sums are taken; they are added up by row.
 *
 *     struct measurements m = {0};
 *     struct measure *w = measure_attach(tracker, program, "bin/race",
 *                                        "separate", &m);
 *     machine_run(...);
 *     measure_detach(w);
 *     text = measurements_text(&m, MEASURE_TABLE);
 */
#ifndef SALLYPORT_MEASURE_H
#define SALLYPORT_MEASURE_H

#include "crossing.h"

struct measure_row {
    char name[32];   /* "pipe/copied": mechanism / way */
    char kind[16];   /* "copies", "maps", "shares" */
    char layout[16]; /* the kernel's */
    uint64_t bytes;  /* carried by one lap */
    uint64_t laps;   /* added up here; 0: there are no figures */
    /* The timer interrupted them. Such laps count only as long as there is none
     * that it left alone: who runs after it is its choice. */
    bool disturbed;
    uint64_t timer;                /* its interrupts, in all laps */
    struct tally lap[TALLY_PARTS]; /* that is not over yet */
    struct tally sum[TALLY_PARTS]; /* of all laps */
    uint64_t cycles;               /* the model's, of TALLY_REST */
    char reason[96];               /* why there are no figures */
};

struct measurements {
    struct measure_row *row; /* in order of appearance */
    size_t rows, room;
    char format[16]; /* that the program asked for; "" so far */
    bool failed;     /* out of memory: not all is here */
};
void measurements_free(struct measurements *m);

/* row->lap, so many laps, is over: it is added to the sums, or left out (see
 * `disturbed`), and empty again. */
void measure_add_laps(struct measure_row *row, uint64_t laps);

/* Has it marks? */
bool measure_marked(const struct symbols *program);

/* Watches the marks of the program whose path in the guest is this. All that
 * is handed over must outlive the measure. NULL: out of memory. */
struct measure;
struct measure *measure_attach(struct tracker *t, const struct symbols *program,
                               const char *path, const char *layout,
                               struct measurements *out);
void measure_detach(struct measure *w); /* before the tracker's end */

/* ---- What follows from them (measure_text.c) ---- */

enum measure_figure { FIGURE_INSNS, FIGURE_CYCLES };
/* Of one lap; 0 if the row has none. */
double measure_figure(const struct measure_row *row, enum measure_figure f);

/* Where a way that maps begins to cost less than one that copies, for good:
 * at every larger size that both have. */
struct measure_crossover {
    const char *layout;
    enum measure_figure figure;
    char copies[32], maps[32]; /* the rows' names; "" for the best of all */
    bool found;
    uint64_t below, from; /* still dearer at `below`, cheaper at `from`; below
                             0: at every size that both have */
    double at;            /* between them, by interpolation; bytes */
};
/* For each mechanism (the name's part before '/') that has both kinds, and for
 * the best of each kind, in each layout. Returns how many there are; writes up
 * to max. */
size_t measure_crossovers(const struct measurements *m, enum measure_figure f,
                          struct measure_crossover *out, size_t max);
/* "pipe/mapped costs less than pipe/copied from about 5.3 KiB on ..." */
void measure_crossover_text(const struct measure_crossover *c, char *text,
                            size_t n);
/* "8 B", "64 KiB", "1 MiB" */
void measure_bytes_text(uint64_t bytes, char *text, size_t n);

enum measure_format { MEASURE_CSV, MEASURE_TABLE, MEASURE_JSON };
/* The whole, malloc'ed; NULL: out of memory. */
char *measurements_text(const struct measurements *m, enum measure_format f);

#endif
