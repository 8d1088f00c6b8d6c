/*
 * history_branch.c - what comes from outside, and the branches it makes.
 *
 * A branch is the list of all that came, with the moments, and the newest
 * moment: the rest follows. So a branch that is left is kept as just that, and
 * is run again when it is taken up; snapshots are of the current one alone.
 */
#include "history_internal.h"

#include <stdlib.h>
#include <string.h>

struct branch *history_current(const struct history *h)
{
    return &h->branch[h->current];
}

/* Losing what was typed would be worse than ending: as in machine_input. */
static void *need(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

/* ---- Arrivals ---- */

static const uint8_t *keep_bytes(struct history *h, const uint8_t *bytes,
                                 size_t n)
{
    if (bytes == NULL)
        return NULL;
    struct given *g = need(malloc(sizeof *g + n + 1));
    g->next = h->given;
    h->given = g;
    memcpy(g->bytes, bytes, n);
    return g->bytes;
}

static void add_arrival(struct branch *b, struct arrival a)
{
    if (b->arrivals == b->room) {
        b->room = b->room * 2 + 16;
        b->arrival = need(realloc(b->arrival, b->room * sizeof *b->arrival));
    }
    b->arrival[b->arrivals++] = a;
}

void history_arrive(struct history *h)
{
    const struct branch *b = history_current(h);
    struct moment now = history_now(h);
    while (h->arrived < b->arrivals &&
           moment_compare(b->arrival[h->arrived].at, now) <= 0) {
        const struct arrival *a = &b->arrival[h->arrived++];
        if (a->bytes == NULL)
            machine_input_end(h->machine);
        else
            machine_input(h->machine, a->bytes, a->n, a->piped);
    }
}

const struct arrival *history_arrivals(const struct history *h, size_t *n)
{
    *n = history_current(h)->arrivals;
    return history_current(h)->arrival;
}

bool history_load(struct history *h, const struct arrival *a, size_t n,
                  struct moment newest)
{
    struct branch *b = history_current(h);
    struct moment last = history_now(h);
    if (h->branches > 1 || b->arrivals > 0 || history_snapshots(h) > 1 ||
        moment_compare(newest, last) < 0)
        return false;
    for (size_t i = 0; i < n; last = a[i++].at)
        if (moment_compare(a[i].at, last) < 0 ||
            moment_compare(a[i].at, newest) > 0)
            return false;
    for (size_t i = 0; i < n; i++)
        add_arrival(
            b, (struct arrival){a[i].at, keep_bytes(h, a[i].bytes, a[i].n),
                                a[i].bytes != NULL ? a[i].n : 0, a[i].piped});
    b->newest = newest;
    history_set_mode(h);
    return true;
}

/* ---- Branches ---- */

static struct branch *add_branch(struct history *h)
{
    if (h->branches == h->branch_room) {
        h->branch_room = h->branch_room * 2 + 4;
        h->branch =
            need(realloc(h->branch, h->branch_room * sizeof *h->branch));
    }
    struct branch *b = &h->branch[h->branches++];
    memset(b, 0, sizeof *b);
    return b;
}

bool history_branch_first(struct history *h)
{
    struct branch *b = add_branch(h);
    b->fork = b->newest = h->seen = history_now(h);
    return true;
}

void history_branches_free(struct history *h)
{
    for (size_t i = 0; i < h->branches; i++)
        free(h->branch[i].arrival);
    free(h->branch);
    while (h->given != NULL) {
        struct given *next = h->given->next;
        free(h->given);
        h->given = next;
    }
}

/* From the present moment on it goes another way than it did. */
static void begin_branch(struct history *h)
{
    struct branch *b = add_branch(h);
    const struct branch *old = history_current(h);
    b->parent = h->current;
    b->fork = b->newest = h->seen = history_now(h);
    for (size_t i = 0; i < h->arrived; i++)
        add_arrival(b, old->arrival[i]);
    h->current = h->branches - 1;
    history_keep_cut(h);
    history_set_mode(h);
}

size_t history_branch_count(const struct history *h)
{
    return h->branches;
}

bool history_branch(const struct history *h, size_t i, struct branch_info *out)
{
    if (i >= h->branches)
        return false;
    const struct branch *b = &h->branch[i];
    *out = (struct branch_info){.number = i,
                                .parent = b->parent,
                                .fork = b->fork,
                                .newest = b->newest,
                                .current = i == h->current};
    return true;
}

static struct moment earlier(struct moment a, struct moment b)
{
    return moment_compare(a, b) < 0 ? a : b;
}

/* How many arrivals two branches share, and up to where they are the same. */
static size_t shared(const struct branch *a, const struct branch *b,
                     struct moment *fork)
{
    size_t n = 0;
    *fork = earlier(a->newest, b->newest);
    while (n < a->arrivals && n < b->arrivals &&
           a->arrival[n].bytes == b->arrival[n].bytes &&
           moment_compare(a->arrival[n].at, b->arrival[n].at) == 0)
        n++;
    if (n < a->arrivals)
        *fork = earlier(*fork, a->arrival[n].at);
    if (n < b->arrivals)
        *fork = earlier(*fork, b->arrival[n].at);
    return n;
}

bool history_switch(struct history *h, size_t branch)
{
    struct moment fork;
    if (branch >= h->branches)
        return false;
    if (branch == h->current)
        return true;
    size_t common = shared(history_current(h), &h->branch[branch], &fork);
    size_t i = history_snapshot_before(h, fork);
    while (h->keep[i].arrivals > common) /* kept at the fork, behind input */
        i--;
    history_restore(h, i);
    history_keep_cut(h);
    h->current = branch;
    h->seen = fork;
    history_set_mode(h);
    return history_reach(h, fork);
}

/* ---- Input ---- */

static void note_arrival(struct history *h, const uint8_t *bytes, size_t n,
                         bool piped)
{
    if (history_in_past(h))
        begin_branch(h);
    add_arrival(
        history_current(h),
        (struct arrival){history_now(h), keep_bytes(h, bytes, n), n, piped});
    history_arrive(h);
}

void history_input(struct history *h, const uint8_t *bytes, size_t n,
                   bool piped)
{
    if (n > 0)
        note_arrival(h, bytes, n, piped);
}

void history_input_end(struct history *h)
{
    note_arrival(h, NULL, 0, false);
}
