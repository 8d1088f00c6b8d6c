/*
 * history_keep.c - which snapshots are kept.
 *
 * They are taken where the hart empties its TLB anyway, every 2^18 executed
 * instructions (docs/developer/engine.md), so that a stretch that is run again
 * sets the same A and D bits; less often if the program writes so much that
 * keeping it would take longer than running. When they take too much memory
 * every other one is forgotten, the oldest first. A few more, "near" ones, are
 * kept before the place to which somebody stepped back: the next step back is
 * quick.
 */
#include "history_internal.h"

#include <stdlib.h>
#include <string.h>

#define NEAR_MAX 16
/* Keeping a written page takes about as long as running 512 instructions. So
 * many of them are a snapshot worth after the usual number of instructions. */
#define PAGES    512

static bool room_for_keep(struct history *h)
{
    size_t count = machine_past_count(h->past);
    if (count < h->keep_room)
        return true;
    size_t room = h->keep_room * 2 + 16;
    struct keep *grown = realloc(h->keep, room * sizeof *grown);
    if (grown == NULL)
        return false;
    h->keep = grown;
    h->keep_room = room;
    return true;
}

void history_move_tracker(struct history *h, size_t from, size_t to)
{
    size_t count = machine_past_count(h->past);
    struct tracker_kept **kept =
        h->tracker != NULL ? malloc(count * sizeof(void *)) : NULL;
    if (kept == NULL) {
        if (h->tracker != NULL)
            abort(); /* the machine has moved: nothing can be shown truly */
        return;
    }
    for (size_t i = 0; i < count; i++)
        kept[i] = h->keep[i].tracked;
    tracker_go(h->tracker, kept, from, to);
    free(kept);
}

static size_t kept_bytes(const struct history *h, size_t i)
{
    return h->tracker != NULL ? tracker_kept_bytes(h->keep[i].tracked) : 0;
}

/* Forgets snapshot i, if that can be done now. */
static bool forget(struct history *h, size_t i)
{
    size_t count = machine_past_count(h->past), at = machine_past_at(h->past);
    if (i == 0 || i == at || i + 1 >= count)
        return false;
    if (h->tracker != NULL) {
        size_t before = kept_bytes(h, i - 1) + kept_bytes(h, i);
        if (!tracker_forget(h->tracker, h->keep[i - 1].tracked,
                            h->keep[i].tracked, at > i))
            return false;
        h->tracked_bytes += kept_bytes(h, i - 1);
        h->tracked_bytes -= before;
    }
    machine_past_drop(h->past, i);
    if (machine_past_count(h->past) == count)
        abort(); /* no memory to free memory: the two lists would part */
    memmove(&h->keep[i], &h->keep[i + 1], (count - i - 1) * sizeof *h->keep);
    return true;
}

/* Every other one goes, until enough is free. */
static void thin(struct history *h)
{
    while (history_bytes(h) > h->memory) {
        size_t before = machine_past_count(h->past);
        for (size_t i = 1; i + 2 < machine_past_count(h->past) &&
                           history_bytes(h) > h->memory / 4 * 3;
             i++)
            forget(h, i);
        if (machine_past_count(h->past) == before)
            return;
    }
}

bool history_keep(struct history *h, bool near)
{
    size_t at = machine_past_at(h->past);
    bool first = machine_past_count(h->past) == 1 && h->keep_room == 0;
    if (!room_for_keep(h))
        return false;
    struct tracker_kept *kept = NULL;
    size_t before = first ? 0 : kept_bytes(h, at);
    size_t i = first ? 0 : machine_past_keep(h->past);
    if (i == SIZE_MAX)
        return false;
    if (h->tracker != NULL) {
        kept = tracker_keep(h->tracker, first ? NULL : h->keep[at].tracked);
        if (kept == NULL) {
            if (!first)
                abort(); /* the two lists would part */
            return false;
        }
    }
    size_t count = machine_past_count(h->past);
    memmove(&h->keep[i + 1], &h->keep[i], (count - 1 - i) * sizeof *h->keep);
    h->keep[i] = (struct keep){kept, h->arrived, history_executed(h), near};
    if (h->tracker != NULL)
        h->tracked_bytes +=
            kept_bytes(h, i) + (first ? 0 : kept_bytes(h, at) - before);
    return true;
}

static uint64_t distance(const struct history *h, size_t i)
{
    uint64_t now = machine_clock(h->machine);
    uint64_t at = machine_past_clock(h->past, i);
    return at > now ? at - now : now - at;
}

/* Of more near ones than so many that which is farthest away goes. */
static bool forget_near(struct history *h, size_t most)
{
    size_t near = 0, farthest = 0;
    for (size_t i = 1; i < machine_past_count(h->past); i++) {
        if (!h->keep[i].near)
            continue;
        near++;
        if (farthest == 0 || distance(h, i) > distance(h, farthest))
            farthest = i;
    }
    return near > most && forget(h, farthest);
}

void history_keep_near(struct history *h)
{
    if (!history_keep(h, true))
        return;
    while (forget_near(h, NEAR_MAX))
        ;
    /* The others are not to make room for these. */
    while (history_bytes(h) > h->memory && forget_near(h, 0))
        ;
}

uint64_t history_keep_due(const struct history *h)
{
    uint64_t left = h->every - history_executed(h) % h->every;
    uint64_t clock = machine_clock(h->machine);
    return clock + left < clock ? UINT64_MAX : clock + left;
}

void history_keep_if_due(struct history *h)
{
    size_t at = machine_past_at(h->past);
    uint64_t executed = history_executed(h);
    uint64_t since = executed - h->keep[at].executed;
    if (executed % h->every == 0 && since > 0 &&
        since >= machine_past_written(h->past) * (h->every / PAGES) &&
        at + 1 == machine_past_count(h->past) && history_keep(h, false))
        thin(h);
}

void history_keep_cut(struct history *h)
{
    size_t at = machine_past_at(h->past);
    for (size_t i = at + 1;
         h->tracker != NULL && i < machine_past_count(h->past); i++) {
        h->tracked_bytes -= kept_bytes(h, i);
        tracker_kept_free(h->keep[i].tracked);
    }
    if (h->tracker != NULL) {
        h->tracked_bytes -= kept_bytes(h, at);
        tracker_cut(h->tracker, h->keep[at].tracked);
        h->tracked_bytes += kept_bytes(h, at);
    }
    machine_past_cut(h->past);
}
