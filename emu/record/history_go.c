/*
 * history_go.c - to another moment: the snapshot before it, and the rest again.
 */
#include "history_internal.h"

#define WINDOW 2 /* clock that is stepped through to step back */

void history_restore(struct history *h, size_t i)
{
    size_t from = machine_past_at(h->past);
    machine_past_go(h->past, i);
    history_move_tracker(h, from, i);
    h->arrived = h->keep[i].arrivals;
    history_set_mode(h);
}

/* From the present moment if that is earlier and no snapshot is nearer. */
bool history_reach(struct history *h, struct moment to)
{
    size_t i = history_snapshot_before(h, to);
    struct moment now = history_now(h);
    if (moment_compare(now, to) == 0)
        return true;
    if (moment_compare(now, to) > 0 ||
        moment_compare(now, history_moment_of(h, i)) < 0)
        history_restore(h, i);
    return history_run_to(h, to);
}

/* Snapshots at these distances before a place to which somebody went back: the
 * next step back is quick, and the one after it. */
static const uint64_t rungs[] = {64000, 16000, 2000, 250};

void history_come_near(struct history *h, struct moment to)
{
    uint64_t first = history_first(h).clock;
    for (size_t i = 0; i < sizeof rungs / sizeof rungs[0]; i++) {
        size_t have = history_snapshot_before(h, to);
        uint64_t away = to.clock - machine_past_clock(h->past, have);
        if (away <= 2 * rungs[i] || to.clock - first <= rungs[i])
            continue;
        history_reach(h, (struct moment){to.clock - rungs[i], 0});
        struct moment now = history_now(h);
        size_t at = machine_past_at(h->past);
        if (moment_compare(history_moment_of(h, at), now) < 0 &&
            at == history_snapshot_before(h, now))
            history_keep_near(h);
    }
}

bool history_goto(struct history *h, struct moment to)
{
    struct moment now = history_now(h);
    if (moment_compare(to, history_first(h)) < 0 ||
        moment_compare(to, history_newest(h)) > 0)
        return false;
    if (moment_compare(to, now) < 0)
        history_come_near(h, to);
    if (history_reach(h, to))
        return true;
    history_reach(h, now);
    return false;
}

bool history_goto_clock(struct history *h, uint64_t clock)
{
    if (clock < history_first(h).clock || clock > history_newest(h).clock)
        return false;
    history_reach(h, (struct moment){clock, 0});
    return machine_clock(h->machine) == clock;
}

/* The moments that a walk visits. */
bool history_walk(struct history *h, struct moment from, struct moment to,
                  history_visit *visit, void *ctx)
{
    struct machine_stop stop;
    if (moment_compare(to, history_newest(h)) > 0)
        to = history_newest(h);
    if (moment_compare(from, history_first(h)) < 0)
        from = history_first(h);
    if (moment_compare(from, history_now(h)) < 0)
        history_come_near(h, from);
    history_reach(h, from);
    if (machine_waits(h->machine)) /* amid a wait no step ends */
        history_to_wait(h);
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

bool history_step_back(struct history *h)
{
    struct moment now = history_now(h), first = history_first(h);
    struct last l = {.before = now};
    if (moment_compare(now, first) <= 0)
        return false;
    for (uint64_t window = WINDOW; !l.any; window *= 8) {
        struct moment from = {now.clock > window ? now.clock - window : 0, 0};
        history_walk(h, from, now, note_last, &l);
        if (moment_compare(from, first) <= 0)
            break;
    }
    history_reach(h, l.any ? l.found : now);
    return l.any;
}
