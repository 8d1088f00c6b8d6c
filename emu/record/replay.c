/*
 * replay.c - see replay.h.
 */
#include "replay.h"

static struct moment now(const struct replay *r)
{
    return (struct moment){machine_clock(r->machine),
                           cpu_traps(machine_cpu(r->machine))};
}

/* What came at the present moment, or before. */
static void give(struct replay *r, size_t at_most)
{
    while (r->arrived < r->arrivals && r->arrived < at_most &&
           moment_compare(r->arrival[r->arrived].at, now(r)) <= 0) {
        const struct arrival *a = &r->arrival[r->arrived++];
        if (a->bytes == NULL)
            machine_input_end(r->machine);
        else
            machine_input(r->machine, a->bytes, a->n, a->piped);
    }
}

/* The moment up to which nothing comes. */
static struct moment quiet_until(const struct replay *r, struct moment to)
{
    if (r->arrived < r->arrivals &&
        moment_compare(r->arrival[r->arrived].at, to) < 0)
        return r->arrival[r->arrived].at;
    return to;
}

/* A hart that waits waits on, for what comes later. False: it gets no further,
 * trap after trap. */
static bool run_clock(struct replay *r, uint64_t until,
                      struct machine_stop *stop)
{
    machine_run(r->machine, until, stop);
    if (stop->reason == MACHINE_DEAD && !machine_waits(r->machine))
        return false;
    if (stop->reason == MACHINE_WANTS_INPUT || stop->reason == MACHINE_DEAD)
        machine_idle(r->machine, until);
    return true;
}

enum replay_result replay_run(struct replay *r, struct moment to, size_t inputs,
                              struct machine_stop *stop)
{
    *stop = (struct machine_stop){.reason = MACHINE_LIMIT};
    while (moment_compare(now(r), to) < 0) {
        struct moment before = now(r);
        give(r, r->arrivals);
        struct moment next = quiet_until(r, to);
        bool goes_on = true;
        if (machine_clock(r->machine) < next.clock)
            goes_on = run_clock(r, next.clock, stop);
        else if (moment_compare(now(r), next) < 0)
            machine_step(r->machine, stop); /* a trap takes no time */
        if (stop->reason == MACHINE_STOPPED)
            return REPLAY_STOPPED;
        if (stop->reason == MACHINE_ENDED || !goes_on ||
            moment_compare(now(r), before) == 0)
            break;
    }
    if (machine_clock(r->machine) != to.clock)
        return REPLAY_ASTRAY;
    give(r, inputs);
    return REPLAY_THERE;
}
