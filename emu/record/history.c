/*
 * history.c - see history.h; its parts are named in history_internal.h.
 */
#include "history_internal.h"

#include <stdio.h>
#include <stdlib.h>

#define DEFAULT_EVERY  (UINT64_C(1) << 18)
#define DEFAULT_MEMORY ((size_t)400 << 20)

int moment_compare(struct moment a, struct moment b)
{
    if (a.clock != b.clock)
        return a.clock < b.clock ? -1 : 1;
    return (a.traps > b.traps) - (a.traps < b.traps);
}

/* ---- Where it stands ---- */

uint64_t history_executed(const struct history *h)
{
    return cpu_executed(machine_cpu(h->machine));
}

struct moment history_now(const struct history *h)
{
    return (struct moment){machine_clock(h->machine),
                           cpu_traps(machine_cpu(h->machine))};
}

struct moment history_moment_of(const struct history *h, size_t i)
{
    return (struct moment){machine_past_clock(h->past, i),
                           machine_past_traps(h->past, i)};
}

struct moment history_first(const struct history *h)
{
    return history_moment_of(h, 0);
}

struct moment history_newest(const struct history *h)
{
    return history_current(h)->newest;
}

bool history_in_past(const struct history *h)
{
    return h->arrived < history_current(h)->arrivals ||
           moment_compare(history_now(h), history_newest(h)) < 0;
}

bool history_diverged(const struct history *h)
{
    return h->diverged;
}

size_t history_bytes(const struct history *h)
{
    return machine_past_bytes(h->past) + h->tracked_bytes;
}

size_t history_snapshots(const struct history *h)
{
    return machine_past_count(h->past);
}

uint64_t history_hash(const struct history *h)
{
    return machine_past_hash(h->past);
}

size_t history_snapshot_before(const struct history *h, struct moment to)
{
    size_t low = 0, high = machine_past_count(h->past);
    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;
        if (moment_compare(history_moment_of(h, middle), to) <= 0)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* ---- Beginning and end ---- */

struct history *history_begin(const struct history_desc *desc, char *why,
                              size_t why_bytes)
{
    struct history *h = calloc(1, sizeof *h);
    if (h == NULL) {
        snprintf(why, why_bytes, "history: out of memory");
        return NULL;
    }
    h->machine = desc->machine;
    h->tracker = desc->tracker;
    h->memory = desc->memory != 0 ? desc->memory : DEFAULT_MEMORY;
    h->every = desc->every != 0 ? desc->every : DEFAULT_EVERY;
    h->past = machine_past_begin(desc->machine);
    if (h->past != NULL && history_keep(h, false) && history_branch_first(h))
        return h;
    history_end(h);
    snprintf(why, why_bytes, "history: no memory for the first snapshot");
    return NULL;
}

void history_end(struct history *h)
{
    if (h == NULL)
        return;
    for (size_t i = 0; h->keep_room > 0 && i < machine_past_count(h->past); i++)
        tracker_kept_free(h->keep[i].tracked);
    machine_past_end(h->past);
    history_branches_free(h);
    free(h->keep);
    free(h);
}
