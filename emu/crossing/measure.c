/*
 * measure.c - see measure.h: watches the marks, and adds up the differences of
 * the tracker's sums between them.
 */
#include "measure.h"

#include "state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROVIDER "measure"
#define MARKS    64

struct mark {
    struct measure *w;
    const struct probe *probe;
    void (*handle)(struct measure *w, const uint64_t *arg);
    int watch;
};

struct measure {
    struct tracker *t;
    const struct symbols *program;
    const char *path, *layout;
    struct measurements *out;
    size_t row; /* index + 1 of the one that is measured */
    bool running;
    struct tally begin[TALLY_PARTS];
    struct mark mark[MARKS];
    size_t marks;
};

void measurements_free(struct measurements *m)
{
    free(m->row);
    *m = (struct measurements){0};
}

bool measure_marked(const struct symbols *program)
{
    size_t n;
    const struct probe *p = symbols_probes(program, &n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(p[i].provider, PROVIDER) == 0)
            return true;
    return false;
}

/* A text of the program's: out of its memory or, as far as that is not there
 * yet, out of its file. */
static void read_text(const struct measure *w, uint64_t va, char *text,
                      size_t n)
{
    size_t got = 0;
    for (; got + 1 < n; got++) {
        uint8_t byte;
        if (sv39_read(w->t->machine, sv39_root(w->t->s.satp), va + got, &byte,
                      1) != 1) {
            const uint8_t *file = symbols_bytes(w->program, va + got, 1);
            byte = file != NULL ? *file : 0;
        }
        if (byte == 0)
            break;
        text[got] = byte < ' ' || byte > '~' || byte == ',' || byte == '"'
                        ? '?'
                        : (char)byte;
    }
    text[got] = '\0';
}

/* The row of that name, kind and size in this layout, made if need be. */
static struct measure_row *find_row(struct measure *w, const uint64_t *arg)
{
    struct measurements *m = w->out;
    struct measure_row want = {.bytes = arg[2]};
    read_text(w, arg[0], want.name, sizeof want.name);
    read_text(w, arg[1], want.kind, sizeof want.kind);
    snprintf(want.layout, sizeof want.layout, "%s", w->layout);
    for (size_t i = 0; i < m->rows; i++)
        if (m->row[i].bytes == want.bytes &&
            strcmp(m->row[i].name, want.name) == 0 &&
            strcmp(m->row[i].layout, want.layout) == 0)
            return &m->row[i];
    if (m->rows == m->room) {
        size_t room = m->room * 2 + 64;
        struct measure_row *more = realloc(m->row, room * sizeof *more);
        if (more == NULL) {
            m->failed = true;
            return NULL;
        }
        m->row = more;
        m->room = room;
    }
    m->row[m->rows] = want;
    return &m->row[m->rows++];
}

/* ---- The marks ---- */

static void at_row(struct measure *w, const uint64_t *arg)
{
    const struct measure_row *row = find_row(w, arg);
    w->row = row != NULL ? (size_t)(row - w->out->row) + 1 : 0;
    w->running = false;
}

static void at_begin(struct measure *w, const uint64_t *arg)
{
    (void)arg;
    for (int i = 0; i < TALLY_PARTS; i++)
        w->begin[i] = tracker_tally(w->t, (enum tally_part)i);
    w->running = true;
}

/* sum += now - then, field by field: a tally is nothing but counts. */
_Static_assert(sizeof(struct tally) % sizeof(uint64_t) == 0, "counts only");
static void add_difference(struct tally *sum, const struct tally *now,
                           const struct tally *then)
{
    uint64_t s[sizeof *sum / 8], a[sizeof *sum / 8], b[sizeof *sum / 8];
    memcpy(s, sum, sizeof s);
    memcpy(a, now, sizeof a);
    memcpy(b, then, sizeof b);
    for (size_t i = 0; i < sizeof *sum / 8; i++)
        s[i] += a[i] - b[i];
    memcpy(sum, s, sizeof s);
}

void measure_add_laps(struct measure_row *row, uint64_t laps)
{
    static const struct tally none;
    bool quiet = row->lap[TALLY_TIMER].interrupts == 0;
    row->timer += row->lap[TALLY_TIMER].interrupts;
    if (quiet && row->disturbed) {
        memset(row->sum, 0, sizeof row->sum);
        row->laps = 0;
    }
    if (quiet || row->laps == 0 || row->disturbed) {
        row->disturbed = !quiet;
        row->laps += laps;
        for (int i = 0; i < TALLY_PARTS; i++)
            add_difference(&row->sum[i], &row->lap[i], &none);
    }
    memset(row->lap, 0, sizeof row->lap);
}

static void at_end(struct measure *w, const uint64_t *arg)
{
    if (w->row == 0 || !w->running)
        return;
    struct measure_row *row = &w->out->row[w->row - 1];
    w->running = false;
    for (int i = 0; i < TALLY_PARTS; i++) {
        struct tally now = tracker_tally(w->t, (enum tally_part)i);
        add_difference(&row->lap[i], &now, &w->begin[i]);
    }
    if (arg[0] != 0)
        measure_add_laps(row, arg[0]);
    row->cycles = cost_of_tally(tracker_cost(w->t), &row->sum[TALLY_REST]);
}

static void at_none(struct measure *w, const uint64_t *arg)
{
    struct measure_row *row = find_row(w, arg);
    if (row != NULL)
        read_text(w, arg[3], row->reason, sizeof row->reason);
}

static void at_report(struct measure *w, const uint64_t *arg)
{
    read_text(w, arg[0], w->out->format, sizeof w->out->format);
}

/* ---- Watching ---- */

static const struct {
    const char *name;
    unsigned nargs;
    void (*handle)(struct measure *w, const uint64_t *arg);
} known[] = {
    {"row", 3, at_row},   {"begin", 0, at_begin},   {"end", 1, at_end},
    {"none", 4, at_none}, {"report", 1, at_report},
};

/* Other programs have other code at this address. */
static bool is_in_program(const struct measure *w)
{
    int pid = tracker_current_pid(w->t);
    const struct process *p = tracker_process(w->t, pid);
    if (pid == 0 || p == NULL || cpu_privilege(w->t->cpu) != CPU_U)
        return false;
    return strcmp(p->path + strspn(p->path, "/"),
                  w->path + strspn(w->path, "/")) == 0;
}

static void on_mark(void *ctx, uint64_t pc)
{
    const struct mark *m = ctx;
    uint64_t arg[PROBE_ARGS_MAX] = {0};
    (void)pc;
    if (!is_in_program(m->w))
        return;
    for (unsigned i = 0; i < m->probe->nargs; i++)
        arg[i] = probe_argument(m->w->t, &m->probe->arg[i]);
    m->handle(m->w, arg);
}

static void watch(struct measure *w, const struct probe *p)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(p->name, known[i].name) != 0 || p->nargs < known[i].nargs ||
            w->marks == MARKS)
            continue;
        struct mark *m = &w->mark[w->marks++];
        *m = (struct mark){w, p, known[i].handle, -1};
        m->watch = cpu_watch(w->t->cpu, p->pc, on_mark, m);
    }
}

struct measure *measure_attach(struct tracker *t, const struct symbols *program,
                               const char *path, const char *layout,
                               struct measurements *out)
{
    size_t n;
    const struct probe *p = symbols_probes(program, &n);
    struct measure *w = calloc(1, sizeof *w);
    if (w == NULL)
        return NULL;
    w->t = t;
    w->program = program;
    w->path = path;
    w->layout = layout;
    w->out = out;
    for (size_t i = 0; i < n; i++)
        if (strcmp(p[i].provider, PROVIDER) == 0)
            watch(w, &p[i]);
    return w;
}

void measure_detach(struct measure *w)
{
    if (w == NULL)
        return;
    for (size_t i = 0; i < w->marks; i++)
        if (w->mark[i].watch >= 0)
            cpu_unwatch(w->t->cpu, w->mark[i].watch);
    free(w);
}
