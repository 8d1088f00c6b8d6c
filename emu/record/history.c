/*
 * history.c - see history.h.
 *
 * Snapshots are kept where the hart empties its TLB anyway, every 2^20
 * executed instructions (docs/developer/engine.md), so that a stretch that is
 * run again sets the same A and D bits. When they take too much memory every
 * other one is forgotten, the oldest first. A few more, "near" ones, are kept
 * before the place to which somebody stepped back: the next step back is quick.
 */
#include "history.h"

#include "../machine/past.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_EVERY  (UINT64_C(1) << 20)
#define NEAR_CLOCK     20000 /* a snapshot this close needs no nearer one */
#define NEAR_MAX       8
#define WINDOW         2 /* clock that is stepped through to step back */
#define DEFAULT_MEMORY ((size_t)448 << 20)

/* What came from outside, and when. */
struct arrival {
    struct moment at;
    uint8_t *bytes; /* NULL: the end of the input */
    size_t n;
    bool piped;
};

/* Runs beside machine_past's list, by the same numbers. */
struct keep {
    struct tracker_kept *tracked; /* NULL: no tracker */
    size_t arrivals;              /* how many had come */
    uint64_t executed;
    bool near;
};

struct history {
    struct machine *machine;
    struct tracker *tracker;
    struct machine_past *past;
    struct keep *keep;
    size_t keep_room;
    struct arrival *arrival;
    size_t arrivals, arrival_room;
    size_t arrived; /* how many of them the machine has been given */
    struct moment newest;
    size_t memory, tracked_bytes;
    uint64_t every;
    unsigned branches;
    bool pace, ask;
    bool diverged;
};

int moment_compare(struct moment a, struct moment b)
{
    if (a.clock != b.clock)
        return a.clock < b.clock ? -1 : 1;
    return (a.traps > b.traps) - (a.traps < b.traps);
}

static uint64_t min64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* ---- Where it stands ---- */

static uint64_t executed(const struct history *h)
{
    return cpu_executed(machine_cpu(h->machine));
}

struct moment history_now(const struct history *h)
{
    return (struct moment){machine_clock(h->machine),
                           cpu_traps(machine_cpu(h->machine))};
}

static struct moment moment_of(const struct history *h, size_t i)
{
    return (struct moment){machine_past_clock(h->past, i),
                           machine_past_traps(h->past, i)};
}

struct moment history_first(const struct history *h)
{
    return moment_of(h, 0);
}

struct moment history_newest(const struct history *h)
{
    return h->newest;
}

bool history_in_past(const struct history *h)
{
    return h->arrived < h->arrivals ||
           moment_compare(history_now(h), h->newest) < 0;
}

unsigned history_branches(const struct history *h)
{
    return h->branches;
}

size_t history_bytes(const struct history *h)
{
    return machine_past_bytes(h->past) + h->tracked_bytes;
}

size_t history_snapshots(const struct history *h)
{
    return machine_past_count(h->past);
}

/* The last snapshot not later than `to`. */
static size_t snapshot_before(const struct history *h, struct moment to)
{
    size_t low = 0, high = machine_past_count(h->past);
    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;
        if (moment_compare(moment_of(h, middle), to) <= 0)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* ---- Keeping ---- */

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

/* The tracker's part: its moments as tracker_go wants them. */
static void tracker_move(struct history *h, size_t from, size_t to)
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

/* Keeps the present moment; without memory it is simply not kept. */
static bool keep(struct history *h, bool near)
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
    h->keep[i] = (struct keep){kept, h->arrived, executed(h), near};
    if (h->tracker != NULL)
        h->tracked_bytes +=
            kept_bytes(h, i) + (first ? 0 : kept_bytes(h, at) - before);
    return true;
}

/* One more near one; the oldest of too many goes. */
static void keep_near(struct history *h)
{
    size_t near = 0;
    for (size_t i = 0; i < machine_past_count(h->past); i++)
        near += h->keep[i].near;
    for (size_t i = 0; near >= NEAR_MAX && i < machine_past_count(h->past); i++)
        if (h->keep[i].near && forget(h, i)) {
            near--;
            i--;
        }
    keep(h, true);
}

/* ---- What comes from outside ---- */

static bool came_before(const struct arrival *a, struct moment now)
{
    return moment_compare(a->at, now) <= 0;
}

/* Gives the machine what came at the present moment. */
static void arrive(struct history *h)
{
    struct moment now = history_now(h);
    while (h->arrived < h->arrivals &&
           came_before(&h->arrival[h->arrived], now)) {
        const struct arrival *a = &h->arrival[h->arrived++];
        if (a->bytes == NULL)
            machine_input_end(h->machine);
        else
            machine_input(h->machine, a->bytes, a->n, a->piped);
    }
}

/* The present is the newest moment now, whatever was thought to come. */
static void cut(struct history *h)
{
    size_t at = machine_past_at(h->past);
    size_t count = machine_past_count(h->past);
    for (size_t i = at + 1; h->tracker != NULL && i < count; i++) {
        h->tracked_bytes -= kept_bytes(h, i);
        tracker_kept_free(h->keep[i].tracked);
    }
    if (h->tracker != NULL) {
        h->tracked_bytes -= kept_bytes(h, at);
        tracker_cut(h->tracker, h->keep[at].tracked);
        h->tracked_bytes += kept_bytes(h, at);
        tracker_quiet(h->tracker, false);
    }
    machine_past_cut(h->past);
    for (size_t i = h->arrived; i < h->arrivals; i++)
        free(h->arrival[i].bytes);
    h->arrivals = h->arrived;
    h->newest = history_now(h);
    h->branches++;
    machine_pace_idle(h->machine, h->pace);
    machine_ask_input(h->machine, h->ask);
}

static void note_arrival(struct history *h, const uint8_t *bytes, size_t n,
                         bool piped)
{
    if (history_in_past(h))
        cut(h);
    if (h->arrivals == h->arrival_room) {
        size_t room = h->arrival_room * 2 + 16;
        struct arrival *grown = realloc(h->arrival, room * sizeof *grown);
        if (grown == NULL)
            abort(); /* losing input would be worse: as in machine_input */
        h->arrival = grown;
        h->arrival_room = room;
    }
    struct arrival *a = &h->arrival[h->arrivals++];
    *a = (struct arrival){.at = history_now(h), .n = n, .piped = piped};
    if (bytes != NULL) {
        a->bytes = malloc(n + 1);
        if (a->bytes == NULL)
            abort();
        memcpy(a->bytes, bytes, n);
    }
    arrive(h);
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

/* ---- Forwards ---- */

/* In the past nothing is asked, and nobody listens. */
static void set_mode(struct history *h, bool past)
{
    machine_pace_idle(h->machine, h->pace && !past);
    machine_ask_input(h->machine, h->ask && !past);
    if (h->tracker != NULL)
        tracker_quiet(h->tracker, past);
}

/* Where the next snapshot is due, as a clock if nothing idles before. */
static uint64_t snapshot_due(const struct history *h)
{
    uint64_t left = h->every - executed(h) % h->every;
    uint64_t clock = machine_clock(h->machine);
    return clock + left < clock ? UINT64_MAX : clock + left;
}

static void keep_if_due(struct history *h)
{
    size_t at = machine_past_at(h->past);
    if (executed(h) % h->every == 0 && h->keep[at].executed != executed(h) &&
        !history_in_past(h) && keep(h, false))
        thin(h);
}

/* In the past: the next moment at which there is something to do. */
static struct moment next_stop(const struct history *h)
{
    size_t next = machine_past_at(h->past) + 1;
    struct moment stop = h->newest;
    if (next < machine_past_count(h->past))
        stop = moment_of(h, next);
    if (h->arrived < h->arrivals &&
        moment_compare(h->arrival[h->arrived].at, stop) < 0)
        stop = h->arrival[h->arrived].at;
    return stop;
}

/* At a moment that was kept the first time, it stands at that one from now. */
static void pass_snapshot(struct history *h)
{
    size_t at = machine_past_at(h->past);
    if (at + 1 >= machine_past_count(h->past) ||
        moment_compare(moment_of(h, at + 1), history_now(h)) > 0)
        return;
    if (!machine_past_pass(h->past)) {
        h->diverged = true;
        machine_past_go(h->past, at + 1);
    }
    tracker_move(h, at, at + 1);
}

/* What is due in the past before the hart goes on. A snapshot comes first: it
 * was kept before the machine was given what came at that moment. */
static void settle(struct history *h)
{
    pass_snapshot(h);
    arrive(h);
}

/* In the past, at the clock of `to`: the traps that are still to be taken. */
static void step_to_traps(struct history *h, struct moment to)
{
    struct machine_stop stop;
    while (machine_clock(h->machine) == to.clock &&
           moment_compare(history_now(h), to) < 0) {
        settle(h);
        machine_step(h->machine, &stop);
        if (stop.reason != MACHINE_LIMIT)
            return;
    }
}

/* One stretch of the past. The hart may wait for input that came later. */
static void run_past(struct history *h, uint64_t until,
                     struct machine_stop *stop)
{
    struct moment next = next_stop(h);
    uint64_t bound = min64(until, next.clock);
    machine_run(h->machine, bound, stop);
    if (stop->reason == MACHINE_WANTS_INPUT || stop->reason == MACHINE_DEAD)
        machine_idle(h->machine, bound);
    if (stop->reason != MACHINE_STOPPED && next.clock < until)
        step_to_traps(h, next);
}

/* True: the caller's run is over. */
static bool stretch_past(struct history *h, uint64_t until,
                         struct machine_stop *stop)
{
    settle(h);
    if (history_in_past(h)) {
        run_past(h, until, stop);
        if (stop->reason == MACHINE_STOPPED || stop->reason == MACHINE_ENDED)
            return true;
        settle(h);
    }
    *stop = (struct machine_stop){.reason = MACHINE_LIMIT};
    if (history_in_past(h))
        return machine_clock(h->machine) >= until;
    set_mode(h, false);
    return true;
}

static bool stretch(struct history *h, uint64_t until,
                    struct machine_stop *stop)
{
    if (machine_clock(h->machine) >= until) {
        *stop = (struct machine_stop){.reason = MACHINE_LIMIT};
        return true;
    }
    if (history_in_past(h))
        return stretch_past(h, until, stop);
    keep_if_due(h);
    machine_run(h->machine, min64(until, snapshot_due(h)), stop);
    h->newest = history_now(h);
    return stop->reason != MACHINE_LIMIT;
}

void history_run(struct history *h, uint64_t until, struct machine_stop *stop)
{
    while (!stretch(h, until, stop))
        ;
}

/* A hart that waits goes on waiting until something comes; in the past that may
 * be input, at its moment. */
static void wait_past(struct history *h, struct machine_stop *stop)
{
    while (machine_waits(h->machine) && history_in_past(h)) {
        uint64_t bound = next_stop(h).clock, before = machine_clock(h->machine);
        machine_wait(h->machine, bound, stop);
        if (machine_waits(h->machine))
            machine_idle(h->machine, bound);
        settle(h);
        if (machine_clock(h->machine) == before && machine_waits(h->machine))
            return; /* until the newest moment, and beyond */
    }
}

void history_step(struct history *h, struct machine_stop *stop)
{
    bool past = history_in_past(h);
    *stop = (struct machine_stop){.reason = MACHINE_LIMIT};
    if (past) {
        settle(h);
        wait_past(h, stop);
    } else {
        keep_if_due(h);
    }
    if (past && !history_in_past(h)) {
        set_mode(h, false); /* it waited to the newest moment */
        return;
    }
    machine_step(h->machine, stop);
    if (!past)
        h->newest = history_now(h);
    else if (!history_in_past(h))
        set_mode(h, false);
}

void history_pace_idle(struct history *h, bool on)
{
    h->pace = on;
    machine_pace_idle(h->machine, on && !history_in_past(h));
}

void history_ask_input(struct history *h, bool on)
{
    h->ask = on;
    machine_ask_input(h->machine, on && !history_in_past(h));
}

void history_idle(struct history *h, uint64_t until_clock)
{
    if (history_in_past(h))
        return;
    machine_idle(h->machine, until_clock);
    h->newest = history_now(h);
}

/* ---- Going ---- */

static void restore(struct history *h, size_t i)
{
    size_t from = machine_past_at(h->past);
    machine_past_go(h->past, i);
    tracker_move(h, from, i);
    h->arrived = h->keep[i].arrivals;
    set_mode(h, true);
}

/* Brings the machine to a moment that exists, from the present one if that is
 * earlier and no snapshot is nearer. */
static void reach(struct history *h, struct moment to)
{
    size_t i = snapshot_before(h, to);
    struct moment now = history_now(h);
    struct machine_stop stop;
    if (moment_compare(now, to) == 0)
        return;
    if (moment_compare(now, to) > 0 || moment_compare(now, moment_of(h, i)) < 0)
        restore(h, i);
    while (machine_clock(h->machine) < to.clock && history_in_past(h)) {
        settle(h);
        if (history_in_past(h))
            run_past(h, to.clock, &stop);
    }
    step_to_traps(h, to);
    settle(h);
    set_mode(h, history_in_past(h));
}

bool history_goto(struct history *h, struct moment to)
{
    if (moment_compare(to, history_first(h)) < 0 ||
        moment_compare(to, h->newest) > 0)
        return false;
    reach(h, to);
    return moment_compare(history_now(h), to) == 0;
}

/* The moments that a walk visits. */
struct walker {
    history_visit *visit;
    void *ctx;
};

bool history_walk(struct history *h, struct moment from, struct moment to,
                  history_visit *visit, void *ctx)
{
    struct machine_stop stop;
    if (moment_compare(to, h->newest) > 0)
        to = h->newest;
    if (moment_compare(from, history_first(h)) < 0)
        from = history_first(h);
    reach(h, from);
    while (moment_compare(history_now(h), to) <= 0) {
        struct moment now = history_now(h);
        if (!visit(ctx, now))
            return false;
        if (moment_compare(now, to) == 0)
            return true;
        history_step(h, &stop);
        if (moment_compare(history_now(h), now) == 0)
            return true; /* it ended there */
    }
    return true;
}

/* ---- Back by one step ---- */

struct last {
    struct moment before, found;
    bool any;
};

static bool note_last(void *ctx, struct moment at)
{
    struct last *l = ctx;
    if (moment_compare(at, l->before) >= 0)
        return false;
    l->found = at;
    l->any = true;
    return true;
}

/* A snapshot shortly before `to`, unless there is one. */
static void come_near(struct history *h, struct moment to)
{
    size_t i = snapshot_before(h, to);
    uint64_t have = machine_past_clock(h->past, i);
    if (to.clock - have <= NEAR_CLOCK)
        return;
    reach(h, (struct moment){to.clock - NEAR_CLOCK / 2, 0});
    if (moment_compare(history_now(h), to) < 0 &&
        machine_past_at(h->past) == snapshot_before(h, history_now(h)) &&
        moment_compare(moment_of(h, machine_past_at(h->past)), history_now(h)) <
            0)
        keep_near(h);
}

bool history_step_back(struct history *h)
{
    struct moment now = history_now(h), first = history_first(h);
    struct last l = {.before = now};
    if (moment_compare(now, first) <= 0)
        return false;
    come_near(h, now);
    for (uint64_t window = WINDOW; !l.any; window *= 8) {
        struct moment from = {now.clock > window ? now.clock - window : 0, 0};
        bool all = moment_compare(from, first) <= 0;
        reach(h, all ? first : from);
        if (!all && machine_waits(h->machine))
            continue; /* in the middle of a wait: what was before that? */
        history_walk(h, history_now(h), now, note_last, &l);
        if (all)
            break;
    }
    reach(h, l.any ? l.found : now);
    return l.any;
}

bool history_goto_clock(struct history *h, uint64_t clock)
{
    if (clock < history_first(h).clock || clock > h->newest.clock)
        return false;
    reach(h, (struct moment){clock, 0});
    return true;
}

/* ---- By crossings ---- */

bool history_goto_crossing(struct history *h, uint64_t number)
{
    struct moment at;
    int pid;
    return h->tracker != NULL &&
           tracker_when(h->tracker, number, &at.clock, &at.traps, &pid) &&
           history_goto(h, at);
}

bool history_back_crossing(struct history *h, int pid)
{
    struct moment at, now = history_now(h);
    int whose;
    uint64_t n = h->tracker != NULL ? tracker_count(h->tracker) : 0;
    for (; n > 0; n--)
        if (tracker_when(h->tracker, n, &at.clock, &at.traps, &whose) &&
            moment_compare(at, now) < 0 && (pid == 0 || pid == whose))
            return history_goto(h, at);
    return false;
}

bool history_diverged(const struct history *h)
{
    return h->diverged;
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
    if (h->past != NULL && keep(h, false)) {
        h->newest = history_now(h);
        return h;
    }
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
    for (size_t i = 0; i < h->arrivals; i++)
        free(h->arrival[i].bytes);
    free(h->arrival);
    free(h->keep);
    free(h);
}
