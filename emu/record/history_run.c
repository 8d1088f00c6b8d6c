/*
 * history_run.c - forwards: in the past what was is repeated, stretch by
 * stretch between the moments at which there is something to do; at the newest
 * moment the machine runs on as it would without history.
 */
#include "history_internal.h"

static uint64_t min64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

void history_set_mode(struct history *h)
{
    bool past = history_in_past(h);
    struct moment now = history_now(h);
    if (moment_compare(now, h->seen) > 0)
        h->seen = now;
    machine_pace_idle(h->machine, h->pace && !past);
    machine_ask_input(h->machine, h->ask && !past);
    if (h->tracker != NULL)
        tracker_quiet(h->tracker, moment_compare(now, h->seen) < 0);
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

static void newest_is_now(struct history *h)
{
    history_current(h)->newest = h->seen = history_now(h);
}

/* ---- The past ---- */

/* The next moment at which there is something to do. */
static struct moment next_stop(const struct history *h)
{
    const struct branch *b = history_current(h);
    struct moment now = history_now(h), stop = b->newest;
    size_t next = machine_past_at(h->past) + 1;
    if (moment_compare(now, h->seen) < 0 && moment_compare(h->seen, stop) < 0)
        stop = h->seen;
    if (next < machine_past_count(h->past) &&
        moment_compare(history_moment_of(h, next), stop) < 0)
        stop = history_moment_of(h, next);
    if (h->arrived < b->arrivals &&
        moment_compare(b->arrival[h->arrived].at, stop) < 0)
        stop = b->arrival[h->arrived].at;
    return stop;
}

/* At a moment that was kept the first time, it stands at that one from now. */
static void pass_snapshot(struct history *h)
{
    size_t at = machine_past_at(h->past);
    if (at + 1 >= machine_past_count(h->past) ||
        moment_compare(history_moment_of(h, at + 1), history_now(h)) > 0)
        return;
    if (!machine_past_pass(h->past)) {
        h->diverged = true;
        machine_past_go(h->past, at + 1);
    }
    history_move_tracker(h, at, at + 1);
}

/* A snapshot comes first: it was kept before the machine was given what came
 * at that moment. */
void history_settle(struct history *h)
{
    pass_snapshot(h);
    history_keep_if_due(h);
    history_arrive(h);
    if (moment_compare(history_now(h), h->seen) >= 0)
        history_set_mode(h);
}

/* At the clock of `to`: the traps that are still to be taken. */
static void step_to_traps(struct history *h, struct moment to)
{
    struct machine_stop stop;
    while (machine_clock(h->machine) == to.clock &&
           moment_compare(history_now(h), to) < 0) {
        history_settle(h);
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
    uint64_t bound = min64(until, next.clock), due = UINT64_MAX;
    if (machine_past_at(h->past) + 1 == machine_past_count(h->past))
        due = history_keep_due(h);
    machine_run(h->machine, min64(bound, due), stop);
    if (stop->reason == MACHINE_WANTS_INPUT || stop->reason == MACHINE_DEAD)
        machine_idle(h->machine, bound);
    if (stop->reason != MACHINE_STOPPED && next.clock < until)
        step_to_traps(h, next);
}

/* Traps go by, but the clock will not go on. */
static bool storms(const struct history *h, const struct machine_stop *stop)
{
    return stop->reason == MACHINE_DEAD && !machine_waits(h->machine);
}

/* A recording may tell of moments that the run never comes to. */
static bool stands_still(struct history *h, struct moment before,
                         size_t arrived)
{
    return moment_compare(history_now(h), before) == 0 && h->arrived == arrived;
}

/* What is thought to be later, is not. */
static void never_comes(struct history *h)
{
    if (moment_compare(history_now(h), history_newest(h)) >= 0)
        return;
    h->diverged = true;
    newest_is_now(h);
}

/* True: the caller's run is over. */
static bool stretch_past(struct history *h, uint64_t until,
                         struct machine_stop *stop)
{
    struct moment before = history_now(h);
    size_t arrived = h->arrived;
    history_settle(h);
    if (history_in_past(h)) {
        run_past(h, until, stop);
        bool over = stop->reason == MACHINE_ENDED || storms(h, stop);
        if (over)
            never_comes(h);
        if (over || stop->reason == MACHINE_STOPPED)
            return true;
        history_settle(h);
    }
    if (history_in_past(h)) {
        *stop = (struct machine_stop){.reason = MACHINE_LIMIT};
        if (!stands_still(h, before, arrived))
            return machine_clock(h->machine) >= until;
        never_comes(h);
    }
    *stop = (struct machine_stop){.reason = MACHINE_LIMIT};
    history_set_mode(h);
    return true;
}

bool history_run_to(struct history *h, struct moment to)
{
    struct machine_stop stop = {.reason = MACHINE_LIMIT};
    while (machine_clock(h->machine) < to.clock && history_in_past(h)) {
        struct moment before = history_now(h);
        size_t arrived = h->arrived;
        history_settle(h);
        if (history_in_past(h))
            run_past(h, to.clock, &stop);
        if (stands_still(h, before, arrived) || storms(h, &stop))
            break;
    }
    step_to_traps(h, to);
    history_settle(h);
    return moment_compare(history_now(h), to) == 0;
}

/* Up to the beginning of a wait, or to something that is due. */
static void run_to_wait(struct history *h, uint64_t executed)
{
    struct machine_stop stop;
    struct moment next = next_stop(h);
    machine_pace_idle(h->machine, true); /* comes back where a wait begins */
    machine_run(h->machine, next.clock, &stop);
    machine_pace_idle(h->machine, false);
    if (history_executed(h) == executed && machine_waits(h->machine))
        return;
    if (machine_waits(h->machine))
        machine_idle(h->machine, next.clock);
    step_to_traps(h, next);
}

void history_to_wait(struct history *h)
{
    uint64_t executed = history_executed(h);
    size_t i = history_snapshot_before(h, history_now(h));
    while (i > 0 && h->keep[i].executed == executed)
        i--;
    history_restore(h, i);
    while (history_executed(h) < executed) {
        struct moment before = history_now(h);
        history_settle(h);
        run_to_wait(h, executed);
        if (moment_compare(history_now(h), before) == 0)
            return;
    }
    history_set_mode(h);
}

/* ---- Forwards ---- */

static bool stretch(struct history *h, uint64_t until,
                    struct machine_stop *stop)
{
    if (machine_clock(h->machine) >= until) {
        *stop = (struct machine_stop){.reason = MACHINE_LIMIT};
        return true;
    }
    if (history_in_past(h))
        return stretch_past(h, until, stop);
    history_keep_if_due(h);
    machine_run(h->machine, min64(until, history_keep_due(h)), stop);
    newest_is_now(h);
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
        history_settle(h);
        if (machine_clock(h->machine) == before && machine_waits(h->machine))
            return; /* until the newest moment, and beyond */
    }
}

void history_step(struct history *h, struct machine_stop *stop)
{
    bool past = history_in_past(h);
    *stop = (struct machine_stop){.reason = MACHINE_LIMIT};
    if (past) {
        history_settle(h);
        wait_past(h, stop);
    } else {
        history_keep_if_due(h);
    }
    if (past && !history_in_past(h)) {
        history_set_mode(h); /* it waited to the newest moment */
        return;
    }
    machine_step(h->machine, stop);
    if (!past) {
        newest_is_now(h);
        return;
    }
    history_settle(h); /* what came at this moment belongs to it */
    history_set_mode(h);
}

void history_idle(struct history *h, uint64_t until_clock)
{
    if (history_in_past(h))
        return;
    machine_idle(h->machine, until_clock);
    newest_is_now(h);
}
