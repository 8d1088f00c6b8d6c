/*
 * target_run.c - running a target, forwards and backwards, with its break- and
 * watchpoints armed (target.h).
 *
 * Forwards the machine stops near a hit: in front of the instruction, or just
 * behind a trap that was taken. History then goes to exactly the moment that
 * was noted, so that both ways stop at the same places.
 */
#include "target_internal.h"

#include <stdio.h>
#include <string.h>

#define SEARCHES_MAX 16 /* until nothing new is found on the way back */

static struct moment now(const struct target *t)
{
    return history_now(t->history);
}

static bool go_on(const struct target *t)
{
    return t->poll == NULL || t->poll(t->poll_ctx);
}

/* ---- Where a hit is stopped at ---- */

/* True: what was hit is told in stop, and it stands there. */
static bool stop_at_hit(struct target *t, struct target_stop *stop)
{
    const struct break_hit *hit = breaks_hit(t->breaks);
    struct machine_stop step;
    if (hit == NULL)
        return false;
    stop->reason = TARGET_BREAK;
    stop->number = hit->number;
    snprintf(stop->text, sizeof stop->text, "%s", hit->text);
    if (moment_compare(now(t), hit->at) != 0)
        history_goto(t->history, hit->at);
    t->private->behind = (struct behind){.from = hit->at, .at = hit->at};
    if (hit->goes_on) {
        history_step(t->history, &step);
        t->private->behind.at = now(t);
    }
    breaks_forget_hit(t->breaks);
    breaks_done(t->breaks, stop->number);
    stop->hit = breaks_find(t->breaks, stop->number);
    return true;
}

/* What is hit at this moment was what it stopped at already. */
static struct moment to_pass(const struct target *t)
{
    const struct behind *b = &t->private->behind;
    return moment_compare(b->at, now(t)) == 0 ? b->from : now(t);
}

/* ---- Forwards ---- */

static enum target_reason reason_of(const struct machine_stop *stop)
{
    switch (stop->reason) {
    case MACHINE_ENDED:
        return TARGET_ENDED;
    case MACHINE_WANTS_INPUT:
        return TARGET_WANTS_INPUT;
    case MACHINE_DEAD:
        return TARGET_DEAD;
    case MACHINE_LIMIT:
    case MACHINE_STOPPED:
        break;
    }
    return TARGET_DONE;
}

/* How far to run until poll is asked again. */
static uint64_t next_bound(const struct target *t, uint64_t until)
{
    uint64_t clock = machine_clock(t->machine);
    uint64_t bound = clock + STEP_POLL_INSNS;
    if (t->bound > clock && t->bound < bound)
        bound = t->bound;
    return bound < until ? bound : until;
}

/* A stretch between two polls. True: the run is over. */
static bool run_stretch(struct target *t, struct moment pass, uint64_t until,
                        struct target_stop *stop)
{
    breaks_arm(t->breaks, BREAKS_RUN, pass);
    history_run(t->history, next_bound(t, until), &stop->machine);
    breaks_disarm(t->breaks);
    if (stop_at_hit(t, stop))
        return true;
    stop->reason = reason_of(&stop->machine);
    if (stop->reason == TARGET_WANTS_INPUT && t->feed != NULL &&
        t->feed(t->poll_ctx))
        return false;
    if (stop->reason != TARGET_DONE || machine_clock(t->machine) >= until)
        return true;
    if (!go_on(t))
        stop->reason = TARGET_POLLED;
    return stop->reason != TARGET_DONE;
}

static void run_forwards(struct target *t, uint64_t until,
                         struct target_stop *stop)
{
    struct moment pass = now(t);
    while (!run_stretch(t, pass, until, stop))
        continue;
}

/* ---- Backwards ---- */

struct search {
    struct target *target;
    struct moment pass;
    bool stale, polled;
};

static void arm(void *ctx)
{
    struct search *s = ctx;
    breaks_arm(s->target->breaks, BREAKS_SEARCH, s->pass);
}

static void disarm(void *ctx)
{
    struct search *s = ctx;
    s->stale |= breaks_stale(s->target->breaks);
    breaks_disarm(s->target->breaks);
}

static bool search_goes_on(void *ctx)
{
    struct search *s = ctx;
    s->polled = !go_on(s->target);
    return !s->polled;
}

/* A stretch that ran an image or used a frame which nobody knew of is searched
 * again, now that they are known. */
static bool search(struct target *t, struct search *s)
{
    struct history_search h = {
        .ctx = s, .arm = arm, .disarm = disarm, .go_on = search_goes_on};
    struct moment from = now(t);
    bool found = false;
    for (unsigned i = 0; i < SEARCHES_MAX && !s->polled; i++) {
        s->stale = false;
        breaks_forget_hit(t->breaks);
        found = history_search_back(t->history, &h);
        if (!s->stale)
            break;
        history_goto(t->history, from);
    }
    return found;
}

static void run_backwards(struct target *t, struct target_stop *stop)
{
    struct search s = {.target = t, .pass = to_pass(t)};
    do {
        if (!search(t, &s)) {
            breaks_forget_hit(t->breaks);
            stop->reason = s.polled ? TARGET_POLLED : TARGET_FIRST;
            if (!s.polled)
                history_goto(t->history, history_first(t->history));
            return;
        }
        s.pass = breaks_hit(t->breaks)->at;
    } while (breaks_ignored(t->breaks, breaks_hit(t->breaks)->number));
    stop_at_hit(t, stop);
}

void target_run(struct target *t, enum target_way way, uint64_t until,
                struct target_stop *stop)
{
    memset(stop, 0, sizeof *stop);
    breaks_forget_hit(t->breaks);
    if (way == TARGET_FORWARD)
        run_forwards(t, until, stop);
    else
        run_backwards(t, stop);
}

/* ---- The beginning ---- */

struct beginning {
    struct target *target;
    const char *name;
    bool begun;
};

/* A crossing ends in the program asked for: its exec, or a later one. */
static void on_event(void *ctx, const struct event *event)
{
    struct beginning *b = ctx;
    if (event->kind != EVENT_LEAVE || strcmp(event->process, b->name) != 0)
        return;
    b->begun = true;
    machine_request_stop(b->target->machine);
}

void target_run_to_program(struct target *t, const char *name, uint64_t until,
                           struct target_stop *stop)
{
    struct beginning b = {.target = t, .name = name};
    memset(stop, 0, sizeof *stop);
    tracker_listen(t->tracker, on_event, &b);
    while (!b.begun && stop->reason == TARGET_DONE &&
           machine_clock(t->machine) < until) {
        history_run(t->history, next_bound(t, until), &stop->machine);
        stop->reason = reason_of(&stop->machine);
        if (stop->reason == TARGET_DONE && !b.begun && !go_on(t))
            stop->reason = TARGET_POLLED;
    }
    tracker_unlisten(t->tracker, &b);
    while (b.begun && target_place(t).priv != CPU_U &&
           stop->reason == TARGET_DONE) {
        history_step(t->history, &stop->machine);
        stop->reason = reason_of(&stop->machine);
    }
    if (b.begun && stop->reason == TARGET_DONE)
        stop->reason = TARGET_BREAK;
}

/* ---- Steps ---- */

struct stepper target_stepper(const struct target *t)
{
    return (struct stepper){.machine = t->machine,
                            .tracker = t->tracker,
                            .history = t->history,
                            .poll = t->poll,
                            .poll_ctx = t->poll_ctx};
}

static bool step_poll(void *ctx)
{
    struct target *t = ctx;
    return breaks_hit(t->breaks) == NULL && go_on(t);
}

static enum target_reason reason_of_step(const struct step_result *r)
{
    switch (r->reason) {
    case STEP_ENDED:
        return TARGET_ENDED;
    case STEP_WANTS_INPUT:
        return TARGET_WANTS_INPUT;
    case STEP_DEAD:
        return TARGET_DEAD;
    case STEP_NOTHING:
        return TARGET_FIRST;
    case STEP_BUDGET:
    case STEP_POLLED:
        return TARGET_POLLED;
    default:
        return TARGET_DONE;
    }
}

void target_step(struct target *t, target_step_fn *fn, void *ctx,
                 struct target_stop *stop)
{
    struct stepper s = target_stepper(t);
    memset(stop, 0, sizeof *stop);
    s.poll = step_poll;
    s.poll_ctx = t;
    breaks_forget_hit(t->breaks);
    breaks_arm(t->breaks, BREAKS_RUN, now(t));
    struct step_result r = fn(&s, ctx);
    breaks_disarm(t->breaks);
    stop->machine = r.machine;
    stop->reason = reason_of_step(&r);
    stop_at_hit(t, stop);
}

void target_step_back(struct target *t, target_step_fn *fn, void *ctx,
                      struct target_stop *stop)
{
    struct stepper s = target_stepper(t);
    struct moment before = now(t);
    memset(stop, 0, sizeof *stop);
    struct step_result r = fn(&s, ctx);
    stop->machine = r.machine;
    stop->reason = reason_of_step(&r);
    if (stop->reason == TARGET_DONE && moment_compare(now(t), before) == 0)
        stop->reason = TARGET_FIRST;
}
