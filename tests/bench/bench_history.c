/*
 * bench_history.c - what going back costs: for each program 200 million
 * instructions are run with a history, then places in them are chosen at random
 * and the first step back and the first previous crossing from there are timed,
 * and further ones; what memory the history takes, and what running with it
 * costs. Printed as rows for docs/developer/speed.md; all times are of the
 * processor, in ms if no other unit is named.
 *
 *     bench_history GUEST_DIR INSTRUCTIONS NAME='PROGRAM ARGUMENTS'...
 */
#include "../../emu/app/session.h"
#include "../../emu/debug/stepping.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PLACES  60
#define FURTHER 5
#define GOTOS   60

struct times {
    double ms[PLACES * FURTHER];
    size_t n;
};

struct bench {
    const char *name;
    char *word[4]; /* of the command line */
    int words;
    uint64_t length;
    struct options options;
    struct session *session;
    uint64_t seed;
    double plain, with;
    struct times step, steps, crossing, crossings, gotos;
};

/* The processor's time, not the wall's: somebody else may be at work here. */
static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static uint64_t next_random(struct bench *b)
{
    b->seed ^= b->seed << 13;
    b->seed ^= b->seed >> 7;
    b->seed ^= b->seed << 17;
    return b->seed;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The value below which this part of them lies. */
static double part(struct times *t, double p)
{
    if (t->n == 0)
        return 0;
    qsort(t->ms, t->n, sizeof *t->ms, by_size);
    return t->ms[(size_t)((double)(t->n - 1) * p)];
}

static void fail(const struct bench *b, const char *what)
{
    fprintf(stderr, "bench_history: %s: %s\n", b->name, what);
    exit(1);
}

static void open_session(struct bench *b, bool history)
{
    struct complaint why = {.text = ""};
    struct session_desc desc = {
        .options = &b->options, .track = true, .history = history};
    b->options = (struct options){.ram_mib = 64,
                                  .max_insns = UINT64_MAX,
                                  .program = b->word,
                                  .program_count = b->words};
    if (session_open(&desc, &b->session, &why) != 0)
        fail(b, why.text);
}

/* Milliseconds for the whole run; programs that end are followed by waiting. */
static double run_all(struct bench *b)
{
    struct session *s = b->session;
    struct machine_stop stop = {.reason = MACHINE_LIMIT};
    double begin = now_ms();
    while (machine_clock(s->machine) < b->length &&
           stop.reason == MACHINE_LIMIT)
        if (s->history != NULL)
            history_run(s->history, b->length, &stop);
        else
            machine_run(s->machine, b->length, &stop);
    b->length = machine_clock(s->machine);
    return now_ms() - begin;
}

static void go_somewhere(struct bench *b)
{
    struct history *h = b->session->history;
    if (!history_goto_clock(h,
                            1000000 + next_random(b) % (b->length - 1000000)))
        fail(b, "a clock of the run is not there");
}

static void time_back(struct bench *b, struct times *first,
                      struct times *further,
                      struct step_result (*back)(const struct stepper *s))
{
    struct stepper s = {.machine = b->session->machine,
                        .tracker = b->session->tracker,
                        .history = b->session->history};
    go_somewhere(b);
    for (unsigned i = 0; i <= FURTHER; i++) {
        double begin = now_ms();
        if (back(&s).reason != STEP_DONE)
            fail(b, "a step back is not done");
        struct times *t = i == 0 ? first : further;
        t->ms[t->n++] = now_ms() - begin;
    }
}

static struct step_result back_crossing(const struct stepper *s)
{
    return step_back_crossing(s, 0);
}

static void time_gotos(struct bench *b)
{
    struct session *s = b->session;
    uint64_t known = tracker_known(s->tracker);
    for (unsigned i = 0; i < GOTOS; i++) {
        double begin = now_ms();
        if (!history_goto_crossing(s->history, 1 + next_random(b) % known))
            fail(b, "a crossing is not there");
        b->gotos.ms[b->gotos.n++] = now_ms() - begin;
    }
}

static void print_row(struct bench *b)
{
    struct session *s = b->session;
    printf(
        "| %s | %.0f M | %lu | %.1f | %.2f | %zu | %.0f | %.1f / %.1f | %.1f "
        "| %.1f / %.1f | %.1f | %.0f / %.0f |\n",
        b->name, (double)b->length / 1e6,
        (unsigned long)tracker_known(s->tracker), b->plain / 1e3,
        b->with / b->plain, history_snapshots(s->history),
        (double)history_bytes(s->history) / (1 << 20), part(&b->step, .5),
        part(&b->step, .95), part(&b->steps, .95), part(&b->crossing, .5),
        part(&b->crossing, .95), part(&b->crossings, .95), part(&b->gotos, .5),
        part(&b->gotos, 1));
    fflush(stdout);
}

static void bench_program(const char *name, char *program, uint64_t length)
{
    struct bench *b = calloc(1, sizeof *b);
    if (b == NULL)
        abort();
    *b = (struct bench){.name = name, .length = length, .seed = 0x5a11};
    for (char *word = strtok(program, " "); word != NULL && b->words < 4;
         word = strtok(NULL, " "))
        b->word[b->words++] = word;
    open_session(b, false);
    b->plain = run_all(b);
    session_close(b->session);
    open_session(b, true);
    b->with = run_all(b);
    if (history_diverged(b->session->history))
        fail(b, "it diverged");
    for (unsigned i = 0; i < PLACES; i++) {
        time_back(b, &b->step, &b->steps, step_back_instruction);
        time_back(b, &b->crossing, &b->crossings, back_crossing);
    }
    time_gotos(b);
    print_row(b);
    if (history_diverged(b->session->history))
        fail(b, "it diverged");
    session_close(b->session);
    free(b);
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: bench_history GUEST_DIR INSTRUCTIONS "
                        "NAME='PROGRAM ARGUMENTS'...\n");
        return 2;
    }
    setenv("SALLYPORT_GUEST", argv[1], 1);
    uint64_t length = strtoull(argv[2], NULL, 0);
    printf(
        "| program | clock | crossings | run, s | with history, x | snapshots "
        "| MiB | step back: first, median / 95 %% | further, 95 %% "
        "| previous crossing: first, median / 95 %% | further, 95 %% "
        "| goto a crossing, median / most |\n"
        "|---|---|---|---|---|---|---|---|---|---|---|---|\n");
    for (int i = 3; i < argc; i++) {
        char *program = strchr(argv[i], '=');
        if (program == NULL)
            return 2;
        *program++ = '\0';
        bench_program(argv[i], program, length);
    }
    return 0;
}
